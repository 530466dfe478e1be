"""Sums, products and linear algebra of balls contain the exact values, found in rational arithmetic.

Every case is run on points and on balls of some width that hold them: the exact value must lie in both.
"""

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb
from test_ball_contains import MP, holds

from refimpl._errors import DomainError, UndecidedError
from refimpl.backends.ball import ball

XP = ball(prec=128)
CASES, LONG = 10, 10_000
Matrix = np.ndarray[Any, Any]  # of fractions


def fractions(values: Any) -> Matrix:
    out = np.empty(np.shape(values), dtype=object)
    for i in np.ndindex(out.shape):
        out[i] = Fraction(values[i])
    return out


def widened(rng: np.random.Generator, values: Matrix) -> Any:
    """Balls around the values, with the values off the middle."""
    made = np.empty(values.shape, dtype=object)
    for i in np.ndindex(values.shape):
        radius = 1e-25 * rng.uniform(0, 1)
        made[i] = arb_of(values[i]) + arb(radius * rng.uniform(-0.9, 0.9), radius)
    return XP.asarray(made)


def both(rng: np.random.Generator, values: Matrix) -> tuple[Any, Any]:
    return XP.asarray(values), widened(rng, values)


def draw(rng: np.random.Generator, *shape: int) -> Matrix:
    """Rows of different sizes, some zeros, some equal entries."""
    values = rng.standard_normal(shape) * 2.0 ** rng.integers(-3, 4, shape)
    values[rng.random(shape) < 0.15] = 0.0
    values[rng.random(shape) < 0.1] = 1.0
    return fractions(values)


def assert_holds(result: Any, expected: Any) -> None:
    expected = np.asarray(expected, dtype=object)
    assert result.shape == expected.shape
    for i in np.ndindex(expected.shape):
        assert result.data[i].is_finite()
        assert holds(result.data[i], expected[i]), (i, result.data[i], expected[i])


def inverse(matrix: Matrix) -> Matrix:
    """By Gauss and Jordan, in fractions."""
    n = len(matrix)
    work = np.concatenate([matrix.copy(), fractions(np.eye(n))], axis=1)
    for j in range(n):
        pivot = next(i for i in range(j, n) if work[i, j] != 0)
        work[[j, pivot]] = work[[pivot, j]]
        work[j] = work[j] / work[j, j]
        for i in range(n):
            if i != j:
                work[i] = work[i] - work[i, j] * work[j]
    return work[:, n:]


def determinant(matrix: Matrix) -> Fraction:
    n = len(matrix)
    total = Fraction(0)
    for order in itertools.permutations(range(n)):
        swaps = sum(a > b for a, b in itertools.combinations(order, 2))
        total += Fraction((-1) ** swaps * np.prod([matrix[i, j] for i, j in enumerate(order)]))
    return total


def check_products(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, k, m = rng.integers(1, 5, 3)
    a, b, x = draw(rng, n, k), draw(rng, k, m), draw(rng, 3, n)
    for A, B in zip(both(rng, a), both(rng, b), strict=True):
        assert_holds(XP.matmul(A, B), a @ b)
        assert_holds(XP.tensordot(A, B, axes=1), a @ b)
        assert_holds(XP.linalg.outer(A[:, 0], B[0, :]), np.outer(a[:, 0], b[0, :]))
        assert_holds(XP.vecdot(A, A), (a * a).sum(axis=1))
    for X in both(rng, x):
        assert_holds(XP.sum(X, axis=0), x.sum(axis=0))
        assert_holds(XP.prod(X), x.prod())
        assert_holds(XP.mean(X, axis=1), x.sum(axis=1) / Fraction(int(n)))
        assert_holds(XP.max(X, axis=0), x.max(axis=0))
        assert_holds(XP.min(X), x.min())
        assert_holds(XP.cumulative_sum(X, axis=1), np.cumsum(x, axis=1))
        assert_holds(XP.cumulative_prod(X, axis=0), np.cumprod(x, axis=0))
        assert_holds(XP.sort(X, axis=0), np.sort(x, axis=0))
        centred = x - x.sum(axis=0) / 3
        assert_holds(XP.var(X, axis=0), (centred**2).sum(axis=0) / 3)
        assert_holds(XP.linalg.matrix_norm(X) ** 2, (x * x).sum())


def check_systems(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 5))
    a, b = draw(rng, n, n) + fractions(8 * np.eye(n)), draw(rng, n, 2)
    for A, B in zip(both(rng, a), both(rng, b), strict=True):
        assert_holds(XP.linalg.solve(A, B), inverse(a) @ b)
        assert_holds(XP.linalg.solve(A, B[:, 0]), inverse(a) @ b[:, 0])
        assert_holds(XP.linalg.inv(A), inverse(a))
        assert_holds(XP.linalg.det(A), determinant(a))
        assert_holds(XP.linalg.trace(A), np.trace(a))
        assert_holds(XP.linalg.matrix_power(A, -3), inverse(a) @ inverse(a) @ inverse(a))


