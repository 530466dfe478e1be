"""Layer normalisation and DeepNorm's residual connection."""

from .. import _xp
from .._errors import ShapeError, message
from .._public import public
from .._typing import Array, Namespace


@public()
def layer_norm(
    x: Array, gamma: Array | None = None, beta: Array | None = None, /, *, eps: float = 1e-5
) -> Array:
    """Layer normalisation over the last axis, γ (x − μ)/√(σ² + eps) + β.

    μ and σ² are the row's mean and its variance with divisor n. The mean is that of the differences from the
    first element, and squares are taken after scaling, so rows that are nearly constant and rows of any
    finite size keep full accuracy; a constant row gives exactly β for eps > 0.

    Parameters
    ----------
    x : (..., n) real floating, n ≥ 1
    gamma, beta : (n,) real floating, or None
        None means 1 and 0.
    eps : float ≥ 0
        A Python number, added to the variance under the root.

    Returns
    -------
    (..., n) in the common dtype of the arguments, on their device. NaN for a constant row with eps = 0,
    and for a row with an infinity or NaN in it. NaN in an array is NaN in every result that depends on
    it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError, DomainError
        for empty rows, γ or β not of shape (n,), integer arrays, mixed libraries, or eps negative.

    Source: residual D7.

    Examples
    --------
    >>> import numpy as np
    >>> layer_norm(np.asarray([1.0, 3.0]), eps=0.0)
    array([-1.,  1.])
    """
    call = "residual.layer_norm"
    xp, eps = _check_norm(call, x, gamma, beta, eps)
    return _layer_norm(x, gamma, beta, eps, xp=xp)


def _layer_norm(x: Array, gamma: Array | None, beta: Array | None, eps: float, *, xp: Namespace) -> Array:
    peak = xp.max(xp.abs(x), axis=-1, keepdims=True)
    # A power of two: exact, and small enough for sums of n terms and for differences.
    shrink = xp.where(peak > 1, xp.full_like(peak, 0.5 ** (x.shape[-1].bit_length() + 1)), xp.ones_like(peak))
    centred = x * shrink
    centred = centred - centred[..., :1]  # exact where the row is nearly constant
    centred = centred - xp.mean(centred, axis=-1, keepdims=True)
    root = _xp.numbers(xp).sqrt(eps) * shrink
    spread = xp.max(xp.abs(centred), axis=-1, keepdims=True)
    unit = xp.where(spread < root, root, spread)
    centred, root = centred / unit, root / unit
    normal = centred / xp.sqrt(xp.mean(centred * centred, axis=-1, keepdims=True) + root * root)
    normal = normal if gamma is None else normal * gamma
    return normal if beta is None else normal + beta


@public()
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
    x, branch : (..., n) real floating, n ≥ 1
        Of one shape.
    gamma, beta : (n,) real floating, or None
        As in layer_norm.
    alpha : float > 0
        α, a Python number; 1 is Post-LN.
    eps : float ≥ 0
        As in layer_norm.

    Returns
    -------
    (..., n) in the common dtype of the arguments, on their device; NaN where layer_norm gives it or where
    α x + branch overflows. NaN in an array is NaN in every result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError, DomainError
        as layer_norm, and for a branch that has not the shape of x, or α not positive.

    Source: residual D7.

    Examples
    --------
    >>> import numpy as np
    >>> deep_norm(np.asarray([1.0, 0.0]), np.asarray([0.0, 1.0]), alpha=3.0, eps=0.0)
    array([ 1., -1.])
    """
    call = "residual.deep_norm"
    alpha = _xp.check_number(call, "alpha", alpha, 0.0)
    xp, eps = _check_norm(call, x, gamma, beta, eps, branch=branch)
    if tuple(branch.shape) != tuple(x.shape):
        raise ShapeError(
            message(call, "branch", f"shape {tuple(branch.shape)}", f"{tuple(x.shape)}, that of x")
        )
    return _layer_norm(alpha * x + branch, gamma, beta, eps, xp=xp)


def _check_norm(
    call: str, x: Array, gamma: Array | None, beta: Array | None, eps: float, **more: Array
) -> tuple[Namespace, float]:
    affine = {name: array for name, array in (("gamma", gamma), ("beta", beta)) if array is not None}
    xp = _xp.namespace(call, x=x, **affine, **more)
    _xp.floating(call, xp, x=x, **affine, **more)
    _xp.check_axes(call, "x", x, 1)
    if not x.shape[-1]:
        raise ShapeError(message(call, "x", f"shape {tuple(x.shape)}", "a last axis of at least 1"))
    for name, array in affine.items():
        if tuple(array.shape) != (x.shape[-1],):
            got = f"shape {tuple(array.shape)}"
            raise ShapeError(message(call, name, got, f"shape ({x.shape[-1]},), the last axis of x"))
    return xp, _xp.check_number(call, "eps", eps, 0.0, closed=True)
