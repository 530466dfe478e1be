"""The page of what moved: each way beside the proven values, and every two ways beside each other."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from markupsafe import Markup

from ..engine import foreign
from ..engine.accuracy.shown import FAULTS, number
from .parts import Data, Part, Program, Row, Table, defined_of

WIDTH, ROW, HEAD, CELL = 1090, 24, 64, 46
LABELS, AXIS = 230, (240, 520)
"""Where labels end, and where the axis of ulps begins and ends."""
MATRIX = 590
"""Where the pairs begin."""
VERDICTS = {
    "same": "the same to the bit", "within": "within the bounds", "beyond": "beyond the bounds",
    "other shape": "other shapes", "not judged": "not judged", "not compared": "not compared",
}  # fmt: skip
CONTRACTS = {
    "float32, rounded once": "computes in float32 and rounds once",
    "the format's roundings": "computes in the format itself",
    "neither": "meets neither contract of half precision",
    "not known": "no bound of half precision is known",
}


def parts(data: Data) -> Iterator[Part]:
    """One for each function."""
    for it in data["results"]:
        yield Part(
            it["target"] or it["function"], *_answer(it), facts=list(_facts(it)),
            formulas=defined_of(it["function"]),
            picture=svg([it]), pictures="What moved", tables=[_ways(it), _pairs(it)], programs=_programs(it),
        )  # fmt: skip


def _answer(it: Data) -> tuple[str, str]:
    verdicts = [pair["verdict"] for pair in it["pairs"]]
    for verdict in ("beyond", "other shape"):
        if verdict in verdicts:
            return VERDICTS[verdict], "bad"
    for verdict in ("not compared", "not judged"):
        if verdict in verdicts:
            return VERDICTS[verdict], "fair"
    return VERDICTS["within" if "within" in verdicts else "same"] if verdicts else "nothing moved", "good"


def _facts(it: Data) -> Iterator[str]:
    yield f"{it['calls']} calls in {len(it['ways'])} ways"
    for kind in ("left_out", "unproven"):
        said = {"left_out": "left out", "unproven": "without a proven value"}[kind]
        yield from (f"{said} {count}: {why}" for why, count in it[kind].items())


def notes(found: Data) -> list[str]:
    """What the columns of a way do not say."""
    told = [CONTRACTS[found["contract"]]] if found["contract"] else []
    told += [f"{found['beyond']} of {found['judged']} beyond the bound"] * bool(found["beyond"])
    if found["different"]:
        told.append(f"{found['different']} of {found['compared_exactly']} integers and truth values differ")
    told += [
        f"{found['classes'][kind]} {text}" for kind, text in FAULTS.items() if found["classes"].get(kind)
    ]
    return [*told, *(f"refused {count}: {why}" for why, count in found["refused"].items())]


def facts(pair: Data) -> list[str]:
    """What was counted of a pair, in words."""
    if not pair["compared"] and not pair["shapes"]:
        return ["nothing to compare"]
    told = [f"{pair['same']} of {pair['compared']} the same"]
    if pair["worst_ulps"] is not None and pair["same"] < pair["compared"]:
        told.append(f"worst {_number(pair['worst_ulps'])} ulp, median {_number(pair['median_ulps'])}")
    if pair["judged"]:
        told.append(f"at most {float(pair['share']):.2g} of what both bounds allow")
    told += [f"{pair['beyond']} beyond them"] * bool(pair["beyond"])
    told += [f"{pair['unjudged']} without a bound, not judged"] * bool(pair["unjudged"])
    return [*told, *(f"{text} ({count} calls)" for text, count in pair["shapes"].items())]


def _number(value: float | str | None) -> str:
    return number(math.nan if value is None else float(value))


def _names(it: Data, pair: Data) -> str:
    return f"{it['ways'][pair['first']]['way']} – {it['ways'][pair['second']]['way']}"


def _ways(it: Data) -> Table:
    rows = []
    for place, way in enumerate(it["ways"]):
        found = way["counted"]
        if found is None or way["status"] != "ran":
            rows.append(Row((f"{place + 1} {way['way']}", *[""] * 6, f"{way['status']}: {way['reason']}")))
            continue
        share = f"{float(found['share']):.2g}" if found["judged"] else "–"
        ratio = "–" if found["ratio"] is None else f"{float(found['ratio']):.2g}"
        rows.append(Row((
            f"{place + 1} {way['way']}", _number(found["worst_ulps"]), _number(found["median_ulps"]), share,
            f"{found['repeated']}/{found['calls']}", f"{float(found['seconds']):.2g}", ratio,
            "; ".join(notes(found)),
        )))  # fmt: skip
    heads = ("way", "worst ulp", "median ulp", "of bound", "repeats", "seconds", "ratio", "notes")
    caption = "Times are of small inputs: a hint, no verdict."
    return Table(heads, rows, range(1, 7), "Each way beside the proven values", caption)


def _pairs(it: Data) -> Table:
    rows = [
        Row((_names(it, pair), VERDICTS[pair["verdict"]], "; ".join(facts(pair))),
            "worst" if pair["verdict"] in ("beyond", "other shape") else "")
        for pair in it["pairs"]
    ]  # fmt: skip
    return Table(("pair", "verdict", "facts"), rows, (), "Two ways beside each other")


def _programs(it: Data) -> list[Program]:
    shown = [pair for pair in it["pairs"] if pair["spot"] is not None and pair["spot"]["program"]]
    return [
        Program(f"A program that shows where they differ most: {_names(it, pair)}", pair["spot"]["program"])
        for pair in shown
    ]


# The picture


def svg(results: Sequence[Data]) -> Markup:
    """The picture of all functions, one below the other."""
    drawn, top = Markup(), 0
    for it in results:
        inner = Markup("").join(_function(it))
        drawn += Markup('<g transform="translate(0 {})">{}</g>').format(top, inner)
        top += _height(it)
    width, height = _size(results)
    return Markup(
        '<svg class="swap" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img">'
        "<title>refimpl swap: what moved</title>{}</svg>"
    ).format(width, height, drawn)


def alone(results: Sequence[Data]) -> str:
    """The picture as a file of its own."""
    style = Markup(Path(__file__).with_name("style.css").read_text(encoding="utf-8"))
    width, height = _size(results)
    return Markup(
        '<svg class="refimpl" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" '
        'height="{1}"><style>{2}</style>{3}</svg>\n'
    ).format(width, height, style, svg(results))


def _size(results: Sequence[Data]) -> tuple[int, int]:
    most = max((len(it["ways"]) for it in results), default=0)
    return max(WIDTH, MATRIX + CELL * most + 20), max(sum(map(_height, results)), ROW)


def _height(it: Data) -> int:
    return HEAD + max(ROW, CELL) * len(it["ways"]) + 36


def _function(it: Data) -> Iterator[Markup]:
    yield _text(10, 24, it["target"] or it["function"], "title")
    yield _text(10, 44, "ulps to the proven value: ○ median, ● worst", "faint")
    yield _text(
        MATRIX, 44, "worst ulps between two ways; = same bits, ! beyond bounds, ? not judged", "faint"
    )
    low, high = _range(it)
    yield from _axis(it, low, high)
    for place, way in enumerate(it["ways"]):
        row = Markup("").join(_row(place, way, low, high))
        yield Markup('<g transform="translate(0 {})">{}</g>').format(HEAD + place * CELL, row)
    for pair in it["pairs"]:
        yield from _cell(it, pair)
    for place in range(len(it["ways"])):
        x, y = MATRIX + place * CELL, HEAD + place * CELL
        yield _text(x + CELL / 2, y + CELL / 2 + 4, place + 1, "", "middle")


def _text(x: float, y: float, said: object, style: str = "", anchor: str = "start") -> Markup:
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        style, round(x, 1), y, anchor, foreign.line(said, 4000)
    )


def _range(it: Data) -> tuple[int, int]:
    """Powers of two between which all errors are."""
    told = [
        way["counted"][kind] for way in it["ways"] if way["counted"] for kind in ("worst_ulps", "median_ulps")
    ]
    sizes = [
        size for size in (float(one) for one in told if one is not None) if size > 0 and math.isfinite(size)
    ]
    top = math.ceil(math.log2(max([2.0, *sizes])))
    return max(math.floor(math.log2(min([0.5, *sizes]))), -6), top


def _x(size: float, low: int, high: int) -> float:
    share = (math.log2(size) - low) / (high - low) if 0 < size < math.inf else float(size > 0)
    return AXIS[0] + min(max(share, 0.0), 1.0) * (AXIS[1] - AXIS[0])


def _axis(it: Data, low: int, high: int) -> Iterator[Markup]:
    bottom = HEAD + CELL * len(it["ways"])
    for power in range(low, high + 1, max(1, math.ceil((high - low) / 6))):
        x = round(_x(2.0**power, low, high), 1)
        yield Markup('<line x1="{0}" y1="{1}" x2="{0}" y2="{2}"/>').format(x, HEAD, bottom)
        yield _text(x, bottom + 16, number(2.0**power), "faint", "middle")


def _row(place: int, way: Data, low: int, high: int) -> Iterator[Markup]:
    y, found = CELL / 2, way["counted"]
    yield _text(10, y + 4, f"{place + 1}  {way['way']}")
    if found is None or way["status"] != "ran":
        why = f"{way['status']}: {way['reason']}"
        yield _text(AXIS[0], y + 4, why if len(why) <= 44 else f"{why[:43]}…", "faint")
        return
    if found["worst_ulps"] is None:
        yield _text(AXIS[0], y + 4, "no proven value to compare with", "faint")
        return
    worst, median = float(found["worst_ulps"]), float(found["median_ulps"] or 0)
    left, right = round(_x(median, low, high), 1), round(_x(worst, low, high), 1)
    about = f"worst {number(worst)} ulp, median {number(median)}; {'; '.join(notes(found))}"
    yield Markup(
        '<g class="{0}"><title>{1}</title><line class="span" x1="{2}" y1="{4}" x2="{3}" y2="{4}"/>'
        '<circle class="dot" cx="{3}" cy="{4}" r="5"/><circle class="median" cx="{2}" cy="{4}" r="4"/></g>'
    ).format("over" if found["beyond"] else "good", foreign.line(about, 4000), left, right, y)
    yield _text(AXIS[1] + 12, y + 4, number(worst), "faint")


def _cell(it: Data, pair: Data) -> Iterator[Markup]:
    """A pair on both sides of the diagonal."""
    verdict = pair["verdict"]
    about = f"{_names(it, pair)}: {VERDICTS[verdict]}; {'; '.join(facts(pair))}"
    told = {"same": "=", "not judged": "?", "not compared": "–", "other shape": "≠"}.get(verdict)
    if told is None or (verdict == "not judged" and pair["worst_ulps"] is not None):
        told = _number(pair["worst_ulps"]) + ("!" if verdict == "beyond" else "?" if told else "")
    for column, row in ((pair["first"], pair["second"]), (pair["second"], pair["first"])):
        x, y = MATRIX + column * CELL, HEAD + row * CELL
        yield Markup(
            '<g><title>{}</title><rect class="{}" x="{}" y="{}" width="{}" height="{}"/>{}</g>'
        ).format(
            foreign.line(about, 4000), verdict.partition(" ")[0], x, y, CELL, CELL,
            _text(x + CELL / 2, y + CELL / 2 + 4, told, "", "middle"),
        )  # fmt: skip
