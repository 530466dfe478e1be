"""How people get the tables of rotary and sinusoidal encodings wrong."""

import math
from typing import Any

import array_api_compat

from ....rope import angles, frequencies, mixed_radix_frequencies, period, sinusoidal
from ...language.mistake import mistake
from .mistakes import _to_bfloat16


@mistake(
    "rope.frequencies",
    "exponent-4m-over-d",
    "Divides even numbers by d/2: the exponent is twice what it should be, 4m/d, and the base "
    "counts squared.",
)
def frequencies_twice(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return frequencies(dim, base=base**2, **like)


@mistake(
    "rope.frequencies", "odd-features", "Counts odd features: base^(−(2m+1)/d), half a step below each pair."
)
def frequencies_odd(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return frequencies(dim, base=base, **like) * base ** (-1 / dim)


@mistake(
    "rope.frequencies",
    "growing",
    "Forgets the minus of the exponent, or the reciprocal of the table: base^(+2m/d).",
    reference="annotated_deep_learning_paper_implementations#313",
)
def frequencies_growing(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return 1 / frequencies(dim, base=base, **like)


@mistake("rope.frequencies", "default-base", "Keeps the usual base 10000 whatever the configuration says.")
def frequencies_default_base(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return frequencies(dim, **like)


@mistake(
    "rope.frequencies",
    "decimal-logarithm",
    "Takes the logarithm to base 10 of the base, log10 for ln, in exp(−2m ln B/d).",
)
def frequencies_decimal(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return frequencies(dim, base=math.exp(math.log10(base)), **like)


@mistake(
    "rope.frequencies",
    "integer-exponent",
    "Divides the exponent with //, which floors it to an integer: all frequencies are 1.",
)
def frequencies_integer_exponent(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    table = frequencies(dim, base=base, **like)
    return array_api_compat.array_namespace(table).ones_like(table)


@mistake(
    "rope.frequencies",
    "floored-logarithm",
    "Floors ln B/d by precedence: exp(2m · (−ln B/d // 1)) has a whole exponent.",
    reference="LoFTR#41",
)
def frequencies_floored_logarithm(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    table = frequencies(dim, base=base, **like)
    xp, step = array_api_compat.array_namespace(table), -math.log(base) / dim // 1
    powers = [math.exp(2 * m * step) for m in range(dim // 2)]
    return xp.asarray(powers, dtype=table.dtype, device=array_api_compat.device(table))


@mistake(
    "rope.angles",
    "divides",
    "Divides positions by the table: periods, or base^(2m/d), were meant to be in it.",
)
def angles_divides(positions: Any, frequencies: Any, /) -> Any:
    return angles(positions, 1 / frequencies)


@mistake("rope.angles", "turns", "Multiplies by 2π: takes frequencies for turns, not radians, a position.")
def angles_turns(positions: Any, frequencies: Any, /) -> Any:
    return angles(positions, frequencies) * (2 * math.pi)


@mistake("rope.angles", "reduced", "Reduces the angles modulo 2π, with a rounded 2π.")
def angles_reduced(positions: Any, frequencies: Any, /) -> Any:
    found = angles(positions, frequencies)
    return array_api_compat.array_namespace(found).remainder(found, 2 * math.pi)


@mistake(
    "rope.angles",
    "bfloat16-frequencies",
    "Casts the frequencies to bfloat16 before the product, so that every angle is off by up to 0.4 %.",
    reference="sglang-jax#1472",
)
def angles_bfloat16_frequencies(positions: Any, frequencies: Any, /) -> Any:
    return angles(positions, _to_bfloat16(frequencies))


@mistake(
    "rope.sinusoidal", "exponent-m-over-d", "Uses base^(−m/d): pairs are counted, features meant; √B for B."
)
def sinusoidal_exponent_m_over_d(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    return sinusoidal(positions, dim=dim, base=math.sqrt(base), dtype=dtype)


@mistake(
    "rope.sinusoidal",
    "exponent-d-minus-2",
    "Divides by d/2 − 1 pairs, so that the last frequency is 1/B: base^(−2m/(d−2)).",
)
def sinusoidal_exponent_d_minus_2(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    return sinusoidal(positions, dim=dim, base=base ** (dim / (dim - 2)) if dim > 2 else base, dtype=dtype)


@mistake("rope.sinusoidal", "default-base", "Keeps the usual base 10000 whatever the configuration says.")
def sinusoidal_default_base(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    return sinusoidal(positions, dim=dim, dtype=dtype)


@mistake(
    "rope.sinusoidal",
    "decimal-logarithm",
    "Takes the logarithm to base 10 of the base, log10 for ln, in exp(−2m ln B/d).",
)
def sinusoidal_decimal(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    return sinusoidal(positions, dim=dim, base=math.exp(math.log10(base)), dtype=dtype)


def _every_feature(positions: Any, dim: int, base: float, dtype: Any, *, doubled: bool = False) -> Any:
    """Sines of base^(−2m/d) and cosines of base^(−(2m+1)/d), or with exponents that are doubled."""
    table = sinusoidal(positions, dim=2 * dim, base=base**2 if doubled else base, dtype=dtype)
    xp = array_api_compat.array_namespace(table)
    pairs = xp.stack([table[..., 2::4], table[..., 1::4]], axis=-1)
    return xp.reshape(pairs, (*positions.shape, dim))


@mistake(
    "rope.sinusoidal",
    "exponent-index-sine-first",
    "Uses base^(−i/d) for every feature i, where sines are the even ones: cosines get base^(−(2m+1)/d).",
)
def sinusoidal_exponent_index_sine_first(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    return _every_feature(positions, dim, base, dtype)


@mistake(
    "rope.sinusoidal",
    "exponent-index-doubled",
    "Uses base^(−2i/d) for every feature i, not for every pair, where sines are the even ones.",
    reference="DeepCTR#379",
)
def sinusoidal_exponent_index_doubled(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    return _every_feature(positions, dim, base, dtype, doubled=True)


@mistake(
    "rope.sinusoidal",
    "even-sine",
    "Takes the sine of |n|: positions before 0 get the sines of those after it.",
    reference="speechbrain#3070",
)
def sinusoidal_even_sine(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    size = array_api_compat.array_namespace(positions).abs(positions)
    return sinusoidal(size, dim=dim, base=base, dtype=dtype)


@mistake(
    "rope.sinusoidal", "only-sines", "Puts the sine in both places of a pair: no cosine, twice the sine."
)
def sinusoidal_only_sines(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    table = sinusoidal(positions, dim=dim, base=base, dtype=dtype)
    return array_api_compat.array_namespace(table).repeat(table[..., 1::2], 2, axis=-1)


@mistake("rope.period", "half-turn", "Gives π/ω, the positions of half a turn.")
def period_half_turn(frequencies: Any, /) -> Any:
    return period(frequencies) / 2


@mistake("rope.period", "inverted", "Gives ω/2π, the turns a position: the reciprocal of the period.")
def period_inverted(frequencies: Any, /) -> Any:
    return frequencies / (2 * math.pi)


@mistake("rope.period", "multiplies", "Multiplies 2π by ω instead of dividing by it.")
def period_multiplies(frequencies: Any, /) -> Any:
    return 2 * math.pi * frequencies


@mistake(
    "rope.mixed_radix_frequencies",
    "sums",
    "Adds the bases up, 1/(1 + b_1 + ⋯ + b_m), where their product is meant.",
)
def mixed_radix_frequencies_sums(bases: Any, /, **like: Any) -> Any:
    table = mixed_radix_frequencies(bases, **like)
    sums = [1 / (1.0 + math.fsum(bases[:m])) for m in range(len(bases) + 1)]
    xp = array_api_compat.array_namespace(table)
    return xp.asarray(sums, dtype=table.dtype, device=array_api_compat.device(table))


@mistake("rope.mixed_radix_frequencies", "growing", "Gives the products b_1⋯b_m, not their reciprocals.")
def mixed_radix_frequencies_growing(bases: Any, /, **like: Any) -> Any:
    return 1 / mixed_radix_frequencies(bases, **like)


@mistake(
    "rope.mixed_radix_frequencies",
    "bases-reversed",
    "Takes the bases in reading order, the most significant first: reversed.",
)
def mixed_radix_frequencies_reversed(bases: Any, /, **like: Any) -> Any:
    return mixed_radix_frequencies(list(bases)[::-1], **like)
