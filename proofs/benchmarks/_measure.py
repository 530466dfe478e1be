"""Times and memory of calls and commands, one after the other in turn."""

import gc
import math
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

SHORTEST = 0.02
"""CPU seconds of one measurement: a shorter call is repeated."""
FEWEST, MOST = 3, 25
"""Rounds."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A median, and the least and the largest."""

    median: float
    least: float
    largest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """That of some values."""
        return cls(statistics.median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Pair:
    """What both sides took in each round, and what came before."""

    ours: list[float]
    theirs: list[float]
    walls: list[float]
    """Ratios of the time on the wall."""
    first: tuple[float, float] | None
    """CPU seconds of the first calls."""
    differs: str = ""

    def shared(self, share: float) -> "Pair":
        """The same where the peer's calls do a share of the work."""
        theirs, walls = [it / share for it in self.theirs], [it * share for it in self.walls]
        return replace(self, theirs=theirs, walls=walls)

    def ratios(self) -> list[float]:
        """Ours over theirs, round by round."""
        return [a / b if b else math.inf for a, b in zip(self.ours, self.theirs, strict=True)]


def fetch(result: Any) -> Any:
    """Wait for a library that answers before it has computed."""
    for part in result if isinstance(result, tuple | list) else (result,):
        if hasattr(part, "block_until_ready"):
            part.block_until_ready()
    return result


def timed(call: Callable[[], Any], times: int = 1) -> tuple[float, float, Any]:
    """CPU and wall seconds of a call, and its result."""
    result = None
    gc.collect()
    gc.disable()
    try:
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(times):
            result = fetch(call())
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    finally:
        gc.enable()
    return cpu / times, wall / times, result


def in_turn(
    ours: Callable[[], Any], theirs: Callable[[], Any], seconds: float, agree: Callable[[Any, Any], str]
) -> Pair:
    """Call both in turn, about so many CPU seconds long, once their first results are seen to agree."""
    first, _, left = timed(ours)
    other, _, right = timed(theirs)
    found = Pair([], [], [], (first, other), agree(left, right))
    del left, right
    if found.differs:
        return found
    repeated = [max(1, math.ceil(SHORTEST / max(timed(call)[0], 1e-6))) for call in (ours, theirs)]
    started = time.process_time()
    while len(found.ours) < FEWEST or (len(found.ours) < MOST and time.process_time() - started < seconds):
        a, b = timed(ours, repeated[0]), timed(theirs, repeated[1])
        found.ours.append(a[0])
        found.theirs.append(b[0])
        found.walls.append(a[1] / b[1])
    return found


def growth(make: Callable[[int], Callable[[], Any]], sizes: Sequence[int]) -> list[float]:
    """CPU seconds of a call of each size: the least of three, as all that disturbs adds."""
    taken = []
    for size in sizes:
        call = make(size)
        again = max(1, math.ceil(SHORTEST / max(timed(call)[0], 1e-6)))
        taken.append(min(timed(call, again)[0] for _ in range(3)))
    return taken


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The slope of log time against log size, by least squares.

    >>> exponent([10, 100, 1000], [2.0, 200.0, 20000.0])
    2.0
    """
    x, y = [math.log(it) for it in sizes], [math.log(it) for it in seconds]
    return round(statistics.linear_regression(x, y).slope, 12)


def raised(call: Callable[[], Any]) -> float:
    """MiB by which a call raises the peak memory of this process above what it had before.

    Linux forgets the peak when asked to; elsewhere the peak so far is what the call is measured from.
    """
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5")
        before = _status("VmRSS")
    except OSError:
        before = _peak()
    fetch(call())
    return _peak() - before


def _peak() -> float:
    try:
        return _status("VmHWM")
    except OSError:
        return _mebibytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1]) / 1024


def _mebibytes(usage: int) -> float:
    return usage / (2**20 if sys.platform == "darwin" else 2**10)


_TIMED = """
import json, os, resource, subprocess, sys
from contextlib import suppress
from refimpl.proofs.engine.processes import adopt_orphans
adopt_orphans()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
with suppress(ChildProcessError):
    while True:
        os.wait()  # what the command ended without waiting for it, as audits do
used = resource.getrusage(resource.RUSAGE_CHILDREN)
told = done.stderr.decode(errors="replace").strip().splitlines()
print(json.dumps([done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss, told[-1:]]))
"""


def command(words: Sequence[str], memory: bool) -> float:
    """CPU seconds of a command and of all that it waited for, or MiB of its largest process.

    Raises
    ------
    RuntimeError
        if it does not end with exit code 0.
    """
    import json  # noqa: PLC0415

    # A process of its own waits for it, as what children have used is counted for all of them together.
    run = subprocess.run(
        [sys.executable, "-c", _TIMED, *words], capture_output=True, text=True, check=True, env=os.environ
    )
    code, cpu, peak, told = json.loads(run.stdout)
    if code:
        raise RuntimeError(f"{' '.join(words)} ended with exit code {code}: {' '.join(told)}")
    return _mebibytes(peak) if memory else float(cpu)


def commands_in_turn(ours: Sequence[str], theirs: Sequence[str], seconds: float, memory: bool) -> Pair:
    """Run both command lines in turn."""
    first = command(ours, False), command(theirs, False)
    found = Pair([], [], [], first)
    taken = 0.0
    while len(found.ours) < FEWEST or (len(found.ours) < MOST and taken < seconds):
        found.ours.append(command(ours, memory))
        found.theirs.append(command(theirs, memory))
        taken += sum(first)
    return found
