"""How people get rope wrong."""

import math
from collections.abc import Callable
from typing import Any

import array_api_compat

from ....rope import (
    angles,
    attention_scores,
    convert_layout,
    digits,
    dynamic_ntk,
    frequencies,
    from_digits,
    interpolate,
    llama3,
    log_n_scale,
    mixed_radix_digits,
    mixed_radix_frequencies,
    ntk_base,
    ntk_scale,
    period,
    range_of,
    rotate,
    rotation_matrix,
    sinusoidal,
    yarn,
    yarn_scale,
)
from ...language.mistake import mistake

_NEIGHBOURS = "Pairs neighbours, which is the interleaved layout, where this convention pairs halves."
_HALVES = "Pairs halves, component i with i + d/2, where this convention pairs neighbours."
_LEAST_FIRST = (
    "Takes the least significant digit first, where this convention has the most significant first."
)


def _to_bfloat16(x: Any) -> Any:
    """x with eight significant bits, in its own dtype (Veltkamp's splitting)."""
    xp = array_api_compat.array_namespace(x)
    shifted = x * float(2 ** max(round(-math.log2(float(xp.finfo(x.dtype).eps))) - 7, 0) + 1)
    return shifted - (shifted - x)


@mistake(
    "rope.digits",
    "most-significant-first",
    "Writes digits in reading order, while frequencies start with the fastest.",
    told={"big-endian": _LEAST_FIRST},
)
def digits_most_significant_first(n: Any, /, *, base: int, count: int) -> Any:
    return array_api_compat.array_namespace(n).flip(digits(n, base=base, count=count), axis=-1)


@mistake(
    "rope.digits",
    "float-quotient",
    "Takes ⌊n·base^(−m)⌋ in floating point, as angles are computed, and loses exact quotients.",
)
def digits_float_quotient(n: Any, /, *, base: int, count: int) -> Any:
    xp = array_api_compat.array_namespace(n)
    found = [xp.floor(xp.astype(n, xp.float64) * float(base) ** -m) % base for m in range(count)]
    return xp.astype(xp.stack(found, axis=-1), n.dtype)


