"""How people get schedules, mixtures, drifts and the Fokker–Planck equation wrong."""

from dataclasses import replace
from typing import Any

import array_api_compat
from array_api_compat import array_namespace as _xp

from .... import flow
from ...language.mistake import mistake


@mistake(
    "flow.variance_preserving",
    "sum-to-one",
    "Keeps ᾱ + β̄ = 1, the relation of the squares, so β̄ = 1 − ᾱ.",
)
def preserving_sum_to_one(*, beta_min: float = 0.1, beta_max: float = 20.0) -> Any:
    made = flow.variance_preserving(beta_min=beta_min, beta_max=beta_max)
    return replace(
        made,
        variance=lambda t: (1 - made.alpha(t)) ** 2,
        variance_derivative=lambda t: -2 * (1 - made.alpha(t)) * made.alpha_derivative(t),
    )


@mistake(
    "flow.variance_preserving",
    "missing-half",
    "Takes exp(−B), which is ᾱ², for ᾱ: the squares of the discrete convention were not undone.",
)
def preserving_missing_half(*, beta_min: float = 0.1, beta_max: float = 20.0) -> Any:
    return flow.variance_preserving(beta_min=2 * beta_min, beta_max=2 * beta_max)


@mistake(
    "flow.variance_preserving",
    "subtracting",
    "Computes β̄² as 1 − ᾱ², which loses every digit at small t; expm1 keeps them.",
)
def preserving_subtracting(*, beta_min: float = 0.1, beta_max: float = 20.0) -> Any:
    made = flow.variance_preserving(beta_min=beta_min, beta_max=beta_max)
    return replace(made, variance=lambda t: 1 - made.alpha(t) ** 2)


@mistake(
    "flow.variance_exploding",
    "missing-initial-variance",
    "Takes β̄² = σ²(t) without subtracting σ²(0), so that p_0 is not the data.",
)
def exploding_missing_initial_variance(*, sigma_min: float = 0.01, sigma_max: float = 50.0) -> Any:
    made = flow.variance_exploding(sigma_min=sigma_min, sigma_max=sigma_max)
    return replace(made, variance=lambda t: made.variance(t) + sigma_min**2)


@mistake(
    "flow.sub_variance_preserving",
    "not-squared",
    "Takes 1 − exp(−B), which is β̄ here, for β̄² as in the variance-preserving schedule.",
)
def sub_not_squared(*, beta_min: float = 0.1, beta_max: float = 20.0) -> Any:
    return flow.variance_preserving(beta_min=beta_min, beta_max=beta_max)


@mistake(
    "flow.from_functions",
    "derivative-for-logarithmic",
    "Takes ᾱ' for f = ᾱ'/ᾱ, which agree only at t = 0.",
)
def functions_derivative_for_logarithmic(*, alpha: Any, alpha_derivative: Any, **variance: Any) -> Any:
    made = flow.from_functions(alpha=alpha, alpha_derivative=alpha_derivative, **variance)
    return replace(made, alpha_log_derivative=alpha_derivative)


@mistake("flow.drift_coefficient", "derivative-of-alpha", "Forgets to divide ᾱ' by ᾱ.")
def drift_derivative_of_alpha(schedule: Any, t: Any, /) -> Any:
    return schedule.alpha_derivative(t)


@mistake("flow.drift_coefficient", "missing-half", "Differentiates log ᾱ² for log ᾱ: −β for −β/2.")
def drift_missing_half(schedule: Any, t: Any, /) -> Any:
    return 2 * flow.drift_coefficient(schedule, t)


@mistake(
    "flow.diffusion_squared",
    "growth-of-variance-only",
    "Takes (β̄²)', as if there were no drift; right for exploding schedules only.",
)
def diffusion_growth_only(schedule: Any, t: Any, /) -> Any:
    return schedule.variance_derivative(t)


@mistake("flow.diffusion_squared", "without-alpha", "Drops ᾱ from 2 ᾱ β̄ d/dt(β̄/ᾱ).")
def diffusion_without_alpha(schedule: Any, t: Any, /) -> Any:
    return flow.diffusion_squared(schedule, t) / schedule.alpha(t)


@mistake("flow.diffusion_squared", "square-root", "Returns g where g² is asked for.")
def diffusion_square_root(schedule: Any, t: Any, /) -> Any:
    return _xp(t).sqrt(flow.diffusion_squared(schedule, t))


def _component(mixture: Any, k: int) -> Any:
    axes = None if mixture.axes is None else mixture.axes[k : k + 1, ...]
    weight = 0 * mixture.log_weights[k : k + 1]
    return flow.Mixture(weight, mixture.means[k : k + 1, :], mixture.variances[k : k + 1, :], axes)


