"""Implementations that misbehave get a verdict that says so, and never take the tool down."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from started import start

from refimpl import proofs
from refimpl.proofs.auditing import limits
from refimpl.proofs.engine import processes

HOSTILE = Path(__file__).parent / "audited" / "hostile.py"
LAW = "rope.rotation_matrix-definition"

VERDICTS = {
    "right": ("held", ""),
    "hangs": ("timed out", "no answer within 3 s of sleep, in File"),
    "spins_without_python": ("timed out", "no answer within 3 s of processor time"),
    "segfaults": ("crashed", "died of SIGSEGV, in File"),
    "aborts": ("crashed", "died of SIGABRT, in File"),
    "exits": ("crashed", "ended itself with status 0"),
    "exits_politely": ("crashed", "raised SystemExit"),
    "interrupts": ("crashed", "raised KeyboardInterrupt"),
    "dies_of_a_nameless_signal": ("crashed", "died of signal 40"),
    "kills_its_parent": ("crashed", "died of SIGKILL"),
    "leaves_a_daemon_and_dies": ("crashed", "died of SIGABRT, in File"),
    "works_on": ("timed out", "no answer within 3 s of processor time, in File"),
    "waits_for_another": ("timed out", "no answer within 3 s of sleep, in File"),
    "kills_its_group": ("crashed", "died of SIGKILL"),
    "fork_bomb": ("crashed", f"started more than {limits.PROCESSES} processes"),
    "leaves_daemons": ("held", ""),
    "threads_forever": ("held", ""),
    "allocates": ("crashed", "Unable to allocate 10.0 GiB"),
    "maps_memory": ("crashed", "Cannot allocate memory"),
    "recurses": ("crashed", "RecursionError"),
    "shouts": ("held", ""),
    "reads_input": ("held", ""),
    "closes_descriptors": ("crashed", ""),
    "writes_to_descriptors": ("crashed", "something that is no answer"),
    "changes_its_input": ("refuted", "changed its input in place"),
    "remembers": ("refuted", ""),
    "wrong_type": ("refuted", "returned a list"),
    "wrong_shape": ("refuted", "shape"),
    "wrong_dtype": ("refuted", "returned float32 for"),
    "not_a_number": ("refuted", "got nan"),
    "no_result": ("refuted", "returned a NoneType"),
    "lies": ("refuted", ""),
    "wrong_everything": ("refuted", "returned a str"),
}


def _left_behind() -> set[int]:
    return set(processes.descendants(os.getpid()))


QUICK = ("right", "hangs", "segfaults", "leaves_a_daemon_and_dies", "changes_its_input")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.long) for name in VERDICTS]
)
def test_hostile_implementation(name: str) -> None:
    verdict, reason = VERDICTS[name]
    before = _left_behind()
    report = proofs.audit(
        {"rope.rotation_matrix": f"{HOSTILE}:{name}"}, laws=[LAW], examples=30, timeout=3, memory=1 << 30
    )
    assert report.verdict == verdict, str(report)
    assert reason in report.outcomes[0].reason
    assert _left_behind() <= before


FORKED = """
import sys
from refimpl.proofs.auditing import forked
from refimpl.proofs.auditing.audit import plan

ready = plan({"rope.rotation_matrix": sys.argv[1]}, laws=[sys.argv[2]], timeout=3, diagnosis=False).begun()
assert isinstance(ready.first._process, forked.Forked), "no fork"
_, tried = ready.run()
print(tried.outcome.verdict, tried.outcome.reason)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux alone")
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name == "closes_descriptors" else pytest.mark.long) for name in VERDICTS],
)
def test_hostile_implementation_in_a_fork(name: str) -> None:
    verdict, reason = VERDICTS[name]
    program = [sys.executable, "-c", FORKED, f"{HOSTILE}:{name}", LAW]
    said = start(*program, stdout=subprocess.PIPE, text=True).communicate()[0]
    assert said.startswith(verdict)
    assert reason in said


WHERE = """
import json, os, sys


def rotation_matrix(angles, /):
    seen = {
        "arguments": len(sys.argv), "folder": sys.path[0], "input": os.read(0, 1).decode(),
        "descriptors": sorted(os.listdir("/proc/self/fd")), "leads": os.getsid(0) == os.getpid(),
    }
    with open("seen.json", "w") as file:
        json.dump(seen, file)
    raise ValueError
"""


@pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux alone")
def test_a_fork_is_as_a_new_interpreter(tmp_path: Path) -> None:
    (tmp_path / "where.py").write_text(WHERE)

    def seen(program: str) -> dict[str, object]:
        start(sys.executable, "-c", program, "where:rotation_matrix", LAW, cwd=tmp_path).wait()
        found: dict[str, object] = json.loads((tmp_path / "seen.json").read_text())
        return found

    anew = FORKED.replace(".begun()", "").replace("assert isinstance", "assert not ready.first, ")
    assert seen(FORKED) == seen(anew)


SLOW = """
import os, sys, time
from refimpl.proofs.auditing import limits
from refimpl.proofs.engine.guard import WHERE
errors = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
limits.confine(None, errors, ())
limits.begin(0.1)
until = time.monotonic() + 0.5
while time.monotonic() < until:
    time.sleep(0.01)
print(os.fstat(errors).st_size)
os.kill(os.getpid(), WHERE)
print(os.pread(errors, 1000, 0).decode())
"""


def test_what_takes_long_is_looked_at_when_it_is_asked_alone(tmp_path: Path) -> None:
    """faulthandler's timer reads the frames of a thread that runs: on Python 3.11 a process that did nothing
    wrong dies of SIGSEGV at one of some thousand dumps, and was called crashed."""
    command = [sys.executable, "-c", SLOW, str(tmp_path / "errors")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    size, _, place = said.partition("\n")
    assert size == "0"
    assert 'File "<string>", line 12' in place
