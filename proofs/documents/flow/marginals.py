"""Laws of the flow and its family along whole trajectories: what they keep, and where they arrive.

Where a method's own error remains, trajectories of n, 2n and 4n steps bound it by the larger of the
two changes that doubling makes, over the whole batch. RK4 leaves a fifteenth of the last change; one
change alone may vanish by chance, where errors of neighbouring orders cancel.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ....backends import HALVES, Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, law
from . import closed, inputs
from .mixtures import build

STEPS = 8
"""Of the finest trajectory; the others have a half and a quarter as many."""


def velocity(impl: Impl, mixture: Any, schedule: Any) -> Callable[[Any, Any], Any]:
    """(t, x) ↦ the flow velocity of mixture data."""

    def field(t: Any, x: Any) -> Any:
        f = impl["flow.drift_coefficient"](schedule, t)[..., None]
        g2 = impl["flow.diffusion_squared"](schedule, t)[..., None]
        return impl["flow.flow_velocity"](f * x, g2, impl["flow.mixture_score"](mixture, schedule, t, x))

    return field


def _refined(on: Setting, run: Callable[[Any], Any]) -> tuple[Any, Any]:
    """run(times) from 0 to 1 with the most steps, and the bound of the error that the steps leave."""
    counts = (STEPS // 4, STEPS // 2, STEPS)
    # Steps are shorter at 0, where the data are still sharp.
    coarse, middle, fine = (run(on.array((on.reals(np.arange(n + 1)) / n) ** 2)) for n in counts)
    return fine, max(np.max(np.abs(fine - middle)), np.max(np.abs(middle - coarse)))


def _velocity_error(data: closed.Data) -> tuple[Any, Any]:
    """Bounds of the rounding errors of v and ∇·v, in units of the roundoff."""
    f, g2 = closed.drift_and_diffusion(data.marginals, np.maximum(data.t, 1e-12))
    errors, f, g2 = closed.Errors(data), np.abs(f)[:, None], np.abs(g2)[:, None]
    moved = f * np.abs(data.x) + g2 / 2 * (np.abs(data.score) + errors.score)
    return moved, f[:, 0] + g2[:, 0] / 2 * errors.divergence


def _path(data: closed.Data) -> closed.Data:
    """One-dimensional data where the flow carries x, at five times, through the quantiles."""
    level = np.tile(closed.cumulative(data, data.t, data.x[:, 0]), 5)
    t = 0 * level + np.repeat(np.linspace(0.0, 1.0, 5), data.t.size)
    return data.at(t, closed.quantile(data, t, level)[:, None])


_MARGINAL = (
    "flow.flow_velocity",
    "flow.mixture_score",
    "flow.drift_coefficient",
    "flow.diffusion_squared",
)


@law(
    "flow.keeps-cumulative-probability",
    "in one dimension the flow keeps F_t(x_t) = F_0(x_0), so x_t = F_t⁻¹(F_0(x_0))",
    source="flow C3",
    about=("flow.integrate", *_MARGINAL),
    inputs=inputs.lines,
    tolerance=Rounding(
        {"x in a step": 8, "velocity, as in diagonal_mixture-definition": 24},
        "an error at x_t moves F by p_t(x_t) times it",
        calls=("exp", "expm1"),
    ),
    refutes=(
        "flow.flow_velocity/full-score",
        "flow.mixture_score/prior-weights",
        "flow.mixture_score/unnormalised-responsibilities",
        "flow.diffusion_squared/square-root",
        "flow.drift_coefficient/missing-half",
    ),
)
def keeps_cumulative_probability(impl: Impl, on: Setting, case: closed.Mixture) -> Iterator[Record]:
    """RK4 from 0 to 1 on mixtures."""
    mixture, schedule, data, _ = build(impl, on, case)
    field = velocity(impl, mixture, schedule)
    ones = 1 + 0 * data.t

    def run(times: Any) -> Any:
        states = impl["flow.integrate"](field, case.x, times)
        return closed.cumulative(data, ones, on.host(states)[-1, :, 0])

    fine, left = _refined(on, run)
    level = closed.cumulative(data, data.t, data.x[:, 0])

    def scale() -> Any:
        at = _path(data)
        return np.max(np.exp(at.log_density) * (STEPS * np.abs(at.x) + _velocity_error(at)[0])[:, 0])

    yield AtMost("F₁(x₁) − F₀(x₀)", np.abs(fine - level), left, scale)


@law(
    "flow.gaussian-map",
    "Gaussian data move by x_t = mean_t + Σ_t^½ Σ_0^-½ (x_0 − mean_0)",
    source="flow C4",
    stands="the map of C4, by integrating the flow",
    about=("flow.integrate", "flow.full_mixture", *_MARGINAL),
    inputs=inputs.gaussians,
    tolerance=Rounding(
        {"x in a step": 8, "velocity": 20, "product over the coordinates to expect": 4},
        calls=("exp", "expm1"),
    ),
    refutes=(
        "flow.flow_velocity/full-score",
        "flow.full_mixture/diagonal-only",
        "flow.diffusion_squared/square-root",
        "flow.drift_coefficient/missing-half",
    ),
)
def gaussian_map(impl: Impl, on: Setting, case: inputs.NoisyMixture) -> Iterator[Record]:
    """RK4 from 0 to 1; the square roots through their own eigendecompositions."""
    mixture, schedule, data, _ = build(impl, on, case)
    field = velocity(impl, mixture, schedule)
    fine, left = _refined(on, lambda times: on.host(impl["flow.integrate"](field, case.x, times))[-1])
    a, b = on.number(data.marginals.alpha(on.number(1))), on.number(data.marginals.variance(on.number(1)))
    before = data.covariances[0]
    after = a**2 * before + b * np.eye(before.shape[0])
    mean, deviation = data.means[0], data.x - data.means[0]
    exact = a * mean + deviation @ (_power(after, 0.5) @ _power(before, -0.5)).T

    def scale() -> Any:
        growth = on.math.sqrt(np.linalg.eigvalsh(after)[0] / np.linalg.eigvalsh(before)[0]) + 1
        moved, _ = _velocity_error(data)
        later, _ = _velocity_error(data.at(1 + 0 * data.t, exact))
        error = np.max(np.abs(data.x)) + np.max(np.abs(exact))
        return growth * (STEPS * error + np.max(moved) + np.max(later))

    yield AtMost("arrived", np.abs(fine - exact), left, scale)


def _power(matrix: Any, exponent: float) -> Any:
    values, axes = np.linalg.eigh(matrix)
    return (axes * values**exponent) @ axes.T


@law(
    "flow.matrix-drift-breaks-gaussian-map",
    "a matrix drift that does not commute with Σ moves N(0, I) by e^{At}, not by Σ_t^½ Σ_0^-½",
    source="flow C4",
    stands="that C4 needs a scalar drift",
    about=("flow.integrate",),
    inputs=inputs.linear,
    tolerance=Rounding({"three stages of RK4": 3 * 2, "their combination": 6}, "A² = 0 makes one step exact"),
    refutes=("flow.integrate/forward-steps-only",),
)
def matrix_drift_breaks_gaussian_map(impl: Impl, on: Setting, case: inputs.Linear) -> Iterator[Record]:
    """A = (0 1; 0 0), t = ±1: Σ_t = (2 ±1; ±1 1) has the root (3 ±1; ±1 2)/√5, which is ≥ ¼‖x‖ off."""
    sign = 1.0 if on.host(case.times)[-1] > on.host(case.times)[0] else -1.0
    start = case.x[:, :2]
    states = impl["flow.integrate"](
        lambda t, x: on.xp.stack([x[..., 1], 0 * x[..., 1]], axis=-1),
        start,
        on.array(np.asarray([0.0, sign])),
        method="rk4",
    )
    x, reached = on.host(start), on.host(states)[-1]
    size = np.sum(np.abs(x), axis=-1)
    yield Gap("e^{At} x", reached, x @ np.asarray([[1.0, 0.0], [sign, 1.0]]), size[:, None])
    root = on.reals([[3.0, sign], [sign, 2.0]]) / on.math.sqrt(5)
    away = np.linalg.norm(reached - x @ root, axis=-1)
    yield AtMost("distance", 0.25 * np.linalg.norm(x, axis=-1), away, size)


@law(
    "flow.change-of-variables",
    "d/dt log p_t(x_t) = −∇·v along the flow: its integral gives log p_0 at every point",
    source="flow C5",
    about=(
        "flow.flow_log_likelihood",
        "flow.mixture_log_density",
        "flow.mixture_score_divergence",
        *_MARGINAL,
    ),
    inputs=inputs.lines,
    tolerance=Rounding(
        {"x in a step": 8, "velocity or divergence, as in diagonal_mixture-definition": 24},
        "an error at x_t moves the sum by the score times it",
        calls=("exp", "expm1"),
    ),
    refutes=(
        "flow.flow_log_likelihood/minus-divergence",
        "flow.flow_log_likelihood/initial-density",
        "flow.mixture_score_divergence/mean-of-components",
        "flow.flow_velocity/full-score",
    ),
)
def change_of_variables(impl: Impl, on: Setting, case: closed.Mixture) -> Iterator[Record]:
    """From t = 0 to 1 on mixtures, against the closed form at 0."""
    mixture, schedule, data, _ = build(impl, on, case)
    end = on.array(np.asarray(1.0))

    def divergence(t: Any, x: Any) -> Any:
        f, g2 = impl["flow.drift_coefficient"](schedule, t), impl["flow.diffusion_squared"](schedule, t)
        curvature = impl["flow.mixture_score_divergence"](mixture, schedule, t, x)
        return impl["flow.flow_velocity"](f + 0 * curvature, g2, curvature)

    def terminal(x: Any) -> Any:
        return impl["flow.mixture_log_density"](mixture, schedule, end, x)

    def run(times: Any) -> Any:
        field = velocity(impl, mixture, schedule)
        return on.host(impl["flow.flow_log_likelihood"](field, divergence, terminal, case.x, times))

    fine, left = _refined(on, run)

    def scale() -> Any:
        at = _path(data)
        moved, spread = _velocity_error(at)
        offset = STEPS * np.abs(at.x[:, 0]) + moved[:, 0]
        return np.max(np.abs(at.score[:, 0]) * offset + spread + closed.Errors(at).log_density)

    yield AtMost("log p₀(x₀)", np.abs(fine - data.log_density), left, scale)


@law(
    "flow.returns",
    "backward and forward again returns within tolerance × steps × growth (100 at data std 0.01)",
    source="flow C7",
    stands="that the flow can be inverted, and what errors grow to",
    about=("flow.integrate_adaptive", "flow.flow_velocity"),
    inputs=inputs.narrow,
    tolerance=Rounding({"80 steps of 5 roundings": 80 * 5}),
    not_in=dict.fromkeys(HALVES, "the way back needs a velocity of more digits"),
    refutes=("flow.integrate_adaptive/one-step", "flow.integrate_adaptive/forward-only"),
    needs={"approximation": "an adaptive method, whose steps depend on estimates of its errors"},
)
def returns(impl: Impl, on: Setting, case: inputs.Narrow) -> Iterator[Record]:
    """N(0, s²) under dx = dw on [0, 1], where x_0 = x_1 s/√(s² + 1); at most 40 steps each way."""
    tolerance, data = 1e-3, case.variance_of_data
    one = on.xp.ones_like(case.mean)

    def field(t: Any, x: Any) -> Any:
        return impl["flow.flow_velocity"](0 * x, one, -x / (data + t[..., None]))

    x, growth = on.host(case.mean), on.math.sqrt((1 + data) / data)
    atol = tolerance / growth
    states = on.host(
        impl["flow.integrate_adaptive"](
            field, case.mean, on.array(np.asarray([1.0, 0.0, 1.0])), rtol=tolerance, atol=atol
        )
    )
    # Errors made at x shrink with the distance to 0 on the way there and grow with it on the way back.
    allowed = 40 * (tolerance * np.abs(x) / growth + atol)
    yield AtMost("at 0", np.abs(states[1] - x / growth), allowed, np.abs(x) / growth)
    yield AtMost("returned", np.abs(states[2] - x), 2 * growth * allowed, np.abs(x))


def _member(impl: Impl, on: Setting, case: inputs.Scalars) -> tuple[Any, Any, str]:
    """Drift (t, x) ↦ b and σ²(t) of the member that runs in the direction of the case's times."""
    schedule = case.schedule.build(impl, on)
    mixture = impl["flow.diagonal_mixture"](on.xp.zeros_like(case.variance), case.mean, case.variance)
    t = on.host(case.times)
    name = "flow.forward_drift" if t[-1] > t[0] else "flow.reverse_drift"

    def sigma2(t: Any) -> Any:
        return case.ratio * impl["flow.diffusion_squared"](schedule, t)

    def drift(t: Any, x: Any) -> Any:
        f = impl["flow.drift_coefficient"](schedule, t)[..., None]
        g2 = impl["flow.diffusion_squared"](schedule, t)[..., None]
        score = impl["flow.mixture_score"](mixture, schedule, t, x)
        return impl[name](f * x, g2, case.ratio * g2, score)

    return drift, sigma2, name


