"""The check of certificates against the numbers of the layer: exact, and without the search.

A witness is taken by products in float32 with a bound of their rounding, by differences in float64 for the
classes that are near, and in rationals where these cannot tell. A combination is taken by the bound of
`argmaxable._proof`, and in rationals where that cannot tell.
"""

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from ...argmaxable import Combination
from ...argmaxable._certificates import combination_holds, lead
from ...argmaxable._exact import Problem
from ...argmaxable._screen import Multiply, Screen, in_numpy
from ...argmaxable._space import Points
from .checkpoint import Loaded
from .work import Part

SCORES = 2**24
"""Scores at a time."""


class Claims:
    """Certificates, and which of them hold: 1 argmaxable, −1 unargmaxable, 0 not proved."""

    def __init__(self, part: Part, layer: Loaded, multiply: Multiply = in_numpy) -> None:
        self.part, self.layer, self.multiply = part, layer, multiply
        self.n = len(layer.b)
        self.points = Points(layer.W, layer.b)
        self.problem = Problem(layer.W.astype(np.float64), layer.b)
        self.verdicts = np.zeros(self.n, dtype=np.int8)
        self.refused: list[tuple[int, str]] = []

    @property
    def claimed(self) -> int:
        """How many certificates there are."""
        return self.part.decided

    def check(self) -> Generator[int, None, None]:
        """Check all; yields how many were checked each time."""
        for classes, z in (
            (self.part.witness_class, self.part.witness),
            (self.part.fine_class, self.part.fine),
        ):
            yield from self._witnesses(classes, z)
        yield from self._combinations()

    def _settle(self, k: int, verdict: int, why: str) -> None:
        """A certificate of class k holds, or not (0) and why; a class with two is an error of the file."""
        if verdict and self.verdicts[k]:
            self.refused.append((k, "it has two certificates"))
        elif verdict:
            self.verdicts[k] = verdict
        else:
            self.refused.append((k, why))

    def _witnesses(self, classes: Any, z: Any) -> Iterator[int]:
        if z.shape[1:] != (self.points.d,) and len(z):
            self.refused += [(k, f"its witness has not {self.points.d} numbers") for k in classes.tolist()]
            yield len(z)
            return
        step = max(1, SCORES // self.n)
        screen = Screen(self.points, self.multiply) if len(z) and self.points.width else None
        for first in range(0, len(classes), step):
            block, points = classes[first : first + step], z[first : first + step].astype(np.float64)
            usable = (block >= 0) & (block < self.n) & np.isfinite(points).all(axis=1)
            sure = np.zeros(len(block), dtype=bool)
            if screen is not None and usable.any():
                found = screen(block[usable], self.points.functionals(points[usable]))
                same = np.all(found.z == points[usable][found.won], axis=1)
                sure[np.flatnonzero(usable)[found.won[same]]] = True
            for place, k in enumerate(block.tolist()):
                if not usable[place]:
                    self.refused.append((k, "there is no such class, or its witness is not finite"))
                else:
                    holds = sure[place] or lead(self.problem, k, points[place], exact=True) is not None
                    self._settle(k, int(holds), "it does not win at its witness")
            yield len(block)

    def _combinations(self) -> Iterator[int]:
        part = self.part
        for place, k in enumerate(part.combination_class.tolist()):
            some = slice(*part.start[place : place + 2].tolist())
            certificate = Combination(tuple(part.support[some].tolist()), tuple(part.weight[some].tolist()))
            if not 0 <= k < self.n:
                self.refused.append((k, "there is no such class"))
            else:
                holds = combination_holds(self.problem, self.points, k, certificate)
                self._settle(k, -int(holds), "its combination does not prove it")
            yield 1
