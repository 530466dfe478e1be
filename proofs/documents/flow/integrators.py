"""Laws of the integrators on equations with known solutions."""

import math
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, Same, law
from . import inputs

ORDERS = {"euler": 1, "heun": 2, "rk4": 4}
_EXACT_DEGREES = {"euler": 0, "heun": 1, "rk4": 3}


def _factors(case: inputs.Linear, on: Setting) -> tuple[Any, Any]:
    """(steps+1, n, d) products of Σ_{k ≤ p} (λh)^k/k!, and of Σ |λh|^k/k!."""
    steps = np.diff(on.host(case.times))[:, None, None] * on.host(case.rate)
    terms = [steps**k / math.factorial(k) for k in range(ORDERS[case.method] + 1)]
    exact, sizes = np.sum(terms, axis=0), np.sum(np.abs(terms), axis=0)
    first = np.ones((1, *exact.shape[1:]))
    return np.cumprod(np.concatenate([first, exact]), axis=0), np.cumprod(
        np.concatenate([first, sizes]), axis=0
    )


@law(
    "flow.step-factor",
    "on x' = λx a step of order p multiplies by Σ_{k ≤ p} (λh)^k/k!, forward or backward",
    source="flow C7",
    about=("flow.integrate",),
    inputs=inputs.linear,
    tolerance=Rounding({"4 steps of 10 roundings": 4 * 10}),
    refutes=(
        "flow.integrate/forward-steps-only",
        "flow.integrate/equal-weights",
        "flow.integrate/first-order-heun",
        "flow.integrate/first-step-for-all",
        "flow.integrate/stage-from-stage",
        "flow.integrate/heun-by-default",
        "flow.integrate/whole-step-in-the-middle",
        "flow.integrate/second-weight",
        "flow.integrate/first-stage-left-out",
    ),
)
def step_factor(impl: Impl, on: Setting, case: inputs.Linear) -> Iterator[Record]:
    """All states of up to four uneven steps."""
    exact, sizes = _factors(case, on)
    x = on.host(case.x)
    options = {} if case.method == "rk4" else {"method": case.method}  # the default
    states = impl["flow.integrate"](lambda t, x: case.rate * x, case.x, case.times, **options)
    yield Gap("states", states, exact * x, sizes * np.abs(x))


@law(
    "flow.quadrature-degree",
    "x' = t^k is integrated exactly up to degree 0, 1, 3 by Euler, Heun and RK4",
    source="flow C7",
    stands="for what each method is exact",
    about=("flow.integrate",),
    inputs=inputs.linear,
    tolerance=Rounding({"4 steps of 10 roundings, powers of t included": 4 * 10}),
    refutes=(
        "flow.integrate/frozen-time",
        "flow.integrate/middle-for-end",
        "flow.integrate/forward-steps-only",
        "flow.integrate/last-stage-in-the-middle",
    ),
)
def quadrature_degree(impl: Impl, on: Setting, case: inputs.Linear) -> Iterator[Record]:
    """Σ_k t^k over the exact degrees, against its antiderivative."""
    degree, t = _EXACT_DEGREES[case.method], on.host(case.times)

    def velocity(t: Any, x: Any) -> Any:
        return on.xp.zeros_like(x) + sum((t**k for k in range(1, degree + 1)), start=1 + 0 * t)

    states = impl["flow.integrate"](velocity, case.x, case.times, method=case.method)
    powers = [(t ** (k + 1) - t[0] ** (k + 1)) / (k + 1) for k in range(degree + 1)]
    reach = np.max(np.abs(t)) + 1e-300
    size = sum((degree + 1) * reach ** (k + 1) for k in range(degree + 1))
    expected = on.host(case.x) + np.sum(powers, axis=0)[:, None, None]
    yield Gap("states", states, expected, np.abs(on.host(case.x)) + size)


def _second_order(velocity: Any, x: Any, times: Any, method: str) -> Any:
    """All states by Euler's or Heun's method as they are printed."""
    states = [x]
    for start, stop in pairwise(times):
        step, first = stop - start, velocity(start, states[-1])
        if method == "euler":
            states.append(states[-1] + step * first)
        else:
            second = velocity(stop, states[-1] + step * first)
            states.append(states[-1] + (step * first + step * second) / 2)
    return np.stack(states)


