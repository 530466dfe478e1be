"""How people get cosines, losses, ranks and correlations of pairs wrong, beyond mistakes.py."""

from typing import Any

import array_api_compat
from array_api_compat import array_namespace as _xp

from ....matching import cosent_gradient, cosent_loss, cosine_similarity, rank, spearman
from ...language.mistake import mistake
from .mistakes import _pearson

# Cosines


def _norm(x: Any, axis: int) -> Any:
    xp = _xp(x)
    return xp.sqrt(xp.sum(x * x, axis=axis))


@mistake(
    "matching.cosine_similarity",
    "roots-of-norms",
    "Takes the root of the norms, which have one already: ⟨u, v⟩ / √(‖u‖ ‖v‖).",
    reference="FastDeploy PR#648",
)
def cosine_roots_of_norms(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    dot = _xp(u, v).sum(u * v, axis=axis)
    return dot / (_xp(u).sqrt(_norm(u, axis)) * _xp(v).sqrt(_norm(v, axis)))


@mistake(
    "matching.cosine_similarity",
    "dot",
    "Takes the dot product, as for vectors that are normalised already: the norms are left out.",
)
def cosine_dot(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return _xp(u, v).sum(u * v, axis=axis)


@mistake(
    "matching.cosine_similarity",
    "squared-norms",
    "Divides by the squares of the norms: their roots are left out.",
)
def cosine_squared_norms(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return cosine_similarity(u, v, axis=axis) / (_norm(u, axis) * _norm(v, axis))


@mistake("matching.cosine_similarity", "distance", "Returns the cosine distance, 1 − the similarity.")
def cosine_distance(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return 1 - cosine_similarity(u, v, axis=axis)


@mistake(
    "matching.cosine_similarity",
    "centred",
    "Subtracts each vector's mean first, which gives Pearson's correlation.",
)
def cosine_centred(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(u, v)
    u, v = (x - xp.mean(x, axis=axis, keepdims=True) for x in (u, v))
    return cosine_similarity(u, v, axis=axis)


@mistake("matching.cosine_similarity", "absolute", "Takes the absolute value: opposite vectors are alike.")
def cosine_absolute(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return _xp(u, v).abs(cosine_similarity(u, v, axis=axis))


@mistake("matching.cosine_similarity", "angle", "Returns the angle itself, the arccos of the similarity.")
def cosine_angle(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return _xp(u, v).acos(cosine_similarity(u, v, axis=axis))


@mistake(
    "matching.cosine_similarity",
    "l1-norms",
    "Divides by the sums of the absolute values, l1-norms, in place of Euclidean norms.",
)
def cosine_l1_norms(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(u, v)
    sums = [xp.sum(xp.abs(x), axis=axis) for x in (u, v)]
    return cosine_similarity(u, v, axis=axis) * _norm(u, axis) / sums[0] * _norm(v, axis) / sums[1]


@mistake(
    "matching.cosine_similarity",
    "all-axes",
    "Takes the norm of the whole array, for want of an axis, so that vectors of a batch share it.",
)
def cosine_all_axes(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(u, v)
    whole = [xp.sqrt(xp.sum(x * x)) for x in (u, v)]
    return cosine_similarity(u, v, axis=axis) * _norm(u, axis) / whole[0] * _norm(v, axis) / whole[1]


@mistake("matching.check_nonzero", "not-finite", "Lets infinite and NaN entries pass: they are not 0.")
def nonzero_not_finite(vectors: Any, /, *, axis: int = -1) -> Any:
    return _xp(vectors).any(vectors != 0, axis=axis)


@mistake("matching.check_nonzero", "tolerance", "Counts vectors shorter than 1e-8 as zero.")
def nonzero_tolerance(vectors: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(vectors)
    return xp.all(xp.isfinite(vectors), axis=axis) & xp.any(xp.abs(vectors) > 1e-8, axis=axis)


@mistake("matching.check_nonzero", "negated", "Says which vectors have no direction, the opposite.")
def nonzero_negated(vectors: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(vectors)
    return ~(xp.all(xp.isfinite(vectors), axis=axis) & xp.any(vectors != 0, axis=axis))


# CoSENT


def _exponents(cosines: Any, labels: Any, scale: float) -> tuple[Any, Any]:
    """scale·(c_j − c_i), and whether y_i > y_j."""
    return scale * (cosines[None, :] - cosines[:, None]), labels[:, None] > labels[None, :]


@mistake(
    "matching.cosent_loss", "temperature", "Divides by the scale, as by a temperature, and not multiplies."
)
def loss_temperature(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return cosent_loss(cosines, labels, scale=1 / scale)


@mistake(
    "matching.cosent_loss",
    "masked-with-zero",
    "Masks the exponents of other pairs with 0 in place of −∞: each of them counts as e⁰ = 1.",
)
def loss_masked_with_zero(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = _xp(cosines, labels)
    ordered = labels[:, None] > labels[None, :]
    others = xp.sum(xp.astype(~ordered, cosines.dtype))
    loss = cosent_loss(cosines, labels, scale=scale)
    peak = xp.maximum(loss, xp.log(xp.maximum(others, xp.ones_like(others))))
    return peak + xp.log(xp.exp(loss - peak) + others * xp.exp(-peak))


@mistake(
    "matching.cosent_loss",
    "sum-of-logs",
    "Sums log(1 + exp) of each pair of pairs, in place of the logarithm of one sum of all of them.",
)
def loss_sum_of_logs(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = _xp(cosines, labels)
    exponents, ordered = _exponents(cosines, labels, scale)
    zero = xp.zeros_like(exponents)
    each = xp.maximum(exponents, zero) + xp.log1p(xp.exp(-xp.abs(exponents)))
    return xp.sum(xp.where(ordered, each, zero))


@mistake(
    "matching.cosent_loss", "hinge", "Takes the largest exponent or 0, a hinge, for the soft maximum of all."
)
def loss_hinge(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = _xp(cosines, labels)
    exponents, ordered = _exponents(cosines, labels, scale)
    violated = xp.where(ordered & (exponents > 0), exponents, xp.zeros_like(exponents))
    return xp.max(violated) if cosines.shape[0] else xp.sum(cosines)


@mistake(
    "matching.cosent_loss",
    "all-pairs-of-texts",
    "Ranks the similarities of every text with every other, (n, n), in place of those of the n pairs.",
    reference="sentence-transformers#3868",
)
def loss_all_pairs(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = _xp(cosines, labels)
    n = cosines.shape[0]
    if not n:
        return xp.sum(cosines)
    # Texts (c_i, 1)/‖·‖ and (1, c_j)/‖·‖, as an audit makes embeddings of cosines.
    size = xp.sqrt(cosines * cosines + 1)
    table = (cosines[:, None] + cosines[None, :]) / (size[:, None] * size[None, :])
    spread = xp.reshape(xp.broadcast_to(labels[:, None], (n, n)), (-1,))
    return cosent_loss(xp.reshape(table, (-1,)), spread, scale=scale)


@mistake(
    "matching.cosent_loss_pairwise", "reversed", "Takes c_i − c_j where y_i > y_j: rewards the wrong order."
)
def pairwise_reversed(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return cosent_loss(-cosines, labels, scale=scale)


@mistake(
    "matching.cosent_loss_pairwise",
    "each-once",
    "Runs over i < j only, so a pair of pairs counts or not by the order of the input.",
)
def pairwise_each_once(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = _xp(cosines, labels)
    exponents, ordered = _exponents(cosines, labels, scale)
    place = xp.arange(cosines.shape[0], device=array_api_compat.device(cosines))
    kept = ordered & (place[:, None] < place[None, :])
    flat = xp.reshape(xp.where(kept, exponents, xp.full_like(exponents, -xp.inf)), (-1,))
    if not flat.shape[0]:
        return xp.sum(cosines)
    peak = xp.maximum(xp.max(flat), xp.zeros_like(xp.max(flat)))
    return peak + xp.log1p(xp.sum(xp.exp(flat - peak)) + xp.expm1(-peak))


@mistake(
    "matching.cosent_gradient",
    "upper-half",
    "Differentiates with respect to the higher pair of each two only, the half that is pushed up.",
)
def gradient_upper_half(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = _xp(cosines, labels)
    exponents, ordered = _exponents(cosines, labels, scale)
    shares = xp.exp(exponents - cosent_loss(cosines, labels, scale=scale))
    return -scale * xp.sum(xp.where(ordered, shares, xp.zeros_like(shares)), axis=1)


@mistake(
    "matching.cosent_gradient",
    "of-the-sum",
    "Differentiates the sum and not its logarithm: the result is not divided by 1 + Σ.",
)
def gradient_of_the_sum(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    loss = cosent_loss(cosines, labels, scale=scale)
    return cosent_gradient(cosines, labels, scale=scale) * _xp(cosines).exp(loss)


# Ranks


@mistake("matching.rank", "highest", "Gives ties the highest of their ranks.")
def rank_highest(x: Any, /) -> Any:
    xp = _xp(x)
    return xp.astype(xp.searchsorted(xp.sort(x), x, side="right"), rank(x).dtype)


@mistake(
    "matching.rank",
    "argsort-once",
    "Takes argsort for the ranks: the places of the sorted values, the inverse permutation.",
)
def rank_argsort_once(x: Any, /) -> Any:
    xp = _xp(x)
    return xp.astype(xp.argsort(x) + 1, rank(x).dtype)


@mistake(
    "matching.spearman",
    "argsort-once",
    "Takes argsort for the ranks: the places of the sorted values, the inverse permutation.",
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


@mistake("matching.spearman", "one-ranked", "Ranks only one of the two and takes y as it is.")
def spearman_one_ranked(x: Any, y: Any, /) -> Any:
    xp, like = _xp(x, y), spearman(x, y)
    values = xp.astype(y, like.dtype)
    return xp.astype(_correlation(_centred_ranks(x), values - xp.mean(values)), like.dtype)


@mistake(
    "matching.spearman",
    "mixed-counts",
    "Divides the covariance by n and the variances by n − 1: too small by (n − 1)/n.",
)
def spearman_mixed_counts(x: Any, y: Any, /) -> Any:
    return spearman(x, y) * ((x.shape[0] - 1) / x.shape[0])


@mistake("matching.spearman", "not-centred", "Takes the cosine of the ranks: their mean is not subtracted.")
def spearman_not_centred(x: Any, y: Any, /) -> Any:
    like = spearman(x, y)
    return _xp(like).astype(_correlation(rank(x), rank(y)), like.dtype) + 0 * like


@mistake("matching.spearman", "dense", "Correlates dense ranks, which number the distinct values.")
def spearman_dense(x: Any, y: Any, /) -> Any:
    xp, like = _xp(x, y), spearman(x, y)
    places = []
    for values in (x, y):
        ordered = xp.sort(values)
        fresh = xp.concat([xp.zeros_like(ordered[:1]), xp.astype(ordered[1:] > ordered[:-1], values.dtype)])
        dense = xp.take(xp.cumulative_sum(fresh), xp.searchsorted(ordered, values), axis=0)
        places.append(xp.astype(dense, like.dtype))
    return _correlation(*(place - xp.mean(place) for place in places))


@mistake(
    "matching.spearman",
    "epsilon",
    "Adds 1e-6 to the product of the deviations against division by zero: correlations shrink towards 0.",
    reference="torchmetrics#3465",
)
def spearman_epsilon(x: Any, y: Any, /) -> Any:
    xp, like = _xp(x, y), spearman(x, y)
    a, b = (xp.astype(_centred_ranks(values), like.dtype) for values in (x, y))
    spread = xp.sqrt(xp.mean(a * a)) * xp.sqrt(xp.mean(b * b))
    return xp.mean(a * b) / (spread + 1e-6)


@mistake(
    "matching.spearman",
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
