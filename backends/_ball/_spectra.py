"""Factorisations of one matrix of finite balls, as lists of rows."""

from contextvars import ContextVar
from typing import Any

from flint import acb_mat, arb, arb_mat, ctx, fmpq_mat

from ..._errors import DomainError, UndecidedError, told
from . import _functions as f
from . import _scalars as s
from ._precision import WorkingPrecision
from ._scalars import Ball

Rows = list[list[Ball]]
NEARBY: ContextVar[bool] = ContextVar("NEARBY", default=False)
"""Whether eigenvectors that no precision decides may be those of a matrix nearby."""


class EigenvectorsError(UndecidedError):
    """Eigenvalues may be equal, and so have no vectors of their own; no precision decides it."""


def cholesky(a: Rows) -> Rows:
    """L with LLᵀ = a; only the lower triangle of a is read."""
    n = len(a)
    L = [[s.ZERO] * n for _ in range(n)]
    for j in range(n):
        pivot = a[j][j] - f.total([f.square(x) for x in L[j][:j]])
        if not pivot > 0:
            if pivot <= 0:
                got, expected = f"the pivot {s.text(pivot)}", "a positive definite matrix"
                raise DomainError(told("cholesky", "x", got, expected))
            raise s.undecided("cholesky", f"the pivot {s.text(pivot)}")
        L[j][j] = pivot.sqrt()
        for i in range(j + 1, n):
            inner = f.total([x * y for x, y in zip(L[i][:j], L[j][:j], strict=True)])
            L[i][j] = (a[i][j] - inner) / L[j][j]
    return L


# Symmetric matrices. Exact zeros may split one into blocks, whose spectra are found apart: eigenvalues of
# two blocks may well be equal.


def eigvalsh(a: Rows) -> list[Ball]:
    """The eigenvalues in rising order."""
    values = [value for block in _blocks(a) for value in _values(_part(a, block))]
    return _in_order(values)


def _in_order(values: list[Ball]) -> list[Ball]:
    """The k-th smallest lies between the k-th lower end and the k-th upper end."""
    lows, highs = (sorted(map(end, values), key=s.KEY) for end in (s.lower, s.upper))
    return [s.hull(low, high) for low, high in zip(lows, highs, strict=True)]


def eigh(a: Rows) -> tuple[list[Ball], Rows]:
    """Eigenvalues by midpoint, each also with what eigvalsh has at its place, and vectors as columns."""
    n = len(a)
    found = []
    for block in _blocks(a):
        for value, vector in zip(*_pairs(_part(a, block)), strict=True):
            whole = [s.ZERO] * n
            for i, x in zip(block, vector, strict=True):
                whole[i] = x
            found.append((value, whole))
    found.sort(key=lambda pair: s.KEY(pair[0].mid()))
    values, vectors = [value for value, _ in found], [vector for _, vector in found]
    values = [s.hull(value, other) for value, other in zip(values, _in_order(values), strict=True)]
    return values, [[vector[i] for vector in vectors] for i in range(n)]


def _blocks(a: Rows) -> list[list[int]]:
    """Sets of indices between which all entries are exactly 0."""
    remaining, blocks = set(range(len(a))), []
    while remaining:
        block, fresh = set(), {min(remaining)}
        while fresh:
            block |= fresh
            fresh = {j for i in fresh for j in remaining - block if not a[max(i, j)][min(i, j)].is_zero()}
        remaining -= block
        blocks.append(sorted(block))
    return blocks


def _part(a: Rows, block: list[int]) -> Rows:
    return [[a[max(i, j)][min(i, j)] for j in block] for i in block]


def _values(a: Rows) -> list[Ball]:
    if len(a) == 1:
        return [a[0][0]]
    if _is_exact(a):
        return [value for value, count in _roots(a) for _ in range(count)]
    try:
        return [value.real for value in acb_mat(arb_mat(a)).eig()]
    except ValueError:  # close ones, say
        return _near(a)


def _near(a: Rows) -> list[Ball]:
    """Those of the matrix of midpoints, which no eigenvalue leaves further than the norm of the difference
    (Weyl): narrow for equal eigenvalues too."""
    middle = [[x.mid() for x in row] for row in a]
    away = f.sqrt(f.total([f.square(s.lift(x.rad())) for row in a for x in row])).upper()
    return [value + arb(0, away) for value in _values(middle)]


def _is_exact(a: Rows) -> bool:
    return all(x.is_exact() for row in a for x in row)


def _rational(a: Rows) -> Any:
    return fmpq_mat([[x.fmpq() for x in row] for row in a])


