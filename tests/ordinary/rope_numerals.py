"""The digits that rotary embeddings generalise, as people type them."""

import numpy as np

from ._ordinary import Ordinary, Slip, ignored, typo

FROM_ZERO = r"digit 0|first digit|one (digit|place)|off by one|shift|m ?\+ ?1|least significant digit"
REVERSED = r"revers|most-significant-first|most significant|other (order|end)|reading order"


# Digits by division with remainder, written as numbers are read.
def to_base(n, base, count):
    out = []
    for _ in range(count):
        n, r = n // base, n % base
        out.append(r)
    return np.stack(out[::-1], axis=-1)


def to_base_least_first(n, base, count):
    out = []
    for _ in range(count):
        n, r = np.divmod(n, base)
        out.append(r)
    return np.stack(out, axis=-1)


def to_base_without_remainder(n, base, count):
    out = []
    for _ in range(count):
        out.append(n)
        n = n // base
    return np.stack(out[::-1], axis=-1)


def to_base_one_late(n, base, count):
    out = []
    for _ in range(count):
        n = n // base
        out.append(n % base)
    return np.stack(out[::-1], axis=-1)


# The formula, least significant digit first.
def digits(n, base, count):
    found = [n]
    for _ in range(count - 1):
        found.append(found[-1] // base)
    return np.stack([q % base for q in found], axis=-1)


def digits_by_floats(n, base, count):
    return np.stack([np.floor(n / float(base) ** m).astype(n.dtype) % base for m in range(count)], axis=-1)


def digits_not_divided(n, base, count):
    place, out = np.ones_like(n), []
    for _ in range(count - 1):
        place = place * base
        out.append(n % place)
    last = out[-1] + place * (n // place % base) if out else n % base
    return np.stack([*out, last], axis=-1)


def digits_truncated(n, base, count):
    return np.sign(n)[..., None] * digits(np.abs(n), base, count)


# The number of digits.
def horner(digits, base):
    n = digits[..., 0]
    for i in range(1, digits.shape[-1]):
        n = n * base + digits[..., i]
    return n


def horner_from_the_last(digits, base):
    n = digits[..., -1]
    for i in range(digits.shape[-1] - 2, -1, -1):
        n = n * base + digits[..., i]
    return n


def polynomial(digits, base):
    return sum(digits[..., m] * base**m for m in range(digits.shape[-1]))


def polynomial_times_m(digits, base):
    return digits[..., 0] + sum(digits[..., m] * base * m for m in range(1, digits.shape[-1]))


# Mixed radices.
def mixed(n, bases):
    out = []
    for b in bases:
        out.append(n % b)
        n = n // b
    return np.stack(out, axis=-1)


def mixed_by_products(n, bases):
    place, out = 1, []
    for b in bases:
        out.append(n // place % b)
        place *= b
    return np.stack(out, axis=-1)


def mixed_off_by_one(n, bases):
    place, out = 1, []
    for b in bases:
        place *= b
        out.append(n // place % b)
    return np.stack(out, axis=-1)


def mixed_reversed(n, bases):
    return mixed(n, bases[::-1])


def mixed_truncated(n, bases):
    out = []
    for b in bases:
        out.append(np.fmod(n, b))
        n = np.trunc(n / b).astype(n.dtype)
    return np.stack(out, axis=-1)


# The range.
def range_of(base, digits):
    return base**digits


ORDINARY = [
    Ordinary(
        "rope.digits",
        to_base,
        (
            Slip(to_base_least_first, f"{REVERSED}|without (an?|the) adapter|own convention"),
            Slip(to_base_without_remainder, "no-remainder"),
            Slip(lambda n, base, count: to_base(n, 10, count), ignored("base")),
            Slip(to_base_one_late, FROM_ZERO),
        ),
        adapter="big-endian",
    ),
    Ordinary(
        "rope.digits",
        digits,
        (
            Slip(digits_not_divided, r"(never|not) divid|remainders"),
            Slip(lambda n, base, count: digits(n, base, count)[..., ::-1], "most-significant-first"),
            Slip(digits_truncated, "truncat|towards zero|negative"),
        ),
    ),
    Ordinary("rope.digits", digits_by_floats, (), answer="imprecise"),
    Ordinary(
        "rope.from_digits",
        horner,
        (
            Slip(horner_from_the_last, f"{REVERSED}|without (an?|the) adapter|own convention"),
            Slip(lambda digits, base: horner(digits, 10), ignored("base")),
        ),
        adapter="big-endian",
    ),
    Ordinary(
        "rope.from_digits",
        polynomial,
        (
            typo("m for", "(m + 1) for",
                 r"m ?\+ ?1|from 1|one power|base times|times (the |its )?.{0,12}base"),
            typo("digits[..., m] * base**m for m in range(digits.shape[-1])",
                 "d * base**m for m, d in enumerate(np.moveaxis(digits[..., ::-1], -1, 0))",
                 REVERSED),
            typo("sum(digits[..., m] * base**m for m in range(digits.shape[-1]))", "digits.sum(axis=-1)",
                 r"\bsum|powers?|" + r"(ignor|not depend)[^|]{0,60}\bbase\b"),
            Slip(polynomial_times_m, r"power|base ?[·*] ?m|times m|\bm ?[·*]"),
        ),
    ),
    Ordinary(
        "rope.mixed_radix_digits",
        mixed,
        (
            Slip(mixed_off_by_one, "off-by-one"),
            Slip(mixed_reversed, f"bases.{{0,40}}({REVERSED})|({REVERSED}).{{0,40}}bases"),
            typo("n % b", "n", r"remainder|unreduced|not reduced|quotients"),
            Slip(mixed_truncated, "truncates|towards zero"),
            Slip(lambda n, bases: mixed(n, bases)[..., ::-1], REVERSED),
        ),
    ),
    Ordinary("rope.mixed_radix_digits", mixed_by_products, (Slip(mixed_off_by_one, "off-by-one"),)),
    Ordinary(
        "rope.range_of",
        range_of,
        (
            typo("**digits", "**digits - 1", r"largest-number|−1|- ?1\b"),
            typo("base**", "base *", r"product|multipl|times digits|base ?[·*] ?digits|base times"),
            typo("base**digits", "digits**base", r"exchang|swap|digits\^base|digits ?\*\* ?base"),
            typo("**digits", "** (digits - 1)",
                 r"one (digit|power|less)|digits ?[−-] ?1|1/base|1 / base|off by one"),
        ),
    ),
]  # fmt: skip
