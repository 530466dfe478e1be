"""How people get score matching, constants and bounds wrong, beyond mistakes_of_bounds.py."""

from typing import Any

import array_api_compat
from array_api_compat import array_namespace as _xp

from .... import transport
from ....transport import Affine, Bound, Growth, LinearFlowPair, Quadrature, Spectrum
from ...language.mistake import mistake


def _eye(like: Any) -> Any:
    return _xp(like).eye(like.shape[-1], dtype=like.dtype, device=array_api_compat.device(like))


# From samples


@mistake(
    "transport.score_matching",
    "every-weight",
    "Multiplies every weight with every error, (n, 1) against (n,): an average where a weighted sum belongs.",
    reference="bayesflow#787",
)
def scores_every_weight(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    found = transport.score_matching(model_score, score)
    return found if weights is None else found * _xp(weights).sum(weights, axis=-1)


@mistake(
    "transport.score_matching",
    "weighted-mean",
    "Averages the weighted errors, 1/n Σ w·e, although the weights have the 1/n in them.",
)
def scores_weighted_mean(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    found = transport.score_matching(model_score, score, weights=weights)
    return found if weights is None else found / score.shape[-2]


@mistake("transport.score_matching", "sum", "Sums over the points in place of the mean: n times as much.")
def scores_sum(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    found = transport.score_matching(model_score, score, weights=weights)
    return found * score.shape[-2] if weights is None else found


@mistake(
    "transport.score_matching",
    "not-squared",
    "Averages the norms ‖s − ∇log p‖ without the square: the mean and not the mean square.",
)
def scores_not_squared(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    xp = _xp(score)
    norms = xp.sqrt(xp.sum((model_score - score) ** 2, axis=-1))
    return xp.mean(norms, axis=-1) if weights is None else xp.sum(weights * norms, axis=-1)


def _levels(beta_bar: Any) -> Any:
    return beta_bar[..., None, None]


@mistake(
    "transport.conditional_score_matching",
    "weighted",
    "Weighs with β̄², as training losses do: ‖β̄s + ε‖², which is β̄² times what is asked for.",
)
def conditional_weighted(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return beta_bar**2 * transport.conditional_score_matching(model_score, noise, beta_bar)


@mistake(
    "transport.conditional_score_matching",
    "times-deviation",
    "Multiplies ε by β̄ where it is divided: −β̄ε for −ε/β̄.",
)
def conditional_times(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return transport.conditional_score_matching(model_score, _levels(beta_bar) ** 2 * noise, beta_bar)


@mistake("transport.conditional_score_matching", "halved", "Keeps the ½ of the training loss.")
def conditional_halved(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return transport.conditional_score_matching(model_score, noise, beta_bar) / 2


@mistake(
    "transport.conditional_score_matching",
    "mean-over-coordinates",
    "Averages over coordinates too, as mse_loss does.",
)
def conditional_mean(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return transport.conditional_score_matching(model_score, noise, beta_bar) / noise.shape[-1]


@mistake(
    "transport.conditional_score_matching",
    "absolute",
    "Sums absolute differences, the l1 loss, in place of squares.",
)
def conditional_absolute(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    xp = _xp(noise)
    error = xp.sum(xp.abs(_levels(beta_bar) * model_score + noise), axis=-1)
    return xp.mean(error, axis=-1) / beta_bar**2


# In closed form


@mistake("transport.gaussian_score_matching", "deviation-for-variance", "Adds β̄I to the covariance, not β̄²I.")
def gaussian_deviation(A: Any, c: Any, mean: Any, covariance: Any, alpha: Any, beta: Any, /) -> Any:
    return transport.gaussian_score_matching(A, c, mean, covariance, alpha, beta**0.5)


@mistake(
    "transport.gaussian_score_matching",
    "mean-not-scaled",
    "Takes the data's mean m for that of x_t: ᾱ has shrunk it.",
)
def gaussian_mean_not_scaled(A: Any, c: Any, mean: Any, covariance: Any, alpha: Any, beta: Any, /) -> Any:
    return transport.gaussian_score_matching(A, c, mean / alpha, covariance, alpha, beta)


@mistake("transport.gaussian_score_matching", "alpha-once", "Scales the covariance with ᾱ in place of ᾱ².")
def gaussian_alpha_once(A: Any, c: Any, mean: Any, covariance: Any, alpha: Any, beta: Any, /) -> Any:
    return transport.gaussian_score_matching(A, c, mean, covariance / alpha, alpha, beta)


@mistake(
    "transport.gaussian_score_matching",
    "wrong-sign",
    "Takes +P⁻¹(x − μ) for the score, with the sign of an energy's gradient.",
)
def gaussian_wrong_sign(A: Any, c: Any, mean: Any, covariance: Any, alpha: Any, beta: Any, /) -> Any:
    # ‖(A − P⁻¹)R‖² = ‖(A + P⁻¹)R‖² − 4 tr A
    found = transport.gaussian_score_matching(A, c, mean, covariance, alpha, beta)
    return found - 4 * _xp(A).linalg.trace(A)


@mistake(
    "transport.mixture_conditional_score_matching",
    "wrong-sign",
    "Compares with +ε/β̄: the sign of the cross term is turned.",
)
def mixture_wrong_sign(
    A: Any, c: Any, weights: Any, means: Any, covariances: Any, alpha: Any, beta: Any, /
) -> Any:
    found = transport.mixture_conditional_score_matching(A, c, weights, means, covariances, alpha, beta)
    return found - 4 * _xp(A).linalg.trace(A)


@mistake(
    "transport.mixture_conditional_score_matching",
    "alpha-once",
    "Scales the covariances with ᾱ in place of ᾱ².",
)
def mixture_alpha_once(
    A: Any, c: Any, weights: Any, means: Any, covariances: Any, alpha: Any, beta: Any, /
) -> Any:
    return transport.mixture_conditional_score_matching(
        A, c, weights, means, covariances / alpha, alpha, beta
    )


@mistake(
    "transport.mixture_conditional_score_matching",
    "equal-weights",
    "Averages over the components and ignores their weights.",
)
def mixture_equal_weights(
    A: Any, c: Any, weights: Any, means: Any, covariances: Any, alpha: Any, beta: Any, /
) -> Any:
    equal = 0 * weights + 1 / weights.shape[0]
    return transport.mixture_conditional_score_matching(A, c, equal, means, covariances, alpha, beta)


@mistake(
    "transport.mixture_score_matching",
    "mean-not-scaled",
    "Takes the data's means m for those of x_t: ᾱ has shrunk them.",
)
def mixture_mean_not_scaled(
    model: Any, weights: Any, means: Any, variances: Any, alpha: Any, beta: Any, /
) -> Quadrature:
    return transport.mixture_score_matching(model, weights, means / alpha, variances, alpha, beta)


@mistake("transport.mixture_score_matching", "halved", "Keeps the ½ of the training loss.")
def mixture_halved(
    model: Any, weights: Any, means: Any, variances: Any, alpha: Any, beta: Any, /
) -> Quadrature:
    found = transport.mixture_score_matching(model, weights, means, variances, alpha, beta)
    return Quadrature(found.value / 2, found.error / 2)


# Constants and growth


@mistake(
    "transport.one_sided_lipschitz",
    "eigenvalues-of-jacobian",
    "Takes the real parts of the eigenvalues of J itself, which is not symmetric: they say nothing of "
    "lengths.",
)
def one_sided_eigenvalues(jacobians: Any, /) -> Spectrum:
    xp = _xp(jacobians)
    values = xp.real(xp.linalg.eigvals(jacobians))
    return Spectrum(xp.min(values), xp.max(values))


@mistake(
    "transport.one_sided_lipschitz",
    "one-triangle",
    "Hands J itself to eigvalsh, which reads one triangle of it and takes it for symmetric.",
)
def one_sided_one_triangle(jacobians: Any, /) -> Spectrum:
    xp = _xp(jacobians)
    lower = xp.tril(jacobians)
    return transport.one_sided_lipschitz(lower + xp.matrix_transpose(xp.tril(jacobians, k=-1)))


@mistake("transport.one_sided_lipschitz", "not-halved", "Takes J + Jᵀ without the ½: twice the constants.")
def one_sided_not_halved(jacobians: Any, /) -> Spectrum:
    return transport.one_sided_lipschitz(2 * jacobians)


@mistake(
    "transport.growth_factor", "wrong-sign", "Takes exp −∫L: distances shrink where they grow (reciprocal)."
)
def growth_wrong_sign(lipschitz: Any, times: Any, /) -> Growth:
    found = transport.growth_factor(lipschitz, times)
    return Growth(1 / found.factor, found.error)


@mistake(
    "transport.growth_factor",
    "without-integral",
    "Takes exp(L_t·t), as for a constant L, in place of the integral of L.",
)
def growth_without_integral(lipschitz: Any, times: Any, /) -> Growth:
    xp = _xp(times)
    found = transport.growth_factor(lipschitz, times)
    rates = lipschitz(times) if callable(lipschitz) else lipschitz
    return Growth(xp.exp(rates * times), 0 * found.error)


@mistake("transport.growth_factor", "logarithm", "Returns the integral itself, without exp.")
def growth_logarithm(lipschitz: Any, times: Any, /) -> Growth:
    found = transport.growth_factor(lipschitz, times)
    return Growth(_xp(times).log(found.factor), found.error)


# Bounds


def _negated(rate: Any) -> Any:
    return (lambda t: -rate(t)) if callable(rate) else -rate


@mistake(
    "transport.wasserstein_bound",
    "wrong-sign",
    "Takes exp −∫L for the growth, with the constant of g and not of −g.",
)
def bound_wrong_sign(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    return transport.wasserstein_bound(times, gap, _negated(lipschitz), terminal)


@mistake(
    "transport.wasserstein_bound",
    "terminal-ignored",
    "Leaves out I_T W₂[p_T, q_T], as if both started from the same distribution.",
)
def bound_terminal_ignored(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    return transport.wasserstein_bound(times, gap, lipschitz, 0 * terminal)


@mistake(
    "transport.score_matching_bound",
    "always-sde",
    "Takes κ = g², that of the SDE, whatever σ: the factor of another process.",
)
def scores_always_sde(
    times: Any, diffusion: Any, sigma: Any, root_sm: Any, lipschitz: Any, terminal: Any, /
) -> Bound:
    return transport.score_matching_bound(times, diffusion, diffusion, root_sm, lipschitz, terminal)


@mistake(
    "transport.score_matching_bound",
    "diffusion-rooted",
    "Takes the root of κ: a deviation where the square of the diffusion belongs.",
)
def scores_diffusion_rooted(
    times: Any, diffusion: Any, sigma: Any, root_sm: Any, lipschitz: Any, terminal: Any, /
) -> Bound:
    def root(t: Any) -> Any:
        return (0.5 * (diffusion(t) + sigma(t))) ** 0.5

    return transport.score_matching_bound(times, root, root, root_sm, lipschitz, terminal)


@mistake(
    "transport.printed_score_matching_bound",
    "half-both",
    "Corrects the weight and the exponent to ½g²: the bound of the flow, which is not what is printed.",
)
def printed_half_both(
    times: Any, diffusion: Any, root_sm: Any, drift: Any, score: Any, terminal: Any, /
) -> Bound:
    return transport.printed_score_matching_bound(
        times, lambda t: 0.5 * diffusion(t), root_sm, drift, score, terminal
    )


@mistake(
    "transport.printed_score_matching_bound",
    "drift-ignored",
    "Leaves the drift's constant L_f out of the exponent.",
)
def printed_drift_ignored(
    times: Any, diffusion: Any, root_sm: Any, drift: Any, score: Any, terminal: Any, /
) -> Bound:
    return transport.printed_score_matching_bound(
        times, diffusion, root_sm, lambda t: 0 * drift(t), score, terminal
    )


# Two linear flows


@mistake(
    "transport.linear_flow_pair", "wrong-sign", "Returns λ_min for L = −λ_min: the sign of the constant."
)
def pair_wrong_sign(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    found = transport.linear_flow_pair(p, q, times, end=end)
    return found._replace(lipschitz=-found.lipschitz)


@mistake("transport.linear_flow_pair", "gap-squared", "Returns the mean square of f − g, without the root.")
def pair_gap_squared(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    found = transport.linear_flow_pair(p, q, times, end=end)
    return found._replace(gap=found.gap**2)


@mistake("transport.linear_flow_pair", "offsets-ignored", "Runs the linear parts and leaves out the offsets.")
def pair_offsets_ignored(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    p, q = (side._replace(offset=0 * side.offset) for side in (p, q))
    return transport.linear_flow_pair(p, q, times, end=end)
