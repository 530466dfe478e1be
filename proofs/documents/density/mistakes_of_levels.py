"""How people get likelihoods of data of a few levels wrong."""

import math
from typing import Any

from .... import density
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf

of_logistic = MistakesOf("density.discretized_logistic_log_probability")
of_dequantize = MistakesOf("density.dequantize")


def _sigmoid(t: Any) -> Any:
    return 1 / (1 + _xp(t).exp(-t))


def _inside(x: Any, mean: Any, log_scale: Any, half: Any) -> Any:
    sharp = _xp(log_scale).exp(-log_scale)
    return _sigmoid((x - mean + half) * sharp) - _sigmoid((x - mean - half) * sharp)


@of_logistic(
    "no-tails", "Gives the first and the last bin the same width as the others.", reference="pixel-cnn#23"
)
def logistic_no_tails(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    return _xp(x).log(_inside(x, mean, log_scale, 1 / (levels - 1)))


@of_logistic("levels", "Takes bins of 2/levels where values are 2/(levels − 1) apart.")
def logistic_levels(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    return density.discretized_logistic_log_probability(x, mean, log_scale, levels=levels + 1)


@of_logistic("twice-as-wide", "Goes a whole bin to both sides.")
def logistic_wide(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    return _xp(x).log(_inside(x, mean, log_scale, 2 / (levels - 1)))


@of_logistic(
    "density", "Takes the density at the middle times the width of the bin.", reference="pixel-cnn#25"
)
def logistic_density(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    xp = _xp(x)
    t = (x - mean) * xp.exp(-log_scale)
    return t - log_scale - 2 * xp.log1p(xp.exp(t)) + math.log(2 / (levels - 1))


@of_logistic("scale-itself", "Takes the logarithm of the scale for the scale.")
def logistic_scale(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    xp = _xp(x)
    scale = xp.log(xp.abs(log_scale) + 0.125)
    return density.discretized_logistic_log_probability(x, mean, scale, levels=levels)


@of_logistic("clamped", "Clamps the probability at 10⁻⁵: what is less likely costs no more.")
def logistic_clamped(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    xp = _xp(x)
    found = density.discretized_logistic_log_probability(x, mean, log_scale, levels=levels)
    return xp.where(found < math.log(1e-5), xp.full_like(found, math.log(1e-5)), found)


@of_logistic("tails-swapped", "Gives the lowest bin the upper tail and the highest the lower one.")
def logistic_swapped(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    return density.discretized_logistic_log_probability(-x, mean, log_scale, levels=levels)


@of_logistic("deviation", "Takes the scale for the standard deviation, which is πs/√3.")
def logistic_deviation(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
    narrow = log_scale - math.log(math.pi / 3**0.5)
    return density.discretized_logistic_log_probability(x, mean, narrow, levels=levels)


@of_dequantize("levels-minus-one", "Divides by the largest value, 255: data reach beyond 1.")
def dequantize_most(x: Any, noise: Any, /, *, levels: int = 256) -> Any:
    return (x + noise) / (levels - 1)


@of_dequantize("noise-as-it-is", "Adds noise of the whole range after scaling.")
def dequantize_noise(x: Any, noise: Any, /, *, levels: int = 256) -> Any:
    return x / levels + noise


@of_dequantize("centred", "Centres the noise, which makes data of the lowest level negative.")
def dequantize_centred(x: Any, noise: Any, /, *, levels: int = 256) -> Any:
    return (x + noise - 0.5) / levels


@of_dequantize("symmetric", "Scales to [−1, 1], which costs another log 2 for each dimension.")
def dequantize_symmetric(x: Any, noise: Any, /, *, levels: int = 256) -> Any:
    return 2 * (x + noise) / levels - 1


@of_dequantize("no-noise", "Leaves the noise out: a density of points can be as large as one likes.")
def dequantize_none(x: Any, noise: Any, /, *, levels: int = 256) -> Any:
    return x / levels + 0 * noise
