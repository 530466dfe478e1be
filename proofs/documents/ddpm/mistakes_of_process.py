"""How people get the steps of the diffusion, the posterior and its mean wrong."""

from typing import Any

from .... import ddpm
from ...language.mistake import MistakesOf
from .tables import at, headed, roots, space, tables

of_diffuse_step = MistakesOf("ddpm.diffuse_step")
of_diffuse = MistakesOf("ddpm.diffuse")
of_posterior = MistakesOf("ddpm.posterior")
of_denoise_mean = MistakesOf("ddpm.denoise_mean")


@of_diffuse_step("variance-as-deviation", "Multiplies the noise by Ho's β_t, a variance.")
def diffuse_step_variance(x_prev: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.diffuse_step(x_prev, noise * at(roots(schedule), t), schedule, t)


@of_diffuse("alpha-for-alpha-bar", "Confuses α_t with the product ᾱ_t.")
def diffuse_alpha(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.diffuse_step(x0, noise, schedule, t)


@of_diffuse(
    "previous-step",
    "Looks up t − 1 in tables that have no step 0, or t in tables that have: one step too early.",
    reference="diffusers#2076",
)
def diffuse_previous(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    alpha_bar, beta_bar = ddpm.cumulative(schedule)
    return at(alpha_bar[:-1], t) * x0 + at(beta_bar[:-1], t) * noise


@of_diffuse("variance-as-deviation", "Multiplies the noise by β̄_t², Ho's 1 − ᾱ_t.")
def diffuse_variance(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.diffuse(x0, noise * tables(schedule, t)[3], schedule, t)


@of_diffuse(
    "steps-from-the-left",
    "Gives steps axes up to those of the data at their right, so that they belong to the first axis.",
)
def diffuse_steps_from_the_left(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    missing = 0 if isinstance(t, int) else x0.ndim - 1 - t.ndim
    return ddpm.diffuse(
        x0, noise, schedule, space(t).reshape(t, (*t.shape, *[1] * missing)) if missing else t
    )


@of_posterior("swapped", "Exchanges the coefficients of x_0 and x_t.")
def posterior_swapped(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.posterior(x_t, x0, schedule, t)


@of_posterior(
    "current-for-previous",
    "Uses β̄_t instead of β̄_{t−1}, so nothing shrinks the mean or variance.",
    reference="diffusers#11347",
)
def posterior_current(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    alpha, beta, alpha_bar, beta_bar, _ = tables(schedule, t)
    pull = alpha_bar / alpha * beta * beta / (beta_bar * beta_bar)
    return alpha * x_t + pull * x0, beta * beta


@of_posterior("without-alpha-bar", "Drops ᾱ_{t−1} from the coefficient of x_0.")
def posterior_without_alpha_bar(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    alpha, _, alpha_bar, _, _ = tables(schedule, t)
    return ddpm.posterior(x0 * alpha / alpha_bar, x_t, schedule, t)


@of_posterior("deviation-as-variance", "Returns the standard deviation instead of the variance.")
def posterior_deviation(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    mean, variance = ddpm.posterior(x0, x_t, schedule, t)
    return mean, space(mean).sqrt(variance)


@of_denoise_mean("deviation-for-variance", "Removes β_t/β̄_t of the noise instead of β_t²/β̄_t.")
def denoise_deviation(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.denoise_mean(x_t, eps / at(roots(schedule), t), schedule, t)


@of_denoise_mean("without-division", "Forgets 1/α_t: the signal that the step took is not given back.")
def denoise_without_division(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.denoise_mean(x_t, eps, schedule, t) * tables(schedule, t)[0]


@of_denoise_mean(
    "previous-noise-level",
    "Uses the noise level of step t − 1 instead of that of x_t (its 1 at the first step, which has none).",
    reference="diffusers#2076",
)
def denoise_previous(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    _, _, _, beta_bar, before = tables(schedule, t)
    level = space(before).where(before == 0, space(before).ones_like(before), before)
    return ddpm.denoise_mean(x_t, eps * beta_bar / level, schedule, t)


@of_denoise_mean("alpha-bar-for-alpha", "Divides by ᾱ_t, as if to undo all steps at once.")
def denoise_alpha_bar(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    alpha, _, alpha_bar, _, _ = tables(schedule, t)
    return ddpm.denoise_mean(x_t, eps, schedule, t) * alpha / alpha_bar


@of_diffuse_step("alpha-squared", "Multiplies x_{t−1} by α_t², Ho's 1 − β_t, instead of by its root.")
def diffuse_step_alpha_squared(x_prev: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.diffuse_step(x_prev * tables(schedule, t)[0], noise, schedule, t)


@of_diffuse_step(
    "signal-kept", "Adds β_t ε and leaves x_{t−1} unscaled, as a variance-exploding process does."
)
def diffuse_step_signal_kept(x_prev: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return x_prev + at(roots(schedule), t) * noise


@of_diffuse_step(
    "alpha-bar-for-alpha",
    "Takes all steps at once: uses ᾱ_t and β̄_t of diffuse instead of α_t and β_t of one step.",
)
def diffuse_step_alpha_bar(x_prev: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.diffuse(x_prev, noise, schedule, t)


@of_diffuse("signal-not-rooted", "Multiplies x_0 by ᾱ_t², Ho's ᾱ_t without its square root.")
def diffuse_not_rooted(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.diffuse(x0 * tables(schedule, t)[2], noise, schedule, t)


@of_diffuse("not-rooted", "Takes ᾱ_t² and β̄_t², Ho's ᾱ_t and 1 − ᾱ_t, both without their square roots.")
def diffuse_both_squares(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    _, _, alpha_bar, beta_bar, _ = tables(schedule, t)
    return ddpm.diffuse(x0 * alpha_bar, noise * beta_bar, schedule, t)


@of_diffuse("coefficients-exchanged", "Gives x_0 the coefficient of the noise, and the noise that of x_0.")
def diffuse_exchanged(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.diffuse(noise, x0, schedule, t)


@of_diffuse("sum-to-one", "Uses 1 − ᾱ_t instead of β̄_t, as if the two, not their squares, had the sum 1.")
def diffuse_sum_to_one(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    alpha_bar = tables(schedule, t)[2]
    return alpha_bar * x0 + (1 - alpha_bar) * noise


@of_diffuse(
    "next-step",
    "Looks up t + 1 (the last step for T): one step too late, as a list of steps from 0 read with t does.",
)
def diffuse_next(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    last = schedule.beta_squared.shape[0]
    later = min(t + 1, last) if isinstance(t, int) else space(t).clip(t + 1, None, last)
    return ddpm.diffuse(x0, noise, schedule, later)


@of_diffuse(
    "signal-kept", "Leaves x_0 unscaled and adds β̄_t/ᾱ_t ε: x_t divided by ᾱ_t, as k-diffusion has it."
)
def diffuse_signal_kept(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.diffuse(x0, noise, schedule, t) / tables(schedule, t)[2]


@of_diffuse("half-precision-table", "Keeps ᾱ_t² in float16: near 1 it has three decimal digits.")
def diffuse_half_table(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    xp, signal = space(schedule.beta_squared), ddpm.to_ho(schedule).alphas_cumprod
    _, exponent = _exponents(signal)
    unit = 2.0 ** (exponent - 11)
    signal = at(xp.round(signal / unit) * unit, t)
    return xp.sqrt(signal) * x0 + xp.sqrt(1 - signal) * noise


def _exponents(values: Any) -> tuple[Any, Any]:
    """Mantissas in [½, 1] and exponents of values in (0, 1], those of a format without subnormal numbers."""
    xp = space(values)
    least = xp.finfo(values.dtype).smallest_normal
    exponent = xp.floor(xp.log2(xp.clip(values, least, None))) + 1
    return values / 2.0**exponent, exponent


def _posterior(
    x0: Any, x_t: Any, schedule: Any, t: Any, previous_alpha: Any = None, previous_beta: Any = None
) -> tuple[Any, Any]:
    """The posterior with other values for ᾱ_{t−1} (at t = 1 alone they may differ)."""
    alpha, beta, _, beta_bar, before = tables(schedule, t)
    signal = at(ddpm.cumulative(schedule).alpha_bar[:-1], t) if previous_alpha is None else previous_alpha
    noise = before if previous_beta is None else previous_beta
    kept, pull = (noise / beta_bar) ** 2, (beta / beta_bar) ** 2
    return alpha * kept * x_t + signal * pull * x0, kept * beta**2


@of_posterior(
    "not-rooted", "Takes ᾱ_{t−1}² and α_t², Ho's ᾱ_{t−1} and α_t, without their square roots in the mean."
)
def posterior_not_rooted(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    alpha = tables(schedule, t)[0]
    signal = at(ddpm.cumulative(schedule).alpha_bar[:-1], t)
    return ddpm.posterior(x0 * signal, x_t * alpha, schedule, t)


@of_posterior(
    "fixed-large",
    'Returns β_t² instead of the variance: "fixed large", a choice for the generator, not the posterior\'s.',
)
def posterior_fixed_large(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    mean, _ = ddpm.posterior(x0, x_t, schedule, t)
    return mean, at(schedule.beta_squared, t)


@of_posterior(
    "variance-not-divided",
    "Multiplies β_t² by β̄²_{t−1} and forgets to divide by β̄_t².",
    reference="diffusion-models-tutorial#1",
)
def posterior_not_divided(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    mean, variance = ddpm.posterior(x0, x_t, schedule, t)
    return mean, variance * at(ddpm.cumulative(schedule).beta_bar[1:], t) ** 2


@of_posterior(
    "variance-clipped",
    "Repeats the variance of step 2 (β_1² if T = 1) at step 1 instead of 0, so that its log is finite.",
)
def posterior_clipped(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    mean, _ = ddpm.posterior(x0, x_t, schedule, t)
    sigma = ddpm.sampling_std(schedule)
    first = sigma[1:2] if sigma.shape[0] > 1 else roots(schedule)
    return mean, at(space(sigma).concat([first, sigma[1:]]), t) ** 2


@of_posterior(
    "padded-with-zero",
    "Uses ᾱ_0 = 0 instead of ᾱ_0 = 1: the table of ᾱ_{t−1} was padded with zeros, so that step 1 keeps "
    "no data.",
)
def posterior_padded_zero(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    alpha_bar, beta_bar = (part[:-1] for part in ddpm.cumulative(schedule))
    zero, one = 0 * alpha_bar[:1], 0 * alpha_bar[:1] + 1
    return _posterior(x0, x_t, schedule, t, at(headed(alpha_bar, zero), t), at(headed(beta_bar, one), t))


@of_posterior(
    "padded-with-first",
    "Uses ᾱ_1 instead of ᾱ_0 = 1: the table of ᾱ_{t−1} starts with the first entry of that of ᾱ_t.",
    reference="stablediffusion#345",
)
def posterior_padded_first(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    alpha_bar, beta_bar = ddpm.cumulative(schedule)
    before = (
        at(headed(alpha_bar[:-1], alpha_bar[1:2]), t),
        at(headed(beta_bar[:-1], beta_bar[1:2]), t),
    )
    return _posterior(x0, x_t, schedule, t, *before)


@of_denoise_mean(
    "noise-not-rooted",
    "Divides by β̄_t², Ho's 1 − ᾱ_t, instead of by its root: β_t²/β̄_t² of the noise is removed.",
)
def denoise_not_rooted(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.denoise_mean(x_t, eps / tables(schedule, t)[3], schedule, t)


@of_denoise_mean("alpha-squared", "Divides by α_t², Ho's 1 − β_t, instead of by its root.")
def denoise_alpha_squared(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.denoise_mean(x_t, eps, schedule, t) / tables(schedule, t)[0]


@of_denoise_mean("adds-noise", "Adds the predicted noise instead of removing it.")
def denoise_adds(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.denoise_mean(x_t, -eps, schedule, t)


@of_denoise_mean(
    "alpha-for-beta",
    "Removes α_t²/β̄_t of the noise instead of β_t²/β̄_t: uses Ho's 1 − β_t instead of 1 − α_t.",
)
def denoise_alpha_for_beta(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    alpha, beta, *_ = tables(schedule, t)
    return ddpm.denoise_mean(x_t, eps * (alpha / beta) ** 2, schedule, t)


@of_denoise_mean(
    "clipped-data",
    "Clips the predicted x_0 to [−1, 1] on the way (clip_denoised), right for images in that range alone.",
)
def denoise_clipped(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    data = space(x_t).clip(ddpm.predict_x0(x_t, eps, schedule, t), -1, 1)
    return ddpm.posterior(data, x_t, schedule, t)[0]
