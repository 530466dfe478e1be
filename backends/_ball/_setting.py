"""The setting in which a check computes its own expectation with balls too."""

import math
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
from flint import arb

from .._backend import Setting
from . import _dtypes
from ._array import BallArray, boxed
from ._numbers import Real, RealMath
from ._reals import Reals, balls, reals, to_reals
from ._rounding import Rounding, converted


class BallSetting(Setting):
    """As Setting, but `host` gives arrays of Real for NumPy's functions, `math` functions of balls, and
    `number` a ball: what a check computes from them is proven, or it raises LeftBallsError."""

    __slots__ = ()

    @property
    def math(self) -> RealMath:
        """The functions of numbers, on balls."""
        return self.xp.refimpl_math

    def number(self, value: Any) -> Real:
        """A number (also a fraction, or an array of one element) as a ball; a float counts as exact."""
        if isinstance(value, BallArray):
            value = self.host(value)
        return self.math.number(value.reshape(-1)[0] if isinstance(value, np.ndarray) else value)

    def whole(self, value: int) -> Real:
        """An integer as a ball, so that its quotients and roots are balls too."""
        return self.number(value)

    def reals(self, values: Any) -> Reals:
        """Numbers, or nested lists of them, as an array of Real."""
        return reals(values)

    def array(self, values: Any) -> BallArray:
        """Values as a ball array: integers as int64, booleans as such, reals as they are."""
        given = np.asarray(values)
        if given.dtype == object:
            with Rounding(self.xp.model):
                data = np.frompyfunc(converted, 1, 1)(balls(given))
            dtype = _dtypes.of(self.precision.name)
            return BallArray(boxed(data, dtype), dtype, self.xp)
        dtype = (
            self.dtype
            if given.dtype.kind == "f"
            else self.xp.bool
            if given.dtype.kind == "b"
            else self.xp.int64
        )
        array: BallArray = self.xp.asarray(given, dtype=dtype)
        return array

    def host(self, array: Any) -> Any:
        """A ball array for NumPy: reals as an array of Real, integers and booleans as such."""
        return to_reals(array)

    def lifted(self, value: Any) -> Any:
        """Inputs that no array of the setting holds, with every float in them as a ball."""
        if isinstance(value, float):
            return self.number(value) if math.isfinite(value) else value
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            return self.host(self.array(value))
        if isinstance(value, dict):
            return {name: self.lifted(part) for name, part in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{f.name: self.lifted(getattr(value, f.name)) for f in fields(value)})
        if type(value) in (list, tuple):
            return type(value)(map(self.lifted, value))
        return value


def side(value: Any) -> np.ndarray[Any, Any]:
    """What a record compares, as an array of balls, or of integers or booleans."""
    if isinstance(value, BallArray):
        value = to_reals(value)
    array = np.asarray(value)
    return array if array.dtype.kind in "biu" else balls(array)


def magnitude(value: Any) -> Any:
    """The scale of a record, of which only the size matters, as an array of balls."""
    if isinstance(value, BallArray | Reals):
        return side(value)
    array = np.asarray(value)
    return balls(array) if array.dtype == object else np.vectorize(arb, otypes=[object])(array.astype(float))
