"""NumPy's functions on arrays of balls that stand for NumPy's: what only moves elements is NumPy's own on the
objects inside, what computes has an enclosure of its own here or in the array namespace."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from flint import acb, arb, ctx

from . import _scalars as s
from ._array import BallArray
from ._dtypes import DTYPES
from ._enclosed import (
    Enclosed,
    Integers,
    NotEnclosedError,
    Whole,
    boxed,
    dtype_of,
    each,
    enclosed,
    is_complex,
    known,
    leave,
    lifted,
    number,
)
from ._numpy_ufuncs import integers, is_float, loop, matmul, plain

Function = Callable[..., Any]
REALS = DTYPES["float64"]


def namespace() -> Any:
    """The array namespace of the working precision."""
    from ._namespace import namespace as of  # noqa: PLC0415

    return of(ctx.prec)


def to_namespace(value: Any) -> BallArray:
    """An array of the array namespace."""
    data = lifted(value)
    if is_complex(data):
        raise leave("asks for complex numbers what is enclosed for real ones alone")
    return BallArray(data, REALS, namespace())


def from_namespace(value: Any) -> Any:
    """The same for code of NumPy."""
    if isinstance(value, tuple):
        return tuple(map(from_namespace, value))
    if not value.dtype.real:
        return integers(np.asarray(value)) if value.ndim else Whole(int(value))
    return Enclosed(value.data) if value.ndim else number(value.data[()])


# Functions that move elements


def inside(value: Any, lift: bool) -> Any:
    """The arrays of objects inside, and with `lift` other numbers as such too."""
    if issubclass(type(value), Enclosed):
        return value.data
    if type(value) in (list, tuple):
        return type(value)(inside(part, lift) for part in value)
    if lift and isinstance(value, np.ndarray | np.generic | int | float | complex):
        return lifted(value)
    return plain(value)


def outside(value: Any) -> Any:
    """Arrays of balls from results of NumPy, whose fillings are balls too."""
    if isinstance(value, np.ndarray) and value.dtype == object:
        ready = all(type(x) is arb or type(x) is acb for x in value.flat)
        return Enclosed(value if ready else each(_ball, value))
    if isinstance(value, arb | acb):
        return number(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(outside, value))
    return type(value)(map(outside, value)) if type(value) in (list, tuple) else integers(value)


def _ball(x: Any) -> Any:
    return x if isinstance(x, arb | acb) else s.lift(x)


MOVING = (
    "reshape ravel transpose permute_dims matrix_transpose swapaxes moveaxis rollaxis squeeze expand_dims "
    "broadcast_to flip fliplr flipud roll rot90 repeat tile take take_along_axis split array_split hsplit vsplit "
    "dsplit diagonal diag diagflat tril triu delete resize atleast_1d atleast_2d atleast_3d compress unstack "
    "trim_zeros shape ndim size meshgrid broadcast_arrays apply_along_axis extract ix_ apply_over_axes"
).split()
MIXING = (
    "concatenate concat stack hstack vstack row_stack dstack column_stack append block insert "
    "choose pad fill_diagonal"
).split()


def _moved(function: Any, args: Any, kwargs: Any, mixing: bool) -> Any:
    dtype_of(kwargs.pop("dtype", None))
    kwargs.pop("casting", None)
    out = kwargs.pop("out", None)
    name = function.__name__
    if mixing and name in ("insert", "choose", "pad"):  # places and widths stay integers
        keep = {"insert": 1, "choose": 0, "pad": 1}[name]
        args = [inside(x, lift=i != keep) for i, x in enumerate(args)]
        kwargs = {k: inside(v, lift=k in ("constant_values", "values")) for k, v in kwargs.items()}
    elif mixing:
        args = [inside(args[0], lift=True), *(inside(x, lift=name == "append" and i == 0)
                                              for i, x in enumerate(args[1:]))]  # fmt: skip
    else:
        args = [inside(x, lift=False) for x in args]
        kwargs = {k: inside(v, lift=False) for k, v in kwargs.items()}
    result = outside(function(*args, **kwargs))
    if out is None:
        return result
    out[...] = result
    return out


# Reductions and what is made of them


def _reduction(ufunc: Any) -> Function:
    def reduced(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
        initial: Any = None, where: Any = True,
    ) -> Any:  # fmt: skip
        options = {"axis": axis, "keepdims": bool(keepdims), "where": where, "dtype": dtype, "out": out}
        if initial is not None and initial is not np._NoValue:  # type: ignore[attr-defined]
            options["initial"] = initial
        return ufunc.reduce(enclosed_or_own(a), **options)

    return reduced


def enclosed_or_own(value: Any) -> Any:
    """The array itself, or lists of numbers as one."""
    return value if issubclass(type(value), Enclosed) else enclosed(value)


def _accumulation(ufunc: Any) -> Function:
    def accumulated(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        array = enclosed_or_own(a)
        return ufunc.accumulate(array.ravel() if axis is None else array, axis=axis or 0, dtype=dtype, out=out)

    return accumulated


def _cumulative(ufunc: Any, start: Any) -> Function:
    """As the Array API has it."""

    def cumulative(x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None,
                   include_initial: bool = False) -> Any:  # fmt: skip
        array = enclosed_or_own(x)
        along = 0 if axis is None else axis
        found = ufunc.accumulate(array, axis=along, dtype=dtype)
        if include_initial:
            first = np.full_like(np.take(array, [0], axis=along) if len(array) else array, start)
            found = np.concatenate([first, found], axis=along)
        return found

    return cumulative


def _count(shape: Any, axis: Any) -> int:
    axes = range(len(shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return int(np.prod([int(shape[i]) for i in axes], dtype=int))


def _mean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True
) -> Any:
    array = enclosed_or_own(a)
    total = np.add.reduce(array, axis=axis, keepdims=bool(keepdims), where=where, dtype=dtype)
    count: Any = _count(array.shape, axis)
    if where is not True:
        count = np.sum(np.broadcast_to(np.asarray(where), tuple(map(int, array.shape))), axis=axis,
                       keepdims=bool(keepdims))  # fmt: skip
    return np.divide(total, count, out=out)


def _var(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = False,
    *, where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    if where is not True:
        raise leave("takes a variance of chosen elements (where=)")
    array = enclosed_or_own(a)
    middle = _mean(array, axis, keepdims=True) if mean is None else mean
    away = array - middle
    squares = np.add.reduce(np.square(np.absolute(away)), axis=axis, keepdims=bool(keepdims))
    less = ddof if correction is None else correction
    left = max(_count(array.shape, axis) - less, 0) if isinstance(less, int) else _count(array.shape, axis) - less
    return np.divide(squares, left, out=out)


def _std(*args: Any, **kwargs: Any) -> Any:
    out = kwargs.pop("out", None)
    return np.sqrt(_var(*args, **kwargs), out=out)


def _truth(ufunc: Any) -> Function:
    def reduced(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, **options: Any) -> Any:
        return ufunc.reduce(np.asarray(a != 0), axis=axis, keepdims=bool(keepdims))

    return reduced


def _position(name: str) -> Function:
    def position(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
        array = enclosed_or_own(a)
        return from_namespace(getattr(namespace(), name)(
            to_namespace(array), axis=axis, keepdims=bool(keepdims)))  # fmt: skip

    return position


def _without_nan(name: str, filling: Any) -> Function:
    function = getattr(np, name)

    def reduced(a: Any, axis: Any = None, **options: Any) -> Any:
        array = enclosed_or_own(a)
        missing = np.asarray(np.isnan(array))
        if not missing.any():
            return function(array, axis=axis, **options)
        if filling is None:
            present = np.sum(~missing, axis=axis, keepdims=bool(options.get("keepdims", False)))
            return np.sum(_where(missing, 0.0, array), axis=axis, **options) / present
        return function(_where(missing, filling, array), axis=axis, **options)

    return reduced


def _average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, **options: Any) -> Any:
    if weights is None:
        return _mean(a, axis, **options)
    array, w = enclosed_or_own(a), enclosed_or_own(weights)
    if w.shape != array.shape:
        shape = [1] * int(array.ndim)
        shape[axis] = -1
        w = np.broadcast_to(w.reshape(shape), array.shape)
    scale = np.sum(w, axis=axis, **options)
    result = np.sum(array * w, axis=axis, **options) / scale
    return (result, scale) if returned else result


def _cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None, fweights: Any = None,
    aweights: Any = None, dtype: Any = None,
) -> Any:  # fmt: skip
    if y is not None or fweights is not None:
        raise leave("calls cov with two arrays or repeated observations")
    rows = np.atleast_2d(enclosed_or_own(m))
    rows = rows if rowvar or rows.shape[0] == 1 else rows.T
    less = (0 if bias else 1) if ddof is None else ddof
    if aweights is None:
        away = rows - _mean(rows, 1, keepdims=True)
        return np.squeeze(matmul(away, away.T) / (rows.shape[1] - less))
    w = enclosed_or_own(aweights)
    total = np.sum(w)
    away = rows - (np.sum(rows * w, axis=1) / total)[:, None]
    scale = total - less * np.sum(w * w) / total if less else total
    return np.squeeze(matmul(away, (away * w).T) / scale)


def _corrcoef(x: Any, y: Any = None, rowvar: bool = True, **options: Any) -> Any:
    c = _cov(x if y is None else np.stack([enclosed_or_own(x), enclosed_or_own(y)]), rowvar=rowvar)
    if not c.ndim:
        return c / c
    d = np.sqrt(np.diagonal(c))
    return np.clip(c / d[:, None] / d[None, :], -1, 1)


# Choice and order


def _where(condition: Any, *choices: Any) -> Any:
    truths = np.asarray(condition != 0) if issubclass(type(condition), Enclosed) else np.asarray(condition)
    if not choices:
        return integers(np.nonzero(truths))
    if not any(issubclass(type(choice), Enclosed) or is_float(plain(choice)) for choice in choices):
        return integers(np.where(truths, *map(plain, choices)))
    return Enclosed(np.where(truths.astype(bool), *map(lifted, choices)))


def _select(conditions: Any, choices: Any, default: Any = 0) -> Any:
    result = enclosed_or_own(default)
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = _where(condition, choice, result)
    return result


def _clip(a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, **options: Any) -> Any:
    low, high = options.get("min", a_min), options.get("max", a_max)
    result = a if low is None else np.maximum(a, low)
    result = result if high is None else np.minimum(result, high)
    return np.positive(result, out=out)


def _nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    array = enclosed_or_own(x)
    largest = np.finfo(array.dtype).max
    result = _where(np.isnan(array), nan, array)
    result = _where(array == np.inf, largest if posinf is None else posinf, result)
    return _where(array == -np.inf, -largest if neginf is None else neginf, result)


def _sort(a: Any, axis: Any = -1, **options: Any) -> Any:
    array = enclosed_or_own(a)
    array, axis = (array.ravel(), 0) if axis is None else (array, axis)
    return from_namespace(namespace().sort(to_namespace(array), axis=axis))


def _argsort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    array = enclosed_or_own(a)
    array, axis = (array.ravel(), 0) if axis is None else (array, axis)
    return from_namespace(namespace().argsort(to_namespace(array), axis=axis))


def _lexsort(keys: Any, axis: int = -1) -> Any:
    ranks = [np.asarray(_unique(key, return_inverse=True)[1]) if issubclass(type(key), Enclosed) else key
             for key in keys]  # fmt: skip
    return integers(np.lexsort(ranks, axis))


def _searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Any:
    row = enclosed_or_own(a)
    row = row if sorter is None else row[np.asarray(sorter)]
    return from_namespace(namespace().searchsorted(to_namespace(row), to_namespace(v), side=side))


def _digitize(x: Any, bins: Any, right: bool = False) -> Any:
    return _searchsorted(bins, x, side="left" if right else "right")


def _unique(
    ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False,
    axis: Any = None, **options: Any,
) -> Any:  # fmt: skip
    if axis is not None:
        raise leave("calls unique along an axis")
    flat = np.ravel(enclosed_or_own(ar))
    order = np.asarray(_argsort(flat))
    up = flat[order]
    first = np.concatenate([np.ones(min(1, len(up)), bool), np.asarray(up[1:] != up[:-1])])
    inverse = np.empty(len(up), dtype=np.int64)
    inverse[order] = np.cumsum(first) - 1
    places = np.flatnonzero(first)
    more = [(return_index, order[places]), (return_inverse, inverse.reshape(ar.shape)),
            (return_counts, np.diff(np.append(places, len(up))))]  # fmt: skip
    extras = [integers(np.asarray(found)) for wanted, found in more if wanted]
    return (up[first], *extras) if extras else up[first]


def _quantile(a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
              method: str = "linear", keepdims: Any = False, **options: Any) -> Any:  # fmt: skip
    if method != "linear" or isinstance(axis, tuple):
        raise leave("takes quantiles that are not interpolated linearly, or over two axes")
    up = _sort(a, axis)
    moved = np.moveaxis(up, -1 if axis is None else axis, 0)
    at = enclosed_or_own(q) * (moved.shape[0] - 1)
    if at.ndim > 1:
        raise leave("takes a table of quantiles")
    found = [_between(moved, each_one) for each_one in (at if at.ndim else [at])]
    result = [np.expand_dims(x, axis) if keepdims and axis is not None else x for x in found]
    return np.stack(result) if at.ndim else result[0]


def _between(up: Any, at: Any) -> Any:
    below = min(max(int(np.floor(at)), 0), len(up) - 1)
    above = min(below + 1, len(up) - 1)
    return up[below] + (up[above] - up[below]) * (at - below)


def _median(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False) -> Any:
    return _quantile(a, 0.5, axis, keepdims=keepdims)


# Differences and products


def _diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    parts = [x for x in (prepend, a, append) if x is not None and x is not np._NoValue]  # type: ignore[attr-defined]
    if len(parts) > 1:
        shape = list(map(int, a.shape))
        shape[axis] = 1
        parts = [enclosed_or_own(x) if np.ndim(x) else np.broadcast_to(enclosed_or_own(x), shape) for x in parts]
        a = np.concatenate(parts, axis=axis)
    result = np.moveaxis(enclosed_or_own(a), axis, -1)
    for _ in range(n):
        result = result[..., 1:] - result[..., :-1]
    return np.moveaxis(result, -1, axis)


def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    values = np.moveaxis(enclosed_or_own(y), axis, -1)
    steps = enclosed_or_own(dx) if x is None else _diff(enclosed_or_own(x), axis=axis if np.ndim(x) > 1 else -1)
    return np.sum(steps * (values[..., 1:] + values[..., :-1]), axis=-1) / 2


def _interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    if period is not None:
        raise leave("interpolates periodically")
    at, places, values = map(enclosed_or_own, (x, xp, fp))
    above = np.clip(np.asarray(_searchsorted(places, at, side="right")), 1, len(places) - 1)
    below = above - 1
    slope = (values[above] - values[below]) / (places[above] - places[below])
    inner = values[below] + slope * (at - places[below])
    inner = _where(at < places[0], values[0] if left is None else left, inner)
    return _where(at > places[-1], values[-1] if right is None else right, inner)


def _dot(a: Any, b: Any, out: Any = None) -> Any:
    x, y = enclosed_or_own(a), enclosed_or_own(b)
    if not x.ndim or not y.ndim:
        return np.multiply(x, y, out=out)
    if y.ndim <= 2:
        result = matmul(x, y)
        return result if out is None else np.positive(result, out=out)
    return _tensordot(x, y, axes=((x.ndim - 1,), (y.ndim - 2,)))


def _vdot(a: Any, b: Any) -> Any:
    return np.sum(np.conjugate(np.ravel(enclosed_or_own(a))) * np.ravel(enclosed_or_own(b)))


def _inner(a: Any, b: Any) -> Any:
    x, y = enclosed_or_own(a), enclosed_or_own(b)
    return _tensordot(x, y, axes=((x.ndim - 1,), (y.ndim - 1,))) if x.ndim and y.ndim else x * y


def _tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    x, y = enclosed_or_own(a), enclosed_or_own(b)
    if isinstance(axes, int):
        axes = (tuple(range(x.ndim - axes, x.ndim)), tuple(range(axes)))
    first, second = ([int(i) % int(v.ndim) for i in np.atleast_1d(one)] for v, one in zip((x, y), axes, strict=True))
    kept = [[i for i in range(v.ndim) if i not in one] for v, one in ((x, first), (y, second))]
    inner = int(np.prod([int(x.shape[i]) for i in first], dtype=int))
    left = x.data.transpose(*kept[0], *first)
    right = y.data.transpose(*second, *kept[1])
    shape = (*left.shape[: len(kept[0])], *right.shape[len(second) :])
    product = matmul(Enclosed(left.reshape(-1, inner)), Enclosed(right.reshape(inner, -1)))
    result = product.data.reshape(shape)
    return Enclosed(result) if result.ndim else number(result[()])


def _outer(a: Any, b: Any, out: Any = None) -> Any:
    return np.multiply(np.ravel(enclosed_or_own(a))[:, None], np.ravel(enclosed_or_own(b))[None, :], out=out)


def _kron(a: Any, b: Any) -> Any:
    x, y = enclosed_or_own(a), enclosed_or_own(b)
    if x.ndim != 2 or y.ndim != 2:
        raise leave("calls kron of other than two matrices")
    return (x[:, None, :, None] * y[None, :, None, :]).reshape(x.shape[0] * y.shape[0], -1)


def _cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None) -> Any:
    ends = (axisa, axisb, axisc) if axis is None else (axis,) * 3
    x, y = (np.moveaxis(enclosed_or_own(v), end, -1) for v, end in zip((a, b), ends[:2], strict=True))
    parts = [x[..., i] * y[..., j] - x[..., j] * y[..., i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return np.stack(parts, axis=ends[2])


def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None) -> Any:
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)


def _einsum(*operands: Any, out: Any = None, **options: Any) -> Any:
    if not isinstance(operands[0], str):
        raise leave("calls einsum with lists of axes")
    given = [lifted(x) for x in operands[1:]]
    return _placed(outside(np.einsum(operands[0], *given)), out)


def _placed(result: Any, out: Any) -> Any:
    return result if out is None else np.positive(result, out=out)


def _convolve(a: Any, v: Any, mode: str = "full") -> Any:
    x, y = enclosed_or_own(a), enclosed_or_own(v)
    n, m = int(x.size), int(y.size)
    terms = [[x[i] * y[k - i] for i in range(max(0, k - m + 1), min(n, k + 1))] for k in range(n + m - 1)]
    whole = np.stack([np.sum(enclosed(row)) for row in terms])
    cut = {"full": (0, n + m - 1), "valid": (min(n, m) - 1, max(n, m)), "same": ((min(n, m) - 1) // 2,)}[mode]
    return whole[cut[0] : cut[1]] if len(cut) > 1 else whole[cut[0] : cut[0] + max(n, m)]


def _array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> bool:
    return np.shape(a1) == np.shape(a2) and bool(np.all(np.equal(a1, a2)))


def _isclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Any:
    return np.absolute(np.subtract(a, b)) <= np.absolute(b) * rtol + atol


# Filling, and what concerns the kind of an array


def _like(value: Any) -> Function:
    def made(a: Any, fill_value: Any = value, dtype: Any = None, shape: Any = None, **options: Any) -> Any:
        wanted = dtype_of(dtype)
        lengths = tuple(map(int, np.shape(a) if shape is None else np.atleast_1d(shape)))
        if wanted is not None and wanted.kind in "iub":
            return np.full(lengths, fill_value, wanted).view(Integers)
        return Enclosed(np.broadcast_to(lifted(fill_value), lengths).copy())

    return made


def _zeros_like(value: Any) -> Function:
    made = _like(value)

    def filled(a: Any, dtype: Any = None, order: Any = "K", subok: bool = True, shape: Any = None, **o: Any) -> Any:
        return made(a, value, dtype, shape)

    return filled


def _copyto(dst: Any, src: Any, casting: Any = None, where: Any = True) -> None:
    if not issubclass(type(dst), Enclosed):
        raise leave("writes balls into an array of floats (copyto)")
    np.copyto(dst.data, lifted(src), where=np.asarray(where))


def _put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    np.put_along_axis(_writable(arr), plain(indices), lifted(values), axis)


def _put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    np.put(_writable(a), plain(ind), lifted(v), mode)


def _fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    np.fill_diagonal(_writable(a), lifted(val) if np.ndim(val) else lifted(val)[()], wrap)


def _writable(array: Any) -> Any:
    if not issubclass(type(array), Enclosed):
        raise leave("writes balls into an array of floats")
    return array.data


def _piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    out = np.zeros_like(x)
    conditions = [np.asarray(c) for c in condlist]
    if len(funclist) == len(conditions) + 1:
        conditions.append(~np.any(conditions, axis=0))
    for condition, function in zip(conditions, funclist, strict=True):
        out[condition] = function(x[condition], *args, **kw) if callable(function) else function
    return out


def _sinc(x: Any) -> Any:
    angle = np.multiply(x, number(arb.pi()))
    safe = _where(angle == 0, 1.0, angle)
    return _where(angle == 0, 1.0, np.sin(safe) / safe)


def _round(a: Any, decimals: int = 0, out: Any = None) -> Any:
    if not decimals:
        return np.rint(a, out=out)
    scale = number(10) ** int(decimals)
    return np.divide(np.rint(a * scale), scale, out=out)


def _nonzero(a: Any) -> Any:
    return integers(np.nonzero(np.asarray(a != 0)))


OWN: dict[Any, Function] = {
    np.sum: _reduction(np.add),
    np.prod: _reduction(np.multiply),
    np.max: _reduction(np.maximum),
    np.min: _reduction(np.minimum),
    np.cumsum: _accumulation(np.add),
    np.cumprod: _accumulation(np.multiply),
    np.cumulative_sum: _cumulative(np.add, 0),
    np.cumulative_prod: _cumulative(np.multiply, 1),
    np.mean: _mean,
    np.var: _var,
    np.std: _std,
    np.all: _truth(np.logical_and),
    np.any: _truth(np.logical_or),
    np.argmax: _position("argmax"),
    np.argmin: _position("argmin"),
    np.ptp: lambda a, axis=None, out=None, keepdims=False: (
        np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)
    ),
    np.nansum: _without_nan("sum", 0.0),
    np.nanprod: _without_nan("prod", 1.0),
    np.nanmax: _without_nan("max", -np.inf),
    np.nanmin: _without_nan("min", np.inf),
    np.nanmean: _without_nan("mean", None),
    np.average: _average,
    np.cov: _cov,
    np.corrcoef: _corrcoef,
    np.where: _where,
    np.select: _select,
    np.clip: _clip,
    np.nan_to_num: _nan_to_num,
    np.sort: _sort,
    np.argsort: _argsort,
    np.lexsort: _lexsort,
    np.searchsorted: _searchsorted,
    np.digitize: _digitize,
    np.unique: _unique,
    np.quantile: _quantile,
    np.percentile: lambda a, q, *args, **kwargs: _quantile(a, enclosed_or_own(q) / 100, *args, **kwargs),
    np.median: _median,
    np.diff: _diff,
    np.ediff1d: lambda ary: _diff(np.ravel(ary)),
    np.trapezoid: _trapezoid,
    np.interp: _interp,
    np.dot: _dot,
    np.vdot: _vdot,
    np.inner: _inner,
    np.tensordot: _tensordot,
    np.outer: _outer,
    np.kron: _kron,
    np.cross: _cross,
    np.trace: _trace,
    np.einsum: _einsum,
    np.convolve: _convolve,
    np.array_equal: _array_equal,
    np.isclose: _isclose,
    np.allclose: lambda *args, **kwargs: bool(np.all(_isclose(*args, **kwargs))),
    np.full_like: lambda a, fill_value, dtype=None, order="K", subok=True, shape=None, **o: _like(None)(
        a, fill_value, dtype, shape
    ),
    np.zeros_like: _zeros_like(0),
    np.ones_like: _zeros_like(1),
    np.empty_like: _zeros_like(s.INDETERMINATE),
    np.copy: lambda a, order="K", subok=False: a.copy(),
    np.copyto: _copyto,
    np.put: _put,
    np.put_along_axis: _put_along_axis,
    np.fill_diagonal: _fill_diagonal,
    np.piecewise: _piecewise,
    np.sinc: _sinc,
    np.round: _round,
    np.around: _round,
    np.nonzero: _nonzero,
    np.flatnonzero: lambda a: _nonzero(np.ravel(a))[0],
    np.argwhere: lambda a: integers(np.argwhere(np.asarray(a != 0))),
    np.count_nonzero: lambda a, axis=None, *, keepdims=False: integers(
        np.count_nonzero(np.asarray(a != 0), axis, keepdims=keepdims)
    ),
    np.real: lambda val: val.real,
    np.imag: lambda val: val.imag,
    np.angle: lambda z, deg=False: np.arctan2(z.imag, z.real),
    np.iscomplexobj: lambda x: is_complex(lifted(x)),
    np.isrealobj: lambda x: not is_complex(lifted(x)),
    np.isreal: lambda x: x.imag == 0,
    np.isposinf: lambda x, out=None: np.equal(x, np.inf),
    np.isneginf: lambda x, out=None: np.equal(x, -np.inf),
    np.result_type: lambda *given: np.result_type(*(getattr(x, "dtype", x) for x in given)),
    np.common_type: lambda *given: np.float64,
    np.may_share_memory: lambda a, b, *o, **k: np.may_share_memory(lifted(a), lifted(b)),
    np.shares_memory: lambda a, b, *o, **k: np.shares_memory(lifted(a), lifted(b)),
}
_NAMES = {getattr(np, name, None): name in MIXING for name in (*MOVING, *MIXING)} | {
    getattr(np.linalg, name): False for name in ("diagonal", "matrix_transpose")
}


def array_function(function: Any, args: Iterable[Any], kwargs: Mapping[str, Any]) -> Any:
    """A function of NumPy on arrays of balls and whatever else stands beside them."""
    from ._numpy_linalg import LINALG  # noqa: PLC0415

    own = OWN.get(function) or LINALG.get(function)
    if own is not None:
        return own(*args, **kwargs)
    if function in _NAMES:
        return _moved(function, list(args), dict(kwargs), _NAMES[function])
    name = getattr(function, "__name__", str(function))
    module = "numpy.linalg." if function.__module__ == "numpy.linalg" else "numpy."
    raise leave(f"{module}{name} is not enclosed")


def function_of_integers(function: Any, args: Any, kwargs: Any) -> Any:
    """A function of NumPy on arrays of integers: of integers as NumPy has it, of floats on balls."""
    result = function(*(plain(x) for x in args), **{key: plain(value) for key, value in kwargs.items()})
    if not is_float(result):
        return integers(result)
    return array_function(function, _as_balls(args), {k: _as_balls(v) for k, v in kwargs.items()})


def _as_balls(value: Any) -> Any:
    if isinstance(value, Integers):
        return enclosed(value) if value.dtype.kind in "iu" else value
    return type(value)(map(_as_balls, value)) if type(value) in (list, tuple) else value


__all__ = ["NotEnclosedError", "array_function", "boxed", "known", "loop"]
