"""Elementary functions of one ball, each with its values at infinities and borders (see _scalars)."""

import functools
import itertools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb

from ._rounding import Rounding, active, rounds, spread
from ._scalars import (
    INDETERMINATE,
    INF,
    NAN,
    ONE,
    ZERO,
    Ball,
    hull,
    is_indeterminate,
    is_nan,
    resolve,
)


def nonnegative(x: Ball) -> Ball:
    """The ball without what lies below 0, for a value that cannot be negative."""
    return x.nonnegative_part() if x.is_finite() and not x >= ZERO else x


# Arithmetic. A sum or product of balls without negative points may reach below 0 by rounding of its
# radius; its root would then be unknown.


@rounds("add")
def add(x: Ball, y: Ball) -> Ball:
    value = x + y
    if not value.is_finite():
        return resolve(np.add, (0.0,), value, x, y)
    if value >= ZERO or not (x >= ZERO and y >= ZERO):
        return value
    return value.nonnegative_part()


@rounds("subtract")
def subtract(x: Ball, y: Ball) -> Ball:
    if x is y and x.is_finite():
        return ZERO
    value = x - y
    return value if value.is_finite() else resolve(np.subtract, (0.0,), value, x, y)


@rounds("multiply")
def multiply(x: Ball, y: Ball) -> Ball:
    value = x * y
    if not value.is_finite():
        return resolve(np.multiply, (0.0,), value, x, y)
    if value >= ZERO or not (x is y or (x >= ZERO and y >= ZERO)):
        return value
    return _square(x) if x is y else value.nonnegative_part()


def _square(x: Ball) -> Ball:
    end = abs(x).upper()
    return hull(ZERO, end * end).nonnegative_part() if x.contains(ZERO) else x * x


@rounds("divide")
def divide(x: Ball, y: Ball) -> Ball:
    if x is y and (x > ZERO or x < ZERO) and x.is_finite():
        return ONE
    value = x / y
    if not value.is_finite() or not y.is_finite():
        return resolve(np.divide, (0.0,), value, x, y)
    return value.nonnegative_part() if not value >= ZERO and x >= ZERO and y > ZERO else value


def absolute(x: Ball) -> Ball:
    return nonnegative(abs(x)) if x.is_finite() else resolve(np.abs, (0.0,), x, x)


def negative(x: Ball) -> Ball:
    return -x if x.is_finite() else resolve(np.negative, (0.0,), x, x)


def square(x: Ball) -> Ball:
    return multiply(x, x)


def reciprocal(x: Ball) -> Ball:
    return divide(ONE, x)


# Functions that grow or fall all the way are known at the ends of a ball


def _monotone(at_point: Callable[[Ball], Ball], reference: Callable[..., Any]) -> Callable[[Ball], Ball]:
    def function(x: Ball) -> Ball:
        if not x.is_finite():
            return resolve(reference, (0.0,), at_point(x), x)
        return at_point(x) if x.is_exact() else hull(at_point(x.lower()), at_point(x.upper()))

    return function


def _round(x: Ball) -> Ball:
    below = x.floor()
    twice = 2 * (x - below)
    if twice == ONE:  # halfway: to even
        return below if (below / 2).is_integer() else below + 1
    return below if twice < ONE else below + 1


floor = _monotone(arb.floor, np.floor)
ceil = _monotone(arb.ceil, np.ceil)
trunc = _monotone(lambda x: x.floor() if x >= ZERO else x.ceil(), np.trunc)
round_ = _monotone(_round, np.round)
sign = _monotone(arb.sgn, np.sign)


@rounds("remainder")
def remainder(x: Ball, y: Ball) -> Ball:
    """x − ⌊x/y⌋·y, of the sign of y."""
    if x.is_finite() and not y.is_finite() and not y.is_nan():
        alike = (x >= ZERO and y > ZERO) or (x <= ZERO and y < ZERO)
        return x if alike else y if x > ZERO or x < ZERO else INDETERMINATE
    whole = floor_divide(x, y)
    value = subtract(x, multiply(whole, y))
    return (
        value if value.is_finite() and y.is_finite() else resolve(np.remainder, (0.0,), INDETERMINATE, x, y)
    )


