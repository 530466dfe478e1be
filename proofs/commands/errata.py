"""The command `refimpl errata`."""

import sys
from pathlib import Path

import click

from ... import backends
from ..engine import catalogue, exits, report
from . import display, output
from .output import OutputFile


@click.command()
@click.argument("patterns", nargs=-1)
@click.option("--json", "json_file", type=OutputFile(),
              help="Write the errata to this file.")  # fmt: skip
def errata(patterns: tuple[str, ...], json_file: Path | None) -> None:
    """Print the errata: statement as printed, live counterexample, corrected statement."""
    on = backends.Setting.of(backends.get("numpy"))
    chosen = [catalogue.errata()[name] for name in catalogue.select(patterns, catalogue.errata(), "erratum")]
    judged = [(erratum, *erratum.judge(on)) for erratum in chosen]
    for entry in judged:
        display.erratum(*entry)
    if json_file:
        told = {"schema": "refimpl.errata/1", "errata": [display.erratum_data(*e) for e in judged]}
        output.save(json_file, report.text(told))
    sound = bool(judged) and all(
        any(not f.holds for f in printed) and corrected and all(f.holds for f in corrected)
        for _, printed, corrected in judged
    )
    sys.exit(exits.HELD if sound else exits.FAILED)
