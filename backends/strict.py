"""array-api-strict: NumPy that refuses whatever the standard does not promise.

It finds code that works on one library by luck: mixed dtypes, NumPy arguments, positional
options, arrays of two devices. Its devices are pretended ones in the same memory.
"""

from ._backend import Backend, load
from .numpy import ULPS

INSTALL = "pip install 'refimpl[strict]'"


def make() -> Backend:
    """The array-api-strict backend."""
    strict = load("strict", "array_api_strict", INSTALL)
    return Backend(
        name="strict",
        version=strict.__version__,
        xp=strict,
        devices={name: strict.Device(name) for name in ("CPU_DEVICE", "device1", "device2")},
        dtypes=("float64", "float32"),
        ulps=ULPS,
        notes=(
            "accepts only what the standard promises; computes with NumPy",
            "device1 and device2 are pretended devices, on which stray arrays are found",
        ),
    )
