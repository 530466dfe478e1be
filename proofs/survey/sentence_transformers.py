"""sentence-transformers' losses, cosines and threshold searches under refimpl's signatures."""

from typing import Any

from ..language.law import NotApplicableError
from ._binding import Library, lazy
from ._rows import aligned, cosines

LIBRARY = Library("sentence-transformers", backend="torch")
evaluation = lazy("sentence_transformers.sentence_transformer.evaluation")
losses = lazy("sentence_transformers.sentence_transformer.losses")
util = lazy("sentence_transformers.util")


@LIBRARY.bound("CoSENTLoss", "matching.cosent_loss", adapter="embeddings", dtypes=("float32",))
def cosent(u: Any, v: Any, labels: Any, scale: float, similarity: Any, /) -> Any:
    """CoSENTLoss of given embeddings; the model that would make them is not called."""
    loss = losses.CoSENTLoss(model=None, scale=scale, similarity_fct=similarity)
    return loss.compute_loss_from_embeddings([u, v], labels)


@LIBRARY.bound("util.cos_sim", "matching.cosine_similarity")
def cosine_similarity(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return cosines(util.cos_sim, u, v, axis)


@LIBRARY.bound("util.pairwise_cos_sim", "matching.cosine_similarity")
def cosine_of_pairs(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    """pairwise_cos_sim, which takes rows."""
    first, second = aligned(u, v, axis)
    shape = first.shape[:-1]
    rows = (array.reshape(-1, first.shape[-1]) for array in (first, second))
    return util.pairwise_cos_sim(*rows).reshape(shape)


@LIBRARY.bound(
    "BinaryClassificationEvaluator.find_best_…_and_threshold", "matching.best_threshold",
    adapter="at-least", backend="numpy",
)  # fmt: skip
def best_threshold(scores: Any, labels: Any, metric: Any, /) -> Any:
    """The searches of BinaryClassificationEvaluator, which know two metrics."""
    evaluator = evaluation.BinaryClassificationEvaluator
    if metric == "accuracy":
        value, cut = evaluator.find_best_acc_and_threshold(scores, labels, True)
    elif metric == "f1":
        value, _, _, cut = evaluator.find_best_f1_and_threshold(scores, labels, True)
    else:
        raise NotApplicableError("a metric of the user's")
    return cut, value
