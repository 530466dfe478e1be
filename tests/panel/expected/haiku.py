"""What was seen of dm-haiku."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("0.0.17", "2026-11-30")
EXPECTED = (
    Expected(
        binding="dm-haiku/LayerNorm",
        fails={"residual.layer_norm-accuracy": "extreme"},
        lost={"ordinary": (7, 7), "cancellation": (7, 1), "extreme": (7, 0)},
        short="lost digits",
        finding=("Rows that are constant but for their last digits are normalised about a rounded mean."),
    ),
)
