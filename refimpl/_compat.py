"""NumPy's namespace as the standard has it, without NumPy's interface to Fortran, which takes as long to
import as NumPy itself."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

_UNUSED = "f2py"


@contextmanager
def _without_unused() -> Iterator[None]:
    """`from numpy import *`, of which array_api_compat makes its namespace, loads submodules that NumPy loads
    when they are asked for."""
    everything = np.__all__
    np.__all__ = [name for name in everything if name != _UNUSED]
    try:
        yield
    finally:
        np.__all__ = everything


with _without_unused():
    from array_api_compat import numpy

__all__ = ["numpy"]
