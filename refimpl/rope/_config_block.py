"""A rotary configuration of transformers, read as its code reads it, with what is wrong with it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .. import _names, _xp
from .._errors import DomainError, DTypeError, either, message, shown
from . import _config_facts as facts

Config = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What fixes the table and the scales of some layers."""

    type: str
    head: int
    """Features of a head, or of the part of it that is rotary."""
    width: int
    """Features that the table turns."""
    base: float
    factor: float = 1.0
    train_length: float | None = None
    longest: float | None = None
    """The length that is configured."""
    slow: float = 1.0
    fast: float = 32.0
    """Of YaRN's ramp, or of Llama 3's."""
    truncate: bool = True
    short: tuple[float, ...] = ()
    long: tuple[float, ...] = ()
    fraction: float = 1.0
    alpha: float | None = None
    divisors: tuple[float, ...] = ()
    """Of every frequency, whatever the type: a tensor of GGUF."""
    attention_factor: float | None = None
    """As given, in place of what the type has."""
    scales: tuple[float | None, float | None] = (None, None)
    """The attention factors up to the training length and beyond, where a model gives two."""
    times: float = 1.0
    """What multiplies the attention scale of the type."""
    mscale: float = 1.0
    mscale_all_dim: float = 0.0
    softmax: bool = False
    """Whether the code of the model scales whole scores."""
    notes: tuple[str, ...] = ()
    """Defaults that were taken."""
    complaints: tuple[str, ...] = ()


@dataclass(slots=True)
class Reader:
    """Values by key, and what is to be said of them."""

    notes: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def complain(self, text: str) -> None:
        """Say what is wrong, once."""
        if text not in self.complaints:
            self.complaints.append(text)

    def number(self, config: Config, *keys: str) -> float | None:
        """The first of some keys that is there, as a number."""
        for key in keys:
            value = config.get(key)
            if value is not None:
                return number(key, value)
        return None

    def integer(self, config: Config, *keys: str) -> int | None:
        """The same as an integer."""
        value = self.number(config, *keys)
        if value is not None and value != int(value):
            raise DomainError(message(keys[0], value, "an integer"))
        return None if value is None else int(value)


def number(key: str, value: Any) -> float:
    """A number of a configuration; a list of equal ones (one for each layer) counts as it."""
    if isinstance(value, list | tuple) and value and all(one == value[0] for one in value):
        value = value[0]
    if isinstance(value, bool | str | list | tuple | Mapping):
        raise DTypeError(message(key, shown(value), "a number"))
    return _xp.check_number(key, value, -float("inf"))


def numbers(key: str, values: Any) -> tuple[float, ...]:
    """A list of numbers ≥ 0, one for each pair."""
    if not isinstance(values, list | tuple):
        raise DTypeError(message(key, shown(values), "a list of d/2 numbers"))
    return tuple(_xp.check_number(key, number(key, value), 0.0) for value in values)


def part(config: Config) -> Config:
    """The configuration of the text model, which may stand inside another."""
    own = (*facts.HIDDEN, "rope_parameters", "rope_scaling", "head_dim")
    while not any(config.get(key) is not None for key in own):
        inner = next((config[key] for key in facts.PARTS if isinstance(config.get(key), Mapping)), None)
        if inner is None:
            return config
        config = inner
    return config


def blocks(config: Config, reader: Reader) -> dict[str, Config | None]:
    """The blocks by the type of layers; one for all layers has the name "". None: no rotation at all."""
    given = {key: config[key] for key in ("rope_scaling", "rope_parameters") if config.get(key)}
    for key, value in given.items():
        if not isinstance(value, Mapping):
            raise DTypeError(message(key, shown(value), "a mapping of keys to values"))
    if len(given) == 2 and given["rope_scaling"] != given["rope_parameters"]:
        reader.complain("rope_parameters: differs from rope_scaling, which goes before it in transformers 5")
    block: Config = next(iter(given.values()), {})
    if block and all(value is None or isinstance(value, Mapping) for value in block.values()):
        return dict(block)
    model = config.get("model_type")
    two = facts.TWO_BASES.get(str(model))
    full, sliding = config.get("global_rope_theta"), config.get("local_rope_theta")
    sliding = config.get("rope_local_base_freq", sliding)
    if two is None and sliding is None:
        if block and model in facts.FULL_ONLY:
            return {facts.FULL: block, facts.SLIDING: {"rope_type": "default"}}
        return {"": block}
    wide = full if full is not None else config.get("rope_theta", two[0] if two else None)
    narrow = sliding if sliding is not None else two[1] if two else None
    return {
        facts.FULL: block if wide is None else {"rope_theta": wide, **block},
        facts.SLIDING: {"rope_type": "default", "rope_theta": narrow},
    }


