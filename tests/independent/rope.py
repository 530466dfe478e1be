"""Bases and tables as one would port them: repeated division, rationals, logarithms."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

Array = Any


def _table(values: Any, xp: Any, dtype: Any, device: Any) -> Array:
    xp = np if xp is None else xp
    return xp.asarray(np.asarray(values), dtype=xp.float64 if dtype is None else dtype, device=device)


def range_of(base: float, /, *, digits: int) -> float:
    """Repeated multiplication."""
    return math.prod([base] * digits)


def mixed_radix_frequencies(
    bases: Sequence[float], /, *, xp: Any = None, dtype: Any = None, device: Any = None
) -> Array:
    """Division by one base after the other."""
    found = [1.0]
    for base in bases:
        found.append(found[-1] / base)
    return _table(found, xp, dtype, device)


def convert_layout(x: Array, /, *, source: str, target: str) -> Array:
    """A transposed table of pairs."""
    if source == target:
        return x.copy()
    shape = (-1, 2) if source == "interleaved" else (2, -1)
    if not x.size:
        return x.copy()
    return np.swapaxes(x.reshape(*x.shape[:-1], *shape), -1, -2).reshape(x.shape)


def interpolate(positions: Array, /, *, factor: float, dtype: Any = None) -> Array:
    """Multiplication by the reciprocal."""
    return (positions.astype(np.float64) * (1 / factor)).astype(positions.dtype if dtype is None else dtype)


def rebase(base: float, /, *, factor: float) -> float:
    """A product of rationals. (Through logarithms, digits are lost: ln B roundings.)"""
    return float(Fraction(base) * Fraction(factor))


def ntk_scale(factor: float, /, *, dim: int) -> float:
    """Through a logarithm."""
    return math.exp(2 * math.log(factor) / (dim - 2))


def ntk_base(base: float, /, *, factor: float, dim: int) -> float:
    """As in most public code."""
    return base * factor ** (dim / (dim - 2))


def yarn_scale(factor: float, /) -> float:
    """Decimal logarithm."""
    return 1.0 + 0.1 * math.log(10) * math.log10(factor)


def log_n_scale(n: Array, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Array:
    """Logarithm to the base L; the clip on the length instead of on the result."""
    n, dtype = n.astype(np.float64), n.dtype if dtype is None else dtype
    with np.errstate(all="ignore"):
        return (np.log2(np.maximum(n, train_length) if clip else n) / math.log2(train_length)).astype(dtype)


def period(frequencies: Array, /) -> Array:
    """Turns a position, inverted."""
    with np.errstate(all="ignore"):
        return 1 / (frequencies / frequencies.dtype.type(2 * np.pi))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"rope.{function.__name__}": function
    for function in (
        convert_layout, interpolate, log_n_scale, mixed_radix_frequencies, ntk_base, ntk_scale, period,
        range_of, rebase, yarn_scale,
    )
}  # fmt: skip