def floor_divide(x: Ball, y: Ball) -> Ball:
    if not active() and x.is_finite() and y.is_finite() and x.is_exact() and y.is_exact() and not y.is_zero():
        return arb((x.fmpq() / y.fmpq()).floor())
    quotient = divide(x, y)
    if x.is_finite() == y.is_finite():  # two infinities have no quotient
        value = floor(quotient)
        return value if value.is_finite() else resolve(np.floor_divide, (0.0,), INDETERMINATE, x, y)
    return floor(quotient)


# Smaller and larger


def maximum(x: Ball, y: Ball) -> Ball:
    if is_nan(x) or is_nan(y):
        return NAN
    if x >= y:
        return x
    if y >= x:
        return y
    if not (x.is_finite() and y.is_finite()):
        return INDETERMINATE
    return nonnegative(x.max(y)) if x >= ZERO or y >= ZERO else x.max(y)


def minimum(x: Ball, y: Ball) -> Ball:
    if is_nan(x) or is_nan(y):
        return NAN
    if x <= y:
        return x
    if y <= x:
        return y
    if not (x.is_finite() and y.is_finite()):
        return INDETERMINATE
    return -nonnegative(-x.min(y)) if x <= ZERO or y <= ZERO else x.min(y)


# Roots, powers, exponentials


def power(x: Ball, y: Ball) -> Ball:
    """x^y as IEEE 754 has it; whole powers may be repeated products."""
    value, model = _power(x, y), active()
    if model is not None and y.is_exact() and y.is_integer():
        return model.widened(value, abs(y))
    return value


@rounds("pow")
def _power(x: Ball, y: Ball) -> Ball:
    """x^y as IEEE 754 has it: x^0 = 1 and 1^y = 1 even of NaN; NaN for negative x and fractional y."""
    if y.is_zero() or x == ONE:
        return ONE
    if y.is_finite() and y.is_exact() and y.is_integer():
        return _whole_power(x, y)
    if x.is_finite() and y.is_finite() and x >= ZERO:
        return _positive_power(x, y)
    if x.is_finite() and x < ZERO and y.is_finite() and not y.contains_integer():
        return NAN
    return resolve(np.power, (-1.0, 0.0, 1.0), INDETERMINATE, x, y)


def _positive_power(x: Ball, y: Ball) -> Ball:
    if x > ZERO:
        value = x**y
        return nonnegative(value) if value.is_finite() else INDETERMINATE
    if y > ZERO:  # grows with x
        return ZERO if x.is_zero() else hull(ZERO, x.upper() ** y).nonnegative_part()
    return INF if x.is_zero() and y < ZERO else INDETERMINATE


def _whole_power(x: Ball, n: Ball) -> Ball:
    if is_indeterminate(x) or is_nan(x):
        return x
    if not x.is_finite():
        return _at_infinity(x, n)
    if n < ZERO:
        return divide(ONE, _whole_power(x, -n))
    if x > ZERO or x < ZERO or x.is_exact():
        value = x**n
        return value if value.is_finite() else INDETERMINATE  # beyond Arb's exponents
    low, high = x.lower() ** n, x.upper() ** n
    if (n / 2).is_integer():
        return hull(ZERO, low.max(high)).nonnegative_part()
    return hull(low, high)


def _at_infinity(x: Ball, n: Ball) -> Ball:
    size = INF if n > ZERO else ZERO
    return size if x > ZERO or (n / 2).is_integer() else -size


def _unary(
    name: str, function: Callable[[Ball], Ball], reference: Callable[..., Any], *borders: float
) -> Callable[[Ball], Ball]:
    @rounds(name)
    def wrapped(x: Ball) -> Ball:
        value = function(x)
        if value.is_finite() and x.is_finite():
            return value
        return resolve(reference, borders, value, x)

    return wrapped


