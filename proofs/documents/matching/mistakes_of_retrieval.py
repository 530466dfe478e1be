"""How people get measures of rankings, and weights that balance classes, wrong."""

import math
from typing import Any

import numpy as np

from .... import matching
from ...._host import like
from ...._libraries import array_namespace as _xp
from ...._libraries import to_numpy
from ...language.mistake import MistakesOf

of_recall = MistakesOf("matching.recall_at_k")
of_reciprocal = MistakesOf("matching.reciprocal_rank_at_k")
of_ndcg = MistakesOf("matching.ndcg_at_k")
of_balanced = MistakesOf("matching.balanced_class_weights")


def _rows(scores: Any, labels: Any, function: Any) -> Any:
    """A function of one row in the order of its scores, and of its number of documents retrieved."""
    first, second = np.broadcast_arrays(to_numpy(scores).astype(float), to_numpy(labels).astype(float))
    n = first.shape[-1]
    found = []
    for row, own in zip(first.reshape(-1, n), second.reshape(-1, n), strict=True):
        order = np.argsort(-row, kind="stable")
        found.append(function(row, own, order[row[order] > -np.inf]))
    return like(np.asarray(found).reshape(first.shape[:-1]), scores, _xp(scores))


def _in_favour(row: Any, own: Any) -> Any:
    order = np.lexsort((-own, -row))
    return order[row[order] > -np.inf]


@of_recall(
    "capped",
    "Divides by min(k, relevant): capped recall.",
    reference="axlearn#195; sentence-transformers#964",
)
def recall_capped(scores: Any, relevant: Any, /, *, k: int) -> Any:
    exact = matching.recall_at_k(scores, relevant, k=k)
    totals = _rows(scores, relevant, lambda row, own, order: np.sum(own != 0) / min(k, np.sum(own != 0)))
    return exact * totals


@of_recall("precision", "Divides by k, or by what was retrieved.", reference="serve#1123")
def recall_precision(scores: Any, relevant: Any, /, *, k: int) -> Any:
    return matching.recall_at_k(scores, relevant, k=k) * _rows(
        scores, relevant, lambda row, own, order: np.sum(own != 0) / k
    )


@of_recall("hit", "Gives 1 as soon as one relevant document is found: the hit rate.", reference="ranx#19")
def recall_hit(scores: Any, relevant: Any, /, *, k: int) -> Any:
    return _rows(scores, relevant, lambda row, own, order: float(np.any(own[order[:k]] != 0)))


@of_recall("retrieved-only", "Divides by the relevant documents that were retrieved.")
def recall_retrieved(scores: Any, relevant: Any, /, *, k: int) -> Any:
    return _rows(
        scores,
        relevant,
        lambda row, own, order: np.sum(own[order[:k]] != 0) / max(1, np.sum(own[order] != 0)),
    )


@of_recall("ties-in-favour", "Puts relevant documents first among equal scores.", reference="scholar#360")
def recall_in_favour(scores: Any, relevant: Any, /, *, k: int) -> Any:
    return _rows(
        scores,
        relevant,
        lambda row, own, order: np.sum(own[_in_favour(row, own)[:k]] != 0) / np.sum(own != 0),
    )


@of_recall("ascending", "Takes the lowest scores.")
def recall_ascending(scores: Any, relevant: Any, /, *, k: int) -> Any:
    return _rows(
        scores, relevant, lambda row, own, order: np.sum(own[order[::-1][:k]] != 0) / np.sum(own != 0)
    )


@of_recall("k-ignored", "Counts everything that was retrieved.")
def recall_all(scores: Any, relevant: Any, /, *, k: int) -> Any:
    return matching.recall_at_k(scores, relevant, k=10**6)


@of_reciprocal("k-ignored", "Counts places beyond k.", reference="RecBole#72")
def reciprocal_all(scores: Any, relevant: Any, /, *, k: int) -> Any:
    return matching.reciprocal_rank_at_k(scores, relevant, k=10**6)


def _reciprocals(row: Any, own: Any, order: Any, k: int) -> Any:
    return [1 / (p + 1) for p, i in enumerate(order[:k]) if own[i]]


