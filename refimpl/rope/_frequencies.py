"""Frequencies, and the angles that positions make with them."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from .. import _libraries, _xp
from .._typing import Array, Device, DType, Namespace
from ..public import RAISES, STAYS, DTypeOf, Made, Number, Reals, RealsOrIntegers, Several, public
from . import _tables

MOST_BASES = 2**12
"""Their product is exact, so its digits grow with their number, and the time with its square."""


@public({"dim": _tables.DIM, "base": _tables.BASE, "xp, dtype, device": Made()}, Reals("dim/2"), nan=RAISES)
def frequencies(
    dim: int,
    /,
    *,
    base: float = 10000.0,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Array:
    """Tabulate the frequencies of RoPE.

    ω_m = B^(−2m/d) = β^(−m) for m = 0, …, d/2 − 1, with β = B^(2/d).

    Parameters
    ----------
    dim
        d, the number of features, not of pairs.
    base
        B.
    xp, dtype, device

    Returns
    -------
    computed from Python numbers within about one unit in the last place of float64 and
    rounded once, so narrower dtypes are correctly rounded but for rare ties.

    Source: rope D2.

    Reference: Su et al., RoFormer: Enhanced transformer with rotary position embedding, 2021, arXiv
    2104.09864.

    Examples
    --------
    >>> frequencies(8)
    array([1.   , 0.1  , 0.01 , 0.001])
    """
    return _tables.table(_tables.plain(dim, base, xp), xp, dtype, device)


@public(
    {"bases": Several(Number(above=1), "numbers", most=MOST_BASES), "xp, dtype, device": Made()},
    Reals("len(bases) + 1"),
    nan=RAISES,
)
def mixed_radix_frequencies(
    bases: Sequence[float],
    /,
    *,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Array:
    """Tabulate the frequencies of a mixed radix.

    ω_m = 1 / (b_1 ⋯ b_m) with ω_0 = 1, for bases (b_1, …, b_M); equal bases β give RoPE with
    d = 2(M + 1). Digit m of `mixed_radix_digits` is ⌊n ω_m⌋ mod b_{m+1}.

    Parameters
    ----------
    bases
        None at all gives the one frequency 1.
    xp, dtype, device

    Returns
    -------
    correctly rounded to float64, then to the dtype.

    Source: rope D5.

    Examples
    --------
    >>> mixed_radix_frequencies((2, 5, 10))
    array([1.  , 0.5 , 0.1 , 0.01])
    """
    product: Any = Fraction(1)
    values = [1.0]
    for base in bases:
        product *= Fraction(base) if _xp.rounds(base) else base
        values.append(_xp.number(1 / product, xp))
    return _tables.table(values, xp, dtype, device)


@public(
    {"positions": RealsOrIntegers("...", "any"), "frequencies": Reals("d/2")},
    Reals("..., d/2"),
    nan="A NaN or an infinity gives the product with it.",
)
def angles(positions: Array, frequencies: Array, /) -> Array:
    """Multiply positions by frequencies.

    θ_m = n ω_m in radians, not reduced modulo 2π.

    Parameters
    ----------
    positions
        Of any size and sign. Integers are exact: casting them to float16 or bfloat16 first would
        merge positions above 2048 or 256.
    frequencies
        Its dtype is that of the result.

    Returns
    -------
    in the dtype of frequencies, on their device. With u the unit roundoff of that
    dtype and the given ω taken as exact, |Δθ| is at most

    - float64: u|θ|, or 2u|θ| where an integer exceeds 2^53: 1.1e-10 at θ = 10^6;
    - float32: u|θ| (1 + 2^−28) for integers of any size: 0.06 at θ = 10^6;
    - float16, bfloat16: u|θ| (1 + 2^−28), so neighbouring positions of a pair with ω ≈ 1 share an
      angle above 2048 or 256, whatever computes it. Use a float32 or float64 table; `rotate`
      takes angles that are wider than x.

    The product is formed in float64; on a device without it, float32 costs 2u|θ| for integers
    beyond 2^24.

    Source: rope D2.

    Examples
    --------
    >>> import numpy as np
    >>> angles(np.asarray([0, 3]), np.asarray([1.0, 0.25]))
    array([[0.  , 0.  ],
           [3.  , 0.75]])
    """
    xp = _xp.of(positions, frequencies)
    return xp.astype(wide_angles(positions, frequencies, xp=xp), frequencies.dtype, copy=False)


@public(
    {
        "positions": RealsOrIntegers("...", "any"),
        "dim": _tables.DIM,
        "base": _tables.BASE,
        "dtype": DTypeOf("positions"),
    },
    Reals("..., dim"),
    nan=STAYS,
)
def sinusoidal(positions: Array, /, *, dim: int, base: float = 10000.0, dtype: DType | None = None) -> Array:
    """Encode positions by cosines and sines.

    [cos nω_0, sin nω_0, cos nω_1, sin nω_1, …] with ω_m = B^(−2m/d): cosine first, pairs side by
    side. (The first Transformer has the sine first.)

    Parameters
    ----------
    positions
    dim
        d.
    base
        B.
    dtype
        Of the result; required for integer positions, else by default that of the positions.

    Returns
    -------
    on the device of positions. Computed in float64 (where the device has it) with angles
    off by at most 4·2^−53|nω_m|, and rounded once. An infinite position gives NaN.

    Source: rope D3.

    Reference: Vaswani et al., Attention is all you need, 2017, arXiv 1706.03762.

    Examples
    --------
    >>> import numpy as np
    >>> sinusoidal(np.asarray([0, 1]), dim=2, dtype=np.float64).round(4)
    array([[1.    , 0.    ],
           [0.5403, 0.8415]])
    """
    xp = _xp.of(positions)
    return _sinusoidal(positions, _tables.plain(dim, base, xp), dtype, xp=xp)


@public({"frequencies": Reals("...")}, Reals("..."), nan=STAYS)
def period(frequencies: Array, /) -> Array:
    """Give the number of positions after which each pair has turned once.

    λ_m = 2π/ω_m, the wavelength. For the frequencies 2π/b^(m+1) of base-b digits it is b^(m+1),
    and the last one, the period of the whole encoding, is `range_of(b, digits=count)`.

    Parameters
    ----------
    frequencies
        0 (a pair that does not turn) gives infinity.

    Returns
    -------
    in the dtype of frequencies, on their device.

    Source: rope D7.

    Examples
    --------
    >>> import numpy as np
    >>> period(np.asarray([2 * np.pi, np.pi / 2, 0.0]))
    array([ 1.,  4., inf])
    """
    return _period(frequencies, xp=_xp.of(frequencies))


def wide_angles(positions: Array, frequencies: Array, *, xp: Namespace) -> Array:
    """The angles before they are rounded to the dtype of the frequencies."""
    wide = _tables.widest(frequencies, frequencies.dtype, positions.dtype, xp=xp)
    return xp.astype(positions, wide, copy=False)[..., None] * xp.astype(frequencies, wide, copy=False)


def _sinusoidal(positions: Array, values: list[float], dtype: DType, *, xp: Namespace) -> Array:
    wide = _tables.widest(positions, dtype, positions.dtype, xp=xp)
    omega = xp.asarray(values, dtype=wide, device=_libraries.device(positions))
    theta = xp.astype(positions, wide, copy=False)[..., None] * omega
    pairs = xp.stack([xp.cos(theta), xp.sin(theta)], axis=-1)
    return xp.astype(xp.reshape(pairs, (*positions.shape, 2 * len(values))), dtype, copy=False)


def _period(frequencies: Array, *, xp: Namespace) -> Array:
    still = frequencies == 0
    turning = xp.where(still, xp.ones_like(frequencies), frequencies)
    return xp.where(still, xp.full_like(frequencies, math.inf), 2 * _xp.numbers(xp).pi / turning)
