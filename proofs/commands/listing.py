"""The command `refimpl list`."""

from collections.abc import Iterable

import click

from ..engine import catalogue, generic
from . import display
from .patterns import argument


@click.command("list")
@click.argument(
    "what",
    type=click.Choice(
        ["documents", "claims", "functions", "laws", "mistakes", "adapters", "edges", "errata"]
    ),
    default="functions",
)
@argument
def listing(what: str, patterns: tuple[str, ...]) -> None:
    """List functions, laws, mistakes, adapters, edges or errata; claims (and definitions) by number; or
    documents with their articles, as the table of the README."""
    if what == "documents":
        display.say(*catalogue.table())
        return
    items: dict[str, Iterable[str]] = {
        "functions": catalogue.functions(), "laws": catalogue.laws(),
        "mistakes": catalogue.mistakes(), "adapters": [*catalogue.adapters(), *generic.ADAPTERS],
        "claims": [f"{name}.{number}" for name, it in catalogue.documents().items() for number in it.entries],
        "edges": catalogue.edges(), "errata": catalogue.errata(),
    }  # fmt: skip
    display.listing(what, catalogue.select(patterns, items[what], what.rstrip("s")))
