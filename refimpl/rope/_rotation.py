"""Rotation of feature pairs, and the attention scores that it gives."""

from typing import Literal

from .. import _xp
from .._typing import Array, Namespace
from ..public import EVEN, STAYS, Choice, Reals, RealsOrIntegers, public
from . import _blocks
from ._frequencies import wide_angles
from ._tables import stored

Layout = Literal["interleaved", "half"]
LAYOUT = Choice("interleaved", "half")


@public(
    {"x": Reals("..., d", d=EVEN), "angles": Reals("..., d/2"), "layout": LAYOUT},
    Reals("..., d"),
    nan="NaN propagates within its pair.",
    broadcast="batch",
    empty=True,
)
def rotate(x: Array, angles: Array, /, *, layout: Layout = "interleaved") -> Array:
    """Rotate feature pairs by position-dependent angles.

    (x_a, x_b) → (x_a cos θ − x_b sin θ, x_a sin θ + x_b cos θ) for pair m, where (a, b) is
    (2m, 2m+1) in the interleaved layout and (m, m + d/2) in the half-split one.

    Parameters
    ----------
    x
        Vectors.
    angles
        Radians. May be wider than x: cosine and sine are taken in the dtype of the angles and then
        rounded to that of x.
    layout
        Where the two members of a pair stand.

    Returns
    -------
    in the dtype of x, on its device. An infinite angle gives NaN.

    Source: rope D4.

    Reference: Su et al., RoFormer: Enhanced transformer with rotary position embedding, 2021, arXiv
    2104.09864.

    Examples
    --------
    >>> import numpy as np
    >>> rotate(np.asarray([1.0, 0.0]), np.asarray([np.pi / 2])).round(12)
    array([0., 1.])
    """
    return _rotate(x, angles, layout, xp=_xp.of(x, angles))


@public(
    {"x": RealsOrIntegers("..., d", d=EVEN), "source, target": LAYOUT},
    RealsOrIntegers("..., d"),
    nan=STAYS,
)
def convert_layout(x: Array, /, *, source: Layout, target: Layout) -> Array:
    """Move the members of pairs from one layout to the other.

    Pair m stands at (2m, 2m+1) in the interleaved layout, at (m, m + d/2) in the half-split one.
    Rotation commutes with it: rotate(convert(x), θ, layout=target) = convert(rotate(x, θ)).

    Parameters
    ----------
    x
        Vectors; or a projection's weights with its output axis last.
    source, target
        The layout of x and that of the result.

    Returns
    -------
    the same numbers in the dtype of x, on its device.

    Source: rope D4.

    Examples
    --------
    >>> import numpy as np
    >>> convert_layout(np.asarray([1, 2, 3, 4, 5, 6]), source="interleaved", target="half")
    array([1, 3, 5, 2, 4, 6])
    """
    return _join(*_split(x, source), target, xp=_xp.of(x))


@public({"angles": Reals("...")}, Reals("..., 2, 2"), nan="NaN and infinite angles give NaN.")
def rotation_matrix(angles: Array, /) -> Array:
    """Give the matrix of a plane rotation.

    R(θ) = [[cos θ, −sin θ], [sin θ, cos θ]], so that `rotate` multiplies every pair, as a column,
    by its R(θ).

    Parameters
    ----------
    angles
        Radians.

    Returns
    -------
    in the dtype of angles, on their device.

    Source: rope D4, C3.

    Examples
    --------
    >>> import numpy as np
    >>> rotation_matrix(np.asarray(np.pi / 2)).round(12) + 0.0
    array([[ 0., -1.],
           [ 1.,  0.]])
    """
    return _rotation_matrix(angles, xp=_xp.of(angles))


