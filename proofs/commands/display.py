"""What the command line prints: colours and a progress bar on a terminal, plain lines elsewhere."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any, TextIO, cast

import numpy as np

from ..engine import catalogue, foreign
from ..engine.cases import items
from ..engine.runner import Counterexample, Outcome
from . import kept
from .output import Stream

if TYPE_CHECKING:
    from rich.console import Console

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
FORCED = ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
"""Variables by which users say of something that it is a terminal, or is none."""


@cache
def _console() -> "Console":
    from rich.console import Console  # noqa: PLC0415  (half of the time of a short command)

    return Console(file=cast(TextIO, Stream()), highlight=False, soft_wrap=True)


def _plain() -> bool:
    """Whether nobody asks for more than lines of text."""
    return not Stream().isatty() and not any(name in os.environ for name in FORCED)


def say(*lines: str, style: str | None = None) -> None:
    """Print lines, on a terminal in a colour or otherwise set off."""
    for text in map(foreign.printable, lines):
        kept.say(text, style == "bold")
        if _plain():
            Stream().write(f"{text}\n")
            Stream().flush()  # whoever reads a pipe sees lines as they come
            continue
        from rich.markup import escape  # noqa: PLC0415

        _console().print(escape(text), style=style)


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
    with nullcontext() if _plain() else _on_a_terminal(total, what, done, left) as advance:

        def show(law: str, verdict: str, lines: Sequence[str], quiet: bool) -> None:
            if lines and (verbose or advance is None or not quiet):
                say(lines[0], style=COLOURS.get(verdict))
                say(*lines[1:])
            if advance is not None:
                advance(law)

        yield show


@contextmanager
def _on_a_terminal(total: int, what: str, done: int, left: bool) -> Iterator[Callable[[str], None] | None]:
    """A bar, and what moves it on; none if it is no terminal after all."""
    from rich import progress as rich  # noqa: PLC0415

    console = _console()
    time = rich.TimeRemainingColumn() if left else rich.TimeElapsedColumn()
    columns = (rich.TextColumn("{task.description}"), rich.BarColumn(), rich.MofNCompleteColumn(), time)
    with rich.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(what, total=total, completed=done)
        move = lambda law: shown.update(task, advance=1, description=law)  # noqa: E731
        yield move if console.is_terminal else None


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
