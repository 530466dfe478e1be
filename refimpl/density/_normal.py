"""Normal densities and their divergences, with diagonal and with full covariance."""

from typing import Any

from .. import _xp
from .._errors import ShapeError, message
from .._typing import Array, Namespace
from ..public import STAYS, Reals, public


def log_2pi(xp: Namespace) -> Any:
    """log 2π."""
    m = _xp.numbers(xp)
    return m.log(2 * m.pi)


@public({"x, mean, variance": Reals("..., d")}, Reals("..."), nan=STAYS, broadcast="all")
def normal_log_density(x: Array, mean: Array, variance: Array, /) -> Array:
    """Log-density of a normal distribution with independent components.

    log N(x; m, v) = −½ Σ ((x − m)²/v + log 2πv), over the last axis

    Parameters
    ----------
    x, mean, variance
        Variances are positive; a negative one gives NaN.

    Returns
    -------
    in the common dtype of the arguments, on their device.

    Source: density D6.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.asarray([1.0, 0.0])
    >>> float(normal_log_density(x, np.zeros(2), np.ones(2)).round(6))
    -2.337877
    """
    xp = _xp.of(x, mean, variance)
    z = (x - mean) / xp.sqrt(variance)
    return -0.5 * xp.sum(z * z + xp.log(variance) + log_2pi(xp), axis=-1)


@public({"m1, v1, m2, v2": Reals("..., d")}, Reals("..."), nan=STAYS, broadcast="all")
def normal_kl(m1: Array, v1: Array, m2: Array, v2: Array, /) -> Array:
    """KL(N(m₁, v₁) ‖ N(m₂, v₂)) of normal distributions with independent components.

    ½ Σ (r − 1 − log r + (m₁ − m₂)²/v₂), r = v₁/v₂, over the last axis; accurate also where r is near 1.

    Parameters
    ----------
    m1, v1, m2, v2
        Means and variances. Variances are positive; a negative one gives NaN.

    Returns
    -------
    in the common dtype of the arguments, on their device.

    Source: density D6, C4.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(1)
    >>> float(normal_kl(one, one, 0 * one, one))
    0.5
    """
    xp = _xp.of(m1, v1, m2, v2)
    deviation = xp.sqrt(v2)
    z = (m1 - m2) / deviation
    # The quotient of the roots has half the exponent of v1/v2, so it does not underflow.
    excess = _excess((v1 - v2) / v2, xp.sqrt(v1) / deviation, xp=xp)
    return 0.5 * xp.sum(excess + z * z, axis=-1)


@public(
    {"x, mean": Reals("..., d").freely(), "covariance": Reals("..., d, d", d=1).freely()},
    Reals("..."),
    needs="linalg",
    nan=STAYS,
    broadcast="batch",
)
def normal_log_density_full(x: Array, mean: Array, covariance: Array, /) -> Array:
    """Log-density of a normal distribution with a full covariance matrix.

    log N(x; m, C) = −½ (‖L⁻¹(x − m)‖² + 2 Σ log L_ii + d log 2π), C = LLᵀ

    Parameters
    ----------
    x, mean
    covariance
        Symmetric positive definite, else the Cholesky factorisation of the library fails in its own way
        (an exception or NaN).

    Returns
    -------
    in the common dtype of the arguments, on their device.

    Source: density D6.

    Examples
    --------
    >>> import numpy as np
    >>> covariance = np.asarray([[2.0, 1.0], [1.0, 2.0]])
    >>> float(normal_log_density_full(np.asarray([1.0, 1.0]), np.zeros(2), covariance).round(6))
    -2.720517
    """
    xp, x, mean, covariance = _gaussian({"x": x, "mean": mean}, {"covariance": covariance})
    root = _xp.cholesky(covariance, xp=xp)
    z = solve_rows(root, x - mean, xp=xp)
    log_det = 2 * xp.sum(xp.log(xp.linalg.diagonal(root)), axis=-1)
    return -0.5 * (xp.sum(z * z, axis=-1) + log_det + covariance.shape[-1] * log_2pi(xp))