def _rates(case: inputs.Scalars, on: Setting) -> tuple[Any, ...]:
    """On the host at the case's times: f, g², mean and variance of p_t, and the member's slope c, in
    b(x) = f·mean + c (x − mean), with the sum of the magnitudes of its terms."""
    t, m = on.host(case.times), case.schedule
    f, g2 = closed.drift_and_diffusion(m, t)
    mean = m.alpha(t) * on.host(case.mean)[0, 0]
    variance = m.alpha(t) ** 2 * on.host(case.variance)[0] + m.variance(t)
    sign = -1 if t[-1] > t[0] else 1
    slope = f + 0.5 * (g2 + sign * case.ratio * g2) / variance
    growth = np.abs(closed.derivative(m.variance, t)) + 2 * np.abs(f) * m.variance(t)
    return f, g2, mean, variance, slope, np.abs(f) + 0.5 * growth * (1 + case.ratio) / variance


@law(
    "flow.moments-of-the-family",
    "the moment equations of every member give mean and variance of p_t, forward and reversed",
    source="flow C8",
    stands="that the moments of all members agree, as equations",
    about=("flow.forward_drift", "flow.reverse_drift", "flow.mixture_score", "flow.diffusion_squared"),
    inputs=inputs.scalars,
    tolerance=Rounding({"score": 24, "g² and f": 6, "slope and equation": 10}, calls=("exp", "expm1")),
    refutes=(
        "flow.forward_drift/plus-score",
        "flow.forward_drift/clipped-noise",
        "flow.reverse_drift/noise-subtracted",
        "flow.reverse_drift/forward-sign",
    ),
)
def moments_of_the_family(impl: Impl, on: Setting, case: inputs.Scalars) -> Iterator[Record]:
    """dm/dt = b(m) and dV/dt = 2cV ± σ², with the slope c of b measured over the width of p_t."""
    for order in (1, -1):
        case = replace(case, times=on.array(on.host(case.times)[::order].copy()))
        drift, sigma2, name = _member(impl, on, case)
        f, _, mean, variance, _, size = _rates(case, on)
        centre = on.array(mean[:, None])
        width = on.array(np.sqrt(variance)[:, None])
        low, high = (on.host(drift(case.times, centre + side * width))[:, 0] for side in (-1, 1))
        places = [on.host(centre + side * width)[:, 0] for side in (-1, 1)]
        slope = (high - low) / (places[1] - places[0])
        noise = on.host(sigma2(case.times)) * (1 if name == "flow.forward_drift" else -1)
        growth = closed.derivative(case.schedule.alpha, on.host(case.times)) * on.host(case.mean)[0, 0]
        change = 2 * f * (variance - case.schedule.variance(on.host(case.times)))
        change = change + closed.derivative(case.schedule.variance, on.host(case.times))
        condition = case.schedule.condition(on.host(case.times))
        reach = (1 + 2 * np.abs(mean) / np.sqrt(variance)) * size * condition
        yield Gap(f"{name} mean", (low + high) / 2, growth, reach * (np.abs(mean) + np.sqrt(variance)))
        yield Gap(f"{name} variance", 2 * slope * variance + noise, change, 4 * reach * variance)


