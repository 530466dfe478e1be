"""The command `refimpl selftest`."""

import sys
from pathlib import Path

import click

from ..engine import exits, planning, report
from ..engine import selftest as engine
from . import display, output
from .common import common, run


@click.command()
@common
@click.option("--backend", default="numpy", show_default=True, help="One array library.")
@click.option("--dtype", type=click.Choice(planning.DTYPES), default="float64", show_default=True)
def selftest(
    patterns: tuple[str, ...], examples: int, seed: int, jobs: int, json_file: Path | None, verbose: bool,
    backend: str, dtype: str,
) -> None:  # fmt: skip
    """Test the proofs: every mistake is refuted by the laws that name it, the reference by none."""
    tasks = engine.plan(patterns, backend=backend, dtype=dtype, examples=examples, seed=seed)
    found = run(tasks, jobs, backend == "jax", verbose, json_file)
    verdict = engine.conclude(found.results)
    if json_file:
        content = report.document(
            found.results, seed=seed, examples=examples, seconds=found.seconds,
            interrupted=found.interrupted, verdict=verdict,
        )  # fmt: skip
        output.save(json_file, report.text(content))
    display.selftest(verdict, found.seconds, found.interrupted)
    unfinished = found.interrupted and not verdict.failed
    sys.exit(found.code(exits.INCOMPLETE if unfinished else exits.HELD if verdict.passed else exits.FAILED))
