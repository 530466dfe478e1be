"""Certificates in files: parts while the work goes on, and all of them in the end; arrays and JSON."""

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from ..engine import foreign
from .checkpoint import CheckpointError
from .work import Part, ScanError, Source

SCHEMA = "refimpl.certificates/1"
SETTINGS = "settings.json"
ARRAYS = tuple(it.name for it in fields(Part) if it.name not in ("first", "last", "lost"))


def _saved(path: Path, **arrays: Any) -> None:
    """Write arrays beside the file first, so that nobody ever sees a part of it."""
    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}")
    try:
        with open(beside, "xb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


class Parts:
    """The folder beside the file of certificates that keeps what is done by now."""

    def __init__(self, file: Path) -> None:
        self.file, self.folder = file, file.with_name(f"{file.name}.parts")

    def begin(self, source: Source, size: int, resume: bool) -> tuple[Source, int]:
        """Begin, or go on with what is there; the settings and size of parts that it was begun with.

        Raises
        ------
        ScanError
            if there is nothing to go on with, or a scan of other numbers, or one that would be destroyed.
        """
        settings = self.folder / SETTINGS
        if not resume:
            if settings.exists():
                raise ScanError(f"{self.folder} has a scan that was stopped: add --resume, or remove it")
            self.folder.mkdir(parents=True, exist_ok=True)
            settings.write_text(
                json.dumps({"schema": SCHEMA, "size": size, **asdict(source)}), encoding="utf-8"
            )
            return source, size
        if not settings.exists():
            raise ScanError(f"there is no scan in {self.folder}: leave --resume out to begin one")
        stored = json.loads(settings.read_text(encoding="utf-8"))
        if stored["sha256"] != source.sha256:
            raise ScanError(f"{self.folder} has a scan of other numbers: name another file, or remove it")
        return source, int(stored["size"])

    def add(self, part: Part) -> None:
        """Keep a part."""
        arrays = {name: getattr(part, name) for name in ARRAYS}
        _saved(self._place(part.first), bounds=np.asarray([part.first, part.last]), **arrays)

    def has(self, first: int) -> bool:
        """Whether a part is there."""
        return self._place(first).exists()

    def __iter__(self) -> Iterator[Part]:
        for path in sorted(self.folder.glob("*.npz")):
            with np.load(path, allow_pickle=False) as stored:
                first, last = stored["bounds"].tolist()
                yield Part(first, last, *(stored[name] for name in ARRAYS))

    def end(self) -> None:
        """Remove them, once all certificates are in their file."""
        with suppress(OSError):
            shutil.rmtree(self.folder)

    def _place(self, first: int) -> Path:
        return self.folder / f"{first:010d}.npz"


def joined(all_: Sequence[Part]) -> Part:
    """All parts as one."""
    sizes = [np.diff(it.start) for it in all_]
    arrays = {name: np.concatenate([getattr(it, name) for it in all_]) for name in ARRAYS if name != "start"}
    start = np.cumsum(np.concatenate([[0], *sizes]), dtype=np.int64)
    return Part(first=all_[0].first, last=all_[-1].last, start=start, lost="", **arrays)


def write(path: Path, part: Part, source: Source, n: int) -> None:
    """Write all certificates, with what they are about."""
    about = {"schema": SCHEMA, "sha256": source.sha256, "classes": n, **asdict(source.layer)}
    _saved(path, about=np.asarray(json.dumps(about)), **{name: getattr(part, name) for name in ARRAYS})


def read(path: Path) -> tuple[Part, dict[str, Any]]:
    """Certificates from a file, whoever made it: their arrays have the right kinds, and no more is known.

    Raises
    ------
    CheckpointError
        if it is no such file.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            arrays = {name: stored[name] for name in ARRAYS}
        if not isinstance(about, dict) or about.get("schema") != SCHEMA:
            raise ValueError(f"expected the schema {SCHEMA}")
        part = Part(0, int(about["classes"]), **arrays)
        _check(part)
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise CheckpointError(f"{path} has no certificates: {foreign.line(error)}") from None
    return part, about


def _check(part: Part) -> None:
    """Kinds and sizes of arrays, which may come from anywhere."""
    for name in ARRAYS:
        array, axes = getattr(part, name), 2 if name in ("witness", "fine") else 1
        kind = "f" if name in ("witness", "fine", "weight") else "i"
        if array.ndim != axes or array.dtype.kind != kind or array.dtype.itemsize > 8:
            raise ValueError(f"{name} is {array.dtype} of shape {array.shape}")
    sizes = (
        len(part.witness) == len(part.witness_class), len(part.fine) == len(part.fine_class),
        len(part.start) == len(part.combination_class) + 1, len(part.weight) == len(part.support),
        part.start[0] == 0, part.start[-1] == len(part.support), np.all(np.diff(part.start) >= 0),
    )  # fmt: skip
    if not all(sizes):
        raise ValueError("the sizes of its arrays do not go together")
