"""What the modules `numpy`, `math` and `scipy.special`, and Python's functions of numbers, are for code that is
run on balls: creation functions give arrays of balls, functions of numbers give balls, the rest is the modules'.
"""

import builtins
import importlib
import itertools
import math
import operator
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import numpy as np
from flint import arb

from . import _functions as f
from . import _scalars as s
from ._enclosed import (
    Enclosed,
    Format,
    Integers,
    Number,
    Whole,
    ball,
    boxed,
    dtype_of,
    each,
    enclosed,
    is_complex,
    leave,
    lifted,
    nominal,
    number,
)
from ._numpy_functions import OWN, array_function
from ._numpy_linalg import LINALG, sqrtm
from ._numpy_ufuncs import REAL, integers, is_float, plain

Function = Callable[..., Any]


def hosted(value: Any) -> Any:
    """A float, or an array of floats, that NumPy made on the side, as balls; other things as they are."""
    if is_float(value) and not isinstance(value, tuple | list) and not issubclass(type(value), Enclosed):
        return enclosed(value) if isinstance(value, np.ndarray) else number(value)
    if type(value) is int:
        return Whole(value)
    return integers(value)


# Creation


def _array(obj: Any, dtype: Any = None, *, copy: Any = True, ndmin: int = 0, **options: Any) -> Any:
    wanted = dtype_of(dtype)
    made = _made(obj, wanted, bool(copy))
    shape = tuple(np.shape(made))
    return made.reshape((1,) * (ndmin - len(shape)) + shape) if ndmin > len(shape) else made


def _made(obj: Any, wanted: Any, copy: bool) -> Any:
    if issubclass(type(obj), Enclosed):
        if wanted is not None and wanted.kind not in "fc":
            return obj.astype(wanted)
        return Enclosed(obj.data.copy() if copy or isinstance(obj, np.number) else obj.data)
    if isinstance(obj, np.ndarray | list | tuple | range) or np.isscalar(obj) or hasattr(obj, "__array__"):
        return _of_values(obj, wanted)
    raise leave(f"makes an array of a {type(obj).__name__}")


def _of_values(obj: Any, wanted: Any) -> Any:
    kind = "" if wanted is None else wanted.kind
    if kind in ("f", "c") or (not kind and _has_balls(obj)):
        return enclosed(obj)
    if _has_balls(obj):
        return enclosed(obj).astype(wanted)
    host = np.array(plain(obj))
    if host.dtype.kind in "fc" and not kind:
        return enclosed(host)
    return integers(host if wanted is None else host.astype(wanted))


def _has_balls(obj: Any) -> bool:
    if isinstance(obj, list | tuple):
        return any(map(_has_balls, obj))
    return issubclass(type(obj), Enclosed)


def _asarray(obj: Any, dtype: Any = None, order: Any = None, *, copy: Any = None, **options: Any) -> Any:
    return _array(obj, dtype, copy=copy)


def _shape(shape: Any) -> tuple[int, ...]:
    return tuple(map(int, shape)) if isinstance(shape, tuple | list | np.ndarray) else (int(shape),)


def _filled(value: Any) -> Function:
    def filled(shape: Any, dtype: Any = None, order: Any = "C", **options: Any) -> Any:
        wanted = dtype_of(dtype)
        if wanted is not None and wanted.kind in "iub":
            return np.full(_shape(shape), 0 if value is s.INDETERMINATE else value, wanted).view(Integers)
        return Enclosed(np.full(_shape(shape), ball(value), dtype=object))

    return filled


