"""Powers in 50 decimal digits (or numbers of any precision), for the laws about frequencies."""

from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from ...._xp import rounds

Numbers = np.ndarray[Any, np.dtype[np.float64]]


def power(base: Any, exponent: Fraction) -> Any:
    """base^exponent, correctly rounded to float64 if the base is a float."""
    return _power(base, exponent) if rounds(base) else base**exponent


@lru_cache(maxsize=4096)
def _power(base: float, exponent: Fraction) -> float:
    with localcontext(prec=50):
        return float(Decimal(base) ** (Decimal(exponent.numerator) / exponent.denominator))


def frequencies(dim: int, base: float) -> Numbers:
    """base^(−2m/dim), correctly rounded to float64 if the base is a float."""
    return np.stack([power(base, Fraction(-2 * m, dim)) for m in range(dim // 2)])


def weight(power: Any) -> Any:
    """1 + |ln p|, the condition of a power in its exponent: code that computes −2m/d or d/(d−2) in
    floats rounds it, which moves p by |ln p| roundings, and is not wrong for that."""
    return 1 + np.abs(np.log(power))
