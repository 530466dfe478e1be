"""Conventions of densities and importance weights that differ from this document's."""

import math
from typing import Any

from .... import density
from ...._libraries import array_namespace
from ...language.adapter import adapter
from ...language.law import Implementation


def _root(variance: Any) -> Any:
    return array_namespace(variance).sqrt(variance)


def _cholesky(covariance: Any) -> Any:
    return array_namespace(covariance).linalg.cholesky(covariance)


@adapter(
    "density.normal_log_density",
    "std",
    "mine(x, mean, std): standard deviations instead of variances.",
)
def normal_log_density_std(mine: Implementation) -> Implementation:
    return lambda x, mean, variance, /: mine(x, mean, _root(variance))


_ROOTS = "Variances that differ by a few roundings have the same roots."


@adapter(
    "density.normal_kl",
    "std",
    f"mine(m1, s1, m2, s2): standard deviations instead of variances. {_ROOTS}",
    beyond=("density.normal_kl-near-equal",),
)
def normal_kl_std(mine: Implementation) -> Implementation:
    return lambda m1, v1, m2, v2, /: mine(m1, _root(v1), m2, _root(v2))


@adapter(
    "density.normal_log_density",
    "per-coordinate",
    "mine(x, mean, std) → (..., d) of standard deviations, to be summed over the coordinates.",
    reference="torch.distributions.Normal",
)
def normal_log_density_per_coordinate(mine: Implementation) -> Implementation:
    def log_density(x: Any, mean: Any, variance: Any, /) -> Any:
        terms = mine(x, mean, _root(variance))
        return array_namespace(terms).sum(terms, axis=-1)

    return log_density


