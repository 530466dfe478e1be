"""Everything that a wrong function may be, as candidates: from the likeliest to the most general."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from ...backends import Setting
from ..engine import catalogue
from ..engine.calls import Call
from ..language.law import Implementation
from . import changes, roundings, small
from .changes import Change, changed, named
from .observed import Candidate, Observed, Parts, apply, apply_all, numbers, same_form
from .options import PLACEMENT
from .signatures import signature
from .slips import Slip, slips
from .views import View, whole

CATALOGUE, OTHER, ARGUMENT, RESULT, SLIP, SMALL = 0.0, 1.0, 2.0, 3.0, 3.6, 5.0
"""The ranks: of two explanations that are as good the more specific one is told."""


class Candidates:
    """The candidates for one function, whose results at the calls are computed when they are asked for."""

    def __init__(
        self, name: str, calls: Sequence[Call], references: Sequence[Any], on: Setting, view: View = whole
    ) -> None:
        self.name, self.calls, self.references, self.on, self.view = name, calls, references, on, view

    def _numbers(self, result: Any) -> Parts:
        """What is compared of a result."""
        return numbers(result, self.on, self.view)

    @cached_property
    def given(self) -> list[dict[str, Any]]:
        """The arguments of all calls by name."""
        return [named(self.name, call) for call in self.calls]

    @cached_property
    def known(self) -> list[Candidate]:
        """The mistakes of the catalogue. Some keep state, so they are called in order, and at all calls."""
        found = []
        for wrong in catalogue.mistakes().values():
            if wrong.function == self.name:
                rank = CATALOGUE + 0.5 * wrong.general
                function = catalogue.made(wrong)
                if wrong.general:
                    results = [self._numbers(result) for result in apply_all(function, self.calls)[1]]
                    found.append(Candidate(wrong.id, results.__getitem__, rank, wrong.id))
                else:
                    found.append(replace(self._of(wrong.id, function, rank), mistake=wrong.id))
        return found

    def _of(
        self, sentence: str, function: Implementation, rank: float, change: Change | None = None
    ) -> Candidate:
        cache: dict[int, Parts] = {}

        def at(place: int) -> Parts:
            if place not in cache:
                call = self.calls[place]
                if change is not None:
                    other = changed(self.name, change, call)
                    # Where there is nothing to change, the reference's own result stands.
                    cache[place] = self._numbers(
                        self.references[place] if other is None else apply(function, other)
                    )
                else:
                    cache[place] = self._numbers(apply(function, call))
            return cache[place]

        return Candidate(sentence, at, rank)

    @cached_property
    def of_changes(self) -> list[Candidate]:
        """The reference at changed arguments."""
        reference = catalogue.reference()[self.name]
        made = [
            (changes.of_options(self.name, self.given), 0.0),
            (changes.of_arguments(self.name, self.given), 0.3),
            (changes.of_constants(self.name, self.given), 0.6),
        ]
        return [
            self._of(f"equals the reference {change.sentence}", reference, ARGUMENT + rank, change)
            for found, rank in made
            for change in found
        ]

    @cached_property
    def of_pairings(self) -> list[Candidate]:
        """The reference at all pairs of entries, where it takes one entry with one."""
        reference = catalogue.reference()[self.name]
        return [
            self._of(f"equals the reference {change.sentence}", reference, ARGUMENT, change)
            for change in changes.of_pairings(self.name, self.given)
        ]

    @cached_property
    def of_slips(self) -> list[Candidate]:
        """The reference with one slip in its formula."""
        return [
            self._of(f"equals the reference {_with(slip.sentence)}", slip.function, SLIP)
            if slip.form is None
            else self._printed(slip)
            for slip in slips(self.name)
        ]

    def _printed(self, slip: Slip) -> Candidate:
        """A slip in a printed formula: the reference moved by what the slip does, without lost digits."""

        def at(place: int) -> Parts:
            wrong = self._numbers(apply(slip.function, self.calls[place]))
            right, expected = self._form(slip.form, place), self._numbers(self.references[place])
            if not (same_form(wrong, right) and same_form(wrong, expected)):
                return wrong
            moved = []
            with np.errstate(all="ignore"):
                for w, r, e in zip(wrong or (), right or (), expected or (), strict=True):
                    known = np.isfinite(w) & np.isfinite(r) & np.isfinite(e)
                    moved.append(np.where(known, e + (w - r), w))
            return moved

        return Candidate(f"equals the reference {_with(slip.sentence)}", at, SLIP)

    def _form(self, form: Any, place: int) -> Parts:
        """What a printed formula gives at a call, without a slip."""
        if (form, place) not in self._forms:
            self._forms[form, place] = self._numbers(apply(form, self.calls[place]))
        return self._forms[form, place]

    @cached_property
    def _forms(self) -> dict[tuple[Any, int], Parts]:
        return {}

    @cached_property
    def of_small(self) -> list[Candidate]:
        """The reference with a small number added to arguments."""
        reference = catalogue.reference()[self.name]
        return [
            self._of(f"equals the reference {change.sentence}", reference, SMALL, change)
            for change in small.changes(self.given)
        ]

    @cached_property
    def others(self) -> list[Candidate]:
        """Other public functions, whose parameters are among the arguments."""
        available = {k for arguments in self.given for k in arguments}
        document = self.name.partition(".")[0]
        found = []
        for name in catalogue.everywhere():
            if name != self.name and self._callable(name, available):
                rank = OTHER if name.startswith(f"{document}.") else OTHER + 0.5
                found.append(self._of(f"gives what {name} gives", _taking(name, self.name), rank))
        return found

    def _callable(self, name: str, available: set[str]) -> bool:
        parameters = signature(name)
        needed = {k for k, p in parameters.items() if p.default is p.empty}
        own = {k for k in needed if k not in PLACEMENT}
        return bool(own) and needed <= available

    @cached_property
    def of_arguments(self) -> list[Candidate]:
        """An argument itself, as the result."""
        names = dict.fromkeys(k for arguments in self.given for k in arguments if k not in PLACEMENT)

        def at(name: str, place: int) -> Parts:
            value = self.given[place].get(name)
            return None if value is None or isinstance(value, str) else numbers(value, self.on)

        return [
            Candidate(f"gives {name}, one of its arguments, unchanged", partial(at, name), OTHER + 0.1)
            for name in names
        ]

    @cached_property
    def of_roundings(self) -> list[Candidate]:
        """The reference with something rounded to a short format."""
        return list(roundings.candidates(self.name, self.calls, self.references, self.on))


def _with(text: str) -> str:
    return text if text.startswith("without ") else f"with {text}"


def _taking(name: str, called: str) -> Implementation:
    """Another function, with the arguments of this one by name."""
    function = catalogue.reference()[name]
    parameters = signature(name)
    places = [p.name for p in signature(called).values() if p.kind is not p.KEYWORD_ONLY]

    def taking(*args: Any, **kwargs: Any) -> Any:
        given = dict(zip(places, args, strict=False)) | kwargs
        own = [given[k] for k, p in parameters.items() if p.kind is not p.KEYWORD_ONLY and k in given]
        options = {k: given[k] for k, p in parameters.items() if p.kind is p.KEYWORD_ONLY and k in given}
        return function(*own, **options)

    return taking


def constant(seen: Observed, places: Sequence[int]) -> Candidate | None:
    """The number that nearly all results have in common, if it is one number."""
    values = Counter(
        float(f"{part.flat[0]:.6g}")  # but for roundings
        for i in places
        for part in seen.got[i] or ()
        if part.size and np.isfinite(part.flat[0]) and np.ptp(part) <= 1e-6 * abs(part.flat[0])
    )
    if not values:
        return None
    [(value, times)] = values.most_common(1)
    if times < 0.9 * len(places):
        return None

    def at(place: int) -> Parts:
        got = seen.got[place]
        return None if got is None else [np.full_like(part, value) for part in got]

    return Candidate(f"gives {value:g} whatever the arguments are: a constant", at, OTHER)


_PAIRS: Mapping[str, Callable[[Any, Any, Any], Any]] = {
    "sum": lambda e, a, b: a + b - e,
    "product": lambda e, a, b: np.where(e != 0, a * b / np.where(e != 0, e, 1), a + b - e),
}


def pairs(seen: Observed, known: Sequence[Candidate]) -> Iterator[tuple[Candidate, tuple[str, str]]]:
    """Two known mistakes at once: their deviations added, or their factors multiplied."""
    written = [c for c in known if c.rank < CATALOGUE + 0.5]
    for place, first in enumerate(written):
        for second in written[place + 1 :]:
            for how, combine in _PAIRS.items():

                def at(
                    i: int, first: Candidate = first, second: Candidate = second, combine: Any = combine
                ) -> Parts:
                    parts = seen.expected[i], first.at(i), second.at(i)
                    if (
                        any(p is None for p in parts)
                        or len({tuple(x.shape for x in p or ()) for p in parts}) > 1
                    ):
                        return None
                    with np.errstate(all="ignore"):
                        return [combine(*three) for three in zip(*parts, strict=True)]  # type: ignore[arg-type]

                yield (
                    Candidate(f"{first.mistake} + {second.mistake} ({how})", at, 6.0),
                    (first.mistake, second.mistake),
                )
