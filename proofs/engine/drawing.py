"""Hypothesis as laws use it: what is drawn depends on the seed alone, and other people's tests keep theirs.

Hypothesis draws some numbers from the constants of whatever local modules are loaded, and keeps them by the
kind of draw. There is no public switch; so while a law draws, and only then, there are no such constants and
what is kept is kept apart. A test of the user's, before or after, finds everything as it was.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from hypothesis.internal.conjecture import providers

_lock = threading.Lock()
_inside: list[None] = []
_undo = ExitStack()


@contextmanager
def by_seed_alone() -> Iterator[None]:
    """Leaves the constants of loaded modules out; several threads may be inside, the last one restores."""
    with _lock:
        if not _inside:
            _leave_out()
        _inside.append(None)
    try:
        yield
    finally:
        with _lock:
            _inside.pop()
            if not _inside:
                _undo.close()


def _leave_out() -> None:
    if not hasattr(providers, "_get_local_constants"):  # versions that do not look into modules
        return
    from hypothesis.internal.cache import LRUCache  # noqa: PLC0415
    from hypothesis.internal.constants_ast import Constants  # noqa: PLC0415

    _put("_get_local_constants", Constants)
    _put("CONSTANTS_CACHE", LRUCache(1024))


def _put(name: str, value: Any) -> None:
    _undo.callback(setattr, providers, name, getattr(providers, name))
    setattr(providers, name, value)
