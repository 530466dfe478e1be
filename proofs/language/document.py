"""A document: where an article was published, and its definitions, practice, claims and errata.

Their numbers begin with D, P, C and E. Practice is what people compute beside the article, each entry with
where it was first published.

It is read from `document.md` beside the laws: a title, a list of facts, the notation, and an entry for each
number, whose heading is the sentence that reports give beside the number:

    # The title in English

    - Original title: …
    - Author: …
    - Date: …
    - Published: …
    - Discusses: …

    ## Notation

    $x$ is …

    ## Definitions

    ### D1. The sentence, with formulas in LaTeX such as $a_t$.

    More words, and formulas between lines of `$$`.

    Functions: `name`, `other`.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..._errors import RefimplError
from . import latex

WIDTH = 100
"""Columns of running text in a terminal."""

SECTIONS = {"D": "Definitions", "P": "Practice", "C": "Claims", "E": "Errata"}
"""The headings of a document, by the letter of their entries' numbers."""
LETTERS = "".join(SECTIONS)

_MATH = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)
_NUMBER = re.compile(rf"[{LETTERS}]\d+")
_REFERENCE = re.compile(rf"\b[{LETTERS}]\d+\b")


class DocumentError(RefimplError, ValueError):
    """A `document.md` that has not the form above."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A definition, also of practice, a claim or an erratum."""

    document: str
    number: str
    sentence: str
    """The heading, in Markdown with LaTeX."""
    body: str
    """What follows it, likewise."""
    functions: tuple[str, ...] = ()
    """The functions that it defines, by their names in the document."""

    @property
    def citation(self) -> str:
        """How it is cited: "rope D4"."""
        return f"{self.document} {self.number}"

    @property
    def defines(self) -> bool:
        """Whether it is a definition, also of practice."""
        return self.number[0] in "DP"

    @property
    def formulas(self) -> tuple[str, ...]:
        """All its formulas in LaTeX, those in running text too."""
        found = _MATH.findall(f"{self.sentence}\n{self.body}")
        return tuple(" ".join((display or inline).split()) for display, inline in found)

    @property
    def claim(self) -> str:
        """The sentence as a terminal shows it."""
        return plain(self.sentence)

    @property
    def references(self) -> tuple[str, ...]:
        """The other numbers that it refers to."""
        found = _REFERENCE.findall(f"{self.sentence}\n{self.body}")
        return tuple(number for number in dict.fromkeys(found) if number != self.number)

    def lines(self, *, functions: bool = True) -> Iterator[str]:
        """The whole entry as a terminal shows it, or all but the names of its functions."""
        yield from textwrap.wrap(f"{self.number}. {self.claim}", WIDTH, break_long_words=False)
        yield from ("    " + line if line else "" for line in paragraphs(self.body))
        if self.functions and functions:
            names = ", ".join(self.functions)
            yield ""
            yield from textwrap.wrap(
                f"Functions: {names}", WIDTH, initial_indent="    ", subsequent_indent="    "
            )


@dataclass(frozen=True, slots=True)
class Document:
    """An article and what it states."""

    name: str
    title: str
    facts: Mapping[str, str]
    """Original title, author, date, where it was published, what it discusses."""
    notation: str
    entries: Mapping[str, Entry]

    @property
    def article(self) -> str:
        """The article in one line: author, title, date and address."""
        return f"{self.facts['Author']}: {self.title} ({self.facts['Date']}), {self.address}"

    @property
    def address(self) -> str:
        """Where the article is on the web: the first address that says where it was published."""
        found = re.search(r"<(https?://[^>]+)>", self.facts["Published"])
        return found[1] if found else ""

    def notation_lines(self) -> list[str]:
        """The notation as a terminal shows it."""
        return list(paragraphs(self.notation))

    def of(self, letter: str) -> list[Entry]:
        """The entries of one kind, by the letter of their numbers."""
        return [entry for number, entry in self.entries.items() if number.startswith(letter)]

    def lines(self) -> Iterator[str]:
        """The whole document as a terminal shows it."""
        yield self.title
        for what, fact in self.facts.items():
            yield from textwrap.wrap(
                plain(f"{what}: {fact}"), WIDTH, subsequent_indent="    ", initial_indent="  "
            )
        yield from ("", "Notation", "", *self.notation_lines())
        for letter, heading in SECTIONS.items():
            if self.of(letter):
                yield from ("", heading)
            for entry in self.of(letter):
                yield from ("", *entry.lines())


