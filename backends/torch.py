"""PyTorch, on the CPU and on CUDA devices."""

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from .._typing import Array, Device, DType
from ._backend import Backend, load
from ._ulps import CUDA, NOT_MEASURED, worst

INSTALL = "pip install 'refimpl[torch]'"


# Worst errors seen on 80 000 arguments a function against Arb, rounded up; torch 2.13.0,
# x86-64 with AVX-512, AVX2 and neither. Half precision: all arguments.
_ULPS = {
    "float64": {
        "default": 4.0,
        "exp": 1.0,
        "expm1": 1.5,
        "log": 1.0,
        "log1p": 1.5,
        "sqrt": 1.0,
        "sin": 1.0,
        "cos": 1.0,
        "tanh": 1.0,
        "sinh": 2.0,
        "cosh": 1.5,
        "asinh": 2.0,
        "pow": 1.0,
    },
    "float32": {
        "default": 4.0,
        "exp": 1.0,
        "expm1": 1.5,
        "log": 1.0,
        "log1p": 1.5,
        "sqrt": 1.0,
        "sin": 1.0,
        "cos": 1.0,
        "tanh": 1.0,
        "sinh": 2.0,
        "cosh": 1.5,
        "asinh": 2.0,
        "pow": 1.0,
    },
    "float16": {"default": 1.0},
    "bfloat16": {"default": 1.0},
}


def make() -> Backend:
    """The PyTorch backend."""
    torch = load("torch", "torch", INSTALL)
    devices = {"cpu": torch.device("cpu")}
    if torch.cuda.is_available():
        devices["cuda"] = torch.device("cuda", 0)
        devices |= {f"cuda:{i}": torch.device("cuda", i) for i in range(1, torch.cuda.device_count())}
    on_cpu = len(devices) == 1
    notes = ("linear algebra in float16 and bfloat16 is missing on the CPU",)
    return Backend(
        name="torch",
        version=torch.__version__,
        xp=load("torch", "array_api_compat.torch", INSTALL),
        devices=devices,
        from_numpy=_from_numpy,
        dtypes=("float64", "float32", "float16", "bfloat16"),
        ulps=_ULPS if on_cpu else worst(_ULPS, CUDA),
        compile=partial(torch.compile, fullgraph=True),
        vjp=_vjp,
        jvp=_jvp,
        notes=notes if on_cpu else (*notes, NOT_MEASURED),
    )


def _from_numpy(values: np.ndarray[Any, Any], dtype: DType, device: Device) -> Array:
    import torch  # noqa: PLC0415

    # A copy in order: tensors share the memory of what they are made of, and take no negative strides.
    return torch.from_numpy(np.array(values, order="C")).to(device=device, dtype=dtype)


def _vjp(
    function: Callable[..., list[Array]], arrays: Sequence[Array], cotangents: Sequence[Array]
) -> Sequence[Array]:
    import torch  # noqa: PLC0415

    with torch.enable_grad():
        leaves = [array.detach().clone().requires_grad_() for array in arrays]
        results = [
            (result, cotangent)
            for result, cotangent in zip(function(*leaves), cotangents, strict=True)
            if result.requires_grad
        ]
    if not results:
        return [torch.zeros_like(leaf) for leaf in arrays]
    given = zip(*results, strict=True)
    found: Sequence[Array] = torch.autograd.grad(next(given), leaves, next(given), materialize_grads=True)
    return found


def _jvp(
    function: Callable[..., list[Array]], arrays: Sequence[Array], tangents: Sequence[Array]
) -> Sequence[Array]:
    import torch.autograd.forward_ad as forward  # noqa: PLC0415

    with forward.dual_level(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of what torch itself uses for some slopes
        pairs = zip(arrays, tangents, strict=True)
        results = function(*(forward.make_dual(array.detach(), tangent) for array, tangent in pairs))
        found = [forward.unpack_dual(result) for result in results]
        return [part.primal * 0 if part.tangent is None else part.tangent for part in found]
