"""Specimens of matching: n pairs, scores, rows or vectors."""

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl import _libraries, matching
from refimpl.backends import Setting

DIM, CLASSES = 8, 5
Specimen = Callable[[Setting, int], tuple[Callable[..., Any], tuple[Any, ...]]]


def _normal(on: Setting, *shape: int, seed: int = 0) -> Any:
    return on.array(np.random.default_rng(seed).standard_normal(shape))


def _grades(on: Setting, n: int) -> Any:
    return on.array(np.arange(n) % 6)


def _pairs(function: Callable[..., Any]) -> Specimen:
    def make(on: Setting, n: int) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return function, (_normal(on, n) / 4, _grades(on, n))

    return make


def _vectors(function: Callable[..., Any]) -> Specimen:
    def make(on: Setting, n: int) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return function, (_normal(on, n, DIM), _normal(on, n, DIM, seed=1))

    return make


def _class_weights(on: Setting, n: int) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, CLASSES, n)
    return matching.best_class_weights, (on.array(rng.dirichlet(np.ones(CLASSES), n)), on.array(labels))


def _ranking(function: Callable[..., Any]) -> Specimen:
    def make(on: Setting, n: int) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        def at_ten(scores: Any, labels: Any) -> Any:
            return function(scores, labels, k=10)

        return at_ten, (_normal(on, 2, n + 1), on.array((np.arange(n + 1) % 3 == 0) * 1.0))

    return make


def _relevant(function: Callable[..., Any]) -> Specimen:
    def make(on: Setting, n: int) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        def at_ten(scores: Any, labels: Any) -> Any:
            return function(scores, labels, k=10)

        return at_ten, (_normal(on, 2, n + 1), on.array(np.arange(n + 1) % 3 == 0))

    return make


def _threshold(on: Setting, n: int) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    return matching.best_threshold, (_normal(on, n), on.array(np.arange(n) % 3 == 0))


def _similarity(on: Setting, n: int) -> Any:
    """A positive definite matrix with unit diagonal."""
    order = min(n, 64)
    return on.array(0.5 ** np.abs(np.subtract.outer(np.arange(order), np.arange(order))))


def _of_dtype(on: Setting, weights: Any) -> Any:
    """The function gives the default dtype of the labels' library, whatever the setting's is."""
    xp = _libraries.array_namespace(weights)
    return xp.astype(weights, getattr(xp, on.precision.name))


SPECIMENS: dict[str, Specimen] = {
    "matching.balanced_class_weights": lambda on, n: (
        lambda labels: _of_dtype(on, matching.balanced_class_weights(labels, classes=6)),
        (on.array(np.arange(n) // 3 % 6),),
    ),
    "matching.best_class_weights": _class_weights,
    "matching.best_threshold": _threshold,
    "matching.check_nonzero": lambda on, n: (matching.check_nonzero, (_normal(on, n, DIM),)),
    "matching.cosent_gradient": _pairs(matching.cosent_gradient),
    "matching.cosent_loss": _pairs(matching.cosent_loss),
    "matching.cosent_loss_of_embeddings": lambda on, n: (
        matching.cosent_loss_of_embeddings,
        (
            *(on.array(np.random.default_rng(seed).standard_normal((n, DIM))) for seed in (0, 1)),
            _grades(on, n),
        ),
    ),
    "matching.cosent_loss_pairwise": _pairs(matching.cosent_loss_pairwise),
    "matching.cosine_similarity": _vectors(matching.cosine_similarity),
    "matching.factor_similarity": lambda on, n: (matching.factor_similarity, (_similarity(on, n),)),
    "matching.jl_dimension": lambda on, n: (lambda: matching.jl_dimension(n, 0.5, 0.5), ()),
    "matching.jl_project": _vectors(matching.jl_project),
    "matching.ndcg_at_k": _ranking(matching.ndcg_at_k),
    "matching.nearest_semidefinite": lambda on, n: (matching.nearest_semidefinite, (_similarity(on, n),)),
    "matching.rank": lambda on, n: (matching.rank, (_normal(on, n),)),
    "matching.ranking_dimension": lambda on, n: (lambda: matching.ranking_dimension(n), ()),
    "matching.recall_at_k": _relevant(matching.recall_at_k),
    "matching.reciprocal_rank_at_k": _relevant(matching.reciprocal_rank_at_k),
    "matching.rule_of_thumb_dimension": lambda on, n: (lambda: matching.rule_of_thumb_dimension(n), ()),
    "matching.sbert_features": _vectors(matching.sbert_features),
    "matching.spearman": lambda on, n: (matching.spearman, (_normal(on, n), _grades(on, n))),
}

TAKES = {
    "matching.balanced_class_weights": "os",
    "matching.check_nonzero": "omlser",
    "matching.cosent_gradient": "- k",
    "matching.cosent_loss": "- k",
    "matching.cosent_loss_of_embeddings": "- - k",
    "matching.cosent_loss_pairwise": "- k",
    "matching.cosine_similarity": "ml ml",
    "matching.factor_similarity": "o",
    "matching.jl_project": "mlr r",
    "matching.ndcg_at_k": "mlr m",
    "matching.nearest_semidefinite": "om",
    "matching.rank": "kose",
    "matching.recall_at_k": "mlr m",
    "matching.reciprocal_rank_at_k": "mlr m",
    "matching.sbert_features": "ml ml",
    "matching.spearman": "k k",
}
