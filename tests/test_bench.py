"""The frame of `refimpl bench`: what it measures, and what it says where something is not as it should be."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from refimpl.proofs import benchmarks
from refimpl.proofs.benchmarks import (
    Calls,
    Commands,
    Growth,
    Memory,
    Peer,
    Row,
    _child,
    _measure,
    _run,
    close,
)
from refimpl.proofs.benchmarks import _shown as shown
from refimpl.proofs.benchmarks._result import Machine, Measured
from refimpl.proofs.commands.main import main

ROWS = benchmarks.select(())
MACHINE = Machine("a processor", 2, "Linux", 1, (0.5, 0.25))


def bench(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["bench", *arguments])


def agreed(_ours: Any, _theirs: Any) -> str:
    return ""


class Clock:
    """Seconds that only work takes, so that nothing depends on how busy the machine is."""

    def __init__(self) -> None:
        self.cpu = self.wall = 0.0

    def work(self, seconds: float) -> None:
        self.cpu += seconds
        self.wall += 2 * seconds

    def process_time(self) -> float:
        return self.cpu

    def perf_counter(self) -> float:
        return self.wall


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(_measure, "time", made)
    return made


def row(make: Callable[[], Any], goal: float | None = None, **needs: str) -> Row:
    return Row("a-row", "something", make, Peer("another", needs), goal=goal)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Measured]:
    """Measures a row of the test's own, in this process instead of one of its own."""

    def measured(one: Row) -> Measured:
        def asked(name: str, seconds: float, threads: int, side: str = "ours") -> dict[str, Any]:
            try:
                return _child.answer(one.make(), seconds, side)
            except Exception as error:
                raise RuntimeError(f"{type(error).__name__}: {error}") from error

        monkeypatch.setattr(_run, "_asked", asked)
        [found] = _run.run({"job.a-row": one}, 0.2, 1)
        return found

    return measured


# Jobs


def test_rows_have_names_of_their_own_and_functions_that_are_there() -> None:
    from refimpl.proofs.engine import registry  # noqa: PLC0415

    assert len(ROWS) == sum(len(benchmarks.rows(job)) for job in benchmarks.jobs())
    for name, one in ROWS.items():
        assert one.about in ("", *registry.functions()), name


def test_listing_needs_no_peer() -> None:
    code = (
        "import sys; from refimpl.proofs import benchmarks; benchmarks.select(()); "
        "print([it for it in ('torch', 'jax', 'scipy', 'ot', 'flint') if it in sys.modules])"
    )
    assert _run._output([sys.executable, "-c", code], 1).strip() == "[]"


# What is measured


def test_a_ratio_is_that_of_the_work(here: Callable[..., Measured], clock: Clock) -> None:
    """The first calls, in which something is compiled, are apart; a call of a moment is repeated."""
    taken = iter([5.0, *[0.001] * 10_000])
    found = here(row(lambda: Calls(lambda: clock.work(next(taken)), lambda: clock.work(0.004), agreed)))
    assert found.status == "measured"
    assert found.first == pytest.approx((5.0, 0.004))
    assert found.ratio is not None
    assert found.wall is not None
    for spread in (found.ratio, found.wall):
        assert [spread.least, spread.median, spread.largest] == pytest.approx([0.25] * 3)
    assert found.rounds == _measure.FEWEST + 2  # of 20 ms each, until the 0.2 s are over
    assert found.verdict == "no goal"


def test_a_share_of_the_work_counts_as_the_whole(here: Callable[..., Measured], clock: Clock) -> None:
    found = here(row(lambda: Calls(lambda: clock.work(1), lambda: clock.work(1), agreed, share=1 / 8), 0.1))
    assert found.ratio is not None
    assert found.ratio.median == pytest.approx(1 / 8)
    assert found.theirs is not None
    assert found.theirs.median == pytest.approx(8)
    assert found.verdict == "missed"


def test_results_that_differ_are_no_comparison(here: Callable[..., Measured]) -> None:
    found = here(row(lambda: Calls(lambda: 1.0, lambda: 1.5, close(0.1)), goal=100.0))
    assert (found.status, found.ratio, found.verdict) == ("failed", None, "failed")
    assert "the results differ by 0.5" in found.reason


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        (np.ones(3), np.ones(2), "shape (3,)"),
        (np.asarray([1.0, np.nan]), np.ones(2), "differ by nan"),
        (np.asarray([1.0, 2.0]), np.asarray([1.0, 2.1]), "differ by 0.1"),
        (np.asarray([1.0, np.inf]), np.asarray([1.0, np.inf]), ""),
        (np.asarray([1.0, np.inf]), np.asarray([2.0, np.inf]), "differ by 1"),
        (np.asarray([1.0, np.inf]), np.asarray([1.0, -np.inf]), "differ by inf"),
        (2.0, 2.0000001, ""),
        (np.zeros((2, 0)), np.zeros((2, 0)), ""),
    ],
)
def test_agreement(ours: Any, theirs: Any, words: str) -> None:
    told = close(1e-3)(ours, theirs)
    assert words in told
    assert bool(told) is bool(words)


