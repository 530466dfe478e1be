"""Signals at any moment: no traceback, no half file, and nobody left behind.

REFIMPL_SIGNALS=100 tries so many moments of each kind; a few are tried otherwise.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from started import HANG, start, wait_until

from refimpl.proofs.engine import signals

MOMENTS = int(os.environ.get("REFIMPL_SIGNALS", "3"))
RIGHT = Path(__file__).parent / "audited" / "hostile.py"
COMMANDS = {
    "prove": ["prove", "rope.*-definition", "--jobs", "2", "--examples", "3"],
    "audit": ["audit", f"{RIGHT}:right", "--as", "rope.rotation_matrix", "--jobs", "2", "--examples", "3"],
    "survey": ["survey", "scipy/special.*", "--jobs", "2", "--examples", "3"],
}
KINDS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL]


class Run:
    """One run of a command, whose processes all carry a mark in their environment."""

    def __init__(self, command: str, folder: Path) -> None:
        self.mark = f"REFIMPL_MARK={uuid.uuid4()}".encode()
        self.file, self.told = folder / "out.json", folder / "told"
        environment = {**os.environ, "XDG_CONFIG_HOME": str(folder)}
        name, _, value = self.mark.decode().partition("=")
        with self.told.open("wb") as output:
            self.process = start(
                sys.executable, "-m", "refimpl.proofs", *COMMANDS[command], "--json", str(self.file),
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env={**environment, name: value},
            )  # fmt: skip
        self.began = self._begin()

    def _begin(self) -> float:
        """Wait until the interpreter has started and the command has taken over: SIGINT has no handler."""
        while True:
            fields = dict(
                line.split(":\t")
                for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
            )
            caught, ignored = (int(fields[name], 16) for name in ("SigCgt", "SigIgn"))
            if ignored >> (signal.SIGPIPE - 1) & 1 and not caught >> (signal.SIGINT - 1) & 1:
                return time.monotonic()
            time.sleep(0.001)

    def alive(self) -> list[int]:
        """The processes of this run."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    marked = self.mark in (entry / "environ").read_bytes()
                    if marked and (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                        found.append(int(entry.name))
                except OSError:  # it has ended, or is not ours
                    pass
        return found

    def end(self, number: int) -> str:
        """Send a signal, and require that nobody stays alive."""
        self.process.send_signal(number)
        self.process.wait(HANG)
        wait_until(lambda: not self.alive(), "all processes of the command have ended")
        return self.told.read_text()


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
@pytest.mark.parametrize("number", KINDS, ids=signals.name)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_signal_at_any_moment(command: str, number: int, tmp_path: Path) -> None:
    whole = Run(command, tmp_path)
    assert whole.process.wait(HANG) == 0
    seconds = time.monotonic() - whole.began
    moments = random.Random(f"{command} {number}")
    for _ in range(MOMENTS):
        whole.file.unlink(missing_ok=True)
        run = Run(command, tmp_path)
        time.sleep(moments.uniform(0, seconds))
        told = run.end(number)
        assert "Traceback" not in told, told
        assert "Error" not in told, told
        assert run.process.returncode in (0, -number), told
        if run.file.exists():
            json.loads(run.file.read_text())
        assert not [path for path in tmp_path.iterdir() if path.name.startswith(".out")] or number == 9


def test_the_name_of_a_signal_that_has_none() -> None:
    assert signals.name(signal.SIGTERM) == "SIGTERM"
    assert signals.name(40) == "signal 40"


def test_what_was_ignored_from_the_start_stays_ignored(tmp_path: Path) -> None:
    code = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from refimpl.proofs.engine import signals; signals.at_once()\n"
        "import os; os.kill(os.getpid(), signal.SIGHUP); print('here')\n"
        "signals.keep(lambda caught: os.kill(os.getpid(), signal.SIGHUP)); print('still')"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["here", "still"]


def test_a_signal_that_a_finaliser_swallows_is_not_lost() -> None:
    def work(caught: signals.Caught) -> None:
        class Late:
            def __del__(self) -> None:
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(0.1)  # the exception comes here

        late = Late()
        del late
        assert caught.number == signal.SIGTERM

    with signals.restored():
        assert signals.keep(work).number == signal.SIGTERM


def test_later_signals_let_the_report_be_written() -> None:
    with signals.restored():
        caught = signals.keep(lambda _: os.kill(os.getpid(), signal.SIGINT))
        assert caught.number == signal.SIGINT
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)  # within a second it is the same Ctrl-C
