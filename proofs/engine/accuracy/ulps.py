"""Errors in units in the last place, and what has none: NaN, infinities, overflow, tiny values.

The error of a result r against the exact y is |r − y|/ulp(y), where ulp(y) is the distance of the format's
numbers in the binade of y. It is counted only where |y| lies in the normal range and r is finite; everything
else has a class of its own.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias

from flint import arb

from ....backends._backend import FORMATS
from ....backends._ball import _scalars
from ....backends._ball._precision import WorkingPrecision

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
_ENOUGH = 24
"""Accurate bits beyond those of the format with which an enclosure is narrow whatever it is."""


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
        return power(self.exponent(y.abs_lower()))

    def exponent(self, smallest: Any) -> int:
        """log2 of the ulp of the numbers from an exact one on."""
        part, exponent = math.frexp(float(smallest))
        # A float is in the binade of what it was rounded from, unless it was rounded up to a power of two, or
        # is infinite, or below the normal range.
        if 0.5 < part < 1 and exponent > FORMATS["float64"][1] + 1:
            return self.spacing(exponent - 1)
        if not smallest > 0:
            return self.spacing(self.low)
        mantissa, exponent = smallest.man_exp()
        return self.spacing(int(exponent) + int(mantissa).bit_length() - 1)

    @property
    def smallest(self) -> Any:
        """The smallest normal number."""
        return power(self.low)

    @property
    def overflow(self) -> Any:
        """From here on, numbers round to infinity."""
        return _overflow(self.bits, self.high)


@cache
def power(exponent: int) -> Any:
    """A power of two, exactly."""
    return arb(2) ** exponent


@cache
def _overflow(bits: int, high: int) -> Any:
    with WorkingPrecision(BITS):
        return (2 - power(-bits)) * power(high)


def narrow(y: Any, fmt: Format) -> bool:
    """Whether an enclosure says where the exact value is, far within an ulp."""
    if not y.is_finite():
        return not _scalars.is_indeterminate(y)
    # With A accurate bits, midpoints from 2**(e − 1) on have radii below 2**(e − A); NARROW ulps of what they
    # reach down to, above 2**(e − 2), are 2**(e − 21 − bits) at least.
    if y.rel_accuracy_bits() >= fmt.bits + _ENOUGH:
        return True
    return bool(y.rad() <= NARROW * fmt.ulp(y)) or bool(y.abs_lower() >= fmt.overflow)


def compare(result: float, y: Any, fmt: Format) -> tuple[Class, float]:
    """The class of one result, and a proven lower bound of its error in ulps (within NARROW of it)."""
    if not narrow(y, fmt):
        return "undecided", math.nan
    if not y.is_finite():
        exact = float(y)
        same = math.isnan(result) if math.isnan(exact) else result == exact
        return ("special" if same else "wrong_special"), math.nan
    smallest = y.abs_lower()
    if smallest >= fmt.overflow:
        beyond = abs(result) >= float(2 - arb(2) ** (1 - fmt.bits)) * 2.0**fmt.high
        right = beyond and (result > 0) == bool(y > 0)
        return ("overflow" if right else "wrong_special"), math.nan
    if not math.isfinite(result):
        return "lost", math.nan
    error = float((abs(arb(result) - y) * power(-fmt.exponent(smallest))).abs_lower())
    if not smallest >= fmt.smallest:
        return ("tiny" if error <= 1 else "tiny_missed"), error
    return "measured", error
