"""Mistakes that people make where numbers need more width than they have."""

from collections.abc import Sequence
from math import prod
from typing import Any

from .... import _libraries, rope
from ...language.mistake import mistake


def _wrapped(number: int, dtype: Any, xp: Any) -> int:
    """An integer as arithmetic in the dtype leaves it."""
    info = xp.iinfo(dtype)
    return (number - info.min) % (info.max - info.min + 1) + info.min


def _quotients(n: Any, divisors: Sequence[int], bases: Sequence[int]) -> Any:
    xp = _libraries.array_namespace(n)
    small = [
        _wrapped(divisor, n.dtype, xp) or 1 for divisor in divisors
    ]  # a division by 0 gives what it gives
    return xp.stack([n // d % base for d, base in zip(small, bases, strict=True)], axis=-1)


@mistake(
    "rope.digits",
    "powers-wrap",
    "Divides by base^m formed in the dtype of n, which wraps where the power is too large.",
)
def digits_powers_wrap(n: Any, /, *, base: int, count: int) -> Any:
    return _quotients(n, [base**m for m in range(count)], [base] * count)


@mistake(
    "rope.mixed_radix_digits",
    "products-wrap",
    "Divides by products of the bases formed in the dtype of n, which wrap where they are too large.",
)
def mixed_radix_digits_products_wrap(n: Any, /, *, bases: Any) -> Any:
    return _quotients(n, [prod(bases[:m]) for m in range(len(bases))], bases)


def _narrow(array: Any, like: Any) -> Any:
    return _libraries.array_namespace(array).astype(array, like.dtype)


@mistake(
    "rope.rotate",
    "casts-angles",
    "Casts the angles to the dtype of x before their cosines are taken, and large ones lose their turn.",
    only="float32",
)
def rotate_casts_angles(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    return rope.rotate(x, _narrow(angles, x), layout=layout)


@mistake(
    "rope.attention_scores",
    "casts-frequencies",
    "Casts the frequencies to the dtype of q before the angles are formed, and far positions lose their "
    "turn.",
    only="float32",
)
def attention_scores_casts_frequencies(
    q: Any, k: Any, p: Any, r: Any, frequencies: Any, /, *, layout: Any = "interleaved"
) -> Any:
    return rope.attention_scores(q, k, p, r, _narrow(frequencies, q), layout=layout)
