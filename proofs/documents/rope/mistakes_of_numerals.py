"""How people get digits and ranges wrong."""

import math
from typing import Any

from .... import _libraries
from ....rope import digits, from_digits, mixed_radix_digits, range_of
from ...language.mistake import MistakesOf

of_digits = MistakesOf("rope.digits")
of_from_digits = MistakesOf("rope.from_digits")
of_mixed_radix_digits = MistakesOf("rope.mixed_radix_digits")
of_range_of = MistakesOf("rope.range_of")

_LEAST_FIRST = (
    "Takes the least significant digit first, where this convention has the most significant first."
)


@of_digits(
    "most-significant-first",
    "Writes digits in reading order, while frequencies start with the fastest.",
    told={"big-endian": _LEAST_FIRST},
)
def digits_most_significant_first(n: Any, /, *, base: int, count: int) -> Any:
    return _libraries.array_namespace(n).flip(digits(n, base=base, count=count), axis=-1)


@of_digits(
    "float-quotient",
    "Takes ⌊n·base^(−m)⌋ in floating point, as angles are computed, and loses exact quotients.",
)
def digits_float_quotient(n: Any, /, *, base: int, count: int) -> Any:
    xp = _libraries.array_namespace(n)
    found = [xp.floor(xp.astype(n, xp.float64) * float(base) ** -m) % base for m in range(count)]
    return xp.astype(xp.stack(found, axis=-1), n.dtype)


@of_digits("no-remainder", "Leaves quotients unreduced, as the angles nω are left unreduced.")
def digits_no_remainder(n: Any, /, *, base: int, count: int) -> Any:
    xp = _libraries.array_namespace(n)
    quotients = [n]
    for _ in range(count - 1):
        quotients.append(quotients[-1] // base)
    return xp.stack(quotients, axis=-1)


@of_from_digits("most-significant-first", "Reads digits in writing order.", told={"big-endian": _LEAST_FIRST})
def from_digits_most_significant_first(digits: Any, /, *, base: int) -> Any:
    return from_digits(_libraries.array_namespace(digits).flip(digits, axis=-1), base=base)


@of_mixed_radix_digits(
    "product-off-by-one", "Divides digit m by b_1⋯b_{m+1}: the first product is taken to be b_1 instead of 1."
)
def mixed_radix_digits_off_by_one(n: Any, /, *, bases: Any) -> Any:
    found, quotient = [], n
    for base in bases:
        quotient = quotient // base
        found.append(quotient % base)
    return _libraries.array_namespace(n).stack(found, axis=-1)


@of_mixed_radix_digits(
    "truncates", "Divides towards zero as C does, so that negative numbers get negative digits."
)
def mixed_radix_digits_truncates(n: Any, /, *, bases: Any) -> Any:
    xp = _libraries.array_namespace(n)
    size = mixed_radix_digits(xp.abs(n), bases=bases)
    return xp.where(xp.expand_dims(n < 0, axis=-1), -size, size)


@of_range_of("largest-number", "Gives the largest number, base^digits − 1, instead of the count.")
def range_of_largest_number(base: float, /, *, digits: int) -> float:
    return range_of(base, digits=digits) - 1


@of_digits(
    "one-late",
    "Divides before the first remainder is taken, so that the least significant digit is lost: off "
    "by one place.",
)
def digits_one_late(n: Any, /, *, base: int, count: int) -> Any:
    return digits(n // base, base=base, count=count)


@of_digits(
    "product-for-power",
    "Divides by base·m, a product, instead of base^m, the power: right for the first two digits only.",
)
def digits_product_for_power(n: Any, /, *, base: int, count: int) -> Any:
    xp = _libraries.array_namespace(n)
    return xp.stack([n // max(base * m, 1) % base for m in range(count)], axis=-1)


@of_digits("not-divided", "Takes n mod base^(m+1) and does not divide it by base^m: remainders, not digits.")
def digits_not_divided(n: Any, /, *, base: int, count: int) -> Any:
    xp = _libraries.array_namespace(n)
    found, place = digits(n, base=base, count=count), xp.ones_like(n)
    rests: list[Any] = []
    for m in range(count):
        rests.append((rests[-1] if rests else xp.zeros_like(n)) + found[..., m] * place)
        place = place * base
    return xp.stack(rests, axis=-1)


@of_digits("truncates", "Divides towards zero as C does, so that negative numbers get negative digits.")
def digits_truncates(n: Any, /, *, base: int, count: int) -> Any:
    xp = _libraries.array_namespace(n)
    size = digits(xp.abs(n), base=base, count=count)
    return xp.where(xp.expand_dims(n < 0, axis=-1), -size, size)


@of_from_digits("powers-from-one", "Starts at base^1: Σ digit_m · base^(m+1), base times too much.")
def from_digits_powers_from_one(digits: Any, /, *, base: int) -> Any:
    return from_digits(digits, base=base) * base


@of_from_digits("digit-sum", "Adds the digits up without the powers of the base.")
def from_digits_sum(digits: Any, /, *, base: int) -> Any:
    return _libraries.array_namespace(digits).sum(digits, axis=-1, dtype=digits.dtype)


@of_from_digits("times-index", "Multiplies by base·m instead of the power base^m.")
def from_digits_times_index(digits: Any, /, *, base: int) -> Any:
    count = digits.shape[-1]
    total = digits[..., 0]
    for m in range(1, count):
        total = total + digits[..., m] * (base * m)
    return total


@of_mixed_radix_digits(
    "bases-reversed",
    "Takes the bases in reading order, most significant first, where the least comes first: bases reversed.",
)
def mixed_radix_digits_reversed(n: Any, /, *, bases: Any) -> Any:
    return mixed_radix_digits(n, bases=list(bases)[::-1])


@of_mixed_radix_digits(
    "most-significant-first", "Writes digits in reading order: reversed.", told={"big-endian": _LEAST_FIRST}
)
def mixed_radix_digits_most_significant_first(n: Any, /, *, bases: Any) -> Any:
    return _libraries.array_namespace(n).flip(mixed_radix_digits(n, bases=bases), axis=-1)


@of_mixed_radix_digits("no-remainder", "Leaves quotients unreduced, without their remainders.")
def mixed_radix_digits_no_remainder(n: Any, /, *, bases: Any) -> Any:
    quotients = [n]
    for base in list(bases)[:-1]:
        quotients.append(quotients[-1] // base)
    return _libraries.array_namespace(n).stack(quotients, axis=-1)


@of_range_of("product", "Multiplies the base by the number of digits: base times digits.")
def range_of_product(base: float, /, *, digits: int) -> float:
    return base * digits


@of_range_of("one-digit-less", "Gives base^(digits−1), the weight of the last digit: one power less.")
def range_of_one_digit_less(base: float, /, *, digits: int) -> float:
    return range_of(base, digits=digits - 1) if digits > 1 else type(base)(1)


@of_range_of("exchanged", "Exchanges base and digits: digits^base.")
def range_of_exchanged(base: float, /, *, digits: int) -> float:
    return digits**base if base * math.log(digits) < 700 else math.inf
