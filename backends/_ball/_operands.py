"""What functions of ball arrays share: arguments of one dtype, and functions of elements."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..._errors import DTypeError, told
from ..._typing import Namespace
from ._array import BallArray, boxed
from ._dtypes import DType, isdtype, promote
from ._scalars import ZERO


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


def apply_at_once(
    xp: Namespace, at_once: Callable[..., Any], function: Callable[..., Any], *arrays: BallArray
) -> BallArray | None:
    """The same for finite reals and a function whose balls are right wherever they are finite and do not hold
    0: NumPy's loop over all of them, and `function` where they hold 0; None where one is not finite, as sums
    and products never are."""
    with np.errstate(all="ignore"):
        data = boxed(at_once(*(array.data for array in arrays)), arrays[0].dtype)
        unsure = np.flatnonzero(~np.asarray(data != ZERO, dtype=np.bool_))
    if unsure.size:
        given = [np.broadcast_to(array.data, data.shape).flat for array in arrays]
        for i in unsure:
            data.flat[i] = function(*(each[i] for each in given))
    made = BallArray(data, arrays[0].dtype, xp, True if len(arrays) == 2 else None)
    return made if made.finite else None


def require(call: str, array: BallArray, *kinds: str) -> None:
    if not isdtype(array.dtype, kinds):
        raise DTypeError(told(call, "x", f"dtype {array.dtype}", f"dtype of kind {' or '.join(kinds)}"))
