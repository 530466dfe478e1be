"""Laws of the bound of linear-Gaussian generators: its terms, the joint divergence, the one-step VAE."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision, Setting
from ....ddpm import AffineGenerator, Schedule
from ...language import inputs as common
from ...language.law import AtMost, Gap, Impl, Kind, Record, Rounding, law
from . import gaussian, inputs
from .elbo_generators import _path
from .gaussian import Model
from .inputs import Host
from .process import COEFFICIENTS


@dataclass(frozen=True, slots=True)
class Ends(inputs.Scheduled):
    """Points (n, d), and a schedule."""

    x: Array


@common.composite
def ends(draw: common.Draw, p: Precision, kind: Kind) -> Ends:
    """Points (n, d), and schedules that end ordinarily, with next to no noise, or with next to no signal."""
    rng, steps = common.generator(draw), draw(st.sampled_from(inputs.STEPS))
    faint = p.u, max(1e-4, 10 * p.u)
    low, high = {"ordinary": (0.01, 0.9), "cancellation": faint, "extreme": (0.97, 0.999)}[kind]
    beta_squared = np.minimum(common.rounded(rng.uniform(low, high, steps), p), 1 - p.u)
    shape = common.batch(draw), draw(st.sampled_from([1, 3]))
    return Ends(beta_squared, x=common.rounded(rng.standard_normal(shape), p))


@law(
    "ddpm.elbo_terms-definition",
    "elbo_terms gives L_0 = −E log q(x_0|x_1), L_{t−1} = E KL(p(x_{t−1}|x_t, x_0)‖q), L_T = KL(p(x_T|x_0)‖q)",
    source="ddpm D10",
    about=("ddpm.elbo_terms",),
    inputs=gaussian.gaussians,
    tolerance=Rounding(
        {"partial sums": 6, "coefficient": 1, "solve of 3 equations": 3, "expectation, alike": 10},
        calls=(*COEFFICIENTS, "log"),
    ),
    refutes=(
        "ddpm.elbo_terms/divergence-twice",
        "ddpm.elbo_terms/log-determinant-not-halved",
        "ddpm.elbo_terms/without-dimension",
        "ddpm.elbo_terms/without-spread",
        "ddpm.elbo_terms/without-constant",
        "ddpm.elbo_terms/root-for-log",
        "ddpm.elbo_terms/in-bits",
        "ddpm.elbo_terms/last-first",
    ),
)
def elbo_definition(impl: Impl, on: Setting, case: gaussian.Gaussians) -> Iterator[Record]:
    """The nodes ᾱ_t x_0 ± β̄_t √d e_i give expectations of the quadratic log-densities exactly."""
    model, x0 = Model(case, on), on.host(case.x0)
    at, d = model.exact, model.dims
    nodes = on.math.sqrt(d) * np.concatenate([np.eye(d), -np.eye(d)])
    x_t = (
        model.alpha_bar[1:, None, None, None] * x0[:, None]
        + np.sqrt(at.beta_bar_squared[:, None, None, None]) * nodes
    )
    expected = []
    for i in range(model.steps):
        predicted = x_t[i] @ model.weight[i].T + model.bias[i]
        if i == 0:
            expected.append(
                -np.mean(gaussian.log_density(x0[:, None] - predicted, np.zeros(d), model.noise[0]), -1)
            )
            continue
        kept = at.previous_beta_bar_squared[i] / at.beta_bar_squared[i]
        pull = model.alpha_bar[i] * at.beta_squared[i] / at.beta_bar_squared[i]
        gap = np.sqrt(at.alpha_squared[i]) * kept * x_t[i] + pull * x0[:, None] - predicted
        variance = kept * at.beta_squared[i]
        precision = np.linalg.inv(model.noise[i])
        square = np.mean(np.sum((gap @ precision) * gap, axis=-1), axis=-1)
        logs = np.linalg.slogdet(model.noise[i])[1] - d * np.log(variance)
        expected.append((variance * np.trace(precision) - d + logs + square) / 2)
    signal, noise = at.alpha_bar_squared[-1], at.beta_bar_squared[-1]
    expected.append((signal * np.sum(x0**2, axis=-1) - d * (signal + np.log(noise))) / 2)
    got = impl["ddpm.elbo_terms"](case.x0, model.generator, model.schedule)
    yield Gap("terms", got, np.stack(expected, axis=-1), model.elbo_scale(x0))


@law(
    "ddpm.last-term",
    "L_T = ½(ᾱ_T²‖x_0‖² − d(ᾱ_T² + log β̄_T²)) keeps its digits for ᾱ_T near 0 and near 1",
    source="ddpm D10",
    about=("ddpm.elbo_terms",),
    inputs=ends,
    tolerance=Rounding(
        {"partial sums": 6, "ᾱ², product, difference": 3, "3 squares and their sum": 3, "expectation": 6},
        calls=(*COEFFICIENTS, "log"),
    ),
    refutes=("ddpm.elbo_terms/last-term-cancels", "ddpm.elbo_terms/divergence-twice"),
)
def last_term(impl: Impl, on: Setting, case: Ends) -> Iterator[Record]:
    """No term but the last depends on the schedule's end alone; the generator ignores its state."""
    signal, noise = (on.number(part[-1]) for part in inputs.products(on.host(case.beta_squared)))
    square = np.sum(on.host(case.x) ** 2, axis=-1)
    steps, d = len(on.host(case.beta_squared)), case.x.shape[-1]
    eye = np.broadcast_to(np.eye(d), (steps, d, d))
    generator = inputs.affine(on, np.zeros((steps, d, d)), np.zeros((steps, d)), eye)
    terms = on.host(impl["ddpm.elbo_terms"](case.x, generator, Schedule(case.beta_squared)))
    log = on.math.log1p(-signal) if signal < 0.5 else on.math.log(noise)
    # ᾱ² has the error of its logarithm, which log β̄² sees only times ᾱ².
    scale = signal * (square + d) * (1 - on.math.log(signal)) + d * abs(log)
    yield Gap("L_T", terms[..., -1], (signal * square - d * (signal + log)) / 2, scale)


