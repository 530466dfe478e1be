"""How people get sums of weights, mixtures, linear models and code lengths wrong, beyond mistakes.py."""

import math
from typing import Any

from array_api_compat import array_namespace as _xp

from .... import density
from ...language.mistake import mistake

# Weights and their bounds


@mistake(
    "density.log_weights",
    "ratio-inverted",
    "Takes log p(z|x) − log q(z) for the ratio of prior and proposal: the divergence is added.",
)
def log_weights_ratio_inverted(log_likelihood: Any, log_prior: Any, log_proposal: Any, /) -> Any:
    return log_likelihood - log_prior + log_proposal


@mistake(
    "density.log_weights",
    "forgets-proposal",
    "Takes the joint density log q(x|z) + log q(z) for the weight: the proposal is left out.",
)
def log_weights_forgets_proposal(log_likelihood: Any, log_prior: Any, log_proposal: Any, /) -> Any:
    return log_likelihood + log_prior + 0 * log_proposal


@mistake(
    "density.importance_bound",
    "divided-by-count",
    "Divides log Σ w by M, as for a mean, where log M is to be subtracted.",
)
def bound_divided_by_count(log_w: Any, /, *, axis: int = -1) -> Any:
    count = log_w.shape[axis]
    return (density.importance_bound(log_w, axis=axis) + math.log(count)) / count