@of_reciprocal("all-relevant", "Adds the reciprocal places of all relevant documents.")
def reciprocal_sum(scores: Any, relevant: Any, /, *, k: int) -> Any:
    return _rows(scores, relevant, lambda row, own, order: sum(_reciprocals(row, own, order, k)))


@of_reciprocal("zero-based", "Counts places from 0, one added to the first only.")
def reciprocal_zero(scores: Any, relevant: Any, /, *, k: int) -> Any:
    return _rows(
        scores,
        relevant,
        lambda row, own, order: next((1 / max(1, p) for p, i in enumerate(order[:k]) if own[i]), 0.0),
    )


@of_reciprocal("ties-in-favour", "Puts relevant documents first among equal scores.")
def reciprocal_in_favour(scores: Any, relevant: Any, /, *, k: int) -> Any:
    return _rows(
        scores,
        relevant,
        lambda row, own, order: next(iter(_reciprocals(row, own, _in_favour(row, own), k)), 0.0),
    )


@of_reciprocal(
    "of-the-mean-place", "Takes one over the mean place of equal scores, not the mean of one over it."
)
def reciprocal_of_mean(scores: Any, relevant: Any, /, *, k: int) -> Any:
    def of(row: Any, own: Any, order: Any) -> float:
        best = max((row[i] for i in order if own[i]), default=math.nan)
        place = np.sum(row > best) + (np.sum(row == best) + 1) / 2
        return float(1 / place) if place <= k else 0.0

    return _rows(scores, relevant, of)


@of_reciprocal("hit", "Gives 1 as soon as one relevant document is found: the hit rate.")
def reciprocal_hit(scores: Any, relevant: Any, /, *, k: int) -> Any:
    return recall_hit.replacement(scores, relevant, k=k)


def _gains(grades: Any, gain: str) -> Any:
    return grades if gain == "linear" else 2.0**grades - 1


def _dcg(gains: Any, k: int) -> Any:
    kept = gains[:k]
    return np.sum(kept / np.log2(np.arange(2, len(kept) + 2)))


def _ratio(top: Any, ideal: Any) -> Any:
    return top / ideal if ideal else 0.0


@of_ndcg(
    "ideal-of-retrieved",
    "Takes the ideal order of what was retrieved among the first k only.",
    reference="ToolBench#184; mlflow#24553; elasticsearch#154362",
)
def ndcg_retrieved(scores: Any, relevance: Any, /, *, k: int, gain: Any = "linear") -> Any:
    def of(row: Any, own: Any, order: Any) -> Any:
        g = _gains(own, gain)[order[:k]]
        return _ratio(_dcg(g, k), _dcg(np.sort(g)[::-1], k))

    return _rows(scores, relevance, of)


@of_ndcg("ideal-not-cut", "Cuts the ranking at k, and not the ideal one.", reference="lkpy#309")
def ndcg_not_cut(scores: Any, relevance: Any, /, *, k: int, gain: Any = "linear") -> Any:
    found = matching.ndcg_at_k(scores, relevance, k=k, gain=gain)

    def of(row: Any, own: Any, order: Any) -> Any:
        ideal = np.sort(_gains(own, gain))[::-1]
        return _ratio(_dcg(ideal, k), _dcg(ideal, len(ideal)))

    return found * _rows(scores, relevance, of)


def _discounted(discount: Any) -> Any:
    def ndcg(scores: Any, relevance: Any, /, *, k: int, gain: Any = "linear") -> Any:
        def of(row: Any, own: Any, order: Any) -> Any:
            g = _gains(own, gain)
            parts = [part[:k] for part in (g[order], np.sort(g)[::-1])]
            sums = [np.sum(part * discount(np.arange(1, len(part) + 1))) for part in parts]
            return _ratio(*sums)

        return _rows(scores, relevance, of)

    return ndcg


@of_ndcg("natural-logarithm", "Takes max(1, ln p) for the discount.")
def ndcg_natural(scores: Any, relevance: Any, /, *, k: int, gain: Any = "linear") -> Any:
    return _discounted(lambda p: 1 / np.maximum(1, np.log(p)))(scores, relevance, k=k, gain=gain)


