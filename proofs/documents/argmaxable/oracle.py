"""Verdicts by routes that share nothing with the reference, in exact integers.

Floating-point numbers are dyadic: whole columns become Python integers by one power of two, which
multiplies all margins by the same positive factor.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import gcd
from typing import Any

import numpy as np

Matrix = np.ndarray[Any, Any]


def integers(values: Any) -> Matrix:
    """Float64 values times a common power of two, as Python integers in an object array."""
    ratios = [value.as_integer_ratio() for value in np.ravel(values)]
    common = max((q for _, q in ratios), default=1)  # all are powers of two
    scaled = np.empty(len(ratios), dtype=object)
    scaled[:] = [p * (common // q) for p, q in ratios]
    return scaled.reshape(np.shape(values))


def fractions(values: Any) -> Matrix:
    """Float64 values as exact fractions in an object array."""
    result = np.empty(np.shape(values), dtype=object)
    result.reshape(-1)[:] = [Fraction(*value.as_integer_ratio()) for value in np.ravel(values)]
    return result


def margins(W: Any, b: Any, k: int, z: Any) -> Matrix:
    """The exact margins of class k at z over the other classes, as fractions."""
    rows, biases = fractions(W), fractions(b)
    differences = rows[k] - np.delete(rows, k, axis=0)
    result: Matrix = fractions(z) @ differences.T + (biases[k] - np.delete(biases, k))
    return result


def argmaxable(W: Any, b: Any, k: int) -> bool:
    """Whether class k is argmaxable, by Fourier–Motzkin elimination.

    Each step replaces the inequalities ⟨a,z⟩ + c > 0 by all positive combinations that lose the first
    coordinate of z; what is left has no z, and holds iff every constant is positive. Meant for d ≤ 3.
    """
    rows = np.column_stack([integers(W), integers(b)])
    system = rows[k] - np.delete(rows, k, axis=0)
    for _ in range(system.shape[1] - 1):
        system = _reduced(system)
        signs = np.asarray([(value > 0) - (value < 0) for value in system[:, 0]], dtype=np.int64)
        above, below, level = system[signs > 0], system[signs < 0], system[signs == 0]
        pairs = above[:, None, :1] * below[None, :, 1:] - below[None, :, :1] * above[:, None, 1:]
        system = np.concatenate([pairs.reshape(-1, system.shape[1] - 1), level[:, 1:]])
    return all(value > 0 for value in system[:, 0])


def _reduced(system: Matrix) -> Matrix:
    """The same inequalities without common factors and repetitions."""
    kept = {tuple(value // (gcd(*row) or 1) for value in row) for row in system.tolist()}
    result = np.empty((len(kept), system.shape[1]), dtype=object)
    for i, row in enumerate(sorted(kept)):
        result[i] = row
    return result


def verdicts(W: Any, b: Any) -> list[str]:
    """The true verdict of every class."""
    return ["argmaxable" if argmaxable(W, b, k) else "unargmaxable" for k in range(len(W))]


def hull(points: Any) -> set[int]:
    """Indices of the vertices of the convex hull in the plane that occur once (monotone chain)."""
    rows = [tuple(row) for row in integers(points).tolist()]
    distinct = sorted(set(rows))
    vertices = {*_chain(distinct), *_chain(distinct[::-1])}
    return {i for i, row in enumerate(rows) if row in vertices and rows.count(row) == 1}


def _chain(points: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The strictly convex chain that has all points on its left."""
    chain: list[tuple[int, int]] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> int:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def line_minimax(slopes: Any, levels: Any, radius: float) -> float:
    """max over |t| ≤ radius of min_i slopes_i·t + levels_i: the best end or crossing of two lines."""
    s, c = fractions(slopes), fractions(levels)
    steps = [(s[i] - s[j], c[j] - c[i]) for i in range(len(s)) for j in range(i)]
    reach = Fraction(radius)
    places = [reach, -reach, *(rise / run for run, rise in steps if run and abs(rise) <= reach * abs(run))]
    return float(max(min(slope * t + level for slope, level in zip(s, c, strict=True)) for t in places))


def nearest(points: Any) -> tuple[Matrix, float]:
    """The nearest point of the hull to 0 as floats, and the condition of the equations that give it.

    The best of the nearest points of the affine hulls of all sets of at most d + 1 points whose
    weights come out positive, each solved in fractions.
    """
    P = fractions(points)
    best, chosen = P[0], [0]
    for m in range(1, min(P.shape) + 2):
        for support in combinations(range(len(P)), m):
            weights = _affine(P[list(support)])
            if weights is not None and min(weights) >= 0:
                x = weights @ P[list(support)]
                if x @ x < best @ best:
                    best, chosen = x, list(support)
    rows = np.asarray(points, dtype=np.float64)[chosen]
    unit = np.max(np.abs(points)) or 1.0
    return best.astype(np.float64), float(np.linalg.cond(np.vstack([rows.T / unit, np.ones(len(chosen))])))


def _affine(rows: Matrix) -> Matrix | None:
    """Weights of the nearest point of the affine hull of independent rows; None for dependent ones."""
    m = len(rows)
    system = np.concatenate([rows @ rows.T + 1, np.full((m, 1), Fraction(1))], axis=1)
    for i in range(m):
        pivot = next((j for j in range(i, m) if system[j, i]), None)
        if pivot is None:
            return None
        system[[i, pivot]] = system[[pivot, i]]
        system[i] = system[i] / system[i, i]
        for j in range(m):
            if j != i:
                system[j] = system[j] - system[j, i] * system[i]
    weights: Matrix = system[:, m] / sum(system[:, m])
    return weights
