"""Velocity from noise or data, scores, and the weights of losses, as people type them."""

import numpy as np

from ._ordinary import Ordinary, Slip, typo
from .ddpm_predictions import noise_of, signal_and_noise, x0_of


def v_of(x_t, prediction, betas, t, given="noise"):
    alpha, sigma = signal_and_noise(betas, t)
    if given == "noise":
        return (prediction - sigma * x_t) / alpha
    if given == "x0":
        return (alpha * x_t - prediction) / sigma
    return -sigma * (x_t + prediction) / alpha


def v_through_both(x_t, prediction, betas, t, given="noise"):
    alpha, sigma = signal_and_noise(betas, t)
    x0 = prediction if given == "x0" else x0_of(x_t, prediction, betas, t, given)
    noise = prediction if given == "noise" else noise_of(x_t, prediction, betas, t, given)
    return alpha * noise - sigma * x0


def v_opposite(x_t, prediction, betas, t, given="noise"):
    return -v_of(x_t, prediction, betas, t, given)


def v_of_x0_always(x_t, prediction, betas, t, given="noise"):
    return v_of(x_t, prediction, betas, t, "x0")


def v_not_divided(x_t, prediction, betas, t, given="noise"):
    _alpha, sigma = signal_and_noise(betas, t)
    if given == "noise":
        return prediction - sigma * x_t
    return v_of(x_t, prediction, betas, t, given)


def score_of(x_t, prediction, betas, t, given="noise"):
    alpha, sigma = signal_and_noise(betas, t)
    if given == "noise":
        return -prediction / sigma
    if given == "x0":
        return (alpha * prediction - x_t) / sigma**2
    return -x_t - alpha / sigma * prediction


def score_through_noise(x_t, prediction, betas, t, given="noise"):
    _alpha, sigma = signal_and_noise(betas, t)
    noise = prediction if given == "noise" else noise_of(x_t, prediction, betas, t, given)
    return -noise / sigma


def score_positive(x_t, prediction, betas, t, given="noise"):
    return -score_of(x_t, prediction, betas, t, given)


def score_unscaled(x_t, prediction, betas, t, given="noise"):
    _alpha, sigma = signal_and_noise(betas, t)
    return score_of(x_t, prediction, betas, t, given) * sigma


def score_by_variance(x_t, prediction, betas, t, given="noise"):
    _alpha, sigma = signal_and_noise(betas, t)
    if given == "noise":
        return -prediction / sigma**2
    return score_of(x_t, prediction, betas, t, given)


def score_x0_by_deviation(x_t, prediction, betas, t, given="noise"):
    alpha, sigma = signal_and_noise(betas, t)
    if given == "x0":
        return (alpha * prediction - x_t) / sigma
    return score_of(x_t, prediction, betas, t, given)


def vlb_weights(betas, variances):
    alphas = 1.0 - betas
    alphas_cumprod = np.cumprod(alphas)
    with np.errstate(divide="ignore"):
        return betas**2 / (2 * variances * alphas * (1 - alphas_cumprod))


def vlb_weights_not_halved(betas, variances):
    alphas = 1.0 - betas
    with np.errstate(divide="ignore"):
        return betas**2 / (variances * alphas * (1 - np.cumprod(alphas)))


def vlb_weights_beta(betas, variances):
    alphas = 1.0 - betas
    with np.errstate(divide="ignore"):
        return betas / (2 * variances * alphas * (1 - np.cumprod(alphas)))


def vlb_weights_deviation(betas, variances):
    alphas = 1.0 - betas
    with np.errstate(divide="ignore"):
        return betas**2 / (2 * np.sqrt(variances) * alphas * (1 - np.cumprod(alphas)))


def vlb_weights_no_alpha(betas, variances):
    with np.errstate(divide="ignore"):
        return betas**2 / (2 * variances * (1 - np.cumprod(1 - betas)))


def vlb_weights_alpha_bar(betas, variances):
    alphas_cumprod = np.cumprod(1.0 - betas)
    with np.errstate(divide="ignore"):
        return betas**2 / (2 * variances * alphas_cumprod * (1 - alphas_cumprod))


def vlb_weights_own_noise(betas, variances):
    with np.errstate(divide="ignore"):
        return betas**2 / (2 * variances * (1 - betas) * betas)


ORDINARY = [
    Ordinary(
        target="ddpm.predict_v",
        adapter="ho",
        textbook=v_of,
        slips=(
            Slip(v_opposite, "opposite-sign"),
            Slip(v_of_x0_always, r"x0-always|(ignor|not depend|no effect|whatever)[^|]*\bgiven\b"),
            Slip(v_not_divided, "not-divided"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.predict_v",
        adapter="ho",
        textbook=v_through_both,
        slips=(typo("noise - sigma * x0", "x0 - sigma * noise", "exchang"),),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.predict_score",
        adapter="ho",
        textbook=score_of,
        slips=(
            Slip(score_positive, "predict_score/positive|sign"),
            Slip(score_unscaled, "unscaled"),
            Slip(score_by_variance, "variance-for-deviation"),
            Slip(score_x0_by_deviation, "deviation-for-variance|data-by-deviation"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.predict_score",
        adapter="ho",
        textbook=score_through_noise,
        slips=(typo("/ sigma", "* sigma", "multipli"),),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.loss_weight",
        adapter="ho",
        textbook=vlb_weights,
        slips=(
            Slip(vlb_weights_not_halved, r"half|\b2 times"),
            Slip(vlb_weights_beta, "square-for-fourth-power"),
            Slip(vlb_weights_deviation, "deviation-for-variance"),
            Slip(vlb_weights_no_alpha, "without-alpha"),
            Slip(vlb_weights_alpha_bar, "alpha-bar-for-alpha"),
            Slip(vlb_weights_own_noise, "beta-for-beta-bar|noise of the (single )?step"),
        ),
        answer="imprecise",
    ),
]
