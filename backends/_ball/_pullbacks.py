"""How cotangents go back through the functions of the Array API: a rule for each.

A cotangent of a branch that was not taken, or of an element that was not picked, is NONE: it stays 0 whatever
the slope. A sum that happens to be 0 times an infinite slope is unknown.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from flint import arb

from ..._errors import UndecidedError
from ..._typing import Namespace
from . import _functions as f
from . import _scalars as s
from ._array import BallArray
from ._creation import objects
from ._operands import apply
from ._reductions import reduce

Pull: TypeAlias = Callable[[Sequence[BallArray | None]], Iterator[BallArray | None]]


class NoDerivativeError(UndecidedError):
    """A function of arrays has no rule, or no derivative."""


def pullback(
    name: str, function: Callable[..., Any], xp: Namespace, args: Any, kwargs: Any, results: Sequence[Any]
) -> Pull:
    """The way back through one call, to every array among its arguments in order."""
    given = list(_flat((args, kwargs)))
    if name in MOVES:
        return lambda g: _moved(xp, function, args, kwargs, given, g)
    rule = RULES.get(name)
    if rule is None:
        raise NoDerivativeError(f"no rule for the derivative of {name}")

    def pull(g: Sequence[BallArray | None]) -> Iterator[BallArray | None]:
        found = rule(xp, g[0] if len(results) == 1 else g, results, *args, **kwargs)
        parts = iter(found)
        for array, part in zip(_flat((args, kwargs), numbers=True), parts, strict=True):
            if isinstance(array, BallArray):
                yield None if part is None or not array.dtype.real else _fitted(xp, part, array.shape)

    return pull


def add(xp: Namespace, waiting: dict[Any, BallArray], key: Any, part: BallArray) -> None:
    """A further part of a cotangent."""
    waiting[key] = part if key not in waiting else apply(xp, _plus, part.dtype, waiting[key], part)


NONE = arb(0)
"""The 0 of what does not depend on an element at all."""


def _plus(x: Any, y: Any) -> Any:
    return y if x is NONE else x if y is NONE else f.add(x, y)


def _total(terms: list[Any]) -> Any:
    some = [term for term in terms if term is not NONE]
    return f.total(some) if some else NONE


def _flat(value: Any, *, numbers: bool = False) -> Iterator[Any]:
    """The arrays in a call; with `numbers`, its positional numbers too, each of which a rule answers."""
    args, kwargs = value
    for part in args:
        if isinstance(part, list | tuple):
            yield from (each for each in part if isinstance(each, BallArray))
        elif isinstance(part, BallArray) or (numbers and part is not None and not isinstance(part, str)):
            yield part
    yield from (part for part in kwargs.values() if isinstance(part, BallArray))


def _fitted(xp: Namespace, part: BallArray, shape: tuple[int, ...]) -> BallArray:
    """A cotangent summed over the axes along which its argument was broadcast."""
    if part.shape == shape:
        return part
    extra = part.ndim - len(shape)
    axes = [i for i in range(part.ndim) if i < extra or (shape[i - extra] == 1 and part.shape[i] != 1)]
    if not axes:
        return xp.broadcast_to(part, shape)
    return xp.reshape(reduce(part, _total, tuple(axes), False), shape)


# What moves elements only: the same moves of their places tell where each cotangent belongs.

MOVES = frozenset(
    [
        "T",
        "matrix_transpose",
        "getitem",
        "reshape",
        "broadcast_to",
        "broadcast_arrays",
        "expand_dims",
        "squeeze",
        "permute_dims",
        "moveaxis",
        "flip",
        "roll",
        "repeat",
        "tile",
        "concat",
        "stack",
        "unstack",
        "take",
        "take_along_axis",
        "diagonal",
        "tril",
        "triu",
        "meshgrid",
        "positive",
        "astype",
        "asarray",
    ]
)
CONSTANT = frozenset(
    [
        "floor",
        "ceil",
        "trunc",
        "round",
        "sign",
        "zeros_like",
        "ones_like",
        "full_like",
        "empty_like",
        "isfinite",
        "isnan",
        "isinf",
        "equal",
        "not_equal",
        "less",
        "less_equal",
        "greater",
        "greater_equal",
        "any",
        "all",
        "argmax",
        "argmin",
        "argsort",
        "searchsorted",
        "floor_divide",
        "count_nonzero",
        "nonzero",
        "signbit",
    ]
)


def _moved(
    xp: Namespace, function: Any, args: Any, kwargs: Any, given: Sequence[BallArray], g: Sequence[Any]
) -> Iterator[BallArray | None]:
    if function.__name__ in ("positive", "astype", "asarray"):
        yield from [g[0]] + [None] * (len(given) - 1)
        return
    counts = [array.size if array.dtype.real else 0 for array in given]
    starts = np.cumsum([1, *counts])
    places = iter(
        _places(xp, array, start) if array.dtype.real else array
        for array, start in zip(given, starts, strict=False)
    )
    moved = function(*_replaced(args, places), **{k: _replaced(v, places) for k, v in kwargs.items()})
    terms: list[list[Any]] = [[] for _ in range(int(starts[-1]))]
    for place, cotangent in zip([moved] if isinstance(moved, BallArray) else moved, g, strict=False):
        if cotangent is not None:
            for i, term in zip(place.data.reshape(-1), cotangent.data.reshape(-1), strict=True):
                terms[int(i)].append(term)
    for array, start, count in zip(given, starts, counts, strict=False):
        if not count:
            yield None
            continue
        some = [_total(part) for part in terms[start : start + count]]
        yield BallArray(objects(some, array.shape), array.dtype, xp)


def _places(xp: Namespace, array: BallArray, start: int) -> BallArray:
    numbers = np.arange(start, start + array.size, dtype=np.int64).reshape(array.shape)
    return BallArray(numbers, xp.int64, xp)


def _replaced(value: Any, places: Iterator[Any]) -> Any:
    if isinstance(value, BallArray):
        return next(places)
    if isinstance(value, tuple | list):
        return type(value)(_replaced(part, places) for part in value)
    return value


# Elementwise: the slope from the argument and the result.


def _times(xp: Namespace, g: BallArray, slope: BallArray) -> BallArray:
    return apply(xp, lambda x, y: NONE if x is NONE else f.multiply(x, y), g.dtype, g, slope)


def _sign(x: Any) -> Any:
    """The slope of |x|; at 0 all from −1 to 1."""
    return s.hull(s.ONE, -s.ONE) if x.contains(s.ZERO) else f.sign(x)


def _first(x: Any, y: Any) -> Any:
    """How far max(x, y) goes with x; at a tie all from 0 to 1."""
    return s.ONE if x > y else s.ZERO if x < y else s.hull(s.ZERO, s.ONE)


SLOPES: dict[str, Callable[[Namespace, Any, Any], Any]] = {
    "abs": lambda xp, x, y: apply(xp, _sign, x.dtype, x),
    "negative": lambda xp, x, y: -xp.ones_like(x),
    "square": lambda xp, x, y: 2 * x,
    "reciprocal": lambda xp, x, y: -y * y,
    "sqrt": lambda xp, x, y: 1 / (2 * y),
    "exp": lambda xp, x, y: y,
    "expm1": lambda xp, x, y: y + 1,  # as libraries have it, which loses digits where e^x is small
    "log": lambda xp, x, y: 1 / x,
    "log1p": lambda xp, x, y: 1 / (1 + x),
    "log2": lambda xp, x, y: 1 / (x * xp.log(xp.asarray(2.0, dtype=x.dtype))),
    "log10": lambda xp, x, y: 1 / (x * xp.log(xp.asarray(10.0, dtype=x.dtype))),
    "sin": lambda xp, x, y: xp.cos(x),
    "cos": lambda xp, x, y: -xp.sin(x),
    "tan": lambda xp, x, y: 1 + y * y,
    "sinh": lambda xp, x, y: xp.cosh(x),
    "cosh": lambda xp, x, y: xp.sinh(x),
    "tanh": lambda xp, x, y: 1 - y * y,
    "asin": lambda xp, x, y: 1 / xp.sqrt(1 - x * x),
    "acos": lambda xp, x, y: -1 / xp.sqrt(1 - x * x),
    "atan": lambda xp, x, y: 1 / (1 + x * x),
    "asinh": lambda xp, x, y: 1 / xp.sqrt(1 + x * x),
    "acosh": lambda xp, x, y: 1 / xp.sqrt(x * x - 1),
    "atanh": lambda xp, x, y: 1 / (1 - x * x),
}


def _unary(slope: Callable[..., Any]) -> Callable[..., Any]:
    return lambda xp, g, y, x: [_times(xp, g, slope(xp, x, y[0]))]


def _pair(first: Callable[..., Any], second: Callable[..., Any]) -> Callable[..., Any]:
    """The rule of a function of two numbers or arrays, from its slopes; a number has none."""

    def rule(xp: Namespace, g: BallArray, y: Any, x1: Any, x2: Any) -> Iterator[BallArray | None]:
        for slope, x in ((first, x1), (second, x2)):
            yield _times(xp, g, slope(xp, x1, x2, y[0])) if isinstance(x, BallArray) else None

    return rule


def _larger(xp: Namespace, x1: Any, x2: Any) -> BallArray:
    like = x1 if isinstance(x1, BallArray) else x2
    one, two = (x if isinstance(x, BallArray) else xp.asarray(x, dtype=like.dtype) for x in (x1, x2))
    return apply(xp, _first, like.dtype, one, two)


def _one(xp: Namespace, x1: Any, x2: Any, y: BallArray) -> BallArray:
    return xp.ones_like(y)


def _exponent(xp: Namespace, x1: Any, x2: Any, y: BallArray) -> BallArray:
    return y * xp.log(x1 if isinstance(x1, BallArray) else xp.asarray(x1, dtype=y.dtype))


PAIRS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "add": (_one, _one),
    "subtract": (_one, lambda xp, x1, x2, y: -xp.ones_like(y)),
    "multiply": (lambda xp, x1, x2, y: _array(xp, x2, y), lambda xp, x1, x2, y: _array(xp, x1, y)),
    "divide": (
        lambda xp, x1, x2, y: 1 / _array(xp, x2, y),
        lambda xp, x1, x2, y: -y / x2,
    ),
    "pow": (lambda xp, x1, x2, y: x2 * x1 ** (x2 - 1), _exponent),
    "remainder": (_one, lambda xp, x1, x2, y: -xp.floor_divide(x1, x2)),
    "maximum": (
        lambda xp, x1, x2, y: _larger(xp, x1, x2),
        lambda xp, x1, x2, y: _larger(xp, x2, x1),
    ),
    "minimum": (
        lambda xp, x1, x2, y: _larger(xp, x2, x1),
        lambda xp, x1, x2, y: _larger(xp, x1, x2),
    ),
    "atan2": (
        lambda xp, x1, x2, y: x2 / (x1 * x1 + x2 * x2),
        lambda xp, x1, x2, y: -x1 / (x1 * x1 + x2 * x2),
    ),
    "hypot": (lambda xp, x1, x2, y: x1 / y, lambda xp, x1, x2, y: x2 / y),
    "logaddexp": (lambda xp, x1, x2, y: xp.exp(x1 - y), lambda xp, x1, x2, y: xp.exp(x2 - y)),
}


def _array(xp: Namespace, x: Any, like: BallArray) -> BallArray:
    return x if isinstance(x, BallArray) else xp.asarray(x, dtype=like.dtype)


def _where(xp: Namespace, g: BallArray, y: Any, condition: Any, x1: Any, x2: Any) -> Iterator[Any]:
    yield None
    for chosen in (s.TRUE, s.FALSE):
        yield apply(xp, functools.partial(_taken, chosen), g.dtype, condition, g)


def _taken(chosen: int, truth: int, g: Any) -> Any:
    """What a branch gets: all if it is taken, maybe some where that is open; nothing known goes both ways."""
    if truth == chosen or s.is_indeterminate(g):
        return g
    return s.hull(s.ZERO, g) if truth == s.UNDECIDED else NONE


# Reductions


def _spread(xp: Namespace, part: BallArray, x: BallArray, axis: Any, keepdims: bool) -> BallArray:
    """A reduced array with its axes back, each of length 1."""
    if keepdims:
        return part
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    lost = {i % x.ndim for i in axes} if x.ndim else set()
    return xp.reshape(part, tuple(1 if i in lost else n for i, n in enumerate(x.shape)))


def _sum(xp: Namespace, g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False, **_: Any) -> Any:
    return [xp.broadcast_to(_spread(xp, g, x, axis, keepdims), x.shape)]


def _mean(xp: Namespace, g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False, **_: Any) -> Any:
    return [xp.broadcast_to(_spread(xp, g / (x.size // y[0].size), x, axis, keepdims), x.shape)]


def _prod(xp: Namespace, g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False, **_: Any) -> Any:
    return [_times(xp, xp.broadcast_to(_spread(xp, g * y[0], x, axis, keepdims), x.shape), 1 / x)]


def _extremum(xp: Namespace, g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Goes with the one largest element, or with any of those that may be the largest."""
    top = _spread(xp, y[0], x, axis, keepdims)
    may = apply(xp, lambda a, b: s.ONE if s.equal(a, b) != s.FALSE else s.ZERO, x.dtype, x, top)
    several = xp.sum(may, axis=axis, keepdims=True) > 1
    slope = xp.where(several, apply(xp, lambda a: s.hull(s.ZERO, a), x.dtype, may), may)
    return [_times(xp, xp.broadcast_to(_spread(xp, g, x, axis, keepdims), x.shape), slope)]


