"""The command `refimpl report`."""

from pathlib import Path

import click

from ..pages.report import html, read
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
    output.save(html_file, html(read(file)))
