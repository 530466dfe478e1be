"""Functions as people type them from a textbook, and the same with one slip: `ORDINARY` has all of them.

Nothing here was written to please refimpl: plain NumPy (torch where that is usual) in the shortest form that
a textbook, a paper or a well-known library has. What a document's lists hold is said in _ordinary.py.
"""

import importlib
import pkgutil

from ._ordinary import Ordinary, Slip

__all__ = ["ORDINARY", "Ordinary", "Slip"]

ORDINARY: tuple[Ordinary, ...] = tuple(
    ordinary
    for info in pkgutil.iter_modules(__path__)
    if not info.name.startswith("_")
    for ordinary in importlib.import_module(f"{__name__}.{info.name}").ORDINARY
)
