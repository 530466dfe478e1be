"""rotary-embedding-torch under refimpl's signatures; it has the interleaved layout."""

from typing import Any

import torch
from rotary_embedding_torch import RotaryEmbedding, apply_rotary_emb

from refimpl import rope
from refimpl.proofs.language.law import NotApplicableError


def rotate(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    """apply_rotary_emb, with each angle given twice."""
    pairs = rope.convert_layout(x, source=layout, target="interleaved")
    shape = torch.broadcast_shapes(x.shape[:-1], angles.shape[:-1])
    rows = pairs.broadcast_to((*shape, x.shape[-1])).reshape(-1, x.shape[-1])
    twice = angles.broadcast_to((*shape, angles.shape[-1])).reshape(-1, angles.shape[-1])
    turned = apply_rotary_emb(twice.repeat_interleave(2, dim=-1), rows)
    return rope.convert_layout(turned.reshape((*shape, x.shape[-1])), source="interleaved", target=layout)


def frequencies(dim: int, base: float, /) -> Any:
    if dim == 2:
        raise NotApplicableError("it raises ZeroDivisionError at dim=2")
    return RotaryEmbedding(dim, theta=base, cache_max_seq_len=1).freqs.detach()
