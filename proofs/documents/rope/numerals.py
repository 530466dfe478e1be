"""Laws of digits, and of the equivalence between digits and angles."""

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from ...._xp import numbers
from ....backends import Setting
from ...language.law import Exact, Gap, Impl, ImplementationCrashedError, Record, Rounding, Same, law
from . import exact, inputs

INTEGERS = Exact("integers")


MORE = 45
"""Digits beyond those of a number: their powers of the base leave every integer format."""


def _answer(function: Any, *args: Any, **options: Any) -> Any:
    """A result; none if the function refuses powers that overflow, which is no wrong digit."""
    try:
        return function(*args, **options)
    except ImplementationCrashedError:
        return None


def _table(rows: list[list[int]]) -> np.ndarray[Any, Any]:
    return np.asarray(rows, dtype=np.int64)


@law(
    "rope.digits-definition",
    "digit m of n is ⌊n/base^m⌋ mod base, also for negative n",
    source="rope D1",
    about=("rope.digits",),
    inputs=inputs.numerals,
    tolerance=INTEGERS,
    refutes=(
        "rope.digits/most-significant-first",
        "rope.digits/float-quotient",
        "rope.digits/no-remainder",
        "rope.digits/one-late",
        "rope.digits/not-divided",
        "rope.digits/product-for-power",
        "rope.digits/truncates",
        "rope.digits/powers-wrap",
    ),
)
def digits_definition(impl: Impl, on: Setting, case: inputs.Numerals) -> Iterator[Record]:
    """Python integers form the powers that the reference avoids."""
    for label, array in (("n ≥ 0", case.n), ("n < 0", -1 - case.n)):
        expected = [
            [n // case.base**m % case.base for m in range(case.count)] for n in on.host(array).tolist()
        ]
        yield Same(label, impl["rope.digits"](array, base=case.base, count=case.count), _table(expected))
        beyond = [[n // case.base**m % case.base for m in range(MORE)] for n in on.host(array).tolist()]
        longer = _answer(impl["rope.digits"], array, base=case.base, count=MORE)
        if longer is not None:
            yield Same(f"{label}, {MORE} digits", longer, _table(beyond))


@law(
    "rope.from_digits-definition",
    "from_digits is Σ digit_m base^m",
    source="rope D1",
    about=("rope.from_digits",),
    inputs=inputs.numerals,
    tolerance=INTEGERS,
    refutes=(
        "rope.from_digits/most-significant-first",
        "rope.from_digits/powers-from-one",
        "rope.from_digits/digit-sum",
        "rope.from_digits/times-index",
    ),
)
def from_digits_definition(impl: Impl, on: Setting, case: inputs.Numerals) -> Iterator[Record]:
    """Digits are made on the host."""
    numbers = on.host(case.n).tolist()
    rows = [[n // case.base**m % case.base for m in range(case.count)] for n in numbers]
    yield Same(
        "number", impl["rope.from_digits"](on.array(_table(rows)), base=case.base), np.asarray(numbers)
    )


@law(
    "rope.digits-roundtrip",
    "from_digits ∘ digits is the identity on [0, base^count)",
    source="rope C1",
    stands="that a number has one numeral and comes back from it",
    about=("rope.digits", "rope.from_digits"),
    inputs=inputs.numerals,
    tolerance=INTEGERS,
    refutes=(
        "rope.digits/most-significant-first",
        "rope.digits/float-quotient",
        "rope.from_digits/most-significant-first",
    ),
)
def digits_roundtrip(impl: Impl, on: Setting, case: inputs.Numerals) -> Iterator[Record]:
    """Both from the implementation."""
    digits = impl["rope.digits"](case.n, base=case.base, count=case.count)
    yield Same("n", impl["rope.from_digits"](digits, base=case.base), on.host(case.n))


@law(
    "rope.mixed_radix_digits-definition",
    "digit m in a mixed radix is ⌊n/(b_1⋯b_m)⌋ mod b_{m+1}, also for negative n, and Σ digit_m b_1⋯b_m = n",
    source="rope D1",
    about=("rope.mixed_radix_digits", "rope.digits"),
    inputs=inputs.radices,
    tolerance=INTEGERS,
    refutes=(
        "rope.mixed_radix_digits/product-off-by-one",
        "rope.mixed_radix_digits/truncates",
        "rope.mixed_radix_digits/products-wrap",
        "rope.digits/most-significant-first",
        "rope.mixed_radix_digits/bases-reversed",
        "rope.mixed_radix_digits/most-significant-first",
        "rope.mixed_radix_digits/no-remainder",
    ),
)
def mixed_radix_definition(impl: Impl, on: Setting, case: inputs.MixedNumerals) -> Iterator[Record]:
    """Python integers; with equal bases it must agree with plain digits."""
    first = [math.prod(case.bases[:m]) for m in range(len(case.bases))]
    for label, array in (("n < 0", -1 - case.n), ("n ≥ 0", case.n)):
        numbers = on.host(array).tolist()
        rows = [[n // product % b for product, b in zip(first, case.bases, strict=True)] for n in numbers]
        found = impl["rope.mixed_radix_digits"](array, bases=case.bases)
        yield Same(f"digits, {label}", found, _table(rows))
        bases = [*case.bases, *[1009] * 9]
        products = [math.prod(bases[:m]) for m in range(len(bases))]
        rows = [[n // product % b for product, b in zip(products, bases, strict=True)] for n in numbers]
        longer = _answer(impl["rope.mixed_radix_digits"], array, bases=bases)
        if longer is not None:
            yield Same(f"digits of more bases, {label}", longer, _table(rows))
    total = on.host(found).astype(object) @ np.asarray(first, dtype=object)
    yield Same("value", total.astype(np.int64), on.host(case.n))
    equal = impl["rope.mixed_radix_digits"](case.n, bases=[7] * 5)
    yield Same("equal bases", equal, on.host(impl["rope.digits"](case.n, base=7, count=5)))


@law(
    "rope.range_of-definition",
    "range_of(base, digits) counts the numerals: base^digits",
    source="rope D7",
    about=("rope.range_of",),
    inputs=inputs.tables,
    tolerance=Rounding({"a power, within 2u": 2, "expectation": 1}),
    refutes=(
        "rope.range_of/largest-number",
        "rope.range_of/product",
        "rope.range_of/exchanged",
        "rope.range_of/one-digit-less",
    ),
)
def range_definition(impl: Impl, on: Setting, case: inputs.Ranges) -> Iterator[Record]:
    """Integers by repeated multiplication, reals by rationals."""
    base, digits = case.whole[0], min(case.dim // 2, 5)
    yield Same("integer base", impl["rope.range_of"](base, digits=digits), math.prod([base] * digits))
    expected = on.number(on.fraction(case.base) ** digits)
    found = impl["rope.range_of"](case.base, digits=digits)
    yield Gap("real base", found, expected, expected * on.double)


@law(
    "rope.range-extension",
    "β → β k^(2/d) multiplies the range β^(d/2) by k, as B → kB does",
    source="rope C1, D5",
    stands="that both ways to extend the range give the factor k",
    about=("rope.range_of", "rope.rebase", "rope.frequencies"),
    inputs=inputs.ranges,
    tolerance=Rounding(
        {"β, k^(2/d) and their product": 3, "the power, within 2u": 2},
        "the power multiplies the first by d/2, its scale",
        calls=("pow",),
    ),
    refutes=(
        "rope.rebase/digit-base",
        "rope.rebase/divides",
        "rope.rebase/ntk",
        "rope.rebase/power",
        "rope.range_of/largest-number",
    ),
)
def range_extension(impl: Impl, on: Setting, case: inputs.Ranges) -> Iterator[Record]:
    """β and k^(2/d) in 50 digits; a whole k^(2/d) = t exactly in integers."""
    half, root = case.dim // 2, Fraction(2, case.dim)
    beta, grown = exact.power(case.base, root), exact.power(case.factor, root)
    found = impl["rope.range_of"](beta * grown, digits=half)
    larger = impl["rope.rebase"](case.base, factor=case.factor)
    expected = on.number(on.fraction(case.base) * on.fraction(case.factor))
    yield Gap("range", found, expected, expected * half * on.double)
    yield Gap("base", larger, expected, expected * on.double)
    b, t = case.whole
    exactly = impl["rope.range_of"](b, digits=half) * t**half
    yield Same("whole β and t", impl["rope.range_of"](b * t, digits=half), exactly)
    table = impl["rope.frequencies"](case.dim, base=larger, **on.like)
    steps = (beta * grown) ** -np.arange(half)
    yield Gap("frequencies", table, steps, steps * (exact.weight(steps) + half * on.double))


@law(
    "rope.digit-of-quotient",
    "digit m of n is digit 0 of ⌊n/base^m⌋: it depends on n only through n/base^m",
    source="rope C2",
    stands="the likeness on the side of digits: the quotient",
    about=("rope.digits",),
    inputs=inputs.numerals,
    tolerance=INTEGERS,
    refutes=("rope.digits/most-significant-first",),
)
def digit_of_quotient(impl: Impl, on: Setting, case: inputs.Numerals) -> Iterator[Record]:
    """The quotients are formed on the host."""
    found = on.host(impl["rope.digits"](case.n, base=case.base, count=case.count))
    for m in range(case.count):
        quotient = on.array(_table([n // case.base**m for n in on.host(case.n).tolist()]))
        first = impl["rope.digits"](quotient, base=case.base, count=1)
        yield Same(f"digit {m}", found[:, m : m + 1], on.host(first))


@law(
    "rope.digit-period",
    "digit m is unchanged when n grows by base^(m+1), that is n/base^m by base",
    source="rope C2",
    stands="the likeness on the side of digits: the period",
    about=("rope.digits",),
    inputs=inputs.numerals,
    tolerance=INTEGERS,
    refutes=("rope.digits/no-remainder", "rope.digits/most-significant-first"),
)
def digit_period(impl: Impl, on: Setting, case: inputs.Numerals) -> Iterator[Record]:
    """Steps down instead of up where up would leave int64."""
    found = on.host(impl["rope.digits"](case.n, base=case.base, count=case.count))
    for m in range(case.count):
        step = case.base ** (m + 1)
        moved = [n + step if n + step <= inputs.LARGEST else n - step for n in on.host(case.n).tolist()]
        shifted = impl["rope.digits"](on.array(_table(moved)), base=case.base, count=case.count)
        yield Same(f"digits 0…{m}", found[:, : m + 1], on.host(shifted)[:, : m + 1])


@law(
    "rope.digits-are-rounded-angles",
    "with ω_m = 2π/b^(m+1), digit m is ⌊b (nω_m mod 2π)/(2π)⌋",
    source="rope C2",
    stands="the likeness itself, in fractions",
    about=("rope.digits",),
    inputs=inputs.numerals,
    tolerance=Exact("rationals: the angle is a rational number of turns"),
    refutes=("rope.digits/most-significant-first", "rope.digits/float-quotient"),
)
def digits_are_rounded_angles(impl: Impl, on: Setting, case: inputs.Numerals) -> Iterator[Record]:
    """Turns n/b^(m+1) as fractions, whose part above the floor is the angle mod 2π."""
    turns = [[Fraction(n, case.base ** (m + 1)) for m in range(case.count)] for n in on.host(case.n).tolist()]
    rows = [[math.floor(case.base * (turn % 1)) for turn in row] for row in turns]
    yield Same("digits", impl["rope.digits"](case.n, base=case.base, count=case.count), _table(rows))


def _read(angles: Any, base: int) -> np.ndarray[Any, Any]:
    """nω_m b/(2π) = n/b^m of each angle."""
    result: np.ndarray[Any, Any] = angles * (base / (2 * numbers(angles).pi))
    return result


@law(
    "rope.float-angles-give-digits",
    "float angles give digit m where b^m does not divide n, and everywhere after half a unit is added",
    source="rope C2",
    stands="that the likeness survives rounding, and where it does not",
    about=("rope.angles", "rope.frequencies", "rope.digits"),
    inputs=inputs.readable,
    not_in={"bfloat16": "its angles resolve the powers of no base"},
    tolerance=Exact(
        "n/b^m is off by (5 + 4 ln b^m)u n/b^m, with exponents in the dtype: below 1/(2b^m), half the "
        "distance of n/b^m from its neighbours, as n < 2^bits/256 and m < count"
    ),
    refutes=("rope.angles/positions-from-one", "rope.frequencies/exponent-m-over-d"),
)
def float_angles_give_digits(impl: Impl, on: Setting, case: inputs.Numerals) -> Iterator[Record]:
    """At multiples of b^m the angle is on the edge of a digit, where any rounding may change it."""
    b, powers = case.base, case.base ** np.arange(case.count)
    table = on.host(impl["rope.frequencies"](2 * case.count, base=b**case.count, **on.like))
    angles = on.host(impl["rope.angles"](case.n, on.array(table * (2 * on.math.pi / b))))
    digits = on.host(impl["rope.digits"](case.n, base=b, count=case.count))
    inside = on.host(case.n)[:, None] % powers != 0
    found = np.floor(np.where(inside, _read(angles, b), 0.5)).astype(np.int64) % b
    yield Same("off the edges", found, np.where(inside, digits, 0))
    moved = np.floor(_read(angles, b) + 1 / on.reals(2 * powers)).astype(np.int64) % b
    yield Same("half a unit later", moved, digits)


@law(
    "rope.encoding-determines-position",
    "the pairs (cos nω_m, sin nω_m) with ω_m = 2π/b^(m+1) determine n on [0, b^count)",
    source="rope C2",
    stands="that angles determine the position although they are not rounded",
    about=("rope.angles", "rope.rotate", "rope.frequencies", "rope.from_digits"),
    inputs=inputs.readable,
    not_in={"bfloat16": "its angles resolve the powers of no base"},
    tolerance=Exact(
        "angle and sine together move n by at most 0.2 of the half unit that separates neighbours"
    ),
    refutes=("rope.angles/positions-from-one", "rope.rotate/wrong-sign"),
)
def encoding_determines_position(impl: Impl, on: Setting, case: inputs.Numerals) -> Iterator[Record]:
    """Reads n back from rotated unit vectors, at n + ½ to stay off the edges."""
    b, count = case.base, case.count
    table = on.host(impl["rope.frequencies"](2 * count, base=b**count, **on.like)) * (2 * on.math.pi / b)
    middle = on.array(on.host(case.n) + 0.5)
    unit = on.array(np.tile([1.0, 0.0], (len(on.host(case.n)), count)))
    pairs = on.host(impl["rope.rotate"](unit, impl["rope.angles"](middle, on.array(table))))
    # Turned by π, lest the cut of the arctangent be where an angle is.
    angles = np.arctan2(-pairs[:, 1::2], -pairs[:, 0::2]) + on.math.pi
    digits = np.floor(_read(angles, b)).astype(np.int64) % b
    yield Same("n", impl["rope.from_digits"](on.array(digits), base=b), on.host(case.n))


@law(
    "rope.order-survives",
    "comparing digits from the most significant orders numbers alike in every base",
    source="rope C5",
    about=("rope.digits",),
    inputs=inputs.numerals,
    tolerance=INTEGERS,
    refutes=("rope.digits/most-significant-first", "rope.digits/float-quotient"),
)
def order_survives(impl: Impl, on: Setting, case: inputs.Numerals) -> Iterator[Record]:
    """All pairs of a batch and its neighbours, in the base drawn and in base 7."""
    numbers = [min(n + s, case.base**case.count - 1) for n in on.host(case.n).tolist() for s in (0, 1)]
    array = on.array(np.asarray(numbers))
    expected = np.asarray(numbers)[:, None] > np.asarray(numbers)[None, :]
    for base, count in ((case.base, case.count), (7, 23)):
        digits = on.host(impl["rope.digits"](array, base=base, count=count))
        more = np.zeros((len(numbers), len(numbers)), dtype=bool)
        for m in range(count):  # the last one that differs decides
            first, second = digits[:, None, m], digits[None, :, m]
            more = np.where(first == second, more, first > second)
        yield Same(f"order in base {base}", more, expected)
