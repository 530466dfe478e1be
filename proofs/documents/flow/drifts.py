"""Laws of the family of drifts, of the noise parametrisation and of DDIM."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import Gap, Impl, Record, Rounding, law
from . import closed, inputs
from .mixtures import build


@law(
    "flow.drift-family-definition",
    "forward and reverse drift are the flow velocity f − ½g²∇log p plus and minus ½σ²∇log p",
    source="flow D2",
    about=("flow.forward_drift", "flow.reverse_drift", "flow.flow_velocity"),
    inputs=inputs.drifts,
    tolerance=Rounding({"two products and two sums a side": 2 * 4}),
    refutes=(
        "flow.forward_drift/plus-score",
        "flow.forward_drift/missing-half",
        "flow.forward_drift/clipped-noise",
        "flow.reverse_drift/forward-sign",
        "flow.reverse_drift/noise-subtracted",
        "flow.reverse_drift/half-of-g-only",
        "flow.flow_velocity/full-score",
        "flow.flow_velocity/g-for-its-square",
        "flow.forward_drift/noise-added",
        "flow.forward_drift/square-of-difference",
        "flow.forward_drift/not-squared",
        "flow.reverse_drift/missing-half",
        "flow.reverse_drift/sigma-ignored",
        "flow.reverse_drift/square-of-sum",
        "flow.reverse_drift/not-squared",
        "flow.flow_velocity/plus-score",
        "flow.flow_velocity/squared-twice",
        "flow.flow_velocity/half-twice",
    ),
)
def drift_family_definition(impl: Impl, on: Setting, case: inputs.Drifts) -> Iterator[Record]:
    """Compares with the velocity and its two displacements in float64."""
    f, score = on.host(case.f), on.host(case.score)
    half_g, half_sigma = on.host(case.g2) / 2, on.host(case.sigma2) / 2
    velocity, shift = f - half_g * score, half_sigma * score
    scale = np.abs(f) + (half_g + half_sigma) * np.abs(score)
    four = (case.f, case.g2, case.sigma2, case.score)
    yield Gap("forward", impl["flow.forward_drift"](*four), velocity + shift, scale)
    yield Gap("reverse", impl["flow.reverse_drift"](*four), velocity - shift, scale)
    scale = np.abs(f) + half_g * np.abs(score)
    yield Gap("flow", impl["flow.flow_velocity"](case.f, case.g2, case.score), velocity, scale)


@law(
    "flow.noise-and-score-definition",
    "score = −ε/β̄, and noise_from_score inverts it",
    source="flow D7",
    about=("flow.score_from_noise", "flow.noise_from_score"),
    inputs=inputs.noises,
    tolerance=Rounding({"quotient and product": 2, "expectation, alike": 2}),
    refutes=(
        "flow.score_from_noise/without-width",
        "flow.score_from_noise/positive",
        "flow.noise_from_score/divided",
        "flow.score_from_noise/by-variance",
        "flow.score_from_noise/multiplied",
        "flow.score_from_noise/by-root",
        "flow.noise_from_score/positive",
        "flow.noise_from_score/by-variance",
    ),
)
def noise_and_score_definition(impl: Impl, on: Setting, case: inputs.Noises) -> Iterator[Record]:
    """Compares with −x/β̄² at x = β̄ε, the gradient of log N(x; 0, β̄²), and returns to ε."""
    eps, width = on.host(case.eps), on.host(case.width)
    score = impl["flow.score_from_noise"](case.eps, case.width)
    yield Gap("score", score, -eps / width, np.abs(eps / width))
    yield Gap("noise", impl["flow.noise_from_score"](case.eps, case.width), -eps * width, np.abs(eps) * width)
    # ε/β̄ below the smallest normal number loses up to that much, times β̄ on the way back.
    lost = 2 * on.precision.smallest * (1 + width) / on.u
    yield Gap("returned", impl["flow.noise_from_score"](score, case.width), eps, np.abs(eps) + lost)


@law(
    "flow.ddim_step-definition",
    "a DDIM step advances x/ᾱ by ε times the change of β̄/ᾱ",
    source="flow D6",
    about=("flow.ddim_step",),
    inputs=inputs.jumps,
    tolerance=Rounding({"a ratio, two products and two sums a side": 2 * 5}),
    refutes=(
        "flow.ddim_step/change-of-width",
        "flow.ddim_step/second-stage-width",
        "flow.ddim_step/backward",
        "flow.ddim_step/variances",
        "flow.ddim_step/not-divided",
        "flow.ddim_step/variance-as-deviation",
        "flow.ddim_step/adds-noise",
        "flow.ddim_step/without-noise",
        "flow.ddim_step/noise-subtracted",
        "flow.ddim_step/noise-of-the-source",
        "flow.ddim_step/roots",
        "flow.ddim_step/clipped-data",
        "flow.ddim_step/opposite-step",
        "flow.ddim_step/divided-by-sigma",
        "flow.ddim_step/change-of-variance",
    ),
)
def ddim_step_definition(impl: Impl, on: Setting, case: inputs.Jumps) -> Iterator[Record]:
    """Compares with x' = ᾱ'(x/ᾱ + ε(β̄'/ᾱ' − β̄/ᾱ)) in float64, on given ᾱ, β̄."""
    source, target = _pairs(impl, on, case)
    (a, b), (a2, b2) = ((on.host(alpha), on.host(beta)) for alpha, beta in (source, target))
    x, eps = on.host(case.eps) + on.host(case.data), on.host(case.eps)
    expected = a2 * (x / a + eps * (b2 / a2 - b / a))
    scale = np.abs(x) * a2 / a + np.abs(eps) * (b2 + b * a2 / a)
    stepped = impl["flow.ddim_step"](on.array(x), case.eps, source, target)
    # x was rounded to the dtype once more.
    yield Gap("stepped", stepped, expected, scale)


def _pairs(impl: Impl, on: Setting, case: inputs.Jumps) -> tuple[Any, Any]:
    """(ᾱ, β̄), as columns, where the step starts and where it ends."""
    made = case.schedule.build(impl, on)

    def pair(t: Any) -> tuple[Any, Any]:
        return made.alpha(t)[:, None], made.beta(t)[:, None]

    return pair(case.source), pair(case.target)


@law(
    "flow.ddim-exact-for-one-point",
    "one DDIM step of any length is exact for data at one point, with ε from the exact score",
    source="flow C6",
    stands="the case in which no step is too long",
    about=("flow.ddim_step", "flow.noise_from_score", "flow.mixture_score", "flow.diagonal_mixture"),
    inputs=inputs.jumps,
    tolerance=Rounding(
        {"x and the score's offset": 4, "noise and step": 4, "ᾱ and β̄": 2 * 2},
        "the offset is known to |ᾱm|, then divided by β̄",
        calls=("exp", "expm1"),
    ),
    refutes=(
        "flow.ddim_step/change-of-width",
        "flow.ddim_step/second-stage-width",
        "flow.noise_from_score/divided",
    ),
)
def ddim_exact_for_one_point(impl: Impl, on: Setting, case: inputs.Jumps) -> Iterator[Record]:
    """The step from ᾱm + β̄ε must arrive at ᾱ'm + β̄'ε."""
    xp, made = on.xp, case.schedule.build(impl, on)
    source, target = _pairs(impl, on, case)
    x = source[0] * case.data + source[1] * case.eps
    one = xp.zeros_like(case.data[:1])
    point = impl["flow.diagonal_mixture"](one, case.data[None, :], one)
    score = impl["flow.mixture_score"](point, made, case.source, x)
    noise = impl["flow.noise_from_score"](score, source[1])
    marginals, data, eps = case.schedule, on.host(case.data), on.host(case.eps)
    t, s = on.host(case.source)[:, None], on.host(case.target)[:, None]
    a, b = marginals.alpha(t), np.sqrt(marginals.variance(t))
    a2, b2 = marginals.alpha(s), np.sqrt(marginals.variance(s))
    condition = marginals.condition(t) + marginals.condition(s)
    noise_error = np.abs(eps) + a * np.abs(data) / b
    scale = (a2 * np.abs(data) + b2 * np.abs(eps) + (b2 + b * a2 / a) * noise_error) * condition
    stepped = impl["flow.ddim_step"](x, noise, source, target)
    yield Gap("arrived", stepped, a2 * data + b2 * eps, scale)


@law(
    "flow.flow-is-ddim",
    "the flow ODE is d(x/ᾱ) = ε d(β̄/ᾱ): (v − f x)/ᾱ = ε d/dt(β̄/ᾱ) at every point",
    source="flow C6",
    stands="that the flow is the limit of the steps, for any data",
    about=(
        "flow.flow_velocity",
        "flow.drift_coefficient",
        "flow.diffusion_squared",
        "flow.noise_from_score",
        "flow.score_from_noise",
        "flow.mixture_score",
    ),
    inputs=inputs.noised_mixtures,
    tolerance=Rounding(
        {"score, as in diagonal_mixture-definition": 24, "g² and f": 14, "velocity": 2},
        calls=("exp", "expm1", "log"),
    ),
    refutes=(
        "flow.flow_velocity/full-score",
        "flow.diffusion_squared/without-alpha",
        "flow.diffusion_squared/growth-of-variance-only",
        "flow.score_from_noise/without-width",
    ),
)
def flow_is_ddim(impl: Impl, on: Setting, case: closed.Mixture) -> Iterator[Record]:
    """Both sides from the functions under test, but for d/dt(β̄/ᾱ) by complex step."""
    mixture, schedule, data, errors = build(impl, on, case)
    f = impl["flow.drift_coefficient"](schedule, case.t)[:, None]
    g2 = impl["flow.diffusion_squared"](schedule, case.t)[:, None]
    beta = schedule.beta(case.t)[:, None]
    noise = impl["flow.noise_from_score"](impl["flow.mixture_score"](mixture, schedule, case.t, case.x), beta)
    score = impl["flow.score_from_noise"](noise, beta)
    velocity = impl["flow.flow_velocity"](f * case.x, g2, score)
    m, t = data.marginals, data.t[:, None]
    drift, diffusion = closed.drift_and_diffusion(m, t)
    slope = diffusion / (2 * m.alpha(t) * np.sqrt(m.variance(t)))
    growth = np.abs(closed.derivative(m.variance, t)) + 2 * np.abs(drift) * m.variance(t)
    scale = np.abs(drift * data.x) + (growth / 2) * (errors.score + np.abs(data.score))
    left = on.host(velocity) - drift * data.x
    right = m.alpha(t) * slope * on.host(noise)
    yield Gap("velocity", left / m.alpha(t), right / m.alpha(t), scale * m.condition(t) / m.alpha(t))
    expected = -data.score * np.sqrt(m.variance(t))
    scale = (errors.score + np.abs(data.score)) * np.sqrt(m.variance(t)) * m.condition(t)
    yield Gap("noise", noise, expected, scale)
