"""How people get drifts, parametrisations by noise and DDIM wrong."""

from typing import Any

from array_api_compat import array_namespace as _xp

from .... import flow
from ...language.mistake import mistake


@mistake(
    "flow.forward_drift",
    "noise-added",
    "Adds σ² to g² where it is subtracted: the drift of the reversed process.",
)
def forward_noise_added(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - 0.5 * (g2 + sigma2) * score


@mistake(
    "flow.forward_drift", "square-of-difference", "Takes (g − σ)² for g² − σ²: the square of the difference."
)
def forward_square_of_difference(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    xp = _xp(score)
    return f - 0.5 * (xp.sqrt(g2) - xp.sqrt(sigma2)) ** 2 * score


@mistake(
    "flow.forward_drift", "not-squared", "Takes g − σ for g² − σ²: coefficients of the noise, not squared."
)
def forward_not_squared(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - 0.5 * (_xp(score).sqrt(g2) - _xp(score).sqrt(sigma2)) * score


@mistake(
    "flow.reverse_drift", "missing-half", "Forgets the ½ over g² + σ²: right for neither the SDE nor the ODE."
)
def reverse_missing_half(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - (g2 + sigma2) * score


@mistake(
    "flow.reverse_drift",
    "sigma-ignored",
    "Takes f − g²·score whatever σ² is, which is right for σ = g alone.",
)
def reverse_sigma_ignored(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - (g2 + 0 * sigma2) * score


@mistake("flow.reverse_drift", "square-of-sum", "Takes (g + σ)² for g² + σ²: the square of the sum.")
def reverse_square_of_sum(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    xp = _xp(score)
    return f - 0.5 * (xp.sqrt(g2) + xp.sqrt(sigma2)) ** 2 * score


@mistake(
    "flow.reverse_drift", "not-squared", "Takes g + σ for g² + σ²: coefficients of the noise, not squared."
)
def reverse_not_squared(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - 0.5 * (_xp(score).sqrt(g2) + _xp(score).sqrt(sigma2)) * score


@mistake("flow.flow_velocity", "plus-score", "Adds ½g²·score: the sign of the score is lost.")
def velocity_plus_score(f: Any, g2: Any, score: Any, /) -> Any:
    return f + 0.5 * g2 * score


@mistake(
    "flow.flow_velocity", "squared-twice", "Squares g² once more: ½g⁴, from a g that was squared already."
)
def velocity_squared_twice(f: Any, g2: Any, score: Any, /) -> Any:
    return f - 0.5 * g2**2 * score


@mistake(
    "flow.flow_velocity",
    "half-twice",
    "Halves the score's term twice, ¼g²: g² was halved before it was handed over.",
)
def velocity_half_twice(f: Any, g2: Any, score: Any, /) -> Any:
    return f - 0.25 * g2 * score


@mistake(
    "flow.score_from_noise",
    "by-variance",
    "Divides the noise by β̄², a variance, which is right for x_t − ᾱ_t x_0 alone.",
)
def score_by_variance(eps: Any, beta_bar: Any, /) -> Any:
    return -eps / beta_bar**2


@mistake("flow.score_from_noise", "multiplied", "Multiplies by β̄ where it divides.")
def score_multiplied(eps: Any, beta_bar: Any, /) -> Any:
    return -eps * beta_bar


@mistake("flow.score_from_noise", "by-root", "Divides by the square root of β̄, taken for a variance.")
def score_by_root(eps: Any, beta_bar: Any, /) -> Any:
    return -eps / _xp(eps).sqrt(beta_bar)


@mistake("flow.noise_from_score", "positive", "Loses the sign: the score points against the noise.")
def noise_positive(score: Any, beta_bar: Any, /) -> Any:
    return score * beta_bar


@mistake("flow.noise_from_score", "by-variance", "Multiplies by β̄², a variance: what comes out is β̄ ε.")
def noise_by_variance(score: Any, beta_bar: Any, /) -> Any:
    return -score * beta_bar**2


def _ddim(of_data: Any, back: Any) -> Any:
    """A step by another estimate of data(x, ε, ᾱ, β̄), or another way back(data, ε, ᾱ', β̄', ᾱ, β̄)."""

    def step(x: Any, eps: Any, source: Any, target: Any, /) -> Any:
        return back(of_data(x, eps, *source), eps, *target, *source)

    return step


def _data(x: Any, eps: Any, alpha: Any, beta: Any) -> Any:
    return (x - beta * eps) / alpha


def _back(data: Any, eps: Any, alpha: Any, beta: Any, *_: Any) -> Any:
    return alpha * data + beta * eps


ddim_not_divided = mistake(
    "flow.ddim_step", "not-divided", "Forgets 1/ᾱ in the estimate of the data, x − β̄ε."
)(_ddim(lambda x, eps, a, b: x - b * eps, _back))

ddim_variance = mistake(
    "flow.ddim_step", "variance-as-deviation", "Removes β̄² ε, a variance times the noise, where it is β̄ ε."
)(_ddim(lambda x, eps, a, b: (x - b * b * eps) / a, _back))

ddim_adds_noise = mistake(
    "flow.ddim_step", "adds-noise", "Adds the predicted noise where it is to be removed."
)(_ddim(lambda x, eps, a, b: (x + b * eps) / a, _back))

ddim_without_noise = mistake(
    "flow.ddim_step", "without-noise", "Puts no noise back: ᾱ' x_0 alone, without β̄' ε."
)(_ddim(_data, lambda x0, eps, a, b, *_: a * x0))

ddim_noise_subtracted = mistake(
    "flow.ddim_step", "noise-subtracted", "Subtracts the noise of the target, β̄' ε, where it is added."
)(_ddim(_data, lambda x0, eps, a, b, *_: a * x0 - b * eps))

ddim_noise_of_the_source = mistake(
    "flow.ddim_step",
    "noise-of-the-source",
    "Puts back β̄ ε with the β̄ of the source, the old noise level, where it is that of the target.",
)(_ddim(_data, lambda x0, eps, a2, b2, a, b: a2 * x0 + b * eps))

ddim_roots = mistake(
    "flow.ddim_step", "roots", "Takes the square roots of ᾱ and β̄, as if they were squares, Ho's ᾱ and 1 − ᾱ."
)(
    lambda x, eps, source, target, /: flow.ddim_step(
        x, eps, tuple(s**0.5 for s in source), tuple(s**0.5 for s in target)
    )
)

ddim_clipped = mistake(
    "flow.ddim_step",
    "clipped-data",
    "Clips the predicted data to [−1, 1] (clip_sample), right for images in that range alone.",
)(_ddim(lambda x, eps, a, b: _xp(x).clip(_data(x, eps, a, b), -1, 1), _back))


def _karras(change: Any) -> Any:
    """A step of x/ᾱ by another change(σ', σ)·ε, σ = β̄/ᾱ."""

    def step(x: Any, eps: Any, source: Any, target: Any, /) -> Any:
        (a, b), (a2, b2) = source, target
        return a2 * (x / a + change(b2 / a2, b / a) * eps)

    return step


ddim_opposite_step = mistake(
    "flow.ddim_step",
    "opposite-step",
    "Subtracts the change of σ = β̄/ᾱ: a step with the opposite sign, backward.",
)(_karras(lambda after, before: before - after))

ddim_divided_by_sigma = mistake(
    "flow.ddim_step",
    "divided-by-sigma",
    "Divides ε by σ = β̄/ᾱ once more: it is the derivative (x − x_0)/σ already.",
)(_karras(lambda after, before: (after - before) / before))

ddim_squares = mistake(
    "flow.ddim_step",
    "change-of-variance",
    "Advances by the change of σ², the variances, where it is that of σ = β̄/ᾱ.",
)(_karras(lambda after, before: after**2 - before**2))


@mistake("flow.fokker_planck_residual", "plus-diffusion", "Adds ½ D Δp/p where it is subtracted, a sign.")
def residual_plus_diffusion(
    rate: Any, drift: Any, spread: Any, diffusion: Any, score: Any, curve: Any, /
) -> Any:
    return flow.fokker_planck_residual(rate, drift, spread, -diffusion, score, curve)


@mistake("flow.fokker_planck_residual", "minus-flux", "Subtracts ∇·(f p)/p where it is added, a sign.")
def residual_minus_flux(rate: Any, drift: Any, spread: Any, diffusion: Any, score: Any, curve: Any, /) -> Any:
    return flow.fokker_planck_residual(rate, -drift, -spread, diffusion, score, curve)


@mistake(
    "flow.fokker_planck_residual",
    "without-compression",
    "Leaves out ∇·f (drift_divergence): f·∇p for ∇·(f p).",
)
def residual_without_compression(
    rate: Any, drift: Any, spread: Any, diffusion: Any, score: Any, curve: Any, /
) -> Any:
    right = flow.fokker_planck_residual(rate, drift, spread, diffusion, score, curve)
    return right._replace(value=right.value - spread)


@mistake("flow.fokker_planck_residual", "without-transport", "Leaves out f·∇log p, what the drift carries.")
def residual_without_transport(
    rate: Any, drift: Any, spread: Any, diffusion: Any, score: Any, curve: Any, /
) -> Any:
    right = flow.fokker_planck_residual(rate, drift, spread, diffusion, score, curve)
    return right._replace(value=right.value - _xp(score).sum(drift * score, axis=-1))


def _differences(change: Any) -> Any:
    """Another change(flux, axis, step, right terms) in differences; the spectral method is left right."""

    def grid(
        density: Any, drift: Any, diffusion: Any, /, *, spacing: Any, method: Any = "differences"
    ) -> Any:
        right = flow.fokker_planck_rhs_grid(density, drift, diffusion, spacing=spacing, method=method)
        if method != "differences":
            return right
        heat = flow.fokker_planck_rhs_grid(density, 0 * drift, diffusion, spacing=spacing)
        return change(heat, right - heat, spacing)

    return grid


grid_rolled = mistake(
    "flow.fokker_planck_rhs_grid",
    "rolled-the-other-way",
    "Rolls the flux the other way in its differences, which have the opposite sign: plus-flux.",
)(_differences(lambda heat, flux, spacing: heat - flux))

grid_undivided = mistake(
    "flow.fokker_planck_rhs_grid",
    "central-over-one-step",
    "Divides the central difference of the flux by h, where its ends are 2h apart: it is twice too large.",
)(_differences(lambda heat, flux, spacing: heat + 2 * flux))


@mistake(
    "flow.fokker_planck_rhs_grid",
    "step-not-squared",
    "Divides the second difference by h, not squared, where it is h².",
)
def grid_step_not_squared(
    density: Any, drift: Any, diffusion: Any, /, *, spacing: Any, method: Any = "differences"
) -> Any:
    right = flow.fokker_planck_rhs_grid(density, drift, diffusion, spacing=spacing, method=method)
    if method != "differences":
        return right
    xp, spread = _xp(density), 0.5 * diffusion * density
    for axis, step in enumerate(spacing):
        second = xp.roll(spread, -1, axis=axis) - 2 * spread + xp.roll(spread, 1, axis=axis)
        right = right + second * (1 / step - 1 / step**2)
    return right
