"""A function of somebody's own as it runs on balls: the same code, with other names bound.

The function is copied, and with it the plain Python functions and classes that it reaches through its
globals, its closure and its attributes. In the copies `numpy`, `math` and `scipy` are what backends/_enclosed
has for them, and numbers in the code, in defaults and in globals are balls and exact integers. Nothing of the
user's is changed: modules, classes, objects and caches stay as they are.
"""

import abc
import builtins
import copy
import dis
import functools
import sys
from collections.abc import Callable
from dataclasses import is_dataclass
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from ...backends._enclosed._arrays import Enclosed, enclosed, number, python_number
from ...backends._enclosed._creation import CREATION
from ...backends._enclosed._formats import leave
from ...backends._enclosed._integers import Integers, Whole
from ...backends._enclosed._modules import Module, Ufunc, modules, prepared, scipy_function
from ...backends._enclosed._types import BUILTINS, TYPES
from ..engine import registry

_LIBRARIES = frozenset(sys.stdlib_module_names) | {
    "numpy", "scipy", "torch", "jax", "jaxlib", "cupy", "dask", "pandas", "sklearn", "tensorflow", "numba",
    "array_api_compat", "array_api_strict", "flint", "mpmath", "sympy", "hypothesis", "pytest",
}  # fmt: skip
"""Packages whose functions are taken as they are."""


