"""Likelihoods of data of a few levels, such as bytes."""

from .. import _xp
from .._typing import Array, Namespace
from ..public import STAYS, Integer, Reals, public


@public(
    {"x": Reals("..."), "mean, log_scale": Reals("..."), "levels": Integer(2)},
    Reals("..."),
    nan=STAYS,
    broadcast="all",
)
def discretized_logistic_log_probability(
    x: Array, mean: Array, log_scale: Array, /, *, levels: int = 256
) -> Array:
    """Log-probability of a level under a logistic distribution that is cut into bins.

    log(F((x + h − μ)/s) − F((x − h − μ)/s)), F(t) = 1/(1 + e^−t), s = e^{log_scale}, h = 1/(levels − 1); the
    lowest bin begins at −∞, the highest ends at ∞. Without the cancellation in the tails.

    Parameters
    ----------
    x
        Levels scaled to [−1, 1], 2h apart: 2·byte/255 − 1. Below −1 + h it is the lowest bin.
    mean, log_scale
        μ and log s, of a logistic distribution with standard deviation πs/√3.
    levels

    Returns
    -------
    log-probabilities of each element, in the common dtype of the arguments, on their device.

    Source: density P4.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.asarray([-1.0, 0.0, 1.0])
    >>> np.exp(discretized_logistic_log_probability(x, np.zeros(1), np.zeros(1), levels=3)).round(3)
    array([0.378, 0.245, 0.378])
    """
    xp = _xp.of(x, mean, log_scale)
    x, mean, log_scale = xp.broadcast_arrays(x, mean, log_scale)
    return _logistic_bin(x, mean, log_scale, levels, xp=xp)


def _logistic_bin(x: Array, mean: Array, log_scale: Array, levels: int, *, xp: Namespace) -> Array:
    half = xp.ones_like(x) / (levels - 1)
    sharp = xp.exp(-log_scale)
    upper, lower = ((x - mean) + half) * sharp, ((x - mean) - half) * sharp
    # F(b) − F(a) = F(b)F(−a)(1 − e^{a − b}).
    below, above = -_softplus(-upper, xp=xp), -_softplus(lower, xp=xp)
    inside = below + above + xp.log(-xp.expm1(-2 * half * sharp))
    return xp.where(x < half - 1, below, xp.where(x > 1 - half, above, inside))


def _softplus(t: Array, *, xp: Namespace) -> Array:
    """log(1 + e^t)."""
    if not _xp.rounds(xp):
        return xp.log1p(xp.exp(t))
    return xp.where(t > 0, t, xp.zeros_like(t)) + xp.log1p(xp.exp(-xp.abs(t)))


@public(
    {"x": Reals("..."), "noise": Reals("..."), "levels": Integer(2)}, Reals("..."), nan=STAYS, broadcast="all"
)
def dequantize(x: Array, noise: Array, /, *, levels: int = 256) -> Array:
    """Data of a few levels made continuous by uniform noise.

    (x + u)/levels: the mean over u of log(density/levels) is at most the log-probability of the level.

    Parameters
    ----------
    x
        Whole numbers from 0 to levels − 1, such as bytes before they are scaled.
    noise
        u, uniform on [0, 1).
    levels

    Returns
    -------
    in [0, 1], in the common dtype of the arguments, on their device.

    Source: density P5.

    Examples
    --------
    >>> import numpy as np
    >>> dequantize(np.asarray([0.0, 255.0]), np.asarray([0.5, 0.5]))
    array([0.00195312, 0.99804688])
    """
    return (x + noise) / levels
