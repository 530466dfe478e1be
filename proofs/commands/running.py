"""What commands that run tasks share: PATTERNS and options, results as they come, figures kept for `show`.

A signal or a closed pipe may stop the work: what there is by then is kept and reported.
"""

import json
import os
import shlex
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import click

from ..engine import planning, signals
from ..engine.planning import EXAMPLES
from ..engine.runner import Outcome
from . import completing, output
from .output import OutputFile, PageFile

if TYPE_CHECKING:
    from ..engine import pool

Result = TypeVar("Result")
_KEPT = ("law", "verdict", "backend", "dtype", "worst", "worst_at")
LAST = output.LAST


def _kept(context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    remember(context, value)
    return value


def remember(context: click.Context, wanted: tuple[str, ...]) -> None:
    """Remember whether everything was asked for: a campaign that is resumed was told so before."""
    context.meta[output.EVERYTHING] = not wanted


def argument(command: Any) -> Any:
    """The argument: shell wildcards of names, or names of documents; none for everything."""
    return click.argument("patterns", nargs=-1, callback=_kept, shell_complete=completing.laws)(command)


def _positive(_ctx: click.Context, _parameter: click.Parameter, value: int) -> int:
    if value < 1:
        raise click.BadParameter(f"got {value}; expected an integer ≥ 1")
    return value


def common(examples: int | None = EXAMPLES) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The arguments that all commands share which run tasks; examples only if there is a default."""
    options = [
        argument,
        click.option("--seed", default=0, show_default=True, help="Same seed, same inputs."),
        click.option("--jobs", default=os.cpu_count() or 1, callback=_positive,
                     help="Processes [default: all cores]."),
        click.option("--json", "json_file", type=OutputFile(), help="Write the results to this file."),
        click.option("-v", "--verbose", is_flag=True, help="A line for every result, also on a terminal."),
    ]  # fmt: skip
    if examples is not None:
        options.insert(1, click.option("--examples", default=examples, callback=_positive, show_default=True,
                                       help="Inputs per law, shared among its generators."))  # fmt: skip

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


def paged(command: Any) -> Any:
    """The option of commands whose report has a page."""
    told = "Write a page for a browser to this file (the extra `report`)."
    return click.option("--html", "html_file", type=PageFile(), help=told)(command)


def note_x64(x64: bool) -> None:
    """Say that JAX does not run as it would by itself."""
    if x64:
        output.complain("note: JAX runs with jax_enable_x64: the laws need int64, and tables float64")


@dataclass(slots=True)
class Gathered(Generic[Result]):
    """What a run has given."""

    results: list[Result]
    seconds: float
    signal: int = 0
    """The signal that stopped it, if any."""
    interrupted: bool = False
    """Whether it was stopped, by a signal or because nobody listens any more."""

    def code(self, verdict: int) -> int:
        """The exit code of a run with this verdict."""
        return signals.SIGNALLED + self.signal if self.signal else verdict


def gather(
    work: Generator[Result, None, None], show: Callable[[Result], object], *, filed: bool, kept: bool = True
) -> Gathered[Result]:
    """Do some work, and show each result. With `filed`, results go to a file, so that the work goes on when
    nobody reads the output any more. Without `kept` they are shown alone, for there may be millions."""
    started = time.perf_counter()
    found = Gathered[Result]([], 0.0)

    def do(caught: signals.Caught) -> None:
        with closing(work) as results:
            for result in results:
                if kept:
                    found.results.append(result)
                show(result)
                if caught.number:  # its exception was lost in a finaliser
                    return
                if output.closed() and not filed:
                    found.interrupted = True
                    return

    found.signal = signals.keep(do).number
    found.interrupted = found.interrupted or bool(found.signal)
    found.seconds = time.perf_counter() - started
    return found


def run(
    tasks: "Sequence[pool.Task[Result]]",
    jobs: int,
    show: Callable[[Result], object],
    *,
    x64: bool = False,
    filed: bool,
) -> Gathered[Result]:
    """Run tasks and show each result as it comes; in the end they are in the order of the tasks."""
    work = planning.run([planning.Numbered(*it) for it in enumerate(tasks)], jobs, x64=x64)
    found = gather(work, lambda pair: show(pair[1]), filed=filed)
    results = [result for _, result in sorted(found.results, key=lambda pair: pair[0])]
    return Gathered(results, found.seconds, found.signal, found.interrupted)


_UNASKED = (
    "json_file",
    "svg_file",
    "html_file",
    "reproducer",
    "verbose",
    "jobs",
    "markdown",
    "folder",
    "resume",
    "cluster",
    "address",
    "certificates",
)
"""Options that change nothing in the results."""


def save(
    file: Path | None,
    found: Gathered[Any],
    *,
    used: Iterable[str] = ("numpy",),
    summary: Any = None,
    page: Path | None = None,
) -> None:
    """Write the report of the command at work, and its page, if files were asked for; `used` are the
    backends."""
    if file is None and page is None:
        return
    from ..engine import report  # noqa: PLC0415

    context = click.get_current_context()
    settings = {
        name: str(value) if isinstance(value, Path) else value
        for name, value in context.params.items()
        if name not in _UNASKED
    }
    envelope = report.Envelope(
        context.command.name or "", settings, found.results, found.seconds, found.interrupted,
        report.versions(used), summary, command_line(),
    )  # fmt: skip
    write(envelope.data(), file, page)


def command_line() -> str:
    """The command at work, as a shell takes it."""
    return shlex.join(["refimpl", *click.get_current_context().meta.get(output.WORDS, ())])


def write(data: dict[str, Any], file: Path | None, page: Path | None) -> None:
    """Write a report as JSON, and its page, which is made of the same."""
    from ..engine import report  # noqa: PLC0415

    text = report.text(data)
    if file is not None:
        output.save(file, text)
    if page is not None:
        from ..pages.report import html  # noqa: PLC0415  (the extra)

        output.save(page, html(json.loads(text)))


def keep_figures(outcomes: Sequence[Outcome]) -> None:
    """Keep the figures for `refimpl show`; a home that cannot be written is no reason to fail."""
    kept = [{name: getattr(outcome, name) for name in _KEPT} for outcome in outcomes]
    try:
        LAST.parent.mkdir(parents=True, exist_ok=True)
        output.write(LAST, json.dumps(kept))
    except OSError as error:
        output.complain(f"note: figures not kept for `refimpl show`: {error}")


def last_figures() -> list[dict[str, Any]]:
    """The results; none if there are none yet, or the file was cut off while it was written."""
    try:
        results: list[dict[str, Any]] = json.loads(LAST.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return results if isinstance(results, list) else []
