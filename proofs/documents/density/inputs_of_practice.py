"""Inputs of the laws of practice: encoders, masks, levels and tails."""

from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision
from ...language import inputs
from ...language.law import Kind


@dataclass(frozen=True, slots=True)
class Encoded:
    """Means and log-variances (batch, d)."""

    mean: Array
    log_variance: Array


@dataclass(frozen=True, slots=True)
class Masked:
    """Log-weights (batch, M), and which count; at least one in every row."""

    log_w: Array
    mask: Array


@dataclass(frozen=True, slots=True)
class Leveled:
    """Every level (batch, levels) as 0, 1, …; means and log-scales (batch, 1); noise in [0, 1)."""

    level: Array
    mean: Array
    log_scale: Array
    noise: Array
    levels: int


@dataclass(frozen=True, slots=True)
class Ratios:
    """Log-ratios (batch, S), and an efficiency."""

    log_ratios: Array
    efficiency: float


@inputs.composite
def encoded(draw: inputs.Draw, p: Precision, kind: Kind) -> Encoded:
    """cancellation: variances next to 1; extreme: exponents across what e^s may have."""
    shape = (inputs.batch(draw), draw(st.sampled_from([1, 2, 4])))
    rng = inputs.generator(draw)
    mean = inputs.values(draw, shape, p, "ordinary", power=2)
    s = rng.integers(-2, 3, shape).astype(np.float64)
    if kind == "cancellation":
        s, mean = rng.choice([-1.0, 1.0], shape) * 2.0 ** rng.integers(-p.bits // 2, -1, shape), 0 * mean
    if kind == "extreme":
        s = rng.uniform(-20.0, min(20.0, 0.8 * np.log(p.largest)), shape)
    return Encoded(mean, inputs.rounded(s, p))


@inputs.composite
def masked(draw: inputs.Draw, p: Precision, kind: Kind) -> Masked:
    """ordinary: also weights of zero; cancellation: near each other; extreme: far from 0 and apart."""
    shape = (inputs.batch(draw), draw(st.sampled_from([2, 3, 8])))
    rng = inputs.generator(draw)
    log_w: Any = rng.integers(-3, 4, shape).astype(np.float64)
    if kind == "cancellation":
        log_w = 1 + 4 * p.u * rng.integers(-4, 5, shape)
    if kind == "extreme":
        log_w = rng.uniform(-1, 1, shape) * 0.4 * min(p.largest, 1e30)
    mask = rng.random(shape) < 0.6
    mask[:, 1] = True
    log_w[~mask & (rng.random(shape) < 0.3)] = 50.0
    return Masked(inputs.rounded(log_w, p), mask)


@inputs.composite
def leveled(draw: inputs.Draw, p: Precision, kind: Kind) -> Leveled:
    """cancellation: means far in the tails of narrow distributions; extreme: bins far wider, or far narrower,
    than the distribution."""
    batch, levels = draw(st.sampled_from([1, 3])), draw(st.sampled_from([2, 3, 5, 9]))
    rng = inputs.generator(draw)
    mean = rng.integers(-4, 5, (batch, 1)) / 4
    log_scale = rng.integers(-2, 2, (batch, 1)).astype(np.float64)
    if kind == "cancellation":
        mean, log_scale = 8 * mean + np.where(mean < 0, -2.0, 2.0), log_scale - 1
    if kind == "extreme":
        log_scale = rng.choice([-3.0, 4.0], (batch, 1))
    level = np.broadcast_to(np.arange(levels, dtype=np.float64), (batch, levels)).copy()
    noise = rng.integers(0, 16, (batch, levels)) / 16
    return Leveled(level, mean, log_scale, noise, levels)


@inputs.composite
def ratios(draw: inputs.Draw, p: Precision, kind: Kind) -> Ratios:
    """Tails of several shapes; so few that nothing is fitted; extreme: with a large common factor."""
    batch, S = draw(st.sampled_from([1, 2])), draw(st.sampled_from([27, 25, 12, 40, 300]))
    rng = inputs.generator(draw)
    heavy = rng.choice([0.25, 1.0, 2.0], (batch, 1))
    log_ratios = heavy * -np.log(1 - (rng.permuted(np.tile(np.arange(S), (batch, 1)), axis=1) + 0.5) / S)
    if kind == "extreme":
        log_ratios = log_ratios + (256.0 if p.bits > 11 else 4.0)
    return Ratios(inputs.rounded(log_ratios, p), draw(st.sampled_from([1.0, 0.25, 4.0])))
