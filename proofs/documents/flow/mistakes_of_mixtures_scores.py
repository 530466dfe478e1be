"""How people get the scores of mixtures, and their derivatives, wrong."""

from typing import Any

from .... import flow
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf
from .mistakes_of_mixtures import _component, _log_dets, _logs, _mean

of_mixture_score = MistakesOf("flow.mixture_score")
of_mixture_score_divergence = MistakesOf("flow.mixture_score_divergence")
of_mixture_score_jacobian = MistakesOf("flow.mixture_score_jacobian")


def _weighted(function: Any, mixture: Any, schedule: Any, t: Any, x: Any, weights: Any) -> Any:
    """Σ weights_k·function of component k."""
    parts = [
        weights(k) * function(_component(mixture, k), schedule, t, x) for k in range(mixture.means.shape[0])
    ]
    return _xp(x).sum(_xp(x).stack(parts), axis=0)


@of_mixture_score(
    "unnormalised-responsibilities",
    "Weights the components by π_k N_k(x) and forgets to divide by their sum.",
)
def score_unnormalised(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    density = _xp(x).exp(flow.mixture_log_density(mixture, schedule, t, x))
    return flow.mixture_score(mixture, schedule, t, x) * density[..., None]


@of_mixture_score(
    "prior-weights", "Averages the components' scores by π_k instead of their posterior probabilities."
)
def score_prior_weights(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    priors = _xp(x).exp(mixture.log_weights)
    return _weighted(flow.mixture_score, mixture, schedule, t, x, lambda k: priors[k])


def _posterior_mean(function: Any, mixture: Any, schedule: Any, t: Any, x: Any) -> Any:
    xp, total = _xp(x), flow.mixture_log_density(mixture, schedule, t, x)

    def weights(k: int) -> Any:
        part = flow.mixture_log_density(_component(mixture, k), schedule, t, x)
        return xp.exp(part + mixture.log_weights[k] - total)

    return _weighted(function, mixture, schedule, t, x, weights)


@of_mixture_score_divergence(
    "mean-of-components",
    "Averages the components' divergences and forgets that the responsibilities depend on x.",
)
def divergence_mean_of_components(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return _posterior_mean(flow.mixture_score_divergence, mixture, schedule, t, x)


@of_mixture_score_divergence("averaged-trace", "Uses the mean of the diagonal instead of its sum.")
def divergence_averaged_trace(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return flow.mixture_score_divergence(mixture, schedule, t, x) / x.shape[-1]


@of_mixture_score_jacobian(
    "negated", "Returns the Hessian of −log p, the energy, whose gradient is minus the score."
)
def jacobian_negated(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return -flow.mixture_score_jacobian(mixture, schedule, t, x)


@of_mixture_score("without-weights", "Leaves the mixture's weights π_k out of the posterior probabilities.")
def score_without_weights(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return flow.mixture_score(mixture._replace(log_weights=0 * mixture.log_weights), schedule, t, x)


@of_mixture_score("negated", "Returns x − ᾱm over the variance, minus the score: the gradient of the energy.")
def score_negated(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return -flow.mixture_score(mixture, schedule, t, x)


@of_mixture_score("without-variance", "Gives the mean of ᾱm_k − x, not divided by the covariance.")
def score_without_variance(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    def offset(part: Any, schedule: Any, t: Any, x: Any) -> Any:
        return schedule.alpha(t)[..., None] * part.means[0, :] - x

    return _mean(offset, mixture, schedule, t, x, _logs(mixture, schedule, t, x), axes=1)


@of_mixture_score("nearest-component", "Takes the score of the most probable component alone (argmax).")
def score_nearest(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    logs = _logs(mixture, schedule, t, x)
    hard = logs + 1e30 * (logs - _xp(x).max(logs, axis=0, keepdims=True))
    return _mean(flow.mixture_score, mixture, schedule, t, x, hard, axes=1)


@of_mixture_score(
    "without-determinant",
    "Leaves the determinants out of the posterior probabilities: right for equal covariances alone.",
)
def score_without_determinant(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    logs = _logs(mixture, schedule, t, x) + _log_dets(mixture, schedule, t, x) / 2
    return _mean(flow.mixture_score, mixture, schedule, t, x, logs, axes=1)


@of_mixture_score_jacobian(
    "not-centred", "Leaves out −s sᵀ, the square of the mean score: the Hessian of p over p, not of log p."
)
def jacobian_not_centred(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    score = flow.mixture_score(mixture, schedule, t, x)
    return flow.mixture_score_jacobian(mixture, schedule, t, x) + score[..., :, None] * score[..., None, :]


@of_mixture_score_jacobian(
    "without-precision", "Leaves out the components' own curvature −Σ r_k C_k⁻¹, the precisions."
)
def jacobian_without_precision(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    logs = _logs(mixture, schedule, t, x)
    curve = _mean(flow.mixture_score_jacobian, mixture, schedule, t, x, logs, axes=2)
    return flow.mixture_score_jacobian(mixture, schedule, t, x) - curve


@of_mixture_score_jacobian(
    "mean-of-components",
    "Averages the components' Jacobians −C_k⁻¹ and forgets that the responsibilities depend on x.",
)
def jacobian_mean_of_components(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    logs = _logs(mixture, schedule, t, x)
    return _mean(flow.mixture_score_jacobian, mixture, schedule, t, x, logs, axes=2)


@of_mixture_score_divergence(
    "not-centred", "Leaves out −‖s‖², the square of the mean score: Δp/p, not Δ log p."
)
def divergence_not_centred(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    score = flow.mixture_score(mixture, schedule, t, x)
    return flow.mixture_score_divergence(mixture, schedule, t, x) + _xp(x).sum(score**2, axis=-1)


@of_mixture_score_divergence("negated", "Returns minus the divergence, that of the energy's gradient.")
def divergence_negated(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return -flow.mixture_score_divergence(mixture, schedule, t, x)
