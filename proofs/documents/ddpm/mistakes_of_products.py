"""How people get what accumulates along a schedule wrong, and the predicates."""

import math
from typing import Any

from .... import ddpm
from ....ddpm import Schedule
from ...language.mistake import MistakesOf
from .tables import roots, space

of_to_ho = MistakesOf("ddpm.to_ho")
of_check_schedule = MistakesOf("ddpm.check_schedule")
of_check_steps = MistakesOf("ddpm.check_steps")
of_check_signal = MistakesOf("ddpm.check_signal")
of_cumulative = MistakesOf("ddpm.cumulative")
of_snr = MistakesOf("ddpm.snr")
of_log_snr = MistakesOf("ddpm.log_snr")


def _with_zero(first: Any, values: Any) -> Any:
    return space(values).concat([first, values])


@of_to_ho("standard-deviations", "Returns β_t, the root of Ho's β_t.")
def to_ho_standard_deviations(schedule: Any, /) -> Any:
    return ddpm.to_ho(schedule)._replace(betas=roots(schedule))


@of_check_schedule(
    "closed-interval",
    "Admits β² = 0 and 1 at any step: one without noise, or without signal before the end.",
    reference="diffusers#3851",
)
def check_schedule_closed(schedule: Any, /) -> Any:
    values = schedule.beta_squared
    return space(values).all((values >= 0) & (values <= 1))


@of_check_schedule("open-interval", "Refuses β_T² = 1, which schedules of zero terminal SNR have.")
def check_schedule_open(schedule: Any, /) -> Any:
    values = schedule.beta_squared
    return space(values).all((values > 0) & (values < 1))


@of_check_steps("zero-based", "Expects 0..T−1, as an index into the tables of 1..T.")
def check_steps_zero_based(schedule: Any, t: Any, /) -> Any:
    return space(t).all((t >= 0) & (t < schedule.beta_squared.shape[0]))


@of_check_signal("of-square", "Asks whether ᾱ_T² > 0, which underflows long before ᾱ_T does.")
def signal_of_square(schedule: Any, /) -> Any:
    return ddpm.to_ho(schedule).alphas_cumprod[-1] > 0


@of_check_signal("last-step-only", "Looks at the last β² alone; an earlier 1 has lost the data too.")
def check_signal_last(schedule: Any, /) -> Any:
    return space(schedule.beta_squared).all(schedule.beta_squared[-1:] < 1)


@of_cumulative(
    "one-minus-product",
    "Subtracts Πα² from 1: in float32 the first β̄_t of Ho's schedule keep four digits.",
    reference="diffusers#9004",
)
def cumulative_one_minus(schedule: Any, /) -> Any:
    alpha_bar, _ = ddpm.cumulative(schedule)
    xp = space(alpha_bar)
    return ddpm.Cumulative(alpha_bar, xp.sqrt(xp.abs(1 - alpha_bar * alpha_bar)))


@of_cumulative("alpha-for-alpha-bar", "Confuses α_t with the product ᾱ_t.")
def cumulative_alpha(schedule: Any, /) -> Any:
    xp = space(schedule.beta_squared)
    start = xp.ones_like(schedule.beta_squared[:1])
    alphas = xp.concat([start, xp.sqrt(1 - schedule.beta_squared)])
    return ddpm.Cumulative(alphas, ddpm.cumulative(schedule).beta_bar)


@of_cumulative("without-step-zero", "Leaves out ᾱ_0 = 1, so every look-up is one step off.")
def cumulative_without_zero(schedule: Any, /) -> Any:
    return ddpm.Cumulative(*(part[1:] for part in ddpm.cumulative(schedule)))


@of_snr("not-squared", "Divides amplitudes: ᾱ_t/β̄_t is the root of the ratio.")
def snr_not_squared(schedule: Any, /) -> Any:
    return space(schedule.beta_squared).sqrt(ddpm.snr(schedule))


@of_snr("inverted", "Divides noise by signal.")
def snr_inverted(schedule: Any, /) -> Any:
    return 1 / ddpm.snr(schedule)


@of_log_snr("of-amplitudes", "Gives λ_t = log(ᾱ_t/β̄_t), half of it, as DPM-Solver defines it.")
def log_snr_of_amplitudes(schedule: Any, /) -> Any:
    return ddpm.log_snr(schedule) / 2


@of_snr("clipped", "Clips ᾱ² away from 0, so that pure noise keeps a signal.")
def snr_clipped(schedule: Any, /) -> Any:
    xp, beta_squared = space(schedule.beta_squared), schedule.beta_squared
    return ddpm.snr(Schedule(xp.where(beta_squared < 0.999, beta_squared, 0.999 * beta_squared)))


@of_to_ho("roots", "Returns α_t and ᾱ_t, amplitudes, the roots of Ho's α_t and ᾱ_t.")
def to_ho_roots(schedule: Any, /) -> Any:
    betas, alphas, products = ddpm.to_ho(schedule)
    xp = space(betas)
    return ddpm.HoSchedule(betas, xp.sqrt(alphas), xp.sqrt(products))


