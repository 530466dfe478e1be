"""NumPy: the reference backend."""

import array_api_compat.numpy as xp
import numpy as np

from ._backend import Backend


def make() -> Backend:
    """The NumPy backend."""
    return Backend(
        name="numpy",
        version=np.__version__,
        xp=xp,
        devices={"cpu": "cpu"},
        to_numpy=np.asarray,
        dtypes=("float64", "float32", "float16"),
        ulps={"default": 4.0},
    )
