"""Densities and bounds by SciPy, by enumeration, and by eigenvalues instead of Cholesky factors."""

import math
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from scipy import special, stats

Array = Any


def log_weights(log_likelihood: Array, log_prior: Array, log_proposal: Array, /) -> Array:
    """Likelihood against proposal first."""
    return (log_likelihood - log_proposal) + log_prior


def elbo(log_w: Array, /, *, axis: int = -1) -> Array:
    """np.mean."""
    return np.mean(log_w, axis=axis)


def importance_bound(log_w: Array, /, *, axis: int = -1) -> Array:
    """As in most public code."""
    bound = special.logsumexp(log_w, axis=axis) - math.log(log_w.shape[axis])
    return np.asarray(bound, dtype=log_w.dtype)


def importance_bounds(log_w: Array, /, *, sizes: Sequence[int]) -> Array:
    """All subsets of up to 8 samples are enumerated; of more, the integral of `_integrated` is taken."""
    M = log_w.shape[-1]
    rows = log_w.astype(float).reshape(-1, M)
    bounds = _enumerated if M <= 8 else _integrated
    table = np.asarray([bounds(row, sizes) for row in rows])
    return table.reshape(*log_w.shape[:-1], len(sizes)).astype(log_w.dtype)


def _enumerated(row: Array, sizes: Sequence[int]) -> list[float]:
    def bound(m: int) -> float:
        sums = special.logsumexp(np.asarray(list(combinations(row, m))), axis=-1)
        return float(np.mean(sums) - math.log(m))

    return [bound(m) for m in sizes]


def _integrated(row: Array, sizes: Sequence[int]) -> list[float]:
    """log s = ∫ (e^−t − e^−ts) dt/t by trapezoids in log t, with e^−ts averaged over subsets, for
    which c_m = 1 − the average is kept, lest small t lose digits. Between weights far apart the
    integrand is constant, so that nodes near them suffice."""
    finite = row[~np.isneginf(row)]
    if not finite.size:
        return [-math.inf] * len(sizes)
    top, most = np.max(finite), max(sizes)
    places = np.unique(np.floor(np.concatenate([[0.0], top - finite])))
    x = np.unique(np.concatenate([place + np.arange(-42.0, 9.0, 0.25) for place in places]))
    c = np.zeros((most + 1, len(x)))
    for i, log in enumerate(row):  # c[m] of the subsets of the first i + 1 samples
        m = np.arange(1, min(most, i + 1) + 1)[:, None]
        inside = -np.expm1(-np.exp(np.minimum(x + log - top, 50.0)))
        c[m[:, 0]] = (1 - m / (i + 1)) * c[m[:, 0]] + m / (i + 1) * ((1 - inside) * c[m[:, 0] - 1] + inside)
    integrand = c + np.expm1(-np.exp(np.minimum(x, 50.0)))
    zeros = len(row) - len(finite)
    means = np.trapezoid(integrand, x, axis=-1) + top
    return [float(means[m] - math.log(m)) if m > zeros else -math.inf for m in sizes]


def normalized_weights(log_w: Array, /, *, axis: int = -1) -> Array:
    """SciPy's softmax."""
    with np.errstate(invalid="ignore"):
        return special.softmax(log_w, axis=axis)


def effective_sample_size(log_w: Array, /, *, axis: int = -1) -> Array:
    """1/Σ p² of normalised weights."""
    return 1 / np.sum(normalized_weights(log_w, axis=axis) ** 2, axis=axis)


def normal_log_density(x: Array, mean: Array, variance: Array, /) -> Array:
    """SciPy's normal distribution, one component at a time."""
    return stats.norm.logpdf(x, mean, np.sqrt(variance)).sum(-1).astype(np.result_type(x, mean, variance))


def normal_kl(m1: Array, v1: Array, m2: Array, v2: Array, /) -> Array:
    """r − 1 − log r as written loses all digits near r = 1; there δ − log(1 + δ) by its series in
    y = δ/(2 + δ), which is δ y − 2 (y³/3 + y⁵/5 + …), as log(1 + δ) = 2 artanh y."""
    delta = (v1 - v2) / v2
    y = np.where(np.abs(delta) < 0.5, delta / (2 + delta), 0)
    odd = sum(y ** (2 * k + 1) / (2 * k + 1) for k in range(1, 15))
    excess = np.where(np.abs(delta) < 0.5, delta * y - 2 * odd, delta - np.log(v1 / v2))
    return np.sum(excess + (m1 - m2) ** 2 / v2, axis=-1) / 2


def _whitening(covariance: Array) -> tuple[Array, Array]:
    """Rows A with A C Aᵀ = I, and log det C, from eigenvectors after scaling to a unit diagonal."""
    size = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    values, vectors = np.linalg.eigh(covariance / (size[..., :, None] * size[..., None, :]))
    rows = np.swapaxes(vectors / np.sqrt(values)[..., None, :], -1, -2) / size[..., None, :]
    return rows, np.sum(np.log(values), axis=-1) + 2 * np.sum(np.log(size), axis=-1)


def normal_log_density_full(x: Array, mean: Array, covariance: Array, /) -> Array:
    """Whitened by eigenvectors."""
    rows, log_det = _whitening(covariance)
    z = np.einsum("...ij,...j->...i", rows, x - mean)
    return -0.5 * (np.sum(z * z, axis=-1) + log_det + x.shape[-1] * math.log(2 * math.pi))


def normal_kl_full(m1: Array, c1: Array, m2: Array, c2: Array, /) -> Array:
    """From log-determinants and the trace in the whitened space of the second."""
    rows, log_det = _whitening(c2)
    inside = rows @ c1 @ np.swapaxes(rows, -1, -2)
    z = np.einsum("...ij,...j->...i", rows, m1 - m2)
    trace = np.trace(inside, axis1=-2, axis2=-1)
    return 0.5 * (trace - m1.shape[-1] + log_det - _whitening(c1)[1] + np.sum(z * z, axis=-1))


def linear_evidence(x: Array, W: Array, b: Array, s2: Array, /) -> Array:
    """Along the principal axes of W, and apart from them."""
    left, size, _ = np.linalg.svd(W, full_matrices=True)
    spread = np.zeros(len(W), W.dtype)
    spread[: len(size)] = size**2
    z = (x - b) @ left
    return -0.5 * np.sum(z * z / (spread + s2) + np.log(2 * np.pi * (spread + s2)), axis=-1)


def linear_posterior(x: Array, W: Array, b: Array, s2: Array, /) -> tuple[Array, Array]:
    """Ridge regression along the principal axes of W."""
    left, size, right = np.linalg.svd(W, full_matrices=False)
    d, k = W.shape
    mean = ((x - b) @ left * (size / (size**2 + s2))) @ right
    missing = np.eye(k, dtype=W.dtype) - right.T @ right if k > d else np.zeros((k, k), W.dtype)
    return mean, (right.T * (s2 / (size**2 + s2))) @ right + missing


def mixture_log_density(log_weights: Array, log_components: Array, /) -> Array:
    """Two components at a time."""
    return np.logaddexp.reduce(log_weights + log_components, axis=-1)


def bits_per_dim(log_density: Array, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Array:
    """In nats first."""
    nats = -log_density / dims - math.log(width / levels)
    return nats / math.log(2)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"density.{function.__name__}": function
    for function in (
        bits_per_dim, effective_sample_size, elbo, importance_bound, importance_bounds, linear_evidence,
        linear_posterior, log_weights, mixture_log_density, normal_kl, normal_kl_full, normal_log_density,
        normal_log_density_full, normalized_weights,
    )
}  # fmt: skip