@of_to_ho("previous-product", "Gives the products of the steps before, 1 at the first: alphas_cumprod_prev.")
def to_ho_previous(schedule: Any, /) -> Any:
    given = ddpm.to_ho(schedule)
    before = space(given.alphas).concat([0 * given.alphas[:1] + 1, given.alphas_cumprod[:-1]])
    return given._replace(alphas_cumprod=before)


@of_to_ho("sum-for-product", "Uses 1 − Σβ² instead of Π(1 − β²), right to first order alone.")
def to_ho_sums(schedule: Any, /) -> Any:
    xp = space(schedule.beta_squared)
    return ddpm.to_ho(schedule)._replace(alphas_cumprod=1 - xp.cumulative_sum(schedule.beta_squared))


@of_check_schedule("any-for-all", "Asks whether any value lies in (0, 1), not whether all do.")
def check_schedule_any(schedule: Any, /) -> Any:
    values = schedule.beta_squared
    return space(values).any((values > 0) & (values < 1))


@of_check_schedule("or-for-and", "Joins 0 < β² and β² < 1 by or, which every number meets.")
def check_schedule_or(schedule: Any, /) -> Any:
    values = schedule.beta_squared
    return space(values).all((values > 0) | (values < 1))


@of_check_schedule("lower-bound-left-out", "Asks only whether β² < 1, not whether it is above 0.")
def check_schedule_upper_alone(schedule: Any, /) -> Any:
    return space(schedule.beta_squared).all(schedule.beta_squared < 1)


@of_check_schedule("upper-bound-left-out", "Asks only whether β² > 0, not whether it is below 1.")
def check_schedule_lower_alone(schedule: Any, /) -> Any:
    return space(schedule.beta_squared).all(schedule.beta_squared > 0)


@of_check_steps("admits-zero", "Admits 0 too, which is no step: x_0 has no noise.")
def check_steps_admits_zero(schedule: Any, t: Any, /) -> Any:
    return space(t).all((t >= 0) & (t <= schedule.beta_squared.shape[0]))


@of_check_steps("last-left-out", "Refuses the last step T, as a range of Python leaves out its end.")
def check_steps_last_left_out(schedule: Any, t: Any, /) -> Any:
    return space(t).all((t >= 1) & (t < schedule.beta_squared.shape[0]))


@of_check_steps("any-for-all", "Asks whether any step lies in 1..T, not whether all do.")
def check_steps_any(schedule: Any, t: Any, /) -> Any:
    return space(t).any((t >= 1) & (t <= schedule.beta_squared.shape[0]))


signal_ones_alone = of_check_signal(
    "underflow-missed",
    "Asks only whether a β² is 1: a long product of small signals underflows to 0 without one.",
)(check_schedule_upper_alone.replacement)


@of_check_signal("threshold", "Compares ᾱ_T with a threshold, 10⁻⁴, where any positive signal does.")
def signal_threshold(schedule: Any, /) -> Any:
    return ddpm.cumulative(schedule).alpha_bar[-1] > 1e-4


@of_cumulative(
    "alphas-for-products",
    "Gives α_t and β_t of single steps in the place of the products ᾱ_t and β̄_t.",
    reference="score_sde_pytorch#73",
)
def cumulative_of_single_steps(schedule: Any, /) -> Any:
    signal, noise = ddpm.cumulative(schedule)
    alphas = space(signal).sqrt(1 - schedule.beta_squared)
    return ddpm.Cumulative(_with_zero(signal[:1], alphas), _with_zero(noise[:1], roots(schedule)))


@of_cumulative("noise-variance", "Gives β̄_t², a variance, instead of β̄_t: no square root of 1 − ᾱ_t².")
def cumulative_noise_variance(schedule: Any, /) -> Any:
    signal, noise = ddpm.cumulative(schedule)
    return ddpm.Cumulative(signal, noise * noise)


@of_cumulative("not-rooted", "Gives ᾱ_t² and β̄_t², the squares: Ho's ᾱ_t and 1 − ᾱ_t without roots.")
def cumulative_squares(schedule: Any, /) -> Any:
    signal, noise = ddpm.cumulative(schedule)
    return ddpm.Cumulative(signal * signal, noise * noise)


@of_cumulative(
    "signal-not-rooted",
    "Uses the product of α_t² as ᾱ_t, and makes β̄_t of that: each α_t is squared once too often.",
)
def cumulative_squared_signal(schedule: Any, /) -> Any:
    signal, noise = ddpm.cumulative(schedule)
    return ddpm.Cumulative(signal * signal, noise * space(noise).sqrt(1 + signal * signal))


@of_cumulative("sum-to-one", "Uses 1 − ᾱ_t instead of β̄_t, as if the two, not their squares, had the sum 1.")
def cumulative_sum_to_one(schedule: Any, /) -> Any:
    signal, noise = ddpm.cumulative(schedule)
    return ddpm.Cumulative(signal, noise * noise / (1 + signal))


