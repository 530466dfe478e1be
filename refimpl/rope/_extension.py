"""Context extension as maps of positions or of the base, and the scale log n."""

import math
from fractions import Fraction

from .. import _xp
from .._errors import DomainError, message
from .._typing import Array, Device, DType, Namespace
from ..public import (
    RAISES,
    STAYS,
    DTypeOf,
    Flag,
    Integer,
    Made,
    Number,
    Raises,
    Reals,
    RealsOrIntegers,
    public,
)
from . import _tables

DIM = Integer(4, _xp.MOST_ENTRIES, even=True)
"""At d = 2 the exponent 2/(d − 2) is singular: the only frequency is 1 in every base."""
BEYOND: Raises = {DomainError: "for a result beyond float64"}


@public(
    {"positions": RealsOrIntegers("...", "any"), "factor": _tables.FACTOR, "dtype": DTypeOf("positions")},
    Reals("..."),
    nan=STAYS,
)
def interpolate(positions: Array, /, *, factor: float, dtype: DType | None = None) -> Array:
    """Compress positions into the training length.

    n → n/k (position interpolation).

    Parameters
    ----------
    positions
    factor
        k.
    dtype
        Of the result; required for integer positions, else by default that of the positions.

    Returns
    -------
    on the device of positions; divided in float64 (where the device has it) and rounded once.

    Source: rope D5, C6.

    Reference: Chen et al., Extending context window of large language models via positional
    interpolation, 2023, arXiv 2306.15595.

    Examples
    --------
    >>> import numpy as np
    >>> interpolate(np.asarray([0, 1, 6]), factor=4, dtype=np.float64)
    array([0.  , 0.25, 1.5 ])
    """
    xp = _xp.of(positions)
    wide = _tables.widest(positions, dtype, positions.dtype, xp=xp)
    return xp.astype(xp.astype(positions, wide, copy=False) / factor, dtype, copy=False)


@public({"base": _tables.BASE, "factor": _tables.FACTOR}, Number(), nan=RAISES, raises=BEYOND)
def rebase(base: float, /, *, factor: float) -> float:
    """Extend the range by a factor through the base.

    B → kB, that is β → β k^(2/d): the range β^(d/2) = B grows k times.

    Parameters
    ----------
    base
        B.
    factor
        k.

    Returns
    -------
    the new base, for `frequencies`.

    Source: rope D5, C1.

    Examples
    --------
    >>> rebase(10000.0, factor=8)
    80000.0
    """
    return _xp.check_number("base · factor", base * factor, 1.0)


@public({"factor": _tables.FACTOR, "dim": DIM}, Number(), nan=RAISES, raises=BEYOND)
def ntk_scale(factor: float, /, *, dim: int) -> float:
    """Scale β so that the lowest frequency is that of interpolation.

    λ = k^(2/(d−2)): then (βλ)^(−m) at the last pair m = d/2 − 1 is β^(−m)/k. (NTK-aware scaling;
    section 3.1 of the reference.)

    Parameters
    ----------
    factor
        k.
    dim
        d; at 2 the exponent is singular.

    Returns
    -------
    λ.

    Source: rope D5, C4, C7.

    Reference: Peng et al., YaRN: Efficient context window extension of large language models, 2023, arXiv
    2309.00071.

    Examples
    --------
    >>> ntk_scale(8, dim=4)
    8.0
    """
    return _finite(_tables.power(factor, Fraction(2, dim - 2)))


@public({"base": _tables.BASE, "factor": _tables.FACTOR, "dim": DIM}, Number(), nan=RAISES, raises=BEYOND)
def ntk_base(base: float, /, *, factor: float, dim: int) -> float:
    """Give the base of NTK-aware scaling.

    B → B k^(d/(d−2)), that is β → βλ with λ from `ntk_scale`.

    Parameters
    ----------
    base
        B.
    factor
        k.
    dim
        d; at 2 the exponent is singular.

    Returns
    -------
    the new base, for `frequencies`.

    Source: rope D5, C4.

    Reference: Peng et al., YaRN: Efficient context window extension of large language models, 2023, arXiv
    2309.00071.

    Examples
    --------
    >>> ntk_base(10000.0, factor=4, dim=4)
    160000.0
    """
    return _ntk_base(base, factor, dim)


