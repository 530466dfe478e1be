"""Checks that the functions share."""

from typing import Any

from .. import _xp
from .._errors import DomainError, ShapeError, message
from .._typing import Array, Namespace


def check_problem(call: str, W: Array, b: Array, **others: Array) -> Namespace:
    """The namespace of real W (n, d), b (n,) and further real arrays, with n, d ≥ 1."""
    xp = _xp.namespace(call, W=W, b=b, **others)
    _xp.floating(call, xp, W=W, b=b, **others)
    check_matrix(call, "W", W)
    if tuple(b.shape) != (W.shape[0],):
        raise ShapeError(
            message(call, "b", f"shape {tuple(b.shape)}", f"shape ({W.shape[0]},), one a row of W")
        )
    return xp


def check_matrix(call: str, name: str, matrix: Array) -> None:
    """Require two axes, neither of them empty."""
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise ShapeError(message(call, name, f"shape {tuple(matrix.shape)}", "shape (n, d) with n, d ≥ 1"))


def check_class(call: str, k: Any, n: int) -> int:
    """Require the index of one of n classes."""
    number = _xp.check_integer(call, "k", k, 0)
    if number >= n:
        raise DomainError(message(call, "k", number, f"an integer in [0, {n - 1}]"))
    return number
