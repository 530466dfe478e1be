"""transformers' rotary functions under refimpl's signatures. Its tables are float32."""

from functools import cache
from typing import Any

import torch
import transformers
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

from refimpl import rope
from refimpl.proofs.language.law import NotApplicableError

transformers.logging.set_verbosity_error()  # it warns of unusual configurations


def rotate(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    """apply_rotary_pos_emb, which knows the half-split layout only, on (1, 1, n, d)."""
    shape = torch.broadcast_shapes(x.shape[:-1], angles.shape[:-1])
    half = rope.convert_layout(x, source=layout, target="half")
    flat = half.broadcast_to((*shape, x.shape[-1])).reshape(1, 1, -1, x.shape[-1])
    theta = angles.broadcast_to((*shape, angles.shape[-1])).reshape(1, -1, angles.shape[-1])
    theta = torch.cat([theta, theta], dim=-1)
    turned, _ = apply_rotary_pos_emb(flat, flat, theta.cos(), theta.sin())
    return rope.convert_layout(turned.reshape((*shape, x.shape[-1])), source="half", target=layout)


def _config(dim: int, base: float, length: float = 2048, **parameters: Any) -> LlamaConfig:
    return LlamaConfig(
        head_dim=dim,
        hidden_size=dim,
        num_attention_heads=1,
        max_position_embeddings=length,
        rope_parameters={"rope_theta": base, **parameters},
    )


def frequencies(dim: int, /, *, base: float = 10000.0, **_: Any) -> Any:
    return LlamaRotaryEmbedding.compute_default_rope_parameters(_config(dim, base, rope_type="default"))[0]


def dynamic_ntk(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **_: Any
) -> Any:
    if train_length != int(train_length):
        raise NotApplicableError(f"train_length={train_length}")
    config = _config(dim, base, int(train_length), rope_type="dynamic", factor=factor)
    return ROPE_INIT_FUNCTIONS["dynamic"](config, seq_len=length)[0]


@cache
def _module(dim: int, train_length: float, factor: float, base: float) -> LlamaRotaryEmbedding:
    return LlamaRotaryEmbedding(_config(dim, base, int(train_length), rope_type="dynamic", factor=factor))


def dynamic_ntk_of_module(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **_: Any
) -> Any:
    """The frequencies that a model uses: its module remembers the longest sequence it has seen."""
    if train_length != int(train_length):
        raise NotApplicableError(f"train_length={train_length}")
    module = _module(dim, train_length, factor, base)
    module(torch.zeros(1), torch.tensor([[int(length) - 1]]))
    return module.inv_freq


def yarn(
    dim: int, /, *, train_length: float, factor: float, base: float = 10000.0, ramp: str = "paper",
    beta_slow: float = 1.0, beta_fast: float = 32.0, truncate: bool = True, **_: Any,
) -> Any:  # fmt: skip
    if ramp != "code":  # the ramp of most code, which is not the one that the paper defines
        raise NotApplicableError(f"ramp={ramp!r}")
    config = _config(
        dim, base, int(train_length * factor), rope_type="yarn", factor=factor, beta_slow=beta_slow,
        beta_fast=beta_fast, truncate=truncate, original_max_position_embeddings=train_length,
    )  # fmt: skip
    return ROPE_INIT_FUNCTIONS["yarn"](config)[0]


def llama3(
    dim: int, /, *, train_length: float, factor: float, base: float = 500000.0,
    low_freq_factor: float = 1.0, high_freq_factor: float = 4.0, **_: Any,
) -> Any:  # fmt: skip
    config = _config(
        dim, base, int(train_length * factor), rope_type="llama3", factor=factor,
        low_freq_factor=low_freq_factor, high_freq_factor=high_freq_factor,
        original_max_position_embeddings=train_length,
    )  # fmt: skip
    return ROPE_INIT_FUNCTIONS["llama3"](config)[0]


def linear(dim: int, /, *, factor: float, base: float = 10000.0, **_: Any) -> Any:
    return ROPE_INIT_FUNCTIONS["linear"](_config(dim, base, rope_type="linear", factor=factor))[0]


def proportional(
    dim: int, /, *, fraction: float, factor: float = 1.0, base: float = 10000.0, **_: Any
) -> Any:
    config = _config(dim, base, rope_type="proportional", factor=factor, partial_rotary_factor=fraction)
    return ROPE_INIT_FUNCTIONS["proportional"](config)[0]


def longrope(
    length: float, /, *, dim: int, train_length: float, short_factor: Any, long_factor: Any,
    base: float = 10000.0, **_: Any,
) -> Any:  # fmt: skip
    config = _config(
        dim, base, rope_type="longrope", short_factor=list(short_factor), long_factor=list(long_factor),
        original_max_position_embeddings=train_length, factor=2.0,
    )  # fmt: skip
    return ROPE_INIT_FUNCTIONS["longrope"](config, seq_len=length)[0]


def from_config(mapping: Any, /, *, length: Any = None, layer_type: Any = None) -> Any:
    """ROPE_INIT_FUNCTIONS for a configuration of a Llama; default turns whole heads there."""
    if any("." in key for key in mapping):
        raise NotApplicableError("GGUF")
    facts = dict(mapping.get("text_config", mapping))
    block = dict(facts.pop("rope_parameters", None) or facts.pop("rope_scaling", None) or {})
    block = dict(block[layer_type]) if layer_type else block
    facts["head_dim"] = facts.pop("qk_rope_head_dim", None) or facts["head_dim"]
    share = block.get("partial_rotary_factor", facts.get("partial_rotary_factor", 1.0))
    kind = block.get("rope_type", "default")
    if kind == "default" and share != 1:
        raise NotApplicableError("partial_rotary_factor with rope_type='default'")
    config = LlamaConfig(**facts, rope_parameters=block)
    if kind == "default":
        return LlamaRotaryEmbedding.compute_default_rope_parameters(config)
    return ROPE_INIT_FUNCTIONS[kind](config, seq_len=length)
