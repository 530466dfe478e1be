"""Arrays of `Real` that speak NumPy's protocols, so that code written for arrays of float64 computes with
balls: its ufuncs (of scipy.special too), reductions, and linear algebra."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from flint import acb, acb_mat, arb, ctx

from ..._errors import UndecidedError, told
from . import _scalars as s
from ._answers import ANSWERS
from ._array import BallArray, decided
from ._dtypes import DTYPES
from ._numbers import Complex, Dual, LeftBallsError, Real, RealMath, at, operand, real_math
from ._rounding import Rounding, active, refuse, spread
from ._ufuncs import _KINDS, _TESTS, _loop, _number


class Reals(np.ndarray[Any, np.dtype[Any]]):
    """An array of Real (or Complex) numbers, as NumPy's arrays of float64 (complex128) are of floats."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return array_ufunc(ufunc, method, *inputs, **options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return array_function(function, args, kwargs)

    @property
    def refimpl_math(self) -> RealMath:
        """Functions of numbers as proven as these; refimpl._xp.numbers looks for them."""
        return next((x.refimpl_math for x in self.flat if isinstance(x, _KINDS)), real_math(ctx.prec))

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """Real and complex dtypes are what the elements are; integers and booleans must be decided."""
        if np.dtype(dtype).kind in "fcO":
            if np.dtype(dtype).itemsize < np.dtype(np.float64).itemsize:
                refuse("astype of a check")
            return self.copy()
        return np.asarray(self).astype(dtype)

    def dot(self, other: Any, out: Any = None) -> Any:
        """As np.dot."""
        return np.dot(self, other)

    @property  # type: ignore[misc]
    def real(self) -> Any:
        """The real parts."""
        return _each(lambda x: _number(x).real, self)

    @property  # type: ignore[misc]
    def imag(self) -> Any:
        """The imaginary parts."""
        return _each(lambda x: _number(x).imag, self)


def to_reals(array: BallArray) -> Any:
    """A ball array for code that speaks NumPy: reals as Reals, decided booleans and integers as such."""
    if not array.dtype.real:
        return np.asarray(decided("numpy.asarray", array.data, array.dtype))
    prec = array.xp.prec
    return _view(np.frompyfunc(lambda ball: Real(ball, prec), 1, 1)(array.data))


@ANSWERS
def reals(value: Any) -> Reals:
    """Numbers, nested lists and arrays of them as Reals."""
    return _view(_all_real(np.asarray(value, dtype=object)))


def _all_real(array: Any) -> Any:
    """An array of objects whose plain numbers are Real too, lest two of them meet in floats."""
    array = array.view(np.ndarray)
    if all(type(x) in _KINDS for x in array.flat):
        return array
    data = np.empty(array.shape, dtype=object)
    data[...] = np.frompyfunc(_as_real, 1, 1)(array)
    return data


def balls(value: Any) -> np.ndarray[Any, Any]:
    """The balls of an array of numbers, as the ball backend stores them."""
    data = np.empty(np.shape(value), dtype=object)
    data[...] = np.frompyfunc(_real_ball, 1, 1)(np.asarray(value, dtype=object))
    return data


def _real_ball(x: Any) -> Any:
    ball = operand(x)
    if not isinstance(ball, arb):
        raise LeftBallsError(told("ball", "element", f"a {type(x).__name__}", "a real number"))
    return ball


def _as_real(x: Any) -> Any:
    return x if isinstance(x, _KINDS) or operand(x) is NotImplemented else _number(x)


def _view(array: Any) -> Any:
    return array.view(Reals) if isinstance(array, np.ndarray) and array.dtype == object else array


def _base(value: Any) -> Any:
    """For NumPy's loops over objects: without the class, and plain numbers as Python's."""
    if isinstance(value, Reals):
        return value.view(np.ndarray)
    if isinstance(value, np.ndarray | np.generic) and value.dtype != object:
        return np.asarray(value).astype(object)
    return np.asarray(value, dtype=object) if isinstance(value, _KINDS) else value


def _each(function: Callable[..., Any], *arrays: Any) -> Any:
    return _view(np.frompyfunc(function, len(arrays), 1)(*map(_base, arrays)))


