"""The sources of the book: what each page says, in Markdown for MyST."""

import inspect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ..engine import catalogue, registry
from ..language.document import SECTIONS
from . import accuracy, code, markdown
from .code import Written
from .docstring import Docstring

if TYPE_CHECKING:
    from ..engine.catalogue import Function
    from ..language.document import Entry
    from ..language.law import Law
    from ..language.mistake import Mistake


@dataclass(frozen=True)
class Book:
    """The documents of a book, and what is linked in it."""

    documents: tuple[str, ...]
    pictures: Mapping[str, list[str]] = field(default_factory=dict)
    """Errors drawn, in HTML, by function; most books have none."""

    @cached_property
    def functions(self) -> Mapping[str, "Function"]:
        """The functions of these documents."""
        return {name: it for name, it in catalogue.functions().items() if it.document in self.documents}

    @cached_property
    def laws(self) -> Mapping[str, "Law"]:
        """The laws that are written for these documents."""
        return {name: it for name, it in catalogue.written_laws().items() if it.document in self.documents}

    @cached_property
    def mistakes(self) -> Mapping[str, "Mistake"]:
        """The mistakes that are written for these functions."""
        return {
            name: it for name, it in catalogue.written_mistakes().items() if it.function in self.functions
        }

    @cached_property
    def entries(self) -> frozenset[str]:
        """The citations of all entries of these documents."""
        states = (catalogue.documents()[name] for name in self.documents)
        return frozenset(entry.citation for it in states for entry in it.entries.values())

    @cached_property
    def anchors(self) -> frozenset[str]:
        """Everything that has a place in the book."""
        return self.entries | {*self.functions, *self.laws, *self.mistakes, *self.documents}

    @cached_property
    def refuting(self) -> Mapping[str, list[str]]:
        """The laws that refute a mistake, by its id."""
        found = defaultdict(list)
        for law in catalogue.laws().values():
            for wrong in law.refutes:
                found[wrong].append(law.id)
        return found

    def to(self, name: str, *, code: bool = False, within: str = "") -> str:
        """A link to something by its name; of a document's own, `within` it, without its name."""
        shown = name.removeprefix(within).lstrip(". ") if within else name
        return markdown.link(f"`{shown}`" if code else markdown.escaped(shown), name, self.anchors)

    def linked(self, text: str, document: str) -> str:
        """Markdown of a document with links."""
        return markdown.linked(text, document, self.entries, frozenset(self.functions))


class Templates:
    """The templates, with what they use of a book."""

    def __init__(self, book: Book) -> None:
        import jinja2  # noqa: PLC0415  (an extra)

        loader = jinja2.FunctionLoader(
            lambda name: files(__package__ or "").joinpath("templates", name).read_text(encoding="utf-8")
        )
        self._known = jinja2.Environment(
            loader=loader, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
            keep_trailing_newline=True,
        )  # fmt: skip
        self._known.filters |= {
            "escaped": markdown.escaped, "label": markdown.label, "blocks": markdown.blocks,
            "to": book.to, "linked": book.linked, "claims": catalogue.entries,
            "details": _details,
        }  # fmt: skip

    def filled(self, page: str, /, **values: Any) -> str:
        """A page."""
        return self._known.get_template(f"{page}.md.j2").render(values)


def _details(of: Written) -> str:
    """Code that is shown when it is asked for."""
    fence = "````"
    return (
        f"<details><summary>Code</summary>\n\n{fence}python\n# {of.place}\n{of.text}\n{fence}\n\n</details>"
    )


def pages(book: Book) -> Iterator[tuple[str, str]]:
    """The places of all pages made of the catalogue, and what is in them."""
    filled = Templates(book).filled
    for name in book.documents:
        yield f"documents/{name}/index.md", _document(book, name, filled)
        yield f"documents/{name}/laws.md", _laws(book, name, filled)
    for name, function in book.functions.items():
        document, _, own = name.partition(".")
        yield f"documents/{document}/{own}.md", _function(book, function, filled)
    yield "by-rule.md", _by_rule(filled)
    seen = {name: [it for it in _of(book.mistakes, name) if it.reference] for name in book.documents}
    yield "seen.md", filled("seen", documents={name: some for name, some in seen.items() if some})


