"""How people get longer contexts wrong: maps of positions and of the base, and the scale log n."""

import math
from typing import Any

from .... import _libraries
from ....rope import dynamic_ntk, frequencies, interpolate, log_n_scale, ntk_base, ntk_scale, rebase
from ...language.mistake import MistakesOf

of_rebase = MistakesOf("rope.rebase")
of_interpolate = MistakesOf("rope.interpolate")
of_ntk_scale = MistakesOf("rope.ntk_scale")
of_ntk_base = MistakesOf("rope.ntk_base")
of_dynamic_ntk = MistakesOf("rope.dynamic_ntk")
of_log_n_scale = MistakesOf("rope.log_n_scale")


@of_rebase("digit-base", "Multiplies B by k^(2/d) (here d = 128), the factor of β = B^(2/d).")
def rebase_digit_base(base: float, /, *, factor: float) -> float:
    return float(base * factor ** (2 / 128))


@of_interpolate("multiplies", "Multiplies positions by the factor instead of dividing by it.")
def interpolate_multiplies(positions: Any, /, *, factor: float, dtype: Any = None) -> Any:
    xp = _libraries.array_namespace(positions)
    return xp.astype(positions, positions.dtype if dtype is None else dtype) * factor


@of_interpolate(
    "float32-by-default",
    "Gives float32 where no dtype is asked for, whatever the positions have: the default of a library.",
    only="float64",
)
def interpolate_float32(positions: Any, /, *, factor: float, dtype: Any = None) -> Any:
    xp = _libraries.array_namespace(positions)
    return interpolate(positions, factor=factor, dtype=xp.float32 if dtype is None else dtype)


@of_ntk_scale("exponent-2-over-d", "Takes k^(2/d), the scale of β that makes the range k times.")
def ntk_scale_exponent(factor: float, /, *, dim: int) -> float:
    return ntk_scale(factor, dim=dim + 2)


@of_ntk_base("base-times-factor", "Multiplies the base by k instead of k^(d/(d−2)).")
def ntk_base_times_factor(base: float, /, *, factor: float, dim: int) -> float:
    return base * factor


@of_ntk_base("scale-of-beta", "Multiplies B by λ = k^(2/(d−2)), which belongs to β.")
def ntk_base_scale_of_beta(base: float, /, *, factor: float, dim: int) -> float:
    return base * ntk_scale(factor, dim=dim)


