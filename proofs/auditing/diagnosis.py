"""What is wrong with a function: its results beside those of the reference, of mistakes, and of adapters."""

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...backends import Setting
from .. import catalogue
from ..calls import Call, Recorder, calls
from ..implementations import fixed
from ..law import Implementation, NotApplicableError
from ..packing import copied, is_array, size
from ..runner import converted, run_law
from .compare import Difference, difference, leaves
from .fitting import adapted
from .messages import Diagnosis, Explain
from .options import options, parameters
from .relations import relation, rounded

_LARGEST = 20_000
"""Calls with more numbers than this are not tried on every mistake."""
_DIGITS = 1e-3
"""Below this share of the largest entry an error is called a loss of digits."""
_EXPLAINED = 1e-2
"""A mistake explains a result if what remains is below this share of the deviation."""


@dataclass(frozen=True, slots=True)
class _Raised:
    """In place of a result."""

    error: str


def explain(request: Explain, raw: Implementation, chosen: str, on: Setting, seed: int) -> Diagnosis:
    """Compare a function with all that is known of its kind. `chosen` is the adapter in use, if any."""
    name = request.function
    made = [
        *failing_calls(request, on),
        *calls(name, on, seed=seed, fixed=fixed(_adapted(name, raw, chosen, on))),
    ]
    made = [call for call in made if size((call.args, call.kwargs)) <= _LARGEST]
    expected = [_apply(catalogue.reference()[name], call) for call in made]

    def results(adapter: str) -> _Results:
        return _Results(name, _adapted(name, raw, adapter, on), made, expected, on)

    mine = results(chosen)
    if not request.failed:
        return Diagnosis(name, (mine.agreement(),))
    others = {
        a.id: results(a.id) for a in catalogue.adapters().values() if a.function == name and a.id != chosen
    }
    matches = mine.mistakes()
    for adapter, other in others.items():
        if other.agrees and _all_held(name, _adapted(name, raw, adapter, on), on, seed):
            return _right(name, adapter, matches)
    if matches:
        return Diagnosis(name, (*_named(matches), *mine.notes()), tuple(matches), chosen)
    for adapter, other in others.items():
        if matches := other.mistakes():
            convention = catalogue.adapters()[adapter]
            text = f"under the adapter {convention.name}: {convention.sentence}"
            return Diagnosis(name, (text, *_named(matches), *other.notes()), tuple(matches), adapter)
    return Diagnosis(name, (*mine.unknown(), *mine.notes()))


def failing_calls(request: Explain, on: Setting) -> Iterator[Call]:
    """The calls that laws make on the counterexamples."""
    for law, found in request.failures.items():
        recorder = Recorder(catalogue.reference(), request.function)
        # A case may have lost what cannot travel between processes; the calls up to there count.
        with np.errstate(all="ignore"), contextlib.suppress(Exception):
            list(catalogue.laws()[law].check(recorder, on, converted(found.case, on)))
        for args, kwargs in recorder.taken():
            yield Call(args, kwargs, law, found.kind)  # type: ignore[arg-type]


def _adapted(name: str, raw: Implementation, adapter: str, on: Setting) -> Implementation:
    return adapted(name, raw, adapter, on)


def _right(name: str, adapter: str, matches: Sequence[str]) -> Diagnosis:
    """All laws hold under another adapter; the same may be known as a mistake in refimpl's convention."""
    convention = catalogue.adapters()[adapter]
    sentences = [
        f"your function is right in another convention: {convention.sentence} "
        f"All laws hold with --adapter {convention.name}."
    ]
    if matches:
        sentences += ["if refimpl's convention was meant, then:", *_named(matches)]
    return Diagnosis(name, tuple(sentences), tuple(matches), adapter, right=True)


def _named(matches: Sequence[str]) -> tuple[str, ...]:
    told = [catalogue.mistakes()[match] for match in matches]
    lines = [f"{m.id}: {m.sentence}" + (f" (seen in {m.reference})" if m.reference else "") for m in told]
    if len(lines) == 1:
        return (f"your function equals the reference with the mistake {lines[0]}",)
    head = (
        "your function equals the reference with one of these mistakes, which these inputs cannot tell apart:"
    )
    return (head, *lines)


