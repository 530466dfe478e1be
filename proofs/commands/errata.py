"""The command `refimpl errata`."""

import sys
from pathlib import Path

import click

from ... import backends
from ..engine import catalogue, exits, report
from . import display, output
from .output import OutputFile
from .patterns import argument


@click.command()
@argument
@click.option("--json", "json_file", type=OutputFile(),
              help="Write the errata to this file.")  # fmt: skip
def errata(patterns: tuple[str, ...], json_file: Path | None) -> None:
    """Print the errata: statement as printed, live counterexample, corrected statement."""
    on = backends.Setting.of(backends.get("numpy"))
    none = [it for it in patterns if it in catalogue.names() and not catalogue.documents()[it].of("E")]
    display.say(*(f"{document} states no errata" for document in none))
    asked = [pattern for pattern in patterns if pattern not in none]
    names = catalogue.select(asked, catalogue.errata(), "erratum") if asked or not none else []
    chosen = [catalogue.errata()[name] for name in names]
    judged = [(erratum, *erratum.judge(on)) for erratum in chosen]
    for entry in judged:
        display.erratum(*entry)
    if json_file:
        told = {"schema": "refimpl.errata/1", "errata": [display.erratum_data(*e) for e in judged]}
        output.save(json_file, report.text(told))
    sound = bool(judged or none) and all(
        any(not f.holds for f in printed) and corrected and all(f.holds for f in corrected)
        for _, printed, corrected in judged
    )
    sys.exit(exits.HELD if sound else exits.FAILED)
