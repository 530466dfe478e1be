"""The search for certificates of all classes at once; what it leaves open is decided class by class."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .._host import Floats
from ._certificates import Combination, Witness
from ._proof import leant, of_differences, proved, systems
from ._screen import Multiply, Screen, in_numpy
from ._space import Indices, Space
from ._walk import Ends, Walker

FEW = 8
"""So few classes are decided sooner one by one."""
ROUNDS = 20
"""Reflections of a trial witness at the plane between the class and the winner, before classes walk."""
STRIDE = 12
"""Steps of a walk for each vertex of a simplex, at most."""
NOTHING = 1e-9
"""A weight below this may be none."""
BLOCK = 2**22
"""Scores at a time."""


@dataclass(frozen=True, slots=True)
class Won:
    """Witnesses of some classes, by row."""

    classes: Indices
    z: Floats
    margins: Floats


@dataclass(frozen=True, slots=True)
class Lost:
    """Combinations of some classes."""

    classes: Indices
    supports: list[Indices]
    """Increasing."""
    weights: list[Floats]


class Ground:
    """What the searches of several parts of the classes share."""

    def __init__(self, W: Any, b: Floats, multiply: Multiply = in_numpy) -> None:
        self.space, self.multiply = Space(W, b), multiply
        self.losers = _copies(W, b)
        self.inside = np.zeros(len(b), dtype=bool)
        """Classes that are inside the hull of others, or have a copy that stands for them."""
        for k, other in self.losers.items():
            self.inside[k] = self.losers.get(other) != k or other < k

    @cached_property
    def screen(self) -> Screen:
        """Of products in float32."""
        return Screen(self.space, self.multiply)

    @cached_property
    def walker(self) -> Walker:
        """Of walks in float32."""
        return Walker(self.space, np.float32, np.zeros(0, dtype=np.intp), self.multiply)


def _copies(W: Any, b: Floats) -> dict[int, int]:
    """Classes with the row of another and no larger bias, which are never ahead of it, and that one."""
    groups: dict[bytes, list[int]] = {}
    for k in range(len(b)):
        groups.setdefault((W[k] + 0).tobytes(), []).append(k)  # there is one zero then
    losers: dict[int, int] = {}
    for group in groups.values():
        if len(group) > 1:
            best, second, *more = sorted(group, key=lambda k: -b[k])
            losers |= dict.fromkeys([second, *more], best)
            if b[second] == b[best]:
                losers[best] = second
    return losers


class Search:
    """What is known of some classes, and the steps that find out more; `open` ones lack a certificate."""

    def __init__(self, ground: Ground, classes: Indices | None = None) -> None:
        self.ground, self.space = ground, ground.space
        self.open = (
            np.ones(self.space.n, dtype=bool) if classes is None else np.zeros(self.space.n, dtype=bool)
        )
        self.open[slice(None) if classes is None else classes] = True
        self.won: list[Won] = []
        self.lost: list[Lost] = []
        self.hints: dict[int, tuple[list[int], list[float]]] = {}
        """Classes that may be on the boundary of a simplex: its vertices, and weights not about 0."""

    def run(self) -> None:
        """All steps."""
        copies = [k for k in self.ground.losers if self.open[k]]
        others = [np.asarray([self.ground.losers[k]]) for k in copies]
        self._lose(np.asarray(copies, dtype=np.intp), others, [np.ones(1)] * len(copies))
        if not self.space.rank or not self.open.any():
            return
        self._reflect(ROUNDS if np.sum(self.open) > FEW else 0)
        if np.sum(self.open) > FEW:
            self._walk(self.ground.walker)
            left = np.flatnonzero(self.open)
            if len(left):  # among them those that are vertices of the first start
                self._walk(Walker(self.space, np.float64, left))

    def certificates(self) -> Iterator[tuple[int, Witness | Combination]]:
        """What was found."""
        for won in self.won:
            for k, z, margin in zip(won.classes.tolist(), won.z.tolist(), won.margins.tolist(), strict=True):
                yield k, Witness(tuple(z), margin)
        for lost in self.lost:
            for k, support, weights in zip(lost.classes.tolist(), lost.supports, lost.weights, strict=True):
                yield k, Combination(tuple(support.tolist()), tuple(weights.tolist()))

    def _reflect(self, rounds: int) -> None:
        """Try each class at its own whitened point, and where a reflection puts its loser in front."""
        classes = np.flatnonzero(self.open)
        step = max(1, BLOCK // self.space.n)
        for first in range(0, len(classes), step):
            block = classes[first : first + step]
            own = self.space.white(block)
            trials = own.copy()
            for left in range(rounds, -1, -1):
                functionals = trials @ self.space.along.T
                found = self.ground.screen(block, functionals)
                self._win(block[found.won], found.z, found.margins)
                open_ = np.flatnonzero(self.open[block])
                if not left or not len(open_):
                    break
                planes = own[open_] - self.space.white(found.best[open_])
                if self.space.ray is not None:
                    upright = (functionals[open_, -1] <= 0) & (found.ahead[open_] > 0)
                    planes[upright] = -self.space.ray
                block, own, trials = block[open_], own[open_], trials[open_]
                size = np.maximum(np.sum(planes**2, axis=1), 1e-300)
                trials -= (2 * np.sum(trials * planes, axis=1) / size)[:, None] * planes

    def _walk(self, walker: Walker) -> None:
        """Let the open classes walk, those nearest to the centre first: they are done soonest."""
        if walker.start is None:
            return
        open_ = np.flatnonzero(self.open)
        order = open_[np.argsort(self.space.sizes[open_], kind="stable")]
        walker.drop(self.ground.inside)
        for ends in walker.walk(order, self.open, STRIDE * (self.space.rank + 1)):
            self._arrived(ends)
            self._try(ends.beyond, ends.functionals)
            self._try(ends.winners, ends.directions)
            walker.drop(self.ground.inside)

    def _try(self, classes: Indices, functionals: Floats) -> None:
        fresh = self.open[classes]
        if fresh.any():
            classes = classes[fresh]
            found = self.ground.screen(classes, functionals[fresh])
            self._win(classes[found.won], found.z, found.margins)

    def _arrived(self, ends: Ends) -> None:
        """Prove what the simplices say."""
        space, classes = self.space, ends.inside
        simplices, inverses, weights = leant(space, classes, ends.simplices, ends.inverses)
        holds = np.zeros(len(classes), dtype=bool)
        if space.rank == space.width:
            refined = of_differences(space, simplices, inverses, weights)
            weights, holds = proved(systems(space, classes, simplices), refined)
        supports, shares = [], []
        for place, k in enumerate(classes.tolist()):
            order = np.argsort(simplices[place])
            order = order[simplices[place, order] < space.n]
            support, weight = simplices[place, order], weights[place, order]
            if holds[place]:
                supports.append(support)
                shares.append(weight)
            elif np.isfinite(weight).all():
                some = weight > NOTHING
                self.hints[k] = support[some].tolist(), weight[some].tolist()
        self._lose(classes[holds], supports, shares)
        self.ground.inside[classes[holds]] = True

    def _win(self, classes: Indices, z: Floats, margins: Floats) -> None:
        self.won.append(Won(classes, z, margins))
        self.open[classes] = False

    def _lose(self, classes: Indices, supports: list[Indices], weights: list[Floats]) -> None:
        self.lost.append(Lost(classes, supports, weights))
        self.open[classes] = False
