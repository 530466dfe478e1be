"""The command `refimpl accuracy`."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ... import backends
from ..engine import exits
from ..engine.accuracy import plan as accuracy_plan
from ..engine.accuracy import shown
from ..engine.accuracy.measure import Accuracy, Effort
from . import display, output
from .output import OutputFile
from .running import common, paged, run, save

DTYPES = ("float64", "float32")


@click.command("accuracy")
@common(examples=None)
@paged
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
@click.option(
    "--markdown",
    type=OutputFile(),
    help="Write the table between the markers of this file, as in ACCURACY.md.",
)
def accuracy(
    patterns: tuple[str, ...], backend: tuple[str, ...], dtype: tuple[str, ...], device: str | None,
    samples: int, calls: int, seed: int, jobs: int, json_file: Path | None, html_file: Path | None,
    markdown: Path | None, verbose: bool,
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
    with display.bar(len(tasks), verbose, "functions") as bar:

        def show(it: Accuracy) -> None:
            verdict = "held" if it.status in ("measured", "exact") else "skipped"
            bar(it.function, verdict, [shown.line(it), *(shown.details(it) if verbose else ())], False)

        filed = json_file is not None or markdown is not None
        found = run(tasks, jobs, show, x64="jax" in chosen, filed=filed)
    results, interrupted = found.results, found.interrupted
    used = [it.backend for it in results if it.status in ("measured", "exact")]
    save(json_file, found, used=used, page=html_file)
    if markdown and not interrupted:
        output.save(markdown, shown.inserted(markdown, results))
    display.say(*shown.summary(results, len(tasks), found.seconds, interrupted))
    sys.exit(found.code(exit_code(results, interrupted)))


def exit_code(results: Sequence[Accuracy], interrupted: bool) -> int:
    """What the results say, as in `exits`."""
    statuses = {result.status for result in results}
    if "failed" in statuses:
        return exits.FAILED
    return exits.INCOMPLETE if interrupted or not statuses & {"measured", "exact"} else exits.HELD
