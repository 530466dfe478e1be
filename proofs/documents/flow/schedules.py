"""Laws of the schedules."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import Exact, Gap, Impl, Record, Rounding, law
from . import closed, inputs

_CONSTRUCTORS = (
    "flow.variance_preserving",
    "flow.variance_exploding",
    "flow.sub_variance_preserving",
    "flow.from_functions",
    "flow.variance_exploding_smld",
)


@law(
    "flow.schedule-definition",
    "ᾱ, β̄² and their derivatives are those of the schedule, β̄² to relative accuracy at small t",
    source="flow D1, P1",
    about=_CONSTRUCTORS,
    inputs=inputs.times,
    tolerance=Rounding(
        {"exponent": 6, "products": 6},
        "the exponent's roundings grow by its size, which is in the scale",
        calls=("expm1", "exp"),
    ),
    refutes=(
        "flow.variance_preserving/sum-to-one",
        "flow.variance_preserving/missing-half",
        "flow.variance_preserving/subtracting",
        "flow.variance_exploding/missing-initial-variance",
        "flow.sub_variance_preserving/not-squared",
        "flow.from_functions/derivative-for-logarithmic",
        "flow.variance_preserving/one-minus-mean",
        "flow.variance_preserving/variance-not-doubled",
        "flow.variance_preserving/missing-half-in-the-mean",
        "flow.variance_preserving/variance-as-deviation",
        "flow.variance_preserving/rate-for-integral",
        "flow.variance_preserving/slope-of-beta-max",
        "flow.variance_preserving/drift-missing-half",
        "flow.variance_preserving/growth-without-decay",
        "flow.variance_preserving/deviation-for-variance",
        "flow.variance_preserving/ends-exchanged",
        "flow.sub_variance_preserving/root-of-variance",
        "flow.sub_variance_preserving/not-doubled",
        "flow.sub_variance_preserving/squared-twice",
        "flow.sub_variance_preserving/growth-without-rate",
        "flow.variance_exploding/not-squared",
        "flow.variance_exploding/square-of-difference",
        "flow.variance_exploding/growth-missing-two",
        "flow.variance_exploding/linear",
        "flow.variance_exploding_smld/initial-variance-subtracted",
        "flow.variance_exploding_smld/linear",
        "flow.variance_exploding_smld/deviation-for-variance",
        "flow.variance_exploding_smld/diffusion-without-logarithm",
        "flow.variance_exploding_smld/growth-missing-two",
        "flow.from_functions/variance-for-deviation",
        "flow.from_functions/logarithmic-derivative-inverted",
    ),
)
def schedule_definition(impl: Impl, on: Setting, case: inputs.Times) -> Iterator[Record]:
    """Compares with closed forms in float64 and their complex-step derivatives."""
    low, high = on.number(0.1), on.number(20)
    for marginals in (closed.Preserving(low, high), closed.SubPreserving(low, high), case.schedule):
        yield from _functions(impl, on, marginals, case.t)
    yield from _functions(impl, on, closed.Exploding(on.number(0.01), on.number(50)), case.t)
    yield from _functions(impl, on, closed.Smld(on.number(0.5), on.number(8)), case.t)
    yield from _functions(impl, on, closed.Cosine(on.number(1.25)), case.t)


def _functions(impl: Impl, on: Setting, marginals: closed.Marginals, times: Any) -> Iterator[Record]:
    made, t = marginals.build(impl, on), on.host(times)
    name, condition = type(marginals).__name__, marginals.condition(t)
    alpha, slope = marginals.alpha(t), closed.derivative(marginals.alpha, t)
    variance, growth = marginals.variance(t), closed.derivative(marginals.variance, t)
    yield Gap(f"{name} ᾱ", made.alpha(times), alpha, alpha * condition)
    yield Gap(f"{name} ᾱ'", made.alpha_derivative(times), slope, np.abs(slope) * condition)
    yield Gap(
        f"{name} (log ᾱ)'", made.alpha_log_derivative(times), slope / alpha, np.abs(slope / alpha) * condition
    )
    yield Gap(f"{name} β̄²", made.variance(times), variance, variance * condition)
    yield Gap(f"{name} (β̄²)'", made.variance_derivative(times), growth, np.abs(growth) * condition)
    beta, later = np.sqrt(variance), variance > 0
    yield Gap(f"{name} β̄", made.beta(times), beta, beta * condition)
    change = growth[later] / (2 * beta[later])  # at t = 0 there is none
    found = on.host(made.beta_derivative(times))[later]
    yield Gap(f"{name} β̄'", found, change, np.abs(change) * condition[later])


@law(
    "flow.drift-and-diffusion-definition",
    "f = (log ᾱ)' and g² = 2 ᾱ β̄ d/dt(β̄/ᾱ)",
    source="flow D1",
    stands="the formulas of the coefficients, which laws of what they carry see as well",
    about=("flow.drift_coefficient", "flow.diffusion_squared"),
    inputs=inputs.times,
    tolerance=Rounding(
        {"two terms": 2 * 6, "their sum": 1, "expectation": 1},
        "the magnitudes of the terms add up",
        calls=("expm1", "exp"),
    ),
    refutes=(
        "flow.diffusion_squared/growth-of-variance-only",
        "flow.diffusion_squared/without-alpha",
        "flow.diffusion_squared/square-root",
        "flow.drift_coefficient/derivative-of-alpha",
        "flow.drift_coefficient/missing-half",
        "flow.drift_coefficient/opposite-sign",
        "flow.drift_coefficient/of-the-variance",
        "flow.diffusion_squared/drift-added",
        "flow.diffusion_squared/drift-missing-two",
        "flow.diffusion_squared/derivative-of-alpha",
        "flow.diffusion_squared/through-deviation",
    ),
)
def drift_and_diffusion_definition(impl: Impl, on: Setting, case: inputs.Times) -> Iterator[Record]:
    """Compares with the complex-step derivatives of log ᾱ and (β̄/ᾱ)²."""
    made, t, marginals = case.schedule.build(impl, on), on.host(case.t), case.schedule
    f, g2 = closed.drift_and_diffusion(marginals, t)
    condition = marginals.condition(t)
    yield Gap("f", impl["flow.drift_coefficient"](made, case.t), f, np.abs(f) * condition)
    growth = np.abs(closed.derivative(marginals.variance, t))
    scale = (growth + 2 * np.abs(f) * marginals.variance(t)) * condition
    yield Gap("g²", impl["flow.diffusion_squared"](made, case.t), g2, scale)


@law(
    "flow.defaults",
    "by default β goes from 0.1 to 20, σ from 0.01 to 50, and the adaptive method allows 10⁻⁶ of both errors",
    source="flow D1, D5",
    about=(
        "flow.variance_preserving",
        "flow.sub_variance_preserving",
        "flow.variance_exploding",
        "flow.variance_exploding_smld",
        "flow.integrate_adaptive",
    ),
    inputs=inputs.times,
    tolerance=Exact("the same computation twice"),
    refutes=(
        "flow.variance_preserving/discrete-by-default",
        "flow.sub_variance_preserving/discrete-by-default",
        "flow.variance_exploding/large-images-by-default",
        "flow.variance_exploding_smld/large-images-by-default",
        "flow.integrate_adaptive/loose-by-default",
    ),
    kinds=("ordinary",),  # options that are left out: no number is drawn near another or far out
)
def defaults(impl: Impl, on: Setting, case: inputs.Times) -> Iterator[Record]:
    """Compares with the same options in words, for x' = 4 cos(4 t x)."""
    rates, deviations = {"beta_min": 0.1, "beta_max": 20.0}, {"sigma_min": 0.01, "sigma_max": 50.0}
    for name, options in (
        ("variance_preserving", rates),
        ("sub_variance_preserving", rates),
        ("variance_exploding", deviations),
        ("variance_exploding_smld", deviations),
    ):
        left_out, given = impl[f"flow.{name}"](), impl[f"flow.{name}"](**options)
        yield Gap(f"{name}, ᾱ", left_out.alpha(case.t), on.host(given.alpha(case.t)), 0.0)
        yield Gap(f"{name}, β̄²", left_out.variance(case.t), on.host(given.variance(case.t)), 0.0)

    def velocity(t: Any, x: Any) -> Any:
        return 4 * on.xp.cos(4 * t[..., None] * x)

    start, ends = case.t[:1, None], on.array(np.asarray([0.0, 1.5]))
    run = impl["flow.integrate_adaptive"]
    expected = on.host(run(velocity, start, ends, rtol=1e-6, atol=1e-6))
    yield Gap("integrate_adaptive", run(velocity, start, ends), expected, 0.0)
