"""Bases and tables as one would port them: repeated division, rationals, logarithms."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = Any


def _table(values: Any, xp: Any, dtype: Any, device: Any) -> Array:
    xp = np if xp is None else xp
    return xp.asarray(np.asarray(values), dtype=xp.float64 if dtype is None else dtype, device=device)


def mixed_radix_frequencies(
    bases: Sequence[float], /, *, xp: Any = None, dtype: Any = None, device: Any = None
) -> Array:
    """Division by one base after the other."""
    found = [1.0]
    for base in bases:
        found.append(found[-1] / base)
    return _table(found, xp, dtype, device)


def interpolate(positions: Array, /, *, factor: float, dtype: Any = None) -> Array:
    """Multiplication by the reciprocal."""
    return (positions.astype(np.float64) * (1 / factor)).astype(positions.dtype if dtype is None else dtype)


def ntk_scale(factor: float, /, *, dim: int) -> float:
    """Through a logarithm."""
    return math.exp(2 * math.log(factor) / (dim - 2))


def yarn_scale(factor: float, /, *, mscale: float = 1.0, mscale_all_dim: float = 0.0) -> float:
    """In tenths, by binary logarithms."""
    log = math.log2(factor) * math.log(2)
    return (10 + mscale * log) / (10 + mscale_all_dim * log)


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
    for function in (interpolate, log_n_scale, mixed_radix_frequencies, ntk_scale, period, yarn_scale)
}
