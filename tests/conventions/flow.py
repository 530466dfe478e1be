"""Flows and diffusions as common code writes them."""

import itertools
from functools import partial

import numpy as np
from scipy.integrate import solve_ivp

from ._convention import Convention


def forward_of_g(f, g, sigma, score, half=0.5):
    return f - half * (g - sigma) * (g + sigma) * score


def reverse_of_g(f, g, sigma, score, half=0.5):
    return f - half * (g**2 * score + sigma**2 * score)


def velocity_of_g(f, g, score, half=0.5):
    return f - half * g**2 * score


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


def step(f, x, t, dt, method, late=1.0):
    k1 = f(t, x)
    if method == "euler":
        return x + late * dt * k1
    if method == "heun":
        return x + dt / 2 * (k1 + f(t + late * dt, x + dt * k1))
    k2 = f(t + late * dt / 2, x + dt / 2 * k1)
    k3 = f(t + dt / 2, x + dt / 2 * k2)
    return x + dt / 6 * (k1 + 2 * k2 + 2 * k3 + f(t + dt, x + dt * k3))


def odeint(f, x, times, method, late=1.0):
    states = [x]
    for start, stop in itertools.pairwise(times):
        states.append(step(lambda t, y: f(y, t), states[-1], start, stop - start, method, late))
    return np.asarray(states)


def sde(drift, sigma, x, times, increments, power=1):
    states = [x]
    for i, increment in enumerate(increments):
        dt = times[i + 1] - times[i]
        states.append(states[-1] + drift(times[i], states[-1]) * dt + sigma(times[i]) ** power * increment)
    return np.asarray(states)


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
    "flow.reverse_drift/g": Convention(reverse_of_g, partial(reverse_of_g, half=1.0)),
    "flow.flow_velocity/g": Convention(velocity_of_g, partial(velocity_of_g, half=1.0)),
    "flow.reverse_drift/noise-model": Convention(reverse_of_noise, partial(reverse_of_noise, sign=-1)),
    "flow.flow_velocity/noise-model": Convention(velocity_of_noise, partial(velocity_of_noise, sign=-1)),
    "flow.reverse_drift/reversed-time": Convention(
        reverse_in_reversed_time, partial(reverse_in_reversed_time, sign=-1)
    ),
    "flow.flow_velocity/reversed-time": Convention(
        velocity_in_reversed_time, partial(velocity_in_reversed_time, sign=-1)
    ),
    "flow.ddim_step/karras": Convention(euler_of_sigma, partial(euler_of_sigma, sign=-1)),
    "flow.integrate/state-first": Convention(odeint, partial(odeint, late=0.5)),
    "flow.integrate/step": Convention(step, partial(step, late=0.5)),
    "flow.integrate_adaptive/solve-ivp": Convention(
        partial(solve_ivp, method="DOP853"), lambda f, *a, **o: solve_ivp(lambda t, y: -f(t, y), *a, **o)
    ),
    "flow.euler_maruyama/increments": Convention(sde, partial(sde, power=2)),
    "flow.variance_preserving/marginal-prob": Convention(marginal_prob, partial(marginal_prob, factor=1)),
    "flow.sub_variance_preserving/marginal-prob": Convention(
        partial(marginal_prob, sub=True), partial(marginal_prob, sub=False)
    ),
    "flow.mixture_score/gmm": Convention(lambda *a: gmm(*a)[1], lambda *a: gmm(*a, sign=-1)[1]),
    "flow.mixture_log_density/gmm": Convention(lambda *a: gmm(*a)[0], lambda *a: 2 * gmm(*a)[0]),
}
