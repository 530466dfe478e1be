"""Points at which scores of rankings differ in practice: equal scores, and what was not retrieved."""

from collections.abc import Callable
from typing import Any

from .... import matching
from ...._libraries import array_namespace
from ...language.edge import Edge, Value, edge

_FIRST = "code that sorts stably by falling scores"
_LAST = "code that sorts by rising scores and turns the order round, such as numpy.argsort(scores)[::-1]"


def _places(scores: Any, last: bool) -> Any:
    """Numbers in the order of the scores; of equal scores the first, or the last, has the largest."""
    xp = array_namespace(scores)
    order = scores if last else -scores
    place = xp.astype(xp.argsort(xp.argsort(order, axis=-1, stable=True), axis=-1), scores.dtype)
    return place if last else -place


def _one_order(function: Callable[..., Any], last: bool, counted: bool) -> Callable[..., Any]:
    """The score of a single order, in which what was not retrieved has a place, or not."""

    def score(scores: Any, other: Any, /, **options: Any) -> Any:
        xp, places = array_namespace(scores), _places(scores, last)
        left_out = xp.full_like(scores, -xp.inf)
        return function(places if counted else xp.where(scores > -xp.inf, places, left_out), other, **options)

    return score


def _counted(function: Callable[..., Any]) -> Callable[..., Any]:
    """The score in which what was not retrieved is behind everything else."""

    def score(scores: Any, other: Any, /, **options: Any) -> Any:
        xp = array_namespace(scores)
        least = xp.full_like(scores, xp.finfo(scores.dtype).min)
        return function(xp.where(scores > -xp.inf, scores, least), other, **options)

    return score


def _missing(scores: Any, other: Any, /, **_: Any) -> Any:
    xp = array_namespace(scores)
    return xp.any(xp.broadcast_arrays(scores, other)[0] == -xp.inf, axis=-1)


def _tied(scores: Any, other: Any, /, **_: Any) -> Any:
    """Some are equal, and all were retrieved."""
    xp = array_namespace(scores)
    ordered = xp.sort(xp.broadcast_arrays(scores, other)[0], axis=-1)
    return xp.any(ordered[..., 1:] == ordered[..., :-1], axis=-1) & ~_missing(scores, other)


def _not_retrieved(name: str, who: str) -> Edge:
    function = getattr(matching, name)
    return edge(
        f"matching.{name}",
        "not-retrieved",
        "some documents were not retrieved, and have the score −inf",
        ours="them no place, and all orders of equal scores",
        laws=(f"matching.{name}-definition",),
        values={
            "first": Value(
                _one_order(function, False, False), _FIRST, "the first of equal scores the better place"
            ),
            "last": Value(
                _one_order(function, True, False), _LAST, "the last of equal scores the better place"
            ),
            "counted": Value(_counted(function), who, "them the last places"),
            "counted-first": Value(
                _one_order(function, False, True), _FIRST, "them the last places, in the order that they have"
            ),
            "counted-last": Value(
                _one_order(function, True, True), _LAST, "them the last places, in the order turned round"
            ),
        },
    )(_missing)


def _equal_scores(name: str) -> Edge:
    function = getattr(matching, name)
    return edge(
        f"matching.{name}",
        "equal-scores",
        "some scores are equal, and have no order",
        ours="the mean over all orders",
        laws=(f"matching.{name}-definition",),
        values={
            "first": Value(_one_order(function, False, False), _FIRST, "the first of them the better place"),
            "last": Value(_one_order(function, True, False), _LAST, "the last of them the better place"),
        },
    )(_tied)


_COUNTS = "code that takes the first k of all documents"

recall_not_retrieved = _not_retrieved("recall_at_k", _COUNTS)
reciprocal_rank_not_retrieved = _not_retrieved("reciprocal_rank_at_k", _COUNTS)
ndcg_not_retrieved = _not_retrieved("ndcg_at_k", "torchmetrics 1.9 retrieval_normalized_dcg")

recall_equal_scores = _equal_scores("recall_at_k")
reciprocal_rank_equal_scores = _equal_scores("reciprocal_rank_at_k")
ndcg_equal_scores = _equal_scores("ndcg_at_k")
