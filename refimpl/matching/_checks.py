"""What several functions of this document check."""

from .._errors import ShapeError, message
from .._typing import Array, Namespace


def check_vector(name: str, x: Array) -> None:
    """Require one axis."""
    if x.ndim != 1:
        raise ShapeError(message(name, f"shape {tuple(x.shape)}", "one axis"))


def unless_nan(x: Array, result: Array, *, xp: Namespace) -> Array:
    """The result, or NaN everywhere if some value of x has no place in an order."""
    if not xp.isdtype(x.dtype, "real floating"):
        return result
    return xp.where(xp.any(xp.isnan(x)), xp.full_like(result, xp.nan), result)
