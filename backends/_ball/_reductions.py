"""Reductions, cumulative sums, sorting and searching of ball arrays."""

import bisect
import builtins
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..._errors import UndecidedError, told
from ..._typing import Namespace
from . import _functions as f
from . import _scalars as s
from ._array import BallArray, boxed
from ._dtypes import DTYPES, isdtype
from ._operands import apply, operands, require

Axis = int | tuple[int, ...] | None
BOOL, INT64 = DTYPES["bool"], DTYPES["int64"]


def _gathered(x: BallArray, axis: Axis) -> tuple[Any, tuple[int, ...]]:
    """The data with the reduced axes as one last axis, and the shape with ones in their place."""
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    reduced = [np.lib.array_utils.normalize_axis_index(i, x.ndim) for i in axes]
    if len(set(reduced)) < len(reduced):
        raise ValueError(told("ball", "axis", axis, "different axes"))
    kept = [i for i in range(x.ndim) if i not in reduced]
    shape = tuple(1 if i in reduced else n for i, n in enumerate(x.shape))
    moved = np.transpose(x.data, [*kept, *reduced])
    count = int(np.prod([x.shape[i] for i in reduced], dtype=int))
    return moved.reshape(int(np.prod([x.shape[i] for i in kept], dtype=int)), count), shape


def reduce(
    x: BallArray, function: Callable[[list[Any]], Any], axis: Axis, keepdims: bool, dtype: Any = None
) -> BallArray:
    """A function of the list of elements along the axes."""
    data, kept = _gathered(x, axis)
    wanted = x.dtype if dtype is None else dtype
    out = np.empty(len(data), dtype=wanted.storage)
    out[:] = [function(list(row)) for row in data]
    reduced = BallArray(out.reshape(kept), wanted, x.xp)
    if keepdims:
        return reduced
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return reduced.like(np.squeeze(reduced.data, tuple(axes)))


def _integers(x: BallArray, reduction: Any, axis: Axis, keepdims: bool, wide: bool) -> BallArray:
    """NumPy's reduction of integers; sums and products in at least 64 bits."""
    dtype = x.dtype
    if wide:
        dtype = DTYPES["uint64" if isdtype(dtype, "unsigned integer") else "int64"]
    data = x.data.astype(dtype.storage)
    return BallArray(boxed(np.asarray(reduction(data, axis=axis, keepdims=keepdims)), dtype), dtype, x.xp)


def _summing(name: str, reals: Callable[[list[Any]], Any], integers: Any) -> Callable[..., BallArray]:
    def reduction(
        xp: Namespace, x: BallArray, /, *, axis: Axis = None, dtype: Any = None, keepdims: bool = False
    ) -> BallArray:
        xp.check_own(name, x)
        require(name, x, "real floating", "integral")
        x = x if dtype is None else xp.astype(x, dtype)
        if x.dtype.real:
            return reduce(x, reals, axis, keepdims)
        return _integers(x, integers, axis, keepdims, dtype is None)

    return reduction


sum = _summing("sum", f.total, np.sum)  # noqa: A001
prod = _summing("prod", f.product, np.prod)


def _extremum(name: str, reals: Callable[[Any, Any], Any], integers: Any) -> Callable[..., BallArray]:
    def reduction(xp: Namespace, x: BallArray, /, *, axis: Axis = None, keepdims: bool = False) -> BallArray:
        xp.check_own(name, x)
        require(name, x, "real floating", "integral")
        if not x.dtype.real:
            return _integers(x, integers, axis, keepdims, False)
        data, _ = _gathered(x, axis)
        if len(data) and not data.shape[1]:
            raise ValueError(told(name, "x", "no elements along the axis", "at least one"))
        return reduce(x, functools.partial(functools.reduce, reals), axis, keepdims)

    return reduction


max = _extremum("max", f.maximum, np.max)  # noqa: A001
min = _extremum("min", f.minimum, np.min)  # noqa: A001


def mean(xp: Namespace, x: BallArray, /, *, axis: Axis = None, keepdims: bool = False) -> BallArray:
    xp.check_own("mean", x)
    require("mean", x, "real floating")
    return reduce(x, _mean, axis, keepdims)


def _mean(terms: list[Any]) -> Any:
    return f.divide(f.total(terms), s.lift(len(terms)))


