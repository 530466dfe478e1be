"""The search for what a wrong function is: candidates are weighed under every adapter, likely ones first."""

import inspect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from ...backends import Setting
from ..engine import catalogue
from ..engine.calls import Call
from ..language.law import Implementation
from . import roundings, small
from .candidates import ARGUMENT, RESULT, Candidates, constant, pairs
from .fitting import adapted
from .observed import MOST, Candidate, Observed, Weighed, same_form, weigh
from .patterns import subsets
from .relations import related, terms
from .views import View, whole

_TRIED = 24
"""General candidates are weighed on so many calls."""
_SOME = 4
"""Calls of one kind that an explanation of them needs."""
_TINY = 1e-6
"""So small a share of the usual deviation is no deviation."""
_MOSTLY = 0.75
"""An explanation of so many calls is one of most, if no other comes near."""


@dataclass(frozen=True, slots=True)
class Under:
    """The function under one adapter (none: ""), and what it gives."""

    adapter: str
    function: Implementation
    seen: Observed


@dataclass(frozen=True, slots=True)
class Found:
    """An explanation."""

    under: Under
    best: Weighed
    mistakes: tuple[str, ...]
    """The known mistakes that explain as much, or that explain it together."""
    together: bool = False
    """Whether it takes all of them."""
    where: str = ""
    """The calls of which it is the explanation, if not of all."""

    @property
    def complete(self) -> bool:
        """Whether it accounts for every call, so that nothing else is wrong: what it ignores comes of it."""
        specific = self.best.candidate.rank < ARGUMENT  # a known mistake, another function, or a constant
        return specific and not self.where and self.best.exact and self.best.share == 1


