"""The command `refimpl survey`."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from .. import survey as bound
from ..engine import exits, planning
from ..survey import Binding, Library, _elsewhere, _run, _shown
from ..survey._finding import Surveyed
from . import display
from .output import WORDS, OutputFile, save
from .running import Gathered, gather, paged
from .running import save as save_report

_COLOURS = {"right": "green", "wrong": "red"}


@click.command("survey")
@click.argument("libraries", nargs=-1, metavar="[LIBRARY]…")
@click.option(
    "--list", "listed", is_flag=True, help="Say what is bound and what is installed; audit nothing."
)
@click.option("--python", metavar="PATH", help="Another interpreter, which has the libraries.")
@click.option("--examples", type=click.IntRange(1), help="Inputs per law [default: as bound, mostly 18].")
@click.option("--jobs", type=click.IntRange(1), help="Processes at a time [default: at most one per core].")
@click.option("--json", "json_file", type=OutputFile(), help="Write the findings to this file.")
@paged
@click.option("--reproducers", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
              help="Write a program for each finding that has one.")  # fmt: skip
@click.option("-v", "--verbose", is_flag=True, help="A line for every function, also on a terminal.")
def survey(
    libraries: tuple[str, ...], listed: bool, python: str | None, examples: int | None, jobs: int | None,
    json_file: Path | None, html_file: Path | None, reproducers: Path | None, verbose: bool,
) -> None:  # fmt: skip
    """Audit the functions of public libraries that are installed here, in their versions here.

    Of all that are bound, or of these LIBRARIES, or of functions by name ("scipy", "torch/*layer_norm").
    Nothing of a library is imported but in the processes of its audits. What is found is told of the versions
    that are here: right; imprecise, with the digits that are left; right in another convention; wrong, with
    the cause and a call that shows it; not bound, where a version has moved a function or calls it otherwise.

    \b
    refimpl survey --list
    refimpl survey transformers diffusers --json found.json
    refimpl survey pandas polars --html found.html
    refimpl survey "torch/*layer_norm" --reproducers programs
    refimpl survey keras --python other/bin/python

    \b
    --python needs Python 3.11 and, beside the libraries, the packages that refimpl needs. It is lent refimpl.

    Exit code 0: every function that was asked for was audited, whatever that found; without LIBRARY, those of
    installed libraries are asked for. 3: some were not: not installed, not bound or not decided.
    """
    if python:
        sys.exit(_elsewhere.run(python, [*_elsewhere_words(click.get_current_context().meta[WORDS])]))
    known = bound.libraries()
    chosen = _run.select(libraries, known)
    if listed:
        display.say(*_listed(chosen, known))
        return
    work = _run.tasks(chosen, known)
    if not libraries:
        work = [it for it in work if it.version]
    planning.prepare(False)
    filed = json_file is not None or html_file is not None
    with display.bar(len(work), verbose, "functions", left=True) as show:

        def shown(it: Surveyed) -> None:
            show(f"{it.library} {it.public}", _COLOURS.get(it.answer, "yellow"), [*_shown.lines(it)],
                 it.answer == "right")  # fmt: skip

        run = gather(_run.run(work, examples, jobs), shown, filed=filed)
    save_report(json_file, run, page=html_file)
    if reproducers:
        _write(reproducers, run)
    display.say(
        *_shown.table(run.results), _shown.total(run.results, len(work), run.seconds, run.interrupted)
    )
    if not libraries and (gone := [it.distribution for it in known.values() if it.version is None]):
        display.say(f"bound, but not installed here: {', '.join(gone)}")
    sys.exit(run.code(exits.HELD if _shown.complete(run.results) else exits.INCOMPLETE))


def _elsewhere_words(words: Sequence[str]) -> Iterator[str]:
    """The words of the command line behind the command's name, without the interpreter."""
    rest = iter(words[1:])
    for word in rest:
        if word == "--python":
            next(rest)
        elif not word.startswith("--python="):
            yield word


def _listed(chosen: Sequence[Binding], known: dict[str, Library]) -> list[str]:
    """Every library with its version here, and what is bound of it."""
    lines: list[str] = []
    for library in dict.fromkeys(it.library for it in chosen):
        lines.append(f"{library}: {known[library].version or 'not installed'}")
        lines += [f"  {it.public} as {it.function}" for it in chosen if it.library == library]
    return lines


def _write(folder: Path, run: Gathered[Surveyed]) -> None:
    """A program for every finding that has one."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, it in enumerate(run.results):
        if it.shown is not None and it.shown.program:
            file = folder / f"{number:03}_{it.library}_{it.function}_{it.dtype}.py"
            save(file, it.shown.script)
            display.say(f"wrote {file}")
