"""Drifts, steps and integrators as papers and courses print them."""

import math
from typing import Any

from .... import flow
from ...._libraries import array_namespace as _xp
from ...language.textbook import textbook


@textbook("flow.ddim_step")
def through_data(x: Any, eps: Any, source: Any, target: Any, /) -> Any:
    alpha, sigma = source
    next_alpha, next_sigma = target
    x0 = (x - sigma * eps) / alpha
    return next_alpha * x0 + next_sigma * eps


@textbook("flow.forward_drift")
def forward(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    sqrt = _xp(f).sqrt
    g, sigma = sqrt(_xp(f).asarray(g2)), sqrt(_xp(f).asarray(sigma2))
    return f - 0.5 * g**2 * score + 0.5 * sigma**2 * score


@textbook("flow.reverse_drift")
def reverse(f: Any, g2: Any, sigma2: Any, score: Any, /) -> Any:
    sqrt = _xp(f).sqrt
    g, sigma = sqrt(_xp(f).asarray(g2)), sqrt(_xp(f).asarray(sigma2))
    return f - 0.5 * g**2 * score - 0.5 * sigma**2 * score


@textbook("flow.flow_velocity")
def probability_flow(f: Any, g2: Any, score: Any, /) -> Any:
    g = _xp(f).sqrt(_xp(f).asarray(g2))
    return f - 0.5 * g**2 * score


@textbook("flow.integrate")
def runge_kutta(velocity: Any, x: Any, times: Any, /, *, method: str = "rk4") -> Any:
    states = [x]
    for n in range(times.shape[0] - 1):
        t, end = times[n], times[n + 1]
        h = end - t
        k1 = velocity(t, x)
        if method == "euler":
            x = x + h * k1
        elif method == "heun":
            k2 = velocity(end, x + h * k1)
            x = x + h / 2 * (k1 + k2)
        else:
            k2 = velocity(t + h / 2, x + h / 2 * k1)
            k3 = velocity(t + h / 2, x + h / 2 * k2)
            k4 = velocity(end, x + h * k3)
            x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        states.append(x)
    return _xp(x).stack(states)


@textbook("flow.euler_maruyama")
def steps(drift: Any, sigma2: Any, x: Any, times: Any, noises: Any, /) -> Any:
    sqrt, states = _xp(x).sqrt, [x]
    for n in range(times.shape[0] - 1):
        t, end = times[n], times[n + 1]
        h = end - t
        sigma = sqrt(_xp(x).asarray(sigma2(t)))
        x = x + drift(t, x) * h + sigma * sqrt(abs(h)) * noises[n, ...]
        states.append(x)
    return _xp(x).stack(states)


@textbook("flow.diffusion_squared")
def growth(schedule: Any, t: Any, /) -> Any:
    f, variance, derivative = _rates(schedule, t)
    return derivative - 2 * f * variance


@textbook("flow.drift_coefficient")
def logarithmic_derivative(schedule: Any, t: Any, /) -> Any:
    return schedule.alpha_derivative(t) / schedule.alpha(t)


def _rates(schedule: Any, t: Any) -> tuple[Any, Any, Any]:
    return schedule.alpha_log_derivative(t), schedule.variance(t), schedule.variance_derivative(t)


@textbook("flow.fokker_planck_rhs_grid")
def on_a_grid(
    density: Any, drift: Any, diffusion: Any, /, *, spacing: Any, method: str = "differences"
) -> Any:
    xp, rate = _xp(density), 0.0
    if method != "differences":
        return flow.fokker_planck_rhs_grid(density, drift, diffusion, spacing=spacing, method=method)  # type: ignore[arg-type]
    for k, h in enumerate(spacing):
        flux, spread = drift[k, ...] * density, diffusion * density
        slope = (xp.roll(flux, -1, axis=k) - xp.roll(flux, 1, axis=k)) / (2 * h)
        curvature = (xp.roll(spread, -1, axis=k) - 2 * spread + xp.roll(spread, 1, axis=k)) / h**2
        rate = rate - slope + 0.5 * curvature
    return rate


@textbook("flow.flow_log_likelihood")
def change_of_variables(
    velocity: Any, divergence: Any, terminal_log_density: Any, x: Any, times: Any, /, **more: Any
) -> Any:
    if more:  # another integrator
        return flow.flow_log_likelihood(velocity, divergence, terminal_log_density, x, times, **more)
    gained = 0.0
    for n in range(times.shape[0] - 1):
        t, end = times[n], times[n + 1]
        h = end - t
        k1, d1 = velocity(t, x), divergence(t, x)
        x2 = x + h / 2 * k1
        k2, d2 = velocity(t + h / 2, x2), divergence(t + h / 2, x2)
        x3 = x + h / 2 * k2
        k3, d3 = velocity(t + h / 2, x3), divergence(t + h / 2, x3)
        x4 = x + h * k3
        k4, d4 = velocity(end, x4), divergence(end, x4)
        x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        gained = gained + h / 6 * (d1 + 2 * d2 + 2 * d3 + d4)
    return terminal_log_density(x) + gained


@textbook("flow.mixture_log_density")
def log_sum(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    log_w, square, log_det, _ = _components(mixture, schedule, t, x)
    xp, d = _xp(x), x.shape[-1]
    return xp.log(xp.sum(xp.exp(log_w - 0.5 * (square + log_det + d * math.log(2 * math.pi))), axis=-1))


@textbook("flow.mixture_score")
def weighted_scores(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
    log_w, square, log_det, scores = _components(mixture, schedule, t, x)
    xp = _xp(x)
    r = xp.exp(log_w - 0.5 * (square + log_det))
    r = r / xp.sum(r, axis=-1, keepdims=True)
    return xp.sum(r[..., None] * scores, axis=-2)


def _components(mixture: Any, schedule: Any, t: Any, x: Any) -> tuple[Any, Any, Any, Any]:
    """Log-weight, Mahalanobis square, log-determinant and score of every component."""
    xp = _xp(x)
    t = xp.asarray(t)[..., None, None]
    alpha, variance = schedule.alpha(t), schedule.variance(t)
    spread = alpha**2 * mixture.variances + variance
    offset = x[..., None, :] - alpha * mixture.means
    if mixture.axes is None:
        along, scores = offset, -offset / spread
    else:
        axes = mixture.axes
        along = xp.sum(offset[..., :, None] * axes, axis=-2)
        scores = -xp.sum(axes * (along / spread)[..., None, :], axis=-1)
    square = xp.sum(along**2 / spread, axis=-1)
    log_det = xp.sum(xp.log(spread), axis=-1)
    return mixture.log_weights, square, log_det, scores