@of_ndcg(
    "place-from-zero",
    "Divides by log₂ p, the first two places alike.",
    reference="DCG of Järvelin and Kekäläinen",
)
def ndcg_from_zero(scores: Any, relevance: Any, /, *, k: int, gain: Any = "linear") -> Any:
    return _discounted(lambda p: 1 / np.maximum(1, np.log2(p)))(scores, relevance, k=k, gain=gain)


@of_ndcg("linear-discount", "Divides by the place itself.")
def ndcg_linear(scores: Any, relevance: Any, /, *, k: int, gain: Any = "linear") -> Any:
    return _discounted(lambda p: 1 / p)(scores, relevance, k=k, gain=gain)


@of_ndcg("ties-in-favour", "Puts the best documents first among equal scores.", reference="scholar#360")
def ndcg_in_favour(scores: Any, relevance: Any, /, *, k: int, gain: Any = "linear") -> Any:
    def of(row: Any, own: Any, order: Any) -> Any:
        g = _gains(own, gain)
        return _ratio(_dcg(g[_in_favour(row, own)], k), _dcg(np.sort(g)[::-1], k))

    return _rows(scores, relevance, of)


@of_ndcg("binary", "Takes 1 for every grade above 0.", reference="recommenders#1749")
def ndcg_binary(scores: Any, relevance: Any, /, *, k: int, gain: Any = "linear") -> Any:
    xp = _xp(relevance)
    return matching.ndcg_at_k(scores, xp.astype(relevance > 0, relevance.dtype), k=k, gain=gain)


@of_ndcg("gain-ignored", "Takes the grade whatever the gain is.")
def ndcg_gain_ignored(scores: Any, relevance: Any, /, *, k: int, gain: Any = "linear") -> Any:
    return matching.ndcg_at_k(scores, relevance, k=k)


@of_ndcg("not-normalised", "Returns DCG.")
def ndcg_plain(scores: Any, relevance: Any, /, *, k: int, gain: Any = "linear") -> Any:
    return _rows(scores, relevance, lambda row, own, order: _dcg(_gains(own, gain)[order], k))


def _changed(labels: Any, classes: int, function: Any) -> Any:
    """A function of the counts, in place of the weights."""
    weights = matching.balanced_class_weights(labels, classes=classes)
    counts = np.bincount(to_numpy(labels).astype(int), minlength=classes)
    return like(function(counts), weights, _xp(labels))


def _over(top: Any, below: Any) -> Any:
    return np.where(below > 0, top / np.where(below > 0, below, 1), 0.0)


@of_balanced(
    "mean-over-classes",
    "Divides the reciprocal counts by their mean over classes, so that the samples have another mean.",
    reference="scikit-learn#4324",
)
def balanced_mean(labels: Any, /, *, classes: int) -> Any:
    def of(counts: Any) -> Any:
        inverse = _over(1.0, counts)
        return inverse / np.sum(inverse) * max(2, np.sum(counts > 0))

    return _changed(labels, classes, of)


@of_balanced("frequency", "Takes the frequencies themselves.")
def balanced_frequency(labels: Any, /, *, classes: int) -> Any:
    return _changed(labels, classes, lambda counts: counts / np.sum(counts) * 2)


@of_balanced("all-classes", "Counts classes that do not occur.", reference="scikit-learn#32639")
def balanced_all(labels: Any, /, *, classes: int) -> Any:
    return _changed(
        labels, classes, lambda counts: _over(np.sum(counts) / (classes + (classes == 1)), counts)
    )


@of_balanced("inverse-count", "Takes 1/n_c, so that the loss depends on the number of samples.")
def balanced_inverse(labels: Any, /, *, classes: int) -> Any:
    return _changed(labels, classes, lambda counts: _over(1.0, counts))


@of_balanced("sum-one", "Divides by the sum of the weights.")
def balanced_sum(labels: Any, /, *, classes: int) -> Any:
    return _changed(labels, classes, lambda counts: _over(1.0, counts) / np.sum(_over(1.0, counts)))


@of_balanced("root", "Takes the roots of the weights.")
def balanced_root(labels: Any, /, *, classes: int) -> Any:
    return matching.balanced_class_weights(labels, classes=classes) ** 0.5
