"""Inputs of the ddpm laws, and the coefficients of a schedule by exact integer products."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ...._xp import rounds
from ....backends import Precision, Setting
from ....ddpm import AffineGenerator
from ...language import inputs
from ...language.law import Kind

Host = np.ndarray[Any, np.dtype[np.float64]]

STEPS = (1, 2, 6)
"""Lengths of schedules: at most 6 partial sums round in log ᾱ_t²."""


@dataclass(frozen=True, slots=True)
class Exact:
    """Coefficients of steps (each correctly rounded, its root once more) from exact products."""

    beta_squared: Host
    alpha_squared: Host
    alpha_bar_squared: Host
    beta_bar_squared: Host
    previous_alpha_bar_squared: Host
    previous_beta_bar_squared: Host
    condition: Host
    """1 + |log ᾱ_t²|: a relative error ε in the logarithm is one of ε·|log ᾱ_t²| in ᾱ_t²."""

    def at(self, t: Any) -> "Exact":
        """The coefficients of steps t, with a feature axis of length 1."""
        return Exact(*(getattr(self, name)[np.asarray(t) - 1][..., None] for name in self.__slots__))


_BITS = 600


def products(beta_squared: Any) -> tuple[Host, Host]:
    """ᾱ_t² and β̄_t² for t = 0..T; of floats in fixed point of 600 bits, far below any rounding here."""
    if not rounds(beta_squared):
        product = np.cumprod(np.append(1, 1 - beta_squared))
        return product, 1 - product
    one = 1 << _BITS
    signal = [one]
    for value in beta_squared:
        signal.append(signal[-1] * (one - int(Fraction(float(value)) * one)) >> _BITS)
    return np.asarray([s / one for s in signal]), np.asarray([(one - s) / one for s in signal])


def exact(beta_squared: Any) -> Exact:
    """The coefficients of steps 1..T, each (T,)."""
    alpha_bar_squared, beta_bar_squared = products(beta_squared)
    return Exact(
        beta_squared,
        1 - beta_squared,
        alpha_bar_squared[1:],
        beta_bar_squared[1:],
        alpha_bar_squared[:-1],
        beta_bar_squared[:-1],
        1 - np.log(alpha_bar_squared[1:]),
    )


def variances(draw: inputs.Draw, p: Precision, kind: Kind) -> Host:
    """β_t² of a schedule: ordinary; so small that 1 − ᾱ² loses all digits; or of mixed size."""
    steps = draw(st.sampled_from(STEPS))
    rng = inputs.generator(draw)
    if kind == "cancellation":
        return inputs.rounded(10.0 ** rng.uniform(np.log10(p.u), max(-3.0, np.log10(10 * p.u)), steps), p)
    if kind == "extreme":
        least = max(-12.0, np.log10(4 * p.smallest))
        small, large = 10.0 ** rng.uniform(least, -1, steps), 1 - 10.0 ** rng.uniform(-2, -1, steps)
        return inputs.rounded(np.where(rng.random(steps) < 0.7, small, large), p)
    pattern = draw(st.sampled_from(["constant", "uniform", "linear"]))
    if pattern == "constant":
        return np.full(steps, 0.25)
    if pattern == "uniform":
        return inputs.rounded(rng.uniform(0.01, 0.9, steps), p)
    return inputs.rounded(np.linspace(1e-4, 0.02, steps), p)


def reals(draw: inputs.Draw, shape: tuple[int, ...], p: Precision, kind: Kind) -> Host:
    """Data whose squares, times 1/β_t² as small as 1e-12, stay in range."""
    return inputs.values(draw, shape, p, "ordinary" if kind == "cancellation" else kind, power=5)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A schedule alone."""

    beta_squared: Array


@inputs.composite
def schedules(draw: inputs.Draw, p: Precision, kind: Kind) -> Scheduled:
    return Scheduled(beta_squared=variances(draw, p, kind))


@dataclass(frozen=True, slots=True)
class Batches(Scheduled):
    """A schedule, steps t and data x, y, z."""

    t: Array
    x: Array
    y: Array
    z: Array


@dataclass(frozen=True, slots=True)
class Steps(Batches):
    """A schedule, a batch of steps t (n,), one step, three batches of data (n, d)."""

    step: int


