"""The same numbers stored otherwise, and other numbers stored in the same place."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .... import _libraries
from ...._libraries import is_array
from ...language.packing import copied, mapped, mapped_arrays, parts
from ..calls import Given


def strided(array: Any) -> Any:
    """Every second number of a larger array; those between are others."""
    xp = _libraries.array_namespace(array)
    other = ~array if xp.isdtype(array.dtype, ("bool", "integral")) else 1 - array
    return xp.stack([array, other], axis=-1)[..., 0]


def interleaved(array: Any) -> Any:
    """Every second number of a larger array; those between are all the first one, which is in range."""
    if 0 in array.shape:
        return array
    xp = _libraries.array_namespace(array)
    first = xp.reshape(array, (-1,))[0]
    return xp.stack([array, xp.broadcast_to(first, array.shape)], axis=-1)[..., 0]


def transposed(array: Any) -> Any:
    """The first axis last in memory."""
    xp = _libraries.array_namespace(array)
    axes = tuple(reversed(range(array.ndim)))
    turned = xp.permute_dims(array, axes)
    flat = xp.reshape(turned, (-1,))  # which puts the numbers in the order of the axes
    return xp.permute_dims(xp.reshape(flat, turned.shape), axes)


def backwards(array: Any) -> Any:
    """The last number first in memory, where the library has such views."""
    xp = _libraries.array_namespace(array)
    turned = xp.asarray(xp.flip(array, axis=-1), copy=True) if array.ndim else array
    return xp.flip(turned, axis=-1) if array.ndim else array


def read_only(array: Any) -> Any:
    """Not to be written into, in NumPy."""
    if isinstance(array, np.ndarray):
        array = array.copy()
        array.setflags(write=False)
    return array


def unaligned(array: Any) -> Any:
    """Beginning at an odd address, as fields of records do, in NumPy."""
    if not isinstance(array, np.ndarray):
        return array
    memory = np.frombuffer(bytearray(1 + array.nbytes), dtype=np.uint8)
    shifted = memory[1:].view(array.dtype).reshape(array.shape)
    shifted[...] = array
    return shifted


def swapped(array: Any) -> Any:
    """With the bytes of every number in the other order, as some files have them, in NumPy.

    Not in the formats of ml_dtypes, in which NumPy writes numbers without a look at the order.
    """
    if not isinstance(array, np.ndarray) or array.dtype.kind == "V":
        return array
    return array.astype(array.dtype.newbyteorder())


def signed_zeros(array: Any) -> Any:
    """With −0 for 0."""
    xp = _libraries.array_namespace(array)
    if not xp.isdtype(array.dtype, "real floating"):
        return array
    return xp.where(array == 0, -xp.zeros_like(array), array)


MANNERS: dict[str, Callable[[Any], Any]] = {
    "strided in memory": strided,
    "interleaved in memory": interleaved,
    "transposed in memory": transposed,
    "backwards in memory": backwards,
    "read-only": read_only,
    "unaligned in memory": unaligned,
    "in the other byte order": swapped,
}
"""Ways to store an array, none of which changes a number."""


def stored(call: Given, manner: Callable[[Any], Any]) -> Given:
    """A call with all its arrays stored in one manner."""
    args, kwargs = mapped_arrays(call, manner)
    return args, kwargs


def arrays(value: Any) -> list[Any]:
    """Every array in a value."""
    return [part for _, part in parts(value) if is_array(part)]


def joined(call: Given) -> Given | None:
    """A call of which two arrays of one form are the same object; none if there are no two."""
    found: dict[Any, Any] = {}
    shared = mapped_arrays(call, lambda array: found.setdefault(_form(array), array))
    return shared if len(found) < len(arrays(call)) else None


def form(call: Given) -> list[str]:
    """Shapes of the arrays in a call, and kinds of all else: what a cache may take for its arguments."""
    return [str(part.shape) if is_array(part) else type(part).__name__ for _, part in parts(call)]


def alike(calls: Sequence[Given]) -> Iterator[tuple[Given, Given]]:
    """Pairs of calls that differ in numbers alone, in arrays of the same forms."""
    for place, first in enumerate(calls):
        for second in calls[place + 1 :]:
            if list(map(_form, arrays(first))) == list(map(_form, arrays(second))):
                yield first, second
                break


def rewritten(call: Given, other: Given) -> Given | None:
    """The call `other`, whose numbers are written into the arrays of `call`; none if those refuse it."""
    places = arrays(call)
    if not places or not all(write(*pair) for pair in zip(places, arrays(copied(other)), strict=True)):
        return None
    left = iter(places)
    args, kwargs = mapped(other, lambda part: next(left) if is_array(part) else part)
    return args, kwargs


def write(place: Any, values: Any) -> bool:
    """Write into an array; whether its library allows it, and for this array."""
    with contextlib.suppress(Exception):  # immutable, read-only, or several entries in one place
        place[...] = values
        return True
    return False


def spoil(result: Any) -> None:
    """Write other numbers into all arrays of a result that take them."""
    for array in arrays(result):
        xp = _libraries.array_namespace(array)
        if xp.isdtype(array.dtype, "bool"):
            write(array, ~array)
        else:
            write(array, array * 0 - 7 if xp.isdtype(array.dtype, "real floating") else array + 1)


def restore(result: Any, kept: Any) -> None:
    """Write the numbers back that were there."""
    for place, values in zip(arrays(result), arrays(kept), strict=True):
        write(place, values)


def _form(array: Any) -> tuple[Any, ...]:
    return tuple(array.shape), str(array.dtype)
