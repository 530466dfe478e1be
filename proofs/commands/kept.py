"""Pages of `list` and `show` that were made before come at once, without what they are made from.

A page is kept with what it hangs on: every file of refimpl, the folders in which packages are installed, the
interpreter, the working directory, and the figures of the last run. Where one of these is another now, or a
document is somebody else's, whose files are not known before it is loaded, the page is made anew.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from . import output
from .output import Stream

COMMANDS = ("list", "show")
MOST = 200
"""Pages; the oldest are dropped."""
_FILE = output.HOME / "pages.json"
_PACKAGE = Path(__file__).resolve().parents[2]

Line = tuple[str, bool]
"""A text, and whether it is bold."""
_SAID: list[Line] = []
_RECORDING: list[None] = []


def say(text: str, bold: bool) -> None:
    """Remember a line that is printed, if it may be one of a page."""
    if _RECORDING:
        _SAID.append((text, bold))


def shown(words: Sequence[str]) -> bool:
    """Print the page of a command line, if it is kept; else what is printed will be."""
    if not words or words[0] not in COMMANDS:
        return False
    kept = _read().get(_key(words))
    if kept is None:
        _RECORDING.append(None)
        return False
    output.begin()
    on, off = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("", "")
    print(
        "".join(f"{on}{text}{off}\n" if bold else f"{text}\n" for text, bold in kept), end="", file=Stream()
    )
    return True


def keep(words: Sequence[str]) -> None:
    """Keep what was said on a command line that came to its end; a home that cannot be written is no harm."""
    if not _SAID or _hangs_on_more(words):
        return
    pages = {**_read(), _key(words): _SAID}
    with suppress(OSError):
        _FILE.parent.mkdir(parents=True, exist_ok=True)
        output.write(_FILE, json.dumps(dict(list(pages.items())[-MOST:])))


def _hangs_on_more(words: Sequence[str]) -> bool:
    """Whether a page speaks of somebody else's document, or of a backend, which devices change."""
    from ... import backends  # noqa: PLC0415
    from ..engine import installed  # noqa: PLC0415

    others = not all(map(installed.is_own, installed.entries())) or installed.LEFT_OUT
    return bool(others) or any(word in ("backends", *backends.names()) for word in words)


def _read() -> dict[str, list[Line]]:
    try:
        found: dict[str, list[Line]] = json.loads(_FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _key(words: Sequence[str]) -> str:
    here = [sys.version, sys.executable, str(sys.flags.optimize), os.getcwd(), *words]
    return hashlib.sha256(json.dumps([here, *stamps(_PACKAGE, sys.path)]).encode()).hexdigest()


def stamps(package: Path, path: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Size and time of the files of a package, of the folders of others, and of the last figures."""
    for folder, folders, files in os.walk(package, followlinks=True):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            yield _stamp(os.path.join(folder, name))
    for folder in (*path, str(output.LAST)):
        with suppress(OSError):  # the zip file of the standard library is seldom there
            yield _stamp(folder)


def _stamp(file: str) -> tuple[str, int, int]:
    found = os.stat(file)
    return file, found.st_size, found.st_mtime_ns
