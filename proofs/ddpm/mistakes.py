"""How people get ddpm wrong."""

import math
from typing import Any

import array_api_compat

from ... import ddpm
from ...ddpm import Schedule
from ..mistake import mistake


def _xp(array: Any) -> Any:
    return array_api_compat.array_namespace(array)


def _at(values: Any, t: Any) -> Any:
    """Values (T,) at steps t, with a feature axis."""
    if isinstance(t, int):
        return values[t - 1 : t]
    return _xp(values).take(values, t - 1)[:, None]


def _roots(schedule: Schedule) -> Any:
    return _xp(schedule.beta_squared).sqrt(schedule.beta_squared)


def _tables(schedule: Schedule, t: Any) -> tuple[Any, Any, Any, Any, Any]:
    """α_t, β_t, ᾱ_t, β̄_t and β̄_{t−1}."""
    alpha_bar, beta_bar = ddpm.cumulative(schedule)
    alpha = _xp(alpha_bar).sqrt(1 - schedule.beta_squared)
    columns = alpha, _roots(schedule), alpha_bar[1:], beta_bar[1:], beta_bar[:-1]
    first, second, third, fourth, fifth = (_at(column, t) for column in columns)
    return first, second, third, fourth, fifth


# Schedules


@mistake(
    "ddpm.linear_schedule",
    "zero-based",
    "Counts steps from 0, so the first adds no noise and the last is too small.",
)
def linear_zero_based(steps: Any, /, **like: Any) -> Any:
    schedule = ddpm.linear_schedule(steps, **like)
    return Schedule(schedule.beta_squared - 0.02 / steps)


@mistake(
    "ddpm.linear_schedule",
    "alpha-squared-twice",
    "Takes α_t for Ho's, which is its square: 1 − 0.02 t/T is squared once more.",
)
def linear_alpha_squared_twice(steps: Any, /, **like: Any) -> Any:
    schedule = ddpm.linear_schedule(steps, **like)
    return Schedule(schedule.beta_squared * (2 - schedule.beta_squared))


@mistake(
    "ddpm.ho_schedule", "endpoint-left-out", "Spaces by 1/T, as arange does, and never reaches the last."
)
def ho_endpoint_left_out(steps: Any, first: Any = 1e-4, last: Any = 0.02, /, **like: Any) -> Any:
    longer = ddpm.ho_schedule(steps + 1, first, last, **like)
    return Schedule(longer.beta_squared[:-1])


@mistake(
    "ddpm.ho_schedule",
    "evenly-spaced-roots",
    "Spaces the standard deviations evenly: the `scaled_linear` schedule of latent diffusion.",
)
def ho_evenly_spaced_roots(steps: Any, first: Any = 1e-4, last: Any = 0.02, /, **like: Any) -> Any:
    roots = ddpm.ho_schedule(steps, math.sqrt(first), math.sqrt(last), **like).beta_squared
    return Schedule(roots * roots)


@mistake(
    "ddpm.cosine_schedule",
    "unclipped",
    "Leaves out the clip at 0.999: nothing of the data survives the last step.",
)
def cosine_unclipped(steps: Any, offset: Any = 0.008, /, **like: Any) -> Any:
    beta_squared = ddpm.cosine_schedule(steps, offset, **like).beta_squared
    return Schedule(
        _xp(beta_squared).concat([beta_squared[:-1], _xp(beta_squared).ones_like(beta_squared[:1])])
    )


def _cosines(steps: Any, offset: Any, power: int, like: Any) -> Any:
    t = ddpm.linear_schedule(steps, **like).beta_squared * (steps / 0.02)
    xp = _xp(t)

    def signal(at: Any) -> Any:
        return xp.abs(xp.cos((at / steps + offset) / (1 + offset) * (math.pi / 2))) ** power

    ratio = 1 - signal(t) / signal(t - 1)
    return Schedule(xp.where(ratio < 0.999, ratio, xp.full_like(ratio, 0.999)))


