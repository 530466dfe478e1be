"""The score of a mixture at many points with NumPy: components along rows, points along columns, one
coordinate at a time and a block of points at a time, so that sums run over rows and nothing outgrows the
result."""

from typing import Any

import numpy as np

from .._typing import Array

Numbers = np.ndarray[Any, np.dtype[Any]]

LEAST = 2**12
"""Points from which on it is worth it."""
COORDINATES = 16
"""At most: with more, the definition's loops are long enough."""
BLOCK = 2**15
"""Numbers of a block: points × components × coordinates."""


def serves(log_weights: Array, means: Array, variances: Array, t: Array, x: Array) -> bool:
    """Whether there are many points, in NumPy arrays of one dtype."""
    given = (log_weights, means, variances, t, x)
    if not all(type(array) is np.ndarray and array.dtype == x.dtype for array in given):
        return False
    return bool(x.shape[-1] <= COORDINATES and x.size > 0 and x.size >= LEAST * x.shape[-1])


def score(
    log_weights: Numbers, means: Numbers, variances: Numbers, alpha: Numbers, noise: Numbers, x: Numbers
) -> Numbers:
    """Σ_k r_k ∇ log N(x; ᾱ m_k, ᾱ² Λ_k + β̄²) for ᾱ and β̄² with the batch axes of x, or that broadcast."""
    batch = np.broadcast_shapes(alpha.shape, noise.shape, x.shape[:-1])
    points = np.broadcast_to(x, (*batch, x.shape[-1])).reshape(-1, x.shape[-1])
    alpha, noise = (np.broadcast_to(v, batch).reshape(-1) for v in (alpha, noise))
    if np.all(variances == variances[:1, :1]):
        variances = variances[:1, :1]
    out = np.empty(points.shape, dtype=x.dtype.newbyteorder("="))
    count = max(1, BLOCK // means.size)
    for first in range(0, len(points), count):
        part = slice(first, first + count)
        out[part] = _block(log_weights, means, variances, alpha[part], noise[part], points[part]).T
    return out.reshape(*batch, x.shape[-1])


def _block(
    log_weights: Numbers, means: Numbers, variances: Numbers, alpha: Numbers, noise: Numbers, x: Numbers
) -> Numbers:
    """(d, n) scores of n points."""
    K, d = means.shape
    square = alpha**2
    spreads = [square * column[:, None] + noise for column in variances.T]
    spreads *= d // len(spreads)
    pulls = np.empty((d, K, len(x)), dtype=x.dtype.newbyteorder("="))
    exponents = np.zeros_like(pulls[0])
    for pull, mean, coordinate, spread in zip(pulls, means.T, x.T, spreads, strict=True):
        offset = coordinate - alpha * mean[:, None]
        np.divide(offset, spread, out=pull)
        offset *= pull
        exponents += offset
        if len(variances) > 1:  # else it is the same for all components
            exponents += np.log(spread)
    exponents *= -0.5
    exponents += log_weights[:, None]
    exponents -= np.max(exponents, axis=0)
    weights = np.exp(exponents, out=exponents)
    weights /= -np.sum(weights, axis=0)
    pulls *= weights
    scores: Numbers = np.sum(pulls, axis=1)
    return scores