def _joint_divergence(model: Model) -> Any:
    """KL of the two path distributions from their triangular factors, forward and backward."""
    steps, d = model.steps, model.dims
    size = (steps + 1) * d
    forward, backward = np.eye(size, like=model.mean), np.eye(size, like=model.mean)
    sources = [model.covariance, *(b * np.eye(d) for b in model.beta_squared)]
    noises = [*model.noise, np.eye(d)]
    blocks = [slice(i * d, (i + 1) * d) for i in range(steps + 1)]
    root, whiten = np.zeros((2, size, size), like=model.mean)
    for i, block in enumerate(blocks):
        root[block, block] = np.linalg.cholesky(sources[i])
        whiten[block, block] = np.linalg.inv(np.linalg.cholesky(noises[i]))
        if i < steps:
            alpha = np.sqrt(model.exact.alpha_squared[i])
            forward[blocks[i + 1], block] = -alpha * np.eye(d)
            backward[block, blocks[i + 1]] = -model.weight[i]
    matrix = whiten @ backward @ np.linalg.inv(forward) @ root
    path = np.concatenate([signal * model.mean for signal in model.alpha_bar])
    error = whiten @ (backward @ path - np.append(model.bias, np.zeros(d)))
    logs = -np.linalg.slogdet(whiten)[1] - np.linalg.slogdet(root)[1]
    return (np.sum(matrix**2) + np.sum(error**2) - size) / 2 + logs


