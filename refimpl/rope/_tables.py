"""What the tables of frequencies share: powers, checks, and the dtype to compute in."""

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from .. import _libraries, _xp
from .._errors import DomainError, DTypeError, message, shown
from .._typing import Array, Device, DType, Namespace


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


def check_dim(call: str, dim: int) -> int:
    """Require an even number of features."""
    number = _xp.check_integer(call, "dim", dim, 2, _xp.MOST_ENTRIES)
    if number % 2:
        raise DomainError(message(call, "dim", number, "an even integer ≥ 2: features turn in pairs"))
    return number


def check_base(call: str, base: float) -> float:
    """Require a base whose frequencies fall."""
    return _xp.check_number(call, "base", base, 1.0)


def check_factor(call: str, factor: float) -> float:
    """Require an extension, not a contraction."""
    return _xp.check_number(call, "factor", factor, 1.0, closed=True)


def table(
    call: str, values: Iterable[float], xp: Namespace | None, dtype: DType | None, device: Device | None
) -> Array:
    """Python numbers as an array, rounded once."""
    found, dtype = _xp.create(call, xp, dtype, device)
    return found.asarray(list(values), dtype=dtype, device=device)


def widest(array: Array, *dtypes: DType, xp: Namespace) -> DType:
    """Float64 where the device has it, else the widest of the given floating dtypes."""
    device = _libraries.device(array)
    known: dict[str, Any] = xp.__array_namespace_info__().dtypes(device=device)
    real = [dtype for dtype in dtypes if xp.isdtype(dtype, "real floating")]
    return xp.result_type(*([known["float64"]] if "float64" in known else []), *real)


def result_dtype(call: str, name: str, array: Array, dtype: DType | None, *, xp: Namespace) -> DType:
    """The dtype asked for, or that of the array, which must then be real floating."""
    _xp.real(call, xp, **{name: array})
    if dtype is None:
        if not xp.isdtype(array.dtype, "real floating"):
            advice = (
                f"Keep integer {name}, which are exact, and give the dtype of the result: dtype=xp.float64"
            )
            raise DTypeError(message(call, name, f"dtype {array.dtype}", "a real floating dtype", advice))
        return array.dtype
    fits = _xp.is_kind(dtype, "real floating", xp)
    if not fits:
        expected = "a real floating dtype of the library of the array"
        raise DTypeError(message(call, "dtype", shown(dtype), expected))
    return dtype
