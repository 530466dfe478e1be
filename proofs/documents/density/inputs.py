"""Inputs of the density laws."""

from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision
from ...language import inputs
from ...language.law import Kind
from ...language.packing import mapped

FloatArray = np.ndarray[Any, np.dtype[np.float64]]


def _log_weights(draw: inputs.Draw, shape: tuple[int, ...], p: Precision, kind: Kind) -> FloatArray:
    """Equal, ordinary, equal up to a few ulps at −1000, or ±10⁴ with weights of zero among them."""
    rng = inputs.generator(draw)
    if kind == "cancellation":
        return inputs.rounded(-1000 * (1 + 2 * p.u * rng.integers(-4, 5, shape)), p)
    if kind == "extreme":
        drawn = rng.choice([1e4, 100.0]) * rng.uniform(-1, 1, shape)
        zero = rng.random(shape) < draw(st.sampled_from([0.0, 0.3, 0.8]))
        return inputs.rounded(np.where(zero, -np.inf, drawn), p)
    pattern = draw(st.sampled_from(["equal", "integers", "normal"]))
    if pattern == "equal":
        return np.zeros(shape)
    if pattern == "integers":
        return rng.integers(-3, 4, shape).astype(np.float64)
    return inputs.rounded(3 * rng.standard_normal(shape), p)


@dataclass(frozen=True, slots=True)
class LogWeights:
    """Log-weights."""

    log_w: Array


@dataclass(frozen=True, slots=True)
class Weights(LogWeights):
    """Log-weights (n, M) or (M, n), and the axis of the samples."""

    axis: int


@inputs.composite
def weights(draw: inputs.Draw, p: Precision, kind: Kind) -> Weights:
    shape = (inputs.batch(draw), draw(st.sampled_from([1, 2, 5, 8])))
    axis = draw(st.sampled_from([-1, 0]))
    return Weights(log_w=_log_weights(draw, shape if axis else shape[::-1], p, kind), axis=axis)


@inputs.composite
def single_weights(draw: inputs.Draw, p: Precision, kind: Kind) -> LogWeights:
    """Log-weights (n, 1)."""
    return LogWeights(log_w=_log_weights(draw, (inputs.batch(draw), 1), p, kind))


@inputs.composite
def subsets(draw: inputs.Draw, p: Precision, kind: Kind) -> LogWeights:
    """Log-weights (n, M) with M small enough to enumerate subsets."""
    return LogWeights(
        log_w=_log_weights(draw, (inputs.batch(draw), draw(st.sampled_from([2, 3, 6, 7]))), p, kind)
    )


@dataclass(frozen=True, slots=True)
class NestedSubsets(LogWeights):
    """Log-weights (3, M) and increasing sizes of subsets from 1 to M."""

    sizes: tuple[int, ...]


@inputs.composite
def nested_subsets(draw: inputs.Draw, p: Precision, kind: Kind) -> NestedSubsets:
    M, sizes = draw(
        st.sampled_from([(3, (1, 2, 3)), (8, (1, 2, 3, 4, 6, 7, 8)), (25, (1, 2, 5, 12, 24, 25))])
    )
    return NestedSubsets(log_w=_log_weights(draw, (3, M), p, kind), sizes=sizes)


@dataclass(frozen=True, slots=True)
class LogDensities:
    """Logarithms of likelihoods, priors and proposals."""

    log_likelihood: Array
    log_prior: Array
    log_proposal: Array


@inputs.composite
def density_triples(draw: inputs.Draw, p: Precision, kind: Kind) -> LogDensities:
    """Likelihoods (n, M), priors (M,) and proposals (n, 1), so that shapes broadcast."""
    n, M = inputs.batch(draw), draw(st.sampled_from([1, 2, 5]))
    return LogDensities(
        log_likelihood=_log_weights(draw, (n, M), p, kind),
        log_prior=_log_weights(draw, (M,), p, kind),
        log_proposal=_log_weights(draw, (n, 1), p, "cancellation" if kind == "extreme" else kind),
    )


