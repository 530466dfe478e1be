"""The command `refimpl swap`."""

import sys
from pathlib import Path
from typing import Any

import click

from ... import backends
from ..auditing.audit import TIMEOUT
from ..engine import planning
from ..engine import report as reports
from ..engine.accuracy.measure import Effort
from ..swapping import report
from ..swapping.data import result
from ..swapping.experiment import CALLS, Swapped, Task, plan
from ..swapping.ways import Way, planned
from . import display, output
from .audit import targets
from .output import OutputFile, PageFile
from .running import Gathered, gather, note_x64, paged, save


@click.command("swap")
@click.argument("functions", nargs=-1)
@click.option("--as", "names", multiple=True, metavar="NAME[=TARGET]",
              help="Functions of your own, as in audit: file.py:function as rope.rotate.")  # fmt: skip
@click.option("--adapter", default="", help="A convention of your function: `refimpl list adapters`.")
@click.option("--backend", multiple=True, default=("all",), show_default=True,
              help="Repeatable; `all` for every array library that works here.")  # fmt: skip
@click.option("--dtype", multiple=True, default=("float32",), show_default=True,
              help="Repeatable: float64, float32, float16, bfloat16.")  # fmt: skip
@click.option("--device", multiple=True,
              help="Repeatable, where a library has it, such as cuda [default: its first].")  # fmt: skip
@click.option("--compiled", is_flag=True, help="Also compiled, where the library has a compiler.")
@click.option("--tf32", is_flag=True, help="Also with TF32 in float32 matrix products (torch, JAX).")
@click.option("--threads", type=click.IntRange(1), multiple=True, help="Repeatable: threads of the library.")
@click.option(
    "--calls", type=click.IntRange(1), default=CALLS, show_default=True, help="About so many inputs, of laws."
)
@click.option("--seed", default=0, show_default=True, help="Same seed, same inputs.")
@click.option("--json", "json_file", type=OutputFile(), help="Write everything to this file.")
@click.option("--svg", "svg_file", type=PageFile(), help="Write the picture to this file.")
@paged
@click.option("--reproducer", type=OutputFile(), help="Write a program that shows the largest difference.")
def swap(
    functions: tuple[str, ...], names: tuple[str, ...], adapter: str, backend: tuple[str, ...],
    dtype: tuple[str, ...], device: tuple[str, ...], compiled: bool, tf32: bool, threads: tuple[int, ...],
    calls: int, seed: int, json_file: Path | None, svg_file: Path | None, html_file: Path | None,
    reproducer: Path | None,
) -> None:  # fmt: skip
    """Run functions with the same inputs in several ways: what moves?

    FUNCTIONS are refimpl's (rope.rotate, "ddpm.*") or, with --as, one of yours (file.py:function). Every way
    is compared with the proven values and with every other, beside what roundings can amount to.

    \b
    refimpl swap rope.rotate --backend numpy --backend torch --device cuda --dtype float32
    refimpl swap mine.py:rotate --as rope.rotate --backend torch --compiled --dtype bfloat16
    refimpl swap "matching.*" --dtype float32 --html moved.html

    Exit code 1: two ways differ beyond their bounds; 3: a way failed, or a pair cannot be judged.
    """
    chosen = [name for name in backends.chosen(backend) if name in backend or _works(name)]
    if not functions and not names:
        raise click.UsageError("which function? Give names such as rope.rotate, or a TARGET with --as NAME")
    planning.prepare("jax" in chosen)
    note_x64("jax" in chosen)
    ways = planned(chosen, dtype, devices=device, compiled=compiled, tf32=tf32, threads=threads)
    tasks = _tasks(functions, names, adapter, Effort(calls=calls, seed=seed), ways)
    files = (json_file, svg_file, html_file, reproducer)
    run = gather(planning.run(tasks), lambda found: display.say(*report.text([found])[:-1]),
                 filed=any(file is not None for file in files))  # fmt: skip
    if json_file or html_file:
        interrupted = run.interrupted or any(it.interrupted for it in run.results)
        found: Gathered[Any] = Gathered(
            [result(it) for it in run.results], run.seconds, interrupted=interrupted
        )
        save(json_file, found, used=[name for name in chosen if _works(name)], page=html_file)
    if svg_file:
        from ..pages import swaps  # noqa: PLC0415  (the extra)

        output.save(svg_file, swaps.alone([reports.result(result(it)) for it in run.results]))
    if reproducer:
        _write_reproducer(reproducer, run.results)
    display.say(report.text(run.results)[-1] + f" in {run.seconds:.1f} s")
    sys.exit(run.code(report.exit_code(run.results)))


def _works(name: str) -> bool:
    return name in backends.available()


def _tasks(
    functions: tuple[str, ...], names: tuple[str, ...], adapter: str, effort: Effort, ways: list[Way]
) -> list[Task]:
    """A TARGET among the functions goes with --as, as in audit; all others are refimpl's."""
    own = [name for name in functions if ":" in name or name.endswith(".py")]
    if len(own) > 1:
        raise click.UsageError(f"got {' and '.join(own)}; expected one TARGET; name others --as NAME=TARGET")
    if own and not names:
        raise click.UsageError(f"{own[0]}: which function of refimpl is it? Give --as NAME")
    impl = targets(own[0] if own else None, names, TIMEOUT) if names else {}
    patterns = [name for name in functions if name not in own]
    return plan(patterns, ways, effort, impl=impl, adapters=dict.fromkeys(impl, adapter))


def _write_reproducer(file: Path, results: list[Swapped]) -> None:
    pairs = [(it, pair) for it in results if (pair := report.furthest(it)) is not None]
    worst = max(pairs, key=lambda two: two[1].spot.weight if two[1].spot else (False, 0.0, 0.0), default=None)
    if worst is None:
        display.say(f"{file} not written: no two ways differ")
        return
    content = report.script(*worst)
    if content.startswith("no program"):
        display.say(f"{file} not written: {content}")
    else:
        output.save(file, content)
        display.say(f"wrote {file}: a program that shows where they differ most")
