"""Laws of the steps of samplers: ancestral, stochastic, and by exponential integrators."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import AtMost, Gap, Impl, Kind, Record, Rounding, law

Pair = tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class Splits:
    """Levels σ ≥ σ' ≥ 0, and η; cancellation: levels that nearly touch; extreme: far apart, or σ' = 0."""

    sigma_from: Array
    sigma_to: Array
    eta: float


@inputs.composite
def splits(draw: inputs.Draw, p: Precision, kind: Kind) -> Splits:
    n, rng = inputs.batch(draw), inputs.generator(draw)
    reach = inputs.decades(p, 6.0 if kind == "extreme" else 2.0, power=4)
    start = inputs.rounded(10.0 ** rng.uniform(-reach, reach, n), p)
    ratio = {
        "ordinary": rng.uniform(0.1, 1.0, n),
        "cancellation": 1 - 2 * p.u * rng.integers(0, 9, n),
        "extreme": np.where(rng.random(n) < 0.3, 0.0, 10.0 ** rng.uniform(-reach, 0, n)),
    }[kind]
    return Splits(start, inputs.rounded(ratio * start, p), draw(st.sampled_from([1.0, 0.5, 0.0, 0.875, 1.5])))


@law(
    "flow.ancestral_split-definition",
    "σ_up = min(σ', ησ'√(1 − σ'²/σ²)) and σ_down² = σ'² − σ_up², to relative accuracy for η ≤ 1",
    source="flow P2",
    about=("flow.ancestral_split",),
    inputs=splits,
    tolerance=Rounding({"quotients, 1 − σ'²/σ² and its root": 8, "products and the second root": 5}),
    refutes=(
        "flow.ancestral_split/eta-squared",
        "flow.ancestral_split/eta-ignored",
        "flow.ancestral_split/not-clipped",
        "flow.ancestral_split/up-is-the-difference",
        "flow.ancestral_split/down-is-the-target",
        "flow.ancestral_split/down-by-difference",
        "flow.ancestral_split/exchanged",
        "flow.ancestral_split/variances",
        "flow.ancestral_split/source-for-target",
        "flow.ancestral_split/no-noise-by-default",
    ),
)
def ancestral_split_definition(impl: Impl, on: Setting, case: Splits) -> Iterator[Record]:
    """In differences, of which nothing cancels; for η > 1 σ_down² is one, of η²σ'²/σ² and η² − 1. At η = 1,
    the default, σ_down is σ'²/σ."""
    options = {} if case.eta == 1 else {"eta": case.eta}
    down, up = impl["flow.ancestral_split"](case.sigma_from, case.sigma_to, **options)
    sigma, target, eta = on.host(case.sigma_from), on.host(case.sigma_to), on.number(case.eta)
    fresh = (sigma - target) * (sigma + target) / sigma**2
    expected = target * np.minimum(eta * np.sqrt(fresh), 1)
    yield Gap("up", up, expected, expected)
    if case.eta == 1:
        yield Gap("down", down, target * target / sigma, target * target / sigma)
        return
    ratio = target / sigma
    kept, lost = eta**2 * ratio**2, 1 - eta**2
    if case.eta < 1:
        expected = target * np.sqrt(kept + lost)
        yield Gap("down", down, expected, expected)
        return
    rest = np.where(kept + lost > 0, kept + lost, 0)
    yield Gap("down²", on.host(down) ** 2, target**2 * rest, 2 * target**2 * (kept + abs(lost)))


@dataclass(frozen=True, slots=True)
class Churned:
    """Points, falling levels, noises, a denoiser rate·x + σ·shift, and options of the sampler; cancellation:
    levels that nearly touch; extreme: far apart, and the last of them 0."""

    x: Array
    sigmas: Array
    noises: Array
    rate: Array
    shift: Array
    method: str
    churn: float
    window: tuple[int, int] | None
    """Of which levels the noise is raised, by their indices."""
    noise_scale: float


