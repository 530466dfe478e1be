"""dpnp, Intel's NumPy on SYCL devices: GPUs, and CPUs through OpenCL.

It refuses what CuPy refuses, such as to become a NumPy array unasked, so that code for GPUs can be tried
where there is none.
"""

import os
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from .._typing import Device
from ._backend import Backend, BackendUnavailableError, load

INSTALL = "pip install 'refimpl[dpnp]'"
_DRIVER = "install a driver for an OpenCL or Level Zero device, such as intel-opencl-rt for the CPU"


# Worst errors seen on 40 000 arguments a function against Arb, rounded up; dpnp 0.20.0 with intel-opencl-rt
# 2026.2.0, the larger of two processors: Intel with AVX-512 and AMD EPYC, where tanh errs by 3.7 and asinh by
# twice as much as on the former. Roots of contiguous arrays are not correctly rounded.
_ULPS = {
    "float64": {
        "default": 4.0,
        "exp": 1.0,
        "expm1": 1.0,
        "log": 1.0,
        "log1p": 1.0,
        "sqrt": 1.0,
        "sin": 4.0,
        "cos": 3.0,
        "tanh": 3.0,
        "sinh": 2.0,
        "cosh": 2.0,
        "asinh": 2.5,
        "pow": 1.5,
    },
    "float32": {
        "default": 4.0,
        "exp": 1.0,
        "expm1": 1.0,
        "log": 1.0,
        "log1p": 1.0,
        "sqrt": 1.0,
        "sin": 2.5,
        "cos": 2.5,
        "tanh": 4.5,
        "sinh": 1.5,
        "cosh": 2.0,
        "asinh": 2.5,
        "pow": 1.0,
    },
    "float16": {"default": 2.0},
}


def make() -> Backend:
    """The dpnp backend; unavailable without a SYCL device."""
    _tell_loader()
    dpctl = load("dpnp", "dpctl", INSTALL)
    found = dpctl.get_devices()
    if not found:
        raise BackendUnavailableError("dpnp", "no SYCL device is available", _DRIVER)
    dpnp = load("dpnp", "dpnp", INSTALL)
    dtypes = (
        ("float64",) * all(device.has_aspect_fp64 for device in found)
        + ("float32",)
        + ("float16",) * all(device.has_aspect_fp16 for device in found)
    )
    return Backend(
        name="dpnp",
        version=dpnp.__version__,
        xp=dpnp,
        devices=_named(found, dpnp),
        dtypes=dtypes,
        ulps=_ULPS,
        notes=(
            "every operation that is used for the first time is compiled, which takes a while",
            "arrays become NumPy's by asnumpy() alone",
            "elementary functions of the same numbers differ with their strides, in the last digits",
        ),
    )


def _named(found: list[Any], dpnp: Any) -> dict[str, Device]:
    """The devices by their kinds, further ones with a number."""
    devices: dict[str, Device] = {}
    for number, device in enumerate(found):
        kind = device.device_type.name
        name = kind if kind not in devices else f"{kind}:{number}"
        devices[name] = dpnp.empty((0,), dtype=dpnp.float32, device=device).device
    return devices


def _tell_loader() -> None:
    """Say where the OpenCL library of intel-opencl-rt lies: its wheel registers a path of the machine on
    which it was built, so that no device is found."""
    try:
        files = distribution("intel-opencl-rt").files or []
    except PackageNotFoundError:
        return
    for file in files:
        if file.name == "libintelocl.so":
            os.environ.setdefault("OCL_ICD_FILENAMES", str(Path(str(file.locate())).resolve()))
