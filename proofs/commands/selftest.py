"""The command `refimpl selftest`."""

import sys
from pathlib import Path

import click

from ..engine import exits, planning
from ..engine import selftest as engine
from .display import progress, say
from .running import common, run, save


@click.command()
@common()
@click.option("--backend", default="numpy", show_default=True, help="One array library.")
@click.option("--dtype", type=click.Choice(planning.DTYPES), default="float64", show_default=True)
def selftest(
    patterns: tuple[str, ...], examples: int, seed: int, jobs: int, json_file: Path | None, verbose: bool,
    backend: str, dtype: str,
) -> None:  # fmt: skip
    """Test the proofs: every mistake is refuted by the laws that name it, the reference by none."""
    tasks = engine.plan(patterns, backend=backend, dtype=dtype, examples=examples, seed=seed)
    with progress(len(tasks), verbose) as show:
        found = run(tasks, jobs, show, x64=backend == "jax", filed=json_file is not None)
    verdict = engine.conclude(found.results)
    save(json_file, found, used=[backend], summary=verdict)
    _summary(verdict, found.seconds, found.interrupted)
    unfinished = found.interrupted and not verdict.failed
    sys.exit(found.code(exits.INCOMPLETE if unfinished else exits.HELD if verdict.passed else exits.FAILED))


def _summary(verdict: engine.Verdict, seconds: float, interrupted: bool) -> None:
    """What is wrong with the proofs, if anything, and one last line."""
    for name in verdict.failed:
        say(f"not held on the reference: {name}", style="red")
    for law, wrong, what in verdict.missed:
        say(f"{law} did not refute {wrong}: {what}", style="red")
    for name in verdict.toothless:
        say(f"names no mistake of its functions: {name}", style="red")
    for name in verdict.survivors:
        say(f"survived: {name}", style="red")
    if interrupted:
        say("interrupted", style="yellow")
    total = len(verdict.refuted) + len(verdict.survivors)
    share = 100 * len(verdict.refuted) / total if total else 0
    say(f"{len(verdict.refuted)} of {total} mistakes refuted ({share:.0f} %) in {seconds:.1f} s")
