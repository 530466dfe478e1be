"""The dtype that arrays of balls say they have, and the error of code that leaves balls."""

from contextvars import ContextVar
from typing import Any

import numpy as np

from .._ball._numbers import LeftBallsError
from ._answers import ANSWERS

FORMAT: ContextVar[str] = ContextVar("format", default="float64")
"""The dtype that arrays say they have: that of the setting whose formula is enclosed."""
REASONS: ContextVar[list[Exception] | None] = ContextVar("reasons", default=None)
"""The errors of code that left balls, or asked what they do not decide, also where it caught them."""
WORK: ContextVar[list[int] | None] = ContextVar("work", default=None)
"""How many operations on balls are left; without a list, as many as one likes."""


class NotEnclosedError(LeftBallsError):
    """Code leaves balls, or its values cannot be enclosed; `reason` is a plain sentence."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def leave(reason: str) -> NotEnclosedError:
    """The error for code that leaves balls."""
    error = NotEnclosedError(reason)
    keep(error)
    return error


def keep(error: Exception) -> None:
    """Remember an error, since code may catch it and go on with what is not enclosed."""
    reasons = REASONS.get()
    if reasons is not None:
        reasons.append(error)


def spend(operations: int) -> None:
    """Count operations, of which there is a limit."""
    left = WORK.get()
    if left is not None:
        left[0] -= operations + 10  # what a call costs beside its operations
        if left[0] < 0:
            raise leave("needs more operations than balls do in a second")


def nominal() -> np.dtype[Any]:
    """The dtype that real arrays say they have."""
    return np.dtype(FORMAT.get())


def dtype_of(given: Any) -> np.dtype[Any] | None:
    """NumPy's dtype of what code names as one; an error for floats narrower than the format's."""
    if given is None:
        return None
    dtype = given.dtype if type(given) is Format else np.dtype(given)
    if dtype.kind == "f" and dtype.itemsize < nominal().itemsize:
        raise leave(f"casts to {dtype.name}")
    if dtype.kind == "c" and dtype.itemsize < 2 * nominal().itemsize:
        raise leave(f"casts to {dtype.name}")
    if dtype.kind not in "fciub":
        raise leave(f"uses the dtype {dtype.name}")
    return dtype


class Format:
    """The dtype of an array of balls: NumPy's, but `type` makes balls."""

    __slots__ = ("dtype",)

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype

    @property
    def __class__(self) -> Any:
        return np.dtype

    @__class__.setter
    def __class__(self, value: Any) -> None:
        raise TypeError("the class of a dtype is fixed")

    @property
    def type(self) -> Any:
        """What makes a scalar of the dtype."""
        return ANSWERS.type_of(self.dtype)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.dtype, name)

    def __eq__(self, other: object) -> bool:
        return bool(self.dtype == other)

    def __hash__(self) -> int:
        return hash(self.dtype)

    def __repr__(self) -> str:
        return repr(self.dtype)

    def __str__(self) -> str:
        return str(self.dtype)
