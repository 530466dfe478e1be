"""Products, differences and interpolation of NumPy on balls."""

import math
from typing import Any

import numpy as np
from flint import arb

from ._arrays import Enclosed, as_balls, enclosed, number
from ._conversion import Function, enclosed_or_own, outside
from ._formats import leave, spend
from ._order import chosen, searchsorted
from ._ufuncs import matmul

# Differences and products


def _diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    parts = [x for x in (prepend, a, append) if x is not None and x is not np._NoValue]
    if len(parts) > 1:
        shape = list(map(int, a.shape))
        shape[axis] = 1
        parts = [
            enclosed_or_own(x) if np.ndim(x) else np.broadcast_to(enclosed_or_own(x), shape) for x in parts
        ]
        a = np.concatenate(parts, axis=axis)
    result = np.moveaxis(enclosed_or_own(a), axis, -1)
    for _ in range(n):
        result = result[..., 1:] - result[..., :-1]
    return np.moveaxis(result, -1, axis)


def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    values = np.moveaxis(enclosed_or_own(y), axis, -1)
    steps = (
        enclosed_or_own(dx) if x is None else _diff(enclosed_or_own(x), axis=axis if np.ndim(x) > 1 else -1)
    )
    return np.sum(steps * (values[..., 1:] + values[..., :-1]), axis=-1) / 2


def _interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    if period is not None:
        raise leave("interpolates periodically")
    at, places, values = map(enclosed_or_own, (x, xp, fp))
    above = np.clip(np.asarray(searchsorted(places, at, side="right")), 1, len(places) - 1)
    below = above - 1
    slope = (values[above] - values[below]) / (places[above] - places[below])
    inner = values[below] + slope * (at - places[below])
    inner = chosen(at < places[0], values[0] if left is None else left, inner)
    return chosen(at > places[-1], values[-1] if right is None else right, inner)


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
    first, second = (
        [int(i) % int(v.ndim) for i in np.atleast_1d(one)] for v, one in zip((x, y), axes, strict=True)
    )
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
    axes = max(int(x.ndim), int(y.ndim))
    first, second = ((1,) * (axes - int(v.ndim)) + tuple(map(int, v.shape)) for v in (x, y))
    apart = [n for pair in zip(first, (1,) * axes, strict=True) for n in pair]
    inside = [n for pair in zip((1,) * axes, second, strict=True) for n in pair]
    product = x.reshape(apart) * y.reshape(inside)
    return product.reshape([n * m for n, m in zip(first, second, strict=True)])


def _cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None) -> Any:
    ends = (axisa, axisb, axisc) if axis is None else (axis,) * 3
    x, y = (np.moveaxis(enclosed_or_own(v), end, -1) for v, end in zip((a, b), ends[:2], strict=True))
    parts = [x[..., i] * y[..., j] - x[..., j] * y[..., i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return np.stack(parts, axis=ends[2])


def _trace(
    a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None
) -> Any:
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)


def _einsum(*operands: Any, out: Any = None, **options: Any) -> Any:
    if not isinstance(operands[0], str):
        raise leave("calls einsum with lists of axes")
    given = [as_balls(x) for x in operands[1:]]
    lengths: dict[str, int] = {}
    for labels, array in zip(operands[0].partition("->")[0].split(","), given, strict=True):
        lengths |= dict(zip(reversed(labels.strip()), reversed(array.shape), strict=False))
    spend(math.prod(lengths.values()) * len(given))
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


def _sinc(x: Any) -> Any:
    angle = np.multiply(x, number(arb.pi()))
    safe = chosen(angle == 0, 1.0, angle)
    return chosen(angle == 0, 1.0, np.sin(safe) / safe)


def _round(a: Any, decimals: int = 0, out: Any = None) -> Any:
    if not decimals:
        return np.rint(a, out=out)
    scale = number(10) ** int(decimals)
    return np.divide(np.rint(a * scale), scale, out=out)


PRODUCTS: dict[Any, Function] = {
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
    np.sinc: _sinc,
    np.round: _round,
    np.around: _round,
    np.angle: lambda z, deg=False: np.arctan2(z.imag, z.real),
}
