"""Elementwise functions of numbers, by the names of NumPy's and SciPy's."""

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb, ctx

from ..._errors import told
from . import _functions as f
from . import _scalars as s
from ._numbers import Complex, Dual, LeftBallsError, Real, at, operand, real_math, wrapped
from ._rounding import unbounded

_KINDS = (Real, Complex, Dual)


def _number(x: Any) -> Any:
    """An element, which may be a plain number that was put into an array."""
    if isinstance(x, _KINDS):
        return x
    ball = operand(x)
    if ball is NotImplemented:
        raise LeftBallsError(told("ball", "element", f"a {type(x).__name__}", "a number"))
    return wrapped(ball, ctx.prec)


def _mathematical(name: str) -> Callable[..., Any]:
    def function(*values: Any) -> Any:
        numbers = [_number(x) for x in values]
        return getattr(real_math(numbers[0].prec), name)(*numbers)

    return function


def _of_balls(function: Callable[..., Any]) -> Callable[..., Any]:
    def elementwise(*values: Any) -> Any:
        numbers = [_number(x) for x in values]
        prec = numbers[0].prec
        return Real(at(prec, function, *(x.ball for x in numbers)), prec)

    return elementwise


def _normal_tail(x: Any) -> Any:
    """Φ(x) = erfc(−x/√2)/2."""
    return (-x / arb(2).sqrt()).erfc() / 2


def _xlogy(x: Any, y: Any) -> Any:
    return s.ZERO if x.is_zero() else f.multiply(x, f.log(y))


_SAME_NAME = [
    "exp",
    "expm1",
    "log",
    "log1p",
    "log2",
    "log10",
    "sqrt",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "hypot",
]


_ARC = ["sin", "cos", "tan", "sinh", "cosh", "tanh"]


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _mathematical(name) for name in _SAME_NAME},
    **{f"arc{name}": _mathematical(f"a{name}") for name in _ARC},
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "float_power": operator.pow,
    "floor_divide": operator.floordiv,
    "remainder": operator.mod,
    "negative": operator.neg,
    "positive": operator.pos,
    "absolute": abs,
    "fabs": abs,
    "square": lambda x: x * x if isinstance(x, Complex | Dual) else _of_balls(f.square)(x),
    "reciprocal": lambda x: 1 / x,
    "conjugate": lambda x: _number(x).conjugate(),
    "arctan2": _mathematical("atan2"),
    "erf": _mathematical("erf"),
    "erfc": _mathematical("erfc"),
    "gammaln": _mathematical("lgamma"),
    "gamma": _mathematical("gamma"),
    "maximum": _of_balls(f.maximum),
    "minimum": _of_balls(f.minimum),
    "sign": _of_balls(f.sign),
    "floor": _of_balls(f.floor),
    "ceil": _of_balls(f.ceil),
    "trunc": _of_balls(f.trunc),
    "rint": _of_balls(f.round_),
    "logaddexp": _of_balls(f.logaddexp),
    "clip": _of_balls(lambda x, low, high: f.minimum(f.maximum(x, low), high)),
    "ndtr": _of_balls(unbounded(_normal_tail)),
    "log_ndtr": _of_balls(unbounded(lambda x: f.log(_normal_tail(x)))),
    "expit": _of_balls(lambda x: f.divide(s.ONE, f.add(s.ONE, f.exp(f.negative(x))))),
    "xlogy": _of_balls(_xlogy),
}


_TESTS: dict[str, Callable[..., Any]] = {
    "isnan": lambda x: s.is_nan(_known(x)),
    "isinf": lambda x: not _known(x).is_finite() and not s.is_nan(_known(x)),
    "isfinite": lambda x: bool(_known(x).is_finite()),
    "signbit": lambda x: bool(x < 0),
    "equal": operator.eq,
    "not_equal": operator.ne,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "logical_not": operator.not_,
    "logical_and": lambda x, y: bool(x) and bool(y),
    "logical_or": lambda x, y: bool(x) or bool(y),
}


_IDENTITY = {"add": 0, "multiply": 1}


def _known(x: Any) -> Any:
    """The ball of a number of which something is known."""
    ball = operand(x)
    if s.is_indeterminate(ball):
        raise s.undecided("isfinite", s.text(ball))
    return ball


@functools.cache
def _loop(name: str, count: int) -> Any:
    function = _FUNCTIONS.get(name) or _TESTS.get(name)
    if function is None:
        raise LeftBallsError(told("ball", "function", name, "one that has a proven enclosure"))
    return np.frompyfunc(function, count, 1, identity=_IDENTITY.get(name))  # None: in any order
