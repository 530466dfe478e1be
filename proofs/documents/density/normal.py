"""Laws of normal densities and their divergences."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...._arithmetic import is_wider
from ...._xp import numbers
from ....backends import Setting
from ...language.law import FALSE_ALARM, AtMost, Gap, Impl, Record, Rounding, Sampling, law
from . import exact, inputs
from .inputs import FloatArray

_LEGENDRE = np.polynomial.legendre.leggauss(24)
_MISSED = 1e-20
"""What trapezoidal sums of a normal density miss at most, also times z or z²."""


def log_normal(x: Any, mean: Any, variance: Any) -> tuple[FloatArray, FloatArray]:
    """log N(x; mean, variance) of each component on the host, and Σ|terms|."""
    half_square, constant = (
        (x - mean) ** 2 / (2 * variance),
        np.log(2 * numbers(x, mean, variance).pi * variance) / 2,
    )
    # The summands of the constant may cancel each other.
    return -half_square - constant, half_square + np.abs(np.log(variance)) / 2 + 1


def condition(matrices: FloatArray) -> FloatArray:
    """Condition numbers after scaling to a unit diagonal, which Cholesky factors do not notice."""
    size = np.sqrt(np.diagonal(matrices, axis1=-2, axis2=-1))
    result: FloatArray = np.linalg.cond(matrices / (size[..., :, None] * size[..., None, :]))
    return result


@law(
    "density.normal-moments",
    "exp(normal_log_density) has mass 1, mean m and variance v",
    source="density D6",
    stands="that it is a density: the definition compares the formula alone",
    about=("density.normal_log_density",),
    inputs=inputs.normals,
    tolerance=Rounding(
        {"point": 1, "difference, square, quotient, sum": 4, "two products and the sum over the density": 3},
        calls=("exp", "log"),
    ),
    refutes=(
        "density.normal_log_density/missing-log-2pi",
        "density.normal_log_density/deviation-for-variance",
        "density.normal_log_density/log-det-without-half",
    ),
)
def normal_moments(impl: Impl, on: Setting, case: inputs.Normals) -> Iterator[Record]:
    """Trapezoidal sums over ±10 standard deviations: they miss e^−2π²/h², h = ¼, and the tails' 2·10⁻²¹."""
    mean, variance = on.host(case.m1)[:, :1], on.host(case.v1)[:, :1]
    deviation = np.sqrt(variance)
    x = on.array(mean + deviation * np.arange(-40, 41) / 4)
    density = impl["density.normal_log_density"](
        x[..., None], on.array(mean[..., None]), on.array(variance[..., None])
    )
    z = (on.host(x) - mean) / deviation
    mass = deviation * np.exp(on.host(density)) / 4
    # A point is rounded by u|x|, by which the density changes by |z|·u|x|/√v of itself.
    scale = 1 + np.abs(mean[:, 0]) / deviation[:, 0] + np.abs(np.log(variance[:, 0]))
    yield AtMost("mass", np.abs(mass.sum(-1) - 1), _MISSED, scale)
    yield AtMost("mean", np.abs((mass * z).sum(-1)), _MISSED, scale)
    yield AtMost("variance", np.abs((mass * z * z).sum(-1) - 1), _MISSED, 3 * scale)


@law(
    "density.normal_log_density-definition",
    "normal_log_density is the sum of the components' log-densities −½ log 2πv − (x − m)²/2v",
    source="density D6",
    about=("density.normal_log_density",),
    inputs=inputs.normals,
    tolerance=Rounding(
        {"difference, root and quotient, squared": 2 * 3, "square": 1, "sum over d ≤ 4": 3}, calls=("log",)
    ),
    refutes=(
        "density.normal_log_density/missing-log-2pi",
        "density.normal_log_density/deviation-for-variance",
        "density.normal_log_density/log-det-without-half",
        "density.normal_log_density/mean-over-features",
        "density.normal_log_density/variance-squared",
        "density.normal_log_density/square-without-half",
        "density.normal_log_density/constant-once",
        "density.normal_log_density/no-log-det",
        "density.normal_log_density/log-pi",
        "density.normal_log_density/two-pi-without-half",
        "density.normal_log_density/precision",
    ),
)
def normal_definition(impl: Impl, on: Setting, case: inputs.Normals) -> Iterator[Record]:
    """Compares with squares divided by variances, each component by itself."""
    expected, size = log_normal(on.host(case.x), on.host(case.m1), on.host(case.v1))
    given = impl["density.normal_log_density"](case.x, case.m1, case.v1)
    yield Gap("log-density", given, expected.sum(-1), size.sum(-1))


