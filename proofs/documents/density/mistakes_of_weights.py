"""How people get weights, the bounds that they give, and the effective sample size wrong."""

import math
from typing import Any

from .... import _libraries, density
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf

of_log_weights = MistakesOf("density.log_weights")
of_elbo = MistakesOf("density.elbo")
of_importance_bound = MistakesOf("density.importance_bound")
of_importance_bounds = MistakesOf("density.importance_bounds")
of_normalized_weights = MistakesOf("density.normalized_weights")
of_effective_sample_size = MistakesOf("density.effective_sample_size")


@of_log_weights("adds-proposal", "Adds the three log-densities, as for a joint density.")
def log_weights_adds_proposal(log_likelihood: Any, log_prior: Any, log_proposal: Any, /) -> Any:
    return log_likelihood + log_prior + log_proposal


@of_log_weights("forgets-prior", "Uses the likelihood over the proposal as the weight.")
def log_weights_forgets_prior(log_likelihood: Any, log_prior: Any, log_proposal: Any, /) -> Any:
    return log_likelihood + 0 * log_prior - log_proposal


@of_log_weights(
    "kl-twice", "Subtracts a KL term from a bound that already holds it.", reference="scvi-tools#369"
)
def log_weights_kl_twice(log_likelihood: Any, log_prior: Any, log_proposal: Any, /) -> Any:
    return log_likelihood + 2 * (log_prior - log_proposal)


@of_elbo("sum", "Sums over samples where the loss of a batch was summed before.")
def elbo_sum(log_w: Any, /, *, axis: int = -1) -> Any:
    return _xp(log_w).sum(log_w, axis=axis)


