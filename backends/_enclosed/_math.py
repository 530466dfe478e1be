"""The module math on balls, and functions of scipy.special."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from flint import arb

from .._ball import _functions as f
from .._ball import _scalars as s
from ._arrays import Enclosed, ball, enclosed, number
from ._conversion import Function
from ._elementary import REAL
from ._formats import leave
from ._integers import Whole
from ._types import plain_number

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


_SAME_NAME = "sqrt exp expm1 log1p log2 log10 sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh"
_MATH_NAMES = {
    **{name: getattr(f, name) for name in _SAME_NAME.split()},
    "pow": f.power, "atan2": f.atan2, "fabs": f.absolute, "erf": REAL["erf"], "erfc": REAL["erfc"],
    "gamma": REAL["gamma"], "lgamma": REAL["gammaln"], "fmod": REAL["fmod"], "copysign": REAL["copysign"],
    "exp2": REAL["exp2"], "cbrt": REAL["cbrt"], "degrees": REAL["degrees"], "radians": REAL["radians"],
}  # fmt: skip


def functions() -> dict[str, Any]:
    """The members of the module math at the working precision."""
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
    return own


# scipy.special


def _logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
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


SPECIAL: dict[str, Function] = {"logsumexp": _logsumexp, "softmax": _softmax, "log_softmax": _log_softmax}
