"""What the documents bring, by name: functions, and the laws, mistakes, adapters … written for them."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..._declared import Declaration
from ..._errors import UnknownNameError
from . import installed
from .installed import source

if TYPE_CHECKING:
    from ..language.adapter import Adapter
    from ..language.document import Document, Entry
    from ..language.edge import Edge
    from ..language.erratum import Erratum
    from ..language.facts import Facts
    from ..language.law import Implementation, Law
    from ..language.mistake import Mistake
    from ..language.sweep import Sweep
    from ..language.textbook import Textbook
    from .loading import Installed

Item = TypeVar("Item", "Law", "Mistake", "Adapter", "Edge", "Erratum", "Textbook")


Value = TypeVar("Value")


class Lazily(Mapping[str, Value], Generic[Value]):
    """All items by name. They are loaded when all are wanted, or one that cannot be loaded alone."""

    def __init__(
        self,
        alone: Callable[[str], Value | None],
        everything: Callable[[], Mapping[str, Value]],
        possible: Callable[[str], bool] = lambda name: True,
    ) -> None:
        self._alone, self._everything, self._possible = alone, everything, possible
        self._known: Mapping[str, Value] | None = None

    def _all(self) -> Mapping[str, Value]:
        if self._known is None:
            self._known = self._everything()
        return self._known

    def _one(self, name: str) -> Value | None:
        """An item, out of the others if they are there, and without them if it can be."""
        if self._known is not None and (name in self._known or not installed.narrowed()):
            return self._known.get(name)
        return self._alone(name)

    def __getitem__(self, name: str) -> Value:
        if not self._possible(name):
            raise KeyError(name)
        found = self._one(name)
        return self._all()[name] if found is None else found

    def __contains__(self, name: object) -> bool:
        if not (isinstance(name, str) and self._possible(name)):
            return False
        return self._one(name) is not None or name in self._all()

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def loaded() -> "Mapping[str, Installed]":
    """All documents that are sound."""
    from .loading import loaded as all_of_them  # noqa: PLC0415  (all their modules, and what they need)

    return all_of_them()


def names() -> tuple[str, ...]:
    """The names of the documents that are installed and sound."""
    return tuple(loaded())


@dataclass(frozen=True, slots=True)
class Function:
    """A public function, and what it declares and its docstring says."""

    name: str
    implementation: "Implementation"
    summary: str
    source: str
    needs: frozenset[str]
    declared: Declaration

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
    everything = lambda: {name: found.states for name, found in loaded().items()}  # noqa: E731
    return Lazily(_own_document, everything, possible=lambda name: name in installed.named())


def _own_document(name: str) -> "Document | None":
    from .loading import states  # noqa: PLC0415

    proofs = installed.of_own(name)
    return states(name, proofs) if proofs else None


def entries(citation: str) -> "list[Entry]":
    """The entries of a citation such as "rope D4, C3; ddpm D1"."""
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
            own |= {it.citation: it.claim for it in entries(law.source) if not it.defines}
    return own


@cache
def functions() -> Mapping[str, Function]:
    """Every public function of every document."""
    return Lazily(
        _own_function,
        lambda: {
            full: _function(full, member)
            for document in loaded().values()
            for full, member in document.public()
        },
    )


@cache
def signature(function: str) -> inspect.Signature:
    """The signature of a function, found out once."""
    return inspect.signature(functions()[function].implementation)


def _function(full: str, member: Any) -> Function:
    text = inspect.getdoc(member) or ""
    needs: frozenset[str] = getattr(member, "needs", frozenset())
    return Function(full, member, text.partition("\n")[0], source(member), needs, member.declared)


@cache
def _own_function(full: str) -> Function | None:
    document, _, name = full.partition(".")
    module = installed.own_functions(document)
    member = getattr(module, name, None) if module and name in module.__all__ else None
    return _function(full, member) if inspect.isfunction(member) else None


def everywhere() -> Iterator[str]:
    """The names of all functions in order, also of documents that this process does not load."""
    if not installed.narrowed():
        yield from functions()
        return
    for entry in installed.entries():
        module = installed.own_functions(entry.name)
        names = module.__all__ if module else ()
        yield from (full for name in names if (full := f"{entry.name}.{name}") in functions())


@cache
def reference() -> "Mapping[str, Implementation]":
    """The reference implementations by name."""
    known = functions()
    return Lazily(
        lambda name: known[name].implementation if name in known else None,
        lambda: {name: function.implementation for name, function in known.items()},
    )


@cache
def _members(kind: type[Item]) -> Mapping[str, Item]:
    """All objects of one kind in the documents' proofs, in order of definition."""
    members = [member for document in loaded().values() for member in document.members]
    return {member.id: member for member in members if isinstance(member, kind)}


@cache
def written_laws() -> "Mapping[str, Law]":
    """The laws that are written for the documents, by id."""
    from ..language.law import Law  # noqa: PLC0415

    return Lazily(installed.own_law, lambda: _members(Law))


def written_mistakes() -> "Mapping[str, Mistake]":
    """The mistakes that are written for the documents, by id."""
    from ..language.mistake import Mistake  # noqa: PLC0415

    return _members(Mistake)


def adapters() -> "Mapping[str, Adapter]":
    """Every adapter by id."""
    from ..language.adapter import Adapter  # noqa: PLC0415

    return _members(Adapter)


def textbooks() -> "Mapping[str, Textbook]":
    """The printed formulas by id."""
    from ..language.textbook import Textbook  # noqa: PLC0415

    return _members(Textbook)


def written_edges() -> "Mapping[str, Edge]":
    """The edges that are written for the documents, by id."""
    from ..language.edge import Edge  # noqa: PLC0415

    return _members(Edge)


def errata() -> "Mapping[str, Erratum]":
    """Every erratum by id."""
    from ..language.erratum import Erratum  # noqa: PLC0415

    return _members(Erratum)


@cache
def facts() -> "Facts":
    """What the engine has to be told of single functions and laws, of all documents."""
    from ..language.facts import merged  # noqa: PLC0415

    return merged([module.FACTS for _, module in _modules("facts")])


def remedies() -> Mapping[str, str]:
    """How a function keeps the digits that its textbook form loses, in one sentence, by function."""
    return facts().remedies


@cache
def sweeps() -> "Sequence[Sweep]":
    """What dense samples and searches run over."""
    return [sweep for _, module in _modules("sweeps") for sweep in module.SWEEPS]


def replaced() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """What stands for kernels that approximate, by the module of a document's functions, module and name."""
    return {document.functions.__name__: module.REPLACED for document, module in _modules("unproven")}


def _modules(name: str) -> "Iterator[tuple[Installed, ModuleType]]":
    """The modules of one name that documents have."""
    for document in loaded().values():
        if (module := document.module(name)) is not None:
            yield document, module
