"""How people get the generator's widths, its steps and the sampler wrong."""

from typing import Any

from .... import ddpm
from ...language.mistake import MistakesOf
from .tables import headed, roots, space, tables

of_sampling_std = MistakesOf("ddpm.sampling_std")
of_optimal_std = MistakesOf("ddpm.optimal_std")
of_ancestral_step = MistakesOf("ddpm.ancestral_step")
of_sample = MistakesOf("ddpm.sample")


def _without_first(sigma: Any) -> Any:
    return headed(sigma, 0 * sigma[:1])


@of_sampling_std("variance", "Returns σ_t² instead of σ_t.")
def sampling_std_variance(schedule: Any, /, *, kind: Any = "dirac") -> Any:
    sigma = ddpm.sampling_std(schedule, kind=kind)
    return sigma * sigma


@of_sampling_std("kinds-exchanged", "Takes the larger for a single point and the smaller for N(m, I).")
def sampling_std_exchanged(schedule: Any, /, *, kind: Any = "dirac") -> Any:
    return ddpm.sampling_std(schedule, kind="normal" if kind == "dirac" else "dirac")


@of_sampling_std(
    "first-clipped", "Repeats σ_2 instead of σ_1 = 0 (β_1 if T = 1), as code does that stores log σ²."
)
def sampling_std_clipped(schedule: Any, /, *, kind: Any = "dirac") -> Any:
    sigma = ddpm.sampling_std(schedule, kind=kind)
    first = sigma[1:2] if sigma.shape[0] > 1 else roots(schedule)
    return space(sigma).concat([first, sigma[1:]])


@of_optimal_std("coefficient-not-squared", "Weights Cov(x_0|x_t) by x_0's coefficient, not its square.")
def optimal_std_not_squared(schedule: Any, conditional_variance: Any, /) -> Any:
    dirac = ddpm.sampling_std(schedule)
    alpha_bar, beta_bar = ddpm.cumulative(schedule)
    pull = alpha_bar[:-1] * schedule.beta_squared / beta_bar[1:] ** 2
    return space(dirac).sqrt(dirac * dirac + pull * conditional_variance)


@of_optimal_std("variance", "Returns σ_t² instead of σ_t.")
def optimal_std_variance(schedule: Any, conditional_variance: Any, /) -> Any:
    sigma = ddpm.optimal_std(schedule, conditional_variance)
    return sigma * sigma


@of_ancestral_step("variance-for-deviation", "Multiplies the noise by σ_t².")
def ancestral_variance(x_t: Any, eps: Any, noise: Any, schedule: Any, sigma: Any, t: Any, /) -> Any:
    return ddpm.ancestral_step(x_t, eps, noise, schedule, sigma * sigma, t)


@of_ancestral_step(
    "variance-for-deviation-later",
    "Multiplies the noise by σ_t² instead of σ_t at t > 1; the last step has its noise from elsewhere.",
)
def ancestral_variance_later(x_t: Any, eps: Any, noise: Any, schedule: Any, sigma: Any, t: Any, /) -> Any:
    return ddpm.ancestral_step(x_t, eps, noise, schedule, headed(sigma * sigma, sigma[:1]), t)


@of_ancestral_step(
    "no-noise-at-the-end",
    "Adds no noise at t = 1, as Ho et al.: another generator, whose likelihood is infinite or undefined.",
)
def ancestral_no_noise(x_t: Any, eps: Any, noise: Any, schedule: Any, sigma: Any, t: Any, /) -> Any:
    return ddpm.ancestral_step(x_t, eps, noise, schedule, _without_first(sigma), t)


@of_ancestral_step(
    "sign-flipped",
    "Returns the mean's opposite: on data symmetric about 0 no variance, and no sample's look, tells.",
)
def ancestral_flipped(x_t: Any, eps: Any, noise: Any, schedule: Any, sigma: Any, t: Any, /) -> Any:
    return ddpm.ancestral_step(-x_t, -eps, noise, schedule, sigma, t)


@of_ancestral_step(
    "sigma-of-the-next-step", "Looks up σ at t, not t − 1, where t is an array: one number alone was tried."
)
def ancestral_next_sigma(x_t: Any, eps: Any, noise: Any, schedule: Any, sigma: Any, t: Any, /) -> Any:
    shifted = space(sigma).concat([sigma[1:], sigma[:1] / 2])
    return ddpm.ancestral_step(x_t, eps, noise, schedule, sigma if isinstance(t, int) else shifted, t)


@of_sample("no-noise-at-the-end", "Adds no noise at t = 1, as Ho et al.")
def sample_no_noise(eps_model: Any, x_t: Any, noises: Any, schedule: Any, sigma: Any, /) -> Any:
    return ddpm.sample(eps_model, x_t, noises, schedule, _without_first(sigma))


@of_sample("reversed-time", "Takes the steps 1..T, from little noise to much.")
def sample_reversed(eps_model: Any, x_t: Any, noises: Any, schedule: Any, sigma: Any, /) -> Any:
    for t in range(1, noises.shape[0] + 1):
        x_t = ddpm.ancestral_step(x_t, eps_model(x_t, t), noises[t - 1, ...], schedule, sigma, t)
    return x_t


@of_sample("zero-based-time", "Tells the model t − 1 (the last step for 0), though it was trained on 1..T.")
def sample_zero_based(eps_model: Any, x_t: Any, noises: Any, schedule: Any, sigma: Any, /) -> Any:
    def shifted(x: Any, t: int) -> Any:
        return eps_model(x, t - 1)

    return ddpm.sample(shifted, x_t, noises, schedule, sigma)


