"""Noise, data, velocity and score, one from another, as people type them; and the weights of losses."""

import numpy as np

from ._ordinary import Ordinary, Slip, typo


def signal_and_noise(betas, t):
    """√ᾱ and √(1 − ᾱ) of rows, as columns."""
    alphas_cumprod = np.cumprod(1.0 - betas)[t][:, None]
    return np.sqrt(alphas_cumprod), np.sqrt(1.0 - alphas_cumprod)


def get_velocity(x0, noise, betas, t):
    alpha, sigma = signal_and_noise(betas, t)
    return alpha * noise - sigma * x0


def get_velocity_of_flow(x0, noise, betas, t):
    return noise - x0


class VelocityScheduler:
    """A scheduler with tables of square roots."""

    def __init__(self, betas):
        log = np.cumsum(np.log(1 - betas))
        self.sqrt_alphas_cumprod = np.exp(log / 2)
        self.sqrt_one_minus_alphas_cumprod = np.sqrt(1 - np.exp(log))

    def get_velocity(self, x0, noise, t):
        a, s = self.sqrt_alphas_cumprod[t], self.sqrt_one_minus_alphas_cumprod[t]
        return a[:, None] * noise - s[:, None] * x0


class VelocityUnrooted(VelocityScheduler):
    """The same, without square roots."""

    def get_velocity(self, x0, noise, t):
        a, s = self.sqrt_alphas_cumprod[t] ** 2, self.sqrt_one_minus_alphas_cumprod[t] ** 2
        return a[:, None] * noise - s[:, None] * x0


class VelocityNext(VelocityScheduler):
    """The same, one step early."""

    def get_velocity(self, x0, noise, t):
        return super().get_velocity(x0, noise, np.maximum(t - 1, 0))


def start_from_noise(x_t, eps, betas, t):
    alphas_cumprod = np.cumprod(1.0 - betas, axis=0)
    recip = np.sqrt(1.0 / alphas_cumprod)[t][:, None]
    recipm1 = np.sqrt(1.0 / alphas_cumprod - 1)[t][:, None]
    return recip * x_t - recipm1 * eps


def start_from_noise_logs(x_t, eps, betas, t):
    log = np.cumsum(np.log1p(-betas))[t][:, None]
    return np.exp(-0.5 * log) * (x_t - np.sqrt(1 - np.exp(log)) * eps)


def start_adds(x_t, eps, betas, t):
    alpha, sigma = signal_and_noise(betas, t)
    return (x_t + sigma * eps) / alpha


def start_not_divided(x_t, eps, betas, t):
    _alpha, sigma = signal_and_noise(betas, t)
    return x_t - sigma * eps


def start_half_divided(x_t, eps, betas, t):
    alpha, sigma = signal_and_noise(betas, t)
    return x_t / alpha - sigma * eps


def start_variance(x_t, eps, betas, t):
    alpha, sigma = signal_and_noise(betas, t)
    return (x_t - sigma**2 * eps) / alpha


def start_unrooted(x_t, eps, betas, t):
    alphas_cumprod = np.cumprod(1.0 - betas)[t][:, None]
    return (x_t - np.sqrt(1 - alphas_cumprod) * eps) / alphas_cumprod


def start_alphas(x_t, eps, betas, t):
    alpha = (1 - betas)[t][:, None]
    return (x_t - np.sqrt(1 - alpha) * eps) / np.sqrt(alpha)


def start_clipped(x_t, eps, betas, t):
    alpha, sigma = signal_and_noise(betas, t)
    return np.clip((x_t - sigma * eps) / alpha, -1, 1)


def x0_of(x_t, prediction, betas, t, given="noise"):
    alpha, sigma = signal_and_noise(betas, t)
    if given == "noise":
        return (x_t - sigma * prediction) / alpha
    if given == "v":
        return alpha * x_t - sigma * prediction
    return (x_t + sigma**2 * prediction) / alpha


def x0_of_v_added(x_t, prediction, betas, t, given="noise"):
    alpha, sigma = signal_and_noise(betas, t)
    if given == "v":
        return alpha * x_t + sigma * prediction
    return x0_of(x_t, prediction, betas, t, given)


def x0_of_score_sigma(x_t, prediction, betas, t, given="noise"):
    alpha, sigma = signal_and_noise(betas, t)
    if given == "score":
        return (x_t + sigma * prediction) / alpha
    return x0_of(x_t, prediction, betas, t, given)


