"""Classes by linear programs in rationals, nearest points by NNLS, minimax by enumeration of active sets."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import flint
import numpy as np
from scipy.optimize import nnls

from refimpl.argmaxable import Combination, Minimax, NearestPoint, Result, Witness

Array = Any


def _exact(values: Array) -> Array:
    flat = [Fraction(float(value)) for value in np.ravel(values)]
    result = np.empty(len(flat), dtype=object)
    result[:] = flat
    return result.reshape(np.shape(values))


def _pivot(table: Array, basis: list[int], row: int, column: int) -> None:
    table[row] = table[row] / table[row, column]
    for other in range(len(table)):
        if other != row and table[other, column]:
            table[other] = table[other] - table[other, column] * table[row]
    basis[row] = column


def _maximise(A: Array, limits: Array, objective: Array) -> tuple[Array, Array]:
    """max c·x over Ax ≤ limits, x ≥ 0, limits ≥ 0, by the simplex method with Bland's rule, and the dual."""
    m, n = A.shape
    table = np.empty((m + 1, n + m + 1), dtype=object)
    table[:] = flint.fmpq(0)
    table[:m, :n], table[:m, -1], table[m, :n] = A, limits, -objective
    for i in range(m):
        table[i, n + i] = flint.fmpq(1)
    basis = list(range(n, n + m))
    while (column := next((j for j in range(n + m) if table[m, j] < 0), None)) is not None:
        rows = [i for i in range(m) if table[i, column] > 0]
        row = min(rows, key=lambda i: (table[i, -1] / table[i, column], basis[i]))
        _pivot(table, basis, row, column)
    x = np.asarray([flint.fmpq(0)] * (n + m), dtype=object)
    x[basis] = table[:m, -1]
    return x[:n], table[m, n : n + m]


def _decide(rays: Array) -> tuple[Array, Array]:
    """(z, s) with the largest least ⟨ray, (z, s)⟩, s among them, in the unit box; and its dual."""
    rays = np.vectorize(lambda r: flint.fmpq(r.numerator, r.denominator), otypes=[object])(rays)
    count, size = rays.shape
    d = size - 1
    A = np.asarray([[flint.fmpq(0)] * (2 * d + 2)] * (count + 2 + 2 * d), dtype=object)
    A[:count, :d], A[:count, d : 2 * d] = -rays[:, :d], rays[:, :d]
    A[:count, 2 * d], A[: count + 1, 2 * d + 1] = -rays[:, d], flint.fmpq(1)
    A[count, 2 * d] = flint.fmpq(-1)
    for j in range(2 * d + 1):
        A[count + 1 + j, j] = flint.fmpq(1)
    limits = np.asarray([flint.fmpq(0)] * (count + 1) + [flint.fmpq(1)] * (2 * d + 1), dtype=object)
    objective = np.asarray([flint.fmpq(0)] * (2 * d + 1) + [flint.fmpq(1)], dtype=object)
    x, dual = (
        np.asarray([Fraction(int(v.p), int(v.q)) for v in part], dtype=object)
        for part in _maximise(A, limits, objective)
    )
    return np.append(x[:d] - x[d : 2 * d], x[2 * d :]), dual[:count]


def _rays(W: Array, b: Array, k: int) -> tuple[Array, Array, list[int]]:
    """(w_k − w_i, b_k − b_i) in rationals, columns in units of powers of two, and those units."""
    full = np.column_stack([_exact(W), _exact(b)])
    others = [i for i in range(len(b)) if i != k]
    rays = full[k] - full[others]
    # Ranges of columns may differ by many powers of two; box and witness should not.
    sizes = [max((abs(float(v)) for v in column), default=0.0) for column in rays.T]
    units = [Fraction(2) ** int(np.floor(np.log2(s))) if s else Fraction(1) for s in sizes]
    scaled = rays / np.asarray(units, dtype=object)
    lengths = [max((abs(float(v)) for v in row), default=0.0) for row in scaled]
    scale = [Fraction(2) ** -int(np.floor(np.log2(s))) if s else Fraction(1) for s in lengths]
    return scaled * np.asarray(scale, dtype=object)[:, None], np.asarray(units, dtype=object), others


def _least(W: Array, b: Array, k: int, z: Array) -> Fraction:
    rows, biases, point = _exact(W), _exact(b), _exact(z)
    scores = (rows[k] - rows) @ point + biases[k] - biases
    return min(score for i, score in enumerate(scores) if i != k)


def verify(W: Array, b: Array, result: Result, /, *, exact: bool = False) -> Array:
    """Rational arithmetic; without `exact`, leads must pass the stated bound and equations meet theirs."""
    W, b = W.astype(float), b.astype(float)
    return np.asarray([_proved(W, b, k, c, exact) for k, c in enumerate(result.certificates)], dtype=bool)


