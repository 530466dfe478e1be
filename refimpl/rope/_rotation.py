"""Rotation of feature pairs, and the attention scores that it gives."""

from typing import Literal

from .. import _xp
from .._errors import ShapeError, message
from .._public import public
from .._typing import Array, Namespace
from ._frequencies import check_frequencies, wide_angles

Layout = Literal["interleaved", "half"]
_LAYOUTS = ("interleaved", "half")


@public()
def rotate(x: Array, angles: Array, /, *, layout: Layout = "interleaved") -> Array:
    """Rotate feature pairs by position-dependent angles.

    (x_a, x_b) → (x_a cos θ − x_b sin θ, x_a sin θ + x_b cos θ) for pair m, where (a, b) is
    (2m, 2m+1) in the interleaved layout and (m, m + d/2) in the half-split one.

    Parameters
    ----------
    x : (..., d) real floating
        Vectors of even length d.
    angles : (..., d/2) real floating
        Radians; the leading axes broadcast against those of x. May be wider than x: cosine and
        sine are taken in the dtype of the angles and then rounded to that of x.
    layout : "interleaved" or "half"
        Where the two members of a pair stand.

    Returns
    -------
    (..., d), in the dtype of x, on its device. NaN propagates within its pair, and an infinite
    angle gives NaN; an empty batch gives an empty result.

    Raises
    ------
    ShapeError, DTypeError, DomainError, NamespaceError
        for odd d, shapes that do not match, integer arrays, an unknown layout, or arrays of two
        libraries.

    Source: rope D4.

    Examples
    --------
    >>> import numpy as np
    >>> rotate(np.asarray([1.0, 0.0]), np.asarray([np.pi / 2])).round(12)
    array([0., 1.])
    """
    xp = _xp.namespace("rope.rotate", x=x, angles=angles)
    _xp.floating("rope.rotate", xp, x=x, angles=angles)
    _check_pairs("rope.rotate", "x", x)
    _xp.check_last_axis("rope.rotate", "angles", angles, x.shape[-1] // 2, "half of x.shape[-1]")
    _xp.check_shapes("rope.rotate", {"x[..., 0]": x.shape[:-1], "angles[..., 0]": angles.shape[:-1]})
    _check_layout("rope.rotate", "layout", layout)
    return _rotate(x, angles, layout, xp=xp)


@public()
def convert_layout(x: Array, /, *, source: Layout, target: Layout) -> Array:
    """Move the members of pairs from one layout to the other.

    Pair m stands at (2m, 2m+1) in the interleaved layout, at (m, m + d/2) in the half-split one.
    Rotation commutes with it: rotate(convert(x), θ, layout=target) = convert(rotate(x, θ)).

    Parameters
    ----------
    x : (..., d) integer or real floating
        Vectors of even length d; or a projection's weights with its output axis last.
    source, target : "interleaved" or "half"
        The layout of x and that of the result.

    Returns
    -------
    (..., d): the same numbers, in the dtype of x, on its device. NaN in an array is NaN in every result
    that depends on it.

    Raises
    ------
    ShapeError, DomainError, NamespaceError, DTypeError
        for odd d or an unknown layout, or a dtype that holds no real numbers.

    Source: rope D4.

    Examples
    --------
    >>> import numpy as np
    >>> convert_layout(np.asarray([1, 2, 3, 4, 5, 6]), source="interleaved", target="half")
    array([1, 3, 5, 2, 4, 6])
    """
    xp = _xp.namespace("rope.convert_layout", x=x)
    _xp.real("rope.convert_layout", xp, x=x)
    _check_pairs("rope.convert_layout", "x", x)
    _check_layout("rope.convert_layout", "source", source)
    _check_layout("rope.convert_layout", "target", target)
    return _join(*_split(x, source), target, xp=xp)


@public()
def rotation_matrix(angles: Array, /) -> Array:
    """Give the matrix of a plane rotation.

    R(θ) = [[cos θ, −sin θ], [sin θ, cos θ]], so that `rotate` multiplies every pair, as a column,
    by its R(θ).

    Parameters
    ----------
    angles : (...) real floating
        Radians.

    Returns
    -------
    (..., 2, 2), in the dtype of angles, on their device. NaN and infinite angles give NaN.

    Raises
    ------
    DTypeError, NamespaceError, ShapeError
        for integers, or more than 24 axes.

    Source: rope D4, C3.

    Examples
    --------
    >>> import numpy as np
    >>> rotation_matrix(np.asarray(np.pi / 2)).round(12) + 0.0
    array([[ 0., -1.],
           [ 1.,  0.]])
    """
    xp = _xp.namespace("rope.rotation_matrix", angles=angles)
    _xp.floating("rope.rotation_matrix", xp, angles=angles)
    return _rotation_matrix(angles, xp=xp)


@public()
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
    q : (..., I, d) real floating
        Queries.
    k : (..., J, d) real floating
        Keys.
    q_positions : (..., I) integer or real floating
        p; broadcasts against the axes of q before d.
    k_positions : (..., J) integer or real floating
        r; broadcasts against the axes of k before d.
    frequencies : (d/2,) real floating
        ω, for example from `frequencies` or `yarn`. May be wider than q and k: the angles are
        formed and their cosines taken in float64 where the device has it.
    layout : "interleaved" or "half"
        Where the two members of a pair stand.

    Returns
    -------
    (..., I, J), in the common dtype of q and k, on their device. NaN propagates to the scores of
    its row or column; empty axes give an empty result.

    Raises
    ------
    ShapeError, DTypeError, DomainError, NamespaceError
        for shapes that do not match, integer vectors, an unknown layout, or arrays of two
        libraries.

    Source: rope D6, C3.

    Examples
    --------
    >>> import numpy as np
    >>> q, n = np.asarray([[1.0, 0.0], [1.0, 0.0]]), np.asarray([7, 8])
    >>> attention_scores(q, q, n, n, np.asarray([np.pi / 2])).round(12) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """
    call = "rope.attention_scores"
    xp = _xp.namespace(
        call, q=q, k=k, q_positions=q_positions, k_positions=k_positions, frequencies=frequencies
    )
    _xp.floating(call, xp, q=q, k=k)
    _xp.real(call, xp, q_positions=q_positions, k_positions=k_positions)
    check_frequencies(call, frequencies, xp)
    batches = {}
    for name, vectors, positions in (("q", q, q_positions), ("k", k, k_positions)):
        _xp.check_axes(call, name, vectors, 2)
        _check_pairs(call, name, vectors)
        _xp.check_last_axis(call, name, vectors, 2 * frequencies.shape[0], "2·frequencies.shape[0]")
        shapes = {f"{name}[..., 0]": vectors.shape[:-1], f"{name}_positions": positions.shape}
        batches[f"{name}[..., 0, 0]"] = _xp.check_shapes(call, shapes)[:-1]
    _xp.check_shapes(call, batches)
    _check_layout(call, "layout", layout)
    return _scores(q, k, q_positions, k_positions, frequencies, layout, xp=xp)


def _check_pairs(call: str, name: str, x: Array) -> None:
    _xp.check_axes(call, name, x, 1)
    if x.shape[-1] < 2 or x.shape[-1] % 2:
        raise ShapeError(message(call, name, f"shape {tuple(x.shape)}", "an even last axis of at least 2"))


def _check_layout(call: str, name: str, layout: str) -> None:
    _xp.check_choice(call, name, layout, _LAYOUTS)


def _split(x: Array, layout: Layout) -> tuple[Array, Array]:
    """The first and the second members of all pairs."""
    half = x.shape[-1] // 2
    return (x[..., 0::2], x[..., 1::2]) if layout == "interleaved" else (x[..., :half], x[..., half:])


def _join(a: Array, b: Array, layout: Layout, *, xp: Namespace) -> Array:
    if layout == "half":
        return xp.concat([a, b], axis=-1)
    return xp.reshape(xp.stack([a, b], axis=-1), (*a.shape[:-1], 2 * a.shape[-1]))


def _rotate(x: Array, angles: Array, layout: Layout, *, xp: Namespace) -> Array:
    cos = xp.astype(xp.cos(angles), x.dtype, copy=False)
    sin = xp.astype(xp.sin(angles), x.dtype, copy=False)
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
