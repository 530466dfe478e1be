"""What several functions of this document share."""

from .._typing import Array, Namespace


def unless_nan(x: Array, result: Array, *, xp: Namespace) -> Array:
    """The result, or NaN everywhere if some value of x has no place in an order."""
    if not xp.isdtype(x.dtype, "real floating"):
        return result
    return xp.where(xp.any(xp.isnan(x)), xp.full_like(result, xp.nan), result)
