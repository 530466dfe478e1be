"""What the comparisons of one function add up to."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...._libraries import is_array
from ....backends import Setting
from ....backends._ball._precision import WorkingPrecision
from .enclose import Case
from .ulps import BITS, Format, compare

KEPT = 6
"""Places of largest error that are kept."""


@dataclass(frozen=True, slots=True, eq=False)
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
    condition: float = math.nan
    """Ulps that the exact value moves if the inputs move by one ulp, the largest of some tries; NaN if not
    asked for."""

    @property
    def beyond(self) -> float:
        """The error over what inputs that move by one ulp do, if that is more than an ulp."""
        return self.error / max(1.0, self.condition) if self.condition > 1 else self.error


@dataclass(slots=True)
class Leaf:
    """One real leaf of a result, compared: flat lists."""

    number: int
    shape: tuple[int, ...]
    fmt: Format
    results: Sequence[float]
    exact: Sequence[Any]
    errors: np.ndarray[Any, Any]
    """In ulps; NaN for what has none."""
    conditions: np.ndarray[Any, Any] | None = None

    @property
    def beyond(self) -> np.ndarray[Any, Any]:
        """Errors over conditions that are more than an ulp."""
        if self.conditions is None:
            return self.errors
        return self.errors / np.where(self.conditions > 1, self.conditions, 1.0)  # NaN: 1

    def place(self, case: Case, index: int, error: Any) -> Place:
        """One element."""
        size = float(error[index]) if isinstance(error, np.ndarray) else error
        condition = math.nan if self.conditions is None else float(self.conditions[index])
        return Place(
            size, case, self.number, index, self.shape, self.results[index], self.exact[index], condition
        )


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
    worst: list[Place] = field(default_factory=list)
    """Places of largest error, one a case, largest first."""
    beyond: list[Place] = field(default_factory=list)
    """… of largest error beyond the condition."""

    def add(
        self, case: Case, results: Sequence[Any], exact: Sequence[Any], *, searched: bool = False
    ) -> list[Leaf]:
        """Compare the leaves of a result that are real; they are not yet kept as places."""
        if len(results) != len(exact):
            raise ValueError(f"{len(results)} results, {len(exact)} enclosures")
        found = []
        for number, (result, balls) in enumerate(zip(results, exact, strict=True)):
            if not isinstance(balls, list):
                self._discrete(result, balls)
                continue
            leaf = self._compare(case, number, result, balls)
            found.append(leaf)
            if not searched:
                self.errors.extend(leaf.errors[~np.isnan(leaf.errors)])
        return found

    def _compare(self, case: Case, number: int, result: Any, balls: Sequence[Any]) -> "Leaf":
        host, shape, fmt = self._reals(result)
        leaf = Leaf(number, shape, fmt, host, balls, np.full(len(balls), math.nan))
        with WorkingPrecision(BITS):
            for index, (value, y) in enumerate(zip(host, balls, strict=True)):
                kind, error = compare(value, y, fmt)
                self.counts[kind] += 1
                if kind == "measured":
                    leaf.errors[index] = error
                elif kind in ("lost", "wrong_special", "tiny_missed"):
                    self.examples.setdefault(kind, leaf.place(case, index, error))
                    if kind == "tiny_missed":
                        self.tiny_worst = max(self.tiny_worst, error)
        return leaf

    def keep(self, case: Case, found: Sequence["Leaf"]) -> None:
        """Remember the places of largest error of a case, with their conditions."""
        places = [
            leaf.place(case, int(np.nanargmax(errors)), leaf.errors)
            for leaf in found
            for errors in (leaf.errors, leaf.beyond)
            if not np.isnan(errors).all()
        ]
        for kept, size in (
            (self.worst, lambda place: place.error),
            (self.beyond, lambda place: place.beyond),
        ):
            if places:
                kept.append(max(places, key=size))
                kept.sort(key=size, reverse=True)
                del kept[KEPT:]

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
