"""What the audited process may use: memory, processor time, processes, and the parent's streams."""

import contextlib
import faulthandler
import functools
import math
import mmap
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..engine import processes
from ..engine.guard import WHERE

if TYPE_CHECKING:
    from ...backends import Setting

PROCESSES = 64
"""How many processes a function under test may start."""


class ProcessLimitError(RuntimeError):
    """The function under test started too many processes."""


def silence() -> int:
    """Take standard input, output and error from user code; return what standard error was.

    User code may print whatever it likes; nobody reads it.
    """
    before = os.dup(2)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)
    return before


def confine(memory: int | None, errors: int, private: tuple[int, ...]) -> list[str]:
    """Limit this process; the notes say what could not be limited here.

    `errors` takes the traceback of a fatal signal, and of one that asks for it, as the parent does before it
    ends this process; `private` descriptors are closed in forks, which must not speak in this process's name.
    """
    faulthandler.enable(file=errors, all_threads=False)
    # Not faulthandler's timer: its thread reads the frames of one that runs, which dies of that now and then.
    faulthandler.register(WHERE, file=errors, all_threads=False)
    faulthandler.register(signal.SIGXCPU, file=errors, all_threads=False, chain=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C
    _count_processes()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: _close(private))
    processes.adopt_orphans()
    return _limit_memory(memory)


def _close(descriptors: tuple[int, ...]) -> None:
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)


def _count_processes() -> None:
    """Refuse to start more than PROCESSES processes, counted together with all their children.

    The count is in memory that forks share. It may miss one when two processes fork at once,
    which delays the end of a fork bomb but does not prevent it.
    """
    shared, audited = mmap.mmap(-1, 8), os.getpid()

    def watch(event: str, _arguments: Any) -> None:
        if event in ("os.fork", "os.forkpty", "os.posix_spawn", "subprocess.Popen"):
            started = int.from_bytes(shared[:8]) + 1
            shared[:8] = started.to_bytes(8)
            if started > PROCESSES:
                if os.getpid() != audited:
                    os._exit(1)
                processes.kill_all_below(audited)
                raise ProcessLimitError(f"started more than {PROCESSES} processes")

    sys.addaudithook(watch)


def only_here(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, whose forks end with its call: they must not go on with the audit."""
    audited = os.getpid()

    @functools.wraps(function, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        finally:
            if os.getpid() != audited:
                os._exit(1)

    return call


def memory_on(on: "Setting", memory: int | None) -> int | None:
    """The limit where arrays are in the host's memory; drivers of devices reserve far more than they use."""
    return memory if on.on_host else None


def _limit_memory(memory: int | None) -> list[str]:
    """Allow so many bytes of address space more than there are already."""
    try:
        import resource  # noqa: PLC0415  (Unix)

        if memory is not None:
            with open("/proc/self/statm", encoding="ascii") as file:
                used = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
            resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))
    except (ImportError, OSError, ValueError) as error:
        return [f"no limit of memory on this system ({error})"]
    return []


def begin(seconds: float) -> None:
    """Allow one piece of work so much time of each core: the parent ends it, and this stands behind."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415  (Unix)

        allowed = math.ceil(time.process_time() + seconds * (os.cpu_count() or 1)) + 1
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))
