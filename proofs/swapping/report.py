"""What moved, as text, as JSON, and as an exit code.

    {"schema": "refimpl.swap/1",
     "versions": {"refimpl", "python", backend: …},
     "interrupted": bool, "seconds": float,
     "results": [{"function", "source", "seed", "calls", "seconds": float,
                  "left_out": {reason: calls}, "unproven": {reason: calls},
                  "ways": [{"way", "backend", "device", "dtype", "compiled", "tf32", "threads",
                            "status": "ran", "failed", "not run" or "unavailable",
                            "reason", "calls",
                            "refused": {reason: calls},
                            "worst_ulps", "median_ulps",     against the proven values
                            "classes": {class: int},         as in refimpl.accuracy/1
                            "compared_exactly", "different", integers and truth values
                            "repeated": int,                 calls whose second run gave the same bits
                            "dtypes": {dtype: calls},
                            "judged", "beyond": int,         numbers with a bound, and those beyond it
                            "share",                         the largest error over its bound
                            "contract",                      of half precision
                            "seconds", "ratio"}],            over the first way that ran; no verdict
                  "pairs": [{"first", "second",              places in "ways"
                             "verdict",                      "same", "within", "beyond", "other shape",
                                                             "not judged" or "not compared"
                             "worst_ulps", "median_ulps", "compared", "same", "judged", "unjudged", "beyond",
                             "share",                        the largest difference over what both allow
                             "shapes": {text: calls}, "dtypes": {text: calls},
                             "spot": null or {"source", "part", "index", "first", "second", "exact", "ulps",
                                              "share", "program"}}]}]}   of pairs beyond, and of the furthest

Numbers that there are not are null.
"""

import math
import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from ... import backends
from ...backends import BackendUnavailableError
from ..engine import exits, foreign
from ..engine.accuracy.shown import FAULTS, number
from ..engine.report import plain
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


def document(results: Sequence[Swapped], *, seconds: float, interrupted: bool) -> dict[str, Any]:
    """The whole report as in the schema."""
    return {
        "schema": "refimpl.swap/1",
        "versions": _versions(results),
        "interrupted": interrupted,
        "seconds": round(seconds, 3),
        "results": [_result(it) for it in results],
    }


def _versions(results: Sequence[Swapped]) -> dict[str, str]:
    used = {}
    for name in dict.fromkeys(way.backend for it in results for way in it.ways):
        try:
            used[name] = backends.get(name).version
        except BackendUnavailableError:  # its ways say so
            continue
    return {"refimpl": version("refimpl"), "python": platform.python_version(), **used}


def _result(it: Swapped) -> dict[str, Any]:
    return {
        "function": it.function,
        "source": None if it.source is None else str(it.source),
        "seed": it.seed,
        "calls": it.calls,
        "left_out": dict(it.left_out),
        "unproven": dict(it.unproven),
        "seconds": round(it.seconds, 3),
        "ways": [_way(it, place) for place in range(len(it.ways))],
        "pairs": [_meeting(it, pair) for pair in it.pairs],
    }


def _way(it: Swapped, place: int) -> dict[str, Any]:
    way, found = it.ways[place], it.figures[place]
    head = {
        "way": str(way), "backend": way.backend, "device": way.device, "dtype": way.dtype,
        "compiled": way.compiled, "tf32": way.tf32, "threads": way.threads,
        "status": status(found), "reason": reason(found),
    }  # fmt: skip
    if isinstance(found, str):
        return head
    return head | {
        "calls": found.calls,
        "refused": dict(found.refused),
        "worst_ulps": _number(found.worst),
        "median_ulps": _number(found.median),
        "classes": {kind: count for kind, count in sorted(found.tally.counts.items()) if count},
        "compared_exactly": found.tally.discrete,
        "different": found.tally.different,
        "repeated": found.repeated,
        "dtypes": dict(found.dtypes),
        "judged": found.judged,
        "beyond": found.beyond,
        "share": plain(found.share),
        "contract": found.contract,
        "seconds": found.seconds,
        "ratio": _number(ratio(it, found)),
    }


def _meeting(it: Swapped, pair: Meeting) -> dict[str, Any]:
    spot = pair.spot
    return {
        "first": pair.first, "second": pair.second, "verdict": pair.verdict,
        "worst_ulps": _number(pair.worst), "median_ulps": _number(pair.median),
        "compared": pair.compared, "same": pair.same, "judged": pair.judged, "unjudged": pair.unjudged,
        "beyond": pair.beyond, "share": plain(pair.share),
        "shapes": dict(pair.shapes), "dtypes": dict(pair.dtypes),
        "spot": spot and {
            "source": spot.case.source, "part": spot.part, "index": list(spot.index),
            "first": plain(spot.values[0]), "second": plain(spot.values[1]), "exact": _number(spot.exact),
            "ulps": _number(spot.ulps), "share": _number(spot.share),
            "program": script(it, pair) if pair.verdict == "beyond" or pair is furthest(it) else None,
        },
    }  # fmt: skip


def _number(value: float) -> Any:
    return None if math.isnan(value) else plain(float(value))


def text(reports: Sequence[Swapped]) -> list[str]:
    """All functions as text, and one line at the end."""
    every = [line for it in reports for line in lines(it)]
    verdicts = [pair.verdict for it in reports for pair in it.pairs]
    counted = ", ".join(f"{verdicts.count(kind)} {WORDS[kind].lower()}" for kind in WORDS if kind in verdicts)
    return [*map(foreign.line, every), f"{len(verdicts)} pairs: {counted or 'none'}"]
