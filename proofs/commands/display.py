"""What the command line prints: colours and a progress bar on a terminal, plain lines elsewhere."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO, cast

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from ..engine import catalogue, foreign
from ..engine.cases import items
from ..engine.runner import Counterexample, Outcome
from . import kept
from .output import Stream

if TYPE_CHECKING:
    pass

COLOURS = {
    "held": "green",
    "edge": "yellow",
    "expected": "yellow",
    "stale": "red",
    "imprecise": "yellow",
    "refuted": "red",
    "crashed": "red",
    "timed out": "red",
    "skipped": "yellow",
}
ORDER = ("held", "refuted", "crashed", "timed out", "inconclusive", "skipped")
CONSOLE = Console(file=cast(TextIO, Stream()), highlight=False, soft_wrap=True)


def say(*lines: str, style: str | None = None) -> None:
    """Print lines, on a terminal in a colour or otherwise set off."""
    for text in map(foreign.printable, lines):
        kept.say(text, style == "bold")
        CONSOLE.print(escape(text), style=style)


def bold(text: str) -> None:
    """Print a heading."""
    say(text, style="bold")


def line(outcome: Outcome) -> str:
    """One outcome on one line."""
    where = f"{outcome.backend} {outcome.dtype}"
    name = outcome.law + (f" on {outcome.mistake}" if outcome.mistake else "")
    if outcome.verdict == "skipped":
        return f"{outcome.verdict:<8} {name}  {where}  {outcome.reason}"
    if outcome.verdict in ("crashed", "timed out"):
        return f"{outcome.verdict:<8} {name}  {where}  {outcome.reason}"
    ran = f"{sum(outcome.examples.values())} examples  {outcome.compared} compared"
    if outcome.derived:
        ran += f"  derived bounds in {outcome.derived} ({outcome.narrowing:.2g} × written)"
    return (
        f"{outcome.verdict:<8} {name}  {where}  {ran}  worst {outcome.worst:.3g} of tolerance  "
        f"{outcome.seconds:.2f} s"
    )


def value(given: Any) -> str:
    """An input as it is printed."""
    long = isinstance(given, np.ndarray)
    return np.array2string(given, threshold=24, precision=17) if long else str(given)


def _case(found: Counterexample) -> Iterator[str]:
    for name, given in items(found.case).items():
        yield f"    {name} = {value(given)}"


def claims(source: str) -> list[str]:
    """The sentences of a citation beside their numbers, a line each."""
    return [f"  {number}: {sentence}" for number, sentence in catalogue.claims(source).items()]


def failure(outcome: Outcome) -> list[str]:
    """Why a law failed: the reason and the smallest counterexample."""
    law = catalogue.law(outcome.law)
    lines = [
        f"  {law.statement}",
        *claims(law.source),
        f"  bound: {law.tolerance}",
        f"  why: {outcome.reason}",
    ]
    found = outcome.counterexample
    if found:
        lines.append(f"  smallest input found ({found.kind}, seed {outcome.seed}):")
        lines.extend(_case(found))
    return lines


@contextmanager
def bar(
    total: int, verbose: bool, what: str = "laws", *, done: int = 0, left: bool = False
) -> Iterator[Callable[[str, str, Sequence[str], bool], None]]:
    """A function to call with each law that is done: its name, verdict and lines, which a terminal does not
    show if they are quiet. `done` of them are done before; with `left`, the bar has the time that is left."""
    terminal = CONSOLE.is_terminal
    time = TimeRemainingColumn() if left else TimeElapsedColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), time)
    with Progress(*columns, console=CONSOLE, transient=True, disable=not terminal) as shown:
        task = shown.add_task(what, total=total, completed=done)

        def show(law: str, verdict: str, lines: Sequence[str], quiet: bool) -> None:
            if lines and (verbose or not terminal or not quiet):
                say(lines[0], style=COLOURS.get(verdict))
                say(*lines[1:])
            shown.update(task, advance=1, description=law)

        yield show


@contextmanager
def progress(
    total: int, verbose: bool, *, details: bool = True, lines: bool = True
) -> Iterator[Callable[[Outcome], None]]:
    """A function to call with each outcome as it comes; with `details` it says why a law failed, without
    `lines` only how many are done."""
    with bar(total, verbose) as shown:

        def show(outcome: Outcome) -> None:
            # A mistake that is refuted is what the self-test wants to see.
            good = outcome.verdict == ("refuted" if outcome.mistake else "held")
            explained = details and not good and not outcome.mistake and outcome.verdict != "skipped"
            told = [line(outcome), *(failure(outcome) if explained else ())] if lines else []
            colour = outcome.verdict if not outcome.mistake else ""
            shown(outcome.law, colour, told, good or outcome.verdict == "skipped")

        yield show


def summary(outcomes: Sequence[Outcome], planned: int, seconds: float, seed: int, interrupted: bool) -> None:
    """Totals: by setting, skips with their reasons, and one last line."""
    settings = dict.fromkeys((o.backend, o.dtype) for o in outcomes)
    for backend, dtype in settings:
        part = [o for o in outcomes if (o.backend, o.dtype) == (backend, dtype)]
        counts = Counter(o.verdict for o in part)
        worst = max((o for o in part if o.verdict == "held"), key=lambda o: o.worst, default=None)
        text = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
        if worst:
            text += f"; closest to its tolerance: {worst.law} ({worst.worst:.2f})"
        say(f"{backend} {dtype}: {text}")
        for reason, count in Counter(o.reason for o in part if o.verdict == "skipped").items():
            say(f"  skipped {count}: {reason}", style="yellow")
        if derived := [o for o in part if o.derived]:
            tighter = sum(o.narrowing < 1 for o in derived)
            say(f"  bounds derived for {len(derived)} laws, in the median tighter than written for {tighter}")
    total([o.verdict for o in outcomes], planned, seconds, seed, interrupted)


def total(verdicts: Sequence[str], planned: int, seconds: float, seed: int, interrupted: bool) -> None:
    """One last line: how many there are of each verdict; and before it, if not all came or nothing held."""
    counts = Counter(verdicts)
    if interrupted:
        say(f"interrupted after {len(verdicts)} of {planned}", style="yellow")
    if not counts["held"]:
        say("nothing was proved", style="red")
    told = [f"{counts[it]} {it}" for it in ORDER if counts[it] or it in ("held", "refuted")]
    say(f"{', '.join(told)} in {seconds:.1f} s (seed {seed})")
