"""Schedules of processes in continuous time, as people type them."""

import math

import numpy as np

from refimpl.flow import Schedule, from_functions

from ._ordinary import Ordinary, Slip, typo


def vp_marginal_prob(t, beta_min, beta_max):
    log_mean_coeff = -0.25 * t**2 * (beta_max - beta_min) - 0.5 * t * beta_min
    return np.exp(log_mean_coeff), np.sqrt(1.0 - np.exp(2.0 * log_mean_coeff))


def vp_one_minus_mean(t, beta_min, beta_max):
    log_mean_coeff = -0.25 * t**2 * (beta_max - beta_min) - 0.5 * t * beta_min
    mean = np.exp(log_mean_coeff)
    return mean, 1.0 - mean


def vp_rate_times_t(t, beta_min, beta_max):
    """β(t)·t in the place of ∫β."""
    integral = t * (beta_min + t * (beta_max - beta_min))
    return np.exp(-0.5 * integral), np.sqrt(1.0 - np.exp(-integral))


def vp_schedule(*, beta_min=0.1, beta_max=20.0):
    def beta(t):
        return beta_min + t * (beta_max - beta_min)

    def integral(t):
        return beta_min * t + 0.5 * (beta_max - beta_min) * t**2

    return Schedule(
        alpha=lambda t: np.exp(-0.5 * integral(t)),
        alpha_log_derivative=lambda t: -0.5 * beta(t),
        variance=lambda t: 1 - np.exp(-integral(t)),
        variance_derivative=lambda t: beta(t) * np.exp(-integral(t)),
    )


def vp_schedule_full_drift(*, beta_min=0.1, beta_max=20.0):
    made = vp_schedule(beta_min=beta_min, beta_max=beta_max)
    return Schedule(
        made.alpha, lambda t: -(beta_min + t * (beta_max - beta_min)), made.variance, made.variance_derivative
    )


def vp_schedule_beta_growth(*, beta_min=0.1, beta_max=20.0):
    made = vp_schedule(beta_min=beta_min, beta_max=beta_max)
    return Schedule(
        made.alpha, made.alpha_log_derivative, made.variance, lambda t: beta_min + t * (beta_max - beta_min)
    )


def vp_schedule_other_end(*, beta_min=0.1, beta_max=20.0):
    return vp_schedule(beta_min=beta_max, beta_max=beta_min)


def vp_schedule_deviation(*, beta_min=0.1, beta_max=20.0):
    made = vp_schedule(beta_min=beta_min, beta_max=beta_max)
    return Schedule(
        made.alpha, made.alpha_log_derivative, lambda t: np.sqrt(made.variance(t)), made.variance_derivative
    )


def sub_vp_marginal_prob(t, beta_min, beta_max):
    log_mean_coeff = -0.25 * t**2 * (beta_max - beta_min) - 0.5 * t * beta_min
    return np.exp(log_mean_coeff), 1 - np.exp(2.0 * log_mean_coeff)


def sub_vp_schedule(*, beta_min=0.1, beta_max=20.0):
    def beta(t):
        return (1 - t) * beta_min + t * beta_max

    def integral(t):
        return beta_min * t + (beta_max - beta_min) * t * t / 2

    return Schedule(
        alpha=lambda t: np.exp(-integral(t) / 2),
        alpha_log_derivative=lambda t: -beta(t) / 2,
        variance=lambda t: (1 - np.exp(-integral(t))) ** 2,
        variance_derivative=lambda t: 2 * (1 - np.exp(-integral(t))) * np.exp(-integral(t)) * beta(t),
    )


def sub_vp_schedule_chain(*, beta_min=0.1, beta_max=20.0):
    made = sub_vp_schedule(beta_min=beta_min, beta_max=beta_max)

    def growth(t):
        return 2 * np.sqrt(made.variance(t)) * np.exp(-(beta_min * t + (beta_max - beta_min) * t * t / 2))

    return Schedule(made.alpha, made.alpha_log_derivative, made.variance, growth)


def ve_schedule(*, sigma_min=0.01, sigma_max=50.0):
    def sigma(t):
        return sigma_min * (sigma_max / sigma_min) ** t

    rate = 2 * math.log(sigma_max / sigma_min)
    return Schedule(
        alpha=np.ones_like,
        alpha_log_derivative=np.zeros_like,
        variance=lambda t: sigma(t) ** 2 - sigma_min**2,
        variance_derivative=lambda t: rate * sigma(t) ** 2,
    )


