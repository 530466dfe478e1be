"""How people get the sinusoids of code wrong."""

import math
from typing import Any

from .... import _libraries
from ....rope import timing_signal
from ...language.mistake import MistakesOf

of_timing_signal = MistakesOf("rope.timing_signal")


def _parts(positions: Any, dim: int, base: float, dtype: Any) -> tuple[Any, Any, Any]:
    """Sines, cosines, and the 0 behind, if there is one."""
    table, half = timing_signal(positions, dim=dim, base=base, dtype=dtype), dim // 2
    return table[..., :half], table[..., half : 2 * half], table[..., 2 * half :]


def _concat(*parts: Any) -> Any:
    return _libraries.array_namespace(parts[0]).concat(list(parts), axis=-1)


@of_timing_signal(
    "exponent-over-half",
    "Divides by the number of frequencies, base^(−m/h), a frequency shift of 0: the last is above 1/base.",
    reference="sd-scripts PR#1187",
)
def timing_signal_over_half(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    half = dim // 2
    return timing_signal(positions, dim=dim, base=base ** ((half - 1) / half or 1), dtype=dtype)


@of_timing_signal(
    "cosine-first", "Puts the cosines before the sines, for which common code has an option of its own."
)
def timing_signal_cosine_first(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    sines, cosines, rest = _parts(positions, dim, base, dtype)
    return _concat(cosines, sines, rest)


@of_timing_signal(
    "side-by-side",
    "Puts the sine and the cosine of a frequency side by side, as the paper does, where code has halves.",
    reference="diffusers#3981",
)
def timing_signal_side_by_side(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    sines, cosines, rest = _parts(positions, dim, base, dtype)
    pairs = [part for m in range(dim // 2) for part in (sines[..., m : m + 1], cosines[..., m : m + 1])]
    return _concat(*pairs, rest)


@of_timing_signal("zero-first", "Pads an odd number of features before the sines, not behind the cosines.")
def timing_signal_zero_first(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    sines, cosines, rest = _parts(positions, dim, base, dtype)
    return _concat(rest, sines, cosines)


@of_timing_signal(
    "sine-for-zero",
    "Has a sine more for an odd number of features, of a frequency without a cosine, where code has a 0.",
)
def timing_signal_sine_for_zero(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    sines, cosines, rest = _parts(positions, dim, base, dtype)
    return _concat(sines, cosines, sines[..., : rest.shape[-1]])


@of_timing_signal("default-base", "Keeps the usual base 10000 whatever the configuration says.")
def timing_signal_default_base(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    return timing_signal(positions, dim=dim, dtype=dtype)


@of_timing_signal("positions-from-one", "Counts positions from 1.")
def timing_signal_from_one(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    return timing_signal(positions + 1, dim=dim, base=base, dtype=dtype)


@of_timing_signal(
    "decimal-logarithm",
    "Uses the logarithm to base 10 of the base, log10 instead of ln, in exp(−m ln B/(h−1)).",
)
def timing_signal_decimal(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    return timing_signal(positions, dim=dim, base=math.exp(math.log10(base)), dtype=dtype)
