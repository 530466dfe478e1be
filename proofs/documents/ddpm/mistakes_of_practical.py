"""How people get schedules and loss weights of practice wrong."""

import math
from typing import Any

from .... import ddpm
from ....ddpm import Schedule
from ...language.mistake import MistakesOf
from .tables import headed, roots, space

of_scaled_linear_schedule = MistakesOf("ddpm.scaled_linear_schedule")
of_sigmoid_schedule = MistakesOf("ddpm.sigmoid_schedule")
of_rescale_zero_snr = MistakesOf("ddpm.rescale_zero_snr")
of_min_snr_weight = MistakesOf("ddpm.min_snr_weight")


@of_scaled_linear_schedule(
    "variances",
    "Spaces the variances evenly, as `linear`: the roots are to be spaced, and squared again.",
    reference="echomimic PR#127",
)
def scaled_linear_variances(steps: Any, first: Any, last: Any, /, **like: Any) -> Any:
    return ddpm.ho_schedule(steps, first, last, **like)


@of_scaled_linear_schedule(
    "roots-left-out", "Squares what is evenly spaced between first and last: the roots of both are left out."
)
def scaled_linear_without_roots(steps: Any, first: Any, last: Any, /, **like: Any) -> Any:
    values = ddpm.ho_schedule(steps, first, last, **like).beta_squared
    return Schedule(values * values)


@of_scaled_linear_schedule("not-squared", "Returns the evenly spaced standard deviations, not their squares.")
def scaled_linear_deviations(steps: Any, first: Any, last: Any, /, **like: Any) -> Any:
    return Schedule(roots(ddpm.scaled_linear_schedule(steps, first, last, **like)))


@of_scaled_linear_schedule("endpoint-left-out", "Spaces by 1/T, as arange does, and never reaches the last.")
def scaled_linear_endpoint(steps: Any, first: Any, last: Any, /, **like: Any) -> Any:
    return Schedule(ddpm.scaled_linear_schedule(steps + 1, first, last, **like).beta_squared[:-1])


@of_scaled_linear_schedule("ends-exchanged", "Descends from last to first: the ends are exchanged.")
def scaled_linear_exchanged(steps: Any, first: Any, last: Any, /, **like: Any) -> Any:
    ends = (last, first) if steps > 1 else (first, last)
    return ddpm.scaled_linear_schedule(steps, *ends, **like)


def _logistic(steps: Any, span: float, like: Any) -> Any:
    """1/(1 + exp(−z)), z evenly from −span to span."""
    index = ddpm.linear_schedule(steps, **like).beta_squared * (steps / 0.02) - 1
    xp = space(index)
    return 1 / (1 + xp.exp(span - index * (2 * span / max(steps - 1, 1))))


@of_sigmoid_schedule("half-the-span", "Takes the logistic curve from −3 to 3, not from −6 to 6.")
def sigmoid_half(steps: Any, first: Any, last: Any, /, **like: Any) -> Any:
    return Schedule(first + (last - first) * _logistic(steps, 3.0, like))


@of_sigmoid_schedule("endpoint-left-out", "Spaces by 1/T, as arange does, and never reaches z = 6.")
def sigmoid_endpoint(steps: Any, first: Any, last: Any, /, **like: Any) -> Any:
    return Schedule(ddpm.sigmoid_schedule(steps + 1, first, last, **like).beta_squared[:-1])


@of_sigmoid_schedule(
    "last-for-difference", "Adds `last` times the curve to first, not the difference of both."
)
def sigmoid_last(steps: Any, first: Any, last: Any, /, **like: Any) -> Any:
    return Schedule(first + last * _logistic(steps, 6.0, like))


@of_sigmoid_schedule("without-first", "Forgets to add first: the curve begins near 0.")
def sigmoid_from_zero(steps: Any, first: Any, last: Any, /, **like: Any) -> Any:
    return Schedule((last - first) * _logistic(steps, 6.0, like))


@of_sigmoid_schedule(
    "of-the-signal",
    "Lets the signal ᾱ_t² follow the curve, as the schedule that Jabri et al. call by the same name.",
)
def sigmoid_signal(steps: Any, first: Any, last: Any, /, **like: Any) -> Any:
    index = ddpm.linear_schedule(steps, **like).beta_squared * (steps / 0.02)
    xp = space(index)
    low, high = 1 / (1 + math.exp(3.0)), 1 / (1 + math.exp(-3.0))

    def signal(t: Any) -> Any:
        return (high - 1 / (1 + xp.exp(3 - t * (6 / steps)))) / (high - low)

    return Schedule(xp.clip(1 - signal(index) / signal(index - 1), max=0.999))


