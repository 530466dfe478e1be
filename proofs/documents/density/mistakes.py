"""How people get density estimates wrong."""

import math
from typing import Any

import array_api_compat
from array_api_compat import array_namespace as _xp

from .... import density
from ...language.mistake import mistake

# Weights


@mistake("density.log_weights", "adds-proposal", "Adds the three log-densities, as for a joint density.")
def log_weights_adds_proposal(log_likelihood: Any, log_prior: Any, log_proposal: Any, /) -> Any:
    return log_likelihood + log_prior + log_proposal


@mistake("density.log_weights", "forgets-prior", "Takes the likelihood over the proposal for the weight.")
def log_weights_forgets_prior(log_likelihood: Any, log_prior: Any, log_proposal: Any, /) -> Any:
    return log_likelihood + 0 * log_prior - log_proposal


@mistake(
    "density.log_weights",
    "kl-twice",
    "Subtracts a KL term from a bound that already holds it.",
    reference="scvi-tools#369",
)
def log_weights_kl_twice(log_likelihood: Any, log_prior: Any, log_proposal: Any, /) -> Any:
    return log_likelihood + 2 * (log_prior - log_proposal)


@mistake("density.elbo", "sum", "Sums over samples where the loss of a batch was summed before.")
def elbo_sum(log_w: Any, /, *, axis: int = -1) -> Any:
    return _xp(log_w).sum(log_w, axis=axis)


