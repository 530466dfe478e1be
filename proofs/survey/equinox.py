"""Equinox's norms, which are of one row, and its rotary embedding."""

from typing import Any

from ._binding import Library, lazy
from ._norms import scaled

LIBRARY = Library("equinox", backend="jax", dtypes=("float32",))
jax, jnp, nn = lazy("jax"), lazy("jax.numpy"), lazy("equinox.nn")


def _of_rows(layer: Any, x: Any) -> Any:
    return jax.vmap(layer)(x.reshape(-1, x.shape[-1])).reshape(x.shape)


@LIBRARY.bound("nn.LayerNorm", "residual.layer_norm")
def layer_norm(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    layer = nn.LayerNorm(x.shape[-1], eps, use_weight=False, use_bias=False)
    return scaled(_of_rows(layer, x), gamma, beta)


@LIBRARY.bound("nn.RMSNorm", "residual.rms_norm")
def rms_norm(x: Any, gamma: Any = None, /, *, eps: float = 1e-6) -> Any:
    layer = nn.RMSNorm(x.shape[-1], eps, use_weight=False, use_bias=False)
    return scaled(_of_rows(layer, x), gamma, None)


@LIBRARY.bound(
    "nn.RotaryPositionalEmbedding", "rope.frequencies", adapter="inv-freq",
    laws=("rope.frequencies-definition",),
)  # fmt: skip
def frequencies(dim: int, base: float, /) -> Any:
    """The angles at position 1, which are at most 1, from their cosines and sines, which are float64 here."""
    pairs = jnp.concatenate([jnp.ones((2, dim // 2)), jnp.zeros((2, dim // 2))], axis=-1)
    cos, sin = jnp.split(nn.RotaryPositionalEmbedding(dim, base)(pairs)[1], 2)
    return jnp.atan2(sin, cos)
