"""What the loss of a variational autoencoder is made of: its divergence, its prior, and bounds with masks."""

from .. import _xp
from .._typing import Array, Namespace
from ..public import STAYS, Labels, Reals, public
from ._normal import log_2pi
from ._weights import by_fall


@public({"mean, log_variance": Reals("..., d")}, Reals("..."), nan=STAYS, broadcast="all")
def vae_kl(mean: Array, log_variance: Array, /) -> Array:
    """KL(N(μ, e^s) ‖ N(0, I)), the divergence of an encoder from the standard normal prior.

    ½ Σ (μ² + e^s − 1 − s) over the last axis, s = log σ²; accurate also where s is near 0.

    Parameters
    ----------
    mean, log_variance
        μ, and the logarithm of the variance, not of the standard deviation.

    Returns
    -------
    in the common dtype of the arguments, on their device. It is at least 0, and summed over
    dimensions, not averaged.

    Source: density P1.

    Examples
    --------
    >>> import numpy as np
    >>> float(vae_kl(np.asarray([1.0, -1.0]), np.zeros(2)))
    1.0
    """
    xp = _xp.of(mean, log_variance)
    return 0.5 * xp.sum(mean * mean + _growth(log_variance, xp=xp), axis=-1)


def _growth(s: Array, *, xp: Namespace) -> Array:
    """e^s − 1 − s, by its series near 0, where it cancels."""
    far = xp.expm1(s) - s
    if not _xp.rounds(xp):
        return far
    near = xp.abs(s) < 0.5
    small = xp.where(near, s, xp.zeros_like(s))
    series = xp.zeros_like(s)
    for k in range(16, 2, -1):  # the next term is below 1e-18 of the first
        series = (series + 1) * small / k
    return xp.where(near, small * small * ((series + 1) / 2), far)


@public({"z": Reals("..., d")}, Reals("..."), nan=STAYS)
def prior_log_density(z: Array, /) -> Array:
    """Log-density of the standard normal prior, log N(z; 0, I).

    −½ Σ (z² + log 2π) over the last axis.

    Parameters
    ----------
    z
        Latent samples.

    Returns
    -------
    in the dtype of z, on its device.

    Source: density P2.

    Examples
    --------
    >>> import numpy as np
    >>> float(prior_log_density(np.asarray([1.0, 0.0])).round(6))
    -2.337877
    """
    xp = _xp.of(z)
    return -0.5 * xp.sum(z * z + log_2pi(xp), axis=-1)


@public(
    {"log_w": Reals("..., M", M=1), "mask": Labels("..., M")},
    Reals("..."),
    nan="NaN in log_w gives NaN, unless it is left out.",
    broadcast="all",
)
def masked_importance_bound(log_w: Array, mask: Array, /) -> Array:
    """The importance-weighted bound of the samples that a mask keeps.

    log(Σ m w/Σ m) over the last axis: what is left out counts neither above nor below.

    Parameters
    ----------
    log_w
        Log-weights. −inf is a weight of zero, which counts; all −inf gives −inf.
    mask
        True, or any integer but 0, keeps a sample.

    Returns
    -------
    in the dtype of log_w, on its device; NaN where no sample is kept.

    Source: density P3.

    Examples
    --------
    >>> import numpy as np
    >>> log_w, mask = np.log(np.asarray([1.0, 3.0, 99.0])), np.asarray([True, True, False])
    >>> float(np.exp(masked_importance_bound(log_w, mask)).round(12))
    2.0
    """
    xp = _xp.of(log_w, mask)
    log_w, mask = xp.broadcast_arrays(log_w, mask if xp.isdtype(mask.dtype, "bool") else mask != 0)
    return _masked_importance_bound(log_w, mask, xp=xp)


def _masked_importance_bound(log_w: Array, mask: Array, *, xp: Namespace) -> Array:
    count = xp.sum(xp.astype(mask, log_w.dtype), axis=-1)
    kept = xp.where(mask, log_w, xp.full_like(log_w, -xp.inf))
    total = xp.where(count == 0, xp.full_like(count, xp.nan), count)
    far = _xp.logsumexp(kept, axis=-1, xp=xp) - xp.log(total)
    if not _xp.rounds(xp):
        return far
    peak = xp.max(kept, axis=-1, keepdims=True)
    shift = xp.where(xp.isfinite(peak), peak, xp.zeros_like(peak))
    lower = xp.where(mask, xp.expm1(kept - shift), xp.zeros_like(kept))
    fall = xp.sum(lower, axis=-1) / total  # of the mean weight below the largest
    return by_fall(xp.squeeze(shift, axis=-1), fall, far, xp=xp)
