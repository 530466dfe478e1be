"""The pages that are written by hand, and the links between them."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files

from . import markdown

LINK = re.compile(r"(?<!\w)\[([^\]]+)\]\(([^)\s#:]*)(#[^)\s]*)?\)")
"""A link; a word before it makes it code: `impl["name"](...)`."""
FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| `([\w.]+)`", re.MULTILINE)

_MADE = "functions.md"
"""What is written of the declarations, which stand on the pages of the functions."""


def _folder(inside: str) -> Iterator[str]:
    found = files(__package__ or "").joinpath(inside).iterdir()
    yield from sorted(it.name for it in found if it.name.endswith(".md") and it.name != _MADE)


def places() -> dict[str, str]:
    """Where each file of the repository stands in the book."""
    return {
        **{f"docs/{name}": f"guides/{name}" for name in _folder("docs")},
        **{f"docs/tutorials/{name}": f"tutorials/{name}" for name in _folder("docs/tutorials")},
        "ACCURACY.md": "accuracy.md",
        "CONTRIBUTING.md": "contributing.md",
    }


def pages(functions: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The places of these pages, and what is in them; tables lead to the functions that they name."""
    known = places()
    for file, place in known.items():
        text = files(__package__ or "").joinpath(file).read_text(encoding="utf-8")
        yield place, _ROW.sub(lambda row: f"| {_to(row[1], functions)}", rewritten(text, file, known))


def _to(name: str, functions: frozenset[str]) -> str:
    return markdown.link(f"`{name}`", name, functions)


def rewritten(text: str, file: str, known: Mapping[str, str]) -> str:
    """Links between files of the repository as links between pages; what the book has not stays as text."""

    def moved(link: re.Match[str]) -> str:
        words, to, part = link[1], link[2], link[3] or ""
        if not to:
            return link[0]
        target = posixpath.normpath(posixpath.join(posixpath.dirname(file), to))
        if target not in known:
            return words
        return f"[{words}]({posixpath.relpath(known[target], posixpath.dirname(known[file]))}{part})"

    parts = FENCE.split(text)
    return "".join(part if n % 2 else LINK.sub(moved, part) for n, part in enumerate(parts))