def chosen(names: list[str], layer_type: str | None) -> str:
    """The name of the block of a type of layers, which may be left out where there is one block."""
    if layer_type is None:
        if len(names) > 1:
            expected = f"one of {either([repr(name) for name in names])}, which have tables of their own"
            raise DomainError(message("layer_type", None, expected))
        return names[0]
    if names == [""]:
        raise DomainError(message("layer_type", repr(layer_type), "None: one table is for all layers"))
    return _names.find(layer_type, names, "type of layers")


def read(config: Config, layer_type: str | None) -> Block:
    """The block of some layers of a configuration of transformers."""
    config, reader = part(config), Reader()
    found = blocks(config, reader)
    name = chosen(list(found), layer_type)
    block = found[name]
    if block is None:
        raise DomainError(message("layer_type", repr(name), "layers that are rotated: these have no block"))
    _misspelt(config, reader)
    kind = _kind(block, str(config.get("model_type")), reader)
    _keys(block, kind, str(config.get("model_type")), reader)
    head = _head(config, name, reader)
    facts_of = {
        **_lengths(config, block, kind, nested=bool(name), reader=reader),
        **_own(config, block, kind, nested=bool(name), reader=reader),
        **_width(config, block, kind, head, reader),
    }
    return Block(
        type=kind,
        head=head,
        base=_base(config, block, reader),
        notes=tuple(reader.notes),
        complaints=tuple(reader.complaints),
        **facts_of,
    )


def _misspelt(config: Config, reader: Reader) -> None:
    """Keys at the top that look like those of rotary embeddings."""
    for key in config:
        if ("rope" in key or "rotary" in key) and key not in facts.TOP:
            near = [it for it in _names.near(key, facts.TOP) if config.get(it) is None]
            if near:
                reader.complain(f"{key}: no key that transformers reads; {_names.offered(near)}")


def _kind(block: Config, model: str, reader: Reader) -> str:
    """The type of the table."""
    new, old = block.get("rope_type"), block.get("type")
    if new is not None and old is not None and new != old:
        reader.complain(f"type: {old!r} beside rope_type {new!r}, which goes before it")
    kind = new if new is not None else old if old is not None else "default"
    if not isinstance(kind, str):
        raise DTypeError(message("rope_type", shown(kind), "a name"))
    if kind == "yarn" and model in facts.LONGROPE_AS_YARN:
        reader.notes.append(f"the type yarn of {model} is longrope")
        return "longrope"
    return facts.ALIASES.get(kind) or _names.find(kind, facts.TYPES, "rope_type")


def _keys(block: Config, kind: str, model: str, reader: Reader) -> None:
    """Complain of keys that nothing reads."""
    own = (*facts.COMMON, *facts.AXES, *facts.TYPES[kind])
    known = {key for keys in facts.TYPES.values() for key in keys}
    for key, value in block.items():
        if key in own or model in facts.OWN_KEYS.get(key, ()):
            continue
        if key in known and (value is None or kind == "default"):
            reader.complain(f"{key}: the type {kind} does not read it")
        elif key in known:
            types = [name for name, keys in facts.TYPES.items() if key in keys]
            reader.complain(f"{key}: the type {kind} does not read it; {either(types)} would")
        elif key in facts.ELSEWHERE:
            reader.complain(f"{key}: {facts.ELSEWHERE[key]}")
        else:
            near = _names.near(key, [*own, *known])
            reader.complain(f"{key}: no code reads it" + (f"; {_names.offered(near)}" if near else ""))


