"""What was seen of scikit-learn."""

from panel.expected._expected import Expected

_SHORT = (
    "Up to 1 + 2u for parallel vectors; no digit is right for vectors whose squares leave the range of the "
    "dtype"
)

EXPECTED = (
    Expected(
        binding="scikit-learn/mixture.GaussianMixture.score_samples",
    ),
    Expected(
        binding="scikit-learn/metrics.pairwise.cosine_similarity",
        lost={"ordinary": (16, 15), "cancellation": (16, 16), "extreme": (0, 0)},
        edges=("zero-vector=0",),
        fails={"matching.cosine_similarity-definition": "ordinary"},
        short="passes 1, underflow",
        finding=f"{_SHORT}.",
    ),
    Expected(
        binding="scikit-learn/metrics.ndcg_score",
        finding="Of two documents and more, with finite scores.",
    ),
)
