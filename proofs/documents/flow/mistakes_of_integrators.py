"""How people get integrators wrong."""

from typing import Any

import array_api_compat
from array_api_compat import array_namespace as _xp

from .... import flow
from ....flow import _integrators, _tableaux
from ...language.mistake import mistake


def _march(step: Any, x: Any, times: Any) -> Any:
    """All states of x ← step(t, next t, x)."""
    states = [x]
    for i in range(times.shape[0] - 1):
        states.append(step(times[i], times[i + 1], states[-1]))
    return _xp(x).stack(states)


@mistake(
    "flow.integrate",
    "forward-steps-only",
    "Steps by |Δt|, so that integration from T to 0 runs the wrong way.",
    reference="diffrax#598",
)
def integrate_forward_only(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    return flow.integrate(velocity, x, times[0] + _xp(x).abs(times - times[0]), method=method)


@mistake("flow.integrate", "heun-by-default", "Takes Heun's method unless told.")
def integrate_heun_by_default(velocity: Any, x: Any, times: Any, /, *, method: Any = "heun") -> Any:
    return flow.integrate(velocity, x, times, method=method)


@mistake("flow.integrate", "equal-weights", "Averages the four stages of RK4 with weights ¼.")
def integrate_equal_weights(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    if method != "rk4":
        return flow.integrate(velocity, x, times, method=method)
    weights = dict.fromkeys(range(4), 0.25)
    tableau = _tableaux.Tableau(2, _tableaux.RK4.a, weights, _tableaux.RK4.c)
    return _integrators._integrate(velocity, x, times, tableau, xp=_xp(x))


@mistake(
    "flow.integrate",
    "stage-from-stage",
    "Starts the third stage of RK4 from the first instead of the second.",
    reference="f1tenth_gym#52",
)
def integrate_stage_from_stage(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    if method != "rk4":
        return flow.integrate(velocity, x, times, method=method)
    tableau = _tableaux.Tableau(4, ({}, {0: 0.5}, {0: 0.5}, {2: 1.0}), _tableaux.RK4.b, _tableaux.RK4.c)
    return _integrators._integrate(velocity, x, times, tableau, xp=_xp(x))


@mistake("flow.integrate", "first-order-heun", "Evaluates Heun's second stage at the old state.")
def integrate_first_order_heun(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    if method != "heun":
        return flow.integrate(velocity, x, times, method=method)
    return _march(lambda t, s, x: x + (s - t) / 2 * (velocity(t, x) + velocity(s, x)), x, times)


@mistake(
    "flow.integrate",
    "middle-for-end",
    "Mixes Heun with the midpoint method: the second stage at the Euler step's end, but at t + h/2.",
)
def integrate_middle_for_end(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    if method != "heun":
        return flow.integrate(velocity, x, times, method=method)

    def step(t: Any, s: Any, x: Any) -> Any:
        first = velocity(t, x)
        return x + (s - t) / 2 * (first + velocity((s + t) / 2, x + (s - t) * first))

    return _march(step, x, times)


@mistake("flow.integrate", "first-step-for-all", "Takes the first step's size for every step.")
def integrate_first_step_for_all(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    xp = _xp(x)
    index = xp.arange(times.shape[0], dtype=times.dtype, device=array_api_compat.device(times))
    return flow.integrate(velocity, x, times[0] + index * (times[1] - times[0]), method=method)


@mistake(
    "flow.integrate",
    "frozen-time",
    "Evaluates every stage at the time where the step starts; no autonomous equation shows it.",
    reference="probnum#252",
)
def integrate_frozen_time(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    def step(t: Any, s: Any, x: Any) -> Any:
        both = _xp(x).stack([t, s])
        return flow.integrate(lambda _, x: velocity(t, x), x, both, method=method)[-1, ...]

    return _march(step, x, times)


@mistake("flow.integrate_adaptive", "one-step", "Accepts every step whatever its error estimate.")
def adaptive_one_step(velocity: Any, x: Any, times: Any, /, *, rtol: Any = 1e-6, atol: Any = 1e-6) -> Any:
    return _integrators._integrate(velocity, x, times, _tableaux.DOP853, xp=_xp(x))


@mistake(
    "flow.integrate_adaptive",
    "forward-only",
    "Steps by |Δt|, so that integration from T to 0 runs the wrong way.",
    reference="diffrax#598",
)
def adaptive_forward_only(velocity: Any, x: Any, times: Any, /, **options: Any) -> Any:
    return flow.integrate_adaptive(velocity, x, times[0] + _xp(x).abs(times - times[0]), **options)


@mistake(
    "flow.integrate_adaptive",
    "one-step-for-all",
    "Takes one error norm and one step for the whole batch, so a hard sample changes its neighbours.",
)
def adaptive_one_step_for_all(velocity: Any, x: Any, times: Any, /, **options: Any) -> Any:
    xp, shape = _xp(x), tuple(x.shape)

    def pooled(t: Any, flat: Any) -> Any:
        inner = xp.reshape(flat, shape)
        return xp.reshape(velocity(t + xp.zeros_like(inner[..., 0]), inner), (1, -1))

    states = flow.integrate_adaptive(pooled, xp.reshape(x, (1, -1)), times, **options)
    return xp.reshape(states, (times.shape[0], *shape))


@mistake(
    "flow.integrate_adaptive", "tolerances-ignored", "Always takes 1e-2, whatever tolerance is asked for."
)
def adaptive_ignores_tolerances(velocity: Any, x: Any, times: Any, /, **tolerances: Any) -> Any:
    return flow.integrate_adaptive(velocity, x, times, rtol=1e-2, atol=1e-2)


@mistake("flow.flow_log_likelihood", "minus-divergence", "Subtracts ∫∇·v, the formula for log p_T.")
def likelihood_minus_divergence(
    velocity: Any, divergence: Any, terminal: Any, x: Any, times: Any, /, **options: Any
) -> Any:
    return flow.flow_log_likelihood(velocity, lambda t, x: -divergence(t, x), terminal, x, times, **options)


@mistake("flow.flow_log_likelihood", "initial-density", "Evaluates log p_T where the flow starts.")
def likelihood_initial_density(
    velocity: Any, divergence: Any, terminal: Any, x: Any, times: Any, /, **options: Any
) -> Any:
    gained = flow.flow_log_likelihood(velocity, divergence, lambda x: 0 * x[..., 0], x, times, **options)
    return terminal(x) + gained


@mistake(
    "flow.flow_log_likelihood",
    "averaged-divergence",
    "Takes the mean of the Jacobian's diagonal for its sum.",
)
def likelihood_averaged_divergence(
    velocity: Any, divergence: Any, terminal: Any, x: Any, times: Any, /, **options: Any
) -> Any:
    return flow.flow_log_likelihood(
        velocity, lambda t, x: divergence(t, x) / x.shape[-1], terminal, x, times, **options
    )


@mistake("flow.flow_log_likelihood", "own-integrator", "Takes RK4 steps whatever integrator is asked for.")
def likelihood_own_integrator(
    velocity: Any, divergence: Any, terminal: Any, x: Any, times: Any, /, **options: Any
) -> Any:
    return flow.flow_log_likelihood(velocity, divergence, terminal, x, times)


def _noisy(kick: Any, sign: bool = True) -> Any:
    """Euler–Maruyama with another kick(σ², Δt)."""

    def run(drift: Any, sigma2: Any, x: Any, times: Any, noises: Any, /) -> Any:
        states = [x]
        for i in range(times.shape[0] - 1):
            step = times[i + 1] - times[i]
            width = kick(sigma2(times[i]), _xp(x).abs(step))
            step = step if sign else _xp(x).abs(step)
            states.append(states[-1] + drift(times[i], states[-1]) * step + width * noises[i, ...])
        return _xp(x).stack(states)

    return run


noise_by_step = mistake(
    "flow.euler_maruyama", "noise-by-step", "Scales the noise by Δt instead of its root, like a drift."
)(_noisy(lambda sigma2, step: _xp(step).sqrt(sigma2) * step))

variance_for_deviation = mistake(
    "flow.euler_maruyama", "variance-for-deviation", "Multiplies the noise by σ² for σ."
)(_noisy(lambda sigma2, step: sigma2 * _xp(step).sqrt(step)))

steps_forward_only = mistake(
    "flow.euler_maruyama",
    "forward-steps-only",
    "Multiplies the drift by |Δt|: the sign of a step backward in time.",
    reference="diffrax#598",
)(_noisy(lambda sigma2, step: _xp(step).sqrt(sigma2 * step), sign=False))


@mistake("flow.euler_maruyama", "one-noise", "Draws the noise once and uses it in every step.")
def maruyama_one_noise(drift: Any, sigma2: Any, x: Any, times: Any, noises: Any, /) -> Any:
    same = _xp(x).zeros_like(noises) + noises[:1, ...]
    return flow.euler_maruyama(drift, sigma2, x, times, same)


@mistake(
    "flow.euler_maruyama",
    "ends-alone",
    "Keeps the last state alone and repeats it, where all states are wanted.",
)
def euler_maruyama_ends_alone(drift: Any, sigma2: Any, x: Any, times: Any, noises: Any, /) -> Any:
    states = flow.euler_maruyama(drift, sigma2, x, times, noises)
    later = _xp(x).broadcast_to(states[-1:, ...], states[1:, ...].shape)
    return _xp(x).concat([states[:1, ...], later])


@mistake(
    "flow.integrate_adaptive",
    "loose-by-default",
    "Allows errors of 10⁻³ unless told, as SciPy does relatively.",
)
def adaptive_loose(velocity: Any, x: Any, times: Any, /, *, rtol: float = 1e-3, atol: float = 1e-3) -> Any:
    return flow.integrate_adaptive(velocity, x, times, rtol=rtol, atol=atol)
