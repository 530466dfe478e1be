"""Laws of the Wasserstein distance on the line."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import FALSE_ALARM, AtMost, Gap, Impl, Record, Rounding, Sampling, law
from . import closed
from . import inputs_of_samples as inputs

_WEIGHTED = Rounding(
    {"difference, units, exponent": 4, "7 segments, a mass": 6 + 3, "expectation, a mean by pairs": 4 + 7},
    "a mass is off by a few u, in the scale",
    calls=("pow", "pow"),
)


@law(
    "transport.wasserstein_1d-definition",
    "wasserstein_1d is the least (mean |x_i − y_π(i)|^p)^{1/p} over permutations π",
    source="transport D1",
    about=("transport.wasserstein_1d",),
    inputs=inputs.samples,
    tolerance=Rounding(
        {"difference, unit there and back": 2 * 3, "mean of 4": 2 * 4, "exponent of the root": 2 * 1},
        calls=("pow", "pow"),
    ),
    refutes=(
        "transport.wasserstein_1d/squared",
        "transport.wasserstein_1d/unsorted",
        "transport.wasserstein_1d/one-unsorted",
        "transport.wasserstein_1d/always-two",
        "transport.wasserstein_1d/sum",
        "transport.wasserstein_1d/always-one",
        "transport.wasserstein_1d/signed",
        "transport.wasserstein_1d/square-root",
        "transport.wasserstein_1d/no-root",
        "transport.wasserstein_1d/opposite-order",
        "transport.wasserstein_1d/divided-by-order",
        "transport.wasserstein_1d/distribution-functions",
    ),
)
def wasserstein_1d_definition(impl: Impl, on: Setting, case: inputs.Samples) -> Iterator[Record]:
    """All gaps are relative to themselves: a difference of floats is rounded once."""
    x, y = on.host(case.x), on.host(case.y)
    expected = closed.least_over_permutations(np.abs(x[:, :, None] - y[:, None, :]), case.order)
    given = impl["transport.wasserstein_1d"](case.x, case.y, order=case.order)
    yield Gap("distance", given, expected, expected)


@law(
    "transport.wasserstein_1d-weighted-definition",
    "with whole masses wasserstein_1d is that of samples in which points are repeated",
    source="transport D1",
    about=("transport.wasserstein_1d",),
    inputs=inputs.counted_samples,
    tolerance=_WEIGHTED,
    refutes=(
        "transport.wasserstein_1d/squared",
        "transport.wasserstein_1d/weights-stay",
        "transport.wasserstein_1d/weights-not-normalised",
        "transport.wasserstein_1d/always-two",
    ),
)
def weighted_1d_definition(impl: Impl, on: Setting, case: inputs.ScaledSamples) -> Iterator[Record]:
    """A mass is a difference of levels below 1, so it is off by a few u: not relative to itself."""
    x, y, a, b = (on.host(v) for v in (case.x, case.y, case.x_weights, case.y_weights))
    a = a / case.factor
    total = int(a.sum() * b.sum())
    repeated = [
        np.repeat(np.sort(v), (w[np.argsort(v)] * total / w.sum()).astype(int)) for v, w in ((x, a), (y, b))
    ]
    gaps = np.abs(repeated[0] - repeated[1])
    expected = closed.power_mean(gaps, case.order)
    given = impl["transport.wasserstein_1d"](
        case.x, case.y, order=case.order, x_weights=case.x_weights, y_weights=case.y_weights
    )
    new = np.any(np.diff(np.stack(repeated), prepend=np.nan) != 0, axis=0)
    share = np.sum((gaps[new] / expected) ** case.order) / case.order if expected > 0 else 0.0
    yield Gap("distance", given, expected, expected * (1 + share))


@law(
    "transport.wasserstein_1d-unequal-definition",
    "values without weights share the mass equally: samples of n and m values are those in which each is "
    "repeated, m and n times",
    source="transport D1",
    about=("transport.wasserstein_1d",),
    inputs=inputs.unequal_samples,
    tolerance=_WEIGHTED,
    refutes=(
        "transport.wasserstein_1d/interpolates-quantiles",
        "transport.wasserstein_1d/cuts-the-longer",
        "transport.wasserstein_1d/squared",
    ),
)
def unequal_1d_definition(impl: Impl, on: Setting, case: inputs.WeightedSamples) -> Iterator[Record]:
    """No weights at all, then those of one sample, whichever comes first."""
    W, order = impl["transport.wasserstein_1d"], case.order
    x, y, masses = on.host(case.x), on.host(case.y), on.host(case.x_weights)
    equal, weighted = (_of_masses(x, counts, y, order) for counts in (np.ones(len(x)), masses))
    yield Gap("no weights", W(case.x, case.y, order=order), *equal)
    found = W(case.x, case.y, order=order, x_weights=case.x_weights)
    yield Gap("weights of the first", found, *weighted)
    found = W(case.y, case.x, order=order, y_weights=case.x_weights)
    yield Gap("weights of the second", found, *weighted)


def _of_masses(x: Any, counts: Any, y: Any, order: float) -> tuple[Any, Any]:
    """The distance from x with whole masses to y with equal ones, by points that are repeated; and its scale,
    in which the mass of every segment, a difference of levels below 1, is off by a few u."""
    places, total = np.argsort(x), int(counts.sum())
    repeated = [
        np.repeat(x[places], counts[places].astype(int) * len(y)),
        np.repeat(np.sort(y), total),
    ]
    gaps = np.abs(repeated[0] - repeated[1])
    expected = closed.power_mean(gaps, order)
    new = np.any(np.diff(np.stack(repeated), prepend=np.nan) != 0, axis=0)
    share = np.sum((gaps[new] / expected) ** order) / order if expected > 0 else 0.0
    return expected, expected * (1 + share)


@law(
    "transport.line-metric",
    "on the line W is a metric, W₁ ≤ W₂ ≤ W₃, W(p, p+v) = |v|, W₂²(p, q+v) = W₂²(p, q) + 2v(m_q − m_p) + v², "
    "W(cp, cq) = |c|W(p, q)",
    source="transport C1",
    stands="the metric on the line, whose function is another",
    about=("transport.wasserstein_1d",),
    inputs=inputs.triples,
    tolerance=Rounding(
        {"two distances at 8": 2 * 8, "a shifted sample": 2, "squares and sums": 6}, calls=("pow", "pow")
    ),
    refutes=(
        "transport.wasserstein_1d/squared",
        "transport.wasserstein_1d/unsorted",
        "transport.wasserstein_1d/one-unsorted",
        "transport.wasserstein_1d/sum",
    ),
)
def line_metric(impl: Impl, on: Setting, case: inputs.Triples) -> Iterator[Record]:
    """x reversed is the same sample."""
    W = impl["transport.wasserstein_1d"]
    x, y, v = on.host(case.x), on.host(case.y), on.host(case.shift)
    size = np.max(np.abs(x), -1) + np.max(np.abs(y), -1) + np.abs(v[:, 0])
    xy, yz, xz = (on.host(W(*pair)) for pair in ((case.x, case.y), (case.y, case.z), (case.x, case.z)))
    yield Gap("symmetry", W(case.y, case.x), xy, xy)
    yield Gap("W(p, p)", W(case.x, on.array(x[:, ::-1])), 0.0, 0.0)
    yield AtMost("triangle", xz, xy + yz, xy + yz)
    low, high = (W(case.x, case.y, order=order) for order in (1.0, 3.0))
    yield AtMost("W₁ ≤ W₂", low, xy, xy)
    yield AtMost("W₂ ≤ W₃", xy, high, xy)
    yield Gap("shift", W(case.x, on.array(x + v)), np.abs(v[:, 0]), size)
    moved = on.host(W(case.x, on.array(y + v)))
    means = np.mean(y, -1) - np.mean(x, -1)
    yield Gap("shifted square", moved**2, xy**2 + 2 * v[:, 0] * means + v[:, 0] ** 2, size**2)
    scaled = W(on.array(case.factor * x), on.array(case.factor * y))
    yield Gap("scaling", scaled, abs(case.factor) * xy, abs(case.factor) * xy)


@law(
    "transport.empirical-distance",
    "the expected squared distance of samples is not below that of the distributions",
    source="transport C2",
    stands="to which side samples err",
    about=("transport.wasserstein_1d",),
    inputs=inputs.uniform_samples,
    tolerance=Sampling(
        {"a distance at 8, squared": 2 * 8 + 1, "mean of 2¹⁴ by pairs": 14, "samples": 4, "expectation": 5},
        "16384 independent squared distances in [0, (shift + width)²] or [0, 1], whichever is "
        "larger: Hoeffding's inequality",
    ),
    refutes=("transport.wasserstein_1d/squared",),
    kinds=("ordinary",),  # a statement on samples; the exact laws cover the other kinds
)
def empirical_distance(impl: Impl, on: Setting, case: inputs.UniformSamples) -> Iterator[Record]:
    """The optimal map of the uniforms is u ↦ shift + width·u; one draw alone can fall below."""
    squares = on.host(impl["transport.wasserstein_1d"](case.x, case.y)) ** 2
    a, b = case.shift, case.width - 1
    exact = a * a + a * b + b * b / 3
    reach = max(case.shift + case.width, 1.0) ** 2
    threshold = reach * on.math.sqrt(on.math.log(1 / FALSE_ALARM) / (2 * len(squares)))
    yield AtMost("expected square", exact - threshold, np.mean(squares), reach)


@law(
    "transport.wasserstein_quantile-definition",
    "wasserstein_quantile meets closed forms: logistic distributions for p = 2, exponential for p = 1 and 3",
    source="transport D1",
    about=("transport.wasserstein_quantile",),
    inputs=inputs.logistics,
    tolerance=Rounding(
        {"one, of a scale that has their number": 1},
        "near 1 a level is off by u/2, so a quantile at 1 − 2^−k by 2^k·u/2: over k ≤ bits panels that is "
        "Σ k·log 2, relative to the variance π²/3, halved by the root; of each quantile two logarithms of "
        "at most 4 ulps, a product and a sum, then a difference, a power, a mass, and a root",
    ),
    refutes=(
        "transport.wasserstein_quantile/squared",
        "transport.wasserstein_quantile/uniform-grid",
        "transport.wasserstein_quantile/order-ignored",
        "transport.wasserstein_quantile/always-one",
    ),
    needs={"approximation": "integrals are sums over Gauss–Legendre nodes, with levels in the dtype"},
)
def wasserstein_quantile_definition(impl: Impl, on: Setting, case: inputs.Logistics) -> Iterator[Record]:
    """E(a + bL)² = a² + b²π²/3 for L logistic; E(a + bX)³ = a³ + 3a²b + 6ab² + 6b³ for X exponential."""
    (m1, m2), (s1, s2) = np.sort(on.host(case.centres)), np.sort(on.host(case.scales))
    xp, a, b = on.xp, m2 - m1, s2 - s1
    tails = {"logistic": lambda u: xp.log(u) - xp.log1p(-u), "exponential": lambda u: -xp.log1p(-u)}
    expected = {
        ("logistic", 2.0): on.math.hypot(a, b * on.math.pi / on.math.sqrt(3)),
        ("exponential", 1.0): a + b,
        ("exponential", 3.0): (a**3 + 3 * a * a * b + 6 * a * b * b + 6 * b**3) ** on.number(Fraction(1, 3)),
    }
    panels = on.math.log(2) * on.precision.bits * (on.precision.bits + 1) / 2 / (2 * on.math.pi**2 / 3)
    scale = (2 * (8 + 2) + 4 + panels) * (abs(m1) + abs(m2) + 2 * (s1 + s2))
    for (family, order), distance in expected.items():
        tail = tails[family]
        value, error = impl["transport.wasserstein_quantile"](
            lambda u, tail=tail: on.number(m1) + on.number(s1) * tail(u),
            lambda u, tail=tail: on.number(m2) + on.number(s2) * tail(u),
            order=order,
            **on.like,
        )
        yield AtMost(f"W_{order:g} within its error", np.abs(on.host(value) - distance), error, scale)
        yield AtMost(f"error of W_{order:g}", error, 1e-12 * (a + b), scale)