@public(
    {
        "length": _tables.LENGTH,
        "dim": DIM,
        "train_length": _tables.LENGTH,
        "factor": _tables.FACTOR,
        "base": _tables.BASE,
        "xp, dtype, device": Made(),
    },
    Reals("dim/2"),
    nan=RAISES,
    raises={DomainError: "for a new base beyond float64"},
)
def dynamic_ntk(
    length: float,
    /,
    *,
    dim: int,
    train_length: float,
    factor: float,
    base: float = 10000.0,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Array:
    """Tabulate NTK-aware frequencies for the present length.

    The frequencies of base B · s^(d/(d−2)) with s = max(1, k·n/L − (k − 1)) for a sequence of
    length n: exactly plain RoPE up to the training length L. Depends on nothing but its arguments
    (a cache that remembers the longest sequence does not). At k = 1, s = n/L. (As in the common
    code under the name "dynamic"; the idea is in section 3.3 of the reference.)

    Parameters
    ----------
    length
        n, of the present sequence.
    dim
        d; at 2 the exponent is singular.
    train_length
        L.
    factor
        k.
    base
        B.
    xp, dtype, device

    Returns
    -------
    computed in float64 and rounded once.

    Source: rope D5, C8.

    Reference: Peng et al., YaRN: Efficient context window extension of large language models, 2023, arXiv
    2309.00071.

    Examples
    --------
    >>> dynamic_ntk(6, dim=4, train_length=4, factor=2, base=25.0)
    array([1. , 0.1])
    """
    length, train_length, base, factor = (_xp.number(x, xp) for x in (length, train_length, base, factor))
    scale = max(1.0, factor * (length - train_length) / train_length + 1)
    new = _ntk_base(base, scale, dim)
    return _tables.table(_tables.plain(dim, new, xp), xp, dtype, device)


@public(
    {
        "n": RealsOrIntegers("...", "any"),
        "train_length": Number(above=1),
        "clip": Flag(),
        "dtype": DTypeOf("n"),
    },
    Reals("..."),
    nan="NaN propagates.",
)
def log_n_scale(n: Array, /, *, train_length: float, clip: bool = True, dtype: DType | None = None) -> Array:
    """Scale attention scores with the logarithm of the length.

    max(1, ln n / ln L), or ln n / ln L unclipped.

    Parameters
    ----------
    n
        Numbers of visible positions (not positions counted from 0).
    train_length
        L.
    clip
        Whether lengths up to L keep the scale 1.
    dtype
        Of the result; required for integer n, else by default that of n.

    Returns
    -------
    on the device of n, computed in float64 (where the device has it) and rounded once.
    Clipped, 1 for every n ≤ L; unclipped, −inf at 0 and NaN below.

    Source: rope D6.

    Examples
    --------
    >>> import numpy as np
    >>> log_n_scale(np.asarray([10, 100, 10000]), train_length=100, dtype=np.float64)
    array([1., 1., 2.])
    """
    xp = _xp.of(n)
    wide = xp.astype(n, _tables.widest(n, dtype, n.dtype, xp=xp), copy=False)
    return xp.astype(_log_n_scale(wide, train_length, clip, xp=xp), dtype, copy=False)


def _finite(base: float) -> float:
    if _xp.rounds(base) and math.isinf(base):
        advice = "Take a smaller base or factor, or a shorter length"
        raise DomainError(message("the new base", base, "a number within float64", advice))
    return base


def _ntk_base(base: float, factor: float, dim: int) -> float:
    return _finite(base * _tables.power(factor, Fraction(dim, dim - 2)))


def _log_n_scale(n: Array, length: float, clip: bool, *, xp: Namespace) -> Array:
    ratio = xp.log(n) / _xp.numbers(xp).log(length)
    if not clip:
        return ratio
    one = xp.ones_like(n)
    return xp.where(n <= length, one, xp.maximum(ratio, one))
