"""Widths, steps and loops of samplers, as people type them: rows, and steps from 0 (`ho`)."""

import numpy as np

from ._ordinary import Ordinary, Slip, typo
from .ddpm_steps import extract, p_mean


def fixed_variances(betas, *, kind="dirac"):
    if kind == "normal":
        return betas
    alphas_cumprod = np.cumprod(1.0 - betas)
    previous = np.append(1.0, alphas_cumprod[:-1])
    return betas * (1.0 - previous) / (1.0 - alphas_cumprod)


def fixed_variances_clipped(betas, *, kind="dirac"):
    if kind == "normal":
        return betas
    small = fixed_variances(betas)
    return np.append(small[1] if len(betas) > 1 else betas[0], small[1:])


def fixed_variances_exchanged(betas, *, kind="dirac"):
    return fixed_variances(betas, kind="normal" if kind == "dirac" else "dirac")


def fixed_variances_one_kind(betas, *, kind="dirac"):
    return fixed_variances(betas)


def analytic_variances(betas, conditional_variance):
    alphas_cumprod = np.cumprod(1.0 - betas)
    previous = np.append(1.0, alphas_cumprod[:-1])
    coefficient = np.sqrt(previous) * betas / (1 - alphas_cumprod)
    return betas * (1 - previous) / (1 - alphas_cumprod) + coefficient**2 * conditional_variance


def analytic_of(of_variance, previous_signal=True):
    """The same with another coefficient of the conditional variance."""

    def variances(betas, conditional_variance):
        alphas_cumprod = np.cumprod(1.0 - betas)
        previous = np.append(1.0, alphas_cumprod[:-1])
        signal = previous if previous_signal else alphas_cumprod
        coefficient = np.sqrt(signal) * betas / (1 - alphas_cumprod)
        return betas * (1 - previous) / (1 - alphas_cumprod) + of_variance(coefficient) * conditional_variance

    return variances


def p_sample(x, eps, noise, betas, variances, t):
    nonzero = (t != 0)[:, None]
    return p_mean(x, eps, betas, t) + nonzero * np.sqrt(extract(variances, t)) * noise


def p_sample_log_variance(x, eps, noise, betas, variances, t):
    with np.errstate(divide="ignore"):
        log_variance = extract(np.log(variances), t)
    return p_mean(x, eps, betas, t) + (t > 0)[:, None] * np.exp(0.5 * log_variance) * noise


def p_sample_variance(x, eps, noise, betas, variances, t):
    return p_mean(x, eps, betas, t) + (t != 0)[:, None] * extract(variances, t) * noise


def p_sample_own_variance(x, eps, noise, betas, variances, t):
    return p_mean(x, eps, betas, t) + (t != 0)[:, None] * np.sqrt(extract(betas, t)) * noise


def p_sample_previous_sigma(x, eps, noise, betas, variances, t):
    sigma = np.sqrt(variances)[np.maximum(t - 1, 0)][:, None]
    return p_mean(x, eps, betas, t) + (t != 0)[:, None] * sigma * noise


def p_sample_no_division(x, eps, noise, betas, variances, t):
    alpha_bar = extract(np.cumprod(1 - betas), t)
    mean = x - extract(betas, t) / np.sqrt(1 - alpha_bar) * eps
    return mean + (t != 0)[:, None] * np.sqrt(extract(variances, t)) * noise


def p_sample_loop(model, x, noises, betas, variances):
    T = len(betas)
    for i, step in enumerate(reversed(range(T))):
        t = np.full(len(x), step)
        eps = model(x, t)
        x = p_mean(x, eps, betas, t)
        if step > 0:
            x = x + np.sqrt(variances[step]) * noises[i]
    return x


def p_sample_loop_of(
    times=reversed, shown=lambda t, T: t, width=lambda betas, variances, t: variances[t] ** 0.5
):
    """The same with other times, another time shown to the model, or another width."""

    def sample(model, x, noises, betas, variances):
        T = len(betas)
        for i, t in enumerate(times(range(T))):
            eps = model(x, shown(t, T))
            alpha_bar = np.prod(1 - betas[: t + 1])
            x = (x - betas[t] / (1 - alpha_bar) ** 0.5 * eps) / (1 - betas[t]) ** 0.5
            if t > 0:
                x = x + width(betas, variances, t) * noises[i]
        return x

    return sample