class Search:
    """One search, at the calls that decide."""

    def __init__(
        self, name: str, calls: Sequence[Call], references: Sequence[Any], on: Setting, view: View = whole
    ) -> None:
        self.name, self.candidates = name, Candidates(name, calls, references, on, view)
        self._decided: dict[int, tuple[Observed, tuple[list[int], float]]] = {}

    def deciding(self, seen: Observed) -> tuple[list[int], float]:
        """The calls that decide, those that deviate first, and the size of what counts as a deviation."""
        if id(seen) not in self._decided:  # with what it is of, so that no other gets its identity
            self._decided[id(seen)] = seen, self._deciding(seen)
        return self._decided[id(seen)][1]

    def _deciding(self, seen: Observed) -> tuple[list[int], float]:
        ordinary, everywhere = [i for i in seen.ordinary if i in set(seen.compared)], seen.compared
        u = seen.on.u
        # Beside a large deviation a tiny one, at a call that loses digits, has another cause.
        for tolerance in (max(seen.loose, _TINY * min(seen.typical, 1.0)), 4096 * u, 64 * u):
            for places, least in ((ordinary, 2), (everywhere, 1)):
                wrong = [i for i in places if seen.deviates(i, tolerance)]
                if len(wrong) >= least:
                    return wrong + [i for i in places if i not in set(wrong)], tolerance
        return [], seen.loose

    def find(self, chosen: Under, others: Sequence[Under]) -> Found | None:
        """The best explanation, or None."""
        weighed: list[tuple[Under, Weighed]] = []
        off = chosen.seen.typical
        enough = 0.8 * len(chosen.seen.compared)
        others = [o for o in others if 0 < o.seen.typical <= 4 * off and len(o.seen.compared) >= enough]
        stages = [
            (chosen, self._likely),
            *((other, self._meant) for other in others),
            (chosen, self._slipped),
            (chosen, self._general),
        ]
        for under, stage in stages:
            told = (
                found for found in stage(under) if under is chosen or self._explains(chosen, under, found)
            )
            weighed += [(under, found) for found in told]
            if best := self._best(weighed, MOST, exact=True):
                return best
        return (
            self._best(weighed, MOST)
            or self._two(chosen)
            or self._at_some(chosen)
            or self._best([(u, w) for u, w in weighed if w.exact and u is chosen and _specific(w)], _MOSTLY)
        )

    def _explains(self, chosen: Under, under: Under, found: Weighed) -> bool:
        """Whether an explanation under another adapter tells the function from one that is right as it was
        meant: a mistake that takes back what the adapter does agrees with that, too."""
        if chosen.adapter or not found.accepted():
            return found.accepted()
        seen, places = under.seen, found.explained
        right = adapted(self.name, _in_order(catalogue.reference()[self.name]), under.adapter, seen.on)
        calls, references = ([of[i] for i in places] for of in (seen.calls, seen.references))
        told = replace(found.candidate, at=lambda k: found.candidate.at(places[k]))
        by_right = Observed.of(right, calls, references, seen.on, seen.view)
        again = weigh(by_right, told, range(len(places)), self.deciding(seen)[1])
        return again.share < MOST

    def find_known(self, under: Under) -> Found | None:
        """The known mistake that explains everything, or None."""
        if not self.deciding(under.seen)[0]:
            return None
        return self._best([(under, found) for found in self._known(under)], MOST, exact=True)

    def _best(
        self, weighed: Sequence[tuple[Under, Weighed]], least: float, *, exact: bool = False
    ) -> Found | None:
        accepted = [(u, w) for u, w in weighed if w.accepted(least) and (w.exact or not exact)]
        if not accepted:
            return None
        under, best = min(accepted, key=lambda pair: pair[1].key)
        if least < MOST and any(
            w.share > best.share - 0.15 and not self._coincide(under.seen, best, w)
            for u, w in accepted
            if u is under and w is not best
        ):
            return None
        alike = [w for u, w in accepted if u is under and self._coincide(u.seen, best, w)]
        mistakes = tuple(w.candidate.mistake for w in alike if w.candidate.mistake)
        if not best.candidate.mistake:
            mistakes = ()
        return Found(under, best, mistakes)

    def _coincide(self, seen: Observed, best: Weighed, other: Weighed) -> bool:
        """Whether two explanations say the same at the calls."""
        if other is best:
            return True
        if not other.candidate.mistake or set(other.explained) != set(best.explained):
            return False
        return other.exact == best.exact and other.rest <= max(10 * best.rest, 1e-6)

    def _weighed(self, under: Under, made: Iterable[Candidate], most: int = _TRIED) -> Iterator[Weighed]:
        _, tolerance = self.deciding(under.seen)
        some, rest = self._small(under, most), self._rest(under)
        for candidate in made:
            found = weigh(under.seen, candidate, some, tolerance)
            yield self._elsewhere(under, found, rest) if found.accepted() else found

    def _elsewhere(self, under: Under, found: Weighed, places: Sequence[int]) -> Weighed:
        """An explanation of some calls, weighed at others too, some at which the function is right."""
        tolerance = self.deciding(under.seen)[1]
        more = weigh(under.seen, found.candidate, places, tolerance, _TRIED)
        return replace(
            found,
            explained=tuple(dict.fromkeys((*found.explained, *more.explained))),
            unexplained=tuple(dict.fromkeys((*found.unexplained, *more.unexplained))),
        )

    def _rest(self, under: Under) -> list[int]:
        """Small calls that decide beside those tried first: wrong ones, and some at which the function is
        right."""
        places, tolerance = self.deciding(under.seen)
        first = set(self._small(under))
        wrong = [i for i in places if under.seen.deviates(i, tolerance)]
        right = [i for i in places if i not in set(wrong)]
        some = ([i for i in of if i not in first] for of in (wrong, right))
        return [i for of in some for i in sorted(of, key=under.seen.size)[:_TRIED]]

    def _small(self, under: Under, most: int = _TRIED) -> list[int]:
        """So many calls, small ones first: a candidate that is far off may make large results, and falls
        there. They are spread over all that deviate, for those of one law may have something in common."""
        places, tolerance = self.deciding(under.seen)
        wrong = [i for i in places if under.seen.deviates(i, tolerance)]
        step = max(1, len(wrong) // most)
        some = list(dict.fromkeys((*wrong[::step], *places)))[:most]
        return sorted(some, key=under.seen.size)

    def _known(self, under: Under) -> list[Weighed]:
        """The known mistakes at all calls, the small ones first: most are dropped before the large ones."""
        places, tolerance = self.deciding(under.seen)
        wrong = [i for i in places if under.seen.deviates(i, tolerance)]
        some = sorted(wrong, key=under.seen.size) + [i for i in places if i not in set(wrong)]
        return [weigh(under.seen, c, some, tolerance, _TRIED // 2) for c in self.candidates.known]

    def _likely(self, under: Under) -> Iterator[Weighed]:
        """Known mistakes, then arguments read in another way, other functions, and relations of results."""
        places, tolerance = self.deciding(under.seen)
        known = self._known(under)
        yield from known
        if any(w.accepted() and w.exact for w in known):
            return
        if found := constant(under.seen, [i for i in under.seen.ordinary if under.seen.got[i] is not None]):
            yield weigh(under.seen, found, places, tolerance)
        yield from self._weighed(under, self.candidates.others + self.candidates.of_arguments)
        yield from self._weighed(under, self.candidates.of_changes)
        if not any(same_form(under.seen.got[i], under.seen.expected[i]) for i in places[:_SOME]):
            yield from self._weighed(under, self.candidates.of_pairings)
        yield from self._related(under)

    def _meant(self, under: Under) -> Iterator[Weighed]:
        """What may be told under an adapter that was not chosen: little, for with two things wrong at once
        much can be made to fit."""
        yield from self._known(under)
        yield from (found for found in self._related(under) if not found.candidate.fitted)

    def _related(self, under: Under) -> Iterator[Weighed]:
        """Relations of the results with the expected ones, which hold at large calls as well as at small
        ones."""
        places, tolerance = self.deciding(under.seen)
        others = places[2 * _TRIED :]
        yield from terms(under.seen, places, tolerance)
        for found in related(under.seen, self.name, places[: 2 * _TRIED], tolerance):
            yield self._elsewhere(under, found, others) if found.accepted() else found

    def _slipped(self, under: Under) -> Iterator[Weighed]:
        """Slips in the formula."""
        yield from self._weighed(under, self.candidates.of_slips)

    def _general(self, under: Under) -> Iterator[Weighed]:
        """Small numbers added, and short formats."""
        yield from self._weighed(under, self.candidates.of_small)
        yield from self._weighed(under, self.candidates.of_roundings)

    def _two(self, chosen: Under) -> Found | None:
        """Two known mistakes at once, a known mistake and a relation, or mistakes at different calls."""
        places, tolerance = self.deciding(chosen.seen)
        by_sentence, weighed = {}, []
        for candidate, mistakes in pairs(chosen.seen, self.candidates.known):
            by_sentence[candidate.sentence] = mistakes
            weighed.append(weigh(chosen.seen, candidate, self._small(chosen), tolerance))
        known = {c.mistake: c for c in self.candidates.known}
        share = cache(lambda c: weigh(chosen.seen, c, places, tolerance, len(places)).share)
        for best in sorted((w for w in weighed if w.accepted()), key=lambda w: w.rest):
            mistakes = by_sentence[best.candidate.sentence]
            # Where one of them changes nothing, the other explains as much alone.
            if share(best.candidate) > max(share(known[it]) for it in mistakes):
                return Found(chosen, best, mistakes, True)
        return self._in_turn(chosen) or self._and_a_relation(chosen)

    def _at_some(self, under: Under) -> Found | None:
        """An explanation of the calls that have something in common."""
        seen = under.seen
        places, tolerance = self.deciding(seen)
        for where, some in subsets(seen, self.name, places, tolerance):
            wrong = [i for i in some if seen.deviates(i, tolerance)][:_TRIED]
            made = [*self.candidates.known, *self.candidates.of_changes]
            weighed = [weigh(seen, c, wrong, tolerance) for c in made]
            weighed += related(seen, self.name, wrong, tolerance)
            right = [i for i in some if i not in set(wrong)][:_TRIED]
            weighed = [self._elsewhere(under, w, right) for w in weighed if w.accepted() and w.exact]
            good = [(under, w) for w in weighed if w.accepted() and len(w.explained) >= _SOME]
            if found := self._best(good, MOST, exact=True):
                return replace(found, where=where)
        return None

    def _in_turn(self, under: Under) -> Found | None:
        """Two mistakes, each at some of the calls: of two options, say."""
        places, tolerance = self.deciding(under.seen)
        some = [w.candidate for w in self._known(under) if w.explained]
        made = [weigh(under.seen, c, places, tolerance, len(places)) for c in some]
        good = [w for w in made if w.exact and len(w.explained) >= max(3, 0.2 * len(places)) and w.bits >= 40]
        wrong = {i for i in places if under.seen.deviates(i, tolerance)}
        for k, first in enumerate(good):
            for second in good[k + 1 :]:
                covered = (set(first.explained) | set(second.explained)) & wrong
                new = (
                    set(second.explained) - set(first.explained),
                    set(first.explained) - set(second.explained),
                )
                if len(covered) >= MOST * len(wrong) and min(map(len, new)) >= 2:
                    ids = first.candidate.mistake, second.candidate.mistake
                    return Found(under, first, ids, True)
        return None

    def _and_a_relation(self, under: Under) -> Found | None:
        """A known mistake whose result is then changed in a simple way."""
        _, tolerance = self.deciding(under.seen)
        places = self._small(under)
        calls, results = ([of[i] for i in places] for of in (under.seen.calls, under.seen.results))
        for candidate in self.candidates.known:
            if candidate.rank:
                continue
            expected = [candidate.at(i) for i in places]
            seen = Observed(calls, results, expected, under.seen.on, view=under.seen.view)
            here = list(range(len(places)))
            if not all(same_form(seen.got[i], seen.expected[i]) for i in here):
                continue
            for found in related(seen, self.name, here, tolerance):
                if found.accepted() and found.exact and found.share == 1:
                    sentence = f"{candidate.mistake} and, beside that, {_of(found.candidate.sentence)}"
                    by_place = {place: found.candidate.at(i) for i, place in enumerate(places)}
                    told = Candidate(sentence, by_place.__getitem__, RESULT + 3, fitted=1)
                    # A relation may take back what the mistake did: it must explain the function itself.
                    best = weigh(under.seen, told, places, tolerance)
                    if not best.accepted() or not best.exact:
                        continue
                    return Found(under, best, (candidate.mistake,), True)
        return None

    def roughly(self, under: Under) -> str:
        """What the deviations look like, if no candidate explains them: short formats and small numbers."""
        places, tolerance = self.deciding(under.seen)
        wrong = [i for i in places if under.seen.deviates(i, tolerance)]
        return roundings.evident(under.function, self.name, under.seen, wrong) or small.shrunk(
            under.seen, wrong
        )


def _in_order(function: Implementation) -> Implementation:
    """The function with its options in order behind its arguments, too, as an adapter may give them."""
    own = inspect.signature(function)
    loose = [p.replace(kind=p.POSITIONAL_OR_KEYWORD) for p in own.parameters.values()]

    def called(*args: Any, **kwargs: Any) -> Any:
        given = inspect.Signature(loose).bind(*args, **kwargs).arguments
        names = [p.name for p in own.parameters.values() if p.kind is not p.KEYWORD_ONLY and p.name in given]
        places = [given.pop(name) for name in names]
        return function(*places, **given)

    called.__signature__ = inspect.Signature(loose)  # type: ignore[attr-defined]
    return called


def _specific(found: Weighed) -> bool:
    """Whether it is one of the catalogue, another function, or an option that is not read."""
    return found.candidate.rank < ARGUMENT + 0.3


def _of(sentence: str) -> str:
    """A relation in which the mistake's result stands for what is expected."""
    return sentence.replace("what is expected", "that").replace("gives ", "", 1)