def _roots(a: Rows) -> list[tuple[Ball, int]]:
    """The distinct eigenvalues of an exact matrix, from its characteristic polynomial, and how often each."""
    polynomial = _rational(a).charpoly().numer()
    return [(root.real, count) for root, count in polynomial.complex_roots()]


def _pairs(a: Rows) -> tuple[list[Ball], list[list[Ball]]]:
    """Eigenvalues, and for each its vector."""
    if len(a) == 1:
        return [a[0][0]], [[s.ONE]]
    try:
        values, vectors = acb_mat(arb_mat(a)).eig(right=True)
    except ValueError:
        return _of_nearby(a) if NEARBY.get() and not _is_exact(a) else _multiple(a)
    return _simple(a, values, vectors)


def _simple(a: Rows, values: Any, vectors: Any) -> tuple[list[Ball], list[list[Ball]]]:
    columns = vectors.transpose().tolist()
    return [_or_zero(value.real, a) for value in values], [_unit(column) for column in columns]


def _of_nearby(a: Rows) -> tuple[list[Ball], list[list[Ball]]]:
    """Those of a matrix that differs by 2^(−prec/4) of the largest entry, a positive definite difference that
    has nothing to do with the matrix, so that equal eigenvalues part.

    The vectors of equal ones are not determined. Code that makes of them what is, as a root, makes nearly the
    same of these, which is no proof, but shows what becomes of its formula.
    """
    n, unit = (
        len(a),
        s.lift(2) ** (-(ctx.prec // 4)) * max((abs(x).upper() for row in a for x in row), key=s.KEY),
    )
    moved = [
        [x + unit * (n + i if i == j else s.lift((i + 1) * (j + 1) % 7) / 7) for j, x in enumerate(row)]
        for i, row in enumerate(a)
    ]
    try:
        return _simple(moved, *acb_mat(arb_mat(moved)).eig(right=True))
    except ValueError:
        raise s.undecided("eigh", "close eigenvalues of a wide matrix") from None


def _or_zero(value: Ball, a: Rows) -> Ball:
    """0 for the one eigenvalue that may be 0, if the matrix is exact and its determinant is 0."""
    singular = value.contains(s.ZERO) and _is_exact(a) and _rational(a).det() == 0
    return s.ZERO if singular else value


def _unit(column: list[Any]) -> list[Ball]:
    """The real unit vector that a complex eigenvector is a multiple of: a simple real one has one."""
    largest = max(column, key=lambda x: float(abs(x).mid()))
    real = [(x / largest).real for x in column]
    norm = f.sqrt(f.total([f.square(x) for x in real]))
    return [x / norm for x in real]


def _multiple(a: Rows) -> tuple[list[Ball], list[list[Ball]]]:
    """The same for multiple eigenvalues, which only an exact matrix proves to be so.

    Π_{j≠i} (A − λ_j)/(λ_i − λ_j) over the distinct ones projects on the eigenvectors of λ_i.
    """
    if not _is_exact(a):
        raise EigenvectorsError(str(s.undecided("eigh", "close eigenvalues of a matrix that is not exact")))
    roots = _roots(a)
    distinct = [root for root, _ in roots]
    values, vectors = [], []
    for i, (root, count) in enumerate(roots):
        values += [root] * count
        vectors += _basis(_projector(a, i, distinct), count)
    return values, vectors


def _projector(a: Rows, i: int, values: list[Ball]) -> Any:
    matrix, n = arb_mat(a), len(a)
    unit = arb_mat([[int(j == k) for k in range(n)] for j in range(n)])
    product = unit
    for j, value in enumerate(values):
        if j != i:
            product = product * (matrix - unit * value) * (1 / (values[i] - value))
    return product


def _basis(projector: Any, count: int) -> list[list[Ball]]:
    """An orthonormal basis of the range of an orthogonal projector P, from columns S that are independent:
    their inner products are P[S, S], since P = PᵀP."""
    p = projector.tolist()
    chosen: list[int] = []
    for _ in range(count):
        residuals = {i: _residual(p, chosen, i) for i in range(len(p)) if i not in chosen}
        chosen.append(max(residuals, key=residuals.__getitem__))
    factor = arb_mat(cholesky([[p[i][j] for j in chosen] for i in chosen]))
    columns = arb_mat([[row[j] for j in chosen] for row in p])
    rows: list[list[Ball]] = factor.solve(columns.transpose()).tolist()
    return rows


def _residual(p: Rows, chosen: list[int], i: int) -> float:
    """About how much of column i is independent of the chosen ones."""
    if not chosen:
        return float(p[i][i].mid())
    gram = arb_mat([[p[j][k] for k in chosen] for j in chosen]).mid()
    cross = arb_mat([[p[j][i]] for j in chosen]).mid()
    return float((p[i][i] - (cross.transpose() * gram.solve(cross))[0, 0]).mid())


def svd(a: Rows) -> tuple[Rows, list[Ball], Rows]:
    """U, singular values falling, Vᵀ, of a matrix with no more columns than rows, from AᵀA = VΣ²Vᵀ.

    Squares take twice the digits.
    """
    with WorkingPrecision(2 * ctx.prec + 64):
        return _svd(a)


def _svd(a: Rows) -> tuple[Rows, list[Ball], Rows]:
    matrix = arb_mat(a)
    squares, V = eigh((matrix.transpose() * matrix).tolist())
    columns = list(zip(*V, strict=True))[::-1]
    squares = squares[::-1]
    null = sum(value.is_zero() for value in squares)
    sizes, U = [], []
    for value, v in zip(squares, columns, strict=True):
        if value.is_zero():
            sizes.append(s.ZERO)
            continue
        if not value > 0:
            raise s.undecided("svd", "a singular value that may be 0")
        size = value.sqrt()
        sizes.append(size)
        U.append([x / size for x in (matrix * arb_mat([[x] for x in v])).entries()])
    U += _left_null(matrix, null) if null else []
    return [list(row) for row in zip(*U, strict=True)], sizes, [list(v) for v in columns]


def _left_null(matrix: Any, count: int) -> list[list[Ball]]:
    values, vectors = eigh((matrix * matrix.transpose()).tolist())
    found = [list(v) for value, v in zip(values, zip(*vectors, strict=True), strict=True) if value.is_zero()]
    if len(found) < count:
        raise s.undecided("svd", "a null space that is not proven")
    return found[:count]


# The polar form A = QH, which equal singular values do not make less certain, as they do singular vectors


def polar(a: Rows) -> tuple[Rows, Rows]:
    """Orthogonal Q and H = (AᵀA)^{1/2} ≥ 0 of a square matrix with QH = A."""
    try:
        U, sizes, Vt = svd(a)
    except UndecidedError:
        with WorkingPrecision(2 * ctx.prec + 64):
            return _regular_polar(arb_mat(a))
    V = arb_mat(Vt).transpose()
    H = V * arb_mat([[size * x for x in row] for size, row in zip(sizes, Vt, strict=True)])
    return (arb_mat(U) * arb_mat(Vt)).tolist(), H.tolist()


def _regular_polar(matrix: Any) -> tuple[Rows, Rows]:
    H = _root(matrix.transpose() * matrix)
    try:
        return (matrix * H.inv()).tolist(), H.tolist()
    except ZeroDivisionError:
        raise s.undecided("polar", "a matrix that may be singular") from None


def _root(a: Any) -> Any:
    """A^{1/2} of a positive definite A, whose eigenvalues may be equal.

    Y near to it is found by Newton's iteration (Denman and Beavers); for symmetric Y > 0
    ‖A^{1/2} − Y‖ ≤ ‖A − Y²‖·‖Y⁻¹‖ in the Frobenius norm, as (X − Y)Y + X(X − Y) = A − Y² for X = A^{1/2}.
    """
    n = a.nrows()
    size = sum((a[i, i] for i in range(n)), s.ZERO).mid()
    if not size > 0:
        raise s.undecided("polar", "a matrix that may be singular")
    unit = arb_mat([[int(i == j) for j in range(n)] for i in range(n)])
    y, z = (a * (1 / size)).mid(), unit
    try:
        for _ in range(_STEPS):
            y, z = ((y + z.inv()) * arb(0.5)).mid(), ((z + y.inv()) * arb(0.5)).mid()
        y = ((y + y.transpose()) * arb(0.5)).mid()
        cholesky(y.tolist())  # raises unless Y > 0
        error = (_frobenius(a * (1 / size) - y * y) * _frobenius(y.inv())).upper()
    except (ZeroDivisionError, DomainError):
        raise s.undecided("polar", "a matrix that may be singular") from None
    scale = size.sqrt()
    return arb_mat([[scale * (x + arb(0, error)) for x in row] for row in y.tolist()])


_STEPS = 64
"""For eigenvalues from 1 down to 2⁻¹⁰⁰: each step halves the ratio's logarithm, then doubles the digits."""


def _frobenius(matrix: Any) -> Ball:
    return f.sqrt(f.total([f.square(x) for x in matrix.entries()]))
