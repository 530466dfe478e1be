"""What moved, as JSON holds it. Numbers that there are not are None."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .experiment import Swapped
from .meeting import Figures, Meeting, Spot
from .report import furthest, ratio, reason, script, status

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Worked:
    """What one way counted: against the proven values, against its bound, and in its second run."""

    calls: int
    refused: Counts
    worst_ulps: float | None
    median_ulps: float | None
    classes: Counts
    """As those of accuracy."""
    compared_exactly: int
    """Integers and truth values, and how many of them are others."""
    different: int
    repeated: int
    """Calls whose second run gave the same bits."""
    dtypes: Counts
    judged: int
    """Numbers with a bound, and how many of them are beyond it."""
    beyond: int
    share: float
    """The largest error over its bound."""
    contract: str
    """Of half precision."""
    seconds: float
    ratio: float | None
    """Of times, over the first way that ran; no verdict rests on it."""


@dataclass(frozen=True, slots=True)
class WayResult:
    """One way to run the function: "ran", "failed", "not run" or "unavailable", and why."""

    way: str
    backend: str
    device: str
    dtype: str
    compiled: bool
    tf32: bool
    threads: int
    """0 for as many as the library takes by itself."""
    status: str
    reason: str
    counted: Worked | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where two ways differ most; the program shows it again."""

    source: str
    part: int
    index: tuple[int, ...]
    first: float
    second: float
    exact: float | None
    ulps: float | None
    share: float | None
    program: str | None


@dataclass(frozen=True, slots=True)
class PairResult:
    """Two ways, by their places, and the verdict on them: one of report.WORDS."""

    first: int
    second: int
    verdict: str
    worst_ulps: float | None
    median_ulps: float | None
    compared: int
    same: int
    judged: int
    unjudged: int
    beyond: int
    share: float
    """The largest difference over what both bounds allow."""
    shapes: Counts
    dtypes: Counts
    spot: Place | None


@dataclass(frozen=True, slots=True)
class SwapResult:
    """What was found of one function."""

    function: str
    target: str | None
    """Of a user's own function; none for the reference."""
    seed: int
    calls: int
    left_out: Counts
    unproven: Counts
    seconds: float
    ways: tuple[WayResult, ...]
    pairs: tuple[PairResult, ...]


def result(it: Swapped) -> SwapResult:
    """What was found, as JSON holds it."""
    target = None if it.source is None else str(it.source)
    ways = tuple(_way(it, place) for place in range(len(it.ways)))
    pairs = tuple(_pair(it, pair) for pair in it.pairs)
    return SwapResult(
        it.function, target, it.seed, it.calls, it.left_out, it.unproven, round(it.seconds, 3), ways, pairs
    )


def _way(it: Swapped, place: int) -> WayResult:
    way, found = it.ways[place], it.figures[place]
    return WayResult(
        str(way), way.backend, way.device, way.dtype, way.compiled, way.tf32, way.threads, status(found),
        reason(found), _worked(it, found) if isinstance(found, Figures) else None,
    )  # fmt: skip


def _worked(it: Swapped, found: Figures) -> Worked:
    classes = {kind: count for kind, count in sorted(found.tally.counts.items()) if count}
    return Worked(
        found.calls, found.refused, _known(found.worst), _known(found.median), classes, found.tally.discrete,
        found.tally.different, found.repeated, found.dtypes, found.judged, found.beyond, found.share,
        found.contract, found.seconds, _known(ratio(it, found)),
    )  # fmt: skip


def _pair(it: Swapped, pair: Meeting) -> PairResult:
    return PairResult(
        pair.first, pair.second, pair.verdict, _known(pair.worst), _known(pair.median), pair.compared,
        pair.same, pair.judged, pair.unjudged, pair.beyond, pair.share, pair.shapes, pair.dtypes,
        None if pair.spot is None else _place(it, pair, pair.spot),
    )  # fmt: skip


def _place(it: Swapped, pair: Meeting, spot: Spot) -> Place:
    shown = pair.verdict == "beyond" or pair is furthest(it)
    return Place(
        spot.case.source, spot.part, tuple(spot.index), float(spot.values[0]), float(spot.values[1]),
        _known(spot.exact), _known(spot.ulps), _known(spot.share), script(it, pair) if shown else None,
    )  # fmt: skip


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
