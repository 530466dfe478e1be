"""What is to be known of single functions of refimpl.matching and of their laws."""

from typing import Any

from .... import _libraries
from ...language.facts import Facts
from .remedies import REMEDIES


def _products(result: Any) -> Any:
    """The inner products of vectors, which any rotation keeps."""
    return result @ _libraries.array_namespace(result).matrix_transpose(result)


FACTS = Facts(
    called={
        "matching.balanced_class_weights": ("compute_class_weight",),
        "matching.best_threshold": ("find_best_acc_and_threshold", "find_best_f1_and_threshold"),
        "matching.cosine_similarity": ("cos_sim", "pairwise_cos_sim", "cosine"),
        "matching.cosent_loss": ("cosent", "ranking_loss"),
        "matching.cosent_loss_of_embeddings": ("CoSENTLoss",),
        "matching.jl_dimension": ("johnson_lindenstrauss_min_dim",),
        "matching.jl_project": ("GaussianRandomProjection.transform",),
        "matching.ndcg_at_k": ("ndcg_score", "retrieval_normalized_dcg"),
        "matching.nearest_semidefinite": ("nearest_psd", "near_psd", "cov_nearest"),
        "matching.rank": ("rankdata", "midranks"),
        "matching.recall_at_k": ("retrieval_recall",),
        "matching.reciprocal_rank_at_k": ("mrr", "mean_reciprocal_rank", "retrieval_reciprocal_rank"),
        "matching.spearman": ("spearmanr", "spearman_corrcoef"),
    },
    invariant={
        "matching.cosine_similarity": ({"u": "a factor"}, {"v": "a factor"}),
        "matching.cosent_loss": ({"cosines": "a constant"},),
        "matching.cosent_loss_of_embeddings": ({"u": "a factor"}, {"v": "a factor"}),
    },
    not_differentiable={
        "matching.check_nonzero": "it gives truth values",
        "matching.ndcg_at_k": "ranks stay as they are where scores change a little",
        "matching.recall_at_k": "ranks stay as they are where scores change a little",
        "matching.reciprocal_rank_at_k": "ranks stay as they are where scores change a little",
        "matching.rank": "ranks stay as they are where values change a little",
        "matching.spearman": "ranks stay as they are where values change a little",
    },
    unique={"matching.factor_similarity": _products},
    nan_untried=frozenset({"matching.factor_similarity"}),
    order_hidden=frozenset({"matching.factor_similarity"}),  # numbers in another order are refused
    predicates=frozenset({"matching.check_nonzero"}),
    notes={
        "matching.cosent_gradient": "the difference of a pair's shares as the better and as the worse one",
    },
    insensitive={
        "it compares a function with itself, and both sides change alike": (
            "matching.cosent-invariances",
            "matching.spearman-monotone",
        ),
        "it is an inequality, which is seldom tight": (
            "matching.ranking_dimension-below-rule-of-thumb",
            "matching.threshold-majority",
            "matching.weights-powell",
        ),
        "it is of random samples, and sees what goes beyond their spread": ("matching.jl-error",),
        "its terms cancel, and their sizes, not the sum, carry the roundings": (
            "matching.cosent_gradient-derivative",
        ),
    },
    hidden_in_float16={
        "what it changes is less than the roundings that its laws admit there": (
            "matching.cosent_loss/log-of-sum",
            "matching.factor_similarity/loose-rank",
            "matching.nearest_semidefinite/floor",
        ),
        "no number of the format but 0 is below its tolerance": ("matching.check_nonzero/tolerance",),
    },
    hidden_in_bfloat16={
        "what it changes is less than the roundings that its laws admit there": (
            "matching.cosent_loss/log-of-sum",
            "matching.factor_similarity/loose-rank",
        ),
    },
    remedies=REMEDIES,
)
