"""How people get matching wrong."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import array_api_compat

from ....matching import (
    ClassWeights,
    Threshold,
    best_class_weights,
    best_threshold,
    cosent_gradient,
    cosent_loss,
    cosine_similarity,
    factor_similarity,
    jl_project,
    nearest_semidefinite,
    rank,
    sbert_features,
)
from ...language.mistake import mistake

# Cosines


@mistake(
    "matching.cosine_similarity",
    "one-side",
    "Normalises the queries only: the ranking for one query survives, the values do not.",
)
def cosine_one_side(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    xp = array_api_compat.array_namespace(u, v)
    return xp.sum(u * v, axis=axis) / xp.sqrt(xp.sum(u * u, axis=axis))


@mistake(
    "matching.cosine_similarity",
    "plain-norms",
    "Squares the entries as they are: large vectors overflow to 0 or NaN, small ones underflow to NaN.",
)
def cosine_plain_norms(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    xp = array_api_compat.array_namespace(u, v)
    norms = xp.sqrt(xp.sum(u * u, axis=axis)) * xp.sqrt(xp.sum(v * v, axis=axis))
    return xp.sum(u * v, axis=axis) / norms


@mistake(
    "matching.cosine_similarity",
    "epsilon",
    "Adds 1e-8 to the norms against division by zero: the cosine of small vectors shrinks towards 0.",
)
def cosine_epsilon(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    xp = array_api_compat.array_namespace(u, v)
    norms = xp.sqrt(xp.sum(u * u, axis=axis)) * xp.sqrt(xp.sum(v * v, axis=axis))
    return xp.sum(u * v, axis=axis) / (norms + 1e-8)


@mistake(
    "matching.cosine_similarity",
    "zero-is-zero",
    "Calls a zero vector orthogonal to everything, which hides empty inputs.",
)
def cosine_zero_is_zero(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    xp = array_api_compat.array_namespace(u, v)
    cosine = cosine_similarity(u, v, axis=axis)
    return xp.where(xp.isnan(cosine), xp.zeros_like(cosine), cosine)


@mistake("matching.check_nonzero", "sum", "Tests the sum of the entries, which is 0 for (1, −1) too.")
def nonzero_sum(vectors: Any, /, *, axis: int = -1) -> Any:
    xp = array_api_compat.array_namespace(vectors)
    total = xp.sum(vectors, axis=axis)
    return (total != 0) & xp.isfinite(total)


@mistake("matching.check_nonzero", "every-entry", "Writes all for any: one zero entry condemns the vector.")
def nonzero_every_entry(vectors: Any, /, *, axis: int = -1) -> Any:
    xp = array_api_compat.array_namespace(vectors)
    return xp.all(xp.isfinite(vectors) & (vectors != 0), axis=axis)


@mistake("matching.sbert_features", "signed", "Takes u − v for |u − v|: the features depend on the order.")
def features_signed(u: Any, v: Any, /) -> Any:
    xp = array_api_compat.array_namespace(u, v)
    u, v = xp.broadcast_arrays(u, v)
    return xp.concat([u, v, u - v], axis=-1)


@mistake("matching.sbert_features", "squared", "Takes (u − v)² for |u − v|, as in other matching networks.")
def features_squared(u: Any, v: Any, /) -> Any:
    xp = array_api_compat.array_namespace(u, v)
    d = u.shape[-1]
    features = sbert_features(u, v)
    return xp.concat([features[..., : 2 * d], features[..., 2 * d :] ** 2], axis=-1)


# CoSENT


def _exponents(cosines: Any, labels: Any, scale: float, *, ties: bool = False) -> tuple[Any, Any, Any]:
    """The exponents of all ordered pairs, −inf elsewhere; the namespace and the pairs beside."""
    xp = array_api_compat.array_namespace(cosines, labels)
    ordered = labels[:, None] >= labels[None, :] if ties else labels[:, None] > labels[None, :]
    exponents = scale * (cosines[None, :] - cosines[:, None])
    return xp.where(ordered, exponents, xp.full_like(exponents, -xp.inf)), ordered, xp


def _log_sum(exponents: Any, start: float, xp: Any) -> Any:
    """log(start + Σ exp x), shifted by the largest exponent or 0."""
    flat = xp.reshape(exponents, (-1,))
    flat = xp.concat([flat, xp.zeros((1,), dtype=flat.dtype, device=array_api_compat.device(flat))])
    peak = xp.max(flat)
    total = xp.sum(xp.exp(flat[:-1] - peak))
    return (xp.log1p(total + (start * xp.exp(-peak) - 1.0)) if start else xp.log(total)) + peak


@mistake(
    "matching.cosent_loss",
    "reversed",
    "Takes y_i < y_j (or c_i − c_j): the loss rewards the wrong order.",
)
def loss_reversed(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return cosent_loss(-cosines, labels, scale=scale)


@mistake(
    "matching.cosent_loss", "no-one", "Leaves out the 1 +: the loss of a perfect order falls without end."
)
def loss_no_one(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, _, xp = _exponents(cosines, labels, scale)
    return _log_sum(exponents, 0.0, xp)


@mistake(
    "matching.cosent_loss",
    "scaled-twice",
    "Gets cosines that the model has scaled already, and scales them again.",
)
def loss_scaled_twice(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return cosent_loss(scale * cosines, labels, scale=scale)


@mistake(
    "matching.cosent_loss",
    "scale-outside",
    "Multiplies the logarithm instead of the exponents by the scale, as with a temperature on the loss.",
)
def loss_scale_outside(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return scale * cosent_loss(cosines, labels, scale=1.0)


@mistake(
    "matching.cosent_loss",
    "ties-count",
    "Writes ≥ for >: pairs of equal label, and each pair with itself, are pushed apart.",
)
def loss_ties_count(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, _, xp = _exponents(cosines, labels, scale, ties=True)
    return _log_sum(exponents, 1.0, xp)


@mistake(
    "matching.cosent_loss",
    "mean",
    "Averages over the ordered pairs, as losses usually do: the loss no longer bounds the largest gap.",
)
def loss_mean(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, ordered, xp = _exponents(cosines, labels, scale)
    count = xp.sum(xp.astype(ordered, cosines.dtype))
    return _log_sum(exponents - xp.log(xp.maximum(count, xp.ones_like(count))), 1.0, xp)


@mistake(
    "matching.cosent_loss",
    "one-shift",
    "Uses one prefix sum of exp(scale·(c − max c)): groups far below the maximum underflow, 400 becomes 0.",
)
def loss_one_shift(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    _, ordered, xp = _exponents(cosines, labels, scale)
    shifted = scale * (cosines - (xp.max(cosines) if cosines.shape[0] else 0.0))
    below = xp.sum(xp.where(ordered, xp.exp(shifted)[None, :], xp.zeros_like(shifted)), axis=1)
    return _log_sum(xp.log(below) - shifted, 1.0, xp)


@mistake(
    "matching.cosent_loss",
    "log-of-sum",
    "Appends 0 to the exponents and takes their log-sum-exp: of a loss far below 1 the digits are lost.",
    reference="CoSENTLoss of sentence-transformers",
)
def loss_log_of_sum(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, _, xp = _exponents(cosines, labels, scale)
    flat = xp.reshape(exponents, (-1,))
    flat = xp.concat([flat, xp.zeros((1,), dtype=flat.dtype, device=array_api_compat.device(flat))])
    peak = xp.max(flat)
    return xp.log(xp.sum(xp.exp(flat - peak))) + peak


@mistake(
    "matching.cosent_loss",
    "next-grade-only",
    "Compares each grade with the next lower one only, as if that implied the rest.",
)
def loss_next_grade_only(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, _, xp = _exponents(cosines, labels, scale)
    adjacent = labels[:, None] - labels[None, :] == 1
    return _log_sum(xp.where(adjacent, exponents, xp.full_like(exponents, -xp.inf)), 1.0, xp)


@mistake(
    "matching.cosent_loss",
    "label-gaps",
    "Adds the difference of the labels as a margin, so that their names matter and not only their order.",
)
def loss_label_gaps(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, _, xp = _exponents(cosines, labels, scale)
    margins = xp.astype(labels[:, None] - labels[None, :], cosines.dtype)
    return _log_sum(exponents + margins, 1.0, xp)


@mistake("matching.cosent_loss_pairwise", "ties-count", "Writes ≥ for >: equal labels and i = j count.")
def pairwise_ties_count(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return loss_ties_count.replacement(cosines, labels, scale=scale)


@mistake(
    "matching.cosent_loss_pairwise",
    "no-one",
    "Leaves out the 1 +, which an ordered set of pairs leaves as log 1 = 0.",
)
def pairwise_no_one(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return loss_no_one.replacement(cosines, labels, scale=scale)


@mistake(
    "matching.cosent_gradient", "descent", "Returns the direction of descent: the sign of the sums swapped."
)
def gradient_descent(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return -cosent_gradient(cosines, labels, scale=scale)


@mistake("matching.cosent_gradient", "unscaled", "Forgets the inner derivative, the factor scale.")
def gradient_unscaled(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return cosent_gradient(cosines, labels, scale=scale) / scale


@mistake(
    "matching.cosent_gradient",
    "half",
    "Differentiates with respect to the lower pair of each two only, as with a stopped gradient.",
)
def gradient_half(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, _, xp = _exponents(cosines, labels, scale)
    return scale * xp.sum(xp.exp(exponents - _log_sum(exponents, 1.0, xp)), axis=0)


@mistake(
    "matching.cosent_gradient",
    "no-one",
    "Uses a plain softmax over the pairs: the 1 in the denominator is missing.",
)
def gradient_no_one(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, _, xp = _exponents(cosines, labels, scale)
    weights = xp.exp(exponents - _log_sum(exponents, 0.0, xp))
    return scale * (xp.sum(weights, axis=0) - xp.sum(weights, axis=1))


@mistake(
    "matching.cosent_gradient",
    "sorted-order",
    "Sorts by label and forgets to bring the result back into the order of the input.",
)
def gradient_sorted_order(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = array_api_compat.array_namespace(cosines, labels)
    return xp.take(cosent_gradient(cosines, labels, scale=scale), xp.argsort(labels), axis=0)


# Ranks


def _places(x: Any) -> Any:
    """Places from 0 in the sorted order, ties in the order of the input."""
    xp = array_api_compat.array_namespace(x)
    return xp.argsort(xp.argsort(x))


def _pearson(a: Any, b: Any) -> Any:
    xp = array_api_compat.array_namespace(a, b)
    a, b = a - xp.mean(a), b - xp.mean(b)
    return xp.sum(a * b) / xp.sqrt(xp.sum(a * a) * xp.sum(b * b))


@mistake("matching.rank", "ordinal", "Sorts twice: ties get different ranks, in the order of the input.")
def rank_ordinal(x: Any, /) -> Any:
    xp = array_api_compat.array_namespace(x)
    return xp.astype(_places(x) + 1, x.dtype)


@mistake("matching.rank", "dense", "Numbers the distinct values, as the inverse of `unique` does.")
def rank_dense(x: Any, /) -> Any:
    xp = array_api_compat.array_namespace(x)
    ordered = xp.sort(x)
    fresh = xp.concat([xp.ones_like(x[:1]), xp.astype(ordered[1:] > ordered[:-1], x.dtype)])
    return xp.take(xp.cumulative_sum(fresh), xp.searchsorted(ordered, x), axis=0)


@mistake("matching.rank", "lowest", "Gives ties the lowest of their ranks, as in sports.")
def rank_lowest(x: Any, /) -> Any:
    xp = array_api_compat.array_namespace(x)
    return xp.astype(xp.searchsorted(xp.sort(x), x) + 1, x.dtype)


@mistake("matching.rank", "from-zero", "Counts places from 0, as indices are.")
def rank_from_zero(x: Any, /) -> Any:
    return rank(x) - 1


@mistake(
    "matching.spearman", "raw-values", "Computes Pearson's correlation of the values, not of their ranks."
)
def spearman_raw_values(x: Any, y: Any, /) -> Any:
    return _pearson(x, _as(y, x))


def _as(y: Any, x: Any) -> Any:
    """y in the dtype of x."""
    return array_api_compat.array_namespace(x, y).astype(y, x.dtype)


@mistake(
    "matching.spearman",
    "ordinal",
    "Ranks by sorting twice, so the result depends on the order of tied pairs.",
)
def spearman_ordinal(x: Any, y: Any, /) -> Any:
    return _pearson(_as(_places(x), x), _as(_places(y), x))


@mistake(
    "matching.spearman",
    "no-ties-formula",
    "Uses 1 − 6Σd²/(n(n²−1)), which holds without ties only.",
)
def spearman_no_ties_formula(x: Any, y: Any, /) -> Any:
    xp = array_api_compat.array_namespace(x, y)
    n, d = x.shape[0], rank(x) - rank(_as(y, x))
    return 1 - 6 * xp.sum(d * d) / max(n * (n * n - 1), 1)


@mistake(
    "matching.spearman",
    "int32-ties",
    "Sums the tie correction t³ − t in 32-bit integers, which overflow from 1291 equal values on.",
    reference="scipy#5553",
)
def spearman_int32_ties(x: Any, y: Any, /) -> Any:
    xp = array_api_compat.array_namespace(x, y)
    n, d = x.shape[0], rank(x) - rank(_as(y, x))

    def spread(values: Any) -> Any:
        counts = xp.astype(xp.unique_counts(values).counts, xp.int32)
        return (n**3 - n - xp.astype(xp.sum(counts**3 - counts, dtype=xp.int32), x.dtype)) / 12

    a, b = spread(x), spread(_as(y, x))
    return (a + b - xp.sum(d * d)) / (2 * xp.sqrt(a * b))


@mistake("matching.spearman", "kendall", "Compares signs of differences: Kendall's τ_b under the wrong name.")
def spearman_kendall(x: Any, y: Any, /) -> Any:
    xp = array_api_compat.array_namespace(x, y)
    a, b = (xp.sign(rank(v)[:, None] - rank(v)[None, :]) for v in (x, _as(y, x)))
    return xp.sum(a * b) / xp.sqrt(xp.sum(a * a) * xp.sum(b * b))


# Thresholds and weights


def _cuts(scores: Any, labels: Any, metric: Any, *, keep_ties: bool) -> tuple[list[float], list[float]]:
    """Sorted scores, and the metric with the k lowest negative for k = 0 … n; all scores are made
    different first unless ties are kept."""
    xp = array_api_compat.array_namespace(scores, labels)
    order = xp.argsort(scores)
    ordered = [float(s) for s in xp.take(scores, order, axis=0)]
    values: list[float] = []

    def record(*counts: Any) -> Any:
        values.extend(float(v) for v in _METRICS.get(metric, metric)(*counts))
        return counts[0]

    places = xp.arange(scores.shape[0], dtype=scores.dtype, device=array_api_compat.device(scores))
    best_threshold(places, xp.take(labels, order, axis=0), metric=record)
    if keep_ties:
        edges = [-math.inf, *ordered, math.inf]
        values = [v if edges[k] < edges[k + 1] else -math.inf for k, v in enumerate(values)]
    return ordered, values


_METRICS: dict[Any, Any] = {
    "accuracy": lambda tp, fp, fn, tn: (tp + tn) / (tp + fp + fn + tn),
    "f1": lambda tp, fp, fn, tn: 2 * tp / (2 * tp + fp + fn),
}


def _midpoint(ordered: list[float], k: int) -> float:
    if k in (0, len(ordered)):
        return -math.inf if k == 0 else math.inf
    return ordered[k - 1] / 2 + ordered[k] / 2


def _first_best(values: list[float]) -> int:
    """The place of the largest number."""
    return max(range(len(values)), key=lambda k: (-math.inf if math.isnan(values[k]) else values[k], -k))


@mistake(
    "matching.best_threshold",
    "splits-ties",
    "Tries a cut after every sorted score, also between equal ones, which no threshold makes.",
    reference="sentence-transformers#384",
)
def threshold_splits_ties(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    ordered, values = _cuts(scores, labels, metric, keep_ties=False)
    k = _first_best(values)
    return Threshold(_midpoint(ordered, k), values[k])


@mistake(
    "matching.best_threshold",
    "not-below",
    "Finds the cut for score ≥ threshold and returns the score itself, which score > threshold excludes.",
    reference="deeplearning4j#4473",
)
def threshold_not_below(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    ordered, values = _cuts(scores, labels, metric, keep_ties=True)
    k = _first_best(values)
    return Threshold([*ordered, math.inf][k], values[k])


@mistake(
    "matching.best_threshold",
    "no-ends",
    "Tries only cuts between two scores: all positive and all negative are missing.",
    reference="sentence-transformers PR#4023",
)
def threshold_no_ends(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    ordered, values = _cuts(scores, labels, metric, keep_ties=True)
    inner = values[1:-1]
    if not inner or max(inner) == -math.inf:
        return best_threshold(scores, labels, metric=metric)
    k = 1 + _first_best(inner)
    return Threshold(_midpoint(ordered, k), values[k])


def _without_end(scores: Any, labels: Any, metric: Any, end: int) -> Threshold:
    """The best cut where the lowest (0) or the highest (−1) is missing."""
    ordered, values = _cuts(scores, labels, metric, keep_ties=True)
    values[end] = -math.inf
    k = _first_best(values)
    if values[k] == -math.inf:  # there is no other
        return best_threshold(scores, labels, metric=metric)
    return Threshold(_midpoint(ordered, k), values[k])


@mistake(
    "matching.best_threshold",
    "no-cut-above-all",
    "Never tries the cut above all scores, where all are negative: without positives it calls all positive.",
    reference="anomalib#3357",
)
def threshold_no_cut_above_all(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    return _without_end(scores, labels, metric, -1)


@mistake(
    "matching.best_threshold",
    "no-cut-below-all",
    "Never tries the cut below all scores, at which all are positive.",
)
def threshold_no_cut_below_all(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    return _without_end(scores, labels, metric, 0)


@mistake(
    "matching.best_threshold",
    "empty-f1-is-one",
    "Sets F1 to 1 at 0/0, as libraries offer: without positive labels it is best to find nothing.",
)
def threshold_empty_f1_is_one(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    ordered, values = _cuts(scores, labels, metric, keep_ties=True)
    values = [1.0 if math.isnan(v) else v for v in values]
    k = _first_best(values)
    return Threshold(_midpoint(ordered, k), values[k])


@mistake(
    "matching.best_threshold",
    "ternary-search",
    "Takes the metric for unimodal in the threshold and narrows an interval of cuts by thirds.",
)
def threshold_ternary_search(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    ordered, values = _cuts(scores, labels, metric, keep_ties=True)
    cuts = [k for k, v in enumerate(values) if v != -math.inf]
    low, high = 0, len(cuts) - 1
    while high - low > 2:
        left, right = low + (high - low) // 3, high - (high - low) // 3
        if values[cuts[left]] < values[cuts[right]]:
            low = left
        else:
            high = right
    k = max(cuts[low : high + 1], key=lambda k: values[k])
    return Threshold(_midpoint(ordered, k), values[k])


@mistake(
    "matching.best_threshold",
    "counts-reversed",
    "Hands a metric the counts in the order tn, fp, fn, tp, in which a raveled confusion matrix has them.",
)
def threshold_counts_reversed(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    if not callable(metric):
        return best_threshold(scores, labels, metric=metric)
    return best_threshold(scores, labels, metric=lambda tp, fp, fn, tn: metric(tn, fp, fn, tp))


@mistake(
    "matching.best_threshold",
    "plain-midpoint",
    "Takes (a + b)/2 as it is: it overflows for large scores, and of neighbours may round to the upper.",
)
def threshold_plain_midpoint(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    xp = array_api_compat.array_namespace(scores, labels)
    ordered, _ = _cuts(scores, labels, metric, keep_ties=True)
    threshold, value = best_threshold(scores, labels, metric=metric)
    above = [s for s in ordered if s > threshold]
    if math.isinf(threshold) or not above:
        return Threshold(threshold, value)
    pair = [max(s for s in ordered if s <= threshold), above[0]]
    low, high = xp.asarray(pair, dtype=scores.dtype, device=array_api_compat.device(scores))
    return Threshold(float((low + high) / 2), value)


@mistake(
    "matching.best_threshold", "highest", "Keeps the last of equally good cuts (≥ while scanning upwards)."
)
def threshold_highest(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    ordered, values = _cuts(scores, labels, metric, keep_ties=True)
    values = [0.0 if math.isnan(v) else v for v in values]
    k = max(range(len(values)), key=lambda k: (values[k], k))
    return Threshold(_midpoint(ordered, k), values[k])


@mistake(
    "matching.best_threshold", "at-a-score", "Returns the score below the cut: no margin to either side."
)
def threshold_at_a_score(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    ordered, _ = _cuts(scores, labels, metric, keep_ties=True)
    threshold, value = best_threshold(scores, labels, metric=metric)
    return Threshold(max((s for s in ordered if s <= threshold), default=-math.inf), value)


@mistake(
    "matching.best_threshold", "finite-ends", "Puts the ends 1 beyond the extreme scores in place of ±inf."
)
def threshold_finite_ends(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    ordered, _ = _cuts(scores, labels, metric, keep_ties=True)
    threshold, value = best_threshold(scores, labels, metric=metric)
    return Threshold(min(max(threshold, ordered[0] - 1), ordered[-1] + 1), value)


def _weigh(probabilities: Any, labels: Any, weights: Any, *, ties: bool = False) -> Any:
    """These weights, with the accuracy that they reach."""
    xp = array_api_compat.array_namespace(probabilities, labels)
    scores = probabilities * weights
    columns = xp.arange(scores.shape[1], dtype=labels.dtype, device=array_api_compat.device(labels))
    mine = columns[None, :] == labels[:, None]
    own = xp.sum(xp.where(mine, scores, xp.zeros_like(scores)), axis=1)[:, None]
    beaten = (own >= scores) if ties else (own > scores)
    right = int(xp.sum(xp.astype(xp.all(beaten | mine, axis=1), xp.int64)))
    return ClassWeights(
        weights, right / scores.shape[0], "optimal" if scores.shape[1] <= 3 else "coordinatewise"
    )


@mistake("matching.best_class_weights", "untuned", "Returns equal weights: argmax was taken for optimal.")
def weights_untuned(probabilities: Any, labels: Any, /, *, exact_rows: int = 1000) -> Any:
    xp = array_api_compat.array_namespace(probabilities)
    return _weigh(probabilities, labels, xp.ones_like(probabilities[0, :]))


@mistake(
    "matching.best_class_weights",
    "inverse-frequency",
    "Divides by the class frequencies and does not compare with equal weights, which may be better.",
    reference="mlr#2731",
)
def weights_inverse_frequency(probabilities: Any, labels: Any, /, *, exact_rows: int = 1000) -> Any:
    xp = array_api_compat.array_namespace(probabilities, labels)
    columns = xp.arange(probabilities.shape[1], dtype=labels.dtype, device=array_api_compat.device(labels))
    counts = xp.sum(xp.astype(columns[None, :] == labels[:, None], probabilities.dtype), axis=0)
    return _weigh(probabilities, labels, 1 / (counts + 1))


@mistake(
    "matching.best_class_weights",
    "ties-are-right",
    "Writes ≥ for >: weights that make two classes equal count as right, though argmax takes the first.",
)
def weights_ties_are_right(probabilities: Any, labels: Any, /, *, exact_rows: int = 1000) -> Any:
    found = best_class_weights(probabilities, labels, exact_rows=exact_rows)
    return _weigh(probabilities, labels, _to_powers_of_two(found.weights), ties=True)


def _to_powers_of_two(weights: Any) -> Any:
    """Weights rounded to powers of two, which meet the ties of simple probabilities."""
    xp = array_api_compat.array_namespace(weights)
    return xp.exp(xp.round(xp.log(weights) / math.log(2)) * math.log(2))


@mistake(
    "matching.best_class_weights",
    "coarse-grid",
    "Searches the grid 0.5, 1, 1.5, 2 for each weight and calls the best of it optimal.",
)
def weights_coarse_grid(probabilities: Any, labels: Any, /, *, exact_rows: int = 1000) -> Any:
    xp = array_api_compat.array_namespace(probabilities, labels)
    best = _weigh(probabilities, labels, xp.ones_like(probabilities[0, :]))
    where = {"dtype": probabilities.dtype, "device": array_api_compat.device(probabilities)}
    for grid in itertools.product((0.5, 1.0, 1.5, 2.0), repeat=probabilities.shape[1]):
        found = _weigh(probabilities, labels, xp.asarray(grid, **where))
        best = found if found.accuracy > best.accuracy else best
    return best


# Similarity and projection


def _eigen(matrix: Any, change: Callable[[Any, Any], Any]) -> Any:
    """V f(Λ) Vᵀ of the symmetric part, symmetric itself."""
    xp = array_api_compat.array_namespace(matrix)
    values, vectors = xp.linalg.eigh((matrix + matrix.mT) / 2)
    result = xp.matmul(vectors * change(values, xp)[..., None, :], vectors.mT)
    return (result + result.mT) / 2


@mistake(
    "matching.nearest_semidefinite",
    "absolute",
    "Takes |λ| for the negative eigenvalues, as from a singular value decomposition: twice as far away.",
)
def nearest_absolute(matrix: Any, /) -> Any:
    return _eigen(matrix, lambda values, xp: xp.abs(values))


@mistake(
    "matching.nearest_semidefinite",
    "shifted",
    "Adds −λ_min to all eigenvalues: semidefinite, but not the nearest.",
)
def nearest_shifted(matrix: Any, /) -> Any:
    return _eigen(
        matrix,
        lambda values, xp: values - xp.minimum(values[..., :1], xp.zeros_like(values[..., :1])),
    )


@mistake(
    "matching.nearest_semidefinite",
    "one-triangle",
    "Hands the matrix to eigh as it is, which reads one triangle only.",
)
def nearest_one_triangle(matrix: Any, /) -> Any:
    xp = array_api_compat.array_namespace(matrix)
    lower = xp.tril(matrix)
    return nearest_semidefinite(lower + xp.tril(matrix, k=-1).mT)


@mistake("matching.factor_similarity", "no-root", "Multiplies by λ in place of √λ: gives S² for S.")
def factor_no_root(similarity: Any, /) -> Any:
    xp = array_api_compat.array_namespace(similarity)
    factor = factor_similarity(similarity)
    return factor * xp.sqrt(xp.sum(factor * factor, axis=0))


@mistake(
    "matching.factor_similarity",
    "transposed",
    "Takes the eigenvectors for rows, where eigh returns columns.",
)
def factor_transposed(similarity: Any, /) -> Any:
    xp = array_api_compat.array_namespace(similarity)
    rank_ = factor_similarity(similarity).shape[1]
    values, vectors = xp.linalg.eigh(similarity)
    first = similarity.shape[0] - rank_
    return vectors.mT[:, first:] * xp.sqrt(values[first:])


@mistake(
    "matching.factor_similarity",
    "unit-rows",
    "Normalises the vectors, as embeddings usually are: the diagonal of S is lost.",
)
def factor_unit_rows(similarity: Any, /) -> Any:
    xp = array_api_compat.array_namespace(similarity)
    factor = factor_similarity(similarity)
    norms = xp.sqrt(xp.sum(factor * factor, axis=1, keepdims=True))
    return factor / xp.where(norms > 0, norms, xp.ones_like(norms))


@mistake(
    "matching.factor_similarity",
    "all-columns",
    "Keeps the columns of zero eigenvalues: n dimensions where the rank suffices.",
)
def factor_all_columns(similarity: Any, /) -> Any:
    xp = array_api_compat.array_namespace(similarity)
    values, vectors = xp.linalg.eigh(similarity)
    return vectors * xp.sqrt(xp.where(values > 0, values, xp.zeros_like(values)))


@mistake(
    "matching.factor_similarity",
    "loose-rank",
    "Drops eigenvalues below a thousandth of the largest, as one does with principal components.",
)
def factor_loose_rank(similarity: Any, /) -> Any:
    xp = array_api_compat.array_namespace(similarity)
    factor = factor_similarity(similarity)
    sizes = xp.sum(factor * factor, axis=0)  # the eigenvalues, in increasing order
    if not factor.shape[1]:
        return factor
    return factor[:, int(xp.sum(xp.astype(sizes < sizes[-1] / 1000, xp.int32))) :]


@mistake(
    "matching.jl_project",
    "scaled-again",
    "Divides by √m once more: the directions have variance 1/m already.",
)
def project_scaled_again(vectors: Any, directions: Any, /) -> Any:
    return jl_project(vectors, directions) / directions.shape[0] ** 0.5


@mistake("matching.jl_project", "unscaled", "Expects directions from N(0, 1): multiplies by √m too much.")
def project_unscaled(vectors: Any, directions: Any, /) -> Any:
    return jl_project(vectors, directions) * directions.shape[0] ** 0.5


@mistake(
    "matching.jl_project",
    "unit-directions",
    "Normalises the directions, which are not meant to be unit vectors.",
)
def project_unit_directions(vectors: Any, directions: Any, /) -> Any:
    xp = array_api_compat.array_namespace(vectors, directions)
    norms = xp.sqrt(xp.sum(directions * directions, axis=1, keepdims=True))
    return jl_project(vectors, directions / xp.where(norms > 0, norms, xp.ones_like(norms)))


@mistake("matching.rule_of_thumb_dimension", "binary-logarithm", "Reads log as log₂: 44 % more.")
def rule_binary_logarithm(n: int) -> float:
    return 8 * math.log2(n)


@mistake(
    "matching.ranking_dimension",
    "items",
    "Counts the n! rankings of the items for one query, not those of all pairs: far too few dimensions.",
)
def ranking_items(n: int) -> int:
    comparisons = n * (n - 1) // 2
    enough = (
        d for d in range(1, n + 1) if n * d * (1 + math.log(8 * comparisons / (n * d))) >= math.lgamma(n + 1)
    )
    return next(enough, n)


@mistake(
    "matching.ranking_dimension",
    "no-base",
    "Takes 2^V for the number of sign patterns, as if the coordinates' own signs decided the order.",
)
def ranking_no_base(n: int) -> int:
    pairs = n * (n - 1) // 2
    return max(1, math.ceil(math.lgamma(pairs + 1) / math.log(2) / n))