@mistake("density.elbo", "log-mean", "Averages the weights and takes the logarithm after: Jensen skipped.")
def elbo_log_mean(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.importance_bound(log_w, axis=axis)


@mistake("density.elbo", "wrong-axis", "Averages over the batch, with the samples on the other axis.")
def elbo_wrong_axis(log_w: Any, /, *, axis: int = -1) -> Any:
    return _xp(log_w).mean(log_w, axis=0 if axis == -1 else -1)


@mistake("density.importance_bound", "missing-log-count", "Takes log Σ w and leaves out −log M.")
def importance_bound_missing_log_count(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.importance_bound(log_w, axis=axis) + math.log(log_w.shape[axis])


@mistake(
    "density.importance_bound",
    "wrong-axis",
    "Takes the log-sum-exp over the batch, with the samples on the other axis.",
    reference="pyro PR#1214",
)
def importance_bound_wrong_axis(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.importance_bound(log_w, axis=0 if axis == -1 else -1)


@mistake("density.importance_bound", "mean-of-weights", "Averages the weights but forgets the logarithm.")
def importance_bound_mean_of_weights(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    return xp.mean(xp.exp(log_w), axis=axis)


@mistake("density.importance_bound", "no-shift", "Exponentiates the log-weights as they are: 0 or infinity.")
def importance_bound_no_shift(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    return xp.log(xp.mean(xp.exp(log_w), axis=axis))


@mistake("density.importance_bound", "mean-of-logs", "Averages log-weights: the bound with one sample again.")
def importance_bound_mean_of_logs(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.elbo(log_w, axis=axis)


@mistake("density.importance_bounds", "first-samples", "Uses the first m samples in place of all subsets.")
def importance_bounds_first_samples(log_w: Any, /, *, sizes: Any) -> Any:
    return _xp(log_w).stack([density.importance_bound(log_w[..., :m]) for m in sizes], axis=-1)


@mistake(
    "density.importance_bounds",
    "disjoint-blocks",
    "Averages over consecutive blocks of m samples: unbiased, but noisier, and the rest is thrown away.",
)
def importance_bounds_disjoint_blocks(log_w: Any, /, *, sizes: Any) -> Any:
    xp = _xp(log_w)

    def blocks(m: int) -> Any:
        count = log_w.shape[-1] // m
        parts = [density.importance_bound(log_w[..., i * m : (i + 1) * m]) for i in range(count)]
        return xp.mean(xp.stack(parts, axis=-1), axis=-1)

    return xp.stack([blocks(m) for m in sizes], axis=-1)


@mistake(
    "density.importance_bounds",
    "average-before-log",
    "Averages mean weights over the subsets before the logarithm, which gives the full bound for every m.",
)
def importance_bounds_average_before_log(log_w: Any, /, *, sizes: Any) -> Any:
    return _xp(log_w).stack([density.importance_bound(log_w) for _ in sizes], axis=-1)


@mistake("density.importance_bounds", "missing-log-count", "Averages log Σ w and leaves out −log m.")
def importance_bounds_missing_log_count(log_w: Any, /, *, sizes: Any) -> Any:
    bounds = density.importance_bounds(log_w, sizes=sizes)
    logs = [math.log(m) for m in sizes]
    device = array_api_compat.device(log_w)
    return bounds + _xp(log_w).asarray(logs, dtype=log_w.dtype, device=device)


@mistake(
    "density.importance_bounds", "sorted-sizes", "Gives the bounds by growing size, in whatever order asked."
)
def importance_bounds_sorted(log_w: Any, /, *, sizes: Any) -> Any:
    return density.importance_bounds(log_w, sizes=sorted(sizes))


@mistake("density.normalized_weights", "no-shift", "Exponentiates the log-weights as they are: NaN at 10⁴.")
def normalized_weights_no_shift(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = xp.exp(log_w)
    return w / xp.sum(w, axis=axis, keepdims=True)


@mistake(
    "density.normalized_weights",
    "first-axis-by-default",
    "Takes the samples to be on the first axis unless told.",
)
def normalized_weights_first_axis(log_w: Any, /, *, axis: int = 0) -> Any:
    return density.normalized_weights(log_w, axis=axis)


@mistake("density.normalized_weights", "wrong-axis", "Normalises over the batch instead of the samples.")
def normalized_weights_wrong_axis(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.normalized_weights(log_w, axis=0 if axis == -1 else -1)


@mistake(
    "density.effective_sample_size",
    "unnormalized",
    "Takes 1/Σw², which needs normalised weights, of weights that are not.",
)
def ess_unnormalized(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = xp.exp(log_w - xp.max(log_w, axis=axis, keepdims=True))
    return 1 / xp.sum(w * w, axis=axis)


@mistake("density.effective_sample_size", "no-square", "Takes Σw/Σw²: the numerator lost its square.")
def ess_no_square(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = xp.exp(log_w - xp.max(log_w, axis=axis, keepdims=True))
    return xp.sum(w, axis=axis) / xp.sum(w * w, axis=axis)


@mistake("density.effective_sample_size", "no-shift", "Exponentiates the log-weights as they are.")
def ess_no_shift(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = xp.exp(log_w)
    return xp.sum(w, axis=axis) ** 2 / xp.sum(w * w, axis=axis)


# Normal densities


@mistake(
    "density.normal_log_density", "missing-log-2pi", "Drops ½ log 2π, as a loss may but a density may not."
)
def normal_missing_log_2pi(x: Any, mean: Any, variance: Any, /) -> Any:
    d = max(x.shape[-1], mean.shape[-1], variance.shape[-1])
    return density.normal_log_density(x, mean, variance) + d * math.log(2 * math.pi) / 2


@mistake(
    "density.normal_log_density", "deviation-for-variance", "Reads the variance as a standard deviation."
)
def normal_deviation_for_variance(x: Any, mean: Any, variance: Any, /) -> Any:
    return density.normal_log_density(x, mean, variance * variance)


@mistake("density.normal_log_density", "log-det-without-half", "Subtracts log v in place of ½ log v.")
def normal_log_det_without_half(x: Any, mean: Any, variance: Any, /) -> Any:
    xp = _xp(x)
    return density.normal_log_density(x, mean, variance) - xp.sum(xp.log(variance), axis=-1) / 2


@mistake("density.normal_log_density", "mean-over-features", "Averages over the features, as losses do.")
def normal_mean_over_features(x: Any, mean: Any, variance: Any, /) -> Any:
    return density.normal_log_density(x, mean, variance) / x.shape[-1]


@mistake("density.normal_kl", "swapped", "Takes the divergence in the other direction.")
def normal_kl_swapped(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    return density.normal_kl(m2, v2, m1, v1)


@mistake(
    "density.normal_kl",
    "inverted-ratio",
    "Takes log v₁/v₂ for log v₂/v₁.",
    reference="FluxML/model-zoo#147",
)
def normal_kl_inverted_ratio(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    xp = _xp(m1)
    z = m1 - m2
    return xp.sum(v1 / v2 - 1 + xp.log(v1) - xp.log(v2) + z * z / v2, axis=-1) / 2


@mistake("density.normal_kl", "missing-minus-one", "Leaves out −1, so that equal distributions diverge.")
def normal_kl_missing_minus_one(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    return density.normal_kl(m1, v1, m2, v2) + m1.shape[-1] / 2


@mistake("density.normal_kl", "mean-over-features", "Averages over the features, as losses do.")
def normal_kl_mean_over_features(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    return density.normal_kl(m1, v1, m2, v2) / m1.shape[-1]


@mistake(
    "density.normal_kl",
    "cancels",
    "Evaluates r − 1 − log r as written: near r = 1 only rounding is left, which may be negative.",
)
def normal_kl_cancels(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    xp = _xp(m1)
    z = (m1 - m2) / xp.sqrt(v2)
    return xp.sum(v1 / v2 - 1 - (xp.log(v1) - xp.log(v2)) + z * z, axis=-1) / 2


@mistake(
    "density.normal_log_density_full", "half-log-det", "Counts Σ log L_ii as log det C: it is half of it."
)
def normal_full_half_log_det(x: Any, mean: Any, covariance: Any, /) -> Any:
    return density.normal_log_density_full(x, mean, covariance) + _log_det(covariance) / 4


@mistake("density.normal_log_density_full", "wrong-log-det-sign", "Adds ½ log det C where it is subtracted.")
def normal_full_wrong_log_det_sign(x: Any, mean: Any, covariance: Any, /) -> Any:
    return density.normal_log_density_full(x, mean, covariance) + _log_det(covariance)


@mistake(
    "density.normal_log_density_full", "diagonal-only", "Uses the variances and ignores the covariances."
)
def normal_full_diagonal_only(x: Any, mean: Any, covariance: Any, /) -> Any:
    return density.normal_log_density(x, mean, _xp(x).linalg.diagonal(covariance))


@mistake("density.normal_kl_full", "swapped", "Takes the divergence in the other direction.")
def normal_kl_full_swapped(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    return density.normal_kl_full(m2, c2, m1, c1)


@mistake("density.normal_kl_full", "diagonal-only", "Uses the variances and ignores the covariances.")
def normal_kl_full_diagonal_only(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    diagonal = _xp(m1).linalg.diagonal
    return density.normal_kl(m1, diagonal(c1), m2, diagonal(c2))


@mistake("density.normal_kl_full", "missing-dimension", "Leaves out −d, so that equal distributions diverge.")
def normal_kl_full_missing_dimension(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    return density.normal_kl_full(m1, c1, m2, c2) + m1.shape[-1] / 2


def _log_det(covariance: Any) -> Any:
    xp = _xp(covariance)
    root = xp.linalg.cholesky(covariance)
    return 2 * xp.sum(xp.log(xp.linalg.diagonal(root)), axis=-1)


# The linear Gaussian VAE


@mistake(
    "density.linear_evidence",
    "naive-woodbury",
    "Evaluates the quadratic form as (‖r‖² − rᵀWM⁻¹Wᵀr)/s²: a difference of numbers larger by 1/s².",
)
def evidence_naive_woodbury(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    xp, r = _xp(x), x - b
    mean, _ = density.linear_posterior(x, W, b, s2)
    naive = (xp.sum(r * r, axis=-1) - xp.sum(xp.matmul(r, W) * mean, axis=-1)) / s2
    return density.linear_evidence(x, W, b, s2) - (naive - _quadratic(x, W, b, s2)) / 2


@mistake(
    "density.linear_evidence",
    "reconstruction-only",
    "Reports log q(x|z) at the posterior mean, the reconstruction, as if it were log q(x).",
)
def evidence_reconstruction_only(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    xp = _xp(x)
    mean, _ = density.linear_posterior(x, W, b, s2)
    fitted = xp.matmul(mean, xp.matrix_transpose(W)) + b
    return density.normal_log_density(x, fitted, 0 * b + s2)


@mistake("density.linear_evidence", "deviation-for-variance", "Squares s² once more, reading it as s.")
def evidence_deviation_for_variance(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_evidence(x, W, b, s2 * s2)


@mistake(
    "density.linear_evidence",
    "log-det-of-precision",
    "Adds d·log s² to log det(WᵀW + s²I), where d·log s² goes with I + WᵀW/s²: k·log s² too many.",
)
def evidence_log_det_of_precision(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_evidence(x, W, b, s2) - W.shape[1] * _xp(x).log(s2) / 2


@mistake("density.linear_posterior", "covariance-without-s2", "Takes (WᵀW + s²I)⁻¹ for the covariance.")
def posterior_covariance_without_s2(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    mean, covariance = density.linear_posterior(x, W, b, s2)
    return mean, covariance / s2


@mistake(
    "density.linear_posterior", "unit-noise", "Regularises with I in place of s²I: right for s² = 1 only."
)
def posterior_unit_noise(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_posterior(x, W, b, s2 / s2)


@mistake("density.linear_posterior", "forgets-offset", "Projects x and not x − b.")
def posterior_forgets_offset(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_posterior(x, W, 0 * b, s2)


def _quadratic(x: Any, W: Any, b: Any, s2: Any) -> Any:
    xp = _xp(x)
    mean, _ = density.linear_posterior(x, W, b, s2)
    error = x - b - xp.matmul(mean, xp.matrix_transpose(W))
    return xp.sum(error * error, axis=-1) / s2 + xp.sum(mean * mean, axis=-1)


# Mixtures and code lengths


@mistake("density.mixture_log_density", "unweighted", "Sums the components as if all weights were one.")
def mixture_unweighted(log_weights: Any, log_components: Any, /) -> Any:
    return density.mixture_log_density(0 * density.normalized_weights(log_weights), log_components)


@mistake("density.mixture_log_density", "mean-of-logs", "Averages log-densities, Σ π log q.")
def mixture_mean_of_logs(log_weights: Any, log_components: Any, /) -> Any:
    xp = _xp(log_components)
    return xp.sum(xp.exp(log_weights) * log_components, axis=-1)


@mistake("density.mixture_log_density", "probabilities-for-logs", "Adds π, not log π, to the log-densities.")
def mixture_probabilities_for_logs(log_weights: Any, log_components: Any, /) -> Any:
    return density.mixture_log_density(_xp(log_weights).exp(log_weights), log_components)


@mistake("density.bits_per_dim", "nats", "Does not divide by ln 2, so that the density's part is in nats.")
def bits_nats(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    return -log_density / dims + math.log2(levels / width)


@mistake("density.bits_per_dim", "wrong-sign", "Takes log q(x) for −log q(x).")
def bits_wrong_sign(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    return density.bits_per_dim(-log_density, dims=dims, levels=levels, width=width)


@mistake(
    "density.bits_per_dim",
    "forgets-width",
    "Takes data in [−1, 1] for data in [0, 1]: a bit too few or many.",
)
def bits_forgets_width(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    return density.bits_per_dim(log_density, dims=dims, levels=levels, width=0 * width + 1)


@mistake(
    "density.bits_per_dim", "levels-minus-one", "Takes the largest value, 255, for the number of levels."
)
def bits_levels_minus_one(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    return density.bits_per_dim(log_density, dims=dims, levels=levels - 1, width=width)


@mistake(
    "density.bits_per_dim",
    "symmetric-by-default",
    "Takes data to be scaled to [−1, 1] unless told, as generative models scale images.",
)
def bits_symmetric(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 2.0) -> Any:
    return density.bits_per_dim(log_density, dims=dims, levels=levels, width=width)
