"""A survey in another interpreter, which has the libraries and what refimpl needs: refimpl itself is lent."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

from ... import _errors
from ..._errors import RefimplError

OLDEST = (3, 11)
_PACKAGE = Path(_errors.__file__).resolve().parent
_ASKED = """
import json, sys
from importlib.metadata import PackageNotFoundError, version
lacking = []
for name in sys.argv[1:]:
    try:
        version(name)
    except PackageNotFoundError:
        lacking.append(name)
print(json.dumps([list(sys.version_info[:2]), lacking]))
"""


class InterpreterError(RefimplError, RuntimeError):
    """An interpreter in which no survey can run."""


def needs() -> list[str]:
    """What refimpl needs wherever it runs, as it is given to pip."""
    return [it for it in distribution("refimpl").requires or () if "extra ==" not in it]


def check(python: str) -> None:
    """Require an interpreter that is new enough and has what refimpl needs.

    Raises
    ------
    InterpreterError
        that says what is missing, and how to get it.
    """
    wanted = {re.split(r"[\s<>=!~;\[(]", it, maxsplit=1)[0]: it for it in needs()}
    try:
        said = subprocess.run(
            [python, "-c", _ASKED, *wanted], check=True, capture_output=True, text=True, timeout=60
        ).stdout
        version, lacking = json.loads(said)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise InterpreterError(f"survey: --python {python}: it does not run as Python: {error}") from error
    if tuple(version) < OLDEST:
        raise InterpreterError(
            f"survey: --python {python}: it is Python {'.'.join(map(str, version))}; expected at least "
            f"{'.'.join(map(str, OLDEST))}, which refimpl needs"
        )
    if lacking:
        given = " ".join(f'"{wanted[name]}"' for name in lacking)
        raise InterpreterError(
            f"survey: --python {python}: it lacks {', '.join(lacking)}, with which laws run. Install them "
            f"beside the libraries: {python} -m pip install {given}. refimpl itself is lent to it"
        )


@contextmanager
def lent() -> Iterator[str]:
    """A folder with this refimpl alone, for the path of another interpreter."""
    with tempfile.TemporaryDirectory(prefix="refimpl-") as folder:
        (Path(folder) / "refimpl").symlink_to(_PACKAGE, target_is_directory=True)
        told = Path(folder) / f"refimpl-{distribution('refimpl').version}.dist-info"
        told.mkdir()
        for name in ("METADATA", "entry_points.txt"):
            (told / name).write_text(distribution("refimpl").read_text(name) or "", encoding="utf-8")
        yield folder


def run(python: str, words: Sequence[str]) -> int:
    """The survey there, with these words of the command line; its exit code."""
    check(python)
    with lent() as folder:
        path = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")]))
        process = subprocess.Popen(
            [python, "-m", "refimpl.proofs", "survey", *words], env={**os.environ, "PYTHONPATH": path}
        )
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # it has it, too, and keeps what there is
                continue
