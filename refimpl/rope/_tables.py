"""What the tables of frequencies share: powers, checks, and the dtype to compute in."""

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from .. import _libraries, _xp
from .._typing import Array, Device, DType, Namespace
from ..public import Integer, Number

DIM = Integer(2, _xp.MOST_ENTRIES, even=True)
"""A number of features, which turn in pairs."""
BASE = Number(above=1)
"""Frequencies fall."""
FACTOR = Number(least=1)
"""An extension, no contraction."""
LENGTH = Number(above=0)
"""Of a sequence."""


def power(base: float, exponent: Fraction) -> float:
    """base^exponent within about one unit in the last place; overflow gives infinity.

    Rounding the exponent alone would cost |ln result| units, so its rounding error is put back:
    base^(h + l) ≈ base^h (1 + l ln base).
    """
    if not _xp.rounds(base):
        return base**exponent
    high = float(exponent)
    low = float(exponent - Fraction(high))
    try:
        result = math.pow(base, high)
    except OverflowError:
        return math.inf
    return result + result * low * math.log(base) if math.isfinite(result) else result


def plain(dim: int, base: float, xp: Namespace | None = None) -> list[float]:
    """The frequencies base^(−2m/dim) as numbers (for a namespace)."""
    base = _xp.number(base, xp)
    return [power(base, Fraction(-2 * m, dim)) for m in range(dim // 2)]


def table(values: Iterable[float], xp: Namespace | None, dtype: DType | None, device: Device | None) -> Array:
    """Python numbers as an array, rounded once."""
    found, dtype = _xp.create(xp, dtype, device)
    return found.asarray(list(values), dtype=dtype, device=device)


def widest(array: Array, *dtypes: DType, xp: Namespace) -> DType:
    """Float64 where the device has it, else the widest of the given floating dtypes."""
    device = _libraries.device(array)
    known: dict[str, Any] = xp.__array_namespace_info__().dtypes(device=device, kind="real floating")
    real = [dtype for dtype in dtypes if xp.isdtype(dtype, "real floating")]
    return xp.result_type(*([known["float64"]] if "float64" in known else []), *real)


def stored(*tables: Array, xp: Namespace) -> tuple[Array, ...]:
    """Arrays of one shape; under a compiler such that it computes each once and stores it. Compilers would
    compute anew what is broadcast, for each of its uses: cosines of angles for every head."""
    if not _libraries.compiling(tables[0]):
        return tables
    places = xp.arange(len(tables), device=_libraries.device(tables[0]))
    together = xp.take(xp.stack(list(tables)), places, axis=0)  # a look-up is not computed anew
    return tuple(together[i, ...] for i in range(len(tables)))
