"""The results of one function beside the expected ones, and how well a candidate explains where they part.

Everything is compared on one scale: an entry's deviation |got − expected|, and its rest |got − candidate|.
A candidate explains an entry if the rest is a small share of the deviation; what neither of them changes
says nothing. The unit of evidence is the call, and ordinary calls decide.
"""

import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from ...backends import Setting
from ..engine import foreign
from ..engine.calls import Call
from ..language.law import Implementation, NotApplicableError
from ..language.packing import copied, size
from .compare import leaves
from .views import View, whole

Reals: TypeAlias = np.ndarray[Any, Any]
Parts: TypeAlias = "list[Reals] | None"
"""The parts of a result in float64; None where there is no result."""

SHARE = 0.05
"""An entry is explained if what remains is below this share of its deviation."""
MOST = 0.9
"""The share of entries of a call, and of calls, that an explanation needs."""
_BITS = 30.0
"""The evidence of one entry at most."""
_HOLLOW = 8.0
"""Evidence of all that is infinite or NaN together, at most: enough for a known mistake, and for nothing that
was guessed, since one NaN is like another."""
_ENTRIES = 4
"""Entries of one call that count as evidence: they are rarely independent."""


@dataclass(frozen=True, slots=True)
class Raised:
    """In place of a result."""

    error: str


def apply(function: Implementation, call: Call) -> Any:
    """The result of a call on copies of its arguments, or what it raised; None where it does not apply."""
    return _kept(_result(function, call))  # now: it may write into its result again later


def apply_all(function: Implementation, calls: Sequence[Call]) -> tuple[list[Any], list[Any]]:
    """The results of calls in order, as they were when they came and as they are after the last."""
    first, last = [], []
    for call in calls:
        result = _result(function, call)
        first.append(_kept(result))
        last.append(result)
    return first, [_kept(result) for result in last]


