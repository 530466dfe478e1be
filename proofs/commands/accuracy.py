"""The command `refimpl accuracy`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ... import backends
from ..engine import exits, planning
from ..engine.accuracy import plan as accuracy_plan
from ..engine.accuracy import report, shown
from ..engine.accuracy.measure import Accuracy, Effort
from ..engine.report import text
from . import display, output
from .output import OutputFile
from .running import Gathered, argument, gather

DTYPES = ("float64", "float32")


def _run(
    tasks: Sequence[accuracy_plan.Task], jobs: int, x64: bool, verbose: bool, *, filed: bool
) -> Gathered[Accuracy]:
    """The results in the order of the tasks."""
    with display.bar(len(tasks), verbose, "functions") as bar:

        def show(result: Accuracy) -> None:
            verdict = "held" if result.status in ("measured", "exact") else "skipped"
            bar(
                result.function,
                verdict,
                [shown.line(result), *(shown.details(result) if verbose else ())],
                False,
            )

        run = gather(planning.run(tasks, jobs, x64=x64), show, filed=filed)
    order = {(task.function, task.backend, task.dtype): place for place, task in enumerate(tasks)}
    run.results.sort(key=lambda it: order[it.function, it.backend, it.dtype])
    return run


@click.command("accuracy")
@argument
@click.option(
    "--backend",
    multiple=True,
    default=("numpy",),
    show_default=True,
    help="Repeatable; `all` for every array library that works here.",
)
@click.option(
    "--dtype",
    multiple=True,
    default=DTYPES,
    show_default=True,
    help="Repeatable; also float16, and bfloat16 where the library has it.",
)
@click.option("--device", help="A device of the backend, such as cuda [default: its first].")
@click.option(
    "--samples",
    default=Effort().samples,
    show_default=True,
    type=click.IntRange(1),
    help="Samples of a sweep; an eighth of them where each is a call of its own.",
)
@click.option(
    "--calls", default=Effort().calls, show_default=True, type=click.IntRange(0), help="Calls of laws."
)
@click.option("--seed", default=0, show_default=True, help="Same seed, same inputs.")
@click.option(
    "--jobs", default=os.cpu_count() or 1, type=click.IntRange(1), help="Processes [default: all cores]."
)
@click.option(
    "--json",
    "json_file",
    type=OutputFile(),
    help="Write everything to this file.",
)
@click.option(
    "--markdown",
    type=OutputFile(),
    help="Write the table between the markers of this file, as in ACCURACY.md.",
)
@click.option("-v", "--verbose", is_flag=True, help="A line for every result, and what was left out.")
def accuracy(
    patterns: tuple[str, ...], backend: tuple[str, ...], dtype: tuple[str, ...], device: str | None,
    samples: int, calls: int, seed: int, jobs: int, json_file: Path | None, markdown: Path | None,
    verbose: bool,
) -> None:  # fmt: skip
    """Measure worst errors in ulps against proven enclosures of the exact values (ball arithmetic).

    Of all functions, or those that match PATTERNS ("rope.*", "ddpm"). A worst error is a lower bound, unless
    every number of a 16-bit format was tried. What cannot be enclosed is listed with the reason.

    Exit code 1: a measurement failed; 3: nothing was measured.
    """
    chosen = backends.chosen(backend)
    effort = Effort(samples, calls, seed)
    tasks = accuracy_plan.plan(
        patterns, backend=chosen, dtype=list(dict.fromkeys(dtype)), device=device, effort=effort
    )
    filed = json_file is not None or markdown is not None
    run = _run(tasks, jobs, "jax" in chosen, verbose, filed=filed)
    results, interrupted = run.results, run.interrupted
    if json_file:
        content = report.document(results, effort, seconds=run.seconds, interrupted=interrupted)
        output.save(json_file, text(content))
    if markdown and not interrupted:
        output.save(markdown, shown.inserted(markdown, results))
    display.say(*shown.summary(results, len(tasks), run.seconds, interrupted))
    sys.exit(run.code(exit_code(results, interrupted)))


def exit_code(results: Sequence[Accuracy], interrupted: bool) -> int:
    """What the results say, as in `exits`."""
    statuses = {result.status for result in results}
    if "failed" in statuses:
        return exits.FAILED
    return exits.INCOMPLETE if interrupted or not statuses & {"measured", "exact"} else exits.HELD
