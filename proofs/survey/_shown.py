"""Findings as text: one after the other, and all of them as a table."""

from collections.abc import Iterable, Iterator, Sequence

from ..auditing.text import example
from ._finding import ANSWERS, AUDITED, Surveyed

_SHOWN = ("imprecise", "wrong", "right in another convention")


def lines(finding: Surveyed) -> Iterator[str]:
    """The answer with its cause, and one call that shows it."""
    version = f" {finding.version}" if finding.version else ""
    what = f"{finding.library}{version} {finding.public} as {finding.function}"
    yield f"{finding.answer:<9}  {what}{f' ({finding.dtype})' if finding.dtype else ''}"
    if finding.answer != "right" and finding.sentence:
        yield f"    {finding.sentence}"
    if finding.answer == "right" and finding.edges:
        yield f"    except at {', '.join(finding.edges)}"
    if finding.shown is not None and finding.answer in _SHOWN:
        yield from (f"    {line}" for line in example(finding.shown))


def table(findings: Sequence[Surveyed]) -> Iterator[str]:
    """How many functions of each library have each answer; a function counts with its worst."""
    present = [it for it in findings if it.version]
    answers = [it for it in ANSWERS if any(f.answer == it for f in present)]
    head = ["library", *answers]
    rows = [
        [label, *(str(worst.count(answer) or "–") for answer in answers)]
        for label, worst in _by_library(present).items()
    ]
    if rows:
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        for row in (head, *rows):
            yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    if gone := dict.fromkeys(it.library for it in findings if not it.version):
        yield f"not installed: {', '.join(gone)}"


def _by_library(findings: Iterable[Surveyed]) -> dict[str, list[str]]:
    """The worst answer of every function, by library and version."""
    worst: dict[str, dict[str, str]] = {}
    for it in findings:
        row = worst.setdefault(f"{it.library} {it.version}", {})
        row[it.public] = max(row.get(it.public, "right"), it.answer, key=ANSWERS.index)
    return {label: list(row.values()) for label, row in worst.items()}


def total(findings: Sequence[Surveyed], planned: int, seconds: float, interrupted: bool) -> str:
    """The last line."""
    counts = {answer: sum(it.answer == answer for it in findings) for answer in ANSWERS}
    told = [f"{count} {answer}" for answer, count in counts.items() if count] or ["nothing was audited"]
    cut = f"; interrupted after {len(findings)} of {planned}" if interrupted else ""
    return f"{', '.join(told)}{cut} in {seconds:.0f} s"


def complete(findings: Sequence[Surveyed]) -> bool:
    """Whether every function came to an audit's end, whatever that found."""
    return bool(findings) and all(it.answer in AUDITED for it in findings)
