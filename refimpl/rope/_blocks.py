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
    for parts in _blocks(
        *(np.broadcast_to(v, shape) for v in (*split(x, layout), cos, sin)), *split(out, layout)
    ):
        _turn(*parts)
    return out


def _turn(a: Numbers, b: Numbers, cos: Numbers, sin: Numbers, first: Numbers, second: Numbers) -> None:
    np.multiply(a, cos, out=first)
    product = b * sin
    first -= product
    np.multiply(a, sin, out=second)
    np.multiply(b, cos, out=product)
    second += product


def _blocks(*arrays: Numbers) -> Iterator[tuple[Numbers, ...]]:
    """The same blocks of arrays of one shape: runs of rows, and for each run all that it is repeated over, so
    that angles that are broadcast over heads are used again while they are at hand."""
    shape = arrays[0].shape
    if arrays[0].size <= BLOCK:
        yield arrays
        return
    rows = len(shape) > 1 and shape[-2] > 1 and shape[-2] * shape[-1] > BLOCK
    axis = len(shape) - 2 if rows else next(i for i, n in enumerate(shape) if n > 1)
    middle = shape[axis] // 2
    for part in (slice(None, middle), slice(middle, None)):
        yield from _blocks(*(v[(slice(None),) * axis + (part,)] for v in arrays))
