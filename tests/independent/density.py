"""Bounds by enumeration and by an integral, divergences by series."""

import math
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from scipy import special

Array = Any


def importance_bounds(log_w: Array, /, *, sizes: Sequence[int]) -> Array:
    """All subsets of up to 8 samples are enumerated; of more, the integral of `_integrated` is taken."""
    M = log_w.shape[-1]
    rows = log_w.astype(float).reshape(-1, M)
    bounds = _enumerated if M <= 8 else _integrated
    table = np.asarray([bounds(row, sizes) for row in rows])
    return table.reshape(*log_w.shape[:-1], len(sizes)).astype(log_w.dtype)


def _enumerated(row: Array, sizes: Sequence[int]) -> list[float]:
    def bound(m: int) -> float:
        sums = special.logsumexp(np.asarray(list(combinations(row, m))), axis=-1)
        return float(np.mean(sums) - math.log(m))

    return [bound(m) for m in sizes]


def _integrated(row: Array, sizes: Sequence[int]) -> list[float]:
    """log s = ∫ (e^−t − e^−ts) dt/t by trapezoids in log t, with e^−ts averaged over subsets, for
    which c_m = 1 − the average is kept, lest small t lose digits. Between weights far apart the
    integrand is constant, so that nodes near them suffice."""
    finite = row[~np.isneginf(row)]
    if not finite.size:
        return [-math.inf] * len(sizes)
    top, most = np.max(finite), max(sizes)
    places = np.unique(np.floor(np.concatenate([[0.0], top - finite])))
    x = np.unique(np.concatenate([place + np.arange(-42.0, 9.0, 0.25) for place in places]))
    c = np.zeros((most + 1, len(x)))
    for i, log in enumerate(row):  # c[m] of the subsets of the first i + 1 samples
        m = np.arange(1, min(most, i + 1) + 1)[:, None]
        inside = -np.expm1(-np.exp(np.minimum(x + log - top, 50.0)))
        c[m[:, 0]] = (1 - m / (i + 1)) * c[m[:, 0]] + m / (i + 1) * ((1 - inside) * c[m[:, 0] - 1] + inside)
    integrand = c + np.expm1(-np.exp(np.minimum(x, 50.0)))
    zeros = len(row) - len(finite)
    means = np.trapezoid(integrand, x, axis=-1) + top
    return [float(means[m] - math.log(m)) if m > zeros else -math.inf for m in sizes]


def normal_kl(m1: Array, v1: Array, m2: Array, v2: Array, /) -> Array:
    """r − 1 − log r as written loses all digits near r = 1; there δ − log(1 + δ) by its series in
    y = δ/(2 + δ), which is δ y − 2 (y³/3 + y⁵/5 + …), as log(1 + δ) = 2 artanh y."""
    delta = (v1 - v2) / v2
    y = np.where(np.abs(delta) < 0.5, delta / (2 + delta), 0)
    odd = sum(y ** (2 * k + 1) / (2 * k + 1) for k in range(1, 15))
    excess = np.where(np.abs(delta) < 0.5, delta * y - 2 * odd, delta - np.log(v1 / v2))
    return np.sum(excess + (m1 - m2) ** 2 / v2, axis=-1) / 2


def discretized_gaussian_log_probability(
    x: Array, mean: Array, log_scale: Array, /, *, levels: int = 256
) -> Array:
    """Tails by SciPy's log_ndtr, and narrow bins by 30 nodes of Gauss and Legendre."""
    wide = [np.asarray(part, dtype=float) for part in (x, mean, log_scale)]
    cells = np.broadcast_arrays(*wide)
    found = [_bin(*cell, 1 / (levels - 1)) for cell in zip(*(part.ravel() for part in cells), strict=True)]
    return np.asarray(found).reshape(cells[0].shape).astype(x.dtype)


def _bin(x: float, mean: float, log_scale: float, half: float) -> float:
    inverse = math.exp(-log_scale)
    if x < half - 1:
        return float(special.log_ndtr((x - mean + half) * inverse))
    if x > 1 - half:
        return float(special.log_ndtr((mean - x + half) * inverse))
    if math.isnan(x + mean + log_scale):
        return math.nan
    middle, reach = abs(x - mean) * inverse, half * inverse
    if reach * max(1.0, middle) > 1:
        near, far = special.log_ndtr([reach - middle, -reach - middle])
        rest = math.exp(special.log_ndtr(middle - reach)) + math.exp(far)  # on both sides
        return math.log1p(-rest) if middle < reach else float(near + math.log(-math.expm1(far - near)))
    nodes, weights = np.polynomial.legendre.leggauss(30)
    beside = math.log(np.sum(weights * np.exp(-(middle + nodes * reach / 2) * nodes * reach)) * reach)
    return beside - middle**2 / 2 - math.log(2 * math.pi) / 2


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"density.{function.__name__}": function
    for function in (importance_bounds, normal_kl, discretized_gaussian_log_probability)
}
