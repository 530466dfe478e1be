"""Everything that exists, by name: what the documents bring, and the general laws made of it."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from ..._errors import UnknownNameError
from . import registry
from .installed import LEFT_OUT, own_law
from .registry import (
    Function,
    Lazily,
    adapters,
    claims,
    claims_about,
    documents,
    entries,
    errata,
    everywhere,
    functions,
    names,
    reference,
    remedies,
    textbooks,
    written_edges,
    written_laws,
    written_mistakes,
)

if TYPE_CHECKING:
    from ..language.edge import Edge
    from ..language.law import Implementation, Law
    from ..language.mistake import Mistake

__all__ = [
    "Function",
    "adapters",
    "article",
    "claims",
    "claims_about",
    "documents",
    "edges",
    "edges_of",
    "entries",
    "errata",
    "everywhere",
    "functions",
    "gradients",
    "hidden",
    "law",
    "laws",
    "made",
    "mistakes",
    "names",
    "reference",
    "remedies",
    "select",
    "table",
    "textbooks",
    "written_edges",
    "written_laws",
    "written_mistakes",
]


@cache
def laws() -> "Mapping[str, Law]":
    """Every law by id, the general ones last."""

    def everything() -> "Mapping[str, Law]":
        from . import general  # noqa: PLC0415  (made of all laws)

        return {**written_laws(), **general.laws()}

    return Lazily(own_law, everything)


def law(name: str) -> "Law":
    """A law by id, also one of gradients."""
    return gradients()[name] if "-gradient" in name and name not in laws() else laws()[name]


@cache
def gradients() -> "Mapping[str, Law]":
    """The laws of gradients by id: not of functions, but of what is made of them."""
    from .gradient import laws as of_gradients  # noqa: PLC0415  (made of all laws)

    return of_gradients.laws()


@cache
def mistakes() -> "Mapping[str, Mistake]":
    """Every mistake by id, the general ones last."""
    from . import general  # noqa: PLC0415

    return {**written_mistakes(), **general.mistakes()}


def hidden(mistake: str, dtype: str, backend: str = "numpy") -> str:
    """Why a mistake cannot be seen in a setting; empty if it can."""
    wrong = mistakes()[mistake]
    if wrong.only not in ("", dtype):
        return f"it is one in {wrong.only} alone"
    if backend in wrong.not_on or (wrong.only_on and backend not in wrong.only_on):
        return "it cannot be made of arrays of this library"
    reasons = registry.facts().hidden(dtype).items()
    return next((reason for reason, names in reasons if mistake in names), "")


def made(wrong: "Mistake") -> "Implementation":
    """The function that a mistake makes, without memory of earlier calls."""
    return wrong.fresh(widens=registry.reference()[wrong.function].declared.widens)  # type: ignore[attr-defined]


@cache
def edges() -> "Mapping[str, Edge]":
    """Every edge by id, the general ones last."""
    from . import general  # noqa: PLC0415

    return {**written_edges(), **general.edges()}


def edges_of(function: str) -> "list[Edge]":
    """The edges of a function."""
    return [edge for edge in edges().values() if edge.function == function]


def select(patterns: Sequence[str], available: Iterable[str], what: str) -> list[str]:
    """The names that match any pattern: shell wildcards, a document for all of it, or a name as in `find`."""
    from ..._names import find  # noqa: PLC0415

    known = list(available)
    if not patterns:
        return known
    chosen: dict[str, None] = {}
    for pattern in patterns:
        full = f"{pattern}.*" if pattern in names() else pattern
        matches = [name for name in known if fnmatchcase(name, full)]
        broken = [why for name, why in LEFT_OUT.items() if pattern.partition(".")[0] == name]
        if broken and not matches:
            raise UnknownNameError(f"no {what} is called {pattern!r}: {broken[0]}")
        chosen.update(dict.fromkeys(matches or [find(pattern, known, what)]))
    return list(chosen)


def article(document: str) -> str:
    """The article of a document in Markdown: a link with its title, and its date."""
    found = documents()[document]
    return f"[{found.title}]({found.address}), {found.facts['Date']}"


def table(page: str = "") -> list[str]:
    """The documents in Markdown: article, and functions and what is written about them, counted.

    With a page, the number of functions is a link to the heading of the document there.
    """
    columns = ["document", "article", "functions", "laws", "that see no 64 ulp"]
    columns += ["mistakes", "seen in public", "errata"]
    rows = ["| " + " | ".join(columns) + " |", "| --- " * len(columns) + "|"]
    blind = {law for some in registry.facts().insensitive.values() for law in some}
    for document in names():
        public = sum(function.document == document for function in functions().values())
        laws_here = {name for name, law in written_laws().items() if law.document == document}
        wrong = [m for m in written_mistakes().values() if m.function.startswith(f"{document}.")]
        counts = [
            len(laws_here),
            len(laws_here & blind),
            len(wrong),
            sum(bool(mistake.reference) for mistake in wrong),
            sum(erratum.startswith(f"{document}.") for erratum in errata()),
        ]
        linked = f"[{public}]({page}#{document})" if page else str(public)
        rows.append("| " + " | ".join([document, article(document), linked, *map(str, counts)]) + " |")
    return rows
