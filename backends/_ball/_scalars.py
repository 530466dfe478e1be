"""One ball: how numbers become balls, what NaN and infinities mean, and comparisons.

An element of a real array is an `arb` in one of four states.

finite          the exact value lies in the ball
INF, -INF       exactly an infinity
NAN             certainly not a number, as IEEE 754 has it: 0·∞, ∞ − ∞, the root of a negative number
INDETERMINATE   anything: a ball that reaches over the border of a domain, say the logarithm of [−1, 1]

A zero has no sign; where IEEE 754 asks for it (1/0), it counts as +0.

Comparisons have three values, FALSE < UNDECIDED < TRUE, so that "and" is the minimum, "or" the maximum
(Kleene's logic). One object is one number: it equals itself even where its ball is wide.
"""

import functools
import itertools
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from flint import arb, ctx, fmpq

from ..._errors import DTypeError, UndecidedError, told
from ._precision import WorkingPrecision

Ball: TypeAlias = Any  # flint ships no types

FALSE, UNDECIDED, TRUE = 0, 1, 2
ZERO, ONE = arb(0), arb(1)
INF, NAN, INDETERMINATE = arb("inf"), arb(float("nan")), arb.nan()


class Constant(float):
    """A Python float that becomes the number it stands for, not itself, where it meets an array."""

    exact: Callable[[], Ball]

    def __new__(cls, value: float, exact: Callable[[], Ball]) -> "Constant":
        made = super().__new__(cls, value)
        made.exact = exact
        return made


PI, E = Constant(math.pi, arb.pi), Constant(math.e, arb.const_e)


def undecided(call: str, got: str) -> UndecidedError:
    """The error for what these balls cannot tell."""
    advice = "Raise the precision; no precision decides between numbers that are exactly equal"
    return UndecidedError(told(call, "balls", got, "balls narrow enough to decide", advice))


def lift(value: Any) -> Ball:
    """A number as a ball: exact, but for fractions whose denominator is no power of two."""
    if isinstance(value, arb):
        return normal(value)
    if isinstance(value, Constant):
        return value.exact()
    if isinstance(value, float | np.floating):
        near = float(value)
        exact = near == value or math.isnan(near)
        return normal(arb(near)) if exact else _quotient(*value.as_integer_ratio())
    if isinstance(value, int | np.integer | np.bool_):
        return arb(int(value))
    if isinstance(value, Fraction):
        return _quotient(value.numerator, value.denominator)
    if isinstance(ball := getattr(value, "ball", None), arb):  # a Real of _numbers
        return ball
    raise DTypeError(told("ball", "value", f"a {type(value).__name__}", "a real number"))


def _quotient(numerator: int, denominator: int) -> Ball:
    """Exact, whatever the working precision, if the denominator is a power of two."""
    exact = denominator & (denominator - 1) == 0
    with WorkingPrecision(max(ctx.prec, numerator.bit_length() if exact else 0)):
        return arb(fmpq(numerator, denominator))


def normal(x: Ball) -> Ball:
    """One of the four states, for an arb of any origin."""
    if x.is_finite() or is_nan(x):
        return x
    if x.is_exact() and not x.is_nan():
        return INF if x > 0 else -INF
    return INDETERMINATE


def is_nan(x: Ball) -> bool:
    """Whether the value is certainly no number."""
    return bool(x.is_nan() and x.is_exact())


def is_indeterminate(x: Ball) -> bool:
    """Whether nothing is known of the value."""
    return not x.is_finite() and not x.is_exact()


def upper(x: Ball) -> Ball:
    """The upper end, an exact point."""
    return x.upper() if x.is_finite() else x


def lower(x: Ball) -> Ball:
    """The lower end, an exact point."""
    return x.lower() if x.is_finite() else x


def hull(x: Ball, y: Ball) -> Ball:
    """The smallest ball that holds both."""
    if x is y or bool(x == y) or (is_nan(x) and is_nan(y)):
        return x
    return x.union(y) if x.is_finite() and y.is_finite() else INDETERMINATE


# Comparisons


def _is_same(x: Ball, y: Ball) -> bool:
    return x is y and not is_indeterminate(x)


def less(x: Ball, y: Ball) -> int:
    """x < y."""
    if x < y:
        return TRUE
    if x >= y or is_nan(x) or is_nan(y) or _is_same(x, y):
        return FALSE
    return UNDECIDED


