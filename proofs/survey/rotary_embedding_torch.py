"""rotary-embedding-torch under refimpl's signatures; it has the interleaved layout."""

from typing import Any

from ... import rope
from ..language.law import NotApplicableError
from ._binding import Library, lazy

LIBRARY = Library("rotary-embedding-torch", backend="torch")
torch, rotary = lazy("torch"), lazy("rotary_embedding_torch")
BOTH = ("float64", "float32")


@LIBRARY.bound("apply_rotary_emb", "rope.rotate", dtypes=BOTH)
def rotate(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    """apply_rotary_emb, with each angle given twice."""
    pairs = rope.convert_layout(x, source=layout, target="interleaved")
    shape = torch.broadcast_shapes(x.shape[:-1], angles.shape[:-1])
    rows = pairs.broadcast_to((*shape, x.shape[-1])).reshape(-1, x.shape[-1])
    twice = angles.broadcast_to((*shape, angles.shape[-1])).reshape(-1, angles.shape[-1])
    turned = rotary.apply_rotary_emb(twice.repeat_interleave(2, dim=-1), rows)
    return rope.convert_layout(turned.reshape((*shape, x.shape[-1])), source="interleaved", target=layout)


@LIBRARY.bound("RotaryEmbedding.freqs", "rope.frequencies", adapter="inv-freq", dtypes=("float32",))
def frequencies(dim: int, base: float, /) -> Any:
    if dim == 2:
        raise NotApplicableError("it raises ZeroDivisionError at dim=2")
    return rotary.RotaryEmbedding(dim, theta=base, cache_max_seq_len=1).freqs.detach()


@LIBRARY.bound("apply_rotary_emb (start_index)", "rope.rotate_partial", dtypes=BOTH)
def rotate_partial(x: Any, angles: Any, /, *, layout: Any = "interleaved", part: Any = "first") -> Any:
    """apply_rotary_emb, which has an index where turning features start."""
    if x.shape[:-1] != angles.shape[:-1]:
        raise NotApplicableError("batches that broadcast")
    width = 2 * angles.shape[-1]
    start = 0 if part == "first" else x.shape[-1] - width
    before, own, after = x[..., :start], x[..., start : start + width], x[..., start + width :]
    pairs = rope.convert_layout(own, source=layout, target="interleaved")
    flat = torch.cat([before, pairs, after], dim=-1).reshape(-1, x.shape[-1])
    theta = angles.repeat_interleave(2, dim=-1).reshape(-1, width)
    found = rotary.apply_rotary_emb(theta, flat, start_index=start)
    found = found.reshape((*angles.shape[:-1], x.shape[-1]))
    turned = rope.convert_layout(found[..., start : start + width], source="interleaved", target=layout)
    return torch.cat([found[..., :start], turned, found[..., start + width :]], dim=-1)