@inputs.composite
def churned(draw: inputs.Draw, p: Precision, kind: Kind) -> Churned:
    n, steps = draw(st.sampled_from([1, 3])), draw(st.sampled_from([2, 2, 1]))
    rng = inputs.generator(draw)
    falls = rng.uniform(0.6, 0.9, steps)
    if kind == "cancellation":
        falls = 1 - 2 * p.u * rng.integers(1, 5, steps)
    if kind == "extreme":
        falls = rng.uniform(0.1, 0.3, steps)
        falls[-1] = draw(st.sampled_from([0.0, 0.1]))
    sigmas = [float(inputs.rounded(rng.uniform(0.5, 4.0), p))]
    for fall in falls:
        sigmas.append(float(inputs.rounded(sigmas[-1] * fall, p)))
    return Churned(
        x=inputs.rounded(rng.normal(size=(n, 2)) * sigmas[0], p),
        sigmas=np.asarray(sigmas),
        noises=inputs.rounded(rng.normal(size=(steps, n, 2)), p),
        rate=inputs.rounded(rng.uniform(-0.5, 0.9, (n, 2)), p),
        shift=inputs.rounded(rng.normal(size=(n, 2)), p),
        method=draw(st.sampled_from(["heun", "euler"])),
        churn=draw(st.sampled_from([0.5, 0.25, 4.0, 0.375, 0.0])),
        window=draw(st.sampled_from([(0, 0), (1, 1), None])),
        noise_scale=draw(st.sampled_from([1.0, 1.25, 0.5])),
    )


def _karras(case: Churned, on: Setting, sizes: bool) -> Any:
    """All states as the algorithm is printed, or with every term's size in its place."""
    of = np.abs if sizes else np.asarray
    sign = 1 if sizes else -1
    sigmas, noises = on.host(case.sigmas), of(on.host(case.noises))
    rate, shift = of(on.host(case.rate)), of(on.host(case.shift))
    steps, states = len(sigmas) - 1, [of(on.host(case.x))]
    low, high = _window(case, on)
    cap = on.math.sqrt(on.number(2)) - 1
    for i in range(steps):
        sigma, target = sigmas[i], sigmas[i + 1]
        share = on.number(case.churn) / steps
        share = cap if case.churn > 0.4142 * steps else share
        gamma = share if low <= sigma <= high else on.number(0)
        raised = sigma + gamma * sigma
        x = states[-1] + on.math.sqrt(gamma * (2 + gamma)) * sigma * case.noise_scale * noises[i]
        velocity = (x + sign * (rate * x + raised * shift)) / raised
        step = raised - target if sizes else target - raised
        euler = x + step * velocity
        if case.method == "heun" and bool(target > 0):
            second = (euler + sign * (rate * euler + target * shift)) / target
            states.append(x + step * (velocity / 2 + second / 2))
        else:
            states.append(euler)
    return np.stack(states)


def _window(case: Churned, on: Setting) -> Pair:
    if case.window is None:
        return 0.0, float("inf")
    first, last = case.window
    sigmas = on.host(case.sigmas)
    return sigmas[last], sigmas[first]


