"""Laws of adding noise and taking it away."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ...._xp import numbers
from ....backends import Precision, Setting
from ....ddpm import Schedule
from ...language import inputs as common
from ...language.law import Gap, Impl, Kind, Record, Rounding, law
from . import inputs
from .inputs import Host

COEFFICIENTS = ("log1p", "exp", "expm1")
"""What ᾱ_t and β̄_t are made of; beside them six partial sums round."""


def each_step(case: inputs.Steps, on: Setting) -> Iterator[tuple[str, Any, inputs.Exact]]:
    """The case's steps as an array and as a Python integer, with their exact coefficients."""
    host = inputs.exact(on.host(case.beta_squared))
    yield "array t", case.t, host.at(on.host(case.t))
    yield "int t", case.step, host.at(np.full(case.t.shape, case.step))


@law(
    "ddpm.diffusion-definition",
    "diffuse_step gives α_t x_{t−1} + β_t ε and diffuse gives ᾱ_t x_0 + β̄_t ε",
    source="ddpm D3",
    stands="the definition of two functions",
    about=("ddpm.diffuse_step", "ddpm.diffuse"),
    inputs=inputs.steps,
    tolerance=Rounding({"partial sums": 6, "root, product, sum": 3, "expectation": 4}, calls=COEFFICIENTS),
    refutes=(
        "ddpm.diffuse_step/variance-as-deviation",
        "ddpm.diffuse/alpha-for-alpha-bar",
        "ddpm.diffuse/previous-step",
        "ddpm.diffuse/variance-as-deviation",
        "ddpm.diffuse_step/alpha-squared",
        "ddpm.diffuse_step/signal-kept",
        "ddpm.diffuse_step/alpha-bar-for-alpha",
        "ddpm.diffuse/signal-not-rooted",
        "ddpm.diffuse/not-rooted",
        "ddpm.diffuse/coefficients-exchanged",
        "ddpm.diffuse/sum-to-one",
        "ddpm.diffuse/next-step",
        "ddpm.diffuse/signal-kept",
        "ddpm.diffuse/half-precision-table",
    ),
)
def diffusion_definition(impl: Impl, on: Setting, case: inputs.Steps) -> Iterator[Record]:
    """Compares with the coefficients by exact products."""
    x, noise, schedule = on.host(case.x), on.host(case.y), Schedule(case.beta_squared)
    for label, t, at in each_step(case, on):
        signal, added = np.sqrt(at.alpha_squared) * x, np.sqrt(at.beta_squared) * noise
        got = impl["ddpm.diffuse_step"](case.x, case.y, schedule, t)
        yield Gap(f"one step, {label}", got, signal + added, np.abs(signal) + np.abs(added))
        signal, added = np.sqrt(at.alpha_bar_squared) * x, np.sqrt(at.beta_bar_squared) * noise
        scale = (np.abs(signal) + np.abs(added)) * at.condition
        got = impl["ddpm.diffuse"](case.x, case.y, schedule, t)
        yield Gap(f"all steps, {label}", got, signal + added, scale)


@law(
    "ddpm.diffusion-composes",
    "t steps of diffuse_step have mean ᾱ_t x_0 and variance β̄_t², those of diffuse",
    source="ddpm C1",
    about=("ddpm.diffuse_step", "ddpm.diffuse"),
    inputs=inputs.schedules,
    tolerance=Rounding(
        {"√(1 − β²), product in 6 steps, squared": 2 * 6 * 2.5, "squares, their sum": 6, "expectation": 4},
        calls=COEFFICIENTS,
    ),
    refutes=(
        "ddpm.diffuse_step/variance-as-deviation",
        "ddpm.diffuse/alpha-for-alpha-bar",
        "ddpm.diffuse/variance-as-deviation",
    ),
)
def diffusion_composes(impl: Impl, on: Setting, case: inputs.Scheduled) -> Iterator[Record]:
    """Steps are linear in x_0 and the noises: one unit vector each gives mean and variance exactly."""
    steps, schedule = case.beta_squared.shape[0], Schedule(case.beta_squared)
    host = inputs.exact(on.host(case.beta_squared))
    units = np.eye(steps + 1)
    x = on.array(units[:, :1])
    for t in range(1, steps + 1):
        x = impl["ddpm.diffuse_step"](x, on.array(units[:, t : t + 1]), schedule, t)
        signal, variance = np.sqrt(host.alpha_bar_squared[t - 1]), host.beta_bar_squared[t - 1]
        path = on.host(x)[:, 0]
        yield Gap(f"mean of {t} steps", path[0], signal, signal)
        yield Gap(f"variance of {t} steps", np.sum(path[1:] ** 2), variance, variance)
        once = on.host(impl["ddpm.diffuse"](on.array(units[:2, :1]), on.array(units[:2, 1:2]), schedule, t))
        yield Gap(f"mean at once, t = {t}", once[0, 0], signal, signal * host.condition[t - 1])
        yield Gap(f"variance at once, t = {t}", once[1, 0] ** 2, variance, variance)


