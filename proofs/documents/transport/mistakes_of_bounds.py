"""Mistakes that people make in bounds and in score matching."""

from typing import Any

import array_api_compat
from array_api_compat import array_namespace as _xp

from .... import transport
from ....transport import Affine, Bound, Growth, LinearFlowPair, Quadrature
from ...language.mistake import mistake


def _eye(like: Any) -> Any:
    return _xp(like).eye(like.shape[-1], dtype=like.dtype, device=array_api_compat.device(like))


# Growth and the bound.


@mistake("transport.growth_factor", "from-the-end", "Integrates L from t to T: how distances grow forward.")
def growth_from_end(lipschitz: Any, times: Any, /) -> Growth:
    factor, error = transport.growth_factor(lipschitz, times)
    return Growth(factor[-1] / factor, error)


@mistake(
    "transport.growth_factor", "without-exponential", "Takes 1 + ∫L, the first step of Gronwall's inequality."
)
def growth_linear(lipschitz: Any, times: Any, /) -> Growth:
    factor, error = transport.growth_factor(lipschitz, times)
    return Growth(1 + _xp(times).log(factor), error)


@mistake("transport.growth_factor", "left-rule", "Sums L·Δt with L at the left ends, and claims no error.")
def growth_left(lipschitz: Any, times: Any, /) -> Growth:
    xp = _xp(times)
    values: Any = lipschitz(times) if callable(lipschitz) else lipschitz
    steps = values[:-1] * (times[1:] - times[:-1])
    exponent = xp.concat([xp.zeros_like(times[:1]), xp.cumulative_sum(steps)])
    return Growth(xp.exp(exponent), xp.zeros_like(times))


@mistake("transport.growth_factor", "no-error", "States no error for a function either.")
def growth_no_error(lipschitz: Any, times: Any, /) -> Growth:
    found = transport.growth_factor(lipschitz, times)
    return found._replace(error=0 * found.error)


