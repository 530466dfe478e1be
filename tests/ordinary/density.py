"""Normal densities and their divergences as textbooks and torch.distributions have them."""

import math

import numpy as np

from ._ordinary import Ordinary, Slip, typo

LOG_2PI = math.log(2 * math.pi)


# Densities: −½ Σ ((x − μ)²/σ² + log 2πσ²)


def gaussian_log_pdf(x, mu, var):
    return -0.5 * np.sum(np.log(2 * np.pi * var) + (x - mu) ** 2 / var, axis=-1)


def pdf_sigma_for_variance(x, mu, sigma):
    return np.sum(-np.log(sigma) - 0.5 * LOG_2PI - 0.5 * ((x - mu) / sigma) ** 2, axis=-1)


def pdf_no_half_in_square(x, mu, var):
    return np.sum(-0.5 * np.log(2 * np.pi * var) - (x - mu) ** 2 / var, axis=-1)


def pdf_no_half_in_log(x, mu, var):
    return np.sum(-0.5 * LOG_2PI - np.log(var) - 0.5 * (x - mu) ** 2 / var, axis=-1)


def log_prob(value, loc, scale):
    var = scale**2
    return -((value - loc) ** 2) / (2 * var) - np.log(scale) - math.log(math.sqrt(2 * math.pi))


def log_prob_half_lost(value, loc, scale):
    return -((value - loc) ** 2) / scale**2 - np.log(scale) - math.log(math.sqrt(2 * math.pi))


def log_prob_two_pi(value, loc, scale):
    return -((value - loc) ** 2) / (2 * scale**2) - np.log(scale) - math.log(2 * math.pi)


def vae_log_normal(x, mean, logvar):
    return np.sum(-0.5 * (LOG_2PI + logvar + (x - mean) ** 2 * np.exp(-logvar)), -1)


# KL(N₁ ‖ N₂)


def kl_variances(m1, v1, m2, v2):
    return 0.5 * np.sum(np.log(v2 / v1) + (v1 + (m1 - m2) ** 2) / v2 - 1, axis=-1)


def kl_log_without_half(m1, v1, m2, v2):
    return np.sum(np.log(v2 / v1) + 0.5 * ((v1 + (m1 - m2) ** 2) / v2 - 1), axis=-1)


def kl_log_squared(m1, v1, m2, v2):
    s1, s2 = np.sqrt(v1), np.sqrt(v2)
    return 0.5 * np.sum((v1 + (m1 - m2) ** 2) / v2 - 1 - np.log(s1 / s2) ** 2, axis=-1)


def kl_one_minus_one(m1, v1, m2, v2):
    return 0.5 * (np.sum(np.log(v2 / v1) + (v1 + (m1 - m2) ** 2) / v2, axis=-1) - 1)


def kl_bishop(mu1, s1, mu2, s2):
    return (np.log(s2 / s1) + (s1**2 + (mu1 - mu2) ** 2) / (2 * s2**2) - 0.5).sum(axis=-1)


def kl_diffusion(mean1, logvar1, mean2, logvar2):
    terms = -1.0 + logvar2 - logvar1 + np.exp(logvar1 - logvar2) + (mean1 - mean2) ** 2 * np.exp(-logvar2)
    return 0.5 * np.sum(terms, axis=-1)


def kl_diffusion_swapped(mean1, logvar1, mean2, logvar2):
    terms = -1.0 + logvar1 - logvar2 + np.exp(logvar2 - logvar1) + (mean1 - mean2) ** 2 * np.exp(-logvar1)
    return 0.5 * np.sum(terms, axis=-1)


# Full covariances


def multivariate_log_pdf(x, mean, cov):
    diff = x - mean
    maha = np.sum(diff * np.linalg.solve(cov, diff[..., None])[..., 0], axis=-1)
    return -0.5 * (maha + np.linalg.slogdet(cov)[1] + cov.shape[-1] * LOG_2PI)


def multivariate_half_log_det(x, mean, cov):
    diff = x - mean
    L = np.linalg.cholesky(cov)
    maha = np.sum(np.linalg.solve(L, diff[..., None])[..., 0] ** 2, axis=-1)
    log_det = np.sum(np.log(np.diagonal(L, axis1=-2, axis2=-1)), axis=-1)
    return -0.5 * (maha + log_det + x.shape[-1] * LOG_2PI)


def multivariate_diagonal(x, mean, cov):
    var = np.diagonal(cov, axis1=-2, axis2=-1)
    return -0.5 * np.sum((x - mean) ** 2 / var + np.log(var) + LOG_2PI, axis=-1)