def var(
    xp: Namespace, x: BallArray, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False
) -> BallArray:
    xp.check_own("var", x)
    require("var", x, "real floating")

    def variance(terms: list[Any]) -> Any:
        middle = _mean(terms)
        squares = [f.square(f.subtract(term, middle)) for term in terms]
        return f.divide(f.total(squares), f.subtract(s.lift(len(terms)), s.lift(correction)))

    return reduce(x, variance, axis, keepdims)


def std(
    xp: Namespace, x: BallArray, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False
) -> BallArray:
    return xp.sqrt(var(xp, x, axis=axis, correction=correction, keepdims=keepdims))


def _truths(empty: int, reduction: Callable[..., Any]) -> Callable[..., BallArray]:
    def reduced(xp: Namespace, x: BallArray, /, *, axis: Axis = None, keepdims: bool = False) -> BallArray:
        truths = xp.astype(x, BOOL)
        found = reduction(truths.data, axis=axis, keepdims=keepdims, initial=empty)
        return truths.like(np.asarray(found, dtype=np.int8))

    return reduced


all = _truths(s.TRUE, np.min)  # noqa: A001
any = _truths(s.FALSE, np.max)  # noqa: A001


def count_nonzero(xp: Namespace, x: BallArray, /, *, axis: Axis = None, keepdims: bool = False) -> BallArray:
    ones = xp.astype(xp.astype(x, BOOL), INT64)
    return sum(xp, ones, axis=axis, keepdims=keepdims)


# Along one axis


def _vectors(x: BallArray, axis: int) -> tuple[Any, Callable[[list[Any], Any], BallArray]]:
    """The vectors along an axis, and how to put vectors in their place."""
    moved = np.moveaxis(x.data, axis, -1)
    vectors = [list(row) for row in moved.reshape(int(np.prod(moved.shape[:-1], dtype=int)), moved.shape[-1])]

    def restored(results: list[Any], dtype: Any) -> BallArray:
        length = len(results[0]) if results else moved.shape[-1]
        out = np.empty((len(results), length), dtype=dtype.storage)
        for i, row in enumerate(results):
            out[i, :] = row
        return BallArray(np.moveaxis(out.reshape(*moved.shape[:-1], length), -1, axis), dtype, x.xp)

    return vectors, restored


def _running(
    name: str, reals: Callable[[list[Any]], list[Any]], start: int, integers: Any
) -> Callable[..., BallArray]:
    def cumulative(
        xp: Namespace,
        x: BallArray,
        /,
        *,
        axis: int | None = None,
        dtype: Any = None,
        include_initial: bool = False,
    ) -> BallArray:
        xp.check_own(name, x)
        require(name, x, "real floating", "integral")
        if axis is None and x.ndim != 1:
            raise ValueError(told(name, "axis", f"None for {x.ndim} axes", "an axis"))
        along = 0 if axis is None else axis
        if dtype is not None:
            x = xp.astype(x, dtype)
        elif not x.dtype.real:
            x = xp.astype(x, DTYPES["uint64" if isdtype(x.dtype, "unsigned integer") else "int64"])
        if not x.dtype.real:
            result = x.like(integers(x.data, axis=along))
        else:
            vectors, restored = _vectors(x, along)
            result = restored([reals(v) for v in vectors], x.dtype)
        if not include_initial:
            return result
        shape = list(x.shape)
        shape[along] = 1
        return xp.concat([xp.full(tuple(shape), start, dtype=x.dtype), result], axis=along)

    return cumulative


cumulative_sum = _running("cumulative_sum", f.running_totals, 0, np.cumsum)
cumulative_prod = _running("cumulative_prod", f.running_products, 1, np.cumprod)


def diff(
    xp: Namespace, x: BallArray, /, *, axis: int = -1, n: int = 1, prepend: Any = None, append: Any = None
) -> BallArray:
    parts = [part for part in (prepend, x, append) if part is not None]
    result = xp.concat(parts, axis=axis)
    for _ in range(n):
        moved = xp.moveaxis(result, axis, -1)
        result = xp.moveaxis(moved[..., 1:] - moved[..., :-1], -1, axis)
    return result


# Order. NaN sorts behind everything, as in NumPy; equal numbers stay in their order.


