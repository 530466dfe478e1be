"""What was seen of arviz."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("0.23.4", "2026-11-30")
EXPECTED = (
    Expected(
        binding="arviz/psislw",
    ),
)
