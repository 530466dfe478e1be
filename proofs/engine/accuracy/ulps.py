"""Errors in units in the last place, and what has none: NaN, infinities, overflow, tiny values.

The error of a result r against the exact y is |r − y|/ulp(y), where ulp(y) is the distance of the format's
numbers in the binade of y. It is counted only where |y| lies in the normal range and r is finite; everything
else has a class of its own.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from flint import arb

from ....backends._backend import FORMATS
from ....backends._ball import _scalars

Class: TypeAlias = Literal[
    "measured",  # the exact value is in the normal range and the result finite: it has an error in ulps
    "tiny",  # the exact value is 0 or below the normal range, and the result is the nearest or next to it
    "tiny_missed",  # … and the result is further away
    "overflow",  # the exact value is beyond the range, and the result is the largest number or infinite
    "special",  # NaN or ±∞, as it must be
    "lost",  # NaN or ±∞ where the exact value is in range
    "wrong_special",  # a number, or another special value, where NaN, ±∞ or a value out of range is exact
    "undecided",  # there is no narrow enclosure
]

BITS = 256
"""Working precision in which errors are computed."""
NARROW = 2.0**-20
"""Ulps that the radius of an enclosure may have."""


@dataclass(frozen=True, slots=True)
class Format:
    """A floating-point format: what ulps are."""

    bits: int
    low: int
    high: int

    @classmethod
    def of(cls, dtype: str) -> "Format":
        return cls(*FORMATS[dtype])

    def spacing(self, exponent: int) -> int:
        """log2 of the ulp in the binade of 2**exponent."""
        return max(exponent, self.low) - self.bits + 1

    def ulp(self, y: Any) -> Any:
        """The ulp of a finite ball, the smaller one if it reaches into two binades."""
        smallest = y.abs_lower()
        if not smallest > 0:
            return arb(2) ** self.spacing(self.low)
        mantissa, exponent = smallest.man_exp()
        return arb(2) ** self.spacing(int(exponent) + int(mantissa).bit_length() - 1)

    @property
    def smallest(self) -> Any:
        """The smallest normal number."""
        return arb(2) ** self.low

    @property
    def overflow(self) -> Any:
        """From here on, numbers round to infinity."""
        return (2 - arb(2) ** -self.bits) * arb(2) ** self.high


def narrow(y: Any, fmt: Format) -> bool:
    """Whether an enclosure says where the exact value is, far within an ulp."""
    if not y.is_finite():
        return not _scalars.is_indeterminate(y)
    return bool(y.rad() <= NARROW * fmt.ulp(y)) or bool(y.abs_lower() >= fmt.overflow)


def compare(result: float, y: Any, fmt: Format) -> tuple[Class, float]:
    """The class of one result, and a proven lower bound of its error in ulps (within NARROW of it)."""
    if not narrow(y, fmt):
        return "undecided", math.nan
    if not y.is_finite():
        exact = float(y)
        same = math.isnan(result) if math.isnan(exact) else result == exact
        return ("special" if same else "wrong_special"), math.nan
    if y.abs_lower() >= fmt.overflow:
        beyond = abs(result) >= float(2 - arb(2) ** (1 - fmt.bits)) * 2.0**fmt.high
        right = beyond and (result > 0) == bool(y > 0)
        return ("overflow" if right else "wrong_special"), math.nan
    if not math.isfinite(result):
        return "lost", math.nan
    error = float((abs(arb(result) - y) / fmt.ulp(y)).abs_lower())
    if not y.abs_lower() >= fmt.smallest:
        return ("tiny" if error <= 1 else "tiny_missed"), error
    return "measured", error