def sort(
    xp: Namespace, x: BallArray, /, *, axis: int = -1, descending: bool = False, stable: bool = True
) -> BallArray:
    """Sorted values. Where balls overlap, the k-th is enclosed by the k-th lower and upper ends."""
    xp.check_own("sort", x)
    require("sort", x, "real floating", "integral")
    if not x.dtype.real:
        up = np.sort(x.data, axis=axis, stable=True)
        return x.like(np.flip(up, axis) if descending else up)
    vectors, restored = _vectors(x, axis)
    return restored([_sorted(vector, descending) for vector in vectors], x.dtype)


def _sorted(vector: list[Any], descending: bool) -> list[Any]:
    try:
        return sorted(vector, key=s.KEY, reverse=descending)
    except UndecidedError:
        if not all_known(vector):
            raise
    groups: list[list[Any]] = []
    for value in sorted(vector, key=lambda x: s.KEY(s.lower(x))):
        if groups and not builtins.all(_below(other, value) for other in groups[-1]):
            groups[-1].append(value)
        else:
            groups.append([value])
    rising = [value for group in groups for value in _enclosed(group)]
    return rising[::-1] if descending else rising


def _below(x: Any, y: Any) -> bool:
    """Whether x certainly comes before y."""
    return s.less(x, y) == s.TRUE or (s.is_nan(y) and not s.is_nan(x))


def _enclosed(group: list[Any]) -> list[Any]:
    """The order statistics of balls that overlap."""
    if len(group) == 1:
        return group
    ends = [sorted(map(end, group), key=s.KEY) for end in (s.lower, s.upper)]
    return [s.hull(low, high) for low, high in zip(*ends, strict=True)]


def all_known(vector: list[Any]) -> bool:
    """Whether nothing is indeterminate."""
    return not builtins.any(map(s.is_indeterminate, vector))


def argsort(
    xp: Namespace, x: BallArray, /, *, axis: int = -1, descending: bool = False, stable: bool = True
) -> BallArray:
    """The order of the values, which the balls must decide."""
    xp.check_own("argsort", x)
    require("argsort", x, "real floating", "integral")
    vectors, restored = _vectors(x, axis)
    keys = [[s.KEY(value) for value in v] if x.dtype.real else v for v in vectors]
    orders = [sorted(range(len(v)), key=v.__getitem__, reverse=descending) for v in keys]
    return restored(orders, INT64)


def _argument(name: str, sense: int) -> Callable[..., BallArray]:
    def position(
        xp: Namespace, x: BallArray, /, *, axis: int | None = None, keepdims: bool = False
    ) -> BallArray:
        """The first place of the extremum, which the balls must decide."""
        xp.check_own(name, x)
        require(name, x, "real floating", "integral")
        if not x.dtype.real:
            function = np.argmax if sense > 0 else np.argmin
            found = np.asarray(function(x.data, axis=axis, keepdims=keepdims), dtype=np.int64)
            return BallArray(boxed(found, INT64), INT64, xp)
        return reduce(x, functools.partial(_first_extremum, sense), axis, keepdims, INT64)

    return position


def _first_extremum(sense: int, vector: list[Any]) -> int:
    if not vector:
        raise ValueError(told("argmax", "x", "no elements", "at least one"))
    for i, value in enumerate(vector):
        if s.is_nan(value):
            return i
    values = vector if sense > 0 else [f.negative(value) for value in vector]
    floor = functools.reduce(f.maximum, map(s.lower, values))
    rivals = [i for i, value in enumerate(values) if not value < floor]
    best = rivals[0]
    for i in rivals[1:]:
        if values[i] is not values[best] and s.order(values[i], values[best]) > 0:
            best = i
    return best


argmax, argmin = _argument("argmax", 1), _argument("argmin", -1)


def searchsorted(
    xp: Namespace,
    x1: BallArray,
    x2: Any,
    /,
    *,
    side: str = "left",
    sorter: BallArray | None = None,
) -> BallArray:
    """Where values belong in a sorted vector, which the balls must decide."""
    if side not in ("left", "right"):
        raise ValueError(told("searchsorted", "side", repr(side), "'left' or 'right'"))
    ordered, values = operands(xp, "searchsorted", x1, x2)
    if ordered.ndim != 1:
        raise ValueError(told("searchsorted", "x1", f"shape {ordered.shape}", "one axis"))
    row = list(ordered.data if sorter is None else ordered.data[sorter.data])
    find = bisect.bisect_left if side == "left" else bisect.bisect_right
    key: Any = s.KEY if ordered.dtype.real else lambda value: value
    return apply(xp, lambda value: find(row, key(value), key=key), INT64, values)
