"""The command `refimpl config`."""

import sys
import time
from pathlib import Path
from typing import Any

import click

from ..._errors import RefimplError, put_name
from ..configuring import files, schedule, told
from ..engine import exits
from . import display
from .output import OutputFile
from .running import Gathered, save


@click.command("config")
@click.argument("file", type=click.Path(exists=True, allow_dash=True, path_type=Path))
@click.option(
    "--length",
    type=click.FloatRange(0, min_open=True),
    help="Of the present sequence, on which the tables of dynamic and longrope depend.",
)
@click.option("--against", metavar="TARGET", help="A function of your own, package.module:function or "
              "file.py:function, whose table is compared.")  # fmt: skip
@click.option("--trained", type=click.Path(exists=True, allow_dash=True, path_type=Path),
              help="Of a scheduler: the configuration of training, to compare with.")  # fmt: skip
@click.option("--json", "json_file", type=OutputFile(), help="Write the report to this file.")
@click.option("-v", "--verbose", is_flag=True, help="A line for every pair.")
def config(
    file: Path, length: float | None, against: str | None, trained: Path | None, json_file: Path | None,
    verbose: bool,
) -> None:  # fmt: skip
    """Explain which rotary table, or noise schedule, a configuration means, and complain of what is wrong.

    FILE is config.json of transformers 4 or 5, or its folder, a .gguf file, scheduler_config.json of
    diffusers, or - for JSON from standard input.

    \b
    refimpl config config.json --length 131072
    refimpl config config.json --against mypkg.rope:inv_freq
    refimpl config scheduler_config.json --trained training/scheduler_config.json

    The function gets what its arguments are called: dim, base, factor, train_length, seq_len, …, or the whole
    configuration under any other name of its first argument. It gives a table, or a table and the factor of
    cosines and sines. Exit code 1: there are complaints, or the tables differ.
    """
    started = time.perf_counter()
    mapping, complaints = files.load(file)
    scheduler = schedule.is_schedule(mapping)
    if scheduler and (against or length is not None):
        raise click.UsageError(f"--length and --against are for rotary tables; {file} is of a scheduler")
    if trained and not scheduler:
        raise click.UsageError(f"--trained is for schedulers; {file} is of none")
    other = files.load(trained)[0] if trained else None
    results: list[Any]
    try:
        if scheduler:
            results = [schedule.explained(str(file), mapping, other, complaints)]
            pages = [(schedule.title(it), schedule.lines(it), [*schedule.faults(it)]) for it in results]
        else:
            results = told.all_explained(str(file), mapping, length, complaints, against)
            pages = [(told.title(it), told.lines(it, verbose=verbose), [*told.faults(it)]) for it in results]
    except RefimplError as error:
        put_name(f"config: {file}", error)
        raise
    for number, (title, lines, faults) in enumerate(pages):
        display.say(*([""] if number else []), style=None)
        display.bold(title)
        display.say(*lines)
        display.say(*faults, style="red")
    save(json_file, Gathered(results, time.perf_counter() - started))
    sys.exit(exits.FAILED if any(faults for _, _, faults in pages) else exits.HELD)