def _full(shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C", **options: Any) -> Any:
    made = _made(fill_value, dtype_of(dtype), True)
    if issubclass(type(made), Enclosed):
        return Enclosed(np.broadcast_to(made.data, _shape(shape)).copy())
    return np.broadcast_to(np.asarray(made), _shape(shape)).copy().view(Integers)


def _eye(N: int, M: Any = None, k: int = 0, dtype: Any = float, **options: Any) -> Any:  # noqa: N803
    return _of_values(np.eye(N, M, k), dtype_of(dtype))


def _tri(N: int, M: Any = None, k: int = 0, dtype: Any = float, **options: Any) -> Any:  # noqa: N803
    return _of_values(np.tri(N, M, k), dtype_of(dtype))


def _arange(*args: Any, dtype: Any = None, step: Any = None, **options: Any) -> Any:
    start, stop, each_step = ((0, *args) if len(args) == 1 else args[:2]) + (
        args[2] if len(args) > 2 else 1 if step is None else step,
    )
    stop = options.get("stop", stop)
    wanted = dtype_of(dtype if len(args) < 4 else args[3])
    if all(isinstance(x, int | np.integer) for x in (start, stop, each_step)):
        return _of_values(np.arange(int(start), int(stop), int(each_step)), wanted)
    near = [s.nearest(ball(x)) for x in (start, stop, each_step)]
    places = np.arange(len(np.arange(*near)))  # as many as NumPy has
    made = start + enclosed(places) * each_step
    return made if wanted is None or wanted.kind in "fc" else made.astype(wanted)


def _linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None,
    axis: int = 0,
) -> Any:  # fmt: skip
    wanted, first, last = dtype_of(dtype), enclosed(start), enclosed(stop)
    parts = int(num) - 1 if endpoint else int(num)
    step = (last - first) / max(parts, 1)
    rows = [last if endpoint and 0 < i == parts else first + step * i for i in range(int(num))]
    made = np.stack([enclosed(row) for row in rows], axis=axis) if rows else enclosed([])
    made = made if wanted is None or wanted.kind in "fc" else np.floor(made).astype(wanted)
    return (made, number(step)) if retstep else made


def _logspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, **options: Any) -> Any:
    return np.power(enclosed(base), _linspace(start, stop, num, endpoint))


def _geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, **options: Any) -> Any:
    if not (start > 0 and stop > 0):
        raise leave("calls geomspace of numbers below 0")
    made = np.exp(_linspace(np.log(enclosed(start)), np.log(enclosed(stop)), num, endpoint))
    if len(made):
        made[0] = start
    if endpoint and len(made) > 1:
        made[-1] = stop
    return made


def _vander(x: Any, N: Any = None, increasing: bool = False) -> Any:  # noqa: N803
    n = len(x) if N is None else int(N)
    powers = range(n) if increasing else range(n - 1, -1, -1)
    return np.stack([enclosed(x) ** k for k in powers], axis=-1)


def _fromiter(values: Iterable[Any], dtype: Any = float, count: int = -1) -> Any:
    return _array(list(values), dtype)


def _fromfunction(function: Function, shape: Any, *, dtype: Any = float, **kwargs: Any) -> Any:
    grid = _array(np.indices(_shape(shape)), dtype)
    return function(*(grid[i] for i in range(len(grid))), **kwargs)


def _vectorize(function: Function, *args: Any, **options: Any) -> Any:
    if args or options.keys() - {"otypes"}:
        raise leave("calls vectorize with options")

    def vectorized(*given: Any) -> Any:
        arrays = np.broadcast_arrays(*(x if issubclass(type(x), Enclosed) else enclosed(x) for x in given))
        rows = [function(*row) for row in zip(*(a.flat for a in arrays), strict=True)]
        return _array(rows).reshape(arrays[0].shape)

    return vectorized


def _apply_along_axis(function: Function, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    moved = np.moveaxis(enclosed(arr), axis, -1)
    rows = [function(moved[i], *args, **kwargs) for i in np.ndindex(tuple(map(int, moved.shape[:-1])))]
    made = _array(rows)
    return np.moveaxis(made.reshape(*moved.shape[:-1], *made.shape[1:]), -1, axis) if made.ndim > 1 else (
        made.reshape(moved.shape[:-1])
    )  # fmt: skip


def _polyval(p: Any, x: Any) -> Any:
    result = np.zeros_like(enclosed(x))
    for coefficient in enclosed(p):
        result = result * x + coefficient
    return result


CREATION: dict[str, Function] = {
    "array": _array, "asarray": _asarray, "asanyarray": _asarray, "ascontiguousarray": _asarray,
    "asfortranarray": _asarray, "asarray_chkfinite": _asarray, "atleast_1d": lambda *x: _at_least(1, *x),
    "zeros": _filled(0), "ones": _filled(1), "empty": _filled(s.INDETERMINATE), "full": _full, "eye": _eye,
    "identity": lambda n, dtype=float, **o: _eye(n, dtype=dtype), "tri": _tri, "arange": _arange,
    "linspace": _linspace, "logspace": _logspace, "geomspace": _geomspace, "vander": _vander,
    "fromiter": _fromiter, "fromfunction": _fromfunction, "vectorize": _vectorize, "polyval": _polyval,
    "apply_along_axis": _apply_along_axis, "astype": lambda x, dtype, /, **o: x.astype(dtype),
    "full_like": lambda a, fill_value, dtype=None, **o: _full(np.shape(a), fill_value, dtype or _kind(a)),
    "isscalar": lambda x: isinstance(x, Number | int | float | complex | str),
    "finfo": lambda dtype: _Limits(dtype), "errstate": np.errstate,
}  # fmt: skip


def _kind(array: Any) -> Any:
    return getattr(array, "dtype", None)


def _at_least(axes: int, *arrays: Any) -> Any:
    found = [_array(x, copy=False, ndmin=axes) for x in arrays]
    return found[0] if len(found) == 1 else tuple(found)


class _Limits:
    """np.finfo, whose numbers are balls."""

    def __init__(self, dtype: Any) -> None:
        self._info = np.finfo(getattr(dtype, "dtype", dtype))

    def __getattr__(self, name: str) -> Any:
        return hosted(getattr(self._info, name))


class Kind(type):
    """The class of types that make balls, or exact integers, where the type of the same name makes floats."""

    plain: type

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, cls.plain)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, cls.plain)

    def __eq__(cls, other: object) -> bool:
        return other is cls.plain or (isinstance(other, Kind) and other.plain is cls.plain)

    def __hash__(cls) -> int:
        return hash(cls.plain)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return cls.make(*args, **kwargs)  # type: ignore[attr-defined]


