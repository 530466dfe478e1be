"""What was seen of optax."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("0.2.8", "2026-11-30")
EXPECTED = (
    Expected(
        binding="optax/losses.cosine_similarity",
        fails={"matching.cosine_similarity-definition": "ordinary"},
        lost={"ordinary": (7, 7), "cancellation": (7, 7), "extreme": (7, 0)},
        short="passes 1, overflow",
        finding=(
            "1.0000001 for parallel vectors; squares leave the range: in float32 the cosine of (1e30,"
            " 1e30, 1e30) with itself is 0, that of (1e-30, 1e-30, 1e-30) infinite, as `epsilon` is 0"
            " by default."
        ),
    ),
)
