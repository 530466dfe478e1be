"""Measured accuracy as text: a line for each result, the table of ACCURACY.md, and notes."""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ...._errors import DomainError, told
from .. import registry
from .measure import Accuracy

FAULTS = {
    "lost": "not finite where the exact value is",
    "wrong_special": "wrong where the exact value is NaN, infinite or out of range",
    "tiny_missed": "off by more than the smallest number where the exact value is below the normal range",
}
MARKERS = "<!-- table: refimpl accuracy -->", "<!-- end of table -->"


def number(value: float) -> str:
    """A few digits of a number of ulps."""
    if math.isnan(value):
        return "–"
    if value == 0:
        return "0"
    return (
        f"{value:.2f}"
        if value < 100
        else f"{value:.0f}"
        if value < 1e4
        else f"{value:.0e}".replace("e+0", "e").replace("e+", "e")
    )


def line(found: Accuracy) -> str:
    """One result on one line."""
    where = f"{found.function}  {found.backend} {found.dtype}"
    if found.status in ("not measured", "failed"):
        return f"{found.status:<12} {where}  {found.reason}"
    parts = []
    if found.worst and found.beyond:
        bound = "(exhaustive: of all numbers)" if found.exhaustive else "at least"
        parts.append(
            f"worst {bound} {number(found.worst.error)} ulp, beyond condition {number(found.beyond.beyond)}, "
            f"median {number(found.median)}, {found.samples} samples, at {found.beyond.at}"
        )
    if found.discrete:
        parts.append(f"{found.discrete} compared exactly, {found.different} differ")
    parts += [f"{kind} {found.counts[kind]}" for kind in found.counts if kind != "measured"]
    if found.left_out:
        parts.append(f"left out {sum(found.left_out.values())}")
    return f"{found.status:<12} {where}  " + "; ".join(parts)


def details(found: Accuracy) -> list[str]:
    """What a line only counts: faults with a place, and why calls were left out."""
    lines = [f"  {kind} {found.counts[kind]}: {FAULTS[kind]}, e.g. {where.result} at {where.at}"
             for kind, where in found.faults.items()]  # fmt: skip
    return [*lines, *(f"  left out {count}: {reason}" for reason, count in found.left_out.items())]


def table(results: Sequence[Accuracy]) -> list[str]:
    """The results in Markdown, a row for each function, its settings side by side."""
    label = _labels(results)
    settings = list(dict.fromkeys(map(label, results)))
    rows: dict[str, dict[str, Accuracy]] = {}
    for it in results:
        rows.setdefault(it.function, {})[label(it)] = it
    head = [
        "function",
        *(f"{setting}: worst, beyond condition, median" for setting in settings),
        "at (beyond condition)",
        "note",
    ]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    unmeasured: dict[str, list[str]] = {}
    for name, found in rows.items():
        if not any(it.worst or it.discrete for it in found.values()):
            unmeasured.setdefault(next(iter(found.values())).reason, []).append(name)
            continue
        cells = [_cell(found[setting]) if setting in found else "" for setting in settings]
        first = next(iter(found.values()))
        place = first.beyond.at if first.beyond and first.beyond.error > 0.5 else ""
        said = note(found, registry.facts().notes.get(name, ""))
        lines.append(f"| `{name}` | {' | '.join(cells)} | {place} | {said} |")
    return [*lines, *_listed(unmeasured)]


def _labels(results: Sequence[Accuracy]) -> Callable[[Accuracy], str]:
    """What tells the settings of results apart: dtypes, and backends if there are several."""
    several = len({it.backend for it in results}) > 1
    return lambda it: f"{it.backend} {it.dtype}" if several else it.dtype


def _listed(unmeasured: Mapping[str, Sequence[str]]) -> list[str]:
    """Functions that are not measured, by the reason."""
    lines = [f"- {', '.join(f'`{name}`' for name in names)}: {why}" for why, names in unmeasured.items()]
    return ["", "Not measured:", "", *lines] if lines else []


