"""How people get mixtures, their scores and derivatives wrong."""

import math
from dataclasses import replace
from typing import Any

from array_api_compat import array_namespace as _xp

from .... import flow
from ...language.mistake import mistake


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


@mistake(
    "flow.diagonal_mixture",
    "logarithm-twice",
    "Takes the logarithm of log-weights, for weights: NaN below 0.",
)
def diagonal_logarithm_twice(log_weights: Any, means: Any, variances: Any, /) -> Any:
    xp, made = _xp(means), flow.diagonal_mixture(log_weights, means, variances)
    return made._replace(log_weights=xp.log(log_weights / xp.sum(log_weights)))


@mistake(
    "flow.diagonal_mixture", "roots-of-variances", "Keeps square roots, standard deviations, as variances."
)
def diagonal_roots(log_weights: Any, means: Any, variances: Any, /) -> Any:
    return flow.diagonal_mixture(log_weights, means, _xp(means).sqrt(variances))


@mistake(
    "flow.full_mixture",
    "roots-of-variances",
    "Keeps square roots, standard deviations along the axes, as variances.",
)
def full_roots(log_weights: Any, means: Any, covariances: Any, /) -> Any:
    made = flow.full_mixture(log_weights, means, covariances)
    return made._replace(variances=_xp(means).sqrt(made.variances))


@mistake(
    "flow.full_mixture", "order-reversed", "Sorts the variances in the reversed order and leaves the axes."
)
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


density_variance_by_alpha = mistake(
    "flow.mixture_log_density",
    "variance-by-alpha",
    "Multiplies the covariances by ᾱ for ᾱ²: alpha is not squared.",
)(_each_time(lambda a, square, v: (a, a, v)))

density_variance_unscaled = mistake(
    "flow.mixture_log_density",
    "variance-unscaled",
    "Leaves the covariances as they are, without ᾱ², and adds β̄².",
)(_each_time(lambda a, square, v: (a, 1 + 0 * a, v)))

density_means_unscaled = mistake(
    "flow.mixture_log_density", "means-unscaled", "Leaves the means as they are, without ᾱ."
)(_each_time(lambda a, square, v: (1 + 0 * a, square, v)))

density_without_noise = mistake(
    "flow.mixture_log_density", "without-noise", "Shrinks the data and forgets to add the noise β̄²."
)(_each_time(lambda a, square, v: (a, square, 0 * v)))

density_deviation = mistake(
    "flow.mixture_log_density", "deviation-added", "Adds β̄, a standard deviation, to the covariances for β̄²."
)(_each_time(lambda a, square, v: (a, square, v**0.5)))


@mistake(
    "flow.mixture_log_density", "nearest-component", "Takes the largest component alone (max) for the sum."
)
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


