"""array-api-strict: NumPy that refuses whatever the standard does not promise.

It finds code that works on one library by luck: mixed dtypes, NumPy arguments, positional
options, arrays of two devices. Its devices are pretended ones in the same memory.
"""

from typing import Any

import numpy as np

from .._typing import Array
from ._backend import Backend, load
from .numpy import ULPS

_INSTALL = "pip install 'refimpl[strict]'"


def make() -> Backend:
    """The array-api-strict backend."""
    strict = load("strict", "array_api_strict", _INSTALL)
    return Backend(
        name="strict",
        version=strict.__version__,
        xp=strict,
        devices={name: strict.Device(name) for name in ("CPU_DEVICE", "device1", "device2")},
        to_numpy=_to_numpy,
        dtypes=("float64", "float32"),
        ulps=ULPS,
        notes=(
            "accepts only what the standard promises; computes with NumPy",
            "device1 and device2 are pretended devices, on which stray arrays are found",
        ),
    )


def _to_numpy(array: Array) -> np.ndarray[Any, Any]:
    return np.asarray(array.to_device(array.__array_namespace__().Device("CPU_DEVICE")))