@public(
    {
        "q": Reals("..., I, d", d=EVEN),
        "k": Reals("..., J, d", d=EVEN),
        "q_positions": RealsOrIntegers("..., I", "any").freely(),
        "k_positions": RealsOrIntegers("..., J", "any").freely(),
        "frequencies": Reals("d/2"),
        "layout": LAYOUT,
    },
    Reals("..., I, J"),
    nan="NaN propagates to the scores of its row or column.",
    broadcast="batch",
    empty=True,
)
def attention_scores(
    q: Array,
    k: Array,
    q_positions: Array,
    k_positions: Array,
    frequencies: Array,
    /,
    *,
    layout: Layout = "interleaved",
) -> Array:
    """Score rotated queries against rotated keys.

    s_ij = ⟨R_{p_i} q_i, R_{r_j} k_j⟩ = ⟨q_i, R_{r_j − p_i} k_j⟩, where R_p turns pair m by pω_m.
    No factor 1/√d and no softmax.

    Parameters
    ----------
    q
        Queries.
    k
        Keys.
    q_positions
        p; broadcasts against the axes of q before d.
    k_positions
        r; broadcasts against the axes of k before d.
    frequencies
        ω, for example from `frequencies` or `yarn`. May be wider than q and k: the angles are
        formed and their cosines taken in float64 where the device has it.
    layout
        Where the two members of a pair stand.

    Returns
    -------
    in the common dtype of q and k, on their device.

    Source: rope D6, C3.

    Examples
    --------
    >>> import numpy as np
    >>> q, n = np.asarray([[1.0, 0.0], [1.0, 0.0]]), np.asarray([7, 8])
    >>> attention_scores(q, q, n, n, np.asarray([np.pi / 2])).round(12) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """
    batches = {}
    for name, vectors, positions in (("q", q, q_positions), ("k", k, k_positions)):
        shapes = {f"{name}[..., 0]": vectors.shape[:-1], f"{name}_positions": positions.shape}
        batches[f"{name}[..., 0, 0]"] = _xp.check_shapes(shapes)[:-1]
    _xp.check_shapes(batches)
    return _scores(q, k, q_positions, k_positions, frequencies, layout, xp=_xp.of(q, k))


def _split(x: Array, layout: Layout) -> tuple[Array, Array]:
    """The first and the second members of all pairs."""
    half = x.shape[-1] // 2
    return (x[..., 0::2], x[..., 1::2]) if layout == "interleaved" else (x[..., :half], x[..., half:])


def _join(a: Array, b: Array, layout: Layout, *, xp: Namespace) -> Array:
    # Compilers make one loop of stack and reshape, and two of concat.
    pairs = xp.stack([a, b], axis=-1 if layout == "interleaved" else -2)
    return xp.reshape(pairs, (*a.shape[:-1], 2 * a.shape[-1]))


def _rotate(x: Array, angles: Array, layout: Layout, *, xp: Namespace) -> Array:
    cos = xp.astype(xp.cos(angles), x.dtype, copy=False)
    sin = xp.astype(xp.sin(angles), x.dtype, copy=False)
    if _blocks.serves(x, cos):
        return _blocks.rotate(x, cos, sin, _split, layout)
    cos, sin = stored(cos, sin, xp=xp)
    a, b = _split(x, layout)
    return _join(a * cos - b * sin, a * sin + b * cos, layout, xp=xp)


def _rotation_matrix(angles: Array, *, xp: Namespace) -> Array:
    cos, sin = xp.cos(angles), xp.sin(angles)
    return xp.stack([xp.stack([cos, -sin], axis=-1), xp.stack([sin, cos], axis=-1)], axis=-2)


def _scores(
    q: Array,
    k: Array,
    q_positions: Array,
    k_positions: Array,
    frequencies: Array,
    layout: Layout,
    *,
    xp: Namespace,
) -> Array:
    queries = _rotate(q, wide_angles(q_positions, frequencies, xp=xp), layout, xp=xp)
    keys = _rotate(k, wide_angles(k_positions, frequencies, xp=xp), layout, xp=xp)
    return xp.matmul(queries, xp.matrix_transpose(keys))
