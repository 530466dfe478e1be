"""What a process has spent, whatever else the machine does."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from started import start, wait_until

from refimpl.proofs.auditing.clock import PERIOD, Clock
from refimpl.proofs.engine import processes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
BEGUN = "print(flush=True)\n"
SPIN = "while True: pass"
SLEEP = "import time\nwhile True: time.sleep(0.01)"


@contextmanager
def running(program: str) -> Iterator[int]:
    """A Python process that has begun its program."""
    process = start(sys.executable, "-c", f"{BEGUN}{program}", stdout=subprocess.PIPE)
    for _ in range(1 + program.count("print")):
        process.stdout.readline()  # type: ignore[union-attr]
    yield process.pid
    process.kill()


def spent(pid: int, enough: Callable[[Clock], bool] = lambda clock: clock.worked > 0.5) -> Clock:
    """What a process has spent, as soon as it is enough."""
    clock = Clock(pid)

    def looked() -> bool:
        clock.look()
        return enough(clock)

    wait_until(looked, "enough is spent")
    return clock


def test_work() -> None:
    with running(SPIN) as pid:
        clock = spent(pid)
    assert clock.slept == 0
    assert clock.over(0.05) == "no answer within 0.05 s of processor time"


def test_sleep() -> None:
    with running(SLEEP) as pid:
        clock = spent(pid, lambda clock: clock.slept > 1)
    assert clock.worked < 1
    assert clock.over(1) == "no answer within 1 s of sleep"


def test_a_busy_machine_makes_nobody_sleep() -> None:
    with running(SPIN), running(SPIN), running(SPIN), running(SPIN), running(SPIN) as pid:
        clock = spent(pid)
    assert clock.slept == 0
    assert clock.over(clock.worked) == ""


def test_work_of_a_child_is_work() -> None:
    program = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BEGUN + SPIN!r}])"
    with running(program) as pid:
        clock = spent(pid)
        processes.kill_all_below(pid)
    assert clock.slept == 0


def test_threads_of_a_busy_process_are_not_added_up() -> None:
    program = (
        "import hashlib, threading\nwork = lambda: [hashlib.sha256(bytes(10**7)) for _ in range(10**9)]\n"
    )
    program += "[threading.Thread(target=work).start() for _ in range(4)]"
    with running(program) as pid:
        started = time.monotonic()
        clock = spent(pid)
        passed = time.monotonic() - started
    assert clock.worked < 1.1 * passed + 0.1


def test_a_process_that_has_ended_is_no_error() -> None:
    with running("") as pid:
        clock = Clock(pid)
        time.sleep(PERIOD)
        clock.look()
    assert clock.worked < 0.2
