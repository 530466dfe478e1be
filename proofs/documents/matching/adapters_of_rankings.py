"""Rankings as lists of identifiers, best first, as the files of runs and judgements have them."""

import itertools
import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from .... import matching
from ...._libraries import array_namespace, device, to_numpy
from ...language.adapter import adapter
from ...language.law import Implementation

_ORDERS = 120
"""Rows whose equal scores allow more orders than this are left to the reference."""
_RETRIEVED = (
    "integers that stand for the documents that one query found, best first; where scores are equal it is "
    "called for every order, and the mean is tested"
)
_BINARY = f"mine(retrieved, relevant, k): {_RETRIEVED}; and the set of the relevant ones, found or not."
Judged = dict[int, float]
"""The grades of the documents whose grade is not 0."""
Score = Callable[[Judged, list[int]], Any]
Applies = Callable[[Judged], bool]
"""Without relevant documents there is nothing to find, and the reference gives NaN."""


def _orders(scores: list[float]) -> Iterator[list[int]]:
    """Every ranking of the documents found that the scores allow."""
    found = sorted((i for i, score in enumerate(scores) if score > -math.inf), key=lambda i: -scores[i])
    ties = [list(tied) for _, tied in itertools.groupby(found, key=lambda i: scores[i])]
    for parts in itertools.product(*map(itertools.permutations, ties)):
        yield [document for part in parts for document in part]


def _mean(score: Callable[[list[int]], Any], scores: list[float]) -> float | None:
    """The mean over all orders, or None where there are too many, or where NaN has none."""
    orders = list(itertools.islice(_orders(scores), _ORDERS + 1))
    if len(orders) > _ORDERS or any(map(math.isnan, scores)):
        return None
    return math.fsum(float(score(order)) for order in orders) / len(orders)


def _rows(array: Any) -> Any:
    return array.reshape(-1, array.shape[-1]).astype(np.float64).tolist()


def _each_query(
    reference: Implementation, mine: Score, scores: Any, labels: Any, applies: Applies = bool
) -> Any:
    """The reference, but a row at a time by a function of a ranking and of the grades, where it applies."""
    xp, expected = array_namespace(scores), reference(scores, labels)
    rows, grades = map(_rows, np.broadcast_arrays(to_numpy(scores), to_numpy(labels)))
    found = to_numpy(expected).ravel().tolist()
    for i, (row, own) in enumerate(zip(rows, grades, strict=True)):
        judged = {document: grade for document, grade in enumerate(own) if grade}
        if applies(judged):
            value = _mean(partial(mine, judged), row)
            found[i] = found[i] if value is None else value
    return xp.reshape(xp.asarray(found, dtype=expected.dtype, device=device(scores)), expected.shape)


@adapter("matching.recall_at_k", "retrieved", _BINARY)
def recall_retrieved(mine: Implementation) -> Implementation:
    def recall_at_k(scores: Any, relevant: Any, /, *, k: int) -> Any:
        return _each_query(
            partial(matching.recall_at_k, k=k),
            lambda judged, order: mine(order, set(judged), k),
            scores,
            relevant,
        )

    return recall_at_k


@adapter("matching.reciprocal_rank_at_k", "retrieved", _BINARY)
def reciprocal_rank_retrieved(mine: Implementation) -> Implementation:
    def reciprocal_rank_at_k(scores: Any, relevant: Any, /, *, k: int) -> Any:
        return _each_query(
            partial(matching.reciprocal_rank_at_k, k=k),
            lambda judged, order: mine(order, set(judged), k),
            scores,
            relevant,
        )

    return reciprocal_rank_at_k


def _ndcg(score: Callable[[Judged, list[int], int], Any], applies: Applies) -> Implementation:
    def ndcg_at_k(scores: Any, relevance: Any, /, *, k: int, gain: Any = "linear") -> Any:
        reference = partial(matching.ndcg_at_k, k=k, gain=gain)
        if gain != "linear":
            return reference(scores, relevance)
        return _each_query(
            reference, lambda judged, order: score(judged, order, k), scores, relevance, applies
        )

    return ndcg_at_k


@adapter(
    "matching.ndcg_at_k",
    "retrieved",
    f"mine(retrieved, grades, k): {_RETRIEVED}; and a dictionary of the grades that are not 0, of "
    "documents found or not. Gains are the grades; for exponential ones the reference answers.",
)
def ndcg_retrieved(mine: Implementation) -> Implementation:
    return _ndcg(lambda judged, order, k: mine(order, dict(judged), k), bool)


@adapter(
    "matching.ndcg_at_k",
    "retrieved-binary",
    f"{_BINARY} Where relevant documents have several grades, and for exponential gains, the reference "
    "answers.",
)
def ndcg_retrieved_binary(mine: Implementation) -> Implementation:
    return _ndcg(
        lambda judged, order, k: mine(order, set(judged), k), lambda judged: len(set(judged.values())) == 1
    )