@law(
    "flow.edm_sampler-definition",
    "the noise is raised by γ = min(churn/n, √2 − 1) between low and high, then comes a step of Heun's, or "
    "Euler's where σ' = 0",
    source="flow P3",
    about=("flow.edm_sampler",),
    inputs=churned,
    tolerance=Rounding({"2 steps of 14 roundings, the denoiser's among them": 2 * 14, "expectation": 4}),
    refutes=(
        "flow.edm_sampler/not-capped",
        "flow.edm_sampler/cap-for-churn",
        "flow.edm_sampler/churn-at-every-step",
        "flow.edm_sampler/without-noise-scale",
        "flow.edm_sampler/noise-by-difference",
        "flow.edm_sampler/noise-of-variance",
        "flow.edm_sampler/model-at-the-old-level",
        "flow.edm_sampler/model-before-the-noise",
        "flow.edm_sampler/step-from-the-old-level",
        "flow.edm_sampler/second-velocity-at-zero",
        "flow.edm_sampler/first-order",
        "flow.edm_sampler/always-heun",
        "flow.edm_sampler/second-velocity-at-the-old-level",
        "flow.edm_sampler/from-the-euler-point",
        "flow.edm_sampler/window-ignored",
        "flow.edm_sampler/window-open",
        "flow.edm_sampler/one-noise",
        "flow.edm_sampler/euler-by-default",
    ),
)
def edm_sampler_definition(impl: Impl, on: Setting, case: Churned) -> Iterator[Record]:
    """All states, with the printed algorithm on the host; options at their defaults are left out."""
    options: dict[str, Any] = {"method": case.method} if case.method != "heun" else {}
    options |= {"churn": case.churn} if case.churn else {}
    options |= {"noise_scale": case.noise_scale} if case.noise_scale != 1 else {}
    if case.window is not None:
        low, high = _window(case, on)
        options |= {"low": on.number(low), "high": on.number(high)}
    states = impl["flow.edm_sampler"](
        lambda sigma, x: case.rate * x + sigma * case.shift, case.x, case.sigmas, case.noises, **options
    )
    yield Gap("states", states, _karras(case, on, sizes=False), _karras(case, on, sizes=True))


@dataclass(frozen=True, slots=True)
class Multistep:
    """Points, predicted data now and one step ago, and (ᾱ, β̄) of three times, as columns; cancellation:
    times that nearly touch; extreme: from no signal at all, or to no noise at all."""

    x: Array
    data: Array
    earlier_data: Array
    earlier: tuple[Array, Array]
    source: tuple[Array, Array]
    target: tuple[Array, Array]


def _levels(draw: inputs.Draw, times: Any, p: Precision) -> tuple[tuple[Any, Any], ...]:
    path = draw(st.sampled_from(["exploding", "preserving", "straight"]))
    angles = times * np.pi / 2
    alphas = {"exploding": 1 + 0 * times, "preserving": np.cos(angles), "straight": 1 - times}[path]
    betas = {"exploding": 8 * times, "preserving": np.sin(angles), "straight": times}[path]
    alphas = np.where(times == 1, alphas if path == "exploding" else 0.0, alphas)
    return tuple(
        (inputs.rounded(a, p)[:, None], inputs.rounded(b, p)[:, None])
        for a, b in zip(alphas, betas, strict=True)
    )


@inputs.composite
def multisteps(draw: inputs.Draw, p: Precision, kind: Kind) -> Multistep:
    n, rng = inputs.batch(draw), inputs.generator(draw)
    times = np.asarray([[0.8], [0.5], [0.25]]) + rng.uniform(-0.08, 0.08, (3, n))
    if kind == "cancellation":
        gaps = min(64 * p.u, 1 / 64) * rng.integers(1, 5, (2, n))
        times = times[1] * np.stack([1 + gaps[0], 1 + 0 * gaps[0], 1 - gaps[1]])
    if kind == "extreme":
        ends = draw(st.sampled_from([(False, True), (True, False), (True, True)]))
        times = np.stack([times[0] + ends[0] * (1 - times[0]), times[1], times[2] * (not ends[1])])
    x, data, earlier_data = (inputs.rounded(rng.normal(size=(n, 2)), p) for _ in range(3))
    return Multistep(x, data, earlier_data, *_levels(draw, times, p))


def _log_ratio(level: Pair) -> tuple[Any, Any]:
    """λ, and how large the logarithms are of which it is a difference; infinite ones have no roundings."""
    alpha, beta = level
    with np.errstate(all="ignore"):
        parts = np.log(alpha), np.log(beta)
        size = sum(np.where(np.isfinite(part), np.abs(part), 0) for part in parts)
        return parts[0] - parts[1], 1 + size


def _hosts(on: Setting, *pairs: Any) -> list[Any]:
    return [(on.host(a), on.host(b)) for a, b in pairs]