def _running(
    xp: Namespace, g: Any, y: Any, x: Any, axis: int = -1, include_initial: bool = False, **_: Any
) -> Any:
    if include_initial:
        g = xp.moveaxis(xp.moveaxis(g, axis, 0)[1:, ...], 0, axis)
    return [xp.flip(xp.cumulative_sum(xp.flip(g, axis=axis), axis=axis), axis=axis)]


def _sort(xp: Namespace, g: Any, y: Any, x: Any, axis: int = -1, descending: bool = False, **_: Any) -> Any:
    """Back to where each came from; equal ones, whose order means nothing, share what belongs to any."""
    given, cotangents = (np.moveaxis(a.data, axis, -1) for a in (x, g))
    out = np.empty(given.shape, dtype=object)
    for row in np.ndindex(given.shape[:-1]):
        values: Any = given[row]
        order = sorted(range(len(values)), key=lambda i: s.KEY(values[i]), reverse=descending)
        start = 0
        for end in range(1, len(order) + 1):
            if end < len(order) and s.equal(values[order[end - 1]], values[order[end]]) != s.FALSE:
                continue
            shared = functools.reduce(s.hull, cotangents[row][start:end])
            for i in order[start:end]:
                out[(*row, i)] = shared
            start = end
    return [x.like(np.moveaxis(out, -1, axis))]


