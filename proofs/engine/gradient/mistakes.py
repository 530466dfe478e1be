"""Wrong gradients, as people make them: of every function by rule, and those of its known mistakes.

Each is what a backward function would give in the place of the right gradient: the laws must refute it,
and an audit can name it.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ....backends import Setting
from ...language.law import Implementation
from .. import registry
from ..calls import Given
from .derivative import FAILURES, Point

Numbers: TypeAlias = np.ndarray[Any, Any]
Cotangents: TypeAlias = Sequence[Numbers]
Change: TypeAlias = Callable[[Point, Cotangents], list[Numbers]]


@dataclass(frozen=True, slots=True)
class WrongGradient:
    """A mistake in the gradient of a function."""

    name: str
    sentence: str
    """What the gradient does, after "the gradient of rope.rotate with respect to x"."""
    change: Change
    mistake: str = ""
    """The id of the function's mistake whose gradient it is, if that is what it is."""

    def replacement(self, function: str, on: Setting) -> Implementation:
        """A function of (cotangent, *arguments, **options) that makes it."""

        def gradient(cotangent: Any, /, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
            listed = list(cotangent) if isinstance(cotangent, tuple | list) else [cotangent]
            point = Point(function, args, kwargs, on)
            found = self.change(point, [on.host(part) for part in listed])
            return tuple(on.array(part) for part in found)

        return gradient


def _each(change: Callable[[Numbers], Numbers]) -> Change:
    return lambda point, cotangents: [change(part) for part in point.middles(cotangents)]


def rounded(bits: int) -> Callable[[Numbers], Numbers]:
    """Numbers in so many bits."""

    def change(values: Numbers) -> Numbers:
        parts, powers = np.frexp(values)
        return np.ldexp(np.round(np.ldexp(parts, bits)), powers - bits)

    return change


def _averaged(point: Point, cotangents: Cotangents) -> list[Numbers]:
    count = max(math.prod(shape) for shape in point.shapes)
    return [part / count for part in point.middles(cotangents)]


def _by_rows(point: Point, cotangents: Cotangents) -> list[Numbers]:
    rows = max(shape[0] if shape else 1 for shape in point.shapes)
    return [part / rows for part in point.middles(cotangents)]


def _exchanged(point: Point, cotangents: Cotangents) -> list[Numbers]:
    found = point.middles(cotangents)
    if len(found) > 1 and found[0].shape == found[1].shape:
        found[:2] = found[1::-1]
    return found


def _ones(point: Point, cotangents: Cotangents) -> list[Numbers]:
    return point.middles([np.ones_like(part) for part in cotangents])


def of_any() -> Iterator[WrongGradient]:
    """What can be wrong with any gradient."""
    yield WrongGradient("negated", "has the wrong sign", _each(lambda g: -g))
    yield WrongGradient("doubled", "is twice the derivative", _each(lambda g: 2 * g))
    yield WrongGradient("halved", "is half the derivative", _each(lambda g: g / 2))
    yield WrongGradient("zero", "is zero: nothing comes back", _each(lambda g: g * 0))
    yield WrongGradient("ignores-cotangent", "ignores the cotangent, as if it were 1", _ones)
    yield WrongGradient(
        "mean-for-sum", "is divided by the number of results: that of their mean, not of their sum", _averaged
    )
    yield WrongGradient("mean-over-rows", "is divided by the number of rows", _by_rows)
    yield WrongGradient("exchanged", "is that of the other argument: the two are exchanged", _exchanged)
    yield WrongGradient("bfloat16", "is rounded to bfloat16 (8 bits)", _each(rounded(8)))
    yield WrongGradient("float16", "is rounded to float16 (11 bits)", _each(rounded(11)))
    yield WrongGradient("float32", "is rounded to float32 (24 bits)", _each(rounded(24)))


TELLING = frozenset(
    [
        "mean",
        "sum",
        "max",
        "min",
        "sqrt",
        "exp",
        "log",
        "log1p",
        "expm1",
        "sin",
        "cos",
        "abs",
        "sort",
        "cumulative_sum",
    ]
)
"""Operations that say more than the arithmetic beside them."""


def of_terms(point: Point) -> Iterator[WrongGradient]:
    """Terms that are left out: what goes through an operation taken for a constant, as `detach` does."""
    for site in sorted(point.sites, key=lambda site: site.operation not in TELLING):
        if not site.line or site in point.idle:
            continue

        def without(at: Point, cotangents: Cotangents, *, site: Any = site) -> list[Numbers]:
            return at.middles(cotangents, at.idle | {site})

        yield WrongGradient(
            f"without-{site.operation}",
            f"lacks the term through `{site.operation}` in the reference's line `{site.line}`, "
            "as if that were a constant",
            without,
        )


def of_uses(point: Point) -> Iterator[WrongGradient]:
    """What cancels, taken for constant in one place alone: a shift by the largest entry that is detached
    where it is subtracted, and not where it is added again."""
    for use in point.uses:
        if use.made not in point.idle or use.used in point.idle or not use.used.line:
            continue

        def without(at: Point, cotangents: Cotangents, *, use: Any = use) -> list[Numbers]:
            return at.sole(cotangents, [use])

        yield WrongGradient(
            f"detached-in-{use.used.operation}",
            "keeps one of two terms that cancel, such as those of a shift by the maximum: it is detached (a "
            f"constant) as in the reference's line `{use.used.line}`, and not in the other place",
            without,
        )


def of_function(function: str) -> Iterator[WrongGradient]:
    """The right gradients of wrong functions: the known mistakes of a function."""
    for wrong in registry.written_mistakes().values():
        if wrong.function == function:

            def other(point: Point, cotangents: Cotangents, *, wrong: Any = wrong) -> list[Numbers]:
                made = Point(function, point.args, point.kwargs, point.on, wrong.fresh())
                return made.middles(cotangents)

            sentence = f"equals that of the reference with the mistake {wrong.id}: {wrong.sentence}"
            yield WrongGradient(wrong.id.partition("/")[2], sentence, other, wrong.id)


def all_of(function: str, call: Given, on: Setting) -> list[WrongGradient]:
    """Everything that is known to go wrong, the likeliest first."""
    found = [*of_any(), *of_function(function)]
    try:
        point = Point(function, *call, on)
        return found + list(of_terms(point)) + list(of_uses(point))
    except FAILURES:
        return found