@ANSWERS
def array_ufunc(ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """A ufunc of NumPy or SciPy, or one of its methods, on numbers and arrays of them."""
    name = ufunc.__name__
    if name == "matmul":
        return _matmul(*inputs)
    if method == "reduceat" or np.dtype(options.get("dtype") or np.float64) != np.float64:
        refuse(f"{name} of sections, or in another dtype")
    if name == "add" and method == "reduce" and active():
        return _sum(*inputs, **options)
    options = {key: value for key, value in options.items() if key not in ("dtype", "casting")}
    if "out" in options:
        options["out"] = tuple(map(_base, options["out"]))
    with np.errstate(all="ignore"):
        result = getattr(_loop(name, ufunc.nin), method)(*map(_base, inputs), **options)
    if name in _TESTS:
        return np.asarray(result).astype(np.bool_)[()]
    return _view(result)


def _sum(x: Any, axis: Any = 0, keepdims: bool = False, **options: Any) -> Any:
    """A sum in any order, as a model of roundings has it."""
    if any(value is not None and value is not True for value in options.values()):
        refuse("sum with initial values or conditions")
    xp = _xp(x)
    return to_reals(xp.sum(to_balls(reals(x), xp), axis=axis, keepdims=keepdims))[()]


def _einsum(subscripts: str, *arrays: Any, **options: Any) -> Any:
    """Sums of products in any order, as a model of roundings has them."""
    given = [reals(array) for array in arrays]
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    if not arrow or any(map(_is_complex, given)):
        refuse("einsum of complex numbers, or without an output")
    lengths: dict[str, int] = {}
    for labels, array in zip(inputs.split(","), given, strict=True):
        first, _, last = labels.partition("...")
        lengths |= dict(zip(first, array.shape, strict=False))
        lengths |= dict(zip(reversed(last), reversed(array.shape), strict=False))
    terms = math.prod(n for label, n in lengths.items() if label not in output)
    with Rounding(None):
        exact = reals(np.einsum(subscripts, *given, **options))
        sizes = reals(np.einsum(subscripts, *map(np.abs, given), **options))
    return _each(
        lambda x, size: Real(spread(x.ball, size.ball, terms + len(given) - 2), x.prec), exact, sizes
    )


# Functions of NumPy. Most of them run on objects as they are.


def _prepared(value: Any) -> Any:
    """Scalars as arrays, since NumPy looks at the classes of arguments."""
    if isinstance(value, _KINDS):
        return reals(value)
    if type(value) in (list, tuple):
        return type(value)(map(_prepared, value))
    return value


def _returned(value: Any) -> Any:
    if type(value) in (list, tuple):
        return type(value)(map(_returned, value))
    if isinstance(value, Reals) and value.dtype != object:
        return value.view(np.ndarray)  # places, truth values
    if isinstance(value, np.ndarray) and value.dtype == object and value.ndim == 0:
        return value[()]
    return _view(_all_real(value)) if isinstance(value, np.ndarray) and value.dtype == object else value


@ANSWERS
def array_function(function: Any, args: Iterable[Any], kwargs: Mapping[str, Any]) -> Any:
    """A function of NumPy on numbers and arrays of them."""
    own = _OWN.get(function)
    if own is not None:
        return _returned(own(*args, **kwargs))
    args = tuple(map(_prepared, args))
    kwargs = {name: _prepared(value) for name, value in kwargs.items()}
    if function is np.einsum and active():
        return _einsum(*args, **kwargs)
    if function in _SUMS:
        refuse(function.__name__)
    if function.__module__ == "numpy.linalg":
        raise LeftBallsError(told("ball", "function", function.__name__, "one with a proven enclosure"))
    return _returned(np.ndarray.__array_function__(np.empty(0), function, (Reals,), args, kwargs))


def _xp(*arrays: Any) -> Any:
    precisions = [
        x.prec for array in arrays for x in np.ravel(np.asarray(array, dtype=object)) if hasattr(x, "prec")
    ]
    return ANSWERS.namespace(max(precisions, default=ctx.prec))


def to_balls(array: Any, xp: Any) -> BallArray:
    """An array of numbers as a ball array."""
    return BallArray(balls(array), DTYPES["float64"], xp)


def _linear(name: str) -> Callable[..., Any]:
    """A function of the ball backend's linear algebra."""

    def function(*arrays: Any, **options: Any) -> Any:
        xp = _xp(*arrays)
        if name in _COMPLEX and _is_complex(arrays[0]):
            return _complex_linear(name, arrays[0], xp.prec)
        if any(isinstance(x, Dual) for x in np.asarray(arrays[0], dtype=object).flat):
            return _dual_linear(name, reals(arrays[0]))
        result = getattr(xp.linalg, name)(*(to_balls(a, xp) for a in arrays), **options)
        if isinstance(result, tuple):
            return type(result)(*map(to_reals, result))
        return to_reals(result)

    return function


_COMPLEX = ("det", "inv")


def _is_complex(array: Any) -> bool:
    return any(isinstance(x, Complex) for x in np.asarray(array, dtype=object).flat)


def _dual_linear(name: str, array: Any) -> Any:
    """(A + εB)⁻¹ = A⁻¹ − εA⁻¹BA⁻¹, and det(A + εB) = det A·(1 + ε tr A⁻¹B)."""
    A, B = array.real, array.imag
    inverse = np.linalg.inv(A)
    if name == "inv":
        return _each(Dual, inverse, -(inverse @ B @ inverse))
    if name == "det":
        value = np.linalg.det(A)
        return _each(Dual, value, value * np.trace(inverse @ B, axis1=-2, axis2=-1))
    raise LeftBallsError(told("ball", "function", name, "det or inv of dual numbers"))


def _complex_linear(name: str, array: Any, prec: int) -> Any:
    """Determinant or inverse of matrices of complex numbers."""
    refuse(f"complex {name}")
    batch, n = array.shape[:-2], array.shape[-1]
    out = np.empty(batch if name == "det" else array.shape, dtype=object)
    for i in np.ndindex(batch):
        matrix = acb_mat([[acb(_number(x).ball) for x in row] for row in array[i]])
        try:
            found = at(prec, getattr(matrix, name))
        except ZeroDivisionError:
            raise s.undecided(name, "a matrix that may be singular") from None
        if name == "det":
            out[i] = Complex(found, prec)
        else:
            out[i] = np.asarray([Complex(x, prec) for x in found.entries()], dtype=object).reshape(n, n)
    return _view(out)


def _matmul(x: Any, y: Any, out: Any = None) -> Any:
    if any(isinstance(v, Complex | Dual) for a in (x, y) for v in np.asarray(a, dtype=object).flat):
        refuse("complex matmul")
        return _view(np.matmul(_base(reals(x)), _base(reals(y))))
    return _linear("matmul")(x, y)[()]


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:  # noqa: A002
    pair = isinstance(axis, tuple) or (axis is None and np.ndim(x) == 2)
    if pair and ord not in (None, "fro"):
        moved = x if axis is None else np.moveaxis(x, axis, (-2, -1))
        return _spectral(moved) if ord == 2 and not keepdims else _linear("matrix_norm")(moved, ord=ord)
    if ord not in (None, "fro", 2):
        return _linear("vector_norm")(x, axis=axis, keepdims=keepdims, ord=ord)
    return np.sqrt(np.sum(np.square(np.abs(x)), axis=axis, keepdims=keepdims))


def _spectral(x: Any) -> Any:
    """The largest singular value; between that of an entry and the Frobenius norm where it is not found."""
    refuse("a spectral norm")
    try:
        return _linear("matrix_norm")(x, ord=2)
    except UndecidedError:
        return _each(_hull, np.max(np.abs(x), axis=(-2, -1)), _norm(x, axis=(-2, -1)))


def _hull(x: Real, y: Real) -> Real:
    return Real(s.hull(x.ball, y.ball), x.prec)


def _condition(x: Any, p: Any = None) -> Any:
    """The ratio of the largest and the smallest singular value; anything where they are not found."""
    try:
        values = _linear("svdvals")(x)
    except UndecidedError:
        return _each(lambda x: Real(s.INDETERMINATE, x.prec), x[..., 0, 0])
    return values[..., 0] / values[..., -1]


def _solve(a: Any, b: Any) -> Any:
    if np.ndim(b) == 1:
        return _linear("solve")(a, np.asarray(b, dtype=object)[:, None])[..., 0]
    return _linear("solve")(a, b)


def _eigvals(x: Any) -> Any:
    raise LeftBallsError(told("ball", "function", "eigvals", "eigvalsh of a symmetric matrix"))


def _where(condition: Any, *choices: Any) -> Any:
    if not choices:
        return np.nonzero(np.asarray(condition).astype(np.bool_))
    if not any(isinstance(choice, (Reals, *_KINDS)) for choice in choices):
        return np.where(np.asarray(condition).astype(np.bool_), *choices)
    x, y = (np.asarray(choice, dtype=object) for choice in choices)
    return _view(np.where(np.asarray(condition).astype(np.bool_), x, y))


def _made(function: Any) -> Callable[..., Any]:
    def made(*args: Any, **kwargs: Any) -> Any:
        return reals(function(*args, **{**kwargs, "dtype": object}))

    return made


def _linspace(start: Any, stop: Any, num: int = 50, **options: Any) -> Any:
    if set(options) - {"endpoint"}:
        raise LeftBallsError(told("ball", "linspace", ", ".join(options), "endpoint alone"))
    parts = num - 1 if options.get("endpoint", True) else num
    first, last = reals(start)[()], reals(stop)[()]
    return np.stack([first + (last - first) * i / max(parts, 1) for i in range(num)])


_SUMS = (np.dot, np.vdot, np.inner, np.convolve, np.correlate, np.interp)
"""Functions that add in an order of their own."""


_OWN: dict[Any, Callable[..., Any]] = {
    **{
        getattr(np.linalg, name): _linear(name)
        for name in ("inv", "det", "slogdet", "cholesky", "qr", "eigh", "eigvalsh", "svdvals", "matrix_power")
    },
    np.linalg.solve: _solve,
    np.linalg.norm: _norm,
    np.linalg.cond: _condition,
    np.linalg.eigvals: _eigvals,
    np.linalg.svd: lambda x, full_matrices=True: _linear("svd")(x, full_matrices=full_matrices),
    **{made: _made(made) for made in (np.zeros, np.ones, np.full, np.empty, np.eye, np.asarray)},  # like=
    np.where: _where,
    np.linspace: _linspace,
    np.real: lambda x: x.real,
    np.imag: lambda x: x.imag,
    np.iscomplexobj: _is_complex,
}
