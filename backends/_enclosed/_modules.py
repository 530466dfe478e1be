"""What the modules numpy, math and scipy are for code that is run on balls: creation functions give arrays of
balls, functions of numbers give balls, the rest is the modules'."""

import importlib
import math
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
from flint import arb

from ._answers import ANSWERS
from ._arrays import Enclosed, enclosed, number
from ._conversion import Function
from ._creation import CREATION, has_balls, hosted, new_array
from ._formats import Format, leave
from ._functions import OWN, array_function
from ._integers import Integers
from ._linalg import expm, sqrtm
from ._math import SPECIAL, functions
from ._types import TYPES, Kind
from ._ufuncs import plain


class Module(ModuleType):
    """A module for code on balls: some names are its own, the rest is found in the one it stands for."""

    def __init__(self, module: ModuleType, own: dict[str, Any], found: Callable[[Any, str], Any]) -> None:
        super().__init__(module.__name__)
        self.__dict__.update({"_module": module, "_found": found, **own})

    def __getattr__(self, name: str) -> Any:
        return self._found(getattr(self._module, name), f"{self._module.__name__}.{name}")


def _numpy_member(member: Any, name: str) -> Any:
    """A member of NumPy: functions take lists of balls too, and what they make is balls."""
    if isinstance(member, ModuleType):
        return numpy_module(member)
    if isinstance(member, type):
        return TYPES.get(member, member)
    if isinstance(member, float):
        return number(member) if np.isfinite(member) else member
    if isinstance(member, np.ufunc):
        return Ufunc(member)
    return prepared(member) if callable(member) else member


@ANSWERS
def numpy_module(module: ModuleType) -> Module:
    """NumPy, or a module of it."""
    own: dict[str, Any] = {}
    if module.__name__ in ("numpy", "array_api_compat.numpy"):
        own = {**CREATION, "pi": number(arb.pi()), "e": number(arb.const_e()), "concat": np.concatenate,
               "euler_gamma": number(arb.const_euler()), "refimpl_math": math_module()}  # fmt: skip
    if "random" in module.__name__:
        return module  # type: ignore[return-value]
    return Module(module, own, _numpy_member)


class Ufunc:
    """A ufunc whose operands may be lists, and whose floats are balls."""

    def __init__(self, ufunc: Any) -> None:
        self._ufunc = ufunc

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._run("__call__", *args, **kwargs)

    def reduce(self, *args: Any, **kwargs: Any) -> Any:
        """As NumPy's."""
        return self._run("reduce", *args, **kwargs)

    def accumulate(self, *args: Any, **kwargs: Any) -> Any:
        """As NumPy's."""
        return self._run("accumulate", *args, **kwargs)

    def outer(self, *args: Any, **kwargs: Any) -> Any:
        """As NumPy's."""
        return self._run("outer", *args, **kwargs)

    def at(self, *args: Any, **kwargs: Any) -> Any:
        """As NumPy's."""
        return self._run("at", *args, **kwargs)

    def reduceat(self, *args: Any, **kwargs: Any) -> Any:
        """As NumPy's."""
        return self._run("reduceat", *args, **kwargs)

    def _run(self, method: str, *args: Any, **kwargs: Any) -> Any:
        args = tuple(enclosed(x) if isinstance(x, list | tuple) and has_balls(x) else x for x in args)
        if not any(issubclass(type(x), Enclosed) for x in args):
            args = tuple(_integers_or_balls(x) for x in args)
        return getattr(self._ufunc, method)(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ufunc, name)


def _integers_or_balls(value: Any) -> Any:
    """An operand such that no float comes of it that is not a ball."""
    if type(value) is bool or isinstance(value, np.bool_) or value is None:
        return value
    if isinstance(value, int):
        return np.asarray(int(value)).view(Integers)
    if isinstance(value, float) and not issubclass(type(value), Enclosed):
        return number(value)
    if type(value) is np.ndarray or isinstance(value, list | tuple):
        return new_array(value)
    return value


