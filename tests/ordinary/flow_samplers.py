"""Steps of samplers, as people type them."""

import numpy as np

from refimpl.flow import AncestralStep

from ._ordinary import Ordinary, Slip, changed, typo


def get_ancestral_step(sigma_from, sigma_to, eta=1.0):
    if not eta:
        return sigma_to, 0.0
    sigma_up = min(sigma_to, eta * (sigma_to**2 * (sigma_from**2 - sigma_to**2) / sigma_from**2) ** 0.5)
    sigma_down = (sigma_to**2 - sigma_up**2) ** 0.5
    return sigma_down, sigma_up


def split_by_arrays(sigma_from, sigma_to, *, eta=1.0):
    fresh = eta * sigma_to * np.sqrt(1 - (sigma_to / sigma_from) ** 2)
    up = np.minimum(fresh, sigma_to)
    return AncestralStep(np.sqrt(np.maximum(sigma_to**2 - up**2, 0)), up)


def split_without_clip(sigma_from, sigma_to, *, eta=1.0):
    up = eta * sigma_to * np.sqrt(1 - (sigma_to / sigma_from) ** 2)
    return AncestralStep(np.sqrt(sigma_to**2 - up**2), up)


def sample(model, x, sigmas, randn_like, s_churn, s_tmin, s_tmax, s_noise, method):
    for i in range(len(sigmas) - 1):
        gamma = min(s_churn / (len(sigmas) - 1), 2**0.5 - 1) if s_tmin <= sigmas[i] <= s_tmax else 0.0
        eps = randn_like(x) * s_noise
        sigma_hat = sigmas[i] * (gamma + 1)
        if gamma > 0:
            x = x + eps * (sigma_hat**2 - sigmas[i] ** 2) ** 0.5
        d = (x - model(x, sigma_hat)) / sigma_hat
        dt = sigmas[i + 1] - sigma_hat
        if sigmas[i + 1] == 0 or method == "euler":
            x = x + d * dt
        else:
            x_2 = x + d * dt
            d_2 = (x_2 - model(x_2, sigmas[i + 1])) / sigmas[i + 1]
            d_prime = (d + d_2) / 2
            x = x + d_prime * dt
    return x


def sample_model_first(model, x, sigmas, randn_like, s_churn, s_tmin, s_tmax, s_noise, method):
    for i in range(len(sigmas) - 1):
        denoised = model(x, sigmas[i])
        gamma = min(s_churn / (len(sigmas) - 1), 2**0.5 - 1) if s_tmin <= sigmas[i] <= s_tmax else 0.0
        sigma_hat = sigmas[i] * (gamma + 1)
        x = x + randn_like(x) * s_noise * (sigma_hat**2 - sigmas[i] ** 2) ** 0.5
        d = (x - denoised) / sigma_hat
        dt = sigmas[i + 1] - sigma_hat
        if sigmas[i + 1] > 0 and method == "heun":
            x_2 = x + d * dt
            d = (d + (x_2 - model(x_2, sigmas[i + 1])) / sigmas[i + 1]) / 2
        x = x + d * dt
    return x


def algorithm_2(denoise, x, sigmas, noises, *, method="heun", churn=0.0, low=0.0, high=None, noise_scale=1.0):
    states = [x]
    n = len(sigmas) - 1
    for i in range(n):
        t_cur, t_next = sigmas[i], sigmas[i + 1]
        inside = low <= t_cur and (high is None or t_cur <= high)
        gamma = min(churn / n, np.sqrt(2) - 1) if inside else 0
        t_hat = t_cur + gamma * t_cur
        x_hat = states[-1] + np.sqrt(t_hat**2 - t_cur**2) * noise_scale * noises[i]
        d_cur = (x_hat - denoise(t_hat, x_hat)) / t_hat
        x_next = x_hat + (t_next - t_hat) * d_cur
        if method == "heun" and t_next > 0:
            d_prime = (x_next - denoise(t_next, x_next)) / t_next
            x_next = x_hat + (t_next - t_hat) * (0.5 * d_cur + 0.5 * d_prime)
        states.append(x_next)
    return np.stack(states)


def first_update(x, data, source, target):
    (alpha_s, sigma_s), (alpha_t, sigma_t) = source, target
    with np.errstate(divide="ignore"):
        h = np.log(alpha_t) - np.log(sigma_t) - (np.log(alpha_s) - np.log(sigma_s))
    return (sigma_t / sigma_s) * x - (alpha_t * (np.exp(-h) - 1.0)) * data


def second_update(x, data, old_data, earlier, source, target):
    (alpha_s1, sigma_s1), (alpha_s0, sigma_s0), (alpha_t, sigma_t) = earlier, source, target
    with np.errstate(all="ignore"):
        lambda_t = np.log(alpha_t) - np.log(sigma_t)
        lambda_s0 = np.log(alpha_s0) - np.log(sigma_s0)
        lambda_s1 = np.log(alpha_s1) - np.log(sigma_s1)
        h, h_0 = lambda_t - lambda_s0, lambda_s0 - lambda_s1
        r0 = h_0 / h
        d1 = (1.0 / r0) * (data - old_data)
    d1 = np.where(sigma_t == 0, 0.0, d1)
    gain = alpha_t * (np.exp(-h) - 1.0)
    return (sigma_t / sigma_s0) * x - gain * data - 0.5 * gain * d1


def sample_dpmpp_1(x, denoised, sigma, sigma_next):
    return sigma_next / sigma * x + (1 - sigma_next / sigma) * denoised


