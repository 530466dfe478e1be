"""What the documents bring, by name: functions, and the laws, mistakes, adapters … written for them."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from ..._errors import UnknownNameError
from ..language.adapter import Adapter
from ..language.edge import Edge
from ..language.erratum import Erratum
from ..language.facts import Facts, merged
from ..language.law import Implementation, Law
from ..language.mistake import Mistake
from ..language.sweep import Sweep
from ..language.textbook import Textbook
from .installed import Installed, loaded, source

if TYPE_CHECKING:
    from ..language.document import Document, Entry


def names() -> tuple[str, ...]:
    """The names of the documents that are installed and sound."""
    return tuple(loaded())


@dataclass(frozen=True, slots=True)
class Function:
    """A public function and what its docstring says of it."""

    name: str
    implementation: Implementation
    summary: str
    source: str
    needs: frozenset[str]

    @property
    def document(self) -> str:
        """The document that defines it."""
        return self.name.partition(".")[0]

    @property
    def doc(self) -> str:
        """The whole docstring."""
        return inspect.getdoc(self.implementation) or ""


@cache
def documents() -> "Mapping[str, Document]":
    """The documents with all that they state, by name."""
    return {name: found.states for name, found in loaded().items()}


def entries(citation: str) -> "list[Entry]":
    """The definitions, claims and errata of a citation such as "rope D4, C3; ddpm D1"."""
    from ..language.document import cited  # noqa: PLC0415

    return [_entry(document, number) for document, number in cited(citation, documents())]


def _entry(document: str, number: str) -> "Entry":
    known = documents()[document].entries
    if number not in known:
        raise UnknownNameError(f"document {document} has no {number}; it has {', '.join(known)}")
    return known[number]


@cache
def claims(citation: str) -> Mapping[str, str]:
    """The sentences of a citation, by document and number."""
    return {entry.citation: entry.claim for entry in entries(citation)}


def claims_about(function: str) -> Mapping[str, str]:
    """What the document states about a function: its own definitions, and all claims and errata that its laws
    check. (A law may cite the definitions of other functions.)"""
    own = dict(claims(functions()[function].source))
    for law in written_laws().values():
        if function in law.about:
            own |= {n: text for n, text in claims(law.source).items() if " D" not in n}
    return own


@cache
def functions() -> Mapping[str, Function]:
    """Every public function of every document."""
    found = {}
    for document in loaded().values():
        for full, member in document.public():
            text = inspect.getdoc(member) or ""
            found[full] = Function(
                full,
                member,
                text.partition("\n")[0],
                source(member),
                getattr(member, "needs", frozenset()),
            )
    return found


def reference() -> dict[str, Implementation]:
    """The reference implementations by name."""
    return {name: function.implementation for name, function in functions().items()}


Item = TypeVar("Item", Law, Mistake, Adapter, Edge, Erratum, Textbook)


@cache
def _members(kind: type[Item]) -> Mapping[str, Item]:
    """All objects of one kind in the documents' proofs, in order of definition."""
    members = [member for document in loaded().values() for member in document.members]
    return {member.id: member for member in members if isinstance(member, kind)}


def written_laws() -> Mapping[str, Law]:
    """The laws that are written for the documents, by id."""
    return _members(Law)


def written_mistakes() -> Mapping[str, Mistake]:
    """The mistakes that are written for the documents, by id."""
    return _members(Mistake)


def adapters() -> Mapping[str, Adapter]:
    """Every adapter by id."""
    return _members(Adapter)


def textbooks() -> Mapping[str, Textbook]:
    """The printed formulas by id."""
    return _members(Textbook)


def written_edges() -> Mapping[str, Edge]:
    """The edges that are written for the documents, by id."""
    return _members(Edge)


def errata() -> Mapping[str, Erratum]:
    """Every erratum by id."""
    return _members(Erratum)


@cache
def facts() -> Facts:
    """What the engine has to be told of single functions and laws, of all documents."""
    return merged([module.FACTS for _, module in _modules("facts")])


def remedies() -> Mapping[str, str]:
    """How a function keeps the digits that its textbook form loses, in one sentence, by function."""
    return facts().remedies


@cache
def sweeps() -> Sequence[Sweep]:
    """What dense samples and searches run over."""
    return [sweep for _, module in _modules("sweeps") for sweep in module.SWEEPS]


def replaced() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """What stands for kernels that approximate, by the module of a document's functions, module and name."""
    return {document.functions.__name__: module.REPLACED for document, module in _modules("unproven")}


def _modules(name: str) -> Iterator[tuple[Installed, ModuleType]]:
    """The modules of one name that documents have."""
    for document in loaded().values():
        if (module := document.module(name)) is not None:
            yield document, module
