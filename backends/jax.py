"""JAX. Its 64-bit types are off until asked for, and then change the whole process.

With `jax_enable_x64` off, JAX turns float64 into float32 with no more than a warning. So
this backend then offers no float64 at all, and `get("jax")` changes no setting: call `enable_x64()`
first (as the command line does, saying so), or set the environment variable JAX_ENABLE_X64=1.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._errors import DomainError, DTypeError, told
from .._typing import Array, Device, DType
from ._backend import Backend, load
from ._ulps import CUDA, NOT_MEASURED, worst

INSTALL = "pip install 'refimpl[jax]'"
_NEEDS_X64 = "float64 needs jax_enable_x64: call enable_x64() of refimpl.backends.jax or set JAX_ENABLE_X64=1"
_TENSOR_CORES = "float32 matrix products lose digits unless jax_default_matmul_precision is 'highest'"


def enable_x64() -> None:
    """Turn on JAX's 64-bit types for this process; `get("jax")` then has float64.

    Arrays made and functions traced before keep their 32-bit types, so call it first.

    Raises
    ------
    BackendUnavailableError
        if JAX cannot be loaded.
    """
    load("jax", "jax", INSTALL).config.update("jax_enable_x64", True)


# Worst errors seen on 80 000 arguments a function against Arb, rounded up; JAX 0.10.2,
# x86-64 with AVX-512, AVX2 and neither. Half precision: all arguments.
# float64 log1p loses seven bits near 1 − √2 (128.98 ulps at −0.41421078), sinh and cosh nine near overflow.
_ULPS = {
    "float64": {
        "default": 4.0,
        "exp": 2.0,
        "expm1": 4.5,
        "log": 1.0,
        "log1p": 130.0,
        "sqrt": 0.5,
        "sin": 1.0,
        "cos": 1.0,
        "tanh": 7.0,
        "sinh": 500.0,
        "cosh": 500.0,
        "asinh": 3.0,
        "pow": 1.0,
    },
    "float32": {
        "default": 4.0,
        "exp": 6.0,
        "expm1": 6.0,
        "log": 1.5,
        "log1p": 3.0,
        "sqrt": 0.5,
        "sin": 1.0,
        "cos": 1.0,
        "tanh": 5.5,
        "sinh": 26.0,
        "cosh": 26.0,
        "asinh": 3.0,
        "pow": 1.0,
    },
    "float16": {"default": 1.0, "expm1": 2.5, "asinh": 1.5},
    "bfloat16": {"default": 1.0, "asinh": 1.5},
}


def make() -> Backend:
    """The JAX backend, as the process is configured now."""
    jax = load("jax", "jax", INSTALL)
    x64 = bool(jax.config.jax_enable_x64)
    devices: dict[str, Device] = {}
    for device in jax.devices():
        name = str(device.platform)
        devices[name if name not in devices else f"{name}:{device.id}"] = device
    on_cpu = jax.default_backend() == "cpu"
    notes = () if x64 else (_NEEDS_X64, "integers are int32; values beyond are refused")
    return Backend(
        name="jax",
        version=jax.__version__,
        xp=load("jax", "jax.numpy", INSTALL),
        devices=devices,
        from_numpy=_from_numpy,
        dtypes=("float64",) * x64 + ("float32", "float16", "bfloat16"),
        ulps=_ULPS if on_cpu else worst(_ULPS, CUDA),
        compile=jax.jit,
        vjp=_vjp,
        jvp=_jvp,
        notes=notes if on_cpu else (*notes, NOT_MEASURED, _TENSOR_CORES),
    )


def _from_numpy(values: np.ndarray[Any, Any], dtype: DType, device: Device) -> Array:
    import jax  # noqa: PLC0415

    wanted = np.dtype(dtype)
    given = jax.dtypes.canonicalize_dtype(wanted)
    if given != wanted:
        if wanted.kind == "f":
            raise DTypeError(told("jax", "dtype", wanted, f"at most {given}", _NEEDS_X64))
        limits = np.iinfo(given)
        if values.size and not (limits.min <= values.min() and values.max() <= limits.max):
            raise DomainError(told("jax", "integers", "values beyond int32", "int32", _NEEDS_X64))
    # A fresh copy, rounded by NumPy: JAX may share the memory of what it is given.
    return jax.device_put(np.array(values, dtype=given), device)


def _vjp(
    function: Callable[..., list[Array]], arrays: Sequence[Array], cotangents: Sequence[Array]
) -> Sequence[Array]:
    import jax  # noqa: PLC0415

    found: Sequence[Array] = jax.vjp(function, *arrays)[1](list(cotangents))
    return found


def _jvp(
    function: Callable[..., list[Array]], arrays: Sequence[Array], tangents: Sequence[Array]
) -> Sequence[Array]:
    import jax  # noqa: PLC0415

    found: Sequence[Array] = jax.jvp(function, tuple(arrays), tuple(tangents))[1]
    return found
