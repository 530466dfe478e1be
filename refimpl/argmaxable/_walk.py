"""From one point inside the hull straight towards the points of many classes, simplex by simplex.

It is the simplex method for "how far is the hull in this direction", with many right-hand sides at once:
each class has a simplex of rank + 1 other classes (or the ray of the bias) that holds a piece of its
segment. The segment leaves it through a facet; a class far beyond that facet replaces the vertex that is left
behind. If the segment ends in a simplex, this one has the class inside: unargmaxable. If no class is beyond
the facet, the facet is one of the hull, and the class itself is beyond it: argmaxable. All classes are looked
at in each step, by one product for the whole batch.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # its parts load on first use

from .._host import Floats
from ._screen import Multiply, in_numpy
from ._space import Indices, Space

STATE = 2**18
"""Numbers of the states of a batch: what fits in a cache."""
LEAST = 32
"""Classes of a batch at least: below that products with all points take longer for each."""
MANY = 2**23
"""Numbers of points from which on those farthest out are looked at first."""
BLOCK = 4096
"""Points that are made at a time."""
FLAT = 16
"""A class is beyond a facet by more than so many roundings of ‖normal‖ × the largest point."""
CLOSE = 1e-9
"""The mean is a combination of the vertices of the start but for so much, which need not be exact."""
GROUPS = 8
"""Of so many groups of points the farthest is looked at more closely."""
FEWER = 0.8
"""Points that cannot be vertices are left out when so large a share would remain."""
REACH = 6
"""The first simplex is looked for among so many classes for each dimension, those farthest out."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the walks of some classes have come to."""

    inside: Indices
    """Classes that are inside a simplex."""
    simplices: Indices
    """(…, rank + 1) the vertices; n is the ray."""
    inverses: Floats
    """(…, rank + 1, rank + 1) about the inverses of their matrices, whose columns are (whitened point, 1)."""
    beyond: Indices
    """Classes that are beyond a facet of the hull of all others."""
    functionals: Floats
    """Of these: they win there, but for rounding."""
    winners: Indices
    """Classes that were farthest beyond some facet."""
    directions: Floats
    """The functionals under which they were."""


