"""Linear algebra of ball arrays: exact values of exact matrices lie in the results, entry by entry.

Systems, inverses and determinants are Arb's; the eigenvectors are in _spectra. A matrix that may be
singular, or a factor that may not exist, is an error: raise the precision.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from flint import arb, arb_mat

from ..._errors import DomainError, told
from ..._typing import Namespace
from . import _functions as f
from . import _scalars as s
from . import _spectra
from ._array import BallArray, boxed
from ._operands import operands, require
from ._reductions import sum as _sum
from ._rounding import active, refuse
from ._shapes import broadcast_arrays, unstack

Rows = list[list[Any]]


class EighResult(NamedTuple):
    eigenvalues: BallArray
    eigenvectors: BallArray


class QRResult(NamedTuple):
    Q: BallArray
    R: BallArray


class SVDResult(NamedTuple):
    U: BallArray
    S: BallArray
    Vh: BallArray


class SlogdetResult(NamedTuple):
    sign: BallArray
    logabsdet: BallArray


def matmul(xp: Namespace, x1: BallArray, x2: BallArray, /) -> BallArray:
    """Products of matrices; a vector counts as a row on the left and as a column on the right."""
    first, second = operands(xp, "matmul", x1, x2)
    require("matmul", first, "real floating", "integral")
    if not first.dtype.real:
        return first.like(np.matmul(first.data, second.data))
    if not first.ndim or not second.ndim:
        raise ValueError(told("matmul", "shapes", f"{first.shape}, {second.shape}", "at least one axis"))
    left = first.data[None, :] if first.ndim == 1 else first.data
    right = second.data[:, None] if second.ndim == 1 else second.data
    if left.shape[-1] != right.shape[-2]:
        raise ValueError(told("matmul", "shapes", f"{first.shape}, {second.shape}", "one inner length"))
    batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    out = np.empty((*batch, left.shape[-2], right.shape[-1]), dtype=object)
    left, right = (np.broadcast_to(m, (*batch, *m.shape[-2:])) for m in (left, right))
    finite = first.finite and second.finite
    for i in np.ndindex(batch):
        out[i] = _product(left[i], right[i], finite)
    if first.ndim == 1:
        out = out[..., 0, :]
    return first.like(boxed(out[..., 0] if second.ndim == 1 else out, first.dtype))


def _product(a: Any, b: Any, finite: bool = False) -> Any:
    out = np.empty((a.shape[0], b.shape[1]), dtype=object)
    if (model := active()) and model.factors:
        a, b = (np.asarray(np.frompyfunc(model.factor, 1, 1)(m), dtype=object) for m in (a, b))
    if model or not (finite or (_all_finite(a) and _all_finite(b))):
        return _careful(a, b, out, np.ndindex(out.shape))
    if out.size:
        product = arb_mat(a.tolist()) * arb_mat(b.tolist()) if a.shape[1] else arb_mat(*out.shape)
        out = np.fromiter(product.entries(), dtype=object, count=out.size).reshape(out.shape)
    # Arb's sums know nothing of signs: a norm must not reach below 0.
    unsure = ~np.asarray(out != s.ZERO, dtype=np.bool_)
    return _careful(a, b, out, [(i, j) for i, j in np.argwhere(unsure) if not out[i, j].is_zero()])


def _careful(a: Any, b: Any, out: Any, places: Any) -> Any:
    for i, j in places:
        out[i, j] = f.total([f.multiply(x, y) for x, y in zip(a[i], b[:, j], strict=True)])
    return out


def _all_finite(matrix: Any) -> bool:
    return all(map(arb.is_finite, matrix.flat))


def vecdot(xp: Namespace, x1: BallArray, x2: BallArray, /, *, axis: int = -1) -> BallArray:
    """Inner products along an axis; those of integers keep their width."""
    products = xp.multiply(x1, x2)
    return _sum(xp, products, axis=axis, dtype=products.dtype)


def tensordot(xp: Namespace, x1: BallArray, x2: BallArray, /, *, axes: Any = 2) -> BallArray:
    """The sum of products over pairs of axes."""
    if isinstance(axes, int):
        axes = (range(x1.ndim - axes, x1.ndim), range(axes))
    first, second = ([i % x.ndim for i in one] for x, one in zip((x1, x2), axes, strict=True))
    kept = [[i for i in range(x.ndim) if i not in one] for x, one in ((x1, first), (x2, second))]
    left = xp.permute_dims(x1, (*kept[0], *first))
    right = xp.permute_dims(x2, (*second, *kept[1]))
    inner = int(np.prod([x1.shape[i] for i in first], dtype=int))
    shape = (*left.shape[: len(kept[0])], *right.shape[len(second) :])
    rows, columns = (
        int(np.prod([x.shape[i] for i in k], dtype=int)) for x, k in ((x1, kept[0]), (x2, kept[1]))
    )
    product = xp.matmul(xp.reshape(left, (rows, inner)), xp.reshape(right, (inner, columns)))
    return xp.reshape(product, shape)


def outer(xp: Namespace, x1: BallArray, x2: BallArray, /) -> BallArray:
    """All products of elements of two vectors."""
    return xp.multiply(x1[:, None], x2[None, :])


def cross(xp: Namespace, x1: BallArray, x2: BallArray, /, *, axis: int = -1) -> BallArray:
    """Cross products of vectors of three."""
    a, b = (unstack(xp, x, axis=axis) for x in broadcast_arrays(xp, x1, x2))
    parts = [a[i] * b[j] - a[j] * b[i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return xp.stack(parts, axis=axis)


def trace(xp: Namespace, x: BallArray, /, *, offset: int = 0, dtype: Any = None) -> BallArray:
    """Sums of diagonals."""
    return _sum(xp, diagonal(xp, x, offset=offset), axis=-1, dtype=dtype)


def diagonal(xp: Namespace, x: BallArray, /, *, offset: int = 0) -> BallArray:
    """Diagonals of matrices."""
    xp.check_own("diagonal", x)
    return x.like(np.diagonal(x.data, offset, axis1=-2, axis2=-1))


# One matrix at a time


def _matrices(xp: Namespace, call: str, x: BallArray, square: bool = True) -> BallArray:
    xp.check_own(call, x)
    require(call, x, "real floating")
    if x.ndim < 2 or (square and x.shape[-1] != x.shape[-2]):
        expected = "(..., n, n)" if square else "(..., m, n)"
        raise ValueError(told(call, "x", f"shape {x.shape}", expected))
    return x


def _each(
    x: BallArray, function: Callable[[Any], tuple[Any, ...]], *shapes: tuple[int, ...]
) -> list[BallArray]:
    """A function of every matrix, whose results have the given shapes; what is not finite tells nothing."""
    refuse("linear algebra")
    batch = x.shape[:-2]
    outs = [np.empty((*batch, *shape), dtype=object) for shape in shapes]
    for i in np.ndindex(batch):
        known = _all_finite(x.data[i])
        found = function(x.data[i]) if known else (None,) * len(shapes)
        for out, part, shape in zip(outs, found, shapes, strict=True):
            out[i] = s.INDETERMINATE if part is None else _as_array(part, shape)
    return [x.like(out) for out in outs]


def _as_array(part: Any, shape: tuple[int, ...]) -> Any:
    if shape == ():
        return part
    array = np.empty(shape, dtype=object)
    for i in np.ndindex(shape):
        array[i] = part[i[0]] if len(shape) == 1 else part[i[0]][i[1]]
    return array


def _invertible(call: str, operation: Callable[[], Any]) -> Any:
    try:
        return operation()
    except ZeroDivisionError:
        raise s.undecided(call, "a matrix that may be singular") from None


def solve(xp: Namespace, x1: BallArray, x2: BallArray, /) -> BallArray:
    """X with x1 X = x2, for a vector or a matrix x2."""
    a, b = operands(xp, "solve", x1, x2)
    _matrices(xp, "solve", a)
    right = b.data[:, None] if b.ndim == 1 else b.data
    if right.shape[-2] != a.shape[-1]:
        raise ValueError(told("solve", "shapes", f"{a.shape}, {b.shape}", "as many rows on both sides"))
    n, k = right.shape[-2:]
    batch = np.broadcast_shapes(a.shape[:-2], right.shape[:-2])
    # Side by side, so that each system is one matrix.
    pairs = [np.broadcast_to(m, (*batch, n, m.shape[-1])) for m in (a.data, right)]
    both = a.like(np.concatenate(pairs, axis=-1))

    def one(system: Any) -> tuple[Any]:
        left, values = arb_mat(system[:, :n].tolist()), arb_mat(system[:, n:].tolist())
        return (_invertible("solve", lambda: left.solve(values)).tolist(),)

    if not n or not k:
        return a.like(np.empty((*batch, n) if b.ndim == 1 else (*batch, n, k), dtype=object))
    (result,) = _each(both, one, (n, k))
    return result[..., 0] if b.ndim == 1 else result


def inv(xp: Namespace, x: BallArray, /) -> BallArray:
    """Inverses."""
    _matrices(xp, "inv", x)
    n = x.shape[-1]

    def one(matrix: Any) -> tuple[Any]:
        return (_invertible("inv", arb_mat(matrix.tolist()).inv).tolist(),)

    return _each(x, one, (n, n))[0] if n else x


def det(xp: Namespace, x: BallArray, /) -> BallArray:
    """Determinants."""
    _matrices(xp, "det", x)
    return _each(x, lambda matrix: (arb_mat(matrix.tolist()).det(),), ())[0]


def slogdet(xp: Namespace, x: BallArray, /) -> SlogdetResult:
    """Signs and logarithms of the sizes of determinants."""
    value = det(xp, x)
    return SlogdetResult(xp.sign(value), xp.log(xp.abs(value)))


def matrix_power(xp: Namespace, x: BallArray, n: int, /) -> BallArray:
    """Powers of square matrices."""
    base = inv(xp, x) if n < 0 else _matrices(xp, "matrix_power", x)
    result = xp.broadcast_to(xp.eye(x.shape[-1], dtype=x.dtype), x.shape)
    for bit in bin(abs(n))[2:]:
        result = xp.matmul(result, result)
        result = xp.matmul(result, base) if bit == "1" else result
    return result


def cholesky(xp: Namespace, x: BallArray, /, *, upper: bool = False) -> BallArray:
    """L of positive definite LLᵀ, of which the lower triangle is read; Lᵀ if upper."""
    _matrices(xp, "cholesky", x)
    n = x.shape[-1]
    (lower,) = _each(x, lambda matrix: (_spectra.cholesky(matrix.tolist()),), (n, n))
    return lower.mT if upper else lower


def qr(xp: Namespace, x: BallArray, /, *, mode: str = "reduced") -> QRResult:
    """x = QR for independent columns; R has a positive diagonal."""
    _matrices(xp, "qr", x, square=False)
    m, n = x.shape[-2:]
    if mode != "reduced" or m < n:
        got, expected = f"mode {mode!r} for shape {x.shape}", "mode 'reduced', and no more columns than rows"
        raise DomainError(told("qr", "x", got, expected))
    return QRResult(*_each(x, _gram_schmidt, (m, n), (n, n)))


def _gram_schmidt(matrix: Any) -> tuple[Any, Any]:
    """Modified, so that the balls of later columns stay narrow."""
    m, n = matrix.shape
    columns = [list(matrix[:, j]) for j in range(n)]
    R = [[s.ZERO] * n for _ in range(n)]
    for j in range(n):
        R[j][j] = f.sqrt(f.total([f.square(x) for x in columns[j]]))
        if not R[j][j] > s.ZERO:
            raise s.undecided("qr", "columns that may be dependent")
        columns[j] = [x / R[j][j] for x in columns[j]]
        for k in range(j + 1, n):
            R[j][k] = f.total([x * y for x, y in zip(columns[j], columns[k], strict=True)])
            columns[k] = [y - R[j][k] * x for x, y in zip(columns[j], columns[k], strict=True)]
    return [[columns[j][i] for j in range(n)] for i in range(m)], R


def eigh(xp: Namespace, x: BallArray, /) -> EighResult:
    """Eigenvalues, and an orthonormal basis of eigenvectors as columns, of symmetric matrices.

    There are an exact basis and its eigenvalues in the balls; a sign, and the basis for a multiple
    eigenvalue, are arbitrary. Eigenvalues stand in the order of their midpoints.
    """
    _matrices(xp, "eigh", x)
    n = x.shape[-1]
    return EighResult(*_each(x, lambda matrix: _spectra.eigh(matrix.tolist()), (n,), (n, n)))


def eigvalsh(xp: Namespace, x: BallArray, /) -> BallArray:
    """Eigenvalues of symmetric matrices in rising order."""
    _matrices(xp, "eigvalsh", x)
    return _each(x, lambda matrix: (_spectra.eigvalsh(matrix.tolist()),), (x.shape[-1],))[0]


def svd(xp: Namespace, x: BallArray, /, *, full_matrices: bool = True) -> SVDResult:
    """Singular values in falling order, with the vectors of each."""
    _matrices(xp, "svd", x, square=False)
    m, n = x.shape[-2:]
    if full_matrices and m != n:
        advice = "pass full_matrices=False"
        raise DomainError(told("svd", "x", f"full_matrices for shape {x.shape}", "a square matrix", advice))
    if m < n:
        V, S, Uh = svd(xp, x.mT, full_matrices=False)
        return SVDResult(Uh.mT, S, V.mT)
    return SVDResult(*_each(x, lambda matrix: _spectra.svd(matrix.tolist()), (m, n), (n,), (n, n)))


def polar(xp: Namespace, x: BallArray, /) -> tuple[BallArray, BallArray]:
    """Q and H of x = QH, Q orthogonal and H symmetric without negative eigenvalues; not of the standard.

    Equal singular values, which leave the singular vectors open, do not matter.
    """
    _matrices(xp, "polar", x)
    n = x.shape[-1]
    Q, H = _each(x, lambda matrix: _spectra.polar(matrix.tolist()), (n, n), (n, n))
    return Q, H


def svdvals(xp: Namespace, x: BallArray, /) -> BallArray:
    """Singular values in falling order."""
    _matrices(xp, "svdvals", x, square=False)
    gram = xp.matmul(x, x.mT) if x.shape[-2] < x.shape[-1] else xp.matmul(x.mT, x)
    return xp.flip(xp.sqrt(xp.maximum(eigvalsh(xp, gram), 0.0)), axis=-1)


def vector_norm(
    xp: Namespace,
    x: BallArray,
    /,
    *,
    axis: Any = None,
    keepdims: bool = False,
    ord: Any = 2,  # noqa: A002
) -> BallArray:
    """(Σ|x|^p)^{1/p}."""
    sizes = xp.abs(x)
    if abs(ord) == float("inf"):
        extremum = xp.max if ord > 0 else xp.min
        return extremum(sizes, axis=axis, keepdims=keepdims)
    if ord == 0:
        return _sum(xp, xp.astype(sizes != 0, x.dtype), axis=axis, keepdims=keepdims)
    if ord == 2:
        return xp.sqrt(_sum(xp, xp.square(x), axis=axis, keepdims=keepdims))
    powers = _sum(xp, sizes**ord, axis=axis, keepdims=keepdims)
    return xp.pow(powers, xp.ones((), dtype=x.dtype) / ord)


def matrix_norm(xp: Namespace, x: BallArray, /, *, keepdims: bool = False, ord: Any = "fro") -> BallArray:  # noqa: A002
    """The Frobenius norm, the largest (smallest) singular value, or their sum."""
    _matrices(xp, "matrix_norm", x, square=False)
    if ord == "fro":
        return vector_norm(xp, x, axis=(-2, -1), keepdims=keepdims)
    if ord in (1, -1, float("inf"), -float("inf")):
        sums = _sum(xp, xp.abs(x), axis=-2 if abs(ord) == 1 else -1)
        result = (xp.max if ord > 0 else xp.min)(sums, axis=-1)
    else:
        values = svdvals(xp, x)
        result = _sum(xp, values, axis=-1) if ord == "nuc" else values[..., 0 if ord == 2 else -1]
    return result[..., None, None] if keepdims else result
