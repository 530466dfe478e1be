"""The flow of a ring of eight Gaussians, 10,000 samples from t = 1 to 0.001, beside diffrax. Both sides take
the largest tolerance, of powers of ten, at which no sample is off by more than 10⁻⁶."""

import math
from functools import partial
from typing import Any

import numpy as np

from ._row import Calls, Peer, Row, close

DIFFRAX = {"diffrax": "diffrax", "jax": "jax"}
COUNT, SPREAD, LEAST, MOST = 8, 0.3, 0.1, 20.0
MEANS = 4 * np.stack([f(2 * math.pi * np.arange(COUNT) / COUNT) for f in (np.cos, np.sin)], axis=1)
TIMES = (1.0, 1e-3)
TOLERANCE = 1e-8


def _velocity(xp: Any, means: Any, t: Any, x: Any) -> Any:
    """By hand: −½β(x − (x − ᾱ Σ r_k m_k)/v), for a number t or one time a sample."""
    t = xp.asarray(t)[..., None]
    integral, rate = t * (LEAST + 0.5 * (MOST - LEAST) * t), LEAST + (MOST - LEAST) * t
    alpha = xp.exp(-integral / 2)
    v = alpha**2 * SPREAD**2 - xp.expm1(-integral)
    logits = (x @ means.T) * (alpha / v)
    weights = xp.exp(logits - logits.max(-1, keepdims=True))
    weights = weights / weights.sum(-1, keepdims=True)
    return -0.5 * rate * (x - (x - alpha * (weights @ means)) / v)


def _ring(own: bool) -> Calls:
    import diffrax  # noqa: PLC0415
    import jax  # noqa: PLC0415

    from ... import flow  # noqa: PLC0415

    jax.config.update("jax_enable_x64", True)
    x = np.random.default_rng(0).normal(size=(10_000, 2))
    mixture = flow.diagonal_mixture(np.zeros(COUNT), MEANS, np.full(COUNT, SPREAD**2))
    schedule = flow.variance_preserving(beta_min=LEAST, beta_max=MOST)

    def mixtures(t: Any, x: Any) -> Any:
        drift = flow.drift_coefficient(schedule, t)[..., None] * x
        score = flow.mixture_score(mixture, schedule, t, x)
        return flow.flow_velocity(drift, flow.diffusion_squared(schedule, t)[..., None], score)

    there, means = jax.numpy.asarray(x), jax.numpy.asarray(MEANS)

    def solve(x: Any) -> Any:
        found = diffrax.diffeqsolve(
            diffrax.ODETerm(lambda t, x, _: _velocity(jax.numpy, means, t, x)),
            diffrax.Dopri8(), *TIMES, None, x, max_steps=100_000,
            stepsize_controller=diffrax.PIDController(rtol=TOLERANCE, atol=TOLERANCE),
        )  # fmt: skip
        return found.ys[0]

    velocity = mixtures if own else partial(_velocity, np, MEANS)
    times, solved = np.asarray(TIMES), jax.jit(solve)
    return Calls(
        lambda: flow.integrate_adaptive(velocity, x, times, rtol=TOLERANCE, atol=TOLERANCE)[-1],
        lambda: solved(there),
        close(2e-6 / 4),  # of the largest coordinate, about 4
    )


ROWS = [
    Row("ring-1e4", "integrate_adaptive, ring of 8 Gaussians, velocity by hand, to 1e-6",
        partial(_ring, False),
        Peer("diffrax.Dopri8 with jax.jit", DIFFRAX), goal=1, about="flow.integrate_adaptive"),
    Row("ring-1e4-mixture", "the same with refimpl's velocity of a mixture", partial(_ring, True),
        Peer("diffrax.Dopri8 with jax.jit", DIFFRAX), goal=2, about="flow.integrate_adaptive"),
]  # fmt: skip
