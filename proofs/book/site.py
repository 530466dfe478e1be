"""Has Sphinx build the pages, and puts the site in its place as a whole or not at all."""

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ..._errors import DomainError, RefimplError, told
from . import guides, links, pages

MARK = ".refimpl-book"
"""The file by which a folder is known as one that a book may be written over."""
_SHOWN = 60
"""So many faults are told."""
_STEPS = ("reading", "writing")
_DONE = re.compile(r"(reading|writing) \w+\.\.\. \[ *(\d+)%\] (.*)")
"""A line of Sphinx: what it does, how much of it is done, and the page, or the first and last of several."""


class BookError(RefimplError, ValueError):
    """The book has faults: warnings of Sphinx, dead links, or what browsers would load from the network."""


def check(folder: Path) -> None:
    """Require a folder that can be made, or one that is empty or holds an earlier book.

    Raises
    ------
    DomainError
        if it is something else.
    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise DomainError(told("book", "DIR", f"{folder}, which has other files", "a new or empty folder"))
    if not folder.parent.is_dir() or (folder.exists() and not folder.is_dir()):
        raise DomainError(told("book", "DIR", folder, "a folder inside one that is there"))


def sources(book: pages.Book) -> dict[str, str]:
    """All pages in Markdown, by their places."""
    names = [place.partition("/")[2].removesuffix(".md") for place in guides.places().values()
             if place.startswith("guides/")]  # fmt: skip
    tutorial = {"new"}  # a guide that stands with the tutorials
    return {
        "index.md": pages.Templates(book).filled(
            "index", documents=pages.counts(book), guides=[name for name in names if name not in tutorial]
        ),
        **dict(pages.pages(book)),
        **dict(guides.pages(frozenset(book.functions))),
    }


def build(made: Mapping[str, str], folder: Path, advance: Callable[[str], None]) -> None:
    """Write the site of these pages to a folder; `advance` hears of each hundredth.

    Raises
    ------
    BookError
        if the site has faults; the folder is then as it was.
    """
    with _beside(folder) as work:
        for place, text in made.items():
            file = work / "source" / place
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        _run_sphinx(work, advance)
        if found := links.faults(work / "site"):
            raise BookError("\n".join([f"{len(found)} dead or foreign links:", *found[:_SHOWN]]))
        (work / "site" / MARK).touch()
        _exchange(work, folder)


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder beside another, on the same disk, which is gone afterwards."""
    work = folder.absolute().with_name(f".{folder.absolute().name}.{secrets.token_hex(8)}")
    work.mkdir()
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _run_sphinx(work: Path, advance: Callable[[str], None]) -> None:
    """Build the site in a process of its own: Sphinx changes much of the process in which it runs."""
    settings = Path(__file__).parent
    words = ["-b", "html", "-W", "--keep-going", "-n", "-j", "auto", "-c", str(settings)]
    words += ["-d", str(work / "doctrees"), str(work / "source"), str(work / "site")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "NO_COLOR": "1"}
    with open(work / "warnings", "w+", encoding="utf-8") as warnings:
        with subprocess.Popen(
            [sys.executable, "-m", "sphinx", *words], cwd=work, env=environment, text=True, encoding="utf-8",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=warnings, start_new_session=True,
        ) as process:  # fmt: skip
            try:
                _follow(process, advance)
            except BaseException:  # a signal, too
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)  # with those that it has started
                raise
        warnings.seek(0)
        if process.returncode:
            raise BookError("".join(["warnings of Sphinx:\n", *warnings.readlines()[:_SHOWN]]))


def _follow(process: "subprocess.Popen[str]", advance: Callable[[str], None]) -> None:
    """Tell of each hundredth that is done, of reading and writing together, until the process ends."""
    assert process.stdout is not None
    done = 0
    for line in process.stdout:
        if found := _DONE.match(line):
            now = (100 * _STEPS.index(found[1]) + int(found[2])) // 2
            for _ in range(done, now):
                advance(f"{found[1]} {found[3].strip()}")
            done = max(done, now)
    process.wait()


def _exchange(work: Path, folder: Path) -> None:
    """Put the site in the place of the folder, whose files go with the work."""
    if folder.exists():
        folder.rename(work / "before")
    (work / "site").rename(folder)
