"""Results of any form as leaves, and how far two results are apart."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ..._libraries import is_array, to_numpy
from ...backends import Setting
from ..engine import foreign
from ..language.packing import members

Reals: TypeAlias = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One array or number of a result, in NumPy; anything else by its text."""

    path: str
    """The way to it as people say it (".mean", "[0]")."""
    code: str
    """The same for any sequence ("[0]")."""
    value: Reals | str


def leaves(result: Any, on: Setting, path: str = "", code: str = "") -> list[Leaf]:
    """The parts of a result, in order."""
    if is_array(result):
        return [Leaf(path, code, np.asarray(on.host(result)))]
    if isinstance(result, bool | int | float | np.generic):
        if isinstance(result, int) and abs(result) >= 2**63:  # no dtype of integers holds it
            return [Leaf(path, code, np.asarray(_nearest(result)))]
        return [Leaf(path, code, to_numpy(np.asarray(result)))]
    parts: list[Leaf] = []
    of_function = path.endswith(")")  # functions that give functions may give themselves
    if callable(result) and not of_function and (values := _values(result, on)) is not None:
        for time, value in zip(_TIMES, values, strict=True):  # one by one: near 0 they may be tiny
            parts += leaves(value, on, f"{path}({time})", f"{code}(xp.asarray([{time}]))")
        return parts
    for place, (name, part) in enumerate(members(result) or ()):
        parts += leaves(part, on, path + name, code + (f"[{place}]" if isinstance(result, tuple) else name))
    return parts or [Leaf(path, code, foreign.kind(result) if callable(result) else foreign.shown(result))]


def _nearest(number: int) -> float:
    """The nearest float to a large integer, infinity beyond the range."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


_TIMES = [1e-9, 0.05, 0.25, 0.5, 0.75, 0.95]
"""Where functions among results are compared: schedules are functions of a time in [0, 1]."""


def _values(function: Callable[..., Any], on: Setting) -> list[Any] | None:
    """A function's values, or None if it is not one of an array of times."""
    try:
        return [function(on.array(np.asarray([time]))) for time in _TIMES]
    except Exception:  # foreign code may raise anything
        return None


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two results differ most."""

    path: str = ""
    code: str = ""
    index: tuple[int, ...] = ()
    got: float = math.nan
    expected: float = math.nan
    error: float = 0.0
    """|got − expected|; infinite where only one of them is NaN or infinite."""
    scale: float = 0.0
    """The largest finite entry of the expected part."""
    ulps: float = 0.0
    """The error in units in the last place of the expected entry."""

    @property
    def relative(self) -> float:
        """The error over the scale of its part."""
        if not self.error or math.isinf(self.error):
            return self.error
        return self.error / self.scale if self.scale else math.inf


def difference(got: Any, expected: Any, on: Setting) -> Difference | None:
    """The largest difference of two results relative to the size of its part; None if their forms differ."""
    first, second = leaves(got, on), leaves(expected, on)
    if len(first) != len(second):
        return None
    found = [_leaf_difference(mine, theirs, on) for mine, theirs in zip(first, second, strict=True)]
    if any(part is None for part in found):
        return None
    return max(
        (part for part in found if part is not None), key=lambda part: part.relative, default=Difference()
    )


def _leaf_difference(got: Leaf, expected: Leaf, on: Setting) -> Difference | None:
    a, b = got.value, expected.value
    if isinstance(a, str) or isinstance(b, str):
        same = isinstance(a, str) and isinstance(b, str) and a == b
        return Difference(got.path) if same else None
    if a.shape != b.shape or {a.dtype.kind, b.dtype.kind} - set("biuf"):
        return None
    if not a.size:
        return Difference(got.path)
    a, b = a.astype(np.float64), b.astype(np.float64)
    with np.errstate(all="ignore"):
        error = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, np.abs(a - b))
    error = np.where(np.isnan(error), np.inf, error)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(error)), error.shape))
    finite = np.abs(b[np.isfinite(b)])
    worst, wanted = float(error[index]), float(b[index])
    scale = float(finite.max()) if finite.size else 0.0
    return Difference(
        expected.path, expected.code, index, float(a[index]), wanted, worst, scale, in_ulps(worst, wanted, on)
    )


def in_ulps(error: float, expected: float, on: Setting) -> float:
    """An error in units in the last place of a number of the setting's dtype."""
    if error == 0 or math.isinf(error) or not math.isfinite(expected):
        return math.inf if error else 0.0
    p = on.precision
    exponent = math.frexp(max(abs(expected), p.smallest))[1]
    with np.errstate(over="ignore"):
        return float(np.ldexp(error, p.bits - exponent))
