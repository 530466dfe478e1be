"""One way beside the proven values, and two ways beside each other: what is counted of every call."""

import math
import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

from ...backends import HALVES
from ...backends._ball._precision import WorkingPrecision
from ..engine.accuracy.enclose import Case, Leaf
from ..engine.accuracy.tally import Tally
from ..engine.accuracy.ulps import BITS, Format
from ..engine.allowed import Bounds
from ..engine.contract import Contract
from .running import Part, Ran, Stage, same

Verdict: TypeAlias = Literal["same", "within", "beyond", "other shape", "not judged", "not compared"]
Reals: TypeAlias = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One call in one way, beside what is proven of it; parts in the order of the result."""

    ran: Ran
    off: list[Reals]
    """How far each number is from the exact one; NaN where that is not proven."""
    bound: list[Reals]
    """How far it may be; infinity where nothing is known."""
    exact: list[Leaf] | None = None

    def beyond(self, number: int) -> Reals:
        """Where a part is further off than it may be."""
        return np.asarray(self.off[number] > self.bound[number])


@dataclass(slots=True)
class Figures:
    """What the calls of one way add up to."""

    stage: Stage
    tally: Tally
    calls: int = 0
    repeated: int = 0
    """Calls whose second run gave the same bits."""
    seconds: float = 0.0
    dtypes: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    judged: int = 0
    """Numbers of which a bound is known."""
    beyond: int = 0
    share: float = 0.0
    """The largest error over its bound."""
    _once: set[bool] = field(default_factory=set)
    """Whether reals are within the bound of one rounding, and …"""
    _native: set[bool] = field(default_factory=set)
    """… within that of the format's roundings, where these are known."""
    _reals: bool = False

    @classmethod
    def of(cls, stage: Stage) -> "Figures":
        return cls(stage, Tally(stage.on))

    @property
    def contract(self) -> Contract:
        """What a half-precision function does, as far as all its results say; empty for wider formats, and
        for results without reals."""
        if self.stage.way.dtype not in HALVES or not self._reals:
            return ""
        if self._once == {True}:
            return "float32, rounded once"
        if self._native == {True}:
            return "the format's roundings"
        return "neither" if self.beyond else "not known"

    @property
    def worst(self) -> float:
        """The largest error in ulps; NaN if there is none."""
        return float(max(self.tally.errors, default=math.nan))

    @property
    def median(self) -> float:
        """The median error in ulps."""
        return float(statistics.median(self.tally.errors)) if self.tally.errors else math.nan

    def add(self, case: Case, ran: Ran, exact: list[Leaf] | None, given: Bounds | None) -> Call:
        """Count one call."""
        self.calls += 1
        self.repeated += ran.repeated
        self.seconds += ran.seconds
        self.dtypes.update({part.dtype for part in ran.parts})
        if exact is None or given is None or not _alike(ran.parts, exact):
            sizes = [part.values.size for part in ran.parts]
            return Call(ran, [np.full(n, np.nan) for n in sizes], [np.full(n, np.inf) for n in sizes])
        self.tally.keep(case, self.tally.add(case, ran.leaves, exact))
        with WorkingPrecision(BITS):
            off = [_off(part, leaf) for part, leaf in zip(ran.parts, exact, strict=True)]
        bound = [self._bound(n, part.real, off[n], given) for n, part in enumerate(ran.parts)]
        for distance, most in zip(off, bound, strict=True):
            known = np.isfinite(most) & ~np.isnan(distance)
            self.judged += int(np.count_nonzero(known))
            self.beyond += int(np.count_nonzero(known & (distance > most)))
            self.share = max(self.share, _share(distance[known], most[known]))
        return Call(ran, off, bound, exact)

    def _bound(self, number: int, real: bool, off: Reals, given: Bounds) -> Reals:
        """The bound of every number: in half precision that of one rounding where it is met."""
        native = given.native[number]
        if given.once is None:
            return native
        once = given.once[number]
        if real:
            self._reals = True
            for seen, most in ((self._once, once), (self._native, native)):
                seen.update(bool(o <= b) for o, b in zip(off, most, strict=True) if not math.isinf(b))
        known = np.isfinite(once)
        larger = np.where(known & np.isfinite(native), np.maximum(native, once), np.inf)
        larger = np.where(np.isfinite(native) & ~known, native, larger)
        return np.where(known & (off <= once), once, self._stored(larger, once))

    def _stored(self, larger: Reals, once: Reals) -> Reals:
        """A format that is only stored has no roundings but the one."""
        return larger if self.stage.stored is None else once


