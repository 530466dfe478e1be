"""The command `refimpl config`."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

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
    if schedule.is_schedule(mapping):
        _schedule(file, mapping, complaints, trained, json_file, started)
    try:
        results = told.all_explained(str(file), mapping, length, complaints, against)
    except RefimplError as error:
        put_name(f"config: {file}", error)
        raise
    for number, result in enumerate(results):
        display.say(*([""] if number else []), style=None)
        display.bold(told.title(result))
        display.say(*told.lines(result, verbose=verbose))
        display.say(*told.faults(result), style="red")
    found: Gathered[Any] = Gathered(results, time.perf_counter() - started)
    save(json_file, found)
    wrong = any(it.complaints or (it.against and not it.against.same) for it in results)
    sys.exit(exits.FAILED if wrong else exits.HELD)


def _schedule(
    file: Path, mapping: Mapping[str, Any], complaints: list[str], trained: Path | None,
    json_file: Path | None, started: float,
) -> NoReturn:  # fmt: skip
    """Explain the configuration of a scheduler."""
    other = files.load(trained)[0] if trained else None
    try:
        result = schedule.explained(str(file), mapping, other, complaints)
    except RefimplError as error:
        put_name(f"config: {file}", error)
        raise
    display.bold(schedule.title(result))
    display.say(*schedule.lines(result))
    display.say(*schedule.faults(result), style="red")
    save(json_file, Gathered([result], time.perf_counter() - started))
    sys.exit(exits.FAILED if result.complaints else exits.HELD)
