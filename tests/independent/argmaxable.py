"""Classes by linear programs in rationals, nearest points by NNLS, minimax by enumeration of active sets."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import flint
import numpy as np
from scipy.optimize import linprog, nnls

from refimpl.argmaxable import Combination, Minimax, NearestPoint, Result, Undecided, Witness

Array = Any
Row = list[Fraction]


def _exact(values: Array) -> Array:
    flat = [Fraction(float(value)) for value in np.ravel(values)]
    result = np.empty(len(flat), dtype=object)
    result[:] = flat
    return result.reshape(np.shape(values))


def five_vectors(*, xp: Any = None, dtype: Any = None, device: Any = None) -> Array:
    """As printed, the mean last."""
    xp = np if xp is None else xp
    dtype = xp.float64 if dtype is None else dtype
    return xp.asarray([[1, 2], [2, 1], [1, 0], [0, 1], [1, 1]], dtype=dtype, device=device)


def margins(W: Array, b: Array, z: Array, /, k: int) -> Array:
    """Differences by a matrix of 1 and −1."""
    n = len(b)
    incidence = np.delete(np.eye(1, n, k, dtype=W.dtype) - np.eye(n, dtype=W.dtype), k, axis=0)
    return np.einsum("...d,nd->...n", z, incidence @ W) + incidence @ b


def winner(W: Array, b: Array, z: Array, /) -> Array:
    """The strict maximum in rational arithmetic, point by point."""
    rows, biases = _exact(W), _exact(b)
    found = []
    for point in z.reshape(-1, z.shape[-1]):
        scores = rows @ _exact(point) + biases
        best = [k for k, score in enumerate(scores) if score == max(scores)]
        found.append(best[0] if len(best) == 1 else -1)
    return np.asarray(found, dtype=np.int64).reshape(z.shape[:-1])


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


def _null(columns: list[Row]) -> Row:
    """A nonzero combination of more columns than rows that vanishes."""
    table = np.asarray(columns, dtype=object).T
    m, n = table.shape
    pivots: list[int] = []
    for j in range(n):
        i = len(pivots)
        row = next((r for r in range(i, m) if table[r, j]), None)
        if row is None:
            found = [Fraction(0)] * n
            found[j] = Fraction(1)
            for r, p in enumerate(pivots):
                found[p] = -table[r, j]
            return found
        table[[i, row]] = table[[row, i]]
        _pivot(table, [0] * m, i, j)
        pivots.append(j)
    raise AssertionError("columns are independent")


def _sparse(rays: Array, weights: Array) -> dict[int, Fraction]:
    """Carathéodory: at most d + 1 weights, Σ weight·Δb not raised."""
    kept = {i: w for i, w in enumerate(weights) if w}
    d = rays.shape[1] - 1
    while len(kept) > d + 1:
        indices = list(kept)
        step = _null([[*rays[i, :d], Fraction(1)] for i in indices])
        if sum(s * rays[i, d] for s, i in zip(step, indices, strict=True)) > 0:
            step = [-s for s in step]
        if all(s >= 0 for s in step):
            step = [-s for s in step]
        length = min(-kept[i] / s for s, i in zip(step, indices, strict=True) if s < 0)
        kept = {i: kept[i] + length * s for s, i in zip(step, indices, strict=True)}
        kept = {i: w for i, w in kept.items() if w}
    return kept


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


def classify(W: Array, b: Array, /) -> Result:
    """One class after the other."""
    return Result(tuple(_classified(W.astype(float), b.astype(float), k) for k in range(len(b))))


def _least(W: Array, b: Array, k: int, z: Array) -> Fraction:
    rows, biases, point = _exact(W), _exact(b), _exact(z)
    scores = (rows[k] - rows) @ point + biases[k] - biases
    return min(score for i, score in enumerate(scores) if i != k)


def _guess(rays: Array) -> tuple[Array, list[int]]:
    """What floating-point programs say: a point, and the rays that a combination needs."""
    values = rays.astype(float)
    count, size = values.shape
    primal = linprog(
        np.append(np.zeros(size), -1.0),
        A_ub=np.column_stack([-np.vstack([values, np.eye(1, size, size - 1)]), np.ones(count + 1)]),
        b_ub=np.zeros(count + 1),
        bounds=[(-1, 1)] * size + [(None, 1)],
    )
    dual = linprog(
        values[:, -1],
        A_eq=np.vstack([values[:, :-1].T, np.ones(count)]),
        b_eq=np.append(np.zeros(size - 1), 1.0),
        bounds=(0, None),
    )
    return primal.x[:size], [] if dual.x is None else np.flatnonzero(dual.x > 1e-9).tolist()


def _classified(W: Array, b: Array, k: int) -> Witness | Combination | Undecided:
    """A guess that exact arithmetic confirms, or else a rational program."""
    d = W.shape[1]
    if len(b) == 1:
        return Witness((0.0,) * d, float("inf"))
    rays, units, others = _rays(W, b, k)
    few = len(others) <= 8
    guess, support = (np.zeros(d + 1), []) if few else _guess(rays)
    for point in (guess, None):
        if point is None:
            chosen = support if support and _decide(rays[support])[0][-1] == 0 else list(range(len(others)))
            exact, dual = _decide(rays[chosen])
            point = exact if len(chosen) == len(others) else np.zeros(d + 1)  # noqa: PLW2901
        if point[-1] > 0:
            with np.errstate(all="ignore"):
                z = [float(point[j]) / float(point[d]) * float(units[d] / units[j]) for j in range(d)]
            if np.all(np.isfinite(z)) and (least := _least(W, b, k, z)) > 0:
                return Witness(tuple(z), float(least))
    if exact[-1] > 0:
        return Undecided(0.0)
    full = np.column_stack([_exact(W), _exact(b)])
    given = full[k] - full[[others[i] for i in chosen]]
    # A ray was scaled by a positive factor; undone, the weights are those of the rows.
    weights = [w * _factor(rays[i], g, units) for i, g, w in zip(chosen, given, dual, strict=True)]
    kept = _sparse(given, weights)
    total = sum(kept.values())
    pairs = sorted((others[chosen[i]], float(w / total)) for i, w in kept.items())
    return Combination(tuple(i for i, _ in pairs), tuple(w for _, w in pairs))


def _factor(ray: Array, given: Array, units: Array) -> Fraction:
    """ray·units = factor·given."""
    return next((r * u / g for r, g, u in zip(ray, given, units, strict=True) if g), Fraction(1))


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
    f"argmaxable.{function.__name__}": function
    for function in (classify, five_vectors, margins, minimax_value, minimum_norm_point, verify, winner)
}
