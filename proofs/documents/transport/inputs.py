"""Inputs of the transport laws."""

import math
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


_MASSES = {1: np.ones(1), 2: np.asarray([0.25, 0.75]), 3: np.asarray([0.25, 0.5, 0.25])}


@dataclass(frozen=True, slots=True)
class Gaussians:
    """Means m1, m2 (batch, d), covariances S1 and S2 = M S1 M for the symmetric `map` M > 0."""

    m1: Array
    S1: Array
    m2: Array
    S2: Array
    map: Array
    square: Array
    full: bool
    unit: float


@inputs.composite
def gaussians(draw: inputs.Draw, p: Precision, kind: Kind, *, regular: bool = False, d: int = 0) -> Gaussians:
    """All numbers are exact.

    S1 is of rank 1, or at least I; ordinary ones are correlated as S2 is not, too. cancellation:
    M = I + 2^−k E; extreme: all times a large power of two.
    So x ↦ Mx is the optimal map, and W² = ‖m2 − m1‖² + tr((M − I) S1 (M − I)): unit²·`square`, exactly.
    """
    batch, d = draw(st.sampled_from([1, 3])), d or draw(st.sampled_from([1, 2, 3]))
    full = regular or draw(st.booleans())
    rng = inputs.generator(draw)
    G = rng.integers(-2, 3, (batch, d, d if full else 1))
    if not full:
        G[:, 0] = rng.choice([-2, -1, 1, 2], (batch, 1))
    S1 = (G @ G.mT).astype(np.float64) + (np.eye(d) if full else 0.0)
    E = rng.integers(-1, 2, (batch, d, d)).astype(np.float64)
    E = (np.tril(E) + np.tril(E, -1).mT) * 2.0 ** (
        -max((p.bits - 6) // 2, 2) if kind == "cancellation" else -2
    )
    M = np.eye(d) + E
    if kind == "ordinary" and draw(st.booleans()):
        M, E = 2 * M, 2 * M - np.eye(d)
    if kind == "ordinary" and full and d > 1 and draw(st.booleans()):
        v = rng.choice(
            [-1.0, 1.0], (batch, d, 1)
        )  # of eigenvalue d + 1 in S1, ½ in M, where others are 1 and 2
        S1, M = np.eye(d) + v @ v.mT, 2 * np.eye(d) - 1.5 / d * (v @ v.mT)
        E = M - np.eye(d)
    # M S1 M is below 2⁹.
    far = min(int(0.43 * math.log2(p.largest)), int((math.log2(p.largest) - 9) / 2))
    unit = 2.0 ** int(rng.choice([-1, 1]) * far) if kind == "extreme" else 1.0
    m1, shift = rng.integers(-3, 4, (2, batch, d)).astype(np.float64)
    shift = shift * (E[0, 0, 0] if kind == "cancellation" else 1.0)
    square = np.sum(shift**2, -1) + np.trace(E @ S1 @ E, axis1=-2, axis2=-1)
    return Gaussians(
        m1=unit * m1,
        S1=unit**2 * S1,
        m2=unit * (m1 + shift),
        S2=unit**2 * (M @ S1 @ M),
        map=M,
        square=square,
        full=full,
        unit=unit,
    )


@inputs.composite
def regular_gaussians(draw: inputs.Draw, p: Precision, kind: Kind) -> Gaussians:
    """Gaussians with S1 at least I."""
    case: Gaussians = draw(gaussians(p, kind, regular=True))
    return case


@dataclass(frozen=True, slots=True)
class GaussianTriples(Gaussians):
    """Gaussians with a third m3, S3, a shift (d,), and a factor that is a power of two."""

    m3: Array
    S3: Array
    shift: Array
    factor: float


@inputs.composite
def gaussian_triples(draw: inputs.Draw, p: Precision, kind: Kind) -> GaussianTriples:
    case = draw(gaussians(p, kind, regular=True))
    rng, unit = inputs.generator(draw), case.unit
    d = case.m1.shape[-1]
    G = rng.integers(-2, 3, (d, d))
    return inputs.extended(
        GaussianTriples,
        case,
        m3=unit * rng.integers(-3, 4, d),
        S3=unit**2 * (G @ G.T + np.eye(d)),
        shift=unit * rng.integers(-3, 4, d),
        factor=draw(st.sampled_from([0.5, 4.0])),
    )


@dataclass(frozen=True, slots=True)
class LinearCoupling:
    """Invertible M (d, d) and covariance P (d, d) > 0 of whole numbers.

    cancellation: M = I + 2^−k·whole numbers; extreme: M times a large or small power of two.
    """

    M: Array
    P: Array


@inputs.composite
def linear_couplings(draw: inputs.Draw, p: Precision, kind: Kind) -> LinearCoupling:
    d, rng = draw(st.sampled_from([1, 2, 3])), inputs.generator(draw)
    lower, upper = (np.tril(rng.integers(-1, 2, (d, d)), -1) + np.eye(d) for _ in range(2))
    M = lower @ np.diag(rng.choice([1.0, -1.0, 2.0, 3.0], d)) @ upper.T
    if kind == "cancellation":
        M = np.eye(d) + rng.integers(-2, 3, (d, d)) * 2.0 ** (4 - p.bits)
    if kind == "extreme":
        M = M * 2.0 ** (rng.choice([-1, 1]) * (math.log2(p.largest) // 4))
    G = rng.integers(-2, 3, (d, d))
    return LinearCoupling(M, P=(G @ G.T + np.eye(d)).astype(np.float64))


@dataclass(frozen=True, slots=True)
class Diffusions:
    """Isotropic data and model Gaussians, a terminal Gaussian for the model, β(t), and σ²/g².

    cancellation: data and model alike; extreme: large noise, narrow or wide Gaussians.
    """

    means: list[list[float]]
    variances: list[float]
    start: tuple[list[float], float]
    betas: tuple[float, float]
    ratio: float
    same_width: bool


@inputs.composite
def diffusions(draw: inputs.Draw, p: Precision, kind: Kind) -> Diffusions:
    rng, d = inputs.generator(draw), draw(st.sampled_from([1, 3]))
    means = rng.integers(-2, 3, (2, d)).astype(float)
    reach = 3.0 if kind == "extreme" else 2.0
    variances = reach ** rng.uniform(-1.0, 1.0, 2)
    if kind == "cancellation":
        means[1], variances[1] = means[0] * (1 + 1e-2), variances[0] * (1 + 1e-2)
    return Diffusions(
        means=means.tolist(),
        variances=variances.tolist(),
        start=(rng.integers(-1, 2, d).astype(float).tolist(), float(rng.uniform(0.5, 1.5))),
        betas=(0.1, 20.0 if kind == "extreme" else 4.0),
        ratio=draw(st.sampled_from([0.0, 1.0, 0.5, 4.0])),
        same_width=draw(st.booleans()),
    )


@dataclass(frozen=True, slots=True)
class ReferenceCase:
    """Which of the seven reference values, and how many panels."""

    index: int
    panels: int


@inputs.composite
def reference_cases(draw: inputs.Draw, p: Precision, kind: Kind) -> ReferenceCase:
    return ReferenceCase(index=draw(st.integers(0, 6)), panels=draw(st.sampled_from([64, 32])))


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores (batch, n, d) and (n, d), weights (n,) and β̄ (batch,) > 0."""

    model: Array
    target: Array
    weights: Array
    beta: Array


@inputs.composite
def scores(draw: inputs.Draw, p: Precision, kind: Kind) -> Scores:
    batch, n, d = inputs.batch(draw), draw(st.sampled_from([1, 2, 5])), draw(st.sampled_from([1, 3]))
    rng = inputs.generator(draw)
    weights = rng.integers(0, 5, n) + 0.25
    return Scores(
        model=inputs.values(draw, (batch, n, d), p, kind),
        target=inputs.values(draw, (n, d), p, kind),
        weights=inputs.rounded(weights / weights.sum(), p),
        beta=inputs.rounded(rng.uniform(0.25, 1, batch), p),
    )


@dataclass(frozen=True, slots=True)
class AffineScores:
    """Two affine scores (A, c), a Gaussian mixture in d dimensions and ᾱ, β̄."""

    A1: Array
    A2: Array
    c1: Array
    c2: Array
    means: Array
    covariances: Array
    weights: Array
    alpha: Array
    beta: Array


@inputs.composite
def affine_scores(
    draw: inputs.Draw, p: Precision, kind: Kind, *, components: tuple[int, ...] = (1, 2, 3)
) -> AffineScores:
    """cancellation: scores within 1 % of the first component's own; extreme: β̄ of 0.02 or nearly 1."""
    d, k = draw(st.sampled_from([1, 2, 3])), draw(st.sampled_from(components))
    rng = inputs.generator(draw)
    roots = rng.integers(-1, 2, (k, d, d))
    means, S = rng.integers(-2, 3, (k, d)).astype(float), roots @ roots.mT + 0.5 * np.eye(d)
    beta = rng.choice([0.02, 0.9999]) if kind == "extreme" else rng.uniform(0.3, 0.95)
    alpha = math.sqrt(1 - beta**2)
    A, c = rng.standard_normal((2, d, d)), rng.standard_normal((2, d))
    if kind == "cancellation":
        inverse = np.linalg.inv(alpha**2 * S[0] + beta**2 * np.eye(d))
        A, c = 1e-2 * A - inverse, 1e-2 * c + inverse @ (alpha * means[0])
    drawn = AffineScores(A[0], A[1], c[0], c[1], means, S, _MASSES[k], alpha, beta)
    return mapped(drawn, lambda value: inputs.rounded(value, p))


@inputs.composite
def gaussian_scores(draw: inputs.Draw, p: Precision, kind: Kind) -> AffineScores:
    """As affine_scores, with a single Gaussian."""
    case: AffineScores = draw(affine_scores(p, kind, components=(1,)))
    return case


@dataclass(frozen=True, slots=True)
class Mixtures:
    """Mixtures on the line, ᾱ, β̄, and scores s(x) = a + bx + c·tanh x.

    cancellation: equal components up to 1 %; extreme: components apart, with little noise.
    """

    coefficients: list[list[float]]
    means: Array
    variances: Array
    weights: Array
    alpha: Array
    beta: Array


@inputs.composite
def mixtures(draw: inputs.Draw, p: Precision, kind: Kind) -> Mixtures:
    k, rng = draw(st.sampled_from([1, 2, 3])), inputs.generator(draw)
    means, variances = rng.uniform(-1, 1, k), rng.uniform(0.5, 1, k)
    if kind == "cancellation":
        means, variances = 1 + 0.01 * means, 0.5 + 0.01 * variances
    beta = 0.4 if kind == "extreme" else float(rng.uniform(0.6, 0.95))
    means = means * (2 if kind == "extreme" else 1)
    coefficients = inputs.rounded(rng.uniform(-1, 1, (2, 3)), p).tolist()
    parts = means, variances, _MASSES[k], math.sqrt(1 - beta**2), beta
    return Mixtures(coefficients, *(inputs.rounded(part, p) for part in parts))