@law(
    "density.normal_kl-definition",
    "normal_kl is ½ Σ (r − 1 − log r + (m₁ − m₂)²/v₂), r = v₁/v₂",
    source="density D6",
    about=("density.normal_kl",),
    inputs=inputs.normals,
    tolerance=Rounding(
        {"difference, squared": 2, "square and quotient": 2, "two sums": 2, "sum over d ≤ 4": 3},
        calls=("log", "log"),
    ),
    refutes=(
        "density.normal_kl/swapped",
        "density.normal_kl/inverted-ratio",
        "density.normal_kl/missing-minus-one",
        "density.normal_kl/mean-over-features",
        "density.normal_kl/log-without-half",
        "density.normal_kl/half-log",
        "density.normal_kl/first-variance",
        "density.normal_kl/quotient-inverted",
        "density.normal_kl/not-squared",
        "density.normal_kl/minus-one-once",
        "density.normal_kl/minus-one-without-half",
        "density.normal_kl/deviation-in-quotients",
        "density.normal_kl/deviation-for-variance",
        "density.normal_kl/mean-dropped",
        "density.normal_kl/logarithm-squared",
    ),
)
def normal_kl_definition(impl: Impl, on: Setting, case: inputs.Normals) -> Iterator[Record]:
    """The scale lets the logarithm of the quotient be taken as a difference of logarithms, and the
    quotient as the exponential of such a difference."""
    terms, size = _divergence(on, case)
    given = impl["density.normal_kl"](case.m1, case.v1, case.m2, case.v2)
    yield Gap("divergence", given, terms.sum(-1), size.sum(-1))


@law(
    "density.normal_kl-near-equal",
    "normal_kl keeps its relative accuracy where the distributions are almost the same",
    source="density D6",
    about=("density.normal_kl",),
    inputs=inputs.normals,
    tolerance=Rounding(
        {"δ and a difference, 4.3 times": 4.3 * 3, "sum with the square": 1, "d ≤ 4": 3, "expectation": 3},
        "|δ − log(1 + δ)| is 1/4.3 of its terms or more for |δ| ≥ ½; a series takes fewer",
        calls=("log1p",) * 5,
    ),
    refutes=("density.normal_kl/cancels",),
    kinds=("cancellation",),  # the others are not near
)
def normal_kl_near_equal(impl: Impl, on: Setting, case: inputs.Normals) -> Iterator[Record]:
    """The scale is the divergence itself."""
    terms, _ = _divergence(on, case)
    given = impl["density.normal_kl"](case.m1, case.v1, case.m2, case.v2)
    yield Gap("divergence", given, terms.sum(-1), terms.sum(-1))


def _divergence(on: Setting, case: inputs.Normals) -> tuple[FloatArray, FloatArray]:
    """The divergence of each component, and Σ|terms|.

    r − 1 − log r = ∫₀¹ δ²t/(1 + δt) dt with δ = r − 1, by Gauss–Legendre where |δ| < ¾.
    """
    m1, v1, m2, v2 = (on.host(a) for a in (case.m1, case.v1, case.m2, case.v2))
    delta = (v1 - v2) / v2
    first, second, square = np.log(v1), np.log(v2), (m1 - m2) ** 2 / v2
    ratio = v1 / v2 * (1 + np.abs(first - second))
    size = (ratio + 1 + np.abs(first) + np.abs(second) + square) / 2
    direct = delta - np.log(v1 / v2)
    if is_wider(delta):  # numbers of any precision need no quadrature
        return (direct + square) / 2, size
    t, weight = (_LEGENDRE[0] + 1) / 2, _LEGENDRE[1] / 2
    near = np.where(np.abs(delta) < 0.75, delta, 0.0)[..., None]
    integral = (weight * near**2 * t / (1 + near * t)).sum(-1)
    excess = np.where(np.abs(delta) < 0.75, integral, direct)
    return (excess + square) / 2, size


