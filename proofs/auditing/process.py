"""The parent's side of an audited process: start it, ask, wait within limits, and end it."""

import contextlib
import os
import pickle
import secrets
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any

from ..._errors import RefimplError
from ..engine import processes
from ..engine.foreign import cleaned, raised
from ..engine.guard import WHERE
from ..engine.signals import name
from .clock import PERIOD, Clock
from .forked import Forked
from .messages import Discover, Explain, Guess, Load, Try, read

_LARGEST_ANSWER = 1 << 28
_GUARD_SECONDS = 10.0
"""How long the guard may take to end what is below it."""
_PLACE_SECONDS = 5.0
"""How long a process may take to say where it is; one that keeps the signal off does not."""
STARTUP_SECONDS = 60.0
"""Allowed for starting Python and loading the array library, before the clock of the user's code starts."""

GUARD, CHILD = "refimpl.proofs.engine.guard", "refimpl.proofs.auditing.child"


class DiedError(Exception):
    """The audited process ended, or had to be ended, before it answered."""

    def __init__(self, verdict: str, reason: str) -> None:
        self.verdict, self.reason = verdict, reason
        super().__init__(reason)


class Process:
    """One audited process: a new interpreter, or a fork of this one."""

    def __init__(self, first: Load | Discover | Guess, seconds: float, *, fork: bool = False) -> None:
        if os.name != "posix":
            raise RefimplError(
                "audit: isolation needs a POSIX system; pass isolated=False to run in this process"
            )
        self._seconds = seconds
        self._nonce = secrets.token_bytes(16)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the process)
        self._answers, theirs = os.pipe()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        self._process = (
            Forked(CHILD, theirs, self._errors.fileno(), environment)
            if fork
            else subprocess.Popen(
                [sys.executable, "-m", GUARD, CHILD, str(theirs)],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._errors, pass_fds=(theirs,),
                start_new_session=True, env=environment,
            )
        )  # fmt: skip
        os.close(theirs)
        self._clock = Clock(self._process.pid)
        self._reading, self._closed = threading.Lock(), False
        self._send((self._nonce, seconds, first))

    def _send(self, message: Any) -> None:
        assert self._process.stdin is not None
        try:
            pickle.dump(message, self._process.stdin)
            self._process.stdin.flush()
        except OSError:
            raise self._died() from None

    def ask(self, request: Try | Explain) -> Any:
        """Send a request and wait for the answer."""
        self._send(request)
        return self.receive()

    def receive(self, extra: float = 0.0) -> Any:
        """The next answer."""
        limit = self._seconds + extra
        self._clock.start()
        head = self._read(len(self._nonce) + 8, limit)
        length = int.from_bytes(head[len(self._nonce) :])
        if head[: len(self._nonce)] != self._nonce or length > _LARGEST_ANSWER:
            raise DiedError("crashed", "the process sent something that is no answer")
        try:
            return cleaned(read(self._read(length, limit)))
        except DiedError:
            raise
        except Exception as error:  # foreign code may raise anything
            raise DiedError("crashed", f"the process sent an unreadable answer ({raised(error)})") from error

    def _read(self, length: int, limit: float) -> bytes:
        content = b""
        while len(content) < length:
            self._clock.look()
            if over := self._clock.over(limit):
                raise DiedError("timed out", f"{over}{self._place()}")
            part = self._part(length - len(content))
            if part == b"":
                raise self._died()
            content += part or b""
        return content

    def _part(self, most: int) -> bytes | None:
        """What has come of an answer, empty at the end; None if nothing came for a while."""
        with self._reading:
            if self._closed:  # by another thread, and its number may be that of another file by now
                raise DiedError("crashed", "interrupted")
            if select.select([self._answers], [], [], PERIOD)[0]:
                return os.read(self._answers, most)
            ended = self._process.poll() is not None and not select.select([self._answers], [], [], 0)[0]
            return b"" if ended else None  # a forked child may hold the pipe open

    def _died(self) -> DiedError:
        """How it ended; the guard has the pipe open, too, and ends as it did."""
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            return DiedError("timed out", f"used its processor time{self._trace()}")
        if code < 0:
            return DiedError("crashed", f"the process died of {name(-code)}{self._trace()}")
        return DiedError("crashed", f"the process ended itself with status {code}{self._trace()}")

    def _place(self) -> str:
        """Where the user's code is: it is asked, and answers soon if it lets the signal through."""
        before, until = self._written(), time.monotonic() + _PLACE_SECONDS
        processes.send(self._process.pid, WHERE)
        while (written := self._written()) == before and time.monotonic() < until:
            if self._process.poll() is not None:
                return ""
            time.sleep(0.01)
        while True:  # it comes in pieces
            time.sleep(0.05)
            if written == (written := self._written()):
                return self._trace()

    def _written(self) -> int:
        return os.fstat(self._errors.fileno()).st_size

    def _trace(self) -> str:
        """Where the user's code was, from the traceback that a signal left."""
        # Not from the file's own place, at which the process goes on to write.
        text = os.pread(self._errors.fileno(), self._written(), 0).decode("utf-8", "replace")
        lines = text.rpartition("(most recent call first)")[2].splitlines()
        places = [line.strip() for line in lines if line.strip().startswith("File ")]
        for place in places:
            if (
                f"{os.sep}refimpl{os.sep}" not in place
                and "/lib/python" not in place
                and "<frozen" not in place
            ):
                return f", in {place}"
        return f" ({lines[-1].strip()})" if lines and not places else ""

    def close(self) -> None:
        """End the process and everything that it started."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()  # which tells its guard
        try:
            self._process.wait(_GUARD_SECONDS)
        except subprocess.TimeoutExpired:
            processes.kill_all_below(self._process.pid)
            self._process.kill()
            self._process.wait()
        with self._reading:
            if not self._closed:
                self._closed = True
                os.close(self._answers)
                self._errors.close()

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