@law(
    "ddpm.posterior-definition",
    "p(x_{t−1}|x_t, x_0) is the normalised product of N(ᾱ_{t−1} x_0, β̄²_{t−1}) and the step's likelihood",
    source="ddpm D4",
    about=("ddpm.posterior",),
    inputs=inputs.steps,
    tolerance=Rounding(
        {"three coefficients of partial sums and a quotient": 3 * 7, "two products and a sum": 3},
        calls=COEFFICIENTS * 2,
    ),
    refutes=(
        "ddpm.posterior/swapped",
        "ddpm.posterior/current-for-previous",
        "ddpm.posterior/without-alpha-bar",
        "ddpm.posterior/deviation-as-variance",
        "ddpm.posterior/not-rooted",
        "ddpm.posterior/fixed-large",
        "ddpm.posterior/variance-not-divided",
        "ddpm.posterior/variance-clipped",
        "ddpm.posterior/padded-with-zero",
        "ddpm.posterior/padded-with-first",
    ),
)
def posterior_definition(impl: Impl, on: Setting, case: inputs.Steps) -> Iterator[Record]:
    """Precisions add up: 1/β̄²_{t−1} of the prior and α_t²/β_t² of the step; a point mass at t = 1."""
    x0, x_t, schedule = on.host(case.x), on.host(case.y), Schedule(case.beta_squared)
    for label, t, at in each_step(case, on):
        first = at.previous_beta_bar_squared == 0
        prior = np.where(first, 1.0, at.previous_beta_bar_squared)
        precision = 1 / prior + at.alpha_squared / at.beta_squared
        variance = np.where(first, 0.0, 1 / precision)
        from_prior = np.sqrt(at.previous_alpha_bar_squared) / prior / precision
        from_prior = np.where(first, 1.0, from_prior) * x0
        from_step = variance * np.sqrt(at.alpha_squared) / at.beta_squared * x_t
        mean, spread = impl["ddpm.posterior"](case.x, case.y, schedule, t)
        # ᾱ_{t−1} is the root of its square; the other factors have the errors of their logarithms at most.
        condition = 1 - np.log(at.previous_alpha_bar_squared) / 2
        scale = np.abs(from_prior) * condition + np.abs(from_step)
        yield Gap(f"mean, {label}", mean, from_prior + from_step, scale)
        yield Gap(f"variance, {label}", on.host(spread) + 0 * variance, variance, variance)


@common.composite
def later_steps(draw: common.Draw, p: Precision, kind: Kind) -> inputs.Steps:
    """Steps t ≥ 2, where the posterior has a density."""
    case = draw(inputs.steps(p, kind))
    beta_squared, t = case.beta_squared, np.maximum(case.t, 2)
    if len(beta_squared) == 1:
        beta_squared = np.repeat(beta_squared, 2)
    return replace(case, beta_squared=beta_squared, t=t, step=int(t[0]))


def _log_normal(x: Host, mean: Host, variance: Host, terms: Host) -> tuple[Host, Host]:
    """log N(x; m, v), and its scale: relative errors of v, errors of x − m relative to `terms`."""
    residual = x - mean
    square = residual**2 / variance
    value = -0.5 * (np.log(2 * numbers(variance).pi * variance) + square)
    scale = 1 + np.abs(np.log(variance)) + square + np.abs(residual) * (np.abs(x) + terms) / variance
    return value, scale