def _kind_of(plain_type: Any, make: Function) -> Any:
    """A type that calls `make`, and is NumPy's or Python's type in every other respect."""
    body = {"plain": plain_type, "make": staticmethod(make), "__doc__": plain_type.__doc__}
    for name in ("fromhex", "from_bytes", "nan", "inf"):
        if hasattr(plain_type, name):
            body[name] = getattr(plain_type, name)
    if plain_type not in (float, int, complex):
        body["dtype"] = np.dtype(plain_type)
    else:
        body["dtype"] = np.dtype({float: np.float64, int: np.int64, complex: np.complex128}[plain_type])
    return Kind(plain_type.__name__, (), body)


def _float(value: Any = 0.0) -> Any:
    if issubclass(type(value), Enclosed):
        return Number.of(value._single())
    return number(float(plain(value)) if isinstance(value, str) else plain_number(value))


def plain_number(value: Any) -> Any:
    """A number of a kind that becomes a ball as it is."""
    if isinstance(value, np.ndarray):
        return value.reshape(-1)[0] if value.size == 1 else float(value)
    return value if isinstance(value, int | float | np.number | np.bool_) else float(value)


def _int(value: Any = 0, *args: Any) -> Any:
    return Whole(int(value, *args))


def _complex(real: Any = 0, imag: Any = 0) -> Any:
    return number(real) + number(imag) * number(1j)


def _scalar(kind: Any) -> Function:
    dtype = np.dtype(kind)

    def make(value: Any = 0) -> Any:
        if dtype.kind in "fc":
            dtype_of(dtype)
            made = _made(value, dtype, True)
            return number(made) if not made.ndim else made
        if dtype.kind == "b":
            return np.bool_(bool(value)) if not np.ndim(value) else _array(value, bool)
        if np.ndim(value):
            return _array(value, dtype)
        whole = int(value)
        limits = np.iinfo(dtype)
        if not limits.min <= whole <= limits.max:
            raise OverflowError(f"Python integer {whole} out of bounds for {dtype}")
        return Whole(whole)

    return make


_SCALARS = (
    "float16 float32 float64 longdouble half single double complex64 complex128 int8 int16 int32 int64 uint8 "
    "uint16 uint32 uint64 intp int_"
).split()
TYPES: dict[Any, Any] = {getattr(np, name): _kind_of(getattr(np, name), _scalar(getattr(np, name)))
                         for name in _SCALARS}  # fmt: skip


class Module(ModuleType):
    """A module for code on balls: some names are its own, the rest is found in the module that it stands for."""

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
        return number(member)
    if isinstance(member, np.ufunc):
        return _Ufunc(member)
    return _prepared(member) if callable(member) else member


def numpy_module(module: ModuleType) -> Module:
    """NumPy, or a module of it."""
    own: dict[str, Any] = {}
    if module.__name__ in ("numpy", "array_api_compat.numpy"):
        own = {**CREATION, "pi": number(arb.pi()), "e": number(arb.const_e()), "concat": np.concatenate,
               "euler_gamma": number(arb.const_euler()), "__math__": math_module()}  # fmt: skip
    if "random" in module.__name__:
        return module  # type: ignore[return-value]
    return Module(module, own, _numpy_member)


