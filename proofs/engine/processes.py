"""Processes below another: to find them, to inherit them, to end them. Nothing heavy is imported here."""

import contextlib
import ctypes
import os
import signal
import sys
import time

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def die_with(parent: int) -> None:
    """Let the kernel kill this process when the thread that started it ends (Linux). Unlike a watched pipe,
    this needs no turn of the interpreter, which native code may hold."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it ended before this was said
            os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of orphaned descendants (Linux), so that they can be ended with this process."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid: int) -> list[int]:
    """All processes below one, where /proc tells."""
    parents: dict[int, list[int]] = {}
    with contextlib.suppress(OSError):
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with (
                    contextlib.suppress(OSError),
                    open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as file,
                ):
                    state, parent, *_ = file.read().rpartition(")")[2].split()
                    if state != "Z":
                        parents.setdefault(int(parent), []).append(int(entry))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def kill_all_below(pid: int) -> None:
    """End all processes below one."""
    for _ in range(20):  # a fork may slip between the look and the kill
        below = descendants(pid)
        for child in below:
            send(child, signal.SIGKILL)
        if not below:
            break
        time.sleep(0.01)


def send(pid: int, number: int) -> None:
    """Send a signal to a process, if it is there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
