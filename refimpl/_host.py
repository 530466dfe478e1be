"""The way from any array library to NumPy float64 and back, for host functions."""

from typing import Any, TypeAlias

import numpy as np

from . import _libraries
from ._errors import DomainError, message
from ._typing import Array, Namespace

Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Indices: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]


def to_float64(xp: Namespace, **arrays: Array) -> list[Floats]:
    """The arrays as finite NumPy float64; formats up to 64 bits convert exactly."""
    result = []
    for name, array in arrays.items():
        # In the usual order, so that results do not depend on how an array lies in memory.
        host = _libraries.to_numpy(array).astype(np.float64, order="C")
        if not np.isfinite(host).all():
            bad = tuple(int(i) for i in np.argwhere(~np.isfinite(host))[0])
            raise DomainError(message(name, f"{host[bad]} at {bad}", "finite values"))
        result.append(host)
    return result


def to_exact(xp: Namespace, **arrays: Array) -> list[Floats]:
    """As to_float64, for functions that decide in rationals: of numbers with an error bound, those without
    error are taken as what they are, and others raise."""
    given = {
        name: array.refimpl_exact() if hasattr(array, "refimpl_exact") else _libraries.to_numpy(array)
        for name, array in arrays.items()
    }
    return to_float64(np, **given)


def like(values: Any, array: Array, xp: Namespace) -> Array:
    """Host values as an array of the given one's library, dtype and device; ±inf beyond its range."""
    host, device = np.asarray(values, dtype=np.float64), _libraries.device(array)
    with np.errstate(over="ignore"):
        return xp.asarray(host, dtype=array.dtype, device=device)
