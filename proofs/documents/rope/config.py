"""Laws of configurations: which table, which scales, and which complaints."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import Gap, Impl, Kind, Record, Rounding, Same, law
from . import exact

TYPES = ("default", "linear", "dynamic", "yarn", "longrope", "llama3", "proportional")


@dataclass(frozen=True, slots=True)
class Configuration:
    """The facts of a configuration, and the form in which it states them."""

    form: str
    """v4, v5, layers (of v5), inside (another), gguf."""
    type: str
    head: int
    share: float
    """The part of a head that turns."""
    base: float
    factor: float
    train: int
    longest: int
    length: int
    truncate: bool
    coefficients: tuple[float, float]
    latent: bool
    attention: float
    """As given; 0 for none."""
    short: list[float]
    long: list[float]


@inputs.composite
def configurations(draw: inputs.Draw, p: Precision, kind: Kind) -> Configuration:
    """ordinary: as public models have them; cancellation: factors next to 1, lengths next to L; extreme: both
    large. The configured length, kL or more, differs from L, and the hidden size from heads."""
    rng, share = inputs.generator(draw), draw(st.sampled_from([1.0, 0.5, 0.25]))
    head = draw(st.sampled_from([64, 128, 16]))
    factor = {
        "ordinary": draw(st.sampled_from([4.0, 8.0, 32.0, 2.5])),
        "cancellation": float(1 + 10 ** rng.uniform(-6, -1)),
        "extreme": float(10 ** rng.uniform(2, 4)),
    }[kind]
    train = draw(st.sampled_from([4096, 8192, 2048]))
    length = {"ordinary": 3 * train, "cancellation": train + 1, "extreme": 10**6 * train}[kind]
    pairs = int(head * share) // 2
    return Configuration(
        form=draw(st.sampled_from(["v5", "v4", "layers", "inside", "gguf"])),
        type=draw(st.sampled_from(TYPES)),
        head=head,
        share=share,
        base=draw(st.sampled_from([10000.0, 500000.0, 1e6])),
        factor=factor,
        train=train,
        longest=int(train * draw(st.sampled_from([2, 4, 16]))),
        length=draw(st.sampled_from([length, train, train // 2])),
        truncate=draw(st.booleans()),
        coefficients=draw(st.sampled_from([(0.0, 0.0), (0.707, 0.707), (1.0, 0.8)])),
        latent=draw(st.booleans()),
        attention=draw(st.sampled_from([0.0, 0.0, 1.0, 1.25])),
        short=[float(x) for x in rng.uniform(1, 1.1, pairs)],
        long=[float(x) for x in np.sort(10 ** rng.uniform(0, 1.5, pairs))],
    )


def _block(case: Configuration) -> dict[str, Any]:
    """The keys that the type reads, and no other."""
    block: dict[str, Any] = {"rope_type": case.type}
    if case.type in ("linear", "dynamic", "yarn", "llama3", "proportional"):
        block["factor"] = case.factor
    if case.type in ("yarn", "longrope", "llama3"):
        block["original_max_position_embeddings"] = case.train
    if case.type == "yarn":
        block["truncate"] = case.truncate or case.form == "layers"
        if all(case.coefficients) and not case.attention:
            block["mscale"], block["mscale_all_dim"] = case.coefficients
    if case.type == "llama3":
        block["low_freq_factor"], block["high_freq_factor"] = 1.0, 4.0
    if case.type == "longrope":
        block["short_factor"], block["long_factor"] = case.short, case.long
    if case.type in ("yarn", "longrope") and case.attention:
        block["attention_factor"] = case.attention
    return block


def _longest(case: Configuration) -> int:
    """Of dynamic the training length itself; of longrope what its factor comes from."""
    return case.train if case.type == "dynamic" else case.longest


def mapping(case: Configuration) -> dict[str, Any]:
    """The configuration in its form. Layers of another type have another base."""
    if case.form == "gguf":
        return _metadata(case)
    block = _block(case)
    facts: dict[str, Any] = {
        "hidden_size": 3 * case.head * 8,
        "num_attention_heads": 8,
        "head_dim": case.head,
        "max_position_embeddings": _longest(case),
    }
    if case.latent:
        facts["qk_rope_head_dim"] = _turning(case)
    if case.form in ("v4", "inside"):
        facts |= {"rope_theta": case.base, "rope_scaling": block}
        if not case.latent:
            facts["partial_rotary_factor"] = case.share
        return (
            {"text_config": facts, "vision_config": {"hidden_size": 32}} if case.form == "inside" else facts
        )
    block["rope_theta"] = case.base
    if not case.latent:
        block["partial_rotary_factor"] = case.share
    other = {"rope_type": "default", "rope_theta": 2 * case.base}
    blocks = {"sliding_attention": other, "full_attention": block}
    return facts | {"rope_parameters": blocks if case.form == "layers" else block}


def _metadata(case: Configuration) -> dict[str, Any]:
    found: dict[str, Any] = {
        "general.architecture": "deepseek2" if case.latent else "qwen2",
        "context_length": case.longest,
        "embedding_length": 3 * case.head * 8,
        "attention.head_count": 8,
        "attention.key_length": case.head,
        "rope.dimension_count": _turning(case),
        "rope.freq_base": case.base,
        "rope.scaling.type": case.type,
    }
    if case.type == "longrope":
        tensors = {"rope_factors_short.weight": case.short, "rope_factors_long.weight": case.long}
    else:
        tensors = {}
        found["rope.scaling.factor"] = case.factor
    if case.type in ("yarn", "longrope"):
        found["rope.scaling.original_context_length"] = case.train
    if case.type == "longrope" and case.attention:
        found["rope.scaling.attn_factor"] = case.attention
    arch = found.pop("general.architecture")
    return {"general.architecture": arch, **{f"{arch}.{k}": v for k, v in found.items()}, **tensors}


def _turning(case: Configuration) -> int:
    return int(case.head * case.share)


@inputs.composite
def readable(draw: inputs.Draw, p: Precision, kind: Kind) -> Configuration:
    """Types that a form can state: GGUF has fewer, and latent attention turns a width of its own."""
    case: Configuration = draw(configurations(p, kind))
    if case.form == "gguf":
        return replace(case, type=draw(st.sampled_from(["linear", "yarn", "longrope"])), truncate=True)
    if case.type in ("proportional", "longrope"):
        return replace(case, latent=False)
    return case


def _table(case: Configuration, on: Setting) -> tuple[Any, Any]:
    """The frequencies, and their scale: a blend of ω and ω/k rounds as ω does."""
    d, k = _turning(case), case.factor
    omega = exact.frequencies(case.head if case.type == "proportional" else d, case.base)
    pair, unit = np.arange(len(omega)), exact.weight(omega)
    if case.type == "dynamic":
        ratio = Fraction(case.length, case.train)
        scale = on.number(max(on.fraction(k) * (ratio - 1) + 1, 1))
        found = exact.frequencies(d, case.base * exact.power(scale, Fraction(d, d - 2)))
        return found, found * (exact.weight(found) + (8 + k * on.number(ratio) / scale) * on.double)
    if case.type in ("yarn", "llama3"):
        kept, moved = _kept(case, d, omega, on)
        expected = omega / k + kept * (omega - omega / k)
        return expected, expected * unit + omega * moved
    divisor: Any = {"default": 1.0, "longrope": case.long if case.length > case.train else case.short}.get(
        case.type, k
    )
    expected = omega / (on.reals(divisor) if isinstance(divisor, list) else divisor)
    if case.type == "proportional":
        expected = np.where(pair < d // 2, expected, 0.0)
    return expected, expected * unit


def _kept(case: Configuration, d: int, omega: Any, on: Setting) -> tuple[Any, Any]:
    """γ, and by how much roundings move it, as in the laws of the ramps: in the dtype, for unrounded ends."""
    m = on.math
    if case.type == "llama3":
        return np.clip((case.train / (2 * m.pi / omega) - 1) / 3, 0, 1), 3 * on.double
    step = d / (2 * m.log(case.base))
    first, last = (step * m.log(case.train / (2 * m.pi * turns)) for turns in (32, 1))
    rounded = case.truncate or case.form == "layers"
    if rounded:
        first, last = np.floor(first), np.ceil(last)
    low, high = max(first, 0), min(last, d - 1)
    moved = on.double if rounded else (2 * step + 2 * low + 2 * high) / (high - low)
    return 1 - np.clip((np.arange(len(omega)) - low) / (high - low), 0, 1), moved


def _scales(case: Configuration, m: Any) -> tuple[Any, Any]:
    """The attention factor and that of the scores."""
    given = case.attention and case.type in ("yarn", "longrope")
    log = m.log(case.factor)
    if case.type == "longrope":
        ratio = 1.0 if case.form == "gguf" else m.log(case.longest) / m.log(case.train)
        return (case.attention if given else m.sqrt(ratio)), 1.0
    if case.type != "yarn":
        return 1.0, 1.0
    if case.form == "gguf":
        return 1 + 0.1 * log, 1.0
    a, b = case.coefficients if all(case.coefficients) and not given else (1.0, 0.0)
    scale = (1 + 0.1 * a * log) / (1 + 0.1 * b * log)
    return (case.attention if given else scale), (1 + 0.1 * b * log) ** 2 if case.latent else 1.0


@law(
    "rope.from_config-definition",
    "a configuration of transformers or GGUF means the table of its type, base, width, lengths and factors, "
    "and the scales that go with it",
    source="rope D5, P1, P2, P3, P4, P5, P6, P11",
    about=("rope.from_config",),
    inputs=readable,
    tolerance=Rounding(
        {"power, blend": 5, "scales: two logarithms, products, sums, a root": 10, "expectation": 1},
        "ramps and changes of the base round in the scale, as in the laws about them",
        calls=("pow",),
    ),
    refutes=(
        "rope.from_config/attention-factor-left-out",
        "rope.from_config/attention-factor-computed",
        "rope.from_config/extended-length",
        "rope.from_config/type-ignored",
        "rope.from_config/theta-beside-the-block",
        "rope.from_config/partial-ignored",
        "rope.from_config/hidden-size-over-heads",
        "rope.from_config/first-layers-for-all",
        "rope.from_config/length-ignored",
        "rope.from_config/factor-of-the-lengths",
        "rope.from_config/truncate-ignored",
        "rope.from_config/softmax-left-out",
        "rope.from_config/softmax-once",
    ),
)
def from_config_definition(impl: Impl, on: Setting, case: Configuration) -> Iterator[Record]:
    """Each type by its formula; scales by logarithms."""
    layer = {"layer_type": "full_attention"} if case.form == "layers" else {}
    found = impl["rope.from_config"](mapping(case), length=float(case.length), **layer, **on.like)
    expected, scale = _table(case, on)
    yield Gap("ω", found.frequencies, expected, scale)
    attention, softmax = _scales(case, on.math)
    yield Gap("attention factor", found.attention_factor, attention, attention * on.double)
    yield Gap("softmax factor", found.softmax_factor, softmax, softmax * on.double)
    width = case.head if case.type == "proportional" else _turning(case)
    yield Same("width", found.width, width)
    yield Same("type", found.type, case.type)


FAULTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "attn_factor": ({"attn_factor": 0.8}, {}),
    "beta_fst": ({"beta_fst": 64}, {}),
    "low_freq_factor": ({"low_freq_factor": 1.0}, {}),
    "type": ({"type": "linear"}, {}),
    "factor": ({"factor": 0.5}, {}),
    "original_max_position_embeddings": ({"original_max_position_embeddings": None}, {}),
    "rope_theta": ({"rope_theta": 10000.0}, {"rope_theta": 20000.0}),
    "mscale": ({"mscale": 0.707}, {}),
    "rope_parameters": ({}, {"rope_parameters": {"rope_type": "default"}}),
}
"""What is wrong with a block of YaRN, or beside it, by the key that a complaint begins with."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A key of FAULTS, or none."""

    key: str
    factor: float


