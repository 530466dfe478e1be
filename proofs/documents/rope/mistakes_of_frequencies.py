"""How people get the tables of rotary and sinusoidal encodings wrong."""

import math
from typing import Any

from .... import _libraries
from ....rope import angles, convert_layout, frequencies, mixed_radix_frequencies, period, sinusoidal
from ...language.mistake import MistakesOf

of_frequencies = MistakesOf("rope.frequencies")
of_angles = MistakesOf("rope.angles")
of_sinusoidal = MistakesOf("rope.sinusoidal")
of_period = MistakesOf("rope.period")
of_mixed_radix_frequencies = MistakesOf("rope.mixed_radix_frequencies")


def _to_bfloat16(x: Any) -> Any:
    """x with eight significant bits, in its own dtype (Veltkamp's splitting)."""
    xp = _libraries.array_namespace(x)
    shifted = x * float(2 ** max(round(-math.log2(float(xp.finfo(x.dtype).eps))) - 7, 0) + 1)
    return shifted - (shifted - x)


@of_frequencies("exponent-m-over-d", "Uses base^(−m/d): counts pairs instead of features.")
def frequencies_exponent_m_over_d(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return frequencies(dim, base=math.sqrt(base), **like)


@of_frequencies(
    "exponent-d-minus-2",
    "Lets the exponent run to −1 at the last pair, like a linspace that includes its end.",
)
def frequencies_exponent_d_minus_2(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return frequencies(dim, base=base ** (dim / (dim - 2)) if dim > 2 else base, **like)


@of_frequencies("from-one", "Counts pairs from 1, so that the highest frequency is 1/β.")
def frequencies_from_one(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return frequencies(dim, base=base, **like) * base ** (-2 / dim)


@of_frequencies(
    "bfloat16-table",
    "Casts the module to bfloat16, buffers included, so the frequencies are rounded to eight bits.",
    reference="gpt-neox#1003",
)
def frequencies_bfloat16(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return _to_bfloat16(frequencies(dim, base=base, **like))


@of_angles(
    "bfloat16-positions",
    "Makes positions in the model's bfloat16, where integers above 256 merge.",
    reference="transformers#28685",
)
def angles_bfloat16_positions(positions: Any, frequencies: Any, /) -> Any:
    xp = _libraries.array_namespace(positions, frequencies)
    return angles(_to_bfloat16(xp.astype(positions, frequencies.dtype)), frequencies)


@of_angles(
    "bfloat16-angles",
    "Multiplies positions and frequencies under autocast, in half precision.",
    reference="transformers#25681",
)
def angles_bfloat16(positions: Any, frequencies: Any, /) -> Any:
    return _to_bfloat16(angles(positions, frequencies))


@of_angles("positions-from-one", "Counts positions from 1.")
def angles_from_one(positions: Any, frequencies: Any, /) -> Any:
    return angles(positions + 1, frequencies)


@of_sinusoidal(
    "sine-first",
    "Puts the sine first, as the first Transformer does.",
    reference="flashinfer PR#3819",
    told={
        "sine-first": "Puts the cosine first, where the sine is meant to be first.",
        "sin-cos-halves": "Puts the cosines in the first half and the sines in the second: [cos, sin], the "
        "halves exchanged.",
    },
)
def sinusoidal_sine_first(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    xp = _libraries.array_namespace(positions)
    table = sinusoidal(positions, dim=dim, base=base, dtype=dtype)
    pairs = xp.reshape(table, (*positions.shape, dim // 2, 2))
    return xp.reshape(xp.flip(pairs, axis=-1), table.shape)


@of_sinusoidal("positions-from-one", "Counts positions from 1.")
def sinusoidal_from_one(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    return sinusoidal(positions + 1, dim=dim, base=base, dtype=dtype)


@of_sinusoidal(
    "half-layout",
    "Concatenates all cosines and all sines, as half-split code does, instead of placing them side by side.",
)
def sinusoidal_half(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    table = sinusoidal(positions, dim=dim, base=base, dtype=dtype)
    return convert_layout(table, source="interleaved", target="half")


@of_sinusoidal("exponent-index", "Uses base^(−(feature)/d) for every feature, 2m+1 included.")
def sinusoidal_exponent_index(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    xp = _libraries.array_namespace(positions)
    cosines = sinusoidal(positions, dim=2 * dim, base=base, dtype=dtype)[..., 0::4]
    sines = sinusoidal(positions, dim=2 * dim, base=base, dtype=dtype)[..., 3::4]
    return xp.reshape(xp.stack([cosines, sines], axis=-1), (*positions.shape, dim))


@of_period("radians", "Returns 1/ω: takes the frequency to be in turns per position, not radians.")
def period_radians(frequencies: Any, /) -> Any:
    return period(frequencies) / (2 * math.pi)


@of_mixed_radix_frequencies(
    "product-off-by-one", "Starts the product one base early, so that ω_0 = 1/b_1 instead of 1."
)
def mixed_radix_frequencies_off_by_one(bases: Any, /, **like: Any) -> Any:
    table = mixed_radix_frequencies(bases, **like)
    return _libraries.array_namespace(table).concat([table[1:], table[-1:]])


@of_frequencies(
    "exponent-4m-over-d",
    "Divides even numbers by d/2: the exponent is twice what it should be, 4m/d, and the base "
    "counts squared.",
)
def frequencies_twice(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return frequencies(dim, base=base**2, **like)


@of_frequencies("odd-features", "Counts odd features: base^(−(2m+1)/d), half a step below each pair.")
def frequencies_odd(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return frequencies(dim, base=base, **like) * base ** (-1 / dim)


@of_frequencies(
    "growing",
    "Forgets the minus of the exponent, or the reciprocal of the table: base^(+2m/d).",
    reference="annotated_deep_learning_paper_implementations#313",
)
def frequencies_growing(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return 1 / frequencies(dim, base=base, **like)


@of_frequencies("default-base", "Keeps the usual base 10000 whatever the configuration says.")
def frequencies_default_base(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return frequencies(dim, **like)


@of_frequencies(
    "decimal-logarithm", "Uses the logarithm to base 10 of the base, log10 instead of ln, in exp(−2m ln B/d)."
)
def frequencies_decimal(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return frequencies(dim, base=math.exp(math.log10(base)), **like)


@of_frequencies(
    "integer-exponent", "Divides the exponent with //, which floors it to an integer: all frequencies are 1."
)
def frequencies_integer_exponent(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    table = frequencies(dim, base=base, **like)
    return _libraries.array_namespace(table).ones_like(table)


@of_frequencies(
    "floored-logarithm",
    "Floors ln B/d by precedence: exp(2m · (−ln B/d // 1)) has a whole exponent.",
    reference="LoFTR#41",
)
def frequencies_floored_logarithm(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    table = frequencies(dim, base=base, **like)
    xp, step = _libraries.array_namespace(table), -math.log(base) / dim // 1
    powers = [math.exp(2 * m * step) for m in range(dim // 2)]
    return xp.asarray(powers, dtype=table.dtype, device=_libraries.device(table))


@of_angles("divides", "Divides positions by the table: periods, or base^(2m/d), were meant to be in it.")
def angles_divides(positions: Any, frequencies: Any, /) -> Any:
    return angles(positions, 1 / frequencies)


@of_angles("turns", "Multiplies by 2π: takes frequencies to be in turns per position, not radians.")
def angles_turns(positions: Any, frequencies: Any, /) -> Any:
    return angles(positions, frequencies) * (2 * math.pi)


@of_angles("reduced", "Reduces the angles modulo 2π, with a rounded 2π.")
def angles_reduced(positions: Any, frequencies: Any, /) -> Any:
    found = angles(positions, frequencies)
    return _libraries.array_namespace(found).remainder(found, 2 * math.pi)


@of_angles(
    "bfloat16-frequencies",
    "Casts the frequencies to bfloat16 before the product, so that every angle is off by up to 0.4 %.",
    reference="sglang-jax#1472",
)
def angles_bfloat16_frequencies(positions: Any, frequencies: Any, /) -> Any:
    return angles(positions, _to_bfloat16(frequencies))


@of_sinusoidal("exponent-m-over-d", "Uses base^(−m/d): counts pairs instead of features, √B instead of B.")
def sinusoidal_exponent_m_over_d(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    return sinusoidal(positions, dim=dim, base=math.sqrt(base), dtype=dtype)


@of_sinusoidal(
    "exponent-d-minus-2", "Divides by d/2 − 1 pairs, so that the last frequency is 1/B: base^(−2m/(d−2))."
)
def sinusoidal_exponent_d_minus_2(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    return sinusoidal(positions, dim=dim, base=base ** (dim / (dim - 2)) if dim > 2 else base, dtype=dtype)


@of_sinusoidal("default-base", "Keeps the usual base 10000 whatever the configuration says.")
def sinusoidal_default_base(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    return sinusoidal(positions, dim=dim, dtype=dtype)


@of_sinusoidal(
    "decimal-logarithm", "Uses the logarithm to base 10 of the base, log10 instead of ln, in exp(−2m ln B/d)."
)
def sinusoidal_decimal(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    return sinusoidal(positions, dim=dim, base=math.exp(math.log10(base)), dtype=dtype)


def _every_feature(positions: Any, dim: int, base: float, dtype: Any, *, doubled: bool = False) -> Any:
    """Sines of base^(−2m/d) and cosines of base^(−(2m+1)/d), or with exponents that are doubled."""
    table = sinusoidal(positions, dim=2 * dim, base=base**2 if doubled else base, dtype=dtype)
    xp = _libraries.array_namespace(table)
    pairs = xp.stack([table[..., 2::4], table[..., 1::4]], axis=-1)
    return xp.reshape(pairs, (*positions.shape, dim))


@of_sinusoidal(
    "exponent-index-sine-first",
    "Uses base^(−i/d) for every feature i, where sines are the even ones: cosines get base^(−(2m+1)/d).",
)
def sinusoidal_exponent_index_sine_first(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    return _every_feature(positions, dim, base, dtype)


@of_sinusoidal(
    "exponent-index-doubled",
    "Uses base^(−2i/d) for every feature i, not for every pair, where sines are the even ones.",
    reference="DeepCTR#379",
)
def sinusoidal_exponent_index_doubled(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    return _every_feature(positions, dim, base, dtype, doubled=True)


@of_sinusoidal(
    "even-sine",
    "Takes the sine of |n|: positions before 0 get the sines of those after it.",
    reference="speechbrain#3070",
)
def sinusoidal_even_sine(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    size = _libraries.array_namespace(positions).abs(positions)
    return sinusoidal(size, dim=dim, base=base, dtype=dtype)


@of_sinusoidal("only-sines", "Puts the sine in both places of a pair: no cosine, twice the sine.")
def sinusoidal_only_sines(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    table = sinusoidal(positions, dim=dim, base=base, dtype=dtype)
    return _libraries.array_namespace(table).repeat(table[..., 1::2], 2, axis=-1)


@of_period("half-turn", "Gives π/ω, the positions of half a turn.")
def period_half_turn(frequencies: Any, /) -> Any:
    return period(frequencies) / 2


@of_period("inverted", "Returns ω/2π, the turns per position: the reciprocal of the period.")
def period_inverted(frequencies: Any, /) -> Any:
    return frequencies / (2 * math.pi)


@of_period("multiplies", "Multiplies 2π by ω instead of dividing by it.")
def period_multiplies(frequencies: Any, /) -> Any:
    return 2 * math.pi * frequencies


@of_mixed_radix_frequencies("sums", "Adds the bases, 1/(1 + b_1 + ⋯ + b_m), instead of multiplying them.")
def mixed_radix_frequencies_sums(bases: Any, /, **like: Any) -> Any:
    table = mixed_radix_frequencies(bases, **like)
    sums = [1 / (1.0 + math.fsum(bases[:m])) for m in range(len(bases) + 1)]
    xp = _libraries.array_namespace(table)
    return xp.asarray(sums, dtype=table.dtype, device=_libraries.device(table))


@of_mixed_radix_frequencies("growing", "Gives the products b_1⋯b_m, not their reciprocals.")
def mixed_radix_frequencies_growing(bases: Any, /, **like: Any) -> Any:
    return 1 / mixed_radix_frequencies(bases, **like)


@of_mixed_radix_frequencies(
    "bases-reversed", "Takes the bases in reading order, the most significant first: reversed."
)
def mixed_radix_frequencies_reversed(bases: Any, /, **like: Any) -> Any:
    return mixed_radix_frequencies(list(bases)[::-1], **like)
