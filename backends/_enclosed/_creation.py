"""NumPy's functions that make arrays, of which those of floats are of balls."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from flint import acb

from .._ball import _scalars as s
from ._arrays import Enclosed, Number, ball, enclosed, is_complex, number
from ._conversion import Function
from ._formats import dtype_of, leave
from ._integers import Integers, Whole
from ._ufuncs import integers, is_float, plain


def hosted(value: Any) -> Any:
    """A float, or an array of floats, that NumPy made on the side, as balls; other things as they are."""
    if is_float(value) and not isinstance(value, tuple | list) and not issubclass(type(value), Enclosed):
        return enclosed(value) if isinstance(value, np.ndarray) else number(value)
    if type(value) is int:
        return Whole(value)
    return integers(value)


# Creation


def new_array(obj: Any, dtype: Any = None, *, copy: Any = True, ndmin: int = 0, **options: Any) -> Any:
    wanted = dtype_of(dtype)
    made = converted(obj, wanted, bool(copy))
    shape = tuple(np.shape(made))
    return made.reshape((1,) * (ndmin - len(shape)) + shape) if ndmin > len(shape) else made


def converted(obj: Any, wanted: Any, copy: bool) -> Any:
    if issubclass(type(obj), Enclosed):
        if wanted is not None and (wanted.kind not in "fc" or (wanted.kind == "c") != is_complex(obj.data)):
            return obj.astype(wanted)
        return Enclosed(obj.data.copy() if copy or isinstance(obj, np.number) else obj.data)
    if isinstance(obj, np.ndarray | list | tuple | range) or np.isscalar(obj) or hasattr(obj, "__array__"):
        return _of_values(obj, wanted)
    raise leave(f"makes an array of a {type(obj).__name__}")


def _of_values(obj: Any, wanted: Any) -> Any:
    kind = "" if wanted is None else wanted.kind
    if kind == "f" or (not kind and has_balls(obj)):
        return enclosed(obj)
    if kind == "c" or has_balls(obj):
        return enclosed(obj).astype(wanted)
    given = np.array(plain(obj))
    if given.dtype.kind in "fc" and not kind:
        return enclosed(given)
    return integers(given if wanted is None else given.astype(wanted))


def has_balls(obj: Any) -> bool:
    if isinstance(obj, list | tuple):
        return any(map(has_balls, obj))
    return issubclass(type(obj), Enclosed)


def _asarray(obj: Any, dtype: Any = None, order: Any = None, *, copy: Any = None, **options: Any) -> Any:
    return new_array(obj, dtype, copy=copy)


def _shape(shape: Any) -> tuple[int, ...]:
    return tuple(map(int, shape)) if isinstance(shape, tuple | list | np.ndarray) else (int(shape),)


def _filled(value: Any) -> Function:
    def filled(shape: Any, dtype: Any = None, order: Any = "C", **options: Any) -> Any:
        wanted = dtype_of(dtype)
        if wanted is not None and wanted.kind in "iub":
            return np.full(_shape(shape), 0 if value is s.INDETERMINATE else value, wanted).view(Integers)
        one = acb(ball(value)) if wanted is not None and wanted.kind == "c" else ball(value)
        return Enclosed(np.full(_shape(shape), one, dtype=object))

    return filled


def _full(shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C", **options: Any) -> Any:
    made = converted(fill_value, dtype_of(dtype), True)
    if issubclass(type(made), Enclosed):
        return Enclosed(np.broadcast_to(made.data, _shape(shape)).copy())
    return np.broadcast_to(np.asarray(made), _shape(shape)).copy().view(Integers)


def _eye(N: int, M: Any = None, k: int = 0, dtype: Any = float, **options: Any) -> Any:
    return _of_values(np.eye(int(N), M and int(M), int(k)), dtype_of(dtype))


def _tri(N: int, M: Any = None, k: int = 0, dtype: Any = float, **options: Any) -> Any:
    return _of_values(np.tri(int(N), M and int(M), int(k)), dtype_of(dtype))


def _arange(start: Any = 0, stop: Any = None, step: Any = 1, dtype: Any = None, **options: Any) -> Any:
    start, stop = (0, start) if stop is None else (start, stop)
    wanted = dtype_of(dtype)
    if all(isinstance(x, int | np.integer) for x in (start, stop, step)):
        return _of_values(np.arange(int(start), int(stop), int(step)), wanted)
    near = [s.nearest(ball(x)) for x in (start, stop, step)]
    places = np.arange(len(np.arange(*near)))  # as many as NumPy has
    made = start + enclosed(places) * step
    return made if wanted is None or wanted.kind in "fc" else made.astype(wanted)


def _linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None,
    axis: int = 0,
) -> Any:  # fmt: skip
    wanted, first, last = dtype_of(dtype), enclosed(start), enclosed(stop)
    parts = int(num) - 1 if endpoint else int(num)
    step = (last - first) / max(parts, 1)
    rows = [last if endpoint and 0 < i == parts else first + step * i for i in range(int(num))]
    made = np.stack([enclosed(row) for row in rows], axis=axis) if rows else enclosed([])
    made = made if wanted is None or wanted.kind in "fc" else np.floor(made).astype(wanted)
    return (made, number(step)) if retstep else made


def _logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, **options: Any
) -> Any:
    return np.power(enclosed(base), _linspace(start, stop, num, endpoint))


def _geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, **options: Any) -> Any:
    if not (start > 0 and stop > 0):
        raise leave("calls geomspace of numbers below 0")
    made = np.exp(_linspace(np.log(enclosed(start)), np.log(enclosed(stop)), num, endpoint))
    if len(made):
        made[0] = start
    if endpoint and len(made) > 1:
        made[-1] = stop
    return made


def _vander(x: Any, N: Any = None, increasing: bool = False) -> Any:
    n = len(x) if N is None else int(N)
    powers = range(n) if increasing else range(n - 1, -1, -1)
    return np.stack([enclosed(x) ** k for k in powers], axis=-1)


def _fromiter(values: Iterable[Any], dtype: Any = float, count: int = -1) -> Any:
    return new_array(list(values), dtype)


def _fromfunction(function: Function, shape: Any, *, dtype: Any = float, **kwargs: Any) -> Any:
    grid = new_array(np.indices(_shape(shape)), dtype)
    return function(*(grid[i] for i in range(len(grid))), **kwargs)


def _vectorize(function: Function, *args: Any, **options: Any) -> Any:
    if args or options.keys() - {"otypes"}:
        raise leave("calls vectorize with options")

    def vectorized(*given: Any) -> Any:
        arrays = np.broadcast_arrays(*(x if issubclass(type(x), Enclosed) else enclosed(x) for x in given))
        rows = [function(*row) for row in zip(*(a.flat for a in arrays), strict=True)]
        return new_array(rows).reshape(arrays[0].shape)

    return vectorized


def _apply_along_axis(function: Function, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    moved = np.moveaxis(enclosed(arr), axis, -1)
    rows = [function(moved[i], *args, **kwargs) for i in np.ndindex(tuple(map(int, moved.shape[:-1])))]
    made = new_array(rows)
    return np.moveaxis(made.reshape(*moved.shape[:-1], *made.shape[1:]), -1, axis) if made.ndim > 1 else (
        made.reshape(moved.shape[:-1])
    )  # fmt: skip


def _polyval(p: Any, x: Any) -> Any:
    result = np.zeros_like(enclosed(x))
    for coefficient in enclosed(p):
        result = result * x + coefficient
    return result


class _Limits:
    """np.finfo, whose numbers are balls."""

    def __init__(self, dtype: Any) -> None:
        self._info = np.finfo(getattr(dtype, "dtype", dtype))

    def __getattr__(self, name: str) -> Any:
        return hosted(getattr(self._info, name))


CREATION: dict[str, Function] = {
    "array": new_array, "asarray": _asarray, "asanyarray": _asarray, "ascontiguousarray": _asarray,
    "asfortranarray": _asarray, "asarray_chkfinite": _asarray, "atleast_1d": lambda *x: _at_least(1, *x),
    "zeros": _filled(0), "ones": _filled(1), "empty": _filled(s.INDETERMINATE), "full": _full, "eye": _eye,
    "identity": lambda n, dtype=float, **o: _eye(n, dtype=dtype), "tri": _tri, "arange": _arange,
    "linspace": _linspace, "logspace": _logspace, "geomspace": _geomspace, "vander": _vander,
    "fromiter": _fromiter, "fromfunction": _fromfunction, "vectorize": _vectorize, "polyval": _polyval,
    "apply_along_axis": _apply_along_axis, "astype": lambda x, dtype, /, **o: x.astype(dtype),
    "full_like": lambda a, fill_value, dtype=None, **o: _full(np.shape(a), fill_value, dtype or _kind(a)),
    "isscalar": lambda x: isinstance(x, Number | int | float | complex | str),
    "finfo": _Limits, "errstate": np.errstate,
}  # fmt: skip


def _kind(array: Any) -> Any:
    return getattr(array, "dtype", None)


def _at_least(axes: int, *arrays: Any) -> Any:
    found = [new_array(x, copy=False, ndmin=axes) for x in arrays]
    return found[0] if len(found) == 1 else tuple(found)
