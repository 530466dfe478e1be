"""ndonnx: graphs of ONNX, with values where inputs have them; NumPy would take its arrays for objects."""

import ndonnx
import numpy as np

from refimpl.backends import Backend


def make() -> Backend:
    """Its arrays are asked for values by `unwrap_numpy`; cos casts float64 to float32, with a warning."""
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
