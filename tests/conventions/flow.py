"""Flows and diffusions as common code writes them."""

from functools import partial

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
    "flow.mixture_score/gmm": Convention(lambda *a: gmm(*a)[1], lambda *a: gmm(*a, sign=-1)[1]),
    "flow.mixture_log_density/gmm": Convention(lambda *a: gmm(*a)[0], lambda *a: 2 * gmm(*a)[0]),
}