@mistake("density.importance_bound", "count-added", "Adds log M where it is subtracted.")
def bound_count_added(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.importance_bound(log_w, axis=axis) + 2 * math.log(log_w.shape[axis])


@mistake(
    "density.importance_bound",
    "batch-count",
    "Subtracts the logarithm of the size of the batch, in place of the number of samples.",
)
def bound_batch_count(log_w: Any, /, *, axis: int = -1) -> Any:
    count = log_w.shape[axis]
    batch = max(1, math.prod(log_w.shape)) // count
    return density.importance_bound(log_w, axis=axis) + math.log(count / max(1, batch))


@mistake(
    "density.importance_bound",
    "weighted-logarithms",
    "Averages the log-weights with the normalised weights (softmax), where the logarithm of the mean weight "
    "is meant: its gradient, but not its value.",
    reference="PyTorch-VAE#53",
)
def bound_weighted_logarithms(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    weights = density.normalized_weights(log_w, axis=axis)
    return xp.sum(xp.where(weights > 0, weights * log_w, 0 * weights), axis=axis)


@mistake("density.importance_bound", "largest", "Takes the largest log-weight for the log-sum-exp.")
def bound_largest(log_w: Any, /, *, axis: int = -1) -> Any:
    return _xp(log_w).max(log_w, axis=axis)


@mistake(
    "density.importance_bound",
    "shift-lost",
    "Subtracts the largest log-weight before the exponential, and does not add it again.",
)
def bound_shift_lost(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.importance_bound(log_w, axis=axis) - _xp(log_w).max(log_w, axis=axis)


@mistake(
    "density.normalized_weights",
    "all-axes",
    "Divides by the sum of the whole array: the weights of all rows together have sum 1.",
)
def weights_all_axes(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = xp.exp(log_w - xp.max(log_w)) if math.prod(log_w.shape) else log_w
    return w / xp.sum(w)


@mistake(
    "density.normalized_weights",
    "by-largest",
    "Divides by the largest weight, which keeps the exponential in range, and not by the sum.",
)
def weights_by_largest(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    return xp.exp(log_w - xp.max(log_w, axis=axis, keepdims=True))


@mistake("density.normalized_weights", "logarithms", "Divides the log-weights by their sum, without exp.")
def weights_logarithms(log_w: Any, /, *, axis: int = -1) -> Any:
    return log_w / _xp(log_w).sum(log_w, axis=axis, keepdims=True)


@mistake(
    "density.normalized_weights",
    "epsilon",
    "Adds 10⁻⁸ to the sum against division by zero: the weights no longer have sum 1.",
    only="float64",
)
def weights_epsilon(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = xp.exp(log_w - xp.max(log_w, axis=axis, keepdims=True))
    return w / (xp.sum(w, axis=axis, keepdims=True) + 1e-8)


@mistake("density.effective_sample_size", "fraction", "Divides by M: a share of the samples, not a number.")
def ess_fraction(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.effective_sample_size(log_w, axis=axis) / log_w.shape[axis]


@mistake(
    "density.effective_sample_size",
    "unnormalized-raw",
    "Takes 1/Σw² of w = exp(log w) as it is: the weights are not normalised.",
    reference="ReactiveMP.jl#637",
)
def ess_unnormalized_raw(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    return 1 / xp.sum(xp.exp(log_w) ** 2, axis=axis)


@mistake(
    "density.effective_sample_size",
    "no-square-raw",
    "Takes Σw/Σw² of w = exp(log w): the numerator lost its square, so a factor of all weights counts.",
)
def ess_no_square_raw(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    peak = xp.max(log_w, axis=axis)
    w = xp.exp(log_w - xp.max(log_w, axis=axis, keepdims=True))
    return xp.sum(w, axis=axis) / xp.sum(w * w, axis=axis) * xp.exp(-peak)


@mistake(
    "density.effective_sample_size",
    "largest",
    "Takes 1/max w of the normalised weights: another measure, which looks at the largest one only.",
)
def ess_largest(log_w: Any, /, *, axis: int = -1) -> Any:
    return 1 / _xp(log_w).max(density.normalized_weights(log_w, axis=axis), axis=axis)


@mistake(
    "density.effective_sample_size",
    "perplexity",
    "Takes the exponential of the entropy of the weights: another measure of how many count.",
)
def ess_perplexity(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = density.normalized_weights(log_w, axis=axis)
    logs = xp.log(xp.where(w == 0, xp.ones_like(w), w))
    return xp.exp(-xp.sum(w * logs, axis=axis))


# Mixtures


@mistake("density.mixture_log_density", "largest", "Takes the largest of log π + log q for the log-sum-exp.")
def mixture_largest(log_weights: Any, log_components: Any, /) -> Any:
    return _xp(log_weights).max(log_weights + log_components, axis=-1)


@mistake(
    "density.mixture_log_density",
    "added",
    "Adds weights and densities, Σ (π + q), in place of Σ π·q: a plus for a product.",
    reference="Bayesian-Neural-Networks#15",
)
def mixture_added(log_weights: Any, log_components: Any, /) -> Any:
    xp = _xp(log_weights)
    both = xp.stack(xp.broadcast_arrays(log_weights, log_components), axis=-1)
    zero = xp.zeros_like(both)
    return density.mixture_log_density(zero[..., 0], density.mixture_log_density(zero, both))


@mistake("density.mixture_log_density", "averaged", "Subtracts log K, although the weights have sum 1.")
def mixture_averaged(log_weights: Any, log_components: Any, /) -> Any:
    count = max(log_weights.shape[-1], log_components.shape[-1])
    return density.mixture_log_density(log_weights, log_components) - math.log(count)


@mistake(
    "density.mixture_log_density",
    "renormalised",
    "Normalises the weights, which the caller may have left unnormalised on purpose.",
)
def mixture_renormalised(log_weights: Any, log_components: Any, /) -> Any:
    whole = density.mixture_log_density(log_weights, 0 * log_weights)
    return density.mixture_log_density(log_weights, log_components) - whole


@mistake(
    "density.mixture_log_density",
    "shift-lost",
    "Subtracts the largest log-density before the exponential, and does not add it again.",
)
def mixture_shift_lost(log_weights: Any, log_components: Any, /) -> Any:
    xp = _xp(log_weights)
    return density.mixture_log_density(log_weights, log_components) - xp.max(log_components, axis=-1)


# The linear Gaussian VAE


@mistake("density.linear_evidence", "forgets-offset", "Takes x for x − b: the offset is left out.")
def evidence_forgets_offset(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_evidence(x, W, 0 * b, s2)


@mistake("density.linear_evidence", "unit-noise", "Takes WWᵀ + I for WWᵀ + s²I: right for s² = 1 only.")
def evidence_unit_noise(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_evidence(x, W, b, s2 / s2)


@mistake(
    "density.linear_evidence",
    "missing-log-2pi",
    "Drops ½ d log 2π, as a loss may but a density may not.",
)
def evidence_missing_log_2pi(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_evidence(x, W, b, s2) + W.shape[0] * (math.log(2 * math.pi) / 2)


@mistake("density.linear_evidence", "half-quadratic-missing", "Leaves out the ½ of the quadratic form alone.")
def evidence_half_quadratic_missing(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    at_mean = density.linear_evidence(b, W, b, s2)
    return 2 * density.linear_evidence(x, W, b, s2) - at_mean


@mistake(
    "density.linear_posterior",
    "least-squares",
    "Takes the least-squares fit (WᵀW)⁻¹Wᵀ(x − b) for the mean: without s²I, so without the prior.",
)
def posterior_least_squares(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    xp = _xp(x)
    _, covariance = density.linear_posterior(x, W, b, s2)
    return xp.matmul(x - b, xp.matrix_transpose(xp.linalg.pinv(W))), covariance


@mistake(
    "density.linear_posterior",
    "precision",
    "Returns the precision, the inverse (WᵀW + s²I)/s², for the covariance.",
)
def posterior_precision(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    mean, covariance = density.linear_posterior(x, W, b, s2)
    return mean, _xp(x).linalg.inv(covariance)


@mistake("density.linear_posterior", "deviation-for-variance", "Squares s² once more, reading it as s.")
def posterior_deviation_for_variance(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_posterior(x, W, b, s2 * s2)


# Code lengths


@mistake("density.bits_per_dim", "offset-subtracted", "Subtracts log₂(levels/width) where it is added.")
def bits_offset_subtracted(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    found = density.bits_per_dim(log_density, dims=dims, levels=levels, width=width)
    return found - 2 * math.log2(levels / width)


@mistake(
    "density.bits_per_dim",
    "offset-in-nats",
    "Adds ln(levels/width), the natural logarithm, to a density's part in bits.",
)
def bits_offset_in_nats(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    found = density.bits_per_dim(log_density, dims=dims, levels=levels, width=width)
    return found + math.log(levels / width) * (1 - 1 / math.log(2))


@mistake(
    "density.bits_per_dim",
    "offset-once",
    "Adds log levels once to the whole code length, in place of once for each dimension: 1/d of it.",
)
def bits_offset_once(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    found = density.bits_per_dim(log_density, dims=dims, levels=levels, width=width)
    return found - math.log2(levels / width) * (1 - 1 / dims)


@mistake(
    "density.bits_per_dim",
    "no-offset",
    "Leaves out log₂(levels/width): the density of the scaled data is not that of the quantised ones.",
)
def bits_no_offset(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    found = density.bits_per_dim(log_density, dims=dims, levels=levels, width=width)
    return found - math.log2(levels / width)


@mistake(
    "density.bits_per_dim",
    "eight-bits",
    "Adds 8 bits whatever the levels and the width, as for bytes in [0, 1].",
    reference="score_sde_pytorch#51",
)
def bits_eight(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    return density.bits_per_dim(log_density, dims=dims, levels=256 + 0 * levels, width=1 + 0 * width)


@mistake("density.bits_per_dim", "times-ln-2", "Multiplies by ln 2 where nats become bits by dividing by it.")
def bits_times_ln_2(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    return density.bits_per_dim(log_density, dims=dims, levels=levels, width=width) * math.log(2) ** 2
