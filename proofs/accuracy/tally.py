"""What the comparisons of one function add up to."""

import heapq
import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...backends import Setting
from ...backends._ball._precision import WorkingPrecision
from ..calls import is_array
from .enclose import Case
from .ulps import BITS, Format, compare

KEPT = 6
"""Places of largest error that are kept."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an error is: element `index` (flat) of one leaf of the result of a case."""

    error: float
    case: Case
    leaf: int
    index: int
    shape: tuple[int, ...]
    result: float
    exact: Any
    """The enclosure."""


@dataclass(slots=True)
class Tally:
    """Errors and classes of all results so far."""

    on: Setting
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[float] = field(default_factory=list)
    """In ulps, of the samples that were drawn, not searched for."""
    discrete: int = 0
    different: int = 0
    tiny_worst: float = 0.0
    examples: dict[str, Place] = field(default_factory=dict)
    """One place of each class that is a fault."""
    _heap: list[tuple[float, int, Place]] = field(default_factory=list)
    _order: Any = field(default_factory=itertools.count)

    @property
    def places(self) -> list[Place]:
        """The places of largest error, one a case, largest first."""
        return [place for *_, place in sorted(self._heap, key=lambda item: (-item[0], item[1]))]

    def add(self, case: Case, results: Sequence[Any], exact: Sequence[Any], *, searched: bool = False) -> list[Any]:
        """Compare the leaves of a result; the errors of each leaf with NaN for what has none."""
        if len(results) != len(exact):
            raise ValueError(f"{len(results)} results, {len(exact)} enclosures")
        found = []
        worst: Place | None = None
        for number, (result, balls) in enumerate(zip(results, exact, strict=True)):
            if not isinstance(balls, list):
                self._discrete(result, balls)
                continue
            host, shape, fmt = self._reals(result)
            errors = np.full(len(balls), math.nan)
            with WorkingPrecision(BITS):
                for index, (value, y) in enumerate(zip(host, balls, strict=True)):
                    kind, error = compare(value, y, fmt)
                    self.counts[kind] += 1
                    place = Place(error, case, number, index, shape, value, y)
                    if kind == "measured":
                        errors[index] = error
                        if worst is None or error > worst.error:
                            worst = place
                    elif kind in ("lost", "wrong_special", "tiny_missed"):
                        self.examples.setdefault(kind, place)
                        if kind == "tiny_missed":
                            self.tiny_worst = max(self.tiny_worst, error)
            if not searched:
                self.errors.extend(errors[~np.isnan(errors)])
            found.append(errors)
        if worst is not None:
            heapq.heappush(self._heap, (worst.error, next(self._order), worst))
            if len(self._heap) > KEPT:
                heapq.heappop(self._heap)
        return found

    def _reals(self, result: Any) -> tuple[list[float], tuple[int, ...], Format]:
        if not is_array(result):
            return [float(result)], (), Format.of("float64")
        host = self.on.host(result)
        name = str(result.dtype).rpartition(".")[2]
        return host.reshape(-1).tolist(), host.shape, Format.of(name)

    def _discrete(self, result: Any, exact: Any) -> None:
        left = np.asarray(self.on.host(result) if is_array(result) else result)
        right = np.asarray(exact)
        same = left == right if left.shape == right.shape else np.zeros(max(left.size, 1), dtype=bool)
        self.discrete += int(np.size(same))
        self.different += int(np.size(same) - np.count_nonzero(same))


