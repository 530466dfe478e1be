"""POT without the array libraries that it would import: seconds and hundreds of MiB that a solver on NumPy
has no use for."""

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from types import ModuleType

_UNUSED = ("PYTORCH", "JAX", "CUPY", "TENSORFLOW")
_lock = Lock()


def pot() -> ModuleType:
    """The one that is imported, or one of our own."""
    with _lock:
        return importlib.import_module("ot") if "ot" in sys.modules else _own()


@cache
def _own() -> ModuleType:
    """POT's modules, of which nobody else knows: who imports POT afterwards gets all of it."""
    with _without_libraries():
        import ot  # noqa: PLC0415  (slow to import)
    for name in [name for name in sys.modules if name.partition(".")[0] == "ot"]:
        del sys.modules[name]
    own: ModuleType = ot
    return own


@contextmanager
def _without_libraries() -> Iterator[None]:
    names = [name for library in _UNUSED if (name := f"POT_BACKEND_DISABLE_{library}") not in os.environ]
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)
