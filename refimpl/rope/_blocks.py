"""The rotation of many pairs with NumPy, a block at a time: the operations of the definition in its order,
so the same bits, but in memory that stays in the processor's cache, and nothing as large as the result
beside it."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .._typing import Array

Numbers = np.ndarray[Any, np.dtype[Any]]

LEAST = 2**16
"""Numbers in x from which on it is worth it."""
BLOCK = 2**14
"""Pairs in a block: four blocks of float32 stay in a cache of a mebibyte."""


def serves(x: Array, cos: Array) -> bool:
    """Whether there are many pairs of NumPy's own arrays."""
    return type(x) is np.ndarray and type(cos) is np.ndarray and x.size >= LEAST


def rotate(
    x: Numbers, cos: Numbers, sin: Numbers, split: Callable[[Any, Any], tuple[Numbers, Numbers]], layout: str
) -> Numbers:
    """(a cos − b sin, a sin + b cos) for the pairs that `split` finds in a layout."""
    batch = np.broadcast_shapes(x.shape[:-1], cos.shape[:-1])
    out = np.empty((*batch, x.shape[-1]), dtype=x.dtype.newbyteorder("="))
    shape = (*batch, cos.shape[-1])
    given = [np.broadcast_to(v, shape) for v in (*split(x, layout), cos, sin)]
    given += split(out, layout)
    for place in _places(shape):
        _turn(*(v[place] for v in given))
    return out


def _turn(a: Numbers, b: Numbers, cos: Numbers, sin: Numbers, first: Numbers, second: Numbers) -> None:
    np.multiply(a, cos, out=first)
    product = b * sin
    first -= product
    np.multiply(a, sin, out=second)
    np.multiply(b, cos, out=product)
    second += product


def _places(shape: tuple[int, ...]) -> Iterator[tuple[int | slice, ...]]:
    """Runs along the last axis that is too long for a block, and each of them for all that stands before it:
    angles that are broadcast over heads are used again while they are at hand."""
    axis, size = len(shape) - 1, 1
    while axis and size * shape[axis] <= BLOCK:
        size *= shape[axis]
        axis -= 1
    step = max(1, BLOCK // size)
    for start in range(0, shape[axis], step):
        for before in np.ndindex(*shape[:axis]):
            yield (*before, slice(start, start + step))
