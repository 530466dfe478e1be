"""The likelihood of a level under a normal distribution that is cut into bins."""

import math

from .. import _xp
from .._typing import Array, Namespace
from ..public import STAYS, Integer, Reals, public

GAUSS = (
    (0.1834346424956498, 0.3626837833783620),
    (0.5255324099163290, 0.3137066458778873),
    (0.7966664774136267, 0.2223810344533745),
    (0.9602898564975363, 0.1012285362903763),
)
"""Half of the eight nodes and weights of Gauss and Legendre on [−1, 1]."""


@public(
    {"x": Reals("..."), "mean, log_scale": Reals("..."), "levels": Integer(2)},
    Reals("..."),
    nan=STAYS,
    broadcast="all",
)
def discretized_gaussian_log_probability(
    x: Array, mean: Array, log_scale: Array, /, *, levels: int = 256
) -> Array:
    """Log-probability of a level under a normal distribution that is cut into bins.

    log(Φ((x + h − μ)/σ) − Φ((x − h − μ)/σ)), σ = e^{log_scale}, h = 1/(levels − 1); the lowest bin
    begins at −∞, the highest ends at ∞. Without the cancellation of narrow bins and in the tails.

    Parameters
    ----------
    x
        Levels scaled to [−1, 1], 2h apart: 2·byte/255 − 1. Below −1 + h it is the lowest bin.
    mean, log_scale
        μ and log σ, which is half of the logarithm of the variance.
    levels

    Returns
    -------
    log-probabilities of each element, in the common dtype of the arguments, on their device.

    Source: density P7.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.asarray([-1.0, 0.0, 1.0])
    >>> np.exp(discretized_gaussian_log_probability(x, np.zeros(1), np.zeros(1), levels=3)).round(3)
    array([0.309, 0.383, 0.309])
    """
    xp = _xp.of(x, mean, log_scale)
    x, mean, log_scale = xp.broadcast_arrays(x, mean, log_scale)
    return _gaussian_bin(x, mean, log_scale, levels, xp=xp)


def _gaussian_bin(x: Array, mean: Array, log_scale: Array, levels: int, *, xp: Namespace) -> Array:
    half = xp.ones_like(x) / (levels - 1)
    sharp = xp.exp(-log_scale)
    lowest, highest = x < half - 1, x > 1 - half
    inside = _log_mass(xp.abs(x - mean) * sharp, half * sharp, xp=xp)
    outer = xp.where(lowest, (x - mean) + half, (mean - x) + half) * sharp
    return xp.where(lowest | highest, _log_cdf(outer, xp=xp), inside)


def _log_mass(middle: Array, half: Array, *, xp: Namespace) -> Array:
    """log(Φ(m + h) − Φ(m − h)) for m ≥ 0, of narrow bins as an integral, else of the tails."""
    if not _xp.rounds(xp):
        return _log_wide(middle, half, xp=xp)
    narrow = half * xp.where(middle > 1, middle, xp.ones_like(middle)) <= 0.5
    two, one = xp.full_like(half, 2.0), xp.ones_like(half)  # harmless where the other form is taken
    wide = _log_wide(xp.where(narrow, two, middle), xp.where(narrow, one, half), xp=xp)
    return xp.where(
        narrow, _log_narrow(xp.where(narrow, middle, one), xp.where(narrow, half, one), xp=xp), wide
    )


def _log_wide(middle: Array, half: Array, *, xp: Namespace) -> Array:
    """Of the tails, which differ by so much that the difference keeps its digits."""
    near = middle - half
    first, second = _log_tail(xp.abs(near), xp=xp), _log_tail(middle + half, xp=xp)
    fall = second - first
    if _xp.rounds(xp):  # harmless where the other form is taken, and no difference of infinities
        fall = xp.where((near > 0) & (first > -xp.inf), fall, -xp.ones_like(near))
    around = xp.log1p(-(xp.exp(first) + xp.exp(second)))
    return xp.where(near > 0, first + xp.log(-xp.expm1(fall)), around)


def _log_narrow(middle: Array, half: Array, *, xp: Namespace) -> Array:
    """Of the density at the middle, and its mean over the bin beside that."""
    mean = xp.zeros_like(middle)
    for node, weight in GAUSS:
        for t in (node * half, -node * half):
            mean = mean + weight / 2 * xp.exp(-t * (middle + t / 2))
    return xp.log(mean) + xp.log(2 * half) - (middle * middle + math.log(2 * math.pi)) / 2


def _log_cdf(t: Array, *, xp: Namespace) -> Array:
    """log Φ(t)."""
    tail = _log_tail(xp.abs(t), xp=xp)
    return xp.where(t < 0, tail, xp.log1p(-xp.exp(tail)))


def _log_tail(t: Array, *, xp: Namespace) -> Array:
    """log(1 − Φ(t)) for t ≥ 0, without cancellation.

    By the midpoint rule for erfc z = (2z/π)e^{−z²} ∫ e^{−s²}/(s² + z²) ds over s ≥ 0, z = t/√2. Steps of d
    are off by e^{−π²/d²} of it, once the residue at s = iz is put back for z < π/d (Matta and Reichel).
    """
    m = _xp.numbers(xp)
    bits = 56 if _xp.rounds(xp) else getattr(m, "prec", 256) + 16
    step = math.floor(32 * math.pi / math.sqrt(bits * math.log(2))) / 32
    z, reach = t / m.sqrt(2.0), m.pi / step
    total = xp.zeros_like(z)
    for k in range(math.ceil(math.pi / step**2)):
        s = (k + 0.5) * step
        total = total + m.exp(-s * s) / (z * z + s * s)
    inside = z < reach
    near = xp.where(inside, z, xp.zeros_like(z))
    residue = xp.exp(near * (near - 2 * reach)) / (1 + xp.exp(-2 * reach * near))
    return xp.log(z * total / reach + xp.where(inside, residue, xp.zeros_like(z))) - z * z
