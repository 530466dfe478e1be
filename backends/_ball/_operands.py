"""What functions of ball arrays share: arguments of one dtype, and functions of elements."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..._errors import DTypeError, told
from ..._typing import Namespace
from ._array import BallArray, boxed
from ._dtypes import DType, isdtype, promote


def operands(xp: Namespace, call: str, *given: Any) -> list[BallArray]:
    """The arguments as arrays of one dtype; Python numbers take the dtype of the arrays."""
    arrays = [value for value in given if isinstance(value, BallArray)]
    if not arrays:
        got = ", ".join(type(value).__name__ for value in given)
        raise DTypeError(told(call, "arguments", got, "at least one ball array"))
    for array in arrays:
        xp.check_own(call, array)
    dtype = functools.reduce(promote, (array.dtype for array in arrays))
    return [
        xp.astype(value, dtype) if isinstance(value, BallArray) else _number(xp, call, value, dtype)
        for value in given
    ]


def _number(xp: Namespace, call: str, value: Any, dtype: DType) -> BallArray:
    boolean = isinstance(value, bool | np.bool_)
    fits = boolean if dtype.boolean else not boolean and (dtype.real or hasattr(value, "__index__"))
    if not fits:
        got = f"a {type(value).__name__} beside an array of {dtype}"
        raise DTypeError(told(call, "arguments", got, "numbers of the array's kind"))
    return xp.asarray(value, dtype=dtype)


def apply(xp: Namespace, function: Callable[..., Any], dtype: DType, *arrays: BallArray) -> BallArray:
    """A function of elements, broadcast over the arrays."""
    with np.errstate(all="ignore"):  # NumPy reads the processor's flags, which say nothing of balls
        out = np.frompyfunc(function, len(arrays), 1)(*(array.data for array in arrays))
    data = boxed(out, dtype) if dtype.real else np.asarray(out, dtype=dtype.storage)
    return BallArray(data, dtype, xp)


def require(call: str, array: BallArray, *kinds: str) -> None:
    if not isdtype(array.dtype, kinds):
        raise DTypeError(told(call, "x", f"dtype {array.dtype}", f"dtype of kind {' or '.join(kinds)}"))
