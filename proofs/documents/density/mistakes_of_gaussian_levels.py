"""How people get the likelihood of a level under a normal distribution wrong."""

import math
from typing import Any

from .... import density
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf

of_gaussian = MistakesOf("density.discretized_gaussian_log_probability")


def _parts(x: Any, mean: Any, log_scale: Any) -> tuple[Any, Any, Any]:
    """(x − μ)/σ, 1/σ and the namespace."""
    xp = _xp(x, mean, log_scale)
    sharp = xp.exp(-log_scale)
    return (x - mean) * sharp, sharp, xp


def _inner(x: Any, mean: Any, log_scale: Any, half: float, levels: int) -> Any:
    """Bins of a half-width, without ends: those in the middle of three times as many levels."""
    many = 3 * levels
    shrunk = 1 / (many - 1) / half
    narrow = log_scale + math.log(shrunk)
    return density.discretized_gaussian_log_probability(x * shrunk, mean * shrunk, narrow, levels=many)


@of_gaussian("no-tails", "Gives the first and the last bin the same width as the others.")
def gaussian_no_tails(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    return _inner(x, mean, log_scale, 1 / (levels - 1), levels)


@of_gaussian("levels", "Takes bins of 2/levels where values are 2/(levels − 1) apart.")
def gaussian_levels(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    return density.discretized_gaussian_log_probability(x, mean, log_scale, levels=levels + 1)


@of_gaussian("twice-as-wide", "Goes a whole bin to both sides.")
def gaussian_wide(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    found = density.discretized_gaussian_log_probability(x, mean, log_scale, levels=levels)
    ends, xp = 1 - 1 / (levels - 1), _xp(x, mean, log_scale)
    return xp.where(xp.abs(x) > ends, found, _inner(x, mean, log_scale, 2 / (levels - 1), levels))


@of_gaussian("density", "Takes the density at the middle times the width of the bin.")
def gaussian_density(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    t, _, _ = _parts(x, mean, log_scale)
    return -t * t / 2 - log_scale - math.log(2 * math.pi) / 2 + math.log(2 / (levels - 1))


@of_gaussian(
    "log-variance", "Takes the logarithm of the variance for that of the scale, which is half of it."
)
def gaussian_log_variance(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    return density.discretized_gaussian_log_probability(x, mean, 2 * log_scale, levels=levels)


@of_gaussian(
    "tanh",
    "Takes ½(1 + tanh(√(2/π)(t + 0.044715 t³))) for Φ: off by 3·10⁻⁴, and by all of the tails.",
    reference="guided-diffusion",
)
def gaussian_tanh(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    t, sharp, xp = _parts(x, mean, log_scale)
    half, edge = sharp / (levels - 1), 1 - 1 / (levels - 1)
    # log Φ and log(1 − Φ) of that form, and a difference of the two without cancellation.
    upper, lower = (2 * math.sqrt(2 / math.pi) * (z + 0.044715 * z**3) for z in (t + half, t - half))
    below, above = -_softplus(-upper, xp), -_softplus(lower, xp)
    inside = below + above + xp.log(-xp.expm1(lower - upper))
    return xp.where(x < -edge, below, xp.where(x > edge, above, inside))


def _softplus(t: Any, xp: Any) -> Any:
    return xp.where(t > 0, t, 0 * t) + xp.log1p(xp.exp(-xp.abs(t)))


@of_gaussian(
    "clamped",
    "Clamps the probability at 10⁻¹²: what is less likely costs no more.",
    reference="guided-diffusion",
)
def gaussian_clamped(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    xp = _xp(x, mean, log_scale)
    found = density.discretized_gaussian_log_probability(x, mean, log_scale, levels=levels)
    return xp.where(found < math.log(1e-12), xp.full_like(found, math.log(1e-12)), found)


@of_gaussian("tails-swapped", "Gives the lowest bin the upper tail and the highest the lower one.")
def gaussian_swapped(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    return density.discretized_gaussian_log_probability(-x, mean, log_scale, levels=levels)


@of_gaussian("logistic", "Takes the logistic distribution of PixelCNN++ with the same scale.")
def gaussian_logistic(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    return density.discretized_logistic_log_probability(x, mean, log_scale, levels=levels)
