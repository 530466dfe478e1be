"""Densities and divergences as textbooks print them: in standard deviations, inverses and determinants."""

import math
from typing import Any

from ...._libraries import array_namespace as _xp
from ...language.textbook import textbook


def _square(offset: Any, matrix: Any) -> Any:
    """oᵀMo."""
    xp = _xp(offset)
    return xp.sum(offset * xp.matmul(matrix, offset[..., None])[..., 0], axis=-1)


@textbook("density.normal_log_density")
def in_deviations(x: Any, mean: Any, variance: Any, /) -> Any:
    xp = _xp(x)
    sigma = xp.sqrt(variance)
    return xp.sum(-((x - mean) ** 2) / (2 * sigma**2) - xp.log(sigma) - math.log(2 * math.pi) / 2, axis=-1)


@textbook("density.normal_log_density")
def in_variances(x: Any, mean: Any, variance: Any, /) -> Any:
    xp = _xp(x)
    return -0.5 * xp.sum(math.log(2 * math.pi) + xp.log(variance) + (x - mean) ** 2 / variance, axis=-1)


@textbook("density.normal_kl")
def kl_in_deviations(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    xp = _xp(m1)
    s1, s2 = xp.sqrt(v1), xp.sqrt(v2)
    return xp.sum(xp.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5, axis=-1)


@textbook("density.normal_kl")
def kl_in_quotients(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    xp = _xp(m1)
    s1, s2 = xp.sqrt(v1), xp.sqrt(v2)
    return xp.sum(xp.log(s2) - xp.log(s1) + 0.5 * (s1 / s2) ** 2 + 0.5 * ((m1 - m2) / s2) ** 2 - 0.5, axis=-1)


@textbook("density.normal_kl")
def kl_in_log_variances(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    xp = _xp(m1)
    log1, log2 = xp.log(v1), xp.log(v2)
    square = (m1 - m2) ** 2 * xp.exp(-log2)
    return 0.5 * xp.sum(-1.0 + log2 - log1 + xp.exp(log1 - log2) + square, axis=-1)


@textbook("density.normal_log_density_full")
def by_inverse(x: Any, mean: Any, covariance: Any, /) -> Any:
    xp, d = _xp(x), covariance.shape[-1]
    precision = xp.linalg.inv(covariance)
    log_det = xp.linalg.slogdet(covariance)[1]
    return -0.5 * (d * math.log(2 * math.pi) + log_det + _square(x - mean, precision))


@textbook("density.normal_log_density_full")
def by_cholesky(x: Any, mean: Any, covariance: Any, /) -> Any:
    xp, d = _xp(x), covariance.shape[-1]
    L = xp.linalg.cholesky(covariance)
    z = xp.linalg.solve(L, (x - mean)[..., None])[..., 0]
    half_log_det = xp.sum(xp.log(xp.linalg.diagonal(L)), axis=-1)
    return -0.5 * d * math.log(2 * math.pi) - half_log_det - 0.5 * xp.sum(z**2, axis=-1)


@textbook("density.normal_kl_full")
def kl_by_inverse(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    xp, d = _xp(m1), c1.shape[-1]
    precision = xp.linalg.inv(c2)
    trace = xp.linalg.trace(xp.matmul(precision, c1))
    log_dets = xp.linalg.slogdet(c2)[1] - xp.linalg.slogdet(c1)[1]
    return 0.5 * (trace - d + _square(m2 - m1, precision) + log_dets)


@textbook("density.normal_kl_full")
def kl_by_cholesky(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    xp, d = _xp(m1), c1.shape[-1]
    L1, L2 = xp.linalg.cholesky(c1), xp.linalg.cholesky(c2)
    trace = xp.sum(xp.linalg.solve(L2, L1) ** 2, axis=(-2, -1))
    z = xp.linalg.solve(L2, (m2 - m1)[..., None])[..., 0]
    half1 = xp.sum(xp.log(xp.linalg.diagonal(L1)), axis=-1)
    half2 = xp.sum(xp.log(xp.linalg.diagonal(L2)), axis=-1)
    return half2 - half1 + 0.5 * (trace + xp.sum(z**2, axis=-1) - d)


@textbook("density.importance_bound")
def log_mean(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    largest = xp.max(log_w, axis=axis, keepdims=True)
    total = xp.sum(xp.exp(log_w - largest), axis=axis, keepdims=True)
    bound = largest + xp.log(total) - math.log(log_w.shape[axis])
    return xp.squeeze(bound, axis=axis)


@textbook("density.effective_sample_size")
def of_normalised(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = xp.exp(log_w - xp.max(log_w, axis=axis, keepdims=True))
    w = w / xp.sum(w, axis=axis, keepdims=True)
    return 1 / xp.sum(w**2, axis=axis)


@textbook("density.effective_sample_size")
def kish(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = xp.exp(log_w - xp.max(log_w, axis=axis, keepdims=True))
    return xp.sum(w, axis=axis) ** 2 / xp.sum(w**2, axis=axis)


@textbook("density.normalized_weights")
def softmax(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = xp.exp(log_w - xp.max(log_w, axis=axis, keepdims=True))
    return w / xp.sum(w, axis=axis, keepdims=True)


@textbook("density.mixture_log_density")
def log_sum_shifted(log_weights: Any, log_components: Any, /) -> Any:
    xp = _xp(log_weights)
    m = xp.max(log_components, axis=-1, keepdims=True)
    return m[..., 0] + xp.log(xp.sum(xp.exp(log_weights) * xp.exp(log_components - m), axis=-1))


@textbook("density.mixture_log_density")
def log_sum(log_weights: Any, log_components: Any, /) -> Any:
    xp = _xp(log_weights)
    return xp.log(xp.sum(xp.exp(log_weights) * xp.exp(log_components), axis=-1))


@textbook("density.linear_evidence")
def marginal(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    xp, d = _xp(x), W.shape[0]
    covariance = xp.matmul(W, W.T) + s2 * xp.eye(d, dtype=W.dtype)
    precision = xp.linalg.inv(covariance)
    log_det = xp.linalg.slogdet(covariance)[1]
    return -0.5 * (d * math.log(2 * math.pi) + log_det + _square(x - b, precision))


@textbook("density.linear_posterior")
def posterior(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    xp = _xp(x)
    inverse = xp.linalg.inv(xp.matmul(W.T, W) + s2 * xp.eye(W.shape[1], dtype=W.dtype))
    return xp.matmul(xp.matmul(x - b, W), inverse), s2 * inverse


@textbook("density.bits_per_dim")
def bits(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    return (-log_density / dims + math.log(levels / width)) / math.log(2)
