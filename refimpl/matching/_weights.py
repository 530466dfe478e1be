"""Class weights that maximise accuracy: exact for up to three classes, coordinatewise beyond.

The search runs over l = log t. A row of class y is right iff l_k − l_y < D_k for every other k,
with the margins D_k = log(p_y/p_k): a cone around the row's point. So accuracy is constant on the
cells of an arrangement of lines l_k − l_y = D_k, and a largest cell is to be found.
"""

import math
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from .. import _host, _xp
from .._errors import DomainError, message
from .._host import Floats
from .._libraries import device
from .._typing import Array, Namespace
from ..public import RAISES, Choice, Integer, Integers, Number, Reals, public

Rows: TypeAlias = tuple[np.ndarray[Any, np.dtype[np.int64]], Floats]
"""Labels (r,) and margins (r, K); the margin of a row to its own class is 0."""
Interval: TypeAlias = tuple[int, float, float]
"""How many rows are right in an interval, and its ends."""
Point: TypeAlias = list[float]
"""Log-weights, of which only the differences matter."""
NARROW = 2.0**-40
"""Cells of log t up to this width may come from the rounding of sums of logarithms."""


class ClassWeights(NamedTuple):
    """Weights, the accuracy that they reach, and what is known of it."""

    weights: Array
    accuracy: float
    proven: Literal["optimal", "coordinatewise"]


@public(
    {
        "probabilities": Reals("n, K", n=1, K=1),
        "labels": Integers("n", "label"),
        "exact_rows": Integer(0),
    },
    (Reals("K"), Number(), Choice("optimal", "coordinatewise")),
    needs="eager host",
    nan=RAISES,
    raises={DomainError: "for negative or infinite probabilities, or labels outside 0 … K − 1"},
)
def best_class_weights(probabilities: Array, labels: Array, /, *, exact_rows: int = 1000) -> ClassWeights:
    """Weights t > 0 that maximise the accuracy of argmax_k p_k·t_k, where ties count as wrong.

    Two classes: one sort, as for a threshold. Three: along each line where two classes tie for
    some row, and on both sides of it, one sort finds the best cell; every cell touches such a
    line. More: exact search of one weight at a time until none improves, from equal weights and
    from the reciprocals of the mean probabilities; a sweep over all of them takes n K² steps. This
    is a host function: it inspects values and cannot be compiled. The search runs in NumPy float64.

    Parameters
    ----------
    probabilities
        Finite and not negative; rows need not sum to 1.
    labels
        The right class of each row, from 0 to K − 1.
    exact_rows
        Three classes are solved exactly, in O(n² log n) time, up to this many rows; beyond,
        one weight at a time.

    Returns
    -------
    ClassWeights(weights, accuracy, proven): weights (K,) in the dtype and on the device of the
    probabilities; accuracy, a Python float, that of p·t as computed in that dtype, and never less
    than with equal weights; proven, "optimal" or "coordinatewise". For three classes and more,
    cells of log t narrower than 2⁻⁴⁰, which rounding could have made, are left aside; "optimal"
    is claimed only if the weights, as they are rounded, reach the count of the best cell.

    Source: matching D6, C5.

    Examples
    --------
    >>> import numpy as np
    >>> p = np.asarray([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]])
    >>> found = best_class_weights(p, np.asarray([0, 1, 1]))
    >>> found.accuracy, found.proven, np.argmax(p * found.weights, axis=1).tolist()
    (1.0, 'optimal', [0, 1, 1])
    """
    xp = _xp.of(probabilities, labels)
    n, classes = probabilities.shape
    p, y = _host.to_float64(xp, probabilities=probabilities, labels=labels)
    if np.min(p) < 0:
        raise DomainError(message("probabilities", np.min(p), "numbers ≥ 0"))
    if np.min(y) < 0 or np.max(y) >= classes:
        got = f"a class {int(np.min(y) if np.min(y) < 0 else np.max(y))}"
        raise DomainError(message("labels", got, f"classes from 0 to {classes - 1}"))
    exact = classes <= 2 or (classes == 3 and n <= exact_rows)

    def right(point: Point) -> int:
        return _count_right(probabilities, labels, _weights(probabilities, point, xp=xp), xp=xp)

    most, point, proven = _search(p, y.astype(np.int64), right, exact)
    return ClassWeights(_weights(probabilities, point, xp=xp), most / n, proven)


def _weights(p: Array, point: Point, *, xp: Namespace) -> Array:
    """The exponentials, about 1, in the dtype of p and within half its range of exponents."""
    middle = (max(point) + min(point)) / 2
    reach = math.log(float(xp.finfo(p.dtype).max)) / 2
    return _host.like(np.exp(np.clip(np.asarray(point) - middle, -reach, reach)), p, xp)


def _count_right(p: Array, labels: Array, weights: Array, *, xp: Namespace) -> int:
    """Rows whose class wins outright, in the arithmetic of the dtype of p."""
    scores = p * weights
    columns = xp.arange(p.shape[1], dtype=labels.dtype, device=device(p))
    mine = columns[None, :] == labels[:, None]
    own = xp.max(xp.where(mine, scores, xp.full_like(scores, -xp.inf)), axis=1)
    others = xp.max(xp.where(mine, xp.full_like(scores, -xp.inf), scores), axis=1)
    return int(xp.sum(xp.astype(own > others, xp.int32)))


