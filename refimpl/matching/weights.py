"""Class weights that maximise accuracy: exact for up to three classes, coordinatewise beyond.

The search runs over l = log t. A row of class y is right iff l_k − l_y < D_k for every other k,
with the margins D_k = log(p_y/p_k): a cone around the row's point. So accuracy is constant on the
cells of an arrangement of lines l_k − l_y = D_k, and a largest cell is to be found.
"""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from array_api_compat import device

from .. import _xp
from .._errors import DomainError, ShapeError, message
from .._typing import Array, Namespace

NARROW = 2.0**-40
"""Cells that are narrower than this (in log t) are passed over where sums of logarithms decide:
rounding could have made them."""

Rows: TypeAlias = tuple[Array, Array]
"""Labels (r,) and margins (r, K); the margin of a row to its own class is 0."""
Interval: TypeAlias = tuple[int, float, float]
"""How many rows are right in an interval, and its ends."""


class ClassWeights(NamedTuple):
    """Weights, the accuracy that they reach, and what is known of it."""

    weights: Array
    accuracy: float
    proven: Literal["optimal", "coordinatewise"]


def best_class_weights(probabilities: Array, labels: Array, /, *, exact_rows: int = 1000) -> ClassWeights:
    """Weights t > 0 that maximise the accuracy of argmax_k p_k·t_k, where ties count as wrong.

    Two classes: one sort, as for a threshold. Three: along each line where two classes tie for
    some row, and on both sides of it, one sort finds the best cell; every cell touches such a
    line. More: exact search of one weight at a time until none improves, from equal weights and
    from the reciprocals of the mean probabilities. This is a host function: it inspects values
    and cannot be compiled. The search runs in float64.

    Parameters
    ----------
    probabilities : (n, K) real floating
        Finite and not negative; rows need not sum to 1. n, K ≥ 1.
    labels : (n,) integer
        The right class of each row, from 0 to K − 1.
    exact_rows : int
        Three classes are solved exactly, in O(n² log n) time, up to this many rows; beyond,
        one weight at a time.

    Returns
    -------
    ClassWeights(weights, accuracy, proven): weights (K,) in the dtype and on the device of the
    probabilities; accuracy, a Python float, that of p·t as computed in that dtype, and never less than
    with equal weights; proven, "optimal" or "coordinatewise". For three classes and more, cells of
    log t narrower than 2⁻⁴⁰ are left aside; "optimal" is claimed only if the weights, as they are rounded,
    reach the count of the best cell.

    Raises
    ------
    ShapeError, DomainError, DTypeError, NamespaceError
        for other shapes, negative or infinite probabilities, labels outside 0 … K − 1, or arrays
        of two libraries.

    Source: matching D6, C5.

    Examples
    --------
    >>> import numpy as np
    >>> p = np.asarray([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]])
    >>> found = best_class_weights(p, np.asarray([0, 1, 1]))
    >>> found.accuracy, found.proven, np.argmax(p * found.weights, axis=1).tolist()
    (1.0, 'optimal', [0, 1, 1])
    """
    call = "matching.best_class_weights"
    xp = _xp.namespace(call, probabilities=probabilities, labels=labels)
    _xp.floating(call, xp, probabilities=probabilities)
    _xp.integral(call, xp, labels=labels)
    if probabilities.ndim != 2 or 0 in probabilities.shape:
        got = f"shape {tuple(probabilities.shape)}"
        raise ShapeError(message(call, "probabilities", got, "(n, K) with n, K ≥ 1"))
    n, classes = probabilities.shape
    if labels.shape != (n,):
        raise ShapeError(message(call, "labels", f"shape {tuple(labels.shape)}", f"({n},)"))
    if not bool(xp.all((probabilities >= 0) & xp.isfinite(probabilities))):
        raise DomainError(message(call, "probabilities", "others", "finite numbers ≥ 0"))
    if not bool(xp.all((labels >= 0) & (labels < classes))):
        raise DomainError(message(call, "labels", "others", f"classes from 0 to {classes - 1}"))
    exact_rows = _xp.check_integer(call, "exact_rows", exact_rows, 0)
    exact = classes <= 2 or (classes == 3 and n <= exact_rows)
    return _best_class_weights(probabilities, labels, exact, xp=xp)


