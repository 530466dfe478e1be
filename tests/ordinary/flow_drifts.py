"""Drifts, scores from noise, and DDIM, as people type them."""

import numpy as np

from ._ordinary import Ordinary, Slip, changed, typo


def family_drift(f, g2, sigma2, score):
    return f - (g2 - sigma2) / 2 * score


def backward_drift(f, g2, sigma2, score):
    return f - 0.5 * (g2 + sigma2) * score


def ode_drift(f, g2, score):
    return f - 0.5 * g2 * score


def ode_drift_flag(f, g, score, probability_flow=True):
    return f - g**2 * score * (0.5 if probability_flow else 1.0)


def sde_drift_of_g(f, g, sigma, score):
    return f - 0.5 * (g**2 + sigma**2) * score


def ddim(x, eps, source, target):
    (a, b), (a_next, b_next) = source, target
    x0 = (x - b * eps) / a
    return a_next * x0 + b_next * eps


def ddim_direct(x, eps, source, target):
    (a, b), (a_next, b_next) = source, target
    return a_next / a * x + (b_next - a_next * b / a) * eps


def ddim_of(of_x0=lambda x, eps, a, b: (x - b * eps) / a, back=lambda x0, eps, a, b: a * x0 + b * eps):
    """The same with another estimate of x_0, or another way back to noise."""

    def step(x, eps, source, target):
        x0 = of_x0(x, eps, *source)
        return back(x0, eps, *target)

    return step


def ddim_noise_of_source(x, eps, source, target):
    (a, b), (a_next, _) = source, target
    x0 = (x - b * eps) / a
    return a_next * x0 + b * eps


def karras_euler(x, eps, sigma, sigma_next):
    return x + (sigma_next - sigma) * eps


def karras_denoised(x, eps, sigma, sigma_next):
    denoised = x - sigma * eps
    return denoised + sigma_next * eps