@law(
    "flow.integrate-stages-definition",
    "Euler's velocity is at the start of a step, Heun's second one at its end, at the end of Euler's step",
    source="flow D5",
    about=("flow.integrate",),
    inputs=inputs.linear,
    tolerance=Rounding({"2 steps of Heun's, with t² + λtx twice": 2 * 14, "expectation, alike": 2 * 14}),
    refutes=(
        "flow.integrate/middle-for-end",
        "flow.integrate/heun-not-halved",
        "flow.integrate/heun-frozen-time",
        "flow.integrate/midpoint-for-heun",
        "flow.integrate/next-time",
        "flow.integrate/euler-at-the-next-time",
        "flow.integrate/points-for-steps",
        "flow.integrate/equal-steps",
        "flow.integrate/first-size-at-given-times",
        "flow.integrate/ends-alone",
        "flow.integrate/start-left-out",
    ),
)
def stages_definition(impl: Impl, on: Setting, case: inputs.Linear) -> Iterator[Record]:
    """x' = t² + λtx in two uneven steps: neither the order nor the step factor tells the midpoint method
    from Heun's, or Euler's velocity at the start from that at the end."""
    method = "euler" if case.method == "euler" else "heun"
    given = case.times[: min(3, case.times.shape[0])]
    times, rate, x = on.host(given), on.host(case.rate), on.host(case.x)
    states = impl["flow.integrate"](lambda t, x: t**2 + t * (case.rate * x), case.x, given, method=method)
    expected = _second_order(lambda t, x: t**2 + t * (rate * x), x, times, method)
    reach = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(times)))])
    late = np.max(np.abs(times))
    sizes = _second_order(lambda t, x: late**2 + late * (np.abs(rate) * x), np.abs(x), reach, method)
    yield Gap("states", states, expected, sizes)


@law(
    "flow.convergence-order",
    "halving the steps divides the error by 2^p within ±0.2 in the exponent, p = 1, 2, 4",
    source="flow C7",
    stands="the order where no method is exact",
    about=("flow.integrate",),
    inputs=inputs.linear,
    tolerance=Rounding({"x in a step": 2, "its growth": 2}, "steps and 2^p are in the scale"),
    refutes=(
        "flow.integrate/first-order-heun",
        "flow.integrate/equal-weights",
        "flow.integrate/middle-for-end",
        "flow.integrate/frozen-time",
    ),
)
def convergence_order(impl: Impl, on: Setting, case: inputs.Linear) -> Iterator[Record]:
    """x' = ±2 x cos t from 0 to ±1, solution e^{2 sin 1}; with steps of the converged range."""
    steps = {"euler": 32, "heun": 16, "rk4": 6}[case.method]
    sign = 1.0 if on.host(case.times)[-1] > on.host(case.times)[0] else -1.0
    exact, errors = on.math.exp(2 * on.math.sin(1)), []
    for n in (steps, 2 * steps):
        states = impl["flow.integrate"](
            lambda t, x: 2 * sign * on.xp.cos(t) * x,
            on.array(np.ones((1, 1))),
            on.array(sign * on.reals(np.arange(n + 1)) / n),
            method=case.method,
        )
        errors.append(abs(on.number(on.host(states)[-1, 0, 0]) - exact))
    order = ORDERS[case.method]
    scale = 2 * steps * exact * 2**order
    yield AtMost("at least", on.math.pow(2, order - 0.2) * errors[1], errors[0], scale)
    yield AtMost("at most", errors[0], on.math.pow(2, order + 0.2) * errors[1], scale)