def counts(book: Book) -> list[dict[str, Any]]:
    """What there is of each document, for the first page."""
    return [
        {
            "name": name,
            "title": catalogue.documents()[name].title,
            "functions": len(_of(book.functions, name)),
            "laws": len(_of(book.laws, name)),
            "mistakes": len(_of(book.mistakes, name)),
        }
        for name in book.documents
    ]


def _of(members: Mapping[str, Any], document: str) -> list[Any]:
    return [it for name, it in members.items() if name.startswith(f"{document}.")]


def _sources(document: str, members: Iterable[Any]) -> dict[str, Written]:
    proofs = registry.loaded()[document].proofs.__name__
    return {it.id: code.member(it, proofs) for it in members}


def _document(book: Book, name: str, filled: Any) -> str:
    states = catalogue.documents()[name]
    citing: dict[str, list[str]] = defaultdict(list)
    for law in book.laws.values():
        for entry in catalogue.entries(law.source):
            citing[entry.citation].append(law.id)
    errata = defaultdict(list)
    for known in catalogue.errata().values():
        for entry in catalogue.entries(known.source):
            errata[entry.citation].append(known)
    return filled(
        "document", name=name, states=states, functions=_of(book.functions, name), citing=citing,
        errata=errata, laws=len(_of(book.laws, name)), mistakes=len(_of(book.mistakes, name)),
        sections=[(heading, some) for letter, heading in SECTIONS.items() if (some := states.of(letter))],
    )  # fmt: skip


def _laws(book: Book, name: str, filled: Any) -> str:
    laws = _of(book.laws, name)
    return filled("laws", name=name, laws=laws, sources=_sources(name, laws))


def _function(book: Book, function: "Function", filled: Any) -> str:
    name = function.name
    about = [law for law in catalogue.laws().values() if name in law.about]
    mistakes = [it for it in book.mistakes.values() if it.function == name]
    adapters = [it for it in catalogue.adapters().values() if it.function == name]
    cited: list[Entry] = catalogue.entries(function.source)
    return filled(
        "function", name=name, document=function.document, summary=function.summary,
        needs=sorted(function.needs), cited=cited, doc=Docstring.read(function.doc),
        signature=_signature(function), module=registry.loaded()[function.document].functions.__name__,
        code=code.definition(function.implementation), remedy=catalogue.remedies().get(name, ""),
        article=f"Document {book.to(function.document)}",
        laws=[law for law in about if not law.general], general=[law for law in about if law.general],
        mistakes=mistakes, refuting=book.refuting, adapters=adapters,
        edges=[it for it in catalogue.edges_of(name) if not it.general],
        sources=_sources(function.document, [*mistakes, *adapters]), accuracy=accuracy.figures().get(name),
        pictures=book.pictures.get(name, ()),
    )  # fmt: skip


def _signature(function: "Function") -> str:
    """The call without types, which are told below; a function as a default by its name."""
    signature = inspect.signature(function.implementation)
    bare = signature.replace(
        parameters=[it.replace(annotation=it.empty, default=_named(it.default))
                    for it in signature.parameters.values()],
        return_annotation=signature.empty,
    )  # fmt: skip
    return f"{function.name.partition('.')[2]}{bare}"


@dataclass(frozen=True, slots=True)
class _Name:
    name: str

    def __repr__(self) -> str:
        return self.name


def _named(default: Any) -> Any:
    return _Name(default.__name__) if inspect.isfunction(default) else default


def _by_rule(filled: Any) -> str:
    """General laws and mistakes by their own names, each by the first function that has it."""
    laws: dict[str, Law] = {}
    for law in catalogue.laws().values():
        if law.general:
            laws.setdefault(law.id.removeprefix(law.about[0]), law)
    mistakes: dict[str, Mistake] = {}
    for wrong in catalogue.mistakes().values():
        if wrong.general:
            mistakes.setdefault(wrong.id.partition("/")[2], wrong)
    return filled("by-rule", laws=laws.values(), mistakes=mistakes.values())
