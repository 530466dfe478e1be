"""What was seen of x-transformers."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("2.31.10", "2026-11-30")
EXPECTED = (
    Expected(
        binding="x-transformers/apply_rotary_pos_emb",
    ),
)
