"""Pages of laws: what `prove` and `certify` found, failures first."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ..engine import catalogue, foreign
from .audits import METER
from .parts import (
    Data,
    Figure,
    Law,
    Laws,
    Part,
    Row,
    Table,
    defined,
    error_figures,
    law_line,
    mark,
    statement,
    told_claims,
)

MOST = 24
"""Laws that failed and are told one by one."""
PICTURES = 3
"""Laws that held of which there is a picture: those that come closest to their bounds."""
FEW = 40
"""So many laws stand there unfolded."""


def parts(data: Data) -> Iterator[Part]:
    """Of `prove`: the whole, each failure, and the laws of each document."""
    results = data["results"]
    settings = {_setting(it) for it in results}
    failed = [it for it in results if it["verdict"] not in ("held", "skipped")]
    yield Part(
        "", *_answer(results), _counts(results),
        figures=list(_closest(results)), pictures="Closest to their bounds",
        tables=list(_settings_table(results)),
    )  # fmt: skip
    for it in failed[:MOST]:
        yield _failure(it)
    if failed[MOST:]:
        lines = [_line(it, settings) for it in failed[MOST:]]
        yield Part("", tables=(), laws=[Laws("More laws that failed", lines, METER, f"{len(lines)} laws")])
    rest = [it for it in results if it["verdict"] in ("held", "skipped")]
    yield Part(laws=list(_by_document(rest, lambda it: _line(it, settings), METER)))


def _answer(results: Sequence[Data]) -> tuple[str, str]:
    counts = Counter(it["verdict"] for it in results)
    failed = sum(count for verdict, count in counts.items() if verdict not in ("held", "skipped"))
    if failed:
        return f"{failed} of {len(results)} laws did not hold", "bad" if set(counts) - _OPEN else "fair"
    if not counts["held"]:
        return "nothing was proved", "bad"
    return ("all laws held", "good") if not counts["skipped"] else ("all laws held that were tried", "good")


_OPEN = {"held", "skipped", "inconclusive"}


def _counts(results: Sequence[Data]) -> str:
    counts = Counter(it["verdict"] for it in results)
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items())


def _setting(it: Data) -> str:
    return f"{it['backend']} {it['dtype']}"


def _line(it: Data, settings: set[str]) -> Law:
    text = statement(it["law"])
    return law_line(it, f"{text} ({_setting(it)})" if len(settings) > 1 else text)


def _settings_table(results: Sequence[Data]) -> Iterator[Table]:
    """How many of each verdict on each backend, and why laws were skipped."""
    settings = dict.fromkeys(map(_setting, results))
    verdicts = list(dict.fromkeys(it["verdict"] for it in results))
    if len(settings) > 1:
        found = Counter((_setting(it), it["verdict"]) for it in results)
        rows = [Row((name, *(found[name, verdict] for verdict in verdicts))) for name in settings]
        yield Table(("", *verdicts), rows, range(1, len(verdicts) + 1))
    yield from _skipped(results)


def _closest(results: Sequence[Data]) -> Iterator[Figure]:
    held = [it for it in results if it["verdict"] == "held" and it["errors"]["sizes"]]
    for it in sorted(held, key=lambda it: -float(it["worst"]))[:PICTURES]:
        yield from _figures(it)


def _figures(it: Data) -> list[Figure]:
    caption = (
        f"{it['law']} on {_setting(it)}: errors in ulps of the scale of what it compares, against the "
        f"{it['errors']['of']}, and what it allows there."
    )
    return error_figures(it["errors"], caption, it["dtype"])


def _failure(it: Data) -> Part:
    found = it["counterexample"]
    return _failed(
        it, (it["reason"], f"{_setting(it)}, seed {it['seed']}"),
        [] if found is None else [_inputs(found["case"], f"The smallest input ({found['kind']})")],
        _figures(it),
    )  # fmt: skip


def _failed(it: Data, facts: Sequence[str], tables: Sequence[Table], figures: Sequence[Figure] = ()) -> Part:
    """A law that did not hold."""
    law = catalogue.laws().get(it["law"])
    return Part(
        it["law"], it["verdict"], mark(it["verdict"]), statement(it["law"]), facts,
        formulas=defined(law.source) if law is not None else (),
        figures=figures, tables=tables, claims=told_claims(it["claims"]),
    )  # fmt: skip


def _inputs(case: Any, title: str) -> Table:
    fields = case.items() if isinstance(case, dict) else [("", case)]
    rows = [Row((name, foreign.line(value, 2000))) for name, value in fields]
    return Table(("", "value"), rows, (), title)


def _by_document(results: Sequence[Data], line: Any, note: str) -> Iterator[Laws]:
    of: dict[str, list[Law]] = {}
    for it in results:
        of.setdefault(it["law"].partition(".")[0], []).append(line(it))
    for document, lines in of.items():
        closed = f"{len(lines)} laws" if len(results) > FEW else ""
        yield Laws(document, lines, note if document == next(iter(of)) else "", closed)


def certified(data: Data) -> Iterator[Part]:
    """Of `certify`: what was decided with proof."""
    results = data["results"]
    yield Part("", *_answer(results), _counts(results), tables=list(_skipped(results)))
    for it in [it for it in results if it["verdict"] not in ("held", "skipped")][:MOST]:
        yield _failed(it, (it["reason"],), [] if it["case"] is None else [_inputs(it["case"], "The point")])
    rest = [it for it in results if it["verdict"] in ("held", "skipped")]
    yield Part(laws=list(_by_document(rest, _certificate, "")))


def _skipped(results: Sequence[Data]) -> Iterator[Table]:
    reasons = Counter(it["reason"] for it in results if it["verdict"] == "skipped")
    if reasons:
        yield Table(("laws", "why they were skipped"), [Row((n, why)) for why, n in reasons.items()], (0,))


def _certificate(it: Data) -> Law:
    text = statement(it["law"])
    if it["verdict"] != "held":
        return Law(it["law"], it["verdict"], text, it["reason"])
    points, decided = it["points"], sum(it["points"].values())
    every = " (all there are)" if set(points) == set(it["exhausted"]) else ""
    return Law(
        it["law"], "held", text, f"{decided} points{every}, {it['compared']} claims, {it['precision']} bits"
    )
