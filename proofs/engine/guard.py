"""Stands between a command and a process that runs foreign code, so that neither leaves anything behind.

Run as `python -m refimpl.proofs.engine.guard MODULE ARGUMENTS...`: `main` of the module runs in a fork, in a
session of its own. When that ends, or when the other end of standard input is closed, as it is when the
parent dies in whatever way, everything that was started below this process is ended, and then this process,
in the way in which the fork ended. Orphans come here (Linux), wherever they put themselves.
"""

import importlib
import os
import select
import signal
import sys
from contextlib import suppress

from . import processes

WHERE = signal.SIGUSR2
"""What asks a process where it is; it is handed on to the fork."""
_LOOK = 1000
"""Milliseconds between looks for the parent: a fork of it may hold the pipe open."""


def main() -> None:
    """Run a module, and end with it."""
    here, parent = os.getpid(), os.getppid()
    wake, woken = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # without a handler nothing is woken
    processes.adopt_orphans()
    _no_core_dumps()
    fork = os.fork()
    if fork == 0:
        os.setsid()
        processes.die_with(here)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(wake)
        os.close(woken)
        sys.argv = sys.argv[1:]
        importlib.import_module(sys.argv[0]).main()
        return
    signal.signal(WHERE, lambda *_: processes.send(fork, WHERE))
    status = _watch(fork, parent, wake)
    if status is None:
        processes.send(fork, signal.SIGSTOP)  # so that it starts no more
    processes.kill_all_below(here)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(fork, signal.SIGKILL)  # where nobody says what is below
    _end(status)


def _no_core_dumps() -> None:
    with suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415  (Unix)

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _watch(fork: int, parent: int, wake: int) -> int | None:
    """Wait for the end of the fork, and give its status; none if it was the parent that ended."""
    poll = select.poll()
    poll.register(0, 0)  # nothing but its end
    poll.register(wake, select.POLLIN)
    while True:
        with suppress(BlockingIOError):
            os.read(wake, 4096)
        try:
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == fork:
                    return ended[1]
        except ChildProcessError:
            return 0
        if any(descriptor == 0 for descriptor, _ in poll.poll(_LOOK)) or os.getppid() != parent:
            return None


def _end(status: int | None) -> None:
    """End as the fork did."""
    code = 0 if status is None else os.waitstatus_to_exitcode(status)
    if code < 0:
        with suppress(OSError, ValueError):  # SIGKILL has no handler
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(abs(code))


if __name__ == "__main__":
    main()
