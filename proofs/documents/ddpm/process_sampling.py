"""Laws of sampling: standard deviations, trajectories, and samplers of Gaussian data."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision, Setting
from ....ddpm import Schedule
from ...language import inputs as common
from ...language.law import AtMost, Gap, Impl, Kind, Record, Rounding, Same, law
from . import inputs
from .inputs import Host
from .process import COEFFICIENTS

_OPTIMAL = Rounding(
    {"partial sums, quotient and three products": 9, "given variance": 5, "root": 1, "expectation": 5},
    calls=COEFFICIENTS * 2,
)


@law(
    "ddpm.sampling_std-definition",
    'sampling_std is β̄_{t−1}β_t/β̄_t ("dirac", 0 at t = 1) or β_t ("normal")',
    source="ddpm D7",
    about=("ddpm.sampling_std",),
    inputs=inputs.schedules,
    tolerance=Rounding(
        {"partial sums and quotient, under a root": 3.5, "root and product": 2, "expectation": 4},
        calls=("log1p", "expm1") * 2,
    ),
    refutes=(
        "ddpm.sampling_std/variance",
        "ddpm.sampling_std/kinds-exchanged",
        "ddpm.sampling_std/first-clipped",
        "ddpm.sampling_std/without-beta",
        "ddpm.sampling_std/ratio-inverted",
    ),
)
def sampling_std_definition(impl: Impl, on: Setting, case: inputs.Scheduled) -> Iterator[Record]:
    """1/σ² = 1/β̄²_{t−1} + α_t²/β_t² for "dirac", by exact products."""
    host, schedule = inputs.exact(on.host(case.beta_squared)), Schedule(case.beta_squared)
    with np.errstate(divide="ignore"):
        precision = 1 / host.previous_beta_bar_squared + host.alpha_squared / host.beta_squared
    dirac, normal = 1 / np.sqrt(precision), np.sqrt(host.beta_squared)
    yield Gap("dirac", impl["ddpm.sampling_std"](schedule, kind="dirac"), dirac, dirac)
    yield Gap("normal", impl["ddpm.sampling_std"](schedule, kind="normal"), normal, normal)


@dataclass(frozen=True, slots=True)
class Spectrum(inputs.Scheduled):
    """A schedule, and the eigenvalues of Gaussian data's covariance: zero, one, mixed."""

    eigenvalues: Array


@common.composite
def spectra(draw: common.Draw, p: Precision, kind: Kind) -> Spectrum:
    pattern = draw(st.sampled_from(["zero", "one", "mixed"]))
    rng = common.generator(draw)
    d = draw(st.sampled_from([1, 3]))
    most = common.decades(p, 6.0)
    mixed = rng.uniform(0, 2, d) if kind != "extreme" else 10.0 ** rng.uniform(-most, most, d)
    eigenvalues = {"zero": np.zeros(d), "one": np.ones(d), "mixed": mixed}[pattern]
    return Spectrum(beta_squared=inputs.variances(draw, p, kind), eigenvalues=common.rounded(eigenvalues, p))


def conditional_variance(host: inputs.Exact, eigenvalues: Host) -> Host:
    """E tr Cov(x_0|x_t)/d of Gaussian data: the mean of λβ̄_t²/(ᾱ_t²λ + β̄_t²)."""
    noise, signal = host.beta_bar_squared[:, None], host.alpha_bar_squared[:, None]
    result: Host = np.mean(eigenvalues * noise / (signal * eigenvalues + noise), axis=-1)
    return result


@law(
    "ddpm.optimal_std-definition",
    "σ_t² = (β̄_{t−1}β_t/β̄_t)² + (ᾱ_{t−1}β_t²/β̄_t²)² E tr Cov(x_0|x_t)/d is E tr Cov(x_{t−1}|x_t)/d",
    source="ddpm C10",
    about=("ddpm.optimal_std",),
    inputs=spectra,
    tolerance=_OPTIMAL,
    refutes=(
        "ddpm.optimal_std/coefficient-not-squared",
        "ddpm.optimal_std/variance",
        "ddpm.optimal_std/current-signal",
    ),
)
def optimal_std_definition(impl: Impl, on: Setting, case: Spectrum) -> Iterator[Record]:
    """Gaussian data: Cov(x_{t−1}|x_t) has eigenvalues β_t² c_{t−1}/c_t, c_t = ᾱ_t²λ + β̄_t²."""
    host, eigenvalues = inputs.exact(on.host(case.beta_squared)), on.host(case.eigenvalues)
    before = host.previous_alpha_bar_squared[:, None] * eigenvalues + host.previous_beta_bar_squared[:, None]
    after = host.alpha_bar_squared[:, None] * eigenvalues + host.beta_bar_squared[:, None]
    expected = np.sqrt(np.mean(host.beta_squared[:, None] * before / after, axis=-1))
    variance = on.array(conditional_variance(host, eigenvalues))
    got = impl["ddpm.optimal_std"](Schedule(case.beta_squared), variance)
    yield Gap("σ", got, expected, expected * host.condition)


