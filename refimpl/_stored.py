"""Formats in which arrays are stored and not computed with: functions compute in float32 and round once.

They are bfloat16 in NumPy (of ml_dtypes, whose arrays turn into float32 beside any number of Python), float8
everywhere, and half precision in functions that need more: equations are solved in it by no library.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from functools import wraps
from typing import Any, TypeVar

import array_api_compat
import numpy as np

from . import _libraries, _xp
from ._errors import DTypeError, message
from ._libraries import NO_ARRAYS, is_stored, is_usual
from ._packed import mapped, mapped_arrays
from ._typing import Array, DType

R = TypeVar("R")
_torch, _jax = array_api_compat.is_torch_array, array_api_compat.is_jax_array


def call(
    function: Callable[..., R],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    *,
    halves: bool = False,
) -> R:
    """Call a function; where a stored format is given, or asked for, in float32 and with one rounding.

    Compilers trace this.
    """
    if all(type(value) in NO_ARRAYS or is_usual(value) for value in (*args, *kwargs.values())):
        return function(*args, **kwargs)  # what the rest would find, by far sooner
    asked = kwargs.get("dtype")
    into = None if asked is None else _of_numpy(asked)
    given = list(_arrays((*args, *kwargs.values())))
    if into is None and not any(_stored(array, halves) for array in given):
        return function(*args, **kwargs)
    args, named = _widened(args, halves), _widened(dict(kwargs), halves)
    if into is not None:
        named["dtype"] = (kwargs.get("xp") or np).float32
    elif asked is None:
        into = _common([array.dtype for array in given if is_real(array)])
    result = function(*args, **named)
    return result if into is None else _rounded(result, into)


def _widened(given: Any, halves: bool) -> Any:
    """What is given in float32, and what the caller's functions give."""

    def wide(part: Any) -> Any:
        if _libraries.is_array(part):
            if not _stored(part, halves):
                return part
            own = _libraries.array_namespace(part)
            return own.astype(part, own.float32)
        if not callable(part) or isinstance(part, type):
            return part

        @wraps(part)
        def called(*args: Any, **kwargs: Any) -> Any:
            return _widened(part(*args, **kwargs), halves)

        return called

    return mapped(given, wide)


def _arrays(values: Sequence[Any]) -> Iterator[Array]:
    """The arrays among values, also in tuples, lists, and records."""
    for value in values:
        if isinstance(value, (tuple, list)):  # torch's compiler knows no unions here
            yield from _arrays(value)
        elif hasattr(value, "dtype"):
            if _libraries.is_array(value):
                yield value
        elif is_dataclass(value) and not isinstance(value, type):
            yield from _arrays([getattr(value, name) for name in value.__dataclass_fields__])


def _stored(array: Array, halves: bool) -> bool:
    dtype = array.dtype
    if isinstance(dtype, np.dtype):  # NumPy's, and those of JAX, CuPy, and Dask
        if not is_stored(dtype):
            return halves and dtype.kind == "f" and dtype.itemsize == 2
        return halves or dtype.name != "bfloat16" or not _jax(array)
    if _torch(array):
        return bool(dtype.is_floating_point) and dtype.itemsize <= 1 + halves
    xp = _libraries.array_namespace(array)
    return (
        halves and _xp.is_kind(dtype, "real floating", xp) and _xp.rounds(xp) and xp.finfo(dtype).bits == 16
    )


def is_real(array: Array) -> bool:
    """Whether it is of reals, also of those that are only stored."""
    dtype = array.dtype
    if isinstance(dtype, np.dtype):
        return dtype.kind == "f" or is_stored(dtype)
    if _torch(array):
        return bool(dtype.is_floating_point)
    return bool(_libraries.array_namespace(array).isdtype(dtype, "real floating"))


def _common(dtypes: Sequence[DType]) -> DType | None:
    """The format that results in float32 are rounded to; None if they stay.

    It is that of all arrays but those wider than float32, of those in half precision where others are
    shorter, and none where float32 is among them, or formats of which none holds the other.
    """
    kinds = [dtype for dtype in dict.fromkeys(dtypes) if dtype.itemsize <= 4]
    wide = [dtype for dtype in kinds if dtype.itemsize > 1]
    if not wide and len(kinds) > 1:
        got = ", ".join(str(dtype) for dtype in kinds)
        advice = "Convert them to one of them, or to float32, first"
        raise DTypeError(message("arrays", got, "one 8-bit format", advice))
    chosen = wide or kinds
    return chosen[0] if len(chosen) == 1 and chosen[0].itemsize <= 2 else None


def _rounded(result: R, dtype: DType) -> R:
    def once(array: Array) -> Array:
        if not is_real(array) or array.dtype.itemsize > 4:
            return array
        return _libraries.array_namespace(array).astype(array, dtype)

    with np.errstate(all="ignore"):  # what is beyond the range of the format becomes infinite, or NaN
        return mapped_arrays(result, once)  # type: ignore[no-any-return]


def _of_numpy(asked: Any) -> DType | None:
    """The dtype that is asked for, if NumPy only stores it."""
    if isinstance(asked, type) and asked.__module__.startswith("ml_dtypes"):
        asked = np.dtype(asked)
    return asked if is_stored(asked) else None