@law(
    "flow.euler_maruyama-moments",
    "Euler–Maruyama has the moments of its own recursion m + bΔ, (1 + cΔ)²V + σ²|Δ|, for every member",
    source="flow C8",
    stands="that the steps of a sampler have the moments of their recursion",
    about=("flow.euler_maruyama", "flow.mixture_score"),
    inputs=inputs.scalars,
    tolerance=Rounding(
        {"score": 24, "g² and f": 6, "step": 10},
        "the scale adds steps up and lets them grow",
        calls=("exp", "expm1"),
    ),
    refutes=(
        "flow.euler_maruyama/noise-by-step",
        "flow.euler_maruyama/variance-for-deviation",
    ),
)
def euler_maruyama_moments(impl: Impl, on: Setting, case: inputs.Scalars) -> Iterator[Record]:
    """Without sampling: the end is affine in the n + 1 independent sources (start and noises), so the
    points ±√(n+1) along each, which have mean 0 and covariance I, give the moments exactly."""
    drift, sigma2, _ = _member(impl, on, case)
    t = on.host(case.times)
    f, g2, mean, variance, slope, size = _rates(case, on)
    sources = t.size
    corners = on.math.sqrt(sources) * np.concatenate([np.eye(sources), -np.eye(sources)])
    start = mean[0] + on.math.sqrt(variance[0]) * corners[:, :1]
    noises = np.swapaxes(corners[:, 1:], 0, 1)[..., None]
    states = impl["flow.euler_maruyama"](drift, sigma2, on.array(start), case.times, on.array(noises))
    end = on.host(states)[-1, :, 0]
    m, v, reach, grown = mean[0], variance[0], np.max(np.abs(start)), 0.0
    condition = case.schedule.condition(t)
    for i, step in enumerate(np.diff(t)):
        noise = case.ratio * g2[i] * abs(step)
        # Every corner carries √(n+1) times a deviation; errors grow with it.
        kick = on.math.sqrt(sources * noise)
        m, v = m + step * (f[i] * mean[i] + slope[i] * (m - mean[i])), (1 + slope[i] * step) ** 2 * v + noise
        factor = 1 + size[i] * abs(step)
        grown = factor * grown + condition[i] * (factor * (reach + abs(mean[i])) + kick)
        reach = factor * (reach + abs(mean[i])) + kick
    yield Gap("mean", np.mean(end), m, grown)
    yield Gap("variance", np.mean((end - m) ** 2), v, 2 * on.math.sqrt(sources * v) * grown)
