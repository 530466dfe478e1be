"""Distances, couplings and score matching as textbooks and metrics libraries print them."""

from typing import Any

from .... import transport
from ...._libraries import array_namespace as _xp
from ...language.textbook import textbook


def _root(matrix: Any) -> Any:
    """The root of a semi-definite matrix."""
    xp = _xp(matrix)
    values, vectors = xp.linalg.eigh(matrix)
    roots = xp.sqrt(xp.where(values > 0, values, 0 * values))
    return xp.matmul(vectors * roots[..., None, :], xp.matrix_transpose(vectors))


def _trace(matrix: Any) -> Any:
    return _xp(matrix).linalg.trace(matrix)


@textbook("transport.wasserstein_1d")
def sorted_pairs(
    x: Any, y: Any, /, *, order: float = 2.0, x_weights: Any = None, y_weights: Any = None
) -> Any:
    xp = _xp(x)
    if x.shape[-1] != y.shape[-1] or x_weights is not None or y_weights is not None:
        return transport.wasserstein_1d(x, y, order=order, x_weights=x_weights, y_weights=y_weights)
    gaps = xp.abs(xp.sort(x, axis=-1) - xp.sort(y, axis=-1))
    return xp.mean(gaps**order, axis=-1) ** (1 / order)


@textbook("transport.coupling_cost")
def expected_cost(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    difference = x[..., :, None, :] - y[..., None, :, :]
    distance = xp.sqrt(xp.sum(difference**2, axis=-1))
    return xp.sum(plan * distance**order, axis=(-2, -1)) ** (1 / order)


@textbook("transport.wasserstein_gaussian")
def bures(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    xp = _xp(m1)
    root = _root(S1)
    cross = _trace(_root(xp.matmul(xp.matmul(root, S2), root)))
    square = xp.sum((m1 - m2) ** 2, axis=-1) + _trace(S1) + _trace(S2) - 2 * cross
    return xp.sqrt(xp.where(square > 0, square, 0 * square))


@textbook("transport.gaussian_map")
def optimal(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    xp = _xp(m1)
    root = _root(S1)
    inverse = xp.linalg.inv(root)
    middle = _root(xp.matmul(xp.matmul(root, S2), root))
    matrix = xp.matmul(xp.matmul(inverse, middle), inverse)
    offset = m2 - xp.matmul(matrix, m1[..., None])[..., 0]
    return matrix, offset


@textbook("transport.coupling_monotonicity")
def traces(M: Any, covariance: Any, /) -> Any:
    d = M.shape[-1]
    return _trace(M) + _trace(_xp(M).linalg.inv(M)) - 2 * d


@textbook("transport.one_sided_lipschitz")
def symmetric_part(jacobians: Any, /) -> Any:
    xp = _xp(jacobians)
    values = xp.linalg.eigvalsh((jacobians + xp.matrix_transpose(jacobians)) / 2)
    return xp.min(values), xp.max(values)


@textbook("transport.growth_factor")
def trapezoids(lipschitz: Any, times: Any, /) -> Any:
    if callable(lipschitz):
        return transport.growth_factor(lipschitz, times)
    xp, total = _xp(times), 0 * times[0]
    integral = [total]
    for n in range(times.shape[0] - 1):
        total = total + (times[n + 1] - times[n]) * (lipschitz[n] + lipschitz[n + 1]) / 2
        integral.append(total)
    return xp.exp(xp.stack(integral)), 0 * times


@textbook("transport.score_matching")
def mean_square(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    xp = _xp(model_score)
    square = xp.sum((model_score - score) ** 2, axis=-1)
    if weights is None:
        return xp.mean(square, axis=-1)
    return xp.sum(weights * square, axis=-1)


@textbook("transport.conditional_score_matching")
def denoising(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    xp = _xp(model_score)
    std = xp.asarray(beta_bar)[..., None, None]
    target = -noise / std
    return xp.mean(xp.sum((model_score - target) ** 2, axis=-1), axis=-1)


@textbook("transport.gaussian_score_matching")
def closed_form(A: Any, c: Any, mean: Any, covariance: Any, alpha_bar: Any, beta_bar: Any, /) -> Any:
    xp, d = _xp(A), A.shape[-1]
    shifted = alpha_bar * mean
    spread = alpha_bar**2 * covariance + beta_bar**2 * xp.eye(d, dtype=A.dtype)
    bias = xp.matmul(A, shifted) + c
    slope = A + xp.linalg.inv(spread)
    return xp.sum(bias**2) + _trace(xp.matmul(xp.matmul(slope, spread), xp.matrix_transpose(slope)))


@textbook("transport.mixture_conditional_score_matching")
def sum_over_components(
    A: Any, c: Any, weights: Any, means: Any, covariances: Any, alpha_bar: Any, beta_bar: Any, /
) -> Any:
    xp, d = _xp(A), A.shape[-1]
    bias = alpha_bar * xp.matmul(means, A.T) + c
    spread = _trace(xp.matmul(xp.matmul(A, covariances), A.T))
    own = xp.sum(weights * (xp.sum(bias**2, axis=-1) + alpha_bar**2 * spread))
    return own + xp.sum((beta_bar * A + xp.eye(d, dtype=A.dtype) / beta_bar) ** 2)
