"""The command `refimpl certify`."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..engine import catalogue, planning
from ..engine.cases import items
from . import display
from .running import common, paged, run, save

if TYPE_CHECKING:
    from ..engine.certify import Certificate


@click.command("certify")
@common(examples=None)
@paged
@click.option(
    "--points", type=click.IntRange(1), help="Inputs per law, shared among its generators [default: 21]."
)
@click.option("--precision", type=click.IntRange(1), help="Most bits that are tried [default: 4096].")
def certify(
    patterns: tuple[str, ...], points: int | None, precision: int | None, seed: int, jobs: int,
    json_file: Path | None, html_file: Path | None, verbose: bool,
) -> None:  # fmt: skip
    """Certify laws with proof, at points of their own generators, in ball arithmetic.

    Every number is an interval that contains the exact value, in the functions as in the checks. Claims
    that it does not decide are tried with twice the bits, and are inconclusive in the end: never held.
    Laws that cannot run on such numbers (host functions, random samples) are skipped with the reason.
    """
    from ..engine import certify as engine  # noqa: PLC0415  (python-flint)

    points, precision = points or engine.POINTS, precision or engine.LIMIT
    tasks = engine.plan(patterns, points=points, seed=seed, precision=precision)
    with display.bar(len(tasks), verbose) as bar:

        def show(it: "Certificate") -> None:
            bar(it.law, it.verdict, _lines(it), it.verdict in ("held", "skipped"))

        found = run(tasks, jobs, show, filed=json_file is not None or html_file is not None)
    save(json_file, found, page=html_file)
    _summary(found.results)
    verdicts = [it.verdict for it in found.results]
    display.total(verdicts, len(tasks), found.seconds, seed, found.interrupted)
    sys.exit(found.code(planning.exit_code(found.results, incomplete=found.interrupted)))


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


def _summary(found: "Sequence[Certificate]") -> None:
    for document in dict.fromkeys(it.law.partition(".")[0] for it in found):
        counts = Counter(it.verdict for it in found if it.law.startswith(f"{document}."))
        display.say(f"{document}: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    for reason, count in Counter(it.reason for it in found if it.verdict == "skipped").items():
        display.say(f"  skipped {count}: {reason}")
