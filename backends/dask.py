"""Dask arrays over NumPy, cut into two chunks along the first axis."""

from typing import Any

import numpy as np

from .._typing import Array, Device, DType
from ._backend import Backend, load
from .numpy import ULPS

INSTALL = "pip install 'refimpl[dask]'"

_LACKS = {
    "loops": "a lazy graph is evaluated anew at every look: minutes for what takes NumPy milliseconds",
    "linalg": "no eigh or det, no batches, no qr of several chunks, and cholesky gives the upper factor",
}


def make() -> Backend:
    """The Dask backend."""
    dask = load("dask", "dask", INSTALL)
    load("dask", "dask.array", INSTALL)
    return Backend(
        name="dask",
        version=dask.__version__,
        xp=load("dask", "array_api_compat.dask.array", INSTALL),
        devices={"cpu": "cpu"},
        from_numpy=_from_numpy,
        lacks=_LACKS,
        dtypes=("float64", "float32"),
        ulps=ULPS,
        notes=(
            "indexing: `take` with one axis of indices works; take_along_axis and more axes do not",
            "lazy: errors of a computation appear when it is computed",
            "sums over several chunks differ from NumPy's in the last digits",
        ),
    )


def _from_numpy(values: np.ndarray[Any, Any], dtype: DType, device: Device) -> Array:
    import dask.array  # noqa: PLC0415

    # Two chunks where there are two rows, so that every operation meets a chunk border.
    chunks = (max(1, -(-values.shape[0] // 2)), *values.shape[1:]) if values.ndim else ()
    return dask.array.from_array(np.array(values, dtype=dtype), chunks=chunks)
