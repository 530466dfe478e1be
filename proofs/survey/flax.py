"""Flax's norms with these weights."""

from typing import Any

from ._binding import Library, lazy

LIBRARY = Library("flax", backend="jax", dtypes=("float32",))
linen = lazy("flax.linen")


def _applied(layer: Any, x: Any, **weights: Any) -> Any:
    given = {name: array for name, array in weights.items() if array is not None}
    return layer.apply({"params": given}, x)


@LIBRARY.bound("linen.LayerNorm", "residual.layer_norm", laws=("residual.layer_norm-accuracy",), examples=3)
def layer_norm(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    layer = linen.LayerNorm(epsilon=eps, use_scale=gamma is not None, use_bias=beta is not None)
    return _applied(layer, x, scale=gamma, bias=beta)