def sample_dpmpp_2m(x, denoised, old_denoised, sigma_before, sigma, sigma_next):
    with np.errstate(divide="ignore"):
        t, t_next, t_before = -np.log(sigma), -np.log(sigma_next), -np.log(sigma_before)
    h, h_last = t_next - t, t - t_before
    with np.errstate(all="ignore"):
        r = h_last / h
        denoised_d = (1 + 1 / (2 * r)) * denoised - (1 / (2 * r)) * old_denoised
    denoised_d = np.where(sigma_next == 0, denoised, denoised_d)
    return (sigma_next / sigma) * x - np.expm1(-h) * denoised_d


def noise_update(x, data, source, target):
    (alpha_s, sigma_s), (alpha_t, sigma_t) = source, target
    return alpha_t / alpha_s * x - (alpha_s * sigma_t - alpha_t * sigma_s) / alpha_s * -data


ORDINARY = [
    Ordinary(
        target="flow.ancestral_split",
        adapter="scalars",
        textbook=get_ancestral_step,
        slips=(
            typo("eta * (", "eta**2 * (", "eta-squared|η²"),
            typo("return sigma_down, sigma_up", "return sigma_up, sigma_down", "exchanged|order"),
            typo("(sigma_from**2 - sigma_to**2) / sigma_from**2", "1", "sigma_from"),
            typo(
                "sigma_down = (sigma_to**2 - sigma_up**2) ** 0.5",
                "sigma_down = sigma_to",
                "down-is-the-target",
            ),
            typo("min(sigma_to, eta * ", "min(sigma_to, ", "eta-ignored|eta"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.ancestral_split",
        textbook=split_by_arrays,
        slips=(
            Slip(split_without_clip, "not-clipped"),
            typo("np.sqrt(np.maximum(sigma_to**2 - up**2, 0))", "sigma_to - up", "down-by-difference"),
            typo("eta=1.0", "eta=0.0", "no-noise-by-default|default"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.edm_sampler",
        adapter="k-diffusion",
        textbook=sample,
        slips=(
            typo("min(s_churn", "max(s_churn", "cap-for-churn"),
            typo(" * s_noise", "", "without-noise-scale|noise_scale"),
            typo("(sigma_hat**2 - sigmas[i] ** 2) ** 0.5", "(sigma_hat - sigmas[i])", "noise-by-difference"),
            typo(
                "dt = sigmas[i + 1] - sigma_hat", "dt = sigmas[i + 1] - sigmas[i]", "step-from-the-old-level"
            ),
            typo("if s_tmin <= sigmas[i] <= s_tmax else 0.0", "", "window-ignored|low|high"),
            typo("model(x, sigma_hat)", "model(x, sigmas[i])", "model-at-the-old-level"),
            typo("- sigmas[i] ** 2) ** 0.5", "- sigmas[i] ** 2)", "noise-of-variance"),
            Slip(sample_model_first, "model-before-the-noise"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.edm_sampler",
        textbook=algorithm_2,
        slips=(
            typo("min(churn / n, np.sqrt(2) - 1)", "churn / n", "not-capped"),
            typo('method == "heun" and t_next > 0', 'method == "heun"', "second-velocity-at-zero"),
            typo('if method == "heun" and t_next > 0', "if False", "first-order"),
            typo(
                "denoise(t_next, x_next)", "denoise(t_hat, x_next)", "second-velocity-at-the-old-level|level"
            ),
            typo(
                "x_next = x_hat + (t_next - t_hat) * (0.5",
                "x_next = x_next + (t_next - t_hat) * (0.5",
                "euler-point",
            ),
            typo("noises[i]", "noises[0]", "one-noise"),
            typo("min(churn / n", "min(churn", "churn-at-every-step"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.exponential_step",
        textbook=first_update,
        slips=(
            typo("np.exp(-h)", "np.exp(h)", "forward|sign"),
            typo("x - (alpha_t", "x + (alpha_t", "plus|sign"),
            typo("(alpha_t * (np", "(alpha_s * (np", "alpha-of-the-source"),
            typo("(sigma_t / sigma_s) * x", "(alpha_t / alpha_s) * x", "signal-for-noise"),
            Slip(noise_update, "noise-coefficients"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.exponential_step",
        adapter="karras",
        textbook=sample_dpmpp_1,
        slips=(
            typo("+ (1 - sigma_next / sigma) *", "+ (1 - (sigma_next / sigma) ** 2) *", "step-doubled"),
            typo("sigma_next / sigma * x", "x", "no-scaling|signal-for-noise"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.dpm_solver_2m_step",
        textbook=second_update,
        slips=(
            typo("r0 = h_0 / h", "r0 = h / h_0", "steps-exchanged"),
            typo("- 0.5 * gain", "- gain", "without-half"),
            typo("np.where(sigma_t == 0, 0.0, d1)", "d1", "second-order-at-the-end"),
            typo("(data - old_data)", "(data + old_data)", "sum-of-data|sign"),
            typo("(np.exp(-h) - 1.0)", "(np.exp(h) - 1.0)", "forward|sign"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.dpm_solver_2m_step",
        adapter="karras",
        textbook=sample_dpmpp_2m,
        slips=(
            typo("* denoised_d", "* denoised", "first-order"),
            typo("r = h_last / h", "r = (sigma_before - sigma) / (sigma - sigma_next)", "ratio-of-levels"),
            Slip(
                changed(
                    sample_dpmpp_2m,
                    "denoised - (1 / (2 * r)) * old_denoised",
                    "old_denoised - (1 / (2 * r)) * denoised",
                ),
                "data-exchanged|exchang",
            ),
        ),
        answer="imprecise",
    ),
]
