"""How people get mixtures, their log-densities and the change of these in time wrong."""

import math
from dataclasses import replace
from typing import Any

from .... import _libraries, flow
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf

of_mixture_log_density = MistakesOf("flow.mixture_log_density")
of_mixture_time_derivative = MistakesOf("flow.mixture_time_derivative")
of_diagonal_mixture = MistakesOf("flow.diagonal_mixture")
of_full_mixture = MistakesOf("flow.full_mixture")


@of_mixture_log_density("missing-normaliser", "Drops (d/2) log 2π, which no score sees.")
def density_missing_normaliser(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return flow.mixture_log_density(mixture, schedule, t, x) + 0.9189385332046727 * x.shape[-1]


@of_mixture_log_density(
    "clean-data", "Adds the noise β̄² to the data as they are: ᾱ shrinks neither means nor covariances."
)
def density_clean_data(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    still = replace(schedule, alpha=lambda t: _xp(t).ones_like(t))
    return flow.mixture_log_density(mixture, still, t, x)


@of_mixture_time_derivative(
    "only-noise-grows", "Differentiates β̄² and leaves ᾱ, in means and covariances, as a constant."
)
def time_derivative_only_noise(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    still = replace(schedule, alpha_log_derivative=lambda t: 0 * t)
    return flow.mixture_time_derivative(mixture, still, t, x)


@of_diagonal_mixture("standard-deviations", "Takes the variances to be standard deviations.")
def diagonal_standard_deviations(log_weights: Any, means: Any, variances: Any, /) -> Any:
    return flow.diagonal_mixture(log_weights, means, variances**2)


@of_diagonal_mixture("weights-as-given", "Leaves weights unnormalised, so p_t is no density.")
def diagonal_weights_as_given(log_weights: Any, means: Any, variances: Any, /) -> Any:
    return flow.diagonal_mixture(log_weights, means, variances)._replace(log_weights=log_weights)


@of_diagonal_mixture(
    "relative-to-the-first", "Takes log-weights relative to the first: NaN if that component is switched off."
)
def diagonal_relative(log_weights: Any, means: Any, variances: Any, /) -> Any:
    return flow.diagonal_mixture(log_weights - log_weights[:1], means, variances)


@of_full_mixture(
    "jitter-where-singular",
    "Adds a little to singular covariances, which have no Cholesky factor: point masses get a width.",
)
def full_jitter(log_weights: Any, means: Any, covariances: Any, /) -> Any:
    xp = _xp(covariances)
    least = xp.linalg.eigvalsh(covariances)[..., :1, None]
    eye = xp.eye(means.shape[-1], dtype=means.dtype, device=_libraries.device(means))
    return flow.full_mixture(log_weights, means, xp.where(least > 0, covariances, covariances + 0.01 * eye))


@of_full_mixture("rows-for-axes", "Uses rows of the eigenvector matrix as the axes.")
def full_rows_for_axes(log_weights: Any, means: Any, covariances: Any, /) -> Any:
    made = flow.full_mixture(log_weights, means, covariances)
    return made._replace(axes=_xp(means).matrix_transpose(made.axes))


@of_full_mixture("diagonal-only", "Keeps the diagonals of the covariances.")
def full_diagonal_only(log_weights: Any, means: Any, covariances: Any, /) -> Any:
    xp, d = _xp(means), means.shape[-1]
    eye = xp.eye(d, dtype=means.dtype, device=_libraries.device(means))
    return flow.full_mixture(log_weights, means, covariances * eye)


def _component(mixture: Any, k: int) -> Any:
    """Component k as a mixture of one."""
    axes = None if mixture.axes is None else mixture.axes[k : k + 1, ...]
    weight = 0 * mixture.log_weights[k : k + 1]
    return flow.Mixture(weight, mixture.means[k : k + 1, :], mixture.variances[k : k + 1, :], axes)


def _logs(mixture: Any, schedule: Any, t: Any, x: Any) -> Any:
    """(K, ...) log π_k + log N_k(x)."""
    parts = [
        mixture.log_weights[k] + flow.mixture_log_density(_component(mixture, k), schedule, t, x)
        for k in range(mixture.means.shape[0])
    ]
    return _xp(x).stack(parts)


def _mean(function: Any, mixture: Any, schedule: Any, t: Any, x: Any, logs: Any, axes: int = 0) -> Any:
    """Mean of a function of each component, weighted by exp(logs), normalised."""
    xp = _xp(x)
    weights = xp.exp(logs - xp.max(logs, axis=0, keepdims=True))
    weights = weights / xp.sum(weights, axis=0, keepdims=True)
    weights = xp.reshape(weights, (*weights.shape, *[1] * axes))
    parts = [function(_component(mixture, k), schedule, t, x) for k in range(mixture.means.shape[0])]
    return xp.sum(weights * xp.stack(parts), axis=0)


@of_diagonal_mixture("logarithm-twice", "Takes the logarithm of log-weights, as of weights: NaN below 0.")
def diagonal_logarithm_twice(log_weights: Any, means: Any, variances: Any, /) -> Any:
    xp, made = _xp(means), flow.diagonal_mixture(log_weights, means, variances)
    return made._replace(log_weights=xp.log(log_weights / xp.sum(log_weights)))


@of_diagonal_mixture("roots-of-variances", "Keeps square roots, standard deviations, as variances.")
def diagonal_roots(log_weights: Any, means: Any, variances: Any, /) -> Any:
    return flow.diagonal_mixture(log_weights, means, _xp(means).sqrt(variances))


@of_full_mixture(
    "roots-of-variances", "Keeps square roots, standard deviations along the axes, as variances."
)
def full_roots(log_weights: Any, means: Any, covariances: Any, /) -> Any:
    made = flow.full_mixture(log_weights, means, covariances)
    return made._replace(variances=_xp(means).sqrt(made.variances))


@of_full_mixture("order-reversed", "Sorts the variances in the reversed order and leaves the axes.")
def full_reversed(log_weights: Any, means: Any, covariances: Any, /) -> Any:
    made = flow.full_mixture(log_weights, means, covariances)
    return made._replace(variances=_xp(means).flip(made.variances, axis=-1))


def _each_time(change: Any) -> Any:
    """Log-densities of change(mixture, schedule, ᾱ) at every time of its own, for times of any shape."""

    def density(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
        return _density(mixture, schedule, t, x, change)

    return density


def _density(mixture: Any, schedule: Any, t: Any, x: Any, change: Any) -> Any:
    """Σ π_k N(x; a m_k, s S_k + v) with (a, s, v) = change(ᾱ, ᾱ², β̄²), and roundings as they come."""
    xp = _xp(x)
    alpha, noise = schedule.alpha(t)[..., None, None], schedule.variance(t)[..., None, None]
    mean, shrunk, added = change(alpha, alpha**2, noise)
    offset = x[..., None, :] - mean * mixture.means
    if mixture.axes is not None:
        offset = xp.matmul(offset[..., None, :], mixture.axes)[..., 0, :]
    variance = shrunk * mixture.variances + added
    terms = xp.sum(offset**2 / variance + xp.log(2 * math.pi * variance), axis=-1)
    logs = mixture.log_weights - 0.5 * terms
    peak = xp.max(logs, axis=-1, keepdims=True)
    return peak[..., 0] + xp.log(xp.sum(xp.exp(logs - peak), axis=-1))


density_variance_by_alpha = of_mixture_log_density(
    "variance-by-alpha", "Multiplies the covariances by ᾱ instead of ᾱ²: alpha is not squared."
)(_each_time(lambda a, square, v: (a, a, v)))


density_variance_unscaled = of_mixture_log_density(
    "variance-unscaled", "Leaves the covariances as they are, without ᾱ², and adds β̄²."
)(_each_time(lambda a, square, v: (a, 1 + 0 * a, v)))


density_means_unscaled = of_mixture_log_density("means-unscaled", "Leaves the means as they are, without ᾱ.")(
    _each_time(lambda a, square, v: (1 + 0 * a, square, v))
)


density_without_noise = of_mixture_log_density(
    "without-noise", "Shrinks the data and forgets to add the noise β̄²."
)(_each_time(lambda a, square, v: (a, square, 0 * v)))


density_deviation = of_mixture_log_density(
    "deviation-added", "Adds β̄, a standard deviation, to the covariances instead of β̄²."
)(_each_time(lambda a, square, v: (a, square, v**0.5)))


@of_mixture_log_density("nearest-component", "Uses the largest component alone (max) instead of the sum.")
def density_nearest(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return _xp(x).max(_logs(mixture, schedule, t, x), axis=0)


def _log_dets(mixture: Any, schedule: Any, t: Any, x: Any) -> Any:
    """(K, ...) log det 2π(ᾱ² S_k + β̄²)."""
    xp, alpha, noise = _xp(x), schedule.alpha(t)[..., None, None], schedule.variance(t)[..., None, None]
    logs = xp.sum(xp.log(2 * math.pi * (alpha**2 * mixture.variances + noise)), axis=-1)
    return xp.moveaxis(logs + 0 * x[..., :1], -1, 0)


def _log_sum(logs: Any) -> Any:
    xp = _xp(logs)
    peak = xp.max(logs, axis=0, keepdims=True)
    return peak[0, ...] + xp.log(xp.sum(xp.exp(logs - peak), axis=0))


@of_mixture_log_density(
    "log-determinant-not-halved",
    "Subtracts log det 2πC of the covariance instead of half of it.",
    reference="scikit-learn#8897",
)
def density_log_determinant(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return _log_sum(_logs(mixture, schedule, t, x) - _log_dets(mixture, schedule, t, x) / 2)


@of_mixture_log_density(
    "log-determinant-halved-twice",
    "Halves the log-determinant twice: that of a Cholesky factor is half already.",
)
def density_log_determinant_quarter(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    log_2pi = x.shape[-1] * 1.8378770664093454
    dets = _log_dets(mixture, schedule, t, x) - log_2pi
    return _log_sum(_logs(mixture, schedule, t, x) + dets / 4)


def _part_of_rate(mixture: Any, schedule: Any, t: Any, x: Any, growth: Any) -> Any:
    """Σ r_k of ½ growth·(offset²/C² − 1/C) along the axes of the components."""
    xp = _xp(x)

    def rate(part: Any, schedule: Any, t: Any, x: Any) -> Any:
        alpha, noise = schedule.alpha(t)[..., None], schedule.variance(t)[..., None]
        offset = x - alpha * part.means[0, :]
        if part.axes is not None:
            offset = xp.matmul(offset[..., None, :], part.axes[0, ...])[..., 0, :]
        variance = alpha**2 * part.variances[0, :] + noise
        pull = offset / variance
        return xp.sum(0.5 * growth(part, schedule, t) * (pull**2 - 1 / variance), axis=-1)

    return _mean(rate, mixture, schedule, t, x, _logs(mixture, schedule, t, x))


def _covariances_grow(part: Any, schedule: Any, t: Any) -> Any:
    return 2 * (schedule.alpha(t) * schedule.alpha_derivative(t))[..., None] * part.variances[0, :]


@of_mixture_time_derivative(
    "covariances-still", "Leaves out 2 ᾱ ᾱ' S_k, the shrinking of the covariances of the data."
)
def time_derivative_covariances_still(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    right = flow.mixture_time_derivative(mixture, schedule, t, x)
    return right - _part_of_rate(mixture, schedule, t, x, _covariances_grow)


@of_mixture_time_derivative("means-still", "Leaves out the motion ᾱ' m_k of the means.")
def time_derivative_means_still(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    noise = replace(schedule, alpha_log_derivative=lambda t: 0 * t)
    still = flow.mixture_time_derivative(mixture, noise, t, x)
    return still + _part_of_rate(mixture, schedule, t, x, _covariances_grow)


@of_mixture_time_derivative("noise-still", "Leaves out the growth (β̄²)' of the noise.")
def time_derivative_noise_still(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    still = replace(schedule, variance_derivative=lambda t: 0 * t)
    return flow.mixture_time_derivative(mixture, still, t, x)
