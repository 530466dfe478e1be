"""The jobs of `refimpl bench` under pytest-benchmark: `pytest tests/benchmarks -k matching`.

A benchmark fails where the results of both sides differ, or where time grows faster than is stated. Ratios
are for `refimpl bench`, which measures both sides in turn.
"""

import importlib.util
import time
from collections.abc import Callable
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from refimpl.proofs import benchmarks
from refimpl.proofs.benchmarks import Calls, Commands, Growth, _measure

ROWS = benchmarks.select(())
SIDES = ("ours", "theirs")


def _made(name: str) -> benchmarks.Work:
    row = ROWS[name]
    for module in row.peer.needs:
        if importlib.util.find_spec(module.partition(".")[0]) is None:
            pytest.skip(f"{module} is not installed: {row.peer.install}")
    return row.make()


@pytest.mark.benchmark(timer=time.process_time)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", ROWS)
def test_row(name: str, side: str, benchmark: BenchmarkFixture) -> None:
    work = _made(name)
    benchmark.group = f"{name}: {ROWS[name].title}"
    if isinstance(work, Growth):
        _grows(name, work, side, benchmark)
        return
    if isinstance(work, Commands):
        figure = _measure.command(getattr(work, side), work.memory)
        benchmark.extra_info["MiB" if work.memory else "CPU seconds"] = figure
        benchmark.pedantic(lambda: None)  # the process is measured, not the wait for it
        return
    call = getattr(work, side)
    if isinstance(call, int):
        pytest.skip("a size, not a call")
    if isinstance(work, Calls):
        assert work.agree(_measure.fetch(work.ours()), _measure.fetch(work.theirs())) == ""
    benchmark(lambda: _measure.fetch(call()))


def _grows(name: str, work: Growth, side: str, benchmark: BenchmarkFixture) -> None:
    if side == "theirs":
        pytest.skip("growth has one side")
    call: Callable[[], Any] = work.make(work.sizes[0])
    benchmark(lambda: _measure.fetch(call()))
    found = _measure.exponent(work.sizes, _measure.growth(work.make, work.sizes))
    benchmark.extra_info |= {"exponent": found, "stated": work.stated}
    goal = ROWS[name].goal
    assert goal is not None
    assert found <= goal, f"{name} is stated as O({work.stated}) and grows with exponent {found:.2f}"