ORDINARY = [
    Ordinary(
        target="flow.forward_drift",
        textbook=family_drift,
        slips=(
            Slip(lambda f, g2, s2, score: f + 0.5 * (g2 - s2) * score, "plus-score"),
            Slip(lambda f, g2, s2, score: f - (g2 - s2) * score, "missing-half"),
            Slip(lambda f, g2, s2, score: f - 0.5 * (g2 + s2) * score, "reverse_drift|noise-added|backward"),
            Slip(lambda f, g2, s2, score: f - 0.5 * g2 * score, r"sigma2|flow_velocity|σ²"),
        ),
    ),
    Ordinary(
        target="flow.forward_drift",
        adapter="g",
        textbook=lambda f, g, sigma, score: f - 0.5 * (g**2 - sigma**2) * score,
        slips=(
            Slip(lambda f, g, sigma, score: f - 0.5 * (g - sigma) ** 2 * score, "square-of-difference"),
            Slip(lambda f, g, sigma, score: f - 0.5 * (g - sigma) * score, "not-squared|deviations|square"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.reverse_drift",
        textbook=backward_drift,
        slips=(
            Slip(lambda f, g2, s2, score: f + 0.5 * (g2 + s2) * score, "forward-sign"),
            Slip(lambda f, g2, s2, score: f - 0.5 * (g2 - s2) * score, "noise-subtracted"),
            Slip(lambda f, g2, s2, score: f - (0.5 * g2 + s2) * score, "half-of-g-only"),
            Slip(lambda f, g2, s2, score: f - (g2 + s2) * score, "missing-half"),
            Slip(lambda f, g2, s2, score: -f + 0.5 * (g2 + s2) * score, "reversed-time|sign|−1 times"),
            Slip(lambda f, g2, s2, score: f - g2 * score, r"sigma2|σ²"),
        ),
    ),
    Ordinary(
        target="flow.reverse_drift",
        adapter="g",
        textbook=sde_drift_of_g,
        slips=(
            Slip(lambda f, g, sigma, score: f - 0.5 * (g + sigma) ** 2 * score, "square-of-sum"),
            Slip(lambda f, g, sigma, score: f - 0.5 * (g + sigma) * score, "not-squared|deviations|square"),
        ),
    ),
    Ordinary(
        target="flow.flow_velocity",
        textbook=ode_drift,
        slips=(
            Slip(lambda f, g2, score: f - g2 * score, "full-score"),
            Slip(lambda f, g2, score: f + 0.5 * g2 * score, "plus-score|sign"),
            Slip(lambda f, g2, score: f - 0.5 * np.sqrt(g2) * score, "g-for-its-square"),
            Slip(lambda f, g2, score: f - 0.5 * g2**2 * score, "fourth-power|squared-twice|square"),
            Slip(lambda f, g2, score: f - 0.25 * g2 * score, "quarter|half-twice|¼"),
        ),
    ),
    Ordinary(
        target="flow.flow_velocity",
        adapter="g",
        textbook=ode_drift_flag,
        slips=(
            Slip(lambda f, g, score: ode_drift_flag(f, g, score, probability_flow=False), "full-score"),
            Slip(lambda f, g, score: f - 0.5 * g * score, "g-for-its-square|not squared"),
        ),
    ),
    Ordinary(
        target="flow.score_from_noise",
        textbook=lambda eps, beta_bar: -eps / beta_bar,
        slips=(
            Slip(lambda eps, beta_bar: eps / beta_bar, "positive|sign|−1 times"),
            Slip(lambda eps, beta_bar: -eps / beta_bar**2, "by-variance|variance"),
            Slip(lambda eps, beta_bar: -eps * beta_bar, "multipli"),
            Slip(lambda eps, beta_bar: -eps / np.sqrt(beta_bar), "root"),
        ),
    ),
    Ordinary(
        target="flow.noise_from_score",
        textbook=lambda score, beta_bar: -beta_bar * score,
        slips=(
            Slip(lambda score, beta_bar: beta_bar * score, "sign|positive|−1 times"),
            Slip(lambda score, beta_bar: -score / beta_bar, "divided"),
            Slip(lambda score, beta_bar: -(beta_bar**2) * score, "by-variance|variance"),
        ),
    ),
    Ordinary(
        target="flow.ddim_step",
        textbook=ddim,
        slips=(
            Slip(ddim_of(of_x0=lambda x, eps, a, b: x - b * eps), "not-divided"),
            Slip(ddim_of(of_x0=lambda x, eps, a, b: (x - b**2 * eps) / a), "variance"),
            Slip(ddim_of(back=lambda x0, eps, a, b: a * x0), "without-noise|noise-left-out"),
            Slip(ddim_noise_of_source, "noise-of-the-source|old-noise|β̄ of (the )?source"),
            typo("(a, b), (a_next, b_next)", "(a_next, b_next), (a, b)", "backward"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.ddim_step",
        textbook=ddim_direct,
        slips=(
            Slip(ddim_of(of_x0=lambda x, eps, a, b: (x + b * eps) / a), "adds-noise|sign"),
            Slip(ddim_of(back=lambda x0, eps, a, b: a * x0 - b * eps), "noise-subtracted|sign"),
            Slip(
                ddim_of(
                    of_x0=lambda x, eps, a, b: (x - b**0.5 * eps) / a**0.5,
                    back=lambda x0, eps, a, b: a**0.5 * x0 + b**0.5 * eps,
                ),
                "roots|square root",
            ),
            Slip(changed(ddim, "= (x - b * eps) / a", "= np.clip((x - b * eps) / a, -1, 1)"), "clip|cut to"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.ddim_step",
        adapter="karras",
        textbook=karras_euler,
        slips=(
            Slip(lambda x, eps, s, s_next: x + (s - s_next) * eps, "sign|backward"),
            Slip(lambda x, eps, s, s_next: x + (s_next - s) * eps / s, "divided-by-sigma|divid"),
            Slip(lambda x, eps, s, s_next: x + (s_next**2 - s**2) * eps, "variances|square"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.ddim_step",
        adapter="karras",
        textbook=karras_denoised,
        slips=(Slip(lambda x, eps, s, s_next: x - s * eps, "without-noise|noise-left-out"),),
        answer="imprecise",
    ),
]
