"""Haiku's norms with these weights."""

from typing import Any

from ._binding import Library, lazy

LIBRARY = Library("dm-haiku", backend="jax", dtypes=("float32",))
haiku = lazy("haiku")


@LIBRARY.bound("LayerNorm", "residual.layer_norm", laws=("residual.layer_norm-accuracy",), examples=3)
def layer_norm(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    def apply(rows: Any) -> Any:
        layer = haiku.LayerNorm(-1, create_scale=False, create_offset=False, eps=eps)
        return layer(rows, scale=gamma, offset=beta)

    return haiku.without_apply_rng(haiku.transform(apply)).apply({}, x)
