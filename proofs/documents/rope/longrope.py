"""Laws of frequencies that are divided: all alike, each by a factor of its own, or only the first kept."""

from collections.abc import Iterator
from dataclasses import dataclass

import hypothesis.strategies as st
import numpy as np

from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import Gap, Impl, Kind, Record, Rounding, law
from . import exact
from .inputs import Ranges, ranges


@dataclass(frozen=True, slots=True)
class Lists:
    """What LongRoPE is made of: two lists of d/2 factors, L, and lengths below it and beyond."""

    dim: int
    base: float
    train_length: int
    factor: float
    short: list[float]
    long: list[float]
    ratio: float
    beyond: int


@inputs.composite
def lists(draw: inputs.Draw, p: Precision, kind: Kind) -> Lists:
    """ordinary: as in use, short ones near 1, long ones that grow; cancellation: L and k next to 1, factors
    that nearly agree; extreme: factors of any size."""
    rng, dim = inputs.generator(draw), draw(st.sampled_from([8, 4, 2, 96]))
    low, high = {"ordinary": (0.0, 1.8), "cancellation": (-1e-4, 1e-4), "extreme": (-3.0, 4.0)}[kind]
    short = 10 ** (rng.uniform(low, high, dim // 2) / 10)
    return Lists(
        dim=dim,
        base=draw(st.sampled_from([10000.0, 500000.0, 10.0])),
        train_length=draw(st.sampled_from({"cancellation": [2, 3]}.get(kind, [4096, 131072, 5]))),
        factor=float(1 + 10.0 ** rng.uniform(*{"cancellation": (-6, -1)}.get(kind, (0, 3)))),
        short=[float(x) for x in short],
        long=[float(x) for x in 10 ** np.sort(rng.uniform(low, high, dim // 2))],
        ratio=float(rng.uniform(0.01, 1)),
        beyond=int(10 ** rng.uniform(0, 6)),
    )


@law(
    "rope.longrope-definition",
    "LongRoPE divides ω_m by short_m for lengths up to L, L itself included, and by long_m beyond",
    source="rope P1",
    about=("rope.longrope",),
    inputs=lists,
    tolerance=Rounding({"product or quotients": 2, "expectation": 1}, calls=("pow",)),
    refutes=(
        "rope.longrope/always-short",
        "rope.longrope/always-long",
        "rope.longrope/lists-exchanged",
        "rope.longrope/long-at-the-training-length",
        "rope.longrope/multiplies",
        "rope.longrope/factor-in-the-power",
        "rope.longrope/one-factor-for-all",
    ),
)
def longrope_definition(impl: Impl, on: Setting, case: Lists) -> Iterator[Record]:
    """Lengths below L, at it, next to it and far beyond; powers in 50 decimal digits."""
    omega, length = exact.frequencies(case.dim, case.base), case.train_length
    options = {"dim": case.dim, "train_length": length, "base": case.base, **on.like}
    for n, factors in (
        (length * case.ratio, case.short),
        (length, case.short),
        (length + 1, case.long),
        (length + case.beyond, case.long),
    ):
        expected = omega / on.reals(factors)
        found = impl["rope.longrope"](n, short_factor=case.short, long_factor=case.long, **options)
        yield Gap(
            f"ω at {'L' if n <= length else 'beyond L'}", found, expected, expected * exact.weight(omega)
        )


@law(
    "rope.longrope_scale-definition",
    "LongRoPE scales queries and keys by √(1 + ln k / ln L), with L the original length",
    source="rope P2",
    about=("rope.longrope_scale",),
    inputs=lists,
    tolerance=Rounding({"two logarithms, within 2u": 2 * 2, "quotient, sum, root": 3, "expectation": 1}),
    refutes=(
        "rope.longrope_scale/no-root",
        "rope.longrope_scale/no-one",
        "rope.longrope_scale/extended-length",
        "rope.longrope_scale/length-for-factor",
        "rope.longrope_scale/as-yarn",
        "rope.longrope_scale/left-out",
    ),
)
def longrope_scale_definition(impl: Impl, on: Setting, case: Lists) -> Iterator[Record]:
    """As √(ln(kL)/ln L), in binary logarithms: k L is the extended length."""
    length, m = case.train_length, on.math
    expected = m.sqrt((m.log2(case.factor) + m.log2(length)) / m.log2(length))
    found = impl["rope.longrope_scale"](case.factor, train_length=length)
    yield Gap("scale", found, expected, expected * on.double)


@law(
    "rope.linear-definition",
    "linear scaling divides every frequency by the factor",
    source="rope P5",
    about=("rope.linear",),
    inputs=ranges,
    tolerance=Rounding({"power, product or quotients": 2, "expectation": 1}, calls=("pow",)),
    refutes=(
        "rope.linear/multiplies",
        "rope.linear/base-times-factor",
        "rope.linear/factor-ignored",
        "rope.linear/divided-twice",
        "rope.linear/default-base",
    ),
)
def linear_definition(impl: Impl, on: Setting, case: Ranges) -> Iterator[Record]:
    """Powers in 50 decimal digits."""
    omega = exact.frequencies(case.dim, case.base)
    expected = omega / case.factor
    found = impl["rope.linear"](case.dim, factor=case.factor, base=case.base, **on.like)
    yield Gap("ω", found, expected, expected * exact.weight(omega))


@dataclass(frozen=True, slots=True)
class Fractions:
    """A width, and a fraction of it that is or is not a whole number of pairs."""

    dim: int
    turning: int
    fraction: float
    base: float
    factor: float


@inputs.composite
def fractions(draw: inputs.Draw, p: Precision, kind: Kind) -> Fractions:
    """The fraction is of r pairs: exactly, where that is a float, or by 0.1 to 0.9 more, so that no rounding
    of the product matters."""
    case, rng = draw(ranges(p, kind)), inputs.generator(draw)
    pairs = case.dim // 2
    whole = pairs & (pairs - 1) == 0 and draw(st.booleans())
    turning = draw(st.integers(1, pairs)) if whole else draw(st.integers(0, pairs - 1))
    more = 0.0 if whole else float(rng.uniform(0.1, 0.9))
    return Fractions(case.dim, turning, (turning + more) / pairs, case.base, case.factor)


@law(
    "rope.proportional-definition",
    "the first ⌊p d/2⌋ pairs have the frequencies of the whole width, divided by k, and all others 0",
    source="rope P6",
    about=("rope.proportional",),
    inputs=fractions,
    tolerance=Rounding({"power, product or quotients": 2, "expectation": 1}, calls=("pow",)),
    refutes=(
        "rope.proportional/of-the-rotated-width",
        "rope.proportional/features-for-pairs",
        "rope.proportional/zeros-first",
        "rope.proportional/rounded-up",
        "rope.proportional/not-padded",
        "rope.proportional/factor-ignored",
        "rope.proportional/kept-beyond",
    ),
)
def proportional_definition(impl: Impl, on: Setting, case: Fractions) -> Iterator[Record]:
    """The zeros are exact."""
    omega = exact.frequencies(case.dim, case.base)
    turns = np.arange(case.dim // 2) < case.turning
    expected = np.where(turns, omega / case.factor, 0.0)
    found = impl["rope.proportional"](
        case.dim, fraction=case.fraction, factor=case.factor, base=case.base, **on.like
    )
    yield Gap("ω", found, expected, expected * exact.weight(omega))


@law(
    "rope.linear-is-interpolation",
    "positions with linear frequencies make the angles of interpolated positions with plain ones",
    source="rope P5, C6",
    stands="that the map of frequencies is the map of positions",
    about=("rope.linear", "rope.interpolate", "rope.frequencies", "rope.angles"),
    inputs=ranges,
    tolerance=Rounding(
        {"power, quotients and product a side": 2 * 4}, "powers are formed twice", calls=("pow", "pow")
    ),
    refutes=("rope.linear/multiplies", "rope.linear/factor-ignored"),
)
def linear_is_interpolation(impl: Impl, on: Setting, case: Ranges) -> Iterator[Record]:
    """At the first positions, whose quotients by the factor are formed in float64."""
    n, like = on.array(np.arange(4)), on.like
    plain = impl["rope.frequencies"](case.dim, base=case.base, **like)
    places = impl["rope.interpolate"](n, factor=case.factor, dtype=on.dtype)
    expected = on.host(impl["rope.angles"](places, plain))
    found = impl["rope.angles"](n, impl["rope.linear"](case.dim, factor=case.factor, base=case.base, **like))
    yield Gap("θ", found, expected, expected * exact.weight(exact.frequencies(case.dim, case.base)))
