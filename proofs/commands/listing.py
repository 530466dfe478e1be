"""The command `refimpl list`."""

from collections.abc import Callable, Iterable, Mapping

import click

from ... import backends
from ..engine import catalogue, generic
from ..language.edge import Edge
from .display import say
from .running import argument


def _functions() -> Mapping[str, str]:
    laws, mistakes = catalogue.laws().values(), catalogue.mistakes().values()
    return {
        name: f"({it.source})  {sum(name in law.about for law in laws)} laws, "
        f"{sum(wrong.function == name for wrong in mistakes)} mistakes  {it.summary}"
        for name, it in catalogue.functions().items()
    }


def _claims() -> Mapping[str, str]:
    return {
        f"{name}.{number}": f"{entry.citation}  {entry.claim}"
        for name, document in catalogue.documents().items()
        for number, entry in document.entries.items()
    }


def _adapters() -> Mapping[str, str]:
    own = {name: it.sentence for name, it in catalogue.adapters().items()}
    return own | {name: it.sentence for name, it in generic.ADAPTERS.items()}


def at_edge(edge: Edge) -> str:
    """What practice gives at an edge, on one line."""
    return f"{edge.sentence}: refimpl gives {edge.ours}; in use: {', '.join(edge.values)}"


KINDS: Mapping[str, Callable[[], Mapping[str, str]]] = {
    "functions": _functions,
    "laws": lambda: {name: f"({it.source})  {it.statement}" for name, it in catalogue.laws().items()},
    "mistakes": lambda: {name: it.sentence for name, it in catalogue.mistakes().items()},
    "adapters": _adapters,
    "claims": _claims,
    "edges": lambda: {name: at_edge(it) for name, it in catalogue.edges().items()},
    "errata": lambda: {name: f"({it.source})  {it.printed}" for name, it in catalogue.errata().items()},
}
"""What there is by name, each with its sentence."""


@click.command("list")
@click.argument("what", type=click.Choice(["documents", *KINDS, "backends"]), default="functions")
@argument
def listing(what: str, patterns: tuple[str, ...]) -> None:
    """List functions, laws, mistakes, adapters, edges, errata or backends, claims by number, or
    documents with their articles, as the table of the README."""
    if what == "documents":
        lines: Iterable[str] = catalogue.table()
    elif what == "backends":
        lines = catalogue.select(patterns, backends.names(), "backend")
    else:
        known = KINDS[what]()
        singular = {"errata": "erratum"}.get(what, what.removesuffix("s"))
        chosen = catalogue.select(patterns, known, singular)
        lines = (known[name] if what == "claims" else f"{name}  {known[name]}" for name in chosen)
    say(*lines)
