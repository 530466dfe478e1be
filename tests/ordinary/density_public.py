"""Mistakes in densities that were reported in public, typed into the usual code."""

import numpy as np
from scipy.special import logsumexp, softmax

from ._ordinary import Ordinary, Slip


def kl_of_deviations(mu1, sigma1, mu2, sigma2):
    quotient = (sigma1 / sigma2) ** 2
    return (np.log(sigma2 / sigma1) + 0.5 * (quotient + ((mu1 - mu2) / sigma2) ** 2) - 0.5).sum(-1)


def kl_quotient_not_squared(mu1, sigma1, mu2, sigma2):
    """pat-coady/trpo#25."""
    quotient = sigma1 / sigma2
    return (np.log(sigma2 / sigma1) + 0.5 * (quotient + ((mu1 - mu2) / sigma2) ** 2) - 0.5).sum(-1)


def kl_of_log_variances(mu1, log_var1, mu2, log_var2):
    square = (mu1 - mu2) ** 2 / np.exp(log_var2)
    return 0.5 * (log_var2 - log_var1 - 1 + np.exp(log_var1 - log_var2) + square).sum(-1)


def kl_log_variance_squared(mu1, log_var1, mu2, log_var2):
    """Tutorial_BayesianCompressionForDL#1: exp(log σ²) is squared once more."""
    square = (mu1 - mu2) ** 2 / np.exp(log_var2)
    return 0.5 * (log_var2 - log_var1 - 1 + np.exp(log_var1 - log_var2) ** 2 + square).sum(-1)


def iwae(log_w):
    return logsumexp(log_w, axis=-1) - np.log(log_w.shape[-1])


def iwae_weighted(log_w):
    """PyTorch-VAE#53."""
    return np.sum(softmax(log_w, axis=-1) * log_w, axis=-1)


ORDINARY = (
    Ordinary(
        "density.normal_kl",
        kl_of_deviations,
        (Slip(kl_quotient_not_squared, r"without the power"),),
        adapter="std",
        answer="imprecise",
    ),
    Ordinary(
        "density.normal_kl",
        kl_of_log_variances,
        (Slip(kl_log_variance_squared, r"`4` in place of `2`|squar"),),
        adapter="log-variance",
        answer="imprecise",
    ),
    Ordinary(
        "density.importance_bound",
        iwae,
        (Slip(iwae_weighted, r"weighted-logarithms"),),
        answer="edge",
    ),
)