@law(
    "density.normal_log_density_full-definition",
    "normal_log_density_full is −½ ((x − m)ᵀC⁻¹(x − m) + log det C + d log 2π)",
    source="density D6",
    about=("density.normal_log_density_full",),
    inputs=inputs.full_normals,
    tolerance=Rounding({"Cholesky factor, (d + 1)/2": 3, "substitution, (d + 1)/2": 3}, calls=("log",)),
    refutes=(
        "density.normal_log_density_full/half-log-det",
        "density.normal_log_density_full/diagonal-only",
        "density.normal_log_density_full/wrong-log-det-sign",
        "density.normal_log_density_full/missing-log-2pi",
        "density.normal_log_density_full/constant-once",
        "density.normal_log_density_full/not-inverted",
        "density.normal_log_density_full/square-without-half",
        "density.normal_log_density_full/no-log-det",
        "density.normal_log_density_full/transposed-factor",
        "density.normal_log_density_full/jitter",
    ),
)
def normal_full_definition(impl: Impl, on: Setting, case: inputs.FullNormals) -> Iterator[Record]:
    """Compares with inverse and determinant in exact rationals."""
    x, mean, covariances = on.host(case.x), on.host(case.m1), on.host(case.c1)
    matrices = [exact.matrix(c) for c in covariances]
    squares = on.reals(
        [
            exact.quadratic(exact.matrix(a[None]) - exact.matrix(b[None]), c, on)[0]
            for a, b, c in zip(x, mean, matrices, strict=True)
        ]
    )
    log_det = on.reals([exact.log(c.det(), on) for c in matrices])
    d = x.shape[-1]
    expected = -0.5 * (squares + log_det + d * on.math.log(2 * on.math.pi))
    logs = np.abs(np.log(np.diagonal(covariances, axis1=-2, axis2=-1))).sum(-1)
    # x and m are given, so only their difference is rounded.
    scale = condition(covariances) * (squares + d) + logs
    given = impl["density.normal_log_density_full"](case.x, case.m1, case.c1)
    yield Gap("log-density", given, expected, scale)


@law(
    "density.normal_kl_full-definition",
    "normal_kl_full is ½ (tr C₂⁻¹C₁ − d − log det C₂⁻¹C₁ + (m₁ − m₂)ᵀC₂⁻¹(m₁ − m₂))",
    source="density D6",
    about=("density.normal_kl_full",),
    inputs=inputs.full_normals,
    tolerance=Rounding(
        {"two Cholesky factors, (d + 1)/2": 2 * 3, "two substitutions, (d + 1)/2": 2 * 3}, calls=("log",)
    ),
    refutes=(
        "density.normal_kl_full/swapped",
        "density.normal_kl_full/diagonal-only",
        "density.normal_kl_full/missing-dimension",
        "density.normal_kl_full/inverted-ratio",
        "density.normal_kl_full/no-log-det",
        "density.normal_kl_full/first-covariance",
        "density.normal_kl_full/mean-dropped",
        "density.normal_kl_full/jitter",
    ),
)
def normal_kl_full_definition(impl: Impl, on: Setting, case: inputs.FullNormals) -> Iterator[Record]:
    """Compares with inverse, trace and determinants in exact rationals."""
    m1, c1, m2, c2 = (on.host(a) for a in (case.m1, case.c1, case.m2, case.c2))
    d = m1.shape[-1]
    expected, scale = [], condition(c1) + condition(c2)
    for i in range(len(m1)):
        first, second = exact.matrix(c1[i]), exact.matrix(c2[i])
        quotient = second.inv() * first
        trace = sum(exact.number(quotient[j, j], on) for j in range(d))
        square = exact.quadratic(exact.matrix(m1[i : i + 1]) - exact.matrix(m2[i : i + 1]), second, on)[0]
        log_det = exact.log(quotient.det(), on)
        expected.append((trace - d - log_det + square) / 2)
        scale[i] *= (trace + d + abs(log_det) + square) / 2
    given = impl["density.normal_kl_full"](case.m1, case.c1, case.m2, case.c2)
    yield Gap("divergence", given, on.reals(expected), scale)


_MOMENT = Rounding({"two log-densities": 2 * 4, "their sums": 2}, calls=("log", "log"))


