"""Similarities, ranks and thresholds as common code writes them."""

import itertools
import math
from functools import partial

import numpy as np

from ._convention import Convention


def unit(x):
    peak = np.max(np.abs(x), axis=-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        x = x / peak
        return x / np.linalg.norm(x, axis=-1, keepdims=True)


def cosines(A, B, sign=1):
    return sign * np.clip(unit(A) @ unit(B).T, -1, 1)


def cosent(cosines, labels, temperature, sign=1):
    """All pairs, with the 1 among the exponents."""
    gaps = (cosines[None, :] - cosines[:, None]) / np.asarray(temperature, cosines.dtype)
    gaps = np.where(labels[:, None] > labels[None, :], sign * gaps, -np.inf).reshape(-1)
    return np.logaddexp.reduce(np.append(gaps, 0.0).astype(cosines.dtype))


def cosent_gradient(cosines, labels, temperature, sign=1):
    gaps = (cosines[None, :] - cosines[:, None]) / np.asarray(temperature, cosines.dtype)
    gaps = np.where(labels[:, None] > labels[None, :], gaps, -np.inf)
    shares = np.exp(gaps - cosent(cosines, labels, temperature)) / np.asarray(temperature, cosines.dtype)
    return sign * (shares.sum(axis=0) - shares.sum(axis=1))


def cosent_of_embeddings(u, v, labels, scale, similarity, sign=1):
    return cosent(similarity(u, v), labels, 1 / scale, sign)


def places(x, shift=0.0):
    """Counts of smaller and of equal values, all pairs."""
    if np.isnan(x).any():
        return np.full(len(x), np.nan, dtype=x.dtype)
    less, same = np.sum(x[None] < x[:, None], axis=1), np.sum(x[None] == x[:, None], axis=1)
    return (less + (same - 1) / 2 + shift).astype(
        np.result_type(x, np.float32 if x.dtype.kind == "f" else float)
    )


def spearman(x, y, sign=1):
    values = [np.unique(z, return_inverse=True, return_counts=True) for z in (x, y)]
    n, ranks = len(x), []
    for _, inverse, counts in values:
        ends = np.cumsum(counts)
        middle = 2 * ends - counts + 1 - (n + 1)  # twice the rank, centred
        ranks.append(middle[inverse].astype(np.float64))
    a, b = ranks
    top, bottom = float(a @ b), float(a @ a) * float(b @ b)
    value = np.nan if bottom == 0 or np.isnan(x).any() or np.isnan(y).any() else top / np.sqrt(bottom)
    dtype = x.dtype if x.dtype.kind == "f" else float
    return np.asarray(np.clip(sign * value, -1, 1), dtype=dtype), None


METRICS = {
    "accuracy": lambda tp, fp, fn, tn: (tp + tn) / (tp + fp + fn + tn),
    "f1": lambda tp, fp, fn, tn: 2 * tp / (2 * tp + fp + fn) if tp else 0.0,
}


def threshold(scores, labels, metric, ties_split=False):
    """Every distinct score, and more than all of them."""
    function, best = METRICS.get(metric, metric), (-np.inf, 0.0)
    yes = labels.astype(bool)
    for cut in [*np.unique(scores), np.inf]:
        said = scores > cut if ties_split else scores >= cut
        counts = (np.sum(a & b) for a, b in ((said, yes), (said, ~yes), (~said, yes), (~said, ~yes)))
        value = float(function(*counts))
        best = max(best, (value, float(cut)), key=lambda pair: pair[0])
    return best[1], best[0]


def right_rows(logits, labels, biases):
    total = logits + biases
    own = np.take_along_axis(total, labels[:, None], axis=1)
    return int(np.sum(np.sum(total >= own, axis=1) == 1))


def middles(values):
    """A number in every interval that is wider than rounding."""
    ordered = np.unique(values[np.isfinite(values)])
    if not len(ordered):
        return [0.0]
    inner = [(a + b) / 2 for a, b in itertools.pairwise(ordered) if b - a > 1e-4]
    return [ordered[0] - 1, *inner, ordered[-1] + 1]


def biases(logits, labels, tuned=True):
    """All cells of up to three classes; beyond, one bias at a time until none helps."""
    with np.errstate(invalid="ignore"):
        gaps = logits.astype(np.float64)[:, :, None] - logits.astype(np.float64)[:, None, :]
    classes = logits.shape[1]
    if not tuned or classes == 1:
        return np.zeros(classes, dtype=logits.dtype)
    if classes <= 3:
        crossings = (gaps[:, 0, -1][:, None] - gaps[:, 1, -1]).ravel() if classes == 3 else np.zeros(0)
        firsts = middles(np.concatenate([gaps[:, 0, 1], crossings]))
        tried = [
            np.asarray([0.0, first, *rest])
            for first in firsts
            for rest in (
                [()]
                if classes == 2
                else [(s,) for s in middles(np.concatenate([gaps[:, 0, 2], first + gaps[:, 1, 2]]))]
            )
        ]
        return max(tried, key=lambda b: right_rows(logits, labels, b)).astype(logits.dtype)
    best, improved = np.zeros(classes), True
    while improved:
        improved = False
        for k in range(classes):
            others = np.delete(np.arange(classes), k)
            for value in middles((gaps[:, others, k] + best[others]).ravel()):
                moved = np.where(np.arange(classes) == k, value, best)
                if right_rows(logits, labels, moved) > right_rows(logits, labels, best):
                    best, improved = moved, True
    return best.astype(logits.dtype)


def factor(S, sign=1):
    values, vectors = np.linalg.eigh(S)
    kept = values > 8 * len(S) * np.finfo(S.dtype).eps * np.max(np.abs(values))
    if np.min(values) < -8 * len(S) * np.finfo(S.dtype).eps * np.max(np.abs(values)):
        raise ValueError("not positive semidefinite")
    return (np.sqrt(values[kept]) ** sign)[:, None] * vectors.T[kept]


def _signed(function):
    return Convention(function, lambda *a: function(*a, sign=-1))


def _seats(scores, weights, sign):
    """Of each document the mean weight of the places that equal scores share."""
    scores = sign * scores
    lost = np.isinf(scores) & (scores < 0) if sign > 0 else np.isposinf(scores)
    before = [int(np.sum((scores > one) & ~lost)) for one in scores]
    tied = [int(np.sum((scores == one) & ~lost)) for one in scores]
    seats = [np.mean(weights[b : b + t]) if t else 0.0 for b, t in zip(before, tied, strict=True)]
    return np.where(lost, 0.0, seats)


def recall_of_query(scores, relevant, k, sign=1):
    weights = (np.arange(len(scores)) < k) * 1.0
    return np.sum(_seats(scores, weights, sign) * (relevant != 0)) / np.sum(relevant != 0)


def ndcg_of_query(scores, grades, k, sign=1):
    weights = np.where(np.arange(len(scores)) < k, 1 / np.log2(np.arange(2, len(scores) + 2)), 0.0)
    grades = grades.astype(np.float64)
    return np.sum(_seats(scores, weights, sign) * grades) / np.sum(np.sort(grades)[::-1] * weights)


def reciprocal_rank_of_query(scores, relevant, k, sign=1):
    kept = np.flatnonzero(scores > -np.inf)
    values = []
    for order in itertools.permutations(kept):
        if np.all(np.diff(sign * scores[list(order)]) <= 0):
            found = [place for place, i in enumerate(order[:k], start=1) if relevant[i]]
            values.append(1 / found[0] if found else 0.0)
    return np.mean(values)


def recall_of_ids(retrieved, relevant, k, off=0):
    return len(relevant & set(retrieved[: k + off])) / len(relevant)


def reciprocal_rank_of_ids(retrieved, relevant, k, first=1):
    return next((1 / (i + first) for i, d in enumerate(retrieved[:k]) if d in relevant), 0.0)


def ndcg_of_judgements(retrieved, grades, k, base=2):
    def gained(values):
        return math.fsum(g / math.log2(i + base) for i, g in enumerate(values[:k]))

    return gained([grades.get(d, 0.0) for d in retrieved]) / gained(sorted(grades.values(), reverse=True))


def ndcg_of_ids(retrieved, relevant, k, gain=1):
    found = sum(1 / math.log2(i + 2) for i, d in enumerate(retrieved[:k]) if d in relevant)
    return found / sum(gain / math.log2(i + 2) for i in range(min(k, len(relevant))))


CONVENTIONS = {
    "matching.recall_at_k/retrieved": Convention(recall_of_ids, partial(recall_of_ids, off=1)),
    "matching.reciprocal_rank_at_k/retrieved": Convention(
        reciprocal_rank_of_ids, partial(reciprocal_rank_of_ids, first=2)
    ),
    "matching.ndcg_at_k/retrieved": Convention(ndcg_of_judgements, partial(ndcg_of_judgements, base=3)),
    "matching.ndcg_at_k/retrieved-binary": Convention(ndcg_of_ids, partial(ndcg_of_ids, gain=3)),
    "matching.recall_at_k/one-query": _signed(recall_of_query),
    "matching.reciprocal_rank_at_k/one-query": _signed(reciprocal_rank_of_query),
    "matching.ndcg_at_k/one-query": _signed(ndcg_of_query),
    "matching.cosine_similarity/matrix": _signed(cosines),
    "matching.cosent_loss/temperature": _signed(cosent),
    "matching.cosent_loss_pairwise/temperature": _signed(cosent),
    "matching.cosent_gradient/temperature": _signed(cosent_gradient),
    "matching.cosent_loss/embeddings": _signed(cosent_of_embeddings),
    "matching.cosent_loss_pairwise/embeddings": _signed(cosent_of_embeddings),
    "matching.rank/zero-based": Convention(places, lambda x: places(x, shift=1)),
    "matching.rank/descending": Convention(lambda x: places(-x, shift=1), lambda x: places(x, shift=1)),
    "matching.spearman/statistic": _signed(spearman),
    "matching.best_threshold/at-least": Convention(threshold, lambda *a: threshold(*a, ties_split=True)),
    "matching.factor_similarity/columns": _signed(factor),
}
