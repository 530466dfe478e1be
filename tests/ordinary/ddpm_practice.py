"""Schedules, weights and inference steps of practice, as people type them."""

import math

import numpy as np

from ._ordinary import Ordinary, Slip, typo


def scaled_linear(T, beta_start, beta_end):
    return np.linspace(beta_start**0.5, beta_end**0.5, T) ** 2


def scaled_linear_loop(T, first, last):
    betas = []
    for i in range(T):
        fraction = i / (T - 1) if T > 1 else 0.0
        betas.append((math.sqrt(first) + (math.sqrt(last) - math.sqrt(first)) * fraction) ** 2)
    return betas


def sigmoid(T, beta_start, beta_end):
    z = np.linspace(-6, 6, T)
    return 1 / (np.exp(-z) + 1) * (beta_end - beta_start) + beta_start


def sigmoid_loop(T, first, last):
    gaps = max(T - 1, 1)
    curve = [1 / (1 + math.exp(6 - 12 * i / gaps)) for i in range(T)]
    return [first + (last - first) * share for share in curve]


def enforce_zero_terminal_snr(betas):
    alphas = 1 - betas
    alphas_bar_sqrt = np.sqrt(np.cumprod(alphas))
    first, last = alphas_bar_sqrt[0], alphas_bar_sqrt[-1]
    alphas_bar_sqrt = (alphas_bar_sqrt - last) * (first / (first - last))
    alphas_bar = alphas_bar_sqrt**2
    alphas = alphas_bar[1:] / alphas_bar[:-1]
    alphas = np.concatenate([alphas_bar[:1], alphas])
    return 1 - alphas


def rescaled_cumprod(betas):
    root = np.sqrt(np.cumprod(1 - betas))
    return ((root - root[-1]) * (root[0] / (root[0] - root[-1]))) ** 2


def rescaled_square(betas):
    alphas_cumprod = np.cumprod(1 - betas)
    first, last = alphas_cumprod[0], alphas_cumprod[-1]
    return (alphas_cumprod - last) * first / (first - last)


def weight_of_betas(betas, gamma, given):
    alphas_cumprod = np.cumprod(1 - betas)
    snr = alphas_cumprod / (1 - alphas_cumprod)
    limited = np.minimum(snr, gamma)
    if given == "x0":
        return limited
    if given == "v":
        return limited / (snr + 1)
    return np.where(snr > 0, limited / np.where(snr > 0, snr, 1), 1)


def weight_of_snr(snr, gamma, given):
    least = np.where(snr < gamma, snr, gamma)
    if given == "noise":
        least = np.minimum(1, gamma / np.maximum(snr, 1e-300))
    elif given == "v":
        least = least / (1 + snr)
    return least


