"""Mistakes in diffusion code that were reported in public, typed into the usual code."""

import numpy as np

from ._ordinary import Ordinary, Slip


def extract(table, t, x):
    return table[t].reshape(-1, *(1,) * (x.ndim - 1))


def tables(betas):
    alphas = 1.0 - betas
    alphas_cumprod = np.cumprod(alphas)
    return alphas, alphas_cumprod, np.append(1.0, alphas_cumprod[:-1])


def q_posterior(x_start, x_t, betas, t):
    alphas, alphas_cumprod, alphas_cumprod_prev = tables(betas)
    posterior_variance = betas * (1 - alphas_cumprod_prev) / (1 - alphas_cumprod)
    coef1 = betas * np.sqrt(alphas_cumprod_prev) / (1 - alphas_cumprod)
    coef2 = (1 - alphas_cumprod_prev) * np.sqrt(alphas) / (1 - alphas_cumprod)
    mean = extract(coef1, t, x_start) * x_start + extract(coef2, t, x_t) * x_t
    return mean, extract(posterior_variance, t, x_t)


def q_posterior_cancelled(x_start, x_t, betas, t):
    """diffusion-models-tutorial#1: divided by 1 − α, so that the two cancel."""
    alphas, _, alphas_cumprod_prev = tables(betas)
    posterior_variance = (1 - alphas) * (1 - alphas_cumprod_prev) / (1 - alphas)
    return q_posterior(x_start, x_t, betas, t)[0], extract(posterior_variance, t, x_t)


def predict_start(x_t, noise, betas, t):
    _, alphas_cumprod, _ = tables(betas)
    sqrt_recip, sqrt_recipm1 = np.sqrt(1.0 / alphas_cumprod), np.sqrt(1.0 / alphas_cumprod - 1)
    return extract(sqrt_recip, t, x_t) * x_t - extract(sqrt_recipm1, t, x_t) * noise


def predict_start_outside(x_t, noise, betas, t):
    _, alphas_cumprod, _ = tables(betas)
    sqrt_recip = np.sqrt(1.0 / alphas_cumprod)
    return extract(sqrt_recip, t, x_t) * x_t - extract(sqrt_recip - 1, t, x_t) * noise


def p_sample(x, eps, noise, betas, variances, t, scale=np.sqrt):
    alphas, alphas_cumprod, _ = tables(betas)
    mean = (x - extract(betas / np.sqrt(1 - alphas_cumprod), t, x) * eps) / np.sqrt(extract(alphas, t, x))
    nonzero = (t > 0).reshape(-1, *(1,) * (x.ndim - 1))
    return mean + nonzero * scale(extract(variances, t, x)) * noise


def p_sample_variance(x, eps, noise, betas, variances, t):
    return p_sample(x, eps, noise, betas, variances, t, scale=np.asarray)


def p_sample_all_steps(x, eps, noise, betas, variances, t):
    _, alphas_cumprod, _ = tables(betas)
    mean = x - extract(betas / np.sqrt(1 - alphas_cumprod), t, x) * eps
    mean = mean / np.sqrt(extract(alphas_cumprod, t, x))
    nonzero = (t > 0).reshape(-1, *(1,) * (x.ndim - 1))
    return mean + nonzero * np.sqrt(extract(variances, t, x)) * noise


ORDINARY = (
    Ordinary(
        "ddpm.posterior",
        q_posterior,
        (Slip(q_posterior_cancelled, r"alpha in place of alpha_bar|variance.{0,40}beta"),),
        adapter="ho",
        answer="imprecise",
    ),
    Ordinary(
        "ddpm.predict_x0",
        predict_start,
        (Slip(predict_start_outside, r"parenthesis closed too early"),),
        adapter="noise-model",
        answer="imprecise",
    ),
    Ordinary(
        "ddpm.ancestral_step",
        p_sample,
        (
            Slip(p_sample_variance, r"variance-for-deviation"),
            Slip(p_sample_all_steps, r"alpha-bar|alpha_bar in place of alpha"),
        ),
        adapter="ho",
        answer="imprecise",
    ),
)