def check_factors(seed: int) -> None:
    """The factors are unique, so it is enough that they come from rational ones of the same form."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 5))
    lower = fractions(np.tril(rng.integers(-4, 5, (n, n)), -1) / 4 + np.diag(rng.integers(1, 9, n)) / 4)
    for S in both(rng, lower @ lower.T):
        assert_holds(XP.linalg.cholesky(S), lower)
        assert_holds(XP.linalg.cholesky(S, upper=True), lower.T)
    q = orthogonal(rng)
    r = fractions(np.triu(rng.integers(-4, 5, (4, 4)), 1) / 4 + np.diag(rng.integers(1, 9, 4)) / 4)[:, :3][:3]
    for A in both(rng, q[:, :3] @ r):
        found = XP.linalg.qr(A)
        assert_holds(found.Q, q[:, :3])
        assert_holds(found.R, r)


def orthogonal(rng: np.random.Generator) -> Matrix:
    """A product of reflections at vectors of ±1 of length 4: exact in binary."""
    q = fractions(np.eye(4))
    for _ in range(2):
        v = fractions(rng.choice([-1.0, 1.0], 4))
        q = q - np.outer(v, v @ q) / 2
    return q


def check_spectra(seed: int) -> None:
    rng = np.random.default_rng(seed)
    q = orthogonal(rng)
    values = sorted(Fraction(int(v), 4) for v in rng.choice([-8, -3, 0, 1, 5, 12], 4))
    if seed % 3 == 0:
        values = sorted(
            Fraction(float(v)) * Fraction(2) ** int(rng.integers(-20, 20)) for v in rng.standard_normal(4)
        )
    a = (q * np.asarray(values, dtype=object)) @ q.T
    assert_spectrum(XP.asarray(a), a, q, values)
    if len({*map(abs, values), 0}) == 5 and seed % 3:
        assert_spectrum(widened(rng, a), a, q, values)


def arb_of(x: Fraction) -> arb:
    value = XP.asarray([x]).data[0]
    assert value.is_exact()
    return value


def assert_spectrum(A: Any, a: Matrix, q: Matrix, values: list[Fraction]) -> None:
    assert_holds(XP.linalg.eigvalsh(A), values)
    found = XP.linalg.eigh(A)
    assert_holds(found.eigenvalues, values)
    assert_holds(XP.matmul(found.eigenvectors.mT, found.eigenvectors), fractions(np.eye(4)))
    for value in set(values):  # the projector on each eigenspace does not depend on the basis
        mine = [i for i in range(4) if values[i] == value]
        part = found.eigenvectors[:, mine[0] : mine[-1] + 1]
        assert_holds(XP.matmul(part, part.mT), q[:, mine] @ q[:, mine].T)
    sizes = sorted(map(abs, values), reverse=True)
    U, S, Vh = XP.linalg.svd(A)
    assert_holds(S, sizes)
    assert_holds(XP.linalg.svdvals(A), sizes)
    assert_holds(XP.matmul(U * S, Vh), a)
    for matrix in (U, Vh):
        assert_holds(XP.matmul(matrix.mT, matrix), fractions(np.eye(4)))


CHECKS: list[Callable[[int], None]] = [check_products, check_systems, check_factors, check_spectra]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("seed", range(CASES))
def test_exact_values_are_inside(check: Callable[[int], None], seed: int) -> None:
    check(seed)


@pytest.mark.long
@pytest.mark.parametrize("check", CHECKS)
def test_exact_values_are_inside_at_length(check: Callable[[int], None]) -> None:
    """10⁴ values at least: a case has dozens of entries."""
    for seed in range(CASES, CASES + LONG // 20):
        check(seed)


def test_the_check_finds_a_narrow_ball() -> None:
    cut = XP.asarray([arb(XP.sqrt(XP.asarray(2.0)).data[()].mid())])
    with pytest.raises(AssertionError):
        assert_holds(cut, [MP.sqrt(2)])


def test_rectangular_svd() -> None:
    rng = np.random.default_rng(0)
    a = rng.standard_normal((2, 5, 3))
    for matrix in (a, np.swapaxes(a, 1, 2)):
        U, S, Vh = XP.linalg.svd(XP.asarray(matrix), full_matrices=False)
        assert [x.shape for x in (U, S, Vh)] == [x.shape for x in np.linalg.svd(matrix, full_matrices=False)]
        np.testing.assert_allclose(
            np.asarray([float(x.mid()) for x in S.data.flat]).reshape(2, 3),
            np.linalg.svd(matrix)[1],
            rtol=1e-12,
        )
        for i in range(2):
            assert_holds(XP.matmul(U * S[:, None, :], Vh)[i], fractions(matrix[i]))


def test_blocks_may_share_eigenvalues() -> None:
    third = XP.ones(()) / 3
    S = XP.eye(3) * third
    found = XP.linalg.eigh(S)
    assert_holds(found.eigenvalues, [Fraction(1, 3)] * 3)
    assert_holds(
        XP.matmul(found.eigenvectors * found.eigenvalues, found.eigenvectors.mT), fractions(np.eye(3)) / 3
    )


def test_eigenvalues_of_two_blocks_are_order_statistics_too() -> None:
    values = XP.asarray([arb(3, 3), arb(1.5, 0.5)])  # [0, 6] and [1, 2]
    S = XP.eye(2) * values
    for found in (XP.linalg.eigvalsh(S), XP.linalg.eigh(S).eigenvalues):
        assert found.data[0].contains(arb(0.1))
        assert found.data[1].contains(arb(5.9))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: XP.linalg.solve(XP.ones((2, 2)), XP.ones((2,))),
            UndecidedError,
            "a matrix that may be singular",
        ),
        (lambda: XP.linalg.inv(XP.zeros((2, 2))), UndecidedError, "a matrix that may be singular"),
        (lambda: XP.linalg.cholesky(XP.eye(2) * 0), DomainError, "expected a positive definite matrix"),
        (lambda: XP.linalg.cholesky(XP.eye(2) * XP.asarray(arb(0, 1))), UndecidedError, "the pivot"),
        (lambda: XP.linalg.qr(XP.ones((3, 2))), UndecidedError, "columns that may be dependent"),
        (lambda: XP.linalg.qr(XP.ones((2, 3))), DomainError, "no more columns than rows"),
        (lambda: XP.linalg.qr(XP.eye(2), mode="complete"), DomainError, "mode 'reduced'"),
        (lambda: XP.linalg.svd(XP.ones((3, 2))), DomainError, "full_matrices=False"),
        (lambda: XP.linalg.eigh(_close()), UndecidedError, "close eigenvalues of a matrix that is not exact"),
        (lambda: XP.linalg.svd(XP.ones((2, 2)) / 3), UndecidedError, "may be 0|not exact"),
        (lambda: XP.linalg.solve(XP.ones((2, 3)), XP.ones((2,))), ValueError, r"expected \(\.\.\., n, n\)"),
        (lambda: XP.matmul(XP.ones((2, 3)), XP.ones((2, 3))), ValueError, "one inner length"),
        (lambda: XP.linalg.matrix_rank(XP.eye(2)), AttributeError, "matrix_rank"),
    ],
)
def test_what_is_not_proven_is_an_error(call: Callable[[], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call()


def _close() -> Any:
    """A third of a matrix with a double eigenvalue, of no diagonal form."""
    return (XP.ones((3, 3)) + XP.eye(3)) / 3


def test_equal_eigenvalues_of_what_is_not_exact_are_narrow() -> None:
    found = XP.linalg.eigvalsh(_close())
    assert_holds(found, [Fraction(1, 3), Fraction(1, 3), Fraction(4, 3)])
    assert all(x.rad() < 2.0**-100 for x in found.data)


@pytest.mark.parametrize(
    ("matrix", "orthogonal", "root"),
    [
        ([[3, 4], [-4, 3]], [[3, 4], [-4, 3]], [[5, 0], [0, 5]]),
        ([[-1, -4, 8], [-4, -7, -4], [8, -4, -1]], [[-1, -4, 8], [-4, -7, -4], [8, -4, -1]], 9 * np.eye(3)),
        ([[0, 2], [1, 0]], [[0, 1], [1, 0]], [[1, 0], [0, 2]]),
        ([[-3]], [[-1]], [[3]]),
    ],
)
def test_equal_singular_values_do_not_matter_to_the_polar_form(
    matrix: Any, orthogonal: Any, root: Any
) -> None:
    size = Fraction(round(np.linalg.norm(orthogonal[0])))
    Q, H = XP.linalg.polar(XP.asarray(np.asarray(matrix, dtype=float)) / 7)
    assert_holds(Q, fractions(np.asarray(orthogonal, dtype=float)) / size)
    assert_holds(H, fractions(np.asarray(root, dtype=float)) / 7)
    assert all(x.rad() < 2.0**-100 for part in (Q, H) for x in part.data.flat)


def test_the_polar_form_of_a_matrix_that_may_be_singular_is_an_error() -> None:
    with pytest.raises(UndecidedError, match="a matrix that may be singular"):
        XP.linalg.polar((XP.ones((3, 3)) + XP.eye(3) * XP.asarray(arb(0, 1))) / 3)


def test_what_is_not_finite_tells_nothing_of_a_matrix() -> None:
    rows = XP.asarray([[[1.0, float("inf")], [float("inf"), 1.0]], [[2.0, 0.0], [0.0, 4.0]]])
    for values in (XP.linalg.inv(rows)[:, 0, 0], XP.linalg.eigvalsh(rows)[:, 0], XP.linalg.det(rows)):
        assert [bool(x.is_finite()) for x in values.data] == [False, True]
    masked = XP.matmul(rows[0], XP.asarray([0.0, 1.0]))
    assert bool(XP.isinf(masked[0]))  # 1·0 + ∞·1
    assert bool(XP.isnan(masked[1]))  # ∞·0 + 1·1
