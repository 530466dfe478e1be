"""What a process has spent, whatever else the machine does."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from refimpl.proofs.auditing.clock import PERIOD, Clock
from refimpl.proofs.engine import processes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
SPIN = "while True: pass"
SLEEP = "import time\nwhile True: time.sleep(0.01)"


@contextmanager
def running(program: str) -> Iterator[int]:
    """A Python process that has begun its program."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"print(flush=True)\n{program}"], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield process.pid
    finally:
        process.kill()
        process.communicate()


def spent(pid: int, seconds: float = 2.0) -> Clock:
    clock = Clock(pid)
    for _ in range(round(seconds / PERIOD) + 1):
        time.sleep(PERIOD)
        clock.look()
    return clock


def test_work() -> None:
    with running(SPIN) as pid:
        clock = spent(pid)
    assert clock.worked > 0.1
    assert clock.slept == 0
    assert clock.over(0.05) == "no answer within 0.05 s of processor time"


def test_sleep() -> None:
    with running(SLEEP) as pid:
        clock = spent(pid)
    assert clock.slept > 1
    assert clock.worked < 1
    assert clock.over(1) == "no answer within 1 s of sleep"


def test_a_busy_machine_makes_nobody_sleep() -> None:
    with running(SPIN), running(SPIN), running(SPIN), running(SPIN), running(SPIN) as pid:
        clock = spent(pid)
    assert clock.slept == 0
    assert clock.over(2.5) == ""


def test_work_of_a_child_is_work() -> None:
    program = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {SPIN!r}])"
    with running(program) as pid:
        time.sleep(1)
        clock = spent(pid)
        processes.kill_all_below(pid)
    assert clock.worked > 0.1
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
        clock = spent(pid, PERIOD)
    assert clock.worked < 0.2
