"""What functions of NumPy share: arguments as arrays of balls, and the array namespace's own functions."""

from collections.abc import Callable
from typing import Any

import numpy as np
from flint import acb, arb, ctx

from .._ball import _scalars as s
from .._ball._array import BallArray
from .._ball._dtypes import DTYPES
from .._ball._namespace import namespace as of
from ._arrays import Enclosed, as_balls, each, enclosed, is_complex, number
from ._formats import leave
from ._integers import Whole
from ._ufuncs import integers, plain

Function = Callable[..., Any]
REALS = DTYPES["float64"]


def namespace() -> Any:
    """The array namespace of the working precision."""
    return of(ctx.prec)


def to_namespace(value: Any) -> BallArray:
    """An array of the array namespace."""
    data = as_balls(value)
    if is_complex(data):
        raise leave("asks for complex numbers what is enclosed for real ones alone")
    return BallArray(data, REALS, namespace())


def from_namespace(value: Any) -> Any:
    """The same for code of NumPy."""
    if isinstance(value, tuple):
        return tuple(map(from_namespace, value))
    if not value.dtype.real:
        return integers(np.asarray(value)) if value.ndim else Whole(int(value))
    return Enclosed(value.data) if value.ndim else number(value.data[()])


def enclosed_or_own(value: Any) -> Any:
    """The array itself, or lists of numbers as one."""
    return value if issubclass(type(value), Enclosed) else enclosed(value)


def inside(value: Any, lift: bool) -> Any:
    """The arrays of objects inside, and with `lift` other numbers as such too."""
    if issubclass(type(value), Enclosed):
        return value.data
    if type(value) in (list, tuple):
        return type(value)(inside(part, lift) for part in value)
    if lift and isinstance(value, np.ndarray | np.generic | int | float | complex):
        return as_balls(value)
    return plain(value)


def outside(value: Any) -> Any:
    """Arrays of balls from results of NumPy, whose fillings are balls too."""
    if isinstance(value, np.ndarray) and value.dtype == object:
        ready = all(type(x) is arb or type(x) is acb for x in value.flat)
        return Enclosed(value if ready else each(_as_ball, value))
    if isinstance(value, arb | acb):
        return number(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(outside, value))
    return type(value)(map(outside, value)) if type(value) in (list, tuple) else integers(value)


def _as_ball(x: Any) -> Any:
    return x if isinstance(x, arb | acb) else s.lift(x)
