"""The command `refimpl bench`."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from .. import benchmarks
from ..benchmarks import _result, _run, _shown
from ..benchmarks._result import Measured
from ..engine import exits, report
from . import display, output
from .output import OutputFile
from .running import gather, save

_COLOURS = {"reached": "green", "missed": "red", "failed": "red", "not measured": "yellow"}


@click.command("bench")
@click.argument("jobs", nargs=-1, metavar="[JOB]…")
@click.option("--list", "listed", is_flag=True, help="Say what there is, and measure nothing.")
@click.option("--seconds", default=10.0, show_default=True, type=click.FloatRange(0, min_open=True),
              help="CPU seconds for each row, beyond three rounds.")  # fmt: skip
@click.option("--threads", default=1, show_default=True, type=click.IntRange(1),
              help="Of libraries, for both sides alike.")  # fmt: skip
@click.option("--json", "json_file", type=OutputFile(), help="Write everything to this file.")
@click.option("--markdown", type=OutputFile(),
              help="Write the sections of these jobs in this file, as in RESULTS.md.")  # fmt: skip
def bench(
    jobs: tuple[str, ...], listed: bool, seconds: float, threads: int, json_file: Path | None,
    markdown: Path | None,
) -> None:  # fmt: skip
    """Measure time and memory beside what a user would pick instead, as ratios.

    Of all JOBs, or of these, or of rows by name ("matching", "matching.spearman-1e6"). Both sides work in
    turn in one process, or in processes of their own; a ratio is the median of the rounds. Imports and first
    calls are not in it; they are shown beside it. Peers that are not installed are named.

    Exit code 1: a goal was missed, or two results differ; 3: something was not measured.
    """
    chosen = benchmarks.select(jobs)
    if markdown and any("." in it or "*" in it for it in jobs):
        raise click.UsageError("--markdown writes whole sections: name jobs, not rows")
    if listed:
        display.say(*(f"{name}: {row.title}, beside {row.peer.name}" for name, row in chosen.items()))
        return
    before = _run.load()

    def show(it: Measured) -> None:
        told = _shown.lines(it)
        display.say(told[0], style=_COLOURS.get(it.verdict))
        display.say(*told[1:])

    work = _run.run(chosen, seconds, threads)
    found = gather(work, show, filed=json_file is not None or markdown is not None)
    machine = _run.machine(threads, before)
    save(json_file, found, summary=machine)
    if markdown and not found.interrupted:
        text = markdown.read_text(encoding="utf-8") if markdown.exists() else ""
        output.save(markdown, _shown.inserted(text, found.results, machine, report.versions()))
    display.say(_where(machine), _shown.summary(found.results, len(chosen), found.seconds))
    sys.exit(found.code(exit_code(found.results, len(chosen))))


def _where(machine: _result.Machine) -> str:
    return f"on {machine.processor}, {machine.cores} cores, load {machine.load[0]} to {machine.load[1]}"


def exit_code(results: Sequence[Measured], planned: int) -> int:
    """What the results say, as in `exits`."""
    verdicts = {it.verdict for it in results}
    if verdicts & {"missed", "failed"}:
        return exits.FAILED
    return exits.INCOMPLETE if "not measured" in verdicts or len(results) < planned else exits.HELD
