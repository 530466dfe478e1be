"""How people get continuous schedules, and what follows from them, wrong."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .... import flow
from ...._libraries import array_namespace as _xp
from ...language.law import Implementation
from ...language.mistake import MistakesOf

of_variance_preserving = MistakesOf("flow.variance_preserving")
of_variance_exploding = MistakesOf("flow.variance_exploding")
of_variance_exploding_smld = MistakesOf("flow.variance_exploding_smld")
of_sub_variance_preserving = MistakesOf("flow.sub_variance_preserving")
of_from_functions = MistakesOf("flow.from_functions")
of_drift_coefficient = MistakesOf("flow.drift_coefficient")
of_diffusion_squared = MistakesOf("flow.diffusion_squared")


@of_variance_preserving("sum-to-one", "Keeps ᾱ + β̄ = 1, the relation of the squares, so β̄ = 1 − ᾱ.")
def preserving_sum_to_one(*, beta_min: float = 0.1, beta_max: float = 20.0) -> Any:
    made = flow.variance_preserving(beta_min=beta_min, beta_max=beta_max)
    return replace(
        made,
        variance=lambda t: (1 - made.alpha(t)) ** 2,
        variance_derivative=lambda t: -2 * (1 - made.alpha(t)) * made.alpha_derivative(t),
    )


@of_variance_preserving(
    "missing-half",
    "Uses exp(−B), which is ᾱ², instead of ᾱ: the squares of the discrete convention were not undone.",
)
def preserving_missing_half(*, beta_min: float = 0.1, beta_max: float = 20.0) -> Any:
    return flow.variance_preserving(beta_min=2 * beta_min, beta_max=2 * beta_max)


@of_variance_preserving(
    "subtracting", "Computes β̄² as 1 − ᾱ², which loses every digit at small t; expm1 keeps them."
)
def preserving_subtracting(*, beta_min: float = 0.1, beta_max: float = 20.0) -> Any:
    made = flow.variance_preserving(beta_min=beta_min, beta_max=beta_max)
    return replace(made, variance=lambda t: 1 - made.alpha(t) ** 2)


@of_variance_exploding(
    "missing-initial-variance", "Takes β̄² = σ²(t) without subtracting σ²(0), so that p_0 is not the data."
)
def exploding_missing_initial_variance(*, sigma_min: float = 0.01, sigma_max: float = 50.0) -> Any:
    made = flow.variance_exploding(sigma_min=sigma_min, sigma_max=sigma_max)
    return replace(made, variance=lambda t: made.variance(t) + sigma_min**2)


@of_sub_variance_preserving(
    "not-squared", "Uses 1 − exp(−B), which is β̄ here, instead of β̄² as in the variance-preserving schedule."
)
def sub_not_squared(*, beta_min: float = 0.1, beta_max: float = 20.0) -> Any:
    return flow.variance_preserving(beta_min=beta_min, beta_max=beta_max)


@of_from_functions("derivative-for-logarithmic", "Uses ᾱ' instead of f = ᾱ'/ᾱ, which agree only at t = 0.")
def functions_derivative_for_logarithmic(*, alpha: Any, alpha_derivative: Any, **variance: Any) -> Any:
    made = flow.from_functions(alpha=alpha, alpha_derivative=alpha_derivative, **variance)
    return replace(made, alpha_log_derivative=alpha_derivative)


@of_drift_coefficient("derivative-of-alpha", "Forgets to divide ᾱ' by ᾱ.")
def drift_derivative_of_alpha(schedule: Any, t: Any, /) -> Any:
    return schedule.alpha_derivative(t)


@of_drift_coefficient("missing-half", "Differentiates log ᾱ² instead of log ᾱ: −β instead of −β/2.")
def drift_missing_half(schedule: Any, t: Any, /) -> Any:
    return 2 * flow.drift_coefficient(schedule, t)


@of_diffusion_squared(
    "growth-of-variance-only", "Takes (β̄²)', as if there were no drift; right for exploding schedules only."
)
def diffusion_growth_only(schedule: Any, t: Any, /) -> Any:
    return schedule.variance_derivative(t)


@of_diffusion_squared("without-alpha", "Drops ᾱ from 2 ᾱ β̄ d/dt(β̄/ᾱ).")
def diffusion_without_alpha(schedule: Any, t: Any, /) -> Any:
    return flow.diffusion_squared(schedule, t) / schedule.alpha(t)


@of_diffusion_squared("square-root", "Returns g where g² is asked for.")
def diffusion_square_root(schedule: Any, t: Any, /) -> Any:
    return _xp(t).sqrt(flow.diffusion_squared(schedule, t))


@of_variance_preserving(
    "discrete-by-default", "Takes the 1000 steps' β from 1e-4 to 0.02, not 1000 times it."
)
def preserving_discrete(*, beta_min: float = 1e-4, beta_max: float = 0.02) -> Any:
    return flow.variance_preserving(beta_min=beta_min, beta_max=beta_max)


@of_sub_variance_preserving(
    "discrete-by-default", "Takes the 1000 steps' β from 1e-4 to 0.02, not 1000 times it."
)
def sub_preserving_discrete(*, beta_min: float = 1e-4, beta_max: float = 0.02) -> Any:
    return flow.sub_variance_preserving(beta_min=beta_min, beta_max=beta_max)


@of_variance_exploding(
    "large-images-by-default", "Uses σ_max = 1348, for images of 1024 pixels a side, by default."
)
def exploding_large(*, sigma_min: float = 0.01, sigma_max: float = 1348.0) -> Any:
    return flow.variance_exploding(sigma_min=sigma_min, sigma_max=sigma_max)


def _with_betas(make: Any, **change: Any) -> Implementation:
    """The schedule with functions of (t, β_min, β_max − β_min, the right schedule) in place of some."""

    def made(*, beta_min: float = 0.1, beta_max: float = 20.0) -> Any:
        right = make(beta_min=beta_min, beta_max=beta_max)
        slope = beta_max - beta_min

        def bound(function: Any) -> Callable[[Any], Any]:
            return lambda t: function(t, beta_min, slope, right)

        return replace(right, **{name: bound(function) for name, function in change.items()})

    return made


def _decay(integral: Any) -> dict[str, Any]:
    """ᾱ and β̄² of another integral of β."""
    return {
        "alpha": lambda t, low, slope, right: _xp(t).exp(-0.5 * integral(t, low, slope)),
        "variance": lambda t, low, slope, right: -_xp(t).expm1(-integral(t, low, slope)),
    }


def _integral(t: Any, low: float, slope: float) -> Any:
    return t * (low + 0.5 * slope * t)


preserving_one_minus_mean = of_variance_preserving(
    "one-minus-mean",
    "Takes β̄ = 1 − ᾱ, as if ᾱ + β̄ = 1; their squares have the sum 1. The derivatives are right.",
)(_with_betas(flow.variance_preserving, variance=lambda t, low, slope, right: (1 - right.alpha(t)) ** 2))


preserving_not_doubled = of_variance_preserving(
    "variance-not-doubled", "Takes β̄² = 1 − ᾱ, that is 1 − exp(−B/2): log ᾱ was not doubled to make ᾱ²."
)(
    _with_betas(
        flow.variance_preserving,
        variance=lambda t, low, slope, right: -_xp(t).expm1(-0.5 * _integral(t, low, slope)),
    )
)


preserving_whole_integral = of_variance_preserving(
    "missing-half-in-the-mean",
    "Uses exp(−B) instead of ᾱ = exp(−B/2), and β̄ from it; the derivatives are right.",
)(_with_betas(flow.variance_preserving, **_decay(lambda t, low, slope: 2 * _integral(t, low, slope))))


preserving_sub = of_variance_preserving(
    "variance-as-deviation",
    "Uses 1 − exp(−B), a variance, instead of β̄, without the square root: the sub-variance-preserving "
    "schedule.",
)(
    _with_betas(
        flow.variance_preserving,
        variance=lambda t, low, slope, right: _xp(t).expm1(-_integral(t, low, slope)) ** 2,
    )
)


preserving_rate_for_integral = of_variance_preserving(
    "rate-for-integral", "Uses β(t) t as its integral B: the slope is not halved."
)(_with_betas(flow.variance_preserving, **_decay(lambda t, low, slope: t * (low + slope * t))))


preserving_whole_slope = of_variance_preserving(
    "slope-of-beta-max", "Uses β_max instead of the slope β_max − β_min in the integral B."
)(_with_betas(flow.variance_preserving, **_decay(lambda t, low, slope: t * (low + 0.5 * (slope + low) * t))))


preserving_full_drift = of_variance_preserving(
    "drift-missing-half",
    "Uses −β instead of the drift −β/2, which is 2 times too large; mean and variance are right.",
)(
    _with_betas(
        flow.variance_preserving,
        alpha_log_derivative=lambda t, low, slope, right: -(low + slope * t),
    )
)


preserving_growth = of_variance_preserving(
    "growth-without-decay", "Uses β instead of the derivative of β̄², which is β exp(−B)."
)(_with_betas(flow.variance_preserving, variance_derivative=lambda t, low, slope, right: low + slope * t))


preserving_deviation = of_variance_preserving(
    "deviation-for-variance", "Returns β̄, the standard deviation, where β̄² is asked for."
)(_with_betas(flow.variance_preserving, variance=lambda t, low, slope, right: right.beta(t)))


@of_variance_preserving("ends-exchanged", "Exchanges β_min and β_max: β falls with time.")
def preserving_exchanged(*, beta_min: float = 0.1, beta_max: float = 20.0) -> Any:
    return flow.variance_preserving(beta_min=beta_max, beta_max=beta_min)


sub_root = of_sub_variance_preserving(
    "root-of-variance",
    "Uses √(1 − exp(−B)), the β̄ of the variance-preserving schedule, instead of 1 − exp(−B).",
)(
    _with_betas(
        flow.sub_variance_preserving,
        variance=lambda t, low, slope, right: -_xp(t).expm1(-_integral(t, low, slope)),
    )
)


sub_not_doubled = of_sub_variance_preserving(
    "not-doubled", "Uses 1 − exp(−B/2) = 1 − ᾱ instead of β̄ = 1 − exp(−B) = 1 − ᾱ²."
)(
    _with_betas(
        flow.sub_variance_preserving,
        variance=lambda t, low, slope, right: _xp(t).expm1(-0.5 * _integral(t, low, slope)) ** 2,
    )
)


sub_squared_twice = of_sub_variance_preserving(
    "squared-twice", "Uses (1 − exp(−B))², the variance, instead of the standard deviation β̄."
)(
    _with_betas(
        flow.sub_variance_preserving,
        variance=lambda t, low, slope, right: _xp(t).expm1(-_integral(t, low, slope)) ** 4,
    )
)


sub_without_rate = of_sub_variance_preserving(
    "growth-without-rate",
    "Forgets the inner derivative β in d/dt β̄² = 2 (1 − exp(−B)) exp(−B) β (the chain rule).",
)(
    _with_betas(
        flow.sub_variance_preserving,
        variance_derivative=lambda t, low, slope, right: right.variance_derivative(t) / (low + slope * t),
    )
)


def _exploding(variance: Any, growth: Any) -> Implementation:
    """With functions of (σ(t), σ_min, log(σ_max/σ_min))."""

    def made(*, sigma_min: float = 0.01, sigma_max: float = 50.0) -> Any:
        rate = math.log(sigma_max / sigma_min)

        def sigma(t: Any) -> Any:
            return sigma_min * _xp(t).exp(rate * t)

        return replace(
            flow.variance_exploding(sigma_min=sigma_min, sigma_max=sigma_max),
            variance=lambda t: variance(sigma(t), sigma_min, rate),
            variance_derivative=lambda t: growth(sigma(t), sigma_min, rate),
        )

    return made


exploding_not_squared = of_variance_exploding(
    "not-squared", "Uses σ(t) − σ(0) instead of β̄² = σ²(t) − σ²(0): deviations instead of variances."
)(_exploding(lambda sigma, low, rate: sigma - low, lambda sigma, low, rate: rate * sigma))


exploding_square_of_difference = of_variance_exploding(
    "square-of-difference", "Uses (σ(t) − σ(0))² instead of σ²(t) − σ²(0)."
)(_exploding(lambda sigma, low, rate: (sigma - low) ** 2, lambda sigma, low, rate: 2 * rate * sigma**2))


exploding_growth = of_variance_exploding(
    "growth-missing-two", "Takes half of the derivative: d/dt σ² is 2 σ² log(σ_max/σ_min)."
)(_exploding(lambda sigma, low, rate: sigma**2 - low**2, lambda sigma, low, rate: rate * sigma**2))


@of_variance_exploding(
    "linear", "Lets σ grow linearly from σ_min to σ_max, evenly spaced, instead of geometrically."
)
def exploding_linear(*, sigma_min: float = 0.01, sigma_max: float = 50.0) -> Any:
    slope = sigma_max - sigma_min
    return replace(
        flow.variance_exploding(sigma_min=sigma_min, sigma_max=sigma_max),
        variance=lambda t: slope * t * (2 * sigma_min + slope * t),
        variance_derivative=lambda t: 2 * slope * (sigma_min + slope * t),
    )


smld_subtracted = of_variance_exploding_smld(
    "initial-variance-subtracted", "Subtracts σ²(0), so that p_0 is the data: `variance_exploding` does so."
)(_exploding(lambda sigma, low, rate: sigma**2 - low**2, lambda sigma, low, rate: 2 * rate * sigma**2))


smld_deviation = of_variance_exploding_smld(
    "deviation-for-variance", "Gives σ(t), a deviation, where its square β̄² is wanted."
)(_exploding(lambda sigma, low, rate: sigma, lambda sigma, low, rate: rate * sigma))


smld_growth = of_variance_exploding_smld(
    "growth-missing-two", "Takes half of the derivative: d/dt σ² is 2 σ² log(σ_max/σ_min)."
)(_exploding(lambda sigma, low, rate: sigma**2, lambda sigma, low, rate: rate * sigma**2))


smld_diffusion = of_variance_exploding_smld(
    "diffusion-without-logarithm",
    "Takes σ(t) itself for the diffusion g, without the root of 2 log(σ_max/σ_min).",
    reference="deepinv#775",
)(_exploding(lambda sigma, low, rate: sigma**2, lambda sigma, low, rate: sigma**2))


@of_variance_exploding_smld(
    "linear", "Lets σ grow linearly from σ_min to σ_max, evenly spaced, instead of geometrically."
)
def smld_linear(*, sigma_min: float = 0.01, sigma_max: float = 50.0) -> Any:
    slope = sigma_max - sigma_min
    return replace(
        flow.variance_exploding_smld(sigma_min=sigma_min, sigma_max=sigma_max),
        variance=lambda t: (sigma_min + slope * t) ** 2,
        variance_derivative=lambda t: 2 * slope * (sigma_min + slope * t),
    )


@of_variance_exploding_smld("large-images-by-default", "Takes σ_max = 1348 by default, that of large images.")
def smld_large(*, sigma_min: float = 0.01, sigma_max: float = 1348.0) -> Any:
    return flow.variance_exploding_smld(sigma_min=sigma_min, sigma_max=sigma_max)


@of_from_functions(
    "variance-for-deviation", "Squares the variance, which it takes to be a standard deviation."
)
def functions_squared(*, variance: Any, variance_derivative: Any, **alpha: Any) -> Any:
    return flow.from_functions(
        **alpha,
        variance=lambda t: variance(t) ** 2,
        variance_derivative=lambda t: 2 * variance(t) * variance_derivative(t),
    )


@of_from_functions("logarithmic-derivative-inverted", "Uses ᾱ/ᾱ' instead of ᾱ'/ᾱ, upside down.")
def functions_inverted(*, alpha: Any, alpha_derivative: Any, **variance: Any) -> Any:
    made = flow.from_functions(alpha=alpha, alpha_derivative=alpha_derivative, **variance)
    return replace(made, alpha_log_derivative=lambda t: alpha(t) / alpha_derivative(t))


@of_drift_coefficient("opposite-sign", "Loses the sign: −ᾱ'/ᾱ, which is positive for a process that forgets.")
def drift_opposite(schedule: Any, t: Any, /) -> Any:
    return -flow.drift_coefficient(schedule, t)


@of_drift_coefficient("of-the-variance", "Takes (β̄²)'/β̄², the logarithmic derivative of the variance.")
def drift_of_variance(schedule: Any, t: Any, /) -> Any:
    return schedule.variance_derivative(t) / schedule.variance(t)


@of_diffusion_squared("drift-added", "Adds 2 f β̄² instead of subtracting it.")
def diffusion_added(schedule: Any, t: Any, /) -> Any:
    return schedule.variance_derivative(t) + 2 * schedule.alpha_log_derivative(t) * schedule.variance(t)


@of_diffusion_squared("drift-missing-two", "Subtracts f β̄² without the 2: half of the drift's part.")
def diffusion_once(schedule: Any, t: Any, /) -> Any:
    return schedule.variance_derivative(t) - schedule.alpha_log_derivative(t) * schedule.variance(t)


@of_diffusion_squared("derivative-of-alpha", "Uses ᾱ' instead of f = ᾱ'/ᾱ: forgets to divide.")
def diffusion_derivative(schedule: Any, t: Any, /) -> Any:
    return schedule.variance_derivative(t) - 2 * schedule.alpha_derivative(t) * schedule.variance(t)


@of_diffusion_squared(
    "through-deviation",
    "Differentiates β̄ itself, whose derivative is infinite where β̄ = 0: NaN at the start.",
)
def diffusion_through_deviation(schedule: Any, t: Any, /) -> Any:
    width, f = schedule.beta(t), schedule.alpha_log_derivative(t)
    return 2 * width * (schedule.beta_derivative(t) - width * f)
