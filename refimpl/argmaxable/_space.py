"""The classes as points: coordinates in which they are round, and the way back.

They are rounded, so they only suggest certificates.
"""

from functools import cached_property
from typing import Any

import numpy as np

from .._host import Floats

Indices = np.ndarray[Any, np.dtype[np.intp]]
NOISE = 1e-12
"""Variances, of directions that were scaled to 1 as far as a first covariance can tell, that are rounding."""
SHORT = 2.0**-120
"""Float32 has numbers from about this to its inverse."""
SMALLEST = 2.0**-1000
"""Coordinates of a witness below this may have lost digits."""


class Points:
    """The classes as points: columns of W, and last b if it varies, divided by powers of two to about 1.

    Columns that are the same for all classes are left out: they decide nothing. W may have any real format of
    at most 64 bits. A functional is a row of numbers, one for each column: it gives every point a score.
    """

    def __init__(self, W: Any, b: Floats) -> None:
        self.W, self.b, (self.n, self.d) = W, b, W.shape
        self.columns = np.flatnonzero(np.any(W[:1] != W, axis=0))
        self.biased = bool(np.any(b != b[0]))
        sizes = np.max(np.abs(W), axis=0).astype(np.float64)[self.columns]
        exponents = np.frexp(np.append(sizes, np.max(np.abs(b))))[1].astype(np.int64)
        self.exponents = exponents if self.biased else exponents[:-1]
        self.width = len(self.exponents)
        self.centre: Floats = np.zeros(self.width)
        for part in self.blocks():
            self.centre += np.sum(self.rows(part), axis=0) / self.n

    def blocks(self) -> list[slice]:
        """All classes, in parts of a size that is good to compute with."""
        step = max(1, 2**22 // max(self.width, 1))
        return [slice(first, first + step) for first in range(0, self.n, step)]

    def rows(self, index: Indices | slice) -> Floats:
        """The points of some classes: exact but for underflow."""
        rows = self.W[index].astype(np.float64)
        if len(self.columns) < self.d:
            rows = rows[:, self.columns]
        if self.biased:
            rows = np.column_stack([rows, self.b[index]])
        scaled: Floats = np.ldexp(rows, -self.exponents)
        return scaled

    def centred(self, kind: Any) -> tuple[Any, float]:
        """All points, less a common one, in a format, and the largest of their norms."""
        found, largest = np.empty((self.n, self.width), dtype=kind), 0.0
        for part in self.blocks():
            rows = self.rows(part) - self.centre
            found[part] = rows
            largest = max(largest, float(np.max(np.sum(rows**2, axis=1), initial=0.0)))
        return found, float(np.sqrt(largest))

    def witnesses(self, functionals: Floats, short: bool) -> tuple[Floats, Any]:
        """The points z that functionals stand for, and whether each is one, with all its digits.

        `short` ones are rounded to float32 where its range allows.
        """
        z = np.zeros((len(functionals), self.d))
        with np.errstate(all="ignore"):
            if self.biased:
                steepness = functionals[:, -1:]
                found = np.ldexp(functionals[:, :-1] / steepness, self.exponents[-1] - self.exponents[:-1])
                proper = steepness[:, 0] > 0
            else:
                found, proper = np.ldexp(functionals, -self.exponents), np.ones(len(functionals), dtype=bool)
            sizes = np.abs(found)
            whole = np.isfinite(found) & ((found == 0) | (sizes >= SMALLEST))
            if short:
                inside = (found == 0) | ((sizes > SHORT) & (sizes < 1 / SHORT))
                found = np.where(inside, found.astype(np.float32), found)
        z[:, self.columns] = found
        return z, proper & np.all(whole, axis=1)

    def functionals(self, z: Floats) -> Floats:
        """The functionals of which points z are the witnesses."""
        if not self.biased:
            found: Floats = np.ldexp(z[:, self.columns], self.exponents)
            return found
        scaled = np.ldexp(z[:, self.columns], self.exponents[:-1] - self.exponents[-1])
        return np.column_stack([scaled, np.ones(len(z))])


class Space(Points):
    """Coordinates in which the points are round.

    A direction r of this whitened space gives the functional `along @ r` of the points; its last part, if
    there is a bias, must be positive, and dividing by that gives a witness.
    """

    def __init__(self, W: Any, b: Floats) -> None:
        super().__init__(W, b)
        self.along: Floats = np.zeros((self.width, 0))
        self.sizes: Floats = np.zeros(self.n)
        if self.width:
            self._whiten()

    @property
    def rank(self) -> int:
        """Dimensions of the whitened space."""
        return int(self.along.shape[1])

    @cached_property
    def ray(self) -> Floats | None:
        """What a combination may add: bias that the class does not need, of the length of a typical point."""
        if not self.biased:
            return None
        down: Floats = -self.along[-1] * self.reach
        return down

    @property
    def reach(self) -> float:
        """The bias of the ray."""
        return float(np.sqrt(self.rank) / np.linalg.norm(self.along[-1]))

    def white(self, index: Indices | slice) -> Floats:
        """Whitened points."""
        rows: Floats = (self.rows(index) - self.centre) @ self.along
        return rows

    def mean(self, weights: Floats) -> Floats:
        """The mean of the whitened points by weights with sum 1."""
        found: Floats = np.zeros(self.rank)
        for part in self.blocks():
            found += weights[part] @ self.white(part)
        return found

    def _whiten(self) -> None:
        """Centre and covariance, weighted by 1 + the squared distance in their own measure: far points
        decide.

        The second covariance, of coordinates that the first has scaled, sees directions that are 10⁻⁸ times
        as wide as others, which the first cannot tell from rounding.
        """
        along, weights = np.eye(self.width), np.full(self.n, 1 / self.n)
        for last in (False, True):
            self.centre = np.zeros(self.width)
            for part in self.blocks():
                self.centre += weights[part] @ self.rows(part)
            covariance: Any = 0.0
            for part in self.blocks():
                rows = (self.rows(part) - self.centre) @ along
                covariance = covariance + (rows * weights[part, None]).T @ rows
            values, axes = np.linalg.eigh(covariance)
            floor = (NOISE if last else self.width * np.finfo(np.float64).eps) * values[-1]
            kept = values > floor if last else np.ones(self.width, dtype=bool)
            if not values[-1] > 0:
                self.along = np.zeros((self.width, 0))
                return
            along = along @ (axes[:, kept] / np.sqrt(np.maximum(values[kept], floor)))
            self.along = along
            for part in self.blocks():
                self.sizes[part] = np.sum(self.white(part) ** 2, axis=1)
            weights = 1 + self.sizes
            weights = weights / np.sum(weights)
