"""How people get log-densities of mixtures wrong."""

import math
from typing import Any

from .... import density
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf

of_mixture_log_density = MistakesOf("density.mixture_log_density")


@of_mixture_log_density("unweighted", "Sums the components as if all weights were one.")
def mixture_unweighted(log_weights: Any, log_components: Any, /) -> Any:
    return density.mixture_log_density(0 * density.normalized_weights(log_weights), log_components)


@of_mixture_log_density("mean-of-logs", "Averages log-densities, Σ π log q.")
def mixture_mean_of_logs(log_weights: Any, log_components: Any, /) -> Any:
    xp = _xp(log_components)
    return xp.sum(xp.exp(log_weights) * log_components, axis=-1)


@of_mixture_log_density("probabilities-for-logs", "Adds π, not log π, to the log-densities.")
def mixture_probabilities_for_logs(log_weights: Any, log_components: Any, /) -> Any:
    return density.mixture_log_density(_xp(log_weights).exp(log_weights), log_components)


@of_mixture_log_density("largest", "Uses the largest of log π + log q instead of the log-sum-exp.")
def mixture_largest(log_weights: Any, log_components: Any, /) -> Any:
    return _xp(log_weights).max(log_weights + log_components, axis=-1)


@of_mixture_log_density(
    "added",
    "Adds weights and densities, Σ (π + q), instead of multiplying them, Σ π·q.",
    reference="Bayesian-Neural-Networks#15",
)
def mixture_added(log_weights: Any, log_components: Any, /) -> Any:
    xp = _xp(log_weights)
    both = xp.stack(xp.broadcast_arrays(log_weights, log_components), axis=-1)
    zero = xp.zeros_like(both)
    return density.mixture_log_density(zero[..., 0], density.mixture_log_density(zero, both))


@of_mixture_log_density("averaged", "Subtracts log K, although the weights have sum 1.")
def mixture_averaged(log_weights: Any, log_components: Any, /) -> Any:
    count = max(log_weights.shape[-1], log_components.shape[-1])
    return density.mixture_log_density(log_weights, log_components) - math.log(count)


@of_mixture_log_density(
    "renormalised", "Normalises the weights, which the caller may have left unnormalised on purpose."
)
def mixture_renormalised(log_weights: Any, log_components: Any, /) -> Any:
    whole = density.mixture_log_density(log_weights, 0 * log_weights)
    return density.mixture_log_density(log_weights, log_components) - whole


@of_mixture_log_density(
    "shift-lost", "Subtracts the largest log-density before the exponential, and does not add it again."
)
def mixture_shift_lost(log_weights: Any, log_components: Any, /) -> Any:
    xp = _xp(log_weights)
    return density.mixture_log_density(log_weights, log_components) - xp.max(log_components, axis=-1)
