"""Inputs of the laws of features, and of points that are projected."""

from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision
from ...language import inputs
from ...language.law import Kind


@dataclass(frozen=True, slots=True)
class Features:
    """Features x (batch, n, d), and y (batch, c·n, d): c copies of every x M + shift, in another order.

    x ↦ Mx is optimal for M ≥ 0, so that the distance is known for covariances of every rank.
    """

    x: Array
    y: Array
    map: Array
    copies: int
    ddof: int
    unit: float


@dataclass(frozen=True, slots=True)
class Projected:
    """Points x (batch, n, d) and y (batch, m, d), and directions (k, d)."""

    x: Array
    y: Array
    directions: Array
    order: float
    factors: Array


@inputs.composite
def features(draw: inputs.Draw, p: Precision, kind: Kind) -> Features:
    """Whole numbers, times a power of two.

    ordinary: M = vvᵀ of rank 1, or M ≥ 0 of rank d; cancellation: M = I, so that W² is that of the means
    alone; extreme: all times a large or small power of two.
    """
    batch, n, d = (
        draw(st.sampled_from([1, 3])),
        draw(st.sampled_from([2, 3, 5])),
        draw(st.sampled_from([1, 2, 4])),
    )
    copies, ddof = draw(st.sampled_from([1, 2])), draw(st.sampled_from([1, 0]))
    low = draw(st.booleans())
    rng = inputs.generator(draw)
    x = rng.integers(-2, 3, (batch, n, d)).astype(np.float64)
    root = rng.integers(-1, 2, (batch, d, 1 if low else d)).astype(np.float64)
    root[:, 0, 0] = 1.0
    M = np.broadcast_to(np.eye(d), (batch, d, d)) if kind == "cancellation" else root @ root.mT
    shift = rng.integers(-3, 4, (batch, 1, d)).astype(np.float64)
    y = np.concatenate([x @ M + shift] * copies, axis=1)
    y = np.stack([rng.permutation(rows) for rows in y])
    far = min(30, int(np.log2(p.largest) / 2) - 8)
    unit = 2.0 ** int(rng.choice([-1, 1]) * far) if kind == "extreme" else 1.0
    return Features(unit * x, unit * y, M, copies, ddof, unit)


@inputs.composite
def projected(draw: inputs.Draw, p: Precision, kind: Kind, *, equal: bool = False) -> Projected:
    """Points of a few sizes, alike or not; directions of any length; powers of two for the lengths."""
    batch, d, k = (
        draw(st.sampled_from([1, 3])),
        draw(st.sampled_from([1, 2, 3])),
        draw(st.sampled_from([1, 2, 5])),
    )
    n, m = draw(st.sampled_from([(1, 1), (3, 3), (4, 4)] if equal else [(2, 2), (1, 3), (3, 2), (4, 6)]))
    order = draw(st.sampled_from([1.0, 2.0, 3.0]))
    x, y = (inputs.values(draw, (batch, rows, d), p, kind, power=1) for rows in (n, m))
    rng = inputs.generator(draw)
    directions: Any = inputs.rounded(rng.standard_normal((k, d)), p)
    directions[:, 0] += np.where(directions[:, 0] == 0, 1.0, 0.0)
    factors = np.ldexp(rng.choice([-1.0, 1.0], (k, 1)), rng.integers(-4, 5, (k, 1)))
    # A projection sums d products, each below its magnitude times that of a unit vector.
    return Projected(x / 4, y / 4, directions, order, factors)
