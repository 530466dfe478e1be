"""Slips in solvers and grids, typed into the usual code."""

import numpy as np

from ._ordinary import Ordinary, Slip


def rk4_step(f, x, t, dt, method, last=1.0):
    k1 = f(t, x)
    if method == "euler":
        return x + dt * k1
    if method == "heun":
        return x + dt * (k1 + f(t + dt, x + dt * k1)) / 2
    k2 = f(t + dt / 2, x + dt * k1 / 2)
    k3 = f(t + dt / 2, x + dt * k2 / 2)
    k4 = f(t + dt, x + last * dt * k3)
    return x + dt * (k1 + 2 * k2 + 2 * k3 + k4) / 6


def rk4_half_way(f, x, t, dt, method):
    return rk4_step(f, x, t, dt, method, last=0.5)


def em(drift, sigma, x, times, increments, late=0):
    states = [x]
    for i, increment in enumerate(increments):
        dt = times[i + 1] - times[i]
        x = x + drift(times[i + late], x) * dt + sigma(times[i]) * increment
        states.append(x)
    return np.stack(states)


def em_late_drift(drift, sigma, x, times, increments):
    return em(drift, sigma, x, times, increments, late=1)


def fokker_planck(p, f, diffusion, *, spacing):
    rate = np.zeros_like(p)
    for axis, h in enumerate(spacing):
        flux, spread = f[axis] * p, diffusion * p
        rate -= (np.roll(flux, -1, axis) - np.roll(flux, 1, axis)) / (2 * h)
        rate += 0.5 * (np.roll(spread, -1, axis) - 2 * spread + np.roll(spread, 1, axis)) / h**2
    return rate


def fokker_planck_advective(p, f, diffusion, *, spacing):
    rate = np.zeros_like(p)
    for axis, h in enumerate(spacing):
        spread = diffusion * p
        rate -= f[axis] * (np.roll(p, -1, axis) - np.roll(p, 1, axis)) / (2 * h)
        rate += 0.5 * (np.roll(spread, -1, axis) - 2 * spread + np.roll(spread, 1, axis)) / h**2
    return rate


ORDINARY = (
    Ordinary("flow.integrate", rk4_step, (Slip(rk4_half_way, r"half of h|k4"),), adapter="step"),
    Ordinary(
        "flow.euler_maruyama",
        em,
        (Slip(em_late_drift, r"end in place of t|next|late"),),
        adapter="increments",
    ),
    Ordinary("flow.fokker_planck_rhs_grid", fokker_planck, (Slip(fokker_planck_advective, r"advective"),)),
)
