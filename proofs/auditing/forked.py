"""An audited process that is a fork of this one, so that what both need is imported once.

A fork has one thread, and none of what drivers of devices hold: only a command may be forked, which nobody
else's code has run in, and which has loaded NumPy alone.
"""

import fcntl
import gc
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping

from ..engine import guard

_APART = ("torch", "jax", "cupy", "dpnp", "dask")
"""Libraries with threads or drivers of their own."""


def possible() -> bool:
    """Whether a fork of this process is as good as a new interpreter."""
    alone = threading.active_count() == 1 and not any(name in sys.modules for name in _APART)
    return sys.platform == "linux" and alone


class Forked:
    """What is used of subprocess.Popen: the main of a module in a fork, under its guard."""

    def __init__(self, module: str, answers: int, errors: int, environment: Mapping[str, str]) -> None:
        requests, ours = os.pipe()
        self._lock = threading.Lock()
        self._code: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            _run(module, requests, answers, errors, environment)
        os.close(requests)
        self.stdin = os.fdopen(ours, "wb")

    def poll(self) -> int | None:
        """How it ended, negative by a signal; None if it has not."""
        with self._lock:
            if self._code is None:
                ended, status = os.waitpid(self.pid, os.WNOHANG)
                self._code = os.waitstatus_to_exitcode(status) if ended else None
            return self._code

    def wait(self, timeout: float = float("inf")) -> int:
        """How it ends, within so many seconds."""
        until, pause = time.monotonic() + timeout, 0.001
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("the audited process", timeout)
            time.sleep(pause)
            pause = min(2 * pause, 0.05)
        return code

    def kill(self) -> None:
        """End it at once."""
        if self.poll() is None:
            os.kill(self.pid, 9)


def _run(module: str, requests: int, answers: int, errors: int, environment: Mapping[str, str]) -> None:
    """Be what a new interpreter would be, and end: what this process was has gone on in its parent."""
    try:
        gc.freeze()  # what was there before is never looked at again, nor copied for it
        os.setsid()
        answers = _streams(requests, answers, errors)
        os.environ.update(environment)
        sys.path[:] = [os.getcwd(), *(place for place in sys.path if place)]  # as of `python -m`
        sys.argv = [guard.__name__, module, str(answers)]
        guard.main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else ended.code is not None
    except BaseException:  # as an interpreter says what it ends of
        traceback.print_exc()
        code = 1
    finally:
        os._exit(code)


def _streams(requests: int, answers: int, errors: int) -> int:
    """Requests as standard input, errors as standard error, and nothing else but the answers, under the
    descriptor that is returned."""
    kept = [fcntl.fcntl(it, fcntl.F_DUPFD, 3) for it in (requests, answers, errors)]  # not in their way
    null = os.open(os.devnull, os.O_WRONLY)
    for place, stream in enumerate((kept[0], null, kept[2])):
        os.dup2(stream, place)
    os.closerange(3, kept[1])
    os.closerange(kept[1] + 1, os.sysconf("SC_OPEN_MAX"))
    return kept[1]