sqrt = _unary("sqrt", arb.sqrt, np.sqrt, 0.0)
exp = _unary("exp", lambda x: nonnegative(x.exp()), np.exp, 0.0)
expm1 = _unary("expm1", arb.expm1, np.expm1, 0.0)
log = _unary("log", arb.log, np.log, 0.0)
log1p = _unary("log1p", arb.log1p, np.log1p, -1.0)
log2 = _unary("log2", lambda x: x.log() / arb.const_log2(), np.log2, 0.0)
log10 = _unary("log10", lambda x: x.log() / arb.const_log10(), np.log10, 0.0)
sin = _unary("sin", arb.sin, np.sin, 0.0)
cos = _unary("cos", arb.cos, np.cos, 0.0)
tan = _unary("tan", arb.tan, np.tan, 0.0)
sinh = _unary("sinh", arb.sinh, np.sinh, 0.0)
cosh = _unary("cosh", arb.cosh, np.cosh, 0.0)
tanh = _unary("tanh", arb.tanh, np.tanh, 0.0)
asin = _unary("asin", arb.asin, np.arcsin, -1.0, 1.0)
acos = _unary("acos", arb.acos, np.arccos, -1.0, 1.0)
atan = _unary("atan", arb.atan, np.arctan, 0.0)
asinh = _unary("asinh", arb.asinh, np.arcsinh, 0.0)
acosh = _unary("acosh", arb.acosh, np.arccosh, 1.0)
atanh = _unary("atanh", arb.atanh, np.arctanh, -1.0, 1.0)


@rounds("atan2")
def atan2(y: Ball, x: Ball) -> Ball:
    if y.is_finite() and x.is_finite():
        return arb.atan2(y, x)
    if is_nan(y) or is_nan(x):
        return NAN
    if is_indeterminate(y) or is_indeterminate(x) or not (y >= ZERO or y < ZERO):
        return INDETERMINATE
    quarters = 2 if x.is_finite() else 1 if x > ZERO else 3  # of y = inf; of a finite y, 0 or 4
    if y.is_finite():
        quarters = 0 if x > ZERO else 4
    return arb.pi() * quarters / 4 * (1 if y >= ZERO else -1)


@rounds("hypot")
def hypot(x: Ball, y: Ball) -> Ball:
    if x.is_finite() and y.is_finite():
        return sqrt(add(square(x), square(y)))
    return resolve(np.hypot, (0.0,), INDETERMINATE, x, y)


def logaddexp(x: Ball, y: Ball) -> Ball:
    """log(e^x + e^y) = max(x, y) + log(1 + e^−|x − y|)."""
    if x.is_finite() and y.is_finite():
        return add(maximum(x, y), log1p(exp(-absolute(subtract(x, y)))))
    if x == -INF or y == -INF:
        return maximum(x, y)
    return resolve(np.logaddexp, (0.0,), INDETERMINATE, x, y)


def total(terms: list[Ball]) -> Ball:
    """The sum of the terms."""
    if active() is None:
        return functools.reduce(add, terms, ZERO)
    return running_totals(terms)[-1] if terms else ZERO


def running_totals(terms: list[Ball]) -> list[Ball]:
    """The sums of the first terms, one after the other, each taken in any order."""
    with Rounding(None):
        sums = list(itertools.accumulate(terms, add))
    if active() is None:
        return sums
    sizes = itertools.accumulate(map(absolute, terms), operator.add)
    counts = itertools.accumulate(not term.is_zero() for term in terms)
    return [spread(*each) for each in zip(sums, sizes, (count - 1 for count in counts), strict=True)]


def product(factors: list[Ball]) -> Ball:
    """The product of the factors."""
    if active() is None:
        return functools.reduce(multiply, factors, ONE)
    return running_products(factors)[-1] if factors else ONE


def running_products(factors: list[Ball]) -> list[Ball]:
    """The products of the first factors, one after the other, each taken in any order."""
    with Rounding(None):
        products = list(itertools.accumulate(factors, multiply))
    if (model := active()) is None:
        return products
    counts = itertools.accumulate(not factor == ONE for factor in factors)  # noqa: SIM201  (a ball may be neither)
    return [x if n < 2 else model.widened(x, n - 1) for x, n in zip(products, counts, strict=True)]
