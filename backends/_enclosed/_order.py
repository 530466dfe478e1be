"""Choice and order of NumPy on balls, which must decide them."""

from typing import Any

import numpy as np

from ._arrays import Enclosed, as_balls
from ._conversion import Function, enclosed_or_own, from_namespace, namespace, to_namespace
from ._formats import leave
from ._ufuncs import integers, is_float, plain

# Choice and order


def chosen(condition: Any, *choices: Any) -> Any:
    truths = np.asarray(condition != 0) if issubclass(type(condition), Enclosed) else np.asarray(condition)
    if not choices:
        return integers(np.nonzero(truths))
    if not any(issubclass(type(choice), Enclosed) or is_float(plain(choice)) for choice in choices):
        return integers(np.where(truths, *map(plain, choices)))
    return Enclosed(np.where(truths.astype(bool), *map(as_balls, choices)))


def _select(conditions: Any, choices: Any, default: Any = 0) -> Any:
    result = enclosed_or_own(default)
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = chosen(condition, choice, result)
    return result


def _clip(a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, **options: Any) -> Any:
    low, high = options.get("min", a_min), options.get("max", a_max)
    result = a if low is None else np.maximum(a, low)
    result = result if high is None else np.minimum(result, high)
    return np.positive(result, out=out)


def _nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    array = enclosed_or_own(x)
    largest = np.finfo(array.dtype).max
    result = chosen(np.isnan(array), nan, array)
    result = chosen(array == np.inf, largest if posinf is None else posinf, result)
    return chosen(array == -np.inf, -largest if neginf is None else neginf, result)


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


def searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Any:
    row = enclosed_or_own(a)
    row = row if sorter is None else row[np.asarray(sorter)]
    return from_namespace(namespace().searchsorted(to_namespace(row), to_namespace(v), side=side))


def _digitize(x: Any, bins: Any, right: bool = False) -> Any:
    return searchsorted(bins, x, side="left" if right else "right")


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


def _median(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False
) -> Any:
    return _quantile(a, 0.5, axis, keepdims=keepdims)


def _array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> bool:
    return np.shape(a1) == np.shape(a2) and bool(np.all(np.equal(a1, a2)))


def _isclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Any:
    return np.absolute(np.subtract(a, b)) <= np.absolute(b) * rtol + atol


def _piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    out = np.zeros_like(x)
    conditions = [np.asarray(c) for c in condlist]
    if len(funclist) == len(conditions) + 1:
        conditions.append(~np.any(conditions, axis=0))
    for condition, function in zip(conditions, funclist, strict=True):
        out[condition] = function(x[condition], *args, **kw) if callable(function) else function
    return out


def _nonzero(a: Any) -> Any:
    return integers(np.nonzero(np.asarray(a != 0)))


ORDER: dict[Any, Function] = {
    np.where: chosen,
    np.select: _select,
    np.clip: _clip,
    np.nan_to_num: _nan_to_num,
    np.sort: _sort,
    np.argsort: _argsort,
    np.lexsort: _lexsort,
    np.searchsorted: searchsorted,
    np.digitize: _digitize,
    np.unique: _unique,
    np.quantile: _quantile,
    np.percentile: lambda a, q, *args, **kwargs: _quantile(a, enclosed_or_own(q) / 100, *args, **kwargs),
    np.median: _median,
    np.piecewise: _piecewise,
    np.nonzero: _nonzero,
    np.flatnonzero: lambda a: _nonzero(np.ravel(a))[0],
    np.argwhere: lambda a: integers(np.argwhere(np.asarray(a != 0))),
    np.count_nonzero: lambda a, axis=None, *, keepdims=False: integers(
        np.count_nonzero(np.asarray(a != 0), axis, keepdims=keepdims)
    ),
    np.array_equal: _array_equal,
    np.isclose: _isclose,
    np.allclose: lambda *args, **kwargs: bool(np.all(_isclose(*args, **kwargs))),
    np.isposinf: lambda x, out=None: np.equal(x, np.inf),
    np.isneginf: lambda x, out=None: np.equal(x, -np.inf),
}
