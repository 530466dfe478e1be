"""The table that a configuration of a model means."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .. import _xp
from .._errors import DomainError, DTypeError, ShapeError, UnknownNameError, kind, message
from .._typing import Array, Device, DType, Namespace
from ..public import RAISES, Made, Number, Own, Reals, Record, public
from . import _longrope, _ramps, _tables

if TYPE_CHECKING:
    from ._config_block import Block


@dataclass(frozen=True, slots=True, eq=False)
class Configured:
    """A table of frequencies, what else the rotation needs, and what is wrong with the configuration."""

    frequencies: Array
    """ω (width/2,)."""
    attention_factor: float
    """Multiplies cosines and sines, so scores by its square."""
    softmax_factor: float
    """Multiplies the scale 1/√d of scores, beside that."""
    type: str
    """default, linear, dynamic, yarn, longrope, llama3 or proportional."""
    width: int
    """How many features of a head the table is for; the others stay."""
    base: float
    complaints: tuple[str, ...]
    """What is misspelt, ignored, missing or contradictory, a sentence each; none if all is well."""


CONFIGURED = Record(Configured, {"frequencies": Reals("width/2")})
MAPPING = Own(
    "mapping of str, as config.json of a model or metadata of GGUF hold it",
    {
        DTypeError: "is no mapping, or a number in it is something else",
        DomainError: "lacks what its type needs, or has a number outside its range",
        ShapeError: "has a list of other than d/2 factors",
        UnknownNameError: "has a type that is not known",
    },
)


@public(
    {
        "mapping": MAPPING,
        "length": Number(above=0) | None,
        "layer_type": Own("str", {UnknownNameError: "is none of the types of layers"}) | None,
        "xp, dtype, device": Made(),
    },
    CONFIGURED,
    nan=RAISES,
    raises={DomainError: "if layer_type is None and layers have unlike tables, or given and there is one"},
)
def from_config(
    mapping: Mapping[str, Any],
    /,
    *,
    length: float | None = None,
    layer_type: str | None = None,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Configured:
    """Make the table of frequencies that a model's configuration means, and complain of what is wrong.

    ω_m of B = rope_theta for the rotary width d = ⌊p · head_dim⌋, mapped as rope_type says: default, linear
    (ω_m/k), dynamic, yarn (the common code's ramp), llama3, longrope or proportional.

    Parameters
    ----------
    mapping
        All of a config.json with `rope_scaling` of transformers 4 or `rope_parameters` of 5, where blocks may
        be for types of layers, and the text model may stand inside; or keys of GGUF such as
        llama.rope.freq_base, with tensors as lists (rope_freqs.weight). Where code differs, it is read as by
        transformers 5.23, and GGUF as by llama.cpp.
    length
        n, for dynamic and longrope, whose tables are for the length of the present sequence; by default at
        most L.
    layer_type
        Such as full_attention, where layers have unlike tables.
    xp, dtype, device

    Returns
    -------
    the record `Configured`: frequencies, computed in float64 and rounded once; attention_factor, which
    multiplies cosines and sines; softmax_factor, which multiplies 1/√d; type, width, base; and complaints.

    Source: rope D2, D5, P1, P2, P3, P4, P5, P6, P11.

    Reference: the configurations of transformers (Hugging Face, 2023 to 2026) and of llama.cpp.

    Examples
    --------
    >>> block = {"rope_type": "linear", "factor": 2.0, "beta_fast": 32}
    >>> found = from_config({"hidden_size": 16, "num_attention_heads": 2, "rope_scaling": block})
    >>> found.frequencies
    array([0.5   , 0.05  , 0.005 , 0.0005])
    >>> found.complaints
    ('beta_fast: the type linear does not read it; yarn would',)
    """
    block = read(mapping, layer_type)
    values = table(block, length, xp)
    return Configured(
        frequencies=_tables.table(values, xp, dtype, device),
        attention_factor=attention_factor(block, length, xp),
        softmax_factor=softmax_factor(block, xp),
        type=block.type,
        width=block.width,
        base=block.base,
        complaints=block.complaints,
    )


def read(mapping: Mapping[str, Any], layer_type: str | None = None) -> "Block":
    """The block of a mapping of either kind."""
    if not isinstance(mapping, Mapping):
        raise DTypeError(message("mapping", kind(mapping), "a mapping, such as json.load of a config.json"))
    if layer_type is not None and not isinstance(layer_type, str):
        raise DTypeError(message("layer_type", kind(layer_type), "the name of a type of layers"))
    from . import _config_block, _config_gguf  # noqa: PLC0415  (few who use this document read configurations)

    reads = _config_gguf.read if _config_gguf.is_gguf(mapping) else _config_block.read
    return reads(mapping, layer_type)


def layer_types(mapping: Mapping[str, Any]) -> list[str | None]:
    """The types of layers with blocks of their own; [None] where one block is for all."""
    from . import _config_block, _config_gguf  # noqa: PLC0415

    if _config_gguf.is_gguf(mapping):
        names = _config_gguf.layers(mapping)
    else:
        found = _config_block.blocks(_config_block.part(mapping), _config_block.Reader())
        names = [name for name, block in found.items() if block is not None] or list(found)
    return [name or None for name in names]


def table(block: "Block", length: float | None, xp: Namespace | None) -> list[float]:
    """The frequencies as numbers."""
    base, factor = _xp.number(block.base, xp), _xp.number(block.factor, xp)
    plain = _tables.plain(block.width, base, xp)
    train = None if block.train_length is None else _xp.number(block.train_length, xp)
    if block.type == "linear":
        plain = _longrope.scaled(plain, factor)
    elif block.type == "proportional":
        plain = _longrope.padded(_longrope.scaled(plain, factor), block.fraction)
    elif block.type == "dynamic":
        plain = _tables.plain(block.width, _dynamic_base(block, length, xp), xp)
    elif block.type == "longrope":
        _longrope.check_count("short_factor", block.short, block.width)
        _longrope.check_count("long_factor", block.long, block.width)
        plain = _longrope.divided(plain, long_or_short(block, length))
    elif block.type == "yarn" and train is not None:
        slow, fast = (_xp.number(turns, xp) for turns in (block.slow, block.fast))
        kept = _ramps.index_ramp(block.width, base, train, slow, fast, block.truncate, xp)
        plain = _ramps.blend(plain, kept, factor)
    elif block.type == "llama3" and train is not None:
        kept = _ramps.turns_ramp(plain, train, block.slow, block.fast)
        plain = _ramps.blend(plain, kept, factor)
    if block.divisors:
        _longrope.check_count("rope_freqs.weight", block.divisors, block.width)
        plain = _longrope.divided(plain, block.divisors)
    return plain


def long_or_short(block: "Block", length: float | None) -> tuple[float, ...]:
    """The factors of LongRoPE for a length."""
    return block.long if _beyond(block, length) else block.short


def _beyond(block: "Block", length: float | None) -> bool:
    return length is not None and block.train_length is not None and length > block.train_length


def _dynamic_base(block: "Block", length: float | None, xp: Namespace | None) -> float:
    if block.width == 2:
        raise DomainError(message("the rotary width", 2, "at least 4: the exponent d/(d − 2) is singular"))
    base, factor = _xp.number(block.base, xp), _xp.number(block.factor, xp)
    scale = _xp.number(1.0, xp)
    if block.alpha is not None:
        scale = _xp.number(block.alpha, xp)
    elif length is not None and block.train_length is not None:
        train = _xp.number(block.train_length, xp)
        scale = max(scale, factor * (_xp.number(length, xp) - train) / train + 1)
    new = base * _tables.power(scale, Fraction(block.width, block.width - 2))
    if _xp.rounds(new) and math.isinf(new):
        raise DomainError(message("the new base", new, "a number within float64", "Take a shorter length"))
    return new


def attention_factor(block: "Block", length: float | None, xp: Namespace | None) -> float:
    """What multiplies cosines and sines."""
    m, one = _xp.numbers(xp), _xp.number(1.0, xp)
    if (own := block.scales[_beyond(block, length)]) is not None:
        return _xp.number(own, xp)
    if block.attention_factor is not None:
        return _xp.number(block.attention_factor, xp)
    factor = _xp.number(block.factor, xp)
    if block.type == "yarn" and block.factor > 1:
        a, b = (_xp.number(c, xp) for c in (block.mscale, block.mscale_all_dim))
        return block.times * (_ramps.magnitude(factor, a, m) / _ramps.magnitude(factor, b, m))
    if block.type == "longrope" and block.factor > 1 and block.train_length is not None:
        scale: float = m.sqrt(1 + m.log(factor) / m.log(_xp.number(block.train_length, xp)))
        return scale
    return one * block.times if block.type == "yarn" else one


def softmax_factor(block: "Block", xp: Namespace | None) -> float:
    """What multiplies the scale of scores."""
    if not block.softmax or block.factor <= 1:
        return _xp.number(1.0, xp)
    factor, b = _xp.number(block.factor, xp), _xp.number(block.mscale_all_dim, xp)
    root = _ramps.magnitude(factor, b, _xp.numbers(xp))
    return root * root
