"""Text as Markdown: what is plain is escaped, and what is cited becomes a link."""

import re
import textwrap
from collections.abc import Iterator, Mapping

CITED = re.compile(r"(?:\b([a-z]\w*) )?\b([DPCE]\d+)\b")
"""A number, with the document before it if it is that of another."""

_CODE = re.compile(r"(`+[^`]*`+)")
_MATH = re.compile(r"(\$\$.+?\$\$|\$.+?\$)", re.DOTALL)
_SPECIAL = re.compile(r"([\\*_\[\]<>$|#~{}^])")
_LIST = re.compile(r"^([-+=:]|\d+[.)])(?=\s)")


def escaped(text: str) -> str:
    """Plain text on one line, in which only code between backticks is set otherwise.

    >>> escaped("x_a * `x_a`")
    'x\\\\_a \\\\* `x_a`'
    """
    parts = _CODE.split(" ".join(text.split()))
    shown = "".join(part if n % 2 else _SPECIAL.sub(r"\\\1", part) for n, part in enumerate(parts))
    return _LIST.sub(r"\\\1", shown)


def label(name: str) -> str:
    """The anchor of something by its name.

    >>> label("rope D4")
    'rope-d4'
    """
    return name.lower().replace(" ", "-")


def link(text: str, name: str, known: Mapping[str, object] | frozenset[str]) -> str:
    """A link to what the book has, and else the text alone."""
    return f"[{text}](#{label(name)})" if name in known else text


def linked(markdown: str, document: str, entries: frozenset[str], functions: frozenset[str]) -> str:
    """Markdown of a document with links at the numbers that it refers to and at the names of functions."""
    parts = _MATH.split(markdown)
    return "".join(
        part if n % 2 else _linked(part, document, entries, functions) for n, part in enumerate(parts)
    )


def _linked(text: str, document: str, entries: frozenset[str], functions: frozenset[str]) -> str:
    def cited(found: re.Match[str]) -> str:
        other, number = found[1], found[2]
        if other and f"{other} {number}" in entries:
            return f"[{found[0]}](#{label(found[0])})"
        before = f"{other} " if other else ""
        return before + link(number, f"{document} {number}", entries)

    def named(found: re.Match[str]) -> str:
        inner = found[1]
        full = inner if inner in functions else f"{document}.{inner}"
        return link(f"`{inner}`", full, functions)

    parts = _CODE.split(text)
    return "".join(
        re.sub(r"`([\w.]+)`", named, part) if n % 2 else CITED.sub(cited, part)
        for n, part in enumerate(parts)
    )


def blocks(text: str) -> Iterator[str]:
    """The paragraphs of a docstring as Markdown; lists keep their items."""
    for paragraph in re.split(r"\n\s*\n", textwrap.dedent(text).strip()):
        if not paragraph:
            continue
        items = re.split(r"^- ", paragraph, flags=re.MULTILINE)
        if items[0]:
            yield escaped(items[0])
        if items[1:]:
            yield "\n".join(f"- {escaped(item)}" for item in items[1:])