@inputs.composite
def faults(draw: inputs.Draw, p: Precision, kind: Kind) -> Fault:
    return Fault(draw(st.sampled_from(["", *FAULTS])), draw(st.sampled_from([4.0, 8.0])))


@law(
    "rope.from_config-complains",
    "a configuration without a fault has no complaints, and one with a misspelt, ignored, missing or "
    "contradictory key has one that begins with it",
    source="rope P11",
    about=("rope.from_config",),
    inputs=faults,
    tolerance=Rounding({}, "nothing is computed"),
    refutes=("rope.from_config/silent", "rope.from_config/always-complains"),
    kinds=("ordinary",),  # words, not numbers
)
def from_config_complains(impl: Impl, on: Setting, case: Fault) -> Iterator[Record]:
    """A block of YaRN."""
    inner, outer = FAULTS.get(case.key, ({}, {}))
    block = {"rope_type": "yarn", "factor": case.factor, "original_max_position_embeddings": 1024}
    whole = {"head_dim": 64, "max_position_embeddings": 1024, "rope_scaling": block | inner, **outer}
    found = impl["rope.from_config"](whole, **on.like).complaints
    named = sorted({text.partition(":")[0] for text in found})
    yield Same("keys that complaints begin with", named == ([case.key] if case.key else []), True)
