"""The command `refimpl show`."""

import click

from . import display, figures


@click.command()
@click.argument("words", metavar="NAME", nargs=-1, required=True)
def show(words: tuple[str, ...]) -> None:
    """Show a document (rope), a definition, claim or erratum of it ("rope C3"), or a function, law, mistake,
    adapter or edge, with all that belongs to it.
    """
    display.show(" ".join(words), figures.last())
