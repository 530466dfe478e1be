"""Closed forms and brute force in NumPy float64, by other routes than the functions under test."""

import itertools
import math
from typing import Any

import numpy as np

from ...._xp import numbers
from .inputs import FloatArray


def power_mean(gaps: FloatArray, order: float) -> FloatArray:
    """(mean |gap|^p)^{1/p} over the last axis; the largest gap is divided out first."""
    peak = np.max(np.abs(gaps), axis=-1, keepdims=True)
    unit = np.where(peak > 0, peak, 1.0)
    result: FloatArray = unit[..., 0] * np.mean((np.abs(gaps) / unit) ** order, axis=-1) ** (1 / order)
    return result


def distances(x: FloatArray, y: FloatArray) -> FloatArray:
    """‖x_i − y_j‖ over the last two axes, without overflow."""
    gaps = np.abs(x[..., :, None, :] - y[..., None, :, :])
    peak = np.max(gaps, axis=-1, keepdims=True)
    unit = np.where(peak > 0, peak, 1.0)
    result: FloatArray = unit[..., 0] * np.sqrt(np.sum((gaps / unit) ** 2, axis=-1))
    return result


def least_over_permutations(costs: FloatArray, order: float) -> FloatArray:
    """The least power mean of costs (..., n, n) over all ways to pair rows with columns."""
    n = costs.shape[-1]
    ways = np.asarray(list(itertools.permutations(range(n))))
    result: FloatArray = power_mean(costs[..., np.arange(n), ways], order).min(-1)
    return result


def gaussian_square(
    m1: FloatArray, S1: FloatArray, m2: FloatArray, S2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """W₂² for regular S₁, S₂ by the eigenvalues of S₁S₂, which are those of LᵀS₂L for S₁ = LLᵀ; and
    Σ|terms|, with the roots of eigenvalues that are off by u times the largest."""
    L = np.linalg.cholesky(S1)
    values = np.linalg.eigvalsh(np.swapaxes(L, -1, -2) @ S2 @ L)
    roots = np.sqrt(values)
    traces = np.trace(S1 + S2, axis1=-2, axis2=-1)
    shift = np.sum((m1 - m2) ** 2, -1)
    return shift + traces - 2 * roots.sum(-1), shift + traces + (values.max(-1)[..., None] / roots).sum(-1)


def cubature(covariance: FloatArray) -> FloatArray:
    """Points (2d, d) with mean 0 and this covariance: means of quadratic functions are exact."""
    d = covariance.shape[-1]
    columns: Any = numbers(covariance).sqrt(d) * np.linalg.cholesky(covariance).T
    return np.concatenate([columns, -columns])


def exponential(generator: FloatArray, count: int = 40) -> FloatArray:
    """exp by its series, for norms of a few units."""
    term: Any = np.eye(generator.shape[-1])
    terms: list[Any] = [term]
    for k in range(1, count):
        term = term @ generator / k
        terms.append(term)
    return np.asarray(np.sum(terms, axis=0), dtype=np.float64)


def exponential_moment(rate: float, end: float, power: int) -> float:
    """∫₀ᵀ tᵏ e^{rt} dt by its series, for |r|T of a few units."""
    terms = [(rate * end) ** j / (math.factorial(j) * (j + power + 1)) for j in range(40)]
    return end ** (power + 1) * numbers(end).fsum(terms)


def legendre(low: float, high: float, count: int = 40) -> tuple[Any, Any]:
    """Gauss–Legendre nodes and weights on an interval."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return low + (high - low) * (1 + nodes) / 2, weights * (high - low) / 2
