"""How people get longer contexts wrong."""

import math
from typing import Any

import array_api_compat

from ....rope import (
    dynamic_ntk,
    frequencies,
    interpolate,
    llama3,
    log_n_scale,
    ntk_base,
    ntk_scale,
    rebase,
    yarn,
    yarn_scale,
)
from ...language.mistake import mistake
from .mistakes import _code_ramp


@mistake("rope.interpolate", "floored", "Floors the quotient to whole positions, // for /.")
def interpolate_floored(positions: Any, /, *, factor: float, dtype: Any = None) -> Any:
    found = interpolate(positions, factor=factor, dtype=dtype)
    return array_api_compat.array_namespace(found).floor(found)


@mistake("rope.interpolate", "positions-from-one", "Counts positions from 1: (n + 1)/k.")
def interpolate_from_one(positions: Any, /, *, factor: float, dtype: Any = None) -> Any:
    return interpolate(positions, factor=factor, dtype=dtype) + 1 / factor


@mistake("rope.ntk_scale", "of-the-base", "Gives k^(d/(d−2)), the factor of the base B, for that of β.")
def ntk_scale_of_the_base(factor: float, /, *, dim: int) -> float:
    return factor * ntk_scale(factor, dim=dim)


@mistake("rope.ntk_scale", "pairs-for-features", "Gives k^(1/(d−2)): half the exponent, a root of λ.")
def ntk_scale_root(factor: float, /, *, dim: int) -> float:
    return math.sqrt(ntk_scale(factor, dim=dim))


@mistake(
    "rope.ntk_base", "exponent-inverted", "Turns the fraction of the exponent upside down: B k^((d−2)/d)."
)
def ntk_base_inverted(base: float, /, *, factor: float, dim: int) -> float:
    return float(base * factor ** ((dim - 2) / dim))


@mistake("rope.ntk_base", "power-of-both", "Raises base and factor to the power, (B k)^(d/(d−2)).")
def ntk_base_power_of_both(base: float, /, *, factor: float, dim: int) -> float:
    return ntk_base(base, factor=factor, dim=dim) * float(base ** (2 / (dim - 2)))


@mistake("rope.rebase", "divides", "Divides the base by the factor, B/k, as positions are divided.")
def rebase_divides(base: float, /, *, factor: float) -> float:
    return base / factor


@mistake("rope.rebase", "power", "Raises the base to the power of the factor, B^k.")
def rebase_power(base: float, /, *, factor: float) -> float:
    return float(base**factor) if factor * math.log(base) < 700 else math.inf


@mistake("rope.rebase", "ntk", "Multiplies B by k^(d/(d−2)) (here d = 128), as NTK-aware scaling does.")
def rebase_ntk(base: float, /, *, factor: float) -> float:
    return rebase(base, factor=factor) * factor ** (2 / 126)


def _dynamic(scale: float, dim: int, base: float, exponent: float, like: Any) -> Any:
    """The frequencies of a scaled base, which must stay above 1."""
    return frequencies(dim, base=max(base * max(scale, 1e-9) ** exponent, 1.0001), **like)


