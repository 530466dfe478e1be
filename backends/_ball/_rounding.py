"""A model of floating-point arithmetic: while one is active, the result of every elementary function is
widened by what a library may be off, so that balls contain whatever the library computes.

The sum of n numbers may be taken in any order: it is off by at most (n − 1)·u·Σ|x| (Rump 2012). What may be
below the smallest normal number may be flushed to 0; of what may be too large nothing is known. What has no
bound (solvers, decompositions, special functions) raises UnboundedError. A generator that is consumed after
the block computes without the model.
"""

import functools
import math
import random
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any

from flint import arb

from ..._errors import UndecidedError, told
from ._scalars import INDETERMINATE

BASIC = frozenset({"add", "subtract", "multiply", "divide", "square", "reciprocal", "sqrt"})
"""Correctly rounded by IEEE 754, if not by the backend's table."""


class UnboundedError(UndecidedError):
    """What is computed has no known bound of its roundings."""


@dataclass(frozen=True, slots=True)
class Model:
    """How far one dtype of one library may be off."""

    bits: int
    """Significand bits."""
    smallest: float
    """Smallest normal number: what is below may be flushed to 0."""
    largest: float
    """Largest finite number."""
    ulps: tuple[tuple[str, float], ...]
    """Worst errors of elementary functions, by the names of the Array API, with a "default"."""
    factors: int = 0
    """Significand bits to which the factors of matrix products are cut, as tensor cores do; 0 for all."""

    def often(self, roundings: int) -> float:
        """What so many roundings one after the other come to, in roundings."""
        return float(roundings)

    def factor(self, value: Any) -> Any:
        """A number as a matrix product takes it: cut, which is off by up to two unit roundoffs."""
        return replace(self, bits=self.factors).widened(value, 2) if self.factors else value

    def computed(self, name: str, value: Any) -> Any:
        """What a function may give whose exact value is in the ball."""
        table = dict(self.ulps)
        roundings = 1.0 if name in BASIC and name not in table else 2 * table.get(name, table["default"])
        # A correctly rounded function gives a number of the dtype as it is.
        return self.converted(value) if roundings <= 1 else self.widened(value, roundings)

    def widened(self, value: Any, roundings: float) -> Any:
        """A ball that holds the value with an error of so many unit roundoffs."""
        if not value.is_finite() or value.is_zero():
            return value
        wide = self.off(value, abs(value) * roundings * arb(2) ** -self.bits + self.smallest)
        return self.in_range(wide.nonnegative_part() if value >= 0 else wide)

    def off(self, value: Any, most: Any) -> Any:
        """A ball that holds what is at most so far from a value."""
        return value + arb(0, most.upper())

    def scaled(self, value: Any) -> Any:
        """What becomes of a number of the dtype that is moved by powers of two alone."""
        exact = not value.is_finite() or value.is_zero() or abs(value) >= self.smallest
        return self.in_range(value) if exact else self.widened(value, 0)

    def converted(self, value: Any) -> Any:
        """A number as the dtype holds it: itself, or rounded."""
        if not value.is_finite() or value.is_zero():
            return value
        fits = value.is_exact() and int(value.mid().man_exp()[0]).bit_length() <= self.bits
        return self.in_range(value if fits and abs(value) >= self.smallest else self.widened(value, 1))

    def in_range(self, value: Any) -> Any:
        """The value, if it certainly does not overflow."""
        return value if abs(value) <= self.largest else INDETERMINATE

    def narrowed(self, bits: int, smallest: float, largest: float) -> "Model":
        """The model of a narrower dtype of the same library."""
        return replace(
            self, bits=min(self.bits, bits), smallest=max(self.smallest, smallest),
            largest=min(self.largest, largest),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sampled(Model):
    """One of the things that may be computed: every result is as far off as the model allows, up or down at
    random. The mean square of what comes of it is the sum of the squares of what every rounding does."""

    signs: random.Random = field(kw_only=True)

    @classmethod
    def of(cls, model: Model, seed: int) -> "Sampled":
        """A sample of a model."""
        return cls(
            model.bits, model.smallest, model.largest, model.ulps, model.factors, signs=random.Random(seed)
        )

    def often(self, roundings: int) -> float:
        """Their mean square is the sum of their squares."""
        return math.sqrt(roundings)

    def off(self, value: Any, most: Any) -> Any:
        """A number of the dtype at one of the ends of what may be so far off, so that what is exact in the
        dtype is so afterwards."""
        moved = value + self.signs.choice((-1, 1)) * most.upper()
        mantissa, exponent = map(int, moved.mid().man_exp())
        extra = abs(mantissa).bit_length() - self.bits
        return arb((mantissa + (1 << extra - 1) >> extra, exponent + extra)) if extra > 0 else moved.mid()


_ACTIVE: ContextVar[Model | None] = ContextVar("model", default=None)
active = _ACTIVE.get
"""The model in which functions compute now, or none."""


class Rounding:
    """Within it, functions compute as the model says; with None, exactly."""

    __slots__ = ("_model", "_token")

    def __init__(self, model: Model | None) -> None:
        self._model = model

    def __enter__(self) -> None:
        self._token = _ACTIVE.set(self._model)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _ACTIVE.reset(self._token)


def _is_exact(name: str, *balls: Any) -> bool:
    """Whether nothing is rounded, short of underflow: 0 is added, or a power of two is a factor."""
    if name in ("add", "subtract"):
        return any(ball.is_zero() for ball in balls)
    if name == "multiply":
        return any(map(_is_power, balls))
    return name == "divide" and _is_power(balls[1])


def _is_power(ball: Any) -> bool:
    """Whether it is ± a power of two."""
    return bool(ball.is_finite() and ball.is_exact() and abs(ball.man_exp()[0]) == 1)


def rounds(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function of balls that computes exactly and, in a model, is off as that says of the name."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def rounded(*balls: Any) -> Any:
            model = active()
            if model is None:
                return function(*balls)
            with Rounding(None):
                value = function(*balls)
                return model.scaled(value) if _is_exact(name, *balls) else model.computed(name, value)

        return rounded

    return decorate


def converted(value: Any) -> Any:
    """A ball that becomes an element of an array, rounded to the model's dtype."""
    model = active()
    return value if model is None else model.converted(value)


def spread(total: Any, size: Any, roundings: int) -> Any:
    """A sum of terms whose sizes add up to `size`, each of which is rounded at most so often on its way."""
    model = active()
    if model is None or not total.is_finite() or roundings < 1:
        return total
    often = model.often(roundings)
    off = size * often * arb(2) ** -model.bits + (often + 1) * arb(model.smallest)
    return model.in_range(model.off(total, off))


def refuse(call: str) -> None:
    """No bound of the roundings of an algorithm that is the library's own."""
    if active() is not None:
        raise UnboundedError(
            told("ball", "roundings", f"{call}, a library's own algorithm", "elementary functions and sums")
        )


def unbounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function whose accuracy in libraries nobody bounds, so that a model refuses it."""

    @functools.wraps(function)
    def refusing(*balls: Any) -> Any:
        refuse("a special function")
        return function(*balls)

    return refusing