@law(
    "ddpm.joint-divergence",
    "joint_kl is the KL of the two distributions of (x_0, ..., x_T), and E[Σ elbo_terms] − H(data)",
    source="ddpm C3",
    about=("ddpm.joint_kl", "ddpm.elbo_terms"),
    inputs=gaussian.gaussians,
    tolerance=Rounding(
        {"partial sums": 6, "coefficients": 3, "solve of 3 equations": 3, "expectation, alike": 12},
        calls=(*COEFFICIENTS, "log"),
    ),
    refutes=(
        "ddpm.joint_kl/divergence-twice",
        "ddpm.joint_kl/without-last-state",
        "ddpm.joint_kl/zero-mean",
        "ddpm.elbo_terms/divergence-twice",
        "ddpm.elbo_terms/log-determinant-not-halved",
        "ddpm.elbo_terms/without-spread",
        "ddpm.joint_kl/at-the-mean",
        "ddpm.joint_kl/in-bits",
    ),
)
def joint_divergence(impl: Impl, on: Setting, case: gaussian.Gaussians) -> Iterator[Record]:
    """The nodes m ± √d C^{1/2} e_i give the expectation over the data exactly."""
    model = Model(case, on)
    scale = model.joint_scale()
    got = impl["ddpm.joint_kl"](case.mean, case.covariance, model.generator, model.schedule)
    expected = _joint_divergence(model)
    yield Gap("joint distribution", got, expected, scale)
    root = np.linalg.cholesky(model.covariance) * on.math.sqrt(model.dims)
    points = np.concatenate([model.mean + root.T, model.mean - root.T])
    terms = impl["ddpm.elbo_terms"](on.array(points), model.generator, model.schedule)
    average = np.mean(np.sum(on.host(terms), axis=-1)) - model.entropy()
    own = np.mean(np.sum(model.elbo_scale(points), axis=-1)) + abs(model.entropy())
    yield Gap("expected bound", average, expected, scale + own)


@law(
    "ddpm.bound-below-evidence",
    "ELBO(x_0) ≤ log q(x_0) at every point, and −(J + H) ≤ E log q(x_0); equal for N(0, I) reversed exactly",
    source="ddpm C4",
    about=("ddpm.elbo_terms", "ddpm.marginals", "ddpm.joint_kl"),
    inputs=gaussian.gaussians,
    tolerance=Rounding(
        {"the bound, as in elbo_terms-definition": 20, "4 steps of products over 3 dimensions": 4 * 3},
        calls=(*COEFFICIENTS, "log"),
    ),
    refutes=(
        "ddpm.elbo_terms/divergence-twice",
        "ddpm.elbo_terms/without-dimension",
        "ddpm.elbo_terms/without-spread",
        "ddpm.joint_kl/log-determinant-not-halved",
        "ddpm.marginals/deviation-added",
    ),
)
def bound_below_evidence(impl: Impl, on: Setting, case: gaussian.Gaussians) -> Iterator[Record]:
    """The evidence of an affine generator is the density of its Gaussian x_0."""
    mean, covariance = on.host(case.mean), on.host(case.covariance)
    standard = np.all(covariance == np.eye(len(mean))) and not np.any(mean)
    if standard:  # without the rounding of the generator that is exact there
        parts = gaussian.reverse(mean, covariance, on.host(case.beta_squared))
        weight, bias, noise = map(on.array, parts)
        case = replace(case, weight=weight, bias=bias, noise=noise)
    model, x0 = Model(case, on), on.host(case.x0)
    states = impl["ddpm.marginals"](model.generator)
    mean, covariance = on.host(states.mean)[0], on.host(states.covariance)[0]
    evidence = gaussian.log_density(x0, mean, covariance)
    bound = -np.sum(on.host(impl["ddpm.elbo_terms"](case.x0, model.generator, model.schedule)), axis=-1)
    reach, size = _path(*(np.abs(part) for part in (model.weight, model.bias, model.noise)))
    d, precision = model.dims, np.linalg.norm(np.linalg.inv(covariance), 2)
    spread = precision * np.linalg.norm(size[:d, :d], 2)  # relative error of the covariance per rounding

    def scale(points: Host) -> Host:
        gap = np.linalg.norm(points - mean, axis=-1) + np.linalg.norm(reach[:d])
        result: Host = spread * (d + precision * gap**2) + np.abs(
            gaussian.log_density(points, mean, covariance)
        )
        return result

    own = np.sum(model.elbo_scale(x0), axis=-1)
    yield AtMost("at every point", bound, evidence, own + scale(x0))
    root = np.linalg.cholesky(model.covariance) * on.math.sqrt(d)
    points = np.concatenate([model.mean + root.T, model.mean - root.T])
    divergence = on.host(impl["ddpm.joint_kl"](case.mean, case.covariance, model.generator, model.schedule))
    average = np.mean(gaussian.log_density(points, mean, covariance))
    total = model.joint_scale() + abs(model.entropy()) + np.mean(scale(points))
    yield AtMost("averaged", -(divergence + model.entropy()), average, total)
    if standard:
        # The generator's weights are rounded: relative errors of S_t and W_t enter as of the terms.
        yield Gap("tight", bound, evidence, own + scale(x0))
        yield Gap("tight on average", -(divergence + model.entropy()), average, total)