# Linear algebra


def _matmul(xp: Namespace, g: Any, y: Any, x1: Any, x2: Any) -> Iterator[Any]:
    yield xp.matmul(g, x2.mT)
    yield xp.matmul(x1.mT, g)


def _solve(xp: Namespace, g: Any, y: Any, A: Any, b: Any) -> Iterator[Any]:
    back = xp.linalg.solve(A.mT, g)
    column, known = (back, y[0]) if b.ndim > 1 else (back[:, None], y[0][:, None])
    yield -xp.matmul(column, known.mT)
    yield back


def _inv(xp: Namespace, g: Any, y: Any, A: Any) -> Iterator[Any]:
    turned = y[0].mT
    yield -xp.matmul(turned, xp.matmul(g, turned))


def _det(xp: Namespace, g: Any, y: Any, A: Any) -> Iterator[Any]:
    yield (g * y[0])[..., None, None] * xp.linalg.inv(A).mT


def _slogdet(xp: Namespace, g: Any, y: Any, A: Any) -> Iterator[Any]:
    yield None if g[-1] is None else g[-1][..., None, None] * xp.linalg.inv(A).mT


def _cholesky(xp: Namespace, g: Any, y: Any, A: Any, **_: Any) -> Iterator[Any]:
    """Murray (2016): L⁻ᵀ Φ(Lᵀḡ) L⁻¹, made symmetric; Φ takes the lower triangle with half the diagonal."""
    L = y[0]
    inner = xp.tril(xp.matmul(L.mT, xp.tril(g)))
    unit = xp.eye(A.shape[-1], dtype=A.dtype)
    inverse = xp.linalg.inv(L)
    whole = xp.matmul(inverse.mT, xp.matmul(inner - inner * unit / 2, inverse))
    yield (whole + whole.mT) / 2


