"""What `refimpl prove --campaign` does: units one by one, each in the file before it is shown."""

import sqlite3
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from ..engine import campaign, cluster, exits, ledger, merged, planning, report
from ..engine.campaign import CampaignError, Done, Runner, Settings
from ..engine.ledger import Ledger
from . import display, output, running
from .running import Gathered, gather, note_x64

_OPTIONS = {"patterns": "PATTERNS", "backend": "--backend", "dtype": "--dtype", "device": "--device",
            "examples": "--examples", "seed": "--seed", "bounds": "--bounds"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for; with --resume only what is written there."""

    context: click.Context
    written: Mapping[str, Any]
    make: Callable[[], Settings]

    def check(self, stored: Settings) -> None:
        """Refuse options other than those with which the campaign was begun."""
        began = {
            "patterns": stored.patterns, "backend": stored.backends, "dtype": stored.dtypes,
            "device": stored.device, "examples": stored.examples, "seed": stored.seed,
            "bounds": stored.bounds,
        }  # fmt: skip
        for name, value in self.written.items():
            if value != began[name]:
                got, expected = _words(value), _words(began[name])
                raise CampaignError(
                    f"{_OPTIONS[name]}: got {got}; the campaign was begun with {expected}. "
                    "--resume needs no other options; for other settings begin another campaign"
                )


def _words(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def asked(context: click.Context, chosen: Sequence[str]) -> Asked:
    """What the command line of `prove` asks for, where `chosen` are the backends: "all" has become many."""
    given = dict(context.params)
    everything = "all" in given["backend"]
    given["backend"] = tuple(dict.fromkeys(chosen))
    given["dtype"] = tuple(dict.fromkeys(given["dtype"]))
    written = {
        name: given[name]
        for name in _OPTIONS
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    options = {name: given[name] for name in _OPTIONS if name != "patterns"}
    return Asked(
        context, written, partial(campaign.settings, given["patterns"], **options, everything=everything)
    )


def run(
    folder: Path,
    wanted: Asked,
    resume: bool,
    address: str | None,
    jobs: int,
    verbose: bool,
    file: Path | None,
) -> int:
    """Begin a campaign, or go on with it; the exit code."""
    try:
        return _run(folder, wanted, resume, address, jobs, verbose, file)
    except sqlite3.OperationalError as error:  # a full disk, say; what was shown is in the file
        output.complain(f"could not write {folder / ledger.FILE}: {error}; --resume goes on from there")
        return exits.UNWRITTEN


def _run(
    folder: Path,
    wanted: Asked,
    resume: bool,
    address: str | None,
    jobs: int,
    verbose: bool,
    file: Path | None,
) -> int:
    with ledger.opened(folder, None if resume else wanted.make()) as book:
        stored = book.settings
        if resume:
            wanted.check(stored)
            campaign.check_same(stored)
            running.remember(wanted.context, stored.patterns)
        note_x64(stored.x64)
        runner: Runner = (
            partial(campaign.pooled, jobs=jobs)
            if address is None
            else partial(cluster.clustered, address=address)
        )
        found = _work(book, runner, verbose)
        return _conclude(book, found, folder, file)


def _work(book: Ledger, runner: Runner, verbose: bool) -> Gathered[Done]:
    """Run what is to do, with a line for each unit."""
    stored, before, started = book.settings, book.count(), time.monotonic()
    count = before
    explained: set[tuple[str, str, str]] = set()
    with display.bar(stored.units, verbose, "units", done=before, left=True) as bar:

        def show(done: Done) -> None:
            nonlocal count
            count += done.lost in (0, campaign.TRIES)
            outcome = done.outcome
            lines = [f"{display.line(outcome)}  round {done.unit.round + 1}  {_progress(count)}"]
            quiet = outcome.verdict in ("held", "skipped")
            if not quiet and done.unit.key[1:] not in explained:  # once: later rounds may fail alike
                explained.add(done.unit.key[1:])
                lines += display.failure(outcome)
            bar(outcome.law, outcome.verdict, lines, quiet)

        def _progress(count: int) -> str:
            passed = time.monotonic() - started
            left = timedelta(seconds=round(passed / max(count - before, 1) * (stored.units - count)))
            return f"{count} of {stored.units} units, {left} left"

        return gather(_recorded(book, runner), show, filed=True, kept=False)


def _recorded(book: Ledger, runner: Runner) -> Generator[Done, None, None]:
    """Results as they come, committed before anybody sees them."""
    with closing(runner(campaign.remaining(book.settings, book.taken), book.settings)) as results:
        try:
            for done in results:
                book.record(done)
                yield done
        except cluster.ClusterLostError as error:  # what has come is kept, and reported
            output.complain(str(error))


def _conclude(book: Ledger, found: Gathered[Done], folder: Path, file: Path | None) -> int:
    """Report what there is by now, of this run and those before it."""
    stored, done = book.settings, book.count()
    rows = merged.merge(book.results(), stored)
    content = report.text(merged.envelope(rows, stored, done).data())
    if file:
        output.save(file, content)
    outcomes = [row.outcome for row in rows]
    running.keep_figures(outcomes)
    display.summary(outcomes, len(outcomes), sum(it.seconds for it in outcomes), stored.seed, False)
    for row in rows:
        if row.again:
            display.say(_failed(row))
            display.say(f"  again: {row.again}")
    unfinished = done < stored.units
    examples = sum(sum(it.examples.values()) for it in outcomes)
    display.say(f"{done} of {stored.units} units done, {examples} examples in all")
    if unfinished:
        display.say(f"to go on: refimpl prove --campaign {folder} --resume")
    proved = {outcome.backend for outcome in outcomes if outcome.verdict == "held"}
    missing = not stored.everything and not proved >= set(stored.backends)
    return found.code(planning.exit_code(outcomes, incomplete=unfinished or missing))


def _failed(row: merged.Merged) -> str:
    outcome = row.outcome
    times = ", ".join(f"{count} {verdict}" for verdict, count in row.rounds.items())
    return f"{outcome.verdict} {outcome.law} {outcome.backend} {outcome.dtype} ({times}): {outcome.reason}"
