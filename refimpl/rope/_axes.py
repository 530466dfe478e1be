"""Angles of positions on several axes: text and video, images, grids."""

from collections.abc import Sequence
from typing import Literal

from .. import _libraries, _xp
from .._errors import DomainError, ShapeError, message
from .._typing import Array, Device, DType, Namespace
from ..public import RAISES, Choice, Integer, Made, Reals, RealsOrIntegers, Several, public
from . import _tables

Order = Literal["chunked", "interleaved"]
MOST_AXES = 2**6
"""Axes of positions: ten times what anyone has."""


@public(
    {
        "positions": RealsOrIntegers("..., k", "any", k=1),
        "frequencies": Reals("d/2"),
        "sections": Several(Integer(0, _xp.MOST_ENTRIES), "numbers of pairs", least=1, most=MOST_AXES),
        "order": Choice("chunked", "interleaved"),
    },
    Reals("..., d/2"),
    nan="A NaN or an infinity gives the product with it, in the pairs of its axis.",
    raises={
        ShapeError: "for sections that are not k, or whose sum is not the number of frequencies",
        DomainError: "for interleaved sections that end beyond the last pair",
    },
)
def axial_angles(
    positions: Array,
    frequencies: Array,
    /,
    *,
    sections: Sequence[int],
    order: Order = "chunked",
) -> Array:
    """Multiply every frequency by the position on the axis of its pair.

    θ_m = p_{a(m)} ω_m, where axis a has s_a of the pairs. Chunked: the first s_0 pairs, then s_1, and
    so on. Interleaved: a(m) = m mod k if m < k s_{m mod k}, else 0, so that axes take turns until
    their sections are full and the first has what is left.

    `rotate` and `rotate_partial` take the angles. M-RoPE has one table of frequencies for all pairs, as
    of `frequencies`, of which every axis has a part; axial embeddings begin anew on every axis, as
    `axial_frequencies` does.

    Parameters
    ----------
    positions
        One for each axis, on the last: for example (t, h, w). Integers are exact.
    frequencies
        ω. Its dtype is that of the result.
    sections
        (s_0, s_1, …), the number of pairs, not of features, of every axis in its order.
    order
        How pairs are dealt out to the axes.

    Returns
    -------
    in the dtype of frequencies, on their device, as exact as those of `angles`.

    Source: rope P7.

    Reference: Wang et al., Qwen2-VL: Enhancing vision-language model's perception of the world at any
    resolution, 2024, arXiv 2409.12191.

    Examples
    --------
    >>> import numpy as np
    >>> thw, omega = np.asarray([100, 10, 1]), np.ones(5)
    >>> axial_angles(thw, omega, sections=(1, 2, 2))
    array([100.,  10.,  10.,   1.,   1.])
    >>> axial_angles(thw, omega, sections=(3, 1, 1), order="interleaved")
    array([100.,  10.,   1., 100., 100.])
    """
    pairs = frequencies.shape[0]
    _check(sections, positions.shape[-1], pairs, order)
    xp = _xp.of(positions, frequencies)
    return _axial_angles(positions, frequencies, axes(sections, order), xp=xp)


@public(
    {
        "dims": Several(
            Integer(2, _xp.MOST_ENTRIES, even=True), "numbers of features", least=1, most=MOST_AXES
        ),
        "base": _tables.BASE,
        "xp, dtype, device": Made(),
    },
    Reals("sum(dims)/2"),
    nan=RAISES,
)
def axial_frequencies(
    dims: Sequence[int],
    /,
    *,
    base: float = 10000.0,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Array:
    """Tabulate frequencies that begin anew on every axis.

    [B^(−2m/d_0) for m < d_0/2, then B^(−2m/d_1) for m < d_1/2, …]: the tables of `frequencies` for d_0,
    d_1, … features one after the other, of equal or unequal width. `axial_angles` with the sections
    d_0/2, d_1/2, … belongs to them.

    Parameters
    ----------
    dims
        (d_0, d_1, …), the number of features, not of pairs, of every axis in its order.
    base
        B, the same on all axes.
    xp, dtype, device

    Returns
    -------
    as exact as those of `frequencies`.

    Source: rope P8.

    Reference: Su, The road to better Transformers, 4: rotary position embedding for two dimensions, 2021,
    https://spaces.ac.cn/archives/8397.

    Examples
    --------
    >>> axial_frequencies((4, 8))
    array([1.   , 0.01 , 1.   , 0.1  , 0.01 , 0.001])
    """
    values = [value for dim in dims for value in _tables.plain(dim, base, xp)]
    return _tables.table(values, xp, dtype, device)


def axes(sections: Sequence[int], order: Order) -> list[int]:
    """The axis of every pair."""
    if order == "chunked":
        return [axis for axis, section in enumerate(sections) for _ in range(section)]
    k = len(sections)
    return [m % k if m < k * sections[m % k] else 0 for m in range(sum(sections))]


def _check(sections: Sequence[int], k: int, pairs: int, order: Order) -> None:
    if len(sections) != k:
        got = f"{len(sections)} of them for {k} positions on the last axis"
        raise ShapeError(message("sections", got, "one for each axis of positions"))
    if sum(sections) != pairs:
        advice = "Count pairs, not features" if sum(sections) == 2 * pairs else ""
        got = f"{tuple(sections)}, {sum(sections)} pairs"
        raise ShapeError(message("sections", got, f"{pairs} pairs, as there are frequencies", advice))
    if order == "interleaved":
        ends = [axis + k * (section - 1) for axis, section in enumerate(sections) if axis and section]
        if max(ends, default=0) >= pairs:
            got = f"{tuple(sections)}, which end at pair {max(ends)} of {pairs}"
            raise DomainError(
                message("sections", got, "sections that end before, in turns", "Give the first axis more")
            )


def _axial_angles(positions: Array, frequencies: Array, axes: list[int], *, xp: Namespace) -> Array:
    wide = _tables.widest(frequencies, frequencies.dtype, positions.dtype, xp=xp)
    places = xp.asarray(axes, dtype=xp.int64, device=_libraries.device(positions))
    own = xp.take(xp.astype(positions, wide, copy=False), places, axis=-1)
    return xp.astype(own * xp.astype(frequencies, wide, copy=False), frequencies.dtype, copy=False)