def _search(
    p: Floats, y: np.ndarray[Any, np.dtype[np.int64]], right: Callable[[Point], int], exact: bool
) -> tuple[int, Point, Literal["optimal", "coordinatewise"]]:
    """The most rows that are right, where, and whether that is optimal."""
    rows, equal = _rows(p, y), [0.0] * p.shape[1]
    means = np.mean(p, axis=0)
    starts = [equal, list(-np.log(np.where(means > 0, means, 1.0)))]
    if exact:
        most, point = max(_best_cell(rows), (right(equal), equal), key=lambda cell: cell[0])
        if right(point) == most:
            return most, point, "optimal"
        starts.append(point)
    most, point = max((_ascend(rows, start, right) for start in starts), key=lambda end: end[0])
    return most, point, "coordinatewise"


def _rows(p: Floats, y: np.ndarray[Any, np.dtype[np.int64]]) -> Rows:
    """Labels and margins log(p_y/p_k) of the rows that some weights get right.

    Equal quotients have equal margins, and swapping y and k turns the sign exactly: the smaller
    probability is divided by the larger one, correctly rounded.
    """
    own = p[np.arange(len(p)), y][:, None]
    possible = own[:, 0] > 0
    p, own, y = p[possible], own[possible], y[possible]
    larger = np.maximum(p, own)
    quotient = np.minimum(p, own) / np.where(larger > 0, larger, 1.0)
    size = -np.log(np.maximum(quotient, np.finfo(np.float64).smallest_normal))
    return y, np.where(p > 0, np.where(own >= p, size, -size), np.inf)


def _ascend(rows: Rows, point: Point, right: Callable[[Point], int]) -> tuple[int, Point]:
    """Best one weight after the other until none gets more rows right."""
    most, improved, place = right(point), True, np.asarray(point)
    while improved:
        improved = False
        for free in range(len(point)):
            if most == len(rows[0]):
                break
            promised, start, end = _best_interval(*_bounds(rows, place, free), NARROW)
            if promised > most:
                moved = place.copy()
                moved[free] = _inside(start, end)
                if (reached := right(moved.tolist())) > most:
                    most, place, improved = reached, moved, True
    return most, place.tolist()


def _bounds(rows: Rows, point: Floats, free: int) -> tuple[Floats, Floats]:
    """What one log-weight must exceed (rows of its class) or stay below (other rows that the
    remaining classes do not spoil) for each row to be right."""
    y, margins = rows
    own, needed = point[y], point - margins
    needed[np.arange(len(y)), y] = needed[:, free] = -np.inf
    highest = np.max(needed, axis=1)
    kept = (y != free) & (highest < own)
    return highest[y == free], own[kept] + margins[kept, free]


def _best_interval(lower: Floats, upper: Floats, narrow: float) -> Interval:
    """The open interval of x, wider than `narrow`, in which most of lower < x and x < upper hold."""
    starts = np.concatenate([[-np.inf], np.sort(lower)])
    ends = np.concatenate([np.sort(upper), [np.inf]])
    met = np.searchsorted(starts[1:], starts, side="right")
    lost = np.searchsorted(ends[:-1], starts, side="right")
    following = np.minimum(np.append(starts[1:], np.inf)[met], ends[lost])
    counts = np.where(following - starts > narrow, met - lost, -len(ends))
    best = int(np.argmax(counts))
    return int(counts[best]) + len(upper), float(starts[best]), float(following[best])


def _inside(start: float, end: float) -> float:
    """A point well inside an open interval whose ends may be infinite."""
    if math.isinf(start):
        return 0.0 if math.isinf(end) else end - 1
    return start + 1 if math.isinf(end) else (start + end) / 2


def _best_cell(rows: Rows) -> tuple[int, Point]:
    """How many rows the best weights get right, and a point inside a cell of log t that does so."""
    y, margins = rows
    classes = margins.shape[1]
    if classes == 1:
        return len(y), [0.0]
    if classes == 2:
        most, start, end = _best_interval(*_bounds(rows, np.zeros(2), 1), 0.0)
        return most, [0.0, _inside(start, end)]
    sides = ((0, 1, 2), (1, 0, 2), (2, 0, 1))
    return max((_best_along_lines(rows, *side) for side in sides), key=lambda cell: cell[0])


def _best_along_lines(rows: Rows, free: int, fixed: int, other: int) -> tuple[int, Point]:
    """The best cell beside a line l_other − l_fixed = position on which some row ties."""
    y, margins = rows
    # Where l_other must stay below (rows of class fixed) or above (rows of class other).
    position = np.where(y == fixed, margins[:, other], -margins[:, fixed])
    lines = np.unique(position[(y != free) & np.isfinite(position)])
    best = (-1, [0.0] * 3)
    for line in lines:
        upper = margins[:, free] + line * (y == other)
        lower = np.maximum(-margins[:, fixed], line - margins[:, other])[y == free]
        for side in (-1.0, 1.0):
            ahead = np.where(np.abs(position - line) <= NARROW, -side, position - line)
            kept = ((y == fixed) & (ahead > 0)) | ((y == other) & (ahead < 0))
            count, start, end = _best_interval(lower, upper[kept], NARROW)
            if count > best[0]:
                # Off the line by half the way to the next edge; the others move with l_other at most.
                middle = _inside(start, end)
                away = side * (lines - line)
                clear = np.min(away[away > NARROW], initial=1.0)
                step = float(min(middle - start, end - middle, clear)) / 2
                point = [0.0] * 3
                point[free], point[other] = middle, float(line) + side * step
                best = (count, point)
    return best
