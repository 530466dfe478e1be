"""Context extension as maps of positions or of the base, and the scale log n."""

import math
from fractions import Fraction

from .. import _xp
from .._errors import DomainError, message
from .._public import public
from .._typing import Array, Device, DType, Namespace
from . import _tables


@public()
def interpolate(positions: Array, /, *, factor: float, dtype: DType | None = None) -> Array:
    """Compress positions into the training length.

    n → n/k (position interpolation, arXiv 2306.15595).

    Parameters
    ----------
    positions : (...) integer or real floating
    factor : float
        k ≥ 1.
    dtype : real floating dtype of the namespace
        Of the result; required for integer positions, else by default that of the positions.

    Returns
    -------
    (...), on the device of positions; divided in float64 (where the device has it) and rounded once. NaN
    in an array is NaN in every result that depends on it.

    Raises
    ------
    DTypeError, DomainError, NamespaceError, ShapeError
        for integer positions without dtype, or k < 1 or not finite, or more than 24 axes.

    Source: rope D5, C6.

    Examples
    --------
    >>> import numpy as np
    >>> interpolate(np.asarray([0, 1, 6]), factor=4, dtype=np.float64)
    array([0.  , 0.25, 1.5 ])
    """
    xp = _xp.namespace("rope.interpolate", positions=positions)
    dtype = _tables.result_dtype("rope.interpolate", "positions", positions, dtype, xp=xp)
    factor = _tables.check_factor("rope.interpolate", factor)
    wide = _tables.widest(positions, dtype, positions.dtype, xp=xp)
    return xp.astype(xp.astype(positions, wide, copy=False) / factor, dtype, copy=False)


@public()
def rebase(base: float, /, *, factor: float) -> float:
    """Extend the range by a factor through the base.

    B → kB, that is β → β k^(2/d): the range β^(d/2) = B grows k times.

    Parameters
    ----------
    base : float
        B > 1.
    factor : float
        k ≥ 1.

    Returns
    -------
    The new base, a Python number for `frequencies`.

    Raises
    ------
    DTypeError, DomainError
        for B ≤ 1, k < 1 or not finite, or a product beyond float64. NaN raises DomainError.

    Source: rope D5, C1.

    Examples
    --------
    >>> rebase(10000.0, factor=8)
    80000.0
    """
    product = _tables.check_base("rope.rebase", base) * _tables.check_factor("rope.rebase", factor)
    return _xp.check_number("rope.rebase", "base · factor", product, 1.0)


@public()
def ntk_scale(factor: float, /, *, dim: int) -> float:
    """Scale β so that the lowest frequency is that of interpolation.

    λ = k^(2/(d−2)): then (βλ)^(−m) at the last pair m = d/2 − 1 is β^(−m)/k. (NTK-aware scaling;
    arXiv 2309.00071, section 3.1.)

    Parameters
    ----------
    factor : float
        k ≥ 1.
    dim : int
        d, even, from 4 to 2^20.

    Returns
    -------
    λ, a Python number.

    Raises
    ------
    DTypeError, DomainError
        for k < 1 or not finite, odd d, or d = 2, where the exponent is singular. NaN raises DomainError.

    Source: rope D5, C4, C7.

    Examples
    --------
    >>> ntk_scale(8, dim=4)
    8.0
    """
    factor = _tables.check_factor("rope.ntk_scale", factor)
    return _finite(
        "rope.ntk_scale", _tables.power(factor, Fraction(2, _check_ntk("rope.ntk_scale", dim) - 2))
    )


@public()
def ntk_base(base: float, /, *, factor: float, dim: int) -> float:
    """Give the base of NTK-aware scaling.

    B → B k^(d/(d−2)), that is β → βλ with λ from `ntk_scale`.

    Parameters
    ----------
    base : float
        B > 1.
    factor : float
        k ≥ 1.
    dim : int
        d, even, from 4 to 2^20.

    Returns
    -------
    The new base, a Python number for `frequencies`.

    Raises
    ------
    DTypeError, DomainError
        for B ≤ 1, k < 1 or not finite, odd d, d = 2, where the exponent is singular, or a result
        beyond float64. NaN raises DomainError.

    Source: rope D5, C4.

    Examples
    --------
    >>> ntk_base(10000.0, factor=4, dim=4)
    160000.0
    """
    call = "rope.ntk_base"
    base, factor = _tables.check_base(call, base), _tables.check_factor(call, factor)
    return _ntk_base(call, base, factor, _check_ntk(call, dim))