@law(
    "flow.exponential_step-definition",
    "an exponential step multiplies x by β̄'/β̄ and the predicted data by −ᾱ'(e^{−h} − 1)",
    source="flow P4",
    about=("flow.exponential_step",),
    inputs=multisteps,
    tolerance=Rounding({"logarithms, e^{−h} − 1, two products and a sum": 8, "expectation": 6}),
    refutes=(
        "flow.exponential_step/noise-coefficients",
        "flow.exponential_step/forward",
        "flow.exponential_step/signal-for-noise",
        "flow.exponential_step/step-doubled",
        "flow.exponential_step/plus",
        "flow.exponential_step/alpha-of-the-source",
        "flow.exponential_step/without-alpha",
        "flow.exponential_step/no-scaling",
    ),
)
def exponential_step_definition(impl: Impl, on: Setting, case: Multistep) -> Iterator[Record]:
    """With ᾱ'e^{−h} = β̄'ᾱ/β̄, which has no logarithm."""
    x, data = on.host(case.x), on.host(case.data)
    (a, b), (a2, b2) = _hosts(on, case.source, case.target)
    expected = b2 / b * x + (a2 - b2 * a / b) * data
    got = impl["flow.exponential_step"](case.x, case.data, case.source, case.target)
    yield Gap("stepped", got, expected, b2 / b * np.abs(x) + _gain_size(case, on) * np.abs(data))


def _gain_size(case: Multistep, on: Setting) -> Any:
    """Of the terms of ᾱ' − ᾱ'e^{−h}, with the errors of h by its logarithms."""
    source, target = _hosts(on, case.source, case.target)
    logs = _log_ratio(source)[1] + _log_ratio(target)[1]
    return target[0] + target[1] * source[0] / source[1] * logs


@law(
    "flow.dpm_solver_2m_step-definition",
    "DPM-Solver++(2M) puts (1 + 1/(2r)) x_0 − x_0⁻/(2r) for x_0, r = h⁻/h, and x_0 itself where β̄' = 0",
    source="flow P4",
    about=("flow.dpm_solver_2m_step",),
    inputs=multisteps,
    tolerance=Rounding(
        {"logarithms and r": 6, "data": 3, "step": 6, "expectation": 3},
        "the relative errors of h⁻ and h, which are differences of logarithms, are in the scale",
    ),
    refutes=(
        "flow.dpm_solver_2m_step/steps-exchanged",
        "flow.dpm_solver_2m_step/without-half",
        "flow.dpm_solver_2m_step/data-exchanged",
        "flow.dpm_solver_2m_step/first-order",
        "flow.dpm_solver_2m_step/second-order-at-the-end",
        "flow.dpm_solver_2m_step/exact-weights",
        "flow.dpm_solver_2m_step/noise-coefficients",
        "flow.dpm_solver_2m_step/ratio-of-levels",
        "flow.dpm_solver_2m_step/forward",
        "flow.dpm_solver_2m_step/sum-of-data",
    ),
)
def dpm_solver_2m_step_definition(impl: Impl, on: Setting, case: Multistep) -> Iterator[Record]:
    """With λ by logarithms on the host."""
    x, data, change = on.host(case.x), on.host(case.data), on.host(case.data) - on.host(case.earlier_data)
    earlier, source, target = _hosts(on, case.earlier, case.source, case.target)
    (before, size0), (now, size1), (after, size2) = map(_log_ratio, (earlier, source, target))
    last, first = target[1] == 0, earlier[0] == 0
    old, new = np.where(first, 1.0, now - before), np.where(last, 1.0, after - now)
    weight = np.where(last | first, 0.0, new / (2 * old))
    gain = target[0] - target[1] * source[0] / source[1]
    expected = target[1] / source[1] * x + gain * (data + weight * change)
    moved = np.abs(data) + np.abs(weight) * (np.abs(data) + np.abs(on.host(case.earlier_data)))
    uncertain = (size0 + size1) / np.abs(old) + (size1 + size2) / np.abs(new)
    scale = target[1] / source[1] * np.abs(x) + _gain_size(case, on) * moved
    scale = scale + np.abs(gain * weight * change) * uncertain
    got = impl["flow.dpm_solver_2m_step"](
        case.x, case.data, case.earlier_data, case.earlier, case.source, case.target
    )
    yield Gap("stepped", got, expected, scale)