def less_equal(x: Ball, y: Ball) -> int:
    """x ≤ y."""
    if x <= y:
        return TRUE
    if x > y or is_nan(x) or is_nan(y):
        return FALSE
    return TRUE if _is_same(x, y) else UNDECIDED


def equal(x: Ball, y: Ball) -> int:
    """x = y."""
    if x == y:
        return TRUE
    if x != y or is_nan(x) or is_nan(y):
        return FALSE
    return TRUE if _is_same(x, y) else UNDECIDED


def order(x: Ball, y: Ball) -> int:
    """−1, 0 or 1 as x < y, x = y or x > y, with NaN above everything; an error if the balls cannot tell."""
    if x < y:
        return -1
    if x > y:
        return 1
    if x == y or _is_same(x, y):
        return 0
    if is_indeterminate(x) or is_indeterminate(y) or not (is_nan(x) or is_nan(y)):
        raise undecided("ball: order", f"{text(x)} and {text(y)}")
    return int(is_nan(x)) - int(is_nan(y))


KEY = functools.cmp_to_key(order)
"""For sorting; it raises where the balls cannot tell."""


# The values at infinities and at the borders of domains


def _representatives(x: Ball, borders: tuple[float, ...]) -> Iterator[float]:
    """Floats that stand for all of x, where only the side of each border matters."""
    if not x.is_finite():
        yield float(x) if x.is_exact() else math.nan
        return
    yield from (border for border in borders if x.contains(arb(border)))
    for low, high in itertools.pairwise((-math.inf, *borders, math.inf)):
        if not (x <= low or x >= high):
            yield _inside(low, high)


def _inside(low: float, high: float) -> float:
    """A float strictly between the two."""
    if math.isinf(low):
        return high - 1 if math.isfinite(high) else 1.0
    return low + 1 if math.isinf(high) else low + (high - low) / 4  # at ½ NumPy's power is a root: NaN of −∞


def resolve(reference: Callable[..., Any], borders: tuple[float, ...], value: Ball, *arguments: Ball) -> Ball:
    """What is certain of a function's value where Arb gives no finite ball, or the arguments are not finite.

    IEEE 754 fixes the value at infinities and at borders of domains. `reference` follows it (NumPy), at
    floats that stand for all of the arguments: if all agree on an infinity or on NaN, that is certain.
    """
    if any(map(is_indeterminate, arguments)):
        return INDETERMINATE
    with np.errstate(all="ignore"):
        choices = itertools.product(*(tuple(_representatives(x, borders)) for x in arguments))
        found = {str(float(reference(*choice))) for choice in choices}
    special = found & {"nan", "inf", "-inf"}
    if not special and value.is_finite():
        return value
    if len(found) == 1 and special:
        return {"nan": NAN, "inf": INF, "-inf": -INF}[special.pop()]
    if len(found) == 1 and any(x.is_exact() and not x.is_finite() for x in arguments):
        (limit,) = map(float, found)  # at an infinity what is finite is constant between the borders
        return lift(limit) if limit.is_integer() else INDETERMINATE
    return INDETERMINATE


# To other numbers


def nearest(x: Ball) -> float:
    """The float64 nearest to the midpoint; an error if nothing is known of the value."""
    if is_indeterminate(x):
        raise undecided("ball: float64", "an indeterminate value")
    return float(x.mid()) if x.is_finite() else float(x)


def exact(call: str, x: Ball) -> float:
    """The float64 that the ball is; an error if it is not a point, or none that float64 has."""
    if not is_indeterminate(x) and x.is_exact():
        value = float(x)
        if is_nan(x) or x == lift(value):
            return value
    expected = "an exact point of float64"
    advice = "Functions that compute in float64 prove nothing of balls; give them NumPy arrays"
    raise DTypeError(told(call, "value", text(x), expected, advice))


def truncate(call: str, x: Ball) -> int:
    """The integer part, if the ball decides it."""
    if not x.is_finite():
        raise undecided(call, text(x))
    ends = {int((end.floor() if end > 0 else end.ceil()).unique_fmpz()) for end in (x.lower(), x.upper())}
    if len(ends) > 1:
        raise undecided(call, text(x))
    return ends.pop()


def text(x: Ball) -> str:
    """A short text of a ball."""
    if is_indeterminate(x):
        return "indeterminate"
    return str(x.str(17)) if x.is_finite() else str(float(x))