def test_memory_is_what_the_call_adds(here: Callable[..., Measured]) -> None:
    """Beside what was there before, and whatever the peak of the process was."""
    size = 64 * 2**20
    np.ones(2 * size, dtype=np.uint8).sum()
    found = here(row(lambda: Memory(lambda: np.ones(size, dtype=np.uint8).sum(), size), goal=0.5))
    assert found.quantity == "MiB"
    assert found.theirs is not None
    assert found.theirs.median == 64
    assert found.ratio is not None
    assert 0.9 < found.ratio.median < 1.2
    assert found.verdict == "missed"


def test_commands_are_counted_with_what_they_start(here: Callable[..., Measured]) -> None:
    busy = "import hashlib; hashlib.pbkdf2_hmac('sha256', b'', b'', 1_000_000)"
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}], check=True)"
    ours, theirs = [sys.executable, "-c", "pass"], [sys.executable, "-c", nested]
    found = here(row(lambda: Commands(ours, theirs)))
    assert found.ratio is not None
    assert found.ratio.largest < 1
    failed = here(row(lambda: Commands([sys.executable, "-c", "raise SystemExit('no')"], ours)))
    assert failed.status == "failed"
    assert "exit code 1: no" in failed.reason


@pytest.mark.parametrize(("power", "verdict"), [(1.0, "reached"), (1.25, "reached"), (2.0, "missed")])
def test_growth_is_the_slope(here: Callable[..., Measured], clock: Clock, power: float, verdict: str) -> None:
    growth = Growth(lambda n: lambda: clock.work(1e-6 * n**power), (10**3, 10**4, 10**5), "n log n")
    found = here(row(lambda: growth, goal=1.3))
    assert found.exponent == pytest.approx(power)
    assert found.verdict == verdict
    assert found.sizes == (10**3, 10**4, 10**5)


# What is said


def test_a_missing_peer_is_named_with_its_command(here: Callable[..., Measured]) -> None:
    found = here(row(lambda: None, nowhere_at_all="nowhere-at-all"))
    assert found.status == "not measured"
    assert found.reason == "nowhere_at_all not installed: pip install nowhere-at-all"


def test_exit_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    from refimpl.proofs.commands.bench import exit_code  # noqa: PLC0415

    def of(status: Any, exponent: float = 1.0) -> Measured:
        goal, figure = 1.3, exponent if status == "measured" else None
        return Measured("a.b", "", "", "", status, "", goal=goal, exponent=figure)

    assert exit_code([of("measured")], 1) == 0
    assert exit_code([of("measured"), of("measured", 1.5)], 2) == 1
    assert exit_code([of("measured"), of("failed")], 2) == 1
    assert exit_code([of("measured"), of("not measured")], 2) == 3
    assert exit_code([of("measured")], 2) == 3


def test_a_run_of_the_command(tmp_path: Path) -> None:
    file, markdown = tmp_path / "out.json", tmp_path / "RESULTS.md"
    run = bench("density.growth-importance_bound", "--seconds", "0.1", "--json", str(file))
    assert run.exit_code in (0, 1), run.output
    [result] = json.loads(file.read_text())["results"]
    assert len(result["seconds"]) == len(result["sizes"])
    assert result["claims"]
    assert "name jobs, not rows" in bench("density.bound-memory", "--markdown", str(markdown)).output
    assert bench("nothing").exit_code == 2
    assert "matching.spearman-1e6: " in bench("--list").output


def test_sections_of_other_jobs_stay() -> None:
    def of(job: str, exponent: float) -> Measured:
        return Measured(f"{job}.b", "some | work", "", "what", "measured", "", goal=1.3, exponent=exponent,
                        stated="n", versions={"torch": "2"})  # fmt: skip

    first = shown.inserted("", [of("a", 1.0), of("b", 1.25)], MACHINE, {"python": "3"})
    again = shown.inserted(first, [of("b", 2.5)], MACHINE, {"python": "3"})
    assert shown.inserted(again, [of("b", 1.25)], MACHINE, {"python": "3"}) == first
    assert [line for line in again.splitlines() if line.startswith("## ")] == ["## a", "## b"]
    assert "| some \\| work | O(n) | what | 2.50 | ≤ 1.3 missed |" in again
    assert "| some \\| work | O(n) | what | 1.00 | ≤ 1.3 reached |" in again
    assert "python 3, torch 2." in again
