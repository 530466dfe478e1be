"""How people get LongRoPE, linear scaling and proportional frequencies wrong."""

import math
from collections.abc import Sequence
from typing import Any

from .... import _libraries
from ....rope import frequencies, linear, longrope, longrope_scale, proportional, yarn_scale
from ...language.mistake import MistakesOf

of_longrope = MistakesOf("rope.longrope")
of_longrope_scale = MistakesOf("rope.longrope_scale")
of_linear = MistakesOf("rope.linear")
of_proportional = MistakesOf("rope.proportional")


@of_longrope("always-short", "Keeps the short list at every length: the long one is never read.")
def longrope_always_short(length: float, /, *, train_length: float, **options: Any) -> Any:
    return longrope(train_length, train_length=train_length, **options)


@of_longrope(
    "always-long",
    "Uses the long list at every length, as if the longest that is configured were the present one.",
    reference="mlxcel#1358",
)
def longrope_always_long(length: float, /, *, train_length: float, **options: Any) -> Any:
    return longrope(2 * train_length, train_length=train_length, **options)


@of_longrope("lists-exchanged", "Exchanges the lists: long up to the training length, short beyond.")
def longrope_exchanged(
    length: float, /, *, short_factor: Sequence[float], long_factor: Sequence[float], **options: Any
) -> Any:
    return longrope(length, short_factor=long_factor, long_factor=short_factor, **options)


@of_longrope(
    "long-at-the-training-length", "Uses the long list from the training length on, n ≥ L instead of n > L."
)
def longrope_from_the_length(length: float, /, *, train_length: float, **options: Any) -> Any:
    return longrope(
        length if length < train_length else 2 * train_length, train_length=train_length, **options
    )


def _chosen(length: float, options: Any) -> Any:
    name = "short_factor" if length <= options["train_length"] else "long_factor"
    return options[name]


def _plain(options: Any) -> Any:
    like = {name: options[name] for name in ("base", "xp", "dtype", "device") if name in options}
    return frequencies(options["dim"], **like)


def _as_array(values: Any, like: Any) -> Any:
    xp = _libraries.array_namespace(like)
    return xp.asarray(list(values), dtype=like.dtype, device=_libraries.device(like))


@of_longrope("multiplies", "Multiplies frequencies by the factors, which are for wavelengths.")
def longrope_multiplies(length: float, /, **options: Any) -> Any:
    plain = _plain(options)
    return plain * _as_array(_chosen(length, options), plain)


@of_longrope("factor-in-the-power", "Takes (λB)^(−2m/d): the factor inside the power.")
def longrope_factor_in_the_power(length: float, /, **options: Any) -> Any:
    plain, dim = _plain(options), options["dim"]
    factors = _chosen(length, options)
    return plain * _as_array([x ** (-2 * m / dim) for m, x in enumerate(factors)], plain)


@of_longrope(
    "one-factor-for-all", "Divides all pairs by the last factor of the list, as linear scaling does."
)
def longrope_one_factor(length: float, /, **options: Any) -> Any:
    return _plain(options) / _chosen(length, options)[-1] if options["dim"] > 2 else _plain(options)


@of_longrope_scale("no-root", "Omits the root: 1 + ln k / ln L, which is for scores.")
def longrope_scale_squared(factor: float, /, *, train_length: float) -> float:
    return longrope_scale(factor, train_length=train_length) ** 2


@of_longrope_scale("no-one", "Omits the 1 under the root: √(ln k / ln L).")
def longrope_scale_no_one(factor: float, /, *, train_length: float) -> float:
    return math.sqrt(math.log(factor) / math.log(train_length))


@of_longrope_scale(
    "extended-length", "Divides by the logarithm of the extended length k L instead of the original one."
)
def longrope_scale_extended(factor: float, /, *, train_length: float) -> float:
    return longrope_scale(factor, train_length=train_length * factor)


@of_longrope_scale("length-for-factor", "Takes the extended length k L for the factor k.")
def longrope_scale_length(factor: float, /, *, train_length: float) -> float:
    return longrope_scale(factor * train_length, train_length=train_length)


@of_longrope_scale("as-yarn", "Uses YaRN's scale, 0.1 ln k + 1.")
def longrope_scale_as_yarn(factor: float, /, *, train_length: float) -> float:
    return yarn_scale(factor)


