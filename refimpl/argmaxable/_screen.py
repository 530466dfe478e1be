"""Scores of all classes at many trial witnesses by one product, with a bound of its rounding."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._host import Floats
from ._space import Indices, Space

PAIRS = 2**20
"""Numbers that differences of near classes may take at a time."""


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
    """All points in one format, and how much its products may be off.

    The score of a point p under a functional f of norm 1 is a sum of D products. Rounding f and p to the
    format (u), their centring and the division that makes z of f (each a few 2⁻⁵³), and the sum (D·u, in any
    order) leave it within (D + 6)u·‖p‖, so a lead above twice that, with the largest ‖p‖, is one in exact
    arithmetic. In float64 4 times as much is asked for: that covers the rounding of `verify`, which forms
    differences.
    """

    def __init__(self, space: Space, kind: Any = np.float32) -> None:
        self.space, self.kind = space, np.dtype(kind)
        self.points, self.largest = space.points(kind)
        u = float(np.finfo(kind).eps) / 2
        share = (space.width + 6) * u / (1 - (space.width + 6) * u)
        underflow = space.width * float(np.finfo(kind).tiny) * (1 + 1 / max(self.largest, SMALL))
        self.limit = (2.2 if kind == np.float32 else 8.0) * (share + underflow)

    def scores(self, functionals: Floats) -> Any:
        """Scores of all classes under functionals, which may have any length."""
        with np.errstate(all="ignore"):
            unit = functionals / np.linalg.norm(functionals, axis=1, keepdims=True)
        return unit.astype(self.kind) @ self.points.T

    def __call__(self, classes: Indices, functionals: Floats) -> Screened:
        """Try one functional for each of some classes."""
        scores, each = self.scores(functionals), np.arange(len(classes))
        own = scores[each, classes].astype(np.float64)
        scores[each, classes] = -np.inf
        best = np.argmax(scores, axis=1)
        top = scores[each, best].astype(np.float64)
        with np.errstate(all="ignore"):
            ahead = np.where(top == -np.inf, np.inf, (own - top) / max(self.largest, SMALL))
        z, proper = self.space.witnesses(functionals)
        won = np.flatnonzero(proper & (ahead > self.limit))
        near = scores[won] >= (top[won] - self.limit * self.largest)[:, None]
        near[np.arange(len(won)), classes[won]] = False
        margins, sure = self._leads(classes[won], z[won], *np.nonzero(near))
        return Screened(best, ahead, won[sure], z[won[sure]], margins[sure])

    def _leads(self, classes: Indices, z: Floats, trials: Indices, others: Indices) -> tuple[Floats, Any]:
        """The least of the margins over classes that can be second, and whether none is within rounding."""
        margins, sure = np.full(len(classes), np.inf), np.ones(len(classes), dtype=bool)
        W, b = self.space.W, self.space.b
        u, terms = np.finfo(np.float64).eps / 2, z.shape[1] + 5
        step = max(1, PAIRS // z.shape[1])
        for first in range(0, len(trials), step):
            trial, other = trials[first : first + step], others[first : first + step]
            with np.errstate(all="ignore"):  # what overflows is not finite and proves nothing
                rows = W[classes[trial]] - W[other]
                biases = b[classes[trial]] - b[other]
                found = np.einsum("ij,ij->i", rows, z[trial]) + biases
                bound = np.einsum("ij,ij->i", np.abs(rows), np.abs(z[trial])) + np.abs(biases)
                error = terms * u / (1 - terms * u) * bound + z.shape[1] * 2.0**-1074
                np.minimum.at(margins, trial, found)
                np.logical_and.at(sure, trial, np.isfinite(found) & (found > error))
        return margins, sure


SMALL = 2.0**-1000
"""In the place of the norm of points that are all the same."""
