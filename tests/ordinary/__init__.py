"""Functions as people type them from a textbook, and the same with one slip: `ORDINARY` has all of them.

Nothing here was written to please refimpl: plain NumPy (torch where that is usual) in the shortest form that
a textbook, a paper or a well-known library has. What a document's lists hold is said in _ordinary.py.
"""

import importlib
import pkgutil

from refimpl.proofs.engine.catalogue import names

from ._ordinary import Ordinary, Slip

__all__ = ["ORDINARY", "Ordinary", "Slip"]

ORDINARY: tuple[Ordinary, ...] = tuple(
    ordinary
    for info in pkgutil.iter_modules(__path__)
    if info.name.partition("_")[0] in names()  # rope.py, rope_extension.py, …
    for ordinary in importlib.import_module(f"{__name__}.{info.name}").ORDINARY
)