def _eigvalsh(xp: Namespace, g: Any, y: Any, A: Any) -> Iterator[Any]:
    vectors = xp.linalg.eigh(A)[1]
    yield xp.matmul(vectors * g[..., None, :], vectors.mT)


def _eigh(xp: Namespace, g: Any, y: Any, A: Any) -> Iterator[Any]:
    values, vectors = y
    parts: Any = [*g, None][:2]
    size = A.shape[-1]
    unit = xp.eye(size, dtype=A.dtype) + xp.zeros_like(A)
    inner = unit * parts[0][..., None, :] if parts[0] is not None else xp.zeros_like(A)
    if parts[1] is not None:
        apart = values[..., None, :] - values[..., :, None]
        inner = inner + _times(
            xp, xp.matmul(vectors.mT, parts[1]) * (1 - unit), 1 / xp.where(unit > 0, unit, apart)
        )
    whole = xp.matmul(vectors, xp.matmul(inner, vectors.mT))
    yield (whole + whole.mT) / 2


def _qr(xp: Namespace, g: Any, y: Any, A: Any, **_: Any) -> Iterator[Any]:
    """(Q̄ + Q·M) R⁻ᵀ for regular R, where M is the lower triangle of R R̄ᵀ − Q̄ᵀQ, mirrored."""
    Q, R = y
    if Q.shape[-1] != A.shape[-1]:
        raise NoDerivativeError("qr: more columns than rows")
    bars: Any = [*g, None][:2]
    Q_bar, R_bar = (xp.zeros_like(like) if bar is None else bar for bar, like in zip(bars, y, strict=True))
    inner = xp.tril(xp.matmul(R, R_bar.mT) - xp.matmul(Q_bar.mT, Q))
    mirrored = inner + xp.tril(inner, k=-1).mT
    yield xp.matmul(Q_bar + xp.matmul(Q, mirrored), xp.linalg.inv(R).mT)


