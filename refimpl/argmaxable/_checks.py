"""Checks that the functions share."""

from typing import Any

from .. import _xp
from .._errors import DomainError, ShapeError, message
from .._typing import Array, Namespace


def check_problem(W: Array, b: Array, **others: Array) -> Namespace:
    """The namespace of real W (n, d), b (n,) and further real arrays, with n, d ≥ 1."""
    xp = _xp.namespace(W=W, b=b, **others)
    _xp.floating(xp, W=W, b=b, **others)
    check_matrix("W", W)
    if tuple(b.shape) != (W.shape[0],):
        raise ShapeError(message("b", f"shape {tuple(b.shape)}", f"shape ({W.shape[0]},), one a row of W"))
    return xp


def check_matrix(name: str, matrix: Array) -> None:
    """Require two axes, neither of them empty."""
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise ShapeError(message(name, f"shape {tuple(matrix.shape)}", "shape (n, d) with n, d ≥ 1"))


def check_class(k: Any, n: int) -> int:
    """Require the index of one of n classes."""
    number = _xp.check_integer("k", k, 0)
    if number >= n:
        raise DomainError(message("k", number, f"an integer in [0, {n - 1}]"))
    return number
