"""Flows and diffusions as common code writes them."""

import math
from functools import partial
from itertools import pairwise

import numpy as np
from scipy.integrate import solve_ivp

from ._convention import Convention


def forward_of_g(f, g, sigma, score, half=0.5):
    return f - half * (g - sigma) * (g + sigma) * score


def reverse_of_noise(f, g2, sigma2, eps, beta_bar, sign=1):
    return f + sign * (g2 / 2 + sigma2 / 2) * eps / beta_bar


def velocity_of_noise(f, g2, eps, beta_bar, sign=1):
    return f + sign * g2 / 2 * eps / beta_bar


def reverse_in_reversed_time(f, g2, sigma2, score, sign=1):
    return (g2 + sigma2) / 2 * score - sign * f


def velocity_in_reversed_time(f, g2, score, sign=1):
    return g2 / 2 * score - sign * f


def euler_of_sigma(x, eps, sigma, sigma_next, sign=1):
    return x + sign * eps * (sigma_next - sigma)


def marginal_prob(t, beta_min, beta_max, sub=False, factor=2):
    log_mean = -0.25 * t * t * (beta_max - beta_min) - 0.5 * t * beta_min
    rest = -np.expm1(factor * log_mean)
    return np.exp(log_mean), rest if sub else np.sqrt(rest)


def gmm(x, log_weights, means, covariances, sign=1):
    """Log-density and score by solving with the covariances."""
    gaps = x[:, None, :] - means
    pulled = np.linalg.solve(covariances, gaps[..., None])[..., 0]
    volume = np.linalg.slogdet(2 * np.pi * covariances)[1]
    logs = log_weights - 0.5 * (np.sum(gaps * pulled, axis=-1) + volume)
    density = np.logaddexp.reduce(logs, axis=-1)
    shares = np.exp(logs - density[:, None])
    return density, -sign * np.einsum("nk,nkd->nd", shares, pulled)


def smld_marginal_prob(t, sigma_min, sigma_max, power=1):
    return sigma_min * np.exp(power * t * np.log(sigma_max / sigma_min))


def ancestral_step(sigma_from, sigma_to, eta, power=1):
    ratio = sigma_to / sigma_from
    up = eta**power * np.sqrt((sigma_from - sigma_to) / sigma_from * (1 + ratio))
    down = ratio if eta == 1 else np.sqrt(max((1 - eta) * (1 + eta) + (eta * ratio) ** 2, 0))
    return sigma_to * down, sigma_to * min(up, 1)


def churned(model, x, sigmas, randn_like, s_churn, s_tmin, s_tmax, s_noise, method, cap=2**0.5 - 1):
    """Steps in terms of x̂ and the predicted data."""
    n = len(sigmas) - 1
    for sigma, target in pairwise(sigmas):
        gamma = min(s_churn / n, cap) if s_tmin <= sigma <= s_tmax else 0.0
        raised = sigma * (1 + gamma)
        x = x + s_noise * sigma * (gamma * (2 + gamma)) ** 0.5 * randn_like(x)
        data = model(x, raised)
        x = x * (target / raised) + data * ((raised - target) / raised)
        if method == "heun" and target > 0:
            x = x + (model(x, target) - data) * ((raised - target) / (2 * target))
    return x


def karras(n, sigma_min, sigma_max, rho=7.0, power=1):
    i, ends = np.arange(n) / (n - 1), (sigma_max ** (1 / rho), sigma_min ** (1 / rho))
    return [*((1 - i) * ends[0] + i * ends[1]) ** (rho * power), 0.0]


def log_spaced(n, sigma_min, sigma_max, last=0):
    return np.append(np.geomspace(sigma_max, sigma_min, n + last)[:n], 0.0)


def shift_of_mu(mu, sigma, t, power=1):
    return 1 / (1 + np.exp(-power * mu) * ((1 - t) / t) ** sigma)


def edm_factors(sigma, sigma_data, sign=1):
    angle = np.arctan2(sigma, sigma_data)
    return np.cos(angle) ** 2, sign * sigma * np.cos(angle), np.cos(angle) / sigma_data


