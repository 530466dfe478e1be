"""Arrays of Arb balls: every number is an interval that is proven to contain the exact value.

The functions of refimpl run on them unchanged, so that the reference certifies itself. A floating dtype is
only a name here (for `finfo` and promotion); no number is rounded to it. A comparison that overlapping balls
do not decide is neither true nor false: `where` then gives the hull of both choices, and whatever needs an
answer (`bool`, an index, argsort) raises UndecidedError.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .._errors import DTypeError, told
from .._typing import Array, Namespace
from .._xp import check_integer
from ..public import naming
from ._backend import FORMATS, Backend, Precision, Setting, load

if TYPE_CHECKING:
    from ._ball._rounding import Model

INSTALL = "pip install python-flint"
_LACKS = {
    "host": "what is computed in float64 proves nothing of balls",
    "underflow": "its exponents have no bound",
}
WIDEST = 2.0**-64
"""Radius up to which a midpoint may stand for its ball: 2⁻¹¹ of a rounding of float64."""
PRECISION = 256
"""Bits of the backend that `make` describes."""


def ball(*, prec: int = PRECISION) -> Namespace:
    """The Array API namespace of balls whose operations work with `prec` bits.

    Equal precisions give the same namespace. Arrays of two namespaces do not mix; `asarray` of one takes
    those of another as they are.

    Parameters
    ----------
    prec : int ≥ 2
        Significand bits of the midpoints.

    Raises
    ------
    DTypeError, DomainError
        for a precision that is no integer, or below 2.

    Examples
    --------
    >>> xp = ball(prec=64)
    >>> third = xp.ones(()) / 3
    >>> third.xp is ball(prec=64), bool(3 * third > 0.999), bool(third != 0.3)
    (True, True, True)
    """
    bits = naming("ball")(check_integer)("prec", prec, 2)
    load("ball", "flint", INSTALL)
    from ._ball._namespace import namespace  # noqa: PLC0415

    return namespace(bits)


def midpoints(array: Array, /) -> np.ndarray[Any, Any]:
    """The float64 numbers nearest to the midpoints of the balls: no proof goes with them.

    Every radius is at most WIDEST times 1, or times the largest midpoint if that is more. Integers and
    booleans come as such.

    Raises
    ------
    DTypeError
        for something that is no array of balls.
    UndecidedError
        for a ball that is too wide, a value of which nothing is known, or an undecided comparison.

    Examples
    --------
    >>> midpoints(ball(prec=64).asarray([0.5, 2.0]))
    array([0.5, 2. ])
    """
    from ._ball import _array, _scalars  # noqa: PLC0415

    if not isinstance(array, _array.BallArray):
        raise DTypeError(told("ball.midpoints", "array", f"a {type(array).__name__}", "an array of balls"))
    if not array.dtype.real:
        return np.asarray(array)
    balls = list(array.data.reshape(-1))
    values = [_scalars.nearest(value) for value in balls]
    largest = max([1.0, *(abs(value) for value in values if np.isfinite(value))])
    for value in balls:
        if value.is_finite() and value.rad() > WIDEST * largest:
            raise _scalars.undecided("ball.midpoints", _scalars.text(value))
    return np.asarray(values, dtype=np.float64).reshape(array.shape)


def setting(*, prec: int = PRECISION) -> Setting:
    """The setting in which checks compute with balls of `prec` bits on both sides: what they take to NumPy
    stays balls, what becomes a float is an error.

    Examples
    --------
    >>> on = setting(prec=128)
    >>> total = on.host(on.array([0.5, 0.25])).sum()
    >>> bool(total == 0.75), bool(on.math.pi > 3.14)
    (True, True)
    """
    backend = make(prec)
    backend = replace(backend, lacks={**backend.lacks, "approximation": "what is close is not equal"})
    from ._ball._setting import BallSetting  # noqa: PLC0415

    return BallSetting(backend, Precision("float64"), "cpu")


def rounding(on: Setting, *, prec: int = 128) -> Setting:
    """The setting of balls that hold whatever the library of a setting computes: every elementary function
    is off by what that library's may be off (its measured ulps), a sum of n numbers by (n − 1)·u·Σ|x|.

    What checks compute beside the library is exact, unless they run within `Rounding(model(…))` of NumPy's
    float64. What has no such bound raises UndecidedError.

    Examples
    --------
    >>> from refimpl import backends
    >>> on = rounding(Setting.of(backends.get("numpy"), "float32"))
    >>> total = on.array([0.5, 0.25]) + on.array([0.125, 2.0**-40])
    >>> bool(total[0] == 0.625), bool(total[1] != 0.25 + 2.0**-30)
    (False, True)
    """
    from ._ball._namespace import namespace  # noqa: PLC0415
    from ._ball._setting import BallSetting  # noqa: PLC0415

    like = make(prec)
    lacks = {**on.backend.lacks, **like.lacks, "approximation": "what is close is not equal"}
    xp = namespace(prec, model(on))
    return BallSetting(replace(like, xp=xp, lacks=lacks), on.precision, "cpu")


def model(on: Setting) -> "Model":
    """How far the library of a setting may be off."""
    from ._ball._rounding import Model  # noqa: PLC0415

    precision = on.precision
    return Model(
        precision.bits,
        precision.smallest,
        precision.largest,
        tuple(sorted(on.backend.ulps[precision.name].items())),
    )


def make(prec: int = PRECISION) -> Backend:
    """The ball backend, at its default precision unless told."""
    flint = load("ball", "flint", INSTALL)
    return Backend(
        name="ball",
        version=flint.__version__,
        xp=ball(prec=prec),
        devices={"cpu": "cpu"},
        to_numpy=midpoints,
        dtypes=("float64", "float32", "float16"),
        lacks=_LACKS,
        ulps={dtype: {"default": 1.0} for dtype in FORMATS},
        notes=(
            f"every number is an interval that contains the exact value, computed with {prec} bits",
            "dtypes are names: nothing is rounded to them",
        ),
    )
