"""What was seen of diffrax."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("0.7.2", "2026-11-30")
EXPECTED = (
    Expected(
        binding="diffrax/diffeqsolve (Dopri8, PIDController)",
    ),
)
