"""Pareto smoothed importance sampling, and the shape of the tail that says whether it can be trusted."""

import math
from typing import Any, NamedTuple

import numpy as np

from .. import _xp
from .._host import Floats, like, to_float64
from .._typing import Array
from ..public import RAISES, Number, Reals, public

FEWEST = 5
"""Weights of a tail from which a shape can be estimated."""


class Smoothed(NamedTuple):
    """Normalised log-weights, and the estimated shape of their tail."""

    log_weights: Array
    k: Array


@public(
    {"log_ratios": Reals("..., S", S=1), "efficiency": Number(above=0)},
    (Reals("..., S"), Reals("...")),
    needs="sort cumulative indexing eager host",
    nan=RAISES,
)
def pareto_smoothed_weights(log_ratios: Array, /, *, efficiency: float = 1.0) -> Smoothed:
    """Importance weights whose largest are replaced by quantiles of a fitted generalised Pareto distribution.

    The M = ⌈min(S/5, 3(S/r)^{1/2})⌉ largest ratios less the next one, r the efficiency, are fitted; the j-th
    becomes that one plus σ((1 − p)^{−k} − 1)/k, p = (j − ½)/M, but no more than the largest ratio. A host
    function, in float64.

    Parameters
    ----------
    log_ratios
        Logarithms of S finite ratios of densities, of any common factor.
    efficiency
        r, the effective share of the sample: 1 for independent draws, less for correlated ones.

    Returns
    -------
    Smoothed(log_weights, k): weights with sum 1, and the estimate of the shape, in the dtype of the ratios,
    on their device. Up to k = 0.7 the weights serve; from 1 on the mean of the ratios is infinite. k is inf,
    and nothing is smoothed, for M < 5 or where a quarter of the tail, or all of it, are equal ratios.

    Source: density P6.

    Examples
    --------
    >>> import numpy as np
    >>> found = pareto_smoothed_weights(np.log(np.arange(1.0, 101.0)))
    >>> float(found.k.round(3)), float(np.exp(found.log_weights).sum().round(12))
    (-0.405, 1.0)
    """
    xp = _xp.of(log_ratios)
    (host,) = to_float64(xp, log_ratios=log_ratios)
    rows = host.reshape(-1, host.shape[-1])
    found = [_smoothed(row, efficiency) for row in rows]
    weights = np.asarray([row for row, _ in found]).reshape(host.shape)
    shapes = np.asarray([k for _, k in found]).reshape(host.shape[:-1])
    return Smoothed(like(weights, log_ratios, xp), like(shapes, log_ratios, xp))


def _smoothed(log_ratios: Floats, efficiency: float) -> tuple[Floats, float]:
    """Normalised log-weights of one sample, and k."""
    S = len(log_ratios)
    M = math.ceil(min(S / 5, 3 * math.sqrt(S / efficiency)))
    log_w, k = log_ratios - np.max(log_ratios), math.inf
    if FEWEST <= M < S:
        order = np.argsort(log_w, kind="stable")
        tail, cutoff = order[-M:], log_w[order[-M - 1]]
        if log_w[tail[-1]] - log_w[tail[0]] > 100 * np.finfo(np.float64).eps:
            base = np.exp(cutoff)
            k, sigma = _pareto(base * np.expm1(log_w[tail] - cutoff))
            if math.isfinite(k):
                quantiles = _quantiles((np.arange(M) + 0.5) / M, k, sigma)
                log_w[tail] = np.minimum(np.log(base + quantiles), 0)
    peak = np.max(log_w)
    return log_w - (peak + np.log(np.sum(np.exp(log_w - peak)))), k


def _pareto(x: Floats) -> tuple[float, float]:
    """Shape and scale of sorted exceedances, by Zhang and Stephens; ten more draw the shape to ½."""
    n, grid = len(x), 30 + math.isqrt(len(x))
    quartile = x[math.floor(n / 4 + 0.5) - 1]
    if not quartile > 0:
        return math.inf, math.nan
    j = np.arange(1, grid + 1)
    theta = 1 / x[-1] + (1 - np.sqrt(grid / (j - 0.5))) / (3 * quartile)
    k = np.mean(np.log1p(-theta[:, None] * x), axis=1)
    likelihood = n * (np.log(-theta / k) - k - 1)
    weights = np.exp(likelihood - np.max(likelihood))
    best = np.sum(theta * weights) / np.sum(weights)
    shape = float(np.mean(np.log1p(-best * x)))
    sigma = -shape / float(best)
    return (n * shape + 10 * 0.5) / (n + 10), sigma


def _quantiles(p: Floats, k: float, sigma: float) -> Floats:
    """σ((1 − p)^{−k} − 1)/k."""
    rise: Any = -np.log1p(-p)
    found: Floats = sigma * (np.expm1(k * rise) / k if k else rise)
    return found