@law(
    "flow.adaptive-meets-tolerance",
    "the adaptive method meets its tolerance times growth times steps, forward and backward",
    source="flow D5",
    stands="what a tolerance is worth",
    about=("flow.integrate_adaptive",),
    inputs=inputs.linear,
    tolerance=Rounding({"x in 200 evaluations": 200}),
    refutes=(
        "flow.integrate_adaptive/one-step",
        "flow.integrate_adaptive/forward-only",
        "flow.integrate_adaptive/tolerances-ignored",
    ),
    needs={"approximation": "an adaptive method, whose steps depend on estimates of its errors"},
)
def adaptive_meets_tolerance(impl: Impl, on: Setting, case: inputs.Linear) -> Iterator[Record]:
    """x' = λ x cos 4t with |λ| ≤ 1, solution x₀ e^{λ(sin 4t − sin 4t₀)/4}: an accepted step adds at most
    √d times its tolerance, 16 steps suffice for 2 time units at 10⁻⁵ and, the estimate being of order
    h⁶, 80 at 10⁻⁹; growth is at most e^{½|λ|}."""
    t, x = on.host(case.times), on.host(case.x)
    given = case.rate / max(1.0, on.number(np.max(np.abs(on.host(case.rate)))))
    times = on.array(t[0] + np.sign(t[-1] - t[0]) * np.asarray([0.0, 1.0, 2.0]))
    turns = np.sin(4 * on.host(times))
    exact = x * np.exp(on.host(given) / 4 * (turns - turns[0])[:, None, None])
    growth = np.exp(0.5 * np.max(np.abs(on.host(given))))
    reach = growth * np.max(np.abs(x), axis=-1, keepdims=True)
    for tolerance, steps in ((1e-5, 16), (max(1e-9, 16 * on.u), 80)):
        states = impl["flow.integrate_adaptive"](
            lambda t, x: given * x * on.xp.cos(4 * t)[..., None],
            case.x,
            times,
            rtol=tolerance,
            atol=tolerance,
        )
        allowed = steps * on.math.sqrt(3) * growth * tolerance * (1 + reach)
        error = np.abs(on.host(states) - exact)
        yield AtMost(f"error at {tolerance:.0e}", error, allowed + 0 * exact, growth * reach)


@law(
    "flow.adaptive-ignores-batch",
    "the adaptive result for a sample is the same alone and in any batch",
    source="flow D5",
    about=("flow.integrate_adaptive",),
    inputs=inputs.linear,
    tolerance=Rounding(
        {"12 stages of 16 steps, twice": 2 * 16 * 12},
        "other vector lengths may round otherwise; growth is in the scale",
    ),
    refutes=("flow.integrate_adaptive/one-step-for-all", "flow.integrate_adaptive/one-step"),
    needs={"approximation": "an adaptive method, whose steps depend on estimates of its errors"},
)
def adaptive_ignores_batch(impl: Impl, on: Setting, case: inputs.Linear) -> Iterator[Record]:
    """A stiff companion is put beside each sample of x' = −x³ + sin t."""
    companion = on.array(np.full((1, 3), 6.0))
    times = on.array(np.asarray([0.0, 1.5]))

    def velocity(t: Any, x: Any) -> Any:
        return on.xp.sin(t)[..., None] - x**3

    run = partial(impl["flow.integrate_adaptive"], rtol=1e-2, atol=1e-2)
    alone = run(velocity, case.x, times)
    together = run(velocity, on.xp.concat([case.x, companion]), times)
    yield Gap("states", together[:, :-1, :], on.host(alone), 1 + np.abs(on.host(case.x)))
    yield Same("start", alone[0, ...], case.x)