@mistake("ddpm.cosine_schedule", "cosine-not-squared", "Takes the cosine for ᾱ² where it is ᾱ.")
def cosine_not_squared(steps: Any, offset: Any = 0.008, /, **like: Any) -> Any:
    return _cosines(steps, offset, 1, like)


@mistake(
    "ddpm.cosine_schedule",
    "cancels",
    "Computes 1 − f(t)/f(t−1) as printed, in the working precision: the first variances lose their digits.",
    reference="diffusers#9004",
)
def cosine_cancels(steps: Any, offset: Any = 0.008, /, **like: Any) -> Any:
    return _cosines(steps, offset, 2, like)


@mistake("ddpm.from_ho", "squares", "Takes Ho's β_t for a standard deviation and squares it.")
def from_ho_squares(betas: Any, /) -> Any:
    return Schedule(betas * betas)


@mistake("ddpm.to_ho", "standard-deviations", "Hands out β_t where Ho's β_t is its square.")
def to_ho_standard_deviations(schedule: Any, /) -> Any:
    return ddpm.to_ho(schedule)._replace(betas=_roots(schedule))


@mistake(
    "ddpm.from_alpha", "not-squared", "Takes 1 − α_t, right for Ho's α_t, which is the square of this one."
)
def from_alpha_not_squared(alphas: Any, /) -> Any:
    return Schedule(1 - alphas)


@mistake(
    "ddpm.from_alpha", "cancels", "Rounds α_t² before it subtracts: next to 1 the variance is rounding error."
)
def from_alpha_cancels(alphas: Any, /) -> Any:
    return Schedule(1 - alphas * alphas)


@mistake(
    "ddpm.check_schedule",
    "closed-interval",
    "Admits β² = 0 and 1: a step without noise, or without signal.",
    reference="diffusers#3851",
)
def check_schedule_closed(schedule: Any, /) -> Any:
    values = schedule.beta_squared
    return _xp(values).all((values >= 0) & (values <= 1))


@mistake("ddpm.check_steps", "zero-based", "Expects 0..T−1, as an index into the tables of 1..T.")
def check_steps_zero_based(schedule: Any, t: Any, /) -> Any:
    return _xp(t).all((t >= 0) & (t < schedule.beta_squared.shape[0]))


@mistake("ddpm.check_signal", "of-square", "Asks whether ᾱ_T² > 0, which underflows long before ᾱ_T does.")
def signal_of_square(schedule: Any, /) -> Any:
    return ddpm.to_ho(schedule).alphas_cumprod[-1] > 0


@mistake(
    "ddpm.check_signal", "last-step-only", "Looks at the last β² alone; an earlier 1 has lost the data too."
)
def check_signal_last(schedule: Any, /) -> Any:
    return _xp(schedule.beta_squared).all(schedule.beta_squared[-1:] < 1)


@mistake(
    "ddpm.cumulative",
    "one-minus-product",
    "Subtracts Πα² from 1: in float32 the first β̄_t of Ho's schedule keep four digits.",
    reference="diffusers#9004",
)
def cumulative_one_minus(schedule: Any, /) -> Any:
    alpha_bar, _ = ddpm.cumulative(schedule)
    xp = _xp(alpha_bar)
    return ddpm.Cumulative(alpha_bar, xp.sqrt(xp.abs(1 - alpha_bar * alpha_bar)))


@mistake("ddpm.cumulative", "alpha-for-alpha-bar", "Confuses α_t with the product ᾱ_t.")
def cumulative_alpha(schedule: Any, /) -> Any:
    xp = _xp(schedule.beta_squared)
    start = xp.ones_like(schedule.beta_squared[:1])
    alphas = xp.concat([start, xp.sqrt(1 - schedule.beta_squared)])
    return ddpm.Cumulative(alphas, ddpm.cumulative(schedule).beta_bar)