def noise_from_start(x_t, x0, betas, t):
    alphas_cumprod = np.cumprod(1.0 - betas)
    recip = np.sqrt(1.0 / alphas_cumprod)[t][:, None]
    recipm1 = np.sqrt(1.0 / alphas_cumprod - 1)[t][:, None]
    return (recip * x_t - x0) / recipm1


def noise_not_scaled(x_t, x0, betas, t):
    _alpha, sigma = signal_and_noise(betas, t)
    return (x_t - x0) / sigma


def noise_by_variance(x_t, x0, betas, t):
    alpha, sigma = signal_and_noise(betas, t)
    return (x_t - alpha * x0) / sigma**2


def noise_not_divided(x_t, x0, betas, t):
    alpha, _sigma = signal_and_noise(betas, t)
    return x_t - alpha * x0


def noise_negative(x_t, x0, betas, t):
    alpha, sigma = signal_and_noise(betas, t)
    return (alpha * x0 - x_t) / sigma


def noise_of(x_t, prediction, betas, t, given="x0"):
    alpha, sigma = signal_and_noise(betas, t)
    if given == "x0":
        return (x_t - alpha * prediction) / sigma
    if given == "v":
        return alpha * prediction + sigma * x_t
    return -sigma * prediction


def noise_of_v_subtracted(x_t, prediction, betas, t, given="x0"):
    alpha, sigma = signal_and_noise(betas, t)
    if given == "v":
        return sigma * x_t - alpha * prediction
    return noise_of(x_t, prediction, betas, t, given)


def noise_of_v_exchanged(x_t, prediction, betas, t, given="x0"):
    alpha, sigma = signal_and_noise(betas, t)
    if given == "v":
        return alpha * x_t + sigma * prediction
    return noise_of(x_t, prediction, betas, t, given)


def noise_of_score_positive(x_t, prediction, betas, t, given="x0"):
    _alpha, sigma = signal_and_noise(betas, t)
    if given == "score":
        return sigma * prediction
    return noise_of(x_t, prediction, betas, t, given)


def noise_of_score_plain(x_t, prediction, betas, t, given="x0"):
    if given == "score":
        return -prediction
    return noise_of(x_t, prediction, betas, t, given)


ORDINARY = [
    Ordinary(
        target="ddpm.velocity",
        adapter="ho",
        textbook=get_velocity,
        slips=(
            typo("alpha * noise - sigma * x0", "sigma * x0 - alpha * noise", "opposite-sign"),
            typo("noise - sigma * x0", "x0 - sigma * noise", "roles-exchanged|exchang"),
            typo("- sigma", "+ sigma", "adds-data|plus|data-added|adds"),
            Slip(get_velocity_of_flow, "straight|flow|ε − x_0|coefficients left out|unweighted"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.velocity",
        adapter="scheduler",
        textbook=VelocityScheduler,
        slips=(
            Slip(VelocityUnrooted, "not-rooted|squares"),
            Slip(VelocityNext, "previous-step|one (step )?(too )?(early|small)"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.predict_x0",
        adapter="noise-model",
        textbook=start_from_noise,
        slips=(
            Slip(start_adds, "adds-noise"),
            Slip(start_not_divided, "not-divided"),
            Slip(start_half_divided, "noise-not-divided|x_t alone|divides (only )?x_t"),
            Slip(start_variance, "variance"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.predict_x0",
        adapter="noise-model",
        textbook=start_from_noise_logs,
        slips=(
            Slip(start_unrooted, "signal-not-rooted|ᾱ_t²|divides by .*square"),
            Slip(start_alphas, "alpha-for-alpha-bar"),
            Slip(start_clipped, "clip|cut to"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.predict_x0",
        adapter="ho",
        textbook=x0_of,
        slips=(
            Slip(x0_of_v_added, "velocity-sign"),
            Slip(x0_of_score_sigma, "score-deviation|β̄_t for β̄_t²|deviation"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.predict_noise",
        adapter="x0-model",
        textbook=noise_from_start,
        slips=(
            Slip(noise_not_scaled, "data-unscaled|without ᾱ_t|without-signal"),
            Slip(noise_by_variance, "variance"),
            Slip(noise_not_divided, "not-divided"),
            Slip(noise_negative, "sign|negat|−1 times"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.predict_noise",
        adapter="ho",
        textbook=noise_of,
        slips=(
            Slip(noise_of_v_subtracted, "velocity-sign"),
            Slip(noise_of_v_exchanged, "exchang"),
            Slip(noise_of_score_positive, "score-sign|score-positive|sign"),
            Slip(noise_of_score_plain, "score-unscaled"),
        ),
        answer="imprecise",
    ),
]