def edm_precond(network, x, sigma, sigma_data, power=1):
    skip, out, factor = edm_factors(sigma, sigma_data)
    return skip * x + out * network(factor**power * x, np.log(sigma) / 4)


def velocity_to_the_data(x, prediction, t, given="noise"):
    if given == "x0":
        return (prediction - x) / (1 - t)
    noise = prediction if given == "noise" else (t - 1) * prediction
    return (x - noise) / t


def first_order_of_sigma(x, denoised, sigma, sigma_next, sign=1):
    return sigma_next / sigma * x + sign * (sigma - sigma_next) / sigma * denoised


def second_order_of_sigma(x, denoised, old, sigma_before, sigma, sigma_next, factor=2):
    with np.errstate(all="ignore"):
        last, step = np.log(sigma_before / sigma), np.log(sigma / sigma_next)
        weight = np.where(sigma_next > 0, step / (factor * last), 0.0).astype(x.dtype)
    return first_order_of_sigma(x, denoised + weight * (denoised - old), sigma, sigma_next)


def edm_of_samples(x, output, sigma, sigma_data, power=1):
    width = np.hypot(sigma, sigma_data)[:, None]
    return (sigma_data / width) ** 2 * x + sigma[:, None] * (sigma_data / width) ** power * output


def edm_output_of_samples(x, data, sigma, sigma_data):
    sigma = sigma[:, None]
    width = np.hypot(sigma, sigma_data)
    return (data - x) / sigma * (sigma_data / width) + data / sigma_data * (sigma / width)


def last_state(f, x, times, method, half=2):
    for t, end in pairwise(times):
        h = end - t
        k1 = f(t, x)
        if method == "euler":
            x = x + h * k1
        elif method == "heun":
            x = x + h / half * (k1 + f(end, x + h * k1))
        else:
            k2 = f(t + h / 2, x + h / 2 * k1)
            k3 = f(t + h / 2, x + h / 2 * k2)
            x = x + h / 6 * (k1 + half * k2 + 2 * k3 + f(end, x + h * k3))
    return x


def second_order_of_times(x, denoised, old, t, t_next, t_before, exchanged=False):
    step, last = t_next - t, t - t_before
    weight = (last / step if exchanged else step / last) / 2
    return np.exp(t - t_next) * x - np.expm1(-step) * (denoised + weight * (denoised - old))


def step_log_prob(following, mean, deviation, half=0.5):
    z = (following - mean) / deviation
    return -np.sum(half * z * z + np.log(deviation) + math.log(2 * math.pi) / 2, axis=-1)