REQUIRED = ("Original title", "Author", "Date", "Published", "Discusses")


def parse(name: str, text: str) -> Document:
    """The document in a Markdown text."""
    head, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    title = re.match(r"# (.+)\n", head)
    facts = {what: " ".join(fact.split()) for what, fact in _FACT.findall(head)}
    if title is None or any(fact not in facts for fact in REQUIRED):
        raise DocumentError(
            f"document.md of {name}: expected the line `# title` and then a list of {', '.join(REQUIRED)}; "
            f"got {', '.join(facts) or 'no list'}"
        )
    notation, entries = "", {}
    for section in sections:
        heading, _, content = section.partition("\n")
        if heading.strip() == "Notation":
            notation = content.strip()
        for entry in _entries(name, content):
            if entry.number in entries:
                raise DocumentError(f"document.md of {name}: {entry.number} is there twice")
            entries[entry.number] = entry
    _consecutive(name, list(entries))
    return Document(name, title[1].strip(), facts, notation, entries)


_FACT = re.compile(r"^- ([A-Z][\w ]+): (.+(?:\n  .+)*)", re.MULTILINE)


def _entries(name: str, section: str) -> Iterator[Entry]:
    for part in re.split(r"^### ", section, flags=re.MULTILINE)[1:]:
        heading, _, body = part.partition("\n")
        number, _, sentence = heading.partition(". ")
        if not _NUMBER.fullmatch(number) or not sentence:
            raise DocumentError(
                f"document.md of {name}: expected a heading `### D1. A sentence.`, got `### {heading}`"
            )
        text, _, functions = body.partition("\nFunctions: ")
        yield Entry(name, number, sentence.strip(), text.strip(), tuple(re.findall(r"`(\w+)`", functions)))


def _consecutive(name: str, numbers: list[str]) -> None:
    for letter in SECTIONS:
        got = [number for number in numbers if number.startswith(letter)]
        wanted = [f"{letter}{place}" for place in range(1, len(got) + 1)]
        if got != wanted:
            raise DocumentError(
                f"document.md of {name}: expected {', '.join(wanted)} in this order, got {', '.join(got)}"
            )


def plain(markdown: str) -> str:
    """Markdown on one line, formulas as Unicode."""
    shown = _MATH.sub(lambda found: formula(found[1] or found[2]), markdown)
    shown = re.sub(r"\*\*(.+?)\*\*|(?<!\*)\*([^* ][^*]*)\*", lambda found: found[1] or found[2], shown)
    return " ".join(re.sub(r"<(https?://[^>]+)>", r"\1", shown).split())


def paragraphs(markdown: str) -> Iterator[str]:
    """Markdown as lines of a terminal: text is wrapped, formulas stand alone, lists keep their items."""
    for place, block in enumerate(re.split(r"\n\s*\n", markdown.strip())):
        if place:
            yield ""
        if block.startswith("$$"):
            yield from _display(formula(block.strip("$")))
            continue
        for item in re.split(r"^(?=- )", block, flags=re.MULTILINE):
            indent = "  " if item.startswith("- ") else ""
            yield from textwrap.wrap(
                plain(item), WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
            )


def formula(source: str) -> str:
    """A formula as Unicode, or as it is written if it cannot be read: a report must not fail for it."""
    try:
        return latex.text(source)
    except ValueError:
        return " ".join(source.split())


def _display(shown: str) -> Iterator[str]:
    """A formula that stands alone; if it is long, every part on its own line."""
    for line in shown.splitlines():
        parts = line.split(latex.QUAD) if len(line) > WIDTH else [line]
        yield from ("    " + part for part in parts)


def cited(source: str, documents: Mapping[str, object]) -> list[tuple[str, str]]:
    """The documents and numbers of a citation such as "rope D4, C3; ddpm D1", in their order."""
    found: list[tuple[str, str]] = []
    document = ""
    for word in re.findall(r"[A-Za-z_]\w*", source):
        if word in documents:
            document = word
        elif document and _NUMBER.fullmatch(word):
            found.append((document, word))
    return found
