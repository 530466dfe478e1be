"""Errors at the inputs that were tried, few enough for a report: what pictures are drawn from."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from ..._libraries import is_array
from ..language.packing import parts

MOST = 24
"""Errors of one law, or of one function, that are kept."""
STEPS = ("t", "step", "steps", "position", "positions")
"""Names of whole numbers that tell the place on a schedule or in a text, rather than sizes."""
SIZE = "largest number of the input"

Point: TypeAlias = tuple[str, float, float, float]
"""The kind of an input, its size, the error there in ulps, and what is allowed (NaN if nothing is said)."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors at inputs, column by column. An ulp is that of the scale of what is compared: 2u times it."""

    of: str = ""
    """What the size of an input is."""
    kinds: tuple[str, ...] = ()
    sizes: tuple[float, ...] = ()
    ulps: tuple[float, ...] = ()
    """NaN and infinity where a result is."""
    bounds: tuple[float, ...] = ()
    """What is allowed at each, in ulps; empty where nothing is said."""


def kept(of: str, points: Iterable[Point], most: int = MOST) -> Errors:
    """Errors, thinned: inputs of a kind are parted by their size into groups, of which the worst are kept."""
    of_kind: dict[str, list[Point]] = {}
    for point in points:
        of_kind.setdefault(point[0], []).append(point)
    share = max(1, most // max(len(of_kind), 1))
    chosen = [point for some in of_kind.values() for point in _worst(some, share)]
    if not chosen:
        return Errors()
    kinds, sizes, ulps, bounds = zip(*chosen, strict=True)
    allowed = () if all(map(math.isnan, bounds)) else _short(bounds)
    return Errors(of, kinds, _short(sizes), _short(ulps), allowed)


def _worst(points: Sequence[Point], most: int) -> list[Point]:
    ordered = sorted(points, key=lambda point: point[1])
    if len(ordered) <= most:
        return ordered
    ends = [group * len(ordered) // most for group in range(most + 1)]
    return [max(ordered[start:end], key=_height) for start, end in pairwise(ends)]


def _height(point: Point) -> float:
    return math.inf if math.isnan(point[2]) else point[2]


def _short(numbers: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(f"{number:.3g}") for number in numbers)


def size(given: Mapping[str, Any]) -> tuple[str, float]:
    """What the size of an input is, and how large: its step where it has one, else its largest number."""
    for name in STEPS:
        numbers = [it for it in _numbers(given.get(name)) if it.dtype.kind in "iu"]
        if numbers:
            return f"largest {name}", _largest(numbers)
    every = [it for value in given.values() for it in _numbers(value)]
    return SIZE, _largest([it for it in every if it.dtype.kind == "f"] or every)


def _numbers(value: Any) -> list[np.ndarray[Any, Any]]:
    """The arrays and numbers in a value; what is not on the host says nothing here."""
    found = []
    for _, part in parts(value, ""):
        if isinstance(part, bool) or not (isinstance(part, int | float) or is_array(part)):
            continue
        try:
            host = np.asarray(part)
        except Exception:  # arrays of a device, balls, integers that no dtype holds
            continue
        if host.dtype.kind in "iuf" and host.size:
            found.append(host)
    return found


def _largest(numbers: Sequence[np.ndarray[Any, Any]]) -> float:
    sizes = [np.abs(it[np.isfinite(it)].astype(np.float64)) for it in numbers]
    return max((float(it.max()) for it in sizes if it.size), default=0.0)
