"""scikit-learn's Gaussian mixture, with given parameters instead of fitted ones."""

from typing import Any

import numpy as np
from sklearn.mixture import GaussianMixture
from sklearn.mixture._gaussian_mixture import _compute_precision_cholesky


def score_samples(x: Any, log_weights: Any, means: Any, covariances: Any, /) -> Any:
    model = GaussianMixture(n_components=len(means), covariance_type="full")
    model.weights_, model.means_, model.covariances_ = np.exp(log_weights), means, covariances
    model.precisions_cholesky_ = _compute_precision_cholesky(covariances, "full")
    return model.score_samples(x)
