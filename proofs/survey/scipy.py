"""SciPy's functions under refimpl's signatures, where the public one needs more than an adapter."""

import math
from typing import Any

import numpy as np

from ..language.law import NotApplicableError
from ._binding import Library, lazy
from ._rows import cosines

LIBRARY = Library("scipy", backend="numpy")
integrate, special, stats = lazy("scipy.integrate"), lazy("scipy.special"), lazy("scipy.stats")
distance = lazy("scipy.spatial.distance")

LIBRARY.function("stats.rankdata", "matching.rank", "scipy.stats:rankdata")
LIBRARY.function("stats.spearmanr", "matching.spearman", "scipy.stats:spearmanr", adapter="statistic")


@LIBRARY.bound("stats.multivariate_normal.logpdf", "density.normal_log_density_full", examples=60)
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


@LIBRARY.bound("stats.wasserstein_distance", "transport.wasserstein_1d")
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


@LIBRARY.bound(
    "integrate.solve_ivp (DOP853)", "flow.integrate_adaptive", adapter="solve-ivp",
    laws=("flow.adaptive-meets-tolerance",), diagnosed=False,
)  # fmt: skip
def solve_ivp(*args: Any, **options: Any) -> Any:
    """The method of order 8, which the law's tolerances are for."""
    return integrate.solve_ivp(*args, method="DOP853", **options)


@LIBRARY.bound("special.softmax", "density.normalized_weights")
def normalized_weights(log_w: Any, /, *, axis: int = -1) -> Any:
    """softmax, whose axis is by default all axes."""
    return special.softmax(log_w, axis=axis)


@LIBRARY.bound("special.logsumexp", "density.mixture_log_density")
def mixture_log_density(log_weights: Any, log_components: Any, /) -> Any:
    return special.logsumexp(log_weights + log_components, axis=-1)


@LIBRARY.bound("spatial.distance.cdist (cosine)", "matching.cosine_similarity")
def cosine_similarity(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return cosines(lambda a, b: 1 - distance.cdist(a, b, "cosine"), u, v, axis)


LIBRARY.function(
    "stats.norm.logpdf", "density.normal_log_density", "scipy.stats:norm.logpdf", adapter="per-coordinate"
)
