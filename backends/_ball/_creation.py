"""Functions that make ball arrays, and astype."""

import math
from typing import Any

import numpy as np
from flint import arb

from ..._errors import DTypeError, told
from ..._typing import Namespace
from .._backend import Precision
from . import _dtypes as d
from . import _scalars as s
from ._array import DEVICE, BallArray, boxed, decided
from ._rounding import active, converted, refuse

Shape = int | tuple[int, ...]


def check_device(device: object) -> None:
    """Require the one device there is."""
    if device not in (None, DEVICE):
        raise ValueError(told("ball", "device", device, DEVICE))


def asarray(
    xp: Namespace, obj: Any, /, *, dtype: Any = None, device: object = None, copy: bool | None = None
) -> BallArray:
    """Numbers, nested lists of them, NumPy arrays or ball arrays of any precision, taken exactly."""
    check_device(device)
    wanted = None if dtype is None else d.of(dtype)
    if isinstance(obj, BallArray):
        made = _rounded(obj, obj.dtype, xp) if obj.xp is not xp else obj
    else:
        made = _from_numpy(xp, _as_numpy(xp, obj), wanted)
    return made if wanted is None else astype(xp, made, wanted, copy=False)


def _as_numpy(xp: Namespace, obj: Any) -> np.ndarray[Any, Any]:
    """A NumPy array of numbers; of objects if NumPy has no dtype that holds them exactly."""
    if isinstance(obj, list | tuple):
        return _nested([_as_numpy(xp, row) for row in obj])
    if isinstance(obj, BallArray):
        return obj.data if obj.dtype.real else np.asarray(obj)
    if isinstance(obj, np.ndarray | np.generic | bool) or type(obj) is float or _fits(obj):
        return np.asarray(obj)
    box = np.empty((), dtype=object)
    box[()] = obj
    return box


def _fits(obj: Any) -> bool:
    return isinstance(obj, int) and -(2**63) <= obj < 2**63


