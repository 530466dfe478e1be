"""What was seen of torchmetrics."""

from panel.expected._expected import Expected

EXPECTED = (
    Expected(
        binding="torchmetrics/functional.retrieval.retrieval_normalized_dcg",
        fails={"matching.ndcg_at_k-definition": "ordinary"},
        short="no short results",
        finding=(
            "Equal scores are averaged, as here, but a score of −inf has a place as others have, so "
            "that fewer than k results cannot be said."
        ),
    ),
    Expected(
        binding="torchmetrics/functional.retrieval.retrieval_recall",
        fails={"matching.recall_at_k-definition": "ordinary"},
        short="scores ≤ 0, ties",
        finding=(
            "A document with a score of 0 or less counts as not retrieved, as with cosines or logits;"
            " equal scores are taken in the order in which they come."
        ),
    ),
    Expected(
        binding="torchmetrics/functional.retrieval.retrieval_reciprocal_rank",
        fails={"matching.reciprocal_rank_at_k-definition": "ordinary"},
        short="scores ≤ 0, ties",
        finding="As `retrieval_recall`.",
    ),
)