def _all_held(name: str, function: Implementation, on: Setting, seed: int) -> bool:
    """Whether all laws hold, which is what "right" means; a few examples of each."""
    verdicts = {
        run_law(law, on, examples=9, seed=seed, replaced={name: function}, shrink=False).verdict
        for law in catalogue.laws().values()
        if name in law.about
    }
    return verdicts <= {"held", "skipped"} and "held" in verdicts


def _apply(function: Implementation, call: Call) -> Any:
    """The result of a call on copies of its arguments, or what it raised."""
    args, kwargs = copied(call.args), copied(call.kwargs)
    try:
        with np.errstate(all="ignore"):
            return function(*args, **kwargs)
    except NotApplicableError:
        return None
    except Exception as error:
        return _Raised(f"{type(error).__name__}: {error}")


def _all(function: Implementation, made: Sequence[Call]) -> list[Any]:
    results = [_apply(function, call) for call in made]
    return [copied(result) for result in results]  # now: a function may write into results again later


class _Results:
    """The results of one function on all calls, beside the expected ones."""

    def __init__(
        self, name: str, function: Implementation, made: Sequence[Call], expected: Sequence[Any], on: Setting
    ) -> None:
        self.name, self.function = name, function
        got = _all(function, made)
        kept = [i for i, result in enumerate(got) if result is not None]  # None: does not apply
        self.on = on
        self.calls = [made[i] for i in kept]
        self.got = [got[i] for i in kept]
        self.expected = [expected[i] for i in kept]
        self.apart = [self._apart(g, e) for g, e in zip(self.got, self.expected, strict=True)]

    def _apart(self, got: Any, expected: Any) -> Difference | None:
        """How far two results are apart; None if they cannot be compared."""
        if isinstance(got, _Raised) or isinstance(expected, _Raised):
            return None
        try:
            return difference(got, expected, self.on)
        except Exception:  # a result that looks like an array and is none
            return None

    @property
    def loose(self) -> float:
        """Half of the digits: more than roundings explain, less than structure does."""
        return math.sqrt(self.on.u)

    @property
    def agrees(self) -> bool:
        """Whether all results agree to half of their digits."""
        return bool(self.got) and all(d is not None and d.relative <= self.loose for d in self.apart)

    def mistakes(self) -> list[str]:
        """The known mistakes that explain every result, or else those without options."""
        wrong = [m for m in catalogue.mistakes().values() if m.function == self.name]
        results = {m.id: _all(m.fresh(), self.calls) for m in wrong}
        everywhere = range(len(self.calls))
        plain = [i for i in everywhere if not options(self.name, self.calls[i])]
        for places in (everywhere, plain):
            if found := [m.id for m in wrong if self._explained(results[m.id], places)]:
                return found
        return []

    def _explained(self, candidate: Sequence[Any], places: Sequence[int]) -> bool:
        """Whether a candidate has this function's deviations at these calls, and no others.

        Calls at which this function raised say nothing, but are no evidence either.
        """
        deviates = False
        for place in places:
            got, other, apart = self.got[place], candidate[place], self.apart[place]
            if isinstance(got, _Raised):
                continue
            rest = None if isinstance(other, _Raised) else self._apart(got, other)
            if rest is None:
                return False
            significant = apart is None or apart.relative > 64 * self.on.u
            deviates |= significant
            if apart is None or not significant or math.isinf(apart.relative):
                allowed = self.loose
            else:
                allowed = max(_EXPLAINED * apart.relative, 4 * self.on.u)
            if rest.relative > allowed:
                return False
        return deviates

    def notes(self) -> Iterator[str]:
        """What else is wrong, beside the mistake: options that change nothing, and errors."""
        for option in sorted({option for call in self.calls for option in options(self.name, call)}):
            if self._ignores(option):
                yield f"it ignores the option {option}"
        raised = [g.error for g in self.got if isinstance(g, _Raised)]
        if 0 < len(raised) < len(self.got):
            yield f"it raises at {len(raised)} of {len(self.got)} calls: {raised[0]}"

    def _ignores(self, option: str) -> bool:
        """Whether results with the option are those without it, where the reference's are not."""
        changes = False
        for call, got, apart in zip(self.calls, self.got, self.apart, strict=True):
            if option in options(self.name, call) and not isinstance(got, _Raised):
                without = replace(call, kwargs={k: v for k, v in call.kwargs.items() if k != option})
                if (rest := self._apart(got, _apply(self.function, without))) is None or rest.error:
                    return False
                changes |= apart is None or apart.relative > self.loose
        return changes

    def agreement(self) -> str:
        """How near a right function is to the reference."""
        near = [d for d in self.apart if d is not None and math.isfinite(d.relative)]
        if not near:
            return "not compared with the reference: no call of the laws gives comparable results"
        worst = max(near, key=lambda d: d.relative)
        return (
            f"{len(near)} calls compared with the reference: the results differ by at most "
            f"{worst.relative:.2g} of their largest entry ({worst.ulps:.3g} ulps{_at(worst)})"
        )

    def unknown(self) -> Iterator[str]:
        """What can be said when no known mistake explains the results."""
        raised = [g.error for g in self.got if isinstance(g, _Raised)]
        if raised and len(raised) == len(self.got):
            yield f"it raised at all {len(raised)} calls: {raised[0]}"
            return
        differing = [i for i, d in enumerate(self.apart) if d is None or d.relative > 64 * self.on.u]
        if not differing:
            yield (
                f"no known mistake; it agrees with the reference at all {len(self.got)} recorded calls. "
                "The law's reason says what differs"
            )
            return
        off = max((math.inf if d is None else d.relative for d in self.apart), default=math.inf)
        if off <= _DIGITS:
            yield f"digits are lost: no result is off by more than {off:.2g} of its largest entry"
        if text := self._rounding():
            yield f"no known mistake; it equals the reference {text}"
        elif text := relation(self._pairs(), self.loose):
            yield f"no known mistake; it gives {text}"
        else:
            yield f"no known mistake; {self._first(differing[0])}"

    def _rounding(self) -> str:
        """How the reference gives these results if an argument, or the result, is rounded."""
        everywhere = range(len(self.calls))
        names = parameters(self.name)
        for digits, form in ((24, "float32"), (11, "float16's digits"), (8, "bfloat16")):
            if digits >= self.on.precision.bits:
                continue
            if self._explained([rounded(e, digits) for e in self.expected], everywhere):
                return f"with its result rounded to {form}"
            function = catalogue.reference()[self.name]
            for place, name in enumerate(names):
                calls_rounded = [
                    replace(
                        c, args=tuple(rounded(a, digits) if i == place else a for i, a in enumerate(c.args))
                    )
                    for c in self.calls
                ]
                if self._explained([_apply(function, call) for call in calls_rounded], everywhere):
                    return f"with {name} rounded to {form}"
        return ""

    def _pairs(self) -> list[tuple[Any, Any, int]]:
        """(got, expected, length of the first argument's last axis) of results that are one array."""
        found = []
        for got, expected, call in zip(self.got, self.expected, self.calls, strict=True):
            if not isinstance(got, _Raised) and not isinstance(expected, _Raised):
                mine, theirs = leaves(got, self.on), leaves(expected, self.on)
                if len(mine) == len(theirs) == 1 and not isinstance(mine[0].value, str):
                    n = next((a.shape[-1] for a in call.args[:1] if is_array(a) and a.ndim), 1)
                    found.append((mine[0].value, theirs[0].value, n))
        return [pair for pair in found if not isinstance(pair[1], str)]

    def _first(self, place: int) -> str:
        at, got = self.apart[place], self.got[place]
        where = f"first differs at a call of the law {self.calls[place].law} ({self.calls[place].kind})"
        if isinstance(got, _Raised):
            return f"{where}: it raised {got.error}"
        if at is None:
            return f"{where}: the result has another form"
        return f"{where}: got {at.got!r}, expected {at.expected!r}{_at(at)}, {at.ulps:.3g} ulps"


def _at(found: Difference) -> str:
    place = found.path + (str(list(found.index)) if found.index else "")
    return f" at {place}" if place else ""
