"""Densities and importance weights as common code writes them."""

import math

import numpy as np

from ._convention import Convention

HALF_LOG_2PI = 0.5 * np.log(2 * np.pi)


def per_coordinate(x, mean, std, sign=-1):
    return sign * ((x - mean) / std) ** 2 / 2 - np.log(std) - float(HALF_LOG_2PI)


def of_std(x, mean, std, sign=-1):
    return np.sum(per_coordinate(x, mean, std, sign), axis=-1)


def of_log_variance(x, mean, log_variance, factor=0.5):
    z = (x - mean) * np.exp(-log_variance / 2)
    return -np.sum(factor * log_variance + float(HALF_LOG_2PI) + z * z / 2, axis=-1)


def excess(log_ratio, ratio):
    """r − 1 − log r, by the series of e^ℓ − 1 − ℓ where that cancels."""
    small = np.where(np.abs(log_ratio) < 1, log_ratio, 0)
    series = np.zeros_like(small)
    for n in range(24, 1, -1):
        series = small / n * (1 + series) if n > 2 else small * small / 2 * (1 + series)
    return np.where(np.abs(log_ratio) < 1, series, ratio - 1 - log_ratio)


def kl_per_coordinate(m1, s1, m2, s2, factor=0.5):
    log_ratio = np.where(
        np.abs(s1 - s2) < s2 / 2, 2 * np.log1p((s1 - s2) / s2), 2 * np.log(s1) - 2 * np.log(s2)
    )
    return factor * (excess(log_ratio, (s1 / s2) ** 2) + ((m1 - m2) / s2) ** 2)


def kl(m1, s1, m2, s2, factor=0.5):
    return np.sum(kl_per_coordinate(m1, s1, m2, s2, factor), axis=-1)


def kl_of_log_variances(m1, log_v1, m2, log_v2, factor=0.5):
    difference = log_v1 - log_v2
    terms = excess(difference, np.exp(difference)) + (m1 - m2) ** 2 * np.exp(-log_v2)
    return factor * np.sum(terms, axis=-1)


def forward(L, b):
    """Solve Lz = b by forward substitution."""
    z = []
    for i in range(L.shape[-1]):
        z.append((b[..., i] - sum(L[..., i, j] * z[j] for j in range(i))) / L[..., i, i])
    return np.stack(z, axis=-1)


def log_det(L):
    return np.sum(np.log(np.diagonal(L, axis1=-2, axis2=-1)), axis=-1)


def of_cholesky(x, mean, L, factor=1.0):
    z = forward(L, x - mean)
    return -0.5 * np.sum(z * z, axis=-1) - factor * log_det(L) - L.shape[-1] * float(HALF_LOG_2PI)


def kl_of_cholesky(m1, L1, m2, L2, factor=1.0):
    T = np.swapaxes(forward(L2[..., None, :, :], np.swapaxes(L1, -1, -2)), -1, -2)
    z, ratio = forward(L2, m1 - m2), np.diagonal(T, axis1=-2, axis2=-1)
    off = np.sum(np.tril(T, -1) ** 2, axis=(-2, -1)) + np.sum(z * z, axis=-1)
    return (factor * off + np.sum(excess(2 * np.log(ratio), ratio**2), axis=-1)) / 2


def evidence(x, W, b, s, factor=1.0):
    """By the eigenbasis of WWᵀ: no difference of quadratic forms."""
    left, values, _ = np.linalg.svd(W)
    d = len(b)
    scales = np.hypot(np.append(values, np.zeros(max(0, d - len(values)), x.dtype))[:d], s)
    z = (x - b) @ left / scales
    return -np.sum(z * z, axis=-1) / 2 - factor * np.sum(np.log(scales)) - d * float(HALF_LOG_2PI)


def posterior(x, W, b, s, sign=1):
    left, values, right = np.linalg.svd(W)
    count, k = len(values), W.shape[1]
    all_values = np.append(values, np.zeros(k - count, x.dtype))  # outside the range of Wᵀ the prior stays
    lengths = np.hypot(all_values, s)
    mean = sign * ((x - b) @ left[:, :count] * (values / lengths[:count] ** 2)) @ right[:count]
    return mean, right.T @ ((s / lengths)[:, None] ** 2 * right)


def log_of_mixture(weights, log_components, power=1):
    logs = power * np.log(weights) + log_components
    return np.logaddexp.reduce(logs, axis=-1)


def bound(log_w, count=True):
    """Streaming log-sum-exp over the first axis."""
    total = np.full_like(log_w[0], -np.inf)
    for row in log_w:
        total = np.logaddexp(total, row)
    return total - (np.log(len(log_w)).astype(log_w.dtype) if count else 0)


