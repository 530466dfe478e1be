"""How people get the loss of a variational autoencoder wrong, and bounds with masks."""

import math
from typing import Any

from .... import density
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf

of_vae_kl = MistakesOf("density.vae_kl")
of_prior_log_density = MistakesOf("density.prior_log_density")
of_masked_importance_bound = MistakesOf("density.masked_importance_bound")


@of_vae_kl("negative", "Returns −KL, which the bound adds.", reference="stable-diffusion#849")
def vae_kl_negative(mean: Any, log_variance: Any, /) -> Any:
    return -density.vae_kl(mean, log_variance)


@of_vae_kl(
    "deviation",
    "Takes what is the logarithm of the variance for that of the standard deviation.",
    reference="pytorch_geometric#1368",
)
def vae_kl_deviation(mean: Any, log_variance: Any, /) -> Any:
    return density.vae_kl(mean, 2 * log_variance)


@of_vae_kl("mean-over-dimensions", "Averages over the latent dimensions where the divergence is their sum.")
def vae_kl_mean(mean: Any, log_variance: Any, /) -> Any:
    xp = _xp(mean, log_variance)
    return 0.5 * xp.mean(mean**2 + xp.expm1(log_variance) - log_variance, axis=-1)


@of_vae_kl("no-half", "Forgets the factor ½.")
def vae_kl_no_half(mean: Any, log_variance: Any, /) -> Any:
    return 2 * density.vae_kl(mean, log_variance)


@of_vae_kl("variance-itself", "Takes the variance for its logarithm.", reference="pytorch-sample-codes#2")
def vae_kl_variance(mean: Any, log_variance: Any, /) -> Any:
    xp = _xp(mean, log_variance)
    return 0.5 * xp.sum(mean**2 + log_variance - 1 - xp.log(xp.abs(log_variance) + 1e-3), axis=-1)


@of_vae_kl("mean-not-squared", "Adds |μ| where its square belongs.")
def vae_kl_plain_mean(mean: Any, log_variance: Any, /) -> Any:
    return density.vae_kl(_xp(mean).sqrt(_xp(mean).abs(mean)), log_variance)


@of_vae_kl("one-missing", "Forgets the 1: the divergence of the prior itself is d/2.")
def vae_kl_no_one(mean: Any, log_variance: Any, /) -> Any:
    return density.vae_kl(mean, log_variance) + mean.shape[-1] / 2


@of_vae_kl("reverse", "Takes the divergence of the prior from the encoder.")
def vae_kl_reverse(mean: Any, log_variance: Any, /) -> Any:
    return density.vae_kl(mean * _xp(mean).exp(-log_variance / 2), -log_variance)


@of_vae_kl("cancels", "Adds 1 + s − μ² − e^s as printed, which cancels where the variance is near 1.")
def vae_kl_cancels(mean: Any, log_variance: Any, /) -> Any:
    xp = _xp(mean, log_variance)
    return -0.5 * xp.sum(1 + log_variance - mean**2 - xp.exp(log_variance), axis=-1)


@of_prior_log_density("no-constant", "Leaves out log 2π, which a loss does not need and a likelihood does.")
def prior_no_constant(z: Any, /) -> Any:
    return -0.5 * _xp(z).sum(z**2, axis=-1)


@of_prior_log_density("constant-once", "Adds log 2π once, not for every dimension.")
def prior_constant_once(z: Any, /) -> Any:
    return -0.5 * (_xp(z).sum(z**2, axis=-1) + math.log(2 * math.pi) + (z.shape[-1] == 1))


@of_prior_log_density("positive", "Returns −log q(z), the loss.")
def prior_positive(z: Any, /) -> Any:
    return -density.prior_log_density(z)


@of_prior_log_density("mean-over-dimensions", "Averages over the latent dimensions.")
def prior_mean(z: Any, /) -> Any:
    return density.prior_log_density(z) / (z.shape[-1] + (z.shape[-1] == 1))


@of_prior_log_density("no-half", "Forgets the factor ½ of z².")
def prior_no_half(z: Any, /) -> Any:
    return density.prior_log_density(2**0.5 * z)


def _truths(mask: Any) -> Any:
    xp = _xp(mask)
    return mask if xp.isdtype(mask.dtype, "bool") else mask != 0


@of_masked_importance_bound("divides-by-all", "Divides by the length of the axis, padding included.")
def masked_by_all(log_w: Any, mask: Any, /) -> Any:
    xp = _xp(log_w)
    count = xp.sum(xp.astype(_truths(mask), log_w.dtype), axis=-1)
    return density.masked_importance_bound(log_w, mask) + xp.log(count / log_w.shape[-1])


@of_masked_importance_bound(
    "weight-one", "Multiplies log-weights by the mask: what is left out has weight 1."
)
def masked_weight_one(log_w: Any, mask: Any, /) -> Any:
    xp = _xp(log_w)
    return density.importance_bound(xp.where(_truths(mask), log_w, xp.zeros_like(log_w)))


@of_masked_importance_bound("inverted", "Keeps what the mask leaves out: True means padding in torch.")
def masked_inverted(log_w: Any, mask: Any, /) -> Any:
    return density.masked_importance_bound(log_w, ~_truths(mask))


@of_masked_importance_bound("elbo", "Averages the logarithms: Jensen skipped.", reference="generative-tf#1")
def masked_elbo(log_w: Any, mask: Any, /) -> Any:
    xp, keep = _xp(log_w), _truths(mask)
    total = xp.sum(xp.where(keep, log_w, xp.zeros_like(log_w)), axis=-1)
    return total / xp.sum(xp.astype(keep, log_w.dtype), axis=-1)


@of_masked_importance_bound("mask-ignored", "Counts padding as samples.")
def masked_ignored(log_w: Any, mask: Any, /) -> Any:
    return density.importance_bound(log_w) + 0 * _xp(log_w).sum(_xp(log_w).astype(_truths(mask), log_w.dtype))


@of_masked_importance_bound(
    "no-count", "Takes log Σ w and leaves out the number of samples.", reference="scVI-dev#8"
)
def masked_no_count(log_w: Any, mask: Any, /) -> Any:
    xp = _xp(log_w)
    count = xp.sum(xp.astype(_truths(mask), log_w.dtype), axis=-1)
    return density.masked_importance_bound(log_w, mask) + xp.log(count)
