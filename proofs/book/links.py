"""Looks whether all that the pages of a site point to is there, and whether they load from elsewhere."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}
"""What a browser fetches by itself, by element; a link of `rel="canonical"` and its like is none."""
_FETCHED = {"stylesheet", "icon", "preload", "modulepreload", "search"}
_IN_STYLES = re.compile(r"""(?:url\(\s*["']?|@import\s+["'])((?:https?:)?//[^"')\s]+)""")


@dataclass
class _Page(HTMLParser):
    """What a page has and what it points to."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        address = found.get(_LOADS.get(tag, ""), "")
        if address and (tag != "link" or _FETCHED & set(found.get("rel", "").split())):
            self.loads.append(address)


def faults(site: Path) -> list[str]:
    """What is dead, or loaded from the network, a line each; also of a site without pages."""
    pages = {file.relative_to(site).as_posix(): _read(file) for file in sorted(site.rglob("*.html"))}
    if not pages:
        return [f"{site}: no pages"]
    there = {file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file()}
    found = [fault for name, page in pages.items() for fault in _of_page(name, page, pages, there)]
    for file in sorted(site.rglob("*.css")):
        text = file.read_text(encoding="utf-8")
        where = file.relative_to(site).as_posix()
        found += [f"{where}: loads {address}" for address in _IN_STYLES.findall(text)]
    return found


def _read(file: Path) -> _Page:
    page = _Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page


def _of_page(name: str, page: _Page, pages: dict[str, _Page], there: set[str]) -> Iterator[str]:
    for address in dict.fromkeys(page.loads):
        if _elsewhere(address):
            yield f"{name}: loads {address}"
    for address in dict.fromkeys([*page.links, *page.loads]):
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        path = unquote(parts.path)
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
        if target not in there:
            yield f"{name}: leads to {address}, which is not there"
        elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
            yield f"{name}: leads to {address}, where {target} has no such place"


def _elsewhere(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") or bool(parts.netloc)
