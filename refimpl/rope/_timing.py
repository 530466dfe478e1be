"""The sinusoids of code: sines, then cosines, down to the frequency 1/B, in any number of features."""

from fractions import Fraction

from .. import _libraries, _xp
from .._typing import Array, DType, Namespace
from ..public import DTypeOf, Integer, Reals, RealsOrIntegers, public
from . import _tables


@public(
    {
        "positions": RealsOrIntegers("...", "any"),
        "dim": Integer(2, _xp.MOST_ENTRIES),
        "base": _tables.BASE,
        "dtype": DTypeOf("positions"),
    },
    Reals("..., dim"),
    nan="NaN and infinite positions give NaN, but for the 0 of an odd dim.",
)
def timing_signal(
    positions: Array, /, *, dim: int, base: float = 10000.0, dtype: DType | None = None
) -> Array:
    """Encode positions, or time steps, by sines and then cosines.

    [sin nω_0, …, sin nω_{h−1}, cos nω_0, …, cos nω_{h−1}] with ω_m = B^(−m/(h−1)) and h = ⌊d/2⌋, so that
    the last frequency is 1/B, and a 0 behind for odd d. Where h = 1, ω_0 = 1.

    `sinusoidal` has what the paper defines: pairs side by side, and B^(−2m/d), which ends before 1/B.

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
    off by at most 4·2^−53|nω_m|, and rounded once.

    Source: rope P10.

    Reference: Vaswani et al., Tensor2Tensor for neural machine translation, 2018, arXiv 1803.07416
    (`get_timing_signal_1d` of its code).

    Examples
    --------
    >>> import numpy as np
    >>> timing_signal(np.asarray(1), dim=5, base=100.0, dtype=np.float64).round(4)
    array([0.8415, 0.01  , 0.5403, 1.    , 0.    ])
    """
    return _timing_signal(positions, dim, base, dtype, xp=_xp.of(positions))


def _timing_signal(positions: Array, dim: int, base: float, dtype: DType, *, xp: Namespace) -> Array:
    base, half = _xp.number(base, xp), dim // 2
    values = [_tables.power(base, Fraction(-m, max(half - 1, 1))) for m in range(half)]
    wide = _tables.widest(positions, dtype, positions.dtype, xp=xp)
    omega = xp.asarray(values, dtype=wide, device=_libraries.device(positions))
    theta = xp.astype(positions, wide, copy=False)[..., None] * omega
    parts = [xp.sin(theta), xp.cos(theta)]
    if dim % 2:
        parts.append(xp.zeros_like(theta[..., :1]))
    return xp.astype(xp.concat(parts, axis=-1), dtype, copy=False)