_OF_LISTS = {np.select, np.linalg.multi_dot, np.lexsort}
"""Functions that compute, whose first argument is a list of arrays."""
_OF_ARRAYS = {
    np.append,
    np.insert,
    np.pad,
    np.tile,
    np.repeat,
    np.roll,
    np.flip,
    np.reshape,
    np.transpose,
    np.diag,
}
"""Functions that move elements, whose first argument is one array."""
_SEQUENCES = {np.broadcast_shapes, np.ix_, np.result_type, np.promote_types, np.can_cast}


def prepared(function: Function) -> Function:
    """A function of NumPy that takes lists of balls, and computes with balls from the first float on."""

    def run(*args: Any, **kwargs: Any) -> Any:
        if function in _SEQUENCES:
            return hosted(function(*map(plain, args), **kwargs))
        computes = function in OWN and function not in _OF_LISTS
        if args and type(args[0]) in (list, tuple) and (computes or function in _OF_ARRAYS):
            args = (new_array(args[0]), *args[1:])
        elif args and type(args[0]) in (list, tuple) and _flat_balls(args[0]):
            args = ([x if issubclass(type(x), Enclosed) else new_array(x) for x in args[0]], *args[1:])
            return array_function(function, args, kwargs)
        if not has_balls((*args, *kwargs.values())):
            args = tuple(x if isinstance(x, Integers) else plain(x) for x in args)
            kwargs = {name: x if isinstance(x, Integers) else plain(x) for name, x in kwargs.items()}
        return hosted(function(*args, **{k: _dtype_or(v) for k, v in kwargs.items()}))

    run.__name__ = getattr(function, "__name__", "function")
    return run


def _flat_balls(values: Any) -> bool:
    return any(issubclass(type(x), Enclosed) for x in values)


def _dtype_or(value: Any) -> Any:
    return value.dtype if type(value) in (Kind, Format) else value


def _math_member(member: Any, name: str) -> Any:
    if callable(member):
        raise leave(f"{name} is not enclosed")
    return member


def math_module() -> Module:
    """The module math at the working precision."""
    return Module(math, functions(), _math_member)


def _scipy_member(member: Any, name: str) -> Any:
    if isinstance(member, ModuleType):
        return scipy_module(member)
    if isinstance(member, np.ufunc):
        return Ufunc(member)
    return _refused(name) if callable(member) and not isinstance(member, type) else member


def _refused(name: str) -> Function:
    def refused(*args: Any, **kwargs: Any) -> Any:
        raise leave(f"{name} is not enclosed")

    return refused


def scipy_module(module: ModuleType) -> Module:
    """SciPy, or a module of it: its ufuncs, and some of its functions."""
    own: dict[str, Any] = {}
    if module.__name__ == "scipy.special":
        own = dict(SPECIAL)
    if module.__name__ == "scipy.linalg":
        same = ("inv", "det", "solve", "norm", "eigvals", "eigvalsh", "eigh")
        own = {"sqrtm": sqrtm, "expm": expm, **{name: prepared(getattr(np.linalg, name)) for name in same}}
        own["cholesky"] = lambda a, lower=False, **o: (
            np.linalg.cholesky(a) if lower else np.linalg.cholesky(a).mT
        )
        own["solve_triangular"] = _solve_triangular
    return Module(module, own, _scipy_member)


def _solve_triangular(a: Any, b: Any, trans: int = 0, lower: bool = False, **options: Any) -> Any:
    part = np.tril(enclosed(a)) if lower else np.triu(enclosed(a))
    return np.linalg.solve(part.mT if trans in (1, "T") else part, b)


def modules() -> dict[str, Callable[[ModuleType], Any]]:
    """What a module becomes, by its name or that of its package."""
    return {
        "math": lambda module: math_module(),
        "numpy": numpy_module,
        "array_api_compat": numpy_module,
        "scipy": scipy_module,
    }


def scipy_function(function: Any) -> Any:
    """What stands for a function that a module imported from SciPy by its name."""
    name = getattr(function, "__name__", "function")
    for home in ("scipy.special", "scipy.linalg"):
        own = scipy_module(importlib.import_module(home)).__dict__
        if name in own and getattr(sys.modules[home], name) is function:
            return own[name]
    return _refused(f"{function.__module__}.{name}")