@of_elbo("log-mean", "Averages the weights and takes the logarithm after: Jensen skipped.")
def elbo_log_mean(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.importance_bound(log_w, axis=axis)


@of_elbo("wrong-axis", "Averages over the batch, with the samples on the other axis.")
def elbo_wrong_axis(log_w: Any, /, *, axis: int = -1) -> Any:
    return _xp(log_w).mean(log_w, axis=0 if axis == -1 else -1)


@of_importance_bound("missing-log-count", "Takes log Σ w and leaves out −log M.")
def importance_bound_missing_log_count(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.importance_bound(log_w, axis=axis) + math.log(log_w.shape[axis])


@of_importance_bound(
    "wrong-axis",
    "Takes the log-sum-exp over the batch, with the samples on the other axis.",
    reference="pyro PR#1214",
)
def importance_bound_wrong_axis(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.importance_bound(log_w, axis=0 if axis == -1 else -1)


@of_importance_bound("mean-of-weights", "Averages the weights but forgets the logarithm.")
def importance_bound_mean_of_weights(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    return xp.mean(xp.exp(log_w), axis=axis)


@of_importance_bound("no-shift", "Exponentiates the log-weights as they are: 0 or infinity.")
def importance_bound_no_shift(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    return xp.log(xp.mean(xp.exp(log_w), axis=axis))


@of_importance_bound("mean-of-logs", "Averages log-weights: the bound with one sample again.")
def importance_bound_mean_of_logs(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.elbo(log_w, axis=axis)


@of_importance_bounds("first-samples", "Uses the first m samples instead of all subsets.")
def importance_bounds_first_samples(log_w: Any, /, *, sizes: Any) -> Any:
    return _xp(log_w).stack([density.importance_bound(log_w[..., :m]) for m in sizes], axis=-1)


@of_importance_bounds(
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


@of_importance_bounds(
    "average-before-log",
    "Averages mean weights over the subsets before the logarithm, which gives the full bound for every m.",
)
def importance_bounds_average_before_log(log_w: Any, /, *, sizes: Any) -> Any:
    return _xp(log_w).stack([density.importance_bound(log_w) for _ in sizes], axis=-1)


@of_importance_bounds("missing-log-count", "Averages log Σ w and leaves out −log m.")
def importance_bounds_missing_log_count(log_w: Any, /, *, sizes: Any) -> Any:
    bounds = density.importance_bounds(log_w, sizes=sizes)
    logs = [math.log(m) for m in sizes]
    device = _libraries.device(log_w)
    return bounds + _xp(log_w).asarray(logs, dtype=log_w.dtype, device=device)


@of_importance_bounds("sorted-sizes", "Gives the bounds by growing size, in whatever order asked.")
def importance_bounds_sorted(log_w: Any, /, *, sizes: Any) -> Any:
    return density.importance_bounds(log_w, sizes=sorted(sizes))


@of_normalized_weights("no-shift", "Exponentiates the log-weights as they are: NaN at 10⁴.")
def normalized_weights_no_shift(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = xp.exp(log_w)
    return w / xp.sum(w, axis=axis, keepdims=True)


@of_normalized_weights("first-axis-by-default", "Takes the samples to be on the first axis by default.")
def normalized_weights_first_axis(log_w: Any, /, *, axis: int = 0) -> Any:
    return density.normalized_weights(log_w, axis=axis)


@of_normalized_weights("wrong-axis", "Normalises over the batch instead of the samples.")
def normalized_weights_wrong_axis(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.normalized_weights(log_w, axis=0 if axis == -1 else -1)


@of_effective_sample_size(
    "unnormalized", "Applies 1/Σw², which needs normalised weights, to weights that are not normalised."
)
def ess_unnormalized(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = xp.exp(log_w - xp.max(log_w, axis=axis, keepdims=True))
    return 1 / xp.sum(w * w, axis=axis)


@of_effective_sample_size("no-square", "Takes Σw/Σw²: the numerator lost its square.")
def ess_no_square(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = xp.exp(log_w - xp.max(log_w, axis=axis, keepdims=True))
    return xp.sum(w, axis=axis) / xp.sum(w * w, axis=axis)


@of_effective_sample_size("no-shift", "Exponentiates the log-weights as they are.")
def ess_no_shift(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = xp.exp(log_w)
    return xp.sum(w, axis=axis) ** 2 / xp.sum(w * w, axis=axis)


@of_log_weights(
    "ratio-inverted",
    "Uses log p(z|x) − log q(z) instead of the ratio of prior and proposal: the divergence is added.",
)
def log_weights_ratio_inverted(log_likelihood: Any, log_prior: Any, log_proposal: Any, /) -> Any:
    return log_likelihood - log_prior + log_proposal


@of_log_weights(
    "forgets-proposal",
    "Uses the joint density log q(x|z) + log q(z) as the weight: the proposal is left out.",
)
def log_weights_forgets_proposal(log_likelihood: Any, log_prior: Any, log_proposal: Any, /) -> Any:
    return log_likelihood + log_prior + 0 * log_proposal


@of_importance_bound("divided-by-count", "Divides log Σ w by M, as for a mean, instead of subtracting log M.")
def bound_divided_by_count(log_w: Any, /, *, axis: int = -1) -> Any:
    count = log_w.shape[axis]
    return (density.importance_bound(log_w, axis=axis) + math.log(count)) / count


@of_importance_bound("count-added", "Adds log M instead of subtracting it.")
def bound_count_added(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.importance_bound(log_w, axis=axis) + 2 * math.log(log_w.shape[axis])


@of_importance_bound(
    "batch-count", "Subtracts the logarithm of the size of the batch, instead of the number of samples."
)
def bound_batch_count(log_w: Any, /, *, axis: int = -1) -> Any:
    count = log_w.shape[axis]
    batch = max(1, math.prod(log_w.shape)) // count
    return density.importance_bound(log_w, axis=axis) + math.log(count / max(1, batch))


@of_importance_bound(
    "weighted-logarithms",
    "Averages the log-weights with the normalised weights (softmax) instead of taking the logarithm of "
    "the mean weight: its gradient, but not its value.",
    reference="PyTorch-VAE#53",
)
def bound_weighted_logarithms(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    weights = density.normalized_weights(log_w, axis=axis)
    return xp.sum(xp.where(weights > 0, weights * log_w, 0 * weights), axis=axis)


@of_importance_bound("largest", "Uses the largest log-weight instead of the log-sum-exp.")
def bound_largest(log_w: Any, /, *, axis: int = -1) -> Any:
    return _xp(log_w).max(log_w, axis=axis)


@of_importance_bound(
    "shift-lost", "Subtracts the largest log-weight before the exponential, and does not add it again."
)
def bound_shift_lost(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.importance_bound(log_w, axis=axis) - _xp(log_w).max(log_w, axis=axis)


@of_normalized_weights(
    "all-axes", "Divides by the sum of the whole array: the weights of all rows together have sum 1."
)
def weights_all_axes(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = xp.exp(log_w - xp.max(log_w)) if math.prod(log_w.shape) else log_w
    return w / xp.sum(w)


@of_normalized_weights(
    "by-largest", "Divides by the largest weight, which keeps the exponential in range, and not by the sum."
)
def weights_by_largest(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    return xp.exp(log_w - xp.max(log_w, axis=axis, keepdims=True))


@of_normalized_weights("logarithms", "Divides the log-weights by their sum, without exp.")
def weights_logarithms(log_w: Any, /, *, axis: int = -1) -> Any:
    return log_w / _xp(log_w).sum(log_w, axis=axis, keepdims=True)


@of_normalized_weights(
    "epsilon",
    "Adds 10⁻⁸ to the sum against division by zero: the weights no longer have sum 1.",
    only="float64",
)
def weights_epsilon(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = xp.exp(log_w - xp.max(log_w, axis=axis, keepdims=True))
    return w / (xp.sum(w, axis=axis, keepdims=True) + 1e-8)


@of_effective_sample_size("fraction", "Divides by M: a share of the samples, not a number.")
def ess_fraction(log_w: Any, /, *, axis: int = -1) -> Any:
    return density.effective_sample_size(log_w, axis=axis) / log_w.shape[axis]


@of_effective_sample_size(
    "unnormalized-raw",
    "Takes 1/Σw² of w = exp(log w) as it is: the weights are not normalised.",
    reference="ReactiveMP.jl#637",
)
def ess_unnormalized_raw(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    return 1 / xp.sum(xp.exp(log_w) ** 2, axis=axis)


@of_effective_sample_size(
    "no-square-raw",
    "Takes Σw/Σw² of w = exp(log w): the numerator lost its square, so a factor of all weights counts.",
)
def ess_no_square_raw(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    peak = xp.max(log_w, axis=axis)
    w = xp.exp(log_w - xp.max(log_w, axis=axis, keepdims=True))
    return xp.sum(w, axis=axis) / xp.sum(w * w, axis=axis) * xp.exp(-peak)


@of_effective_sample_size(
    "largest",
    "Takes 1/max w of the normalised weights: another measure, which looks at the largest one only.",
)
def ess_largest(log_w: Any, /, *, axis: int = -1) -> Any:
    return 1 / _xp(log_w).max(density.normalized_weights(log_w, axis=axis), axis=axis)


@of_effective_sample_size(
    "perplexity", "Takes the exponential of the entropy of the weights: another measure of how many count."
)
def ess_perplexity(log_w: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(log_w)
    w = density.normalized_weights(log_w, axis=axis)
    logs = xp.log(xp.where(w == 0, xp.ones_like(w), w))
    return xp.exp(-xp.sum(w * logs, axis=axis))
