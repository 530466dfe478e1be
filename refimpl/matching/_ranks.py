"""Average ranks and Spearman's correlation."""

from .. import _xp
from .._typing import Array, DType, Namespace
from ..public import Reals, RealsOrIntegers, public
from ._checks import unless_nan


@public(
    {"x": RealsOrIntegers("n", "order")},
    Reals("n"),
    needs="sort indexing",
    nan="A NaN among the values makes all ranks NaN.",
)
def rank(x: Array, /) -> Array:
    """Rank of each value among all, from 1 to n; equal values share the average of their places.

    rank_i = #{x_j < x_i} + (#{x_j = x_i} + 1) / 2. Exact while n ≤ 2^(significand bits − 1).

    Parameters
    ----------
    x

    Returns
    -------
    in the dtype of x (for integers the default floating dtype), on its device; rounded where that does not
    hold it, in float16 above 1024 and in bfloat16 above 128.

    Source: matching D4.

    Examples
    --------
    >>> import numpy as np
    >>> rank(np.asarray([0.5, 0.1, 0.5, 0.9]))
    array([2.5, 1. , 2.5, 4. ])
    """
    xp = _xp.of(x)
    dtype = _floating_dtype(xp, x)
    return unless_nan(x, xp.astype(_offsets(x, xp=xp) + (x.shape[0] + 1), dtype) / 2, xp=xp)


@public(
    {"x, y": RealsOrIntegers("n", "order", n=1)},
    Reals(""),
    needs="sort indexing",
    nan="It is NaN if a NaN is among the values.",
)
def spearman(x: Array, y: Array, /) -> Array:
    """Spearman's rank correlation: Pearson's correlation of the average ranks.

    The ranks are centred exactly and divided by n, so that no sum overflows while n itself
    is in the range of the dtype.

    Parameters
    ----------
    x, y
        Paired values. If all of x or all of y are equal, the result is NaN.

    Returns
    -------
    in the floating dtype of the arguments (of two integer arrays the default floating
    dtype), on their device; within [−1, 1].

    Source: matching D4, C6.

    Examples
    --------
    >>> import numpy as np
    >>> float(spearman(np.asarray([0.1, 0.2, 0.9]), np.asarray([1, 2, 3])))
    1.0
    """
    xp = _xp.of(x, y)
    return _spearman(x, y, _floating_dtype(xp, x, y), xp=xp)


def _spearman(x: Array, y: Array, dtype: DType, *, xp: Namespace) -> Array:
    # Where nothing overflows, integers keep their sums exact.
    unit = x.shape[0] if _xp.rounds(xp) else 1
    a, b = (xp.astype(_offsets(v, xp=xp), dtype) / unit for v in (x, y))
    spread = xp.sqrt(xp.mean(a * a) * xp.mean(b * b))
    varies = spread > 0
    correlation = xp.clip(xp.mean(a * b) / xp.where(varies, spread, xp.ones_like(spread)), -1.0, 1.0)
    correlation = xp.where(varies, correlation, xp.full_like(correlation, xp.nan))
    return unless_nan(x, unless_nan(y, correlation, xp=xp), xp=xp)


def _offsets(x: Array, *, xp: Namespace) -> Array:
    """Twice the distance of each rank from the mean rank: the integers 2·rank − (n + 1)."""
    order = xp.argsort(x, stable=False)  # equal values have equal ranks
    ordered = xp.take(x, order, axis=0)
    below, upto = (_xp.places(ordered, side=side, xp=xp) for side in ("left", "right"))
    return _xp.restored(below + (upto - x.shape[0]), order, xp=xp)


def _floating_dtype(xp: Namespace, *arrays: Array) -> DType:
    floats = [array.dtype for array in arrays if xp.isdtype(array.dtype, "real floating")]
    if floats:
        return xp.result_type(*floats)
    return xp.__array_namespace_info__().default_dtypes()["real floating"]
