"""The likelihood of a level under a normal distribution as people type it."""

import numpy as np
from scipy.special import log_ndtr, ndtr

from ._ordinary import Ordinary, Slip, typo


def log_cdf_difference(a, b):
    """log(Φ(b) − Φ(a)), on the side where both are small."""
    a, b = np.where(a > 0, -b, a), np.where(a > 0, -a, b)
    high, low = log_ndtr(b), log_ndtr(a)
    return high + np.log(-np.expm1(low - high))


def discretized(x, mean, log_scale, levels=256):
    half, inverse = 1 / (levels - 1), np.exp(-log_scale)
    upper, lower = inverse * (x - mean + half), inverse * (x - mean - half)
    inside = log_cdf_difference(lower, upper)
    return np.where(x < half - 1, log_ndtr(upper), np.where(x > 1 - half, log_ndtr(-lower), inside))


def discretized_likelihood(x, means, log_scales, levels=256):
    """As guided-diffusion, with Φ itself and without the clamp."""
    half, inverse = 1 / (levels - 1), np.exp(-log_scales)
    cdf_plus, cdf_min = ndtr(inverse * (x - means + half)), ndtr(inverse * (x - means - half))
    inside = np.log(cdf_plus - cdf_min)
    return np.where(x < half - 1, np.log(cdf_plus), np.where(x > 1 - half, np.log(1 - cdf_min), inside))


def approximate(x, means, log_scales, levels=256):
    """As guided-diffusion."""

    def cdf(t):
        return 0.5 * (1 + np.tanh(np.sqrt(2 / np.pi) * (t + 0.044715 * t**3)))

    half, inverse = 1 / (levels - 1), np.exp(-log_scales)
    plus, minus = cdf(inverse * (x - means + half)), cdf(inverse * (x - means - half))
    inside = np.log(np.maximum(plus - minus, 1e-12))
    first, last = np.log(np.maximum(plus, 1e-12)), np.log(np.maximum(1 - minus, 1e-12))
    return np.where(x < half - 1, first, np.where(x > 1 - half, last, inside)).astype(x.dtype)


def of_log_variance(x, mean, log_variance, levels=256):
    return discretized(x, mean, log_variance / 2, levels)


def kl_of_coordinates(mean1, logvar1, mean2, logvar2):
    """Not summed, as normal_kl of improved-diffusion."""
    gap = logvar1 - logvar2
    return 0.5 * (np.expm1(gap) - gap + (mean1 - mean2) ** 2 * np.exp(-logvar2))


def encoder_kl(mu, logvar):
    """Not summed."""
    return 0.5 * (mu**2 + np.expm1(logvar) - logvar)


ORDINARY = [
    Ordinary(
        "density.discretized_gaussian_log_probability",
        discretized,
        (
            typo("1 / (levels - 1)", "1 / levels", r"/levels|2/levels"),
            typo("np.exp(-log_scale)", "np.exp(-2 * log_scale)", r"log-variance"),
            Slip(approximate, r"tanh|clamped"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "density.discretized_gaussian_log_probability",
        of_log_variance,
        (
            typo("log_variance / 2", "log_variance", r"log-variance"),
            typo("discretized(x, mean", "discretized(-x, mean", r"tails-swapped|sign"),
        ),
        adapter="log-variance",
        answer="imprecise",
    ),
    Ordinary(
        "density.normal_kl",
        kl_of_coordinates,
        (
            typo("np.exp(-logvar2)", "np.exp(-logvar1)", r"variance|first|exchang|own"),
            typo("0.5 * (", "(", r"half|2 times|twice"),
        ),
        adapter="log-variances-per-coordinate",
    ),
    Ordinary(
        "density.vae_kl",
        encoder_kl,
        (typo("0.5 * (", "(", r"half|2 times|twice"), typo("- logvar", "- 2 * logvar", r".")),
        adapter="per-coordinate",
        answer="imprecise",
    ),
]