@law(
    "ddpm.bayes",
    "log p(x_{t−1}|x_t, x_0) = log p(x_t|x_{t−1}) + log p(x_{t−1}|x_0) − log p(x_t|x_0) at every point",
    source="ddpm C2",
    about=("ddpm.posterior", "ddpm.diffuse", "ddpm.diffuse_step"),
    inputs=later_steps,
    tolerance=Rounding(
        {"a mean": 9, "its variance": 9, "difference, square, quotient, sum": 4, "sum of the densities": 2},
        calls=COEFFICIENTS,
    ),
    refutes=(
        "ddpm.posterior/swapped",
        "ddpm.posterior/current-for-previous",
        "ddpm.posterior/without-alpha-bar",
        "ddpm.diffuse/variance-as-deviation",
    ),
)
def bayes(impl: Impl, on: Setting, case: inputs.Steps) -> Iterator[Record]:
    """Means and variances are read off the functions by feeding noise 0 and data 0, noise 1."""
    x_prev, x0, x_t = on.host(case.z), on.host(case.x), on.host(case.y)
    at = inputs.exact(on.host(case.beta_squared)).at(on.host(case.t))
    schedule, zero = Schedule(case.beta_squared), 0 * case.x
    step, marginal = impl["ddpm.diffuse_step"], impl["ddpm.diffuse"]

    def density(at_x: Host, function: Any, start: Any, t: Any) -> tuple[Host, Host]:
        mean, deviation = function(start, zero, schedule, t), function(zero, zero + 1, schedule, t)
        mean, deviation = on.host(mean), on.host(deviation)
        return _log_normal(at_x, mean, deviation**2, np.abs(mean))

    mean, variance = (on.host(part) for part in impl["ddpm.posterior"](case.x, case.y, schedule, case.t))
    terms = np.abs(x0) + np.abs(x_t) * np.sqrt(at.previous_beta_bar_squared / at.beta_bar_squared)
    left, left_scale = _log_normal(x_prev, mean, variance + 0 * mean, terms)
    parts = [
        density(x_t, step, case.z, case.t),
        density(x_prev, marginal, case.x, case.t - 1),
        density(x_t, marginal, case.x, case.t),
    ]
    right = parts[0][0] + parts[1][0] - parts[2][0]
    scale = left_scale + sum(part[1] for part in parts)
    yield Gap("log-densities", left, right, scale * at.condition)


@law(
    "ddpm.ho-convention",
    "with Ho's betas and alphas_cumprod, the usual formulas give our coefficients, variance and weight",
    source="ddpm C9",
    about=("ddpm.from_ho", "ddpm.diffuse", "ddpm.posterior", "ddpm.loss_weight"),
    inputs=inputs.samplers,
    tolerance=Rounding(
        {"three coefficients of partial sums and a quotient": 3 * 7, "two products and a sum": 3},
        calls=COEFFICIENTS * 2,
    ),
    refutes=(
        "ddpm.from_ho/squares",
        "ddpm.posterior/swapped",
        "ddpm.posterior/current-for-previous",
        "ddpm.loss_weight/half-both-times",
        "ddpm.loss_weight/square-for-fourth-power",
    ),
)
def ho_convention(impl: Impl, on: Setting, case: inputs.Sampler) -> Iterator[Record]:
    """The formulas of Ho et al. (2020), equations 4, 7 and 12, on exact products."""
    betas, sigma = on.host(case.beta_squared), on.host(case.sigma)
    steps, schedule = len(betas), impl["ddpm.from_ho"](case.beta_squared)
    cumprod, rest = inputs.products(betas)
    now, before, condition = cumprod[1:], cumprod[:-1], 1 - np.log(cumprod[1:])
    one, zero = on.array(np.ones((steps, 1))), on.array(np.zeros((steps, 1)))
    t = on.array(np.arange(1, steps + 1))
    posterior = impl["ddpm.posterior"]
    coefficients = {
        "√ᾱ": (impl["ddpm.diffuse"](one, zero, schedule, t), np.sqrt(now)),
        "√(1−ᾱ)": (impl["ddpm.diffuse"](zero, one, schedule, t), np.sqrt(rest[1:])),
        "coefficient of x_0": (posterior(one, zero, schedule, t)[0], np.sqrt(before) * betas / rest[1:]),
        "coefficient of x_t": (
            posterior(zero, one, schedule, t)[0],
            np.sqrt(1 - betas) * rest[:-1] / rest[1:],
        ),
        "posterior variance": (posterior(one, one, schedule, t)[1], rest[:-1] / rest[1:] * betas),
    }
    for label, (got, expected) in coefficients.items():
        yield Gap(label, on.host(got)[:, 0], expected, expected * condition)
    with np.errstate(divide="ignore"):
        weight = betas**2 / (2 * sigma**2 * (1 - betas) * rest[1:])
    got = impl["ddpm.loss_weight"](schedule, case.sigma, half=True)
    yield Gap("weight of equation 12", got, weight, np.where(sigma > 0, weight, 0))


