"""The command `refimpl config`."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import click

from ..._errors import RefimplError, put_name
from ...rope._config import layer_types, read
from ..engine import exits
from . import config_files, config_schedule, config_told, display
from .config_against import compared
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
    mapping, complaints = config_files.load(file)
    if config_schedule.is_schedule(mapping):
        _schedule(file, mapping, complaints, trained, json_file, started)
    try:
        results = [
            _explained(str(file), mapping, layer_type, length, complaints, against)
            for layer_type in layer_types(mapping)
        ]
    except RefimplError as error:
        put_name(f"config: {file}", error)
        raise
    for number, result in enumerate(results):
        display.say(*([""] if number else []), style=None)
        display.bold(config_told.title(result))
        display.say(*config_told.lines(result, verbose=verbose))
        display.say(*config_told.faults(result), style="red")
    found: Gathered[Any] = Gathered(results, time.perf_counter() - started)
    save(json_file, found)
    wrong = any(it.complaints or (it.against and not it.against.same) for it in results)
    sys.exit(exits.FAILED if wrong else exits.HELD)


def _schedule(
    file: Path, mapping: Mapping[str, Any], complaints: list[str], trained: Path | None,
    json_file: Path | None, started: float,
) -> NoReturn:  # fmt: skip
    """Explain the configuration of a scheduler."""
    other = config_files.load(trained)[0] if trained else None
    try:
        result = config_schedule.explained(str(file), mapping, other, complaints)
    except RefimplError as error:
        put_name(f"config: {file}", error)
        raise
    display.bold(config_schedule.title(result))
    display.say(*config_schedule.lines(result))
    display.say(*config_schedule.faults(result), style="red")
    save(json_file, Gathered([result], time.perf_counter() - started))
    sys.exit(exits.FAILED if result.complaints else exits.HELD)


def _explained(
    file: str, mapping: Mapping[str, Any], layer_type: str | None, length: float | None,
    complaints: list[str], against: str | None,
) -> config_told.Explained:  # fmt: skip
    block = read(mapping, layer_type)
    beside = compared(against, mapping, block, layer_type, length) if against else None
    return config_told.explained(file, mapping, block, layer_type, length, complaints, beside)