@mistake("rope.digits", "no-remainder", "Leaves quotients unreduced, as the angles nω are left unreduced.")
def digits_no_remainder(n: Any, /, *, base: int, count: int) -> Any:
    xp = array_api_compat.array_namespace(n)
    quotients = [n]
    for _ in range(count - 1):
        quotients.append(quotients[-1] // base)
    return xp.stack(quotients, axis=-1)


@mistake(
    "rope.from_digits",
    "most-significant-first",
    "Reads digits in writing order.",
    told={"big-endian": _LEAST_FIRST},
)
def from_digits_most_significant_first(digits: Any, /, *, base: int) -> Any:
    return from_digits(array_api_compat.array_namespace(digits).flip(digits, axis=-1), base=base)


@mistake(
    "rope.mixed_radix_digits",
    "product-off-by-one",
    "Divides digit m by b_1⋯b_{m+1}: the first product is taken to be b_1 instead of 1.",
)
def mixed_radix_digits_off_by_one(n: Any, /, *, bases: Any) -> Any:
    found, quotient = [], n
    for base in bases:
        quotient = quotient // base
        found.append(quotient % base)
    return array_api_compat.array_namespace(n).stack(found, axis=-1)


@mistake(
    "rope.mixed_radix_digits",
    "truncates",
    "Divides towards zero as C does, so that negative numbers get negative digits.",
)
def mixed_radix_digits_truncates(n: Any, /, *, bases: Any) -> Any:
    xp = array_api_compat.array_namespace(n)
    size = mixed_radix_digits(xp.abs(n), bases=bases)
    return xp.where(xp.expand_dims(n < 0, axis=-1), -size, size)


@mistake("rope.range_of", "largest-number", "Gives the largest number, base^digits − 1, for the count.")
def range_of_largest_number(base: float, /, *, digits: int) -> float:
    return range_of(base, digits=digits) - 1


@mistake("rope.rebase", "digit-base", "Multiplies B by k^(2/d) (here d = 128), which is for β = B^(2/d).")
def rebase_digit_base(base: float, /, *, factor: float) -> float:
    return float(base * factor ** (2 / 128))


@mistake("rope.frequencies", "exponent-m-over-d", "Uses base^(−m/d): pairs are counted, features meant.")
def frequencies_exponent_m_over_d(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return frequencies(dim, base=math.sqrt(base), **like)


@mistake(
    "rope.frequencies",
    "exponent-d-minus-2",
    "Lets the exponent run to −1 at the last pair, like a linspace that includes its end.",
)
def frequencies_exponent_d_minus_2(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return frequencies(dim, base=base ** (dim / (dim - 2)) if dim > 2 else base, **like)


@mistake("rope.frequencies", "from-one", "Counts pairs from 1, so that the highest frequency is 1/β.")
def frequencies_from_one(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return frequencies(dim, base=base, **like) * base ** (-2 / dim)


@mistake(
    "rope.frequencies",
    "bfloat16-table",
    "Casts the module to bfloat16, buffers included, so the frequencies are rounded to eight bits.",
    reference="gpt-neox#1003",
)
def frequencies_bfloat16(dim: int, /, *, base: float = 10000.0, **like: Any) -> Any:
    return _to_bfloat16(frequencies(dim, base=base, **like))


@mistake(
    "rope.angles",
    "bfloat16-positions",
    "Makes positions in the model's bfloat16, where integers above 256 merge.",
    reference="transformers#28685",
)
def angles_bfloat16_positions(positions: Any, frequencies: Any, /) -> Any:
    xp = array_api_compat.array_namespace(positions, frequencies)
    return angles(_to_bfloat16(xp.astype(positions, frequencies.dtype)), frequencies)


@mistake(
    "rope.angles",
    "bfloat16-angles",
    "Multiplies positions and frequencies under autocast, in half precision.",
    reference="transformers#25681",
)
def angles_bfloat16(positions: Any, frequencies: Any, /) -> Any:
    return _to_bfloat16(angles(positions, frequencies))


@mistake("rope.angles", "positions-from-one", "Counts positions from 1.")
def angles_from_one(positions: Any, frequencies: Any, /) -> Any:
    return angles(positions + 1, frequencies)


@mistake(
    "rope.sinusoidal",
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
    xp = array_api_compat.array_namespace(positions)
    table = sinusoidal(positions, dim=dim, base=base, dtype=dtype)
    pairs = xp.reshape(table, (*positions.shape, dim // 2, 2))
    return xp.reshape(xp.flip(pairs, axis=-1), table.shape)


@mistake("rope.sinusoidal", "positions-from-one", "Counts positions from 1.")
def sinusoidal_from_one(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    return sinusoidal(positions + 1, dim=dim, base=base, dtype=dtype)


@mistake(
    "rope.sinusoidal",
    "half-layout",
    "Concatenates all cosines and all sines, as half-split code does, instead of placing them side by side.",
)
def sinusoidal_half(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    table = sinusoidal(positions, dim=dim, base=base, dtype=dtype)
    return convert_layout(table, source="interleaved", target="half")


@mistake("rope.sinusoidal", "exponent-index", "Uses base^(−(feature)/d) for every feature, 2m+1 included.")
def sinusoidal_exponent_index(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    xp = array_api_compat.array_namespace(positions)
    cosines = sinusoidal(positions, dim=2 * dim, base=base, dtype=dtype)[..., 0::4]
    sines = sinusoidal(positions, dim=2 * dim, base=base, dtype=dtype)[..., 3::4]
    return xp.reshape(xp.stack([cosines, sines], axis=-1), (*positions.shape, dim))


@mistake("rope.period", "radians", "Gives 1/ω: takes the frequency for turns, not radians, a position.")
def period_radians(frequencies: Any, /) -> Any:
    return period(frequencies) / (2 * math.pi)


@mistake(
    "rope.mixed_radix_frequencies",
    "product-off-by-one",
    "Starts the product one base early, so that ω_0 = 1/b_1 instead of 1.",
)
def mixed_radix_frequencies_off_by_one(bases: Any, /, **like: Any) -> Any:
    table = mixed_radix_frequencies(bases, **like)
    return array_api_compat.array_namespace(table).concat([table[1:], table[-1:]])


@mistake(
    "rope.rotate",
    "wrong-sign",
    "Rotates by −θ: the rotation matrix was transposed; relative scores survive, absolute ones do not.",
)
def rotate_wrong_sign(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    return rotate(x, -angles, layout=layout)


@mistake(
    "rope.rotate",
    "layouts-swapped",
    "Rotates half-split pairs in interleaved features and conversely: weights of one library in another.",
    told=dict.fromkeys(("half-split", "tables", "half-tables", "bhsd", "bshd"), _NEIGHBOURS)
    | dict.fromkeys(("pairs", "freqs-cis"), _HALVES),
)
def rotate_layouts_swapped(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    return rotate(x, angles, layout="half" if layout == "interleaved" else "interleaved")


@mistake(
    "rope.rotate",
    "reflection",
    "Loses the minus of the first row and puts it into the second: norms survive.",
)
def rotate_reflection(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    xp = array_api_compat.array_namespace(x, angles)
    pairs = convert_layout(x, source=layout, target="half")
    half = x.shape[-1] // 2
    flipped = xp.concat([pairs[..., :half], -pairs[..., half:]], axis=-1)
    return convert_layout(rotate(flipped, angles, layout="half"), source="half", target=layout)


@mistake("rope.rotate", "lost-sign", "Swaps the members of a pair without the minus: (−b, a) became (b, a).")
def rotate_lost_sign(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    xp = array_api_compat.array_namespace(x, angles)
    pairs = convert_layout(x, source=layout, target="half")
    a, b = pairs[..., : x.shape[-1] // 2], pairs[..., x.shape[-1] // 2 :]
    cos, sin = xp.cos(angles), xp.sin(angles)
    turned = xp.concat([a * cos + b * sin, b * cos + a * sin], axis=-1)
    return convert_layout(turned, source="half", target=layout)


@mistake(
    "rope.rotate",
    "angles-from-the-left",
    "Expands the angles before the wrong axis: those of positions meet the heads, where there are as many.",
)
def rotate_angles_from_the_left(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    missing = (1,) * max(x.ndim - angles.ndim, 0)
    shape = (*angles.shape[:-1], *missing, angles.shape[-1])
    return rotate(x, array_api_compat.array_namespace(x).reshape(angles, shape), layout=layout)


@mistake("rope.convert_layout", "inverse", "Permutes the other way round: gathers where it should scatter.")
def convert_layout_inverse(x: Any, /, *, source: Any, target: Any) -> Any:
    return convert_layout(x, source=target, target=source)


@mistake(
    "rope.rotation_matrix",
    "transposed",
    "Writes the matrix for row vectors.",
    told={"row-vectors": "Writes the matrix for column vectors, Rx, where this convention turns rows, xR."},
)
def rotation_matrix_transposed(angles: Any, /) -> Any:
    return rotation_matrix(-angles)


@mistake(
    "rope.rotation_matrix",
    "axes-from-the-left",
    "Counts the new axes from the front, which is right for a table of positions and pairs alone.",
)
def rotation_matrix_axes_from_the_left(angles: Any, /) -> Any:
    xp = array_api_compat.array_namespace(angles)
    cos, sin = xp.cos(angles), xp.sin(angles)
    return xp.stack([xp.stack([cos, -sin], axis=2), xp.stack([sin, cos], axis=2)], axis=2)


@mistake(
    "rope.attention_scores",
    "conjugate-keys",
    "Turns keys the other way, so that scores depend on the sum of the positions.",
)
def attention_scores_conjugate(q: Any, k: Any, i: Any, j: Any, frequencies: Any, /, **options: Any) -> Any:
    return attention_scores(q, k, i, -j, frequencies, **options)


@mistake(
    "rope.attention_scores",
    "relative-position-negated",
    "Turns keys by i − j relative to queries instead of j − i.",
)
def attention_scores_negated(q: Any, k: Any, i: Any, j: Any, frequencies: Any, /, **options: Any) -> Any:
    return attention_scores(q, k, i, j, -frequencies, **options)


@mistake(
    "rope.attention_scores",
    "keys-from-zero",
    "Counts the positions of the keys at hand from zero, though a cache dropped or already turned others.",
)
def attention_scores_keys_from_zero(
    q: Any, k: Any, i: Any, j: Any, frequencies: Any, /, **options: Any
) -> Any:
    return attention_scores(q, k, i, j - j[..., :1], frequencies, **options)


@mistake(
    "rope.attention_scores",
    "bfloat16-angles",
    "Forms the angles of both sides in half precision, so that large positions lose their difference.",
    reference="transformers#25681",
)
def attention_scores_bfloat16(
    q: Any, k: Any, i: Any, j: Any, frequencies: Any, /, *, layout: Any = "interleaved"
) -> Any:
    xp = array_api_compat.array_namespace(q, k)
    queries = rotate(q, _to_bfloat16(angles(i, frequencies)), layout=layout)
    keys = rotate(k, _to_bfloat16(angles(j, frequencies)), layout=layout)
    return xp.matmul(queries, xp.matrix_transpose(keys))


@mistake("rope.interpolate", "multiplies", "Multiplies positions by the factor that should compress them.")
def interpolate_multiplies(positions: Any, /, *, factor: float, dtype: Any = None) -> Any:
    xp = array_api_compat.array_namespace(positions)
    return xp.astype(positions, positions.dtype if dtype is None else dtype) * factor


@mistake(
    "rope.interpolate",
    "float32-by-default",
    "Gives float32 where no dtype is asked for, whatever the positions have: the default of a library.",
    only="float64",
)
def interpolate_float32(positions: Any, /, *, factor: float, dtype: Any = None) -> Any:
    xp = array_api_compat.array_namespace(positions)
    return interpolate(positions, factor=factor, dtype=xp.float32 if dtype is None else dtype)


@mistake("rope.ntk_scale", "exponent-2-over-d", "Takes k^(2/d), the scale of β that makes the range k times.")
def ntk_scale_exponent(factor: float, /, *, dim: int) -> float:
    return ntk_scale(factor, dim=dim + 2)


@mistake("rope.ntk_base", "base-times-factor", "Multiplies the base by k instead of k^(d/(d−2)).")
def ntk_base_times_factor(base: float, /, *, factor: float, dim: int) -> float:
    return base * factor


@mistake("rope.ntk_base", "scale-of-beta", "Multiplies B by λ = k^(2/(d−2)), which belongs to β.")
def ntk_base_scale_of_beta(base: float, /, *, factor: float, dim: int) -> float:
    return base * ntk_scale(factor, dim=dim)


@mistake(
    "rope.dynamic_ntk",
    "active-below-training-length",
    "Omits the maximum with 1, so that short sequences get a smaller base.",
    reference="vllm#52665",
)
def dynamic_ntk_active_below(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    scale = factor * length / train_length - (factor - 1)
    shrunk = max(base * max(scale, 1e-9) ** (dim / (dim - 2)), 1.0001)
    return frequencies(dim, base=shrunk, **like)


@mistake(
    "rope.dynamic_ntk",
    "factor-times-ratio",
    "Scales by k·n/L without subtracting k − 1, so that the map jumps at the training length.",
)
def dynamic_ntk_factor_times_ratio(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    if length <= train_length:
        return frequencies(dim, base=base, **like)
    return frequencies(dim, base=ntk_base(base, factor=factor * length / train_length, dim=dim), **like)


@mistake(
    "rope.dynamic_ntk",
    "plain-at-one",
    "Takes k = 1 for no extension at all, but the base then still grows with n/L.",
)
def dynamic_ntk_plain_at_one(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    present = min(length, train_length) if factor == 1 else length
    return dynamic_ntk(present, dim=dim, train_length=train_length, factor=factor, base=base, **like)


_longest: dict[float, float] = {}


@mistake(
    "rope.dynamic_ntk",
    "remembers-the-longest",
    "Caches the frequencies of the longest sequence seen and never resets them.",
    reference="transformers#46624",
)
def dynamic_ntk_history(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    _longest[train_length] = max(length, _longest.get(train_length, 0.0))
    return dynamic_ntk(
        _longest[train_length], dim=dim, train_length=train_length, factor=factor, base=base, **like
    )


@mistake("rope.yarn", "ramp-inverted", "Interpolates the fast pairs and keeps the slow ones.")
def yarn_ramp_inverted(
    dim: int, /, *, factor: float, base: float = 10000.0, xp: Any, dtype: Any, device: Any, **options: Any
) -> Any:
    like = {"xp": xp, "dtype": dtype, "device": device}
    plain = frequencies(dim, base=base, **like)
    return plain * (1 + 1 / factor) - yarn(dim, factor=factor, base=base, **options, **like)


@mistake("rope.yarn", "ramps-confused", "Uses the common code's ramp for the paper's and conversely.")
def yarn_ramps_confused(dim: int, /, *, ramp: str = "paper", **options: Any) -> Any:
    return yarn(dim, ramp="code" if ramp == "paper" else "paper", **options)


def _code_ramp(ends: Callable[[float, float, int], tuple[float, float]]) -> Callable[..., Any]:
    """YaRN with other ends of the common code's ramp, made of the indices of `fast` and `slow` and d."""

    def changed(
        dim: int,
        /,
        *,
        train_length: float,
        factor: float,
        base: float = 10000.0,
        ramp: str = "paper",
        beta_slow: float = 1.0,
        beta_fast: float = 32.0,
        **like: Any,
    ) -> Any:
        options = {"train_length": train_length, "factor": factor, "base": base, **like}
        if ramp == "paper":
            return yarn(dim, beta_slow=beta_slow, beta_fast=beta_fast, **options)
        first, last = (
            dim * math.log(train_length / (2 * math.pi * turns)) / (2 * math.log(base))
            for turns in (beta_fast, beta_slow)
        )
        low, high = ends(first, last, dim)
        plain = frequencies(dim, base=base, **like)
        xp = array_api_compat.array_namespace(plain)
        kept = [1 - min(max((m - low) / (high - low), 0.0), 1.0) for m in range(dim // 2)]
        ratios = [gamma + (1 - gamma) / factor for gamma in kept]
        return plain * xp.asarray(ratios, dtype=plain.dtype, device=like.get("device"))

    return changed


@mistake(
    "rope.yarn", "no-rounding", "Leaves the ends of the index ramp unrounded, without floor and ceiling.",
    reference="keras-hub PR#2981",
)  # fmt: skip
def yarn_no_rounding(dim: int, /, **options: Any) -> Any:
    def ends(first: float, last: float, d: int) -> tuple[float, float]:
        low, high = max(first, 0), min(last, d - 1)
        return low, high + 0.001 * (low == high)

    return _code_ramp(ends)(dim, **options)


@mistake(
    "rope.yarn",
    "start-before-the-first",
    "Omits the maximum with 0, so that a ramp that starts before pair 0 no longer keeps it.",
)
def yarn_start_before(dim: int, /, **options: Any) -> Any:
    def ends(first: float, last: float, d: int) -> tuple[float, float]:
        low, high = math.floor(first), min(math.ceil(last), d - 1)
        return low, high + 0.001 * (low == high)

    return _code_ramp(ends)(dim, **options)


@mistake(
    "rope.yarn",
    "end-beyond-the-last",
    "Omits the minimum with d − 1 (itself twice the last pair), so that a long ramp is not cut.",
)
def yarn_end_beyond(dim: int, /, **options: Any) -> Any:
    def ends(first: float, last: float, d: int) -> tuple[float, float]:
        low, high = max(math.floor(first), 0), math.ceil(last)
        return low, high + 0.001 * (low == high)

    return _code_ramp(ends)(dim, **options)


@mistake(
    "rope.yarn",
    "equal-ends-apart",
    "Parts equal ends by 1, not 0.001: the ramp of a length that no pair turns is one pair wide.",
)
def yarn_equal_ends_apart(dim: int, /, **options: Any) -> Any:
    def ends(first: float, last: float, d: int) -> tuple[float, float]:
        low, high = max(math.floor(first), 0), min(math.ceil(last), d - 1)
        return (low - 1, high) if low == high else (low, high)

    return _code_ramp(ends)(dim, **options)


@mistake(
    "rope.yarn",
    "features-for-pairs",
    "Runs the index ramp over features, twice the index of the pair (2m for m): it ends too early.",
)
def yarn_features_for_pairs(dim: int, /, **options: Any) -> Any:
    def ends(first: float, last: float, d: int) -> tuple[float, float]:
        low, high = max(math.floor(first), 0), min(math.ceil(last), d - 1)
        return low / 2, (high + 0.001 * (low == high)) / 2

    return _code_ramp(ends)(dim, **options)


@mistake("rope.yarn_scale", "no-one", "Omits the 1 of 0.1 ln k + 1.")
def yarn_scale_no_one(factor: float, /) -> float:
    return yarn_scale(factor) - 1


@mistake("rope.yarn_scale", "squared", "Gives 1/t, for scores, where √(1/t), for queries and keys, is meant.")
def yarn_scale_squared(factor: float, /) -> float:
    return yarn_scale(factor) ** 2


@mistake("rope.yarn", "code-by-default", "Follows the common code where the paper is meant by default.")
def yarn_code_by_default(dim: int, /, *, ramp: Any = "code", **options: Any) -> Any:
    return yarn(dim, ramp=ramp, **options)


@mistake("rope.llama3", "bands-swapped", "Divides short wavelengths and keeps long ones: λ was taken for ω.")
def llama3_bands_swapped(
    dim: int, /, *, factor: float, base: float = 500000.0, xp: Any, dtype: Any, device: Any, **options: Any
) -> Any:
    like = {"xp": xp, "dtype": dtype, "device": device}
    plain = frequencies(dim, base=base, **like)
    return plain * (1 + 1 / factor) - llama3(dim, factor=factor, base=base, **options, **like)


@mistake("rope.llama3", "default-base", "Keeps RoPE's usual base 10000 whatever the configuration says.")
def llama3_default_base(dim: int, /, *, base: float = 500000.0, **options: Any) -> Any:
    return llama3(dim, base=10000.0, **options)


@mistake("rope.llama3", "no-middle-band", "Switches at one wavelength, without the smooth middle band.")
def llama3_no_middle_band(
    dim: int, /, *, low_freq_factor: float = 1.0, high_freq_factor: float = 4.0, **options: Any
) -> Any:
    edge = high_freq_factor * (1 - 1e-9)
    return llama3(dim, low_freq_factor=edge, high_freq_factor=high_freq_factor, **options)


@mistake("rope.log_n_scale", "not-clipped", "Omits the maximum with 1, so that short contexts are flattened.")
def log_n_scale_not_clipped(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    return log_n_scale(n, train_length=train_length, clip=False, dtype=dtype)


@mistake(
    "rope.log_n_scale",
    "float32-by-default",
    "Gives float32 where no dtype is asked for, whatever the lengths have: the default of a library.",
    only="float64",
)
def log_n_scale_float32(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    xp = array_api_compat.array_namespace(n)
    return log_n_scale(n, train_length=train_length, clip=clip, dtype=xp.float32 if dtype is None else dtype)


@mistake("rope.log_n_scale", "inverted", "Divides ln L by ln n: the entropy was to be kept, not the score.")
def log_n_scale_inverted(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    return 1 / log_n_scale(n, train_length=train_length, clip=clip, dtype=dtype)
