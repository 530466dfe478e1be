"""Conventions of flows and diffusions in continuous time that differ from this document's."""

import math
from dataclasses import replace
from typing import Any

from .... import flow
from ...._libraries import array_namespace, device
from ...language.adapter import adapter
from ...language.law import Implementation


def _root(square: Any) -> Any:
    return array_namespace(square).sqrt(square)


@adapter(
    "flow.forward_drift",
    "g",
    "mine(f, g, sigma, score): coefficients of the noise instead of their squares.",
    reference="score_sde",
)
def forward_drift_g(mine: Implementation) -> Implementation:
    return lambda f, g2, sigma2, score, /: mine(f, _root(g2), _root(sigma2), score)


@adapter(
    "flow.reverse_drift",
    "g",
    "mine(f, g, sigma, score): coefficients of the noise instead of their squares.",
    reference="score_sde",
)
def reverse_drift_g(mine: Implementation) -> Implementation:
    return lambda f, g2, sigma2, score, /: mine(f, _root(g2), _root(sigma2), score)


@adapter("flow.flow_velocity", "g", "mine(f, g, score): the coefficient of the noise instead of its square.")
def flow_velocity_g(mine: Implementation) -> Implementation:
    return lambda f, g2, score, /: mine(f, _root(g2), score)


_WIDTH = 0.5
"""A drift knows nothing of β̄_t: every value makes a noise of the score, a power of two exactly."""


def _noise(score: Any) -> tuple[Any, Any]:
    return -_WIDTH * score, array_namespace(score).full_like(score[..., :1], _WIDTH)


@adapter(
    "flow.reverse_drift",
    "noise-model",
    "mine(f, g2, sigma2, eps, beta_bar): a prediction of the noise instead of the score; β̄_t is ½.",
)
def reverse_drift_noise_model(mine: Implementation) -> Implementation:
    return lambda f, g2, sigma2, score, /: mine(f, g2, sigma2, *_noise(score))


@adapter(
    "flow.flow_velocity",
    "noise-model",
    "mine(f, g2, eps, beta_bar): a prediction of the noise instead of the score; β̄_t is ½.",
)
def flow_velocity_noise_model(mine: Implementation) -> Implementation:
    return lambda f, g2, score, /: mine(f, g2, *_noise(score))


@adapter(
    "flow.reverse_drift",
    "reversed-time",
    "mine(f, g2, sigma2, score): the drift in the time T − t, which grows while the process runs: −f + ...",
)
def reverse_drift_reversed_time(mine: Implementation) -> Implementation:
    return lambda f, g2, sigma2, score, /: -mine(f, g2, sigma2, score)


@adapter(
    "flow.flow_velocity",
    "reversed-time",
    "mine(f, g2, score): the velocity in the time T − t, which grows from noise to data: −f + ...",
)
def flow_velocity_reversed_time(mine: Implementation) -> Implementation:
    return lambda f, g2, score, /: -mine(f, g2, score)


@adapter(
    "flow.ddim_step",
    "karras",
    "mine(x, eps, sigma, sigma_next): x divided by ᾱ, before and after, and σ = β̄/ᾱ.",
    reference="Euler's method in k-diffusion",
)
def ddim_step_karras(mine: Implementation) -> Implementation:
    def ddim_step(x: Any, eps: Any, source: Any, target: Any, /) -> Any:
        (alpha, beta), (alpha_next, beta_next) = source, target
        return alpha_next * mine(x / alpha, eps, beta / alpha, beta_next / alpha_next)

    return ddim_step


