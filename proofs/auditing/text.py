"""The text of an audit: the answer and the cause, one example, what else is known, and the laws last."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from ..engine import catalogue
from ..language.judge import compared
from .exceptions import sentence
from .found import Found
from .messages import Diagnosis, Shown, Tried

WIDEST = 400
"""Characters of a call that is shown."""


def about(report: Found, name: str) -> Iterator[str]:
    """All that is told of one function."""
    yield f"{name}{', its gradient' if report.load.gradient else ''}: {answer(report, name)}"
    yield from (f"  {text}" for text in more(report, name))
    claims = dict(catalogue.claims_about(name))
    for tried in report.laws_of(name):
        yield f"  {law(tried)}"
        yield from _claims(tried, claims)


def answer(report: Found, name: str) -> str:
    """One of the five answers, and why."""
    diagnosis, verdict = report.diagnosis(name), report.verdict_of(name)
    if verdict in _ANSWERS:
        left = _left(diagnosis)
        return _ANSWERS[verdict].format(but=_but(report, name), left=left) + _untried(report, name)
    if verdict == "edge":
        return _except(report, name) + _untried(report, name)
    if verdict != "stale" and diagnosis is not None and diagnosis.right:
        return diagnosis.cause
    return f"wrong: {_why(report, name, diagnosis)}"


_ANSWERS = {
    "held": "right: all laws hold{but}",
    "imprecise": "imprecise: the right formula; {left}",
    "inconclusive": "not decided: no law could be tried to the end",
    "expected": "all laws fail, as was expected",
}


def _left(diagnosis: Diagnosis | None) -> str:
    """What an imprecise function keeps, or loses."""
    if diagnosis is None:
        return "digits are lost"
    known = [it.sentence for it in (diagnosis.halved, diagnosis.accumulates) if it is not None]
    known += [diagnosis.digits.table] if diagnosis.digits is not None else []
    return "; ".join(known) or "digits are lost"


def _except(report: Found, name: str) -> str:
    """Where it differs as others do."""
    return "right except at " + "; and at ".join(sentence(edge) for edge in report.edges_of(name))


def _why(report: Found, name: str, diagnosis: Diagnosis | None) -> str:
    if diagnosis is not None and diagnosis.cause:
        return diagnosis.cause
    failed = report.clearest(name)
    if failed is not None and failed.outcome.verdict != "refuted":
        return f"{failed.outcome.verdict}: {failed.outcome.reason}"
    return diagnosis.sentences[0] if diagnosis is not None else "why was not asked"


def _but(report: Found, name: str) -> str:
    """Laws that fail, and may."""
    known = [tried.outcome.law for tried in report.laws_of(name) if tried.outcome.verdict == "expected"]
    return f" but those that were expected to fail ({', '.join(known)})" if known else ""


def _untried(report: Found, name: str) -> str:
    """What a good word does not cover."""
    left_out = _alike(text for tried in report.laws_of(name) for text in tried.outcome.untried)
    skipped = [tried for tried in report.laws_of(name) if tried.outcome.verdict == "skipped"]
    told = left_out + ([f"{len(skipped)} law{'s' * (len(skipped) > 1)} (see below)"] if skipped else [])
    return f"; not tried: {', '.join(told)}" if told else ""


_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")
_FEW = 3
"""Reasons that are alike and still told one by one."""


def _alike(reasons: Iterable[str]) -> list[str]:
    """Reasons; of many in which only numbers differ, the first, with short numbers."""
    kinds: dict[str, list[str]] = {}
    for reason in dict.fromkeys(reasons):
        kinds.setdefault(_NUMBER.sub("#", reason), []).append(reason)
    told: list[str] = []
    for like in kinds.values():
        if len(like) <= _FEW:
            told += like
        else:
            first = _NUMBER.sub(lambda it: f"{float(it[0]):.6g}", like[0])
            told.append(f"{first} and {len(like) - 1} more like it")
    return told


def more(report: Found, name: str) -> Iterator[str]:
    """An example, and what else is known."""
    load = report.load
    adapter = load.adapters.get(name, "").rpartition("/")[2]
    convention = f", through the adapter {adapter}" if adapter else ""
    yield f"{load.sources[name]} as {name}{convention}; {load.backend} {load.dtype}"
    if (shown := report.example(name)) is not None:
        yield from example(shown, convention)
    if report.verdict_of(name) == "imprecise" and (known := list(_evidence(report, name))):
        yield "the formula is right: " + "; ".join(known)
        yield from _passed(report, name)
    yield from _notes(report, name)
    diagnosis = report.diagnosis(name)
    if diagnosis is not None:
        yield from diagnosis.contract.lines() if diagnosis.contract is not None else ()
        yield from (text for text in diagnosis.sentences if text not in answer(report, name))


def _evidence(report: Found, name: str) -> Iterator[str]:
    """How it is known that digits alone are lost, and in which laws."""
    found: dict[str, int] = Counter(t.outcome.evidence for t in report.laws_of(name) if t.outcome.evidence)
    for text, count in found.items():
        yield f"{text} ({count} law{'s' * (count > 1)})"


def _passed(report: Found, name: str) -> Iterator[str]:
    """Limits that results exceed by a rounding error: digits say nothing of these."""
    for tried in report.laws_of(name):
        found = tried.outcome.counterexample and tried.outcome.counterexample.finding
        if tried.outcome.verdict != "imprecise" or not found or found.relation == "=":
            continue
        left, right = found.left, found.right
        if isinstance(left, float) and isinstance(right, float) and math.isclose(left, right, rel_tol=1e-3):
            yield f"a rounding error exceeds the limit of a law, too: {compared(left, right, '≤', False)}"


def _notes(report: Found, name: str) -> Iterator[str]:
    fitted = report.loaded.fitted.get(name, ())
    told = " ".join(fitted)
    lacking = [o for o in report.loaded.lacking.get(name, ()) if f"no option {o}:" not in told]
    if lacking:
        yield f"it has no option {', '.join(lacking)}"
    yield from fitted
    for edge, value in report.load.edges.items():
        if edge.partition("/")[0] == name:
            known = catalogue.edges()[edge]
            yield f"adopted: {known.name}={value} ({known.sentence}; refimpl gives {known.ours})"
    if edges := report.edges_of(name):
        if report.verdict_of(name) != "edge":
            yield f"apart from that, {_except(report, name)}"
        names = " ".join(f"--edge {edge.rpartition('/')[2]}" for edge in edges)
        yield f"{names} adopts {'it' if len(edges) == 1 else 'them'}"


def example(shown: Shown, convention: str = "") -> Iterator[str]:
    """One call, and what both give."""
    call = shown.call if len(shown.call) <= WIDEST else f"{shown.call[: WIDEST - 1]}…"
    yield f"for example (a call of {shown.origin}):"
    yield f"    {call}"
    place = "" if shown.place == "result" else f" at {shown.place}"
    words = f" ({shown.apart})" if shown.apart else ""
    yours = f"yours{convention and convention + ','}"
    yield f"    refimpl gives {shown.expected}, {yours} gives {shown.got}{place}{words}"


def law(tried: Tried) -> str:
    """One law on one short line."""
    outcome = tried.outcome
    head = f"{outcome.verdict:<9} {outcome.law}"
    if outcome.verdict == "held":
        return f"{head}  {sum(outcome.examples.values())} examples" + _left_out(tried)
    if outcome.verdict in ("refuted", "imprecise"):
        return f"{head}  {catalogue.law(outcome.law).statement}"
    if outcome.verdict == "edge":
        return f"{head}  right except at {', '.join(edge.rpartition('/')[2] for edge in outcome.edges)}"
    return f"{head}  {outcome.reason}"


def _claims(tried: Tried, untold: dict[str, str]) -> Iterator[str]:
    """What a law that failed checks, as the document numbers it; each is told once."""
    if tried.outcome.verdict in ("held", "skipped"):
        return
    for number in catalogue.claims(catalogue.law(tried.outcome.law).source):
        if number in untold:
            yield f"            {number}: {untold.pop(number)}"


def _left_out(tried: Tried) -> str:
    return f", not tried: {', '.join(_alike(tried.outcome.untried))}" if tried.outcome.untried else ""


def total(report: Found) -> str:
    """The last line."""
    counts = Counter(outcome.verdict for outcome in report.outcomes)
    text = ", ".join(f"{count} {verdict}" for verdict, count in counts.items()) or "nothing ran"
    if report.interrupted:
        text += f"; interrupted after {len(report.tried)} of {report.planned} laws"
    return f"{report.verdict}: {text} in {report.seconds:.1f} s (seed {report.load.seed})"
