"""Scores of all classes at many trial witnesses by one product, with a bound of its rounding."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._host import Floats
from ._space import Indices, Points

PAIRS = 2**20
"""Numbers that differences of near classes may take at a time."""


Multiply = Callable[[Any], Callable[[Any], Any]]
"""Of n points of D numbers it makes the function that gives, for m rows of D, the m × n products as NumPy has
them: in the format of the points, each sum rounded at most D times in it."""


def in_numpy(points: Any) -> Callable[[Any], Any]:
    """Products in NumPy."""
    return lambda rows: rows @ points.T


@dataclass(frozen=True, slots=True)
class Screened:
    """What a product says of trial witnesses."""

    best: Indices
    """The class ahead of all others."""
    ahead: Floats
    """By how much the own class is ahead of it, or behind, as a share of ‖functional‖ × the largest point."""
    won: Indices
    """Which trials are witnesses for certain."""
    z: Floats
    """These."""
    margins: Floats
    """Their leads."""


class Screen:
    """All points in float32, and how much products with them may be off.

    The score of a point p under a functional f of norm 1 is a sum of D products. Rounding f, p and z to
    float32 (3u, u = 2⁻²⁴), centring p and dividing f to make z of it (a few 2⁻⁵³), and the sum (D·u, in any
    order) leave it within (D + 6)u·‖p‖, so a lead above twice that, with the largest ‖p‖, is one in exact
    arithmetic; a tenth more covers the rounding of `verify`, which forms differences in float64. Classes that
    are nearer than that are looked at once more, by such differences.
    """

    def __init__(self, points: Points, multiply: Multiply = in_numpy) -> None:
        self.points = points
        centred, self.largest = points.centred(np.float32)
        self._times = multiply(centred)
        u, terms = 2.0**-24, points.width + 6
        share = terms * u / (1 - terms * u)
        underflow = points.width * float(np.finfo(np.float32).tiny) * (1 + 1 / max(self.largest, SMALL))
        self.limit = 2.2 * (share + underflow)

    def scores(self, functionals: Floats) -> Any:
        """Scores of all classes under functionals, which may have any length."""
        with np.errstate(all="ignore"):
            unit = functionals / np.linalg.norm(functionals, axis=1, keepdims=True)
        return self._times(unit.astype(np.float32))

    def __call__(self, classes: Indices, functionals: Floats) -> Screened:
        """Try one functional for each of some classes."""
        scores, each = self.scores(functionals), np.arange(len(classes))
        own = scores[each, classes].astype(np.float64)
        scores[each, classes] = -np.inf
        best = np.argmax(scores, axis=1)
        top = scores[each, best].astype(np.float64)
        with np.errstate(all="ignore"):
            ahead = np.where(top == -np.inf, np.inf, (own - top) / max(self.largest, SMALL))
        z, proper = self.points.witnesses(functionals, short=True)
        may = np.flatnonzero(proper & (ahead > -self.limit))
        # All others are behind for certain, and not second.
        near = scores[may] >= (np.minimum(own, top)[may] - self.limit * self.largest)[:, None]
        near[np.arange(len(may)), classes[may]] = False
        clear = np.sum(near, axis=1) <= CLOSE
        may, near = may[clear], near[clear]
        margins, sure = self._leads(classes[may], z[may], *np.nonzero(near))
        return Screened(best, ahead, may[sure], z[may[sure]], margins[sure])

    def _leads(self, classes: Indices, z: Floats, trials: Indices, others: Indices) -> tuple[Floats, Any]:
        """The least of the margins over classes that can be second, and whether none is within rounding."""
        margins, sure = np.full(len(classes), np.inf), np.ones(len(classes), dtype=bool)
        W, b = self.points.W, self.points.b
        u, terms = np.finfo(np.float64).eps / 2, z.shape[1] + 5
        step = max(1, PAIRS // z.shape[1])
        for first in range(0, len(trials), step):
            trial, other = trials[first : first + step], others[first : first + step]
            with np.errstate(all="ignore"):  # what overflows is not finite and proves nothing
                rows = W[classes[trial]].astype(np.float64) - W[other].astype(np.float64)
                biases = b[classes[trial]] - b[other]
                found = np.einsum("ij,ij->i", rows, z[trial]) + biases
                bound = np.einsum("ij,ij->i", np.abs(rows), np.abs(z[trial])) + np.abs(biases)
                error = terms * u / (1 - terms * u) * bound + z.shape[1] * 2.0**-1074
                np.minimum.at(margins, trial, found)
                np.logical_and.at(sure, trial, np.isfinite(found) & (found > error))
        return margins, sure


CLOSE = 4096
"""A trial with more classes than this within rounding is not looked at more closely."""
SMALL = 2.0**-1000
"""In the place of the norm of points that are all the same."""
