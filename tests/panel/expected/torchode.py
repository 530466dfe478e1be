"""What was seen of torchode."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("1.0.1", "2026-11-30")
EXPECTED = (
    Expected(
        binding="torchode/solve_ivp (tsit5, PIDController)",
    ),
)
