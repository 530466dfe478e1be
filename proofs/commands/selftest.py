"""The command `refimpl selftest`."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from ..engine import exits, planning
from ..engine import selftest as engine
from .display import progress, say
from .dtypes import DType
from .running import common, run, save


@click.command()
@common()
@click.option("--backend", default="numpy", show_default=True, help="One array library.")
@click.option("--dtype", type=DType(planning.DTYPES), default="float64", show_default=True)
def selftest(
    patterns: tuple[str, ...], examples: int, seed: int, jobs: int, json_file: Path | None, verbose: bool,
    backend: str, dtype: str,
) -> None:  # fmt: skip
    """Test the proofs: every mistake is refuted by the laws that name it, the reference by none.

    In half precision one of these laws is enough, and mistakes that no law can see there are told, with the
    reason.

    Exit code 1: a mistake survived, or a law failed; 3: nothing was refuted, or laws that were not chosen may
    refute what these did not.
    """
    tasks = engine.plan(patterns, backend=backend, dtype=dtype, examples=examples, seed=seed)
    with progress(len(tasks), verbose) as show:
        found = run(tasks, jobs, show, x64=backend == "jax", filed=json_file is not None)
    verdict = engine.conclude(found.results)
    save(json_file, found, used=[backend], summary=verdict)
    _summary(verdict, f"{backend} {dtype}", found.seconds, found.interrupted, verbose)
    unfinished = found.interrupted and not verdict.failed
    sys.exit(found.code(exits.INCOMPLETE if unfinished else _code(verdict)))


def _code(verdict: engine.Verdict) -> int:
    """What the verdict says, as in `exits`."""
    if verdict.faulty:
        return exits.FAILED
    return exits.INCOMPLETE if verdict.open or not verdict.refuted else exits.HELD


def _summary(verdict: engine.Verdict, where: str, seconds: float, interrupted: bool, verbose: bool) -> None:
    """What is wrong with the proofs, if anything; what does not show in the setting; and one last line."""
    for reason, laws in _by_reason(verdict.skipped).items():
        say(f"skipped {len(laws)}: {reason}" + (f": {', '.join(laws)}" if verbose else ""))
    for reason, names in _by_reason(verdict.hidden).items():
        say(f"not seen in {where}, {reason}: {', '.join(names)}")
    for name in verdict.open:
        say(f"not refuted, but other laws name it, too: {name}", style="yellow")
    if verbose:
        for law, wrong, _ in verdict.passed_over:
            say(f"{law} did not refute {wrong}, which one of its laws has to in {where}")
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
    total = len(verdict.refuted) + len(verdict.survivors) + len(verdict.open)
    share = 100 * len(verdict.refuted) / total if total else 0
    more = [f"{len(verdict.hidden)} do not show in {where}"] * bool(verdict.hidden)
    if verdict.passed_over:
        more.append(f"{len(verdict.passed_over)} pairs of law and mistake are left to other laws")
    text = f"{len(verdict.refuted)} of {total} mistakes refuted ({share:.0f} %)"
    say("; ".join([text, *more]) + f"; {seconds:.1f} s")


def _by_reason(reasons: Mapping[str, str]) -> dict[str, list[str]]:
    """Names by the reason that they share."""
    found: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        found.setdefault(reason, []).append(name)
    return found
