"""x-transformers' rotary embedding; it has the interleaved layout."""

from typing import Any

from ... import rope
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
