"""Rotation of some of the features: partial rotary embedding."""

from typing import Literal

from .. import _xp
from .._errors import ShapeError, message
from .._typing import Array, Namespace
from ..public import EVEN, Choice, Reals, public
from ._rotation import LAYOUT, Layout, _rotate

Part = Literal["first", "last"]


@public(
    {
        "x": Reals("..., d", d=2),
        "angles": Reals("..., r/2", r=EVEN),
        "layout": LAYOUT,
        "part": Choice("first", "last"),
    },
    Reals("..., d"),
    nan="NaN propagates within its pair, and in the rest not at all.",
    broadcast="batch",
    empty=True,
    raises={ShapeError: "for more than d features to rotate"},
)
def rotate_partial(
    x: Array, angles: Array, /, *, layout: Layout = "interleaved", part: Part = "first"
) -> Array:
    """Rotate the pairs of some features and leave the rest.

    [R(θ) x_{0…r−1}, x_{r…d−1}] with r/2 angles, or [x_{0…d−r−1}, R(θ) x_{d−r…d−1}] for the last part.
    Pairs are within the r features: m of them stands at (2m, 2m+1) in the interleaved layout and at
    (m, m + r/2) in the half-split one. The rest keeps its bits.

    Parameters
    ----------
    x
        Vectors.
    angles
        Radians; their number is half of r. May be wider than x, as in `rotate`.
    layout
        Where the two members of a pair stand.
    part
        Which r features turn: the first, or the last as where they follow others that carry the content.

    Returns
    -------
    in the dtype of x, on its device. An infinite angle gives NaN in its pair.

    Source: rope P9.

    Reference: Wang and Komatsuzaki, GPT-J-6B, 2021, https://github.com/kingoflolz/mesh-transformer-jax.

    Examples
    --------
    >>> import numpy as np
    >>> x, quarter = np.asarray([1.0, 0.0, 3.0, 4.0]), np.asarray([np.pi / 2])
    >>> rotate_partial(x, quarter).round(12)
    array([0., 1., 3., 4.])
    >>> rotate_partial(x, quarter, part="last").round(12)
    array([ 1.,  0., -4.,  3.])
    """
    width = 2 * angles.shape[-1]
    if width > x.shape[-1]:
        got = f"shape {tuple(angles.shape)} for {x.shape[-1]} features"
        raise ShapeError(message("angles", got, f"a last axis of at most {x.shape[-1] // 2}, one a pair"))
    return _rotate_partial(x, angles, layout, part, xp=_xp.of(x, angles))


def _rotate_partial(x: Array, angles: Array, layout: Layout, part: Part, *, xp: Namespace) -> Array:
    cut = 2 * angles.shape[-1] if part == "first" else x.shape[-1] - 2 * angles.shape[-1]
    before, after = x[..., :cut], x[..., cut:]
    turned = _rotate(before if part == "first" else after, angles, layout, xp=xp)
    rest = after if part == "first" else before
    rest = xp.broadcast_to(rest, (*turned.shape[:-1], rest.shape[-1]))
    return xp.concat([turned, rest] if part == "first" else [rest, turned], axis=-1)
