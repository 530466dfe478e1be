"""Positions as numerals: the exact side of the analogy."""

from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import Any

from .. import _xp
from .._errors import DomainError, message
from .._public import public
from .._typing import Array, Namespace

MOST_BITS = 2**20
"""Of an exact range: with more, a power is no longer computed in an instant."""


@public()
def digits(n: Array, /, *, base: int, count: int) -> Array:
    """Write integers in a base, least significant digit first.

    digit_m = ⌊n / base^m⌋ mod base for m = 0, …, count − 1, in integer arithmetic: the float
    n·base^(−m) gives wrong digits where n / base^m is an integer.

    Parameters
    ----------
    n : (...) integer
        A number outside [0, base^count) has the digits of n mod base^count: floor division makes
        those of −1 all equal to base − 1 (signed dtypes), as in two's complement.
    base : int
        At least 2 and at most the largest value of the dtype.
    count : int
        Number of digits, from 1 to 2^20.

    Returns
    -------
    (..., count), in the dtype of n, on its device; an empty n gives an empty result.

    Raises
    ------
    DTypeError, DomainError, NamespaceError, ShapeError
        for real n, or a base or count out of range, or more than 24 axes. NaN raises DTypeError.

    Source: rope D1.

    Examples
    --------
    >>> import numpy as np
    >>> digits(np.asarray([1994, -1]), base=10, count=5)
    array([[4, 9, 9, 1, 0],
           [9, 9, 9, 9, 9]])
    """
    xp = _xp.namespace("rope.digits", n=n)
    _xp.integral("rope.digits", xp, n=n)
    base = _check_base("rope.digits", base, n, xp)
    count = _xp.check_integer("rope.digits", "count", count, 1, _xp.MOST_ENTRIES)
    return _digits(n, [base] * count, xp=xp)


@public()
def from_digits(digits: Array, /, *, base: int) -> Array:
    """Read digits, least significant first, as integers.

    n = Σ_m digit_m · base^m, by Horner's rule.

    Parameters
    ----------
    digits : (..., count) integer
        In [0, base); the values are not checked, and others enter the sum as they are.
    base : int
        At least 2, with base^count − 1 within the dtype, so that no numeral overflows.

    Returns
    -------
    (...), in the dtype of digits, on their device; an empty batch gives an empty result.

    Raises
    ------
    ShapeError, DTypeError, DomainError, NamespaceError
        for no digits, real digits, a base below 2, or a range that the dtype cannot hold. NaN raises
        DTypeError.

    Source: rope D1.

    Examples
    --------
    >>> import numpy as np
    >>> from_digits(np.asarray([[4, 9, 9, 1], [0, 1, 0, 0]]), base=10)
    array([1994,   10])
    """
    xp = _xp.namespace("rope.from_digits", digits=digits)
    _xp.integral("rope.from_digits", xp, digits=digits)
    _xp.check_axes("rope.from_digits", "digits", digits, 1)
    count = _xp.check_integer("rope.from_digits", "digits.shape[-1]", digits.shape[-1], 1)
    base = _check_base("rope.from_digits", base, digits, xp)
    largest = int(xp.iinfo(digits.dtype).max)
    if base**count - 1 > largest:
        raise DomainError(
            message(
                "rope.from_digits",
                "base^count − 1",
                f"{base}^{count} − 1",
                f"at most {largest}, the largest {digits.dtype}",
                "Use a wider dtype or fewer digits",
            )
        )
    return _from_digits(digits, base)


@public()
def mixed_radix_digits(n: Array, /, *, bases: Sequence[int]) -> Array:
    """Write integers in a mixed radix, least significant digit first.

    digit_m = ⌊n / (b_1 ⋯ b_m)⌋ mod b_{m+1} for bases (b_1, …, b_M): seconds, minutes and hours
    have the bases (60, 60, 24).

    Parameters
    ----------
    n : (...) integer
        A number outside [0, b_1 ⋯ b_M) has the digits of n mod b_1 ⋯ b_M.
    bases : sequence of int
        At least one; each at least 2 and at most the largest value of the dtype.

    Returns
    -------
    (..., len(bases)), in the dtype of n, on its device; an empty n gives an empty result.

    Raises
    ------
    DTypeError, DomainError, NamespaceError, ShapeError
        for real n, no bases, or a base out of range, or more than 24 axes. NaN raises DTypeError.

    Source: rope D1.

    Examples
    --------
    >>> import numpy as np
    >>> mixed_radix_digits(np.asarray(3 * 3600 + 25 * 60 + 45), bases=(60, 60, 24))
    array([45, 25,  3])
    """
    xp = _xp.namespace("rope.mixed_radix_digits", n=n)
    _xp.integral("rope.mixed_radix_digits", xp, n=n)
    bases = _xp.check_sequence("rope.mixed_radix_digits", "bases", bases, "integers")
    _xp.check_integer("rope.mixed_radix_digits", "len(bases)", len(bases), 1)
    checked = [_check_base("rope.mixed_radix_digits", base, n, xp) for base in bases]
    return _digits(n, checked, xp=xp)


@public()
def range_of(base: float, /, *, digits: int) -> float:
    """Count the positions that a number of digits tells apart.

    base^digits; for RoPE, β^(d/2) = B with β = B^(2/d).

    Parameters
    ----------
    base : int ≥ 2, or real > 1
    digits : int
        At least 1.

    Returns
    -------
    A Python number: exact for an integer base, else the nearest float.

    Raises
    ------
    DTypeError, DomainError
        for arguments out of range, or a result beyond float64 for a real base, or beyond 2^20 bits. NaN
        raises DomainError.

    Source: rope D7, C1.

    Examples
    --------
    >>> range_of(10, digits=4)
    10000
    >>> range_of(2.5, digits=2)
    6.25
    """
    count = _xp.check_integer("rope.range_of", "digits", digits, 1)
    given: Any = base
    if isinstance(given, Integral):
        whole = _xp.check_integer("rope.range_of", "base", given, 2)
        if count * whole.bit_length() > MOST_BITS:
            got, expected = f"{whole}^{count}", "a range of at most 2^20 bits"
            raise DomainError(message("rope.range_of", "base^digits", got, expected))
        return int(whole**count)
    number = _xp.check_number("rope.range_of", "base", base, 1.0)
    try:
        return _xp.numbers(number).pow(number, count)
    except OverflowError:
        raise DomainError(
            message("rope.range_of", "base^digits", f"{number}^{count}", "a range within float64")
        ) from None


def _check_base(call: str, base: int, n: Array, xp: Namespace) -> int:
    """Require a base that exists in the dtype of n."""
    number = _xp.check_integer(call, "base", base, 2)
    largest = int(xp.iinfo(n.dtype).max)
    if number > largest:
        raise DomainError(message(call, "base", number, f"at most {largest}, the largest {n.dtype}"))
    return number


def _digits(n: Array, bases: Iterable[int], *, xp: Namespace) -> Array:
    found = []
    for base in bases:
        found.append(n % base)
        n = n // base  # never forms base^m, which may overflow
    return xp.stack(found, axis=-1)


def _from_digits(digits: Array, base: int) -> Array:
    n = digits[..., -1]
    for m in reversed(range(digits.shape[-1] - 1)):
        n = n * base + digits[..., m]
    return n
