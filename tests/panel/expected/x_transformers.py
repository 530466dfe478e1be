"""What was seen of x-transformers."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("2.31.10", "2026-11-30")
EXPECTED = (
    Expected(
        binding="x-transformers/apply_rotary_pos_emb",
    ),
    Expected(
        binding="x-transformers/RotaryEmbedding.inv_freq",
        finding="RotaryEmbedding(2) raises ZeroDivisionError.",
    ),
    Expected(
        binding="x-transformers/RMSNorm",
        finding="It has no eps, and is as asked with eps = 0.",
    ),
)
