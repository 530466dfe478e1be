"""From the balls of a result to the numbers of a format, each rounded once."""

import functools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from flint import acb, arb

from ...backends import Setting
from ...backends._ball import _scalars as s
from ...backends._enclosed._arrays import Enclosed, Number
from ...backends._enclosed._integers import Integers, Whole
from ..language.packing import parts

GUARD = 12
"""Bits beyond the format's to which a number must be known: it is rounded wrongly once in 4096 times."""


def leaves(value: Any) -> Iterable[Any]:
    """The numbers of a result."""
    numbers = np.ndarray | np.generic | int | float | complex
    return (part for _, part in parts(value) if isinstance(part, numbers))


class Rounding:
    """Results as the setting's format has them, in the form that the function itself gives."""

    def __init__(self, on: Setting, *, last: bool = True) -> None:
        self._dtype = np.dtype(on.precision.name)
        self._bits = on.precision.bits
        self._narrow = arb(2) ** -(self._bits + GUARD)
        self._least = -1074 if self._dtype == np.float64 else -149
        self._most = float(np.finfo(self._dtype).max)
        self._last = last  # no more bits will tell whether a number is 0

    def form(self, found: Any, raw: Any) -> Any:
        """The result, rounded, in the form of `raw` as far as that has one."""
        if issubclass(type(found), Enclosed):
            return self._numbers(found, raw)
        if isinstance(found, Mapping):
            raws = raw if isinstance(raw, Mapping) else {}
            return {key: self.form(part, raws.get(key)) for key, part in found.items()}
        if isinstance(found, tuple | list):
            return self._sequence(found, raw)
        if is_dataclass(found) and not isinstance(found, type):
            return self._record(found, raw)
        return self._whole(found, raw)

    def _sequence(self, found: Any, raw: Any) -> Any:
        if isinstance(raw, np.ndarray):
            return np.asarray([self.form(part, None) for part in found], dtype=raw.dtype)
        raws = raw if isinstance(raw, tuple | list) and len(raw) == len(found) else [None] * len(found)
        parts = [self.form(part, one) for part, one in zip(found, raws, strict=True)]
        kind = type(raw) if isinstance(raw, tuple | list) else type(found)
        return kind(*parts) if hasattr(kind, "_fields") else kind(parts)

    def _record(self, found: Any, raw: Any) -> Any:
        kind = type(raw) if is_dataclass(raw) else type(found)
        made = object.__new__(kind)
        for field in fields(found):
            part = self.form(getattr(found, field.name), getattr(raw, field.name, None))
            object.__setattr__(made, field.name, part)
        return made

    def _whole(self, found: Any, raw: Any) -> Any:
        """Integers and truth values, which are exact; what is neither stays as it is."""
        if isinstance(found, Integers):
            found = np.asarray(found)
        elif isinstance(found, Whole):
            found = int(found)
        elif not isinstance(found, bool | np.bool_):
            return found
        if isinstance(raw, np.ndarray):
            return np.asarray(found).astype(raw.dtype)
        return type(raw)(found) if isinstance(raw, float | np.number) else found

    def _numbers(self, found: Enclosed, raw: Any) -> Any:
        data = found.data
        largest = functools.cache(lambda: largest_of(data.flat))  # most results need none
        rounded = [self._one(x, largest) for x in data.flat]
        dtype = self._dtype if not any(isinstance(x, complex) for x in rounded) else self._complex
        array = np.asarray(rounded, dtype=dtype).reshape(data.shape)
        if isinstance(raw, np.ndarray):
            wide = raw.dtype.kind in "fc" and raw.dtype.itemsize > array.dtype.itemsize
            return array.astype(raw.dtype) if wide else array
        if array.ndim or raw is None:
            return array[()] if isinstance(found, Number) else array
        return float(array) if type(raw) is float else array[()]

    @property
    def _complex(self) -> np.dtype[Any]:
        return np.result_type(self._dtype, np.complex64)

    def _one(self, x: Any, largest: Callable[[], Any]) -> Any:
        if type(x) is acb:
            return complex(*(self._real(s.normal(part), largest) for part in (x.real, x.imag)))
        return self._real(x, largest)

    def _real(self, x: Any, largest: Callable[[], Any]) -> float:
        """The number of the format that is nearest."""
        if s.is_nan(x):
            return math.nan
        if s.is_indeterminate(x):
            raise s.undecided("exact", "a value of which nothing is known")
        if not x.is_finite():
            return math.inf if x > 0 else -math.inf
        middle = x.mid()
        if x.is_exact() or x.rad() <= abs(middle) * self._narrow:
            return self._rounded(middle)
        if self._rounded(x.lower()) == self._rounded(x.upper()):
            return self._rounded(middle)
        u, size = arb(2) ** -self._bits, abs(x).upper()
        if self._last and x.contains(0) and (size <= u**16 or size <= u**4 * largest()):
            return 0.0
        raise s.undecided("exact", f"a value known as {s.text(x)} alone")

    def _rounded(self, point: Any) -> float:
        """One rounding, to the nearest, ties to even, of an exact point."""
        whole, power = map(int, point.man_exp())
        exponent = whole.bit_length() + power - 1
        if whole == 0 or exponent < self._least - 1:
            return 0.0
        if exponent > 1100:
            return math.copysign(math.inf, whole)
        last = max(exponent - self._bits + 1, self._least)
        if last > power:
            below, rest = divmod(whole, unit := 1 << (last - power))
            whole, power = below + (2 * rest > unit or (2 * rest == unit and below % 2)), last
        try:
            value = math.ldexp(whole, power)
        except OverflowError:
            value = math.copysign(math.inf, whole)
        return value if abs(value) <= self._most else math.copysign(math.inf, value)


def size_of(x: Any) -> Any:
    return abs(x) if type(x) is arb else s.normal(abs(x))


def largest_of(balls: Iterable[Any]) -> Any:
    """The size of the largest finite one."""
    return functools.reduce(arb.max, [size for size in map(size_of, balls) if size.is_finite()], s.ZERO)