@of_sampling_std("without-beta", "Gives β̄_{t−1}/β̄_t for the smaller kind and forgets the factor β_t.")
def sampling_std_without_beta(schedule: Any, /, *, kind: Any = "dirac") -> Any:
    sigma = ddpm.sampling_std(schedule, kind=kind)
    return sigma / roots(schedule) if kind == "dirac" else sigma


@of_sampling_std(
    "ratio-inverted", "Multiplies β_t by β̄_t/β̄_{t−1} for the smaller kind, the ratio upside down."
)
def sampling_std_inverted(schedule: Any, /, *, kind: Any = "dirac") -> Any:
    if kind != "dirac":
        return ddpm.sampling_std(schedule, kind=kind)
    beta_bar = ddpm.cumulative(schedule).beta_bar
    return roots(schedule) * beta_bar[1:] / space(beta_bar).clip(beta_bar[:-1], 1e-10, None)


@of_optimal_std("current-signal", "Uses ᾱ_t instead of ᾱ_{t−1} in the coefficient of x_0.")
def optimal_std_current_signal(schedule: Any, conditional_variance: Any, /) -> Any:
    return ddpm.optimal_std(schedule, conditional_variance * (1 - schedule.beta_squared))


@of_ancestral_step("without-noise", "Adds no noise at t > 1: what is returned is the mean.")
def ancestral_without_noise(x_t: Any, eps: Any, noise: Any, schedule: Any, sigma: Any, t: Any, /) -> Any:
    return ddpm.ancestral_step(x_t, eps, noise, schedule, headed(0 * sigma, sigma[:1]), t)


@of_ancestral_step("own-sigma", 'Uses β_t, "fixed large", instead of σ_t at t > 1 whatever sigma is given.')
def ancestral_own_sigma(x_t: Any, eps: Any, noise: Any, schedule: Any, sigma: Any, t: Any, /) -> Any:
    return ddpm.ancestral_step(x_t, eps, noise, schedule, headed(roots(schedule), sigma[:1]), t)


@of_ancestral_step("sigma-of-the-previous-step", "Looks up σ at t − 1 (at 1 for t = 1): one step too early.")
def ancestral_previous_sigma(x_t: Any, eps: Any, noise: Any, schedule: Any, sigma: Any, t: Any, /) -> Any:
    earlier = space(sigma).concat([sigma[:1], sigma[:-1]])
    return ddpm.ancestral_step(x_t, eps, noise, schedule, earlier, t)


@of_ancestral_step(
    "without-division", "Forgets 1/α_t in the mean: the signal that the step took is not given back."
)
def ancestral_without_division(x_t: Any, eps: Any, noise: Any, schedule: Any, sigma: Any, t: Any, /) -> Any:
    mean = ddpm.denoise_mean(x_t, eps, schedule, t)
    right = ddpm.ancestral_step(x_t, eps, noise, schedule, sigma, t)
    return right - mean + mean * tables(schedule, t)[0]


@of_sample("variance-for-deviation", "Multiplies the noise by σ_t² instead of σ_t at t > 1.")
def sample_variance(eps_model: Any, x_t: Any, noises: Any, schedule: Any, sigma: Any, /) -> Any:
    return ddpm.sample(eps_model, x_t, noises, schedule, headed(sigma * sigma, sigma[:1]))


@of_sample("without-noise", "Adds no noise at t > 1: the chain of means.")
def sample_without_noise(eps_model: Any, x_t: Any, noises: Any, schedule: Any, sigma: Any, /) -> Any:
    return ddpm.sample(eps_model, x_t, noises, schedule, headed(0 * sigma, sigma[:1]))


@of_sample("own-sigma", 'Uses β_t, "fixed large", instead of σ_t at t > 1 whatever sigma is given.')
def sample_own_sigma(eps_model: Any, x_t: Any, noises: Any, schedule: Any, sigma: Any, /) -> Any:
    return ddpm.sample(eps_model, x_t, noises, schedule, headed(roots(schedule), sigma[:1]))


@of_sample("one-noise", "Uses the noise of the first step taken, T, in every step at t > 1.")
def sample_one_noise(eps_model: Any, x_t: Any, noises: Any, schedule: Any, sigma: Any, /) -> Any:
    same = space(noises).broadcast_to(noises[-1:, ...], noises.shape)
    return ddpm.sample(eps_model, x_t, headed(same, noises[:1, ...]), schedule, sigma)


@of_sample(
    "time-one-late", "Tells the model t + 1 (the first step for T), as if its steps were counted from 0."
)
def sample_late(eps_model: Any, x_t: Any, noises: Any, schedule: Any, sigma: Any, /) -> Any:
    def shifted(x: Any, t: int) -> Any:
        return eps_model(x, t % noises.shape[0] + 1)

    return ddpm.sample(shifted, x_t, noises, schedule, sigma)


@of_sample(
    "stops-early",
    "Stops before the last step: from 1 to 0 only noise is added, and what is returned belongs to t = 1.",
)
def sample_stops_early(eps_model: Any, x_t: Any, noises: Any, schedule: Any, sigma: Any, /) -> Any:
    for t in range(noises.shape[0], 1, -1):
        x_t = ddpm.ancestral_step(x_t, eps_model(x_t, t), noises[t - 1, ...], schedule, sigma, t)
    return x_t + sigma[0] * noises[0, ...]
