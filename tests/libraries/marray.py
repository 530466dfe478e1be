"""marray: NumPy's arrays with masks, in a namespace that is made and no module to import."""

import marray
import numpy as np
from array_api_compat import numpy

from refimpl.backends import Backend


def make() -> Backend:
    """Masks are left behind on the way to NumPy."""
    xp = marray.masked_namespace(numpy)
    lacks = {"linalg": "it has no module linalg"}
    return Backend("marray", marray.__version__, xp, {"cpu": "cpu"}, lambda it: np.asarray(it.data), lacks)