@law(
    "ddpm.exact-chain",
    "reversing with Cov(x_{t−1}|x_t) leaves KL(p_T‖q_T) ≥ KL(p_0‖q_0); one σ_t² adds ½(d log tr/d − log det)",
    source="ddpm C7",
    stands="what reversing step by step loses, and what one variance a step adds",
    about=("ddpm.exact_generator", "ddpm.joint_kl", "ddpm.marginals"),
    inputs=gaussian.gaussians,
    tolerance=Rounding(
        {"joint_kl": 12, "exact_generator": 6 + 1 + 3, "expectation, alike": 10}, calls=(*COEFFICIENTS, "log")
    ),
    refutes=(
        "ddpm.exact_generator/without-mean",
        "ddpm.exact_generator/prior-covariance",
        "ddpm.joint_kl/without-last-state",
        "ddpm.joint_kl/divergence-twice",
    ),
)
def exact_chain(impl: Impl, on: Setting, case: gaussian.Gaussians) -> Iterator[Record]:
    """The loss to a scalar variance is Σ_t, by eigenvalues of Cov(x_{t−1}|x_t), and 0 if C = c·I."""
    model = Model(case, on)
    exact = impl["ddpm.exact_generator"](case.mean, case.covariance, model.schedule)
    model.weight, model.bias, model.noise = (on.host(part) for part in exact)
    last, scale = model.last_divergence(), model.joint_scale()
    joint = impl["ddpm.joint_kl"]
    yield Gap("full matrix", joint(case.mean, case.covariance, exact, model.schedule), last, scale)
    states = impl["ddpm.marginals"](exact)
    start = on.host(states.mean)[0], on.host(states.covariance)[0]
    reached = gaussian.divergence(model.mean, model.covariance, *start)
    condition = on.number(np.linalg.cond(start[1])) ** 2
    yield AtMost("data", reached, last, scale + condition * (model.dims + model.mean @ model.mean))

    values = np.linalg.eigvalsh(gaussian.reverse(model.mean, model.covariance, model.beta_squared)[2])
    average = np.mean(values, axis=-1)
    loss = np.sum(np.log(average)) * model.dims / 2 - np.sum(np.log(values)) / 2
    noise = average[:, None, None] * np.eye(model.dims)
    scalar = AffineGenerator(exact.weight, exact.bias, on.array(noise))
    got = joint(case.mean, case.covariance, scalar, model.schedule)
    model.noise = noise
    yield Gap("one variance", got, last + loss, scale + model.joint_scale())


