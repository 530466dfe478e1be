"""Inputs of the transport laws."""

import math
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ....backends import Precision
from ...language import inputs
from ...language.law import Kind

FloatArray = np.ndarray[Any, np.dtype[np.float64]]


_MASSES = {1: [1.0], 2: [0.25, 0.75], 3: [0.25, 0.5, 0.25]}


_ORDERS = st.sampled_from([1.0, 2.0, 1.5, 3.0])


@inputs.composite
def samples(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Samples x, y (batch, n), few enough to try all permutations."""
    shape = (inputs.batch(draw), draw(st.sampled_from([1, 2, 4])))
    x, y = (inputs.values(draw, shape, p, kind, power=1) for _ in range(2))
    return {"x": x, "y": y, "order": draw(_ORDERS)}


@inputs.composite
def counted_samples(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Samples x (n,), y (m,) with whole masses, some of them 0, times a power of two."""
    n, m = draw(st.sampled_from([(1, 1), (2, 3), (3, 2), (4, 4)]))
    rng = inputs.generator(draw)
    x_count, y_count = (rng.integers(0, 4, k) for k in (n, m))
    x_count[rng.integers(n)] += 1
    y_count[rng.integers(m)] += 1
    factor = draw(st.sampled_from([1.0, 0.25, 8.0]))
    return {
        "x": inputs.values(draw, (n,), p, kind, power=1),
        "y": inputs.values(draw, (m,), p, kind, power=1),
        "x_weights": factor * x_count,
        "y_weights": y_count.astype(np.float64),
        "factor": factor,
        "order": draw(_ORDERS),
    }


@inputs.composite
def unequal_samples(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Samples x (n,), y (m,) of unlike sizes, and whole masses for one of them alone."""
    n, m = draw(st.sampled_from([(2, 3), (1, 2), (5, 3), (4, 1), (2, 4), (7, 12)]))
    x, y = (inputs.values(draw, (k,), p, kind, power=1) for k in (n, m))
    masses = 1.0 + inputs.generator(draw).integers(0, 3, n)
    return {"x": x, "y": y, "x_weights": masses, "order": draw(_ORDERS)}


@inputs.composite
def unequal_clouds(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Points x (n, d), y (m, d) of unlike numbers, and whole masses of sum 3 for those of x alone."""
    n, m = draw(st.sampled_from([(2, 3), (1, 2), (3, 2), (2, 1), (3, 1)]))
    d = draw(st.sampled_from([1, 2, 3]))
    x, y = (inputs.values(draw, (k, d), p, kind, power=4) for k in (n, m))
    return {"x": x, "y": y, "x_weights": np.asarray([3.0, 0.0, 0.0] if n == 1 else [2.0, 1.0, 0.0])[:n],
            "order": draw(st.sampled_from([1.0, 2.0, 3.0]))}  # fmt: skip


@inputs.composite
def triples(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Samples x, y, z (batch, n), a shift, and a factor that is a power of two."""
    shape = (inputs.batch(draw), draw(st.sampled_from([1, 2, 5])))
    x, y, z = (inputs.values(draw, shape, p, kind, power=4) for _ in range(3))
    shift = inputs.values(draw, (shape[0], 1), p, kind, power=4)
    return {"x": x, "y": y, "z": z, "shift": shift, "factor": draw(st.sampled_from([-1.0, 0.5, -4.0]))}


@inputs.composite
def uniform_samples(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Many samples x, y (N, n) of [0, 1] and of [shift, shift + width], 0 < shift < 1."""
    n, rng = draw(st.sampled_from([1, 2, 4])), inputs.generator(draw)
    shift, width = draw(st.sampled_from([0.5, 0.375])), draw(st.sampled_from([1.0, 0.75]))
    x, y = rng.random((2, 16384, n))
    return {
        "x": inputs.rounded(x, p),
        "y": inputs.rounded(shift + width * y, p),
        "shift": shift,
        "width": width,
    }


@inputs.composite
def logistics(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Centres and scales (2,) of two logistic distributions; near each other, or of sizes 10^±3."""
    rng = inputs.generator(draw)
    size = 10.0 ** draw(st.sampled_from([-3.0, 3.0])) if kind == "extreme" else 1.0
    centres, scales = rng.integers(-3, 4, 2).astype(float), rng.uniform(0.5, 2.0, 2)
    if kind == "cancellation":
        centres, scales = 1 + 1e-3 * rng.standard_normal(2), 1 + 1e-3 * rng.standard_normal(2)
    return {"centres": inputs.rounded(size * centres, p), "scales": inputs.rounded(size * scales, p)}


@inputs.composite
def clouds(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Points x, y (n, d), few enough to try all permutations."""
    shape = draw(st.sampled_from([1, 2, 4])), draw(st.sampled_from([1, 2, 3]))
    x, y = (inputs.values(draw, shape, p, kind, power=4) for _ in range(2))
    if kind == "cancellation":
        x, y = np.abs(x), np.abs(y)  # close to each other, far from the origin
    return {"x": x, "y": y, "order": draw(st.sampled_from([1.0, 2.0, 3.0]))}


@inputs.composite
def counted_clouds(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Points x (n, d), y (m, d) with whole masses of sum 4, some of them 0."""
    n, m = draw(st.sampled_from([(1, 2), (2, 3), (3, 3)]))
    d, rng = draw(st.sampled_from([1, 2, 3])), inputs.generator(draw)
    case = {
        "x": inputs.values(draw, (n, d), p, kind, power=4),
        "y": inputs.values(draw, (m, d), p, kind, power=4),
    }
    masses = {
        f"{name}_weights": np.bincount(rng.integers(0, k, 4), minlength=k).astype(np.float64)
        for name, k in (("x", n), ("y", m))
    }
    return {**case, **masses, "order": draw(st.sampled_from([1.0, 2.0, 3.0]))}


@inputs.composite
def couplings(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Points x (batch, n, d), y (m, d) with plans (batch, n, m) of masses, some of them 0."""
    n, m, d = draw(st.sampled_from([(1, 1, 1), (2, 3, 1), (3, 2, 2), (4, 4, 3)]))
    batch, rng = inputs.batch(draw), inputs.generator(draw)
    plan = rng.random((batch, n, m)) * (rng.random((batch, n, m)) < 0.7) + 1e-3
    return {
        "x": inputs.values(draw, (batch, n, d), p, kind, power=1),
        "y": inputs.values(draw, (m, d), p, kind, power=1),
        "plan": inputs.rounded(plan / plan.sum((-2, -1), keepdims=True), p),
        "order": draw(_ORDERS),
    }


@inputs.composite
def cloud_triples(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Points x, y, z (n, d), a shift (d,), and a factor that is a power of two."""
    shape = draw(st.sampled_from([1, 3, 5])), draw(st.sampled_from([1, 2, 3]))
    x, y, z = (inputs.values(draw, shape, p, kind, power=4) for _ in range(3))
    shift = inputs.values(draw, shape[1:], p, kind, power=4)
    return {"x": x, "y": y, "z": z, "shift": shift, "factor": draw(st.sampled_from([-1.0, 0.5, -4.0]))}


@inputs.composite
def noisy_samples(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Samples x, y (n, d) and common noise (k, d)."""
    n, d = draw(st.sampled_from([1, 3])), draw(st.sampled_from([1, 2]))
    x, y = (inputs.values(draw, (n, d), p, kind, power=4) for _ in range(2))
    noise = inputs.values(draw, (draw(st.sampled_from([1, 2, 4])), d), p, kind, power=4)
    return {"x": x, "y": y, "noise": noise}


@inputs.composite
def potentials(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Points x (n, d) and φ(x) = ½xᵀAx + b·x + log cosh(w·x), A ≥ 0.

    cancellation: close to ½‖x‖², so that y ≈ x; extreme: sizes 10^±3.
    """
    n, d = draw(st.sampled_from([1, 3, 5])), draw(st.sampled_from([1, 2, 3]))
    rng = inputs.generator(draw)
    size = {"ordinary": 1.0, "cancellation": 1e-3, "extreme": 10.0 ** rng.choice([-3.0, 3.0])}[kind]
    G = rng.integers(-2, 3, (d, d))
    A = size * (G @ G.T) + (np.eye(d) if kind == "cancellation" else 0.0)
    x, b, w = inputs.values(draw, (n, d), p, "ordinary"), rng.standard_normal(d), rng.standard_normal(d)
    return {"x": x, "A": A, "b": size * b, "w": math.sqrt(size) * w}


@inputs.composite
def gaussians(
    draw: inputs.Draw, p: Precision, kind: Kind, *, regular: bool = False, d: int = 0
) -> dict[str, Any]:
    """Means m1, m2 (batch, d), covariances S1 and S2 = M S1 M for symmetric M > 0, all exact.

    S1 is of rank 1, or at least I. cancellation: M = I + 2^−k E; extreme: all times a large power of two.
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
    E = (np.tril(E) + np.tril(E, -1).mT) * 2.0 ** (-((p.bits - 6) // 2) if kind == "cancellation" else -2)
    M = np.eye(d) + E
    if kind == "ordinary" and draw(st.booleans()):
        M, E = 2 * M, 2 * M - np.eye(d)
    unit = 2.0 ** (rng.choice([-1, 1]) * int(0.43 * math.log2(p.largest))) if kind == "extreme" else 1.0
    m1, shift = rng.integers(-3, 4, (2, batch, d)).astype(np.float64)
    shift = shift * (E[0, 0, 0] if kind == "cancellation" else 1.0)
    square = np.sum(shift**2, -1) + np.trace(E @ S1 @ E, axis1=-2, axis2=-1)
    return {
        "m1": unit * m1,
        "S1": unit**2 * S1,
        "m2": unit * (m1 + shift),
        "S2": unit**2 * (M @ S1 @ M),
        "map": M,
        "square": square,
        "full": full,
        "unit": unit,
    }


@inputs.composite
def regular_gaussians(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Gaussians with S1 at least I."""
    case: dict[str, Any] = draw(gaussians(p, kind, regular=True))
    return case


@inputs.composite
def gaussian_triples(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Gaussians with a third m3, S3, a shift (d,), and a factor that is a power of two."""
    case: dict[str, Any] = draw(gaussians(p, kind, regular=True))
    rng, unit = inputs.generator(draw), case["unit"]
    d = case["m1"].shape[-1]
    G = rng.integers(-2, 3, (d, d))
    return {
        **case,
        "m3": unit * rng.integers(-3, 4, d),
        "S3": unit**2 * (G @ G.T + np.eye(d)),
        "shift": unit * rng.integers(-3, 4, d),
        "factor": draw(st.sampled_from([0.5, 4.0])),
    }


@inputs.composite
def linear_couplings(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Invertible M (d, d) and covariance P (d, d) > 0 of whole numbers.

    cancellation: M = I + 2^−k·whole numbers; extreme: M times a large or small power of two.
    """
    d, rng = draw(st.sampled_from([1, 2, 3])), inputs.generator(draw)
    lower, upper = (np.tril(rng.integers(-1, 2, (d, d)), -1) + np.eye(d) for _ in range(2))
    M = lower @ np.diag(rng.choice([1.0, -1.0, 2.0, 3.0], d)) @ upper.T
    if kind == "cancellation":
        M = np.eye(d) + rng.integers(-2, 3, (d, d)) * 2.0 ** (4 - p.bits)
    if kind == "extreme":
        M = M * 2.0 ** (rng.choice([-1, 1]) * (math.log2(p.largest) // 4))
    G = rng.integers(-2, 3, (d, d))
    return {"M": M, "P": (G @ G.T + np.eye(d)).astype(np.float64)}


@inputs.composite
def diffusions(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Isotropic data and model Gaussians, a terminal Gaussian for the model, β(t), and σ²/g².

    cancellation: data and model alike; extreme: large noise, narrow or wide Gaussians.
    """
    rng, d = inputs.generator(draw), draw(st.sampled_from([1, 3]))
    means = rng.integers(-2, 3, (2, d)).astype(float)
    reach = 3.0 if kind == "extreme" else 2.0
    variances = reach ** rng.uniform(-1.0, 1.0, 2)
    if kind == "cancellation":
        means[1], variances[1] = means[0] * (1 + 1e-2), variances[0] * (1 + 1e-2)
    return {
        "means": means.tolist(),
        "variances": variances.tolist(),
        "start": (rng.integers(-1, 2, d).astype(float).tolist(), float(rng.uniform(0.5, 1.5))),
        "betas": (0.1, 20.0 if kind == "extreme" else 4.0),
        "ratio": draw(st.sampled_from([0.0, 1.0, 0.5, 4.0])),
        "same_width": draw(st.booleans()),
    }


@inputs.composite
def reference_cases(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Which of the seven reference values, and how many panels."""
    return {"index": draw(st.integers(0, 6)), "panels": draw(st.sampled_from([64, 32]))}


@inputs.composite
def scores(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Scores (batch, n, d) and (n, d), weights (n,) and β̄ (batch,) > 0."""
    batch, n, d = inputs.batch(draw), draw(st.sampled_from([1, 2, 5])), draw(st.sampled_from([1, 3]))
    rng = inputs.generator(draw)
    weights = rng.integers(0, 5, n) + 0.25
    return {
        "model": inputs.values(draw, (batch, n, d), p, kind),
        "target": inputs.values(draw, (n, d), p, kind),
        "weights": inputs.rounded(weights / weights.sum(), p),
        "beta": inputs.rounded(rng.uniform(0.25, 1, batch), p),
    }


@inputs.composite
def affine_scores(
    draw: inputs.Draw, p: Precision, kind: Kind, *, components: tuple[int, ...] = (1, 2, 3)
) -> dict[str, Any]:
    """Two affine scores (A, c), a Gaussian mixture in d dimensions and ᾱ, β̄.

    cancellation: scores within 1 % of the first component's own; extreme: β̄ of 0.02 or nearly 1.
    """
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
    masses = _MASSES[k]
    arrays = {"A1": A[0], "A2": A[1], "c1": c[0], "c2": c[1], "means": means, "covariances": S}
    arrays |= {"weights": masses, "alpha": alpha, "beta": beta}
    return {name: inputs.rounded(value, p) for name, value in arrays.items()}


@inputs.composite
def gaussian_scores(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """As affine_scores, with a single Gaussian."""
    case: dict[str, Any] = draw(affine_scores(p, kind, components=(1,)))
    return case


@inputs.composite
def mixtures(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Mixtures on the line, ᾱ, β̄, and scores s(x) = a + bx + c·tanh x.

    cancellation: equal components up to 1 %; extreme: components apart, with little noise.
    """
    k, rng = draw(st.sampled_from([1, 2, 3])), inputs.generator(draw)
    means, variances = rng.uniform(-1, 1, k), rng.uniform(0.5, 1, k)
    if kind == "cancellation":
        means, variances = 1 + 0.01 * means, 0.5 + 0.01 * variances
    beta = 0.4 if kind == "extreme" else float(rng.uniform(0.6, 0.95))
    arrays = {"means": means * (2 if kind == "extreme" else 1), "variances": variances}
    arrays |= {"weights": _MASSES[k], "alpha": math.sqrt(1 - beta**2), "beta": beta}
    coefficients = inputs.rounded(rng.uniform(-1, 1, (2, 3)), p).tolist()
    return {**{k: inputs.rounded(v, p) for k, v in arrays.items()}, "coefficients": coefficients}
