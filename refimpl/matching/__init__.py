"""Matching: CoSENT, thresholds, and what a representation can represent.

Article: Jianlin Su (苏剑林), CoSENT, 2: how far apart are representation-based and interaction-based
matching? (2022-01-12), https://spaces.ac.cn/archives/8860. `refimpl show matching` prints what it
states.
"""

from ._cosent import check_nonzero, cosent_gradient, cosent_loss, cosent_loss_pairwise, cosine_similarity
from ._embeddings import cosent_loss_of_embeddings
from ._projection import (
    jl_dimension,
    jl_project,
    ranking_dimension,
    rule_of_thumb_dimension,
    sbert_features,
)
from ._ranks import rank, spearman
from ._retrieval import balanced_class_weights, ndcg_at_k, recall_at_k, reciprocal_rank_at_k
from ._similarity import factor_similarity, nearest_semidefinite
from ._thresholds import Threshold, best_threshold
from ._weights import ClassWeights, best_class_weights

__all__ = [
    "ClassWeights",
    "Threshold",
    "balanced_class_weights",
    "best_class_weights",
    "best_threshold",
    "check_nonzero",
    "cosent_gradient",
    "cosent_loss",
    "cosent_loss_of_embeddings",
    "cosent_loss_pairwise",
    "cosine_similarity",
    "factor_similarity",
    "jl_dimension",
    "jl_project",
    "ndcg_at_k",
    "nearest_semidefinite",
    "rank",
    "ranking_dimension",
    "recall_at_k",
    "reciprocal_rank_at_k",
    "rule_of_thumb_dimension",
    "sbert_features",
    "spearman",
]
