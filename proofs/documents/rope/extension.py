"""Laws of context extension by maps of positions and of the base."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, law
from . import exact, inputs


@law(
    "rope.interpolate-definition",
    "interpolate(n, k) = n/k",
    source="rope D5",
    about=("rope.interpolate",),
    inputs=inputs.interpolations,
    tolerance=Rounding({"conversion of n": 1, "quotient": 1, "expectation": 1}),
    refutes=(
        "rope.interpolate/multiplies",
        "rope.interpolate/floored",
        "rope.interpolate/positions-from-one",
    ),
)
def interpolate_definition(impl: Impl, on: Setting, case: inputs.Interpolation) -> Iterator[Record]:
    """Quotients of rationals."""
    for label, positions in (("integer n", case.whole), ("real n", case.real)):
        numbers = on.host(positions).tolist()
        expected = on.reals([on.number(on.fraction(n) / on.fraction(case.factor)) for n in numbers])
        found = impl["rope.interpolate"](positions, factor=case.factor, dtype=on.dtype)
        yield Gap(label, found, expected, np.abs(expected))


@law(
    "rope.interpolation-divides-differences",
    "interpolation by k divides the difference of neighbouring positions by k in every pair",
    source="rope C6",
    stands="what becomes of neighbours, which C6 compares with the other extensions",
    about=("rope.interpolate", "rope.angles"),
    inputs=inputs.interpolations,
    tolerance=Rounding({"two quotients and two products, on half the scale": 4 / 2, "expectation": 1 / 2}),
    refutes=("rope.interpolate/multiplies",),
)
def interpolation_divides_differences(
    impl: Impl, on: Setting, case: inputs.Interpolation
) -> Iterator[Record]:
    """Positions stay exact in the dtype with their neighbours; the difference is then formed exactly."""
    n, omega = on.host(case.whole) % 2 ** min(on.precision.bits - 1, 40), on.host(case.frequencies)
    first, second = (
        on.host(
            impl["rope.angles"](
                impl["rope.interpolate"](on.array(p), factor=case.factor, dtype=on.dtype), case.frequencies
            )
        )
        for p in (n, n + 1)
    )
    step, angle = omega / case.factor, (n[:, None] + 1) * omega / case.factor
    yield Gap("difference", second - first, np.broadcast_to(step, angle.shape), 2 * angle)


@law(
    "rope.base-keeps-fastest-pair",
    "a change of base leaves pair 0 as it was: neighbours differ by one radian",
    source="rope C6, E1",
    about=("rope.frequencies", "rope.rebase", "rope.ntk_base", "rope.angles"),
    inputs=inputs.ranges,
    tolerance=Rounding({"two angles": 2}),
    refutes=(
        "rope.frequencies/from-one",
        "rope.angles/bfloat16-angles",
    ),
)
def base_keeps_fastest_pair(impl: Impl, on: Setting, case: inputs.Ranges) -> Iterator[Record]:
    """Exact frequency 1 at pair 0, whatever the base."""
    n = np.arange(2 ** min(on.precision.bits - 2, 10) + 1)
    for name, base in (
        ("rebase", impl["rope.rebase"](case.base, factor=case.factor)),
        ("ntk_base", impl["rope.ntk_base"](case.base, factor=case.factor, dim=case.dim)),
    ):
        table = impl["rope.frequencies"](case.dim, base=base, **on.like)
        yield Gap(f"{name} ω_0", on.host(table)[0], 1.0, 1.0)
        fastest = on.host(impl["rope.angles"](on.array(n), table))[:, 0]
        yield Gap(f"{name} differences", np.diff(fastest), 1.0, 1.0)


@law(
    "rope.ntk_scale-definition",
    "λ = k^(2/(d−2))",
    source="rope D5",
    about=("rope.ntk_scale",),
    inputs=inputs.ranges,
    tolerance=Rounding(
        {"a power, within 2u": 2, "expectation": 1}, "logarithm and exponent are in the scale"
    ),
    refutes=(
        "rope.ntk_scale/exponent-2-over-d",
        "rope.ntk_scale/of-the-base",
        "rope.ntk_scale/pairs-for-features",
    ),
)
def ntk_scale_definition(impl: Impl, on: Setting, case: inputs.Ranges) -> Iterator[Record]:
    """A power in 50 decimal digits."""
    expected = exact.power(case.factor, Fraction(2, case.dim - 2))
    found = impl["rope.ntk_scale"](case.factor, dim=case.dim)
    yield Gap("λ", found, expected, expected * exact.weight(expected) * on.double)


@law(
    "rope.ntk_base-definition",
    "ntk_base is B k^(d/(d−2)), so that β becomes βλ",
    source="rope D5, C4",
    about=("rope.ntk_base", "rope.ntk_scale"),
    inputs=inputs.ranges,
    tolerance=Rounding(
        {"a power within 2u and a product a side": 2 * 3, "product of β and λ": 1},
        "the exponents' rounding is in the scale",
    ),
    refutes=(
        "rope.ntk_base/base-times-factor",
        "rope.ntk_base/scale-of-beta",
        "rope.ntk_scale/exponent-2-over-d",
        "rope.ntk_base/exponent-inverted",
        "rope.ntk_base/power-of-both",
    ),
)
def ntk_base_definition(impl: Impl, on: Setting, case: inputs.Ranges) -> Iterator[Record]:
    """Powers in 50 decimal digits; β from the new base on one side, λβ on the other."""
    found = impl["rope.ntk_base"](case.base, factor=case.factor, dim=case.dim)
    growth = exact.power(case.factor, Fraction(case.dim, case.dim - 2))
    unit = exact.weight(growth) * on.double
    yield Gap("base", found, case.base * growth, case.base * growth * unit)
    beta = exact.power(case.base, Fraction(2, case.dim))
    scaled = beta * impl["rope.ntk_scale"](case.factor, dim=case.dim)
    yield Gap("β", exact.power(found, Fraction(2, case.dim)), scaled, scaled * unit)


@law(
    "rope.ntk-ends",
    "NTK scaling interpolates the lowest frequency by k, keeps the highest, and rises between them",
    source="rope C4",
    stands="both ends and the order between them, which the formula of the base does not show",
    about=("rope.ntk_base", "rope.ntk_scale", "rope.frequencies"),
    inputs=inputs.ranges,
    tolerance=Rounding(
        {"four frequencies": 4, "two products": 2, "base, to a power below 1": 3, "quotient": 1},
        calls=("pow",),
    ),
    refutes=(
        "rope.ntk_base/base-times-factor",
        "rope.ntk_base/scale-of-beta",
        "rope.ntk_scale/exponent-2-over-d",
        "rope.frequencies/from-one",
    ),
)
def ntk_ends(impl: Impl, on: Setting, case: inputs.Ranges) -> Iterator[Record]:
    """Ratios to plain RoPE in float64 fall from 1 to 1/k in equal steps 1/λ."""
    k, m = case.factor, np.arange(case.dim // 2)
    plain = on.host(impl["rope.frequencies"](case.dim, base=case.base, **on.like))
    new = impl["rope.ntk_base"](case.base, factor=k, dim=case.dim)
    table = on.host(impl["rope.frequencies"](case.dim, base=new, **on.like))
    unit = exact.weight(plain / k)
    yield Gap("lowest", table[-1], plain[-1] / k, plain[-1] / k * unit[-1])
    yield Gap("highest", table[0], 1.0, on.double)
    steps = impl["rope.ntk_scale"](k, dim=case.dim) ** -m.astype(np.float64)
    yield Gap("(βλ)^−m", table, plain * steps, plain * steps * (unit + 2 * m * on.double))
    yield AtMost("no faster", table, plain, plain * unit)
    yield AtMost("no slower", plain / k, table, plain / k * unit)
    scale = plain[:-1] * plain[1:] * unit[1:]
    yield AtMost("monotone", table[1:] * plain[:-1], table[:-1] * plain[1:], scale)


PRINTED = ((64, 1.00209841, 1.0694), (128, 1.00051587, 1.0336))
"""d, and the printed figures for k = 8: of β to eight places, of B to four."""


@law(
    "rope.ntk-against-rebase",
    "k^(2/(d−2))/k^(2/d) = k^(4/(d(d−2))) falls to 1 with d; on B itself the factor is k^(2/(d−2))",
    source="rope C7",
    about=("rope.ntk_scale", "rope.ntk_base", "rope.rebase"),
    inputs=inputs.ranges,
    tolerance=Rounding(
        {"two powers, within 2u": 2 * 2, "two products": 2, "quotient": 1, "expectation": 1},
        "the exponents' rounding is in the scale",
    ),
    refutes=(
        "rope.ntk_scale/exponent-2-over-d",
        "rope.ntk_base/base-times-factor",
        "rope.rebase/digit-base",
    ),
)
def ntk_against_rebase(impl: Impl, on: Setting, case: inputs.Ranges) -> Iterator[Record]:
    """Powers in 50 decimal digits, and the source's figures with half a unit of their last place."""
    k, d = case.factor, case.dim
    unit = exact.weight(exact.power(k, Fraction(d, d - 2))) * on.double

    def ratio(factor: float, dim: int) -> float:
        return on.number(impl["rope.ntk_scale"](factor, dim=dim) / exact.power(factor, Fraction(2, dim)))

    def on_base(factor: float, dim: int) -> float:
        new = impl["rope.ntk_base"](case.base, factor=factor, dim=dim)
        return on.number(new / impl["rope.rebase"](case.base, factor=factor))

    expected = exact.power(k, Fraction(4, d * (d - 2)))
    yield Gap("β", ratio(k, d), expected, expected * unit)
    yield AtMost("towards 1", ratio(k, 2 * d), ratio(k, d), expected * unit)
    expected = exact.power(k, Fraction(2, d - 2))
    yield Gap("B", on_base(k, d), expected, expected * unit)
    for dim, beta, base in PRINTED:
        yield AtMost(f"printed, β, d = {dim}", abs(ratio(on.number(8), dim) - beta), 0.5e-8, unit)
        yield AtMost(f"printed, B, d = {dim}", abs(on_base(on.number(8), dim) - base), 0.5e-4, unit)


