"""Integrators of ordinary and stochastic equations, as people type them."""

import itertools
from types import SimpleNamespace

import numpy as np

from ._ordinary import Ordinary, Slip, changed


def euler_step(f, t, x, h):
    return x + h * f(t, x)


def heun_step(f, t, x, h):
    k1 = f(t, x)
    k2 = f(t + h, x + h * k1)
    return x + h / 2 * (k1 + k2)


def rk4_step(f, t, x, h):
    k1 = f(t, x)
    k2 = f(t + h / 2, x + h / 2 * k1)
    k3 = f(t + h / 2, x + h / 2 * k2)
    k4 = f(t + h, x + h * k3)
    return x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


STEPS = {"euler": euler_step, "heun": heun_step, "rk4": rk4_step}


def marching(steps=STEPS, size=lambda a, b, times: b - a, at=lambda a, b: a):
    """An integrator in a loop, with these steps."""

    def solve(f, x, times, *, method="rk4"):
        states = [x]
        for a, b in itertools.pairwise(times):
            states.append(steps[method](f, at(a, b), states[-1], size(a, b, times)))
        return np.stack(states)

    return solve


def odeint(f, x, times, method="rk4"):
    """The field as f(x, t), states written in place."""
    out = np.empty((len(times), *x.shape), dtype=x.dtype)
    out[0] = x
    for i in range(len(times) - 1):
        t, dt = times[i], times[i + 1] - times[i]
        y = out[i]
        k1 = f(y, t)
        if method == "euler":
            out[i + 1] = y + dt * k1
            continue
        if method == "heun":
            out[i + 1] = y + dt * (k1 + f(y + dt * k1, t + dt)) / 2
            continue
        k2 = f(y + dt * k1 / 2, t + dt / 2)
        k3 = f(y + dt * k2 / 2, t + dt / 2)
        k4 = f(y + dt * k3, t + dt)
        out[i + 1] = y + dt * (k1 + 2 * k2 + 2 * k3 + k4) / 6
    return out


def odeint_always_euler(f, x, times, method="rk4"):
    return odeint(f, x, times, "euler")


def odeint_final_state(f, x, times, method="rk4"):
    return np.stack([odeint(f, x, times, method)[-1]] * len(times))


def odeint_without_start(f, x, times, method="rk4"):
    out = odeint(f, x, times, method)
    return np.concatenate([out[1:], out[-1:]])


def with_step(method, step):
    """The right steps but for one method."""
    return marching(STEPS | {method: step})


def rk4_frozen(f, t, x, h):
    k1 = f(t, x)
    k2 = f(t, x + h / 2 * k1)
    k3 = f(t, x + h / 2 * k2)
    k4 = f(t, x + h * k3)
    return x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def heun_old_state(f, t, x, h):
    return x + h / 2 * (f(t, x) + f(t + h, x))


def heun_not_halved(f, t, x, h):
    k1 = f(t, x)
    return x + h * (k1 + f(t + h, x + h * k1))


def heun_midpoint(f, t, x, h):
    return x + h * f(t + h / 2, x + h / 2 * f(t, x))


def heun_same_time(f, t, x, h):
    k1 = f(t, x)
    return x + h / 2 * (k1 + f(t, x + h * k1))


def euler_implicit_time(f, t, x, h):
    return x + h * f(t + h, x)


def one_step(f, x, t, dt, method):
    return STEPS[method](f, t, x, dt)


# With control of the error: each sample alone, by Dormand and Prince's method of order 5.