def multivariate_not_inverted(x, mean, cov):
    diff = x - mean
    maha = np.einsum("...i,...ij,...j->...", diff, cov, diff)
    return -0.5 * (maha + np.linalg.slogdet(cov)[1] + cov.shape[-1] * LOG_2PI)


def multivariate_jitter(x, mean, cov):
    return multivariate_log_pdf(x, mean, cov + 1e-6 * np.eye(cov.shape[-1]))


def scale_tril_log_prob(x, loc, L):
    z = np.linalg.solve(L, (x - loc)[..., None])[..., 0]
    half_log_det = np.log(np.diagonal(L, axis1=-2, axis2=-1)).sum(-1)
    return -0.5 * (L.shape[-1] * LOG_2PI + (z**2).sum(-1)) - half_log_det


def scale_tril_halved(x, loc, L):
    z = np.linalg.solve(L, (x - loc)[..., None])[..., 0]
    half_log_det = np.log(np.diagonal(L, axis1=-2, axis2=-1)).sum(-1)
    return -0.5 * (L.shape[-1] * LOG_2PI + (z**2).sum(-1) + half_log_det)


def kl_full(m1, C1, m2, C2):
    d, diff = m1.shape[-1], m2 - m1
    trace = np.trace(np.linalg.solve(C2, C1), axis1=-2, axis2=-1)
    maha = np.sum(diff * np.linalg.solve(C2, diff[..., None])[..., 0], -1)
    return 0.5 * (trace + maha - d + np.linalg.slogdet(C2)[1] - np.linalg.slogdet(C1)[1])


def kl_full_no_dimension(m1, C1, m2, C2):
    return kl_full(m1, C1, m2, C2) + 0.5 * m1.shape[-1]


def kl_full_no_log_dets(m1, C1, m2, C2):
    d, diff = m1.shape[-1], m2 - m1
    trace = np.trace(np.linalg.solve(C2, C1), axis1=-2, axis2=-1)
    return 0.5 * (trace + np.sum(diff * np.linalg.solve(C2, diff[..., None])[..., 0], -1) - d)


def kl_full_means_left_out(m1, C1, m2, C2):
    trace = np.trace(np.linalg.solve(C2, C1), axis1=-2, axis2=-1)
    return 0.5 * (trace - C1.shape[-1] + np.linalg.slogdet(C2)[1] - np.linalg.slogdet(C1)[1] + 0 * m1[..., 0])


def kl_full_diagonal(m1, C1, m2, C2):
    return kl_variances(m1, np.einsum("...ii->...i", C1), m2, np.einsum("...ii->...i", C2))