@public(
    {
        "m1": Reals("..., d").freely(),
        "c1": Reals("..., d, d", d=1).freely(),
        "m2": Reals("..., d").freely(),
        "c2": Reals("..., d, d", d=1).freely(),
    },
    Reals("..."),
    needs="linalg",
    nan=STAYS,
    broadcast="batch",
)
def normal_kl_full(m1: Array, c1: Array, m2: Array, c2: Array, /) -> Array:
    """KL(N(m₁, C₁) ‖ N(m₂, C₂)) of normal distributions with full covariance matrices.

    ½ (tr C₂⁻¹C₁ − d − log det C₂⁻¹C₁ + (m₁ − m₂)ᵀC₂⁻¹(m₁ − m₂)) as a sum of nonnegative terms:
    with Cholesky factors L₁, L₂ and T = L₂⁻¹L₁, tr C₂⁻¹C₁ = ‖T‖² and det C₂⁻¹C₁ = Π T_ii².

    Parameters
    ----------
    m1
        Mean.
    c1
        Symmetric positive definite, else the Cholesky factorisation of the library fails in its own way
        (an exception or NaN).
    m2
        Mean.
    c2
        As c1.

    Returns
    -------
    in the common dtype of the arguments, on their device.

    Source: density D6, C4.

    Examples
    --------
    >>> import numpy as np
    >>> eye, zero = np.eye(2), np.zeros(2)
    >>> float(normal_kl_full(zero, 4 * eye, zero, eye).round(6))
    1.613706
    """
    xp, m1, m2, c1, c2 = _gaussian({"m1": m1, "m2": m2}, {"c1": c1, "c2": c2})
    first, second = xp.broadcast_arrays(_xp.cholesky(c1, xp=xp), _xp.cholesky(c2, xp=xp))
    a, b = xp.linalg.diagonal(first), xp.linalg.diagonal(second)
    below = xp.tril(_solve(second, first, xp=xp), k=-1)
    scale = xp.sum(_excess((a - b) / b * ((a + b) / b), a / b, xp=xp), axis=-1)
    z = solve_rows(second, m1 - m2, xp=xp)
    return 0.5 * (scale + xp.sum(below * below, axis=(-2, -1)) + xp.sum(z * z, axis=-1))


def _gaussian(vectors: dict[str, Array], matrices: dict[str, Array]) -> list[Any]:
    """The namespace; vectors (..., d) that broadcast, and matrices (..., d, d), in their common dtype."""
    for name, array in vectors.items():
        _xp.check_axes(name, array, 1)
    d = _xp.check_broadcast(**vectors)[-1]
    for name, matrix in matrices.items():
        if tuple(matrix.shape[-2:]) != (d, d):
            raise ShapeError(message(name, f"shape {tuple(matrix.shape)}", f"last axes ({d}, {d})"))
    if d == 0:
        raise ShapeError(message("vectors", "a last axis of length 0", "at least one dimension"))
    rows = {f"{name}[..., 0]": matrix[..., 0] for name, matrix in matrices.items()}
    _xp.check_broadcast(**vectors, **rows)
    arrays = (*vectors.values(), *matrices.values())
    xp = _xp.of(*arrays)
    return [xp, *common(xp, *arrays)]


def common(xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
    """The arrays in their common dtype, which linear algebra does not look for by itself."""
    dtype = xp.result_type(*arrays)
    return tuple(xp.astype(array, dtype, copy=False) for array in arrays)


def _excess(delta: Array, root: Array, *, xp: Namespace) -> Array:
    """r − 1 − log r for δ = r − 1 and √r, without the cancellation where r is near 1.

    With s = δ/(2 + δ), log r = 2 artanh s and δ − 2s = δs, so r − 1 − log r = δs − 2s³(1/3 + s²/5 + …).
    """
    low = delta < -0.9  # near −1, δ no longer knows r
    log_ratio = xp.where(low, 2 * xp.log(root), xp.log1p(xp.where(low, xp.zeros_like(delta), delta)))
    if not _xp.rounds(xp):
        return delta - log_ratio
    near = xp.abs(delta) < 0.5
    small = xp.where(near, delta, xp.zeros_like(delta))
    s = small / (2 + small)
    series = xp.zeros_like(s)
    for odd in range(35, 1, -2):  # |s| < 1/3, so the next term is below 1e-17 of the first
        series = series * (s * s) + 1 / odd
    return xp.where(near, s * (small - 2 * s * s * series), delta - log_ratio)


def _solve(matrix: Array, columns: Array, *, xp: Namespace) -> Array:
    """matrix⁻¹ columns; rows are brought to one size first, as pivoting would compare their units."""
    size = xp.max(xp.abs(matrix), axis=-1, keepdims=True)
    return _xp.solve(matrix / size, columns / size, xp=xp)


def solve_rows(matrix: Array, rows: Array, *, xp: Namespace) -> Array:
    """matrix⁻¹ applied to vectors (..., d); one matrix is factorised once for all of them."""
    d = matrix.shape[-1]
    if matrix.ndim == 2:
        columns = _solve(matrix, xp.matrix_transpose(xp.reshape(rows, (-1, d))), xp=xp)
        return xp.reshape(xp.matrix_transpose(columns), rows.shape)
    shape = xp.broadcast_arrays(matrix[..., 0], rows)[0].shape
    matrices = xp.broadcast_to(matrix, (*shape, d))
    return _solve(matrices, xp.broadcast_to(rows, shape)[..., None], xp=xp)[..., 0]