@law(
    "flow.exponential-is-ddim",
    "the exponential step of order 1 is the DDIM step with ε = (x − ᾱ x_0)/β̄",
    source="flow P4, D6",
    stands="that predicted data and predicted noise give the same step",
    about=("flow.exponential_step", "flow.ddim_step"),
    inputs=multisteps,
    tolerance=Rounding({"noise": 4, "steps": 2 * 6}),
    refutes=(
        "flow.exponential_step/noise-coefficients",
        "flow.exponential_step/plus",
        "flow.ddim_step/change-of-width",
        "flow.ddim_step/backward",
    ),
)
def exponential_is_ddim(impl: Impl, on: Setting, case: Multistep) -> Iterator[Record]:
    """From levels that have a signal."""
    (alpha, beta), (a, b), (a2, b2) = case.source, *_hosts(on, case.source, case.target)
    noise = (case.x - alpha * case.data) / beta
    by_noise = impl["flow.ddim_step"](case.x, noise, case.source, case.target)
    by_data = impl["flow.exponential_step"](case.x, case.data, case.source, case.target)
    size = (np.abs(on.host(case.x)) + a * np.abs(on.host(case.data))) / b
    scale = a2 / a * np.abs(on.host(case.x)) + (b2 + b * a2 / a) * size
    scale = scale + _gain_size(case, on) * np.abs(on.host(case.data))
    yield Gap("stepped", by_data, on.host(by_noise), scale)


@law(
    "flow.exponential-order",
    "halving the steps in λ divides the error by 2 for exponential steps and by 4 for DPM-Solver++(2M)",
    source="flow P4",
    stands="the orders where no step is exact",
    about=("flow.exponential_step", "flow.dpm_solver_2m_step"),
    inputs=multisteps,
    tolerance=Rounding({"x in a step": 6, "its growth": 2}, "steps and the power of 2 are in the scale"),
    refutes=(
        "flow.dpm_solver_2m_step/first-order",
        "flow.dpm_solver_2m_step/without-half",
        "flow.exponential_step/step-doubled",
    ),
    kinds=("ordinary",),  # fixed steps of the converged range, whatever is drawn
)
def exponential_order(impl: Impl, on: Setting, case: Multistep) -> Iterator[Record]:
    """N(1, 1/4) with ᾱ = 1 and β̄ = e^{−λ} from 4 down to 1, where x moves as √(1/4 + β̄²)."""
    steps = 4
    for order in (1, 2):
        errors = [_error(impl, on, order, n) for n in (steps, 2 * steps)]
        scale = 4.0 * 2 * steps * 2**order
        yield AtMost(f"order {order}, at least", on.math.pow(2, order - 0.2) * errors[1], errors[0], scale)
        yield AtMost(f"order {order}, at most", errors[0], on.math.pow(2, order + 0.2) * errors[1], scale)


def _error(impl: Impl, on: Setting, order: int, steps: int) -> Any:
    """Of x at β̄ = 1, from x = 3 at β̄ = 4."""
    ones = on.array(np.ones((1, 1)))
    shares = on.reals(np.arange(steps + 1)) / steps
    betas = 4 * np.exp(-shares * on.math.log(on.number(4)))
    levels = [(ones, on.array(np.reshape(beta, (1, 1)))) for beta in betas]
    x, before = 3 * ones, None
    for i in range(steps):
        square = levels[i][1] ** 2
        data = (0.25 * x + square) / (0.25 + square)
        if order == 1 or before is None:
            x = impl["flow.exponential_step"](x, data, levels[i], levels[i + 1])
        else:
            x = impl["flow.dpm_solver_2m_step"](x, data, before, levels[i - 1], levels[i], levels[i + 1])
        before = data
    exact = 1 + 2 * on.math.sqrt(on.number(1.25) / on.number(16.25))
    return abs(on.number(on.host(x)[0, 0]) - exact)
