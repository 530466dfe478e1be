"""The mean of log Σ w over all subsets of m of M samples, for many m at once.

With log a = ∫₀^∞ (e^−t − e^−ta) dt/t the mean over subsets needs that of e^−tΣw, which is a symmetric
polynomial of degree one in each e^−tw_i ∈ [0, 1], and so its expectation if each sample is hit, by itself,
with probability h_i(t) = 1 − e^−tw_i: the probability that no member of a random subset is hit. If j samples
are hit, whichever they are, a subset of m avoids them as probably as it avoids the j largest weights. With
top_j(m), the probability that the largest weight of a subset is the j-th of all, counted from 0, and J(t),
the number of hits:

    mean of log Σ w = Σ_j top_j(m)·s_j,    s_j = log w_(j) + ∫₀^∞ (P(J(t) > j) − h_(j)(t)) dt/t

Nothing but top_j depends on m, and it falls like e^−jm/M: for all m together O(M log M) of them count.
"""

import math
from collections.abc import Iterator, Sequence

import array_api_compat
import numpy as np

from .. import _host, _libraries, _xp
from .._host import Floats
from .._typing import Array, Namespace

STEP = 0.25
"""Of the trapezoidal rule in log t: its error is 2|Γ(2πi/step)| = 7e-18 a term."""
DEEP = 40.0
"""e^−40 and below are nothing beside 1."""
FEW = 64
"""Samples whose hits are counted one by one; those of more are counted in parts, which are convolved."""
NODES = 64
"""Values of t come in multiples of it, for few distinct shapes, as some libraries compile for each."""
PART = 2**18
"""Numbers that stay in the cache of a core, or near it."""
ENTRIES = 2**20
"""Of a table of probabilities."""


def means(log_w: Array, sizes: Sequence[int], *, xp: Namespace) -> Array:
    """The mean of log((1/m) Σ w) over the m-subsets, for each m of the sizes, which rise."""
    M, like = log_w.shape[-1], {"dtype": log_w.dtype, "device": _libraries.device(log_w)}
    ordered = xp.sort(log_w, axis=-1, descending=True)
    none = ordered == -math.inf
    finite = xp.where(none, xp.zeros_like(ordered), ordered)
    scores = (finite + _excess(_depth(ordered, xp=xp), xp=xp))[..., None, :]
    reach = _largest(xp.abs(finite), xp=xp)
    terms = DEEP + (math.log(max(reach, 1.0)) if math.isfinite(reach) else 0.0)
    parts = []
    for group, length in _groups(M, sizes, terms):
        table = _host.like(_top(M, group, length), log_w, xp)
        parts.append(xp.matmul(scores[..., :length], table)[..., 0, :])
    result = xp.concat(parts, axis=-1) - xp.asarray([math.log(m) for m in sizes], **like)
    zeros = xp.sum(xp.astype(none, log_w.dtype), axis=-1, keepdims=True)
    result = xp.where(zeros >= xp.asarray(list(sizes), **like), xp.full_like(result, -xp.inf), result)
    if not _xp.rounds(xp):
        return result
    known = xp.all(ordered == ordered, axis=-1, keepdims=True)  # noqa: PLR0124  (false for NaN)
    return xp.where(known, result, xp.full_like(result, xp.nan))


def _largest(values: Array, *, xp: Namespace) -> float:
    """The largest of all; 0 if the batch is empty."""
    if not math.prod(values.shape):
        return 0.0
    largest = xp.max(values)
    return float(largest.detach() if array_api_compat.is_torch_array(largest) else largest)


def _depth(ordered: Array, *, xp: Namespace) -> Array:
    """How far each descending log-weight lies below the first, gaps above DEEP cut to it.

    Beyond such a gap the lower weight adds nothing to the higher one, however far it lies.
    """
    upper, lower = ordered[..., :-1], ordered[..., 1:]
    zero, none = xp.zeros_like(upper), upper == -math.inf
    gaps = xp.where(none, zero, xp.where(none, zero, upper) - lower)
    gaps = xp.where(gaps < DEEP, gaps, zero + DEEP)
    return xp.concat([xp.zeros_like(ordered[..., :1]), xp.cumulative_sum(gaps, axis=-1)], axis=-1)


