"""The file of a campaign: its settings and the results of its units, each committed before it is shown."""

import contextlib
import json
import os
import platform
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from . import report
from .campaign import TRIES, CampaignError, Done, Settings
from .errors import Errors

FILE, LOCK = "campaign.sqlite", "campaign.lock"
APPLICATION = int.from_bytes(b"refm")
"""Tells files of campaigns from other SQLite files."""
SCHEMA = 2
_TABLES = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE results (
    round INTEGER NOT NULL, backend TEXT NOT NULL, dtype TEXT NOT NULL, law TEXT NOT NULL,
    seed INTEGER NOT NULL, examples INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (round, backend, dtype, law)
) WITHOUT ROWID;
"""


class Ledger:
    """The open file of a campaign, which this process alone writes."""

    def __init__(self, connection: sqlite3.Connection, settings: Settings) -> None:
        self._connection, self.settings = connection, settings

    def record(self, done: Done) -> None:
        """Keep a result. A unit has one: a result that comes twice replaces itself."""
        task = done.unit.task
        kept = replace(done.outcome, errors=Errors())  # there may be millions
        text = json.dumps(report.result(kept), ensure_ascii=True, allow_nan=False)
        with self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*done.unit.key, task.seed, task.examples, done.lost, text),
            )

    def taken(self, number: int) -> dict[tuple[int, str, str, str], int]:
        """The units of a round that have been tried, with how often their process died."""
        rows = self._connection.execute(
            "SELECT round, backend, dtype, law, lost FROM results WHERE round = ?", (number,)
        )
        return {tuple(key): lost for *key, lost in rows}

    def count(self) -> int:
        """How many units are done."""
        [(count,)] = self._connection.execute(
            "SELECT count(*) FROM results WHERE lost = 0 OR lost >= ?", (TRIES,)
        )
        return int(count)

    def results(self) -> Iterator[tuple[dict[str, Any], int, int]]:
        """All results as in `report.result`, the examples that were asked for, and the round."""
        for text, examples, number in self._connection.execute(
            "SELECT outcome, examples, round FROM results ORDER BY round, backend, dtype, law"
        ):
            yield json.loads(text), examples, number


@contextmanager
def opened(folder: Path, new: Settings | None) -> Generator[Ledger, None, None]:
    """The campaign of a folder: a new one with these settings, or the one that is there.

    Raises
    ------
    CampaignError
        if there is one and a new one was asked for, or the other way; if another process is at work on it; if
        the file is no campaign, or of another schema; if the folder cannot be written.
    """
    file = folder / FILE
    if new is None and not file.exists():
        raise CampaignError(f"there is no campaign in {folder}: leave --resume out to begin one")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CampaignError(f"{folder} cannot be the folder of a campaign: {error.strerror}") from None
    with _locked(folder), _connected(file) as connection:
        try:
            yield Ledger(connection, _settings(connection, file, new))
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # a full disk, say
                raise
            raise CampaignError(f"{file} is not the file of a campaign, or a damaged one: {error}") from None


@contextmanager
def _connected(file: Path) -> Generator[sqlite3.Connection, None, None]:
    try:
        connection = sqlite3.connect(file)
    except sqlite3.Error as error:
        raise CampaignError(f"{file} cannot be opened: {error}") from None
    with contextlib.closing(connection):
        yield connection


def _settings(connection: sqlite3.Connection, file: Path, new: Settings | None) -> Settings:
    """The settings of the campaign, which is begun if it is new."""
    (application,), (schema,) = (
        connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
    )
    empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION and not empty:
        raise CampaignError(f"{file} is not the file of a campaign: name another folder")
    if application == APPLICATION and schema != SCHEMA:
        raise CampaignError(
            f"{file} has schema {schema} of another refimpl; expected {SCHEMA}: begin another campaign"
        )
    if empty and new is None:  # killed before it had begun
        raise CampaignError(f"there is no campaign in {file.parent}: leave --resume out to begin one")
    if not empty and new is not None and connection.execute("SELECT 1 FROM results LIMIT 1").fetchone():
        raise CampaignError(
            f"there is a campaign in {file.parent} already: add --resume to go on with it, or name another "
            "folder"
        )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # what was shown outlives a power cut, too
    if new is not None:
        _begin(connection, new, empty)
    stored = {
        name: json.loads(value) for name, value in connection.execute("SELECT name, value FROM settings")
    }
    return Settings.read(stored)


def _begin(connection: sqlite3.Connection, new: Settings, empty: bool) -> None:
    """Make the tables, in one transaction: a file has all of its settings, or is empty. A campaign without a
    result, as when its cluster did not answer, may be begun anew with other settings."""
    values = ", ".join("(?, ?)" for _ in new.stored())
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _TABLES.split(";\n") if empty else ["DELETE FROM settings"]:
            connection.execute(statement)
        connection.execute(
            f"INSERT INTO settings VALUES {values}",
            [part for name, value in new.stored().items() for part in (name, json.dumps(value))],
        )
        connection.execute(f"PRAGMA application_id={APPLICATION}")
        connection.execute(f"PRAGMA user_version={SCHEMA}")


def _locking() -> ModuleType:
    try:
        import fcntl  # noqa: PLC0415
    except ImportError:
        raise CampaignError(
            "campaigns need a system with file locks (fcntl), such as Linux or macOS"
        ) from None
    return fcntl


@contextmanager
def _locked(folder: Path) -> Generator[None, None, None]:
    """Be the only process at work on a folder. The lock ends with the process, however that ends, and is not
    SQLite's own, so that others may look into the file."""
    fcntl = _locking()
    try:
        file = open(folder / LOCK, "a+", encoding="utf-8")  # noqa: SIM115
    except OSError as error:
        raise CampaignError(f"{folder} cannot be the folder of a campaign: {error.strerror}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            who = file.read().strip() or "another process"
            raise CampaignError(f"{who} is at work on the campaign in {folder}: let it end first") from None
        file.truncate(0)
        file.write(f"process {os.getpid()} on {platform.node()}\n")
        file.flush()
        yield
