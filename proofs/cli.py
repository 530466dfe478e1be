"""The command line: refimpl prove, certify, accuracy, sensitivity, audit, selftest, errata, list, …"""

import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from .. import backends
from .._errors import RefimplError
from . import catalogue, display, generic, planning, report, selftest
from .accuracy_cli import accuracy
from .audit_cli import audit
from .certify_cli import certify
from .output import OutputFile
from .planning import EXAMPLES, Task
from .runner import Bounds, Outcome
from .sensitivity_cli import sensitivity

LAST = Path(click.get_app_dir("refimpl")) / "last-prove.json"
"""Where `prove` leaves its figures for `show`."""


class _Commands(click.Group):
    """Turns refimpl's own errors into usage errors (exit code 2)."""

    def invoke(self, ctx: click.Context) -> Any:
        # Hypothesis keeps caches in a folder of the working directory unless told otherwise.
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(LAST.parent / "hypothesis"))
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # formulas have symbols that ASCII lacks
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            sys.exit(3)
        except RefimplError as error:
            raise click.UsageError(str(error)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="refimpl")
def main() -> None:
    """A correctness oracle for machine-learning mathematics.

    Exit codes: 0 all held; 1 something refuted, crashed or timed out; 2 usage; 3 nothing ran,
    or not all that was asked.
    """


main.add_command(audit)
main.add_command(certify)
main.add_command(accuracy)
main.add_command(sensitivity)


def _positive(_ctx: click.Context, _parameter: click.Parameter, value: int) -> int:
    if value < 1:
        raise click.BadParameter(f"got {value}; expected an integer ≥ 1")
    return value


def _common(command: Callable[..., None]) -> Callable[..., None]:
    """The arguments that prove and selftest share."""
    for decorate in reversed(
        [
            click.argument("patterns", nargs=-1),
            click.option("--examples", default=EXAMPLES, callback=_positive, show_default=True,
                         help="Inputs per law, shared among its generators."),
            click.option("--seed", default=0, show_default=True, help="Same seed, same inputs."),
            click.option("--jobs", default=os.cpu_count() or 1, callback=_positive,
                         help="Processes [default: all cores]."),
            click.option("--json", "json_file", type=OutputFile(),
                         help="Write the results to this file."),
            click.option("-v", "--verbose", is_flag=True, help="A line for every law, also on a terminal."),
        ]
    ):  # fmt: skip
        command = decorate(command)
    return command


@dataclass(slots=True)
class _Run:
    """What a run has given so far; Ctrl-C keeps it."""

    outcomes: list[Outcome]
    seconds: float
    interrupted: bool


def _run(tasks: Sequence[Task], jobs: int, x64: bool, verbose: bool) -> _Run:
    """Run tasks under a progress display; Ctrl-C stops the work and keeps what there is."""
    started, interrupted = time.perf_counter(), False
    outcomes: list[Outcome] = []
    with display.progress(len(tasks), verbose) as show:
        try:
            with closing(planning.run(tasks, jobs, x64=x64)) as results:
                for outcome in results:
                    outcomes.append(outcome)
                    show(outcome)
        except KeyboardInterrupt:
            interrupted = True
    order = {(task.law, task.backend, task.dtype, task.mistake): place for place, task in enumerate(tasks)}
    outcomes.sort(key=lambda o: order[o.law, o.backend, o.dtype, o.mistake])
    return _Run(outcomes, time.perf_counter() - started, interrupted)


def _save(path: Path, content: dict[str, Any]) -> None:
    try:
        report.write(path, content)
    except OSError as error:
        raise click.ClickException(f"--json {path}: {error.strerror}") from error


def _remember(content: dict[str, Any]) -> None:
    """Keep the figures for `refimpl show`; a home that cannot be written is no reason to fail."""
    try:
        LAST.parent.mkdir(parents=True, exist_ok=True)
        report.write(LAST, content)
    except OSError as error:
        click.echo(f"note: figures not kept for `refimpl show`: {error}", err=True)


@main.command()
@_common
@click.option("--backend", "names", multiple=True, default=("numpy",), show_default=True,
              help="Repeatable; `all` for every array library that works here (not ball).")  # fmt: skip
@click.option("--dtype", "dtypes", multiple=True, default=("float64",), show_default=True, help="Repeatable.")
@click.option("--device", help="A device of the backend, such as cuda [default: its first].")
@click.option("--bounds", type=click.Choice(["written", "derived"]), default="written", show_default=True,
              help="The laws' own bounds, or, if tighter, those that ball arithmetic derives from the "
                   "reference's algorithm and the library's measured ulps (slow).")  # fmt: skip