@mistake("ddpm.cumulative", "without-step-zero", "Leaves out ᾱ_0 = 1, so every look-up is one step off.")
def cumulative_without_zero(schedule: Any, /) -> Any:
    return ddpm.Cumulative(*(part[1:] for part in ddpm.cumulative(schedule)))


@mistake("ddpm.snr", "not-squared", "Divides amplitudes: ᾱ_t/β̄_t is the root of the ratio.")
def snr_not_squared(schedule: Any, /) -> Any:
    return _xp(schedule.beta_squared).sqrt(ddpm.snr(schedule))


@mistake("ddpm.snr", "inverted", "Divides noise by signal.")
def snr_inverted(schedule: Any, /) -> Any:
    return 1 / ddpm.snr(schedule)


@mistake("ddpm.log_snr", "of-amplitudes", "Gives λ_t = log(ᾱ_t/β̄_t), half of it, as DPM-Solver defines it.")
def log_snr_of_amplitudes(schedule: Any, /) -> Any:
    return ddpm.log_snr(schedule) / 2


# Process


@mistake("ddpm.diffuse_step", "variance-as-deviation", "Multiplies the noise by Ho's β_t, a variance.")
def diffuse_step_variance(x_prev: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.diffuse_step(x_prev, noise * _at(_roots(schedule), t), schedule, t)


@mistake("ddpm.diffuse", "alpha-for-alpha-bar", "Confuses α_t with the product ᾱ_t.")
def diffuse_alpha(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.diffuse_step(x0, noise, schedule, t)


@mistake(
    "ddpm.diffuse",
    "previous-step",
    "Looks up t − 1 in tables that have no step 0, or t in tables that have: one step too early.",
    reference="diffusers#2076",
)
def diffuse_previous(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    alpha_bar, beta_bar = ddpm.cumulative(schedule)
    return _at(alpha_bar[:-1], t) * x0 + _at(beta_bar[:-1], t) * noise


@mistake("ddpm.diffuse", "variance-as-deviation", "Multiplies the noise by β̄_t², Ho's 1 − ᾱ_t.")
def diffuse_variance(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.diffuse(x0, noise * _tables(schedule, t)[3], schedule, t)


@mistake(
    "ddpm.diffuse",
    "steps-from-the-left",
    "Gives steps axes up to those of the data at their right, so that they belong to the first axis.",
)
def diffuse_steps_from_the_left(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    missing = 0 if isinstance(t, int) else x0.ndim - 1 - t.ndim
    return ddpm.diffuse(x0, noise, schedule, _xp(t).reshape(t, (*t.shape, *[1] * missing)) if missing else t)


@mistake("ddpm.posterior", "swapped", "Exchanges the coefficients of x_0 and x_t.")
def posterior_swapped(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.posterior(x_t, x0, schedule, t)


@mistake(
    "ddpm.posterior",
    "current-for-previous",
    "Takes β̄_t for β̄_{t−1}, so nothing shrinks the mean or variance.",
    reference="diffusers#11347",
)
def posterior_current(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    alpha, beta, alpha_bar, beta_bar, _ = _tables(schedule, t)
    pull = alpha_bar / alpha * beta * beta / (beta_bar * beta_bar)
    return alpha * x_t + pull * x0, beta * beta


@mistake("ddpm.posterior", "without-alpha-bar", "Drops ᾱ_{t−1} from the coefficient of x_0.")
def posterior_without_alpha_bar(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    alpha, _, alpha_bar, _, _ = _tables(schedule, t)
    return ddpm.posterior(x0 * alpha / alpha_bar, x_t, schedule, t)


@mistake("ddpm.posterior", "deviation-as-variance", "Returns the standard deviation for the variance.")
def posterior_deviation(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    mean, variance = ddpm.posterior(x0, x_t, schedule, t)
    return mean, _xp(mean).sqrt(variance)


@mistake("ddpm.denoise_mean", "deviation-for-variance", "Removes β_t/β̄_t of the noise where it is β_t²/β̄_t.")
def denoise_deviation(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.denoise_mean(x_t, eps / _at(_roots(schedule), t), schedule, t)


@mistake(
    "ddpm.denoise_mean", "without-division", "Forgets 1/α_t: the signal that the step took is not given back."
)
def denoise_without_division(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.denoise_mean(x_t, eps, schedule, t) * _tables(schedule, t)[0]


@mistake(
    "ddpm.denoise_mean",
    "previous-noise-level",
    "Takes the noise level of step t − 1 for that of x_t (its 1 at the first step, which has none).",
    reference="diffusers#2076",
)
def denoise_previous(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    _, _, _, beta_bar, before = _tables(schedule, t)
    level = _xp(before).where(before == 0, _xp(before).ones_like(before), before)
    return ddpm.denoise_mean(x_t, eps * beta_bar / level, schedule, t)


@mistake("ddpm.denoise_mean", "alpha-bar-for-alpha", "Divides by ᾱ_t, as if to undo all steps at once.")
def denoise_alpha_bar(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    alpha, _, alpha_bar, _, _ = _tables(schedule, t)
    return ddpm.denoise_mean(x_t, eps, schedule, t) * alpha / alpha_bar


@mistake("ddpm.sampling_std", "variance", "Returns σ_t² for σ_t.")
def sampling_std_variance(schedule: Any, /, *, kind: Any = "dirac") -> Any:
    sigma = ddpm.sampling_std(schedule, kind=kind)
    return sigma * sigma


@mistake(
    "ddpm.sampling_std", "kinds-exchanged", "Takes the larger for a single point and the smaller for N(m, I)."
)
def sampling_std_exchanged(schedule: Any, /, *, kind: Any = "dirac") -> Any:
    return ddpm.sampling_std(schedule, kind="normal" if kind == "dirac" else "dirac")


@mistake(
    "ddpm.sampling_std",
    "first-clipped",
    "Repeats σ_2 for σ_1 = 0 (β_1 if T = 1), as code does that stores log σ².",
)
def sampling_std_clipped(schedule: Any, /, *, kind: Any = "dirac") -> Any:
    sigma = ddpm.sampling_std(schedule, kind=kind)
    first = sigma[1:2] if sigma.shape[0] > 1 else _roots(schedule)
    return _xp(sigma).concat([first, sigma[1:]])


@mistake(
    "ddpm.optimal_std",
    "coefficient-not-squared",
    "Weights Cov(x_0|x_t) by x_0's coefficient, not its square.",
)
def optimal_std_not_squared(schedule: Any, conditional_variance: Any, /) -> Any:
    dirac = ddpm.sampling_std(schedule)
    alpha_bar, beta_bar = ddpm.cumulative(schedule)
    pull = alpha_bar[:-1] * schedule.beta_squared / beta_bar[1:] ** 2
    return _xp(dirac).sqrt(dirac * dirac + pull * conditional_variance)


@mistake("ddpm.optimal_std", "variance", "Returns σ_t² for σ_t.")
def optimal_std_variance(schedule: Any, conditional_variance: Any, /) -> Any:
    sigma = ddpm.optimal_std(schedule, conditional_variance)
    return sigma * sigma


@mistake("ddpm.ancestral_step", "variance-for-deviation", "Multiplies the noise by σ_t².")
def ancestral_variance(x_t: Any, eps: Any, noise: Any, schedule: Any, sigma: Any, t: Any, /) -> Any:
    return ddpm.ancestral_step(x_t, eps, noise, schedule, sigma * sigma, t)


def _without_first(sigma: Any) -> Any:
    return _xp(sigma).concat([0 * sigma[:1], sigma[1:]])


@mistake(
    "ddpm.ancestral_step",
    "no-noise-at-the-end",
    "Adds no noise at t = 1, as Ho et al.: another generator, whose likelihood is infinite or undefined.",
)
def ancestral_no_noise(x_t: Any, eps: Any, noise: Any, schedule: Any, sigma: Any, t: Any, /) -> Any:
    return ddpm.ancestral_step(x_t, eps, noise, schedule, _without_first(sigma), t)


@mistake(
    "ddpm.ancestral_step",
    "sign-flipped",
    "Returns the mean's opposite: on data symmetric about 0 no variance, and no sample's look, tells.",
)
def ancestral_flipped(x_t: Any, eps: Any, noise: Any, schedule: Any, sigma: Any, t: Any, /) -> Any:
    return ddpm.ancestral_step(-x_t, -eps, noise, schedule, sigma, t)


@mistake(
    "ddpm.ancestral_step",
    "sigma-of-the-next-step",
    "Looks up σ at t, not t − 1, where t is an array: one number alone was tried.",
)
def ancestral_next_sigma(x_t: Any, eps: Any, noise: Any, schedule: Any, sigma: Any, t: Any, /) -> Any:
    shifted = _xp(sigma).concat([sigma[1:], sigma[:1] / 2])
    return ddpm.ancestral_step(x_t, eps, noise, schedule, sigma if isinstance(t, int) else shifted, t)


@mistake("ddpm.sample", "no-noise-at-the-end", "Adds no noise at t = 1, as Ho et al.")
def sample_no_noise(eps_model: Any, x_t: Any, noises: Any, schedule: Any, sigma: Any, /) -> Any:
    return ddpm.sample(eps_model, x_t, noises, schedule, _without_first(sigma))


@mistake("ddpm.sample", "reversed-time", "Takes the steps 1..T, from little noise to much.")
def sample_reversed(eps_model: Any, x_t: Any, noises: Any, schedule: Any, sigma: Any, /) -> Any:
    for t in range(1, noises.shape[0] + 1):
        x_t = ddpm.ancestral_step(x_t, eps_model(x_t, t), noises[t - 1, ...], schedule, sigma, t)
    return x_t


@mistake(
    "ddpm.sample",
    "zero-based-time",
    "Tells the model t − 1 (the last step for 0), though it was trained on 1..T.",
)
def sample_zero_based(eps_model: Any, x_t: Any, noises: Any, schedule: Any, sigma: Any, /) -> Any:
    def shifted(x: Any, t: int) -> Any:
        return eps_model(x, t - 1)

    return ddpm.sample(shifted, x_t, noises, schedule, sigma)


# Parametrisations


@mistake(
    "ddpm.ho_schedule",
    "last-of-variances-for-deviations",
    "Ends at √0.02 by default, for Ho's 0.02 taken as a standard deviation.",
)
def ho_schedule_deviation(steps: int, first: float = 1e-4, last: float = 0.02**0.5, /, **like: Any) -> Any:
    return ddpm.ho_schedule(steps, first, last, **like)


@mistake("ddpm.cosine_schedule", "without-offset", "Has no offset by default, so that β_1 is too small.")
def cosine_schedule_without_offset(steps: int, offset: float = 0.0, /, **like: Any) -> Any:
    return ddpm.cosine_schedule(steps, offset, **like)


@mistake("ddpm.predict_v", "from-data-by-default", "Takes the prediction for data unless told.")
def predict_v_from_data(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "x0") -> Any:
    return ddpm.predict_v(x_t, prediction, schedule, t, given=given)


@mistake("ddpm.predict_score", "from-data-by-default", "Takes the prediction for data unless told.")
def predict_score_from_data(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "x0") -> Any:
    return ddpm.predict_score(x_t, prediction, schedule, t, given=given)


@mistake("ddpm.velocity", "opposite-sign", "Defines v as β̄_t x_0 − ᾱ_t ε, the other direction of rotation.")
def velocity_opposite(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return -ddpm.velocity(x0, noise, schedule, t)


@mistake("ddpm.velocity", "roles-exchanged", "Gives signal and noise each other's coefficient.")
def velocity_exchanged(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return -ddpm.velocity(noise, x0, schedule, t)


@mistake("ddpm.predict_x0", "adds-noise", "Adds the predicted noise (and score) where it is to be removed.")
def predict_x0_adds(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise") -> Any:
    sign = 1 if given == "v" else -1
    return ddpm.predict_x0(x_t, sign * prediction, schedule, t, given=given)


@mistake("ddpm.predict_x0", "not-divided", "Forgets 1/ᾱ_t: the signal stays as small as it is in x_t.")
def predict_x0_not_divided(
    x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise"
) -> Any:
    scale = 1 if given == "v" else _tables(schedule, t)[2]
    return scale * ddpm.predict_x0(x_t, prediction, schedule, t, given=given)


@mistake("ddpm.predict_x0", "velocity-sign", "Adds β̄_t v, from the opposite definition of v.")
def predict_x0_velocity(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise") -> Any:
    sign = -1 if given == "v" else 1
    return ddpm.predict_x0(x_t, sign * prediction, schedule, t, given=given)


@mistake(
    "ddpm.predict_x0",
    "velocity-through-noise",
    "Turns v into noise and divides by ᾱ_t, which is 0/0 at zero terminal SNR.",
)
def predict_x0_through_noise(
    x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise"
) -> Any:
    if given == "v":
        prediction, given = ddpm.predict_noise(x_t, prediction, schedule, t, given="v"), "noise"
    return ddpm.predict_x0(x_t, prediction, schedule, t, given=given)


@mistake("ddpm.snr", "clipped", "Clips ᾱ² away from 0, so that pure noise keeps a signal.")
def snr_clipped(schedule: Any, /) -> Any:
    xp, beta_squared = _xp(schedule.beta_squared), schedule.beta_squared
    return ddpm.snr(Schedule(xp.where(beta_squared < 0.999, beta_squared, 0.999 * beta_squared)))


@mistake("ddpm.predict_noise", "velocity-sign", "Subtracts ᾱ_t v, from the opposite definition of v.")
def predict_noise_velocity(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "x0") -> Any:
    sign = -1 if given == "v" else 1
    return ddpm.predict_noise(x_t, sign * prediction, schedule, t, given=given)


@mistake("ddpm.predict_noise", "score-unscaled", "Takes noise for minus the score, without β̄_t.")
def predict_noise_unscaled(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "x0") -> Any:
    scale = 1 / _tables(schedule, t)[3] if given == "score" else 1
    return scale * ddpm.predict_noise(x_t, prediction, schedule, t, given=given)


@mistake("ddpm.predict_v", "opposite-sign", "Returns β̄_t x_0 − ᾱ_t ε.")
def predict_v_opposite(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise") -> Any:
    return -ddpm.predict_v(x_t, prediction, schedule, t, given=given)


@mistake("ddpm.predict_score", "positive", "Forgets the sign: the score points against the noise.")
def predict_score_positive(
    x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise"
) -> Any:
    return -ddpm.predict_score(x_t, prediction, schedule, t, given=given)


@mistake("ddpm.predict_score", "unscaled", "Forgets 1/β̄_t: returns −ε.")
def predict_score_unscaled(
    x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise"
) -> Any:
    return ddpm.predict_score(x_t, prediction, schedule, t, given=given) * _tables(schedule, t)[3]


@mistake(
    "ddpm.predict_score", "variance-for-deviation", "Divides the noise by β̄_t², right for x_t − ᾱ_t x_0 only."
)
def predict_score_variance(
    x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise"
) -> Any:
    scale = _tables(schedule, t)[3] if given == "noise" else 1
    return ddpm.predict_score(x_t, prediction, schedule, t, given=given) / scale


@mistake(
    "ddpm.loss_weight", "half-both-times", "Includes the factor ½ always, or never: the option does nothing."
)
def loss_weight_half(schedule: Any, sigma: Any, /, *, half: bool = False) -> Any:
    return ddpm.loss_weight(schedule, sigma, half=not half)


@mistake(
    "ddpm.loss_weight", "square-for-fourth-power", "Writes β_t² for β_t⁴, Ho's notation read in the source's."
)
def loss_weight_square(schedule: Any, sigma: Any, /, *, half: bool = False) -> Any:
    return ddpm.loss_weight(schedule, sigma, half=half) / schedule.beta_squared


@mistake("ddpm.loss_weight", "deviation-for-variance", "Divides by σ_t for σ_t².")
def loss_weight_deviation(schedule: Any, sigma: Any, /, *, half: bool = False) -> Any:
    return ddpm.loss_weight(schedule, _xp(sigma).sqrt(sigma), half=half)


@mistake("ddpm.loss_weight", "without-alpha", "Drops 1/α_t², which the mean's factor 1/α_t brings.")
def loss_weight_without_alpha(schedule: Any, sigma: Any, /, *, half: bool = False) -> Any:
    return ddpm.loss_weight(schedule, sigma, half=half) * (1 - schedule.beta_squared)


# Generators


@mistake("ddpm.exact_generator", "without-mean", "Leaves out the bias, as if data had been centred.")
def exact_without_mean(mean: Any, covariance: Any, schedule: Any, /) -> Any:
    return ddpm.exact_generator(0 * mean, covariance, schedule)


@mistake(
    "ddpm.exact_generator",
    "through-precision",
    "Adds precisions, C⁻¹ among them, kept invertible by a jitter: no data lie at a point or on a line.",
)
def exact_through_precision(mean: Any, covariance: Any, schedule: Any, /) -> Any:
    return ddpm.exact_generator(mean, covariance + 1e-3 * _identity(covariance), schedule)


@mistake("ddpm.exact_generator", "prior-covariance", "Takes β_t² I for Cov(x_{t−1}|x_t), whatever the data.")
def exact_prior(mean: Any, covariance: Any, schedule: Any, /) -> Any:
    exact = ddpm.exact_generator(mean, covariance, schedule)
    plain = ddpm.exact_generator(mean, _identity(covariance), schedule)
    return exact._replace(covariance=plain.covariance)


def _identity(matrix: Any) -> Any:
    xp = _xp(matrix)
    return xp.eye(matrix.shape[-1], dtype=matrix.dtype, device=array_api_compat.device(matrix))


@mistake("ddpm.marginals", "deviation-added", "Adds σ_t for σ_t² to the variance.")
def marginals_deviation(generator: Any, /) -> Any:
    root = _xp(generator.covariance).sqrt(_xp(generator.covariance).abs(generator.covariance))
    return ddpm.marginals(generator._replace(covariance=root))


@mistake("ddpm.marginals", "without-transpose", "Computes Wᵀ V W for W V Wᵀ.")
def marginals_transposed(generator: Any, /) -> Any:
    transposed = _xp(generator.weight).matrix_transpose(generator.weight)
    states = ddpm.marginals(generator._replace(weight=transposed))
    return states._replace(mean=ddpm.marginals(generator).mean)


@mistake("ddpm.marginals", "neighbours-exchanged", "Returns Cov(x_t, x_{t−1}), the transpose.")
def marginals_exchanged(generator: Any, /) -> Any:
    states = ddpm.marginals(generator)
    return states._replace(cross=_xp(states.cross).matrix_transpose(states.cross))


def _changed(terms: Any, change: Any) -> Any:
    """Add a change to L_0, ..., L_{T−1}."""
    return _xp(terms).concat([terms[..., :-1] + change, terms[..., -1:]], axis=-1)


def _log_dets(generator: Any) -> Any:
    xp = _xp(generator.covariance)
    return 2 * xp.sum(xp.log(xp.linalg.diagonal(xp.linalg.cholesky(generator.covariance))), axis=-1)


@mistake(
    "ddpm.elbo_terms",
    "divergence-twice",
    "Counts the divergence from the prior twice: once in its term and once more with the last step's.",
    reference="scvi-tools#369",
)
def elbo_twice(x0: Any, generator: Any, schedule: Any, /) -> Any:
    terms = ddpm.elbo_terms(x0, generator, schedule)
    return _xp(terms).concat([terms[..., :-1], 2 * terms[..., -1:]], axis=-1)


@mistake("ddpm.elbo_terms", "log-determinant-not-halved", "Adds log det S_t for half of it.")
def elbo_log_det(x0: Any, generator: Any, schedule: Any, /) -> Any:
    return _changed(ddpm.elbo_terms(x0, generator, schedule), _log_dets(generator) / 2)


@mistake(
    "ddpm.elbo_terms",
    "without-dimension",
    "Takes log 2π once, not d times, in the density of x_0; d = 1 hides it.",
)
def elbo_without_dimension(x0: Any, generator: Any, schedule: Any, /) -> Any:
    terms = ddpm.elbo_terms(x0, generator, schedule)
    first = terms[..., :1] - (x0.shape[-1] - 1) * math.log(2 * math.pi) / 2
    return _xp(terms).concat([first, terms[..., 1:]], axis=-1)


@mistake(
    "ddpm.elbo_terms",
    "without-spread",
    "Evaluates L_0 at the mean of x_1 instead of averaging over it.",
)
def elbo_without_spread(x0: Any, generator: Any, schedule: Any, /) -> Any:
    xp = _xp(x0)
    terms = ddpm.elbo_terms(x0, generator, schedule)
    solved = xp.linalg.solve(xp.linalg.cholesky(generator.covariance[0, ...]), generator.weight[0, ...])
    lost = schedule.beta_squared[:1] * xp.sum(solved * solved) / 2
    return xp.concat([terms[..., :1] - lost, terms[..., 1:]], axis=-1)


@mistake(
    "ddpm.elbo_terms",
    "last-term-cancels",
    "Takes log(1 − ᾱ_T²) in KL(p_T‖q_T): beside 1 all digits of a small signal are lost.",
)
def elbo_last_cancels(x0: Any, generator: Any, schedule: Any, /) -> Any:
    xp, terms = _xp(x0), ddpm.elbo_terms(x0, generator, schedule)
    signal = ddpm.to_ho(schedule).alphas_cumprod[-1:]
    last = signal * xp.sum(x0 * x0, axis=-1, keepdims=True) - x0.shape[-1] * (signal + xp.log(1 - signal))
    return xp.concat([terms[..., :-1], last / 2], axis=-1)


@mistake(
    "ddpm.joint_kl",
    "divergence-twice",
    "Counts KL(p_T‖q_T) twice, once in each of two sums.",
    reference="scvi-tools#369",
)
def joint_twice(mean: Any, covariance: Any, generator: Any, schedule: Any, /) -> Any:
    return ddpm.joint_kl(mean, covariance, generator, schedule) + _last(mean, covariance, schedule)


@mistake("ddpm.joint_kl", "without-last-state", "Takes KL(p_T‖q_T) for 0, since ᾱ_T is small; it never is 0.")
def joint_without_last(mean: Any, covariance: Any, generator: Any, schedule: Any, /) -> Any:
    return ddpm.joint_kl(mean, covariance, generator, schedule) - _last(mean, covariance, schedule)


def _last(mean: Any, covariance: Any, schedule: Any) -> Any:
    """KL(p_T‖q_T)."""
    return ddpm.joint_kl(mean, covariance, ddpm.exact_generator(mean, covariance, schedule), schedule)


@mistake("ddpm.joint_kl", "zero-mean", "Centres the data and keeps the generator's bias.")
def joint_zero_mean(mean: Any, covariance: Any, generator: Any, schedule: Any, /) -> Any:
    return ddpm.joint_kl(0 * mean, covariance, generator, schedule)


@mistake("ddpm.joint_kl", "log-determinant-not-halved", "Adds log det S_t for half of it.")
def joint_log_det(mean: Any, covariance: Any, generator: Any, schedule: Any, /) -> Any:
    total = ddpm.joint_kl(mean, covariance, generator, schedule)
    return total + _xp(total).sum(_log_dets(generator)) / 2