@mistake(
    "flow.mixture_log_density",
    "log-determinant-not-halved",
    "Subtracts log det 2πC of the covariance for half of it.",
    reference="scikit-learn#8897",
)
def density_log_determinant(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return _log_sum(_logs(mixture, schedule, t, x) - _log_dets(mixture, schedule, t, x) / 2)


@mistake(
    "flow.mixture_log_density",
    "log-determinant-halved-twice",
    "Halves the log-determinant twice: that of a Cholesky factor is half already.",
)
def density_log_determinant_quarter(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    log_2pi = x.shape[-1] * 1.8378770664093454
    dets = _log_dets(mixture, schedule, t, x) - log_2pi
    return _log_sum(_logs(mixture, schedule, t, x) + dets / 4)


@mistake(
    "flow.mixture_score",
    "without-weights",
    "Leaves the mixture's weights π_k out of the posterior probabilities.",
)
def score_without_weights(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return flow.mixture_score(mixture._replace(log_weights=0 * mixture.log_weights), schedule, t, x)


@mistake(
    "flow.mixture_score",
    "negated",
    "Returns x − ᾱm over the variance, minus the score: the gradient of the energy.",
)
def score_negated(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return -flow.mixture_score(mixture, schedule, t, x)


@mistake(
    "flow.mixture_score", "without-variance", "Gives the mean of ᾱm_k − x, not divided by the covariance."
)
def score_without_variance(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    def offset(part: Any, schedule: Any, t: Any, x: Any) -> Any:
        return schedule.alpha(t)[..., None] * part.means[0, :] - x

    return _mean(offset, mixture, schedule, t, x, _logs(mixture, schedule, t, x), axes=1)


@mistake(
    "flow.mixture_score",
    "nearest-component",
    "Takes the score of the most probable component alone (argmax).",
)
def score_nearest(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    logs = _logs(mixture, schedule, t, x)
    hard = logs + 1e30 * (logs - _xp(x).max(logs, axis=0, keepdims=True))
    return _mean(flow.mixture_score, mixture, schedule, t, x, hard, axes=1)


@mistake(
    "flow.mixture_score",
    "without-determinant",
    "Leaves the determinants out of the posterior probabilities: right for equal covariances alone.",
)
def score_without_determinant(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    logs = _logs(mixture, schedule, t, x) + _log_dets(mixture, schedule, t, x) / 2
    return _mean(flow.mixture_score, mixture, schedule, t, x, logs, axes=1)


@mistake(
    "flow.mixture_score_jacobian",
    "not-centred",
    "Leaves out −s sᵀ, the square of the mean score: the Hessian of p over p, not of log p.",
)
def jacobian_not_centred(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    score = flow.mixture_score(mixture, schedule, t, x)
    return flow.mixture_score_jacobian(mixture, schedule, t, x) + score[..., :, None] * score[..., None, :]


@mistake(
    "flow.mixture_score_jacobian",
    "without-precision",
    "Leaves out the components' own curvature −Σ r_k C_k⁻¹, the precisions.",
)
def jacobian_without_precision(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    logs = _logs(mixture, schedule, t, x)
    curve = _mean(flow.mixture_score_jacobian, mixture, schedule, t, x, logs, axes=2)
    return flow.mixture_score_jacobian(mixture, schedule, t, x) - curve


@mistake(
    "flow.mixture_score_jacobian",
    "mean-of-components",
    "Averages the components' Jacobians −C_k⁻¹ and forgets that the responsibilities depend on x.",
)
def jacobian_mean_of_components(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    logs = _logs(mixture, schedule, t, x)
    return _mean(flow.mixture_score_jacobian, mixture, schedule, t, x, logs, axes=2)


@mistake(
    "flow.mixture_score_divergence",
    "not-centred",
    "Leaves out −‖s‖², the square of the mean score: Δp/p, not Δ log p.",
)
def divergence_not_centred(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    score = flow.mixture_score(mixture, schedule, t, x)
    return flow.mixture_score_divergence(mixture, schedule, t, x) + _xp(x).sum(score**2, axis=-1)


@mistake(
    "flow.mixture_score_divergence", "negated", "Returns minus the divergence, that of the energy's gradient."
)
def divergence_negated(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return -flow.mixture_score_divergence(mixture, schedule, t, x)


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


@mistake(
    "flow.mixture_time_derivative",
    "covariances-still",
    "Leaves out 2 ᾱ ᾱ' S_k, the shrinking of the covariances of the data.",
)
def time_derivative_covariances_still(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    right = flow.mixture_time_derivative(mixture, schedule, t, x)
    return right - _part_of_rate(mixture, schedule, t, x, _covariances_grow)


@mistake("flow.mixture_time_derivative", "means-still", "Leaves out the motion ᾱ' m_k of the means.")
def time_derivative_means_still(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    noise = replace(schedule, alpha_log_derivative=lambda t: 0 * t)
    still = flow.mixture_time_derivative(mixture, noise, t, x)
    return still + _part_of_rate(mixture, schedule, t, x, _covariances_grow)


@mistake("flow.mixture_time_derivative", "noise-still", "Leaves out the growth (β̄²)' of the noise.")
def time_derivative_noise_still(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    still = replace(schedule, variance_derivative=lambda t: 0 * t)
    return flow.mixture_time_derivative(mixture, still, t, x)
