"""Positions as numerals: the exact side of the analogy."""

from collections.abc import Iterable, Sequence

from .. import _xp
from .._errors import DomainError, message
from .._typing import Array, Namespace
from ..public import RAISES, Integer, Integers, Number, Raises, Several, public

MOST_BITS = 2**20
"""Of an exact range: with more, a power is no longer computed in an instant."""
BEYOND: Raises = {DomainError: "for a base beyond the largest integer of the dtype"}


@public(
    {"n": Integers("...", "any"), "base": Integer(2), "count": Integer(1, _xp.MOST_ENTRIES)},
    Integers("..., count"),
    nan=RAISES,
    empty=True,
    raises=BEYOND,
)
def digits(n: Array, /, *, base: int, count: int) -> Array:
    """Write integers in a base, least significant digit first.

    digit_m = ⌊n / base^m⌋ mod base for m = 0, …, count − 1, in integer arithmetic: the float
    n·base^(−m) gives wrong digits where n / base^m is an integer.

    Parameters
    ----------
    n
        A number outside [0, base^count) has the digits of n mod base^count: floor division makes
        those of −1 all equal to base − 1 (signed dtypes), as in two's complement.
    base
        At most the largest value of the dtype.
    count
        Number of digits.

    Returns
    -------
    in the dtype of n, on its device.

    Source: rope D1.

    Examples
    --------
    >>> import numpy as np
    >>> digits(np.asarray([1994, -1]), base=10, count=5)
    array([[4, 9, 9, 1, 0],
           [9, 9, 9, 9, 9]])
    """
    xp = _xp.of(n)
    _check_base(base, n, xp)
    return _digits(n, [base] * count, xp=xp)


@public(
    {"digits": Integers("..., count", count=1), "base": Integer(2)},
    Integers("..."),
    nan=RAISES,
    empty=True,
    raises={DomainError: "for a base, or a range of numbers, beyond the largest integer of the dtype"},
)
def from_digits(digits: Array, /, *, base: int) -> Array:
    """Read digits, least significant first, as integers.

    n = Σ_m digit_m · base^m, by Horner's rule.

    Parameters
    ----------
    digits
        In [0, base); the values are not checked, and others enter the sum as they are.
    base
        With base^count − 1 within the dtype, so that no numeral overflows.

    Returns
    -------
    in the dtype of digits, on their device.

    Source: rope D1.

    Examples
    --------
    >>> import numpy as np
    >>> from_digits(np.asarray([[4, 9, 9, 1], [0, 1, 0, 0]]), base=10)
    array([1994,   10])
    """
    xp, count = _xp.of(digits), digits.shape[-1]
    _check_base(base, digits, xp)
    largest = int(xp.iinfo(digits.dtype).max)
    if base**count - 1 > largest:
        raise DomainError(
            message(
                "base^count − 1",
                f"{base}^{count} − 1",
                f"at most {largest}, the largest {digits.dtype}",
                "Use a wider dtype or fewer digits",
            )
        )
    return _from_digits(digits, base)


@public(
    {"n": Integers("...", "any"), "bases": Several(Integer(2), "integers", least=1)},
    Integers("..., len(bases)"),
    nan=RAISES,
    empty=True,
    raises=BEYOND,
)
def mixed_radix_digits(n: Array, /, *, bases: Sequence[int]) -> Array:
    """Write integers in a mixed radix, least significant digit first.

    digit_m = ⌊n / (b_1 ⋯ b_m)⌋ mod b_{m+1} for bases (b_1, …, b_M): seconds, minutes and hours
    have the bases (60, 60, 24).

    Parameters
    ----------
    n
        A number outside [0, b_1 ⋯ b_M) has the digits of n mod b_1 ⋯ b_M.
    bases
        Each at most the largest value of the dtype.

    Returns
    -------
    in the dtype of n, on its device.

    Source: rope D1.

    Examples
    --------
    >>> import numpy as np
    >>> mixed_radix_digits(np.asarray(3 * 3600 + 25 * 60 + 45), bases=(60, 60, 24))
    array([45, 25,  3])
    """
    xp = _xp.of(n)
    for base in bases:
        _check_base(base, n, xp)
    return _digits(n, bases, xp=xp)


@public(
    {
        "base": Number(above=1, exact=True),
        "digits": Integer(1),
    },
    Number(),
    nan=RAISES,
    raises={DomainError: "for a result beyond 2^20 bits or, of a real base, beyond float64"},
)
def range_of(base: float, /, *, digits: int) -> float:
    """Count the positions that a number of digits tells apart.

    base^digits; for RoPE, β^(d/2) = B with β = B^(2/d).

    Parameters
    ----------
    base
    digits

    Returns
    -------
    exact, and an int, for an integer base, else the nearest float.

    Source: rope D7, C1.

    Examples
    --------
    >>> range_of(10, digits=4)
    10000
    >>> range_of(2.5, digits=2)
    6.25
    """
    if isinstance(base, int):
        if digits * base.bit_length() > MOST_BITS:
            got, expected = f"{base}^{digits}", "a range of at most 2^20 bits"
            raise DomainError(message("base^digits", got, expected))
        return int(base**digits)
    try:
        return _xp.numbers(base).pow(base, digits)
    except OverflowError:
        raise DomainError(message("base^digits", f"{base}^{digits}", "a range within float64")) from None


def _check_base(base: int, n: Array, xp: Namespace) -> None:
    """Require a base that exists in the dtype of n."""
    largest = int(xp.iinfo(n.dtype).max)
    if base > largest:
        raise DomainError(message("base", base, f"at most {largest}, the largest {n.dtype}"))


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
