"""The command `refimpl new`: a package with a document of one's own, from the files in `template`."""

import importlib.util
import keyword
import sys
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from ..._errors import DomainError, told
from ..engine import installed
from . import display, output

MARK = "{{name}}"
"""What stands for the name in the template's files, and `package` for its folder."""


@click.command("new")
@click.argument("name")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), required=False)
def new(name: str, directory: Path | None) -> None:
    """Write a package with a document of your own: one function, and its proofs.

    NAME is that of the document and of the package; the files go to DIRECTORY [default: NAME]. The README in
    it says what comes next. Nothing that is there is written over.
    """
    check(name)
    folder = directory or Path(name)
    written = dict(texts(name))
    _refuse_what_is_there(folder, written)
    for place, text in written.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        output.write(folder / place, text)
    display.say(
        f"wrote {len(written)} files to {folder}; next, as its README says:",
        f"  pip install -e '{folder}[test]'",
        f"  refimpl prove {name}",
    )


def check(name: str) -> None:
    """Require a name that a document can have, and that is free."""
    if not (name.isascii() and name.isidentifier() and name == name.lower()) or keyword.iskeyword(name):
        expected = "a Python identifier of small letters, digits and _"
        raise DomainError(told("new", "NAME", repr(name), expected, "It becomes the name of a package"))
    for entry in installed.entries():
        if entry.name == name:
            got = f"{name!r}, which is a document of {installed.distribution(entry)}"
            raise DomainError(told("new", "NAME", got, "a name that no document has"))
    found = importlib.util.find_spec(name)
    if name in sys.stdlib_module_names or (found and found.origin):  # a mere folder has none
        got = f"{name!r}, which is a module here already"
        raise DomainError(told("new", "NAME", got, "a name that no module has"))


def texts(name: str) -> Iterator[tuple[str, str]]:
    """The files of the package: their places, and what is in them."""
    for place, file in _within(files(__package__) / "template", ""):
        first, _, rest = place.removesuffix(".txt").partition("/")
        named = f"{name}/{rest}" if first == "package" else place.removesuffix(".txt")
        yield named.replace(MARK, name), file.read_text(encoding="utf-8").replace(MARK, name)


def _within(folder: Traversable, before: str) -> Iterator[tuple[str, Traversable]]:
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        place = f"{before}{file.name}"
        if file.is_dir():
            yield from _within(file, f"{place}/")
        elif file.name.endswith(".txt"):
            yield place, file


def _refuse_what_is_there(folder: Path, written: Mapping[str, str]) -> None:
    there = [place for place in written if (folder / place).exists() or (folder / place).is_symlink()]
    if there:
        got = f"{folder}, which has {there[0]}"
        raise DomainError(told("new", "DIRECTORY", got, "a folder without it", "Nothing was written"))