@mistake(
    "transport.wasserstein_bound",
    "exact-growth",
    "Takes trapezoids of L for exact, and adds the error of the outer integral alone.",
)
def bound_exact_growth(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    if not hasattr(gap, "shape"):
        return transport.wasserstein_bound(times, gap, lipschitz, terminal)
    grown = gap * transport.growth_factor(lipschitz, times).factor
    bound = transport.wasserstein_bound(times, gap, lipschitz, terminal)
    error = transport.wasserstein_bound(times, grown, 0 * lipschitz, terminal).error
    return bound._replace(value=bound.integral + bound.terminal + error, error=error)


@mistake("transport.wasserstein_bound", "no-error-of-panels", "Trusts Gauss–Legendre nodes unconditionally.")
def bound_trusts_panels(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    bound = transport.wasserstein_bound(times, gap, lipschitz, terminal)
    if hasattr(gap, "shape"):
        return bound
    return bound._replace(value=bound.integral + bound.terminal, error=0 * bound.error)


@mistake("transport.wasserstein_bound", "gap-squared", "Integrates E‖f − g‖² without the root.")
def bound_gap_squared(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    if hasattr(gap, "shape"):
        return transport.wasserstein_bound(times, gap**2, lipschitz, terminal)
    return transport.wasserstein_bound(times, lambda t: gap(t) ** 2, lipschitz, terminal)


@mistake("transport.wasserstein_bound", "terminal-not-grown", "Adds W₂[p_T, q_T] without I_T.")
def bound_terminal_plain(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    bound = transport.wasserstein_bound(times, gap, lipschitz, terminal)
    return bound._replace(value=bound.value - bound.terminal + terminal, terminal=terminal)


@mistake(
    "transport.wasserstein_bound", "no-growth", "Integrates the gap alone, as if paths kept their distance."
)
def bound_no_growth(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    none = (lambda t: 0 * t) if callable(lipschitz) else 0 * lipschitz
    return transport.wasserstein_bound(times, gap, none, terminal)


@mistake(
    "transport.wasserstein_bound",
    "growth-from-the-end",
    "Weighs the gap at t with exp ∫ₜᵀ L, the growth of a process that runs forward.",
)
def bound_growth_from_end(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    reversed_ = times[-1] - _xp(times).flip(times)

    def turned(f: Any) -> Any:
        return (lambda t: f(times[-1] - t)) if callable(f) else _xp(times).flip(f)

    return transport.wasserstein_bound(reversed_, turned(gap), turned(lipschitz), terminal)


@mistake(
    "transport.wasserstein_bound",
    "no-error",
    "Returns the trapezoids' sum: where the bound is attained it falls below W₂.",
)
def bound_no_error(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    bound = transport.wasserstein_bound(times, gap, lipschitz, terminal)
    return bound._replace(value=bound.integral + bound.terminal, error=0 * bound.error)


@mistake(
    "transport.score_matching_bound",
    "full-diffusion",
    "Takes g² + σ² for κ: the factor of the reverse SDE, twice that of the flow.",
)
def score_bound_full(
    times: Any, diffusion_squared: Any, sigma_squared: Any, root: Any, lipschitz: Any, terminal: Any, /
) -> Bound:
    def doubled(t: Any) -> Any:
        return 2 * root(t)

    return transport.score_matching_bound(
        times, diffusion_squared, sigma_squared, doubled, lipschitz, terminal
    )


@mistake("transport.score_matching_bound", "sigma-ignored", "Keeps ½g² when the process has noise.")
def score_bound_no_sigma(
    times: Any, diffusion_squared: Any, sigma_squared: Any, root: Any, lipschitz: Any, terminal: Any, /
) -> Bound:
    return transport.score_matching_bound(
        times, diffusion_squared, lambda t: 0 * t, root, lipschitz, terminal
    )


@mistake("transport.score_matching_bound", "score-matching-not-rooted", "Integrates SM in place of its root.")
def score_bound_not_rooted(
    times: Any, diffusion_squared: Any, sigma_squared: Any, root: Any, lipschitz: Any, terminal: Any, /
) -> Bound:
    return transport.score_matching_bound(
        times, diffusion_squared, sigma_squared, lambda t: root(t) ** 2, lipschitz, terminal
    )


@mistake("transport.score_matching_bound", "terminal-ignored", "Supposes that the model starts from p_T.")
def score_bound_no_terminal(
    times: Any, diffusion_squared: Any, sigma_squared: Any, root: Any, lipschitz: Any, terminal: Any, /
) -> Bound:
    return transport.score_matching_bound(
        times, diffusion_squared, sigma_squared, root, lipschitz, 0 * terminal
    )


@mistake(
    "transport.printed_score_matching_bound", "half", "Corrects the weight to ½g², but not the exponent."
)
def printed_half(
    times: Any, diffusion_squared: Any, root: Any, drift: Any, score: Any, terminal: Any, /
) -> Bound:
    return transport.printed_score_matching_bound(
        times, diffusion_squared, lambda t: root(t) / 2, drift, score, terminal
    )


@mistake(
    "transport.printed_score_matching_bound",
    "unscaled-score-constant",
    "Adds L_s to L_f without the factor g².",
)
def printed_unscaled(
    times: Any, diffusion_squared: Any, root: Any, drift: Any, score: Any, terminal: Any, /
) -> Bound:
    return transport.printed_score_matching_bound(
        times, diffusion_squared, root, drift, lambda t: score(t) / diffusion_squared(t), terminal
    )


# Pairs of linear flows.


@mistake("transport.linear_flow_pair", "forward", "Runs the flows forward from the Gaussians given at T.")
def pair_forward(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    p, q = (side._replace(matrix=-side.matrix, offset=-side.offset) for side in (p, q))
    return transport.linear_flow_pair(p, q, 2 * end - times, end=end)


@mistake("transport.linear_flow_pair", "gap-under-q", "Averages ‖f − g‖² over q_t.")
def pair_gap_under_q(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    found = transport.linear_flow_pair(p, q, times, end=end)
    return found._replace(gap=transport.linear_flow_pair(q, p, times, end=end).gap)


@mistake("transport.linear_flow_pair", "gap-without-mean", "Takes the spread of f − g for its mean square.")
def pair_no_mean(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    found = transport.linear_flow_pair(p, q, times, end=end)
    first, second = (side._replace(mean=0 * side.mean, offset=0 * side.offset) for side in (p, q))
    return found._replace(gap=transport.linear_flow_pair(first, second, times, end=end).gap)


@mistake("transport.linear_flow_pair", "own-jacobian", "Takes L from p's drift, not from the other one.")
def pair_own_jacobian(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    found = transport.linear_flow_pair(p, q, times, end=end)
    return found._replace(lipschitz=transport.linear_flow_pair(q, p, times, end=end).lipschitz)


@mistake(
    "transport.linear_flow_pair",
    "upper-constant",
    "Takes the upper one-sided constant of g, as the source does (E1).",
)
def pair_upper(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    found = transport.linear_flow_pair(p, q, times, end=end)
    return found._replace(lipschitz=transport.one_sided_lipschitz(q.matrix).highest)


# Score matching.


@mistake("transport.score_matching", "rooted", "Returns the root of the squared expectation.")
def score_matching_rooted(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    found = transport.score_matching(model_score, score, weights=weights)
    return _xp(found).sqrt(found)


@mistake("transport.score_matching", "halved", "Keeps the ½ of the training loss.")
def score_matching_halved(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    return transport.score_matching(model_score, score, weights=weights) / 2


@mistake(
    "transport.score_matching", "mean-over-coordinates", "Averages over coordinates too, as mse_loss does."
)
def score_matching_mean(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    return transport.score_matching(model_score, score, weights=weights) / score.shape[-1]


@mistake(
    "transport.score_matching", "weights-ignored", "Averages over the nodes of a quadrature without weights."
)
def score_matching_unweighted(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    return transport.score_matching(model_score, score)


@mistake(
    "transport.conditional_score_matching", "noise-target", "Compares with −ε, the target of a noise model."
)
def conditional_noise(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return transport.conditional_score_matching(model_score, noise, beta_bar / beta_bar)


@mistake(
    "transport.conditional_score_matching",
    "wrong-sign",
    "Compares with +ε/β̄.",
    reference="torchebm#318",
)
def conditional_sign(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return transport.conditional_score_matching(model_score, -noise, beta_bar)


@mistake("transport.conditional_score_matching", "variance-for-deviation", "Divides ε by β̄².")
def conditional_variance(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return transport.conditional_score_matching(model_score, noise, beta_bar**2)


@mistake(
    "transport.conditional_score_matching",
    "levels-from-the-left",
    "Gives levels axes up to those of the noise at their right, so that they belong to the first axis.",
)
def conditional_levels_from_the_left(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    missing = (1,) * (noise.ndim - 2 - beta_bar.ndim)
    levels = _xp(beta_bar).reshape(beta_bar, (*beta_bar.shape, *missing))
    return transport.conditional_score_matching(model_score, noise, levels)


@mistake("transport.conditional_score_matching", "rooted", "Returns the root of the squared expectation.")
def conditional_rooted(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return transport.conditional_score_matching(model_score, noise, beta_bar) ** 0.5


@mistake("transport.gaussian_score_matching", "rooted", "Returns the root of the squared expectation.")
def gaussian_rooted(A: Any, c: Any, mean: Any, covariance: Any, alpha: Any, beta: Any, /) -> Any:
    return transport.gaussian_score_matching(A, c, mean, covariance, alpha, beta) ** 0.5


@mistake(
    "transport.gaussian_score_matching",
    "undiffused-data",
    "Adds β̄²I to the data's covariance and forgets that ᾱ has shrunk it.",
)
def gaussian_undiffused(A: Any, c: Any, mean: Any, covariance: Any, alpha: Any, beta: Any, /) -> Any:
    return transport.gaussian_score_matching(A, c, mean, covariance / alpha**2, alpha, beta)


@mistake("transport.gaussian_score_matching", "bias-ignored", "Compares the slopes of the scores only.")
def gaussian_no_bias(A: Any, c: Any, mean: Any, covariance: Any, alpha: Any, beta: Any, /) -> Any:
    return transport.gaussian_score_matching(A, 0 * c, 0 * mean, covariance, alpha, beta)


@mistake(
    "transport.mixture_conditional_score_matching",
    "covariances-dropped",
    "Takes the components for single points.",
)
def mixture_points(
    A: Any, c: Any, weights: Any, means: Any, covariances: Any, alpha: Any, beta: Any, /
) -> Any:
    return transport.mixture_conditional_score_matching(A, c, weights, means, 0 * covariances, alpha, beta)


@mistake(
    "transport.mixture_conditional_score_matching", "variance-for-deviation", "Takes −ε/β̄² for the target."
)
def mixture_variance(
    A: Any, c: Any, weights: Any, means: Any, covariances: Any, alpha: Any, beta: Any, /
) -> Any:
    xp = _xp(A)
    found = transport.mixture_conditional_score_matching(A, c, weights, means, covariances, alpha, beta)
    unit = _eye(A)
    return found - xp.sum((beta * A + unit / beta) ** 2) + xp.sum((beta * A + unit / beta**2) ** 2)


@mistake(
    "transport.mixture_conditional_score_matching",
    "independent-noise",
    "Adds E‖ε/β̄‖² to E‖s‖² without the cross term, although x_t contains ε.",
)
def mixture_independent(
    A: Any, c: Any, weights: Any, means: Any, covariances: Any, alpha: Any, beta: Any, /
) -> Any:
    found = transport.mixture_conditional_score_matching(A, c, weights, means, covariances, alpha, beta)
    return found - 2 * _xp(A).linalg.trace(A)


@mistake(
    "transport.mixture_score_matching",
    "conditional",
    "Compares with the score of the component a point was drawn from: that is conditional score matching.",
)
def mixture_of_components(
    model: Any, weights: Any, means: Any, variances: Any, alpha: Any, beta: Any, /
) -> Quadrature:
    xp = _xp(means)
    parts = [
        transport.mixture_score_matching(
            model, 0 * means[k : k + 1] + 1, means[k : k + 1], variances[k : k + 1], alpha, beta
        )
        for k in range(means.shape[0])
    ]
    values, errors = (xp.stack([part[i] for part in parts]) for i in (0, 1))
    return Quadrature(xp.sum(weights * values), xp.sum(weights * errors))


@mistake("transport.mixture_score_matching", "rooted", "Returns the root of the squared expectation.")
def mixture_rooted(
    model: Any, weights: Any, means: Any, variances: Any, alpha: Any, beta: Any, /
) -> Quadrature:
    found = transport.mixture_score_matching(model, weights, means, variances, alpha, beta)
    return found._replace(value=found.value**0.5)


@mistake(
    "transport.mixture_score_matching",
    "undiffused-data",
    "Adds β̄² to the data's variances and forgets that ᾱ has shrunk them.",
)
def mixture_undiffused(
    model: Any, weights: Any, means: Any, variances: Any, alpha: Any, beta: Any, /
) -> Quadrature:
    return transport.mixture_score_matching(model, weights, means, variances / alpha**2, alpha, beta)


@mistake("transport.mixture_score_matching", "deviation-for-variance", "Adds β̄ to the variances, not β̄².")
def mixture_deviation(
    model: Any, weights: Any, means: Any, variances: Any, alpha: Any, beta: Any, /
) -> Quadrature:
    return transport.mixture_score_matching(model, weights, means, variances, alpha, beta**0.5)