def _cell(found: Accuracy) -> str:
    if found.worst is None or found.beyond is None:
        if not found.discrete:
            return "–"
        return f"{found.different} of {found.discrete} differ" if found.different else "exact"
    return ", ".join(map(number, (found.worst.error, found.beyond.beyond, found.median)))


def note(found: Mapping[str, Accuracy], given: str) -> str:
    """What is known of the cause, faults that were counted, and where no number was left out."""
    parts = [given] if given else []
    for kind, text in FAULTS.items():
        counts = [f"{it.counts[kind]} in {setting}" for setting, it in found.items() if it.counts.get(kind)]
        if counts:
            parts.append(f"{text}: {', '.join(counts)}")
    every = [setting for setting, it in found.items() if it.exhaustive]
    if every:
        parts.append("exhaustive" + ("" if len(every) == len(found) else f" in {', '.join(every)}"))
    return "; ".join(parts)


def inserted(file: Path, results: Sequence[Accuracy]) -> str:
    """The text of a file with the results in the table, between its markers, that has their columns, or none
    yet; rows of other functions stay."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    begin, end = MARKERS
    new = table(results)
    for found in re.finditer(f"{re.escape(begin)}\n(.*?){re.escape(end)}", text, re.DOTALL):
        old = found[1].splitlines()
        if not old or old[0] == new[0]:
            rows = merged(old, new, {it.function for it in results})
            return "\n".join([text[: found.start()] + begin, *rows, end + text[found.end() :]])
    raise DomainError(
        told("accuracy", "--markdown", f"{file} without them", f"a file with {begin} and {end}",
             "Between them may be nothing, or a table of the same dtypes and backends")
    )  # fmt: skip


def merged(old: Sequence[str], new: Sequence[str], measured: set[str]) -> list[str]:
    """A new table, with the rows of an old one for functions that were not measured now."""
    rows, reasons = _parts(new)
    for name, row in (before := _parts(old))[0].items():
        if name not in measured:
            rows[name] = row
    for reason, names in before[1].items():
        kept = [name for name in names if name not in measured]
        if kept:
            reasons[reason] = sorted({*reasons.get(reason, ()), *kept})
    order = {name: place for place, name in enumerate(registry.functions())}
    ordered = [rows[name] for name in sorted(rows, key=lambda name: order.get(name, len(order)))]
    return [*new[:2], *ordered, *_listed(reasons)]


def _parts(lines: Sequence[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The rows of a table by function, and the functions that are not measured by the reason."""
    rows = {found[1]: line for line in lines if (found := re.match(r"\| `([\w.]+)` \|", line))}
    listed = (line[2:].partition(": ") for line in lines if line.startswith("- `"))
    return rows, {why: re.findall(r"`([\w.]+)`", names) for names, _, why in listed}


def summary(results: Sequence[Accuracy], planned: int, seconds: float, interrupted: bool) -> list[str]:
    """The worst of each setting, what was not measured and why, and one last line."""
    lines = []
    for backend, dtype in dict.fromkeys((it.backend, it.dtype) for it in results):
        part = [it for it in results if (it.backend, it.dtype) == (backend, dtype)]
        counts = Counter(it.status for it in part)
        text = ", ".join(f"{count} {status}" for status, count in counts.items())
        worst = sorted(((it.beyond.beyond, it.function) for it in part if it.beyond), reverse=True)[:3]
        named = ", ".join(f"{name} ({number(size)})" for size, name in worst)
        lines.append(f"{backend} {dtype}: {text}" + (f"; worst beyond condition: {named}" if named else ""))
        reasons = Counter(it.reason for it in part if it.status in ("not measured", "failed"))
        lines += [f"  not measured {count}: {reason}" for reason, count in reasons.items()]
    if interrupted:
        lines.append(f"interrupted after {len(results)} of {planned} measurements")
    return [*lines, f"{len(results)} measurements in {seconds:.1f} s"]
