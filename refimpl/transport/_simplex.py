"""Distances between all pairs of points, and the network simplex on them, in float64."""

import math
import warnings
from typing import Any

import numpy as np

from .._errors import DomainError, message
from .._host import Floats
from ._pot import pot

REDUCE = 2**14
"""Pairs from which on reduced costs are worth it."""
LOWEST = np.float32(-60.0)
"""Exponents below it are next to nothing, and products of float32 would be slow there."""


def distances(x: Floats, y: Floats) -> Floats:
    """‖x_i − y_j‖ without overflow or underflow."""
    from scipy.spatial import distance  # noqa: PLC0415  (slow to import)

    # In units of a power of two, which costs no rounding, squares stay within the format, or are so small
    # beside the largest that they may lose digits, and are taken again.
    largest = max(np.abs(x).max(initial=0.0), np.abs(y).max(initial=0.0))
    power = int(np.frexp(largest)[1]) + 1
    distances: Any = distance.cdist(np.ldexp(x, -power), np.ldexp(y, -power))
    np.ldexp(distances, power, out=distances)
    if distances.min() <= (small := math.ldexp(1.0, max(power - 480, -1074))):
        i, j = np.nonzero(distances <= small)
        distances[i, j] = _lengths(np.abs(x[i] - y[j]))
    result: Floats = distances
    return result


def _lengths(gaps: Floats) -> Floats:
    """Euclidean norms over the last axis, in units of their largest entries."""
    peak = gaps.max(axis=-1, initial=0.0)
    unit = np.where(peak > 0, peak, 1.0)
    lengths: Floats = unit * np.sqrt(np.sum((gaps / unit[..., None]) ** 2, axis=-1))
    return lengths


def solve(a: Floats, b: Floats, cost: Floats) -> tuple[Floats, Floats, Floats]:
    """A plan and feasible potentials."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the log says it too
        reduced, near = _reduced(a, b, cost)
        plan, log = pot().emd(a, b, reduced, numItermax=10_000_000, log=True, center_dual=False)
    if log["warning"] is not None:
        raise DomainError(message("solver", log["warning"], "an optimal plan from POT"))
    # The c-transform of any v is feasible, and at the optimum it changes nothing; where there is no
    # mass POT's v means nothing.
    left = cost - np.where(b > 0, log["v"] + near, -np.inf)
    u = np.min(left, axis=1)
    v = np.min(np.subtract(cost, u[:, None], out=left), axis=0)
    return plan, u, v


def _reduced(a: Floats, b: Floats, cost: Floats) -> tuple[Floats, Floats]:
    """Costs c − u − v ≥ 0, which have the optimal plans of c, and v: with potentials near the optimal ones
    the simplex is spared a third of its pivots. Sinkhorn's scaling finds those, coarsely and in float32; any
    v would be right."""
    if cost.size < REDUCE:
        return cost, np.zeros_like(b)
    low = np.min(cost, axis=0)
    above = cost - low
    above -= np.min(above, axis=1, keepdims=True)
    temperature = 0.1 * np.mean(above) or 1.0
    masses, scaling = a.astype(np.float32), np.ones(b.size, np.float32)
    kernel = above.astype(np.float32)
    with np.errstate(all="ignore"):
        kernel *= np.float32(-1 / temperature)
        np.exp(np.maximum(kernel, LOWEST, out=kernel), out=kernel)
        for _ in range(10):
            scaling = b.astype(np.float32) / ((masses / (kernel @ scaling)) @ kernel)
        v = low + temperature * np.log(scaling, dtype=np.float64)
    v = np.where(np.isfinite(v), v, 0.0)
    u = np.min(np.subtract(cost, v, out=above), axis=1)
    v = np.min(np.subtract(cost, u[:, None], out=above), axis=0)
    above -= v
    return above, v
