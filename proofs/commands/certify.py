"""The command `refimpl certify`."""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..engine import catalogue, planning
from ..engine.cases import items
from ..engine.report import plain, text
from . import display
from .output import OutputFile, save
from .running import Gathered, argument, gather

if TYPE_CHECKING:
    from ..engine.certify import Certificate, Task


@click.command("certify")
@argument
@click.option(
    "--points", type=click.IntRange(1), help="Inputs per law, shared among its generators [default: 21]."
)
@click.option("--precision", type=click.IntRange(1), help="Most bits that are tried [default: 4096].")
@click.option("--seed", default=0, show_default=True, help="Same seed, same points.")
@click.option(
    "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="Processes [default: all cores]."
)
@click.option(
    "--json",
    "json_file",
    type=OutputFile(),
    help="Write the results to this file.",
)
@click.option("-v", "--verbose", is_flag=True, help="A line for every law, also on a terminal.")
def certify(
    patterns: tuple[str, ...], points: int | None, precision: int | None, seed: int, jobs: int,
    json_file: Path | None, verbose: bool,
) -> None:  # fmt: skip
    """Certify laws with proof, at points of their own generators, in ball arithmetic.

    Every number is an interval that contains the exact value, in the functions as in the checks. Claims
    that it does not decide are tried with twice the bits, and are inconclusive in the end: never held.
    Laws that cannot run on such numbers (host functions, random samples) are skipped with the reason.
    """
    from ..engine import certify as engine  # noqa: PLC0415  (python-flint)

    points, precision = points or engine.POINTS, precision or engine.LIMIT
    tasks = engine.plan(patterns, points=points, seed=seed, precision=precision)
    run = _run(tasks, jobs, verbose, filed=json_file is not None)
    found, interrupted = run.results, run.interrupted
    if json_file:
        save(json_file, text(_document(found, points, precision, seed, run.seconds, interrupted)))
    _summary(found, len(tasks), run.seconds, seed, interrupted)
    sys.exit(run.code(planning.exit_code(found, incomplete=interrupted)))


def _run(tasks: "Sequence[Task]", jobs: int, verbose: bool, *, filed: bool) -> "Gathered[Certificate]":
    """Run under a progress display."""
    with display.bar(len(tasks), verbose) as bar:

        def show(it: "Certificate") -> None:
            bar(it.law, it.verdict, _lines(it), it.verdict in ("held", "skipped"))

        run = gather(planning.run(tasks, jobs), show, filed=filed)
    order = {task.law: place for place, task in enumerate(tasks)}
    run.results.sort(key=lambda certificate: order[certificate.law])
    return run


def _lines(it: "Certificate") -> list[str]:
    """One certificate in words."""
    if it.verdict == "held":
        all_of_them = " (all there are)" if set(it.points) == set(it.exhausted) else ""
        decided = f"{sum(it.points.values())} points{all_of_them}  {it.compared} claims  {it.precision} bits"
        return [f"{it.verdict:<8} {it.law}  {decided}  {it.seconds:.2f} s"]
    lines = [f"{it.verdict:<8} {it.law}  {it.reason}"]
    if it.case is not None:
        law = catalogue.laws()[it.law]
        lines += [f"  {law.statement}", *display.claims(law.source)]
        lines += [f"    {name} = {display.value(part)}" for name, part in items(it.case).items()]
    return lines


def _summary(
    found: "Sequence[Certificate]", planned: int, seconds: float, seed: int, interrupted: bool
) -> None:
    for document in dict.fromkeys(it.law.partition(".")[0] for it in found):
        counts = Counter(it.verdict for it in found if it.law.startswith(f"{document}."))
        display.say(f"{document}: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    for reason, count in Counter(it.reason for it in found if it.verdict == "skipped").items():
        display.say(f"  skipped {count}: {reason}")
    if interrupted:
        display.say(f"interrupted after {len(found)} of {planned} laws")
    verdicts: Counter[str] = Counter(it.verdict for it in found)
    if not verdicts["held"]:
        display.say("nothing was proved")
    kinds = ("held", "refuted", "crashed", "inconclusive", "skipped")
    totals = [f"{verdicts[kind]} {kind}" for kind in kinds if verdicts[kind] or kind in ("held", "refuted")]
    display.say(f"{', '.join(totals)} in {seconds:.1f} s (seed {seed})")


def _document(
    found: "Sequence[Certificate]", points: int, precision: int, seed: int, seconds: float, interrupted: bool
) -> dict[str, Any]:
    """The run as JSON: schema "refimpl.certify/1"; `radius_bits` says how narrow held equalities are."""
    from ..engine.proven import BITS  # noqa: PLC0415

    used = ("refimpl", "python-flint", "numpy", "hypothesis")
    return {
        "schema": "refimpl.certify/1",
        "versions": {name: version(name) for name in used},
        "seed": seed,
        "points": points,
        "precision": precision,
        "radius_bits": BITS,
        "interrupted": interrupted,
        "seconds": round(seconds, 3),
        "results": [
            {
                "law": it.law,
                "verdict": it.verdict,
                "seed": it.seed,
                "points": dict(it.points),
                "exhausted": list(it.exhausted),
                "compared": it.compared,
                "precision": it.precision,
                "seconds": round(it.seconds, 4),
                "reason": it.reason,
                "claims": dict(catalogue.claims(catalogue.laws()[it.law].source)),
                "case": None if it.case is None else plain(items(it.case)),
            }
            for it in found
        ],
    }