_A = (
    (),
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
_C = (0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1)
_LOW = (5179 / 57600, 0, 7571 / 16695, 393 / 640, -92097 / 339200, 187 / 2100, 1 / 40)


def dormand_prince(f, t, y, h):
    """The state after a step of order 5, and its difference from one of order 4."""
    k = []
    for row, c in zip(_A, _C, strict=True):
        k.append(f(t + c * h, y + h * sum((a * s for a, s in zip(row, k, strict=True)), np.zeros_like(y))))
    high = y + h * sum(a * s for a, s in zip(_A[-1], k[:-1], strict=True))
    low = y + h * sum(b * s for b, s in zip(_LOW, k, strict=True))
    return high, high - low


def controlled(accept=lambda error: error <= 1, tolerances=lambda rtol, atol: (rtol, atol), signed=True):
    """solve_ivp for one sample, to the end of a span."""

    def solve(f, span, y, *, t_eval, rtol, atol):
        t, stop = (float(end) for end in span)
        stop = stop if signed else t + abs(stop - t)
        rtol, atol = tolerances(rtol, atol)
        h = (stop - t) / 16
        while t != stop:
            last = abs(h) >= abs(stop - t)
            h = stop - t if last else h
            new, gap = dormand_prince(f, t, y, h)
            scale = atol + rtol * np.maximum(np.abs(y), np.abs(new))
            error = float(np.sqrt(np.mean((gap / scale) ** 2)))
            if accept(error):
                t, y = (stop if last else t + h), new
            h *= min(5.0, max(0.2, 0.9 * max(error, 1e-10) ** -0.2))
        return SimpleNamespace(y=np.asarray(y)[:, None])

    return solve


solve_ivp = controlled()


# Likelihoods along a flow.


def log_likelihood(velocity, divergence, log_prior, x, times, *, integrator=None, sign=1.0, at_start=False):
    """log p_T(x_T) + ∫∇·v; the switches are what goes wrong."""
    integrator = integrator or marching()

    def joint(t, state):
        y = state[..., :-1]
        return np.concatenate([velocity(t, y), divergence(t, y)[..., None]], axis=-1)

    start = np.concatenate([x, np.zeros_like(x[..., :1])], axis=-1)
    end = integrator(joint, start, times)[-1]
    return log_prior(x if at_start else end[..., :-1]) + sign * end[..., -1]


def log_likelihood_own_sum(velocity, divergence, log_prior, x, times, *, integrator=None):
    """The divergence summed by rectangles along the states."""
    integrator = integrator or marching()
    states = integrator(velocity, x, times)
    total = sum(divergence(times[i], states[i]) * (times[i + 1] - times[i]) for i in range(len(times) - 1))
    return log_prior(states[-1]) + total


def log_likelihood_own_integrator(velocity, divergence, log_prior, x, times, *, integrator=None):
    return log_likelihood(velocity, divergence, log_prior, x, times)


def log_likelihood_no_divergence(velocity, divergence, log_prior, x, times, *, integrator=None):
    integrator = integrator or marching()
    return log_prior(integrator(velocity, x, times)[-1])


def log_likelihood_mean(velocity, divergence, log_prior, x, times, *, integrator=None):
    return log_likelihood(
        velocity, lambda t, y: divergence(t, y) / y.shape[-1], log_prior, x, times, integrator=integrator
    )


# Stochastic steps.


def sde_steps(drift, sigma2, x, times, noises):
    out = [x]
    for i in range(len(noises)):
        t, dt = times[i], times[i + 1] - times[i]
        sigma = np.sqrt(sigma2(t))
        out.append(out[-1] + drift(t, out[-1]) * dt + sigma * np.sqrt(abs(dt)) * noises[i])
    return np.stack(out)


def sde_with(
    drift_step=lambda dt: dt, kick=lambda s2, dt: np.sqrt(s2 * abs(dt)), at=lambda a, b: a, noise=None
):
    """The same with another step of the drift, another size of the noise, or another time."""

    def steps(drift, sigma2, x, times, noises):
        out = [x]
        for i in range(len(noises)):
            t, dt = at(times[i], times[i + 1]), times[i + 1] - times[i]
            z = noises[noise(i)] if noise else noises[i]
            out.append(out[-1] + drift(t, out[-1]) * drift_step(dt) + kick(sigma2(t), dt) * z)
        return np.stack(out)

    return steps


def sde_increments(drift, sigma, x, times, increments):
    path = np.empty((len(times), *x.shape), dtype=x.dtype)
    path[0] = x
    for i, dw in enumerate(increments):
        t = times[i]
        path[i + 1] = path[i] + drift(t, path[i]) * (times[i + 1] - t) + sigma(t) * dw
    return path


def sde_increments_scaled_again(drift, sigma, x, times, increments):
    path = np.empty((len(times), *x.shape), dtype=x.dtype)
    path[0] = x
    for i, dw in enumerate(increments):
        dt = times[i + 1] - times[i]
        path[i + 1] = path[i] + drift(times[i], path[i]) * dt + sigma(times[i]) * np.sqrt(abs(dt)) * dw
    return path


def sde_increments_squared(drift, sigma, x, times, increments):
    path = np.empty((len(times), *x.shape), dtype=x.dtype)
    path[0] = x
    for i, dw in enumerate(increments):
        dt = times[i + 1] - times[i]
        path[i + 1] = path[i] + drift(times[i], path[i]) * dt + sigma(times[i]) ** 2 * dw
    return path


ORDINARY = [
    Ordinary(
        target="flow.integrate",
        textbook=marching(),
        slips=(
            Slip(
                with_step(
                    "rk4", changed(rk4_step, "6 * (k1 + 2 * k2 + 2 * k3 + k4)", "4 * (k1 + k2 + k3 + k4)")
                ),
                "equal-weights",
            ),
            Slip(with_step("rk4", changed(rk4_step, "h / 2 * k2", "h / 2 * k1")), "stage-from-stage"),
            Slip(
                with_step("rk4", changed(rk4_step, "x + h / 2", "x + h")),
                "whole-step-in-the-middle|half-step|whole",
            ),
            Slip(with_step("rk4", changed(rk4_step, "h, x", "h / 2, x")), "last-stage|t \\+ h/2|middle"),
            Slip(with_step("rk4", rk4_frozen), "frozen-time"),
            Slip(with_step("rk4", changed(rk4_step, "2 * k2 + 2", "k2 + 2")), "second-weight|weight"),
        ),
    ),
    Ordinary(
        target="flow.integrate",
        textbook=marching(size=lambda a, b, times: b - a),
        slips=(
            Slip(marching(size=lambda a, b, times: abs(b - a)), "forward-steps-only|absolute difference"),
            Slip(marching(size=lambda a, b, times: times[1] - times[0]), "first-step-for-all"),
            Slip(
                marching(size=lambda a, b, times: (times[-1] - times[0]) / len(times)),
                "number of (points|times)|points-for-steps|equal steps",
            ),
            Slip(
                marching(size=lambda a, b, times: (times[-1] - times[0]) / max(len(times) - 1, 1)),
                "equal-steps|equal steps|evenly",
            ),
            Slip(marching(at=lambda a, b: b), "next-time|end of the step|time-of-the-end"),
        ),
    ),
    Ordinary(
        target="flow.integrate",
        adapter="state-first",
        textbook=odeint,
        slips=(
            Slip(odeint_always_euler, r"euler|(ignor|not depend)[^|]*\bmethod\b"),
            Slip(odeint_final_state, "ends-alone|last state|last-state"),
            Slip(odeint_without_start, "without-start|start left out|one step (too )?(early|late)|shifted"),
        ),
    ),
    Ordinary(
        target="flow.integrate",
        adapter="step",
        textbook=one_step,
        slips=(
            Slip(
                lambda f, x, t, dt, m: (STEPS | {"heun": heun_old_state})[m](f, t, x, dt), "first-order-heun"
            ),
            Slip(
                lambda f, x, t, dt, m: (STEPS | {"heun": heun_not_halved})[m](f, t, x, dt),
                "not-halved|half|sum",
            ),
            Slip(lambda f, x, t, dt, m: (STEPS | {"heun": heun_midpoint})[m](f, t, x, dt), "midpoint"),
            Slip(
                lambda f, x, t, dt, m: (STEPS | {"heun": heun_same_time})[m](f, t, x, dt), "frozen-time|time"
            ),
            Slip(
                lambda f, x, t, dt, m: (STEPS | {"euler": euler_implicit_time})[m](f, t, x, dt),
                "next-time|end of the step|time-of-the-end",
            ),
        ),
    ),
    Ordinary(
        target="flow.integrate_adaptive",
        adapter="solve-ivp",
        textbook=solve_ivp,
        slips=(
            Slip(controlled(accept=lambda error: True), "one-step|accepts every"),
            Slip(controlled(signed=False), "forward-only"),
            Slip(controlled(tolerances=lambda r, a: (1e-2, 1e-2)), "tolerances-ignored|rtol|tolerance"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.flow_log_likelihood",
        textbook=lambda v, d, p, x, times, *, integrator=None: log_likelihood(
            v, d, p, x, times, integrator=integrator
        ),
        slips=(
            Slip(
                lambda v, d, p, x, times, *, integrator=None: log_likelihood(
                    v, d, p, x, times, integrator=integrator, sign=-1
                ),
                "minus-divergence",
            ),
            Slip(
                lambda v, d, p, x, times, *, integrator=None: log_likelihood(
                    v, d, p, x, times, integrator=integrator, at_start=True
                ),
                "initial-density",
            ),
            Slip(log_likelihood_mean, "averaged-divergence"),
            Slip(log_likelihood_no_divergence, r"without-divergence|\bdivergence\b"),
            Slip(
                log_likelihood_own_integrator,
                "own-integrator",
            ),
            Slip(log_likelihood_own_sum, "rectangles|riemann|left"),
        ),
    ),
    Ordinary(
        target="flow.euler_maruyama",
        textbook=sde_steps,
        slips=(
            Slip(sde_with(kick=lambda s2, dt: np.sqrt(s2) * abs(dt)), "noise-by-step"),
            Slip(sde_with(kick=lambda s2, dt: s2 * np.sqrt(abs(dt))), "variance-for-deviation"),
            Slip(
                sde_with(kick=lambda s2, dt: np.sqrt(s2)),
                "without-step|whatever the step|root of Δt|unscaled",
            ),
            Slip(sde_with(drift_step=abs), "forward-steps-only"),
            Slip(sde_with(kick=lambda s2, dt: np.sqrt(2 * s2 * abs(dt))), "langevin|√2|root of 2|factor 2"),
            Slip(sde_with(kick=lambda s2, dt: 0), r"without-noise|\bnoises\b"),
        ),
    ),
    Ordinary(
        target="flow.euler_maruyama",
        textbook=sde_with(),
        slips=(
            Slip(sde_with(noise=lambda i: 0), "one-noise"),
            Slip(sde_with(at=lambda a, b: b), "next-time|end of the step|time-of-the-end"),
            Slip(sde_with(drift_step=lambda dt: 1), "drift-unscaled|drift without|whatever the step"),
            Slip(sde_with(drift_step=lambda dt: np.sqrt(abs(dt)) * np.sign(dt)), "drift-by-root|root"),
        ),
    ),
    Ordinary(
        target="flow.euler_maruyama",
        adapter="increments",
        textbook=sde_increments,
        slips=(
            Slip(sde_increments_scaled_again, "noise-by-step|twice"),
            Slip(sde_increments_squared, "variance-for-deviation"),
        ),
    ),
]
