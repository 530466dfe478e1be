"""How people get YaRN and the bands of Llama 3 wrong."""

import math
from collections.abc import Callable
from typing import Any

from .... import _libraries
from ....rope import frequencies, llama3, yarn, yarn_scale
from ...language.mistake import MistakesOf

of_yarn = MistakesOf("rope.yarn")
of_yarn_scale = MistakesOf("rope.yarn_scale")
of_llama3 = MistakesOf("rope.llama3")


def _inverted(table: Any, usual: float) -> Any:
    """Divides the pairs that a table of frequencies keeps, and keeps those that it divides."""

    def made(
        dim: int, /, *, factor: float, base: float = usual, xp: Any, dtype: Any, device: Any, **options: Any
    ) -> Any:
        like = {"xp": xp, "dtype": dtype, "device": device}
        plain = frequencies(dim, base=base, **like)
        return plain * (1 + 1 / factor) - table(dim, factor=factor, base=base, **options, **like)

    return made


yarn_ramp_inverted = of_yarn("ramp-inverted", "Interpolates the fast pairs and keeps the slow ones.")(
    _inverted(yarn, 10000.0)
)


@of_yarn("ramps-confused", "Uses the common code's ramp when the paper's is asked for, and conversely.")
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
        ramp: Any = "paper",
        beta_slow: float = 1.0,
        beta_fast: float = 32.0,
        truncate: bool = True,
        **like: Any,
    ) -> Any:
        options = {"train_length": train_length, "factor": factor, "base": base, **like}
        if ramp == "paper" or not truncate:
            return yarn(
                dim, ramp=ramp, truncate=truncate, beta_slow=beta_slow, beta_fast=beta_fast, **options
            )
        first, last = (
            dim * math.log(train_length / (2 * math.pi * turns)) / (2 * math.log(base))
            for turns in (beta_fast, beta_slow)
        )
        low, high = ends(first, last, dim)
        plain = frequencies(dim, base=base, **like)
        xp = _libraries.array_namespace(plain)
        kept = [1 - min(max((m - low) / (high - low), 0.0), 1.0) for m in range(dim // 2)]
        ratios = [gamma + (1 - gamma) / factor for gamma in kept]
        return plain * xp.asarray(ratios, dtype=plain.dtype, device=like.get("device"))

    return changed


@of_yarn(
    "no-rounding",
    "Leaves the ends of the index ramp unrounded, without floor and ceiling.",
    reference="keras-hub PR#2981",
)
def yarn_no_rounding(dim: int, /, **options: Any) -> Any:
    def ends(first: float, last: float, d: int) -> tuple[float, float]:
        low, high = max(first, 0), min(last, d - 1)
        return low, high + 0.001 * (low == high)

    return _code_ramp(ends)(dim, **options)


@of_yarn(
    "start-before-the-first",
    "Omits the maximum with 0, so that a ramp that starts before pair 0 no longer keeps it.",
)
def yarn_start_before(dim: int, /, **options: Any) -> Any:
    def ends(first: float, last: float, d: int) -> tuple[float, float]:
        low, high = math.floor(first), min(math.ceil(last), d - 1)
        return low, high + 0.001 * (low == high)

    return _code_ramp(ends)(dim, **options)


@of_yarn(
    "end-beyond-the-last",
    "Omits the minimum with d − 1 (itself twice the last pair), so that a long ramp is not cut.",
)
def yarn_end_beyond(dim: int, /, **options: Any) -> Any:
    def ends(first: float, last: float, d: int) -> tuple[float, float]:
        low, high = max(math.floor(first), 0), math.ceil(last)
        return low, high + 0.001 * (low == high)

    return _code_ramp(ends)(dim, **options)


@of_yarn(
    "equal-ends-apart",
    "Parts equal ends by 1, not 0.001: the ramp of a length that no pair turns is one pair wide.",
)
def yarn_equal_ends_apart(dim: int, /, **options: Any) -> Any:
    def ends(first: float, last: float, d: int) -> tuple[float, float]:
        low, high = max(math.floor(first), 0), min(math.ceil(last), d - 1)
        return (low - 1, high) if low == high else (low, high)

    return _code_ramp(ends)(dim, **options)


@of_yarn(
    "features-for-pairs",
    "Runs the index ramp over features, twice the index of the pair (2m instead of m): it ends too early.",
)
def yarn_features_for_pairs(dim: int, /, **options: Any) -> Any:
    def ends(first: float, last: float, d: int) -> tuple[float, float]:
        low, high = max(math.floor(first), 0), min(math.ceil(last), d - 1)
        return low / 2, (high + 0.001 * (low == high)) / 2

    return _code_ramp(ends)(dim, **options)


@of_yarn_scale("no-one", "Omits the 1 of 0.1 ln k + 1.")
def yarn_scale_no_one(factor: float, /) -> float:
    return yarn_scale(factor) - 1


@of_yarn_scale("squared", "Returns 1/t, for scores, instead of √(1/t), for queries and keys.")
def yarn_scale_squared(factor: float, /) -> float:
    return yarn_scale(factor) ** 2


@of_yarn("code-by-default", "Follows the common code instead of the paper by default.")
def yarn_code_by_default(dim: int, /, *, ramp: Any = "code", **options: Any) -> Any:
    return yarn(dim, ramp=ramp, **options)


llama3_bands_swapped = of_llama3(
    "bands-swapped", "Divides short wavelengths and keeps long ones: takes ω to be λ."
)(_inverted(llama3, 500000.0))


@of_llama3("default-base", "Keeps RoPE's usual base 10000 whatever the configuration says.")
def llama3_default_base(dim: int, /, *, base: float = 500000.0, **options: Any) -> Any:
    return llama3(dim, base=10000.0, **options)


@of_llama3("no-middle-band", "Switches at one wavelength, without the smooth middle band.")
def llama3_no_middle_band(
    dim: int, /, *, low_freq_factor: float = 1.0, high_freq_factor: float = 4.0, **options: Any
) -> Any:
    edge = high_freq_factor * (1 - 1e-9)
    return llama3(dim, low_freq_factor=edge, high_freq_factor=high_freq_factor, **options)


@of_yarn("extended-length", "Counts turns within the extended length, k L instead of L.")
def yarn_extended_length(dim: int, /, *, train_length: float, factor: float, **options: Any) -> Any:
    return yarn(dim, train_length=train_length * factor, factor=factor, **options)


@of_yarn("radians", "Counts radians instead of turns: Lω without 2π, in the ends of the ramp.")
def yarn_radians(dim: int, /, *, train_length: float, **options: Any) -> Any:
    return yarn(dim, train_length=train_length * 2 * math.pi, **options)


@of_yarn(
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


@of_yarn_scale("decimal-logarithm", "Uses the logarithm to base 10, log10 instead of ln.")
def yarn_scale_decimal(factor: float, /) -> float:
    return 0.1 * math.log10(factor) + 1


@of_yarn_scale("binary-logarithm", "Uses the logarithm to base 2, log2 instead of ln.")
def yarn_scale_binary(factor: float, /) -> float:
    return 0.1 * math.log2(factor) + 1


@of_yarn_scale("root", "Takes the root once more, of a scale that is for queries and keys already.")
def yarn_scale_root(factor: float, /) -> float:
    return math.sqrt(yarn_scale(factor))


@of_yarn_scale("reciprocal", "Gives √t, the reciprocal: the temperature divides scores.")
def yarn_scale_reciprocal(factor: float, /) -> float:
    return 1 / yarn_scale(factor)


@of_yarn_scale("one-more", "Uses ln(k + 1), log1p instead of log, so that no extension scales too.")
def yarn_scale_one_more(factor: float, /) -> float:
    return yarn_scale(factor + 1)


@of_yarn_scale(
    "coefficient-scaled",
    "Uses the final scale as the coefficient of the logarithm, which then enters twice.",
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
    xp = _libraries.array_namespace(plain)
    omega = [options.get("base", 500000.0) ** (-2 * m / dim) for m in range(dim // 2)]
    ramp = [(length * w / (2 * math.pi) - low) / (high - low) for w in omega]
    ratios = xp.asarray([middle(s, factor) for s in ramp], dtype=plain.dtype, device=_libraries.device(plain))
    return plain * ratios


def _banded(inside: Any) -> Any:
    """The bands kept and divided as they should be; `inside(s, k)` in the middle one."""
    return lambda s, k: 1.0 if s > 1 else 1 / k if s < 0 else inside(s, k)


@of_llama3("smooth-reversed", "Reverses the smooth middle band: s instead of 1 − s.")
def llama3_smooth_reversed(dim: int, /, **options: Any) -> Any:
    return _llama3(dim, _banded(lambda s, k: s / k + (1 - s)), options)


@of_llama3("middle-band-kept", "Keeps the whole middle band as it was, without the smooth middle.")
def llama3_middle_kept(dim: int, /, **options: Any) -> Any:
    return _llama3(dim, _banded(lambda s, k: 1.0), options)


@of_llama3(
    "linear-in-wavelength",
    "Makes the middle band linear in the wavelength, from the wrong end, instead of linear in the frequency.",
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


@of_llama3(
    "smooth-everywhere", "Applies the smooth formula to every band, not clipped to [0, 1] outside the middle."
)
def llama3_smooth_everywhere(dim: int, /, **options: Any) -> Any:
    return _llama3(dim, lambda s, k: (1 - s) / k + s, options)


@of_llama3("all-divided", "Divides every pair by the factor, as interpolation does, without bands.")
def llama3_all_divided(dim: int, /, **options: Any) -> Any:
    return _llama3(dim, lambda s, k: 1 / k, options)


@of_llama3("radians", "Counts radians instead of turns: wavelengths 1/ω without 2π.")
def llama3_radians(dim: int, /, *, train_length: float, **options: Any) -> Any:
    return llama3(dim, train_length=train_length * 2 * math.pi, **options)


def _bands(dim: int, options: Any) -> tuple[Any, Any, float]:
    """YaRN's table γω + (1 − γ)ω/k in its two parts, γω and (1 − γ)ω, and k."""
    like = {k: options[k] for k in ("xp", "dtype", "device") if k in options}
    plain = frequencies(dim, base=options.get("base", 10000.0), **like)
    halved = yarn(dim, **{**options, "factor": 2.0})
    return 2 * halved - plain, 2 * (plain - halved), options["factor"]


def _powers(number: float, dim: int, divisor: float, like: Any) -> Any:
    """number^(−2m/divisor) for all pairs m."""
    xp = _libraries.array_namespace(like)
    return xp.pow(xp.asarray(number, dtype=like.dtype), -2 * xp.arange(dim // 2, dtype=like.dtype) / divisor)


@of_yarn(
    "factor-in-the-power",
    "Interpolates with (kB)^(−2m/d), the factor inside the power, instead of ω/k.",
    reference="tvm PR#18576",
)
def yarn_factor_in_the_power(dim: int, /, **options: Any) -> Any:
    kept, rest, factor = _bands(dim, options)
    return kept + rest * _powers(factor, dim, dim, kept)


@of_yarn(
    "ntk-base",
    "Keeps fast pairs at the frequencies of the NTK-aware base B k^(d/(d−2)), not of the original base B.",
    reference="aprender PR#2161",
)
def yarn_ntk_base(dim: int, /, **options: Any) -> Any:
    kept, rest, factor = _bands(dim, options)
    return kept * _powers(factor, dim, max(dim - 2, 1), kept) + rest / factor


@of_yarn(
    "end-at-the-last-pair",
    "Cuts the index ramp at the last pair, the minimum with d/2 − 1 instead of d − 1: a long ramp is "
    "steeper.",
    reference="minimind#602",
)
def yarn_end_at_last_pair(dim: int, /, **options: Any) -> Any:
    def ends(first: float, last: float, d: int) -> tuple[float, float]:
        low, high = max(math.floor(first), 0), min(math.ceil(last), d // 2 - 1)
        return low, high + 0.001 * (low == high)

    return _code_ramp(ends)(dim, **options)


@of_llama3(
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
    xp = _libraries.array_namespace(plain)
    turns = train_length * plain / (2 * math.pi)
    scaled = xp.where(turns < low_freq_factor, plain / factor, plain)
    smooth = (turns - low_freq_factor) / (high_freq_factor - low_freq_factor)
    return xp.where(turns < high_freq_factor, (1 - smooth) * scaled / factor + smooth * scaled, scaled)
