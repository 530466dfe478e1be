"""How people get single steps of integrators, and the list of states, wrong."""

from typing import Any

from array_api_compat import array_namespace as _xp

from .... import flow
from ...language.mistake import mistake


def _march(step: Any, x: Any, times: Any) -> Any:
    """All states of x ← step(t, next t, x)."""
    states = [x]
    for i in range(times.shape[0] - 1):
        states.append(step(times[i], times[i + 1], states[-1]))
    return _xp(x).stack(states)


def _rk4(
    rows: tuple[float, float, float] = (0.5, 0.5, 1.0),
    weights: tuple[float, float, float, float] = (1, 2, 2, 1),
    nodes: tuple[float, float, float] = (0.5, 0.5, 1.0),
) -> Any:
    """RK4 with other steps to its stages, weights (of a sum 6) or times; other methods are left right."""

    def integrate(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
        def step(t: Any, s: Any, x: Any) -> Any:
            width, stages = s - t, [velocity(t, x)]
            for row, node in zip(rows, nodes, strict=True):
                stages.append(velocity(t + node * width, x + row * width * stages[-1]))
            total = sum(weight * stage for weight, stage in zip(weights, stages, strict=True))
            return x + width / 6 * total

        return (
            _march(step, x, times) if method == "rk4" else flow.integrate(velocity, x, times, method=method)
        )

    return integrate


integrate_whole_middle = mistake(
    "flow.integrate",
    "whole-step-in-the-middle",
    "Takes whole steps to the two middle stages of RK4, whose times are half a step on.",
)(_rk4(rows=(1.0, 1.0, 1.0)))

integrate_last_in_the_middle = mistake(
    "flow.integrate",
    "last-stage-in-the-middle",
    "Evaluates the last stage of RK4 at t + h/2, where it is t + h.",
)(_rk4(nodes=(0.5, 0.5, 0.5)))

integrate_second_weight = mistake(
    "flow.integrate",
    "second-weight",
    "Counts the second stage of RK4 once: weights 1, 1, 2, 1 over 6, whose sum is not 1.",
)(_rk4(weights=(1, 1, 2, 1)))

integrate_first_left_out = mistake(
    "flow.integrate",
    "first-stage-left-out",
    "Leaves the first stage of RK4 out of the sum: weights 0, 2, 2, 1 over 6.",
    reference="mantaflow#10",
)(_rk4(weights=(0, 2, 2, 1)))


def _heun(step: Any) -> Any:
    """Another step(velocity, t, next t, x) for Heun; other methods are left right."""

    def integrate(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
        if method != "heun":
            return flow.integrate(velocity, x, times, method=method)
        return _march(lambda t, s, x: step(velocity, t, s, x), x, times)

    return integrate


def _heun_sum(velocity: Any, t: Any, s: Any, x: Any) -> Any:
    first = velocity(t, x)
    return x + (s - t) * (first + velocity(s, x + (s - t) * first))


def _heun_same_time(velocity: Any, t: Any, s: Any, x: Any) -> Any:
    first = velocity(t, x)
    return x + (s - t) / 2 * (first + velocity(t, x + (s - t) * first))


def _midpoint(velocity: Any, t: Any, s: Any, x: Any) -> Any:
    return x + (s - t) * velocity(t + (s - t) / 2, x + (s - t) / 2 * velocity(t, x))


integrate_heun_not_halved = mistake(
    "flow.integrate",
    "heun-not-halved",
    "Adds Heun's two velocities and does not halve the sum: steps twice as long.",
)(_heun(_heun_sum))

integrate_heun_frozen_time = mistake(
    "flow.integrate", "heun-frozen-time", "Evaluates Heun's second stage at the time where the step starts."
)(_heun(_heun_same_time))

integrate_midpoint = mistake(
    "flow.integrate", "midpoint-for-heun", "Takes the midpoint method, of order 2 as well, for Heun's."
)(_heun(_midpoint))


@mistake(
    "flow.integrate",
    "next-time",
    "Evaluates the velocity at the next time, where the step ends: all stages are a step late.",
)
def integrate_next_time(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    def step(t: Any, s: Any, x: Any) -> Any:
        both = _xp(x).stack([s, s + (s - t)])
        return flow.integrate(velocity, x, both, method=method)[-1, ...]

    return _march(step, x, times)


@mistake(
    "flow.integrate",
    "euler-at-the-next-time",
    "Evaluates Euler's velocity at the next time, where the step ends.",
)
def integrate_euler_next_time(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    if method != "euler":
        return flow.integrate(velocity, x, times, method=method)
    return _march(lambda t, s, x: x + (s - t) * velocity(s, x), x, times)


def _sized(size: Any) -> Any:
    """Steps of size(times), all the same, that start at the given times."""

    def integrate(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
        def step(t: Any, s: Any, x: Any) -> Any:
            both = _xp(x).stack([t, t + size(times)])
            return flow.integrate(velocity, x, both, method=method)[-1, ...]

        return _march(step, x, times)

    return integrate


integrate_points_for_steps = mistake(
    "flow.integrate",
    "points-for-steps",
    "Divides the whole time by the number of points n, where there are n − 1 steps: it stops short.",
    reference="rectified-flow-pytorch#14",
)(_sized(lambda times: (times[-1] - times[0]) / times.shape[0]))

integrate_equal_steps = mistake(
    "flow.integrate",
    "equal-steps",
    "Takes equal steps, the whole time over their number, whatever the spacing of the times is.",
)(_sized(lambda times: (times[-1] - times[0]) / max(times.shape[0] - 1, 1)))

integrate_first_size = mistake(
    "flow.integrate",
    "first-size-at-given-times",
    "Takes the first step's size for every step (first-step-for-all), each from the time that was given.",
)(_sized(lambda times: times[1] - times[0] if times.shape[0] > 1 else 0 * times[0]))


@mistake(
    "flow.integrate", "ends-alone", "Keeps the last state alone, where the states at all times are wanted."
)
def integrate_ends_alone(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    states = flow.integrate(velocity, x, times, method=method)
    return _xp(x).broadcast_to(states[-1:, ...], states.shape)


@mistake(
    "flow.integrate",
    "start-left-out",
    "Leaves out the start, so that every state is one step too early in the list.",
)
def integrate_start_left_out(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    states = flow.integrate(velocity, x, times, method=method)
    return _xp(x).concat([states[1:, ...], states[-1:, ...]])


@mistake("flow.flow_log_likelihood", "without-divergence", "Leaves out the integral of the divergence.")
def likelihood_without_divergence(
    velocity: Any, divergence: Any, terminal: Any, x: Any, times: Any, /, **options: Any
) -> Any:
    return flow.flow_log_likelihood(velocity, lambda t, x: 0 * x[..., 0], terminal, x, times, **options)


@mistake(
    "flow.flow_log_likelihood",
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


def _noisy(kick: Any, drift_step: Any = lambda step: step, later: bool = False) -> Any:
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


noise_whatever_step = mistake(
    "flow.euler_maruyama",
    "noise-whatever-the-step",
    "Forgets the root of Δt: the noise is unscaled, the same whatever the step.",
    reference="uclales#7",
)(_noisy(lambda sigma2, step: sigma2**0.5))

noise_of_langevin = mistake(
    "flow.euler_maruyama",
    "langevin",
    "Multiplies the noise by √2, as Langevin's dynamics with unit diffusion does, beside a σ that has it.",
)(_noisy(lambda sigma2, step: (2 * sigma2 * step) ** 0.5))

noise_left_out = mistake(
    "flow.euler_maruyama", "without-noise", "Adds no noise: Euler's method for the drift alone."
)(_noisy(lambda sigma2, step: 0 * sigma2))

maruyama_next_time = mistake(
    "flow.euler_maruyama", "next-time", "Evaluates drift and σ at the next time, where the step ends."
)(_noisy(_right, later=True))

drift_whatever_step = mistake(
    "flow.euler_maruyama",
    "drift-whatever-the-step",
    "Forgets Δt beside the drift: it is unscaled, the same whatever the step.",
)(_noisy(_right, lambda step: 1 + 0 * step))

drift_by_root = mistake(
    "flow.euler_maruyama", "drift-by-root", "Scales the drift by the root of |Δt|, like the noise, for Δt."
)(_noisy(_right, lambda step: _xp(step).sign(step) * _xp(step).abs(step) ** 0.5))
