"""tinygrad's functions, on arrays of NumPy; on its device in Python unless DEV says otherwise."""

import os
from typing import Any

import numpy as np

from ._binding import Library, lazy
from ._norms import scaled

LIBRARY = Library("tinygrad", backend="numpy", dtypes=("float32",))
FEW = 9
"""Examples: every shape is compiled, and run by Python."""
tinygrad, nn = lazy("tinygrad"), lazy("tinygrad.nn")


def _tensor(array: Any) -> Any:
    """Its other devices need a compiler. An array in the other byte order it reads as one of its own."""
    os.environ.setdefault("DEV", "PYTHON")
    return tinygrad.Tensor(np.ascontiguousarray(array, array.dtype.newbyteorder("=")))


@LIBRARY.bound("Tensor.layernorm", "residual.layer_norm", examples=FEW)
def layer_norm(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    return scaled(_tensor(x).layernorm(axis=-1, eps=eps).numpy(), gamma, beta)


@LIBRARY.bound("nn.RMSNorm", "residual.rms_norm", examples=FEW)
def rms_norm(x: Any, gamma: Any = None, /, *, eps: float = 1e-6) -> Any:
    rows = _tensor(x)
    layer = nn.RMSNorm(x.shape[-1], eps, elementwise_affine=False)
    return scaled(layer(rows).numpy(), gamma, None)


@LIBRARY.bound("Tensor.softmax", "density.normalized_weights", examples=FEW)
def normalized_weights(log_w: Any, /, *, axis: int = -1) -> Any:
    return _tensor(log_w).softmax(axis).numpy()


@LIBRARY.bound(
    "Tensor.logsumexp", "density.mixture_log_density", laws=("density.mixture_log_density-definition",),
    examples=FEW,
)  # fmt: skip
def mixture_log_density(log_weights: Any, log_components: Any, /) -> Any:
    return _tensor(log_weights + log_components).logsumexp(axis=-1).numpy()