def sample_with_one_noise(model, x, noises, betas, variances):
    for t in reversed(range(len(betas))):
        eps = model(x, t)
        alpha_bar = np.prod(1 - betas[: t + 1])
        x = (x - betas[t] / (1 - alpha_bar) ** 0.5 * eps) / (1 - betas[t]) ** 0.5
        if t > 0:
            x = x + variances[t] ** 0.5 * noises[0]
    return x


def sample_stops_early(model, x, noises, betas, variances):
    for i, t in enumerate(range(len(betas) - 1, 0, -1)):
        eps = model(x, t)
        alpha_bar = np.prod(1 - betas[: t + 1])
        x = (x - betas[t] / (1 - alpha_bar) ** 0.5 * eps) / (1 - betas[t]) ** 0.5
        x = x + variances[t] ** 0.5 * noises[i]
    return x


ORDINARY = [
    Ordinary(
        target="ddpm.sampling_std",
        adapter="ho",
        textbook=fixed_variances,
        slips=(
            Slip(lambda betas, *, kind="dirac": np.sqrt(fixed_variances(betas, kind=kind)), "root|deviation"),
            Slip(fixed_variances_clipped, "first-clipped"),
            Slip(fixed_variances_exchanged, "kinds-exchanged"),
            Slip(
                fixed_variances_one_kind, r"(ignor|not depend|no effect|whatever)[^|]*\bkind\b|kind[^|]*ignor"
            ),
            typo(
                "(1.0 - previous) / (1.0 - alphas_cumprod)",
                "(1.0 - alphas_cumprod) / np.maximum(1.0 - previous, 1e-20)",
                "inverted|upside|numerator",
            ),
            typo("betas *", "", "without-beta|without β|β̄_{t−1}/β̄_t"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.optimal_std",
        adapter="ho",
        textbook=analytic_variances,
        slips=(
            Slip(analytic_of(lambda c: c), "coefficient-not-squared"),
            Slip(analytic_of(lambda c: 0), "conditional_variance|equals .*sampling_std"),
            Slip(
                analytic_of(lambda c: c**2, previous_signal=False), "current-alpha-bar|ᾱ_t instead of ᾱ_{t−1}"
            ),
            Slip(lambda b, c: b + 0 * c, "equals .*sampling_std|conditional_variance|β_t"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.ancestral_step",
        adapter="ho",
        textbook=p_sample,
        slips=(
            Slip(p_sample_variance, "variance-for-deviation"),
            Slip(
                lambda x, eps, noise, betas, variances, t: p_mean(x, eps, betas, t),
                r"without-noise|\bnoise\b[^|]*(ignor|not depend)|ignor\w* [^|]*\bnoise\b",
            ),
            Slip(p_sample_own_variance, r"fixed-large|\bsigma\b"),
            Slip(
                p_sample_previous_sigma,
                "sigma-of-the-previous|previous step|one (step )?(too )?(early|small)",
            ),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.ancestral_step",
        adapter="ho",
        textbook=p_sample_log_variance,
        slips=(
            typo("0.5 *", "", "variance-for-deviation"),
            Slip(p_sample_no_division, "without-division"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.sample",
        adapter="ho",
        textbook=p_sample_loop,
        slips=(
            Slip(p_sample_loop_of(times=list), "reversed-time"),
            Slip(
                p_sample_loop_of(shown=lambda t, T: (t + 1) % T),
                "time-one-late|one (step )?(too )?(late|large)",
            ),
            Slip(p_sample_loop_of(width=lambda b, v, t: v[t]), "variance-for-deviation|σ_t²"),
            Slip(p_sample_loop_of(width=lambda b, v, t: 0), r"without-noise|\bnoises\b"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.sample",
        adapter="ho",
        textbook=p_sample_loop_of(),
        slips=(
            Slip(
                p_sample_loop_of(shown=lambda t, T: max(t - 1, 0)),
                "zero-based-time|one (step )?(too )?(early|small)",
            ),
            Slip(p_sample_loop_of(width=lambda b, v, t: b[t] ** 0.5), r"fixed-large|\bsigma\b"),
            Slip(sample_with_one_noise, "one-noise"),
            Slip(sample_stops_early, "stops-early|last step|left out"),
        ),
        answer="imprecise",
    ),
]
