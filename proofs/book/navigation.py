"""The tree of pages at the side: all first ones, and below the document of a page its functions.

Sphinx makes the tree of all pages anew for each page, which takes more than half of the whole time.
"""

from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Any, TypeAlias

Branch: TypeAlias = tuple[str, tuple[tuple[str, str], ...]]
"""A caption, and the pages below it with their titles."""


def put(app: Any, page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Give this tree to the theme, which asks for it by the name of Sphinx's."""
    context["toctree"] = lambda **_: "\n".join(_html(app, page))


@cache
def _branches(app: Any, page: str) -> tuple[Branch, ...]:
    """What stands below a page."""
    from sphinx.addnodes import toctree  # noqa: PLC0415  (an extra)

    titles = app.env.titles
    return tuple(
        (node["caption"] or "", tuple((given or titles[to].astext(), to) for given, to in node["entries"]))
        for node in app.env.get_doctree(page).findall(toctree)
    )


def _html(app: Any, page: str) -> Iterator[str]:
    for caption, pages in _branches(app, "index"):
        yield f'<p class="caption" role="heading"><span class="caption-text">{escape(caption)}</span></p>'
        yield "<ul>"
        for title, to in pages:
            yield from _entry(app, page, title, to, 1)
        yield "</ul>"


def _entry(app: Any, page: str, title: str, to: str, level: int) -> Iterator[str]:
    below = [entry for _, some in _branches(app, to) for entry in some] if _is_open(page, to) else []
    current = " current" if to == page or below else ""
    address = "#" if to == page else app.builder.get_relative_uri(page, to)
    yield f'<li class="toctree-l{level}{current}">'
    yield f'<a class="reference internal{current}" href="{address}">{escape(title)}</a>'
    if below:
        yield "<ul>"
        for inner, place in below:
            yield from _entry(app, page, inner, place, level + 1)
        yield "</ul>"
    yield "</li>"


def _is_open(page: str, to: str) -> bool:
    """Whether a page is a document's first, or one below it."""
    folder, _, name = to.rpartition("/")
    return name == "index" and bool(folder) and page.startswith(f"{folder}/")
