"""What was seen of sentence-transformers."""

from panel.expected._expected import Expected

_SHORT = (
    "Up to 1 + 2u for parallel vectors; no digit is right for vectors whose squares leave the range of the "
    "dtype"
)

EXPECTED = (
    Expected(
        binding="sentence-transformers/CoSENTLoss",
        lost={"ordinary": (7, 1), "cancellation": (7, 7), "extreme": (7, 7)},
        too_few=True,
        fails={"matching.cosent-pairwise": "cancellation", "matching.cosent-invariances": "ordinary"},
        short="lost digits",
        finding="The loss has an absolute error of u, so losses far below 1 lose their digits "
        "(3.6e-7 for 3.1e-7 in float32).",
    ),
    Expected(
        binding="sentence-transformers/util.cos_sim",
        lost={"ordinary": (16, 15), "cancellation": (16, 16), "extreme": (0, 0)},
        edges=("zero-vector=0",),
        fails={"matching.cosine_similarity-definition": "ordinary"},
        short="passes 1, underflow",
        finding=f"{_SHORT}; lengths below 1e-12 count as 1e-12.",
    ),
    Expected(
        binding="sentence-transformers/BinaryClassificationEvaluator.find_best_…_and_threshold",
        lost={"ordinary": (16, 16), "cancellation": (16, 16), "extreme": (16, 16)},
        edges=("equal-cuts=highest", "no-positives=highest"),
        fails={"matching.threshold-midpoint": "extreme"},
        short="lost digits",
        finding="Of equally good cuts it keeps the highest, refimpl the lowest.",
    ),
    Expected(
        binding="sentence-transformers/util.pairwise_cos_sim",
        lost={"ordinary": (16, 15), "cancellation": (16, 16), "extreme": (0, 0)},
        edges=("zero-vector=0",),
        fails={"matching.cosine_similarity-definition": "ordinary"},
        short="underflow",
        finding=f"{_SHORT}.",
    ),
)
