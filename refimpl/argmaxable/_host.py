"""Checks that the functions share, and the way from any array library to NumPy float64."""

from typing import Any, TypeAlias

import array_api_compat
import numpy as np

from .. import _xp
from .._errors import DomainError, ShapeError, message
from .._typing import Array, Namespace

Reals: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]


def check_problem(call: str, W: Array, b: Array, **others: Array) -> Namespace:
    """The namespace of real W (n, d), b (n,) and further real arrays, with n, d ≥ 1."""
    xp = _xp.namespace(call, W=W, b=b, **others)
    _xp.floating(call, xp, W=W, b=b, **others)
    check_matrix(call, "W", W)
    if tuple(b.shape) != (W.shape[0],):
        raise ShapeError(
            message(call, "b", f"shape {tuple(b.shape)}", f"shape ({W.shape[0]},), one a row of W")
        )
    return xp


def check_matrix(call: str, name: str, matrix: Array) -> None:
    """Require two axes, neither of them empty."""
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise ShapeError(message(call, name, f"shape {tuple(matrix.shape)}", "shape (n, d) with n, d ≥ 1"))


def check_class(call: str, k: Any, n: int) -> int:
    """Require the index of one of n classes."""
    number = _xp.check_integer(call, "k", k, 0)
    if number >= n:
        raise DomainError(message(call, "k", number, f"an integer in [0, {n - 1}]"))
    return number


def to_float64(call: str, xp: Namespace, **arrays: Array) -> list[Reals]:
    """The arrays as finite NumPy float64; formats up to 64 bits convert exactly."""
    result = []
    for name, array in arrays.items():
        host = _to_numpy(array, xp).astype(np.float64)
        if not np.isfinite(host).all():
            bad = tuple(int(i) for i in np.argwhere(~np.isfinite(host))[0])
            raise DomainError(message(call, name, f"{host[bad]} at {bad}", "finite values"))
        result.append(host)
    return result


def _to_numpy(array: Array, xp: Namespace) -> np.ndarray[Any, Any]:
    if array_api_compat.is_torch_array(array):
        return np.asarray(xp.astype(array.detach().cpu(), xp.float64))
    if array_api_compat.is_cupy_array(array):
        return np.asarray(array.get())
    if array_api_compat.is_array_api_strict_namespace(xp):
        array = array_api_compat.to_device(array, xp.__array_namespace_info__().default_device())
    return np.asarray(array)


def like(values: Any, array: Array, xp: Namespace) -> Array:
    """Host values as an array of the given one's library, dtype and device; ±inf beyond its range."""
    host, device = np.asarray(values, dtype=np.float64), array_api_compat.device(array)
    with np.errstate(over="ignore"):
        return xp.asarray(host, dtype=array.dtype, device=device)
