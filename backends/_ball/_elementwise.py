"""Elementwise functions of ball arrays."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb

from ..._errors import DTypeError, told
from ..._typing import Namespace
from . import _functions as f
from . import _scalars as s
from ._array import BallArray, boxed
from ._dtypes import DTYPES
from ._operands import apply, apply_at_once, operands, require
from ._rounding import active

BOOL = DTYPES["bool"]


def _real(
    name: str,
    function: Callable[..., Any],
    integers: Callable[..., Any] | None = None,
    at_once: Callable[..., Any] | None = None,
) -> Callable[..., BallArray]:
    """A numeric function of one or two arrays, for integers as NumPy has it, if at all. `at_once` serves all
    finite reals in one loop, see apply_at_once."""
    kinds = ("real floating", "integral") if integers else ("real floating",)

    def elementwise(xp: Namespace, *given: Any) -> BallArray:
        arrays = operands(xp, name, *given)
        dtype = arrays[0].dtype
        require(name, arrays[0], *kinds)
        if dtype.real:
            if at_once and active() is None and all(array.finite for array in arrays):
                made = apply_at_once(xp, at_once, function, *arrays)
                if made is not None:
                    return made
            return apply(xp, function, dtype, *arrays)
        assert integers is not None
        with np.errstate(all="ignore"):
            return arrays[0].like(integers(*(array.data for array in arrays)))

    return elementwise


def _of(count: int, inner: Callable[..., BallArray]) -> Callable[..., BallArray]:
    """A function of one array or of two, with the standard's names, by one of any number."""
    if count == 1:

        def unary(xp: Namespace, x: BallArray, /) -> BallArray:
            return inner(xp, x)

        return unary

    def binary(xp: Namespace, x1: Any, x2: Any, /) -> BallArray:
        return inner(xp, x1, x2)

    return binary


def _unary(
    name: str,
    function: Callable[..., Any],
    integers: Callable[..., Any] | None = None,
    at_once: Callable[..., Any] | None = None,
) -> Callable[..., BallArray]:
    each = None if at_once is None else np.frompyfunc(at_once, 1, 1)
    return _of(1, _real(name, function, integers, each))


def _binary(
    name: str,
    function: Callable[..., Any],
    integers: Callable[..., Any] | None = None,
    at_once: Callable[..., Any] | None = None,
) -> Callable[..., BallArray]:
    return _of(2, _real(name, function, integers, at_once))


def _integer_power(x: Any, y: Any) -> Any:
    if np.any(y < 0):
        raise DTypeError(told("pow", "exponent", "negative integers", "none below 0 for an integer base"))
    return x**y


def _compare(
    name: str, reals: Callable[[Any, Any], int], others: Callable[[Any, Any], Any], *kinds: str
) -> Callable[..., BallArray]:
    def compare(xp: Namespace, x1: Any, x2: Any, /) -> BallArray:
        first, second = operands(xp, name, x1, x2)
        require(name, first, "numeric", *kinds)
        if first.dtype.real:
            return apply(xp, reals, BOOL, first, second)
        if first.dtype.boolean:
            return apply(xp, functools.partial(_truths, others), BOOL, first, second)
        return BallArray(boxed(2 * np.asarray(others(first.data, second.data), np.int8), BOOL), BOOL, xp)

    return compare


def _truths(relation: Callable[[Any, Any], Any], x: int, y: int) -> int:
    if s.UNDECIDED in (x, y):
        return s.UNDECIDED
    return s.TRUE if relation(x, y) else s.FALSE


def _class(name: str, reals: Callable[[Any], int], integers: int) -> Callable[..., BallArray]:
    def test(xp: Namespace, x: BallArray, /) -> BallArray:
        (x,) = operands(xp, name, x)
        require(name, x, "numeric")
        if x.dtype.real:
            return apply(xp, reals, BOOL, x)
        return BallArray(np.full(x.shape, integers, dtype=np.int8), BOOL, xp)

    return test


def _whether(known: Callable[[Any], bool]) -> Callable[[Any], int]:
    def test(x: Any) -> int:
        if s.is_indeterminate(x):
            return s.UNDECIDED
        return s.TRUE if known(x) else s.FALSE

    return test


def _bits(
    name: str, truths: Callable[..., Any] | None, integers: Callable[..., Any], count: int = 2
) -> Callable[..., BallArray]:
    """Bitwise on integers; on booleans as Kleene has it."""

    def bitwise(xp: Namespace, *given: Any) -> BallArray:
        arrays = operands(xp, name, *given)
        require(name, arrays[0], *(("bool", "integral") if truths else ("integral",)))
        function = truths if arrays[0].dtype.boolean and truths else integers
        return arrays[0].like(function(*(array.data for array in arrays)))

    return _of(count, bitwise)


def _logical(name: str, truths: Callable[..., Any], count: int = 2) -> Callable[..., BallArray]:
    def logical(xp: Namespace, *given: Any) -> BallArray:
        arrays = operands(xp, name, *given)
        require(name, arrays[0], "bool")
        return arrays[0].like(truths(*(array.data for array in arrays)))

    return _of(count, logical)


def _not(x: Any) -> Any:
    return np.subtract(2, x, dtype=np.int8)


def _xor(x: Any, y: Any) -> Any:
    return np.where((x == 1) | (y == 1), 1, x ^ y).astype(np.int8)


