"""MLX on the CPU, on arrays of NumPy."""

from typing import Any

import numpy as np

from ._binding import Library, lazy

LIBRARY = Library("mlx", backend="numpy", dtypes=("float32",))
mlx = lazy("mlx.core")


def _on_cpu(name: str, *arrays: Any, **options: Any) -> Any:
    mlx.set_default_device(mlx.cpu)  # the only one with float64
    given = [None if it is None else mlx.array(it, dtype=getattr(mlx, str(it.dtype))) for it in arrays]
    home = mlx.fast if name in ("rope", "layer_norm", "rms_norm") else mlx
    return np.asarray(getattr(home, name)(*given, **options))


@LIBRARY.bound("core.logsumexp", "density.mixture_log_density", dtypes=("float64",))
def mixture_log_density(log_weights: Any, log_components: Any, /) -> Any:
    return _on_cpu("logsumexp", np.asarray(log_weights + log_components), axis=-1)


@LIBRARY.bound("core.softmax", "density.normalized_weights", dtypes=("float64",))
def normalized_weights(log_w: Any, /, *, axis: int = -1) -> Any:
    return _on_cpu("softmax", log_w, axis=axis)


@LIBRARY.bound("core.fast.layer_norm", "residual.layer_norm")
def layer_norm(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    return _on_cpu("layer_norm", x, gamma, beta, eps=eps)


@LIBRARY.bound("core.fast.rms_norm", "residual.rms_norm")
def rms_norm(x: Any, gamma: Any = None, /, *, eps: float = 1e-6) -> Any:
    return _on_cpu("rms_norm", x, gamma, eps=eps)


@LIBRARY.bound(
    "core.fast.rope", "rope.frequencies", adapter="inv-freq", laws=("rope.frequencies-definition",)
)
def frequencies(dim: int, base: float, /) -> Any:
    """The angles at position 1, which are at most 1, from their cosines and sines."""
    pairs = np.concatenate([np.ones((2, dim // 2)), np.zeros((2, dim // 2))], -1, dtype=np.float32)
    turned = _on_cpu("rope", pairs[None], dims=dim, traditional=False, base=base, scale=1.0, offset=0)
    cos, sin = np.split(turned[0, 1].astype(np.float64), 2)
    return np.atan2(sin, cos)