def _alike(parts: list[Part], exact: list[Leaf]) -> bool:
    """Whether a result has the parts of the reference's."""
    wanted = [(len(leaf), True) if isinstance(leaf, list) else (int(np.size(leaf)), False) for leaf in exact]
    return [(part.values.size, part.real) for part in parts] == wanted


def _off(part: Part, leaf: Leaf) -> Reals:
    """How far numbers are from their exact values, rounded down; what is not finite where it should be, or
    is no equal integer, is infinitely far."""
    values = part.values.reshape(-1)
    if not isinstance(leaf, list):
        return np.where(np.asarray(values == np.asarray(leaf).reshape(-1)), 0.0, np.inf)
    return np.asarray([_distance(float(x), y) for x, y in zip(values, leaf, strict=True)], dtype=np.float64)


def _distance(x: float, y: Any) -> float:
    if not y.is_finite():
        return math.nan
    return float(abs(y - x).abs_lower()) if math.isfinite(x) else math.inf


def _share(off: Reals, most: Reals) -> float:
    with np.errstate(all="ignore"):
        return float(np.max(np.where(off == 0, 0.0, off / most), initial=0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """Where two ways differ most."""

    case: Case
    part: int
    index: tuple[int, ...]
    values: tuple[Any, Any]
    exact: float
    """Rounded to float64; NaN where it is not proven."""
    ulps: float
    share: float
    """The difference over what both bounds allow; NaN where these are not known."""
    beyond: bool

    @property
    def weight(self) -> tuple[bool, float, float]:
        """What one place has before another."""
        share, ulps = (0.0 if math.isnan(x) else x for x in (self.share, self.ulps))
        return self.beyond, share, ulps


@dataclass(slots=True)
class Meeting:
    """What the calls of two ways add up to."""

    first: int
    second: int
    """Places of the ways."""
    calls: int = 0
    ulps: list[float] = field(default_factory=list)
    """How far numbers are apart, in ulps of the coarser format at the exact value."""
    compared: int = 0
    same: int = 0
    judged: int = 0
    """Numbers that differ, and of which both bounds are known."""
    beyond: int = 0
    share: float = 0.0
    shapes: Counter[str] = field(default_factory=Counter)
    dtypes: Counter[str] = field(default_factory=Counter)
    spot: Spot | None = None

    @property
    def verdict(self) -> Verdict:
        """What is said of the pair; without bounds it never agrees, unless it is the same to the bit."""
        if self.beyond:
            return "beyond"
        if self.shapes:
            return "other shape"
        if not self.compared:
            return "not compared"
        if self.same == self.compared:
            return "same"
        return "within" if self.judged else "not judged"

    @property
    def unjudged(self) -> int:
        """Numbers that differ, and of which nothing can be said."""
        return self.compared - self.same - self.judged

    @property
    def worst(self) -> float:
        return max(self.ulps, default=math.nan)

    @property
    def median(self) -> float:
        return statistics.median(self.ulps) if self.ulps else math.nan

    def add(self, case: Case, one: Call, other: Call) -> None:
        """Count one call."""
        self.calls += 1
        first, second = one.ran.parts, other.ran.parts
        if (shapes := _shapes(first)) != (others := _shapes(second)):
            self.shapes[f"{shapes} against {others}"] += 1
            return
        for number, (a, b) in enumerate(zip(first, second, strict=True)):
            if a.dtype != b.dtype:
                self.dtypes[f"{a.dtype} against {b.dtype}"] += 1
            self._part(case, number, (a, b), (one, other))

    def _part(self, case: Case, number: int, parts: tuple[Part, Part], calls: tuple[Call, Call]) -> None:
        a, b = (part.values.reshape(-1) for part in parts)
        if not a.size:
            return
        equal, reals = same(a, b), parts[0].real and parts[1].real
        known = _common(number, *calls)
        centre = _centres(known, a, b) if reals else np.full(a.size, np.nan)
        gap, unit = _gap(a, b, equal), (_units(parts, centre) if reals else np.ones(a.size))
        allowed = np.asarray(calls[0].bound[number] + calls[1].bound[number])
        if known is None:
            allowed = np.full(a.size, np.inf)
        judged = ~equal & np.isfinite(allowed)
        blamed = calls[0].beyond(number) != calls[1].beyond(number)
        over = judged & ((gap > allowed) | blamed)
        with np.errstate(all="ignore"):
            share = np.where(gap == 0, 0.0, np.where(judged, gap / allowed, np.nan))
        apart = gap / unit
        if reals:
            self.ulps.extend(apart[~np.isnan(apart)].tolist())
        self.compared += a.size
        self.same += int(np.count_nonzero(equal))
        self.judged += int(np.count_nonzero(judged))
        self.beyond += int(np.count_nonzero(over))
        self.share = max(self.share, float(np.max(share, initial=0.0, where=judged)))
        if not equal.all():
            weight = np.nan_to_num(share, nan=0.0), np.nan_to_num(apart, nan=0.0)
            at = max(np.flatnonzero(~equal).tolist(), key=lambda i: (over[i], weight[0][i], weight[1][i]))
            index = tuple(int(i) for i in np.unravel_index(at, parts[0].values.shape))
            values = a[at].item(), b[at].item()
            centre_at = float(centre[at]) if known is not None else math.nan
            self._keep(
                Spot(
                    case, number, index, values, centre_at, float(apart[at]), float(share[at]), bool(over[at])
                )
            )

    def _keep(self, new: Spot) -> None:
        """Remember the place that matters most: one beyond the bounds before others, then by its share of
        them, then in ulps."""
        old = self.spot
        if old is None or new.weight > old.weight:
            self.spot = new


def _common(number: int, one: Call, other: Call) -> Leaf | None:
    """The exact part that two calls have in common: what depends on the format is none."""
    if one.exact is None or other.exact is None:
        return None
    mine, theirs = one.exact[number], other.exact[number]
    if isinstance(mine, list) and isinstance(theirs, list):
        same = all(x.overlaps(y) or not x.is_finite() for x, y in zip(mine, theirs, strict=True))
    else:
        same = bool(np.all(np.asarray(mine == theirs)))
    return mine if same else None


def _shapes(parts: list[Part]) -> str:
    return ", ".join(f"shape {tuple(part.values.shape)}" for part in parts) or "nothing"


def _centres(exact: Leaf | None, a: Reals, b: Reals) -> Reals:
    """The exact values as near as float64 has them; where there is none, the larger number."""
    larger = np.where(np.abs(b) > np.abs(a), b, a).astype(np.float64)
    if not isinstance(exact, list):
        return larger
    return np.asarray([float(y.mid()) if y.is_finite() else x for x, y in zip(larger, exact, strict=True)])


def _gap(a: Reals, b: Reals, equal: Reals) -> Reals:
    """How far numbers are apart: infinitely, where one of them alone is NaN or infinite."""
    if not {a.dtype.kind, b.dtype.kind} <= set("biuf"):
        return np.where(equal, 0.0, np.inf)
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.abs(a.astype(np.float64) - b.astype(np.float64))
    return np.where(equal | (a == b), 0.0, np.where(np.isnan(gap), np.inf, gap))


def _units(parts: tuple[Part, Part], centre: Reals) -> Reals:
    """The ulp of the coarser of two formats at each number; NaN for what is below its normal range."""
    formats = [Format.of(part.dtype if part.dtype.startswith(("float", "bfloat")) and part.dtype != "float"
                         else "float64") for part in parts]  # fmt: skip
    coarse = min(formats, key=lambda fmt: fmt.bits)
    exponents = np.where(np.isfinite(centre), np.frexp(centre)[1] - 1, coarse.high)
    units = np.ldexp(1.0, np.minimum(exponents, coarse.high) - coarse.bits + 1)
    return np.where(np.abs(centre) < 2.0**coarse.low, np.nan, units)