@law(
    "ddpm.denoise_mean-definition",
    "denoise_mean gives (x_t − (β_t²/β̄_t) ε)/α_t",
    source="ddpm D5",
    about=("ddpm.denoise_mean",),
    inputs=inputs.steps,
    tolerance=Rounding(
        {"partial sums": 6, "root, two quotients, product, difference": 5, "expectation": 5},
        calls=COEFFICIENTS,
    ),
    refutes=(
        "ddpm.denoise_mean/deviation-for-variance",
        "ddpm.denoise_mean/without-division",
        "ddpm.denoise_mean/previous-noise-level",
        "ddpm.denoise_mean/alpha-bar-for-alpha",
        "ddpm.denoise_mean/noise-not-rooted",
        "ddpm.denoise_mean/alpha-squared",
        "ddpm.denoise_mean/adds-noise",
        "ddpm.denoise_mean/alpha-for-beta",
        "ddpm.denoise_mean/clipped-data",
    ),
)
def denoise_definition(impl: Impl, on: Setting, case: inputs.Steps) -> Iterator[Record]:
    """Removes from the total noise β̄_t ε the share β_t²/β̄_t², by exact products."""
    x_t, eps, schedule = on.host(case.x), on.host(case.y), Schedule(case.beta_squared)
    for label, t, at in each_step(case, on):
        share = at.beta_squared / at.beta_bar_squared
        noise = np.sqrt(at.beta_bar_squared) * eps * share
        alpha = np.sqrt(at.alpha_squared)
        got = impl["ddpm.denoise_mean"](case.x, case.y, schedule, t)
        yield Gap(label, got, (x_t - noise) / alpha, (np.abs(x_t) + np.abs(noise)) / alpha)


@law(
    "ddpm.denoise-is-posterior-mean",
    "the posterior's mean at the predicted x_0 is denoise_mean",
    source="ddpm C13",
    about=("ddpm.posterior", "ddpm.predict_x0", "ddpm.denoise_mean"),
    inputs=inputs.steps,
    tolerance=Rounding(
        {"four coefficients of partial sums, root and quotient": 4 * 8, "products, sums and a quotient": 8},
        calls=COEFFICIENTS * 2,
    ),
    refutes=(
        "ddpm.posterior/swapped",
        "ddpm.posterior/without-alpha-bar",
        "ddpm.denoise_mean/deviation-for-variance",
        "ddpm.denoise_mean/previous-noise-level",
        "ddpm.predict_x0/adds-noise",
    ),
)
def denoise_is_posterior_mean(impl: Impl, on: Setting, case: inputs.Steps) -> Iterator[Record]:
    """The scale is what x_0, which may be far larger than its mean, is made of."""
    x_t, eps, schedule = np.abs(on.host(case.x)), np.abs(on.host(case.y)), Schedule(case.beta_squared)
    for label, t, at in each_step(case, on):
        x0 = impl["ddpm.predict_x0"](case.x, case.y, schedule, t)
        mean, _ = impl["ddpm.posterior"](x0, case.x, schedule, t)
        share = at.beta_squared / at.beta_bar_squared
        terms = (x_t + np.sqrt(at.beta_bar_squared) * eps) * share / np.sqrt(at.alpha_squared) + x_t
        got = impl["ddpm.denoise_mean"](case.x, case.y, schedule, t)
        yield Gap(label, mean, on.host(got), terms * at.condition)