@mistake(
    "rope.dynamic_ntk",
    "parenthesis-lost",
    "Loses the parenthesis of (k − 1): scales by k·n/L − k − 1, by precedence.",
)
def dynamic_ntk_parenthesis(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    if length <= train_length:
        return frequencies(dim, base=base, **like)
    scale = max(factor * length / train_length - factor - 1, 1e-3)
    return _dynamic(scale, dim, base, dim / (dim - 2), like)


@mistake(
    "rope.dynamic_ntk",
    "exponent-inverted",
    "Turns the fraction of the exponent upside down: (d−2)/d for d/(d−2).",
)
def dynamic_ntk_exponent_inverted(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    scale = max(factor * length / train_length - (factor - 1), 1.0)
    return _dynamic(scale, dim, base, (dim - 2) / dim, like)


@mistake(
    "rope.dynamic_ntk",
    "static",
    "Scales by the factor at once, whatever the length is: NTK-aware scaling that is not dynamic.",
)
def dynamic_ntk_static(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    return frequencies(dim, base=ntk_base(base, factor=factor, dim=dim), **like)


@mistake(
    "rope.dynamic_ntk",
    "always-plain",
    "Never scales: plain frequencies at every length, which is read from a wrong axis.",
    reference="mlx-lm PR#1553",
)
def dynamic_ntk_always_plain(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    return frequencies(dim, base=base, **like)


@mistake(
    "rope.dynamic_ntk", "factor-two", "Has the factor 2 in the code and ignores the factor given.",
    reference="mlx-lm#1545",
)  # fmt: skip
def dynamic_ntk_factor_two(length: float, /, *, factor: float, **options: Any) -> Any:
    return dynamic_ntk(length, factor=2.0, **options)


@mistake("rope.yarn", "extended-length", "Counts turns within the extended length, k L for L.")
def yarn_extended_length(dim: int, /, *, train_length: float, factor: float, **options: Any) -> Any:
    return yarn(dim, train_length=train_length * factor, factor=factor, **options)


@mistake("rope.yarn", "radians", "Takes radians for turns: Lω without 2π, in the ends of the ramp.")
def yarn_radians(dim: int, /, *, train_length: float, **options: Any) -> Any:
    return yarn(dim, train_length=train_length * 2 * math.pi, **options)


@mistake(
    "rope.yarn",
    "wavelengths",
    "Interpolates wavelengths instead of frequencies between the ends of the paper's ramp: a harmonic mean.",
)
def yarn_wavelengths(
    dim: int, /, *, factor: float, base: float = 10000.0, ramp: Any = "paper",
    xp: Any = None, dtype: Any = None, device: Any = None, **options: Any,
) -> Any:  # fmt: skip
    like = {"xp": xp, "dtype": dtype, "device": device}
    right = yarn(dim, factor=factor, base=base, ramp=ramp, **options, **like)
    if ramp == "code" or factor == 1:
        return right
    plain = frequencies(dim, base=base, **like)
    kept = (right / plain - 1 / factor) / (1 - 1 / factor)
    return plain / (kept + (1 - kept) * factor)


@mistake("rope.yarn_scale", "decimal-logarithm", "Takes the logarithm to base 10, log10 for ln.")
def yarn_scale_decimal(factor: float, /) -> float:
    return 0.1 * math.log10(factor) + 1


@mistake("rope.yarn_scale", "binary-logarithm", "Takes the logarithm to base 2, log2 for ln.")
def yarn_scale_binary(factor: float, /) -> float:
    return 0.1 * math.log2(factor) + 1


@mistake("rope.yarn_scale", "root", "Takes the root once more, for a scale of scores that is none.")
def yarn_scale_root(factor: float, /) -> float:
    return math.sqrt(yarn_scale(factor))


@mistake("rope.yarn_scale", "reciprocal", "Gives √t, the reciprocal: the temperature divides scores.")
def yarn_scale_reciprocal(factor: float, /) -> float:
    return 1 / yarn_scale(factor)


@mistake("rope.yarn_scale", "one-more", "Takes ln(k + 1), log1p for log, so that no extension scales too.")
def yarn_scale_one_more(factor: float, /) -> float:
    return yarn_scale(factor + 1)


@mistake(
    "rope.yarn_scale",
    "coefficient-scaled",
    "Takes the final scale for the coefficient of the logarithm, which then enters twice.",
    reference="TensorRT-LLM PR#16379",
)
def yarn_scale_log_twice(factor: float, /) -> float:
    return 0.1 * yarn_scale(factor) * math.log(factor) + 1


def _llama3(dim: int, middle: Any, options: Any) -> Any:
    """Llama 3.1 with another middle band: `middle(s, k)` is the ratio to the plain frequency, s unclipped."""
    factor, length = options["factor"], options["train_length"]
    low, high = options.get("low_freq_factor", 1.0), options.get("high_freq_factor", 4.0)
    like = {name: options[name] for name in ("xp", "dtype", "device") if name in options}
    plain = frequencies(dim, base=options.get("base", 500000.0), **like)
    xp = array_api_compat.array_namespace(plain)
    omega = [options.get("base", 500000.0) ** (-2 * m / dim) for m in range(dim // 2)]
    ramp = [(length * w / (2 * math.pi) - low) / (high - low) for w in omega]
    ratios = xp.asarray(
        [middle(s, factor) for s in ramp], dtype=plain.dtype, device=array_api_compat.device(plain)
    )
    return plain * ratios


def _banded(inside: Any) -> Any:
    """The bands kept and divided as they should be; `inside(s, k)` in the middle one."""
    return lambda s, k: 1.0 if s > 1 else 1 / k if s < 0 else inside(s, k)


@mistake(
    "rope.llama3", "smooth-reversed", "Has the smooth middle band the other way round: s for 1 − s, reversed."
)
def llama3_smooth_reversed(dim: int, /, **options: Any) -> Any:
    return _llama3(dim, _banded(lambda s, k: s / k + (1 - s)), options)


@mistake(
    "rope.llama3", "middle-band-kept", "Keeps the whole middle band as it was, without the smooth middle."
)
def llama3_middle_kept(dim: int, /, **options: Any) -> Any:
    return _llama3(dim, _banded(lambda s, k: 1.0), options)


@mistake(
    "rope.llama3",
    "linear-in-wavelength",
    "Makes the middle band linear in the wavelength, from the wrong end, where it is linear in the "
    "frequency.",
    reference="mlx-examples PR#907",
)
def llama3_wavelength(
    dim: int, /, *, low_freq_factor: float = 1.0, high_freq_factor: float = 4.0, **options: Any
) -> Any:
    low, high = low_freq_factor, high_freq_factor

    def inside(s: float, k: float) -> float:
        turns = low + s * (high - low)  # L/λ
        smooth = (1 / turns - 1 / high) / (1 / low - 1 / high)
        return 1 / ((1 - smooth) * k + smooth)

    ends = {"low_freq_factor": low, "high_freq_factor": high}
    return _llama3(dim, _banded(inside), {**options, **ends})


@mistake(
    "rope.llama3",
    "smooth-everywhere",
    "Applies the smooth formula to every band, not clipped to [0, 1] outside the middle.",
)
def llama3_smooth_everywhere(dim: int, /, **options: Any) -> Any:
    return _llama3(dim, lambda s, k: (1 - s) / k + s, options)


@mistake(
    "rope.llama3", "all-divided", "Divides every pair by the factor, as interpolation does, without bands."
)
def llama3_all_divided(dim: int, /, **options: Any) -> Any:
    return _llama3(dim, lambda s, k: 1 / k, options)


@mistake("rope.llama3", "radians", "Takes radians for turns: wavelengths 1/ω without 2π.")
def llama3_radians(dim: int, /, *, train_length: float, **options: Any) -> Any:
    return llama3(dim, train_length=train_length * 2 * math.pi, **options)


@mistake("rope.log_n_scale", "positions-for-lengths", "Takes n for a position from zero and uses n + 1.")
def log_n_scale_from_zero(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    return log_n_scale(n + 1, train_length=train_length, clip=clip, dtype=dtype)


@mistake("rope.log_n_scale", "minimum", "Takes the minimum with 1 where the maximum is meant: never above 1.")
def log_n_scale_minimum(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    found = log_n_scale(n, train_length=train_length, clip=False, dtype=dtype)
    xp = array_api_compat.array_namespace(found)
    return xp.where(found > 1, xp.ones_like(found), found) if clip else found


@mistake(
    "rope.log_n_scale", "root", "Takes the root, for queries and keys, where the scale of scores is meant."
)
def log_n_scale_root(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    found = log_n_scale(n, train_length=train_length, clip=clip, dtype=dtype)
    return array_api_compat.array_namespace(found).sqrt(found)


@mistake(
    "rope.log_n_scale",
    "logarithm-of-the-ratio",
    "Takes the logarithm of the ratio, ln(n/L), where the ratio of the logarithms is meant, ln n / ln L.",
)
def log_n_scale_of_ratio(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    ratio = math.log(train_length) * (log_n_scale(n, train_length=train_length, clip=False, dtype=dtype) - 1)
    xp = array_api_compat.array_namespace(ratio)
    return xp.where(ratio > 0, ratio, xp.ones_like(ratio)) if clip else ratio


@mistake("rope.log_n_scale", "quotient-inverted", "Divides ln L by ln n before the maximum with 1: inverted.")
def log_n_scale_quotient_inverted(
    n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None
) -> Any:
    found = 1 / log_n_scale(n, train_length=train_length, clip=False, dtype=dtype)
    xp = array_api_compat.array_namespace(found)
    return xp.where(found < 1, xp.ones_like(found), found) if clip else found


@mistake("rope.log_n_scale", "fixed-length", "Keeps a training length of 512 whatever train_length says.")
def log_n_scale_fixed(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    return log_n_scale(n, train_length=512, clip=clip, dtype=dtype)


def _bands(dim: int, options: Any) -> tuple[Any, Any, float]:
    """YaRN's table γω + (1 − γ)ω/k in its two parts, γω and (1 − γ)ω, and k."""
    like = {k: options[k] for k in ("xp", "dtype", "device") if k in options}
    plain = frequencies(dim, base=options.get("base", 10000.0), **like)
    halved = yarn(dim, **{**options, "factor": 2.0})
    return 2 * halved - plain, 2 * (plain - halved), options["factor"]


def _powers(number: float, dim: int, divisor: float, like: Any) -> Any:
    """number^(−2m/divisor) for all pairs m."""
    xp = array_api_compat.array_namespace(like)
    return xp.pow(xp.asarray(number, dtype=like.dtype), -2 * xp.arange(dim // 2, dtype=like.dtype) / divisor)


@mistake(
    "rope.yarn",
    "factor-in-the-power",
    "Interpolates with (kB)^(−2m/d), the factor inside the power, for ω/k.",
    reference="tvm PR#18576",
)
def yarn_factor_in_the_power(dim: int, /, **options: Any) -> Any:
    kept, rest, factor = _bands(dim, options)
    return kept + rest * _powers(factor, dim, dim, kept)


@mistake(
    "rope.yarn",
    "ntk-base",
    "Keeps fast pairs at the frequencies of the NTK-aware base B k^(d/(d−2)), not of the original base B.",
    reference="aprender PR#2161",
)
def yarn_ntk_base(dim: int, /, **options: Any) -> Any:
    kept, rest, factor = _bands(dim, options)
    return kept * _powers(factor, dim, max(dim - 2, 1), kept) + rest / factor


@mistake(
    "rope.yarn",
    "end-at-the-last-pair",
    "Cuts the index ramp at the last pair, the minimum with d/2 − 1 for d − 1: a long ramp is steeper.",
    reference="minimind#602",
)
def yarn_end_at_last_pair(dim: int, /, **options: Any) -> Any:
    def ends(first: float, last: float, d: int) -> tuple[float, float]:
        low, high = max(math.floor(first), 0), min(math.ceil(last), d // 2 - 1)
        return low, high + 0.001 * (low == high)

    return _code_ramp(ends)(dim, **options)


@mistake(
    "rope.llama3",
    "divided-twice",
    "Blends frequencies that are divided already, without cutting the blend off: beyond the long end the "
    "smooth formula is applied to ω/k, so that the slowest pairs are divided again.",
    reference="litgpt PR#1745",
)
def llama3_divided_twice(
    dim: int,
    /,
    *,
    train_length: float,
    factor: float,
    base: float = 500000.0,
    low_freq_factor: float = 1.0,
    high_freq_factor: float = 4.0,
    **like: Any,
) -> Any:
    plain = frequencies(dim, base=base, **like)
    xp = array_api_compat.array_namespace(plain)
    turns = train_length * plain / (2 * math.pi)
    scaled = xp.where(turns < low_freq_factor, plain / factor, plain)
    smooth = (turns - low_freq_factor) / (high_freq_factor - low_freq_factor)
    return xp.where(turns < high_freq_factor, (1 - smooth) * scaled / factor + smooth * scaled, scaled)


@mistake(
    "rope.dynamic_ntk",
    "power-forgotten",
    "Multiplies the base by s itself, without the power d/(d−2).",
)
def dynamic_ntk_no_power(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    return _dynamic(max(factor * length / train_length - (factor - 1), 1.0), dim, base, 1.0, like)


@mistake(
    "rope.dynamic_ntk",
    "static-beyond",
    "Beyond the training length scales by the factor, however long the sequence is: static NTK-aware scaling "
    "that is switched on by the length.",
)
def dynamic_ntk_static_beyond(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    return _dynamic(factor if length > train_length else 1.0, dim, base, dim / (dim - 2), like)