def _best_class_weights(p: Array, labels: Array, exact: bool, *, xp: Namespace) -> ClassWeights:
    n, classes = p.shape

    def right(logs: list[float]) -> int:
        return _count_right(p, labels, _weights(p, logs, xp=xp), xp=xp)

    rows = _rows(p, labels, xp=xp)
    equal = [0.0] * classes
    starts = [equal, _log_reciprocal_means(p, xp=xp)]
    if exact:
        most, logs = max(_best_cell(rows, xp=xp), (right(equal), equal), key=lambda cell: cell[0])
        if right(logs) == most:
            return ClassWeights(_weights(p, logs, xp=xp), most / n, "optimal")
        starts.append(logs)
    ends = [_ascend(rows, start, right, xp=xp) for start in starts]
    most, logs = max(ends, key=lambda end: end[0])
    return ClassWeights(_weights(p, logs, xp=xp), most / n, "coordinatewise")


def _weights(p: Array, logs: list[float], *, xp: Namespace) -> Array:
    """exp(logs) about 1, in the dtype of p, within half its range of exponents."""
    middle = (max(logs) + min(logs)) / 2
    reach = math.log(float(xp.finfo(p.dtype).max)) / 2
    weights = [math.exp(min(max(log - middle, -reach), reach)) for log in logs]
    return xp.asarray(weights, dtype=p.dtype, device=device(p))


def _count_right(p: Array, labels: Array, weights: Array, *, xp: Namespace) -> int:
    """Rows whose class wins outright, in the arithmetic of the dtype of p."""
    own, others = _own_and_others(p * weights, labels, xp=xp)
    return int(xp.sum(xp.astype(own > xp.max(others, axis=1), xp.int64)))


def _own_and_others(x: Array, labels: Array, *, xp: Namespace) -> tuple[Array, Array]:
    """Each row's entry at its label, and the rows with −inf in its place."""
    columns = xp.arange(x.shape[1], dtype=labels.dtype, device=device(x))
    mine = columns[None, :] == labels[:, None]
    own = xp.sum(xp.where(mine, x, xp.zeros_like(x)), axis=1)
    return own, xp.where(mine, xp.full_like(x, -xp.inf), x)


def _rows(p: Array, labels: Array, *, xp: Namespace) -> Rows:
    """Labels and margins log(p_y/p_k) of the rows that some weights get right.

    Equal quotients have equal margins, and swapping y and k turns the sign exactly: the smaller
    probability is divided by the larger one, correctly rounded.
    """
    x = xp.astype(p, xp.float64)
    own, others = _own_and_others(x, labels, xp=xp)
    possible = (own > 0) | (xp.max(others, axis=1) == -xp.inf)
    x, own, y = (
        _pick(x, possible, xp=xp),
        _pick(own, possible, xp=xp)[:, None],
        _pick(labels, possible, xp=xp),
    )
    larger = xp.maximum(x, own)
    quotient = xp.minimum(x, own) / xp.where(larger > 0, larger, xp.ones_like(larger))
    size = -xp.log(xp.maximum(quotient, xp.full_like(quotient, float(xp.finfo(xp.float64).smallest_normal))))
    margins = xp.where(own >= x, size, -size)
    return y, xp.where(x > 0, margins, xp.full_like(margins, xp.inf))


def _pick(x: Array, mask: Array, *, xp: Namespace) -> Array:
    return xp.take(x, xp.nonzero(mask)[0], axis=0)


def _log_reciprocal_means(p: Array, *, xp: Namespace) -> list[float]:
    means = xp.mean(xp.astype(p, xp.float64), axis=0)
    return [-math.log(mean) if (mean := float(means[k])) > 0 else 0.0 for k in range(p.shape[1])]


def _ascend(
    rows: Rows, logs: list[float], right: Callable[[list[float]], int], *, xp: Namespace
) -> tuple[int, list[float]]:
    """Best one weight after the other until none gets more rows right."""
    most, improved = right(logs), True
    while improved:
        improved = False
        for free in range(len(logs)):
            promised, start, end = _best_interval(*_bounds(rows, logs, free, xp=xp), NARROW, xp=xp)
            moved = [*logs[:free], _inside(start, end), *logs[free + 1 :]]
            if promised > most and (reached := right(moved)) > most:
                most, logs, improved = reached, moved, True
    return most, logs


