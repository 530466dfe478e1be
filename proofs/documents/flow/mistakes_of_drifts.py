"""How people get drifts, parametrisations by noise and DDIM wrong."""

from typing import Any

from .... import flow
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf

of_forward_drift = MistakesOf("flow.forward_drift")
of_reverse_drift = MistakesOf("flow.reverse_drift")
of_flow_velocity = MistakesOf("flow.flow_velocity")
of_score_from_noise = MistakesOf("flow.score_from_noise")
of_noise_from_score = MistakesOf("flow.noise_from_score")
of_ddim_step = MistakesOf("flow.ddim_step")


@of_forward_drift("plus-score", "Adds ½(g² − σ²)·score: the sign of the heat flux.")
def forward_plus_score(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f + 0.5 * (g2 - sigma2) * score


@of_forward_drift("missing-half", "Forgets the ½ that Δ brings with g²/2.")
def forward_missing_half(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - (g2 - sigma2) * score


@of_forward_drift(
    "clipped-noise", "Clips σ² at g², because the derivation is printed with the condition σ² ≤ g²."
)
def forward_clipped_noise(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - 0.5 * _xp(f).clip(g2 - sigma2, 0.0, None) * score


@of_reverse_drift("forward-sign", "Negates the score term as if time ran forward.")
def reverse_forward_sign(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f + 0.5 * (g2 + sigma2) * score


@of_reverse_drift("noise-subtracted", "Uses the forward drift: g² − σ² instead of g² + σ².")
def reverse_noise_subtracted(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - 0.5 * (g2 - sigma2) * score


@of_reverse_drift("half-of-g-only", "Lets the ½ stand over g² alone: ½g² + σ².")
def reverse_half_of_g_only(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - (0.5 * g2 + sigma2) * score


@of_flow_velocity("full-score", "Uses f − g²·score, the drift of the reverse SDE, as that of the ODE.")
def velocity_full_score(f: Any, g2: Any, score: Any, /) -> Any:
    return f - g2 * score


@of_flow_velocity("g-for-its-square", "Multiplies the score by g/2 instead of g²/2.")
def velocity_g_for_its_square(f: Any, g2: Any, score: Any, /) -> Any:
    return f - 0.5 * _xp(f).sqrt(g2) * score


@of_score_from_noise("without-width", "Uses −ε as the score, without 1/β̄.")
def score_without_width(eps: Any, beta_bar: Any, /) -> Any:
    return -eps + 0 * beta_bar


@of_score_from_noise("positive", "Loses the sign: the score points against the noise.")
def score_positive(eps: Any, beta_bar: Any, /) -> Any:
    return eps / beta_bar


@of_noise_from_score("divided", "Divides by β̄ on the way back as on the way there.")
def noise_divided(score: Any, beta_bar: Any, /) -> Any:
    return -score / beta_bar


@of_ddim_step("change-of-width", "Advances x/ᾱ by ε times the change of β̄ instead of β̄/ᾱ.")
def ddim_change_of_width(x: Any, eps: Any, source: Any, target: Any, /) -> Any:
    return target[0] * (x / source[0] + eps * (target[1] - source[1]))


@of_ddim_step(
    "second-stage-width",
    "Removes the noise with the β̄ of the target: the noise level of the next step, used one early.",
    reference="diffusers#1512",
)
def ddim_second_stage_width(x: Any, eps: Any, source: Any, target: Any, /) -> Any:
    data = (x - target[1] * eps) / source[0]
    return target[0] * data + target[1] * eps


@of_ddim_step("backward", "Exchanges where the step starts and where it ends.")
def ddim_backward(x: Any, eps: Any, source: Any, target: Any, /) -> Any:
    return flow.ddim_step(x, eps, target, source)


@of_ddim_step(
    "variances", "Uses ᾱ² and β̄² instead of ᾱ and β̄: the squares of the discrete convention were not undone."
)
def ddim_variances(x: Any, eps: Any, source: Any, target: Any, /) -> Any:
    (a, b), (a2, b2) = source, target
    return flow.ddim_step(x, eps, (a**2, b**2), (a2**2, b2**2))


@of_forward_drift(
    "noise-added", "Adds σ² to g² instead of subtracting it: the drift of the reversed process."
)
def forward_noise_added(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - 0.5 * (g2 + sigma2) * score


@of_forward_drift("square-of-difference", "Uses (g − σ)² instead of g² − σ²: the square of the difference.")
def forward_square_of_difference(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    xp = _xp(score)
    return f - 0.5 * (xp.sqrt(g2) - xp.sqrt(sigma2)) ** 2 * score


@of_forward_drift("not-squared", "Uses g − σ instead of g² − σ²: coefficients of the noise, not squared.")
def forward_not_squared(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - 0.5 * (_xp(score).sqrt(g2) - _xp(score).sqrt(sigma2)) * score


@of_reverse_drift("missing-half", "Forgets the ½ over g² + σ²: right for neither the SDE nor the ODE.")
def reverse_missing_half(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - (g2 + sigma2) * score


@of_reverse_drift("sigma-ignored", "Takes f − g²·score whatever σ² is, which is right for σ = g alone.")
def reverse_sigma_ignored(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - (g2 + 0 * sigma2) * score


@of_reverse_drift("square-of-sum", "Uses (g + σ)² instead of g² + σ²: the square of the sum.")
def reverse_square_of_sum(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    xp = _xp(score)
    return f - 0.5 * (xp.sqrt(g2) + xp.sqrt(sigma2)) ** 2 * score


@of_reverse_drift("not-squared", "Uses g + σ instead of g² + σ²: coefficients of the noise, not squared.")
def reverse_not_squared(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    return f - 0.5 * (_xp(score).sqrt(g2) + _xp(score).sqrt(sigma2)) * score


@of_flow_velocity("plus-score", "Adds ½g²·score: the sign of the score is lost.")
def velocity_plus_score(f: Any, g2: Any, score: Any, /) -> Any:
    return f + 0.5 * g2 * score


@of_flow_velocity("squared-twice", "Squares g² once more: ½g⁴, from a g that was squared already.")
def velocity_squared_twice(f: Any, g2: Any, score: Any, /) -> Any:
    return f - 0.5 * g2**2 * score


@of_flow_velocity(
    "half-twice", "Halves the score's term twice, ¼g²: g² was halved before it was handed over."
)
def velocity_half_twice(f: Any, g2: Any, score: Any, /) -> Any:
    return f - 0.25 * g2 * score


@of_score_from_noise(
    "by-variance", "Divides the noise by β̄², a variance, which is right for x_t − ᾱ_t x_0 alone."
)
def score_by_variance(eps: Any, beta_bar: Any, /) -> Any:
    return -eps / beta_bar**2


@of_score_from_noise("multiplied", "Multiplies by β̄ instead of dividing.")
def score_multiplied(eps: Any, beta_bar: Any, /) -> Any:
    return -eps * beta_bar


@of_score_from_noise("by-root", "Divides by the square root of β̄, taken to be a variance.")
def score_by_root(eps: Any, beta_bar: Any, /) -> Any:
    return -eps / _xp(eps).sqrt(beta_bar)


@of_noise_from_score("positive", "Loses the sign: the score points against the noise.")
def noise_positive(score: Any, beta_bar: Any, /) -> Any:
    return score * beta_bar


@of_noise_from_score("by-variance", "Multiplies by β̄², a variance: what comes out is β̄ ε.")
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


ddim_not_divided = of_ddim_step("not-divided", "Forgets 1/ᾱ in the estimate of the data, x − β̄ε.")(
    _ddim(lambda x, eps, a, b: x - b * eps, _back)
)


ddim_variance = of_ddim_step(
    "variance-as-deviation", "Removes β̄² ε, a variance times the noise, instead of β̄ ε."
)(_ddim(lambda x, eps, a, b: (x - b * b * eps) / a, _back))


ddim_adds_noise = of_ddim_step("adds-noise", "Adds the predicted noise instead of removing it.")(
    _ddim(lambda x, eps, a, b: (x + b * eps) / a, _back)
)


ddim_without_noise = of_ddim_step("without-noise", "Puts no noise back: ᾱ' x_0 alone, without β̄' ε.")(
    _ddim(_data, lambda x0, eps, a, b, *_: a * x0)
)


ddim_noise_subtracted = of_ddim_step(
    "noise-subtracted", "Subtracts the noise of the target, β̄' ε, instead of adding it."
)(_ddim(_data, lambda x0, eps, a, b, *_: a * x0 - b * eps))


ddim_noise_of_the_source = of_ddim_step(
    "noise-of-the-source",
    "Puts back β̄ ε with the β̄ of the source, the old noise level, instead of that of the target.",
)(_ddim(_data, lambda x0, eps, a2, b2, a, b: a2 * x0 + b * eps))


ddim_roots = of_ddim_step(
    "roots", "Takes the square roots of ᾱ and β̄, as if they were squares, Ho's ᾱ and 1 − ᾱ."
)(
    lambda x, eps, source, target, /: flow.ddim_step(
        x, eps, tuple(s**0.5 for s in source), tuple(s**0.5 for s in target)
    )
)


ddim_clipped = of_ddim_step(
    "clipped-data", "Clips the predicted data to [−1, 1] (clip_sample), right for images in that range alone."
)(_ddim(lambda x, eps, a, b: _xp(x).clip(_data(x, eps, a, b), -1, 1), _back))


def _karras(change: Any) -> Any:
    """A step of x/ᾱ by another change(σ', σ)·ε, σ = β̄/ᾱ."""

    def step(x: Any, eps: Any, source: Any, target: Any, /) -> Any:
        (a, b), (a2, b2) = source, target
        return a2 * (x / a + change(b2 / a2, b / a) * eps)

    return step


ddim_opposite_step = of_ddim_step(
    "opposite-step", "Subtracts the change of σ = β̄/ᾱ: a step with the opposite sign, backward."
)(_karras(lambda after, before: before - after))


ddim_divided_by_sigma = of_ddim_step(
    "divided-by-sigma", "Divides ε by σ = β̄/ᾱ once more: it is the derivative (x − x_0)/σ already."
)(_karras(lambda after, before: (after - before) / before))


ddim_squares = of_ddim_step(
    "change-of-variance", "Advances by the change of σ², the variances, instead of that of σ = β̄/ᾱ."
)(_karras(lambda after, before: after**2 - before**2))
