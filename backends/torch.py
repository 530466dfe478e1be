"""PyTorch, on the CPU and on CUDA devices."""

from functools import partial
from typing import Any

import numpy as np

from .._typing import Array, Device, DType
from ._backend import Backend, load

_INSTALL = "pip install 'refimpl[torch]'"


def make() -> Backend:
    """The PyTorch backend."""
    torch = load("torch", "torch", _INSTALL)
    devices = {"cpu": torch.device("cpu")}
    if torch.cuda.is_available():
        devices["cuda"] = torch.device("cuda", 0)
        devices |= {f"cuda:{i}": torch.device("cuda", i) for i in range(1, torch.cuda.device_count())}
    return Backend(
        name="torch",
        version=torch.__version__,
        xp=load("torch", "array_api_compat.torch", _INSTALL),
        devices=devices,
        to_numpy=_to_numpy,
        from_numpy=_from_numpy,
        dtypes=("float64", "float32", "float16", "bfloat16"),
        ulps={"default": 4.0},
        compile=partial(torch.compile, fullgraph=True),
        notes=("linear algebra in float16 and bfloat16 is missing on the CPU",),
    )


def _from_numpy(host: np.ndarray[Any, Any], dtype: DType, device: Device) -> Array:
    import torch  # noqa: PLC0415  # a module named torch is being defined: load torch only when it is used

    # A copy in order: tensors share the memory of what they are made of, and take no negative strides.
    return torch.asarray(np.array(host, order="C"), dtype=dtype, device=device, copy=True)


def _to_numpy(array: Array) -> np.ndarray[Any, Any]:
    import torch  # noqa: PLC0415

    here = array.detach().cpu().resolve_neg()
    result: np.ndarray[Any, Any] = (here.float() if here.dtype == torch.bfloat16 else here).numpy()
    return result