def _excess(depth: Array, *, xp: Namespace) -> Array:
    """∫ (P(J(t) > j) − h_(j)(t)) dt/t for each j, with weights in units of the largest."""
    M = depth.shape[-1]
    start, end = -DEEP - math.log(M), _largest(depth, xp=xp) + math.log(DEEP)
    count = NODES * math.ceil((end - start) / (NODES * STEP))
    at_once = count if M <= FEW else min(NODES, 2 ** max(0, (PART // M).bit_length() - 1))
    total = xp.zeros_like(depth)
    for first in range(0, count, at_once):
        places = xp.arange(first, first + at_once, dtype=depth.dtype, device=_libraries.device(depth))
        exponents = (start + STEP * places)[:, None] - depth[..., None, :]
        # 1 − e^−tw, so that small t loses nothing to cancellation; e^−e⁶ is nothing beside 1.
        hit = -xp.expm1(-xp.exp(xp.where(exponents < 6, exponents, 6 * xp.ones_like(exponents))))
        total = total + xp.sum(_more_hits(hit, xp=xp) - hit, axis=-2)
    return STEP * total


def _more_hits(hit: Array, *, xp: Namespace) -> Array:
    """P(J > j) for j = 0 … M − 1, of the number J of independent hits."""
    M = hit.shape[-1]
    if M <= FEW or not _transforms(hit, xp=xp):
        return _more_hits_in_a_row(hit, xp=xp)
    parts = 2 ** math.ceil(math.log2(M / FEW))
    few = -(-M // parts)
    padding = xp.broadcast_to(xp.zeros_like(hit[..., :1]), (*hit.shape[:-1], parts * few - M))
    counts = _counts(xp.reshape(xp.concat([hit, padding], axis=-1), (*hit.shape[:-1], parts, few)), xp=xp)
    while counts.shape[-2] > 1:
        counts = _sum_of_two(counts[..., ::2, :], counts[..., 1::2, :], xp=xp)
    least = xp.flip(xp.cumulative_sum(xp.flip(counts[..., 0, :], axis=-1), axis=-1), axis=-1)
    # Over P(J ≥ 0) = 1, lest what transforms round alike adds up over all t at which all are hit.
    return least[..., 1 : M + 1] / least[..., :1]


def _transforms(x: Array, *, xp: Namespace) -> bool:
    """Whether the library has Fourier transforms of it; Dask has them of single chunks alone."""
    known = _xp.rounds(xp) and hasattr(xp, "fft") and not array_api_compat.is_dask_array(x)
    return known and xp.finfo(x.dtype).bits in (32, 64)


def _more_hits_in_a_row(hit: Array, *, xp: Namespace) -> Array:
    """The same, one sample after the other: averages of numbers in [0, 1], so that nothing cancels."""
    more, one = xp.zeros_like(hit), xp.ones_like(hit[..., :1])
    for i in range(hit.shape[-1]):
        more = more + hit[..., i : i + 1] * (xp.concat([one, more[..., :-1]], axis=-1) - more)
    return more


def _counts(hit: Array, *, xp: Namespace) -> Array:
    """P(J = j) for j = 0 … M, one sample after the other."""
    none = xp.zeros_like(hit[..., :1])
    counts = xp.concat([none + 1, xp.zeros_like(hit)], axis=-1)
    for i in range(hit.shape[-1]):
        counts = counts + hit[..., i : i + 1] * (xp.concat([none, counts[..., :-1]], axis=-1) - counts)
    return counts


def _sum_of_two(a: Array, b: Array, *, xp: Namespace) -> Array:
    """The distribution of the sum of two independent numbers from 0 to n, by Fourier transforms of length 2n,
    in which its first and last probability fall on each other. Errors are of the unit roundoff absolutely,
    which is how probabilities enter here."""
    n = a.shape[-1] - 1
    product = xp.fft.rfft(a, n=2 * n, axis=-1) * xp.fft.rfft(b, n=2 * n, axis=-1)
    inner = xp.fft.irfft(product, n=2 * n, axis=-1)[..., 1:]
    return xp.concat([a[..., :1] * b[..., :1], inner, a[..., n:] * b[..., n:]], axis=-1)


def _groups(M: int, sizes: Sequence[int], terms: float) -> Iterator[tuple[Sequence[int], int]]:
    """Neighbouring sizes up to twice the least, and how many terms e^−jm/M ≥ e^−terms all of them have."""
    start = 0
    while start < len(sizes):
        length = min(M, math.ceil(terms * M / sizes[start]))
        alike = [m for m in sizes[start:] if m < 2 * sizes[start]][: max(1, ENTRIES // length)]
        yield alike, length
        start += len(alike)


def _top(M: int, sizes: Sequence[int], length: int) -> Floats:
    """top_j(m) = C(M−1−j, m−1)/C(M, m) for j below the length and each m."""
    if M <= FEW:
        exact = [[math.comb(M - 1 - j, m - 1) / math.comb(M, m) for m in sizes] for j in range(length)]
        return np.asarray(exact)
    m, j = np.asarray(sizes), np.arange(length)[:, None]
    if length <= sizes[-1]:  # (m/M)·∏_{i<j} (M−m−i)/(M−1−i)
        steps = (M - m - j[:-1]) / (M - 1 - j[:-1])
        return m / M * np.cumprod(np.concatenate([np.ones((1, len(m))), steps]), axis=0)
    i = np.arange(sizes[-1] - 1)  # (m/M)·∏_{i<m−1} (M−1−j−i)/(M−1−i)
    steps = np.maximum(M - 1 - j - i, 0) / (M - 1 - i)
    products = np.cumprod(np.concatenate([np.ones((length, 1)), steps], axis=1), axis=1)
    found: Floats = m / M * products[:, m - 1]
    return found
