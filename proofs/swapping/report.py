"""What moved, as text and as an exit code."""

import math
from collections.abc import Iterator, Sequence

from ..engine import exits, foreign
from ..engine.accuracy.shown import FAULTS, number
from .experiment import Swapped
from .meeting import Figures, Meeting
from .program import program

WORDS = {
    "same": "the same to the bit",
    "within": "within the bounds",
    "beyond": "BEYOND THE BOUNDS",
    "other shape": "OTHER SHAPES",
    "not judged": "not judged",
    "not compared": "not compared",
}


def status(found: Figures | str) -> str:
    """Whether a way ran."""
    if isinstance(found, str):
        return "unavailable"
    return "ran" if found.calls else "failed" if found.refused else "not run"


def reason(found: Figures | str) -> str:
    """Why a way did not run."""
    if isinstance(found, str):
        return found
    return "" if found.calls else next(iter(found.refused), "every call was left out")


def ratio(it: Swapped, figures: Figures) -> float:
    """Its seconds over those of the first way that ran."""
    return figures.seconds / it.ran[0].seconds if it.ran and it.ran[0].seconds else math.nan


def script(it: Swapped, pair: Meeting) -> str:
    """The program that shows where a pair differs most; empty if it does not."""
    first, second = it.figures[pair.first], it.figures[pair.second]
    if pair.spot is None or isinstance(first, str) or isinstance(second, str):
        return ""
    return program(it.function, pair.spot, first.stage, second.stage, it.source, it.adapter)


def furthest(it: Swapped) -> Meeting | None:
    """The pair that differs most: beyond its bounds, if one is, then by its share of them, then in ulps."""
    apart = [pair for pair in it.pairs if pair.spot is not None]
    return max(apart, key=lambda p: p.spot.weight if p.spot else (False, 0.0, 0.0), default=None)


def lines(it: Swapped) -> list[str]:
    """One function as text."""
    told = [f"{it.label}: {it.calls} calls in {len(it.ways)} ways" + ", interrupted" * it.interrupted]
    for kind, counted in (("left out", it.left_out), ("without a proven value", it.unproven)):
        told += [f"  {kind} {count}: {why}" for why, count in counted.items()]
    told += _table(it)
    told += [_pair(it, pair) for pair in it.pairs]
    return [*told, *_example(it)]


def _table(it: Swapped) -> list[str]:
    width = max(len("to the proven value"), *(len(str(way)) for way in it.ways))
    head = (
        f"  {'to the proven value':<{width}}  {'worst':>8} {'median':>8}  of bound  repeats  seconds  ratio"
    )
    rows = [head]
    for way, found in zip(it.ways, it.figures, strict=True):
        if isinstance(found, str) or not found.calls:
            rows.append(f"  {way!s:<{width}}  {status(found)}: {reason(found)}")
            continue
        repeats = "yes" if found.repeated == found.calls else f"{found.repeated}/{found.calls}"
        share = f"{found.share:8.2g}" if found.judged else "       –"
        rows.append(
            f"  {way!s:<{width}}  {number(found.worst):>8} {number(found.median):>8}  {share}  {repeats:>7}  "
            f"{found.seconds:7.2g} {ratio(it, found):6.2g}  {'; '.join(notes(found))}".rstrip()
        )
    return rows


def notes(found: Figures) -> list[str]:
    """What the columns of a way do not say."""
    told = []
    if found.contract:
        told.append(_CONTRACTS[found.contract])
    if found.beyond:
        told.append(f"{found.beyond} of {found.judged} beyond the bound")
    if others := [dtype for dtype in found.dtypes if dtype.startswith(("float", "bfloat"))
                  and dtype not in ("float", found.stage.way.dtype)]:  # fmt: skip
        told.append(f"gives {', '.join(others)}")
    if found.tally.different:
        told.append(f"{found.tally.different} of {found.tally.discrete} integers and truth values differ")
    told += [
        f"{found.tally.counts[kind]} {text}" for kind, text in FAULTS.items() if found.tally.counts[kind]
    ]
    return [*told, *(f"refused {count}: {why}" for why, count in found.refused.items())]


_CONTRACTS = {
    "float32, rounded once": "computes in float32 and rounds once",
    "the format's roundings": "computes in the format itself",
    "neither": "meets neither contract of half precision",
    "not known": "no bound of half precision is known",
}


def _pair(it: Swapped, pair: Meeting) -> str:
    return f"  {WORDS[pair.verdict]:<19}  {names(it, pair)}: {'; '.join(facts(pair))}"


def names(it: Swapped, pair: Meeting) -> str:
    """The two ways of a pair."""
    return f"{it.ways[pair.first]} – {it.ways[pair.second]}"


def facts(pair: Meeting) -> list[str]:
    """What was counted of a pair, in words."""
    if not pair.compared and not pair.shapes:
        return ["nothing to compare"]
    told = [f"{pair.same} of {pair.compared} the same"]
    if pair.ulps and pair.same < pair.compared:
        told.append(f"worst {number(pair.worst)} ulp, median {number(pair.median)}")
    if pair.judged:
        told.append(f"at most {pair.share:.2g} of what both bounds allow")
    if pair.beyond:
        told.append(f"{pair.beyond} beyond them")
    if pair.unjudged:
        told.append(f"{pair.unjudged} without a bound, not judged")
    return [*told, *(f"{text} ({count} calls)" for text, count in pair.shapes.items())]


def _example(it: Swapped) -> Iterator[str]:
    pair = furthest(it)
    if pair is None or pair.spot is None:
        return
    spot = pair.spot
    place = f"[{', '.join(map(str, spot.index))}]" if spot.index else ""
    exact = "" if math.isnan(spot.exact) else f"; exact {spot.exact!r}"
    yield f"  differs most: {names(it, pair)}, at {spot.case.source}, result{place}:"
    yield f"    {spot.values[0]!r} against {spot.values[1]!r}{exact}"


def exit_code(results: Sequence[Swapped]) -> int:
    """1 where a pair differs beyond its bounds; 3 where a way failed, or pairs cannot be judged."""
    verdicts = {pair.verdict for it in results for pair in it.pairs}
    if verdicts & {"beyond", "other shape"}:
        return exits.FAILED
    whole = all(isinstance(found, Figures) and not found.refused for it in results for found in it.figures)
    judged = bool(verdicts) and not verdicts & {"not judged", "not compared"}
    return exits.HELD if judged and whole and not any(it.interrupted for it in results) else exits.INCOMPLETE


def text(reports: Sequence[Swapped]) -> list[str]:
    """All functions as text, and one line at the end."""
    every = [line for it in reports for line in lines(it)]
    verdicts = [pair.verdict for it in reports for pair in it.pairs]
    counted = ", ".join(f"{verdicts.count(kind)} {WORDS[kind].lower()}" for kind in WORDS if kind in verdicts)
    return [*map(foreign.line, every), f"{len(verdicts)} pairs: {counted or 'none'}"]