def _head(config: Config, layer: str, reader: Reader) -> int:
    """The features of a head, or of the part that is rotary where another is not."""
    keys = (
        "qk_rope_head_dim",
        *(("global_head_dim",) if layer == facts.FULL else ()),
        "head_dim",
        "kv_channels",
    )
    head = reader.integer(config, *keys)
    if head is None:
        hidden, heads = reader.integer(config, *facts.HIDDEN), reader.integer(config, *facts.HEADS)
        if hidden is None or not heads:
            expected = "head_dim, or hidden_size and num_attention_heads"
            raise DomainError(message("mapping", "neither", expected, "Give the whole configuration"))
        head = hidden // heads
    return head


def _base(config: Config, block: Config, reader: Reader) -> float:
    inner, outer = reader.number(block, "rope_theta"), reader.number(config, *facts.BASES)
    if (
        inner is not None
        and outer is not None
        and inner != outer
        and config.get("rope_local_base_freq") is None
    ):
        reader.complain(
            f"rope_theta: {inner:g} in the block, {outer:g} beside it: transformers 5 takes the first"
        )
    base = inner if inner is not None else outer
    if base is None:
        base = facts.BASE_OF.get(str(config.get("model_type")), facts.DEFAULT_BASE)
        reader.notes.append(f"rope_theta is not given: {base:g}")
    return _xp.check_number("rope_theta", base, 1.0)


def _width(config: Config, block: Config, kind: str, head: int, reader: Reader) -> dict[str, Any]:
    """How many features turn, of how many."""
    model, rotary = str(config.get("model_type")), reader.integer(config, "rotary_dim")
    share = reader.number(block, "partial_rotary_factor")
    if share is None:
        share = reader.number(config, *facts.PARTIAL)
    if share is None and rotary is None and model in facts.PARTIAL_OF:
        share = facts.PARTIAL_OF[model]
        reader.notes.append(f"partial_rotary_factor is not given: {share:g}")
    if config.get("qk_rope_head_dim") is not None or (share is None and rotary is None):
        share, rotary = 1.0, None
    if share is not None and not 0 < share <= 1:
        raise DomainError(message("partial_rotary_factor", share, "a number in (0, 1]"))
    if kind == "proportional":
        return {"width": _even("head_dim", head), "fraction": 1.0 if share is None else share}
    width = (
        head if share is None and rotary is None else rotary if share is None else math.floor(head * share)
    )
    if width != head and kind == "default" and model in facts.WHOLE:
        reader.complain(
            f"partial_rotary_factor: the type default of {model} ignores it, and turns whole heads"
        )
        width = head
    return {"width": _even("the rotary width", width or 0)}


def _even(name: str, width: int) -> int:
    if width < 2 or width % 2:
        raise DomainError(message(name, width, "an even integer ≥ 2: features turn in pairs"))
    return width


def _lengths(config: Config, block: Config, kind: str, *, nested: bool, reader: Reader) -> dict[str, Any]:
    """L, the configured length, and the factor between them."""
    key, longest = "original_max_position_embeddings", reader.number(config, *facts.LONGEST)
    inner, outer = reader.number(block, key), reader.number(config, key)
    train = inner if outer is None or nested else outer
    if kind not in ("yarn", "longrope", "llama3"):
        train = longest
    elif inner is not None and outer is not None and inner != outer:
        reader.complain(f"{key}: {inner:g} in the block, {outer:g} beside it: transformers takes {train:g}")
    if train is None and kind in ("yarn", "longrope", "llama3"):
        if longest is None:
            raise DomainError(message(key, None, "the training length, or max_position_embeddings"))
        train = longest
        reader.complain(f"{key}: missing; transformers takes max_position_embeddings, {longest:g}, for it")
    if kind == "dynamic" and train is None:
        raise DomainError(message("max_position_embeddings", None, "the training length"))
    if train is not None and train <= 1:
        raise DomainError(message(key, train, "a length above 1"))
    return {"train_length": train, "longest": longest, "factor": _factor(block, kind, train, longest, reader)}


