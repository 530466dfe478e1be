"""NumPy's linear algebra on arrays of balls that stand for NumPy's."""

import functools
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import acb, acb_mat, acb_poly, arb, arb_mat

from ..._errors import DomainError
from .._ball import _functions as f
from .._ball import _scalars as s
from ._arrays import Enclosed, as_balls, each, is_complex, number
from ._conversion import enclosed_or_own, from_namespace, namespace, to_namespace
from ._formats import leave
from ._ufuncs import matmul

EigResult = namedtuple("EigResult", "eigenvalues eigenvectors")
EighResult = namedtuple("EighResult", "eigenvalues eigenvectors")
SlogdetResult = namedtuple("SlogdetResult", "sign logabsdet")
SVDResult = namedtuple("SVDResult", "U S Vh")


def _linear(name: str, made: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """A function of the array namespace; what is certainly outside its domain is NumPy's error."""

    def function(*arrays: Any, **options: Any) -> Any:
        try:
            result = getattr(namespace().linalg, name)(*map(to_namespace, arrays), **options)
        except DomainError as error:
            raise np.linalg.LinAlgError(str(error)) from error
        except ValueError as error:
            raise np.linalg.LinAlgError(str(error)) from error
        found = from_namespace(tuple(result) if isinstance(result, tuple) else result)
        return made(*found) if made else found

    return function


def _lower(a: Any, UPLO: str = "L") -> Any:
    """The triangle that counts; the array namespace reads the lower one."""
    array = enclosed_or_own(a)
    return array if UPLO.upper() == "L" else array.mT


def _solve(a: Any, b: Any) -> Any:
    left, right = enclosed_or_own(a), enclosed_or_own(b)
    if right.ndim == 1:
        return _linear("solve")(left, right[:, None])[..., 0]
    return _linear("solve")(left, right)


def _svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    if not compute_uv:
        return _linear("svdvals")(a)
    return _linear("svd", SVDResult)(a, full_matrices=full_matrices and a.shape[-1] != a.shape[-2])


def _matrix_power(a: Any, n: int) -> Any:
    return from_namespace(namespace().linalg.matrix_power(to_namespace(a), int(n)))


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:  # noqa: A002
    array = enclosed_or_own(x)
    if issubclass(type(ord), Enclosed):
        ord = s.exact("norm", ord.item().data[()])  # noqa: A001
    pair = isinstance(axis, tuple) or (axis is None and array.ndim == 2)
    if pair and ord not in (None, "fro"):
        moved = array if axis is None else np.moveaxis(array, axis, (-2, -1))
        return _linear("matrix_norm")(moved, ord=ord, keepdims=keepdims)
    if ord in (None, "fro", 2):
        return np.sqrt(np.sum(np.square(np.absolute(array)), axis=axis, keepdims=keepdims))
    return _linear("vector_norm")(array, axis=axis, keepdims=keepdims, ord=ord)


def _vector_norm(x: Any, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:  # noqa: A002
    return _norm(np.ravel(x) if axis is None else x, ord, axis, keepdims)


def _matrix_norm(x: Any, *, keepdims: bool = False, ord: Any = "fro") -> Any:  # noqa: A002
    return _norm(x, ord, (-2, -1), keepdims)


def _eig_matrix(call: str, data: Any, vectors: bool) -> Any:
    if not all(x.is_finite() for x in data.flat):
        raise leave(f"takes eigenvalues of what is not finite ({call})")
    try:
        return acb_mat(data.tolist()).eig(right=vectors)
    except ValueError:
        if data.shape[0] == 1:
            return ([acb(data[0, 0])], acb_mat([[1]])) if vectors else [acb(data[0, 0])]
        return _multiple(call, data, vectors)


def _multiple(call: str, data: Any, vectors: bool) -> Any:
    """Eigenvalues that may be equal: with their number of times, if vectors are not asked for."""
    if vectors:
        raise s.undecided(call, "eigenvalues that may be equal")
    try:
        return acb_mat(data.tolist()).eig(multiple=True)
    except ValueError:
        return _in_discs(acb_mat(data.tolist()))


def _in_discs(matrix: Any) -> list[Any]:
    """Eigenvalues that may be as close as they like, each in a disc about an approximation of it.

    The roots of two monic polynomials of degree n, whose coefficients of x^{n−k} are a_k and b_k, can be
    paired such that none differs by more than 4·2^{−1/n} (Σ_k |a_k − b_k| γ^{n−k})^{1/n}, γ twice the largest
    |a_k|^{1/k} or |b_k|^{1/k} (Bhatia, Elsner and Krause 1990, Linear Algebra Appl. 142, 195–209).
    One is the characteristic polynomial, the other has the approximations as its roots.
    """
    n = matrix.nrows()
    near = [acb(x.real.mid(), x.imag.mid()) for x in matrix.eig(algorithm="approx")]
    own, other = matrix.charpoly(), acb_poly([1])
    for x in near:
        other *= acb_poly([-x, 1])
    sizes = [abs(p[n - k]).abs_upper() ** (arb(1) / k) for p in (own, other) for k in range(1, n + 1)]
    gamma = 2 * functools.reduce(arb.max, sizes)
    apart = sum((abs(own[n - k] - other[n - k]) * gamma ** (n - k) for k in range(1, n + 1)), arb(0))
    radius = 4 * (apart.abs_upper() / 2) ** (arb(1) / n)
    disc = arb(0, radius.abs_upper())
    return [x + acb(disc, disc) for x in near]


def _eigvals(a: Any) -> Any:
    """In the order of real parts, for code that goes on with symmetric functions of them."""
    data = as_balls(a)
    out = np.empty(data.shape[:-1], dtype=object)
    for i in np.ndindex(data.shape[:-2]):
        out[i] = _tidy(_eig_matrix("eigvals", data[i], False))
    return _real_if_close(out)


def _tidy(values: Any) -> Any:
    """Real eigenvalues as such where they must be: simple ones of a real matrix come in conjugate pairs."""
    row = np.empty(len(values), dtype=object)
    for i, x in enumerate(values):
        alone = all(i == j or not y.overlaps(acb(x.real, -x.imag)) for j, y in enumerate(values))
        row[i] = acb(x.real) if x.imag.contains(0) and alone else x
    return row


def _real_if_close(data: Any) -> Any:
    """Reals, if all are: as NumPy decides it for real matrices."""
    if all(type(x) is not acb or x.imag.is_zero() for x in data.flat):
        return Enclosed(each(lambda x: x.real if type(x) is acb else x, data))
    return Enclosed(data)


def _eig(a: Any) -> Any:
    data = as_balls(a)
    if data.ndim != 2:
        raise leave("takes eigenvectors of a stack of matrices that are not symmetric")
    values, vectors = _eig_matrix("eig", data, True)
    columns = np.asarray(vectors.tolist(), dtype=object)
    sizes = [f.sqrt(f.total([f.square(abs(x)) for x in column])) for column in columns.T]
    unit = np.empty(columns.shape, dtype=object)
    for j, size in enumerate(sizes):
        unit[:, j] = [x / size for x in columns[:, j]]
    return EigResult(_real_if_close(_tidy(values)), Enclosed(unit))


def sqrtm(a: Any, disp: bool = True, blocksize: int = 64) -> Any:
    """The principal root VΛ^{1/2}V⁻¹ of a matrix with different eigenvalues, none of them below 0."""
    data = as_balls(a)
    if data.ndim != 2:
        raise ValueError("expected a square matrix")
    values, vectors = _eig_matrix("sqrtm", data, True)
    roots = acb_mat(
        [[x.sqrt() if i == j else 0 for j in range(len(values))] for i, x in enumerate(_tidy(values))]
    )
    root = vectors * roots * vectors.inv()
    real = not is_complex(data) and all(x.real >= 0 and x.imag.is_zero() for x in _tidy(values))
    found = np.asarray(root.tolist(), dtype=object)
    result = Enclosed(each(lambda x: s.normal(x.real), found) if real else found)
    return result if disp else (result, number(0))


def expm(a: Any) -> Any:
    """Exponentials of matrices."""
    data = as_balls(a)
    out = np.empty(data.shape, dtype=object)
    for i in np.ndindex(data.shape[:-2]):
        rows = data[i].tolist()
        found = (acb_mat(rows) if is_complex(data) else arb_mat(rows)).exp()
        out[i] = np.asarray(found.entries(), dtype=object).reshape(data.shape[-2:])
    return Enclosed(out)


def _condition(x: Any, p: Any = None) -> Any:
    if p not in (None, 2):
        raise leave("takes a condition number in another norm than 2")
    values = _linear("svdvals")(x)
    return values[..., 0] / values[..., -1]


def _multi_dot(arrays: Any, *, out: Any = None) -> Any:
    result = arrays[0]
    for one in arrays[1:]:
        result = np.dot(result, one)
    return result


def _pinv(a: Any, *args: Any, **options: Any) -> Any:
    """Of independent columns, or rows."""
    array = enclosed_or_own(a)
    if array.shape[-2] >= array.shape[-1]:
        return _solve(matmul(array.mT, array), array.mT)
    return _pinv(array.mT).mT


def _det(a: Any) -> Any:
    data = as_balls(a)
    if not is_complex(data):
        return _linear("det")(a)
    out = np.empty(data.shape[:-2], dtype=object)
    for i in np.ndindex(out.shape):
        out[i] = acb_mat(data[i].tolist()).det()
    return Enclosed(out) if out.ndim else number(out[()])


def _qr(a: Any, mode: str = "reduced") -> Any:
    raise leave("numpy.linalg.qr is not enclosed (the signs of its factors are a matter of the library)")


def _lstsq(*args: Any, **options: Any) -> Any:
    raise leave("numpy.linalg.lstsq is not enclosed")


def _cholesky(a: Any, *, upper: bool = False) -> Any:
    return _linear("cholesky")(_lower(a, "U" if upper else "L"), upper=upper)


LINALG: dict[Any, Callable[..., Any]] = {
    np.linalg.solve: _solve,
    np.linalg.inv: _linear("inv"),
    np.linalg.det: _det,
    np.linalg.slogdet: _linear("slogdet", SlogdetResult),
    np.linalg.cholesky: _cholesky,
    np.linalg.eigh: lambda a, UPLO="L": _linear("eigh", EighResult)(_lower(a, UPLO)),
    np.linalg.eigvalsh: lambda a, UPLO="L": _linear("eigvalsh")(_lower(a, UPLO)),
    np.linalg.eigvals: _eigvals,
    np.linalg.eig: _eig,
    np.linalg.svd: _svd,
    np.linalg.svdvals: _linear("svdvals"),
    np.linalg.norm: _norm,
    np.linalg.vector_norm: _vector_norm,
    np.linalg.matrix_norm: _matrix_norm,
    np.linalg.matrix_power: _matrix_power,
    np.linalg.multi_dot: _multi_dot,
    np.linalg.pinv: _pinv,
    np.linalg.cond: _condition,
    np.linalg.qr: _qr,
    np.linalg.lstsq: _lstsq,
    np.linalg.trace: lambda x, *, offset=0, dtype=None: np.trace(x, offset, -2, -1),
    np.linalg.outer: np.outer,
    np.linalg.matmul: matmul,
    np.linalg.tensordot: lambda x1, x2, *, axes=2: np.tensordot(x1, x2, axes),
    np.linalg.cross: lambda x1, x2, *, axis=-1: np.cross(x1, x2, axis=axis),
    np.linalg.vecdot: lambda x1, x2, *, axis=-1: np.sum(np.conjugate(x1) * x2, axis=axis),
}