def _log_simplex(rng: np.random.Generator, shape: tuple[int, ...], sharpness: float) -> FloatArray:
    """Logarithms of random probabilities over the last axis."""
    drawn = sharpness * rng.standard_normal(shape)
    result: FloatArray = drawn - np.logaddexp.reduce(drawn, axis=-1, keepdims=True)
    return result


@inputs.composite
def latents(draw: inputs.Draw, p: Precision, kind: Kind) -> LogDensities:
    """Log-densities (n, K) of K latent states: likelihood, prior, proposal.

    cancellation: likelihoods near e^−300 and a proposal within ulps of the posterior; extreme:
    probabilities down to e^−30 and likelihoods of zero.
    """
    shape = (inputs.batch(draw), draw(st.sampled_from([2, 3])))
    pattern = draw(st.sampled_from(["uniform", "posterior", "random"]))
    rng = inputs.generator(draw)
    sharpness = 10.0 if kind == "extreme" else 1.0
    likelihood = sharpness * rng.standard_normal(shape) - (300.0 if kind == "cancellation" else 0.0)
    prior = _log_simplex(rng, shape, sharpness)
    if kind == "extreme":
        likelihood[:, 0] = rng.choice([-np.inf, 0.0], shape[0])
    posterior = likelihood + prior - np.logaddexp.reduce(likelihood + prior, axis=-1, keepdims=True)
    if kind == "cancellation" or (pattern == "posterior" and kind == "ordinary"):
        proposal = posterior
    else:
        proposal = _log_simplex(rng, shape, 0.0 if pattern == "uniform" else sharpness)
    drawn = LogDensities(log_likelihood=likelihood, log_prior=prior, log_proposal=proposal)
    return inputs.in_format(drawn, p)


@dataclass(frozen=True, slots=True)
class CoveredLatents(LogDensities):
    """Latents with `support`, the states that the proposal can reach; first p=(1, 0), q(x,z)=(.3, .2)."""

    support: list[int]


@inputs.composite
def covered_latents(draw: inputs.Draw, p: Precision, kind: Kind) -> CoveredLatents:
    if kind == "ordinary" and draw(st.booleans()) is False:
        joint, proposal = np.asarray([[0.3, 0.2]]), np.asarray([[0.0, -np.inf]])
        return CoveredLatents(
            log_likelihood=inputs.rounded(np.log(joint), p),
            log_prior=np.zeros((1, 2)),
            log_proposal=proposal,
            support=[0],
        )
    case = draw(latents(p, kind))
    K = case.log_prior.shape[-1]
    support = draw(st.sampled_from([list(range(K)), list(range(1, K))]))
    missed = [k for k in range(K) if k not in support]
    case.log_proposal[:, missed] = -np.inf
    kept = case.log_proposal[:, support]
    case.log_proposal[:, support] = inputs.rounded(
        kept - np.logaddexp.reduce(kept, axis=-1, keepdims=True), p
    )
    return inputs.extended(CoveredLatents, case, support=support)


@dataclass(frozen=True, slots=True)
class CountedLatents(LogDensities):
    """Latents whose proposal is counts/Σ counts, so that a population of samples is exact."""

    counts: list[int]


@inputs.composite
def counted_latents(draw: inputs.Draw, p: Precision, kind: Kind) -> CountedLatents:
    case = draw(latents(p, kind))
    K = case.log_prior.shape[-1]
    counts = [draw(st.integers(1, 4)) for _ in range(K)]
    proposal = np.log(np.asarray(counts) / sum(counts))
    shape = case.log_prior.shape
    return inputs.extended(
        CountedLatents, case, log_proposal=inputs.rounded(np.broadcast_to(proposal, shape), p), counts=counts
    )


@dataclass(frozen=True, slots=True)
class TwoPointWeights(LogWeights):
    """Log-weights (n, 2) of two states of probability 1−π and π, not too far apart for a series, and M.

    cancellation: weights within 5 % of each other; extreme: all near e^−200 or e^200.
    """

    chance: float
    M: int


