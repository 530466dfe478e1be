"""CuPy, on CUDA devices."""

from typing import Any

import numpy as np

from .._typing import Array, Device, DType
from ._backend import Backend, BackendUnavailableError, load
from ._ulps import CUDA, NOT_MEASURED

INSTALL = "pip install 'refimpl[cupy12]' for CUDA 12 or 'refimpl[cupy13]' for CUDA 13"


def make() -> Backend:
    """The CuPy backend; unavailable without a CUDA device, although CuPy imports without one."""
    cupy = load("cupy", "cupy", INSTALL)
    driver = "install an NVIDIA driver that fits your CuPy, on a machine with an NVIDIA GPU"
    try:
        if not cupy.cuda.is_available():
            raise BackendUnavailableError("cupy", "no CUDA device is available", driver)
        count = int(cupy.cuda.runtime.getDeviceCount())
        cupy.zeros(1).get()  # a driver too old for the toolkit fails here at the latest
    except BackendUnavailableError:
        raise
    except Exception as error:
        reason = f"CUDA fails: {type(error).__name__}: {error}"
        raise BackendUnavailableError("cupy", reason, driver) from error
    devices = {"cuda": cupy.cuda.Device(0)} | {f"cuda:{i}": cupy.cuda.Device(i) for i in range(1, count)}
    return Backend(
        name="cupy",
        version=cupy.__version__,
        xp=load("cupy", "array_api_compat.cupy", INSTALL),
        devices=devices,
        from_numpy=_from_numpy,
        dtypes=("float64", "float32", "float16"),
        ulps=CUDA,
        notes=(
            "written against CuPy's documentation; not yet run on a GPU",
            NOT_MEASURED,
            "nothing is compiled: cupy.fuse takes elementwise functions only",
        ),
    )


def _from_numpy(values: np.ndarray[Any, Any], dtype: DType, device: Device) -> Array:
    import cupy  # noqa: PLC0415

    with device:
        return cupy.asarray(values.astype(dtype))
