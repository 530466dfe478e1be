"""The command line: refimpl prove, certify, accuracy, sensitivity, audit, selftest, errata, list, …"""

import io
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from ... import backends
from ..._errors import RefimplError
from ..engine import catalogue, exits, generic, planning, report, selftest, signals
from ..engine.planning import EXAMPLES, Task
from ..engine.runner import Bounds, Outcome
from . import display, output
from .accuracy import accuracy
from .audit import audit
from .certify import certify
from .gathered import Gathered, gather
from .output import OutputFile
from .sensitivity import sensitivity

LAST = Path(click.get_app_dir("refimpl")) / "last-prove.json"
"""Where `prove` leaves its figures for `show`."""


class _Commands(click.Group):
    """Ends with the exit codes of `exits`, whatever happens."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        try:
            return super().make_context(*args, **kwargs)
        except BrokenPipeError as error:  # nobody reads the help
            output.lost(error)
            raise SystemExit(output.code(exits.HELD)) from None

    def invoke(self, ctx: click.Context) -> Any:
        # Hypothesis keeps caches in a folder of the working directory unless told otherwise.
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(LAST.parent / "hypothesis"))
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # formulas have symbols that ASCII lacks
        output.begin()
        with signals.restored():
            sys.exit(output.code(self._code(ctx)))

    def _code(self, ctx: click.Context) -> int:
        """Run the command."""
        try:
            super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except SystemExit as ended:
            return ended.code if isinstance(ended.code, int) else exits.HELD
        except KeyboardInterrupt:
            output.complain("interrupted")
            return signals.SIGNALLED + signal.SIGINT
        except RefimplError as error:
            raise click.UsageError(str(error)) from error
        except BrokenPipeError as error:
            output.lost(error)
        except Exception:
            output.complain(traceback.format_exc() + "This is a fault of refimpl: please report it.")
            return exits.FAULT
        return exits.HELD


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]},
             epilog=f"Exit codes: {exits.TABLE}.")  # fmt: skip
@click.version_option(package_name="refimpl")
def main() -> None:
    """A correctness oracle for machine-learning mathematics."""


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


def _run(tasks: Sequence[Task], jobs: int, x64: bool, verbose: bool, file: Path | None) -> Gathered[Outcome]:
    """Run tasks under a progress display."""
    with display.progress(len(tasks), verbose) as show:
        run = gather(planning.run(tasks, jobs, x64=x64), show, filed=file is not None)
    order = {(task.law, task.backend, task.dtype, task.mistake): place for place, task in enumerate(tasks)}
    run.results.sort(key=lambda o: order[o.law, o.backend, o.dtype, o.mistake])
    return run


def _remember(text: str) -> None:
    """Keep the figures for `refimpl show`; a home that cannot be written is no reason to fail."""
    try:
        LAST.parent.mkdir(parents=True, exist_ok=True)
        output.write(LAST, text)
    except OSError as error:
        output.complain(f"note: figures not kept for `refimpl show`: {error}")


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
        output.complain("note: JAX runs with jax_enable_x64: the laws need int64, and tables float64")
    run = _run(tasks, jobs, x64, verbose, json_file)
    content = report.text(
        report.document(
            run.results, seed=seed, examples=examples, seconds=run.seconds, interrupted=run.interrupted
        )
    )
    _remember(content)
    if json_file:
        output.save(json_file, content)
    display.summary(run.results, len(tasks), run.seconds, seed, run.interrupted)
    proved = {outcome.backend for outcome in run.results if outcome.verdict == "held"}
    missing = "all" not in names and not proved >= set(names)  # asked for by name, and not there
    sys.exit(run.code(planning.exit_code(run.results, incomplete=run.interrupted or missing)))


@main.command("selftest")
@_common
@click.option("--dtype", type=click.Choice(planning.DTYPES), default="float64", show_default=True)
def selftest_(
    patterns: tuple[str, ...], examples: int, seed: int, jobs: int, json_file: Path | None, verbose: bool,
    dtype: str,
) -> None:  # fmt: skip
    """Test the proofs: every mistake is refuted by the laws that name it, the reference by none."""
    tasks = selftest.plan(patterns, dtype=dtype, examples=examples, seed=seed)
    run = _run(tasks, jobs, False, verbose, json_file)
    verdict = selftest.conclude(run.results)
    if json_file:
        content = report.document(
            run.results, seed=seed, examples=examples, seconds=run.seconds,
            interrupted=run.interrupted, verdict=verdict,
        )  # fmt: skip
        output.save(json_file, report.text(content))
    display.selftest(verdict, run.seconds, run.interrupted)
    unfinished = run.interrupted and not verdict.failed
    sys.exit(run.code(exits.INCOMPLETE if unfinished else exits.HELD if verdict.passed else exits.FAILED))


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
        told = {"schema": "refimpl.errata/1", "errata": [display.erratum_data(*e) for e in judged]}
        output.save(json_file, report.text(told))
    sound = bool(judged) and all(
        any(not f.holds for f in printed) and corrected and all(f.holds for f in corrected)
        for _, printed, corrected in judged
    )
    sys.exit(exits.HELD if sound else exits.FAILED)


@main.command("list")
@click.argument(
    "what",
    type=click.Choice(
        ["documents", "claims", "functions", "laws", "mistakes", "adapters", "edges", "errata"]
    ),
    default="functions",
)
@click.argument("patterns", nargs=-1)
def list_(what: str, patterns: tuple[str, ...]) -> None:
    """List functions, laws, mistakes, adapters, edges or errata; claims (and definitions) by number; or
    documents with their articles, as the table of the README."""
    if what == "documents":
        display.say(*catalogue.table())
        return
    items: dict[str, Iterable[str]] = {
        "functions": catalogue.functions(), "laws": catalogue.laws(),
        "mistakes": catalogue.mistakes(), "adapters": [*catalogue.adapters(), *generic.ADAPTERS],
        "claims": [f"{name}.{number}" for name, it in catalogue.documents().items() for number in it.entries],
        "edges": catalogue.edges(), "errata": catalogue.errata(),
    }  # fmt: skip
    display.listing(what, catalogue.select(patterns, items[what], what.rstrip("s")))


@main.command()
@click.argument("words", metavar="NAME", nargs=-1, required=True)
def show(words: tuple[str, ...]) -> None:
    """Show a document (rope), a definition, claim or erratum of it ("rope C3"), or a function, law, mistake,
    adapter or edge, with all that belongs to it.
    """
    display.show(" ".join(words), _last_figures())


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
