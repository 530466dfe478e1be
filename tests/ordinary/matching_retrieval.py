"""Recall, reciprocal ranks, nDCG and class weights as people type them, equal scores taken into account."""

from itertools import permutations

import numpy as np

from ._ordinary import Ordinary, Slip, typo


def orders(scores):
    """All orders by falling scores, without what was not retrieved."""
    kept = np.flatnonzero(scores > -np.inf)
    return [o for o in permutations(kept) if all(np.diff(scores[list(o)]) <= 0)]


def each(scores, labels, function):
    scores, labels = np.broadcast_arrays(scores, labels)
    rows = zip(scores.reshape(-1, scores.shape[-1]), labels.reshape(-1, labels.shape[-1]), strict=True)
    return np.asarray([function(*row) for row in rows], dtype=scores.dtype).reshape(scores.shape[:-1])


def recall(scores, relevant, k):
    return each(
        scores,
        relevant,
        lambda s, r: np.mean([np.sum(r[list(o[:k])] != 0) for o in orders(s)]) / np.sum(r != 0),
    )


def recall_of_hits(scores, relevant, k):
    return each(scores, relevant, lambda s, r: np.mean([np.any(r[list(o[:k])] != 0) for o in orders(s)]))


def first(labels, order, k):
    for place, i in enumerate(order[:k]):
        if labels[i]:
            return 1 / (place + 1)
    return 0.0


def reciprocal_rank(scores, relevant, k):
    return each(scores, relevant, lambda s, r: np.mean([first(r, o, k) for o in orders(s)]))


def reciprocal_rank_of_all(scores, relevant, k):
    return each(scores, relevant, lambda s, r: np.mean([first(r, o, len(s)) for o in orders(s)]))


def reciprocal_rank_of_hits(scores, relevant, k):
    return each(scores, relevant, lambda s, r: np.mean([first(r, o, k) > 0 for o in orders(s)]))


def dcg(gains):
    return np.sum(gains / np.log2(np.arange(2, len(gains) + 2)))


def ndcg(scores, relevance, k, gain="linear"):
    def one(s, g):
        g = g.astype(float) if gain == "linear" else 2.0 ** g.astype(float) - 1
        return np.mean([dcg(g[list(o[:k])]) for o in orders(s)]) / dcg(np.sort(g)[::-1][:k])

    return each(scores, relevance, one)


def ndcg_binary(scores, relevance, k, gain="linear"):
    return ndcg(scores, (relevance > 0).astype(relevance.dtype), k, gain)


def ndcg_linear(scores, relevance, k, gain="linear"):
    return ndcg(scores, relevance, k)


def balanced(labels, classes):
    counts = np.bincount(labels, minlength=classes)
    with np.errstate(divide="ignore"):
        return np.where(counts > 0, len(labels) / (np.sum(counts > 0) * counts), 0.0)


def balanced_inverse(labels, classes):
    counts = np.bincount(labels, minlength=classes)
    with np.errstate(divide="ignore"):
        return np.where(counts > 0, 1.0 / counts, 0.0)


ORDINARY = (
    Ordinary(
        "matching.recall_at_k",
        recall,
        (Slip(recall_of_hits, r"hit"), typo("[:k]", "[:]", r"k-ignored|k")),
    ),
    Ordinary(
        "matching.reciprocal_rank_at_k",
        reciprocal_rank,
        (
            Slip(reciprocal_rank_of_all, r"k-ignored|beyond k|k"),
            Slip(reciprocal_rank_of_hits, r"hit|without dividing by before"),
        ),
    ),
    Ordinary(
        "matching.ndcg_at_k",
        ndcg,
        (Slip(ndcg_binary, r"binary|grade"), Slip(ndcg_linear, r"gain")),
    ),
    Ordinary(
        "matching.balanced_class_weights",
        balanced,
        (
            Slip(balanced_inverse, r"inverse|1/n"),
            typo("np.sum(counts > 0)", "classes", r"all-classes|do not occur"),
        ),
    ),
)
