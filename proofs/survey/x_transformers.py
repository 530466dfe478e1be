"""x-transformers' rotary embedding, which has the interleaved layout, and its RMS norm."""

from typing import Any

from ... import rope
from ..language.law import NotApplicableError
from ._binding import Library, lazy

LIBRARY = Library("x-transformers", backend="torch")
torch, x_transformers = lazy("torch"), lazy("x_transformers.x_transformers")


@LIBRARY.bound("apply_rotary_pos_emb", "rope.rotate")
def rotate(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    """With each angle given twice."""
    shape = torch.broadcast_shapes(x.shape[:-1], angles.shape[:-1])
    pairs = rope.convert_layout(x, source=layout, target="interleaved")
    rows = pairs.broadcast_to((*shape, x.shape[-1])).reshape(1, 1, -1, x.shape[-1])
    twice = angles.broadcast_to((*shape, angles.shape[-1])).repeat_interleave(2, dim=-1)
    turned = x_transformers.apply_rotary_pos_emb(rows, twice.reshape(1, -1, twice.shape[-1]))
    return rope.convert_layout(turned.reshape((*shape, x.shape[-1])), source="interleaved", target=layout)


@LIBRARY.bound("RotaryEmbedding.inv_freq", "rope.frequencies", adapter="inv-freq", dtypes=("float32",))
def frequencies(dim: int, base: float, /) -> Any:
    if dim == 2:
        raise NotApplicableError("two features, of which it divides by zero")
    return x_transformers.RotaryEmbedding(dim, base=base).inv_freq


@LIBRARY.bound("RMSNorm", "residual.rms_norm", dtypes=("float32",))
def rms_norm(x: Any, gamma: Any = None, /, *, eps: float = 1e-6) -> Any:
    """It has no eps: rows shorter than 1e-12 count as that long."""
    if eps:
        raise NotApplicableError(f"eps={eps}")
    module = x_transformers.RMSNorm(x.shape[-1]).to(x.dtype)
    with torch.no_grad():
        if gamma is not None:
            module.g.copy_(gamma)
        return module(x)