def _proved(W: Array, b: Array, k: int, claim: Any, exact: bool) -> bool:  # noqa: PLR0911
    d, u = W.shape[1], 2.0**-53
    others = [i for i in range(len(b)) if i != k]
    if isinstance(claim, Witness):
        if len(claim.z) != d or not np.all(np.isfinite(claim.z)):
            return False
        if not others:
            return True
        least = _least(W, b, k, claim.z)
        terms = np.max(np.abs(W[k] - W[others]) @ np.abs(claim.z) + np.abs(b[k] - b[others]))
        bound = 0 if exact else (d + 5) * u * terms
        # What is claimed of the margin must be true as well, up to rounding.
        return bool(least > bound and abs(float(least) - claim.margin) <= (d + 5) * u * terms)
    if not isinstance(claim, Combination):
        return False
    indices, weights = list(claim.indices), np.asarray(claim.weights)
    if (
        not indices
        or len(set(indices)) < len(indices)
        or len(indices) > d + 1
        or len(weights) != len(indices)
    ):
        return False
    if not set(indices) <= set(others) or np.any(weights <= 0):
        return False
    m = len(indices)
    rows, biases = W[indices] - W[k], b[indices] - b[k]
    bound = (m + 3) * u
    met = abs(np.sum(weights) - 1) <= bound
    met = met and np.all(np.abs(weights @ rows) <= bound * (weights @ np.abs(rows)))
    met = met and weights @ biases >= -bound * (weights @ np.abs(biases))
    if not met or not exact:
        return bool(met)
    support = [k, *indices]
    return _decide(_rays(W[support], b[support], 0)[0])[0][-1] == 0


def minimum_norm_point(points: Array, /) -> NearestPoint:
    """Nonnegative least squares: min ‖Pᵀy‖² + (1ᵀy − 1)² has y in proportion to the weights."""
    P = points.astype(float)
    unit = np.max(np.abs(P)) or 1.0
    y = nnls(np.vstack([P.T / unit, np.ones(len(P))]), np.append(np.zeros(P.shape[1]), 1.0))[0]
    weights = y / np.sum(y)
    point = weights @ P
    with np.errstate(over="ignore"):
        gap = max(float(point @ point - np.min(P @ point)), 0.0)
    return NearestPoint(*(np.asarray(part, dtype=points.dtype) for part in (point, weights, gap)))


def _candidates(
    rows: Array, biases: Array, radius: float, support: Sequence[int]
) -> tuple[Array, Array] | None:
    """z and weights if exactly these margins are least: on the sphere, or inside where they balance."""
    A, c = rows[list(support)], biases[list(support)]
    # All margins of the support equal: D z = e.
    D, e = A[1:] - A[0], c[0] - c[1:]
    z = np.linalg.lstsq(D, e, rcond=None)[0] if len(D) else np.zeros(rows.shape[1])
    away = A[0] - (np.linalg.pinv(D) @ (D @ A[0]) if len(D) else 0)
    room = radius**2 - z @ z
    if room < -1e-9 * radius**2:
        return None
    if np.linalg.norm(away) > 1e-9 * np.max(np.abs(rows), initial=1e-300):
        z = z + away / np.linalg.norm(away) * np.sqrt(max(room, 0.0))
        normal = -z
    else:
        normal = np.zeros(rows.shape[1])
    # Weights with Σα a = λz on the sphere, 0 inside, and Σα = 1.
    system = np.vstack([np.column_stack([A.T, normal]), np.append(np.ones(len(A)), 0.0)])
    weights = np.linalg.lstsq(system, np.append(np.zeros(rows.shape[1]), 1.0), rcond=None)[0][:-1]
    return z, weights


def minimax_value(W: Array, b: Array, /, k: int, radius: float) -> Minimax:
    """The best feasible point and the best feasible weights over all sets of at most d + 1 active margins."""
    others = [i for i in range(len(b)) if i != k]
    rows, biases = (W[k] - W[others]).astype(float), (b[k] - b[others]).astype(float)
    reach, level = np.max(np.abs(rows)), np.max(np.abs(biases))
    size = max(reach * radius, level) or 1.0
    A, c = rows * radius / size, biases / size  # the unit ball
    best_z, lower = np.zeros(W.shape[1]), float(np.min(c))
    best_weights = np.eye(len(c))[np.argmin(np.linalg.norm(A, axis=1) + c)]
    upper = float(np.min(np.linalg.norm(A, axis=1) + c))
    for count in range(1, W.shape[1] + 2):
        for support in combinations(range(len(c)), min(count, len(c))):
            found = _candidates(A, c, 1.0, support)
            if found is None:
                continue
            z, part = found
            z = z / max(1.0, np.linalg.norm(z))
            if (value := float(np.min(A @ z + c))) > lower:
                best_z, lower = z, value
            if np.all(part >= -1e-12):
                weights = np.zeros(len(c))
                weights[list(support)] = np.maximum(part, 0) / np.sum(np.maximum(part, 0))
                if (value := float(np.linalg.norm(weights @ A) + weights @ c)) < upper:
                    best_weights, upper = weights, value
    parts = (best_z * radius, best_weights, lower * size, upper * size)
    return Minimax(*(np.asarray(part, dtype=W.dtype) for part in parts))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"argmaxable.{function.__name__}": function for function in (minimax_value, minimum_norm_point, verify)
}
