"""What was seen of duckdb."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("2.0.1", "2026-11-30")
EXPECTED = (
    Expected(
        binding="duckdb/list_cosine_similarity",
    ),
)