@law(
    "ddpm.optimal-variance-minimises",
    "at the true mean, J is least at σ_t² = E tr Cov(x_{t−1}|x_t)/d: f times it adds T·d/2·(1/f − 1 + log f)",
    source="ddpm C6",
    stands="that no other variance is better",
    about=("ddpm.optimal_std", "ddpm.exact_generator", "ddpm.joint_kl"),
    inputs=gaussian.gaussians,
    tolerance=Rounding(
        {"joint_kl": 12, "exact_generator": 6 + 1 + 3, "optimal_std": 4, "expectation": 10},
        calls=(*COEFFICIENTS, "log"),
    ),
    refutes=(
        "ddpm.optimal_std/coefficient-not-squared",
        "ddpm.optimal_std/variance",
        "ddpm.exact_generator/without-mean",
        "ddpm.joint_kl/log-determinant-not-halved",
    ),
)
def optimal_variance_minimises(impl: Impl, on: Setting, case: gaussian.Gaussians) -> Iterator[Record]:
    """The excess over the least value is known in closed form, which is more than being least."""
    model = Model(case, on)
    exact = impl["ddpm.exact_generator"](case.mean, case.covariance, model.schedule)
    model.weight, model.bias = on.host(exact.weight), on.host(exact.bias)
    values = np.linalg.eigvalsh(model.covariance)
    at, d = model.exact, model.dims
    left = at.beta_bar_squared[:, None] / (
        at.alpha_bar_squared[:, None] * values + at.beta_bar_squared[:, None]
    )
    variance = on.array(np.mean(values * left, axis=-1))
    best = on.host(impl["ddpm.optimal_std"](model.schedule, variance)) ** 2
    true = gaussian.reverse(model.mean, model.covariance, model.beta_squared)[2]
    least = (
        model.last_divergence()
        + np.sum(d * np.log(np.trace(true, axis1=-2, axis2=-1) / d) - np.linalg.slogdet(true)[1]) / 2
    )
    for factor in map(on.number, (1.0, 0.5, 0.9, 1.1, 2.0)):
        noise = (factor * best)[:, None, None] * np.eye(d)
        generator = AffineGenerator(exact.weight, exact.bias, on.array(noise))
        got = impl["ddpm.joint_kl"](case.mean, case.covariance, generator, model.schedule)
        excess = model.steps * d / 2 * (1 / factor - 1 + on.math.log(factor))
        model.noise = noise
        yield Gap(f"{factor} times", got, least + excess, model.joint_scale())


@common.composite
def single_steps(draw: common.Draw, p: Precision, kind: Kind) -> gaussian.Gaussians:
    """Generators of one step."""
    case = draw(gaussian.gaussians(p, kind))
    return replace(
        case,
        beta_squared=case.beta_squared[:1],
        weight=case.weight[:1],
        bias=case.bias[:1],
        noise=case.noise[:1],
    )


@law(
    "ddpm.one-step-vae",
    "T = 1 is the ordinary VAE: −Σ elbo_terms is the mean of log q(x_0|x_1) + log q(x_1) − log p(x_1|x_0)",
    source="ddpm C8",
    about=("ddpm.elbo_terms", "ddpm.diffuse"),
    inputs=single_steps,
    tolerance=Rounding(
        {"partial sums": 6, "coefficient": 1, "solve of 3 equations": 3, "expectation, alike": 10},
        calls=(*COEFFICIENTS, "log"),
    ),
    refutes=(
        "ddpm.elbo_terms/divergence-twice",
        "ddpm.elbo_terms/log-determinant-not-halved",
        "ddpm.elbo_terms/without-spread",
        "ddpm.diffuse/variance-as-deviation",
    ),
)
def one_step_vae(impl: Impl, on: Setting, case: gaussian.Gaussians) -> Iterator[Record]:
    """The encoder's nodes ᾱx_0 ± β̄√d e_i average the quadratic log-weights exactly."""
    model, x0 = Model(case, on), on.host(case.x0)
    d = model.dims
    nodes = on.math.sqrt(d) * np.concatenate([np.eye(d), -np.eye(d)])
    start = on.array(np.broadcast_to(x0[:, None], (len(x0), 2 * d, d)))
    latent = on.host(impl["ddpm.diffuse"](start, on.array(nodes), model.schedule, 1))
    error = x0[:, None] - latent @ model.weight[0].T - model.bias[0]
    origin, eye = np.zeros(d), np.eye(d)
    noise = model.beta_squared[0] * eye
    log_weights = (
        gaussian.log_density(error, origin, model.noise[0])
        + gaussian.log_density(latent, origin, eye)
        - gaussian.log_density(latent - model.alpha_bar[1] * x0[:, None], origin, noise)
    )
    bound = -np.sum(on.host(impl["ddpm.elbo_terms"](case.x0, model.generator, model.schedule)), axis=-1)
    # x_1 − ᾱ x_0 loses |ᾱ x_0| against β̄, once for every standard deviation.
    lost = np.sum(np.abs(x0), axis=-1) * d / np.sqrt(model.beta_squared[0])
    yield Gap("bound", bound, np.mean(log_weights, axis=-1), np.sum(model.elbo_scale(x0), axis=-1) + lost)