def _factor(block: Config, kind: str, train: float | None, longest: float | None, reader: Reader) -> float:
    factor = reader.number(block, "factor")
    ratio = longest / train if longest is not None and train is not None else None
    if kind in ("default", "proportional"):
        return 1.0 if factor is None or kind == "default" else _positive("factor", factor, reader)
    if factor is None and kind in ("yarn", "longrope"):
        factor = ratio
        if kind == "yarn" and ratio is not None:
            reader.complain(f"factor: missing; the ratio of the lengths is {ratio:g}")
    if factor is None and kind == "dynamic" and block.get("alpha") is not None:
        factor = 1.0
    if factor is None:
        raise DomainError(message("factor", None, f"a number ≥ 1, which the type {kind} needs"))
    if kind == "yarn" and ratio is not None and ratio not in (1.0, factor):
        reader.complain(
            f"factor: {factor:g}, but max_position_embeddings / original_max_position_embeddings is "
            f"{ratio:g}; transformers takes the factor"
        )
    if kind == "llama3" and ratio is not None and ratio <= 1:
        reader.complain("original_max_position_embeddings: not below max_position_embeddings")
    return _positive("factor", factor, reader)


def _positive(name: str, factor: float, reader: Reader) -> float:
    if factor <= 0:
        raise DomainError(message(name, factor, "a number ≥ 1"))
    if factor < 1:
        reader.complain(f"{name}: {factor:g}, below 1, makes contexts shorter")
    return factor


def _own(config: Config, block: Config, kind: str, *, nested: bool, reader: Reader) -> dict[str, Any]:
    """What single types read."""
    found: dict[str, Any] = {}
    if kind in ("yarn", "longrope"):
        found["attention_factor"] = given = reader.number(block, "attention_factor")
        if given is not None and given <= 0:
            reader.complain(f"attention_factor: {given:g}; expected a number above 0")
    if kind == "yarn":
        found |= {
            "slow": reader.number(block, "beta_slow") or 1.0,
            "fast": reader.number(block, "beta_fast") or 32.0,
        }
        if found["fast"] < found["slow"]:
            raise DomainError(message("beta_fast", found["fast"], f"at least beta_slow = {found['slow']}"))
        found |= _coefficients(config, block, reader) | _truncate(block, nested, reader)
    elif kind == "longrope":
        found |= {name: numbers(f"{name}_factor", block.get(f"{name}_factor")) for name in ("short", "long")}
        if config.get("model_type") in facts.TWO_SCALES:
            found["scales"] = (reader.number(block, "short_mscale"), reader.number(block, "long_mscale"))
    elif kind == "llama3":
        found |= {
            "slow": reader.number(block, "low_freq_factor"),
            "fast": reader.number(block, "high_freq_factor"),
        }
        for name, key in (("slow", "low_freq_factor"), ("fast", "high_freq_factor")):
            if found[name] is None:
                raise DomainError(message(key, None, "a number, which the type llama3 needs"))
        if found["fast"] < found["slow"]:
            expected = f"a number ≥ low_freq_factor = {found['slow']}"
            raise DomainError(message("high_freq_factor", found["fast"], expected))
        if found["fast"] == found["slow"]:
            reader.notes.append("low_freq_factor equals high_freq_factor: there is no middle band")
    elif kind == "dynamic" and block.get("alpha") is not None and config.get("model_type") in facts.ALPHA:
        found["alpha"] = reader.number(block, "alpha")
    return found


def _truncate(block: Config, nested: bool, reader: Reader) -> dict[str, Any]:
    truncate = block.get("truncate")
    if truncate is None:
        return {}
    if not isinstance(truncate, bool):
        raise DTypeError(message("truncate", shown(truncate), "true or false"))
    if nested and not truncate:
        reader.complain(
            "truncate: transformers does not look for it in the block of a type of layers, and rounds"
        )
    return {"truncate": truncate or nested}


def _coefficients(config: Config, block: Config, reader: Reader) -> dict[str, Any]:
    """mscale and mscale_all_dim, which count only together."""
    a, b = reader.number(block, "mscale"), reader.number(block, "mscale_all_dim")
    attention = config.get("qk_rope_head_dim") is not None
    if block.get("attention_factor") is not None and (a or b):
        reader.complain("mscale: attention_factor goes before it")
    elif bool(a) != bool(b):
        alone, missing = ("mscale", "mscale_all_dim") if a else ("mscale_all_dim", "mscale")
        reader.complain(
            f"{alone}: transformers reads it only together with {missing}, DeepSeek's own code alone too"
        )
    if b and not attention:
        reader.complain("mscale_all_dim: only latent attention scales scores with it; here it divides alone")
    both = {"mscale": a, "mscale_all_dim": b} if a and b else {"mscale_all_dim": b or 0.0}
    return {**both, "softmax": attention and bool(b)}
