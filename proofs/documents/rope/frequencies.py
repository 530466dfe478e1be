"""Laws of frequencies, angles and the sinusoidal encoding."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import Gap, Impl, Record, Rounding, Same, law
from . import exact, inputs


@law(
    "rope.frequencies-definition",
    "ω_m = base^(−2m/d)",
    source="rope D2",
    about=("rope.frequencies",),
    inputs=inputs.tables,
    tolerance=Rounding(
        {"power and quotient": 2, "expectation": 1}, "the exponent's rounding is in the scale", calls=("pow",)
    ),
    refutes=(
        "rope.frequencies/exponent-m-over-d",
        "rope.frequencies/exponent-d-minus-2",
        "rope.frequencies/from-one",
        "rope.frequencies/bfloat16-table",
        "rope.frequencies/exponent-4m-over-d",
        "rope.frequencies/odd-features",
        "rope.frequencies/growing",
        "rope.frequencies/default-base",
        "rope.frequencies/decimal-logarithm",
        "rope.frequencies/integer-exponent",
        "rope.frequencies/floored-logarithm",
    ),
)
def frequencies_definition(impl: Impl, on: Setting, case: inputs.Ranges) -> Iterator[Record]:
    """Powers in 50 decimal digits."""
    expected = exact.frequencies(case.dim, case.base)
    found = impl["rope.frequencies"](case.dim, base=case.base, **on.like)
    yield Gap("ω", found, expected, expected * exact.weight(expected))


@law(
    "rope.mixed_radix_frequencies-definition",
    "ω_m = 1/(b_1⋯b_m) with ω_0 = 1; equal bases β give β^(−m)",
    source="rope D5",
    about=("rope.mixed_radix_frequencies", "rope.frequencies"),
    inputs=inputs.mixtures,
    tolerance=Rounding(
        {"rounding to the dtype": 1, "expectation": 1}, "the scale counts a product in float64 for each base"
    ),
    refutes=(
        "rope.mixed_radix_frequencies/product-off-by-one",
        "rope.frequencies/from-one",
        "rope.mixed_radix_frequencies/sums",
        "rope.mixed_radix_frequencies/growing",
        "rope.mixed_radix_frequencies/bases-reversed",
    ),
)
def mixed_radix_frequencies_definition(impl: Impl, on: Setting, case: inputs.Bases) -> Iterator[Record]:
    """A cumulative product in float64; β = 10 or 2 exactly."""
    roundings = np.arange(len(case.bases) + 1) + 1
    expected = 1 / np.cumprod(on.reals([1.0, *case.bases]))
    found = impl["rope.mixed_radix_frequencies"](case.bases, **on.like)
    yield Gap("ω", found, expected, expected * (1 + roundings * on.double))
    for beta in (10, 2):
        equal = impl["rope.mixed_radix_frequencies"]([beta] * case.count, **on.like)
        dim = 2 * (case.count + 1)
        plain = on.host(impl["rope.frequencies"](dim, base=beta ** (case.count + 1), **on.like))
        yield Gap(f"all {beta}", equal, plain, 2 * plain * exact.weight(plain))


@law(
    "rope.angles-definition",
    "θ_m = n ω_m for integer and real n of any size, off by at most 2u|θ|",
    source="rope D2",
    about=("rope.angles",),
    inputs=inputs.angled,
    tolerance=Rounding({"conversion of n": 1, "product": 1, "expectation": 1}),
    refutes=(
        "rope.angles/bfloat16-positions",
        "rope.angles/bfloat16-angles",
        "rope.angles/positions-from-one",
        "rope.angles/divides",
        "rope.angles/turns",
        "rope.angles/reduced",
        "rope.angles/bfloat16-frequencies",
    ),
)
def angles_definition(impl: Impl, on: Setting, case: inputs.Angled) -> Iterator[Record]:
    """Products of rationals, rounded to float64."""
    omega = [on.fraction(w) for w in on.host(case.frequencies).tolist()]
    for label, positions in (("integer n", case.whole), ("real n", case.real)):
        rows = [[on.number(on.fraction(n) * w) for w in omega] for n in on.host(positions).tolist()]
        expected = on.reals(rows)
        yield Gap(label, impl["rope.angles"](positions, case.frequencies), expected, np.abs(expected))


def _turning(n: Any, omega: Any, on: Setting) -> np.ndarray[Any, Any]:
    """The scale of a cosine that is formed in float64, or float32 for half precision, where it loses by its
    angle nω too, of which ω has its exponent rounded. The dtype rounds it once a side: a third of the six or
    more operations is enough."""
    return on.number(Fraction(1, 3)) + (1 + np.abs(n * omega) * exact.weight(omega)) * on.wide


@law(
    "rope.sinusoidal-definition",
    "sinusoidal is [cos nω_0, sin nω_0, cos nω_1, …]",
    source="rope D3",
    about=("rope.sinusoidal",),
    inputs=inputs.encoded,
    tolerance=Rounding(
        {"ω, with its exponent as −2m ln B/d too": 4, "expected ω": 1, "product": 1, "the dtype": 1},
        calls=("cos", "sin"),
    ),
    refutes=(
        "rope.sinusoidal/sine-first",
        "rope.sinusoidal/positions-from-one",
        "rope.sinusoidal/half-layout",
        "rope.sinusoidal/exponent-index",
        "rope.sinusoidal/exponent-m-over-d",
        "rope.sinusoidal/exponent-d-minus-2",
        "rope.sinusoidal/default-base",
        "rope.sinusoidal/decimal-logarithm",
        "rope.sinusoidal/only-sines",
        "rope.sinusoidal/exponent-index-sine-first",
        "rope.sinusoidal/exponent-index-doubled",
        "rope.sinusoidal/even-sine",
    ),
)
def sinusoidal_definition(impl: Impl, on: Setting, case: inputs.Encoded) -> Iterator[Record]:
    """One complex exponential a pair, with ω from 50 decimal digits."""
    omega = exact.frequencies(case.dim, case.base)
    for label, array in (("integer n", case.whole), ("real n", case.real)):
        n = on.host(array).astype(np.float64)[:, None]
        turned = np.exp(1j * n * omega)
        expected = np.stack([np.real(turned), np.imag(turned)], axis=-1).reshape(len(n), case.dim)
        found = impl["rope.sinusoidal"](array, dim=case.dim, base=case.base, dtype=on.dtype)
        yield Gap(label, found, expected, np.repeat(_turning(n, omega, on), 2, axis=-1))


@law(
    "rope.angle-of-quotient",
    "pair m at n is pair 0 at n/β^m: it depends on n only through n/β^m",
    source="rope C2",
    stands="the likeness to digits on the side of angles: the quotient",
    about=("rope.sinusoidal",),
    inputs=inputs.encoded,
    tolerance=Rounding({"ω, within 4u of its condition": 4, "product": 1, "cosine": 1}, calls=("cos",) * 2),
    refutes=("rope.sinusoidal/positions-from-one",),
)
def angle_of_quotient(impl: Impl, on: Setting, case: inputs.Encoded) -> Iterator[Record]:
    """β is a power of two, so that n/β^m is exact; real positions only."""
    n, pairs = on.host(case.real), case.dim // 2
    options = {"dim": case.dim, "base": on.number(case.beta) ** pairs}
    table = on.host(impl["rope.sinusoidal"](case.real, **options))
    for m in range(pairs):
        quotient = n / on.number(case.beta) ** m
        # A quotient that the format holds only as a subnormal, or not at all, is no test.
        resolved = np.where(
            np.abs(quotient) < 2 * on.precision.smallest * 2**on.precision.bits, 0.0, quotient
        )
        first = on.host(impl["rope.sinusoidal"](on.array(resolved), **options))[:, :2]
        expected = np.where((resolved == quotient)[:, None], first, table[:, 2 * m : 2 * m + 2])
        turning = _turning(n, on.number(case.beta) ** -m, on)[:, None]
        yield Gap(f"pair {m}", table[:, 2 * m : 2 * m + 2], expected, turning)


@law(
    "rope.angle-period",
    "pair m is unchanged when n grows by its period 2π/ω_m",
    source="rope C2",
    stands="the likeness to digits on the side of angles: the period",
    about=("rope.sinusoidal", "rope.period", "rope.frequencies"),
    inputs=inputs.encoded,
    tolerance=Rounding(
        {"ω, its period, and their sum with n in the dtype": 3, "ω and a product a side": 2 * 4},
        calls=("cos", "sin"),
    ),
    refutes=("rope.period/radians", "rope.frequencies/from-one"),
)
def angle_period(impl: Impl, on: Setting, case: inputs.Encoded) -> Iterator[Record]:
    """Every position is moved by every period; pair m must agree for the m-th."""
    n, options = on.host(case.real), {"dim": case.dim, "base": case.base}
    omega = exact.frequencies(case.dim, case.base)
    table = impl["rope.frequencies"](case.dim, base=case.base, **on.like)
    periods = on.host(impl["rope.period"](table))
    largest = on.number(on.precision.largest)
    moved = on.array(np.clip(n[:, None] + periods, -largest, largest))
    inside = np.abs(n[:, None] + periods) < largest
    before = on.host(impl["rope.sinusoidal"](case.real, **options)).reshape(len(n), -1, 2)
    after = on.host(impl["rope.sinusoidal"](moved, **options)).reshape(len(n), len(omega), -1, 2)
    own = after[:, np.arange(len(omega)), np.arange(len(omega))]
    scale = 1 + (np.abs(n[:, None] * omega) + 2 * on.math.pi) * exact.weight(omega)
    yield Gap("pairs", np.where(inside[..., None], own, before), before, scale[..., None])


@law(
    "rope.period-definition",
    "the period is 2π/ω, and for ω_m = 2π/b^(m+1) the last is range_of(b, count)",
    source="rope D7",
    about=("rope.period", "rope.range_of"),
    inputs=inputs.readable,
    not_in={"bfloat16": "its angles resolve the powers of no base"},
    tolerance=Rounding({"ω or 2π": 1, "quotient": 1, "expectation": 1}),
    refutes=(
        "rope.period/radians",
        "rope.range_of/largest-number",
        "rope.period/half-turn",
        "rope.period/inverted",
        "rope.period/multiplies",
    ),
)
def period_definition(impl: Impl, on: Setting, case: inputs.Numerals) -> Iterator[Record]:
    """b^(m+1) is exact."""
    powers = on.number(case.base) ** np.arange(1, case.count + 1)
    table = on.array(2 * on.math.pi / powers)
    found = impl["rope.period"](table)
    yield Gap("period", found, powers, powers)
    whole = round(on.number(on.host(found)[-1]))
    yield Same("range", impl["rope.range_of"](case.base, digits=case.count), whole)
    yield Same("still", impl["rope.period"](on.array(np.zeros(2))), np.full(2, np.inf))
