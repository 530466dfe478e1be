"""Rotary embeddings of several axes, partial ones, and RMSNorms of public libraries in our conventions."""

from types import SimpleNamespace
from typing import Any

import torch
from diffusers.models.transformers.transformer_flux import FluxPosEmbed
from rotary_embedding_torch import apply_rotary_emb
from transformers.models.gemma.modeling_gemma import GemmaRMSNorm
from transformers.models.gpt_neox.modeling_gpt_neox import apply_rotary_pos_emb
from transformers.models.llama.modeling_llama import LlamaRMSNorm
from transformers.models.qwen2_vl.modeling_qwen2_vl import Qwen2VLRotaryEmbedding
from transformers.models.qwen3_vl.modeling_qwen3_vl import Qwen3VLTextRotaryEmbedding

from refimpl import rope
from refimpl.proofs.language.law import NotApplicableError


def chunked(angles: Any, sections: list[int], /) -> Any:
    """The module's choice among the angles of time, height and width, which are three."""
    _of_three(sections)
    return Qwen2VLRotaryEmbedding.recomposition_frequencies(SimpleNamespace(mrope_section=sections), angles)


def interleaved(angles: Any, sections: list[int], /) -> Any:
    """It overwrites the angles that it gets."""
    _of_three(sections)
    own = SimpleNamespace(mrope_section=sections)
    return Qwen3VLTextRotaryEmbedding.recomposition_frequencies(own, angles.clone())


def _of_three(sections: list[int]) -> None:
    if len(sections) != 3:
        raise NotApplicableError(f"{len(sections)} axes")


def axial_frequencies(dims: Any, base: float, /) -> Any:
    """Of the angles at position 1 on all axes, from sines and cosines, which stand side by side twice."""
    cos, sin = FluxPosEmbed(base, list(dims))(torch.ones((1, len(dims))))
    return torch.atan2(sin, cos)[0, ::2]


def partial_neox(x: Any, angles: Any, /, *, layout: Any = "interleaved", part: Any = "first") -> Any:
    """apply_rotary_pos_emb of GPT-NeoX: the first features turn, half-split."""
    if part != "first":
        raise NotApplicableError(f"part={part!r}")
    width = 2 * angles.shape[-1]
    half = rope.convert_layout(x[..., :width], source=layout, target="half")
    flat = _rows(torch.cat([half, x[..., width:]], dim=-1), angles)
    theta = torch.cat([angles, angles], dim=-1).reshape(1, -1, width)
    found = apply_rotary_pos_emb(flat[None, None], flat[None, None], theta.cos(), theta.sin())[0]
    found = found.reshape((*angles.shape[:-1], x.shape[-1]))
    turned = rope.convert_layout(found[..., :width], source="half", target=layout)
    return torch.cat([turned, found[..., width:]], dim=-1)


def partial_start(x: Any, angles: Any, /, *, layout: Any = "interleaved", part: Any = "first") -> Any:
    """apply_rotary_emb of rotary-embedding-torch, which has an index where turning features start."""
    width = 2 * angles.shape[-1]
    start = 0 if part == "first" else x.shape[-1] - width
    before, own, after = x[..., :start], x[..., start : start + width], x[..., start + width :]
    pairs = rope.convert_layout(own, source=layout, target="interleaved")
    flat = _rows(torch.cat([before, pairs, after], dim=-1), angles)
    theta = angles.repeat_interleave(2, dim=-1).reshape(-1, width)
    found = apply_rotary_emb(theta, flat, start_index=start).reshape((*angles.shape[:-1], x.shape[-1]))
    turned = found[..., start : start + width]
    turned = rope.convert_layout(turned, source="interleaved", target=layout)
    return torch.cat([found[..., :start], turned, found[..., start + width :]], dim=-1)


def _rows(x: Any, angles: Any) -> Any:
    if x.shape[:-1] != angles.shape[:-1]:
        raise NotApplicableError("batches that broadcast")
    return x.reshape(-1, x.shape[-1])


def rms_norm_llama(x: Any, weight: Any, eps: float, /) -> Any:
    return _applied(LlamaRMSNorm(x.shape[-1], eps), x, weight)


def rms_norm_gemma(x: Any, weight: Any, eps: float, /) -> Any:
    return _applied(GemmaRMSNorm(x.shape[-1], eps), x, weight)


def _applied(module: Any, x: Any, weight: Any) -> Any:
    with torch.no_grad():
        module.to(x.dtype).weight.copy_(weight)
        return module(x)