@adapter(
    "density.normal_kl",
    "per-coordinate",
    f"mine(m1, s1, m2, s2) → (..., d) of standard deviations, to be summed over the coordinates. {_ROOTS}",
    reference="torch.distributions.kl_divergence",
    beyond=("density.normal_kl-near-equal",),
)
def normal_kl_per_coordinate(mine: Implementation) -> Implementation:
    def kl(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
        terms = mine(m1, _root(v1), m2, _root(v2))
        return array_namespace(terms).sum(terms, axis=-1)

    return kl


def _log_variance(variance: Any) -> tuple[Any, Any]:
    """ℓ = log v as it is rounded, and the rest log v − ℓ of about |ℓ| roundings."""
    xp = array_namespace(variance)
    log = xp.log(variance)
    back = xp.exp(log)
    return log, (variance - back) / back


@adapter(
    "density.normal_log_density",
    "log-variance",
    "mine(x, mean, log_variance). log v is rounded by |log v|·u, which the adapter makes good to first "
    "order.",
)
def normal_log_density_log_variance(mine: Implementation) -> Implementation:
    def log_density(x: Any, mean: Any, variance: Any, /) -> Any:
        log, rest = _log_variance(variance)
        square = ((x - mean) / _root(variance)) ** 2
        lost = array_namespace(square).sum(rest * (square - 1), axis=-1) / 2
        return mine(x, mean, log) + lost

    return log_density


@adapter(
    "density.normal_kl",
    "log-variance",
    "mine(m1, log_v1, m2, log_v2). log v is rounded by |log v|·u, which the adapter makes good to first "
    "order; variances that differ by a few roundings are lost.",
    reference="normal_kl of improved-diffusion",
    beyond=("density.normal_kl-near-equal",),
)
def normal_kl_log_variance(mine: Implementation) -> Implementation:
    def kl(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
        (log1, rest1), (log2, rest2) = _log_variance(v1), _log_variance(v2)
        square = ((m1 - m2) / _root(v2)) ** 2
        slope = (v1 - v2) / v2
        lost = rest1 * slope - rest2 * (slope + square)
        return mine(m1, log1, m2, log2) + array_namespace(lost).sum(lost, axis=-1) / 2

    return kl


@adapter(
    "density.normal_kl",
    "log-variances-per-coordinate",
    "mine(m1, log_v1, m2, log_v2) → (..., d), to be summed over the coordinates. log v is rounded as in "
    "log-variance.",
    reference="normal_kl of improved-diffusion and guided-diffusion",
    beyond=("density.normal_kl-near-equal",),
)
def normal_kl_log_variances_per_coordinate(mine: Implementation) -> Implementation:
    def summed(*given: Any) -> Any:
        terms = mine(*given)
        return array_namespace(terms).sum(terms, axis=-1)

    return normal_kl_log_variance.wrap(summed)


@adapter(
    "density.vae_kl",
    "per-coordinate",
    "mine(mean, log_variance) → (..., d), to be summed over the latent dimensions.",
)
def vae_kl_per_coordinate(mine: Implementation) -> Implementation:
    def kl(mean: Any, log_variance: Any, /) -> Any:
        terms = mine(mean, log_variance)
        return array_namespace(terms).sum(terms, axis=-1)

    return kl


@adapter(
    "density.normal_log_density_full",
    "cholesky",
    "mine(x, mean, L): the lower triangular L of C = LLᵀ.",
    reference="torch.distributions.MultivariateNormal(scale_tril=)",
)
def normal_log_density_full_cholesky(mine: Implementation) -> Implementation:
    return lambda x, mean, covariance, /: mine(x, mean, _cholesky(covariance))


@adapter("density.normal_kl_full", "cholesky", "mine(m1, L1, m2, L2): the lower triangular L of C = LLᵀ.")
def normal_kl_full_cholesky(mine: Implementation) -> Implementation:
    return lambda m1, c1, m2, c2, /: mine(m1, _cholesky(c1), m2, _cholesky(c2))


@adapter("density.linear_evidence", "std", "mine(x, W, b, s): the decoder's standard deviation.")
def linear_evidence_std(mine: Implementation) -> Implementation:
    return lambda x, W, b, s2, /: mine(x, W, b, _root(s2))


@adapter("density.linear_posterior", "std", "mine(x, W, b, s): the decoder's standard deviation.")
def linear_posterior_std(mine: Implementation) -> Implementation:
    return lambda x, W, b, s2, /: mine(x, W, b, _root(s2))


@adapter("density.mixture_log_density", "weights", "mine(weights, log_components): π_k instead of log π_k.")
def mixture_log_density_weights(mine: Implementation) -> Implementation:
    def mixture_log_density(log_weights: Any, log_components: Any, /) -> Any:
        return mine(array_namespace(log_weights).exp(log_weights), log_components)

    return mixture_log_density


@adapter("density.log_weights", "joint", "mine(log_joint, log_proposal), log_joint = log q(x|z) + log q(z).")
def log_weights_joint(mine: Implementation) -> Implementation:
    return lambda likelihood, prior, proposal, /: mine(likelihood + prior, proposal)


def _samples_first(mine: Implementation) -> Implementation:
    def call(log_w: Any, /, *, axis: int = -1) -> Any:
        return mine(array_namespace(log_w).moveaxis(log_w, axis, 0))

    return call


elbo_samples_first = adapter("density.elbo", "samples-first", "mine(log_w): samples on the first axis.")(
    _samples_first
)

importance_bound_samples_first = adapter(
    "density.importance_bound", "samples-first", "mine(log_w): samples on the first axis."
)(_samples_first)

effective_sample_size_samples_first = adapter(
    "density.effective_sample_size", "samples-first", "mine(log_w): samples on the first axis."
)(_samples_first)


@adapter(
    "density.normalized_weights",
    "samples-first",
    "mine(log_w): samples on the first axis, in the result too.",
)
def normalized_weights_samples_first(mine: Implementation) -> Implementation:
    def normalized_weights(log_w: Any, /, *, axis: int = -1) -> Any:
        shares = _samples_first(mine)(log_w, axis=axis)
        return array_namespace(shares).moveaxis(shares, 0, axis)

    return normalized_weights


def _loss(mine: Implementation) -> Implementation:
    def call(log_w: Any, /, *, axis: int = -1) -> Any:
        return -mine(array_namespace(log_w).moveaxis(log_w, axis, -1))

    return call


elbo_loss = adapter("density.elbo", "loss", "mine(log_w) → −ELBO: a loss, over the last axis.")(_loss)

importance_bound_loss = adapter(
    "density.importance_bound", "loss", "mine(log_w) → minus the bound: a loss, over the last axis."
)(_loss)


@adapter(
    "density.effective_sample_size",
    "weights",
    "mine(w): weights with sum 1 instead of log-weights, last axis.",
)
def effective_sample_size_weights(mine: Implementation) -> Implementation:
    def effective_sample_size(log_w: Any, /, *, axis: int = -1) -> Any:
        shares = density.normalized_weights(log_w, axis=axis)
        return mine(array_namespace(shares).moveaxis(shares, axis, -1))

    return effective_sample_size


@adapter(
    "density.bits_per_dim",
    "loss",
    "mine(nll, dims, levels): the negative log-density in nats, of data scaled to [0, 1].",
)
def bits_per_dim_loss(mine: Implementation) -> Implementation:
    def bits_per_dim(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
        return mine(-(log_density + dims * math.log(width)), dims, levels)

    return bits_per_dim


@adapter(
    "density.vae_kl",
    "log-deviation",
    "mine(mean, log_std): the logarithm of the standard deviation.",
    reference="VGAE of torch_geometric",
)
def vae_kl_log_deviation(mine: Implementation) -> Implementation:
    return lambda mean, log_variance, /: mine(mean, log_variance / 2)


@adapter(
    "density.discretized_logistic_log_probability",
    "scale",
    "mine(x, mean, scale, levels): the scale and not its logarithm, x in [−1, 1].",
)
def discretized_logistic_scale(mine: Implementation) -> Implementation:
    def discretized(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
        return mine(x, mean, array_namespace(log_scale).exp(log_scale), levels)

    return discretized


@adapter(
    "density.discretized_gaussian_log_probability",
    "log-variance",
    "mine(x, mean, log_variance, levels): twice log σ.",
)
def discretized_gaussian_log_variance(mine: Implementation) -> Implementation:
    def discretized(x: Any, mean: Any, log_scale: Any, /, *, levels: int = 256) -> Any:
        return mine(x, mean, 2 * log_scale, levels)

    return discretized


@adapter(
    "density.pareto_smoothed_weights",
    "log-likelihoods",
    "mine(log_likelihood, r_eff) → (log_weights, k): the negatives of the log-ratios, samples on the last "
    "axis.",
    reference="psislw of arviz-stats",
)
def pareto_log_likelihoods(mine: Implementation) -> Implementation:
    def pareto_smoothed_weights(log_ratios: Any, /, *, efficiency: float = 1.0) -> Any:
        xp = array_namespace(log_ratios)
        weights, k = mine(-log_ratios, efficiency)
        return density.Smoothed(*(xp.asarray(part, dtype=log_ratios.dtype) for part in (weights, k)))

    return pareto_smoothed_weights
