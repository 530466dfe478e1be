"""Denoising diffusion (DDPM) as an autoregressive variational autoencoder.

p(x_t|x_{t−1}) = N(α_t x_{t−1}, β_t² I) with α_t² + β_t² = 1 for t = 1..T; x_t = ᾱ_t x_0 + β̄_t ε.
β_t, β̄_t and σ_t are standard deviations: β_t² and α_t² are what Ho et al. call β_t and α_t.

A step t is a Python integer in 1..T, or an integer array (int32 or int64) that broadcasts against the
leading axes of the data, whose last axis is the feature axis; where an array's step lies outside 1..T,
the result is NaN. Results have the common dtype of the array arguments and are on their device.

Article: Jianlin Su (苏剑林), Diffusion models, 2: DDPM is an autoregressive VAE (2022-07-06),
https://spaces.ac.cn/archives/9152. `refimpl show ddpm` prints what it states.
"""

from ._checks import check_schedule, check_signal, check_steps
from ._config import Configured, from_config
from ._elbo import AffineGenerator, Marginals, elbo_terms, exact_generator, joint_kl, marginals
from ._parametrisation import loss_weight, predict_noise, predict_score, predict_v, predict_x0, velocity
from ._practical import min_snr_weight, rescale_zero_snr, scaled_linear_schedule, sigmoid_schedule
from ._process import (
    ancestral_step,
    denoise_mean,
    diffuse,
    diffuse_step,
    optimal_std,
    posterior,
    sample,
    sampling_std,
)
from ._schedules import (
    Cumulative,
    HoSchedule,
    cosine_schedule,
    cumulative,
    from_alpha,
    from_ho,
    ho_schedule,
    linear_schedule,
    log_snr,
    snr,
    to_ho,
)
from ._skipping import ddim_step, inference_steps, learned_variance, posterior_between
from ._steps import Schedule

__all__ = [
    "AffineGenerator",
    "Configured",
    "Cumulative",
    "HoSchedule",
    "Marginals",
    "Schedule",
    "ancestral_step",
    "check_schedule",
    "check_signal",
    "check_steps",
    "cosine_schedule",
    "cumulative",
    "ddim_step",
    "denoise_mean",
    "diffuse",
    "diffuse_step",
    "elbo_terms",
    "exact_generator",
    "from_alpha",
    "from_config",
    "from_ho",
    "ho_schedule",
    "inference_steps",
    "joint_kl",
    "learned_variance",
    "linear_schedule",
    "log_snr",
    "loss_weight",
    "marginals",
    "min_snr_weight",
    "optimal_std",
    "posterior",
    "posterior_between",
    "predict_noise",
    "predict_score",
    "predict_v",
    "predict_x0",
    "rescale_zero_snr",
    "sample",
    "sampling_std",
    "scaled_linear_schedule",
    "sigmoid_schedule",
    "snr",
    "to_ho",
    "velocity",
]