@law(
    "ddpm.optimal_std-bounds",
    "σ_t is dirac's for a single point, β_t for N(m, I), at most β_t if tr Cov/d ≤ 1, always ≤ β_t/α_t",
    source="ddpm C6",
    stands="between what the optimum lies, and for which data it is at the ends",
    about=("ddpm.optimal_std", "ddpm.sampling_std"),
    inputs=spectra,
    tolerance=_OPTIMAL,
    refutes=(
        "ddpm.optimal_std/coefficient-not-squared",
        "ddpm.sampling_std/variance",
        "ddpm.sampling_std/kinds-exchanged",
    ),
)
def optimal_std_bounds(impl: Impl, on: Setting, case: Spectrum) -> Iterator[Record]:
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
    first = int(np.sum(ratio <= on.precision.largest))  # it rises
    limit = impl["ddpm.optimal_std"](Schedule(case.beta_squared[:first]), on.array(ratio[:first]))
    yield Gap("s → ∞", limit, largest[:first], scale[:first])
    rising = [best(np.asarray([s**2])) for s in (0.0, 0.5, 1.0, 2.0, 10.0)]
    for label, low, high in zip("abcd", rising, rising[1:], strict=False):
        yield AtMost(f"rises with s ({label})", low, high, scale)
    any_data = best(eigenvalues)
    yield AtMost("at least dirac's", dirac, any_data, scale)
    yield AtMost("at most β_t/α_t", any_data, largest, scale)
    yield AtMost("at most β_t", best(eigenvalues / max(1.0, np.mean(eigenvalues))), normal, scale)


@dataclass(frozen=True, slots=True)
class Trajectories(inputs.Sampler):
    """A sampler, its noises (T, n, d), one step and steps (n,), and the model ε = k_t x + h_t."""

    step: int
    t: Array
    start: Array
    noises: Array
    slope: Array
    shift: Array


@common.composite
def trajectories(draw: common.Draw, p: Precision, kind: Kind) -> Trajectories:
    case = draw(inputs.samplers(p, kind))
    steps, n, d = len(case.sigma), common.batch(draw), draw(st.sampled_from([1, 3]))
    rng = common.generator(draw)
    return common.extended(
        Trajectories,
        case,
        step=draw(st.integers(1, steps)),
        t=rng.integers(1, steps + 1, n),
        start=inputs.reals(draw, (n, d), p, "ordinary"),
        noises=common.rounded(rng.standard_normal((steps, n, d)), p),
        slope=common.rounded(rng.uniform(-1, 1, steps), p),
        shift=common.rounded(rng.uniform(-1, 1, steps), p),
    )


