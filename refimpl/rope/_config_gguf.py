"""The rotary configuration of a GGUF file, by the keys of its metadata, read as llama.cpp reads it."""

from collections.abc import Mapping
from typing import Any

from .. import _names, _xp
from .._errors import DomainError, message
from . import _config_facts as facts
from ._config_block import Block, Config, Reader, chosen, number, numbers

LATENT = ("deepseek2", "deepseek32")
"""Architectures that scale whole scores."""
TENTH = 0.1
"""By which the converter multiplies mscale_all_dim."""


def is_gguf(mapping: Config) -> bool:
    """Whether keys are those of GGUF."""
    return "general.architecture" in mapping or any(".rope." in key for key in mapping)


def layers(mapping: Config) -> list[str]:
    """The types of layers that have tables of their own; [""] for one table."""
    swa = any(key.endswith((".rope.freq_base_swa", ".rope.dimension_count_swa")) for key in mapping)
    return [facts.FULL, facts.SLIDING] if swa else [""]


def read(mapping: Config, layer_type: str | None) -> Block:
    """The block of some layers."""
    reader, arch = Reader(), _architecture(mapping)
    name = chosen(layers(mapping), layer_type)
    metadata = {k.removeprefix(f"{arch}."): v for k, v in mapping.items() if k.startswith(f"{arch}.")}
    rope = {k.removeprefix("rope."): v for k, v in metadata.items() if k.startswith("rope.")}
    for key in rope:
        if key not in facts.GGUF_KEYS:
            near = [f"{arch}.rope.{it}" for it in _names.near(key, facts.GGUF_KEYS)]
            told = f"; {_names.offered(near)}" if near else ""
            reader.complain(f"{arch}.rope.{key}: llama.cpp does not read it{told}")
    kind = rope.get("scaling.type", "linear")
    kind = _names.find(str(kind), facts.GGUF_TYPES, "rope.scaling.type")
    sliding = name == facts.SLIDING
    head = _head(metadata, reader)
    width = reader.integer(rope, *(("dimension_count_swa",) if sliding else ()), "dimension_count") or head
    base = reader.number(rope, *(("freq_base_swa",) if sliding else ()), "freq_base")
    if base is None:
        base = facts.DEFAULT_BASE
        reader.notes.append(f"{arch}.rope.freq_base is not given: {base:g}")
    factor = reader.number(rope, "scaling.factor", "scale_linear") or 1.0
    if sliding and arch.startswith("gemma3"):
        kind, factor = "none", 1.0
    if factor < 1:
        reader.complain(f"{arch}.rope.scaling.factor: {factor:g}, below 1, makes contexts shorter")
    return _typed(arch, kind, factor, rope, mapping, reader, {
        "head": head,
        "width": width,
        "base": _xp.check_number("rope.freq_base", base, 1.0),
        "longest": reader.number(metadata, "context_length"),
    })  # fmt: skip


def _typed(
    arch: str, kind: str, factor: float, rope: Config, mapping: Config, reader: Reader, common: dict[str, Any]
) -> Block:
    own: dict[str, Any] = {}
    times = reader.number(rope, "scaling.attn_factor") or 1.0
    divisors = _tensor(mapping, "rope_freqs.weight") or ()
    if kind in ("yarn", "longrope"):
        key = "scaling.original_context_length"
        own["train_length"] = reader.number(rope, key) or common["longest"]
        if own["train_length"] is None:
            raise DomainError(message(f"{arch}.rope.{key}", None, "the training length"))
        if rope.get(key) is None:
            taken = f"llama.cpp takes {arch}.context_length, {common['longest']:g}, for it"
            reader.complain(f"{arch}.rope.{key}: missing; {taken}")
    if kind == "yarn":
        own |= _yarn(arch, rope, reader)
    elif kind == "longrope":
        own |= {name: _tensor(mapping, f"rope_factors_{name}.weight") for name in ("short", "long")}
        if None in (own["short"], own["long"]):
            expected = "lists under rope_factors_short.weight and rope_factors_long.weight"
            raise DomainError(message("mapping", "no factors", expected, "They are tensors of the file"))
        own["attention_factor"], factor = times, 1.0
        own["notes"] = (
            "the long factors are taken where the size of the context exceeds the training length",
        )
    elif factor == 1 or kind == "none":
        kind, factor = "default", 1.0
    if kind in ("default", "linear") and times != 1:
        own["attention_factor"] = times
        reader.notes.append(f"{arch}.rope.scaling.attn_factor multiplies cosines and sines")
    notes = (*own.pop("notes", ()), *reader.notes)
    return Block(
        type=kind,
        factor=factor,
        times=times,
        divisors=divisors,
        notes=notes,
        complaints=tuple(reader.complaints),
        **common,
        **own,
    )


def _yarn(arch: str, rope: Config, reader: Reader) -> dict[str, Any]:
    """The ramp, and the temperature in two parts; mscale itself is not in the file."""
    extrapolation = reader.number(rope, "scaling.yarn_ext_factor")
    if extrapolation not in (None, 1.0, -1.0):
        raise DomainError(message(f"{arch}.rope.scaling.yarn_ext_factor", extrapolation, "1, a whole ramp"))
    latent, log = arch in LATENT, reader.number(rope, "scaling.yarn_log_multiplier") or 0.0
    b = log / TENTH if latent else log
    return {
        "slow": reader.number(rope, "scaling.yarn_beta_slow") or 1.0,
        "fast": reader.number(rope, "scaling.yarn_beta_fast") or 32.0,
        "mscale": b if latent and b else 1.0,
        "mscale_all_dim": b,
        "softmax": latent and b > 0,
    }


def _architecture(mapping: Config) -> str:
    arch = mapping.get("general.architecture")
    if arch is None:
        found = {key.partition(".rope.")[0] for key in mapping if ".rope." in key}
        if len(found) != 1:
            raise DomainError(message("general.architecture", None, f"one of {sorted(found)}"))
        return str(found.pop())
    return str(arch)


def _head(metadata: Mapping[str, Any], reader: Reader) -> int:
    head = reader.integer(metadata, "attention.key_length", "rope.dimension_count")
    if head is None:
        width, heads = metadata.get("embedding_length"), metadata.get("attention.head_count")
        if isinstance(heads, list | tuple):  # one for each layer; some have none
            heads = max(heads)
        if width is None or not heads:
            expected = "attention.key_length, or embedding_length and attention.head_count"
            raise DomainError(message("mapping", "neither", expected))
        head = int(number("embedding_length", width)) // int(number("attention.head_count", heads))
    return head


def _tensor(mapping: Config, name: str) -> tuple[float, ...] | None:
    values = mapping.get(name)
    if values is None:
        return None
    return numbers(name, values.tolist() if hasattr(values, "tolist") else values)