class _Ufunc:
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
        args = tuple(enclosed(x) if isinstance(x, list | tuple) and _has_balls(x) else x for x in args)
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
        return _array(value)
    return value


_SEQUENCES = {np.broadcast_shapes, np.ix_, np.result_type, np.promote_types, np.can_cast}


def _prepared(function: Function) -> Function:
    """A function of NumPy that takes lists of balls, and computes with balls from the first float on."""

    def prepared(*args: Any, **kwargs: Any) -> Any:
        if function in _SEQUENCES:
            return hosted(function(*map(plain, args), **kwargs))
        own = OWN.get(function) or LINALG.get(function)
        if own is not None:
            args = tuple(enclosed(x) if type(x) in (list, tuple) and _has_balls(x) and i == 0 and function
                         not in (np.select, np.linalg.multi_dot, np.lexsort) else x
                         for i, x in enumerate(args))  # fmt: skip
        if own is None and args and type(args[0]) in (list, tuple) and _flat_balls(args[0]):
            args = ([x if issubclass(type(x), Enclosed) else _array(x) for x in args[0]], *args[1:])
            return array_function(function, args, kwargs)
        return hosted(function(*args, **{k: _dtype_or(v) for k, v in kwargs.items()}))

    prepared.__name__ = getattr(function, "__name__", "function")
    return prepared


def _flat_balls(values: Any) -> bool:
    return any(issubclass(type(x), Enclosed) for x in values)


def _dtype_or(value: Any) -> Any:
    return value.dtype if isinstance(value, Kind) or type(value) is Format else value


# The module math


def _domain(name: str, function: Callable[..., Any]) -> Function:
    """A function of the module math, which raises where NumPy's gives NaN, or the infinity of a pole."""

    def of_numbers(*values: Any) -> Any:
        given = [_one(x) for x in values]
        result = function(*given)
        if s.is_nan(result) and not any(map(s.is_nan, given)):
            raise ValueError("math domain error")
        if not result.is_finite() and not s.is_indeterminate(result) and all(x.is_finite() for x in given):
            raise ValueError("math domain error")
        return number(result)

    of_numbers.__name__ = name
    return of_numbers


def _one(value: Any) -> Any:
    if issubclass(type(value), Enclosed):
        return value._single()
    return ball(plain_number(value))


def _log(value: Any, base: Any = None) -> Any:
    logarithm = _domain("log", f.log)
    return logarithm(value) if base is None else logarithm(value) / logarithm(base)


def _fsum(values: Iterable[Any]) -> Any:
    return number(f.total([_one(x) for x in values]))


def _prod(values: Iterable[Any], *, start: Any = 1) -> Any:
    result = start
    for value in values:
        result = result * value
    return result


def _integer(function: Callable[[Any], Any]) -> Function:
    def rounded(value: Any) -> Any:
        return Whole(value) if isinstance(value, int) else Whole(s.truncate("math", function(_one(value))))

    return rounded


def _whole_function(function: Function) -> Function:
    return lambda *args: Whole(function(*(int(x) for x in args)))


_MATH_NAMES = {
    **{name: getattr(f, name) for name in "sqrt exp expm1 log1p log2 log10 sin cos tan sinh cosh tanh asin acos "
       "atan asinh acosh atanh".split()},
    "pow": f.power, "atan2": f.atan2, "fabs": f.absolute, "erf": REAL["erf"], "erfc": REAL["erfc"],
    "gamma": REAL["gamma"], "lgamma": REAL["gammaln"], "fmod": REAL["fmod"], "copysign": REAL["copysign"],
    "exp2": REAL["exp2"], "cbrt": REAL["cbrt"], "degrees": REAL["degrees"], "radians": REAL["radians"],
}  # fmt: skip


def _math_member(member: Any, name: str) -> Any:
    if callable(member):
        raise leave(f"{name} is not enclosed")
    return member


