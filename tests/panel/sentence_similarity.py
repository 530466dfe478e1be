"""sentence-transformers' losses and threshold searches under the conventions of refimpl's adapters."""

from typing import Any

from sentence_transformers.sentence_transformer.evaluation import BinaryClassificationEvaluator
from sentence_transformers.sentence_transformer.losses import CoSENTLoss

from refimpl.proofs.language.law import NotApplicableError


def cosent(u: Any, v: Any, labels: Any, scale: float, similarity: Any, /) -> Any:
    """CoSENTLoss of given embeddings; the model that would make them is not called."""
    loss = CoSENTLoss(model=None, scale=scale, similarity_fct=similarity)
    return loss.compute_loss_from_embeddings([u, v], labels)


def best_threshold(scores: Any, labels: Any, metric: Any, /) -> Any:
    """The searches of BinaryClassificationEvaluator, which know two metrics."""
    if metric == "accuracy":
        value, cut = BinaryClassificationEvaluator.find_best_acc_and_threshold(scores, labels, True)
    elif metric == "f1":
        value, _, _, cut = BinaryClassificationEvaluator.find_best_f1_and_threshold(scores, labels, True)
    else:
        raise NotApplicableError("a metric of the user's")
    return cut, value
