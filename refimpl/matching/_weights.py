"""Class weights that maximise accuracy: exact for up to three classes, coordinatewise beyond.

The search runs over l = log t. A row of class y is right iff l_k − l_y < D_k for every other k,
with the margins D_k = log(p_y/p_k): a cone around the row's point. So accuracy is constant on the
cells of an arrangement of lines l_k − l_y = D_k, and a largest cell is to be found.
"""

import math
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from .. import _host, _xp
from .._errors import DomainError, message
from .._host import Floats, Indices
from .._libraries import device
from .._typing import Array, Namespace
from ..public import RAISES, Choice, Integer, Integers, Number, Reals, public

Rows: TypeAlias = tuple[Indices, Floats]
"""Labels (r,) and margins (r, K); the margin of a row to its own class is 0."""
Interval: TypeAlias = tuple[int, float, float]
"""How many rows are right in an interval, and its ends."""
Gaps: TypeAlias = tuple[Floats, Floats]
"""Starts and ends of open intervals, in order; also the thresholds of two classes in one difference."""
Point: TypeAlias = list[float]
"""Log-weights, of which only the differences matter."""
NARROW = 2.0**-40
"""Cells of log t up to this width may come from the rounding of sums of logarithms."""
BATCH = 1024
"""Boxes of cells that are bounded at once; the last ones first, so that few wait."""


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

    Two classes: one sort, as for a threshold. More: exact search of one weight at a time until none
    improves, from equal weights and from the reciprocals of the mean probabilities; a sweep over all
    of them takes n K² steps. Three: after that, branch and bound over all cells, between the lines
    where two classes tie for some row, for one with more rows. This is a host function: it inspects
    values and cannot be compiled. The search runs in NumPy float64.

    Parameters
    ----------
    probabilities
        Finite and not negative; rows need not sum to 1.
    labels
        The right class of each row, from 0 to K − 1.
    exact_rows
        Three classes are solved exactly up to this many rows; beyond, one weight at a time. Boxes of
        cells cost O(n) each: mostly a few thousand, at worst, where nearly all weights are nearly as
        good, the O(n²) cells.

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
    p: Floats, y: Indices, right: Callable[[Point], int], exact: bool
) -> tuple[int, Point, Literal["optimal", "coordinatewise"]]:
    """The most rows that are right, where, and whether that is optimal."""
    rows, equal = _rows(p, y), [0.0] * p.shape[1]
    means = np.mean(p, axis=0)
    starts = [equal, list(-np.log(np.where(means > 0, means, 1.0)))]
    most, point = max((_ascend(rows, start, right) for start in starts), key=lambda end: end[0])
    if not exact:
        return most, point, "coordinatewise"
    better = _best_on_line(rows) if p.shape[1] <= 2 else _better_cell(rows, most)
    if better is None or better[0] <= most:
        return most, point, "optimal"
    most, point = max((most, point), _ascend(rows, better[1], right), key=lambda end: end[0])
    return most, point, "optimal" if most >= better[0] else "coordinatewise"


def _rows(p: Floats, y: Indices) -> Rows:
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


def _best_on_line(rows: Rows) -> tuple[int, Point]:
    """How many rows the best weights of up to two classes get right, and a point that does so."""
    if rows[1].shape[1] == 1:
        return len(rows[0]), [0.0]
    most, start, end = _best_interval(*_bounds(rows, np.zeros(2), 1), 0.0)
    return most, [0.0, _inside(start, end)]


