"""Parts of the classes, which are decided one by one: here, in processes, or on a cluster."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ... import backends
from ..._errors import RefimplError
from ...argmaxable import Combination, Undecided, Witness
from ...argmaxable._classify import Frame, alone, hinted
from ...argmaxable._exact import Problem
from ...argmaxable._screen import Multiply, in_numpy
from ...argmaxable._search import Ground, Search
from .checkpoint import Layer, Loaded

ALONE = 2**26
"""Classes that are left over are decided one by one where n·d² is at most this; else that takes hours."""
PARTS = 16
"""About so many parts for each process: one is what a kill costs, and how often progress is seen."""
LEAST, MOST = 256, 4096
"""Classes of a part."""


class ScanError(RefimplError, RuntimeError):
    """A scan that cannot go on as asked."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is scanned, and how; the same in all processes."""

    layer: Layer
    sha256: str
    backend: str = "numpy"
    device: str | None = None
    exact: bool = False
    """Whether left-over classes are decided in rationals whatever that takes."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is known of the classes from `first` to before `last`."""

    first: int
    last: int
    witness_class: Any
    witness: Any
    """(…, d) float32: short witnesses."""
    fine_class: Any
    fine: Any
    """(…, d) float64: those that need more digits."""
    combination_class: Any
    start: Any
    """(… + 1,) where the support of each begins."""
    support: Any
    weight: Any
    lost: str = ""
    """Why nothing is known, if the process died."""

    @property
    def decided(self) -> int:
        """How many classes have a certificate."""
        return len(self.witness_class) + len(self.fine_class) + len(self.combination_class)


@dataclass(frozen=True, slots=True)
class Unit:
    """A part that is to be decided; small and picklable."""

    source: Source
    first: int
    last: int

    def run(self) -> Part:
        """Decide it."""
        ground = grounded(self.source)
        search = Search(ground, np.arange(self.first, self.last))
        search.run()
        return packed(self.first, self.last, ground.space.d, _certificates(self.source, search, self))

    def lost(self, why: str) -> Part:
        """What is said if the process dies: nothing is known."""
        return packed(self.first, self.last, 1, {}, f"{why}; --resume tries it again")


def units(source: Source, n: int, jobs: int) -> list[Unit]:
    """All parts of n classes."""
    size = min(MOST, max(LEAST, -(-n // (PARTS * jobs))))
    return [Unit(source, first, min(first + size, n)) for first in range(0, n, size)]


@lru_cache(maxsize=1)
def loaded(source: Source) -> Loaded:
    """The layer, once a process; another file of the same name is refused."""
    found = source.layer.load()
    if found.sha256 != source.sha256:
        raise ScanError(
            f"{source.layer.file} is not what it was: another file, or changed since the scan began"
        )
    return found


@lru_cache(maxsize=1)
def grounded(source: Source) -> Ground:
    """What all parts share, once a process."""
    layer = loaded(source)
    return Ground(layer.W, layer.b, products(source.backend, source.device))


def products(backend: str, device: str | None) -> Multiply:
    """Products in float32 by an array library.

    Raises
    ------
    ScanError
        if its products are of fewer digits than float32 has, as with TF32: no bound would hold.
    """
    if backend == "numpy":
        return in_numpy
    on = backends.Setting.of(backends.get(backend), "float32", device)

    def multiply(points: Any) -> Any:
        columns = on.xp.matrix_transpose(on.array(points))

        def times(rows: Any) -> Any:
            return on.host(on.xp.matmul(on.array(rows), columns)).astype(np.float32)

        return times

    probe = np.asarray([[1 + 2.0**-23, 0.0], [0.0, 1 + 2.0**-12]] * 64, dtype=np.float32)
    rows = np.asarray([[1.0, 0.0], [0.0, 1.0]] * 64, dtype=np.float32)
    if not (np.array_equal(multiply(probe)(rows), rows @ probe.T)
            and np.array_equal(multiply(rows)(probe), probe @ rows.T)):  # fmt: skip
        raise ScanError(f"{backend} multiplies float32 with fewer digits (TF32, say): switch that off")
    return multiply


def _certificates(source: Source, search: Search, unit: Unit) -> dict[int, Witness | Combination]:
    """What the search found, and what rationals add; the others stay undecided."""
    found: dict[int, Witness | Combination] = dict(search.certificates())
    open_ = [k for k in range(unit.first, unit.last) if k not in found]
    space = search.space
    if open_ and (source.exact or space.n * space.d**2 <= ALONE):
        layer = loaded(source)
        problem = Problem(layer.W.astype(np.float64), layer.b)
        found |= hinted(problem, search, found)
        frame = Frame(problem.W, problem.b)
        for k in open_:
            if k not in found and not isinstance(it := alone(problem, frame, k), Undecided):
                found[k] = it
    return found


def packed(first: int, last: int, d: int, found: Mapping[int, Witness | Combination], lost: str = "") -> Part:
    """Certificates as arrays."""
    points = {k: it.z for k, it in sorted(found.items()) if isinstance(it, Witness)}
    classes, z = np.asarray(list(points), dtype=np.int64), np.asarray(list(points.values())).reshape(-1, d)
    with np.errstate(over="ignore"):
        short = np.all(z.astype(np.float32) == z, axis=1)
    combinations = {k: it for k, it in sorted(found.items()) if isinstance(it, Combination)}
    sizes = [len(it.indices) for it in combinations.values()]
    return Part(
        first, last,
        classes[short], z[short].astype(np.float32), classes[~short], z[~short],
        np.asarray(list(combinations), dtype=np.int64),
        np.cumsum([0, *sizes], dtype=np.int64),
        np.asarray([i for it in combinations.values() for i in it.indices], dtype=np.int64),
        np.asarray([a for it in combinations.values() for a in it.weights], dtype=np.float64),
        lost,
    )  # fmt: skip