@law(
    "flow.likelihood-definition",
    "log p₀(x₀) = log p_T(x_T) + ∫₀ᵀ ∇·v dt, with the integrator's own step factors and quadrature",
    source="flow D5",
    about=("flow.flow_log_likelihood", "flow.integrate"),
    inputs=inputs.linear,
    tolerance=Rounding({"4 steps of 10 roundings, doubled by squaring x_T": 2 * 4 * 10}),
    refutes=(
        "flow.flow_log_likelihood/minus-divergence",
        "flow.flow_log_likelihood/initial-density",
        "flow.flow_log_likelihood/averaged-divergence",
        "flow.flow_log_likelihood/own-integrator",
        "flow.integrate/forward-steps-only",
        "flow.flow_log_likelihood/without-divergence",
        "flow.flow_log_likelihood/rectangles",
    ),
)
def likelihood_definition(impl: Impl, on: Setting, case: inputs.Linear) -> Iterator[Record]:
    """v = λx, for which a step multiplies exactly, with terminal density −½‖x‖²; the divergence gets
    t^k on top, of the highest degree that the method integrates exactly. RK4 is the default."""
    degree, own = _EXACT_DEGREES[case.method], partial(impl["flow.integrate"], method=case.method)
    exact, sizes = (part[-1] for part in _factors(case, on))
    x, t, trace = on.host(case.x), on.host(case.times), np.sum(on.host(case.rate), axis=-1)
    given = on.xp.sum(case.rate, axis=-1)
    likelihood = partial(
        impl["flow.flow_log_likelihood"],
        lambda t, x: case.rate * x,
        lambda t, x: given + t**degree + on.xp.zeros_like(x[..., 0]),
        lambda x: -0.5 * on.xp.sum(x**2, axis=-1),
        case.x,
        case.times,
    )
    gained = trace * (t[-1] - t[0]) + (t[-1] ** (degree + 1) - t[0] ** (degree + 1)) / (degree + 1)
    expected = -0.5 * np.sum((exact * x) ** 2, axis=-1) + gained
    reach, total = np.max(np.abs(t)), np.sum(np.abs(on.host(case.rate)), axis=-1)
    scale = np.sum((sizes * x) ** 2, axis=-1) + (total + reach**degree) * (abs(t[-1] - t[0]) + reach)
    yield Gap("log density", likelihood(integrator=own), expected, scale)
    if case.method == "rk4":
        yield Gap("log density by the default integrator", likelihood(), expected, scale)


@law(
    "flow.euler_maruyama-definition",
    "x advances by drift·Δt + σ√|Δt|·z, forward or backward",
    source="flow D6",
    about=("flow.euler_maruyama",),
    inputs=inputs.linear,
    tolerance=Rounding({"4 steps of 9 roundings": 4 * 9}),
    refutes=(
        "flow.euler_maruyama/noise-by-step",
        "flow.euler_maruyama/variance-for-deviation",
        "flow.euler_maruyama/forward-steps-only",
        "flow.euler_maruyama/one-noise",
        "flow.euler_maruyama/ends-alone",
        "flow.euler_maruyama/noise-whatever-the-step",
        "flow.euler_maruyama/langevin",
        "flow.euler_maruyama/without-noise",
        "flow.euler_maruyama/next-time",
        "flow.euler_maruyama/drift-whatever-the-step",
        "flow.euler_maruyama/drift-by-root",
    ),
)
def euler_maruyama_definition(impl: Impl, on: Setting, case: inputs.Linear) -> Iterator[Record]:
    """Each state k is Σ_{i<k} (Π_{i<j<k} (1 + λt_jΔ_j)) σ_i √|Δ_i| z_i, for drift λtx and σ² = 1 + t²."""
    t, x, rate = on.host(case.times), on.host(case.x), on.host(case.rate)
    z = np.cos(on.reals(np.arange(1.0, t.size))[:, None, None] * (1 + np.arange(x.size).reshape(x.shape)))
    z = on.host(on.array(z))
    widths = np.diff(t)
    drifts = (t[:-1] * widths)[:, None, None] * rate
    factors, kicks = 1 + drifts, np.sqrt((1 + t[:-1] ** 2) * np.abs(widths))
    growth = 1 + np.abs(drifts)

    def carried(start: Any, noises: Any, factors: Any) -> Any:
        """Start and noises, each with all the factors that come after it, at every time."""
        ends = [np.prod(factors[:k], axis=0) * start for k in range(t.size)]
        tails = [[np.prod(factors[i + 1 : k], axis=0) for i in range(k)] for k in range(t.size)]
        return np.stack(
            [
                end + sum(tail[i] * kicks[i] * noises[i] for i in range(len(tail)))
                for end, tail in zip(ends, tails, strict=True)
            ]
        )

    states = impl["flow.euler_maruyama"](
        lambda t, x: t * (case.rate * x), lambda t: 1 + t**2, case.x, case.times, on.array(z)
    )
    yield Gap("states", states, carried(x, z, factors), carried(np.abs(x), np.abs(z), growth))