def prove(
    patterns: tuple[str, ...], examples: int, seed: int, jobs: int, json_file: Path | None, verbose: bool,
    names: tuple[str, ...], dtypes: tuple[str, ...], device: str | None, bounds: Bounds,
) -> None:  # fmt: skip
    """Prove laws: all of them, or those that match PATTERNS ("rope.*", "ddpm")."""
    chosen = [*backends.libraries(), *names] if "all" in names else names
    chosen = [name for name in chosen if name != "all"]
    tasks = planning.plan(
        patterns, names=chosen, dtypes=dtypes, device=device, examples=examples, seed=seed, bounds=bounds
    )
    x64 = "jax" in chosen
    if x64:
        click.echo("note: JAX runs with jax_enable_x64: the laws need int64, and tables float64", err=True)
    run = _run(tasks, jobs, x64, verbose)
    content = report.document(
        run.outcomes, seed=seed, examples=examples, seconds=run.seconds, interrupted=run.interrupted
    )
    _remember(content)
    if json_file:
        _save(json_file, content)
    display.summary(run.outcomes, len(tasks), run.seconds, seed, run.interrupted)
    proved = {outcome.backend for outcome in run.outcomes if outcome.verdict == "held"}
    missing = "all" not in names and not proved >= set(names)  # asked for by name, and not there
    sys.exit(planning.exit_code(run.outcomes, interrupted=run.interrupted or missing))


@main.command("selftest")
@_common
@click.option("--dtype", type=click.Choice(planning.DTYPES), default="float64", show_default=True)
def selftest_(
    patterns: tuple[str, ...], examples: int, seed: int, jobs: int, json_file: Path | None, verbose: bool,
    dtype: str,
) -> None:  # fmt: skip
    """Test the proofs: every mistake is refuted by the laws that name it, the reference by none."""
    tasks = selftest.plan(patterns, dtype=dtype, examples=examples, seed=seed)
    run = _run(tasks, jobs, False, verbose)
    verdict = selftest.conclude(run.outcomes)
    if json_file:
        _save(
            json_file,
            report.document(
                run.outcomes, seed=seed, examples=examples, seconds=run.seconds,
                interrupted=run.interrupted, verdict=verdict,
            ),
        )  # fmt: skip
    display.selftest(verdict, run.seconds, run.interrupted)
    sys.exit(3 if run.interrupted and not verdict.failed else 0 if verdict.passed else 1)


@main.command("errata")
@click.argument("patterns", nargs=-1)
@click.option("--json", "json_file", type=OutputFile(),
              help="Write the errata to this file.")  # fmt: skip
def errata_(patterns: tuple[str, ...], json_file: Path | None) -> None:
    """Print the errata: statement as printed, live counterexample, corrected statement."""
    on = backends.Setting.of(backends.get("numpy"))
    chosen = [catalogue.errata()[name] for name in catalogue.select(patterns, catalogue.errata(), "erratum")]
    judged = [(erratum, *erratum.judge(on)) for erratum in chosen]
    for entry in judged:
        display.erratum(*entry)
    if json_file:
        _save(json_file, {"schema": "refimpl.errata/1", "errata": [display.erratum_data(*e) for e in judged]})
    sound = bool(judged) and all(
        any(not f.holds for f in printed) and corrected and all(f.holds for f in corrected)
        for _, printed, corrected in judged
    )
    sys.exit(0 if sound else 1)


@main.command("list")
@click.argument(
    "what",
    type=click.Choice(["documents", "functions", "laws", "mistakes", "adapters", "edges", "errata"]),
    default="functions",
)
@click.argument("patterns", nargs=-1)
def list_(what: str, patterns: tuple[str, ...]) -> None:
    """List functions, laws, mistakes, adapters, edges or errata; or documents, as the table of the README."""
    if what == "documents":
        click.echo("\n".join(catalogue.table()))
        return
    items: dict[str, Iterable[str]] = {
        "functions": catalogue.functions(), "laws": catalogue.laws(),
        "mistakes": catalogue.mistakes(), "adapters": [*catalogue.adapters(), *generic.ADAPTERS],
        "edges": catalogue.edges(), "errata": catalogue.errata(),
    }  # fmt: skip
    display.listing(what, catalogue.select(patterns, items[what], what.rstrip("s")))


@main.command()
@click.argument("name")
def show(name: str) -> None:
    """Show one function, law, mistake, adapter, edge or erratum with all that belongs to it."""
    display.show(name, _last_figures())


def _last_figures() -> list[dict[str, Any]]:
    try:
        results: list[dict[str, Any]] = json.loads(LAST.read_text(encoding="utf-8"))["results"]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # none yet, or cut off while it was written
    return results


@main.command()
def doctor() -> None:
    """Print versions, devices and dtypes of every backend, and how to get what is missing."""
    display.doctor(backends.diagnose())