class Walker:
    """What all walks share: the start, and the points that can be vertices."""

    def __init__(self, space: Space, kind: Any, without: Indices, multiply: Multiply = in_numpy) -> None:
        self.space, self.kind, self.multiply = space, np.dtype(kind), multiply
        self.flat = FLAT * float(np.finfo(kind).eps) * np.sqrt(np.max(space.sizes, initial=1.0))
        self.start = self._start(without) if space.n - len(without) > space.rank + 1 else None
        if self.start is not None:
            self.vertices = self.start[0]
            self._keep(np.arange(space.n))

    @property
    def possible(self) -> bool:
        """Whether there is a simplex to start from."""
        return self.start is not None

    @property
    def batch(self) -> int:
        """How many classes walk at a time."""
        return max(LEAST, STATE // (self.space.rank + 1) ** 2)

    def drop(self, inside: Any) -> None:
        """Leave classes out that are inside the hull of others: they are beyond no facet."""
        left = np.flatnonzero(~inside)
        if len(left) < FEWER * self.looked:
            self._keep(left)

    def _keep(self, kept: Indices) -> None:
        """Look at these classes only, and at the ray."""
        self.looked = len(kept)
        if self.space.biased:
            kept = np.append(kept, self.space.n)
        self._all = _Columns(self, kept)
        self._some: _Columns | None = None
        size = REACH * (self.space.rank + 1)
        if len(kept) * self.space.rank > MANY and size < len(kept) // 2:
            far = kept[np.argsort(-np.append(self.space.sizes, np.inf)[kept], kind="stable")]
            self._some = _Columns(self, far[:size])

    def columns(self, index: Indices) -> Floats:
        """(whitened point, 1) of classes, and (ray, 0) for n, as rows."""
        found = np.ones((len(index), self.space.rank + 1))
        ray = index == self.space.n
        found[~ray, :-1] = self.space.white(index[~ray])
        if self.space.ray is not None:
            found[ray] = np.append(self.space.ray, 0.0)
        return found

    def _start(self, without: Indices) -> tuple[Indices, Floats, Floats] | None:
        """A simplex that holds a random mean of all points, its inverse, and that mean; it has none of some
        classes, which could not start from it themselves."""
        space = self.space
        weights = np.random.default_rng(0).exponential(size=space.n)
        weights[without] = 0.0
        mean = np.append(space.mean(weights / np.sum(weights)), 1.0)
        far = np.argsort(-space.sizes, kind="stable")
        far = far[~np.isin(far, without)]
        for count in dict.fromkeys((min(REACH * (space.rank + 1), len(far)), len(far))):
            among = np.append(far[:count], space.n) if space.biased else far[:count]
            try:
                found, gap = scipy.optimize.nnls(self.columns(among).T, mean)
            except RuntimeError:  # too many steps
                return None
            vertices = among[found > 0]
            if len(vertices) == space.rank + 1 and gap < CLOSE:
                return vertices, np.linalg.inv(self.columns(vertices).T).astype(np.float64), mean
        return None

    def walk(self, classes: Indices, open_: Any, most: int) -> Iterator[Ends]:
        """Let classes walk, each at most so many steps; those that do not arrive are in no result, nor those
        that are vertices of the start.

        Which are `open_` is asked anew whenever one begins: winners on the way of others need not walk.
        """
        return _Walks(self, classes[~np.isin(classes, self.vertices)], open_, most).run()

    def beyond(self, normals: Any, barred: Indices, flat: Any) -> tuple[Indices, Any, Any]:
        """Vertices far beyond each facet: which, their columns, and by how much, if more than flat.

        `barred` are not looked at: the vertices of the simplex, and the class itself. Where points are many,
        those farthest out are looked at first, and all only where none of these is beyond.
        """
        if self._some is None:
            return self._all.beyond(normals, barred)
        vertices, columns, by = self._some.beyond(normals, barred)
        none = ~(np.max(by, axis=1) > flat)
        if none.any():
            vertices[none], columns[none], by[none] = self._all.beyond(normals[none], barred[none])
        return vertices, columns, by


class _Columns:
    """(Point, 1) of some classes, of which the ones far beyond a facet are looked for, one in each group."""

    def __init__(self, walker: Walker, kept: Indices) -> None:
        self.places = np.full(walker.space.n + 1, -1)
        self.places[kept] = np.arange(len(kept))
        more = -len(kept) % GROUPS  # zeros, beyond no facet, fill the last group
        self.kept = np.append(kept, kept[:1].repeat(more))
        self.columns = np.zeros((len(self.kept), walker.space.rank + 1), dtype=walker.kind)
        for first in range(0, len(kept), BLOCK):
            block = kept[first : first + BLOCK]
            self.columns[first : first + len(block)] = walker.columns(block)
        self.times = walker.multiply(self.columns)

    def beyond(self, normals: Any, barred: Indices) -> tuple[Indices, Any, Any]:
        """The farthest of each group: which, their columns, and by how much."""
        scores = self.times(normals)
        trials, which = np.nonzero(self.places[barred] >= 0)
        scores[trials, self.places[barred[trials, which]]] = -np.inf
        each = np.arange(len(normals))[:, None]
        groups = scores.reshape(len(normals), GROUPS, -1)
        best = np.argmax(groups, axis=2) + np.arange(GROUPS) * groups.shape[2]
        return self.kept[best], self.columns[best], scores[each, best]


class _Walks:
    """Walks of as many classes as fit in the cache; when one ends another begins.

    `state` is, for each, [inverse of the simplex | its coefficients of the start | of the segment].
    """

    def __init__(self, walker: Walker, classes: Indices, open_: Any, most: int) -> None:
        assert walker.start is not None
        self.walker, self.queue, self.open, self.most = walker, iter(classes.tolist()), open_, most
        self.vertices, inverse, self.mean = walker.start
        m, count = len(self.vertices), min(walker.batch, len(classes))
        self.first = np.column_stack([inverse, inverse @ self.mean, np.zeros(m)])
        self.state = np.empty((count, m, m + 2), dtype=walker.kind)
        self._less = scipy.linalg.get_blas_funcs("ger", dtype=walker.kind)
        self.own = np.empty((count, m))
        self.simplices = np.empty((count, m), dtype=np.intp)
        self.classes, self.steps = np.empty(count, dtype=np.intp), np.empty(count, dtype=np.intp)
        self._forget()
        self._begin(np.arange(count))

    def _forget(self) -> None:
        self.inside: list[tuple[Any, Any, Any]] = []
        self.outside: list[tuple[Any, Any]] = []
        self.winners: dict[int, Floats] = {}
        self.ended = 0

    def _begin(self, places: Indices) -> None:
        """Put new classes in some places; places for which there is none are given up."""
        new: list[int] = []
        for k in self.queue:
            if self.open[k]:
                new.append(k)
                if len(new) == len(places):
                    break
        filled, empty = places[: len(new)], places[len(new) :]
        if len(filled):
            classes, m = np.asarray(new), len(self.vertices)
            own = self.walker.columns(classes)
            self.classes[filled], self.steps[filled], self.own[filled] = classes, 0, own
            self.state[filled], self.simplices[filled] = self.first, self.vertices
            self.state[filled, :, m + 1] = (own - self.mean) @ self.first[:, :m].T
        if len(empty):
            for name in ("state", "own", "simplices", "classes", "steps"):
                setattr(self, name, np.delete(getattr(self, name), empty, axis=0))

    def run(self) -> Iterator[Ends]:
        """All steps."""
        while len(self.classes):
            with np.errstate(all="ignore"):
                self._step()
            if self.ended >= self.walker.batch:
                yield self._ends()
        yield self._ends()

    def _step(self) -> None:
        """Leave each simplex by a facet, or end."""
        walker, m = self.walker, self.state.shape[1]
        at, along = self.state[:, :, m], self.state[:, :, m + 1]
        exits = np.where(along < 0, -at / along, np.inf)
        left = np.argmin(exits, axis=1)
        each = np.arange(len(left))
        arrived = exits[each, left] >= 1
        normals = -self.state[each, left, :m]
        barred = np.column_stack([self.simplices, self.classes])
        flat = walker.flat * np.linalg.norm(normals[:, :-1], axis=1)
        vertices, columns, by = walker.beyond(normals, barred, flat)
        farthest = np.argmax(by, axis=1)
        last = ~arrived & ~(by[each, farthest] > flat)
        if arrived.any():
            self.inside.append((self.classes[arrived], self.simplices[arrived], self.state[arrived, :, :m]))
        if last.any():
            self.outside.append((self.classes[last], self._tilted(normals[last], self.own[last])))
        self._note(vertices[each, farthest], normals)
        edges = np.matmul(columns, np.swapaxes(self.state[:, :, :m], 1, 2))
        entering = self._steepest(edges[each, :, left], edges, by > flat[:, None])
        self._enter(each, left, vertices[each, entering], edges[each, entering])
        self.steps += 1
        ended = np.flatnonzero(arrived | last | (self.steps > self.most))
        if len(ended):
            self.ended += len(ended)
            self._begin(ended)

    @staticmethod
    def _steepest(height: Any, edges: Any, beyond: Any) -> Indices:
        """The vertex that is farthest beyond for the length of its edge, as the simplex measures it."""
        steepness = np.where(beyond, -height / np.sqrt(1 + np.einsum("ijk,ijk->ij", edges, edges)), -np.inf)
        found: Indices = np.argmax(steepness, axis=1)
        return found

    def _enter(self, each: Indices, left: Indices, entering: Indices, change: Floats) -> None:
        """Replace one vertex of each simplex."""
        row = self.state[each, left] / change[each, left, None]
        change[each, left] -= 1
        for place, state in enumerate(self.state):  # the transpose of a C array is one of Fortran, in place
            self._less(-1.0, row[place], change[place], a=state.T, overwrite_a=1)
        self.simplices[each, left] = entering

    def _note(self, winners: Indices, normals: Any) -> None:
        """A class that is farthest under a functional wins there, unless the walking class does."""
        for place, winner in enumerate(winners.tolist()):
            if winner < self.walker.space.n and self.open[winner] and winner not in self.winners:
                self.winners[winner] = normals[place, :-1] @ self.walker.space.along.T

    def _tilted(self, normals: Any, own: Floats) -> Floats:
        """The functionals of facets of the hull, tilted where they are upright: a witness needs some bias."""
        space = self.walker.space
        found: Floats = normals[:, :-1] @ space.along.T
        if space.biased:
            reach = np.ldexp(np.ptp(space.b), -int(space.exponents[-1]))
            found[:, -1] = np.maximum(found[:, -1], np.sum(normals * own, axis=1) / (2 * reach))
        return found

    def _ends(self) -> Ends:
        """What there is since the last time."""
        m, width = len(self.vertices), self.walker.space.width
        none: Any = np.zeros(0, dtype=np.intp)
        classes, simplices, inverses = (
            map(np.concatenate, zip(*self.inside, strict=True))
            if self.inside
            else (none, none.reshape(0, m), np.zeros((0, m, m)))
        )
        beyond, functionals = (
            map(np.concatenate, zip(*self.outside, strict=True))
            if self.outside
            else (none, np.zeros((0, width)))
        )
        winners = np.asarray(list(self.winners), dtype=np.intp)
        directions = np.asarray(list(self.winners.values())).reshape(len(winners), width)
        found = Ends(classes, simplices, inverses, beyond, functionals, winners, directions)
        self._forget()
        return found
