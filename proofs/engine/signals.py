"""Signals that ask a command to end, and processes that must not outlive another.

Ctrl-C, SIGTERM and SIGHUP end a command at once and in silence while there is nothing to keep (imports, the
last moments); while results come they stop the work, and what there is is reported. A signal that was ignored
from the start, as SIGHUP under nohup, stays so. Nothing heavy is imported here, for the command sets this up
before all else.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from typing import Any

ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)  # Windows has no SIGHUP
SIGNALLED = 128
"""A shell shows that a process ended by a signal as this plus its number."""
_IMPATIENCE = 1.0
"""Seconds after which a second Ctrl-C is one of its own: wrappers pass on what the terminal has sent, too."""


class StoppedError(KeyboardInterrupt):
    """A signal has stopped the work."""


@dataclass(slots=True)
class Caught:
    """The signal that stopped a piece of work; 0 if it came to its end."""

    number: int = 0
    at: float = 0.0


def name(number: int) -> str:
    """A signal by name, or by number where it has none.

    >>> name(9), name(40)
    ('SIGKILL', 'signal 40')
    """
    try:
        return signal.Signals(number).name
    except ValueError:  # real-time signals have numbers alone
        return f"signal {number}"


def at_once() -> None:
    """Let signals end this process in silence."""
    for number in _heeded():
        signal.signal(number, signal.SIG_DFL)


def _heeded() -> list[signal.Signals]:
    return [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]


@contextlib.contextmanager
def restored() -> Iterator[None]:
    """Afterwards signals are answered as before."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def keep(work: Callable[[Caught], None]) -> Caught:
    """Do some work that a signal stops. Later signals are let pass, so that a report can be written, but for
    a second Ctrl-C. In another thread than the main one no signal arrives."""
    caught = Caught()
    if threading.current_thread() is not threading.main_thread():
        work(caught)
        return caught
    raising = True

    def receive(number: int, _frame: Any) -> None:
        if caught.number or not raising:
            if number == signal.SIGINT and caught.number and time.monotonic() - caught.at > _IMPATIENCE:
                end(SIGNALLED + number)
            caught.number, caught.at = caught.number or number, caught.at or time.monotonic()
            return
        caught.number, caught.at = number, time.monotonic()
        raise StoppedError

    with _silent_callbacks():
        try:
            try:
                for number in _heeded():
                    signal.signal(number, receive)
                work(caught)
            finally:
                raising = False
        except StoppedError:
            raising = False  # it may have come just before it was said above
    return Caught(caught.number, caught.at)


@contextlib.contextmanager
def _silent_callbacks() -> Iterator[None]:
    """Say nothing of a StoppedError that a finaliser has swallowed; whoever works looks at `Caught`, too."""
    before = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        if unraisable.exc_type is not StoppedError:
            before(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


def end(code: int) -> None:
    """End this process with an exit code; by the signal itself if the code stands for one, so that a shell
    that runs a loop of commands ends, too."""
    at_once()
    if code - SIGNALLED in ENDING:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        os.kill(os.getpid(), code - SIGNALLED)  # without effect on the first process of a container
    sys.exit(code)


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Hold signals back, also in processes that are started now."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def work_for_parent(by_main: bool) -> None:
    """In a process of `multiprocessing`: leave Ctrl-C to the parent, and end when it ends.

    `by_main` says that the parent's main thread has started it: the kernel tells of the end of a thread.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in ENDING[1:]:
        signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    parent = parent_process()
    assert parent is not None
    threading.Thread(target=_outlive, args=(parent.sentinel,), daemon=True).start()
    if by_main and parent.pid is not None:
        from . import processes  # noqa: PLC0415

        processes.die_with(parent.pid)


def _outlive(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
