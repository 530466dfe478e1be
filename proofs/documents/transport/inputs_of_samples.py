"""Inputs of the laws of samples and clouds of points."""

import math
from dataclasses import dataclass

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision
from ...language import inputs
from ...language.law import Kind

_ORDERS = st.sampled_from([1.0, 2.0, 1.5, 3.0])


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples, and the order of a distance."""

    x: Array
    y: Array
    order: float


@dataclass(frozen=True, slots=True)
class WeightedSamples(Samples):
    """Those of x have masses."""

    x_weights: Array


@dataclass(frozen=True, slots=True)
class CountedSamples(WeightedSamples):
    """Those of y have masses, too."""

    y_weights: Array


@dataclass(frozen=True, slots=True)
class ScaledSamples(CountedSamples):
    """The masses of x are times the factor."""

    factor: float


@inputs.composite
def samples(draw: inputs.Draw, p: Precision, kind: Kind) -> Samples:
    """Samples x, y (batch, n), few enough to try all permutations."""
    shape = (inputs.batch(draw), draw(st.sampled_from([1, 2, 4])))
    x, y = (inputs.values(draw, shape, p, kind, power=1) for _ in range(2))
    return Samples(x, y, order=draw(_ORDERS))


@inputs.composite
def counted_samples(draw: inputs.Draw, p: Precision, kind: Kind) -> ScaledSamples:
    """Samples x (n,), y (m,) with whole masses, some of them 0, times a power of two."""
    n, m = draw(st.sampled_from([(1, 1), (2, 3), (3, 2), (4, 4)]))
    rng = inputs.generator(draw)
    x_count, y_count = (rng.integers(0, 4, k) for k in (n, m))
    x_count[rng.integers(n)] += 1
    y_count[rng.integers(m)] += 1
    factor = draw(st.sampled_from([1.0, 0.25, 8.0]))
    return ScaledSamples(
        x=inputs.values(draw, (n,), p, kind, power=1),
        y=inputs.values(draw, (m,), p, kind, power=1),
        x_weights=factor * x_count,
        y_weights=y_count.astype(np.float64),
        factor=factor,
        order=draw(_ORDERS),
    )


@inputs.composite
def unequal_samples(draw: inputs.Draw, p: Precision, kind: Kind) -> WeightedSamples:
    """Samples x (n,), y (m,) of unlike sizes, and whole masses for one of them alone."""
    n, m = draw(st.sampled_from([(2, 3), (1, 2), (5, 3), (4, 1), (2, 4), (7, 12)]))
    x, y = (inputs.values(draw, (k,), p, kind, power=1) for k in (n, m))
    masses = 1.0 + inputs.generator(draw).integers(0, 3, n)
    return WeightedSamples(x, y, x_weights=masses, order=draw(_ORDERS))


@inputs.composite
def unequal_clouds(draw: inputs.Draw, p: Precision, kind: Kind) -> WeightedSamples:
    """Points x (n, d), y (m, d) of unlike numbers, and whole masses of sum 3 for those of x alone."""
    n, m = draw(st.sampled_from([(2, 3), (1, 2), (3, 2), (2, 1), (3, 1)]))
    d = draw(st.sampled_from([1, 2, 3]))
    x, y = (inputs.values(draw, (k, d), p, kind, power=4) for k in (n, m))
    return WeightedSamples(x=x, y=y, x_weights=np.asarray([3.0, 0.0, 0.0] if n == 1 else [2.0, 1.0, 0.0])[:n],
            order=draw(st.sampled_from([1.0, 2.0, 3.0])))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Triples:
    """Samples x, y, z, a shift, and a factor that is a power of two."""

    x: Array
    y: Array
    z: Array
    shift: Array
    factor: float


@inputs.composite
def triples(draw: inputs.Draw, p: Precision, kind: Kind) -> Triples:
    """Samples x, y, z (batch, n), a shift, and a factor that is a power of two."""
    shape = (inputs.batch(draw), draw(st.sampled_from([1, 2, 5])))
    x, y, z = (inputs.values(draw, shape, p, kind, power=4) for _ in range(3))
    shift = inputs.values(draw, (shape[0], 1), p, kind, power=4)
    return Triples(x, y, z, shift, factor=draw(st.sampled_from([-1.0, 0.5, -4.0])))


@dataclass(frozen=True, slots=True)
class UniformSamples:
    """Many samples x, y (N, n) of [0, 1] and of [shift, shift + width], 0 < shift < 1."""

    x: Array
    y: Array
    shift: float
    width: float


@inputs.composite
def uniform_samples(draw: inputs.Draw, p: Precision, kind: Kind) -> UniformSamples:
    n, rng = draw(st.sampled_from([1, 2, 4])), inputs.generator(draw)
    shift, width = draw(st.sampled_from([0.5, 0.375])), draw(st.sampled_from([1.0, 0.75]))
    x, y = rng.random((2, 16384, n))
    return inputs.in_format(UniformSamples(x, y=shift + width * y, shift=shift, width=width), p)


@dataclass(frozen=True, slots=True)
class Logistics:
    """Centres and scales (2,) of two logistic distributions; near each other, or of sizes 10^±3."""

    centres: Array
    scales: Array


@inputs.composite
def logistics(draw: inputs.Draw, p: Precision, kind: Kind) -> Logistics:
    rng = inputs.generator(draw)
    far = inputs.decades(p, 3.0, power=2)
    size = 10.0 ** draw(st.sampled_from([-far, far])) if kind == "extreme" else 1.0
    centres, scales = rng.integers(-3, 4, 2).astype(float), rng.uniform(0.5, 2.0, 2)
    if kind == "ordinary" and draw(st.booleans()):  # distances far from each other, for so small numbers
        centres, scales = 0 * centres, scales[0] * np.asarray([1.0, 0.0625])
    if kind == "cancellation":
        centres, scales = 1 + 1e-3 * rng.standard_normal(2), 1 + 1e-3 * rng.standard_normal(2)
    return Logistics(centres=inputs.rounded(size * centres, p), scales=inputs.rounded(size * scales, p))


@inputs.composite
def clouds(draw: inputs.Draw, p: Precision, kind: Kind) -> Samples:
    """Points x, y (n, d), few enough to try all permutations; the same in another order among them."""
    shape = draw(st.sampled_from([1, 2, 4])), draw(st.sampled_from([1, 2, 3]))
    x, y = (inputs.values(draw, shape, p, kind, power=4) for _ in range(2))
    if kind == "ordinary" and draw(st.booleans()):
        y = x[::-1]
    if kind == "cancellation":
        x, y = np.abs(x), np.abs(y)  # close to each other, far from the origin
    return Samples(x, y, order=draw(st.sampled_from([1.0, 2.0, 3.0])))


@inputs.composite
def counted_clouds(draw: inputs.Draw, p: Precision, kind: Kind) -> CountedSamples:
    """Points x (n, d), y (m, d) with whole masses of sum 4, some of them 0."""
    n, m = draw(st.sampled_from([(1, 2), (2, 3), (3, 3)]))
    d, rng = draw(st.sampled_from([1, 2, 3])), inputs.generator(draw)
    x, y = (inputs.values(draw, (k, d), p, kind, power=4) for k in (n, m))
    masses = [np.bincount(rng.integers(0, k, 4), minlength=k).astype(np.float64) for k in (n, m)]
    return CountedSamples(x, y, draw(st.sampled_from([1.0, 2.0, 3.0])), *masses)


@dataclass(frozen=True, slots=True)
class Couplings(Samples):
    """Points x (batch, n, d), y (m, d) with plans (batch, n, m) of masses, some of them 0."""

    plan: Array


@inputs.composite
def couplings(draw: inputs.Draw, p: Precision, kind: Kind) -> Couplings:
    n, m, d = draw(st.sampled_from([(1, 1, 1), (2, 3, 1), (3, 2, 2), (4, 4, 3)]))
    batch, rng = inputs.batch(draw), inputs.generator(draw)
    plan = rng.random((batch, n, m)) * (rng.random((batch, n, m)) < 0.7) + 1e-3
    return Couplings(
        x=inputs.values(draw, (batch, n, d), p, kind, power=1),
        y=inputs.values(draw, (m, d), p, kind, power=1),
        plan=inputs.rounded(plan / plan.sum((-2, -1), keepdims=True), p),
        order=draw(_ORDERS),
    )


@inputs.composite
def cloud_triples(draw: inputs.Draw, p: Precision, kind: Kind) -> Triples:
    """Points x, y, z (n, d), a shift (d,), and a factor that is a power of two."""
    shape = draw(st.sampled_from([1, 3, 5])), draw(st.sampled_from([1, 2, 3]))
    x, y, z = (inputs.values(draw, shape, p, kind, power=4) for _ in range(3))
    shift = inputs.values(draw, shape[1:], p, kind, power=4)
    return Triples(x, y, z, shift, factor=draw(st.sampled_from([-1.0, 0.5, -4.0])))


@dataclass(frozen=True, slots=True)
class NoisySamples:
    """Samples x, y (n, d) and common noise (k, d)."""

    x: Array
    y: Array
    noise: Array


@inputs.composite
def noisy_samples(draw: inputs.Draw, p: Precision, kind: Kind) -> NoisySamples:
    n, d = draw(st.sampled_from([1, 3])), draw(st.sampled_from([1, 2]))
    x, y = (inputs.values(draw, (n, d), p, kind, power=4) for _ in range(2))
    noise = inputs.values(draw, (draw(st.sampled_from([1, 2, 4])), d), p, kind, power=4)
    return NoisySamples(x, y, noise)


@dataclass(frozen=True, slots=True)
class Potential:
    """Points x (n, d) and φ(x) = ½xᵀAx + b·x + log cosh(w·x), A ≥ 0.

    cancellation: close to ½‖x‖², so that y ≈ x; extreme: sizes 10^±3.
    """

    x: Array
    A: Array
    b: Array
    w: Array


@inputs.composite
def potentials(draw: inputs.Draw, p: Precision, kind: Kind) -> Potential:
    n, d = draw(st.sampled_from([1, 3, 5])), draw(st.sampled_from([1, 2, 3]))
    rng = inputs.generator(draw)
    size = {
        "ordinary": 1.0,
        "cancellation": 1e-3,
        "extreme": 10.0 ** (rng.choice([-1, 1]) * inputs.decades(p, 3.0, power=2)),
    }[kind]
    G = rng.integers(-2, 3, (d, d))
    A = size * (G @ G.T) + (np.eye(d) if kind == "cancellation" else 0.0)
    x, b, w = inputs.values(draw, (n, d), p, "ordinary"), rng.standard_normal(d), rng.standard_normal(d)
    return Potential(x, A, b=size * b, w=math.sqrt(size) * w)