def _bounds(rows: Rows, logs: list[float], free: int, *, xp: Namespace) -> tuple[Array, Array]:
    """What one log-weight must exceed (rows of its class) or stay below (other rows that the
    remaining classes do not spoil) for each row to be right."""
    y, margins = rows
    l = xp.asarray(logs, dtype=xp.float64, device=device(margins))  # noqa: E741
    own = xp.take(l, y, axis=0)
    columns = xp.arange(len(logs), dtype=y.dtype, device=device(margins))[None, :]
    aside = (columns == y[:, None]) | (columns == free)
    needed = l[None, :] - margins
    needed = xp.max(xp.where(aside, xp.full_like(needed, -xp.inf), needed), axis=1)
    lower = _pick(needed, y == free, xp=xp)
    return lower, _pick(own + margins[:, free], (y != free) & (needed < own), xp=xp)


def _best_interval(lower: Array, upper: Array, narrow: float, *, xp: Namespace) -> Interval:
    """The open interval of x, wider than `narrow`, in which most of lower < x and x < upper hold."""
    edge = xp.full((1,), xp.inf, dtype=lower.dtype, device=device(lower))
    lower, upper = xp.sort(lower), xp.sort(upper)
    starts = xp.concat([-edge, lower])
    met = xp.searchsorted(lower, starts, side="right")
    lost = xp.searchsorted(upper, starts, side="right")
    ends = xp.minimum(
        xp.take(xp.concat([lower, edge]), met, axis=0), xp.take(xp.concat([upper, edge]), lost, axis=0)
    )
    counts = met - lost + upper.shape[0]
    counts = xp.where(ends - starts > narrow, counts, xp.full_like(counts, -1))
    best = int(xp.argmax(counts))
    return int(counts[best]), float(starts[best]), float(ends[best])


def _inside(start: float, end: float) -> float:
    """A point well inside an open interval whose ends may be infinite."""
    if math.isinf(start):
        return 0.0 if math.isinf(end) else end - 1
    return start + 1 if math.isinf(end) else (start + end) / 2


def _best_cell(rows: Rows, *, xp: Namespace) -> tuple[int, list[float]]:
    """How many rows the best weights get right, and a point inside a cell of log t that does so."""
    y, margins = rows
    classes = margins.shape[1]
    if classes == 1:
        return y.shape[0], [0.0]
    if classes == 2:
        most, start, end = _best_interval(*_bounds(rows, [0.0, 0.0], 1, xp=xp), 0.0, xp=xp)
        return most, [0.0, _inside(start, end)]
    best = (-1, [0.0] * 3)
    for free in range(3):
        fixed, other = (k for k in range(3) if k != free)
        best = max(best, _best_along_lines(rows, free, fixed, other, xp=xp), key=lambda cell: cell[0])
    return best


def _best_along_lines(
    rows: Rows, free: int, fixed: int, other: int, *, xp: Namespace
) -> tuple[int, list[float]]:
    """The best cell beside a line l_other − l_fixed = position on which some row ties."""
    y, margins = rows
    # Where l_other must stay below (rows of class fixed) or above (rows of class other).
    position = xp.where(y == fixed, margins[:, other], -margins[:, fixed])
    bounded = _pick(position, (y != free) & xp.isfinite(position), xp=xp)
    lower_fixed, lower_other = (_pick(-margins[:, k], y == free, xp=xp) for k in (fixed, other))
    best = (-1, [0.0] * 3)
    for line in map(float, xp.unique_values(bounded)):
        upper = margins[:, free] + line * xp.astype(y == other, xp.float64)
        lower = xp.maximum(lower_fixed, line + lower_other)
        for side in (-1.0, 1.0):
            ahead = xp.where(
                xp.abs(position - line) <= NARROW, xp.full_like(position, -side), position - line
            )
            kept = ((y == fixed) & (ahead > 0)) | ((y == other) & (ahead < 0))
            count, start, end = _best_interval(lower, _pick(upper, kept, xp=xp), NARROW, xp=xp)
            if count > best[0]:
                # Off the line by half the way to the next edge; the others move with l_other at most.
                point = [0.0] * 3
                point[free] = _inside(start, end)
                away = side * (bounded - line)
                clear = xp.where(away > NARROW, away, xp.full_like(away, xp.inf))
                step = min(point[free] - start, end - point[free], float(xp.min(clear)), 1.0) / 2
                point[other] = line + side * step
                best = (count, point)
    return best
