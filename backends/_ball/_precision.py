"""The working precision of one call.

python-flint keeps one precision for the whole process. Every call of a ball namespace sets its own and
restores what was there before, whatever happens, under a lock that keeps calls of other threads out. A
thread that sets flint's precision without the lock can make a result wider or narrower, never wrong.
"""

import threading
from types import TracebackType

from flint import ctx

_LOCK = threading.RLock()


class WorkingPrecision:
    """Within it, flint works with so many bits. Enter a new one for every call."""

    __slots__ = ("_before", "_bits")

    def __init__(self, bits: int) -> None:
        self._bits = bits

    def __enter__(self) -> None:
        _LOCK.acquire()
        self._before: int = ctx.prec
        ctx.prec = self._bits

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ctx.prec = self._before
        _LOCK.release()