ORDINARY = (
    Ordinary(
        "density.normal_log_density",
        gaussian_log_pdf,
        (
            typo("2 * np.pi * var", "var", r"log-2pi|log 2π"),
            Slip(pdf_sigma_for_variance, r"deviation"),
            typo(".sum", ".mean", r"mean-over|averag|mean over|1/d\b|divided by d\b"),
            typo(
                "(x - mu) ** 2 / var",
                "((x - mu) / var) ** 2",
                r"variance-squared|v²|squares? .{0,20}variance",
            ),
            Slip(pdf_no_half_in_square, r"square-without-half|½"),
            Slip(pdf_no_half_in_log, r"log-det-without-half|½ log v"),
            typo(
                "np.sum(np.log(2 * np.pi * var) + (x - mu) ** 2 / var, axis=-1)",
                "(LOG_2PI + np.sum(np.log(var) + (x - mu) ** 2 / var, axis=-1))",
                r"constant-once|log 2π.{0,30}once",
            ),
            typo(
                "np.log(2 * np.pi * var) + (x - mu) ** 2 / var",
                "(x - mu) ** 2 / var + LOG_2PI",
                r"no-log-det|missing-log-det|log v",
            ),
            typo("-0.5", "0.5", r"negative|sign|−1 times|negated|loss"),
            typo("2 * np.pi", "np.pi", r"log-pi|log π|log 2π"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "density.normal_log_density",
        log_prob,
        (
            Slip(log_prob_half_lost, r"square-without-half|½"),
            typo("log(scale)", "log(var)", r"log-det-without-half|½ log v"),
            Slip(log_prob_two_pi, r"two-pi|log 2π"),
        ),
        adapter="per-coordinate",
        answer="imprecise",
    ),
    Ordinary(
        "density.normal_log_density",
        vae_log_normal,
        (
            typo("-logvar", "logvar", r"precision|multipl\w+ by the variance|times the variance|inverse|1/v"),
            typo("-logvar", "-2 * logvar", r"variance-squared|v²|squares? .{0,20}variance"),
        ),
        adapter="log-variance",
        answer="imprecise",
    ),
    Ordinary(
        "density.normal_kl",
        kl_variances,
        (
            typo(
                "log(v2 / v1) + (v1 + (m1 - m2) ** 2) / v2",
                "log(v1 / v2) + (v2 + (m1 - m2) ** 2) / v1",
                r"swapped|other direction|exchanged",
            ),
            typo("v2 / v1", "v1 / v2", r"inverted-ratio|log v₁/v₂"),
            typo("v2 - 1", "v2", r"missing-minus-one|−1"),
            typo("0.5 * np", "np", r"no-half|½|2 times|twice|×2|× 2"),
            Slip(kl_log_without_half, r"log-without-half|½"),
            typo("(v1 + (m1 - m2) ** 2) / v2", "v1 / v2 + (m1 - m2) ** 2 / v1", r"first-variance|/v₁|by v₁"),
            typo("(m1 - m2) ** 2", "np.abs(m1 - m2)", r"not-squared|without.{0,20}square|\|m₁ − m₂\|"),
            Slip(kl_log_squared, r"logarithm-squared|square of the log"),
            Slip(kl_one_minus_one, r"minus-one|−1.{0,40}once|once.{0,40}−1"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "density.normal_kl",
        kl_bishop,
        (
            typo("**2", "", r"deviation|not squared|without .{0,20}square"),
            typo("- 0.5", "- 1", r"minus-one|½.{0,30}1\b|−1\b"),
            typo("np.log", "0.5 * np.log", r"half-log|½ .{0,20}log|log.{0,40}½"),
        ),
        adapter="std",
        answer="imprecise",
    ),
    Ordinary(
        "density.normal_kl",
        kl_diffusion,
        (
            typo("logvar2 - logvar1", "logvar1 - logvar2", r"inverted-ratio|log v₁/v₂"),
            typo(".sum", ".mean", r"mean-over|averag|mean over|1/d\b|divided by d\b"),
            Slip(kl_diffusion_swapped, r"swapped|other direction|exchanged"),
        ),
        adapter="log-variance",
        answer="imprecise",
    ),
    Ordinary(
        "density.normal_log_density_full",
        multivariate_log_pdf,
        (
            Slip(multivariate_half_log_det, r"half-log-det|log L_ii"),
            typo("maha +", "maha -", r"log-det-sign|sign.{0,20}log det"),
            typo("+ cov.shape[-1] * LOG_2PI", "", r"log-2pi|log 2π"),
            typo("cov.shape[-1] *", "", r"constant-once|log 2π.{0,30}once"),
            Slip(multivariate_diagonal, r"diagonal-only|ignores the covariances"),
            Slip(multivariate_not_inverted, r"not-inverted|without inver|inver"),
            Slip(multivariate_jitter, r"jitter|1e-0?6|10⁻⁶|epsilon"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "density.normal_log_density_full",
        scale_tril_log_prob,
        (
            Slip(scale_tril_halved, r"half-log-det|log L_ii"),
            typo("L, (x - loc)", "np.swapaxes(L, -1, -2), (x - loc)", r"transpos|Lᵀ|upper"),
        ),
        adapter="cholesky",
        answer="imprecise",
    ),
    Ordinary(
        "density.normal_kl_full",
        kl_full,
        (
            Slip(lambda m1, C1, m2, C2: kl_full(m2, C2, m1, C1), r"swapped|other direction|exchanged"),
            Slip(kl_full_no_dimension, r"missing-dimension|−d"),
            typo(
                "(C2)[1] - np.linalg.slogdet(C1)",
                "(C1)[1] - np.linalg.slogdet(C2)",
                r"inverted-ratio|log-det|log det",
            ),
            typo("C2, diff", "C1, diff", r"first-covariance|C₁⁻¹|inverse of the first"),
            Slip(lambda m1, C1, m2, C2: 2 * kl_full(m1, C1, m2, C2), r"no-half|½|2 times|twice|×2|× 2"),
            Slip(kl_full_no_log_dets, r"no-log-det|log det"),
            Slip(
                kl_full_means_left_out,
                r"mean-dropped|means? .{0,20}(left out|ignored)|ignores? .{0,20}\bm[12₁₂]",
            ),
            Slip(kl_full_diagonal, r"diagonal-only|ignores the covariances"),
        ),
        answer="imprecise",
    ),
)
