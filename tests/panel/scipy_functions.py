"""SciPy's functions under refimpl's signatures, where the public one needs more than an adapter."""

import math
from typing import Any

import numpy as np
from scipy import integrate, special, stats

from refimpl.proofs.language.law import NotApplicableError


def normal_log_density_full(x: Any, mean: Any, covariance: Any, /) -> Any:
    """multivariate_normal.logpdf, of one mean and one covariance at a time; some it refuses as singular."""
    d = x.shape[-1]
    shape = np.broadcast_shapes(x.shape[:-1], mean.shape[:-1], covariance.shape[:-2])
    points, means = (np.broadcast_to(array, (*shape, d)).reshape(-1, d) for array in (x, mean))
    matrices = np.broadcast_to(covariance, (*shape, d, d)).reshape(-1, d, d)
    try:
        found = [stats.multivariate_normal.logpdf(*r) for r in zip(points, means, matrices, strict=True)]
    except np.linalg.LinAlgError as error:
        raise NotApplicableError(str(error)) from error
    return np.asarray(found, x.dtype).reshape(shape)


def normalized_weights(log_w: Any, /, *, axis: int = -1) -> Any:
    """softmax, whose axis is by default all axes."""
    return special.softmax(log_w, axis=axis)


def mixture_log_density(log_weights: Any, log_components: Any, /) -> Any:
    return special.logsumexp(log_weights + log_components, axis=-1)


def wasserstein_1d(
    x: Any, y: Any, /, *, order: float = 2.0, x_weights: Any = None, y_weights: Any = None
) -> Any:
    """wasserstein_distance, of order 1 and one pair of samples at a time."""
    if order != 1:
        raise NotApplicableError(f"order={order}")
    shape = np.broadcast_shapes(x.shape[:-1], y.shape[:-1])
    rows = (np.broadcast_to(a, (*shape, a.shape[-1])).reshape(math.prod(shape), -1) for a in (x, y))
    found = [stats.wasserstein_distance(*row, x_weights, y_weights) for row in zip(*rows, strict=True)]
    return np.asarray(found, x.dtype).reshape(shape)


def solve_ivp(*args: Any, **options: Any) -> Any:
    """The method of order 8, which the law's tolerances are for."""
    return integrate.solve_ivp(*args, method="DOP853", **options)