def math_module() -> Module:
    """The module math at the working precision."""
    own: dict[str, Any] = {name: _domain(name, function) for name, function in _MATH_NAMES.items()}
    pi = number(arb.pi())
    own |= {
        "pi": pi, "tau": 2 * pi, "e": number(arb.const_e()), "inf": math.inf, "nan": math.nan,
        "log": _log, "fsum": _fsum, "prod": _prod,
        "floor": _integer(f.floor), "ceil": _integer(f.ceil), "trunc": _integer(f.trunc),
        "hypot": lambda *x: np.sqrt(_fsum(number(v) * number(v) for v in x)),
        "dist": lambda p, q: np.sqrt(_fsum((number(a) - number(b)) ** 2 for a, b in zip(p, q, strict=True))),
        "isnan": lambda x: bool(np.isnan(number(x))), "isinf": lambda x: bool(np.isinf(number(x))),
        "isfinite": lambda x: bool(np.isfinite(number(x))),
        "isclose": lambda a, b, *, rel_tol=1e-9, abs_tol=0.0: bool(
            abs(number(a) - b) <= max(rel_tol * max(abs(number(a)), abs(number(b))), number(abs_tol))),
        **{name: _whole_function(getattr(math, name)) for name in
           ("comb", "factorial", "gcd", "isqrt", "lcm", "perm")},
    }  # fmt: skip
    return Module(math, own, _math_member)


# scipy.special


def _logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    if return_sign:
        raise leave("calls logsumexp with return_sign")
    array = enclosed(a)
    top = np.max(array, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    terms = np.exp(array - top) if b is None else np.exp(array - top) * b
    result = np.log(np.sum(terms, axis=axis, keepdims=True)) + top
    return result if keepdims else result.reshape(np.shape(np.sum(array, axis=axis)))[()]


def _softmax(x: Any, axis: Any = None) -> Any:
    away = np.exp(enclosed(x) - np.max(enclosed(x), axis=axis, keepdims=True))
    return away / np.sum(away, axis=axis, keepdims=True)


def _log_softmax(x: Any, axis: Any = None) -> Any:
    return enclosed(x) - _logsumexp(x, axis=axis, keepdims=True)


def _scipy_member(member: Any, name: str) -> Any:
    if isinstance(member, ModuleType):
        return scipy_module(member)
    if isinstance(member, np.ufunc):
        return _Ufunc(member)
    return _refused(name) if callable(member) and not isinstance(member, type) else member


def _refused(name: str) -> Function:
    def refused(*args: Any, **kwargs: Any) -> Any:
        raise leave(f"{name} is not enclosed")

    return refused


def scipy_module(module: ModuleType) -> Module:
    """SciPy, or a module of it: its ufuncs, and some of its functions."""
    own: dict[str, Any] = {}
    if module.__name__ == "scipy.special":
        own = {"logsumexp": _logsumexp, "softmax": _softmax, "log_softmax": _log_softmax}
    if module.__name__ == "scipy.linalg":
        own = {"sqrtm": sqrtm, **{name: _prepared(getattr(np.linalg, name)) for name in
                                  ("inv", "det", "solve", "norm", "eigvals", "eigvalsh", "eigh")}}  # fmt: skip
        own["cholesky"] = lambda a, lower=False, **o: (
            np.linalg.cholesky(a) if lower else np.linalg.cholesky(a).mT
        )
        own["solve_triangular"] = _solve_triangular
    return Module(module, own, _scipy_member)


def _solve_triangular(a: Any, b: Any, trans: int = 0, lower: bool = False, **options: Any) -> Any:
    part = np.tril(enclosed(a)) if lower else np.triu(enclosed(a))
    return np.linalg.solve(part.mT if trans in (1, "T") else part, b)


# Python's functions of numbers


def _range(*bounds: Any) -> list[Any]:
    return [Whole(i) for i in range(*(operator.index(bound) for bound in bounds))]


def _enumerate(values: Iterable[Any], start: int = 0) -> Any:
    return zip(map(Whole, itertools.count(start)), values)  # noqa: B905  (one of them has no end)


def _sum(values: Iterable[Any], start: Any = 0) -> Any:
    return builtins.sum(values, Whole(start) if type(start) is int else start)


BUILTINS: dict[str, Any] = {
    "float": _kind_of(float, _float),
    "int": _kind_of(int, _int),
    "complex": _kind_of(complex, _complex),
    "range": _range,
    "len": lambda x: Whole(len(x)),
    "enumerate": _enumerate,
    "sum": _sum,
    "pow": lambda x, y, modulus=None: x**y if modulus is None else pow(x, y, modulus),
}
"""Only these: abs, round, min, max and isinstance do on balls what they should."""


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


__all__ = ["BUILTINS", "CREATION", "TYPES", "Module", "boxed", "each", "is_complex", "lifted", "modules", "nominal"]
