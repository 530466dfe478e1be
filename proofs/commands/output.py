"""What commands write: files as a whole or not at all, and standard output, which may be lost on the way."""

import contextlib
import errno
import io
import os
import secrets
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import click

from ..engine import exits, signals

HOME = Path(click.get_app_dir("refimpl"))
"""Where refimpl keeps things between commands."""
LAST = HOME / "last-prove.json"
"""Where `prove` leaves its figures for `show`."""
WORDS = "refimpl.words"
"""Where a command's context keeps the words of the command line."""
EVERYTHING = "refimpl.everything"
"""Where a command's context keeps whether everything was asked for."""


class OutputFile(click.Path):
    """A file to write; one that cannot be is refused before the work is done, not after."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            self.fail(f"cannot write {path}: no such folder, or no permission", param, ctx)
        return path


class PageFile(OutputFile):
    """A page to write; where what makes it is not installed, that is said before the work is done."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path."""
        from ..pages import extra  # noqa: PLC0415  (of use only to who asks for a page)

        if lacking := extra.PAGES.missing():
            self.fail(f"{extra.PAGES.told(lacking)}", param, ctx)
        return super().convert(value, param, ctx)


def write(path: Path, text: str) -> None:
    """Write a file as UTF-8: beside it first, then in its place, so that nobody ever sees a part of it.

    What is no ordinary file (a pipe, /dev/stdout) is written directly, and so is one in a folder that takes
    no new ones.

    Raises
    ------
    OSError
        if it cannot be written; a file that was there is as it was.
    """
    content = text.encode("utf-8", "backslashreplace")
    mode = path.stat().st_mode if path.exists() else stat.S_IFREG
    place = path.resolve()  # a link stays one
    device = not stat.S_ISREG(mode) or path.absolute().parts[1:2] == ("dev",)
    if device or not os.access(place.parent, os.W_OK):
        path.write_bytes(content)
        return
    beside = place.with_name(f".{place.name[:100]}.{secrets.token_hex(8)}")
    try:
        with open(beside, "xb") as file:
            file.write(content)
        if stat.S_IMODE(mode):
            beside.chmod(stat.S_IMODE(mode))
        beside.replace(place)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


@dataclass(slots=True)
class _State:
    """What became of this process's output."""

    closed: bool = False
    unwritten: bool = False


_STATE = _State()


def begin() -> None:
    """Forget what was said of earlier commands in this process."""
    if sys.stdout is None:  # closed from the start
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # formulas have symbols that ASCII lacks
    _STATE.closed = _STATE.unwritten = False


def closed() -> bool:
    """Whether nobody reads standard output any more."""
    return _STATE.closed


def save(path: Path, text: str) -> None:
    """Write a file that was asked for; a failure is said, and decides the exit code in the end."""
    try:
        write(path, text)
    except OSError as error:
        _STATE.unwritten = True
        complain(f"could not write {path}: {error.strerror or error}")


def complain(text: str) -> None:
    """Say something on standard error, if that is there."""
    with contextlib.suppress(OSError):
        click.echo(text, err=True)


def lost(error: OSError) -> None:
    """Standard output is gone: later output is dropped; whether work goes on is for the command to say."""
    if error.errno in (errno.EPIPE, errno.EIO):  # a reader that has seen enough, a terminal that was closed
        _STATE.closed = True
    else:
        _STATE.unwritten = True
        complain(f"could not write standard output: {error.strerror or error}")
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, _stdout().fileno())  # what is in its buffer is not tried again
        os.close(null)


def code(wanted: int) -> int:
    """The exit code, once standard output has taken all that was printed."""
    Stream().flush()
    if wanted >= signals.SIGNALLED:
        return wanted
    if _STATE.unwritten:
        return exits.UNWRITTEN
    return exits.CLOSED if _STATE.closed else wanted


def _stdout() -> TextIO:
    stream: TextIO = getattr(sys.stdout, "rich_proxied_file", sys.stdout)  # a progress bar stands before it
    return stream


class Stream:
    """Standard output, whose loss is no error."""

    def write(self, text: str) -> int:
        """Write text."""
        try:
            return _stdout().write(text)
        except OSError as error:
            lost(error)
            return len(text)

    def flush(self) -> None:
        """Write what is in the buffer."""
        try:
            _stdout().flush()
        except OSError as error:
            lost(error)

    def __getattr__(self, name: str) -> Any:
        return getattr(_stdout(), name)
