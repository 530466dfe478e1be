"""Sums, products, moments and extrema of NumPy on balls."""

from typing import Any

import numpy as np

from ._conversion import Function, enclosed_or_own, from_namespace, namespace, to_namespace
from ._formats import leave
from ._order import chosen
from ._ufuncs import matmul

# Reductions and what is made of them


def _reduction(ufunc: Any) -> Function:
    def reduced(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
        initial: Any = None, where: Any = True,
    ) -> Any:  # fmt: skip
        options = {"axis": axis, "keepdims": bool(keepdims), "where": where, "dtype": dtype, "out": out}
        if initial is not None and initial is not np._NoValue:
            options["initial"] = initial
        return ufunc.reduce(enclosed_or_own(a), **options)

    return reduced


def _accumulation(ufunc: Any) -> Function:
    def accumulated(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        array = enclosed_or_own(a)
        return ufunc.accumulate(
            array.ravel() if axis is None else array, axis=axis or 0, dtype=dtype, out=out
        )

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


def _count(shape: Any, axis: Any) -> Any:
    axes = range(len(shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return int(np.prod([int(shape[i]) for i in axes], dtype=int))


_SUM: Any = np.add.reduce


def _mean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True
) -> Any:
    array = enclosed_or_own(a)
    total = _SUM(array, axis=axis, keepdims=bool(keepdims), where=where, dtype=dtype)
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
    squares = _SUM(np.square(np.absolute(away)), axis=axis, keepdims=bool(keepdims))
    less = ddof if correction is None else correction
    left = (
        max(_count(array.shape, axis) - less, 0)
        if isinstance(less, int)
        else _count(array.shape, axis) - less
    )
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
            return np.sum(chosen(missing, 0.0, array), axis=axis, **options) / present
        return function(chosen(missing, filling, array), axis=axis, **options)

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


SUMS: dict[Any, Function] = {
    np.sum: _reduction(np.add),
    np.prod: _reduction(np.multiply),
    np.amax: _reduction(np.maximum),
    np.amin: _reduction(np.minimum),
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
}
