"""A variational autoencoder as an estimator of probability density.

x is data, z latent, q(z) the prior, q(x|z) the decoder, p(z|x) the proposal (encoder); log-densities
go in and come out, so that any model can be plugged in.

Article: Jianlin Su (苏剑林), Variational autoencoders, 8: estimating the probability density of a sample
(2021-12-09), https://spaces.ac.cn/archives/8791. `refimpl show density` prints what it states.
"""

from ._bits import bits_per_dim
from ._encoder import masked_importance_bound, prior_log_density, vae_kl
from ._gaussian_levels import discretized_gaussian_log_probability
from ._levels import dequantize, discretized_logistic_log_probability
from ._linear import linear_evidence, linear_posterior
from ._mixture import mixture_log_density
from ._normal import normal_kl, normal_kl_full, normal_log_density, normal_log_density_full
from ._pareto import Smoothed, pareto_smoothed_weights
from ._weights import (
    effective_sample_size,
    elbo,
    importance_bound,
    importance_bounds,
    log_weights,
    normalized_weights,
)

__all__ = [
    "Smoothed",
    "bits_per_dim",
    "dequantize",
    "discretized_gaussian_log_probability",
    "discretized_logistic_log_probability",
    "effective_sample_size",
    "elbo",
    "importance_bound",
    "importance_bounds",
    "linear_evidence",
    "linear_posterior",
    "log_weights",
    "masked_importance_bound",
    "mixture_log_density",
    "normal_kl",
    "normal_kl_full",
    "normal_log_density",
    "normal_log_density_full",
    "normalized_weights",
    "pareto_smoothed_weights",
    "prior_log_density",
    "vae_kl",
]
