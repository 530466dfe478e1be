"""Pages of what was measured: how accurate functions are, and how small an error laws see."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from ..engine.accuracy.shown import FAULTS
from ..engine.sensitivity import WANTED, reason
from .parts import (
    Data,
    Figure,
    Law,
    Laws,
    Part,
    Row,
    Table,
    defined_of,
    error_figures,
    mark,
    statement,
    ulp,
)

PICTURES = 40
"""Functions of which there is a picture at most."""
ROUNDED = 0.5
"""Ulps of a result that is rounded correctly."""


def accuracy(data: Data) -> Iterator[Part]:
    """The worst errors of all, then each function with its errors."""
    results = data["results"]
    yield Part("", *_measured(results), tables=[_worst(results), *_unmeasured(results)])
    names = dict.fromkeys(it["function"] for it in results if it["status"] in ("measured", "exact", "failed"))
    for place, name in enumerate(names):
        yield _function(name, [it for it in results if it["function"] == name], place < PICTURES)


def _measured(results: Sequence[Data]) -> tuple[str, str, str]:
    counts = Counter(it["status"] for it in results)
    text = ", ".join(f"{count} {status}" for status, count in counts.items())
    if counts["failed"]:
        return "measurements failed", "bad", text
    errors = [float(it["beyond"]["error"]) for it in results if it["beyond"]]
    if not errors:
        return ("exact", "good", text) if counts["exact"] else ("nothing was measured", "fair", text)
    return f"at most {ulp(max(map(_beyond, results)))} ulp beyond condition", "", text


def _worst(results: Sequence[Data]) -> Table:
    rows = [
        Row((it["function"], f"{it['backend']} {it['dtype']}", ulp(it["worst"]["error"]), ulp(_beyond(it)),
             ulp(it["median"]), it["samples"]))
        for it in sorted(results, key=_beyond, reverse=True)
        if it["worst"]
    ]  # fmt: skip
    heads = ("function", "on", "worst ulp", "beyond condition", "median", "samples")
    caption = "Beyond condition: over what inputs that move by one ulp do. A worst error is a lower bound."
    return Table(heads, rows, (2, 3, 4, 5), "The largest errors first", caption)


def _beyond(it: Data) -> float:
    spot = it["beyond"]
    if not spot:
        return -1.0
    error, condition = float(spot["error"]), float(spot["condition"])
    return error / condition if condition > 1 else error


def _unmeasured(results: Sequence[Data]) -> Iterator[Table]:
    reasons: dict[str, list[str]] = {}
    for it in results:
        if it["status"] == "not measured":
            reasons.setdefault(it["reason"], []).append(it["function"])
    if reasons:
        rows = [Row((why, ", ".join(dict.fromkeys(names)))) for why, names in reasons.items()]
        yield Table(("why", "functions"), rows, (), "Not measured")


def _function(name: str, results: Sequence[Data], pictured: bool) -> Part:
    status = next((it["status"] for it in results if it["status"] == "failed"), results[0]["status"])
    worst = max((float(it["worst"]["error"]) for it in results if it["worst"]), default=math.nan)
    beyond = max(map(_beyond, results))
    told = status if math.isnan(worst) else f"worst {ulp(worst)} ulp, beyond condition {ulp(beyond)}"
    rows = [
        Row(
            (f"{it['backend']} {it['dtype']}", it["worst"]["at"], it["worst"]["result"], it["worst"]["exact"])
        )
        for it in results
        if it["worst"]
    ]
    return Part(
        name, told, mark(status) if status == "failed" else "", "",
        [it["reason"] for it in results if it["reason"]],
        formulas=defined_of(name),
        figures=[drawn for it in results if pictured for drawn in figures(it)],
        tables=[Table(("on", "worst at", "result", "exact"), rows)] if rows else [],
        told=[f"{it['counts'][kind]} {text}" for it in results for kind, text in FAULTS.items()
              if kind in it["counts"]],
    )  # fmt: skip


def figures(it: Data) -> list[Figure]:
    """The picture of one measurement, if it has errors."""
    caption = (
        f"{it['backend']} {it['dtype']}: errors in ulps against the {it['errors']['of']}. Below the "
        "dashed line results are rounded correctly."
    )
    return error_figures(it["errors"], caption, it["dtype"], ROUNDED, "half an ulp")


def sensitivity(data: Data) -> Iterator[Part]:
    """The smallest error that each law sees, the blindest first."""
    results, aim = data["results"], 2.0**WANTED
    found = [it for it in results if it["status"] in ("found", "blind")]
    least: dict[str, float] = {}
    for it in found:
        least[it["law"]] = min(float(it["ulps"]), least.get(it["law"], math.inf))
    good = sum(ulps <= aim for ulps in least.values())
    crashed = any(it["status"] == "crashed" for it in results)
    unexplained = [law for law, ulps in least.items() if ulps > aim and not reason(law)]
    verdict = f"{good} of {len(least)} laws see {aim:.0f} ulp or less"
    lines = [_floor(it) for it in sorted(found, key=lambda it: -float(it["ulps"]))]
    rest = [Law(it["law"], it["status"], it["function"], it["reason"]) for it in results if it not in found]
    text = (
        "Each dot is the smallest change of the results that the law refutes, from 1 ulp on the left to the "
        f"whole result on the right; the dashed line is {aim:.0f} ulp."
    )
    shown = [Laws("Which laws see what", lines, text)] if lines else []
    more = [Laws("Not measured", rest, "", f"{len(rest)} laws")] if rest else []
    yield Part(
        "", verdict, "bad" if crashed or unexplained else "good",
        f"No reason is written for {', '.join(unexplained)}." if unexplained else "", laws=[*shown, *more],
    )  # fmt: skip


_BITS = 53
"""Of the widest format: the scale of the meter."""


def _floor(it: Data) -> Law:
    ulps = float(it["ulps"])
    place = 100.0 if math.isinf(ulps) else 98 * math.log2(max(ulps, 1.0)) / _BITS + 1
    seen = (
        "a change by the whole result is not seen" if math.isinf(ulps) else f"{ulps:.0f} ulp, {it['nudge']}"
    )
    verdict = seen if ulps <= 2.0**WANTED or not reason(it["law"]) else f"{seen}: {reason(it['law'])}"
    text = ": ".join(filter(None, (it["function"], statement(it["law"]))))
    kind, bound = "found" if ulps <= 2.0**WANTED else "skipped", round(98 * WANTED / _BITS + 1, 1)
    return Law(it["law"], kind, text, verdict, round(min(place, 98.0), 1), seen, bound)
