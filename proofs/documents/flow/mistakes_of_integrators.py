"""How people get integrators wrong."""

from typing import Any

from .... import _libraries, flow
from ...._libraries import array_namespace as _xp
from ....flow import _integrators, _tableaux
from ...language.mistake import MistakesOf

of_integrate = MistakesOf("flow.integrate")
of_integrate_adaptive = MistakesOf("flow.integrate_adaptive")


def _march(step: Any, x: Any, times: Any) -> Any:
    """All states of x ← step(t, next t, x)."""
    states = [x]
    for i in range(times.shape[0] - 1):
        states.append(step(times[i], times[i + 1], states[-1]))
    return _xp(x).stack(states)


@of_integrate(
    "forward-steps-only",
    "Steps by |Δt|, so that integration from T to 0 runs the wrong way.",
    reference="diffrax#598",
)
def integrate_forward_only(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    return flow.integrate(velocity, x, times[0] + _xp(x).abs(times - times[0]), method=method)


@of_integrate("heun-by-default", "Uses Heun's method by default.")
def integrate_heun_by_default(velocity: Any, x: Any, times: Any, /, *, method: Any = "heun") -> Any:
    return flow.integrate(velocity, x, times, method=method)


@of_integrate("equal-weights", "Averages the four stages of RK4 with weights ¼.")
def integrate_equal_weights(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    if method != "rk4":
        return flow.integrate(velocity, x, times, method=method)
    weights = dict.fromkeys(range(4), 0.25)
    tableau = _tableaux.Tableau(2, _tableaux.RK4.a, weights, _tableaux.RK4.c)
    return _integrators._integrate(velocity, x, times, tableau, xp=_xp(x))


@of_integrate(
    "stage-from-stage",
    "Starts the third stage of RK4 from the first instead of the second.",
    reference="f1tenth_gym#52",
)
def integrate_stage_from_stage(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    if method != "rk4":
        return flow.integrate(velocity, x, times, method=method)
    tableau = _tableaux.Tableau(4, ({}, {0: 0.5}, {0: 0.5}, {2: 1.0}), _tableaux.RK4.b, _tableaux.RK4.c)
    return _integrators._integrate(velocity, x, times, tableau, xp=_xp(x))


@of_integrate("first-order-heun", "Evaluates Heun's second stage at the old state.")
def integrate_first_order_heun(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    if method != "heun":
        return flow.integrate(velocity, x, times, method=method)
    return _march(lambda t, s, x: x + (s - t) / 2 * (velocity(t, x) + velocity(s, x)), x, times)


@of_integrate(
    "middle-for-end",
    "Mixes Heun with the midpoint method: the second stage at the Euler step's end, but at time t + h/2.",
)
def integrate_middle_for_end(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    if method != "heun":
        return flow.integrate(velocity, x, times, method=method)

    def step(t: Any, s: Any, x: Any) -> Any:
        first = velocity(t, x)
        return x + (s - t) / 2 * (first + velocity((s + t) / 2, x + (s - t) * first))

    return _march(step, x, times)


@of_integrate("first-step-for-all", "Takes the first step's size for every step.")
def integrate_first_step_for_all(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    xp = _xp(x)
    index = xp.arange(times.shape[0], dtype=times.dtype, device=_libraries.device(times))
    return flow.integrate(velocity, x, times[0] + index * (times[1] - times[0]), method=method)


@of_integrate(
    "frozen-time",
    "Evaluates every stage at the time where the step starts; no autonomous equation shows it.",
    reference="probnum#252",
)
def integrate_frozen_time(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    def step(t: Any, s: Any, x: Any) -> Any:
        both = _xp(x).stack([t, s])
        return flow.integrate(lambda _, x: velocity(t, x), x, both, method=method)[-1, ...]

    return _march(step, x, times)


@of_integrate_adaptive("one-step", "Accepts every step whatever its error estimate.")
def adaptive_one_step(velocity: Any, x: Any, times: Any, /, *, rtol: Any = 1e-6, atol: Any = 1e-6) -> Any:
    return _integrators._integrate(velocity, x, times, _tableaux.DOP853, xp=_xp(x))


@of_integrate_adaptive(
    "forward-only",
    "Steps by |Δt|, so that integration from T to 0 runs the wrong way.",
    reference="diffrax#598",
)
def adaptive_forward_only(velocity: Any, x: Any, times: Any, /, **options: Any) -> Any:
    return flow.integrate_adaptive(velocity, x, times[0] + _xp(x).abs(times - times[0]), **options)


@of_integrate_adaptive(
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


@of_integrate_adaptive("tolerances-ignored", "Always uses 1e-2, whatever tolerance is asked for.")
def adaptive_ignores_tolerances(velocity: Any, x: Any, times: Any, /, **tolerances: Any) -> Any:
    return flow.integrate_adaptive(velocity, x, times, rtol=1e-2, atol=1e-2)


@of_integrate_adaptive("loose-by-default", "Allows errors of 10⁻³ by default, as SciPy does relatively.")
def adaptive_loose(velocity: Any, x: Any, times: Any, /, *, rtol: float = 1e-3, atol: float = 1e-3) -> Any:
    return flow.integrate_adaptive(velocity, x, times, rtol=rtol, atol=atol)


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


integrate_whole_middle = of_integrate(
    "whole-step-in-the-middle",
    "Takes whole steps to the two middle stages of RK4, whose times are half a step on.",
)(_rk4(rows=(1.0, 1.0, 1.0)))


integrate_last_in_the_middle = of_integrate(
    "last-stage-in-the-middle", "Evaluates the last stage of RK4 at t + h/2, instead of t + h."
)(_rk4(nodes=(0.5, 0.5, 0.5)))


integrate_second_weight = of_integrate(
    "second-weight", "Counts the second stage of RK4 once: weights 1, 1, 2, 1 over 6, whose sum is not 1."
)(_rk4(weights=(1, 1, 2, 1)))


integrate_first_left_out = of_integrate(
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


integrate_heun_not_halved = of_integrate(
    "heun-not-halved", "Adds Heun's two velocities and does not halve the sum: steps twice as long."
)(_heun(_heun_sum))


integrate_heun_frozen_time = of_integrate(
    "heun-frozen-time", "Evaluates Heun's second stage at the time where the step starts."
)(_heun(_heun_same_time))


integrate_midpoint = of_integrate(
    "midpoint-for-heun", "Uses the midpoint method, of order 2 as well, instead of Heun's."
)(_heun(_midpoint))


@of_integrate(
    "next-time", "Evaluates the velocity at the next time, where the step ends: all stages are a step late."
)
def integrate_next_time(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    def step(t: Any, s: Any, x: Any) -> Any:
        both = _xp(x).stack([s, s + (s - t)])
        return flow.integrate(velocity, x, both, method=method)[-1, ...]

    return _march(step, x, times)


@of_integrate("euler-at-the-next-time", "Evaluates Euler's velocity at the next time, where the step ends.")
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


integrate_points_for_steps = of_integrate(
    "points-for-steps",
    "Divides the whole time by the number of points n instead of n − 1, that of steps: it stops short.",
    reference="rectified-flow-pytorch#14",
)(_sized(lambda times: (times[-1] - times[0]) / times.shape[0]))


integrate_equal_steps = of_integrate(
    "equal-steps",
    "Takes equal steps, the whole time over their number, whatever the spacing of the times is.",
)(_sized(lambda times: (times[-1] - times[0]) / max(times.shape[0] - 1, 1)))


integrate_first_size = of_integrate(
    "first-size-at-given-times",
    "Takes the first step's size for every step (first-step-for-all), each from the time that was given.",
)(_sized(lambda times: times[1] - times[0] if times.shape[0] > 1 else 0 * times[0]))


@of_integrate("ends-alone", "Returns the last state alone instead of the states at all times.")
def integrate_ends_alone(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    states = flow.integrate(velocity, x, times, method=method)
    return _xp(x).broadcast_to(states[-1:, ...], states.shape)


@of_integrate(
    "start-left-out", "Leaves out the start, so that every state is one step too early in the list."
)
def integrate_start_left_out(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
    states = flow.integrate(velocity, x, times, method=method)
    return _xp(x).concat([states[1:, ...], states[-1:, ...]])
