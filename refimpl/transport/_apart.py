"""The distance of two large Gaussians from Cholesky factors and singular values alone.

W² = tr S₁ + tr S₂ − 2‖L₂ᵀL₁‖_*, S = LLᵀ, without singular vectors. It cancels where the covariances are
nearly equal; where it does not, it is off by no more than the definition is:

- Cholesky's LLᵀ is S + E, which changes W² by tr((I − T)E) to first order, T the optimal map. What
  eigenvectors leave in the definition is such an E, too, of the same size c·d·u·‖S‖, and does the same.
- The traces, the product and the singular values are off by c·u·(tr S₁ + tr S₂), and W by that over 2W: for
  W² ≥ (tr S₁ + tr S₂)/16 no more than 2c·u·(tr S₁ + tr S₂)^{1/2}, which is below the bound of the
  definition, d·u·κ^{1/2}·‖S‖^{1/2}.

A matrix that is not definite has no factor, and one that nearly is not has small pivots: both go the other
way.
"""

from typing import Any

import numpy as np

from .._typing import Array

Matrix = np.ndarray[Any, np.dtype[Any]]

LEAST = 32
"""Dimensions from which on it is worth it."""
FAR = 1 / 16
"""Of the traces, W² at least."""


def spread(S1: Array, S2: Array) -> Array | None:
    """W₂ of two Gaussians of one mean, or None where this is not the way: where `square` is not, or for
    covariances that are near each other."""
    found = square(S1, S2)
    if found is None or found < FAR * (np.trace(S1) + np.trace(S2)):
        return None
    return np.sqrt(found)


def square(S1: Array, S2: Array, *, loose: bool = False) -> Array | None:
    """W₂² of two Gaussians of one mean, off by c·d·u·(tr S₁ + tr S₂), or None where this is not the way: no
    NumPy arrays, a batch, few dimensions, singular or badly scaled covariances. `loose` is for those who need
    no more than that: singular values are then the roots of eigenvalues for worse conditions, too."""
    if not (type(S1) is type(S2) is np.ndarray and S1.ndim == S2.ndim == 2 and S1.shape[0] >= LEAST):
        return None
    first, second = (0.5 * S + 0.5 * S.T for S in (S1, S2))
    total = np.trace(first) + np.trace(second)
    limits = np.finfo(first.dtype)
    if not float(limits.smallest_normal) ** 0.25 < total < float(limits.max) ** 0.25:
        return None
    try:
        L1, L2 = np.linalg.cholesky(first), np.linalg.cholesky(second)
    except np.linalg.LinAlgError:
        return None
    if min(_pivots(L1), _pivots(L2)) < float(limits.eps) ** 0.5:
        return None
    return total - 2 * np.sum(_singular(L2.T @ L1, float(total) if loose else 0.0))


def _singular(x: Matrix, total: float) -> Matrix:
    """Singular values: roots of the eigenvalues of xᵀx, for a quarter of the price, where those are off by
    u·σ_max² and so the roots by u·σ_max²/2σ, on the average no more than 8u·σ_max or 2u·total."""
    squares = np.linalg.eigvalsh(x.T @ x)
    if squares[0] > 0:
        roots = np.sqrt(squares)
        if np.mean(roots[-1] / roots) <= max(16, 4 * total / float(roots[-1])):
            return roots
    return np.linalg.svd(x, compute_uv=False)


def _pivots(factor: Matrix) -> Any:
    """The smallest over the largest: 1/κ at least."""
    pivots = np.diagonal(factor) ** 2
    return np.min(pivots) / np.max(pivots)
