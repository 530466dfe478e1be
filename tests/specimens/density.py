"""One call of every density function, of a size that grows with n."""

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl import density
from refimpl.backends import Setting

Specimen = tuple[Callable[..., Any], tuple[Any, ...]]


def _normal(on: Setting, *shape: int, seed: int = 0) -> Any:
    return on.array(np.random.default_rng(seed).standard_normal(shape))


def _positive(on: Setting, *shape: int) -> Any:
    return on.array(np.random.default_rng(1).uniform(0.5, 2.0, shape))


def _covariance(on: Setting, d: int) -> Any:
    root = np.random.default_rng(2).standard_normal((d, d))
    return on.array(root @ root.T / d + np.eye(d))


def _model(on: Setting, n: int) -> tuple[Any, ...]:
    return _normal(on, n, 16), _normal(on, 16, 4), _normal(on, 16), on.array(np.asarray(0.5))


SPECIMENS: dict[str, Callable[[Setting, int], Specimen]] = {
    "density.bits_per_dim": lambda on, n: (
        lambda log_density: density.bits_per_dim(log_density, dims=3072, width=2.0),
        (_normal(on, n),),
    ),
    "density.dequantize": lambda on, n: (
        density.dequantize,
        (on.array(np.arange(n) % 256.0), on.array(np.arange(n) % 16 / 16)),
    ),
    "density.discretized_gaussian_log_probability": lambda on, n: (
        density.discretized_gaussian_log_probability,
        (on.array(np.arange(n) % 256 / 127.5 - 1), _normal(on, n) / 4, _normal(on, n, seed=1) - 2),
    ),
    "density.discretized_logistic_log_probability": lambda on, n: (
        density.discretized_logistic_log_probability,
        (on.array(np.arange(n) % 256 / 127.5 - 1), _normal(on, n) / 4, _normal(on, n, seed=1) - 2),
    ),
    "density.effective_sample_size": lambda on, n: (density.effective_sample_size, (_normal(on, n, 64),)),
    "density.elbo": lambda on, n: (density.elbo, (_normal(on, n, 64),)),
    "density.importance_bound": lambda on, n: (density.importance_bound, (_normal(on, n, 64),)),
    "density.importance_bounds": lambda on, n: (
        lambda log_w: density.importance_bounds(log_w, sizes=(1, 2, 4)),
        (_normal(on, n),),
    ),
    "density.linear_evidence": lambda on, n: (density.linear_evidence, _model(on, n)),
    "density.linear_posterior": lambda on, n: (density.linear_posterior, _model(on, n)),
    "density.log_weights": lambda on, n: (
        density.log_weights,
        (_normal(on, n, 64), _normal(on, n, 64), _normal(on, n, 64)),
    ),
    "density.masked_importance_bound": lambda on, n: (
        density.masked_importance_bound,
        (_normal(on, n, 64), on.array(np.arange(64) % 3 > 0)),
    ),
    "density.mixture_log_density": lambda on, n: (
        density.mixture_log_density,
        (_normal(on, 16), _normal(on, n, 16)),
    ),
    "density.normal_kl": lambda on, n: (
        density.normal_kl,
        (_normal(on, n, 16), _positive(on, n, 16), _normal(on, 16), _positive(on, 16)),
    ),
    "density.normal_kl_full": lambda on, n: (
        density.normal_kl_full,
        (_normal(on, n, 8), _covariance(on, 8), _normal(on, 8), 2 * _covariance(on, 8)),
    ),
    "density.normal_log_density": lambda on, n: (
        density.normal_log_density,
        (_normal(on, n, 16), _normal(on, 16), _positive(on, 16)),
    ),
    "density.normal_log_density_full": lambda on, n: (
        density.normal_log_density_full,
        (_normal(on, n, 8), _normal(on, 8), _covariance(on, 8)),
    ),
    "density.pareto_smoothed_weights": lambda on, n: (
        density.pareto_smoothed_weights,
        (_normal(on, n + 64),),
    ),
    "density.prior_log_density": lambda on, n: (density.prior_log_density, (_normal(on, n, 4),)),
    "density.vae_kl": lambda on, n: (density.vae_kl, (_normal(on, n, 4), _normal(on, n, 4, seed=1))),
    "density.normalized_weights": lambda on, n: (density.normalized_weights, (_normal(on, n, 64),)),
}

TAKES = {
    "density.bits_per_dim": "omlse",
    "density.dequantize": "ml ml",
    "density.discretized_gaussian_log_probability": "ml ml ml",
    "density.discretized_logistic_log_probability": "ml ml ml",
    "density.effective_sample_size": "omlsr",
    "density.elbo": "omlsr",
    "density.importance_bound": "omlsr",
    "density.importance_bounds": "om",
    "density.linear_evidence": "mlr s - -",
    "density.linear_posterior": "mlr s - -",
    "density.log_weights": "mln mln mln",
    "density.masked_importance_bound": "mlr m",
    "density.mixture_log_density": "m mlr",
    "density.normal_kl": "ml ml m m",
    "density.normal_kl_full": "mlr m m m",
    "density.normal_log_density": "mlr m m",
    "density.normal_log_density_full": "mlr m m",
    "density.normalized_weights": "omlsr",
    "density.pareto_smoothed_weights": "oms",
    "density.prior_log_density": "omlser",
    "density.vae_kl": "ml ml",
}
