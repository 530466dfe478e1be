"""The complex step: Im f(x + ih)/h = f'(x) + O(h²) has no cancellation, so a tiny h gives every digit."""

from typing import Any

from .._xp import numbers


def step(*given: Any, of_floats: float) -> Any:
    """h for what is given: `of_floats`, unless the numbers bring a precision of their own, beyond which
    h² must lie."""
    m = numbers(*given)
    return m.pow(2, -2 * m.prec) if hasattr(m, "prec") else of_floats
