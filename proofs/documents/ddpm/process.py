"""Laws of adding noise, taking it away and sampling."""

from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._xp import numbers
from ....backends import Precision, Setting
from ....ddpm import Schedule
from ...language import inputs as common
from ...language.law import AtMost, Gap, Impl, Kind, Record, Rounding, Same, law
from . import inputs
from .inputs import Host

COEFFICIENTS = ("log1p", "exp", "expm1")
"""What ᾱ_t and β̄_t are made of; beside them six partial sums round."""


def each_step(case: Any, on: Setting) -> Iterator[tuple[str, Any, inputs.Exact]]:
    """The case's steps as an array and as a Python integer, with their exact coefficients."""
    host = inputs.exact(on.host(case.beta_squared))
    yield "array t", case.t, host.at(on.host(case.t))
    yield "int t", case.step, host.at(np.full(case.t.shape, case.step))


@law(
    "ddpm.diffusion-definition",
    "diffuse_step gives α_t x_{t−1} + β_t ε and diffuse gives ᾱ_t x_0 + β̄_t ε",
    source="ddpm D3",
    about=("ddpm.diffuse_step", "ddpm.diffuse"),
    inputs=inputs.steps,
    tolerance=Rounding(13, "six partial sums, root, product, sum; four to expect", calls=COEFFICIENTS),
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
def diffusion_definition(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
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
    tolerance=Rounding(40, "six roots and products, squared and summed", calls=COEFFICIENTS),
    refutes=(
        "ddpm.diffuse_step/variance-as-deviation",
        "ddpm.diffuse/alpha-for-alpha-bar",
        "ddpm.diffuse/variance-as-deviation",
    ),
)
def diffusion_composes(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
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
        24, "seven roundings in each of three coefficients, three beyond them", calls=COEFFICIENTS * 2
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
def posterior_definition(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
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
        scale = (np.abs(from_prior) + np.abs(from_step)) * at.condition
        yield Gap(f"mean, {label}", mean, from_prior + from_step, scale)
        yield Gap(f"variance, {label}", on.host(spread) + 0 * variance, variance, variance)


@common.composite
def later_steps(draw: common.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Steps t ≥ 2, where the posterior has a density."""
    case = draw(inputs.steps(p, kind))
    if len(case["beta_squared"]) == 1:
        case["beta_squared"] = np.repeat(case["beta_squared"], 2)
    case["t"] = np.maximum(case["t"], 2)
    return {**case, "step": int(case["t"][0])}


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
        24, "the roundings of each density's mean and variance, on the scales of four", calls=COEFFICIENTS
    ),
    refutes=(
        "ddpm.posterior/swapped",
        "ddpm.posterior/current-for-previous",
        "ddpm.posterior/without-alpha-bar",
        "ddpm.diffuse/variance-as-deviation",
    ),
)
def bayes(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
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
        24, "seven roundings in each of three coefficients, three beyond them", calls=COEFFICIENTS * 2
    ),
    refutes=(
        "ddpm.from_ho/squares",
        "ddpm.posterior/swapped",
        "ddpm.posterior/current-for-previous",
        "ddpm.loss_weight/half-both-times",
        "ddpm.loss_weight/square-for-fourth-power",
    ),
)
def ho_convention(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
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
    "ddpm.denoise-definition",
    "denoise_mean gives (x_t − (β_t²/β̄_t) ε)/α_t",
    source="ddpm D5",
    about=("ddpm.denoise_mean",),
    inputs=inputs.steps,
    tolerance=Rounding(16, "six partial sums, five operations; five to expect", calls=COEFFICIENTS),
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
def denoise_definition(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
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
        40, "the coefficients of three functions and eight operations", calls=COEFFICIENTS * 2
    ),
    refutes=(
        "ddpm.posterior/swapped",
        "ddpm.posterior/without-alpha-bar",
        "ddpm.denoise_mean/deviation-for-variance",
        "ddpm.denoise_mean/previous-noise-level",
        "ddpm.predict_x0/adds-noise",
    ),
)
def denoise_is_posterior_mean(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
    """The scale is what x_0, which may be far larger than its mean, is made of."""
    x_t, eps, schedule = np.abs(on.host(case.x)), np.abs(on.host(case.y)), Schedule(case.beta_squared)
    for label, t, at in each_step(case, on):
        x0 = impl["ddpm.predict_x0"](case.x, case.y, schedule, t)
        mean, _ = impl["ddpm.posterior"](x0, case.x, schedule, t)
        share = at.beta_squared / at.beta_bar_squared
        terms = (x_t + np.sqrt(at.beta_bar_squared) * eps) * share / np.sqrt(at.alpha_squared) + x_t
        got = impl["ddpm.denoise_mean"](case.x, case.y, schedule, t)
        yield Gap(label, mean, on.host(got), terms * at.condition)


@common.composite
def noise_models(draw: common.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """A schedule, a step, data x_0 (d,), and an affine model E x_t + F x_0 + g of the step's noise."""
    beta_squared = inputs.variances(draw, p, kind)
    d = draw(st.sampled_from([1, 3]))
    rng = common.generator(draw)
    return {
        "beta_squared": beta_squared,
        "step": draw(st.integers(1, len(beta_squared))),
        "x0": inputs.reals(draw, (d,), p, kind),
        "model": [rng.uniform(-1, 1, (d, d)) for _ in range(2)] + [rng.uniform(-1, 1, d)],
    }


@law(
    "ddpm.variance-reduction",
    "E‖ε_t − ε_θ‖² = (β_t²/β̄_t²) E‖ε − (β̄_t/β_t) ε_θ‖² + d α_t² β̄²_{t−1}/β̄_t², ε the total noise",
    source="ddpm C5",
    about=("ddpm.diffuse", "ddpm.diffuse_step", "ddpm.denoise_mean"),
    inputs=noise_models,
    tolerance=Rounding(
        60, "states of 13 roundings through d + 1 products and squares, twice", calls=COEFFICIENTS * 2
    ),
    refutes=(
        "ddpm.diffuse_step/variance-as-deviation",
        "ddpm.diffuse/alpha-for-alpha-bar",
        "ddpm.diffuse/previous-step",
        "ddpm.denoise_mean/deviation-for-variance",
    ),
)
def variance_reduction(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
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


@law(
    "ddpm.sampling-std-definition",
    'sampling_std is β̄_{t−1}β_t/β̄_t ("dirac", 0 at t = 1) or β_t ("normal")',
    source="ddpm D7",
    about=("ddpm.sampling_std",),
    inputs=inputs.schedules,
    tolerance=Rounding(10, "quotient, two roots and a product; four to expect", calls=("log1p", "expm1") * 2),
    refutes=(
        "ddpm.sampling_std/variance",
        "ddpm.sampling_std/kinds-exchanged",
        "ddpm.sampling_std/first-clipped",
        "ddpm.sampling_std/without-beta",
        "ddpm.sampling_std/ratio-inverted",
    ),
)
def sampling_std_definition(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
    """1/σ² = 1/β̄²_{t−1} + α_t²/β_t² for "dirac", by exact products."""
    host, schedule = inputs.exact(on.host(case.beta_squared)), Schedule(case.beta_squared)
    with np.errstate(divide="ignore"):
        precision = 1 / host.previous_beta_bar_squared + host.alpha_squared / host.beta_squared
    dirac, normal = 1 / np.sqrt(precision), np.sqrt(host.beta_squared)
    yield Gap("dirac", impl["ddpm.sampling_std"](schedule, kind="dirac"), dirac, dirac)
    yield Gap("normal", impl["ddpm.sampling_std"](schedule, kind="normal"), normal, normal)


@common.composite
def spectra(draw: common.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """A schedule, and the eigenvalues of Gaussian data's covariance: zero, one, mixed."""
    pattern = draw(st.sampled_from(["zero", "one", "mixed"]))
    rng = common.generator(draw)
    d = draw(st.sampled_from([1, 3]))
    mixed = rng.uniform(0, 2, d) if kind != "extreme" else 10.0 ** rng.uniform(-6, 6, d)
    eigenvalues = {"zero": np.zeros(d), "one": np.ones(d), "mixed": mixed}[pattern]
    return {"beta_squared": inputs.variances(draw, p, kind), "eigenvalues": common.rounded(eigenvalues, p)}


def conditional_variance(host: inputs.Exact, eigenvalues: Host) -> Host:
    """E tr Cov(x_0|x_t)/d of Gaussian data: the mean of λβ̄_t²/(ᾱ_t²λ + β̄_t²)."""
    noise, signal = host.beta_bar_squared[:, None], host.alpha_bar_squared[:, None]
    result: Host = np.mean(eigenvalues * noise / (signal * eigenvalues + noise), axis=-1)
    return result


@law(
    "ddpm.optimal-std-definition",
    "σ_t² = (β̄_{t−1}β_t/β̄_t)² + (ᾱ_{t−1}β_t²/β̄_t²)² E tr Cov(x_0|x_t)/d is E tr Cov(x_{t−1}|x_t)/d",
    source="ddpm C10",
    about=("ddpm.optimal_std",),
    inputs=spectra,
    tolerance=Rounding(20, "coefficients, and eight operations on positive terms", calls=COEFFICIENTS * 2),
    refutes=(
        "ddpm.optimal_std/coefficient-not-squared",
        "ddpm.optimal_std/variance",
        "ddpm.optimal_std/current-signal",
    ),
)
def optimal_std_definition(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
    """Gaussian data: Cov(x_{t−1}|x_t) has eigenvalues β_t² c_{t−1}/c_t, c_t = ᾱ_t²λ + β̄_t²."""
    host, eigenvalues = inputs.exact(on.host(case.beta_squared)), on.host(case.eigenvalues)
    before = host.previous_alpha_bar_squared[:, None] * eigenvalues + host.previous_beta_bar_squared[:, None]
    after = host.alpha_bar_squared[:, None] * eigenvalues + host.beta_bar_squared[:, None]
    expected = np.sqrt(np.mean(host.beta_squared[:, None] * before / after, axis=-1))
    variance = on.array(conditional_variance(host, eigenvalues))
    got = impl["ddpm.optimal_std"](Schedule(case.beta_squared), variance)
    yield Gap("σ", got, expected, expected * host.condition)


@law(
    "ddpm.optimal-std-bounds",
    "σ_t is dirac's for a single point, β_t for N(m, I), at most β_t if tr Cov/d ≤ 1, always ≤ β_t/α_t",
    source="ddpm C6",
    about=("ddpm.optimal_std", "ddpm.sampling_std"),
    inputs=spectra,
    tolerance=Rounding(20, "coefficients, and eight operations on positive terms", calls=COEFFICIENTS * 2),
    refutes=(
        "ddpm.optimal_std/coefficient-not-squared",
        "ddpm.sampling_std/variance",
        "ddpm.sampling_std/kinds-exchanged",
    ),
)
def optimal_std_bounds(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
    """Also that σ_t rises with the scale s of the data N(m, s²I), to β_t/α_t."""
    host, schedule = inputs.exact(on.host(case.beta_squared)), Schedule(case.beta_squared)
    eigenvalues = on.host(case.eigenvalues)

    def best(values: Host) -> Host:
        return on.host(impl["ddpm.optimal_std"](schedule, on.array(conditional_variance(host, values))))

    dirac, normal = (on.host(impl["ddpm.sampling_std"](schedule, kind=kind)) for kind in ("dirac", "normal"))
    largest = np.sqrt(host.beta_squared / host.alpha_squared)
    scale = largest * host.condition
    yield Gap("a single point", best(np.zeros(1)), dirac, dirac * host.condition)
    yield Gap("N(m, I)", best(np.ones(1)), normal, normal * host.condition)
    ratio = host.beta_bar_squared / host.alpha_bar_squared
    limit = on.host(impl["ddpm.optimal_std"](schedule, on.array(ratio)))
    yield Gap("s → ∞", limit, largest, scale)
    rising = [best(np.asarray([s**2])) for s in (0.0, 0.5, 1.0, 2.0, 10.0)]
    for label, low, high in zip("abcd", rising, rising[1:], strict=False):
        yield AtMost(f"rises with s ({label})", low, high, scale)
    any_data = best(eigenvalues)
    yield AtMost("at least dirac's", dirac, any_data, scale)
    yield AtMost("at most β_t/α_t", any_data, largest, scale)
    yield AtMost("at most β_t", best(eigenvalues / max(1.0, np.mean(eigenvalues))), normal, scale)


@common.composite
def trajectories(draw: common.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """A sampler, its noises (T, n, d), one step and steps (n,), and the model ε = k_t x + h_t."""
    case = draw(inputs.samplers(p, kind))
    steps, n, d = len(case["sigma"]), common.batch(draw), draw(st.sampled_from([1, 3]))
    rng = common.generator(draw)
    return {
        **case,
        "step": draw(st.integers(1, steps)),
        "t": rng.integers(1, steps + 1, n),
        "x_T": inputs.reals(draw, (n, d), p, "ordinary"),
        "noises": common.rounded(rng.standard_normal((steps, n, d)), p),
        "slope": common.rounded(rng.uniform(-1, 1, steps), p),
        "shift": common.rounded(rng.uniform(-1, 1, steps), p),
    }


@law(
    "ddpm.sampling-definition",
    "sample takes ancestral steps T..1, x_{t−1} = (x_t − (β_t²/β̄_t) ε)/α_t + σ_t·noise_t, at t = 1 too",
    source="ddpm D9",
    about=("ddpm.sample", "ddpm.ancestral_step"),
    inputs=trajectories,
    tolerance=Rounding(6 * 14, "six steps of coefficients and eight operations", calls=COEFFICIENTS),
    refutes=(
        "ddpm.ancestral_step/variance-for-deviation",
        "ddpm.ancestral_step/variance-for-deviation-later",
        "ddpm.ancestral_step/no-noise-at-the-end",
        "ddpm.ancestral_step/sigma-of-the-next-step",
        "ddpm.sample/no-noise-at-the-end",
        "ddpm.sample/reversed-time",
        "ddpm.sample/zero-based-time",
        "ddpm.ancestral_step/without-noise",
        "ddpm.ancestral_step/own-sigma",
        "ddpm.ancestral_step/sigma-of-the-previous-step",
        "ddpm.ancestral_step/without-division",
        "ddpm.sample/variance-for-deviation",
        "ddpm.sample/without-noise",
        "ddpm.sample/own-sigma",
        "ddpm.sample/one-noise",
        "ddpm.sample/time-one-late",
        "ddpm.sample/stops-early",
    ),
)
def sampling_definition(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
    """The recursion in float64, with the steps at which the model is asked."""
    schedule, steps = Schedule(case.beta_squared), case.sigma.shape[0]
    host = inputs.exact(on.host(case.beta_squared))
    sigma, noises = on.host(case.sigma), on.host(case.noises)
    slope, shift = on.host(case.slope), on.host(case.shift)
    asked = []

    def model(x: Any, t: int) -> Any:
        asked.append(t)
        return case.slope[t - 1] * x + case.shift[t - 1]

    def step(x: Host, eps: Host, t: int, sign: int) -> Host:
        alpha, share = np.sqrt(host.alpha_squared[t - 1]), host.beta_squared[t - 1]
        share = share / np.sqrt(host.beta_bar_squared[t - 1])
        noise = noises[t - 1] if sign < 0 else np.abs(noises[t - 1])
        result: Host = (x + sign * share * eps) / alpha + sigma[t - 1] * noise
        return result

    x, scale = on.host(case.x_T), np.abs(on.host(case.x_T))
    for t in range(steps, 0, -1):
        x = step(x, slope[t - 1] * x + shift[t - 1], t, -1)
        scale = step(scale, np.abs(slope[t - 1]) * scale + np.abs(shift[t - 1]), t, 1)
    yield Gap("sample", impl["ddpm.sample"](model, case.x_T, case.noises, schedule, case.sigma), x, scale)
    once = list(range(steps, 0, -1))  # and once more by the reference, where `sample` is replaced
    yield Same("steps asked for", once if asked == 2 * once else asked, once)

    t, eps = case.step, on.host(case.x_T) ** 2 / 8
    got = impl["ddpm.ancestral_step"](
        case.x_T, case.x_T**2 / 8, case.noises[t - 1, ...], schedule, case.sigma, t
    )
    scale = step(np.abs(on.host(case.x_T)), eps, t, 1)
    yield Gap("one step", got, step(on.host(case.x_T), eps, t, -1), scale)

    at, kick = host.at(on.host(case.t)), sigma[on.host(case.t) - 1][:, None] * noises[0]
    taken = at.beta_squared / np.sqrt(at.beta_bar_squared) * eps
    got = impl["ddpm.ancestral_step"](
        case.x_T, case.x_T**2 / 8, case.noises[0, ...], schedule, case.sigma, case.t
    )
    alpha, scale = np.sqrt(at.alpha_squared), np.abs(on.host(case.x_T)) + taken
    yield Gap("a step a row", got, (on.host(case.x_T) - taken) / alpha + kick, scale / alpha + np.abs(kick))


@common.composite
def graded(draw: common.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """A sampler and the variance c² of Gaussian data."""
    return {**draw(inputs.samplers(p, kind)), "variance": draw(st.sampled_from([1.0, 0.25, 4.0]))}


@law(
    "ddpm.linear-sampler",
    "on N(0, c²): V_{t−1} = a_t² V_t + σ_t² and Cov(x_{t−1}, x_t) = a_t V_t, a_t = (1 − β_t²/v_t)/α_t",
    source="ddpm C12",
    about=("ddpm.sample", "ddpm.ancestral_step", "ddpm.marginals"),
    inputs=graded,
    tolerance=Rounding(
        6 * 30, "six steps of coefficients, squared, and the expectation's", calls=COEFFICIENTS
    ),
    refutes=(
        "ddpm.ancestral_step/sign-flipped",
        "ddpm.ancestral_step/variance-for-deviation",
        "ddpm.ancestral_step/variance-for-deviation-later",
        "ddpm.sample/no-noise-at-the-end",
        "ddpm.sample/reversed-time",
        "ddpm.marginals/deviation-added",
    ),
)
def linear_sampler(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
    """Unit vectors for x_T and each noise give every covariance without sampling. The variances of a
    sampler that flips its state's sign are right: only the covariance of neighbours refutes it."""
    schedule, steps, sigma = Schedule(case.beta_squared), case.sigma.shape[0], on.host(case.sigma)
    host = inputs.exact(on.host(case.beta_squared))
    level = host.alpha_bar_squared * case.variance + host.beta_bar_squared
    before = host.previous_alpha_bar_squared * case.variance + host.previous_beta_bar_squared
    factor = np.sqrt(host.alpha_squared) * before / level  # a_t, as v_t = α_t² v_{t−1} + β_t²
    model_slope = on.array(np.sqrt(host.beta_bar_squared) / level)
    units = np.eye(steps + 1)[:, :, None]
    noises, start = on.array(units[1:]), on.array(units[0])

    def model(x: Any, t: int) -> Any:
        return model_slope[t - 1] * x

    x, variance, scale = start, 1.0, np.ones(())
    expected, chain = [1.0], [1.0]
    for t in range(steps, 0, -1):
        i = t - 1
        after = impl["ddpm.ancestral_step"](x, model(x, t), noises[i, ...], schedule, case.sigma, t)
        # a_t is a difference of 1/α_t and β_t²/(v_t α_t), so its error has the scale of their sum.
        size = (1 + host.beta_squared[i] / level[i]) / np.sqrt(host.alpha_squared[i])
        cross = np.sum(on.host(x) * on.host(after))
        yield Gap(f"covariance, t = {t}", cross, factor[i] * variance, size * scale)
        variance, scale = factor[i] ** 2 * variance + sigma[i] ** 2, size**2 * scale + sigma[i] ** 2
        yield Gap(f"variance, t = {t}", np.sum(on.host(after) ** 2), variance, scale)
        x = after
        expected.append(variance)
        chain.append(on.number(scale))
    final = on.host(impl["ddpm.sample"](model, start, noises, schedule, case.sigma))
    yield Gap("sample", np.sum(final**2), variance, scale)

    generator = inputs.affine(on, factor[:, None, None], np.zeros((steps, 1)), sigma[:, None, None] ** 2)
    result = impl["ddpm.marginals"](generator)
    yield Gap("marginals", on.host(result.covariance)[:, 0, 0], np.asarray(expected[::-1]), chain[::-1])
    crosses = factor * np.asarray(expected[::-1])[1:]
    yield Gap("neighbours", on.host(result.cross)[:, 0, 0], crosses, crosses + np.asarray(chain[::-1])[1:])