abs = _unary("abs", f.absolute, np.abs)  # noqa: A001
negative = _unary("negative", f.negative, np.negative)
positive = _unary("positive", lambda x: x, np.positive)
sign = _unary("sign", f.sign, np.sign)
square = _unary("square", f.square, np.square)
floor = _unary("floor", f.floor, np.floor)
ceil = _unary("ceil", f.ceil, np.ceil)
trunc = _unary("trunc", f.trunc, np.trunc)
round = _unary("round", f.round_, np.round)  # noqa: A001
reciprocal = _unary("reciprocal", f.reciprocal)
sqrt = _unary("sqrt", f.sqrt, at_once=arb.sqrt)
exp = _unary("exp", f.exp, at_once=arb.exp)
expm1 = _unary("expm1", f.expm1, at_once=arb.expm1)
log = _unary("log", f.log, at_once=arb.log)
log1p = _unary("log1p", f.log1p, at_once=arb.log1p)
log2 = _unary("log2", f.log2)
log10 = _unary("log10", f.log10)
sin = _unary("sin", f.sin, at_once=arb.sin)
cos = _unary("cos", f.cos, at_once=arb.cos)
tan = _unary("tan", f.tan, at_once=arb.tan)
sinh = _unary("sinh", f.sinh, at_once=arb.sinh)
cosh = _unary("cosh", f.cosh, at_once=arb.cosh)
tanh = _unary("tanh", f.tanh, at_once=arb.tanh)
asin = _unary("asin", f.asin, at_once=arb.asin)
acos = _unary("acos", f.acos, at_once=arb.acos)
atan = _unary("atan", f.atan, at_once=arb.atan)
asinh = _unary("asinh", f.asinh, at_once=arb.asinh)
acosh = _unary("acosh", f.acosh, at_once=arb.acosh)
atanh = _unary("atanh", f.atanh, at_once=arb.atanh)

add = _binary("add", f.add, np.add, np.add)
subtract = _binary("subtract", f.subtract, np.subtract, np.subtract)
multiply = _binary("multiply", f.multiply, np.multiply, np.multiply)
divide = _binary("divide", f.divide)
floor_divide = _binary("floor_divide", f.floor_divide, np.floor_divide)
remainder = _binary("remainder", f.remainder, np.remainder)
pow = _binary("pow", f.power, _integer_power)  # noqa: A001
maximum = _binary("maximum", f.maximum, np.maximum)
minimum = _binary("minimum", f.minimum, np.minimum)
atan2 = _binary("atan2", f.atan2)
hypot = _binary("hypot", f.hypot)
logaddexp = _binary("logaddexp", f.logaddexp)

less = _compare("less", s.less, np.less)
less_equal = _compare("less_equal", s.less_equal, np.less_equal)
greater = _compare("greater", lambda x, y: s.less(y, x), np.greater)
greater_equal = _compare("greater_equal", lambda x, y: s.less_equal(y, x), np.greater_equal)
equal = _compare("equal", s.equal, np.equal, "bool")
not_equal = _compare("not_equal", lambda x, y: 2 - s.equal(x, y), np.not_equal, "bool")

isfinite = _class("isfinite", _whether(lambda x: bool(x.is_finite())), s.TRUE)
isnan = _class("isnan", _whether(s.is_nan), s.FALSE)
isinf = _class("isinf", _whether(lambda x: not x.is_finite() and not s.is_nan(x)), s.FALSE)

logical_and = _logical("logical_and", np.minimum)
logical_or = _logical("logical_or", np.maximum)
logical_xor = _logical("logical_xor", _xor)
logical_not = _logical("logical_not", _not, 1)
bitwise_and = _bits("bitwise_and", np.minimum, np.bitwise_and)
bitwise_or = _bits("bitwise_or", np.maximum, np.bitwise_or)
bitwise_xor = _bits("bitwise_xor", _xor, np.bitwise_xor)
bitwise_invert = _bits("bitwise_invert", _not, np.invert, 1)
bitwise_left_shift = _bits("bitwise_left_shift", None, np.left_shift)
bitwise_right_shift = _bits("bitwise_right_shift", None, np.right_shift)


def signbit(xp: Namespace, x: BallArray, /) -> BallArray:
    """x < 0: a zero has no sign."""
    return less(xp, x, 0)


def clip(xp: Namespace, x: BallArray, /, min: Any = None, max: Any = None) -> BallArray:  # noqa: A002
    """max(min, x), then min(max, ·)."""
    if min is not None:
        x = maximum(xp, x, min)
    if max is not None:
        x = minimum(xp, x, max)
    return positive(xp, x)


def where(xp: Namespace, condition: BallArray, x1: Any, x2: Any, /) -> BallArray:
    """x1 where the condition holds, x2 where not; the hull of both where it is undecided."""
    require("where", condition, "bool")
    first, second = operands(xp, "where", x1, x2)
    dtype = first.dtype
    choose = _choose_ball if dtype.real else _choose_truth if dtype.boolean else _choose_integer
    return apply(xp, choose, dtype, condition, first, second)


def _choose_ball(truth: int, x: Any, y: Any) -> Any:
    if truth == s.UNDECIDED:
        return s.hull(x, y)
    return x if truth else y


def _choose_truth(truth: int, x: int, y: int) -> int:
    if truth == s.UNDECIDED:
        return x if x == y else s.UNDECIDED
    return x if truth else y


def _choose_integer(truth: int, x: Any, y: Any) -> Any:
    if truth == s.UNDECIDED and x != y:
        raise s.undecided("where", "a condition on balls that overlap, and integers")
    return x if truth else y