def _weighted(function: Any, mixture: Any, schedule: Any, t: Any, x: Any, weights: Any) -> Any:
    """Σ weights_k·function of component k."""
    parts = [
        weights(k) * function(_component(mixture, k), schedule, t, x) for k in range(mixture.means.shape[0])
    ]
    return _xp(x).sum(_xp(x).stack(parts), axis=0)


@mistake(
    "flow.mixture_score",
    "unnormalised-responsibilities",
    "Weights the components by π_k N_k(x) and forgets to divide by their sum.",
)
def score_unnormalised(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    density = _xp(x).exp(flow.mixture_log_density(mixture, schedule, t, x))
    return flow.mixture_score(mixture, schedule, t, x) * density[..., None]


@mistake(
    "flow.mixture_score",
    "prior-weights",
    "Averages the components' scores by π_k instead of their posterior probabilities.",
)
def score_prior_weights(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    priors = _xp(x).exp(mixture.log_weights)
    return _weighted(flow.mixture_score, mixture, schedule, t, x, lambda k: priors[k])


@mistake(
    "flow.mixture_log_density",
    "missing-normaliser",
    "Drops (d/2) log 2π, which no score sees.",
)
def density_missing_normaliser(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return flow.mixture_log_density(mixture, schedule, t, x) + 0.9189385332046727 * x.shape[-1]


@mistake(
    "flow.mixture_log_density",
    "clean-data",
    "Adds the noise β̄² to the data as they are: ᾱ shrinks neither means nor covariances.",
)
def density_clean_data(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    still = replace(schedule, alpha=lambda t: _xp(t).ones_like(t))
    return flow.mixture_log_density(mixture, still, t, x)


def _posterior_mean(function: Any, mixture: Any, schedule: Any, t: Any, x: Any) -> Any:
    xp, total = _xp(x), flow.mixture_log_density(mixture, schedule, t, x)

    def weights(k: int) -> Any:
        part = flow.mixture_log_density(_component(mixture, k), schedule, t, x)
        return xp.exp(part + mixture.log_weights[k] - total)

    return _weighted(function, mixture, schedule, t, x, weights)


@mistake(
    "flow.mixture_score_divergence",
    "mean-of-components",
    "Averages the components' divergences and forgets that the responsibilities depend on x.",
)
def divergence_mean_of_components(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return _posterior_mean(flow.mixture_score_divergence, mixture, schedule, t, x)


@mistake("flow.mixture_score_divergence", "averaged-trace", "Takes the mean of the diagonal for its sum.")
def divergence_averaged_trace(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return flow.mixture_score_divergence(mixture, schedule, t, x) / x.shape[-1]


@mistake(
    "flow.mixture_score_jacobian",
    "negated",
    "Returns the Hessian of −log p, the energy, whose gradient is minus the score.",
)
def jacobian_negated(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    return -flow.mixture_score_jacobian(mixture, schedule, t, x)


@mistake(
    "flow.mixture_time_derivative",
    "only-noise-grows",
    "Differentiates β̄² and leaves ᾱ, in means and covariances, as a constant.",
)
def time_derivative_only_noise(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    still = replace(schedule, alpha_log_derivative=lambda t: 0 * t)
    return flow.mixture_time_derivative(mixture, still, t, x)


@mistake("flow.diagonal_mixture", "standard-deviations", "Takes the variances for standard deviations.")
def diagonal_standard_deviations(log_weights: Any, means: Any, variances: Any, /) -> Any:
    return flow.diagonal_mixture(log_weights, means, variances**2)


@mistake("flow.diagonal_mixture", "weights-as-given", "Leaves weights unnormalised, so p_t is no density.")
def diagonal_weights_as_given(log_weights: Any, means: Any, variances: Any, /) -> Any:
    return flow.diagonal_mixture(log_weights, means, variances)._replace(log_weights=log_weights)


@mistake(
    "flow.diagonal_mixture",
    "relative-to-the-first",
    "Takes log-weights relative to the first: NaN if that component is switched off.",
)
def diagonal_relative(log_weights: Any, means: Any, variances: Any, /) -> Any:
    return flow.diagonal_mixture(log_weights - log_weights[:1], means, variances)


@mistake(
    "flow.full_mixture",
    "jitter-where-singular",
    "Adds a little to singular covariances, which have no Cholesky factor: point masses get a width.",
)
def full_jitter(log_weights: Any, means: Any, covariances: Any, /) -> Any:
    xp = _xp(covariances)
    least = xp.linalg.eigvalsh(covariances)[..., :1, None]
    eye = xp.eye(means.shape[-1], dtype=means.dtype, device=array_api_compat.device(means))
    return flow.full_mixture(log_weights, means, xp.where(least > 0, covariances, covariances + 0.01 * eye))


@mistake("flow.full_mixture", "rows-for-axes", "Takes rows of the eigenvector matrix for the axes.")
def full_rows_for_axes(log_weights: Any, means: Any, covariances: Any, /) -> Any:
    made = flow.full_mixture(log_weights, means, covariances)
    return made._replace(axes=_xp(means).matrix_transpose(made.axes))


@mistake(
    "flow.variance_preserving",
    "discrete-by-default",
    "Takes the 1000 steps' β from 1e-4 to 0.02, not 1000 times it.",
)
def preserving_discrete(*, beta_min: float = 1e-4, beta_max: float = 0.02) -> Any:
    return flow.variance_preserving(beta_min=beta_min, beta_max=beta_max)


@mistake(
    "flow.sub_variance_preserving",
    "discrete-by-default",
    "Takes the 1000 steps' β from 1e-4 to 0.02, not 1000 times it.",
)
def sub_preserving_discrete(*, beta_min: float = 1e-4, beta_max: float = 0.02) -> Any:
    return flow.sub_variance_preserving(beta_min=beta_min, beta_max=beta_max)


@mistake(
    "flow.variance_exploding",
    "large-images-by-default",
    "Takes σ_max = 1348, for images of 1024 pixels a side.",
)
def exploding_large(*, sigma_min: float = 0.01, sigma_max: float = 1348.0) -> Any:
    return flow.variance_exploding(sigma_min=sigma_min, sigma_max=sigma_max)


@mistake("flow.full_mixture", "diagonal-only", "Keeps the diagonals of the covariances.")
def full_diagonal_only(log_weights: Any, means: Any, covariances: Any, /) -> Any:
    xp, d = _xp(means), means.shape[-1]
    eye = xp.eye(d, dtype=means.dtype, device=array_api_compat.device(means))
    return flow.full_mixture(log_weights, means, covariances * eye)


@mistake("flow.forward_drift", "plus-score", "Adds ½(g² − σ²)·score: the sign of the heat flux.")
def forward_plus_score(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f + 0.5 * (g2 - sigma2) * score


@mistake("flow.forward_drift", "missing-half", "Forgets the ½ that Δ brings with g²/2.")
def forward_missing_half(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - (g2 - sigma2) * score


@mistake(
    "flow.forward_drift",
    "clipped-noise",
    "Clips σ² at g², because the derivation is printed with the condition σ² ≤ g².",
)
def forward_clipped_noise(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - 0.5 * _xp(f).clip(g2 - sigma2, 0.0, None) * score


@mistake("flow.reverse_drift", "forward-sign", "Negates the score term as if time ran forward.")
def reverse_forward_sign(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f + 0.5 * (g2 + sigma2) * score


@mistake("flow.reverse_drift", "noise-subtracted", "Uses the forward drift: g² − σ² for g² + σ².")
def reverse_noise_subtracted(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - 0.5 * (g2 - sigma2) * score


@mistake("flow.reverse_drift", "half-of-g-only", "Lets the ½ stand over g² alone: ½g² + σ².")
def reverse_half_of_g_only(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - (0.5 * g2 + sigma2) * score


@mistake("flow.flow_velocity", "full-score", "Takes f − g²·score, the drift of the reverse SDE, for the ODE.")
def velocity_full_score(f: Any, g2: Any, score: Any, /) -> Any:
    return f - g2 * score


@mistake("flow.flow_velocity", "g-for-its-square", "Multiplies the score by g/2 for g²/2.")
def velocity_g_for_its_square(f: Any, g2: Any, score: Any, /) -> Any:
    return f - 0.5 * _xp(f).sqrt(g2) * score


@mistake("flow.score_from_noise", "without-width", "Takes −ε for the score, without 1/β̄.")
def score_without_width(eps: Any, beta_bar: Any, /) -> Any:
    return -eps + 0 * beta_bar


@mistake("flow.score_from_noise", "positive", "Loses the sign: the score points against the noise.")
def score_positive(eps: Any, beta_bar: Any, /) -> Any:
    return eps / beta_bar


@mistake("flow.noise_from_score", "divided", "Divides by β̄ on the way back as on the way there.")
def noise_divided(score: Any, beta_bar: Any, /) -> Any:
    return -score / beta_bar


@mistake(
    "flow.ddim_step",
    "change-of-width",
    "Advances x/ᾱ by ε times the change of β̄ instead of β̄/ᾱ.",
)
def ddim_change_of_width(x: Any, eps: Any, source: Any, target: Any, /) -> Any:
    return target[0] * (x / source[0] + eps * (target[1] - source[1]))


@mistake(
    "flow.ddim_step",
    "second-stage-width",
    "Removes the noise with the β̄ of the target: the noise level of the next step, used one early.",
    reference="diffusers#1512",
)
def ddim_second_stage_width(x: Any, eps: Any, source: Any, target: Any, /) -> Any:
    data = (x - target[1] * eps) / source[0]
    return target[0] * data + target[1] * eps


@mistake("flow.ddim_step", "backward", "Exchanges where the step starts and where it ends.")
def ddim_backward(x: Any, eps: Any, source: Any, target: Any, /) -> Any:
    return flow.ddim_step(x, eps, target, source)


@mistake(
    "flow.ddim_step",
    "variances",
    "Takes ᾱ² and β̄² for ᾱ and β̄: the squares of the discrete convention were not undone.",
)
def ddim_variances(x: Any, eps: Any, source: Any, target: Any, /) -> Any:
    (a, b), (a2, b2) = source, target
    return flow.ddim_step(x, eps, (a**2, b**2), (a2**2, b2**2))


@mistake("flow.fokker_planck_residual", "missing-half", "Writes g²Δp for ½g²Δp.")
def residual_missing_half(
    rate: Any, drift: Any, spread: Any, diffusion: Any, score: Any, curve: Any, /
) -> Any:
    return flow.fokker_planck_residual(rate, drift, spread, 2 * diffusion, score, curve)


@mistake(
    "flow.fokker_planck_residual",
    "log-laplacian",
    "Takes Δ log p for Δp/p and loses ‖∇log p‖².",
)
def residual_log_laplacian(
    rate: Any, drift: Any, spread: Any, diffusion: Any, score: Any, curve: Any, /
) -> Any:
    square = _xp(score).sum(score**2, axis=-1)
    return flow.fokker_planck_residual(rate, drift, spread, diffusion, score, curve - square)


@mistake("flow.fokker_planck_rhs_grid", "advective-form", "Takes f·∇p for ∇·(f p): mass is not kept.")
def grid_advective_form(density: Any, drift: Any, diffusion: Any, /, **options: Any) -> Any:
    xp, flat = _xp(density), _xp(density).ones_like(density)
    rate = flow.fokker_planck_rhs_grid(density, 0 * drift, diffusion, **options)
    for axis in range(drift.shape[0]):
        along = xp.stack([flat if k == axis else 0 * flat for k in range(drift.shape[0])])
        slope = flow.fokker_planck_rhs_grid(density, along, 0 * diffusion, **options)
        rate = rate + drift[axis, ...] * slope
    return rate


@mistake("flow.fokker_planck_rhs_grid", "missing-half", "Writes g²Δp for ½g²Δp.")
def grid_missing_half(density: Any, drift: Any, diffusion: Any, /, **options: Any) -> Any:
    return flow.fokker_planck_rhs_grid(density, drift, 2 * diffusion, **options)


@mistake(
    "flow.fokker_planck_rhs_grid",
    "diffusion-outside",
    "Writes ½g²Δp for ½Δ(g²p), which is the same only while g² does not vary from point to point.",
)
def grid_diffusion_outside(density: Any, drift: Any, diffusion: Any, /, **options: Any) -> Any:
    flux = flow.fokker_planck_rhs_grid(density, drift, 0 * diffusion, **options)
    heat = flow.fokker_planck_rhs_grid(density, 0 * drift, 0 * diffusion + 1, **options)
    return flux + diffusion * heat


@mistake("flow.fokker_planck_rhs_grid", "plus-flux", "Loses the sign of the divergence of the flux.")
def grid_plus_flux(density: Any, drift: Any, diffusion: Any, /, **options: Any) -> Any:
    return flow.fokker_planck_rhs_grid(density, -drift, diffusion, **options)


@mistake(
    "flow.fokker_planck_rhs_grid",
    "one-sided",
    "Uses forward differences for the flux, which have order 1.",
)
def grid_one_sided(density: Any, drift: Any, diffusion: Any, /, *, spacing: Any, **options: Any) -> Any:
    xp, flux = _xp(density), drift * density
    heat = flow.fokker_planck_rhs_grid(density, 0 * drift, diffusion, spacing=spacing, **options)
    for axis, step in enumerate(spacing):
        part = flux[axis, ...]
        heat = heat - (xp.roll(part, -1, axis=axis) - part) / step
    return heat