def _better_cell(rows: Rows, most: int) -> tuple[int, Point] | None:
    """The best cell of three classes, with its count and a point inside, if it gets more rows right.

    With a = l₁ − l₀, b = l₂ − l₀ and c = b − a, each row is right in a quadrant of two of these. A box of
    gaps between their thresholds gets at most those rows right whose quadrants it meets; it is halved until
    that is no more than what is known, or it is one cell.
    """
    y, margins = rows
    zero, one, two = (margins[y == k] for k in range(3))
    pairs = (zero[:, 1], -one[:, 0]), (zero[:, 2], -two[:, 0]), (one[:, 2], -two[:, 1])
    gaps = [_gaps(np.concatenate(pair)) for pair in pairs]
    boxes = np.asarray([[0, len(gaps[0][0]), 0, len(gaps[1][0]), 0, len(gaps[2][0])]])
    found = None
    while len(boxes):
        boxes, batch = boxes[:-BATCH], boxes[-BATCH:]
        low, high = _ends(gaps, batch)
        possible = np.minimum(high[2], high[1] - low[0]) - np.maximum(low[2], low[1] - high[0]) > NARROW
        batch = batch[possible]
        bounds = _most_in_boxes(pairs, gaps, batch)
        sizes = batch[:, 1::2] - batch[:, ::2]
        cells = np.where(np.all(sizes == 1, axis=1), bounds, -1)
        if len(cells) and np.max(cells) > most:
            best = int(np.argmax(cells))
            most = int(cells[best])
            found = most, _point_inside(*_ends(gaps, batch[best : best + 1]))
        kept = (bounds > most) & (cells < 0)
        boxes = np.concatenate([boxes, _halves(batch[kept], sizes[kept])])
    return found


def _gaps(thresholds: Floats) -> Gaps:
    """The ends of the intervals between thresholds that are wider than NARROW."""
    ordered = np.unique(thresholds[np.isfinite(thresholds)])
    starts, ends = np.append(-np.inf, ordered), np.append(ordered, np.inf)
    wide = ends - starts > NARROW
    return starts[wide], ends[wide]


def _ends(gaps: Sequence[Gaps], boxes: Indices) -> tuple[list[Floats], list[Floats]]:
    """The least and the largest a, b and c of boxes."""
    low = [starts[boxes[:, 2 * axis]] for axis, (starts, _) in enumerate(gaps)]
    return low, [ends[boxes[:, 2 * axis + 1] - 1] for axis, (_, ends) in enumerate(gaps)]


def _most_in_boxes(pairs: Sequence[Gaps], gaps: Sequence[Gaps], boxes: Indices) -> Indices:
    """How many rows are right somewhere in a box, of the three differences by themselves; all over it if
    it is one gap of each."""
    (a0, a1), (b0, b2), (c1, c2) = pairs
    first = [ends[boxes[:, 2 * axis]][:, None] for axis, (_, ends) in enumerate(gaps)]
    last = [starts[boxes[:, 2 * axis + 1] - 1][:, None] for axis, (starts, _) in enumerate(gaps)]
    zero = (first[0] <= a0) & (first[1] <= b0)
    one = (last[0] >= a1) & (first[2] <= c1)
    two = (last[1] >= b2) & (last[2] >= c2)
    found: Indices = np.sum(zero, axis=1) + np.sum(one, axis=1) + np.sum(two, axis=1)
    return found


def _halves(boxes: Indices, sizes: Indices) -> Indices:
    """Each box cut in two across its longest side."""
    row, side = np.arange(len(boxes)), np.argmax(sizes, axis=1)
    middle = boxes[row, 2 * side] + sizes[row, side] // 2
    lower, upper = boxes.copy(), boxes.copy()
    lower[row, 2 * side + 1] = upper[row, 2 * side] = middle
    return np.concatenate([lower, upper])


def _point_inside(low: Sequence[Floats], high: Sequence[Floats]) -> Point:
    """Log-weights inside a cell: c in the middle of what a and b leave of it, then a in that of its own."""
    (a, b, c), (a_end, b_end, c_end) = [[float(it[0]) for it in ends] for ends in (low, high)]
    third = _inside(max(c, b - a_end), min(c_end, b_end - a))
    first = _inside(max(a, b - third), min(a_end, b_end - third))
    return [0.0, first, first + third]
