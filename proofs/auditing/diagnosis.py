"""What is wrong with a function: its results beside those of the reference, of mistakes, and of adapters."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from ...backends import Setting
from ..engine import catalogue, generic
from ..engine.calls import Call
from ..engine.implementations import fixed
from ..language.law import Implementation
from .arranged import arranged
from .behaviour import Behaviour, behaviour
from .beside import compared
from .changes import choices
from .compare import leaves
from .distance import first_difference
from .elsewhere import (
    ROWS,
    Right,
    Way,
    by_rows,
    in_way,
    mostly_agrees,
    needs_rows,
    of_many,
    right_by_rows,
    verdict_of,
)
from .fitting import Foreign, Manner, adapted, manner_of
from .forms import Form, form, mended
from .formula import computed_in, formula
from .gathered import gathered
from .history import by_shape, chance, remembers
from .ignored import Ignored, effective, ignored
from .messages import Diagnosis, Explain
from .observed import Observed, Raised, apply, same_form, spreads
from .patterns import not_finite, not_nan, out_of_range, where_right, which_entries
from .relations import partly
from .roundings import decimals
from .search import Found, Search, Under
from .shortened import rounds_first, shortened
from .summed import summed
from .views import fields

_FEW = 24
"""Calls on which relations of single parts are looked for."""
_FORMULA = 12
"""Calls at which the formula of a function is asked for."""


def explain(request: Explain, raw: Implementation, chosen: str, on: Setting, seed: int) -> Diagnosis:
    """Compare a wrong function with all that is known of its kind. `chosen` is the adapter in use, if any."""
    name = request.function
    beside = compared(request, raw, chosen, on, seed)
    made, references, view = beside.seen.calls, beside.seen.references, beside.seen.view

    def under(adapter: str) -> Under:
        function = adapted(name, raw, adapter, on)
        return Under(adapter, function, Observed.of(function, made, references, on, view))

    mine = Under(chosen, beside.function, beside.seen)
    nothing = _nothing_to_compare(mine.seen)
    if nothing is None and (told := _of_behaviour(request, mine, on, seed)) is not None:
        return told
    if nothing is None and (text := chance(mine.function, mine.seen) or by_shape(mine.seen)):
        done = behaviour(request, mine.function, on, seed)
        return _behaves(name, chosen, done if done is not None and done.mistakes else Behaviour(text))
    shape = form(mine.function, mine.seen)
    several = shape.packed or any(isinstance(it, tuple) for it in references)
    told = _of_form(name, mine, shape)
    if told is not None and not several:
        return told
    fit = [a for a in _others(name, chosen) if not spreads(adapted(name, raw, a, on), made, references)]
    others = [under(adapter) for adapter in fit]
    if told is not None and not any(_agrees(it.seen) for it in others):  # an adapter may mean this form
        return told
    search = Search(name, made, references, on, view)
    told = _elsewhere(name, raw, search, mine, others, seed) or _of_another_dtype(name, raw, mine)
    if told is None and needs_rows(name, raw, mine.seen):
        told = _by_rows(explain(request, in_way(raw, Way(chosen, (ROWS,))), chosen, on, seed))
    if told is None and nothing is not None:
        told = Diagnosis(name, (nothing,))
    elif told is None and not _deviates(mine.seen):
        told = _unseen(request, mine.seen)
    return _with(shape, told or _searched(request, raw, search, mine, others, seed))


def _with(shape: Form, told: Diagnosis) -> Diagnosis:
    """What is told, and what is wrong beside the numbers: the cause where there is no other, or before it."""
    if told.right:
        return told
    if shape.text and not shape.mostly and told.cause:
        told = replace(told, sentences=(*told.sentences, shape.text))
        shape = replace(shape, text="")
    beside = [text for text in (shape.written, shape.text) if text and text not in told.sentences]
    if not beside:
        return told
    cause = "; and ".join([*beside, told.cause] if told.cause else beside)
    return replace(told, sentences=(*beside, *told.sentences), cause=cause)


def _of_form(name: str, mine: Under, shape: Form) -> Diagnosis | None:
    """The diagnosis of results that are right but for their form."""
    seen, other = mine.seen, shape.text
    if not other:
        return None
    function = mended(mine.function, seen)
    brought = Observed.of(function, seen.calls, seen.references, seen.on, seen.view)
    if _nothing_to_compare(brought) is not None or not mostly_agrees(brought):
        return None
    if shape.packed and not generic.check(name, "first"):
        other += "; the first is the expected one: audit it with --adapter first"
    if not _deviates(brought):
        text = "apart from that, its results are the expected ones"
        return Diagnosis(name, (other, text, *_raises(seen)), cause=other)
    search = Search(name, seen.calls, seen.references, seen.on, seen.view)
    if (found := search.find_known(Under(mine.adapter, function, brought))) is None:
        return Diagnosis(name, (other, *_raises(seen)), cause=other)
    lines = _cause(found, mine.adapter)
    return Diagnosis(name, (other, *lines), found.mistakes, mine.adapter, cause=f"{other}; and {lines[0]}")


def _by_rows(told: Diagnosis) -> Diagnosis:
    """What is wrong with a function that was called for each row alone."""
    first, *more = told.sentences
    how = "called for each row alone (as with --adapter rows), "
    cause = f"{how}{told.cause}" if told.cause else ""
    return replace(told, sentences=(f"{how}{first}", *more), cause=cause)


def _elsewhere(
    name: str, raw: Implementation, search: Search, mine: Under, others: Sequence[Under], seed: int
) -> Diagnosis | None:
    """The diagnosis of a function that is right in another way of calling it: under another adapter, though
    it may lose digits there, or differ at edges; or for one row at a time."""
    verdict = cache(lambda way: verdict_of(name, raw, way, mine.seen.on, seed))
    others = [it for it in others if not (ROWS in manner_of(raw).generic and of_many(it.adapter))]
    for way in (Way(it.adapter) for it in others if _agrees(it.seen)):
        if verdict(way) == "held":
            return _right(name, mine.adapter, way, "held", _as_meant(search, mine))
    rows = [Way(it.adapter, (ROWS,)) for it in (mine, *others) if by_rows(name, raw, it.adapter, it.seen)]
    own = [way for way in rows if way.adapter == mine.adapter]
    near = [Way(it.adapter) for it in others if mostly_agrees(it.seen)]
    # Single rows in the convention that was chosen come before any other convention.
    meant = dict.fromkeys(own, _of_batches) | dict.fromkeys(near, _as_meant)
    for way in (*own, *near, *rows):
        if (told := verdict(way)) is not None:
            found = meant[way](search, mine) if way in meant else None
            return _right(name, mine.adapter, way, told, found)
    return None


def _as_meant(search: Search, mine: Under) -> Found | None:
    """What a function that is right in another convention is in the one that was chosen."""
    return search.find(mine, ()) if _nothing_to_compare(mine.seen) is None else None


def _of_batches(search: Search, mine: Under) -> Found | None:
    """The known mistake that a function of single rows is if it was meant for batches, which it takes."""
    if mine.seen.raised or _forms(mine.seen):
        return None
    found = search.find(mine, ())
    return found if found is not None and found.complete and found.mistakes else None


def _deviates(seen: Observed) -> bool:
    """Whether the results differ; what mostly raises says little of them."""
    mostly_raises = 2 * len(seen.raised) > len(seen.calls)
    return bool(seen.deviating(64 * seen.on.u)) or _forms(seen) or mostly_raises


def _of_behaviour(request: Explain, mine: Under, on: Setting, seed: int) -> Diagnosis | None:
    """The diagnosis of what results do not show, where they show nothing or no law speaks of them."""
    deviates = _deviates(mine.seen)
    if deviates and not all(catalogue.laws()[law].general for law in request.failures):
        return None
    done = behaviour(request, mine.function, on, seed)
    if done is not None and (done.mistakes or not deviates):
        return _behaves(request.function, mine.adapter, done)
    return None


def _searched(
    request: Explain, raw: Implementation, search: Search, mine: Under, others: Sequence[Under], seed: int
) -> Diagnosis:
    """What the search finds, or what is known without it."""
    name, chosen, on = request.function, mine.adapter, mine.seen.on
    without = ignored(name, mine.function, mine.seen)
    found = search.find(mine, others)
    if found is not None and found.complete and found.mistakes:
        without = Ignored((), ())
    told = None
    if found is None and without.options:
        calls = effective(name, mine.seen.calls, without.options)
        told = _right_without(name, mine.seen, calls, without)
        search = Search(name, calls, mine.seen.references, on, mine.seen.view)
        found = search.find(mine, ()) if told is None else None
    told = told or _rounding(name, mine, found) or _turned(name, raw, search, mine, found)
    if told is not None:
        return told
    if found is None and (told := _otherwise(request, raw, chosen, on, seed)) is not None:
        return told
    if found is None:
        found = _of_parts(search, mine) or _of_a_field(name, mine)
    if found is not None:
        return _told(name, chosen, found, without)
    if (other := _no_mistake(name, raw, chosen, search, mine, on)) is not None:
        return other
    done = behaviour(request, mine.function, on, seed)
    if done is not None and done.mistakes:
        return _behaves(name, chosen, done)
    mixed = right_by_rows(name, raw, chosen, mine.seen)
    return _unexplained(name, search, mine, without, mixed, "" if done is None else done.sentence)


def _right_without(name: str, seen: Observed, calls: Sequence[Call], without: Ignored) -> Diagnosis | None:
    """That options are ignored, where nothing else is wrong."""
    references = [apply(catalogue.reference()[name], call) for call in calls]
    alone = Observed(calls, seen.results, references, seen.on, view=seen.view)
    places = set(alone.ordinary) & set(alone.compared)
    if not places or any(alone.deviates(place, alone.loose) for place in places):
        return None
    text = " and ".join(map(_ignores, without.options))
    return Diagnosis(name, (text, *_raises(seen)), cause=text)


def _rounding(name: str, mine: Under, found: Found | None) -> Diagnosis | None:
    """That arguments are rounded to a short format first, where most ordinary calls have no explanation, or
    results to a few decimals."""
    if text := decimals(mine.seen):
        return Diagnosis(name, (text, *_raises(mine.seen)), cause=text)
    seen = mine.seen
    wrong = {i for i in seen.ordinary if seen.deviates(i, 64 * seen.on.u)}
    if found is not None and 2 * len(wrong & set(found.best.explained)) > len(wrong):
        return None
    if not (text := rounds_first(name, mine.function, seen.calls[:_FEW], seen.on)):
        return None
    return Diagnosis(name, (f"it {text}", *_raises(seen)), cause=f"it {text}")


def _no_mistake(
    name: str, raw: Implementation, chosen: str, search: Search, mine: Under, on: Setting
) -> Diagnosis | None:
    """That results depend on more than the arguments, or that only digits are lost, if so."""
    if text := remembers(mine.function, mine.seen):
        return Diagnosis(name, (text, *_raises(mine.seen)), cause=text)
    if _only_digits(name, raw, chosen, search, mine, on):
        text = "only digits are lost: the same code on wider numbers agrees with the reference at all calls"
        return Diagnosis(name, (text,))
    return None


def _otherwise(
    request: Explain, raw: Implementation, chosen: str, on: Setting, seed: int
) -> Diagnosis | None:
    """The known mistake that a function is if an option that it lacks stands at another value: what agrees
    best with a wrong function need not be what was meant."""
    name, manner = request.function, manner_of(raw)
    for option, best in fixed(adapted(name, raw, chosen, on)).items():
        for value in choices(name, option):
            if value == best or option in manner.options:
                continue
            other = Foreign(raw, Manner(manner.generic, {**manner.options, option: value}))
            function = adapted(name, other, chosen, on)
            made = gathered(name, on, seed, fixed(function))
            references = [apply(catalogue.reference()[name], call) for call in made]
            under = Under(chosen, function, Observed.of(function, made, references, on))
            found = Search(name, made, references, on).find_known(under)
            if found is not None:
                lines = _cause(found, chosen)
                lines[0] = f"taken to be {option}={value!r}, {lines[0]}"
                return Diagnosis(name, tuple(lines), found.mistakes, chosen, cause=" ".join(lines))
    return None


def _turned(
    name: str, raw: Implementation, search: Search, mine: Under, found: Found | None
) -> Diagnosis | None:
    """The diagnosis of a result in the wrong arrangement, in the convention of the adapter in use."""
    adapter = mine.adapter
    if not adapter or (found and found.mistakes and all(_told_for(m, adapter) for m in found.mistakes)):
        return None
    text = arranged(name, raw, adapter, mine.seen, *search.deciding(mine.seen))
    if not text:
        return None
    text = f"your function {text}"
    more = [f"that is, {line}" for line in _cause(found, adapter)] if found is not None else []
    return Diagnosis(name, (text, *more), () if found is None else found.mistakes, adapter, cause=text)


def _of_parts(search: Search, mine: Under) -> Found | None:
    """An explanation of the parts that differ, where others are right: an adapter may have put those in."""
    seen = mine.seen
    if not seen.wrong_parts:
        return None
    found = search.find(replace(mine, seen=seen.only(seen.wrong_parts)), ())
    if found is None:
        return None
    [place] = seen.deviating(seen.loose)[:1] or [0]
    paths = [leaf.path.lstrip(".") for leaf in leaves(seen.references[place], seen.on)]
    names = [paths[k] if k < len(paths) else f"[{k}]" for k in seen.wrong_parts]
    where = ", ".join(part for part in (f"as to {' and '.join(names)}", found.where) if part)
    return replace(found, under=mine, where=where)


def _of_a_field(name: str, mine: Under) -> Found | None:
    """A known mistake that explains one field of the results: an adapter may have made others of it."""
    seen = mine.seen
    sample = next((seen.references[i] for i in seen.compared), None)
    for field, view in fields(sample).items():
        of_field = replace(seen, view=view)
        search = Search(name, seen.calls, seen.references, seen.on, view)
        found = search.find_known(replace(mine, seen=of_field))
        if found is not None:
            return replace(found, under=mine, where=f"as to {field}")
    return None


def _only_digits(
    name: str, raw: Implementation, chosen: str, search: Search, mine: Under, on: Setting
) -> bool:
    """Whether the formula of the function agrees where the function does not."""
    places, tolerance = search.deciding(mine.seen)
    wrong = [i for i in places if mine.seen.deviates(i, tolerance)][:_FORMULA]
    if not wrong:
        return False
    exact = adapted(name, formula(raw, on), chosen, on)

    def agrees(place: int) -> bool:
        seen = Observed.of(exact, [mine.seen.calls[place]], [mine.seen.references[place]], on)
        return not seen.raised and bool(seen.compared) and not seen.deviating(tolerance)

    return all(agrees(place) for place in wrong)


def _told(name: str, chosen: str, found: Found, without: Ignored) -> Diagnosis:
    """The diagnosis of an explanation."""
    lines = _cause(found, chosen)
    more = [f"and also: {note}" for note in _left_over(name, found, without, " ".join(lines))]
    adapter = found.under.adapter
    return Diagnosis(name, (*lines, *more), found.mistakes, adapter, cause=" ".join(lines))


def _cause(found: Found, chosen: str) -> list[str]:
    """The sentences of an explanation, the first of which says it all unless several mistakes are alike."""
    adapter, best = found.under.adapter, found.best
    convention = ""
    if adapter != chosen:
        known = catalogue.adapters().get(adapter)
        convention = f"under the adapter {known.name}, " if known else "without the adapter, "
    elif adapter and not (found.mistakes and all(_told_for(m, adapter) for m in found.mistakes)):
        convention = f"(in refimpl's convention, through the adapter {catalogue.adapters()[adapter].name}) "
    mostly = "mostly, " if best.share < 0.9 and not found.together else ""
    where = f"{found.where}, " if found.where else ""
    head = f"{convention}{mostly}{where}your function"
    if not found.mistakes:
        return [f"{head} {best.candidate.sentence}"]
    lines = [_sentence(mistake, adapter) for mistake in found.mistakes]
    if found.together and len(lines) == 1:
        rest = best.candidate.sentence.partition(" and, beside that, ")[2]
        return [f"{head} equals the reference with the mistake {lines[0]} And beside that: {rest}"]
    if found.together:
        return [f"{head} equals the reference with two mistakes at once: " + " And ".join(lines)]
    if len(lines) == 1:
        return [f"{head} equals the reference with the mistake {lines[0]}"]
    return [
        f"{head} equals the reference with one of these mistakes, which these inputs cannot tell apart:",
        *lines,
    ]


def _told_for(mistake: str, adapter: str) -> bool:
    """Whether there are words for a mistake in the convention of an adapter."""
    return adapter.partition("/")[2] in catalogue.mistakes()[mistake].told


def _sentence(mistake: str, adapter: str) -> str:
    known = catalogue.mistakes()[mistake]
    told = known.told.get(adapter.partition("/")[2], known.sentence)
    return f"{known.id}: {told}" + (f" (seen in {known.reference})" if known.reference else "")


_BUT = {
    "held": "",
    "edge": ", except at edges where practice differs",
    "imprecise": ", but loses digits there",
}
_HOLD = {
    "held": "All laws hold",
    "edge": "No law fails but at such an edge",
    "imprecise": "No law fails but by lost digits",
}


def _right(name: str, chosen: str, way: Way, verdict: Right, as_meant: Found | None) -> Diagnosis:
    """The laws hold when it is called in another way; it may be known as a mistake in the one chosen."""
    rows = generic.ADAPTERS[ROWS].sentence if ROWS in way.generic else ""
    if way.adapter and (way.adapter != chosen or rows):
        convention = catalogue.adapters()[way.adapter].sentence if way.adapter != chosen else ""
        of = " ".join(filter(None, [convention, rows]))
        head = f"right in another convention{_BUT[verdict]}: {of}"
    elif rows:
        head = f"right for single rows{_BUT[verdict]}: {rows}"
    else:
        head = f"right without the adapter {chosen.partition('/')[2]}{_BUT[verdict]}:"
    where = f"with {way.options()}" if way.options() else "in refimpl's own convention"
    text = f"your function is {head} {_HOLD[verdict]} {where}."
    sentences = [text]
    if as_meant is not None:
        meant = "batches were" if rows else "the other convention was"
        sentences += [f"if {meant} meant, then:", *_cause(as_meant, chosen)]
    mistakes = () if as_meant is None else as_meant.mistakes
    return Diagnosis(name, tuple(sentences), mistakes, way.adapter, right=True, cause=text)


def _behaves(name: str, chosen: str, done: Behaviour) -> Diagnosis:
    """The diagnosis of what results do not show."""
    if not done.mistakes:
        return Diagnosis(name, (done.sentence,), cause=done.sentence)
    lines = [_sentence(mistake, chosen) for mistake in done.mistakes]
    head = "your function behaves like the mistake"
    if len(lines) > 1:
        lines.insert(
            0, "your function behaves like one of these mistakes, which these inputs cannot tell apart:"
        )
    else:
        lines = [f"{head} {lines[0]}"]
    return Diagnosis(name, tuple(lines), done.mistakes, chosen, cause=" ".join(lines))


def _unseen(request: Explain, seen: Observed) -> Diagnosis:
    """What is said where laws fail and the calls that they make do not show it."""
    text = f"its results are the expected ones at all {len(seen.compared)} calls that were made again"
    failed = [catalogue.laws()[law].statement for law in request.failures]
    what = f", but this does not hold: {failed[0]}" if failed else ""
    return Diagnosis(request.function, (f"{text}{what}", *_raises(seen)))


def _unexplained(
    name: str, search: Search, mine: Under, without: Ignored, mixed: bool, done: str
) -> Diagnosis:
    """What can be said when nothing explains the results. `mixed` says that each row alone is right, `done`
    what the function does beside its results."""
    seen = mine.seen
    places, tolerance = search.deciding(seen)
    wrong = [i for i in places if seen.deviates(i, tolerance)]
    known = [_ignores(option) for option in without.options]
    if mixed:
        known.insert(
            0, "it is right for each row alone, and not for batches: rows enter each other's results"
        )
    if without.required:
        known.insert(0, without.sentence)
    if short := shortened(name, mine.function, seen.calls[:_FEW], seen.on):
        known.append(f"it rounds {' and '.join(short)} to a narrower format before it computes")
    if text := search.roughly(mine):
        known.append(text if text.startswith("its") else f"it {text}")
    if text := out_of_range(seen, name, tolerance):
        known.append(text)
    cause = known[0] if known else ""
    strange = [text for text in (not_finite(seen, name, seen.compared), not_nan(seen, name)) if text]
    known += strange if seen.hollow else []
    if text := partly(seen, name, places[:_FEW], tolerance):
        known.append(text)
    if text := where_right(seen, name, tolerance):
        known.append(f"it is {text}")
    if text := which_entries(seen, wrong, tolerance):
        known.append(text)
    known += [text for text in strange if text not in known]
    known.append(summed(seen, places, tolerance))
    known += [done] if done else []  # what is wrong at ordinary calls has another cause
    known += _raises(seen)
    head = f"no known mistake, but this: {known[0]}"
    return Diagnosis(name, (head, *known[1:], first_difference(seen, wrong or places)), cause=cause)


def _left_over(name: str, found: Found, without: Ignored, told: str) -> Iterator[str]:
    """What else is wrong, beside an explanation."""
    under = found.under
    for required in without.required:
        if f"ignores {required}" not in told and not under.seen.raised and "constant" not in told:
            yield f"it ignores {required}"
    for option in without.options:
        if f"ignores the option {option}" not in told:
            yield _ignores(option)
    places = under.seen.compared
    if found.mistakes and not found.together:
        places = [i for i in places if not _as_undefined(found, i)]
    if text := not_finite(under.seen, name, places):
        yield text
    yield from _raises(under.seen)


def _as_undefined(found: Found, place: int) -> bool:
    """Whether a result lacks values, and exactly where the mistake that explains it lacks them, too."""
    got = found.under.seen.got[place]
    if got is None or all(np.all(np.isfinite(part)) for part in got):
        return False
    told = found.best.candidate.at(place)
    return same_form(got, told) and all(
        np.array_equal(np.isfinite(g), np.isfinite(t)) for g, t in zip(got, told or (), strict=True)
    )


def _ignores(option: str) -> str:
    return f"it ignores the option {option}"


def _raises(seen: Observed) -> Iterator[str]:
    raised = seen.raised
    if raised:
        yield f"it raises at {len(raised)} of {len(seen.calls)} calls: {seen.results[raised[0]].error}"


def _nothing_to_compare(seen: Observed) -> str | None:
    """What is said of a function that gave nothing, if so."""
    applied = [i for i, result in enumerate(seen.results) if result is not None]
    if seen.raised and len(seen.raised) == len(applied):
        return f"it raised at all {len(applied)} calls: {seen.results[seen.raised[0]].error}"
    return None


def _of_another_dtype(name: str, raw: Implementation, mine: Under) -> Diagnosis | None:
    """That a function which raised at all calls answers where their arrays have another dtype, if so."""
    if (nothing := _nothing_to_compare(mine.seen)) is None:
        return None
    on, first = mine.seen.on, mine.seen.raised[0]
    for other in ("float32", "float64"):
        if other in on.backend.dtypes and other != on.precision.name:
            function = adapted(name, computed_in(raw, getattr(on.xp, other), on), mine.adapter, on)
            if not isinstance(apply(function, mine.seen.calls[first]), Raised | None):
                why = mine.seen.results[first].error
                advice = f"audit it with --dtype {other}"
                cause = f"it takes no {on.precision.name}, but {other} ({advice}): it raises {why}"
                return Diagnosis(name, (nothing,), cause=cause)
    return None


def _forms(seen: Observed) -> bool:
    """Whether some result cannot be compared at all."""
    return any(
        seen.got[i] is None
        and seen.expected[i] is not None
        and result is not None
        and not isinstance(result, Raised)
        for i, result in enumerate(seen.results)
    )


def _others(name: str, chosen: str) -> list[str]:
    """The function's adapters but the chosen one, none first."""
    known = ["", *(a.id for a in catalogue.adapters().values() if a.function == name)]
    return [adapter for adapter in known if adapter != chosen]


def _agrees(seen: Observed) -> bool:
    """Whether all results are the expected ones, to half of their digits."""
    return bool(seen.compared) and not seen.raised and not seen.deviating(seen.loose)
