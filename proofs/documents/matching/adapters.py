"""Conventions of similarities, ranks and thresholds that differ from this document's."""

import math
from typing import Any

from .... import matching
from ...._libraries import array_namespace, device, is_array
from ...language.adapter import adapter
from ...language.law import Implementation


def _rows(u: Any, v: Any, axis: int) -> tuple[Any, Any, tuple[int, ...]]:
    """Vectors as (n, d), and the shape without their axis."""
    xp = array_namespace(u, v)
    u, v = xp.broadcast_arrays(xp.moveaxis(u, axis, -1), xp.moveaxis(v, axis, -1))
    shape = tuple(u.shape[:-1])
    return *(xp.reshape(x, (math.prod(shape), x.shape[-1])) for x in (u, v)), shape


@adapter(
    "matching.cosine_similarity",
    "matrix",
    "mine(A, B) → (n, m): the cosines of all rows of A (n, d) with all rows of B (m, d).",
    reference="cos_sim of sentence-transformers",
)
def cosine_similarity_matrix(mine: Implementation) -> Implementation:
    def cosine_similarity(u: Any, v: Any, /, *, axis: int = -1) -> Any:
        first, second, shape = _rows(u, v, axis)
        xp = array_namespace(u, v)
        return xp.reshape(xp.linalg.diagonal(mine(first, second)), shape)

    return cosine_similarity


def _temperature(mine: Implementation) -> Implementation:
    return lambda cosines, labels, /, *, scale=20.0: mine(cosines, labels, 1 / scale)


cosent_loss_temperature = adapter(
    "matching.cosent_loss", "temperature", "mine(cosines, labels, temperature): 1/scale instead of the scale."
)(_temperature)

cosent_loss_pairwise_temperature = adapter(
    "matching.cosent_loss_pairwise",
    "temperature",
    "mine(cosines, labels, temperature): 1/scale instead of the scale.",
)(_temperature)

cosent_gradient_temperature = adapter(
    "matching.cosent_gradient",
    "temperature",
    "mine(cosines, labels, temperature): 1/scale instead of the scale.",
)(_temperature)


