"""How people get likelihoods and noisy paths wrong, which are computed along the steps of an integrator."""

from typing import Any

from .... import flow
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf

of_flow_log_likelihood = MistakesOf("flow.flow_log_likelihood")
of_euler_maruyama = MistakesOf("flow.euler_maruyama")


@of_flow_log_likelihood("minus-divergence", "Subtracts ∫∇·v, the formula for log p_T.")
def likelihood_minus_divergence(
    velocity: Any, divergence: Any, terminal: Any, x: Any, times: Any, /, **options: Any
) -> Any:
    return flow.flow_log_likelihood(velocity, lambda t, x: -divergence(t, x), terminal, x, times, **options)


@of_flow_log_likelihood("initial-density", "Evaluates log p_T where the flow starts.")
def likelihood_initial_density(
    velocity: Any, divergence: Any, terminal: Any, x: Any, times: Any, /, **options: Any
) -> Any:
    gained = flow.flow_log_likelihood(velocity, divergence, lambda x: 0 * x[..., 0], x, times, **options)
    return terminal(x) + gained


@of_flow_log_likelihood("averaged-divergence", "Uses the mean of the Jacobian's diagonal instead of its sum.")
def likelihood_averaged_divergence(
    velocity: Any, divergence: Any, terminal: Any, x: Any, times: Any, /, **options: Any
) -> Any:
    return flow.flow_log_likelihood(
        velocity, lambda t, x: divergence(t, x) / x.shape[-1], terminal, x, times, **options
    )


@of_flow_log_likelihood("own-integrator", "Takes RK4 steps whatever integrator is asked for.")
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


noise_by_step = of_euler_maruyama(
    "noise-by-step", "Scales the noise by Δt instead of its root, like a drift."
)(_noisy(lambda sigma2, step: _xp(step).sqrt(sigma2) * step))


variance_for_deviation = of_euler_maruyama(
    "variance-for-deviation", "Multiplies the noise by σ² instead of σ."
)(_noisy(lambda sigma2, step: sigma2 * _xp(step).sqrt(step)))


steps_forward_only = of_euler_maruyama(
    "forward-steps-only",
    "Multiplies the drift by |Δt|: the sign of a step backward in time.",
    reference="diffrax#598",
)(_noisy(lambda sigma2, step: _xp(step).sqrt(sigma2 * step), sign=False))


@of_euler_maruyama("one-noise", "Draws the noise once and uses it in every step.")
def maruyama_one_noise(drift: Any, sigma2: Any, x: Any, times: Any, noises: Any, /) -> Any:
    same = _xp(x).zeros_like(noises) + noises[:1, ...]
    return flow.euler_maruyama(drift, sigma2, x, times, same)


@of_euler_maruyama(
    "ends-alone", "Keeps the last state alone and repeats it, instead of returning all states."
)
def euler_maruyama_ends_alone(drift: Any, sigma2: Any, x: Any, times: Any, noises: Any, /) -> Any:
    states = flow.euler_maruyama(drift, sigma2, x, times, noises)
    later = _xp(x).broadcast_to(states[-1:, ...], states[1:, ...].shape)
    return _xp(x).concat([states[:1, ...], later])


@of_flow_log_likelihood("without-divergence", "Leaves out the integral of the divergence.")
def likelihood_without_divergence(
    velocity: Any, divergence: Any, terminal: Any, x: Any, times: Any, /, **options: Any
) -> Any:
    return flow.flow_log_likelihood(velocity, lambda t, x: 0 * x[..., 0], terminal, x, times, **options)


@of_flow_log_likelihood(
    "rectangles",
    "Sums the divergence by rectangles, at the left ends of the steps, whatever the integrator is.",
)
def likelihood_rectangles(
    velocity: Any, divergence: Any, terminal: Any, x: Any, times: Any, /, *, integrator: Any = flow.integrate
) -> Any:
    states = integrator(velocity, x, times)
    total = terminal(states[-1, ...])
    for i in range(times.shape[0] - 1):
        total = total + divergence(times[i], states[i, ...]) * (times[i + 1] - times[i])
    return total


def _stepped(kick: Any, drift_step: Any = lambda step: step, later: bool = False) -> Any:
    """Euler–Maruyama with another kick(σ², |Δt|), another step of the drift, or at the later time."""

    def run(drift: Any, sigma2: Any, x: Any, times: Any, noises: Any, /) -> Any:
        states, xp = [x], _xp(x)
        for i in range(times.shape[0] - 1):
            t, step = times[i + 1 if later else i], times[i + 1] - times[i]
            width = kick(sigma2(t), xp.abs(step))
            moved = states[-1] + drift(t, states[-1]) * drift_step(step)
            states.append(moved + width * noises[i, ...])
        return xp.stack(states)

    return run


def _right(sigma2: Any, step: Any) -> Any:
    return (sigma2 * step) ** 0.5


noise_whatever_step = of_euler_maruyama(
    "noise-whatever-the-step",
    "Forgets the root of Δt: the noise is unscaled, the same whatever the step.",
    reference="uclales#7",
)(_stepped(lambda sigma2, step: sigma2**0.5))


noise_of_langevin = of_euler_maruyama(
    "langevin",
    "Multiplies the noise by √2, as Langevin's dynamics with unit diffusion does, beside a σ that has it.",
)(_stepped(lambda sigma2, step: (2 * sigma2 * step) ** 0.5))


noise_left_out = of_euler_maruyama("without-noise", "Adds no noise: Euler's method for the drift alone.")(
    _stepped(lambda sigma2, step: 0 * sigma2)
)


maruyama_next_time = of_euler_maruyama(
    "next-time", "Evaluates drift and σ at the next time, where the step ends."
)(_stepped(_right, later=True))


drift_whatever_step = of_euler_maruyama(
    "drift-whatever-the-step", "Forgets Δt beside the drift: it is unscaled, the same whatever the step."
)(_stepped(_right, lambda step: 1 + 0 * step))


drift_by_root = of_euler_maruyama(
    "drift-by-root", "Scales the drift by the root of |Δt|, like the noise, instead of by Δt."
)(_stepped(_right, lambda step: _xp(step).sign(step) * _xp(step).abs(step) ** 0.5))