@inputs.composite
def two_point_weights(draw: inputs.Draw, p: Precision, kind: Kind) -> TwoPointWeights:
    n, M = inputs.batch(draw), draw(st.sampled_from([16, 48]))
    rng = inputs.generator(draw)
    spread = 0.05 if kind == "cancellation" else 0.6
    drawn = spread * rng.uniform(-1, 1, (n, 2)) + (200 * rng.choice([-1, 1]) if kind == "extreme" else 0)
    return TwoPointWeights(log_w=inputs.rounded(drawn, p), chance=rng.uniform(0.2, 0.8), M=M)


@dataclass(frozen=True, slots=True)
class Gaussians:
    """Means and variances of N(m1, v1) and N(m2, v2)."""

    m1: Array
    v1: Array
    m2: Array
    v2: Array


@dataclass(frozen=True, slots=True)
class Normals(Gaussians):
    """Points and means (n, d), variances (n, d).

    cancellation: equal up to a few ulps; extreme: scales from 10⁻⁴ to 10⁴ on means, squared on variances.
    """

    x: Array


@inputs.composite
def normals(draw: inputs.Draw, p: Precision, kind: Kind) -> Normals:
    shape = (inputs.batch(draw), draw(st.sampled_from([1, 2, 4])))
    rng = inputs.generator(draw)
    if kind == "cancellation":

        def near(base: float) -> FloatArray:
            return inputs.rounded(base * (1 + 2 * p.u * rng.integers(-4, 5, shape)), p)

        x, m1, m2, v1, v2 = near(3.0), near(3.0), near(3.0), near(0.1), near(0.1)
        v2 = np.where(
            rng.random(shape) < 0.5, v2, inputs.rounded(v1 * (1 + rng.uniform(-0.6, 0.6, shape)), p)
        )
        return Normals(x=x, m1=m1, v1=v1, m2=m2, v2=v2)
    simple = draw(st.booleans()) is False and kind == "ordinary"
    x, m1, m2 = (
        rng.integers(-3, 4, shape).astype(float) if simple else rng.standard_normal(shape) for _ in range(3)
    )
    reach = inputs.decades(p, 8.0, power=2) if kind == "extreme" else 0.5
    v1, v2 = (10.0 ** rng.uniform(-reach, reach, shape) for _ in range(2))
    far = inputs.decades(p, 4.0, power=4)
    size = 1.0 if kind == "ordinary" else 10.0 ** rng.uniform(-far, far, shape)
    drawn = Normals(x=x * size, m1=m1 * size, v1=v1, m2=m2 * size, v2=v2)
    return mapped(drawn, lambda value: inputs.rounded(value, p))


def _covariances(rng: np.random.Generator, n: int, d: int, p: Precision, kind: Kind) -> FloatArray:
    """Symmetric positive definite matrices (n, d, d), exactly symmetric in the format."""
    root = rng.standard_normal((n, d, d))
    drawn = root @ root.mT + (max(0.02, 16 * p.u) if kind == "cancellation" else 0.5) * np.eye(d)
    if kind == "extreme":
        reach = inputs.decades(p, 3.0, power=4)
        scale = 10.0 ** rng.uniform(-reach, reach, (n, d))
        if rng.random() < 0.25:  # all are so small that what is added to a diagonal shows
            scale = np.full((n, d), 10.0 ** -inputs.decades(p, 4.0, power=4))
        drawn = drawn * scale[:, :, None] * scale[:, None, :]
    drawn = inputs.rounded(drawn, p)
    result: FloatArray = np.tril(drawn) + np.tril(drawn, -1).mT
    return result


@dataclass(frozen=True, slots=True)
class FullNormals:
    """Points and means (n, d), covariances (n, d, d); ill-conditioned and close to each other
    ("cancellation"), or with components of sizes from 10⁻³ to 10³ ("extreme")."""

    x: Array
    m1: Array
    c1: Array
    m2: Array
    c2: Array