def _nested(rows: list[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """Rows of one shape as an array; of objects, if not all are of one kind that NumPy has."""
    if not rows:
        return np.empty((0,))
    shape = rows[0].shape
    if any(row.shape != shape for row in rows):
        raise ValueError(told("asarray", "obj", "rows of different lengths", "a rectangular nest"))
    kinds = {row.dtype.kind for row in rows}
    if len(kinds) == 1 and kinds != {"O"}:
        return np.stack(rows)
    if kinds == {"b", "i"}:  # truths beside integers count as such
        return np.stack(rows).astype(np.int64)
    out = np.empty((len(rows), *shape), dtype=object)
    for i, row in enumerate(rows):
        out[i] = row if shape else row[()]
    return out


def _from_numpy(xp: Namespace, given: np.ndarray[Any, Any], wanted: d.DType | None) -> BallArray:
    if given.dtype.kind == "b":
        return BallArray(2 * given.astype(np.int8), d.DTYPES["bool"], xp)
    if given.dtype.kind in "iu":
        dtype = d.of(given.dtype)
        if wanted is None or not wanted.real:
            return BallArray(given.copy(), dtype, xp)
    elif given.dtype.kind not in "fO":
        raise DTypeError(told("asarray", "obj", f"dtype {given.dtype}", "real numbers"))
    known = given.dtype.kind == "f" and given.dtype.name in d.REALS
    dtype = (
        wanted if wanted is not None and wanted.real else d.DTYPES[given.dtype.name if known else "float64"]
    )
    flat = given.reshape(-1)
    values = flat.tolist() if known or given.dtype.kind in "iu" else list(flat)
    plain = known and bool(np.isfinite(flat).all())  # floats, which are balls as they are
    balls = list(map(arb if plain else s.lift, values))
    return BallArray(
        objects(balls if active() is None else list(map(converted, balls)), given.shape), dtype, xp
    )


def objects(balls: list[Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Balls as a NumPy array of objects."""
    data = np.empty(len(balls), dtype=object)
    data[:] = balls
    return data.reshape(shape)


def astype(
    xp: Namespace, x: BallArray, dtype: Any, /, *, copy: bool = True, device: object = None
) -> BallArray:
    """Another dtype. Reals stay as they are; to integers, the ball must decide the integer part."""
    check_device(device)
    wanted = d.of(dtype)
    if x.dtype is wanted:
        return x
    if x.dtype.real and not wanted.real:
        return _from_reals(xp, x, wanted)
    if not wanted.real:
        given = decided("astype", x.data, x.dtype)
        cast = (
            2 * (given != 0).astype(np.int8) if wanted.boolean else np.asarray(given).astype(wanted.storage)
        )
        return BallArray(boxed(cast, wanted), wanted, xp)
    if x.dtype.real:
        return _rounded(x, wanted, xp)
    flat = x.data.reshape(-1).tolist()
    if x.dtype.boolean:
        balls = [s.ONE if t == s.TRUE else s.ZERO if t == s.FALSE else s.hull(s.ZERO, s.ONE) for t in flat]
    else:
        balls = [converted(s.lift(value)) for value in flat]
    return BallArray(objects(balls, x.shape), wanted, xp)


def _rounded(x: BallArray, wanted: d.DType, xp: Namespace) -> BallArray:
    """The array in another dtype, or of another namespace: as it is, but in a model of roundings."""
    model = active()
    if model is None or not wanted.real:
        return BallArray(x.data, wanted, xp)
    precision = Precision(str(wanted))
    narrow = model.narrowed(precision.bits, precision.smallest, precision.largest)
    return BallArray(boxed(np.frompyfunc(narrow.converted, 1, 1)(x.data), wanted), wanted, xp)


def _from_reals(xp: Namespace, x: BallArray, wanted: d.DType) -> BallArray:
    flat = list(x.data.reshape(-1))
    if wanted.boolean:
        truths = np.asarray([2 - s.equal(value, s.ZERO) for value in flat], dtype=np.int8)
        return BallArray(truths.reshape(x.shape), wanted, xp)
    whole = [s.truncate("astype", value) for value in flat]
    return BallArray(np.asarray(whole, dtype=wanted.storage).reshape(x.shape), wanted, xp)


def full(
    xp: Namespace, shape: Shape, fill_value: Any, *, dtype: Any = None, device: object = None
) -> BallArray:
    """The same value everywhere."""
    value = asarray(xp, fill_value, dtype=dtype, device=device)
    whole = (int(shape),) if not isinstance(shape, tuple | list) else tuple(shape)
    return value.like(np.broadcast_to(value.data, whole).copy())


def full_like(
    xp: Namespace, x: BallArray, /, fill_value: Any, *, dtype: Any = None, device: object = None
) -> BallArray:
    """The same value everywhere, of the shape and dtype of x."""
    return full(xp, x.shape, fill_value, dtype=x.dtype if dtype is None else dtype, device=device)


def _filled(number: int) -> tuple[Any, Any]:
    def made(xp: Namespace, shape: Shape, *, dtype: Any = None, device: object = None) -> BallArray:
        return full(xp, shape, number, dtype=d.DTYPES["float64"] if dtype is None else dtype, device=device)

    def made_like(xp: Namespace, x: BallArray, /, *, dtype: Any = None, device: object = None) -> BallArray:
        return full(xp, x.shape, number, dtype=x.dtype if dtype is None else dtype, device=device)

    return made, made_like


zeros, zeros_like = _filled(0)
ones, ones_like = _filled(1)
empty, empty_like = zeros, zeros_like


def arange(
    xp: Namespace,
    start: float,
    /,
    stop: float | None = None,
    step: float = 1,
    *,
    dtype: Any = None,
    device: object = None,
) -> BallArray:
    """start, start + step, … below stop."""
    check_device(device)
    start, stop = (0, start) if stop is None else (start, stop)
    whole = all(isinstance(value, int) for value in (start, stop, step))
    if not all(isinstance(value, int | float) and value == int(value) for value in (start, stop, step)):
        refuse("arange of fractions")
    wanted = d.of(dtype) if dtype is not None else d.DTYPES["int64" if whole else "float64"]
    if not wanted.real:
        return BallArray(np.arange(start, stop, step, dtype=wanted.storage), wanted, xp)
    first, last, each = (s.lift(value) for value in (start, stop, step))
    count = max(0, math.ceil(((last - first) / each).ceil().unique_fmpz()))
    return BallArray(objects([converted(first + i * each) for i in range(count)], (count,)), wanted, xp)


def linspace(
    xp: Namespace,
    start: float,
    stop: float,
    /,
    num: int,
    *,
    dtype: Any = None,
    device: object = None,
    endpoint: bool = True,
) -> BallArray:
    """Evenly spaced numbers, both ends included unless endpoint is False."""
    check_device(device)
    first, last = s.lift(start), s.lift(stop)
    parts = max(num - 1 if endpoint else num, 1)
    refuse("linspace")
    balls = [last if endpoint and i == parts else first + (last - first) * i / parts for i in range(num)]
    return BallArray(objects(balls, (num,)), d.of(dtype or d.DTYPES["float64"]), xp)


def eye(
    xp: Namespace,
    n_rows: int,
    n_cols: int | None = None,
    /,
    *,
    k: int = 0,
    dtype: Any = None,
    device: object = None,
) -> BallArray:
    """Ones on diagonal k."""
    return asarray(xp, np.eye(n_rows, n_cols, k), dtype=dtype or d.DTYPES["float64"], device=device)


def tril(xp: Namespace, x: BallArray, /, *, k: int = 0) -> BallArray:
    """The lower triangle, zeros elsewhere."""
    return _kept(xp, x, np.tri(x.shape[-2], x.shape[-1], k, dtype=np.bool_))


def triu(xp: Namespace, x: BallArray, /, *, k: int = 0) -> BallArray:
    """The upper triangle, zeros elsewhere."""
    return _kept(xp, x, ~np.tri(x.shape[-2], x.shape[-1], k - 1, dtype=np.bool_))


def _kept(xp: Namespace, x: BallArray, mask: np.ndarray[Any, Any]) -> BallArray:
    return x.like(np.where(mask, x.data, zeros_like(xp, x).data))


def meshgrid(xp: Namespace, *arrays: BallArray, indexing: str = "xy") -> list[BallArray]:
    """Coordinate arrays from vectors."""
    indices = np.meshgrid(*(np.arange(a.size) for a in arrays), indexing=indexing)  # type: ignore[call-overload]
    return [a.like(a.data.reshape(-1)[i]) for a, i in zip(arrays, indices, strict=True)]
