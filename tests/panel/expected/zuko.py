"""What was seen of zuko."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("1.6.0", "2026-11-30")
EXPECTED = (
    Expected(
        binding="zuko/utils.odeint",
    ),
)