@inputs.composite
def full_normals(draw: inputs.Draw, p: Precision, kind: Kind) -> FullNormals:
    n, d = draw(st.sampled_from([1, 3])), draw(st.sampled_from([1, 2, 4]))
    rng = inputs.generator(draw)
    c1 = _covariances(rng, n, d, p, kind)
    c2 = c1 if kind == "cancellation" else _covariances(rng, n, d, p, kind)
    size = np.sqrt(np.diagonal(c2, axis1=-2, axis2=-1))
    x, m1, m2 = (inputs.rounded(size * rng.standard_normal((n, d)), p) for _ in range(3))
    return FullNormals(x, m1, c1, m2, c2)


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Data x (n, d) and a decoder W (d, k), b (d,), s2 ().

    cancellation: x on the decoder's range up to rounding, with s² = 100u (10⁻¹⁴ in float64) if it is `hard`;
    extreme: columns of W of sizes from 10⁻² to 10², s² from 10⁻⁴ to 10⁴.
    """

    x: Array
    W: Array
    b: Array
    s2: Array


@inputs.composite
def linear_models(draw: inputs.Draw, p: Precision, kind: Kind, *, hard: bool = True) -> LinearModel:
    n, d, k = (draw(st.sampled_from(sizes)) for sizes in ([1, 3], [1, 2, 4], [1, 2, 3]))
    rng = inputs.generator(draw)
    W = rng.integers(-2, 3, (d, k)).astype(float) if draw(st.booleans()) is False else rng.normal(size=(d, k))
    b, s2 = rng.standard_normal(d), draw(st.sampled_from([1.0, 0.25, 3.0]))
    x = rng.standard_normal((n, d))
    if kind == "cancellation":
        W, b = inputs.rounded(W, p), inputs.rounded(b, p)
        x, s2 = rng.standard_normal((n, k)) @ W.T + b, (100 * p.u if hard else 0.01)
    if kind == "extreme":
        of_w, of_s2 = inputs.decades(p, 2.0, power=4), inputs.decades(p, 4.0, power=4)
        W, s2 = W * 10.0 ** rng.uniform(-of_w, of_w, k), 10.0 ** rng.uniform(-of_s2, of_s2)
    return mapped(LinearModel(x=x, W=W, b=b, s2=s2), lambda value: inputs.rounded(value, p))


@dataclass(frozen=True, slots=True)
class LinearProposals(LinearModel):
    """A linear model with latent points z (n, M, k) and diagonal proposals m, v (n, k)."""

    z: Array
    m: Array
    v: Array


@inputs.composite
def linear_proposals(draw: inputs.Draw, p: Precision, kind: Kind) -> LinearProposals:
    case = draw(linear_models(p, kind, hard=False))
    n, k = case.x.shape[0], case.W.shape[1]
    rng = inputs.generator(draw)
    return inputs.extended(
        LinearProposals,
        case,
        z=inputs.rounded(rng.standard_normal((n, 4, k)), p),
        m=inputs.rounded(rng.standard_normal((n, k)), p),
        v=inputs.rounded(10.0 ** rng.uniform(-1, 1, (n, k)), p),
    )


@dataclass(frozen=True, slots=True)
class IsotropicModel:
    """The decoder W = I, b of d dimensions with s²: moderate, near 1 up to ulps, or far from 1."""

    b: Array
    s2: Array


@inputs.composite
def isotropic_models(draw: inputs.Draw, p: Precision, kind: Kind) -> IsotropicModel:
    d, rng = draw(st.sampled_from([1, 2, 8])), inputs.generator(draw)
    far = inputs.decades(p, 3.0, power=2), inputs.decades(p, 6.0)
    s2 = {
        "ordinary": 10.0 ** rng.uniform(-2, 1),
        "cancellation": 1 + 2 * p.u * rng.integers(-4, 5),
        "extreme": 10.0 ** (rng.choice([-1, 1]) * rng.uniform(*far)),
    }[kind]
    return IsotropicModel(b=inputs.rounded(rng.standard_normal(d), p), s2=inputs.rounded(s2, p))


@inputs.composite
def proposals(draw: inputs.Draw, p: Precision, kind: Kind) -> Gaussians:
    """Posterior N(m1, v1) and proposal N(m2, v2), (n,): proposals as wide as the posterior or so,
    barely wide enough ("cancellation"), or too narrow, 2·v2 ≤ v1 ("extreme")."""
    n, rng = inputs.batch(draw), inputs.generator(draw)
    v1 = inputs.rounded(10.0 ** rng.uniform(-1, 1, n), p)
    low, high = {"ordinary": (0.6, 4.0), "cancellation": (0.505, 0.55), "extreme": (0.1, 0.5)}[kind]
    v2 = v1 * rng.uniform(low, high, n)
    if kind == "extreme":
        v2 = np.where(rng.random(n) < 0.3, v1 / 2, inputs.rounded(v2, p))
    m1 = rng.standard_normal(n)
    m2 = m1 + rng.uniform(-0.3, 0.3, n) * np.sqrt(v1)
    return mapped(Gaussians(m1=m1, v1=v1, m2=m2, v2=v2), lambda value: inputs.rounded(value, p))


@dataclass(frozen=True, slots=True)
class SampledProposals(Gaussians):
    """A posterior N(m1, v1), a wider proposal N(m2, v2), and standard normal noise (M,)."""

    noise: Array


@inputs.composite
def sampled_proposals(draw: inputs.Draw, p: Precision, kind: Kind) -> SampledProposals:
    rng = inputs.generator(draw)
    v1, m1 = 10.0 ** rng.uniform(-1, 1), rng.standard_normal()
    v2, m2 = v1 * rng.uniform(1.5, 4.0), m1 + 0.5 * rng.uniform(-1, 1) * np.sqrt(v1)
    noise = rng.standard_normal(draw(st.sampled_from([1024, 8192])))
    drawn = SampledProposals(m1=m1, v1=v1, m2=m2, v2=v2, noise=noise)
    return mapped(drawn, lambda value: inputs.rounded(value, p))


@dataclass(frozen=True, slots=True)
class Mixture:
    """Log-weights (K,) of a mixture and log-densities (n, K) of its components."""

    log_pi: Array
    log_components: Array


@inputs.composite
def mixtures(draw: inputs.Draw, p: Precision, kind: Kind) -> Mixture:
    n, K = inputs.batch(draw), draw(st.sampled_from([1, 2, 5]))
    chances = _log_simplex(
        inputs.generator(draw), (K,), {"ordinary": 0.5, "cancellation": 0, "extreme": 20}[kind]
    )
    if kind == "extreme" and K > 1:
        chances[0] = -np.inf
    return Mixture(log_pi=inputs.rounded(chances, p), log_components=_log_weights(draw, (n, K), p, kind))


@dataclass(frozen=True, slots=True)
class Width:
    """The standard deviation of a location mixture's components; small ones ("extreme") show the limit."""

    s: float