@of_sigmoid_schedule(
    "scaled-to-the-ends", "Stretches the curve so that it reaches 0 and 1, and the variances first and last."
)
def sigmoid_stretched(steps: Any, first: Any, last: Any, /, **like: Any) -> Any:
    low = 1 / (1 + math.exp(6.0))
    share = (_logistic(steps, 6.0, like) - low) / (1 - 2 * low)
    return Schedule(first + (last - first) * share)


def _of_signal(signal: Any) -> Any:
    """The schedule of ᾱ_t², t = 1..T."""
    return Schedule(space(signal).concat([1 - signal[:1], 1 - signal[1:] / signal[:-1]]))


def _shifted(values: Any) -> Any:
    return (values - values[-1:]) * (values[:1] / (values[:1] - values[-1:]))


def _kept_first(schedule: Any, other: Any) -> Any:
    return Schedule(headed(other.beta_squared, schedule.beta_squared[:1]))


@of_rescale_zero_snr(
    "of-the-square",
    "Shifts and scales ᾱ_t², Ho's alphas_cumprod, where its root is meant.",
    reference="diffusers PR#3664",
)
def rescale_square(schedule: Any, /) -> Any:
    signal = ddpm.to_ho(schedule).alphas_cumprod
    return _kept_first(schedule, _of_signal(_shifted(signal)))


@of_rescale_zero_snr(
    "not-rooted",
    "Takes ᾱ_t², Ho's alphas_cumprod, for its root, and squares what comes of it as if it were one.",
)
def rescale_not_rooted(schedule: Any, /) -> Any:
    signal = ddpm.to_ho(schedule).alphas_cumprod
    return _of_signal(_shifted(signal) ** 2)


@of_rescale_zero_snr(
    "of-the-variances", "Stretches the variances β_t² so that the last is 1, where the signal is meant."
)
def rescale_variances(schedule: Any, /) -> Any:
    b = schedule.beta_squared
    return Schedule(b[:1] + (b - b[:1]) * ((1 - b[:1]) / (b[-1:] - b[:1])))


@of_rescale_zero_snr("not-scaled", "Only subtracts ᾱ_T: the first step is noisier than it was.")
def rescale_shift(schedule: Any, /) -> Any:
    signal = ddpm.cumulative(schedule).alpha_bar[1:]
    return _of_signal((signal - signal[-1:]) ** 2)


@of_rescale_zero_snr("scaled-to-one", "Divides by 1 − ᾱ_T, as if ᾱ_0 should stay: ᾱ_1 does not.")
def rescale_to_one(schedule: Any, /) -> Any:
    signal = ddpm.cumulative(schedule).alpha_bar[1:]
    return _of_signal(((signal - signal[-1:]) / (1 - signal[-1:])) ** 2)


@of_rescale_zero_snr("last-alone", "Sets the last variance to 1 and leaves all others as they are.")
def rescale_last(schedule: Any, /) -> Any:
    b = schedule.beta_squared
    return Schedule(space(b).concat([b[:-1], space(b).ones_like(b[:1])]))


@of_rescale_zero_snr("clipped", "Clips the variances at 0.999: a little of the signal is left at the end.")
def rescale_clipped(schedule: Any, /) -> Any:
    b = ddpm.rescale_zero_snr(schedule).beta_squared
    return Schedule(space(b).clip(b, max=0.999))


@of_rescale_zero_snr(
    "ratio-not-squared", "Takes 1 − ᾱ'_t/ᾱ'_{t−1} for the variance: the ratio is α_t, not α_t²."
)
def rescale_ratio(schedule: Any, /) -> Any:
    signal = _shifted(ddpm.cumulative(schedule).alpha_bar[1:])
    return _kept_first(schedule, _of_signal(signal))


@of_rescale_zero_snr(
    "as-printed",
    "Subtracts rounded ᾱ_t and 1 − α_t² as printed: of small noise no digits are left.",
)
def rescale_printed(schedule: Any, /) -> Any:
    signal = _shifted(ddpm.cumulative(schedule).alpha_bar[1:])
    return _kept_first(schedule, _of_signal(signal * signal))


