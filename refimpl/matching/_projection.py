"""Features of a pair, random projections, and how many dimensions a ranking needs."""

import math
from decimal import ROUND_CEILING, Decimal, localcontext

from .. import _xp
from .._typing import Array, Namespace
from ..public import RAISES, STAYS, Integer, Number, Reals, public


@public({"u, v": Reals("..., d")}, Reals("..., 3d"), nan=STAYS, broadcast="batch")
def sbert_features(u: Array, v: Array, /) -> Array:
    """Features of a pair of sentence vectors as Sentence-BERT's classifier takes them: [u, v, |u − v|].

    Parameters
    ----------
    u, v
        Vectors of equal length.

    Returns
    -------
    in the common dtype, on the common device.

    Source: matching D7.

    Examples
    --------
    >>> import numpy as np
    >>> sbert_features(np.asarray([1.0, 2.0]), np.asarray([3.0, 0.0]))
    array([1., 2., 3., 0., 2., 2.])
    """
    return _sbert_features(u, v, xp=_xp.of(u, v))


def _sbert_features(u: Array, v: Array, *, xp: Namespace) -> Array:
    u, v = xp.broadcast_arrays(u, v)
    return xp.concat([u, v, xp.abs(u - v)], axis=-1)


@public({"vectors": Reals("..., d"), "directions": Reals("m, d")}, Reals("..., m"), nan=STAYS)
def jl_project(vectors: Array, directions: Array, /) -> Array:
    """Random projection R x of vectors, R the matrix whose rows are the directions.

    With entries of R drawn from N(0, 1/m), m the number of directions, inner products are kept
    on average and within the error of `jl_dimension`. Nothing is scaled here.

    Parameters
    ----------
    vectors
        Vectors x.
    directions
        Rows of R, drawn by the caller.

    Returns
    -------
    in the common dtype, on the common device.

    Source: matching D9, C8.

    Examples
    --------
    >>> import numpy as np
    >>> jl_project(np.asarray([1.0, 2.0]), np.asarray([[1.0, 0.0], [1.0, 1.0], [0.0, -1.0]]))
    array([ 1.,  3., -2.])
    """
    xp = _xp.of(vectors, directions)
    dtype = xp.result_type(vectors, directions)  # products in half precision do not look for it
    return xp.matmul(xp.astype(vectors, dtype, copy=False), xp.astype(directions.T, dtype, copy=False))


@public(
    {"n": Integer(2, 2**1023 - 1), "error": Number(above=0), "failure": Number(above=0, below=1)},
    Integer(),
    needs="eager",
    nan=RAISES,
)
def jl_dimension(n: int, error: float, failure: float) -> int:
    """Dimensions that suffice to keep the inner products of n unit vectors under random projection.

    m = ⌈2·ln(n(n−1)/δ) / (ε − ln(1+ε))⌉: with directions drawn from N(0, 1/m), the probability
    that any of the n(n−1)/2 inner products errs by ε or more is at most δ. The ceiling is exact:
    ε − ln(1+ε) ≈ ε²/2 cancels and m grows alike, so decimals carry as many digits as both cost.

    Parameters
    ----------
    n
        Number of vectors.
    error
        ε.
    failure
        δ.

    Returns
    -------
    the least that is known to do.

    Source: matching D9, C8.

    Examples
    --------
    >>> jl_dimension(1_000_000, 0.5, 0.5)
    600
    """
    with localcontext() as context:
        epsilon, delta = Decimal(error), Decimal(failure)
        context.prec = 60 - 4 * min(epsilon.adjusted(), 0)
        rate = epsilon - (1 + epsilon).ln()
        return int((2 * (n * (n - 1) / delta).ln() / rate).to_integral_value(ROUND_CEILING))


@public({"n": Integer(1, exact=True)}, Number(), needs="eager", nan=RAISES)
def rule_of_thumb_dimension(n: int) -> float:
    """The source's rule of thumb for the dimension that suffices for n vectors: 8·ln n.

    It comes with no guarantee: see `jl_dimension` for what a random projection needs, and
    `ranking_dimension` for what any representation needs.

    Parameters
    ----------
    n
        Number of vectors.

    Returns
    -------
    not rounded to an integer.

    Source: matching D9, E3.

    Examples
    --------
    >>> round(rule_of_thumb_dimension(1000), 2)
    55.26
    """
    dimension: float = 8 * _xp.numbers(n).log(n)
    return dimension


@public({"n": Integer(2)}, Integer(), needs="eager", nan=RAISES)
def ranking_dimension(n: int) -> int:
    """Dimensions without which n vectors cannot realise every ranking of their similarities.

    The N = n(n−1)/2 inner products can be ordered in N! ways. Each order is a sign pattern of
    P = N(N−1)/2 polynomials of degree 2 in V = n·d coordinates, and Warren's theorem allows at
    most (8e·P/V)^V of those where P ≥ V. The result is the least d ≥ 1 for which that is at
    least N!, or for which P < V: in fewer dimensions some ranking is impossible. (Cosines are the
    inner products of unit vectors, so the bound holds for them.)

    Parameters
    ----------
    n
        Number of vectors.

    Returns
    -------
    a lower bound of the dimension; it grows like n/2.

    Source: matching D9, C9.

    Examples
    --------
    >>> ranking_dimension(1000)
    384
    """
    pairs = n * (n - 1) // 2
    comparisons = pairs * (pairs - 1) // 2
    orders = math.lgamma(pairs + 1)

    def possible(d: int) -> bool:
        coordinates = n * d
        if comparisons < coordinates:
            return True
        return coordinates * (math.log(8 * comparisons / coordinates) + 1) >= orders

    low, high = 0, n  # n dimensions realise every ranking
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if possible(middle) else (middle, high)
    return high