@law(
    "rope.dynamic_ntk-definition",
    "beyond L, dynamic NTK has the base B (k n/L − (k − 1))^(d/(d−2))",
    source="rope D5",
    about=("rope.dynamic_ntk",),
    inputs=inputs.extensions,
    tolerance=Rounding(
        {"power and quotient": 2, "expectation": 1},
        "the base's error (k n/L twice, k − 1) and the exponent's are in the scale",
        calls=("pow",),
    ),
    refutes=(
        "rope.dynamic_ntk/factor-times-ratio",
        "rope.dynamic_ntk/plain-at-one",
        "rope.dynamic_ntk/parenthesis-lost",
        "rope.dynamic_ntk/exponent-inverted",
        "rope.dynamic_ntk/static",
        "rope.dynamic_ntk/always-plain",
        "rope.dynamic_ntk/factor-two",
        "rope.dynamic_ntk/power-forgotten",
        "rope.dynamic_ntk/static-beyond",
    ),
)
def dynamic_ntk_definition(impl: Impl, on: Setting, case: inputs.Extension) -> Iterator[Record]:
    """Scale in rationals, powers in 50 decimal digits; at k = 1 it still grows, as n/L."""
    d, length = case.dim, case.train_length * case.beyond
    ratio = on.fraction(length) / on.fraction(case.train_length)
    for factor in (case.factor, 1.0):
        k = on.fraction(factor)
        scale = on.number(k * ratio - (k - 1))
        cancelled = on.number(k * ratio) / scale  # what is lost where the terms are formed in float64
        expected = exact.frequencies(d, case.base * exact.power(scale, Fraction(d, d - 2)))
        options = inputs.configured(case, on) | {"factor": factor}
        found = impl["rope.dynamic_ntk"](length, dim=d, **options)
        unit = exact.weight(expected) + (8 + cancelled) * on.double
        yield Gap(f"ω, k = {factor}", found, expected, expected * unit)


