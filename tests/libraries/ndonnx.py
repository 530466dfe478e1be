"""ndonnx: graphs of ONNX, with values where inputs have them; NumPy would take its arrays for objects."""

import ndonnx
import numpy as np

from refimpl.backends import Backend


def make() -> Backend:
    """Its arrays are asked for values by `unwrap_numpy`; in float64 it casts to float32 for cos, with a warning."""
    device = ndonnx.asarray(np.zeros(1)).device
    lacks = {"linalg": "it has no module linalg"}
    return Backend(
        "ndonnx",
        ndonnx.__version__,
        ndonnx,
        {"cpu": device},
        lambda it: it.unwrap_numpy(),
        lacks,
        dtypes=("float32",),
    )
