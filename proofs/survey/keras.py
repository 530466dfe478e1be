"""Keras' norms, on torch unless KERAS_BACKEND says otherwise."""

import os
from typing import Any

from ._binding import Library, lazy
from ._norms import scaled

LIBRARY = Library("keras", backend="torch", dtypes=("float32",))
torch, _lazy_keras = lazy("torch"), lazy("keras")


def _keras() -> Any:
    """Keras asks for its backend when it is imported."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    return _lazy_keras


@LIBRARY.bound("layers.LayerNormalization", "residual.layer_norm")
def layer_norm(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    layer = _keras().layers.LayerNormalization(
        epsilon=eps, scale=gamma is not None, center=beta is not None, dtype="float32"
    )
    layer.build(tuple(x.shape))
    for variable, given in ((layer.gamma, gamma), (layer.beta, beta)):
        if given is not None:
            variable.assign(given)
    with torch.no_grad():
        return layer(x)


@LIBRARY.bound("ops.moments", "residual.layer_norm")
def layer_norm_of_moments(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    """A layer normalisation that is written with its mean and variance."""
    mean, variance = _keras().ops.moments(x, axes=-1, keepdims=True)
    return scaled((x - mean) / torch.sqrt(variance + eps), gamma, beta)


@LIBRARY.bound("layers.RMSNormalization", "residual.rms_norm")
def rms_norm(x: Any, gamma: Any = None, /, *, eps: float = 1e-6) -> Any:
    layer = _keras().layers.RMSNormalization(epsilon=eps, dtype="float32")
    layer.build(tuple(x.shape))
    if gamma is not None:
        layer.scale.assign(gamma)
    with torch.no_grad():
        return layer(x)
