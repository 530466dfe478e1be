"""The command `refimpl report`."""

import json
from pathlib import Path
from typing import Any

import click

from ..pages.report import ReportError, html
from . import output
from .output import PageFile


@click.command("report")
@click.argument("file", metavar="RUN.json", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", "html_file", type=PageFile(), required=True, help="Write the page here.")
def report(file: Path, html_file: Path) -> None:
    """Make a page for a browser from a report that a command wrote with --json.

    The commands are audit, prove (also with --campaign), accuracy, sensitivity, swap, certify and survey;
    most write the same page themselves with --html. It is one file that needs no network and no script.

    \\b
    refimpl audit mine.py:rotate --as rope.rotate --json run.json
    refimpl report run.json -o run.html
    """
    output.save(html_file, html(_read(file)))


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:  # also what is no UTF-8
        raise ReportError(
            f"{file}: got no JSON ({error}); expected what a command writes with --json"
        ) from error
