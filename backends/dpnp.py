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
        notes=(
            "every operation that is used for the first time is compiled, which takes a while",
            "arrays become NumPy's by asnumpy() alone",
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
