"""torchmetrics' scores of retrieval."""

from ._binding import Library

LIBRARY = Library("torchmetrics", backend="torch")
_HOME = "torchmetrics.functional.retrieval"

for _name, _ours in (
    ("retrieval_normalized_dcg", "matching.ndcg_at_k"),
    ("retrieval_recall", "matching.recall_at_k"),
    ("retrieval_reciprocal_rank", "matching.reciprocal_rank_at_k"),
):
    LIBRARY.function(f"functional.retrieval.{_name}", _ours, f"{_HOME}:{_name}", adapter="one-query")