@adapter(
    "flow.integrate",
    "state-first",
    'mine(f, x, times, method) → states: the field as f(x, t); method "euler", "heun" or "rk4".',
    reference="scipy.integrate.odeint",
)
def integrate_state_first(mine: Implementation) -> Implementation:
    def integrate(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
        return mine(lambda state, t: velocity(t, state), x, times, method)

    return integrate


@adapter(
    "flow.integrate",
    "step",
    'mine(f, x, t, dt, method) → x at t + dt, of one step of the field f(t, x); method "euler", "heun" '
    'or "rk4".',
)
def integrate_step(mine: Implementation) -> Implementation:
    def integrate(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
        states = [x]
        for i in range(times.shape[0] - 1):
            states.append(mine(velocity, states[-1], times[i], times[i + 1] - times[i], method))
        return array_namespace(x).stack(states)

    return integrate


@adapter(
    "flow.integrate_adaptive",
    "solve-ivp",
    "mine(f, (t0, t1), y0, t_eval=, rtol=, atol=) → object with y (d, times): one sample at a time, y0 "
    "(d,), the "
    "field as f(t, y). It is called for each time in turn.",
    reference="scipy.integrate.solve_ivp",
)
def integrate_adaptive_solve_ivp(mine: Implementation) -> Implementation:
    def integrate_adaptive(
        velocity: Any, x: Any, times: Any, /, *, rtol: float = 1e-6, atol: float = 1e-6
    ) -> Any:
        xp, where = array_namespace(x, times), device(x)
        if not math.prod(x.shape):
            return flow.integrate_adaptive(velocity, x, times, rtol=rtol, atol=atol)
        rows = xp.reshape(x, (math.prod(x.shape[:-1]), x.shape[-1]))
        numbers = xp.arange(rows.shape[0], device=where)

        def alone(sample: int) -> Any:
            def field(t: Any, y: Any) -> Any:
                # The field may depend on the place in the batch: the others stay where they start.
                own = xp.asarray(y, dtype=x.dtype, device=where)
                batch = xp.where((numbers == sample)[:, None], own[None, :], rows)
                at = xp.full(x.shape[:-1], float(t), dtype=x.dtype, device=where)
                return xp.reshape(velocity(at, xp.reshape(batch, x.shape)), rows.shape)[sample, :]

            states = [rows[sample, :]]
            for i in range(times.shape[0] - 1):
                span = float(times[i]), float(times[i + 1])
                found = mine(field, span, states[-1], t_eval=times[i + 1 : i + 2], rtol=rtol, atol=atol)
                states.append(xp.asarray(found.y, dtype=x.dtype, device=where)[:, -1])
            return xp.stack(states)

        states = xp.stack([alone(sample) for sample in range(rows.shape[0])], axis=1)
        return xp.reshape(states, (times.shape[0], *x.shape))

    return integrate_adaptive


@adapter(
    "flow.euler_maruyama",
    "increments",
    "mine(drift, sigma, x, times, increments) → states: σ(t) instead of its square, and increments of "
    "Brownian "
    "motion √|Δt|·z instead of z.",
    reference="torchsde, diffrax",
)
def euler_maruyama_increments(mine: Implementation) -> Implementation:
    def euler_maruyama(drift: Any, sigma2: Any, x: Any, times: Any, noises: Any, /) -> Any:
        xp = array_namespace(x, times, noises)
        steps = xp.sqrt(xp.abs(times[1:] - times[:-1]))
        increments = xp.reshape(steps, (noises.shape[0], *[1] * x.ndim)) * noises
        return mine(drift, lambda t: _root(sigma2(t)), x, times, increments)

    return euler_maruyama


def _marginal_prob(known: Any) -> Any:
    def wrap(mine: Implementation) -> Implementation:
        def made(*, beta_min: float = 0.1, beta_max: float = 20.0) -> Any:
            return replace(
                known(beta_min=beta_min, beta_max=beta_max),
                alpha=lambda t: mine(t, beta_min, beta_max)[0],
                variance=lambda t: mine(t, beta_min, beta_max)[1] ** 2,
            )

        return made

    return wrap


variance_preserving_marginal_prob = adapter(
    "flow.variance_preserving",
    "marginal-prob",
    "mine(t, beta_min, beta_max) → (ᾱ_t, β̄_t), mean coefficient and standard deviation; the derivatives are "
    "the reference's.",
    reference="score_sde",
)(_marginal_prob(flow.variance_preserving))

sub_variance_preserving_marginal_prob = adapter(
    "flow.sub_variance_preserving",
    "marginal-prob",
    "mine(t, beta_min, beta_max) → (ᾱ_t, β̄_t), mean coefficient and standard deviation; the derivatives are "
    "the reference's.",
    reference="score_sde",
)(_marginal_prob(flow.sub_variance_preserving))


@adapter(
    "flow.variance_exploding_smld",
    "marginal-prob",
    "mine(t, sigma_min, sigma_max) → β̄_t, the standard deviation; the derivatives are the reference's.",
    reference="score_sde",
)
def variance_exploding_smld_marginal_prob(mine: Implementation) -> Implementation:
    def made(*, sigma_min: float = 0.01, sigma_max: float = 50.0) -> Any:
        known = flow.variance_exploding_smld(sigma_min=sigma_min, sigma_max=sigma_max)
        return replace(known, variance=lambda t: mine(t, sigma_min, sigma_max) ** 2)

    return made


def _at_each_point(mine: Implementation, reference: Implementation) -> Implementation:
    """A function of plain mixtures at every point, each with its own time; without any, the reference."""

    def call(mixture: Any, schedule: Any, t: Any, x: Any, /) -> Any:
        xp, d = array_namespace(t, x), x.shape[-1]
        shape = xp.broadcast_arrays(t, x[..., 0])[0].shape
        n = math.prod(shape)
        if not n:
            return reference(mixture, schedule, t, x)
        points = xp.reshape(xp.broadcast_to(x, (*shape, d)), (n, d))
        times = xp.reshape(xp.broadcast_to(t, shape), (n,))
        eye = xp.eye(d, dtype=x.dtype, device=device(x))
        covariances = mixture.variances[:, None, :] * eye
        if mixture.axes is not None:
            covariances = (mixture.axes * mixture.variances[:, None, :]) @ xp.matrix_transpose(mixture.axes)
        results = []
        for i in range(n):
            alpha, variance = schedule.alpha(times[i]), schedule.variance(times[i])
            moved = alpha**2 * covariances + variance * eye
            results.append(
                mine(points[i : i + 1, :], mixture.log_weights, alpha * mixture.means, moved)[0, ...]
            )
        result = xp.stack(results)
        return xp.reshape(result, (*shape, *result.shape[1:]))

    return call


@adapter(
    "flow.mixture_score",
    "gmm",
    "mine(x, log_weights, means, covariances) → (n, d), of a plain mixture: x (n, d), log-weights (K,) of "
    "sum 1, means (K, d), covariances (K, d, d), which the adapter takes to time t; as dense matrices of "
    "condition κ they cost κ roundings.",
    beyond=("flow.full_mixture-definition",),
)
def mixture_score_gmm(mine: Implementation) -> Implementation:
    return _at_each_point(mine, flow.mixture_score)


@adapter(
    "flow.mixture_log_density",
    "gmm",
    "mine(x, log_weights, means, covariances) → (n,), of a plain mixture: x (n, d), log-weights (K,) of "
    "sum 1, means (K, d), covariances (K, d, d), which the adapter takes to time t.",
)
def mixture_log_density_gmm(mine: Implementation) -> Implementation:
    return _at_each_point(mine, flow.mixture_log_density)
