"""Rows of arrays, for public functions that take two sets of rows, or rows of one step."""

from collections.abc import Callable
from typing import Any

import numpy as np
from array_api_compat import array_namespace


def aligned(u: Any, v: Any, axis: int) -> tuple[Any, Any]:
    """Two arrays of one shape, with the axis of vectors last."""
    xp = array_namespace(u, v)
    return xp.broadcast_arrays(xp.moveaxis(u, axis, -1), xp.moveaxis(v, axis, -1))


def cosines(matrix: Callable[[Any, Any], Any], u: Any, v: Any, axis: int) -> Any:
    """Of a function of two sets of rows: each row with its own, which the diagonal has."""
    xp = array_namespace(u, v)
    first, second = aligned(u, v, axis)
    n, d = int(np.prod(first.shape[:-1])), first.shape[-1]
    found = xp.linalg.diagonal(matrix(xp.reshape(first, (n, d)), xp.reshape(second, (n, d))))
    return xp.reshape(found, first.shape[:-1])
