"""Layer normalisation and DeepNorm's residual connection."""

from .. import _libraries, _xp
from .._typing import Array, Namespace
from ..public import STAYS, Number, Reals, public
from ._root_mean_square import over_root_mean_square


@public(
    {"x": Reals("..., n", n=1), "gamma, beta": Reals("n") | None, "eps": Number(least=0)},
    Reals("..., n"),
    nan=STAYS,
)
def layer_norm(
    x: Array, gamma: Array | None = None, beta: Array | None = None, /, *, eps: float = 1e-5
) -> Array:
    """Layer normalisation over the last axis, γ (x − μ)/√(σ² + eps) + β.

    μ and σ² are the row's mean and its variance with divisor n. The mean is that of the differences from the
    first element, and squares are taken after scaling, so rows that are nearly constant and rows of any
    finite size keep full accuracy; a constant row gives exactly β for eps > 0.

    Parameters
    ----------
    x
    gamma, beta
        None means 1 and 0.
    eps
        A Python number, added to the variance under the root.

    Returns
    -------
    in the common dtype of the arguments, on their device. NaN for a constant row with eps = 0,
    and for a row with an infinity or NaN in it.

    Source: residual D7.

    Reference: Ba, Kiros, Hinton, Layer normalization, 2016, arXiv 1607.06450.

    Examples
    --------
    >>> import numpy as np
    >>> layer_norm(np.asarray([1.0, 3.0]), eps=0.0)
    array([-1.,  1.])
    """
    return _layer_norm(x, gamma, beta, eps, xp=_xp.of(x, gamma, beta))


def _layer_norm(x: Array, gamma: Array | None, beta: Array | None, eps: float, *, xp: Namespace) -> Array:
    peak = xp.max(xp.abs(x), axis=-1, keepdims=True)
    # A power of two: exact, and small enough for sums of n terms and for differences.
    shrink = xp.where(peak > 1, xp.full_like(peak, 0.5 ** (x.shape[-1].bit_length() + 1)), xp.ones_like(peak))
    centred = x * shrink
    centred = centred - _libraries.constant(centred[..., :1])  # exact where the row is nearly constant
    centred = centred - xp.mean(centred, axis=-1, keepdims=True)
    normal = over_root_mean_square(centred, _xp.numbers(xp).sqrt(eps) * shrink, xp=xp)
    normal = normal if gamma is None else normal * gamma
    return normal if beta is None else normal + beta


@public(
    {
        "x, branch": Reals("..., n", n=1),
        "gamma, beta": Reals("n") | None,
        "alpha": Number(above=0),
        "eps": Number(least=0),
    },
    Reals("..., n"),
    nan=STAYS,
)
def deep_norm(
    x: Array,
    branch: Array,
    gamma: Array | None = None,
    beta: Array | None = None,
    /,
    *,
    alpha: float,
    eps: float = 1e-5,
) -> Array:
    """DeepNorm's residual connection, LN(α x + branch).

    Parameters
    ----------
    x, branch
        Of one shape.
    gamma, beta
        As in layer_norm.
    alpha
        α, a Python number; 1 is Post-LN.
    eps
        As in layer_norm.

    Returns
    -------
    in the common dtype of the arguments, on their device; NaN where layer_norm gives it or where
    α x + branch overflows.

    Source: residual D7.

    Reference: Wang et al., DeepNet: Scaling transformers to 1,000 layers, 2022, arXiv 2203.00555.

    Examples
    --------
    >>> import numpy as np
    >>> deep_norm(np.asarray([1.0, 0.0]), np.asarray([0.0, 1.0]), alpha=3.0, eps=0.0)
    array([ 1., -1.])
    """
    return _layer_norm(alpha * x + branch, gamma, beta, eps, xp=_xp.of(x, branch, gamma, beta))
