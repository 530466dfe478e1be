"""Rotary position embedding (RoPE) as a β-base encoding of the position."""

from typing import Literal

from . import _xp
from ._typing import Array, Namespace

__all__ = ["rotate"]

Layout = Literal["interleaved", "half"]


def rotate(x: Array, angles: Array, /, *, layout: Layout = "interleaved") -> Array:
    """Rotate feature pairs by position-dependent angles.

    (x_a, x_b) → (x_a cos θ − x_b sin θ, x_a sin θ + x_b cos θ) for pair m, where (a, b) is
    (2m, 2m+1) in the interleaved layout and (m, m + d/2) in the half-split one.

    Parameters
    ----------
    x : (..., d) real floating
        Vectors of even length d.
    angles : (..., d/2) real floating
        Radians; broadcasts against the leading axes of x.
    layout : "interleaved" or "half"
        Where the two members of a pair stand.

    Returns
    -------
    (..., d), in the common dtype of the arguments, on their device.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError
        for odd d, integer arrays, or arrays of two libraries.

    Source: rope D4.

    Examples
    --------
    >>> import numpy as np
    >>> rotate(np.asarray([1.0, 0.0]), np.asarray([np.pi / 2])).round(12)
    array([0., 1.])
    """
    xp = _xp.namespace("rope.rotate", x=x, angles=angles)
    _xp.floating("rope.rotate", xp, x=x, angles=angles)
    _xp.check_last_axis("rope.rotate", "x", x, 2 * angles.shape[-1], "2·angles.shape[-1]")
    return _rotate(x, angles, layout, xp=xp)


def _rotate(x: Array, angles: Array, layout: Layout, *, xp: Namespace) -> Array:
    half = x.shape[-1] // 2
    cos, sin = xp.cos(angles), xp.sin(angles)
    if layout == "half":
        a, b = x[..., :half], x[..., half:]
        return xp.concat([a * cos - b * sin, a * sin + b * cos], axis=-1)
    a, b = x[..., 0::2], x[..., 1::2]
    pairs = xp.stack([a * cos - b * sin, a * sin + b * cos], axis=-1)
    return xp.reshape(pairs, (*pairs.shape[:-2], 2 * half))
