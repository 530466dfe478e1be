"""The parts of a VAE's loss, likelihoods of bytes and smoothed weights as people type them."""

import math

import numpy as np
from scipy.special import logsumexp

from refimpl.density import Smoothed

from ._ordinary import Ordinary, Slip, typo


def kl(mean, log_variance):
    return -0.5 * np.sum(1 + log_variance - mean**2 - np.exp(log_variance), axis=-1)


def kl_of_deviation(mean, log_variance):
    """pytorch_geometric#1368, the other way round."""
    return -0.5 * np.sum(1 + 2 * log_variance - mean**2 - np.exp(log_variance) ** 2, axis=-1)


def prior(z):
    return np.sum(-0.5 * z**2 - 0.5 * math.log(2 * math.pi), axis=-1)


def prior_no_constant(z):
    return np.sum(-0.5 * z**2, axis=-1)


def masked_bound(log_w, mask):
    keep = np.broadcast_to(np.asarray(mask) != 0, np.broadcast_shapes(log_w.shape, np.shape(mask)))
    return logsumexp(np.where(keep, log_w, -np.inf), axis=-1) - np.log(keep.sum(axis=-1).astype(log_w.dtype))


def masked_bound_all(log_w, mask):
    keep = np.broadcast_to(np.asarray(mask) != 0, np.broadcast_shapes(log_w.shape, np.shape(mask)))
    return logsumexp(np.where(keep, log_w, -np.inf), axis=-1) - math.log(keep.shape[-1])


def masked_bound_multiplied(log_w, mask):
    keep = np.asarray(mask) != 0
    return logsumexp(np.where(keep, log_w, 0.0), axis=-1) - math.log(log_w.shape[-1])


def softplus(t):
    return np.logaddexp(0, t)


def logistic(x, mean, log_scale, levels=256):
    """PixelCNN++, without its shortcut for small differences."""
    h, inv = 1 / (levels - 1), np.exp(-log_scale)
    plus, minus = inv * (x - mean + h), inv * (x - mean - h)
    inside = -softplus(-plus) - softplus(minus) + np.log(-np.expm1(-2 * h * inv))
    return np.where(x < h - 1, -softplus(-plus), np.where(x > 1 - h, -softplus(minus), inside))


def logistic_no_tails(x, mean, log_scale, levels=256):
    h, inv = 1 / (levels - 1), np.exp(-log_scale)
    plus, minus = inv * (x - mean + h), inv * (x - mean - h)
    return -softplus(-plus) - softplus(minus) + np.log(-np.expm1(-2 * h * inv)) + 0 * x


def dequantized(x, noise, levels=256):
    return (x + noise) / levels


def fit(x):
    n, m = len(x), 30 + int(len(x) ** 0.5)
    theta = 1 / x[-1] + (1 - np.sqrt(m / (np.arange(1, m + 1) - 0.5))) / 3 / x[int(n / 4 + 0.5) - 1]
    k = np.mean(np.log1p(-theta[:, None] * x), axis=1)
    level = n * (np.log(-theta / k) - k - 1)
    best = np.sum(theta * np.exp(level - logsumexp(level)))
    k = np.mean(np.log1p(-best * x))
    return (n * k + 5) / (n + 10), -k / best


def psis_row(log_w, r):
    S = len(log_w)
    tail = math.ceil(min(0.2 * S, 3 * (S / r) ** 0.5))
    log_w, k = log_w - log_w.max(), np.inf
    if tail >= 5:
        order = np.argsort(log_w, kind="stable")
        cut = np.exp(log_w[order[-tail - 1]])
        x = np.exp(log_w[order[-tail:]]) - cut
        if x[int(tail / 4 + 0.5) - 1] > 0:
            k, sigma = fit(x)
            p = (np.arange(tail) + 0.5) / tail
            log_w[order[-tail:]] = np.minimum(np.log(cut + sigma * np.expm1(-k * np.log1p(-p)) / k), 0)
    return log_w - logsumexp(log_w), k


def psis(log_ratios, efficiency=1.0):
    rows = log_ratios.reshape(-1, log_ratios.shape[-1]).astype(float)
    found = [psis_row(row, efficiency) for row in rows]
    weights, k = (np.asarray([one[i] for one in found]) for i in (0, 1))
    shape = log_ratios.shape
    return Smoothed(
        weights.reshape(shape).astype(log_ratios.dtype), k.reshape(shape[:-1]).astype(log_ratios.dtype)
    )


def psis_not_normalised(log_ratios, efficiency=1.0):
    weights, k = psis(log_ratios, efficiency)
    return Smoothed(weights - weights.max(axis=-1, keepdims=True), k)


def psis_independent(log_ratios, efficiency=1.0):
    return psis(log_ratios)


ORDINARY = (
    Ordinary(
        "density.vae_kl",
        kl,
        (
            Slip(kl_of_deviation, r"deviation"),
            typo("-0.5 *", "0.5 *", r"negative|sign|−KL"),
            typo("np.sum", "np.mean", r"mean-over|averag"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "density.prior_log_density",
        prior,
        (
            Slip(prior_no_constant, r"constant"),
            typo("np.sum", "np.mean", r"mean-over|averag"),
        ),
    ),
    Ordinary(
        "density.masked_importance_bound",
        masked_bound,
        (
            Slip(masked_bound_all, r"divides-by-all|padding"),
            Slip(masked_bound_multiplied, r"weight-one|weight 1"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "density.discretized_logistic_log_probability",
        logistic,
        (
            Slip(logistic_no_tails, r"no-tails|first and the last"),
            typo("(levels - 1)", "levels", r"levels"),
        ),
    ),
    Ordinary(
        "density.dequantize",
        dequantized,
        (
            typo("/ levels", "/ (levels - 1)", r"levels-minus-one|255|largest value"),
            typo("(x + noise) / levels", "x / levels + noise", r"noise-as-it-is|after scaling"),
        ),
    ),
    Ordinary(
        "density.pareto_smoothed_weights",
        psis,
        (
            Slip(psis_not_normalised, r"not-normalised|sum 1"),
            Slip(psis_independent, r"efficiency"),
        ),
    ),
)