def spreads(function: Implementation, calls: Sequence[Call], references: Sequence[Any]) -> bool:
    """Whether results have far more numbers than expected, at one of a few calls, small ones first: arguments
    are broadcast that do not belong together, and results of large calls would fill the memory."""
    order = sorted(range(len(calls)), key=lambda place: size((calls[place].args, calls[place].kwargs)))
    for place in [*order[:: max(1, len(order) // _SAMPLED)], *order[-1:]]:
        if size(apply(function, calls[place])) > max(_MANY, _SPREAD * size(references[place])):
            return True
    return False


_SAMPLED, _MANY, _SPREAD = 12, 1000, 32


def _kept(result: Any) -> Any:
    """A copy of a result; a foreign function may give what cannot be copied."""
    try:
        return copied(result)
    except Exception as error:  # foreign code may raise anything
        return Raised(f"its result cannot be copied: {foreign.raised(error)}")


def _result(function: Implementation, call: Call) -> Any:
    args, kwargs = copied(call.args), copied(call.kwargs)
    try:
        with np.errstate(all="ignore"):
            return function(*args, **kwargs)
    except NotApplicableError:
        return None
    except Exception as error:  # foreign code may raise anything
        return Raised(foreign.raised(error))


def numbers(result: Any, on: Setting, view: View = whole) -> Parts:
    """The parts of a result in float64, texts by their checksum; None for what was raised."""
    if result is None or isinstance(result, Raised):
        return None
    try:
        return [_number(leaf.value) for leaf in leaves(view(result), on)]
    except Exception:  # a result that looks like an array and is none
        return None


def _number(value: Reals | str) -> Reals:
    if isinstance(value, str):
        return np.asarray(float(zlib.crc32(value.encode())))
    if value.dtype.kind not in "biuf":
        raise TypeError(value.dtype)
    return value.astype(np.float64)


def distance(a: Reals, b: Reals) -> Reals:
    """|a − b|, 0 for equal ones and two NaNs, infinite where only one is NaN or infinite."""
    with np.errstate(all="ignore"):
        found = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, np.abs(a - b))
    return np.where(np.isnan(found), np.inf, found)


def largest(values: Reals) -> float:
    """The largest finite entry in size."""
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size else 0.0


def same_form(first: Parts, second: Parts) -> bool:
    """Whether two results have parts of the same shapes."""
    return (
        first is not None
        and second is not None
        and [part.shape for part in first] == [part.shape for part in second]
    )


@dataclass(frozen=True, slots=True)
class Match:
    """What a candidate explains of one call."""

    answer: bool | None
    """Whether it explains the call; None if the call says nothing about it."""
    rest: float = 0.0
    """The median of rest over deviation."""
    bits: float = 0.0
    """Evidence: how many binary digits of the numbers are explained."""
    hollow: float = 0.0
    """The same of what is infinite or NaN."""
    open: int = 0
    """Entries that it says nothing about: only one of both is NaN or infinite."""


SILENT = Match(None)


@dataclass(frozen=True)
class Observed:
    """The results of one function; None at calls where it does not apply."""

    calls: Sequence[Call]
    results: Sequence[Any]
    references: Sequence[Any]
    on: Setting
    counted: tuple[int, ...] = ()
    """The parts of the results that are looked at; all if none are named."""
    view: View = whole
    """What is looked at of a result."""

    def only(self, parts: tuple[int, ...]) -> "Observed":
        """The same, with an eye on some parts of the results alone."""
        return replace(self, counted=parts)

    def _counted(self, found: Parts) -> Parts:
        if not self.counted or found is None or max(self.counted) >= len(found):
            return found
        return [found[part] for part in self.counted]

    @cached_property
    def wrong_parts(self) -> tuple[int, ...]:
        """The parts that deviate, where others never do; nothing if all do, or if there is but one."""
        wrong: set[int] = set()
        count = 0
        for place in self.compared:
            got, expected = self.got[place], self.expected[place]
            if got is None or expected is None or not same_form(got, expected):
                return ()
            count = max(count, len(got))
            pairs = zip(got, expected, self.scales(place), strict=True)
            for part, (g, e, scale) in enumerate(pairs):
                if np.any(distance(g, e) > self.loose * scale):
                    wrong.add(part)
        return tuple(sorted(wrong)) if len(wrong) < count else ()

    @classmethod
    def of(
        cls,
        function: Implementation,
        calls: Sequence[Call],
        references: Sequence[Any],
        on: Setting,
        view: View = whole,
    ) -> "Observed":
        """Call the function. Results that it overwrites later count as they are then, if they were right."""
        first, last = apply_all(function, calls)
        seen = cls(calls, first, references, on, view=view)
        return seen if seen.deviating(seen.loose) else cls(calls, last, references, on, view=view)

    @cached_property
    def compared(self) -> list[int]:
        """The calls at which both have numbers."""
        return [i for i in range(len(self.calls)) if self.got[i] is not None and self.expected[i] is not None]

    @cached_property
    def got(self) -> list[Parts]:
        """Its results."""
        return [self._counted(numbers(result, self.on, self.view)) for result in self.results]

    @cached_property
    def expected(self) -> list[Parts]:
        """Those of the reference."""
        return [self._counted(numbers(result, self.on, self.view)) for result in self.references]

    @cached_property
    def loose(self) -> float:
        """Half of the digits: more than roundings explain, less than structure does."""
        return math.sqrt(self.on.u)

    @cached_property
    def estimates(self) -> frozenset[int]:
        """Parts beside others that estimate the error of a numerical method: no formula gives them."""
        for result in self.references:
            if isinstance(result, tuple) and hasattr(result, "_fields"):
                paths = [leaf.path for leaf in leaves(result, self.on)]
                return frozenset(part for part, path in enumerate(paths) if path == ".error")
        return frozenset()

    def scales(self, place: int) -> list[float]:
        """The largest entry of every expected part, or of the result where that is zero."""
        got, expected = self.got[place] or [], self.expected[place] or []
        if len(got) != len(expected):
            return [largest(g) or 1.0 for g in got]
        return [largest(e) or largest(g) or 1.0 for e, g in zip(expected, got, strict=True)]

    def size(self, place: int) -> float:
        """How large a call is: its numbers, those of its result, its whole numbers, which may be sizes."""
        call = self.calls[place]
        whole = [v for v in (*call.args, *call.kwargs.values()) if isinstance(v, int | float)]
        results = sum(part.size for part in self.expected[place] or ())
        return size((call.args, call.kwargs)) + results + max((abs(v) for v in whole), default=0)

    def deviates(self, place: int, tolerance: float) -> bool:
        """Whether a result is not the expected one."""
        got, expected = self.got[place], self.expected[place]
        if got is None or expected is None:
            return False
        if not same_form(got, expected):
            return True
        pairs = list(zip(got, expected, self.scales(place), strict=True))
        told = [pair for part, pair in enumerate(pairs) if part not in self.estimates]
        return any(bool(np.any(distance(g, e) > tolerance * scale)) for g, e, scale in told)

    def deviating(self, tolerance: float) -> list[int]:
        """The calls at which results are not the expected ones."""
        return [i for i in range(len(self.calls)) if self.deviates(i, tolerance)]

    @cached_property
    def typical(self) -> float:
        """The median of the largest deviations, relative to their parts, at the calls that deviate."""
        found = []
        for place in self.compared:
            got, expected = self.got[place], self.expected[place]
            if not same_form(got, expected):
                found.append(math.inf)
                continue
            pairs = zip(got or (), expected or (), self.scales(place), strict=True)
            worst = max((largest(distance(g, e)) / scale for g, e, scale in pairs), default=0.0)
            if worst > self.loose:
                found.append(worst)
        return float(np.median(found)) if found else 0.0

    @property
    def raised(self) -> list[int]:
        """The calls at which it raised."""
        return [i for i, result in enumerate(self.results) if isinstance(result, Raised)]

    @property
    def ordinary(self) -> list[int]:
        """The ordinary calls."""
        return [i for i, call in enumerate(self.calls) if call.kind == "ordinary"]

    def match(self, place: int, candidate: Parts, tolerance: float) -> Match:
        """Whether a candidate's result at a call has this function's deviations, and no others."""
        got, expected, candidate = self.got[place], self.expected[place], self._counted(candidate)
        if got is None or candidate is None:
            return SILENT
        if not same_form(got, candidate):
            return Match(False)
        if not same_form(expected, candidate):
            expected = [np.full_like(part, np.nan) for part in got]
        assert expected is not None
        all_parts = zip(got, expected, candidate, self.scales(place), strict=True)
        told = [parts for part, parts in enumerate(all_parts) if part not in self.estimates]
        return _match(told, tolerance, self.hollow)

    @cached_property
    def hollow(self) -> bool:
        """Whether there is no number where results deviate, at any call: NaN and infinities are all that is
        to be explained then, and what gives numbers in their place explains nothing."""
        pairs = (
            pair
            for i in self.deviating(self.loose)
            if self.got[i] is not None and same_form(self.got[i], self.expected[i])
            for pair in zip(self.got[i] or (), self.expected[i] or (), self.scales(i), strict=True)
        )
        wrong = [g[distance(g, e) > self.loose * scale] for g, e, scale in pairs]
        return any(part.size for part in wrong) and not any(np.any(np.isfinite(part)) for part in wrong)


def _match(told: Sequence[tuple[Reals, Reals, Reals, float]], tolerance: float, hollow: bool) -> Match:
    """Of the parts (got, expected, the candidate's, scale)."""
    deviation, rest, values = [], [], []
    known = unknown = 0
    for g, e, c, scale in told:
        off, moved, left = distance(g, e), distance(c, e), distance(g, c)
        concerned = (off > tolerance * scale) | (moved > tolerance * scale)
        # What is infinite or NaN says little of another result, but more where the right one is a number.
        comparable = (
            (np.isfinite(g) == np.isfinite(c)) | (np.isfinite(g) & (off <= tolerance * scale)) | hollow
        )
        known += int(np.sum(concerned & comparable))
        unknown += int(np.sum(concerned & ~comparable))
        # Where an infinity or NaN is expected, or given, there is no deviation but the number itself.
        off = np.where(np.isfinite(off), off, np.where(np.isfinite(g), np.abs(g), scale) * tolerance / SHARE)
        here = concerned & comparable
        deviation.append(off[here])
        rest.append(left[here])
        values.append(g[here])
    if not known or unknown > 2 * known:
        return SILENT
    off, left, value = (np.concatenate(parts) for parts in (deviation, rest, values))
    explained = left <= SHARE * off
    with np.errstate(all="ignore"):
        shares = np.where(left == 0, 0.0, left / off)
        bits = np.where(explained, np.minimum(-np.log2(np.maximum(shares, 2.0**-_BITS)), _BITS), 0.0)
    bits = np.minimum(bits, _information(value))
    distinct = _distinct(value)
    finite = np.isfinite(value[distinct])
    counted = np.sort(bits[distinct][finite])[::-1][:_ENTRIES]
    # A median over so many entries would let a wrong tenth pass; that is what MOST is for.
    return Match(
        bool(np.mean(explained) >= MOST),
        float(np.median(np.minimum(shares, 1e9))),
        float(counted.sum()),
        float(bits[distinct][~finite].sum()),
        unknown,
    )


def _distinct(values: Reals) -> Any:
    """The places of different values: the same one again is no more evidence."""
    return np.unique(values, return_index=True)[1]


def _information(values: Reals) -> Reals:
    """The binary digits that a value can be evidence of: few for whole numbers, which many formulas give."""
    with np.errstate(all="ignore"):
        simple = ~np.isfinite(values) | (values == np.round(values)) | (2 * values == np.round(2 * values))
        small = ~np.isfinite(values) | (np.abs(values) <= 2)
    return np.where(simple, np.where(small, 2.0, 5.0), _BITS)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that the function may be instead of the reference."""

    sentence: str
    at: Callable[[int], Parts]
    """Its result at a call, by the call's place."""
    rank: float = 0.0
    """Of two that explain as much the one of lower rank is told."""
    mistake: str = ""
    """The id of the known mistake that it is."""
    fitted: int = 0
    """How many constants were taken from the results themselves."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate, and what it explains."""

    candidate: Candidate
    explained: tuple[int, ...]
    unexplained: tuple[int, ...]
    rest: float
    bits: float
    open: int = 0

    @property
    def share(self) -> float:
        """The share of calls that it explains, of those that say something about it."""
        return len(self.explained) / max(1, len(self.explained) + len(self.unexplained))

    @property
    def exact(self) -> bool:
        """Whether hardly anything remains, not only little."""
        return self.rest <= 1e-3

    def accepted(self, least: float = MOST) -> bool:
        """Whether it is an explanation: of enough calls, and by more than chance."""
        least_bits = 8 if self.candidate.mistake else 20 + 25 * self.candidate.fitted
        return bool(self.explained) and self.share >= least and self.bits >= least_bits

    @property
    def key(self) -> tuple[bool, float, float, float, int]:
        """Explanations in order, the best first."""
        return (not self.exact, self.candidate.rank, 1 - round(self.share, 2), self.rest, self.open)


def weigh(
    seen: Observed, candidate: Candidate, places: Sequence[int], tolerance: float, patience: int = 3
) -> Weighed:
    """Compare a candidate at calls; it is dropped after so many calls of which it explains none."""
    yes: list[int] = []
    no: list[int] = []
    rests, bits, hollow, silent, unknown = [], 0.0, 0.0, 0, 0
    for place in places:
        found = seen.match(place, candidate.at(place), tolerance)
        if found.answer:
            yes.append(place)
            rests.append(found.rest)
            bits += found.bits
            hollow += found.hollow
            unknown += found.open
        elif found.answer is not None:
            no.append(place)
        else:
            silent += 1
            if silent >= 2 * patience and not yes and not no:
                break
        if len(no) >= patience and len(no) > 2 * len(yes):
            break
    rest = float(np.median(rests)) if rests else math.inf
    return Weighed(candidate, tuple(yes), tuple(no), rest, bits + min(hollow, _HOLLOW), unknown)