def timesteps(T, n, spacing, offset):
    if spacing == "linspace":
        return np.linspace(0, T - 1, n).round()[::-1].astype(np.int64)
    if spacing == "leading":
        return (np.arange(0, n) * (T // n))[::-1] + offset
    return np.round(np.arange(n, 0, -1) * (T / n)).astype(np.int64) - 1


def timesteps_loop(T, n, spacing, offset):
    steps = []
    for i in range(n):
        if spacing == "leading":
            steps.append(offset + i * (T // n))
        elif spacing == "linspace":
            steps.append(round(i * (T - 1) / (n - 1)))
        else:
            steps.append(round((i + 1) * T / n) - 1)
    return steps[::-1]


def q_posterior(x_start, x_t, betas, t, s):
    alphas_cumprod = np.append(1.0, np.cumprod(1.0 - betas))
    a_t, a_s = alphas_cumprod[t + 1][:, None], alphas_cumprod[s + 1][:, None]
    alpha = a_t / a_s
    beta = 1 - alpha
    variance = (1 - a_s) / (1 - a_t) * beta
    mean = np.sqrt(a_s) * beta / (1 - a_t) * x_start + np.sqrt(alpha) * (1 - a_s) / (1 - a_t) * x_t
    return mean, variance


def ddim(x, eps, noise, betas, t, s, eta):
    alphas_cumprod = np.append(1.0, np.cumprod(1.0 - betas))
    a_t, a_s = alphas_cumprod[t + 1][:, None], alphas_cumprod[s + 1][:, None]
    sigma = eta * np.sqrt((1 - a_s) / (1 - a_t) * (1 - a_t / a_s))
    pred_x0 = (x - np.sqrt(1 - a_t) * eps) / np.sqrt(a_t)
    dir_xt = np.sqrt(np.maximum(1 - a_s - sigma**2, 0)) * eps
    return np.sqrt(a_s) * pred_x0 + dir_xt + sigma * noise


def log_variance(output, betas, t):
    alphas_cumprod = np.cumprod(1.0 - betas)
    alphas_cumprod_prev = np.append(1.0, alphas_cumprod[:-1])
    posterior_variance = betas * (1 - alphas_cumprod_prev) / (1 - alphas_cumprod)
    posterior_variance = np.append(posterior_variance[1:2], posterior_variance[1:])
    if not posterior_variance.size:
        posterior_variance = betas
    min_log, max_log = np.log(posterior_variance[t])[:, None], np.log(betas[t])[:, None]
    frac = (output + 1) / 2
    return frac * max_log + (1 - frac) * min_log


def betas_of_config(config):
    latent = config.get("_class_name") == "LCMScheduler"
    T = config["num_train_timesteps"]
    start = config.get("beta_start", 0.00085 if latent else 0.0001)
    end = config.get("beta_end", 0.012 if latent else 0.02)
    schedule = config.get("beta_schedule", "scaled_linear" if latent else "linear")
    if config.get("trained_betas") is not None:
        betas = np.asarray(config["trained_betas"])
    elif schedule == "linear":
        betas = np.linspace(start, end, T)
    elif schedule == "scaled_linear":
        betas = np.linspace(start**0.5, end**0.5, T) ** 2
    elif schedule == "sigmoid":
        betas = 1 / (1 + np.exp(-np.linspace(-6, 6, T))) * (end - start) + start
    else:
        u = np.cos((np.linspace(0, 1, T + 1) + 0.008) / 1.008 * np.pi / 2) ** 2
        betas = np.clip(1 - u[1:] / u[:-1], 0, 0.999)
    if config.get("rescale_betas_zero_snr"):
        root = np.sqrt(np.cumprod(1 - betas))
        root = (root - root[-1]) * root[0] / (root[0] - root[-1])
        bar = root**2
        betas = 1 - np.append(bar[0], bar[1:] / bar[:-1])
    return betas


ORDINARY = [
    Ordinary(
        "ddpm.from_config",
        betas_of_config,
        (
            typo('"rescale_betas_zero_snr"', '"rescale_zero_snr"', "zero-snr-ignored"),
            typo('config.get("trained_betas") is not None', "False", "given-variances-ignored"),
            typo(
                'config.get("beta_schedule", "scaled_linear" if latent else "linear")',
                '"linear"',
                "always-linear",
            ),
        ),
        adapter="betas",
        answer="imprecise",
    ),
    Ordinary(
        "ddpm.scaled_linear_schedule",
        scaled_linear,
        (
            typo(
                "np.linspace(beta_start**0.5, beta_end**0.5, T) ** 2",
                "np.linspace(beta_start, beta_end, T)",
                "variances",
            ),
            typo(
                "np.linspace(beta_start**0.5, beta_end**0.5, T) ** 2",
                "np.linspace(beta_start, beta_end, T) ** 2",
                "roots-left-out|root",
            ),
            typo(" ** 2", "", "not-squared|root"),
        ),
        adapter="ho",
    ),
    Ordinary(
        "ddpm.scaled_linear_schedule",
        scaled_linear_loop,
        (typo("i / (T - 1) if", "i / T if", "endpoint-left-out|never reaches|T \\+ 1"),),
        adapter="ho",
    ),
    Ordinary(
        "ddpm.sigmoid_schedule",
        sigmoid,
        (
            typo("-6, 6", "-3, 3", "half-the-span|−3"),
            typo(" + beta_start", "", "without-first"),
            typo("(beta_end - beta_start)", "beta_end", "last-for-difference|first"),
        ),
        adapter="ho",
    ),
    Ordinary(
        "ddpm.sigmoid_schedule",
        sigmoid_loop,
        (typo("max(T - 1, 1)", "T", "endpoint-left-out|never reaches"),),
        adapter="ho",
    ),
    Ordinary(
        "ddpm.rescale_zero_snr",
        enforce_zero_terminal_snr,
        (
            typo("np.sqrt(np.cumprod(alphas))", "np.cumprod(alphas)", "not-rooted"),
            typo("* (first / (first - last))", "", "not-scaled"),
            typo("(first / (first - last))", "(1 / (1 - last))", "scaled-to-one"),
        ),
        adapter="ho",
        answer="imprecise",
    ),
    Ordinary(
        "ddpm.rescale_zero_snr",
        rescaled_cumprod,
        (Slip(rescaled_square, "of-the-square"),),
        adapter="alphas-cumprod",
    ),
    Ordinary(
        "ddpm.min_snr_weight",
        weight_of_betas,
        (
            typo(
                "limited / (snr + 1)",
                "np.where(snr > 0, limited / np.where(snr > 0, snr, 1), 1)",
                "v-without-one",
            ),
            typo("limited / (snr + 1)", "np.minimum(snr + 1, gamma) / (snr + 1)", "one-under-the-limit"),
            typo("np.minimum(snr, gamma)", "np.maximum(snr, gamma)", "larger-of-both"),
        ),
        adapter="ho",
        answer="imprecise",
    ),
    Ordinary(
        "ddpm.min_snr_weight",
        weight_of_snr,
        (
            typo("least / (1 + snr)", "least / (1 + least)", "v-of-gamma"),
            typo("np.minimum(1, gamma / np.maximum(snr, 1e-300))", "least / snr", "nothing-over-nothing|NaN"),
        ),
        adapter="snr",
    ),
    Ordinary(
        "ddpm.inference_steps",
        timesteps,
        (
            typo("[::-1] + offset", "[::-1]", "without-offset"),
            typo("- 1\n", "\n", "trailing-from-one"),
        ),
        adapter="zero-based",
    ),
    Ordinary(
        "ddpm.inference_steps",
        timesteps_loop,
        (
            typo("steps[::-1]", "steps", "ascending|order|revers"),
            typo("i * (T - 1) / (n - 1)", "i * (T - 1) / n", "linspace-without-end"),
        ),
        adapter="zero-based",
    ),
    Ordinary(
        "ddpm.posterior_between",
        q_posterior,
        (
            typo("alpha = a_t / a_s", "alpha = 1 - betas[t][:, None]", "alpha-of-one-step"),
            typo("(1 - a_s) / (1 - a_t) * beta\n", "beta\n", "fixed-large"),
            typo(
                "np.append(1.0, np.cumprod(1.0 - betas))",
                "np.roll(np.append(np.cumprod(1.0 - betas), np.prod(1.0 - betas)), 1)",
                "signal-of-step-minus-one|−1|minus one",
            ),
        ),
        adapter="ho",
        answer="imprecise",
    ),
    Ordinary(
        "ddpm.ddim_step",
        ddim,
        (
            typo("1 - a_s - sigma**2", "1 - a_s", "direction-not-shortened"),
            typo("eta * np.sqrt(", "np.sqrt(eta * ", "eta-not-squared"),
            typo(
                "np.sqrt((1 - a_s) / (1 - a_t) * (1 - a_t / a_s))",
                "np.sqrt(1 - a_t / a_s)",
                "sigma-of-the-step",
            ),
            typo("+ sigma * noise", "+ sigma**2 * noise", "variance-for-deviation"),
            typo("/ np.sqrt(a_t)\n", "/ np.sqrt(a_t)\n    pred_x0 = np.clip(pred_x0, -1, 1)\n", "clip"),
        ),
        adapter="ho",
        answer="imprecise",
    ),
    Ordinary(
        "ddpm.learned_variance",
        log_variance,
        (
            typo(
                "frac * max_log + (1 - frac) * min_log",
                "frac * min_log + (1 - frac) * max_log",
                "ends-exchanged",
            ),
            typo("(output + 1) / 2", "output", "output-for-fraction"),
        ),
        adapter="ho",
        answer="imprecise",
    ),
]