@of_longrope_scale("left-out", "Leaves the scale out: 1 at every factor.")
def longrope_scale_left_out(factor: float, /, *, train_length: float) -> float:
    return 1.0


@of_linear("multiplies", "Multiplies frequencies by the factor instead of dividing by it.")
def linear_multiplies(dim: int, /, *, factor: float, **options: Any) -> Any:
    return frequencies(dim, **options) * factor


@of_linear("base-times-factor", "Multiplies the base by the factor, k B, as the change of base does.")
def linear_base(dim: int, /, *, factor: float, base: float = 10000.0, **options: Any) -> Any:
    return frequencies(dim, base=base * factor, **options)


@of_linear(
    "factor-ignored",
    "Never reads the factor: plain frequencies.",
    reference="mlxcel#1340",
)
def linear_ignored(dim: int, /, *, factor: float, **options: Any) -> Any:
    return frequencies(dim, **options)


@of_linear("divided-twice", "Divides by k², once in the table and once in the positions.")
def linear_twice(dim: int, /, *, factor: float, **options: Any) -> Any:
    return linear(dim, factor=factor, **options) / factor


@of_linear("default-base", "Keeps the base 10000 whatever is configured.")
def linear_default_base(dim: int, /, *, factor: float, base: float = 10000.0, **options: Any) -> Any:
    return linear(dim, factor=factor, **options)


def _turning(dim: int, fraction: float) -> int:
    return math.floor(fraction * dim / 2)


def _cut(values: Any, keep: Any) -> Any:
    """Zeros where `keep(m)` is false."""
    return values * _as_array([float(keep(m)) for m in range(values.shape[0])], values)


@of_proportional(
    "of-the-rotated-width",
    "Takes the frequencies of a rotation of the width p d, B^(−2m/(p d)), as partial rotation does.",
    reference="pegainfer#820",
)
def proportional_of_the_width(
    dim: int, /, *, fraction: float, factor: float = 1.0, base: float = 10000.0, **like: Any
) -> Any:
    right = proportional(dim, fraction=fraction, factor=factor, base=base, **like)
    width = 2 * max(_turning(dim, fraction), 1)
    powers = [base ** (-2 * m / width) / factor for m in range(dim // 2)]
    return _cut(_as_array(powers, right), lambda m: m < _turning(dim, fraction))


@of_proportional("features-for-pairs", "Keeps p d pairs: takes the number of features for that of pairs.")
def proportional_features(dim: int, /, *, fraction: float, factor: float = 1.0, **options: Any) -> Any:
    return _cut(linear(dim, factor=factor, **options), lambda m: m < fraction * dim)


@of_proportional("zeros-first", "Puts the zeros before the frequencies: the slow pairs turn.")
def proportional_zeros_first(dim: int, /, *, fraction: float, factor: float = 1.0, **options: Any) -> Any:
    still = dim // 2 - _turning(dim, fraction)
    return _cut(linear(dim, factor=factor, **options), lambda m: m >= still)


@of_proportional("rounded-up", "Rounds the number of pairs up.")
def proportional_rounded_up(dim: int, /, *, fraction: float, factor: float = 1.0, **options: Any) -> Any:
    return _cut(linear(dim, factor=factor, **options), lambda m: m < math.ceil(fraction * dim / 2))


@of_proportional(
    "not-padded",
    "Gives the turning pairs alone, without zeros, so that halves of the rotated part are paired.",
    reference="Megatron-Bridge PR#4196",
)
def proportional_not_padded(dim: int, /, *, fraction: float, **options: Any) -> Any:
    return proportional(dim, fraction=fraction, **options)[: _turning(dim, fraction)]


@of_proportional("factor-ignored", "Never reads the factor.")
def proportional_factor_ignored(dim: int, /, *, factor: float = 1.0, **options: Any) -> Any:
    return proportional(dim, **options)


@of_proportional("kept-beyond", "Keeps all frequencies: the fraction is never read.")
def proportional_kept(dim: int, /, *, fraction: float, factor: float = 1.0, **options: Any) -> Any:
    return linear(dim, factor=factor, **options)