@public()
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
    code under the name "dynamic"; the idea is in arXiv 2309.00071, section 3.3.)

    Parameters
    ----------
    length : float
        n > 0, the length of the present sequence.
    dim : int
        d, even, from 4 to 2^20.
    train_length : float
        L > 0.
    factor : float
        k ≥ 1.
    base : float
        B > 1.
    xp, dtype, device
        Where to make the result; NumPy float64 unless told.

    Returns
    -------
    (dim/2,).

    Raises
    ------
    DTypeError, DomainError, NamespaceError
        for arguments out of range, d = 2, where the exponent is singular, or a base beyond float64,
        or a library or device that is not there. NaN raises DomainError.

    Source: rope D5, C8.

    Examples
    --------
    >>> dynamic_ntk(6, dim=4, train_length=4, factor=2, base=25.0)
    array([1. , 0.1])
    """
    call = "rope.dynamic_ntk"
    length = _xp.check_number(call, "length", length, 0.0)
    train_length = _xp.check_number(call, "train_length", train_length, 0.0)
    base, factor = _tables.check_base(call, base), _tables.check_factor(call, factor)
    length, train_length, base, factor = (_xp.number(x, xp) for x in (length, train_length, base, factor))
    scale = max(1.0, factor * (length - train_length) / train_length + 1)
    new = _ntk_base(call, base, scale, _check_ntk(call, dim))
    return _tables.table(call, _tables.plain(dim, new, xp), xp, dtype, device)


@public()
def log_n_scale(n: Array, /, *, train_length: float, clip: bool = True, dtype: DType | None = None) -> Array:
    """Scale attention scores with the logarithm of the length.

    max(1, ln n / ln L), or ln n / ln L unclipped.

    Parameters
    ----------
    n : (...) integer or real floating
        Numbers of visible positions (not positions counted from 0).
    train_length : float
        L > 1.
    clip : bool
        Whether lengths up to L keep the scale 1.
    dtype : real floating dtype of the namespace
        Of the result; required for integer n, else by default that of n.

    Returns
    -------
    (...), on the device of n, computed in float64 (where the device has it) and rounded once.
    Clipped, 1 for every n ≤ L; unclipped, −inf at 0 and NaN below. NaN propagates.

    Raises
    ------
    DTypeError, DomainError, NamespaceError, ShapeError
        for integer n without dtype, or L ≤ 1, or more than 24 axes.

    Source: rope D6.

    Examples
    --------
    >>> import numpy as np
    >>> log_n_scale(np.asarray([10, 100, 10000]), train_length=100, dtype=np.float64)
    array([1., 1., 2.])
    """
    call = "rope.log_n_scale"
    xp = _xp.namespace(call, n=n)
    dtype = _tables.result_dtype(call, "n", n, dtype, xp=xp)
    length = _xp.check_number(call, "train_length", train_length, 1.0)
    clip = _xp.check_flag(call, "clip", clip)
    wide = xp.astype(n, _tables.widest(n, dtype, n.dtype, xp=xp), copy=False)
    return xp.astype(_log_n_scale(wide, length, clip, xp=xp), dtype, copy=False)


def _check_ntk(call: str, dim: int) -> int:
    """Require a lowest pair other than the highest."""
    if _tables.check_dim(call, dim) == 2:
        advice = "At d = 2 the exponent 2/(d − 2) is singular: the only frequency is 1 in every base"
        raise DomainError(message(call, "dim", 2, "an even integer ≥ 4", advice))
    return dim


def _finite(call: str, base: float) -> float:
    if _xp.rounds(base) and math.isinf(base):
        advice = "Take a smaller base or factor, or a shorter length"
        raise DomainError(message(call, "the new base", base, "a number within float64", advice))
    return base


def _ntk_base(call: str, base: float, factor: float, dim: int) -> float:
    return _finite(call, base * _tables.power(factor, Fraction(dim, dim - 2)))


def _log_n_scale(n: Array, length: float, clip: bool, *, xp: Namespace) -> Array:
    ratio = xp.log(n) / _xp.numbers(xp).log(length)
    if not clip:
        return ratio
    one = xp.ones_like(n)
    return xp.where(n <= length, one, xp.maximum(ratio, one))
