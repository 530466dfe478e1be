"""How people get ranks and rank correlation wrong."""

from typing import Any

from ...._libraries import array_namespace as _xp
from ....matching import rank, spearman
from ...language.mistake import MistakesOf

of_rank = MistakesOf("matching.rank")
of_spearman = MistakesOf("matching.spearman")


def _places(x: Any) -> Any:
    """Places from 0 in the sorted order, ties in the order of the input."""
    xp = _xp(x)
    return xp.argsort(xp.argsort(x))


def _pearson(a: Any, b: Any) -> Any:
    xp = _xp(a, b)
    a, b = a - xp.mean(a), b - xp.mean(b)
    return xp.sum(a * b) / xp.sqrt(xp.sum(a * a) * xp.sum(b * b))


@of_rank("ordinal", "Sorts twice: ties get different ranks, in the order of the input.")
def rank_ordinal(x: Any, /) -> Any:
    xp = _xp(x)
    return xp.astype(_places(x) + 1, x.dtype)


@of_rank("dense", "Numbers the distinct values, as the inverse of `unique` does.")
def rank_dense(x: Any, /) -> Any:
    xp = _xp(x)
    ordered = xp.sort(x)
    fresh = xp.concat([xp.ones_like(x[:1]), xp.astype(ordered[1:] > ordered[:-1], x.dtype)])
    return xp.take(xp.cumulative_sum(fresh), xp.searchsorted(ordered, x), axis=0)


@of_rank("lowest", "Gives ties the lowest of their ranks, as in sports.")
def rank_lowest(x: Any, /) -> Any:
    xp = _xp(x)
    return xp.astype(xp.searchsorted(xp.sort(x), x) + 1, x.dtype)


@of_rank("from-zero", "Counts places from 0, as indices are.")
def rank_from_zero(x: Any, /) -> Any:
    return rank(x) - 1


@of_spearman("raw-values", "Computes Pearson's correlation of the values, not of their ranks.")
def spearman_raw_values(x: Any, y: Any, /) -> Any:
    return _pearson(x, _as(y, x))


def _as(y: Any, x: Any) -> Any:
    """y in the dtype of x."""
    return _xp(x, y).astype(y, x.dtype)


@of_spearman("ordinal", "Ranks by sorting twice, so the result depends on the order of tied pairs.")
def spearman_ordinal(x: Any, y: Any, /) -> Any:
    return _pearson(_as(_places(x), x), _as(_places(y), x))


@of_spearman("no-ties-formula", "Uses 1 − 6Σd²/(n(n²−1)), which holds without ties only.")
def spearman_no_ties_formula(x: Any, y: Any, /) -> Any:
    xp = _xp(x, y)
    n, d = x.shape[0], rank(x) - rank(_as(y, x))
    return 1 - 6 * xp.sum(d * d) / max(n * (n * n - 1), 1)


@of_spearman(
    "int32-ties",
    "Sums the tie correction t³ − t in 32-bit integers, which overflow from 1291 equal values on.",
    reference="scipy#5553",
)
def spearman_int32_ties(x: Any, y: Any, /) -> Any:
    xp = _xp(x, y)
    n, d = x.shape[0], rank(x) - rank(_as(y, x))

    def spread(values: Any) -> Any:
        counts = xp.astype(xp.unique_counts(values).counts, xp.int32)
        return (n**3 - n - xp.astype(xp.sum(counts**3 - counts, dtype=xp.int32), x.dtype)) / 12

    a, b = spread(x), spread(_as(y, x))
    return (a + b - xp.sum(d * d)) / (2 * xp.sqrt(a * b))


@of_spearman("kendall", "Compares signs of differences: Kendall's τ_b under the wrong name.")
def spearman_kendall(x: Any, y: Any, /) -> Any:
    xp, ranks = _xp(x, y), [rank(v) for v in (x, _as(y, x))]
    both = left = right = xp.sum(0 * ranks[0])
    for i in range(x.shape[0]):  # one row of all pairs: thousands of values have too many
        a, b = (xp.sign(v[i] - v) for v in ranks)
        both, left, right = both + xp.sum(a * b), left + xp.sum(a * a), right + xp.sum(b * b)
    return both / xp.sqrt(left * right)


