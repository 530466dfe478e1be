"""The nearest point of a convex hull to the origin, by Wolfe's active-set method."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import _xp
from .._host import Floats, like, to_float64
from .._typing import Array
from ..public import RAISES, Reals, public
from ._checks import INFINITE, ROWS


class NearestPoint(NamedTuple):
    """The nearest point of a hull to the origin, and how near it is to the nearest."""

    point: Array
    """(d,) Σ weights·points."""
    weights: Array
    """(n,) ≥ 0 with sum 1, at most d + 1 of them positive."""
    gap: Array
    """() the duality gap ‖x‖² − min_i ⟨p_i,x⟩, at least the squared distance to the exact point; a square, so
    it may overflow where the points do not."""


@public(
    {"points": ROWS}, (Reals("d"), Reals("n"), Reals("")), needs="eager host", nan=RAISES, raises=INFINITE
)
def minimum_norm_point(points: Array, /) -> NearestPoint:
    """The point of the convex hull of the rows that is nearest to the origin.

    argmin ‖Σα_i p_i‖ over α ≥ 0, Σα = 1. A host function: Wolfe's active-set method in NumPy float64,
    which ends after finitely many steps. If the point is not 0, then ⟨p_i,x⟩ ≥ ‖x‖² > 0 for all i
    (up to the gap), so x separates the origin from the hull.

    Parameters
    ----------
    points
        Finite points.

    Returns
    -------
    NearestPoint(point (d,), weights (n,), gap ()), in the dtype of the points, on their device.

    Source: argmaxable D4.

    Examples
    --------
    >>> import numpy as np
    >>> minimum_norm_point(np.asarray([[1.0, 0.0], [0.0, 1.0]])).point
    array([0.5, 0.5])
    """
    xp = _xp.of(points)
    (host,) = to_float64(xp, points=points)
    exponent = int(np.frexp(np.max(np.abs(host)))[1])
    scaled = np.ldexp(host, -exponent)
    support, positive = nearest(scaled)
    weights = np.zeros(host.shape[0])
    weights[support] = positive
    point = positive @ scaled[support]
    gap = max(float(point @ point - np.min(scaled @ point)), 0.0)
    with np.errstate(over="ignore", under="ignore"):
        parts = (np.ldexp(point, exponent), weights, np.ldexp(gap, 2 * exponent))
        return NearestPoint(*(like(part, points, xp) for part in parts))


def wolfe(
    support: list[int],
    weights: list[Any],
    affine: Callable[[list[int]], Sequence[Any]],
    entering: Callable[[list[int], list[Any]], int | None],
) -> tuple[list[int], list[Any]]:
    """Wolfe's method from a given convex combination, in any ordered field.

    `affine` gives the weights of the nearest point of the affine hull of a support; `entering` a
    point on the near side of the current one, or None at the end.
    """
    while True:
        target = affine(support)
        while min(target) <= 0:
            # Walk to the affine minimiser until the first weight vanishes.
            steps = [w / (w - t) if w > 0 else w for w, t in zip(weights, target, strict=True) if t <= 0]
            step = min(steps)
            moved = [w + step * (t - w) for w, t in zip(weights, target, strict=True)]
            out = {i for i, t in enumerate(target) if t <= 0 and moved[i] <= 0}
            if not out:  # by rounding only
                out = {min(range(len(moved)), key=moved.__getitem__)}
            support = [s for i, s in enumerate(support) if i not in out]
            weights = [w for i, w in enumerate(moved) if i not in out]
            target = affine(support)
        weights = list(target)
        new = entering(support, weights)
        if new is None:
            return support, weights
        support, weights = [*support, new], [*weights, 0 * weights[0]]


def nearest(points: Floats) -> tuple[list[int], Floats]:
    """Support and positive weights of the nearest point, in float64; points of size about 1."""
    d = points.shape[1]
    squares = np.sum(points**2, axis=1)
    best, noise = np.inf, 2 * (d + 2) * np.finfo(np.float64).eps * np.sqrt(np.max(squares))
    left = 20 * (d + 10)  # Wolfe needs a few times d; the gap is stated in any case

    def affine(support: list[int]) -> list[float]:
        # min ‖Σu_i p_i‖² + (Σu − 1)² has the direction of the affine minimiser.
        system = np.vstack([points[support].T, np.ones(len(support))])
        u = np.linalg.lstsq(system, np.append(np.zeros(d), 1.0), rcond=None)[0]
        result: list[float] = (u / np.sum(u)).tolist()
        return result

    def entering(support: list[int], weights: list[float]) -> int | None:
        nonlocal best, left
        x = np.asarray(weights) @ points[support]
        products = points @ x
        new, size = int(np.argmin(products)), float(x @ x)
        left -= 1
        # d + 1 points in general position have 0 inside; x and the products round to a few d·u.
        if len(support) > d or size <= noise**2 or size >= best or not left:
            return None
        if new in support or size - products[new] <= noise * np.sqrt(size):
            return None
        best = size
        return new

    support, weights = wolfe([int(np.argmin(squares))], [1.0], affine, entering)
    return support, np.asarray(weights)