@of_dynamic_ntk(
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


@of_dynamic_ntk(
    "factor-times-ratio",
    "Scales by k·n/L without subtracting k − 1, so that the map jumps at the training length.",
)
def dynamic_ntk_factor_times_ratio(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    if length <= train_length:
        return frequencies(dim, base=base, **like)
    return frequencies(dim, base=ntk_base(base, factor=factor * length / train_length, dim=dim), **like)


@of_dynamic_ntk(
    "plain-at-one", "Takes k = 1 to mean no extension at all, but the base then still grows with n/L."
)
def dynamic_ntk_plain_at_one(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    present = min(length, train_length) if factor == 1 else length
    return dynamic_ntk(present, dim=dim, train_length=train_length, factor=factor, base=base, **like)


_longest: dict[float, float] = {}


@of_dynamic_ntk(
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


@of_log_n_scale("not-clipped", "Omits the maximum with 1, so that short contexts are flattened.")
def log_n_scale_not_clipped(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    return log_n_scale(n, train_length=train_length, clip=False, dtype=dtype)


@of_log_n_scale(
    "float32-by-default",
    "Gives float32 where no dtype is asked for, whatever the lengths have: the default of a library.",
    only="float64",
)
def log_n_scale_float32(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    xp = _libraries.array_namespace(n)
    return log_n_scale(n, train_length=train_length, clip=clip, dtype=xp.float32 if dtype is None else dtype)


@of_log_n_scale("inverted", "Divides ln L by ln n: meant to keep the entropy, not the score.")
def log_n_scale_inverted(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    return 1 / log_n_scale(n, train_length=train_length, clip=clip, dtype=dtype)


@of_interpolate("floored", "Floors the quotient to whole positions: // instead of /.")
def interpolate_floored(positions: Any, /, *, factor: float, dtype: Any = None) -> Any:
    found = interpolate(positions, factor=factor, dtype=dtype)
    return _libraries.array_namespace(found).floor(found)


@of_interpolate("positions-from-one", "Counts positions from 1: (n + 1)/k.")
def interpolate_from_one(positions: Any, /, *, factor: float, dtype: Any = None) -> Any:
    return interpolate(positions, factor=factor, dtype=dtype) + 1 / factor


@of_ntk_scale("of-the-base", "Gives k^(d/(d−2)), the factor of the base B, instead of that of β.")
def ntk_scale_of_the_base(factor: float, /, *, dim: int) -> float:
    return factor * ntk_scale(factor, dim=dim)


@of_ntk_scale("pairs-for-features", "Gives k^(1/(d−2)): half the exponent, a root of λ.")
def ntk_scale_root(factor: float, /, *, dim: int) -> float:
    return math.sqrt(ntk_scale(factor, dim=dim))


@of_ntk_base("exponent-inverted", "Inverts the fraction of the exponent: B k^((d−2)/d).")
def ntk_base_inverted(base: float, /, *, factor: float, dim: int) -> float:
    return float(base * factor ** ((dim - 2) / dim))


@of_ntk_base("power-of-both", "Raises base and factor to the power, (B k)^(d/(d−2)).")
def ntk_base_power_of_both(base: float, /, *, factor: float, dim: int) -> float:
    return ntk_base(base, factor=factor, dim=dim) * float(base ** (2 / (dim - 2)))


@of_rebase("divides", "Divides the base by the factor, B/k, as positions are divided.")
def rebase_divides(base: float, /, *, factor: float) -> float:
    return base / factor


@of_rebase("power", "Raises the base to the power of the factor, B^k.")
def rebase_power(base: float, /, *, factor: float) -> float:
    return float(base**factor) if factor * math.log(base) < 700 else math.inf


@of_rebase("ntk", "Multiplies B by k^(d/(d−2)) (here d = 128), as NTK-aware scaling does.")
def rebase_ntk(base: float, /, *, factor: float) -> float:
    return rebase(base, factor=factor) * factor ** (2 / 126)


def _dynamic(scale: float, dim: int, base: float, exponent: float, like: Any) -> Any:
    """The frequencies of a scaled base, which must stay above 1."""
    return frequencies(dim, base=max(base * max(scale, 1e-9) ** exponent, 1.0001), **like)


@of_dynamic_ntk(
    "parenthesis-lost", "Loses the parenthesis of (k − 1): scales by k·n/L − k − 1, by precedence."
)
def dynamic_ntk_parenthesis(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    if length <= train_length:
        return frequencies(dim, base=base, **like)
    scale = max(factor * length / train_length - factor - 1, 1e-3)
    return _dynamic(scale, dim, base, dim / (dim - 2), like)


@of_dynamic_ntk("exponent-inverted", "Inverts the fraction of the exponent: (d−2)/d instead of d/(d−2).")
def dynamic_ntk_exponent_inverted(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    scale = max(factor * length / train_length - (factor - 1), 1.0)
    return _dynamic(scale, dim, base, (dim - 2) / dim, like)


@of_dynamic_ntk(
    "static", "Scales by the factor at once, whatever the length is: NTK-aware scaling that is not dynamic."
)
def dynamic_ntk_static(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    return frequencies(dim, base=ntk_base(base, factor=factor, dim=dim), **like)


@of_dynamic_ntk(
    "always-plain",
    "Never scales: plain frequencies at every length, which is read from a wrong axis.",
    reference="mlx-lm PR#1553",
)
def dynamic_ntk_always_plain(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    return frequencies(dim, base=base, **like)


@of_dynamic_ntk(
    "factor-two", "Has the factor 2 in the code and ignores the factor given.", reference="mlx-lm#1545"
)
def dynamic_ntk_factor_two(length: float, /, *, factor: float, **options: Any) -> Any:
    return dynamic_ntk(length, factor=2.0, **options)


@of_log_n_scale("positions-for-lengths", "Takes n to be a position counted from zero and uses n + 1.")
def log_n_scale_from_zero(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    return log_n_scale(n + 1, train_length=train_length, clip=clip, dtype=dtype)


@of_log_n_scale("minimum", "Uses the minimum with 1 instead of the maximum: never above 1.")
def log_n_scale_minimum(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    found = log_n_scale(n, train_length=train_length, clip=False, dtype=dtype)
    xp = _libraries.array_namespace(found)
    return xp.where(found > 1, xp.ones_like(found), found) if clip else found


@of_log_n_scale("root", "Returns the root, the scale of queries and keys, instead of the scale of scores.")
def log_n_scale_root(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    found = log_n_scale(n, train_length=train_length, clip=clip, dtype=dtype)
    return _libraries.array_namespace(found).sqrt(found)


@of_log_n_scale(
    "logarithm-of-the-ratio",
    "Uses the logarithm of the ratio, ln(n/L), instead of the ratio of the logarithms, ln n / ln L.",
)
def log_n_scale_of_ratio(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    ratio = math.log(train_length) * (log_n_scale(n, train_length=train_length, clip=False, dtype=dtype) - 1)
    xp = _libraries.array_namespace(ratio)
    return xp.where(ratio > 0, ratio, xp.ones_like(ratio)) if clip else ratio


@of_log_n_scale("quotient-inverted", "Divides ln L by ln n before the maximum with 1: inverted.")
def log_n_scale_quotient_inverted(
    n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None
) -> Any:
    found = 1 / log_n_scale(n, train_length=train_length, clip=False, dtype=dtype)
    xp = _libraries.array_namespace(found)
    return xp.where(found < 1, xp.ones_like(found), found) if clip else found


@of_log_n_scale("fixed-length", "Keeps a training length of 512 whatever train_length says.")
def log_n_scale_fixed(n: Any, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Any:
    return log_n_scale(n, train_length=512, clip=clip, dtype=dtype)


@of_dynamic_ntk("power-forgotten", "Multiplies the base by s itself, without the power d/(d−2).")
def dynamic_ntk_no_power(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    return _dynamic(max(factor * length / train_length - (factor - 1), 1.0), dim, base, 1.0, like)


@of_dynamic_ntk(
    "static-beyond",
    "Beyond the training length scales by the factor, however long the sequence is: static NTK-aware scaling "
    "that is switched on by the length.",
)
def dynamic_ntk_static_beyond(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0, **like: Any
) -> Any:
    return _dynamic(factor if length > train_length else 1.0, dim, base, dim / (dim - 2), like)
