"""The command `refimpl sensitivity`."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from ...backends import HALVES
from ..engine import exits, planning
from ..engine.runner import Bounds
from ..engine.sensitivity import EXAMPLES, WANTED, Floor, by_function, by_law, plan, reason
from . import display
from .dtypes import DType
from .running import common, paged, run, save


@click.command("sensitivity")
@common(examples=EXAMPLES)
@paged
@click.option("--dtype", type=DType(planning.DTYPES), default="float64", show_default=True)
@click.option("--bounds", type=click.Choice(["written", "derived"]), default="written", show_default=True,
              help="The bounds of the laws, as in prove.")  # fmt: skip
def sensitivity(
    patterns: tuple[str, ...], dtype: str, examples: int, bounds: Bounds, seed: int, jobs: int,
    json_file: Path | None, html_file: Path | None, verbose: bool,
) -> None:  # fmt: skip
    """Find the smallest relative change of a function's results that each law refutes, on NumPy.

    Of all laws that compare numbers, or those that match PATTERNS. Where it is more than 64 ulp, a reason is
    written in the facts of the document, or the exit code is 1; but not in half precision, where 64 ulp are
    a sixteenth of the result (float16) or half of it (bfloat16), and bounds grow faster than roundings.
    """
    tasks = plan(patterns, dtype=dtype, examples=examples, seed=seed, bounds=bounds)
    if not tasks:
        display.say(
            "nothing to measure: general laws compare a function with itself, so that both sides change"
        )
        sys.exit(exits.INCOMPLETE)
    with display.bar(len(tasks), verbose, "laws and functions") as bar:
        found = run(
            tasks, jobs, lambda floor: bar(floor.law, "", [_line(floor)], floor.status != "crashed"),
            filed=json_file is not None or html_file is not None,
        )  # fmt: skip
    floors, interrupted = found.results, found.interrupted
    save(json_file, found, page=html_file)
    unexplained = _summary(floors, len(tasks), found.seconds, interrupted, strict=dtype not in HALVES)
    unfinished = interrupted or all(floor.status == "skipped" for floor in floors)
    sys.exit(found.code(exits.FAILED if unexplained else exits.INCOMPLETE if unfinished else exits.HELD))


def _line(floor: Floor) -> str:
    seen = f"{floor.ulps:.0f} ulp, {floor.nudge}" if floor.status == "found" else floor.status
    return f"{floor.law}  {floor.function}  {seen}  {floor.reason}".rstrip()


def _summary(
    floors: Sequence[Floor], planned: int, seconds: float, interrupted: bool, *, strict: bool
) -> bool:
    """Print what is above the aim, and what was skipped; whether any of it lacks a reason that is asked."""
    aim = 2**WANTED
    laws, functions = by_law(floors), by_function(floors)
    unexplained = False
    for name, ulps in laws.items():
        if ulps > aim:
            why = reason(name)
            unexplained |= strict and not why
            display.say(f"{name}: {_ulps(ulps)}: {why or 'no reason is written'}")
    for name, ulps in functions.items():
        if ulps > aim:
            display.say(
                f"{name}: none of these laws sees less than {_ulps(ulps)}: {reason(name)}".rstrip(": ")
            )
    skipped = {floor.law: floor.reason for floor in floors if floor.status == "skipped"}
    for why, count in Counter(skipped.values()).items():
        display.say(f"skipped {count}: {why}")
    crashed = [floor for floor in floors if floor.status == "crashed"]
    display.say(*map(_line, crashed))
    if interrupted:
        display.say(f"interrupted after {len(floors)} of {planned}")
    good = sum(ulps <= aim for ulps in laws.values()), sum(ulps <= aim for ulps in functions.values())
    display.say(
        f"{good[0]} of {len(laws)} laws see {aim} ulp or less, {good[1]} of {len(functions)} functions are "
        f"seen so by some law; {seconds:.1f} s"
    )
    return unexplained or bool(crashed)


def _ulps(ulps: float) -> str:
    return f"{ulps:.3g} ulp" if ulps < float("inf") else "a change by the whole result"
