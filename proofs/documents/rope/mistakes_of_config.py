"""How people read configurations wrong."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ....rope import from_config
from ...language.mistake import MistakesOf

of_from_config = MistakesOf("rope.from_config")
Config = dict[str, Any]


def _part(mapping: Mapping[str, Any], change: Callable[[Config], Config]) -> Config:
    """A configuration whose text model is changed; GGUF is left alone."""
    if any("." in key for key in mapping):
        return dict(mapping)
    if "text_config" in mapping:
        return {**mapping, "text_config": change(dict(mapping["text_config"]))}
    return change(dict(mapping))


def _blocks(mapping: Mapping[str, Any], change: Callable[[Config], Config]) -> Config:
    """A configuration whose blocks are changed."""

    def of(part: Config) -> Config:
        for key in ("rope_scaling", "rope_parameters"):
            block = part.get(key)
            if isinstance(block, Mapping):
                nested = all(isinstance(value, Mapping) for value in block.values())
                part[key] = {k: change(dict(v)) for k, v in block.items()} if nested else change(dict(block))
        return part

    return _part(mapping, of)


def _without(*keys: str) -> Callable[[Config], Config]:
    return lambda block: {key: value for key, value in block.items() if key not in keys}


@of_from_config("attention-factor-left-out", "Leaves cosines and sines as they are: the factor is always 1.")
def no_attention_factor(mapping: Any, /, **options: Any) -> Any:
    return replace(from_config(mapping, **options), attention_factor=1.0)


@of_from_config(
    "attention-factor-computed",
    "Computes the attention factor from the factor although the configuration gives one.",
    reference="mlx-lm PR#1507, vllm PR#46280",
)
def attention_factor_computed(mapping: Any, /, **options: Any) -> Any:
    return from_config(_blocks(mapping, _without("attention_factor")), **options)


@of_from_config(
    "extended-length",
    "Takes max_position_embeddings, the extended length, for the original one.",
    reference="Megatron-LM#1418",
)
def extended_length(mapping: Any, /, **options: Any) -> Any:
    return from_config(_blocks(mapping, _without("original_max_position_embeddings")), **options)


@of_from_config(
    "type-ignored",
    "Makes plain frequencies: looks for the block under the name that it has in the other version.",
    reference="sglang PR#26187",
)
def type_ignored(mapping: Any, /, **options: Any) -> Any:
    right = from_config(mapping, **options)
    plain = _blocks(mapping, lambda block: {**block, "rope_type": "default"})
    return replace(from_config(plain, **options), type=right.type)


@of_from_config(
    "theta-beside-the-block", "Reads rope_theta beside the block alone, where version 5 has none."
)
def theta_beside(mapping: Any, /, **options: Any) -> Any:
    return from_config(_blocks(mapping, _without("rope_theta")), **options)


@of_from_config("partial-ignored", "Makes the table for the whole head, whatever partial_rotary_factor says.")
def partial_ignored(mapping: Any, /, **options: Any) -> Any:
    whole = _part(_blocks(mapping, _without("partial_rotary_factor")), _without("partial_rotary_factor"))
    return from_config(whole, **options)


@of_from_config(
    "hidden-size-over-heads", "Takes hidden_size / num_attention_heads for head_dim, which the model gives."
)
def hidden_over_heads(mapping: Any, /, **options: Any) -> Any:
    return from_config(_part(mapping, _without("head_dim")), **options)


@of_from_config(
    "first-layers-for-all",
    "Uses the block of one type of layers for all of them.",
    reference="ferrox#39, ollama PR#13452",
)
def first_layers(mapping: Any, /, *, layer_type: Any = None, **options: Any) -> Any:
    return from_config(mapping, layer_type="sliding_attention" if layer_type else None, **options)


@of_from_config("length-ignored", "Makes one table for all lengths, that of the training length.")
def length_ignored(mapping: Any, /, *, length: Any = None, **options: Any) -> Any:
    return from_config(mapping, **options)


@of_from_config(
    "factor-of-the-lengths",
    "Takes the ratio of the configured to the original length for YaRN's factor, which is given.",
    reference="transformers#38224",
)
def factor_of_lengths(mapping: Any, /, **options: Any) -> Any:
    def of(block: Config) -> Config:
        return {**block, "factor": None} if block.get("rope_type") == "yarn" else block

    return from_config(_blocks(mapping, of), **options)


@of_from_config(
    "truncate-ignored", "Never reads truncate: the ends of YaRN's ramp are rounded.", reference="vllm#27722"
)
def truncate_ignored(mapping: Any, /, **options: Any) -> Any:
    return from_config(_blocks(mapping, _without("truncate")), **options)


@of_from_config(
    "softmax-left-out",
    "Leaves the scale of scores as it is, although mscale_all_dim is given.",
    reference="mobius PR#548, transformers PR#47435",
)
def softmax_left_out(mapping: Any, /, **options: Any) -> Any:
    return replace(from_config(mapping, **options), softmax_factor=1.0)


@of_from_config("softmax-once", "Multiplies the scale of scores by mscale once instead of its square.")
def softmax_once(mapping: Any, /, **options: Any) -> Any:
    right = from_config(mapping, **options)
    return replace(right, softmax_factor=right.softmax_factor**0.5)


@of_from_config("silent", "Says nothing of keys that nobody reads.")
def silent(mapping: Any, /, **options: Any) -> Any:
    return replace(from_config(mapping, **options), complaints=())


@of_from_config("always-complains", "Complains of every key that it reads, too.")
def always_complains(mapping: Any, /, **options: Any) -> Any:
    right = from_config(mapping, **options)
    return replace(right, complaints=(*right.complaints, "rope_type: is it right?"))
