"""The command `refimpl book`."""

from pathlib import Path

import click

from ..engine import catalogue, signals
from . import display, output


@click.command("book")
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.argument("documents", metavar="[DOCUMENT]...", nargs=-1)
def book(directory: Path, documents: tuple[str, ...]) -> None:
    """Build the book, a static site of everything that is known here: a page for each document and function.

    A page has the definition, the code, the laws, the mistakes with their code, conventions, edges, errors
    and an example; guides and tutorials stand beside. DIR/index.html is the first page; it needs no network,
    its search neither. Documents of other packages are in it, too. An earlier book in DIR is replaced as a
    whole. Needs `pip install "refimpl[book]"`.
    """
    from ..book import site  # noqa: PLC0415
    from ..book.pages import Book  # noqa: PLC0415

    site.need()
    site.check(directory)
    chosen = tuple(catalogue.select(documents, catalogue.names(), "document"))
    made: list[int] = []

    def work(_: signals.Caught) -> None:
        pages = site.sources(Book(chosen))
        with display.bar(2 * len(pages), False, "the book", left=True) as shown:
            site.build(pages, directory, lambda name: shown(name, "", (), True))
        made.append(len(pages))

    caught = signals.keep(work)
    if not made:
        output.complain("interrupted; nothing was written")
        raise SystemExit(signals.SIGNALLED + caught.number)
    display.say(f"wrote {made[0]} pages: {directory / 'index.html'}")