@inputs.composite
def widths(draw: inputs.Draw, p: Precision, kind: Kind) -> Width:
    low, high = {"ordinary": (0.2, 0.6), "cancellation": (0.1, 0.2), "extreme": (0.06, 0.1)}[kind]
    return Width(s=draw(st.floats(low, high)))


@dataclass(frozen=True, slots=True)
class CodeLengths:
    """Log-densities (n,) in nats with dims, levels and width; near the uniform density ("cancellation")."""

    log_density: Array
    dims: int
    levels: int
    width: float


@inputs.composite
def code_lengths(draw: inputs.Draw, p: Precision, kind: Kind) -> CodeLengths:
    dims, levels = draw(st.sampled_from([1, 2, 784, 3072])), draw(st.sampled_from([256, 2, 32]))
    width = draw(st.sampled_from([1.0, 2.0, 0.3]))
    rng = inputs.generator(draw)
    size = {"ordinary": 3.0 * dims, "cancellation": 4 * p.u * dims, "extreme": 1e4 * dims}[kind]
    size = min(size, p.largest / 32)
    drawn = size * rng.standard_normal(inputs.batch(draw)) - dims * np.log(width)
    return CodeLengths(log_density=inputs.rounded(drawn, p), dims=dims, levels=levels, width=width)
