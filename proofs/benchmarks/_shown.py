"""What was measured, as text: a line for each row, the sections of RESULTS.md, and one last line."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ._measure import Spread
from ._result import Machine, Measured

HEAD = """# Results

Ratios of refimpl to what a user would pick instead, as `refimpl bench` measures them: CPU time of the same
work, in turn in one process, one thread each; or peak memory, in processes of its own. Below 1 refimpl takes
less. The median of the rounds, with the least and the largest in brackets. Imports and first calls, in which
libraries compile, are not in it and stand beside it, ours / theirs. *Exponent*: the slope of CPU time
against size, both in logarithms.

Written by `refimpl bench --markdown RESULTS.md`, which replaces the sections of the jobs that it runs.
"""
_SECTION = re.compile(r"^## (\S+)\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def number(value: float) -> str:
    """Three digits."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _amount(found: Spread | None, quantity: str) -> str:
    if found is None:
        return ""
    value = found.median
    if quantity == "MiB":
        return f"{number(value)} MiB"
    return f"{number(value)} s" if value >= 1 else f"{number(value * 1e3)} ms"


def _spread(found: Spread) -> str:
    return f"{number(found.median)} [{number(found.least)}–{number(found.largest)}]"


def _figure(it: Measured) -> str:
    if it.ratio is not None:
        return _spread(it.ratio)
    return f"{it.exponent:.2f}" if it.exponent is not None else it.status


def _two(found: tuple[float, float] | None) -> str:
    return "" if found is None else " / ".join(f"{number(it)} s" for it in found)


def _goal(it: Measured) -> str:
    return "" if it.goal is None else f"≤ {number(it.goal)}"


def lines(it: Measured) -> list[str]:
    """One row: the figure, the goal and what they are of; then what stands beside it."""
    if it.status != "measured":
        return [f"{it.status:<12} {it.name}: {it.title}, beside {it.peer}: {it.reason}"]
    goal = f", goal {_goal(it)}: {it.verdict}" if it.goal is not None else ""
    if it.exponent is not None:
        taken = ", ".join(_amount(Spread.of([part]), "") for part in it.seconds)
        sizes = ", ".join(f"{size:,}" for size in it.sizes)
        return [f"{it.exponent:<12.2f} {it.name}: stated O({it.stated}){goal}; {taken} at {sizes}"]
    two = f"{_amount(it.ours, it.quantity)} beside {_amount(it.theirs, it.quantity)} of {it.peer}"
    told = [f"{_figure(it):<12} {it.name}: {it.title}: {two}{goal}"]
    beside = [f"imports {_two(it.imports)}"] if it.imports else []
    beside += [f"first calls {_two(it.first)}"] if it.first else []
    beside += [f"wall {_spread(it.wall)}"] if it.wall else []
    return [*told, f"             {it.rounds} rounds; {'; '.join(beside)}"]


def _section(job: str, results: Sequence[Measured], machine: Machine, versions: Mapping[str, str]) -> str:
    """The section of a job in Markdown."""
    needed = {name: it for result in results for name, it in result.versions.items()}
    packages = ", ".join(f"{name} {it}" for name, it in {**versions, **needed}.items())
    threads = f"{machine.threads} thread" + ("s" if machine.threads > 1 else "")
    where = f"{machine.processor}, {machine.cores} cores, {machine.system}; {threads}; load {machine.load[0]}"
    told = [f"## {job}", "", f"{where} to {machine.load[1]}. {packages}.", ""]
    told += ["| work | ours | peer | ratio or exponent | goal | imports | first calls |", "|" + " --- |" * 7]
    for it in results:
        peer = f"{it.peer}: {_amount(it.theirs, it.quantity)}" if it.theirs else it.peer
        ours = f"O({it.stated})" if it.stated else _amount(it.ours, it.quantity)
        goal = f"{_goal(it)} {it.verdict}" if it.goal is not None and it.status == "measured" else _goal(it)
        cells = [it.title, ours, peer, _figure(it), goal, _two(it.imports), _two(it.first)]
        told.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    told += [f"\n{it.status}: {it.title}: {it.reason}" for it in results if it.status != "measured"]
    return "\n".join(told) + "\n"


def inserted(text: str, results: Sequence[Measured], machine: Machine, versions: Mapping[str, str]) -> str:
    """The text of RESULTS.md with the sections of the jobs that were measured; others stay."""
    sections = {found[1]: found[0].rstrip("\n") + "\n" for found in _SECTION.finditer(text)}
    for job in dict.fromkeys(it.name.partition(".")[0] for it in results):
        part = [it for it in results if it.name.partition(".")[0] == job]
        sections[job] = _section(job, part, machine, versions)
    return "\n".join([HEAD, *(sections[job] for job in sorted(sections))])


def summary(results: Iterable[Measured], planned: int, seconds: float) -> str:
    """One last line."""
    counts = Counter(it.verdict for it in results)
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items()) or "nothing measured"
    missing = planned - sum(counts.values())
    return f"{told}{f', {missing} not run' if missing else ''} in {seconds:.1f} s"