CONVENTIONS = {
    "flow.forward_drift/g": Convention(forward_of_g, partial(forward_of_g, half=1.0)),
    "flow.reverse_drift/noise-model": Convention(reverse_of_noise, partial(reverse_of_noise, sign=-1)),
    "flow.flow_velocity/noise-model": Convention(velocity_of_noise, partial(velocity_of_noise, sign=-1)),
    "flow.reverse_drift/reversed-time": Convention(
        reverse_in_reversed_time, partial(reverse_in_reversed_time, sign=-1)
    ),
    "flow.flow_velocity/reversed-time": Convention(
        velocity_in_reversed_time, partial(velocity_in_reversed_time, sign=-1)
    ),
    "flow.ddim_step/karras": Convention(euler_of_sigma, partial(euler_of_sigma, sign=-1)),
    "flow.integrate_adaptive/solve-ivp": Convention(
        partial(solve_ivp, method="DOP853"), lambda f, *a, **o: solve_ivp(lambda t, y: -f(t, y), *a, **o)
    ),
    "flow.variance_preserving/marginal-prob": Convention(marginal_prob, partial(marginal_prob, factor=1)),
    "flow.sub_variance_preserving/marginal-prob": Convention(
        partial(marginal_prob, sub=True), partial(marginal_prob, sub=False)
    ),
    "flow.variance_exploding_smld/marginal-prob": Convention(
        smld_marginal_prob, partial(smld_marginal_prob, power=2)
    ),
    "flow.ancestral_split/scalars": Convention(ancestral_step, partial(ancestral_step, power=2)),
    "flow.edm_sampler/k-diffusion": Convention(churned, partial(churned, cap=1.0)),
    "flow.exponential_step/karras": Convention(
        first_order_of_sigma, partial(first_order_of_sigma, sign=-1), dtypes=("float64",)
    ),
    "flow.dpm_solver_2m_step/karras": Convention(
        second_order_of_sigma, partial(second_order_of_sigma, factor=1), dtypes=("float64",)
    ),
    "flow.dpm_solver_2m_step/log-sigmas": Convention(
        second_order_of_times, partial(second_order_of_times, exchanged=True), dtypes=("float64",)
    ),
    "flow.step_log_density/mean-deviation": Convention(step_log_prob, partial(step_log_prob, half=1)),
    "flow.step_log_density/mean-of-features": Convention(
        lambda *a: step_log_prob(*a) / a[0].shape[-1], step_log_prob
    ),
    "flow.hutchinson_trace/field": Convention(
        lambda field, x, z: np.sum(z * field(x + z), axis=-1),
        lambda field, x, z: np.mean(z * field(x + z), axis=-1),
    ),
    "flow.karras_sigmas/levels": Convention(karras, partial(karras, power=2)),
    "flow.karras_sigmas/without-zero": Convention(
        lambda *a, **o: karras(*a, **o)[:-1], lambda *a, **o: karras(*a, power=2, **o)[:-1]
    ),
    "flow.exponential_sigmas/levels": Convention(log_spaced, partial(log_spaced, last=1)),
    "flow.exponential_sigmas/without-zero": Convention(
        lambda *a: log_spaced(*a)[:-1], lambda *a: log_spaced(*a, last=1)[:-1]
    ),
    "flow.shift_time/mu": Convention(shift_of_mu, partial(shift_of_mu, power=2)),
    "flow.edm_scalings/three": Convention(edm_factors, partial(edm_factors, sign=-1)),
    "flow.edm_denoised/network": Convention(edm_precond, partial(edm_precond, power=2)),
    "flow.edm_denoised/per-sample": Convention(edm_of_samples, partial(edm_of_samples, power=2)),
    "flow.edm_output/per-sample": Convention(
        edm_output_of_samples, lambda *a, **o: -edm_output_of_samples(*a, **o)
    ),
    "flow.rectified_x0/per-sample": Convention(
        lambda x, v, t: x - t[:, None] * v, lambda x, v, t: x + t[:, None] * v
    ),
    "flow.rectified_noise/per-sample": Convention(
        lambda x, v, t: x + (1 - t[:, None]) * v, lambda x, v, t: x - (1 - t[:, None]) * v
    ),
    "flow.rectified_score/per-sample": Convention(
        lambda x, v, t: -(x + (1 - t[:, None]) * v) / t[:, None],
        lambda x, v, t: (x + (1 - t[:, None]) * v) / t[:, None],
    ),
    "flow.integrate/last": Convention(last_state, partial(last_state, half=1)),
    "flow.integrate/state-first-last": Convention(
        lambda f, *a: last_state(lambda t, x: f(x, t), *a),
        lambda f, *a: last_state(lambda t, x: f(x, t), *a, half=1),
    ),
    "flow.rectified_velocity/data-at-one": Convention(
        velocity_to_the_data, lambda *a, **o: -velocity_to_the_data(*a, **o)
    ),
    "flow.rectified_x0/data-at-one": Convention(
        lambda x, v, t: x + (1 - t) * v, lambda x, v, t: x - (1 - t) * v
    ),
    "flow.rectified_noise/data-at-one": Convention(lambda x, v, t: x - t * v, lambda x, v, t: x + t * v),
    "flow.rectified_score/data-at-one": Convention(
        lambda x, v, t: (t * v - x) / (1 - t), lambda x, v, t: (x - t * v) / (1 - t)
    ),
    "flow.mixture_score/gmm": Convention(lambda *a: gmm(*a)[1], lambda *a: gmm(*a, sign=-1)[1]),
    "flow.mixture_log_density/gmm": Convention(lambda *a: gmm(*a)[0], lambda *a: 2 * gmm(*a)[0]),
}
