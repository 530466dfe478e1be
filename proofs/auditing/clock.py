"""What an audited process has spent: processor time, and sleep. How busy the machine is does not count."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from ..engine import processes

PERIOD = 0.25
"""Seconds between two looks."""
_CHILDREN = os.path.exists(f"/proc/self/task/{os.getpid()}/children")
"""Whether the kernel lists the children of a thread; a look at all processes takes longer."""
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True, slots=True)
class _Thread:
    """One thread as /proc has it."""

    seconds: float
    asleep: bool
    """It waits for something that is neither the processor nor a disk."""


class Clock:
    """The processor time of the busiest thread of a process and of all below it, and the time in which all of
    them slept. Without /proc all time is taken for sleep."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.start()

    def start(self) -> None:
        """From now on."""
        self.worked = self.slept = 0.0
        self._at = time.monotonic()
        self._before = {name: thread.seconds for name, thread in _threads(self._pid)}

    def look(self) -> None:
        """Take notice of what was spent since the last look."""
        now = time.monotonic()
        if now - self._at < PERIOD:
            return
        seen = dict(_threads(self._pid))
        for name, thread in seen.items():
            self.worked = max(self.worked, thread.seconds - self._before.get(name, 0.0))
        if all(thread.asleep for thread in seen.values()):
            # Whoever looks may have been stopped for a while, and this process with it.
            self.slept += min(now - self._at, 4 * PERIOD)
        self._at = now

    def over(self, limit: float) -> str:
        """Which limit is passed, in words; empty if none is."""
        if self.worked > limit:
            return f"no answer within {limit:g} s of processor time"
        if self.slept > limit:
            return f"no answer within {limit:g} s{' of sleep' if sys.platform == 'linux' else ''}"
        return ""


def _threads(pid: int) -> Iterator[tuple[str, _Thread]]:
    """All threads of a process and of those below it."""
    waiting = [pid] if _CHILDREN else [pid, *processes.descendants(pid)]
    while waiting:
        process = waiting.pop()
        with contextlib.suppress(OSError):  # it has ended
            for thread in os.listdir(f"/proc/{process}/task"):
                place = f"/proc/{process}/task/{thread}"
                with contextlib.suppress(OSError):
                    yield thread, _read(f"{place}/stat")
                    if _CHILDREN:
                        waiting += _children(place)


def _children(place: str) -> list[int]:
    with open(f"{place}/children", encoding="ascii") as file:
        return [int(pid) for pid in file.read().split()]


def _read(path: str) -> _Thread:
    with open(path, encoding="ascii", errors="replace") as file:
        state, *numbers = file.read().rpartition(")")[2].split()
    user, system = numbers[10:12]
    return _Thread((int(user) + int(system)) / _TICKS, state not in "RD")
