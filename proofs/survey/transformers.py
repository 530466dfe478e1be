"""transformers' rotary functions and RMSNorms under refimpl's signatures. Its tables are float32."""

from functools import cache
from types import SimpleNamespace
from typing import Any

from ... import rope
from ..language.law import NotApplicableError
from ._binding import Library, lazy

LIBRARY = Library("transformers", backend="torch", dtypes=("float32",))
BOTH = ("float64", "float32")
torch, transformers = lazy("torch"), lazy("transformers")
utils = lazy("transformers.modeling_rope_utils")
llama, gemma = (
    lazy("transformers.models.llama.modeling_llama"),
    lazy("transformers.models.gemma.modeling_gemma"),
)
neox = lazy("transformers.models.gpt_neox.modeling_gpt_neox")
qwen2_vl = lazy("transformers.models.qwen2_vl.modeling_qwen2_vl")
qwen3_vl = lazy("transformers.models.qwen3_vl.modeling_qwen3_vl")


@LIBRARY.bound("apply_rotary_pos_emb", "rope.rotate", dtypes=BOTH)
def rotate(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    """apply_rotary_pos_emb, which knows the half-split layout only, on (1, 1, n, d)."""
    shape = torch.broadcast_shapes(x.shape[:-1], angles.shape[:-1])
    half = rope.convert_layout(x, source=layout, target="half")
    flat = half.broadcast_to((*shape, x.shape[-1])).reshape(1, 1, -1, x.shape[-1])
    theta = angles.broadcast_to((*shape, angles.shape[-1])).reshape(1, -1, angles.shape[-1])
    theta = torch.cat([theta, theta], dim=-1)
    turned, _ = llama.apply_rotary_pos_emb(flat, flat, theta.cos(), theta.sin())
    return rope.convert_layout(turned.reshape((*shape, x.shape[-1])), source="half", target=layout)


def _config(dim: int, base: float, length: float = 2048, **parameters: Any) -> Any:
    return transformers.LlamaConfig(
        head_dim=dim,
        hidden_size=dim,
        num_attention_heads=1,
        max_position_embeddings=length,
        rope_parameters={"rope_theta": base, **parameters},
    )


@LIBRARY.bound("LlamaRotaryEmbedding.compute_default_rope_parameters", "rope.frequencies")
def frequencies(dim: int, /, *, base: float = 10000.0, **_: Any) -> Any:
    return llama.LlamaRotaryEmbedding.compute_default_rope_parameters(
        _config(dim, base, rope_type="default")
    )[0]


@LIBRARY.bound('ROPE_INIT_FUNCTIONS["dynamic"]', "rope.dynamic_ntk")
def dynamic_ntk(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **_: Any
) -> Any:
    if train_length != int(train_length):
        raise NotApplicableError(f"train_length={train_length}")
    config = _config(dim, base, int(train_length), rope_type="dynamic", factor=factor)
    return utils.ROPE_INIT_FUNCTIONS["dynamic"](config, seq_len=length)[0]


@cache
def _module(dim: int, train_length: float, factor: float, base: float) -> Any:
    return llama.LlamaRotaryEmbedding(
        _config(dim, base, int(train_length), rope_type="dynamic", factor=factor)
    )


@LIBRARY.bound(
    "LlamaRotaryEmbedding.forward (rope_type dynamic)", "rope.dynamic_ntk", laws=("rope.dynamic_ntk-rests",)
)
def dynamic_ntk_of_module(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **_: Any
) -> Any:
    """The frequencies that a model uses: its module remembers the longest sequence it has seen."""
    if train_length != int(train_length):
        raise NotApplicableError(f"train_length={train_length}")
    module = _module(dim, train_length, factor, base)
    module(torch.zeros(1), torch.tensor([[int(length) - 1]]))
    return module.inv_freq


@LIBRARY.bound('ROPE_INIT_FUNCTIONS["yarn"]', "rope.yarn")
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
    return utils.ROPE_INIT_FUNCTIONS["yarn"](config)[0]


@LIBRARY.bound('ROPE_INIT_FUNCTIONS["llama3"]', "rope.llama3")
def llama3(
    dim: int, /, *, train_length: float, factor: float, base: float = 500000.0,
    low_freq_factor: float = 1.0, high_freq_factor: float = 4.0, **_: Any,
) -> Any:  # fmt: skip
    config = _config(
        dim, base, int(train_length * factor), rope_type="llama3", factor=factor,
        low_freq_factor=low_freq_factor, high_freq_factor=high_freq_factor,
        original_max_position_embeddings=train_length,
    )  # fmt: skip
    return utils.ROPE_INIT_FUNCTIONS["llama3"](config)[0]


@LIBRARY.bound('ROPE_INIT_FUNCTIONS["linear"]', "rope.linear")
def linear(dim: int, /, *, factor: float, base: float = 10000.0, **_: Any) -> Any:
    return utils.ROPE_INIT_FUNCTIONS["linear"](_config(dim, base, rope_type="linear", factor=factor))[0]


@LIBRARY.bound('ROPE_INIT_FUNCTIONS["proportional"]', "rope.proportional")
def proportional(
    dim: int, /, *, fraction: float, factor: float = 1.0, base: float = 10000.0, **_: Any
) -> Any:
    config = _config(dim, base, rope_type="proportional", factor=factor, partial_rotary_factor=fraction)
    return utils.ROPE_INIT_FUNCTIONS["proportional"](config)[0]


@LIBRARY.bound('ROPE_INIT_FUNCTIONS["longrope"]', "rope.longrope")
def longrope(
    length: float, /, *, dim: int, train_length: float, short_factor: Any, long_factor: Any,
    base: float = 10000.0, **_: Any,
) -> Any:  # fmt: skip
    config = _config(
        dim, base, rope_type="longrope", short_factor=list(short_factor), long_factor=list(long_factor),
        original_max_position_embeddings=train_length, factor=2.0,
    )  # fmt: skip
    return utils.ROPE_INIT_FUNCTIONS["longrope"](config, seq_len=length)[0]


@LIBRARY.bound(
    "ROPE_INIT_FUNCTIONS (a whole configuration)",
    "rope.from_config",
    adapter="pair",
    laws=("rope.from_config-definition",),
    diagnosed=False,
)
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
    config = transformers.LlamaConfig(**facts, rope_parameters=block)
    if kind == "default":
        return llama.LlamaRotaryEmbedding.compute_default_rope_parameters(config)
    return utils.ROPE_INIT_FUNCTIONS[kind](config, seq_len=length)


@LIBRARY.bound(
    "Qwen2VLRotaryEmbedding.recomposition_frequencies",
    "rope.axial_angles",
    adapter="recomposed-chunked",
    dtypes=BOTH,
)
def chunked(angles: Any, sections: list[int], /) -> Any:
    """The module's choice among the angles of time, height and width, which are three."""
    _of_three(sections)
    return qwen2_vl.Qwen2VLRotaryEmbedding.recomposition_frequencies(
        SimpleNamespace(mrope_section=sections), angles
    )


@LIBRARY.bound(
    "Qwen3VLTextRotaryEmbedding.recomposition_frequencies",
    "rope.axial_angles",
    adapter="recomposed-interleaved",
    dtypes=BOTH,
)
def interleaved(angles: Any, sections: list[int], /) -> Any:
    """It overwrites the angles that it gets."""
    _of_three(sections)
    own = SimpleNamespace(mrope_section=sections)
    return qwen3_vl.Qwen3VLTextRotaryEmbedding.recomposition_frequencies(own, angles.clone())


def _of_three(sections: list[int]) -> None:
    if len(sections) != 3:
        raise NotApplicableError(f"{len(sections)} axes")


@LIBRARY.bound("gpt_neox.apply_rotary_pos_emb", "rope.rotate_partial", dtypes=BOTH)
def partial_neox(x: Any, angles: Any, /, *, layout: Any = "interleaved", part: Any = "first") -> Any:
    """apply_rotary_pos_emb of GPT-NeoX: the first features turn, half-split."""
    if part != "first":
        raise NotApplicableError(f"part={part!r}")
    width = 2 * angles.shape[-1]
    half = rope.convert_layout(x[..., :width], source=layout, target="half")
    if x.shape[:-1] != angles.shape[:-1]:
        raise NotApplicableError("batches that broadcast")
    flat = torch.cat([half, x[..., width:]], dim=-1).reshape(-1, x.shape[-1])
    theta = torch.cat([angles, angles], dim=-1).reshape(1, -1, width)
    found = neox.apply_rotary_pos_emb(flat[None, None], flat[None, None], theta.cos(), theta.sin())[0]
    found = found.reshape((*angles.shape[:-1], x.shape[-1]))
    turned = rope.convert_layout(found[..., :width], source="half", target=layout)
    return torch.cat([turned, found[..., width:]], dim=-1)


@LIBRARY.bound("LlamaRMSNorm", "residual.rms_norm", adapter="weight-eps")
def rms_norm_llama(x: Any, weight: Any, eps: float, /) -> Any:
    return _applied(llama.LlamaRMSNorm(x.shape[-1], eps), x, weight)


@LIBRARY.bound("GemmaRMSNorm", "residual.rms_norm", adapter="zero-centred")
def rms_norm_gemma(x: Any, weight: Any, eps: float, /) -> Any:
    return _applied(gemma.GemmaRMSNorm(x.shape[-1], eps), x, weight)


def _applied(module: Any, x: Any, weight: Any) -> Any:
    with torch.no_grad():
        module.to(x.dtype).weight.copy_(weight)
        return module(x)
