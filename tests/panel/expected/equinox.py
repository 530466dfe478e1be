"""What was seen of equinox."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("0.13.8", "2026-11-30")
EXPECTED = (
    Expected(
        binding="equinox/nn.LayerNorm",
        fails={
            "residual.layer_norm-definition": "extreme",
            "residual.layer_norm-accuracy": "cancellation",
            "residual.rms-of-centred": "extreme",
        },
        lost={"ordinary": (7, 7), "cancellation": (7, 1), "extreme": (7, 0)},
        short="overflow, lost digits",
        finding=(
            "Zeros where a square overflows; rows that are constant but for their last digits are "
            "normalised about a rounded mean."
        ),
    ),
    Expected(
        binding="equinox/nn.RMSNorm",
        fails={"residual.rms_norm-definition": "extreme", "residual.rms-of-centred": "extreme"},
        lost={"ordinary": (7, 7), "cancellation": (7, 7), "extreme": (0, 0)},
        short="overflow",
        finding=("Zeros for rows whose squares overflow (entries above 1.8e19 in float32)."),
    ),
    Expected(
        binding="equinox/nn.RotaryPositionalEmbedding",
        fails={"rope.frequencies-definition": "ordinary"},
        short="keeps the first theta",
        finding=(
            "Tables are kept by the size alone: of two embeddings of one size the second turns by the"
            " theta of the first (findings/equinox-rope-keeps-the-first-theta.sh)."
        ),
    ),
)