@of_cumulative(
    "exponential",
    "Uses exp(−Σβ²), as in continuous time, instead of the product Π(1 − β²): its limit for many small "
    "steps.",
)
def cumulative_exponential(schedule: Any, /) -> Any:
    xp = space(schedule.beta_squared)
    total = xp.cumulative_sum(schedule.beta_squared)
    zero = 0 * total[:1]
    return ddpm.Cumulative(
        _with_zero(zero + 1, xp.exp(-total / 2)), _with_zero(zero, xp.sqrt(-xp.expm1(-total)))
    )


@of_cumulative("product-of-betas", "Uses the product of the β_t instead of β̄_t, which is √(1 − ᾱ_t²).")
def cumulative_product_of_betas(schedule: Any, /) -> Any:
    signal, noise = ddpm.cumulative(schedule)
    xp = space(signal)
    products = xp.exp(xp.cumulative_sum(xp.log(schedule.beta_squared)) / 2)
    return ddpm.Cumulative(signal, _with_zero(noise[:1], products))


@of_cumulative("sum-of-variances", "Adds the variances, β̄_t² = Σβ², which holds to first order alone.")
def cumulative_sums(schedule: Any, /) -> Any:
    signal, noise = ddpm.cumulative(schedule)
    xp = space(signal)
    total = xp.clip(xp.cumulative_sum(schedule.beta_squared), None, 1)
    return ddpm.Cumulative(_with_zero(signal[:1], xp.sqrt(1 - total)), _with_zero(noise[:1], xp.sqrt(total)))


@of_cumulative("previous-step", "Gives the products up to t − 1: every look-up is one step too early.")
def cumulative_previous(schedule: Any, /) -> Any:
    return ddpm.Cumulative(*(_with_zero(part[:1], part[:-1]) for part in ddpm.cumulative(schedule)))


@of_snr("alpha-for-alpha-bar", "Divides α_t² by β_t² of the single step, not the product ᾱ_t² by β̄_t².")
def snr_of_single_steps(schedule: Any, /) -> Any:
    betas = schedule.beta_squared
    return _with_zero(ddpm.snr(schedule)[:1], (1 - betas) / betas)


@of_snr("without-signal", "Gives 1/β̄_t², the ratio plus 1: the numerator ᾱ_t² was left out.")
def snr_without_signal(schedule: Any, /) -> Any:
    return ddpm.snr(schedule) + 1


@of_snr(
    "signal-squared-twice",
    "Squares ᾱ_t² once more: Ho's ᾱ_t, the table alphas_cumprod, is a square already.",
    reference="sd-scripts#308",
)
def snr_signal_squared_twice(schedule: Any, /) -> Any:
    return ddpm.snr(schedule) * ddpm.cumulative(schedule).alpha_bar ** 2


@of_snr("noise-squared-twice", "Divides by β̄_t⁴: Ho's 1 − ᾱ_t, a variance already, was squared.")
def snr_noise_squared_twice(schedule: Any, /) -> Any:
    noise = ddpm.cumulative(schedule).beta_bar[1:]
    right = ddpm.snr(schedule)
    return _with_zero(right[:1], right[1:] / noise**2)


@of_snr("capped", "Caps the ratio at 5, the γ of the min-SNR weight of a loss.")
def snr_capped(schedule: Any, /) -> Any:
    right = ddpm.snr(schedule)
    return _with_zero(right[:1], space(right).clip(right[1:], None, 5))


@of_log_snr("decimal", "Takes the logarithm to base 10 (log10), as for decibels, instead of the natural one.")
def log_snr_decimal(schedule: Any, /) -> Any:
    return ddpm.log_snr(schedule) / math.log(10)


@of_log_snr("binary", "Takes the logarithm to base 2 (log2), 1/ln 2 times the natural one.")
def log_snr_binary(schedule: Any, /) -> Any:
    return ddpm.log_snr(schedule) / math.log(2)


@of_log_snr("noise-to-signal", "Divides noise by signal: the logarithm has the opposite sign.")
def log_snr_negative(schedule: Any, /) -> Any:
    right = ddpm.log_snr(schedule)
    return _with_zero(right[:1], -right[1:])


@of_log_snr("alpha-for-alpha-bar", "Takes α_t² and β_t² of the single step, not the products' ᾱ_t² and β̄_t².")
def log_snr_of_single_steps(schedule: Any, /) -> Any:
    xp, betas = space(schedule.beta_squared), schedule.beta_squared
    return _with_zero(ddpm.log_snr(schedule)[:1], xp.log1p(-betas) - xp.log(betas))


@of_log_snr("signal-alone", "Gives log ᾱ_t² alone, without the noise's −log β̄_t².")
def log_snr_signal_alone(schedule: Any, /) -> Any:
    xp = space(schedule.beta_squared)
    return _with_zero(ddpm.log_snr(schedule)[:1], xp.cumulative_sum(xp.log1p(-schedule.beta_squared)))


@of_log_snr("noise-halved", "Subtracts log β̄_t, half of log β̄_t²: an amplitude beside a square.")
def log_snr_noise_halved(schedule: Any, /) -> Any:
    right, noise = ddpm.log_snr(schedule), ddpm.cumulative(schedule).beta_bar[1:]
    return _with_zero(right[:1], right[1:] + space(noise).log(noise))