@law(
    "density.gaussian-chi-square",
    "for normal posterior (m₁, v₁) and proposal (m₂, v₂), E w²/(E w)² = 1 + χ² = "
    "v₂/√(v₁(2v₂ − v₁))·exp((m₁ − m₂)²/(2v₂ − v₁)), infinite if 2v₂ ≤ v₁",
    source="density C6",
    stands="χ² in closed form, and where it is infinite",
    about=("density.normal_log_density",),
    inputs=inputs.proposals,
    tolerance=_MOMENT,
    refutes=(
        "density.normal_log_density/deviation-for-variance",
        "density.normal_log_density/log-det-without-half",
        "density.normal_log_density/missing-log-2pi",
    ),
)
def gaussian_chi_square(impl: Impl, on: Setting, case: inputs.Gaussians) -> Iterator[Record]:
    """Trapezoidal sums of N₁²/N₂ over ±10 of its own deviations; if 2v₂ ≤ v₁, it does not decay at all."""
    m1, v1, m2, v2 = (on.host(a)[:, None] for a in (case.m1, case.v1, case.m2, case.v2))
    finite = (2 * v2 > v1)[:, 0]
    spare = np.where(2 * v2 > v1, 2 * v2 - v1, v1)
    deviation = np.sqrt(v1 * v2 / spare)
    centre = np.where(2 * v2 > v1, (2 * m1 * v2 - m2 * v1) / spare, m1)
    x = on.array(centre + deviation * np.arange(-40, 41) / 4)

    def log_density(mean: Any, variance: Any) -> FloatArray:
        given = impl["density.normal_log_density"](
            x[..., None], on.array(mean[..., None]), on.array(variance[..., None])
        )
        result: FloatArray = on.host(given)
        return result

    integrand = 2 * log_density(m1, v1) - log_density(m2, v2)
    points = on.host(x)
    (_, size1), (_, size2) = log_normal(points, m1, v1), log_normal(points, m2, v2)
    size = 2 * size1 + size2
    total = (deviation * np.exp(integrand)).sum(-1) / 4
    closed = np.log(v2) - np.log(v1 * spare) / 2 + (m1 - m2) ** 2 / spare
    share = np.exp(2 * log_normal(points, m1, v1)[0] - log_normal(points, m2, v2)[0] - closed)
    # A point is rounded by u|x|, by which the integrand changes by |x − centre|·u|x|/deviation².
    moved = np.abs(points) * np.abs(points - centre) / deviation**2
    scale = (deviation * share * _MOMENT.exponential(size + moved, on)).sum(-1) / 4 + 1
    gap = np.abs(np.log(total) - closed[:, 0])
    yield AtMost("second moment", gap[finite], np.full(finite.sum(), _MISSED), scale[finite])
    # Convex and not below its value in the middle at one end or the other: the integral is infinite.
    ends = np.maximum(integrand[:, 0], integrand[:, -1])
    yield AtMost("no decay", integrand[~finite, 40], ends[~finite], size.max(-1)[~finite])
    middle = (integrand[:, :-2] + integrand[:, 2:]) / 2
    yield AtMost("convex", integrand[~finite, 1:-1], middle[~finite], (size + moved).max(-1)[~finite, None])


@law(
    "density.effective_sample_size-converges",
    "the sampled ESS/M converges to 1/(1 + χ²) where the weights are bounded",
    source="density C6",
    stands="that the estimate from samples has the limit that C6 says",
    about=("density.normal_log_density", "density.log_weights", "density.effective_sample_size"),
    inputs=inputs.sampled_proposals,
    tolerance=Sampling(
        {"log-weight at 21 and shift, squared": 2 * 22, "two sums by pairs": 2 * 10},
        "Bernstein's inequality for the means of w ≤ B and w² ≤ B², half of the false alarms each",
    ),
    refutes=("density.effective_sample_size/unnormalized", "density.effective_sample_size/no-square"),
    kinds=("ordinary",),  # a statement on samples; the exact laws cover the other kinds
)
def ess_converges(impl: Impl, on: Setting, case: inputs.SampledProposals) -> Iterator[Record]:
    """w = N₁/N₂ with v₂ > v₁ is at most B = √(v₂/v₁)·exp((m₁ − m₂)²/2(v₂ − v₁)), E w = 1, E w² = 1 + χ²."""
    m1, v1, m2, v2 = (on.number(on.host(a)) for a in (case.m1, case.v1, case.m2, case.v2))
    noise = on.host(case.noise)
    x = on.array(m2 + on.math.sqrt(v2) * noise)
    one = impl["density.normal_log_density"](x[..., None], case.m1[None, None], case.v1[None, None])
    two = impl["density.normal_log_density"](x[..., None], case.m2[None, None], case.v2[None, None])
    log_w = impl["density.log_weights"](one, 0 * one, two)
    M = len(noise)
    share = impl["density.effective_sample_size"](log_w) / M
    second = v2 / on.math.sqrt(v1 * (2 * v2 - v1)) * on.math.exp((m1 - m2) ** 2 / (2 * v2 - v1))
    largest = on.math.sqrt(v2 / v1) * on.math.exp((m1 - m2) ** 2 / (2 * (v2 - v1)))

    def deviation(bound: float, variance: float) -> float:
        """ε with 2·exp(−Mε²/(2·variance + ⅔·bound·ε)) = FALSE_ALARM/2."""
        level = on.math.log(4 / FALSE_ALARM) / M
        return bound * level / 3 + on.math.sqrt((bound * level / 3) ** 2 + 2 * level * variance)

    first_error = deviation(largest, second - 1)
    second_error = deviation(largest**2, largest**2 * second - second**2)
    high = (1 + first_error) ** 2 / max(second - second_error, 1.0 / M)
    yield AtMost("from above", share, high, 8.0)
    yield AtMost("from below", max(1 - first_error, 0) ** 2 / (second + second_error), share, 8.0)
    yield AtMost("one sample at least", 1 / M, share, 8.0)