def shares(log_w, shift=0.0):
    peak = np.max(log_w, axis=0)
    w = np.exp(log_w - np.where(np.isneginf(peak), 0, peak))
    return w / (np.sum(w, axis=0) + log_w.dtype.type(shift))


def kish(log_w, power=2):
    return 1 / np.sum(shares(log_w) ** power, axis=0)


def last(function):
    return lambda log_w: -function(np.moveaxis(log_w, -1, 0))


def kl_of_log_deviation(mean, log_std, factor=1.0):
    growth = np.expm1(2 * log_std) - 2 * log_std
    near = np.abs(log_std) < 0.25
    s = np.where(near, 2 * log_std, 0)
    terms = [s**k / math.factorial(k) for k in range(15, 1, -1)]
    return 0.5 * np.sum(factor * mean**2 + np.where(near, sum(terms), growth), axis=-1).astype(mean.dtype)


def encoder_kl_per_coordinate(mean, log_variance, factor=1.0):
    return kl_of_log_deviation(mean[..., None], log_variance[..., None] / 2, factor)


def gaussian_bin(x, mean, log_variance, levels, factor=0.5):
    from independent.density import discretized_gaussian_log_probability as found  # noqa: PLC0415

    return found(x, mean, factor * log_variance, levels=levels)


def logistic_bin(x, mean, scale, levels, width=1.0):
    h = width / (levels - 1)
    plus, minus = (x - mean + h) / scale, (x - mean - h) / scale
    inside = -np.logaddexp(0, -plus) - np.logaddexp(0, minus) + np.log(-np.expm1(-2 * h / scale))
    tails = np.where(x < 0, -np.logaddexp(0, -plus), -np.logaddexp(0, minus))
    return np.where(np.abs(x) > 1 - 1 / (levels - 1), tails, inside).astype(x.dtype)


def psis_of_log_likelihoods(log_likelihood, r_eff, sign=-1):
    from ordinary.density_practice import psis  # noqa: PLC0415

    return tuple(psis(sign * log_likelihood, r_eff))


CONVENTIONS = {
    "density.vae_kl/log-deviation": Convention(
        kl_of_log_deviation, lambda *a: kl_of_log_deviation(*a, factor=2.0)
    ),
    "density.vae_kl/per-coordinate": Convention(
        encoder_kl_per_coordinate, lambda *a: encoder_kl_per_coordinate(*a, factor=2.0)
    ),
    "density.discretized_gaussian_log_probability/log-variance": Convention(
        gaussian_bin, lambda *a: gaussian_bin(*a, factor=1.0)
    ),
    "density.discretized_logistic_log_probability/scale": Convention(
        logistic_bin, lambda *a: logistic_bin(*a, width=2.0)
    ),
    "density.pareto_smoothed_weights/log-likelihoods": Convention(
        psis_of_log_likelihoods, lambda *a: psis_of_log_likelihoods(*a, sign=1)
    ),
    "density.normal_log_density/std": Convention(of_std, lambda *a: of_std(*a, sign=1)),
    "density.normal_log_density/per-coordinate": Convention(
        per_coordinate, lambda *a: per_coordinate(*a, sign=1)
    ),
    "density.normal_log_density/log-variance": Convention(
        of_log_variance, lambda *a: of_log_variance(*a, factor=1.0)
    ),
    "density.normal_kl/std": Convention(kl, lambda *a: kl(*a, factor=1.0)),
    "density.normal_kl/per-coordinate": Convention(
        kl_per_coordinate, lambda *a: kl_per_coordinate(*a, factor=1.0)
    ),
    "density.normal_kl/log-variance": Convention(
        kl_of_log_variances, lambda *a: kl_of_log_variances(*a, factor=1.0)
    ),
    "density.normal_log_density_full/cholesky": Convention(
        of_cholesky, lambda *a: of_cholesky(*a, factor=0.5)
    ),
    "density.normal_kl_full/cholesky": Convention(kl_of_cholesky, lambda *a: kl_of_cholesky(*a, factor=2.0)),
    "density.linear_evidence/std": Convention(evidence, lambda *a: evidence(*a, factor=0.5)),
    "density.linear_posterior/std": Convention(posterior, lambda *a: posterior(*a, sign=-1)),
    "density.mixture_log_density/weights": Convention(log_of_mixture, lambda *a: log_of_mixture(*a, power=2)),
    "density.elbo/samples-first": Convention(lambda w: w.mean(0), lambda w: w.sum(0)),
    "density.importance_bound/samples-first": Convention(bound, lambda w: bound(w, count=False)),
    "density.effective_sample_size/samples-first": Convention(kish, lambda w: kish(w, power=1)),
    "density.normalized_weights/samples-first": Convention(shares, lambda w: shares(w, shift=1e-3)),
    "density.importance_bound/loss": Convention(last(bound), last(lambda w: bound(w, count=False))),
}
