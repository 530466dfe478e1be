"""Exact decisions: the data are floating-point numbers, hence rationals."""

from collections.abc import Sequence
from typing import Any

from flint import fmpq, fmpq_mat

from .._host import Floats
from ._nearest import wolfe

Rational = Any
"""python-flint's fmpq, which has no type information."""
RAY = -1
"""Index of the ray (0, 1), which stands for the sign of the bias coordinate."""


def rational(value: float) -> Rational:
    """A float, exactly."""
    return fmpq(*float(value).as_integer_ratio())


def to_float(value: Rational) -> float:
    """The nearest float; ±inf beyond the range."""
    try:
        return int(value.p) / int(value.q)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


class Problem:
    """W and b as rationals, with the rays (w_k − w_i, b_k − b_i) of a class.

    k is argmaxable iff some (z, s) has positive products with all its rays and with (0, 1).
    """

    def __init__(self, W: Floats, b: Floats) -> None:
        self.W, self.b = W, b
        self._rows: dict[int, list[Rational]] = {}

    def row(self, i: int) -> list[Rational]:
        """(w_i, b_i)."""
        if i not in self._rows:
            self._rows[i] = [rational(value) for value in [*self.W[i], self.b[i]]]
        return self._rows[i]

    def ray(self, k: int, i: int) -> list[Rational]:
        """(w_k − w_i, b_k − b_i), or (0, 1)."""
        if i == RAY:
            return [fmpq(0)] * (self.W.shape[1]) + [fmpq(1)]
        return [own - other for own, other in zip(self.row(k), self.row(i), strict=True)]

    def margin(self, k: int, z: Floats, others: Sequence[int]) -> Rational:
        """Least margin of class k at z over some other classes, at least one."""
        point = [rational(value) for value in z] + [fmpq(1)]
        return min(sum(r * y for r, y in zip(self.ray(k, i), point, strict=True)) for i in others)

    def combination(self, k: int, indices: Sequence[int], weights: Sequence[float]) -> list[Rational] | None:
        """Rational weights ≥ 0 on the support, next to the given ones, that prove k unargmaxable, if any.

        The equations fix the weights of affinely independent rows. Others keep the given weights;
        then equal biases are tried too, since a tie would not survive the rounding of those.
        """
        rays, d = [self.ray(k, i) for i in indices], self.W.shape[1]
        equations = [[*(ray[j] for ray in rays), fmpq(0)] for j in range(d)] + [[fmpq(1)] * (len(rays) + 1)]
        tie = [*(ray[d] for ray in rays), fmpq(0)]
        for system in (equations, [*equations, tie]):
            reduced, pivots = _echelon(system)
            if len(rays) in pivots:
                return None  # w_k is not in the affine hull, or there is no tie
            exact = [fmpq(0) if j in pivots else rational(weights[j]) for j in range(len(rays))]
            given = fmpq_mat(len(rays) + 1, 1, [-value for value in exact] + [fmpq(1)])
            for j, value in zip(pivots, (reduced * given).entries(), strict=False):
                exact[j] = value
            if min(exact) >= 0 and sum(a * ray[d] for a, ray in zip(exact, rays, strict=True)) <= 0:
                return exact
        return None


def _echelon(rows: list[list[Rational]]) -> tuple[Any, list[int]]:
    """The reduced row echelon form, and the column of each leading 1."""
    columns = len(rows[0])
    reduced, rank = fmpq_mat(len(rows), columns, [value for row in rows for value in row]).rref()
    return reduced, [next(j for j in range(columns) if reduced[i, j] != 0) for i in range(rank)]