def _embeddings(mine: Implementation) -> Implementation:
    def loss(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
        xp = array_namespace(cosines)
        u = xp.stack([cosines, xp.ones_like(cosines)], axis=-1)
        return mine(u, xp.flip(u, axis=-1), labels, scale, lambda a, b: a[..., 0] * b[..., 0])

    return loss


cosent_loss_embeddings = adapter(
    "matching.cosent_loss",
    "embeddings",
    "mine(u, v, labels, scale, similarity): embeddings (n, d) of the sentences of each pair, whose "
    "similarity "
    "the last argument gives; it stands for the cosine, whose rounding times the scale would show.",
    reference="CoSENTLoss of sentence-transformers",
)(_embeddings)

cosent_loss_pairwise_embeddings = adapter(
    "matching.cosent_loss_pairwise",
    "embeddings",
    "mine(u, v, labels, scale, similarity): embeddings (n, d) of the sentences of each pair, whose "
    "similarity "
    "the last argument gives; it stands for the cosine, whose rounding times the scale would show.",
    reference="CoSENTLoss of sentence-transformers",
)(_embeddings)


@adapter(
    "matching.cosent_loss_of_embeddings",
    "neighbouring-rows",
    "mine(labels, embeddings): rows 2i and 2i + 1 of embeddings (2n, d) are a pair, and both have its label "
    "in labels (2n, 1). The scale is 20; for others the reference answers.",
    reference="cosent_loss of bojone/CoSENT",
)
def embeddings_neighbouring_rows(mine: Implementation) -> Implementation:
    def loss(u: Any, v: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
        if scale != 20:
            return matching.cosent_loss_of_embeddings(u, v, labels, scale=scale)
        xp, (n, d) = array_namespace(u, v, labels), u.shape
        rows = xp.reshape(xp.stack([u, v], axis=1), (2 * n, d))
        return mine(xp.reshape(xp.stack([labels, labels], axis=1), (2 * n, 1)), rows)

    return loss


@adapter("matching.rank", "zero-based", "mine(x): ranks from 0 to n − 1.")
def rank_zero_based(mine: Implementation) -> Implementation:
    return lambda x, /: mine(x) + 1


@adapter("matching.rank", "descending", "mine(x): rank 1 for the largest value.")
def rank_descending(mine: Implementation) -> Implementation:
    return lambda x, /: (x.shape[0] + 1) - mine(x)


@adapter(
    "matching.spearman",
    "statistic",
    "mine(x, y) → (correlation, p-value), an array or a number; what follows it is left aside.",
    reference="scipy.stats.spearmanr",
)
def spearman_statistic(mine: Implementation) -> Implementation:
    def spearman(x: Any, y: Any, /) -> Any:
        correlation, xp = mine(x, y)[0], array_namespace(x, y)
        if is_array(correlation) and not isinstance(correlation, float):
            return correlation
        floats = [array.dtype for array in (x, y) if xp.isdtype(array.dtype, "real floating")]
        dtype = xp.result_type(*floats) if floats else None
        return xp.asarray(correlation, dtype=dtype, device=device(x))

    return spearman


@adapter(
    "matching.best_threshold",
    "at-least",
    'mine(scores, labels, metric) → (threshold, value): positive iff score ≥ threshold; metric "accuracy", '
    '"f1" or a function of counts. Of the threshold only the cut is tested; infinite scores, which allow '
    "other "
    "cuts, go to the reference.",
)
def best_threshold_at_least(mine: Implementation) -> Implementation:
    def best_threshold(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
        xp = array_namespace(scores, labels)
        if not bool(xp.all(xp.isfinite(scores))):
            return matching.best_threshold(scores, labels, metric=metric)
        cut, value = mine(scores, labels, metric)
        positive = scores >= float(cut)
        low = float(xp.max(xp.where(positive, xp.full_like(scores, -xp.inf), scores)))
        high = float(xp.min(xp.where(positive, scores, xp.full_like(scores, xp.inf))))
        if math.isinf(low) or math.isinf(high):
            return matching.Threshold(low if math.isinf(low) else high, float(value))
        middle = float(xp.asarray(low / 2 + high / 2, dtype=scores.dtype))
        return matching.Threshold(middle if middle < high else low, float(value))

    return best_threshold


@adapter(
    "matching.best_class_weights",
    "logits",
    "mine(logits, labels) → biases (K,) that maximise the accuracy of argmax logits + biases, where ties "
    "count "
    "as wrong: logarithms of probabilities, −inf among them, and of weights. The accuracy is counted by the "
    "adapter, and claimed to be proven where the reference would.",
)
def best_class_weights_logits(mine: Implementation) -> Implementation:
    def best_class_weights(probabilities: Any, labels: Any, /, *, exact_rows: int = 1000) -> Any:
        xp = array_namespace(probabilities, labels)
        zero = probabilities == 0
        logits = xp.log(xp.where(zero, xp.ones_like(probabilities), probabilities))
        biases = mine(xp.where(zero, xp.full_like(logits, -xp.inf), logits), labels)
        weights = xp.exp(biases - (xp.max(biases) + xp.min(biases)) / 2)
        shares, (n, classes) = probabilities * weights, probabilities.shape
        own = xp.sum(
            xp.where(
                labels[:, None] == xp.arange(classes, dtype=labels.dtype), shares, xp.zeros_like(shares)
            ),
            axis=-1,
            keepdims=True,
        )
        behind = xp.sum(xp.astype(shares < own, xp.int64), axis=-1)
        right = int(xp.sum(xp.astype(behind == classes - 1, xp.int64)))
        exact = classes <= 2 or (classes == 3 and n <= exact_rows)
        return matching.ClassWeights(weights, right / n, "optimal" if exact else "coordinatewise")

    return best_class_weights


@adapter(
    "matching.jl_project",
    "columns",
    "mine(vectors, directions): directions as the columns of a (d, m) matrix.",
)
def jl_project_columns(mine: Implementation) -> Implementation:
    return lambda vectors, directions, /: mine(vectors, directions.T)


@adapter("matching.factor_similarity", "columns", "mine(S) → (r, n): the vectors as columns, S = BᵀB.")
def factor_similarity_columns(mine: Implementation) -> Implementation:
    return lambda similarity, /: mine(similarity).T


def _one_query(mine: Implementation, scores: Any, other: Any, k: int) -> Any:
    """A function of one row of scores and one of labels, for every query."""
    xp = array_namespace(scores, other)
    scores, other = xp.broadcast_arrays(scores, other)
    shape = tuple(scores.shape[:-1])
    rows = [xp.reshape(part, (-1, scores.shape[-1])) for part in (scores, other)]
    if not rows[0].shape[0]:
        return xp.zeros(shape, dtype=scores.dtype)
    found = [mine(rows[0][i, :], rows[1][i, :], k) for i in range(rows[0].shape[0])]
    return xp.reshape(xp.stack([xp.asarray(one, dtype=scores.dtype) for one in found]), shape)


_ONE_QUERY = (
    "mine(scores, labels, k) of one query, whose documents have scores −inf if they were not retrieved."
)
_TORCHMETRICS = "torchmetrics.functional.retrieval"


@adapter("matching.recall_at_k", "one-query", _ONE_QUERY, reference=_TORCHMETRICS)
def recall_one_query(mine: Implementation) -> Implementation:
    return lambda scores, relevant, /, *, k: _one_query(mine, scores, relevant, k)


@adapter("matching.reciprocal_rank_at_k", "one-query", _ONE_QUERY, reference=_TORCHMETRICS)
def reciprocal_rank_one_query(mine: Implementation) -> Implementation:
    return lambda scores, relevant, /, *, k: _one_query(mine, scores, relevant, k)


@adapter(
    "matching.ndcg_at_k",
    "one-query",
    f"{_ONE_QUERY} Gains are the grades; for exponential ones the reference answers.",
    reference=_TORCHMETRICS,
)
def ndcg_one_query(mine: Implementation) -> Implementation:
    def ndcg_at_k(scores: Any, relevance: Any, /, *, k: int, gain: Any = "linear") -> Any:
        if gain != "linear":
            return matching.ndcg_at_k(scores, relevance, k=k, gain=gain)
        return _one_query(mine, scores, relevance, k)

    return ndcg_at_k