def _polar(xp: Namespace, g: Any, y: Any, A: Any) -> Iterator[Any]:
    """U(P̄ + 2Z) of A = UP, where PZ + ZP is the antisymmetric part of UᵀŪ − P̄P."""
    U, P = y
    bars: Any = [*g, None][:2]
    U_bar, P_bar = (xp.zeros_like(like) if bar is None else bar for bar, like in zip(bars, y, strict=True))
    P_bar = (P_bar + P_bar.mT) / 2
    turning = xp.matmul(U.mT, U_bar) - xp.matmul(P_bar, P)
    size = A.shape[-1]
    unit = xp.eye(size, dtype=A.dtype)
    both = P[..., :, None, :, None] * unit[:, None, :] + unit[:, None, :, None] * P[..., None, :, None, :]
    system = xp.reshape(both, (*P.shape[:-2], size * size, size * size))
    column = xp.reshape((turning - turning.mT) / 2, (*P.shape[:-2], size * size, 1))
    Z = xp.reshape(xp.linalg.solve(system, column), P.shape)
    yield xp.matmul(U, P_bar + 2 * Z)


RULES: dict[str, Callable[..., Any]] = {
    **{name: _unary(slope) for name, slope in SLOPES.items()},
    **{name: _pair(*slopes) for name, slopes in PAIRS.items()},
    "where": _where,
    "sum": _sum,
    "mean": _mean,
    "prod": _prod,
    "max": _extremum,
    "min": _extremum,
    "cumulative_sum": _running,
    "sort": _sort,
    "matmul": _matmul,
    "solve": _solve,
    "inv": _inv,
    "det": _det,
    "slogdet": _slogdet,
    "cholesky": _cholesky,
    "eigvalsh": _eigvalsh,
    "eigh": _eigh,
    "qr": _qr,
    "polar": _polar,
}


# What is made of others, in an arithmetic that notes these.


def _clip(xp: Namespace) -> Callable[..., Any]:
    def clip(x: Any, /, min: Any = None, max: Any = None) -> Any:  # noqa: A002
        x = x if min is None else xp.maximum(x, min)
        return x if max is None else xp.minimum(x, max)

    return clip


def _product(xp: Namespace) -> Callable[..., Any]:
    noted = xp.matmul

    def matmul(x1: Any, x2: Any, /) -> Any:
        one, two = (x1[None, :] if x1.ndim == 1 else x1), (x2[:, None] if x2.ndim == 1 else x2)
        result = noted(one, two)
        result = result[..., 0] if x2.ndim == 1 else result
        return result if x1.ndim > 1 else result[..., 0] if x2.ndim == 1 else result[..., 0, :]

    return matmul


def _vecdot(xp: Namespace) -> Callable[..., Any]:
    return lambda x1, x2, /, *, axis=-1: xp.sum(x1 * x2, axis=axis)


def _vector_norm(xp: Namespace) -> Callable[..., Any]:
    noted = xp.linalg.vector_norm

    def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:  # noqa: A002
        if ord == 2:
            return xp.sqrt(xp.sum(x * x, axis=axis, keepdims=keepdims))
        return noted(x, axis=axis, keepdims=keepdims, ord=ord)

    return vector_norm


def _trace(xp: Namespace) -> Callable[..., Any]:
    return lambda x, /, *, offset=0, dtype=None: xp.sum(xp.linalg.diagonal(x, offset=offset), axis=-1)


def _var(xp: Namespace) -> Callable[..., Any]:
    def var(x: Any, /, *, axis: Any = None, correction: float = 0.0, keepdims: bool = False) -> Any:
        apart = x - xp.mean(x, axis=axis, keepdims=True)
        total = xp.sum(apart * apart, axis=axis, keepdims=keepdims)
        return total / (x.size // total.size - correction)

    return var


COMPOSED: dict[str, Callable[[Any], Callable[..., Any]]] = {
    "clip": _clip,
    "matmul": _product,
    "vecdot": _vecdot,
    "vector_norm": _vector_norm,
    "trace": _trace,
    "var": _var,
    "std": lambda xp: lambda x, /, **options: xp.sqrt(xp.var(x, **options)),
}
