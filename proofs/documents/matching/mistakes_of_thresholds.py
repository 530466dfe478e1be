"""How people get the best threshold wrong."""

import math
from typing import Any

from .... import _libraries
from ...._libraries import array_namespace as _xp
from ....matching import Threshold, best_threshold
from ...language.mistake import MistakesOf

of_best_threshold = MistakesOf("matching.best_threshold")


def _cuts(scores: Any, labels: Any, metric: Any, *, keep_ties: bool) -> tuple[list[float], list[float]]:
    """Sorted scores, and the metric with the k lowest negative for k = 0 … n; all scores are made
    different first unless ties are kept."""
    xp = _xp(scores, labels)
    order = xp.argsort(scores)
    ordered = [float(s) for s in xp.take(scores, order, axis=0)]
    values: list[float] = []

    def record(*counts: Any) -> Any:
        values.extend(float(v) for v in _METRICS.get(metric, metric)(*counts))
        return counts[0]

    places = xp.arange(scores.shape[0], dtype=scores.dtype, device=_libraries.device(scores))
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


@of_best_threshold(
    "splits-ties",
    "Tries a cut after every sorted score, also between equal ones, which no threshold makes.",
    reference="sentence-transformers#384",
)
def threshold_splits_ties(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    ordered, values = _cuts(scores, labels, metric, keep_ties=False)
    k = _first_best(values)
    return Threshold(_midpoint(ordered, k), values[k])


@of_best_threshold(
    "not-below",
    "Finds the cut for score ≥ threshold and returns the score itself, which score > threshold excludes.",
    reference="deeplearning4j#4473",
)
def threshold_not_below(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    ordered, values = _cuts(scores, labels, metric, keep_ties=True)
    k = _first_best(values)
    return Threshold([*ordered, math.inf][k], values[k])


@of_best_threshold(
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


@of_best_threshold(
    "no-cut-above-all",
    "Never tries the cut above all scores, where all are negative: without positives it calls all positive.",
    reference="anomalib#3357",
)
def threshold_no_cut_above_all(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    return _without_end(scores, labels, metric, -1)


@of_best_threshold("no-cut-below-all", "Never tries the cut below all scores, at which all are positive.")
def threshold_no_cut_below_all(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    return _without_end(scores, labels, metric, 0)


@of_best_threshold(
    "empty-f1-is-one",
    "Sets F1 to 1 at 0/0, as libraries offer: without positive labels it is best to find nothing.",
)
def threshold_empty_f1_is_one(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    ordered, values = _cuts(scores, labels, metric, keep_ties=True)
    values = [1.0 if math.isnan(v) else v for v in values]
    k = _first_best(values)
    return Threshold(_midpoint(ordered, k), values[k])


@of_best_threshold(
    "ternary-search",
    "Takes the metric to be unimodal in the threshold and narrows an interval of cuts by thirds.",
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


@of_best_threshold(
    "counts-reversed",
    "Hands a metric the counts in the order tn, fp, fn, tp, in which a raveled confusion matrix has them.",
)
def threshold_counts_reversed(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    if not callable(metric):
        return best_threshold(scores, labels, metric=metric)
    return best_threshold(scores, labels, metric=lambda tp, fp, fn, tn: metric(tn, fp, fn, tp))


@of_best_threshold(
    "plain-midpoint",
    "Takes (a + b)/2 as it is: it overflows for large scores, and of neighbours may round to the upper.",
)
def threshold_plain_midpoint(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    xp = _xp(scores, labels)
    ordered, _ = _cuts(scores, labels, metric, keep_ties=True)
    threshold, value = best_threshold(scores, labels, metric=metric)
    above = [s for s in ordered if s > threshold]
    if math.isinf(threshold) or not above:
        return Threshold(threshold, value)
    pair = [max(s for s in ordered if s <= threshold), above[0]]
    low, high = xp.asarray(pair, dtype=scores.dtype, device=_libraries.device(scores))
    return Threshold(float((low + high) / 2), value)


@of_best_threshold("highest", "Keeps the last of equally good cuts (≥ while scanning upwards).")
def threshold_highest(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    ordered, values = _cuts(scores, labels, metric, keep_ties=True)
    values = [0.0 if math.isnan(v) else v for v in values]
    k = max(range(len(values)), key=lambda k: (values[k], k))
    return Threshold(_midpoint(ordered, k), values[k])


@of_best_threshold("at-a-score", "Returns the score below the cut: no margin to either side.")
def threshold_at_a_score(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    ordered, _ = _cuts(scores, labels, metric, keep_ties=True)
    threshold, value = best_threshold(scores, labels, metric=metric)
    return Threshold(max((s for s in ordered if s <= threshold), default=-math.inf), value)


@of_best_threshold("finite-ends", "Puts the ends 1 beyond the extreme scores instead of ±inf.")
def threshold_finite_ends(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    ordered, _ = _cuts(scores, labels, metric, keep_ties=True)
    threshold, value = best_threshold(scores, labels, metric=metric)
    return Threshold(min(max(threshold, ordered[0] - 1), ordered[-1] + 1), value)


@of_best_threshold(
    "grid", "Tries the fixed cuts 0, 0.01, … 0.99, as for probabilities, and returns the best of this grid."
)
def threshold_grid(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Threshold:
    xp = _xp(scores, labels)
    best = Threshold(0.0, -math.inf)
    for cut in range(100):
        # Scores 1 and −1 on both sides of a cut have one cut between them; all on one side have none.
        sides = xp.where(scores > cut / 100, xp.ones_like(scores), -xp.ones_like(scores))
        value = _value_at_zero(sides, labels, metric)
        best = Threshold(cut / 100, value) if value > best.value else best
    return best


def _value_at_zero(sides: Any, labels: Any, metric: Any) -> float:
    """The metric where what is above 0 is called positive."""
    xp = _xp(sides, labels)
    said, true = sides > 0, labels == 1
    tp, fp, fn, tn = (
        xp.sum(xp.astype(a & b, sides.dtype), keepdims=True)
        for a, b in ((said, true), (said, ~true), (~said, true), (~said, ~true))
    )
    if metric == "accuracy":
        return float((tp + tn)[0]) / sides.shape[0]
    if metric == "f1":
        return float((2 * tp)[0]) / max(float((2 * tp + fp + fn)[0]), 1.0)
    return float(metric(tp, fp, fn, tn)[0])


@of_best_threshold(
    "low-is-positive", "Takes low scores to be positive, as distances are: the scores with the opposite sign."
)
def threshold_low_is_positive(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Threshold:
    found = best_threshold(-scores, labels, metric=metric)
    return Threshold(-found.threshold, found.value)