class Rebinding:
    """One copy of everything that a function reaches; each object has one copy."""

    def __init__(self) -> None:
        self._copies: dict[int, Any] = {}
        self._kept: list[Any] = []  # so that no identity is used twice
        self._globals: dict[int, dict[str, Any]] = {}

    def __call__(self, value: Any) -> Any:
        """What stands for the value on balls; itself, if nothing in it has to change."""
        if id(value) in self._copies:
            return self._copies[id(value)]
        return self._made(value)

    def _keep(self, value: Any, made: Any) -> Any:
        self._copies[id(value)] = self._copies[id(made)] = made
        self._kept += [value, made]
        return made

    def _made(self, value: Any) -> Any:
        for kinds, make in self._makers():
            if isinstance(value, kinds):
                return make(value)
        return self._object(value)

    def _makers(self) -> list[tuple[Any, Callable[[Any], Any]]]:
        return [
            (bool | str | bytes | None | Enclosed | Integers | np.bool_ | range, lambda value: value),
            (int | np.integer, Whole),
            (float | complex | np.inexact, number),
            (np.ndarray, _array),
            (ModuleType, self._module),
            (functools.partial, self._partial),
            (FunctionType, self._function),
            (MethodType, lambda method: MethodType(self(method.__func__), self(method.__self__))),
            (staticmethod, lambda method: staticmethod(self(method.__func__))),
            (classmethod, lambda method: classmethod(self(method.__func__))),
            (property, self._property),
            (functools.cached_property, self._cached_property),
            (type, self._class),
            (tuple, self._tuple),
            (list, self._list),
            (dict, self._dict),
            (set | frozenset | np.ufunc | np.dtype | BuiltinFunctionType, self._as_it_is),
        ]

    # Containers

    def _tuple(self, value: Any) -> Any:
        parts = [self(part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)

    def _list(self, value: list[Any]) -> list[Any]:
        made: list[Any] = self._keep(value, [])
        made.extend(map(self, value))
        return made

    def _dict(self, value: dict[Any, Any]) -> dict[Any, Any]:
        made: dict[Any, Any] = self._keep(value, {})
        made.update((key, self(part)) for key, part in value.items())
        return made

    # Functions

    def _function(self, function: FunctionType) -> Any:
        if _is_library(function):
            return _of_refimpl(function) if _is_ours(function) else self._as_it_is(function)
        cells = tuple(map(self._cell, function.__closure__ or ()))
        names = self._namespace(function)
        made = FunctionType(self._code(function.__code__), names, function.__name__, None, cells)
        self._keep(function, made)
        self._fill(names, function)
        made.__defaults__ = self(function.__defaults__) if function.__defaults__ else None
        made.__kwdefaults__ = self(function.__kwdefaults__) if function.__kwdefaults__ else None
        made.__qualname__, made.__module__ = function.__qualname__, function.__module__
        for old, new in zip(function.__closure__ or (), cells, strict=True):
            try:
                new.cell_contents = self(old.cell_contents)
            except ValueError:  # not yet bound
                continue
        return made

    def _cell(self, old: CellType) -> CellType:
        """The cell that stands for one, empty at first; functions may share it."""
        if id(old) not in self._copies:
            self._keep(old, CellType())
        found: CellType = self._copies[id(old)]
        return found

    def _namespace(self, function: FunctionType) -> dict[str, Any]:
        """Its globals, at first empty; one dictionary for all functions of a module."""
        old = function.__globals__
        if id(old) not in self._globals:
            kept = ("__name__", "__file__", "__package__")
            new: dict[str, Any] = {name: old[name] for name in kept if name in old}
            new["__builtins__"] = {**vars(builtins), "__import__": self._import}
            self._globals[id(old)] = new
            self._kept.append(old)
        return self._globals[id(old)]

    def _fill(self, names: dict[str, Any], function: FunctionType) -> None:
        """The globals that its code looks up."""
        for name in _names(function.__code__):
            if name in names:
                continue
            if name in function.__globals__:
                names[name] = self(function.__globals__[name])
            elif name in BUILTINS:
                names[name] = BUILTINS[name]

    def _code(self, code: CodeType) -> CodeType:
        """The code with balls for its numbers."""
        doc = code.co_consts[:1] if code.co_consts and isinstance(code.co_consts[0], str) else ()
        return code.replace(co_consts=(*doc, *(self._constant(x) for x in code.co_consts[len(doc) :])))

    def _constant(self, value: Any) -> Any:
        if isinstance(value, CodeType):
            return self._code(value)
        return self(value) if type(value) in (int, float, complex, tuple) else value

    def _import(self, *args: Any) -> Any:
        found = builtins.__import__(*args)
        names = args[3] if len(args) > 3 else None
        if found.__name__.partition(".")[0] not in ("numpy", "scipy", "math"):
            return found
        if names:
            for name in names:  # submodules are loaded by now
                getattr(found, name, None)
        return self(found)

    def _partial(self, value: Any) -> Any:
        return functools.partial(self(value.func), *map(self, value.args),
                                 **{key: self(part) for key, part in value.keywords.items()})  # fmt: skip

    def _property(self, value: property) -> property:
        fget, fset, fdel = (each and self(each) for each in (value.fget, value.fset, value.fdel))
        return property(fget, fset, fdel, value.__doc__)

    def _cached_property(self, value: Any) -> Any:
        made = functools.cached_property(self(value.func))
        made.__set_name__(object, value.attrname)
        return made

    # Modules and classes

    def _module(self, module: ModuleType) -> Any:
        top = module.__name__.partition(".")[0]
        make = modules().get(top)
        if make is not None:
            return self._keep(module, make(module))
        if top in _LIBRARIES:
            return module
        return self._keep(module, Module(module, {}, lambda member, name: self(member)))

    def _class(self, kind: type) -> Any:
        if kind in TYPES:
            return TYPES[kind]
        if kind in (float, int, complex):
            return BUILTINS[kind.__name__]
        if (
            type(kind) not in (type, abc.ABCMeta)
            or _is_library(kind)
            or issubclass(kind, tuple | BaseException | int | str)
        ):
            return kind
        if kind.__module__.partition(".")[0] == "refimpl":
            return kind
        body = {name: part for name, part in vars(kind).items() if name not in ("__dict__", "__weakref__")}
        for slot in body.get("__slots__", ()):
            body.pop(slot, None)
        metaclass: Any = type(kind)
        made = metaclass(kind.__name__, tuple(map(self, kind.__bases__)), {"__module__": kind.__module__})
        self._keep(kind, made)
        if "__slots__" in body:
            body.pop("__slots__")
        for name, part in body.items():
            if name not in ("__module__", "__doc__", "__annotations__", "__match_args__", "__classcell__"):
                setattr(made, name, part if name.startswith("__dataclass") else self(part))
        made.__annotations__ = getattr(kind, "__annotations__", {})
        return made

    # Objects

    def _as_it_is(self, value: Any) -> Any:
        """A function of a library: what refimpl's balls have for it, or itself."""
        if value in _CREATION:
            return _CREATION[value]
        module, name = getattr(value, "__module__", None) or "", getattr(value, "__name__", "")
        if module == "math":
            return getattr(self(sys.modules["math"]), name)
        top = module.partition(".")[0]
        if isinstance(value, np.ufunc):
            return Ufunc(value)
        if top == "scipy":
            return scipy_function(value)
        if top == "numpy" and callable(value):
            return prepared(value)
        return value

    def _object(self, value: Any) -> Any:
        """An instance of a user's class, with its attributes; or what nothing is known of."""
        inner = getattr(value, "__wrapped__", None)
        top = type(value).__module__.partition(".")[0]
        told = hasattr(value, "refimpl_manner")  # by which fitting knows a function under test
        if isinstance(value, np.vectorize):
            made = CREATION["vectorize"](self(value.pyfunc))
        elif top == "numpy" and callable(value):
            made = self._as_it_is(value)
        elif told or (isinstance(inner, FunctionType) and callable(value)):  # functools.cache and its kin
            made = self(inner)
        elif top == "refimpl" and not is_dataclass(value):
            made = value
        elif top in _LIBRARIES or not (hasattr(value, "__dict__") or hasattr(type(value), "__slots__")):
            made = _of_library(value)
        else:
            made = self._instance(value)
        return made

    def _instance(self, value: Any) -> Any:
        try:
            made = object.__new__(self(type(value)))
        except TypeError:
            return value
        self._keep(value, made)
        for name, part in _attributes(value).items():
            object.__setattr__(made, name, self(part))
        return made


def _of_refimpl(function: FunctionType) -> Callable[..., Any]:
    """A function of refimpl, which takes any arrays, but numbers among its options as Python's."""

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        options = {name: python_number(value) for name, value in kwargs.items()}
        return function(*args, **options)

    return called


def _of_library(value: Any) -> Any:
    if type(value).__module__.startswith("torch"):
        raise leave("uses torch, which does not compute with balls")
    try:
        return copy.deepcopy(value)
    except Exception:  # locks, files: nothing that a formula needs
        return value


def _attributes(value: Any) -> dict[str, Any]:
    slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    found = {name: getattr(value, name) for name in slots if hasattr(value, name)}
    return found | dict(getattr(value, "__dict__", {}))


def _array(value: Any) -> Any:
    if issubclass(type(value), Enclosed) or isinstance(value, Integers):
        return value
    if value.dtype.kind in "fc":
        return enclosed(value)
    return value.copy().view(Integers) if value.dtype.kind in "iub" else value


def _is_ours(function: FunctionType) -> bool:
    """Whether a function is refimpl's own or that of a document."""
    top = (function.__module__ or "").partition(".")[0]
    return top == "refimpl" or any(function is known for known in registry.reference().values())


def _is_library(thing: Any) -> bool:
    """Whether a function or class is taken as it is. Functions of documents are written for any arrays."""
    if isinstance(thing, FunctionType) and any(thing is known for known in registry.reference().values()):
        return True
    module = getattr(thing, "__module__", None) or "builtins"
    if module == "builtins" and isinstance(thing, FunctionType):
        return False  # made by eval, without a module
    if module.partition(".")[0] == "refimpl":
        return not module.startswith("refimpl.proofs.")
    return module.partition(".")[0] in _LIBRARIES - {"__main__"}


@functools.cache
def _names(code: CodeType) -> tuple[str, ...]:
    """The globals that a code and the codes inside it look up."""
    own = [step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")]
    inner = [name for part in code.co_consts if isinstance(part, CodeType) for name in _names(part)]
    return tuple(dict.fromkeys((*own, *inner)))


class _Identities:
    """What NumPy's creation functions are on balls, by identity: some of NumPy's objects have no hash."""

    def __init__(self) -> None:
        self._made = {id(getattr(np, name)): made for name, made in CREATION.items() if hasattr(np, name)}

    def __contains__(self, value: Any) -> bool:
        return id(value) in self._made

    def __getitem__(self, value: Any) -> Any:
        return self._made[id(value)]


_CREATION = _Identities()
