"""What the documents bring, by name: functions, and the laws, mistakes, adapters … written for them."""

import importlib
import importlib.util
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

import refimpl

from ..._errors import UnknownNameError
from ..language.adapter import Adapter
from ..language.edge import Edge
from ..language.erratum import Erratum
from ..language.facts import Facts, merged
from ..language.law import Implementation, Law
from ..language.mistake import Mistake
from ..language.sweep import Sweep
from ..language.textbook import Textbook

if TYPE_CHECKING:
    from ..language.document import Document, Entry

DOCUMENTS: tuple[str, ...] = tuple(refimpl.__all__)
PROOFS = "refimpl.proofs.documents"


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
    from importlib.resources import files  # noqa: PLC0415 - read when they are asked for

    from ..language.document import parse  # noqa: PLC0415

    texts = {name: files(f"{PROOFS}.{name}") / "document.md" for name in DOCUMENTS}
    return {name: parse(name, text.read_text(encoding="utf-8")) for name, text in texts.items()}


def entries(source: str) -> "list[Entry]":
    """The definitions, claims and errata of a citation such as "rope D4, C3; ddpm D1"."""
    from ..language.document import cited  # noqa: PLC0415

    return [_entry(document, number) for document, number in cited(source, documents())]


def _entry(document: str, number: str) -> "Entry":
    known = documents()[document].entries
    if number not in known:
        raise UnknownNameError(f"document {document} has no {number}; it has {', '.join(known)}")
    return known[number]


@cache
def claims(source: str) -> Mapping[str, str]:
    """The sentences of a citation, by document and number."""
    return {entry.citation: entry.claim for entry in entries(source)}


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
    for document in DOCUMENTS:
        module = importlib.import_module(f"refimpl.{document}")
        for name in module.__all__:
            member = getattr(module, name)
            if not inspect.isfunction(member):
                continue  # result types and constants
            text = inspect.getdoc(member) or ""
            source = re.search(r"^Source: (.+?)\.?$", text, re.MULTILINE)
            full = f"{document}.{name}"
            found[full] = Function(
                full,
                member,
                text.partition("\n")[0],
                source.group(1) if source else "",
                getattr(member, "needs", frozenset()),
            )
    return found


def reference() -> dict[str, Implementation]:
    """The reference implementations by name."""
    return {name: function.implementation for name, function in functions().items()}


Item = TypeVar("Item", Law, Mistake, Adapter, Edge, Erratum, Textbook)


@cache
def _members(kind: type[Item]) -> Mapping[str, Item]:
    """All objects of one kind in the documents' proof packages, in order of definition."""
    found: dict[str, Item] = {}
    for document in DOCUMENTS:
        package = importlib.import_module(f"{PROOFS}.{document}")
        modules: list[ModuleType] = [
            importlib.import_module(f"{package.__name__}.{info.name}")
            for info in pkgutil.iter_modules(package.__path__)
        ]
        for module in (package, *modules):
            for member in vars(module).values():
                if isinstance(member, kind) and found.setdefault(member.id, member) is not member:
                    raise RuntimeError(f"two {kind.__name__.lower()}s are called {member.id}")
    return found


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
    return merged([module.FACTS for module in _modules("facts")])


def remedies() -> Mapping[str, str]:
    """How a function keeps the digits that its textbook form loses, in one sentence, by function."""
    return facts().remedies


@cache
def sweeps() -> Sequence[Sweep]:
    """What dense samples and searches run over."""
    return [sweep for module in _modules("sweeps") for sweep in module.SWEEPS]


def _modules(name: str) -> Iterator[ModuleType]:
    """The modules of one name that documents have."""
    for document in DOCUMENTS:
        if importlib.util.find_spec(found := f"{PROOFS}.{document}.{name}") is not None:
            yield importlib.import_module(found)
