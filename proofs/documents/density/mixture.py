"""Laws of mixtures: their density, and what they can approximate."""

import math
from collections.abc import Iterator

import numpy as np

from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, law
from . import inputs
from .inputs import FloatArray

_LEGENDRE = np.polynomial.legendre.leggauss(32)
_PEAK = 1 / math.sqrt(2 * math.pi)


@law(
    "density.mixture_log_density-definition",
    "mixture_log_density is log Σ π_k q(x|k), components of weight zero left out",
    source="density D8",
    about=("density.mixture_log_density",),
    inputs=inputs.mixtures,
    tolerance=Rounding(
        {"log π, shift there and back, 4 sums": 7, "log π, 4 sums of two to expect": 9}, calls=("exp", "log")
    ),
    refutes=(
        "density.mixture_log_density/unweighted",
        "density.mixture_log_density/mean-of-logs",
        "density.mixture_log_density/probabilities-for-logs",
        "density.mixture_log_density/largest",
        "density.mixture_log_density/added",
        "density.mixture_log_density/averaged",
        "density.mixture_log_density/renormalised",
        "density.mixture_log_density/shift-lost",
    ),
)
def mixture_definition(impl: Impl, on: Setting, case: inputs.Mixture) -> Iterator[Record]:
    """Compares with sums of two components at a time, kept as logarithms."""
    log_pi, components = on.host(case.log_pi), on.host(case.log_components)
    expected = np.logaddexp.reduce(log_pi + components, axis=-1)
    parts = np.where(np.isfinite(components), np.abs(components), 0.0)
    parts = parts + np.where(np.isfinite(log_pi), np.abs(log_pi), 0.0)
    given = impl["density.mixture_log_density"](case.log_pi, case.log_components)
    yield Gap("log-density", given, expected, 1 + parts.max(-1))


def _nodes(edges: list[float]) -> tuple[FloatArray, FloatArray]:
    """Gauss–Legendre nodes and weights on consecutive intervals."""
    low, half = np.asarray(edges[:-1])[:, None], np.diff(edges)[:, None] / 2
    return (low + half * (1 + _LEGENDRE[0])).reshape(-1), (half * _LEGENDRE[1]).reshape(-1)


def _location_mixture(
    impl: Impl, on: Setting, points: FloatArray, centres: FloatArray, weights: FloatArray, s: float
) -> FloatArray:
    """Density of Σ_k weights_k N(centres_k, s²) at the points."""
    like = np.ones((1, 1))
    components = impl["density.normal_log_density"](
        on.array(points[:, None, None]), on.array(centres[None, :, None]), on.array(like * s * s)
    )
    given = impl["density.mixture_log_density"](on.array(np.log(weights)), components)
    result: FloatArray = np.exp(on.host(given))
    return result


@law(
    "density.location-mixtures-approximate",
    "‖f∗N(0, s²) − f‖₁ ≤ (s²/2)‖f''‖₁, sharp for small s (normal f: 0.48394·s²); a jump of f leaves "
    "order s (uniform f: 1.5958·s)",
    source="density C7",
    about=("density.normal_log_density", "density.mixture_log_density"),
    inputs=inputs.widths,
    tolerance=Rounding(
        {"logarithm of a density": 4, "points, centres and their difference": 3, "sum": 1},
        "a rounding of u|x| moves components of width s by u|x|/s",
        calls=("exp", "log"),
    ),
    refutes=(
        "density.mixture_log_density/unweighted",
        "density.mixture_log_density/probabilities-for-logs",
        "density.normal_log_density/deviation-for-variance",
        "density.normal_log_density/missing-log-2pi",
    ),
    needs={"approximation": "distances are sums over Gauss–Legendre nodes"},
)
def location_mixtures_approximate(impl: Impl, on: Setting, case: inputs.Width) -> Iterator[Record]:
    """f∗N(0, s²) is a mixture with f at quadrature nodes as weights; the distances have closed forms."""
    s = on.number(on.host(on.array(np.asarray(case.s))))
    scale = 2 + abs(on.math.log(s)) + 1 / s
    yield from _smooth(impl, on, s, scale)
    yield from _jump(impl, on, s, scale)


def _smooth(impl: Impl, on: Setting, s: float, scale: float) -> Iterator[Record]:
    """Standard normal f: N(0, 1 + s²) and N(0, 1) cross at ±x₀."""
    step = 0.6 * s  # the trapezoidal rule is exact to e^−2π²/0.36(1 + s²)
    centres = on.host(on.array(step * np.arange(-math.ceil(9 / step), math.ceil(9 / step) + 1)))
    x0 = on.math.sqrt((1 + 1 / s**2) * on.math.log1p(s**2))
    points, weights = _nodes([-10, -4, -x0, x0, 4, 10])
    points = on.host(on.array(points))
    mixed = _location_mixture(impl, on, points, centres, step * _PEAK * np.exp(-(centres**2) / 2), s)
    distance = on.number((weights * np.abs(mixed - _PEAK * np.exp(-(points**2) / 2))).sum())
    closed = 2 * (on.math.erf(x0 / on.math.sqrt(2)) - on.math.erf(x0 / on.math.sqrt(2 + 2 * s**2)))
    yield Gap("normal", distance, closed, scale)
    # ‖f''‖₁ = 4φ(1) and ‖f⁗‖₁ is the variation of f''' = (3x − x³)φ, extreme where x⁴ − 6x² + 3 = 0.
    turns = [on.math.sqrt(3 - on.math.sqrt(6)), on.math.sqrt(3 + on.math.sqrt(6))]
    fourth = 4 * sum(abs(3 * x - x**3) * _PEAK * on.math.exp(-(x**2) / 2) for x in turns)
    bound = s**2 / 2 * 4 * _PEAK * on.math.exp(-0.5)
    yield AtMost("order s²", distance, bound, scale)
    yield AtMost("no better", bound - s**4 / 8 * fourth, distance, scale)


def _jump(impl: Impl, on: Setting, s: float, scale: float) -> Iterator[Record]:
    """Uniform f on [0, 1]: the smoothed density is below f inside and above it outside."""
    centres, weights = _nodes(np.linspace(0, 1, 9).tolist())
    centres = on.host(on.array(centres))
    points, measure = _nodes([-9 * s, -3 * s, 0, 0.25, 0.5, 0.75, 1, 1 + 3 * s, 1 + 9 * s])
    points = on.host(on.array(points))
    mixed = _location_mixture(impl, on, points, centres, weights, s)
    distance = on.number((measure * np.abs(mixed - ((points > 0) & (points < 1)))).sum())
    edge = _PEAK * on.math.exp(-1 / (2 * s**2))
    closed = 2 * on.math.erfc(1 / (s * on.math.sqrt(2))) + 4 * s * (_PEAK - edge)
    yield Gap("uniform", distance, closed, scale)
    yield AtMost("order s", distance, 4 * _PEAK * s, scale)
    yield AtMost("no better than order s", 4 * s * (_PEAK - edge), distance, scale)