@inputs.composite
def steps(draw: inputs.Draw, p: Precision, kind: Kind) -> Steps:
    beta_squared = variances(draw, p, kind)
    n, d = inputs.batch(draw), draw(st.sampled_from([1, 3]))
    rng = inputs.generator(draw)
    x, y, z = (reals(draw, (n, d), p, kind) for _ in range(3))
    t = rng.integers(1, len(beta_squared) + 1, n)
    return Steps(beta_squared, t, step=int(t[0]), x=x, y=y, z=z)


@dataclass(frozen=True, slots=True)
class Sampler(Scheduled):
    """A schedule with standard deviations σ_t, zero among them."""

    sigma: Array


@inputs.composite
def samplers(draw: inputs.Draw, p: Precision, kind: Kind) -> Sampler:
    beta_squared = variances(draw, p, kind)
    rng = inputs.generator(draw)
    sigma = np.sqrt(beta_squared) * rng.uniform(0.5, 2.0, len(beta_squared))
    sigma = np.where(rng.random(len(sigma)) < 0.2, 0.0, sigma)
    return Sampler(beta_squared, sigma=inputs.rounded(sigma, p))


@dataclass(frozen=True, slots=True)
class Lengths:
    """Numbers that make a schedule."""

    steps: int
    first: float
    last: float
    offset: float


@inputs.composite
def lengths(draw: inputs.Draw, p: Precision, kind: Kind) -> Lengths:
    """Small and large numbers of steps, exact in the format; for the other schedules two numbers."""
    steps = draw(st.sampled_from([1, 2, 3, 10]) if kind == "ordinary" else st.sampled_from([100, 1000]))
    first, last = draw(st.sampled_from([(0.25, 0.5), (1e-4, 0.02), (0.5, 0.01), (0.1, 0.1)]))
    return Lengths(steps, first, last, offset=draw(st.sampled_from([0.0, 0.008, 0.5])))


@dataclass(frozen=True, slots=True)
class CosineLengths:
    """Numbers that make a cosine schedule."""

    steps: int
    offset: float


@inputs.composite
def cosine_lengths(draw: inputs.Draw, p: Precision, kind: Kind) -> CosineLengths:
    """Few distinct cases: the expectation takes milliseconds."""
    steps = draw(st.sampled_from([1, 2, 5]) if kind == "ordinary" else st.sampled_from([40, 100]))
    return CosineLengths(steps, offset=draw(st.sampled_from([0.0, 0.008, 0.5])))


@dataclass(frozen=True, slots=True)
class Alphas:
    """α_t in (0, 1): ordinary, next to 1, next to 0."""

    alphas: Array


@inputs.composite
def alphas(draw: inputs.Draw, p: Precision, kind: Kind) -> Alphas:
    rng = inputs.generator(draw)
    n = draw(st.sampled_from(STEPS))
    if kind == "cancellation":
        return Alphas(alphas=1 - p.u * rng.integers(1, min(1000, 2 ** (p.bits - 1)), n))
    if kind == "extreme":
        return Alphas(alphas=inputs.rounded(10.0 ** rng.uniform(-6, -1, n), p))
    return Alphas(alphas=inputs.rounded(rng.uniform(0.1, 0.99, n), p))


@dataclass(frozen=True, slots=True)
class Suspects(Scheduled):
    """A schedule in which one value may be bad, steps of which some may be out of range."""

    t: Array


@inputs.composite
def suspects(draw: inputs.Draw, p: Precision, kind: Kind) -> Suspects:
    values = variances(draw, p, kind)
    rng = inputs.generator(draw)
    bad = draw(st.sampled_from([None, 1.0] * 4 + [0.0, -0.5, 2.0, math.nan, math.inf]))
    if bad is not None:
        values[rng.integers(0, len(values))] = bad
    t = rng.integers(1, len(values) + 1, inputs.batch(draw))
    t[0] = draw(st.sampled_from([1, 0, len(values), len(values) + 1, -1]))
    return Suspects(beta_squared=values, t=t)


def affine(on: Setting, weight: Host, bias: Host, covariance: Host) -> AffineGenerator:
    """A generator of host arrays, in the setting's dtype."""
    return AffineGenerator(on.array(weight), on.array(bias), on.array(covariance))
