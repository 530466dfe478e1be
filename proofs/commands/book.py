"""The command `refimpl book`."""

from pathlib import Path

import click

from ..engine import catalogue, exits, signals
from ..pages import extra
from . import display, output


@click.command("book")
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.argument("documents", metavar="[DOCUMENT]...", nargs=-1)
@click.option("--accuracy", "measured", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Draw the errors that `refimpl accuracy --json FILE` has measured.")  # fmt: skip
def book(directory: Path, documents: tuple[str, ...], measured: Path | None) -> None:
    """Build the book, a static site of everything that is known here: a page for each document and function.

    A page has the definition, the code, the laws, the mistakes with their code, conventions, edges, errors
    and an example; guides and tutorials stand beside. DIR/index.html is the first page; it needs no network,
    its search neither. Documents of other packages are in it, too. An earlier book in DIR is replaced as a
    whole. Needs `pip install "refimpl[book]"`.
    """
    from ..book import pictures, site  # noqa: PLC0415
    from ..book.pages import Book  # noqa: PLC0415

    extra.BOOK.need("book")
    site.check(directory)
    chosen = tuple(catalogue.select(documents, catalogue.names(), "document"))
    drawn = pictures.drawn(measured) if measured else {}
    made: list[int] = []

    def work(_: signals.Caught) -> None:
        pages = site.sources(Book(chosen, drawn))
        with display.bar(100, False, "the book", left=True) as shown:
            site.build(pages, directory, lambda name: shown(name, "", (), True))
        made.append(len(pages))

    try:
        caught = signals.keep(work)
    except site.BookError as error:
        output.complain(str(error))
        raise SystemExit(exits.FAILED) from None
    except OSError as error:
        output.complain(f"could not write {directory}: {error.strerror or error}")
        raise SystemExit(exits.UNWRITTEN) from None
    if not made:
        output.complain("interrupted; nothing was written")
        raise SystemExit(signals.SIGNALLED + caught.number)
    display.say(f"wrote {made[0]} pages: {directory / 'index.html'}")