@law(
    "ddpm.sampling-definition",
    "sample takes ancestral steps T..1, x_{t−1} = (x_t − (β_t²/β̄_t) ε)/α_t + σ_t·noise_t, at t = 1 too",
    source="ddpm D9",
    about=("ddpm.sample", "ddpm.ancestral_step"),
    inputs=trajectories,
    tolerance=Rounding(
        {"partial sums and eight operations in each of 6 steps": 6 * (6 + 8)}, calls=COEFFICIENTS
    ),
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
def sampling_definition(impl: Impl, on: Setting, case: Trajectories) -> Iterator[Record]:
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

    x, scale = on.host(case.start), np.abs(on.host(case.start))
    for t in range(steps, 0, -1):
        x = step(x, slope[t - 1] * x + shift[t - 1], t, -1)
        scale = step(scale, np.abs(slope[t - 1]) * scale + np.abs(shift[t - 1]), t, 1)
    scale = scale * (steps + 1) / (inputs.STEPS[-1] + 1)  # the roundings are those of 6 steps
    yield Gap("sample", impl["ddpm.sample"](model, case.start, case.noises, schedule, case.sigma), x, scale)
    once = list(range(steps, 0, -1))  # and once more by the reference, where `sample` is replaced
    yield Same("steps asked for", once if asked == 2 * once else asked, once)

    t, eps = case.step, on.host(case.start) ** 2 / 8
    got = impl["ddpm.ancestral_step"](
        case.start, case.start**2 / 8, case.noises[t - 1, ...], schedule, case.sigma, t
    )
    scale = step(np.abs(on.host(case.start)), eps, t, 1)
    yield Gap("one step", got, step(on.host(case.start), eps, t, -1), scale)

    at, kick = host.at(on.host(case.t)), sigma[on.host(case.t) - 1][:, None] * noises[0]
    taken = at.beta_squared / np.sqrt(at.beta_bar_squared) * eps
    got = impl["ddpm.ancestral_step"](
        case.start, case.start**2 / 8, case.noises[0, ...], schedule, case.sigma, case.t
    )
    alpha, scale = np.sqrt(at.alpha_squared), np.abs(on.host(case.start)) + taken
    yield Gap("a step a row", got, (on.host(case.start) - taken) / alpha + kick, scale / alpha + np.abs(kick))


@dataclass(frozen=True, slots=True)
class Graded(inputs.Sampler):
    """A sampler and the variance c² of Gaussian data."""

    variance: float


@common.composite
def graded(draw: common.Draw, p: Precision, kind: Kind) -> Graded:
    return common.extended(
        Graded, draw(inputs.samplers(p, kind)), variance=draw(st.sampled_from([1.0, 0.25, 4.0]))
    )


@law(
    "ddpm.linear-sampler",
    "on N(0, c²): V_{t−1} = a_t² V_t + σ_t² and Cov(x_{t−1}, x_t) = a_t V_t, a_t = (1 − β_t²/v_t)/α_t",
    source="ddpm C12",
    stands="the variances that samples have, along the whole chain",
    about=("ddpm.sample", "ddpm.ancestral_step", "ddpm.marginals"),
    inputs=graded,
    tolerance=Rounding(
        {"partial sums, eight operations in 6 steps, squared": 6 * 2 * (6 + 8), "expectation": 6 * 2},
        calls=COEFFICIENTS,
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
def linear_sampler(impl: Impl, on: Setting, case: Graded) -> Iterator[Record]:
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


@dataclass(frozen=True, slots=True)
class Multistep:
    """Coefficients of x_{t−1} = a_t x_t + c_t x_{t+1} + σ_t·noise, c_T = 0."""

    first: Array
    second: Array
    sigma: Array


@common.composite
def multistep(draw: common.Draw, p: Precision, kind: Kind) -> Multistep:
    rng, steps = common.generator(draw), draw(st.sampled_from([1, 2, 5]))
    first, second, sigma = rng.uniform(-1, 1, (3, steps))
    if kind == "cancellation":
        second = -first * (1 + 1e-3 * rng.standard_normal(steps))
    if kind == "extreme":
        first, sigma = min(4.0, p.largest**0.1 - 1) * first, 1e-3 * sigma  # variances of 5 steps
    second[-1] = 0.0
    return Multistep(*(common.rounded(v, p) for v in (first, second, sigma)))


@law(
    "ddpm.multistep-sampler",
    "a sampler that uses the last two states is graded by the covariance of their pair",
    source="ddpm C12",
    stands="that the grade tells samplers with a memory from those without",
    about=("ddpm.marginals",),
    inputs=multistep,
    tolerance=Rounding(
        {"two products, a sum in 5 steps": 5 * 5, "expectation, squared": 2 * 5 * 3, "its squares, sum": 6}
    ),
    refutes=("ddpm.marginals/without-transpose", "ddpm.marginals/neighbours-exchanged"),
)
def multistep_sampler(impl: Impl, on: Setting, case: Multistep) -> Iterator[Record]:
    """Unit vectors for x_T and each noise, run through the recursion, against the companion form."""
    first, second, sigma = (on.host(part) for part in (case.first, case.second, case.sigma))
    steps = len(first)

    def run(a: Host, c: Host) -> Host:
        states = [np.zeros(steps + 1), np.eye(steps + 1)[0]]
        for t in range(steps, 0, -1):
            step = a[t - 1] * states[-1] + c[t - 1] * states[-2]
            states.append(step + sigma[t - 1] * np.eye(steps + 1)[t])
        return np.stack(states[:0:-1])

    path, size = run(first, second), np.abs(run(np.abs(first), np.abs(second)))
    expected, scale = path @ path.T, size @ size.T
    weight, noise = np.zeros((2, steps, 2, 2), like=first)
    weight[:, 0, 0], weight[:, 0, 1], weight[:, 1, 0], noise[:, 0, 0] = first, second, 1.0, sigma**2
    generator = inputs.affine(on, weight, np.zeros((steps, 2)), noise)
    got = impl["ddpm.marginals"](generator)
    variance, cross = on.host(got.covariance), on.host(got.cross)
    yield Gap("variances", variance[:, 0, 0], np.diag(expected), np.diag(scale))
    yield Gap("pairs", variance[:-1, 0, 1], np.diag(expected, 1), np.diag(scale, 1))
    yield Gap("neighbours", cross[:, 0, 0], np.diag(expected, 1), np.diag(scale, 1))
    yield Gap("two apart", cross[:-1, 0, 1], np.diag(expected, 2), np.diag(scale, 2))
