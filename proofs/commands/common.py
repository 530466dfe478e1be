"""What the commands that run laws share: their arguments, and the run under a progress display."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from ..engine import planning
from ..engine.planning import EXAMPLES, Task
from ..engine.runner import Outcome
from . import display, output, patterns
from .gathered import Gathered, gather
from .output import OutputFile


def _positive(_ctx: click.Context, _parameter: click.Parameter, value: int) -> int:
    if value < 1:
        raise click.BadParameter(f"got {value}; expected an integer ≥ 1")
    return value


def common(command: Callable[..., None]) -> Callable[..., None]:
    """The arguments that prove and selftest share."""
    for decorate in reversed(
        [
            patterns.argument,
            click.option("--examples", default=EXAMPLES, callback=_positive, show_default=True,
                         help="Inputs per law, shared among its generators."),
            click.option("--seed", default=0, show_default=True, help="Same seed, same inputs."),
            click.option("--jobs", default=os.cpu_count() or 1, callback=_positive,
                         help="Processes [default: all cores]."),
            click.option("--json", "json_file", type=OutputFile(),
                         help="Write the results to this file."),
            click.option("-v", "--verbose", is_flag=True, help="A line for every law, also on a terminal."),
        ]
    ):  # fmt: skip
        command = decorate(command)
    return command


def note_x64(x64: bool) -> None:
    """Say that JAX does not run as it would by itself."""
    if x64:
        output.complain("note: JAX runs with jax_enable_x64: the laws need int64, and tables float64")


def run(tasks: Sequence[Task], jobs: int, x64: bool, verbose: bool, file: Path | None) -> Gathered[Outcome]:
    """Run tasks under a progress display."""
    with display.progress(len(tasks), verbose) as show:
        found = gather(planning.run(tasks, jobs, x64=x64), show, filed=file is not None)
    order = {(task.law, task.backend, task.dtype, task.mistake): place for place, task in enumerate(tasks)}
    found.results.sort(key=lambda o: order[o.law, o.backend, o.dtype, o.mistake])
    return found
