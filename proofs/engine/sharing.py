"""Where the processes of one run of pytest-xdist share results."""

import hashlib
from pathlib import Path

_FOLDERS: list[Path] = []


def begin(own: str | Path | None) -> None:
    """Take notice of this process's own temporary folder, beside those of the others and new in every run;
    None where there are no others."""
    _FOLDERS[:] = [Path(own).parent] if own else []


def file_of(audit: str) -> Path | None:
    """The file for the results of one audit; None where there are no other processes."""
    name = hashlib.sha256(audit.encode("utf-8", "replace")).hexdigest()[:16]
    return _FOLDERS[0] / f"refimpl-{name}" if _FOLDERS else None