@dataclass(frozen=True, slots=True)
class NoiseModel(inputs.Scheduled):
    """A schedule, a step, data x_0 (d,), and an affine model E x_t + F x_0 + g of the step's noise."""

    step: int
    x0: Array
    model: list[Array]


@common.composite
def noise_models(draw: common.Draw, p: Precision, kind: Kind) -> NoiseModel:
    beta_squared = inputs.variances(draw, p, kind)
    d = draw(st.sampled_from([1, 3]))
    rng = common.generator(draw)
    return NoiseModel(
        beta_squared=beta_squared,
        step=draw(st.integers(1, len(beta_squared))),
        x0=inputs.reals(draw, (d,), p, kind),
        model=[rng.uniform(-1, 1, (d, d)) for _ in range(2)] + [rng.uniform(-1, 1, d)],
    )


@law(
    "ddpm.variance-reduction",
    "E‖ε_t − ε_θ‖² = (β_t²/β̄_t²) E‖ε − (β̄_t/β_t) ε_θ‖² + d α_t² β̄²_{t−1}/β̄_t², ε the total noise",
    source="ddpm C5",
    about=("ddpm.diffuse", "ddpm.diffuse_step", "ddpm.denoise_mean"),
    inputs=noise_models,
    tolerance=Rounding(
        {"a state, squared, a side": 2 * 2 * 13, "products over d ≤ 3 and a sum a side": 2 * 4},
        calls=COEFFICIENTS * 2,
    ),
    refutes=(
        "ddpm.diffuse_step/variance-as-deviation",
        "ddpm.diffuse/alpha-for-alpha-bar",
        "ddpm.diffuse/previous-step",
        "ddpm.denoise_mean/deviation-for-variance",
    ),
)
def variance_reduction(impl: Impl, on: Setting, case: NoiseModel) -> Iterator[Record]:
    """The 4d nodes ±√(2d) e_i of (ε̄_{t−1}, ε_t) give expectations of quadratics exactly."""
    t, schedule, x0 = case.step, Schedule(case.beta_squared), on.host(case.x0)
    d = len(x0)
    at = inputs.exact(on.host(case.beta_squared)).at(t)
    nodes = on.math.sqrt(2 * d) * np.concatenate([np.eye(2 * d), -np.eye(2 * d)])
    before, fresh = nodes[:, :d], nodes[:, d:]
    alpha, beta, beta_bar = (np.sqrt(v) for v in (at.alpha_squared, at.beta_squared, at.beta_bar_squared))
    kept = alpha * np.sqrt(at.previous_beta_bar_squared) / beta_bar
    noise = kept * before + beta / beta_bar * fresh
    start = on.array(np.broadcast_to(x0, (4 * d, d)))
    x_prev = impl["ddpm.diffuse"](start, on.array(before), schedule, t - 1) if t > 1 else start
    x_t = impl["ddpm.diffuse_step"](x_prev, on.array(fresh), schedule, t)
    reach = (np.abs(x0) + np.abs(before) + np.abs(fresh)) * at.condition
    yield Gap("total noise", impl["ddpm.diffuse"](start, on.array(noise), schedule, t), on.host(x_t), reach)

    matrix, other, bias = case.model
    model = on.host(x_t) @ matrix.T + x0 @ other.T + bias
    left = np.mean(np.sum((fresh - model) ** 2, axis=-1))
    reduced = np.sum((beta / beta_bar * noise - model) ** 2, axis=-1)
    right = np.mean(reduced) + d * np.sum(kept**2)
    terms = reach @ np.abs(matrix.T) + np.abs(x0) @ np.abs(other.T) + np.abs(bias)
    yield Gap("losses", left, right, np.mean(np.sum((np.abs(fresh) + terms) ** 2, axis=-1)))

    total = on.array(beta_bar / beta * fresh)
    scale = (np.abs(on.host(x_t)) + beta * np.abs(fresh)) / alpha + reach
    yield Gap("denoised", impl["ddpm.denoise_mean"](x_t, total, schedule, t), on.host(x_prev), scale / alpha)
