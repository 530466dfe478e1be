"""scikit-learn's cosines, and its Gaussian mixture with given parameters instead of fitted ones."""

from typing import Any

import numpy as np

from ._binding import Library, lazy
from ._rows import cosines

LIBRARY = Library("scikit-learn", backend="numpy")
mixture, fitting = lazy("sklearn.mixture"), lazy("sklearn.mixture._gaussian_mixture")
pairwise = lazy("sklearn.metrics.pairwise")


@LIBRARY.bound("mixture.GaussianMixture.score_samples", "flow.mixture_log_density", adapter="gmm")
def score_samples(x: Any, log_weights: Any, means: Any, covariances: Any, /) -> Any:
    model = mixture.GaussianMixture(n_components=len(means), covariance_type="full")
    model.weights_, model.means_, model.covariances_ = np.exp(log_weights), means, covariances
    model.precisions_cholesky_ = fitting._compute_precision_cholesky(covariances, "full")
    return model.score_samples(x)


@LIBRARY.bound("metrics.pairwise.cosine_similarity", "matching.cosine_similarity")
def cosine_similarity(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return cosines(pairwise.cosine_similarity, u, v, axis)