@of_rank("highest", "Gives ties the highest of their ranks.")
def rank_highest(x: Any, /) -> Any:
    xp = _xp(x)
    return xp.astype(xp.searchsorted(xp.sort(x), x, side="right"), rank(x).dtype)


@of_rank(
    "argsort-once", "Uses argsort as the ranks: the places of the sorted values, the inverse permutation."
)
def rank_argsort_once(x: Any, /) -> Any:
    xp = _xp(x)
    return xp.astype(xp.argsort(x) + 1, rank(x).dtype)


@of_spearman(
    "argsort-once",
    "Uses argsort as the ranks: the places of the sorted values, the inverse permutation.",
    reference="statlab/permute#191",
)
def spearman_argsort_once(x: Any, y: Any, /) -> Any:
    # As people write it: ties in any order, and a number, not NaN, for values that are all equal.
    places = [_xp(values).argsort(values, stable=False) for values in (x, y)]
    return _pearson(*(_xp(x).astype(found, x.dtype) for found in places))


def _centred_ranks(x: Any) -> Any:
    ranks = rank(x)
    return ranks - (x.shape[0] + 1) / 2


def _correlation(a: Any, b: Any) -> Any:
    xp = _xp(a, b)
    return xp.sum(a * b) / (xp.sqrt(xp.sum(a * a)) * xp.sqrt(xp.sum(b * b)))


@of_spearman("one-ranked", "Ranks only one of the two and takes y as it is.")
def spearman_one_ranked(x: Any, y: Any, /) -> Any:
    xp, like = _xp(x, y), spearman(x, y)
    values = xp.astype(y, like.dtype)
    return xp.astype(_correlation(_centred_ranks(x), values - xp.mean(values)), like.dtype)


@of_spearman(
    "mixed-counts", "Divides the covariance by n and the variances by n − 1: too small by (n − 1)/n."
)
def spearman_mixed_counts(x: Any, y: Any, /) -> Any:
    return spearman(x, y) * ((x.shape[0] - 1) / x.shape[0])


@of_spearman("not-centred", "Takes the cosine of the ranks: their mean is not subtracted.")
def spearman_not_centred(x: Any, y: Any, /) -> Any:
    like = spearman(x, y)
    return _xp(like).astype(_correlation(rank(x), rank(y)), like.dtype) + 0 * like


@of_spearman("dense", "Correlates dense ranks, which number the distinct values.")
def spearman_dense(x: Any, y: Any, /) -> Any:
    xp, like = _xp(x, y), spearman(x, y)
    places = []
    for values in (x, y):
        ordered = xp.sort(values)
        fresh = xp.concat([xp.zeros_like(ordered[:1]), xp.astype(ordered[1:] > ordered[:-1], values.dtype)])
        dense = xp.take(xp.cumulative_sum(fresh), xp.searchsorted(ordered, values), axis=0)
        places.append(xp.astype(dense, like.dtype))
    return _correlation(*(place - xp.mean(place) for place in places))


@of_spearman(
    "epsilon",
    "Adds 1e-6 to the product of the deviations against division by zero: correlations shrink towards 0.",
    reference="torchmetrics#3465",
)
def spearman_epsilon(x: Any, y: Any, /) -> Any:
    xp, like = _xp(x, y), spearman(x, y)
    a, b = (xp.astype(_centred_ranks(values), like.dtype) for values in (x, y))
    spread = xp.sqrt(xp.mean(a * a)) * xp.sqrt(xp.mean(b * b))
    return xp.mean(a * b) / (spread + 1e-6)


@of_spearman(
    "one-group",
    "Averages the ranks of the largest group of ties only: the other ties keep the order of the input.",
    reference="torchmetrics#444",
)
def spearman_one_group(x: Any, y: Any, /) -> Any:
    xp, like = _xp(x, y), spearman(x, y)
    sides = []
    for values in (x, y):
        ordered = xp.sort(values)
        first = xp.searchsorted(ordered, values)
        counts = xp.searchsorted(ordered, values, side="right") - first
        most = xp.take(values, xp.argmax(xp.where(counts == xp.max(counts), -first, -values.shape[0] - 1)))
        plain = xp.astype(xp.argsort(xp.argsort(values)) + 1, like.dtype)
        ranks = xp.where(values == most, xp.astype(rank(values), like.dtype), plain)
        sides.append(ranks - xp.mean(ranks))
    return _correlation(*sides)