def ve_of(variance, growth):
    """The same with another variance, or its derivative, of σ, σ_min and log(σ_max/σ_min)."""

    def make(*, sigma_min=0.01, sigma_max=50.0):
        def sigma(t):
            return sigma_min * (sigma_max / sigma_min) ** t

        rate = math.log(sigma_max / sigma_min)
        return Schedule(
            alpha=np.ones_like,
            alpha_log_derivative=np.zeros_like,
            variance=lambda t: variance(sigma(t), sigma_min),
            variance_derivative=lambda t: growth(sigma(t), rate),
        )

    return make


def ve_linear(*, sigma_min=0.01, sigma_max=50.0):
    def sigma(t):
        return sigma_min + (sigma_max - sigma_min) * t

    return Schedule(
        alpha=np.ones_like,
        alpha_log_derivative=np.zeros_like,
        variance=lambda t: sigma(t) ** 2 - sigma_min**2,
        variance_derivative=lambda t: 2 * sigma(t) * (sigma_max - sigma_min),
    )


def ve_marginal_prob(t, sigma_min, sigma_max):
    return sigma_min * (sigma_max / sigma_min) ** t


def smld_schedule(*, sigma_min=0.01, sigma_max=50.0):
    def sigma(t):
        return sigma_min * (sigma_max / sigma_min) ** t

    def g(t):
        return sigma(t) * np.sqrt(2 * (np.log(sigma_max) - np.log(sigma_min)))

    return Schedule(np.ones_like, np.zeros_like, lambda t: sigma(t) ** 2, lambda t: g(t) ** 2)


def of_functions(*, alpha, alpha_derivative, variance, variance_derivative):
    def log_derivative(t):
        return alpha_derivative(t) / alpha(t)

    return Schedule(alpha, log_derivative, variance, variance_derivative)


def drift_of(schedule, t):
    return schedule.alpha_derivative(t) / schedule.alpha(t)


def diffusion_of(schedule, t):
    f = schedule.alpha_log_derivative(t)
    return schedule.variance_derivative(t) - 2 * f * schedule.variance(t)


def diffusion_of_alpha(schedule, t):
    a, da = schedule.alpha(t), schedule.alpha_derivative(t)
    v, dv = schedule.variance(t), schedule.variance_derivative(t)
    return (dv * a - 2 * v * da) / a


def diffusion_by_quotient(schedule, t):
    """2 ᾱ β̄ d/dt(β̄/ᾱ) by the quotient rule: β̄' is infinite where β̄ is 0."""
    a, b = schedule.alpha(t), np.sqrt(schedule.variance(t))
    da, db = schedule.alpha_derivative(t), schedule.beta_derivative(t)
    return 2 * a * b * (db * a - b * da) / a**2