@law(
    "rope.dynamic_ntk-rests",
    "dynamic NTK is plain RoPE up to the training length at any factor, whatever was asked before",
    source="rope C8",
    about=("rope.dynamic_ntk", "rope.frequencies"),
    inputs=inputs.extensions,
    tolerance=Rounding(
        {"power and quotient a side": 2 * 2},
        "the scale has the exponents', and k twice and k − 1 where code forms k n/L − (k − 1) at n = L too",
        calls=("pow",),
    ),
    refutes=(
        "rope.dynamic_ntk/active-below-training-length",
        "rope.dynamic_ntk/remembers-the-longest",
        "rope.frequencies/from-one",
    ),
)
def dynamic_ntk_rests(impl: Impl, on: Setting, case: inputs.Extension) -> Iterator[Record]:
    """A long sequence in between, then the same questions again."""
    options, train = {"dim": case.dim, **inputs.configured(case, on)}, case.train_length
    plain = on.host(impl["rope.frequencies"](case.dim, base=case.base, **on.like))
    longer = train * (1 + case.ratio)
    before = on.host(impl["rope.dynamic_ntk"](longer, **options))
    impl["rope.dynamic_ntk"](longer * 4, **options)
    yield Gap("asked again", impl["rope.dynamic_ntk"](longer, **options), before, before)
    scale = plain * (exact.weight(plain) + case.factor * on.double)
    for length in (train, train * case.ratio):
        yield Gap("within", impl["rope.dynamic_ntk"](length, **options), plain, scale)