def _weights(schedule: Any, gamma: Any) -> tuple[Any, Any]:
    """SNR_t, t = 1..T, and the smaller of it and γ."""
    snr = ddpm.snr(schedule)[1:]
    return snr, space(snr).clip(snr, max=gamma)


@of_min_snr_weight(
    "v-without-one", "Divides by SNR for v, too, where SNR + 1 is meant.", reference="sd-scripts#673"
)
def weight_without_one(schedule: Any, /, *, gamma: Any = 5.0, given: Any = "noise") -> Any:
    return ddpm.min_snr_weight(schedule, gamma=gamma, given="noise" if given == "v" else given)


@of_min_snr_weight("noise-as-data", "Weighs noise by min(SNR, γ), which is the weight of data.")
def weight_of_data(schedule: Any, /, *, gamma: Any = 5.0, given: Any = "noise") -> Any:
    return ddpm.min_snr_weight(schedule, gamma=gamma, given="x0" if given == "noise" else given)


@of_min_snr_weight("v-as-noise", "Divides by SNR + 1 for noise, too, where SNR is meant.")
def weight_with_one(schedule: Any, /, *, gamma: Any = 5.0, given: Any = "noise") -> Any:
    return ddpm.min_snr_weight(schedule, gamma=gamma, given="v" if given == "noise" else given)


def _divided(weight: Any, snr: Any, given: Any) -> Any:
    return weight / snr if given == "noise" else weight / (snr + 1) if given == "v" else weight


@of_min_snr_weight("larger-of-both", "Takes the larger of SNR and γ, not the smaller.")
def weight_larger(schedule: Any, /, *, gamma: Any = 5.0, given: Any = "noise") -> Any:
    snr, _ = _weights(schedule, gamma)
    return _divided(space(snr).clip(snr, min=gamma), snr, given)


@of_min_snr_weight("without-limit", "Weighs data by SNR itself, whatever γ is.")
def weight_unlimited(schedule: Any, /, *, gamma: Any = 5.0, given: Any = "noise") -> Any:
    snr, _ = _weights(schedule, gamma)
    return _divided(snr, snr, given)


@of_min_snr_weight("ratio-of-amplitudes", "Takes ᾱ/β̄ for the signal-to-noise ratio, which is its square.")
def weight_of_amplitudes(schedule: Any, /, *, gamma: Any = 5.0, given: Any = "noise") -> Any:
    snr, _ = _weights(schedule, gamma)
    root = space(snr).sqrt(snr)
    return _divided(space(root).clip(root, max=gamma), root, given)


@of_min_snr_weight(
    "nothing-over-nothing",
    "Divides min(SNR, γ) by SNR where that is 0, at zero terminal SNR: the loss is NaN.",
    reference="sd-scripts PR#934",
)
def weight_of_nothing(schedule: Any, /, *, gamma: Any = 5.0, given: Any = "noise") -> Any:
    snr, least = _weights(schedule, gamma)
    found = ddpm.min_snr_weight(schedule, gamma=gamma, given=given)
    return space(snr).where(snr == 0, least / snr, found) if given == "noise" else found


@of_min_snr_weight("soft", "Uses SNR γ/(SNR + γ), which only tends to the smaller of both.")
def weight_soft(schedule: Any, /, *, gamma: Any = 5.0, given: Any = "noise") -> Any:
    snr, _ = _weights(schedule, gamma)
    return _divided(gamma * (snr / (snr + gamma)), snr, given)


@of_min_snr_weight(
    "one-under-the-limit",
    "Adds 1 before it takes the smaller of both for v: min(SNR + 1, γ)/(SNR + 1).",
    reference="diffusers#5654",
)
def weight_with_one_before(schedule: Any, /, *, gamma: Any = 5.0, given: Any = "noise") -> Any:
    snr, _ = _weights(schedule, gamma)
    found = ddpm.min_snr_weight(schedule, gamma=gamma, given=given)
    return space(snr).clip(snr + 1, max=gamma) / (snr + 1) if given == "v" else found


@of_min_snr_weight("v-of-gamma", "Adds 1 to the limited ratio for v, min(SNR, γ)/(min(SNR, γ) + 1).")
def weight_of_gamma(schedule: Any, /, *, gamma: Any = 5.0, given: Any = "noise") -> Any:
    _, least = _weights(schedule, gamma)
    return least / (least + 1) if given == "v" else ddpm.min_snr_weight(schedule, gamma=gamma, given=given)
