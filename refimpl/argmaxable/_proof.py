"""Proof by rounding bounds that exact weights exist on a support, without rational arithmetic.

Class k, a support S of classes and, with a bias, the ray (0, −1) give the square system A α = e of

    Σ α_i (p_i − p_k) (− t in the bias) = 0,   Σ α_i = 1,

with all columns of W that vary. If R is any matrix with ‖I − R A‖ ≤ q < 1 in the norm of row sums, A is
invertible, and for any α̃ with residual ρ = e − A α̃ the exact solution is within max(|R| |ρ|)/(1 − q) of α̃.
If all α̃ are above that, exact α > 0 (and t > 0) exist, so that k is unargmaxable. R may come from anywhere.
"""

from typing import Any

import numpy as np

from .._host import Floats
from ._space import Indices, Points, Space

U = 2.0**-53
STEPS = 2
"""Steps of refinement: then the weights are as good as their residual, which the bound takes into account."""


def systems(space: Points, classes: Indices, simplices: Indices) -> Floats:
    """The matrices A, whose columns are in the order of the simplices; n stands for the ray."""
    count, m = simplices.shape
    found = np.zeros((count, m, m))
    ray = simplices == space.n
    rows = space.rows(np.where(ray, classes[:, None], simplices).ravel()).reshape(count, m, space.width)
    found[:, :-1] = np.swapaxes(rows - space.rows(classes)[:, None], 1, 2)
    found[:, -1] = ~ray
    if space.biased:
        found[:, -2][ray] = -1.0
    return found


def proved(A: Floats, R: Floats) -> tuple[Floats, Any]:
    """The weights of each system, and for which an exact solution with positive weights exists.

    Every bound below is itself rounded, by at most (2m + 10)U in relation; a factor of 1.01 covers that for
    all m that a matrix in memory can have. Differences of points round once (U|A|), and what underflows is
    below `tiny`.
    """
    count, m = A.shape[0], A.shape[1]
    tiny = m * np.finfo(np.float64).tiny
    with np.errstate(all="ignore"):  # what overflows has no finite bound and proves nothing
        terms = 1.01 * (m + 4) * U
        sizes = np.abs(A)
        loss = terms * np.sum(sizes, axis=2) + tiny
        for _ in range(STEPS):
            R = R + (np.eye(m) - R @ A) @ R
        reach = np.abs(R)
        off = np.abs(np.eye(m) - R @ A)
        q = 1.01 * np.max(np.sum(off, axis=2) + _times(reach, loss), axis=1, initial=0.0) + tiny
        target = np.zeros((count, m))
        target[:, -1] = 1.0
        weights = _times(R, target)
        for _ in range(STEPS):
            weights = weights + _times(R, target - _times(A, weights))
        residual = np.abs(target - _times(A, weights))
        residual = residual + terms * (_times(sizes, np.abs(weights)) + target) + tiny
        error = 1.01 * np.max(_times(reach, residual), axis=1, initial=0.0) / (1 - q)
        holds = (q < 0.5) & (np.min(weights, axis=1, initial=np.inf) > error)
    return weights, holds & np.isfinite(weights).all(axis=1)


def _times(matrices: Floats, vectors: Floats) -> Floats:
    found: Floats = np.matmul(matrices, vectors[:, :, None])[:, :, 0]
    return found


def certain(points: Points, classes: Indices, supports: Indices) -> Any:
    """For which classes their supports, all of one size, are proved to carry weights.

    False says nothing: where the supports are too small, or dependent, rounding cannot tell.
    """
    count, size = supports.shape
    if size + points.biased != points.width + 1:
        return np.zeros(count, dtype=bool)
    rays = np.full((count, 1 if points.biased else 0), points.n)
    A = systems(points, classes, np.concatenate([supports, rays], axis=1))
    with np.errstate(all="ignore"):
        try:
            inverses = np.linalg.inv(A).astype(np.float64)
        except np.linalg.LinAlgError:  # of one, for all
            return np.zeros(count, dtype=bool)
    return proved(A, inverses)[1]


def leant(
    space: Space, classes: Indices, simplices: Indices, inverses: Floats
) -> tuple[Indices, Floats, Floats]:
    """Simplices that hold their class, with the ray among the vertices, their inverses, and weights.

    So at most d + 1 classes are left, and the bias is met with room: the ray enters where it is not there,
    and the vertex leaves whose weight is the first to vanish.
    """
    own = np.column_stack([space.white(classes), np.ones(len(classes))])
    weights = _times(inverses, own)
    if space.ray is None:
        return simplices, inverses, weights
    table = np.concatenate([inverses, weights[:, :, None]], axis=2, dtype=np.float64)
    lacking = np.flatnonzero(~np.any(simplices == space.n, axis=1))
    change = table[lacking, :, : space.rank] @ space.ray
    with np.errstate(all="ignore"):
        steps = np.where(change > 0, table[lacking, :, -1] / change, np.inf)
        left, each = np.argmin(steps, axis=1), np.arange(len(lacking))
        row = table[lacking, left] / change[each, left, None]
        change[each, left] -= 1
        table[lacking] -= change[:, :, None] * row[:, None, :]
    leaning = simplices.copy()
    leaning[lacking, left] = space.n
    return leaning, table[:, :, :-1], table[:, :, -1]


def of_differences(space: Space, simplices: Indices, inverses: Floats, weights: Floats) -> Floats:
    """Inverses of the matrices of `systems`, if the rank is full.

    Those have differences from the class in place of whitened points: x_i − x_k = alongᵀ(p_i − p_k), so
    what multiplies x_i multiplies that, and what multiplies 1 gets the weight of x_k besides.
    """
    found = np.concatenate([inverses[:, :, :-1] @ space.along.T, weights[:, :, None]], axis=2)
    if space.biased:
        found *= np.where(simplices == space.n, space.reach, 1.0)[:, :, None]  # for the ray (0, −1)
    return found