ORDINARY = [
    Ordinary(
        target="flow.variance_preserving",
        adapter="marginal-prob",
        textbook=vp_marginal_prob,
        slips=(
            Slip(vp_one_minus_mean, "sum-to-one|one-minus-mean"),
            typo("2.0 *", "", "not-doubled|exp\\(−B/2\\)|variance"),
            typo(
                "0.25 * t**2 * (beta_max - beta_min) - 0.5 * t",
                "0.5 * t**2 * (beta_max - beta_min) - t",
                "missing-half",
            ),
            typo(
                "np.sqrt(1.0 - np.exp(2.0 * log_mean_coeff))",
                "1.0 - np.exp(2.0 * log_mean_coeff)",
                "variance|square|root",
            ),
            Slip(vp_rate_times_t, "rate-times-time|β\\(t\\) t|for its integral|rate-for-integral"),
            typo("(beta_max - beta_min)", "beta_max", "slope|difference|β_max for"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.variance_preserving",
        textbook=vp_schedule,
        slips=(
            Slip(vp_schedule_full_drift, "drift-missing-half|full-drift|\\b2 times"),
            Slip(vp_schedule_beta_growth, "growth|derivative"),
            Slip(vp_schedule_other_end, "exchang|revers"),
            Slip(vp_schedule_deviation, "deviation|root"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.sub_variance_preserving",
        adapter="marginal-prob",
        textbook=sub_vp_marginal_prob,
        slips=(
            Slip(vp_marginal_prob, "not-squared|variance-preserving|variance_preserving"),
            typo("2.0 *", "", "not-doubled|exp\\(−B/2\\)"),
            typo(
                "1 - np.exp(2.0 * log_mean_coeff)",
                "(1 - np.exp(2.0 * log_mean_coeff)) ** 2",
                "squared-twice|square",
            ),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.sub_variance_preserving",
        textbook=sub_vp_schedule,
        slips=(
            Slip(sub_vp_schedule_chain, "chain|without β|derivative"),
            Slip(vp_schedule, "not-squared|variance-preserving|variance_preserving"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.variance_exploding",
        textbook=ve_schedule,
        slips=(
            Slip(ve_of(lambda s, low: s**2, lambda s, r: 2 * r * s**2), "missing-initial-variance"),
            Slip(ve_of(lambda s, low: s - low, lambda s, r: r * s), "deviation|not squared|not-squared"),
            Slip(ve_of(lambda s, low: s**2 - low**2, lambda s, r: r * s**2), "derivative|half|½"),
            Slip(
                ve_of(lambda s, low: (s - low) ** 2, lambda s, r: 2 * r * s**2),
                "square-of-difference|deviations",
            ),
            Slip(ve_linear, "linear|evenly"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.variance_exploding_smld",
        textbook=smld_schedule,
        slips=(
            typo(
                " * np.sqrt(2 * (np.log(sigma_max) - np.log(sigma_min)))", "", "diffusion-without-logarithm"
            ),
            typo("np.sqrt(2 * (np", "np.sqrt((np", "growth-missing-two|half|½"),
            typo("lambda t: sigma(t) ** 2,", "lambda t: sigma(t),", "deviation-for-variance|root"),
            typo(
                "lambda t: sigma(t) ** 2,",
                "lambda t: sigma(t) ** 2 - sigma_min**2,",
                "initial-variance-subtracted",
            ),
        ),
    ),
    Ordinary(
        target="flow.variance_exploding_smld",
        adapter="marginal-prob",
        textbook=ve_marginal_prob,
        slips=(
            typo("(sigma_max / sigma_min) ** t", "(1 + (sigma_max / sigma_min - 1) * t)", "linear"),
            typo("sigma_min * (", "(", r"sigma_min|factor|times"),
        ),
    ),
    Ordinary(
        target="flow.from_functions",
        textbook=of_functions,
        slips=(
            Slip(
                lambda *, alpha, alpha_derivative, variance, variance_derivative: Schedule(
                    alpha, alpha_derivative, variance, variance_derivative
                ),
                "derivative-for-logarithmic",
            ),
            Slip(
                lambda *, alpha, alpha_derivative, variance, variance_derivative: from_functions(
                    alpha=alpha,
                    alpha_derivative=alpha_derivative,
                    variance=lambda t: variance(t) ** 2,
                    variance_derivative=lambda t: 2 * variance(t) * variance_derivative(t),
                ),
                "deviation|square",
            ),
            Slip(
                lambda *, alpha, alpha_derivative, variance, variance_derivative: Schedule(
                    alpha, lambda t: alpha(t) / alpha_derivative(t), variance, variance_derivative
                ),
                "inverted|reciprocal|upside",
            ),
        ),
    ),
    Ordinary(
        target="flow.drift_coefficient",
        textbook=drift_of,
        slips=(
            Slip(lambda s, t: s.alpha_derivative(t), "derivative-of-alpha"),
            Slip(lambda s, t: 2 * s.alpha_log_derivative(t), r"missing-half|\b2 times"),
            Slip(lambda s, t: -s.alpha_log_derivative(t), "sign|−1 times|negat"),
            Slip(lambda s, t: s.variance_derivative(t) / s.variance(t), "variance"),
        ),
        answer="edge",
    ),
    Ordinary(
        target="flow.diffusion_squared",
        textbook=diffusion_of,
        slips=(
            Slip(lambda s, t: s.variance_derivative(t), "growth-of-variance-only"),
            Slip(lambda s, t: np.sqrt(np.abs(diffusion_of(s, t))), "square-root|square root"),
            Slip(
                lambda s, t: s.variance_derivative(t) + 2 * s.alpha_log_derivative(t) * s.variance(t),
                "sign|added|plus",
            ),
            Slip(
                lambda s, t: s.variance_derivative(t) - s.alpha_log_derivative(t) * s.variance(t),
                "missing-two|without the 2|factor 2|half",
            ),
            Slip(
                lambda s, t: s.variance_derivative(t) - 2 * s.alpha_derivative(t) * s.variance(t),
                "derivative-of-alpha|ᾱ' instead of|divide",
            ),
        ),
    ),
    Ordinary(
        target="flow.diffusion_squared",
        textbook=diffusion_of_alpha,
        slips=(
            Slip(lambda s, t: diffusion_of_alpha(s, t) / s.alpha(t), "without-alpha"),
            Slip(lambda s, t: diffusion_of_alpha(s, t) / 2, r"half|½|1/2 times"),
            Slip(diffusion_by_quotient, "through-deviation|NaN|infinite"),
        ),
    ),
]
