"""Laws of log-densities of steps, and of traces by random probes."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import Gap, Impl, Kind, Record, Rounding, law


@dataclass(frozen=True, slots=True)
class Stepped:
    """A step of the drift from x, with noise or, in its place, where it ended; cancellation: ends that nearly
    are the mean; extreme: squares σ² and steps of any size."""

    x: Array
    noise: Array
    drift: Array
    sigma2: Array
    step: Array


@inputs.composite
def stepped(draw: inputs.Draw, p: Precision, kind: Kind) -> Stepped:
    n, d, rng = inputs.batch(draw), draw(st.sampled_from([3, 1, 2])), inputs.generator(draw)
    reach = inputs.decades(p, 6.0, power=4) if kind == "extreme" else 0.5
    sigma2, step = 10.0 ** rng.uniform(-reach, reach, (2, n))
    noise = rng.normal(size=(n, d)) * (0.01 if kind == "cancellation" else 1.0)
    return Stepped(
        x=inputs.rounded(rng.normal(size=(n, d)), p),
        noise=inputs.rounded(noise, p),
        drift=inputs.rounded(rng.normal(size=(n, d)), p),
        sigma2=inputs.rounded(sigma2, p),
        step=inputs.rounded(step * draw(st.sampled_from([-1.0, 1.0])), p),
    )


@law(
    "flow.step_log_density-definition",
    "a step's log-density is that of N(x + drift·Δt, σ²|Δt| I), summed over the features",
    source="flow P5",
    about=("flow.step_log_density",),
    inputs=stepped,
    tolerance=Rounding({"offset and its square": 10, "logarithms and sums": 8}, calls=("log",)),
    refutes=(
        "flow.step_log_density/mean-over-features",
        "flow.step_log_density/summed-over-batch",
        "flow.step_log_density/without-step",
        "flow.step_log_density/by-step",
        "flow.step_log_density/deviation-for-variance",
        "flow.step_log_density/without-normaliser",
        "flow.step_log_density/without-2pi",
        "flow.step_log_density/without-drift",
        "flow.step_log_density/normaliser-once",
        "flow.step_log_density/missing-half",
        "flow.step_log_density/squared-distance",
        "flow.step_log_density/log-variance-whole",
    ),
)
def step_log_density_definition(impl: Impl, on: Setting, case: Stepped) -> Iterator[Record]:
    """At ends that are the mean and a multiple of the deviation, as the dtype rounds them."""
    x, drift = on.host(case.x), on.host(case.drift)
    sigma2, step = on.host(case.sigma2)[:, None], on.host(case.step)[:, None]
    variance = sigma2 * np.abs(step)
    ends = on.array(x + drift * step + np.sqrt(variance) * on.host(case.noise))
    end = on.host(ends)
    offset = end - x - drift * step
    sizes = np.abs(end) + np.abs(x) + np.abs(drift * step)
    logs = np.log(2 * on.math.pi * variance)
    expected = -np.sum(offset**2 / variance + logs, axis=-1) / 2
    parts = 2 * np.abs(offset) * sizes / variance + offset**2 / variance
    size = 2 + np.abs(np.log(sigma2)) + np.abs(np.log(np.abs(step)))
    scale = np.sum(parts + size, axis=-1) / 2
    got = impl["flow.step_log_density"](case.x, ends, case.drift, case.sigma2, case.step)
    yield Gap("log density", got, expected, scale)


@law(
    "flow.step_log_density-of-its-steps",
    "where Euler–Maruyama's step with noise z ends, the log-density is −½(‖z‖² + d log(2πσ²|Δt|))",
    source="flow P5, D6",
    stands="that the density is the one of the steps that are taken",
    about=("flow.step_log_density", "flow.euler_maruyama"),
    inputs=stepped,
    tolerance=Rounding({"step": 8, "offset and its square": 10, "logarithms and sums": 8}, calls=("log",)),
    refutes=(
        "flow.step_log_density/mean-over-features",
        "flow.step_log_density/without-step",
        "flow.step_log_density/without-drift",
        "flow.euler_maruyama/noise-by-step",
        "flow.euler_maruyama/variance-for-deviation",
        "flow.euler_maruyama/without-noise",
    ),
)
def step_log_density_of_its_steps(impl: Impl, on: Setting, case: Stepped) -> Iterator[Record]:
    """One step for the whole batch, with the first σ² and Δt."""
    sigma2, step = case.sigma2[:1], case.step[:1]
    times = on.xp.concat([on.xp.zeros_like(step), step])
    run = impl["flow.euler_maruyama"]
    noises = case.noise[None, ...]
    end = run(
        lambda t, x: case.drift + on.xp.zeros_like(x), lambda t: 0 * t + sigma2[0], case.x, times, noises
    )[1, ...]
    x, drift, z = on.host(case.x), on.host(case.drift), on.host(case.noise)
    square, width = on.host(sigma2), np.abs(on.host(step))
    variance = square * width
    logs = np.log(2 * on.math.pi * variance)
    sizes = 2 * (np.abs(x) + np.abs(drift) * width) / np.sqrt(variance) + 3 * np.abs(z)
    size = 2 + np.abs(np.log(square)) + np.abs(np.log(width))
    scale = np.sum(2 * np.abs(z) * sizes + z**2 + size, axis=-1) / 2
    scale = scale + on.u * np.sum(sizes**2, axis=-1) * 26  # the square of an offset's error
    alike = on.xp.zeros_like(case.x[:, 0])
    found = impl["flow.step_log_density"](case.x, end, case.drift, sigma2 + alike, step + alike)
    yield Gap("log density", found, -np.sum(z**2 + logs, axis=-1) / 2, scale)


@dataclass(frozen=True, slots=True)
class Probed:
    """Jacobians and random vectors; cancellation: nearly antisymmetric Jacobians; extreme: any magnitudes."""

    jacobian: Array
    normal: Array
    signs: Array


@inputs.composite
def probed(draw: inputs.Draw, p: Precision, kind: Kind) -> Probed:
    n, d, rng = draw(st.sampled_from([1, 3])), draw(st.sampled_from([3, 2, 1])), inputs.generator(draw)
    jacobian = rng.normal(size=(n, d, d))
    if kind == "cancellation":
        jacobian = jacobian - np.swapaxes(jacobian, -1, -2) * (1 - 2.0**-6)
    if kind == "extreme":
        jacobian = inputs.values(draw, (n, d, d), p, kind, power=3)
    probes = draw(st.sampled_from([2, 3, 1]))
    return Probed(
        jacobian=inputs.rounded(jacobian, p),
        normal=inputs.rounded(rng.normal(size=(probes, n, d)), p),
        signs=rng.choice([-1.0, 1.0], (probes, n, d)),
    )


def _product(on: Setting, case: Probed) -> Any:
    return lambda z: on.xp.sum(case.jacobian * z[..., None, :], axis=-1)


@law(
    "flow.hutchinson_trace-definition",
    "Hutchinson's estimate is the mean of zᵀJz over the probes",
    source="flow P6",
    about=("flow.hutchinson_trace",),
    inputs=probed,
    tolerance=Rounding({"Jz": 4, "zᵀJz": 4, "mean": 4}, "rows of at most 3"),
    refutes=(
        "flow.hutchinson_trace/sum-over-probes",
        "flow.hutchinson_trace/mean-over-features",
        "flow.hutchinson_trace/summed-over-batch",
        "flow.hutchinson_trace/one-probe",
        "flow.hutchinson_trace/norm-of-the-product",
        "flow.hutchinson_trace/product-of-the-mean",
        "flow.hutchinson_trace/without-the-second-probe",
        "flow.hutchinson_trace/normalised-probes",
        "flow.hutchinson_trace/another-probe",
    ),
)
def hutchinson_trace_definition(impl: Impl, on: Setting, case: Probed) -> Iterator[Record]:
    """For normal vectors and for signs."""
    jacobian = on.host(case.jacobian)
    for name, probes in (("normal", case.normal), ("signs", case.signs)):
        z = on.host(probes)
        outer = z[..., :, None] * z[..., None, :]
        terms = outer * jacobian
        scale = np.mean(np.sum(np.abs(terms), axis=(-2, -1)), axis=0)
        expected = np.mean(np.sum(terms, axis=(-2, -1)), axis=0)
        yield Gap(name, impl["flow.hutchinson_trace"](_product(on, case), probes), expected, scale)


@law(
    "flow.hutchinson-unbiased",
    "over all vectors of signs, Hutchinson's estimate is the trace, with each of them alone if J is diagonal",
    source="flow P6",
    stands="that what is estimated is the trace",
    about=("flow.hutchinson_trace",),
    inputs=probed,
    tolerance=Rounding({"Jz": 4, "zᵀJz": 4, "mean of 8": 8, "trace": 3}),
    refutes=(
        "flow.hutchinson_trace/sum-over-probes",
        "flow.hutchinson_trace/mean-over-features",
        "flow.hutchinson_trace/norm-of-the-product",
    ),
)
def hutchinson_unbiased(impl: Impl, on: Setting, case: Probed) -> Iterator[Record]:
    """2^d vectors, d ≤ 3."""
    jacobian = on.host(case.jacobian)
    n, d = jacobian.shape[:2]
    every = np.asarray(list(itertools.product([-1.0, 1.0], repeat=d)))
    probes = on.array(np.broadcast_to(every[:, None, :], (2**d, n, d)).copy())
    trace = np.trace(jacobian, axis1=-2, axis2=-1)
    run = impl["flow.hutchinson_trace"]
    yield Gap("all", run(_product(on, case), probes), trace, np.sum(np.abs(jacobian), axis=(-2, -1)))
    diagonal = np.diagonal(jacobian, axis1=-2, axis2=-1)
    given = on.array(diagonal)
    one = run(lambda z: given * z, case.signs[:1, ...])
    yield Gap("one, of a diagonal", one, trace, np.sum(np.abs(diagonal), axis=-1))


@law(
    "flow.hutchinson_variance-definition",
    "the variance of zᵀJz is 2 Σ_{i≠j} S_ij² for signs and 2 Σ S_ij² for normal z, S = (J + Jᵀ)/2",
    source="flow P6",
    about=("flow.hutchinson_variance",),
    inputs=probed,
    tolerance=Rounding({"S and its square": 4, "sum of 9": 8, "expectation, alike": 12}),
    refutes=(
        "flow.hutchinson_variance/gaussian-for-signs",
        "flow.hutchinson_variance/signs-for-gaussian",
        "flow.hutchinson_variance/not-symmetrised",
        "flow.hutchinson_variance/missing-two",
        "flow.hutchinson_variance/deviation",
        "flow.hutchinson_variance/trace-left-out",
        "flow.hutchinson_variance/pairs-once",
        "flow.hutchinson_variance/gaussian-by-default",
    ),
)
def hutchinson_variance_definition(impl: Impl, on: Setting, case: Probed) -> Iterator[Record]:
    """With the pairs i < j apart from the diagonal."""
    jacobian = on.host(case.jacobian)
    d = jacobian.shape[-1]
    off, size = np.zeros(len(jacobian)), np.zeros(len(jacobian))
    for i, j in itertools.combinations(range(d), 2):
        first, second = jacobian[:, i, j], jacobian[:, j, i]
        off = off + (first + second) ** 2
        size = size + (np.abs(first) + np.abs(second)) * np.abs(first + second)
    squares = 2 * np.sum(np.diagonal(jacobian, axis1=-2, axis2=-1) ** 2, axis=-1)
    run = impl["flow.hutchinson_variance"]
    yield Gap("normal", run(case.jacobian, probes="gaussian"), off + squares, size + squares)
    yield Gap("signs", run(case.jacobian), off, size)
    yield Gap("signs by name", run(case.jacobian, probes="rademacher"), off, size)


@law(
    "flow.hutchinson_variance-of-its-estimates",
    "the variance is that of the estimates by all vectors of signs, or by normal ones under a rule that is "
    "exact for their fourth moments",
    source="flow P6",
    stands="that the formula is the variance of the estimate",
    about=("flow.hutchinson_variance", "flow.hutchinson_trace"),
    inputs=probed,
    tolerance=Rounding({"estimates": 12, "their squares and the sum of 27": 30, "S, its square and sum": 12}),
    refutes=(
        "flow.hutchinson_variance/gaussian-for-signs",
        "flow.hutchinson_variance/not-symmetrised",
        "flow.hutchinson_variance/missing-two",
        "flow.hutchinson_trace/norm-of-the-product",
    ),
)
def hutchinson_variance_of_its_estimates(impl: Impl, on: Setting, case: Probed) -> Iterator[Record]:
    """Each estimate by one probe, less the trace; 0 and ±√3 with the weights 2/3 and 1/6 have the first five
    moments of a normal number."""
    jacobian = on.host(case.jacobian)
    n, d = jacobian.shape[:2]
    trace = np.trace(jacobian, axis1=-2, axis2=-1)
    total = np.sum(np.abs(jacobian), axis=(-2, -1))
    root = on.math.sqrt(on.number(3))
    rules: dict[str, list[tuple[Any, Any]]] = {
        "rademacher": [(on.number(1), on.number(1) / 2), (on.number(-1), on.number(1) / 2)],
        "gaussian": [
            (on.number(0), on.number(2) / 3),
            (root, on.number(1) / 6),
            (-root, on.number(1) / 6),
        ],
    }
    for name, rule in rules.items():
        found = 0 * trace
        for nodes in itertools.product(rule, repeat=d):
            z, weight = on.reals([node for node, _ in nodes]), np.prod([share for _, share in nodes])
            probes = on.array(np.zeros((1, n, d)) + z)
            estimate = on.host(impl["flow.hutchinson_trace"](_product(on, case), probes))
            found = found + weight * (estimate - trace) ** 2
        got = impl["flow.hutchinson_variance"](case.jacobian, probes=name)
        yield Gap(name, got, found, 9 * total**2)