class Rays:
    """The rays of a class, and (0, 1), each scaled by a power of two to about unit length.

    `scales` are powers of two too, one for every column of W and for b.
    """

    def __init__(self, problem: Problem, k: int, scales: Floats) -> None:
        self.problem, self.k = problem, k
        self.columns = [rational(scale) for scale in scales]
        self.everything = [RAY, *(i for i in range(len(problem.b)) if i != k)]
        self._scaled: dict[int, tuple[list[Rational], Rational]] = {}

    def scaled(self, i: int) -> tuple[list[Rational], Rational]:
        """A scaled ray, and its own factor."""
        if i not in self._scaled:
            ray = [value * c for value, c in zip(self.problem.ray(self.k, i), self.columns, strict=True)]
            size = max(abs(value) for value in ray)
            factor = fmpq(2) ** (int(size.q).bit_length() - int(size.p).bit_length())
            self._scaled[i] = [value * factor for value in ray], factor
        return self._scaled[i]

    def matrix(self, support: Sequence[int]) -> fmpq_mat:
        """Scaled rays as rows."""
        return fmpq_mat(len(support), len(self.columns), [v for i in support for v in self.scaled(i)[0]])

    def point(self, support: Sequence[int], weights: Sequence[Rational]) -> fmpq_mat:
        """Their combination, as one row."""
        return fmpq_mat(1, len(support), list(weights)) * self.matrix(support)

    def affine(self, support: list[int]) -> list[Rational]:
        """The weights of the nearest point of the affine hull, as `wolfe` needs them."""
        m, rows = len(support), self.matrix(support)
        ones = fmpq_mat(m, 1, [fmpq(1)] * m)
        u = (rows * rows.transpose() + ones * ones.transpose()).solve(ones).entries()
        total = sum(u)
        return [value / total for value in u]

    def entering(self, support: list[int], weights: Sequence[Rational]) -> int | None:
        """A ray on the near side of the point; None if there is none, or the point is 0."""
        x = self.point(support, weights)
        size = (x * x.transpose())[0, 0]
        if size == 0:
            return None
        products = (self.matrix(self.everything) * x.transpose()).entries()
        least = min(range(len(products)), key=products.__getitem__)
        return self.everything[least] if products[least] < size else None


def decide(
    problem: Problem, k: int, scales: Floats, support: list[int], weights: Sequence[float]
) -> tuple[dict[int, Rational], list[Rational] | None, float]:
    """Decide class k by Wolfe's method in rational arithmetic, from a float64 start.

    The nearest point x to 0 of the hull of the scaled rays is 0 and gives a combination
    {class: weight}, or separates and gives a witness z. The third value is ‖x‖.
    """
    rays, start = Rays(problem, k, scales), [rational(weight) for weight in weights]
    try:
        normal = [value / sum(start) for value in start]
        support, exact = wolfe(support, normal, rays.affine, rays.entering)
    except ZeroDivisionError:  # an affinely dependent start
        support, exact = wolfe([RAY], [fmpq(1)], rays.affine, rays.entering)
    x = rays.point(support, exact).entries()
    if any(x):
        y = [value * c for value, c in zip(x, rays.columns, strict=True)]
        return {}, [value / y[-1] for value in y[:-1]], to_float(sum(value * value for value in x)) ** 0.5
    found = {i: value * rays.scaled(i)[1] for i, value in zip(support, exact, strict=True) if i != RAY}
    return _basic(problem, k, found), None, 0.0


def _basic(problem: Problem, k: int, found: dict[int, Rational]) -> dict[int, Rational]:
    """Weights with sum 1 on affinely independent rows, hence at most d + 1, that lag no less in bias.

    Carathéodory's argument: move along a dependence until a weight vanishes.
    """
    rays = {i: problem.ray(k, i) for i in found}
    while True:
        indices = list(found)
        d = problem.W.shape[1]
        reduced, pivots = _echelon(
            [*([rays[i][j] for i in indices] for j in range(d)), [fmpq(1)] * len(found)]
        )
        if len(pivots) == len(indices):
            total = sum(found.values())
            return {i: value / total for i, value in found.items()}
        free = next(j for j in range(len(indices)) if j not in pivots)
        change: dict[int, Rational] = dict.fromkeys(indices, fmpq(0))
        change[indices[free]] = fmpq(1)
        change.update({indices[j]: -reduced[row, free] for row, j in enumerate(pivots)})
        if sum(change[i] * rays[i][d] for i in indices) > 0:
            change = {i: -value for i, value in change.items()}
        step = min(found[i] / -change[i] for i in indices if change[i] < 0)
        moved = {i: found[i] + step * change[i] for i in indices}
        found = {i: value for i, value in moved.items() if value > 0}
