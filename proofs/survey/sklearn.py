"""scikit-learn's cosines and gains, and its Gaussian mixture with given parameters instead of fitted ones."""

from typing import Any

import numpy as np

from ..language.law import NotApplicableError
from ._binding import Library, lazy
from ._rows import cosines

LIBRARY = Library("scikit-learn", backend="numpy")
mixture, fitting = lazy("sklearn.mixture"), lazy("sklearn.mixture._gaussian_mixture")
pairwise, metrics = lazy("sklearn.metrics.pairwise"), lazy("sklearn.metrics")


@LIBRARY.bound("mixture.GaussianMixture.score_samples", "flow.mixture_log_density", adapter="gmm")
def score_samples(x: Any, log_weights: Any, means: Any, covariances: Any, /) -> Any:
    model = mixture.GaussianMixture(n_components=len(means), covariance_type="full")
    model.weights_, model.means_, model.covariances_ = np.exp(log_weights), means, covariances
    model.precisions_cholesky_ = fitting._compute_precision_cholesky(covariances, "full")
    return model.score_samples(x)


@LIBRARY.bound("metrics.pairwise.cosine_similarity", "matching.cosine_similarity")
def cosine_similarity(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return cosines(pairwise.cosine_similarity, u, v, axis)


@LIBRARY.bound("metrics.ndcg_score", "matching.ndcg_at_k", adapter="one-query")
def ndcg(scores: Any, relevance: Any, k: int, /) -> Any:
    """Of several documents with finite scores: it refuses one, and infinite numbers."""
    if len(scores) < 2:
        raise NotApplicableError("one document")
    if not np.all(np.isfinite(scores)):
        raise NotApplicableError("documents that were not retrieved")
    return metrics.ndcg_score([relevance], [scores], k=k)
