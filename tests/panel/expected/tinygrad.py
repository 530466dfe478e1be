"""What was seen of tinygrad."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("0.14.0", "2026-11-30")
EXPECTED = (
    Expected(
        binding="tinygrad/Tensor.layernorm",
        fails={"residual.layer_norm-accuracy": "cancellation", "residual.rms-of-centred": "extreme"},
        lost={"ordinary": (7, 7), "cancellation": (7, 1), "extreme": (7, 0)},
        short="lost digits",
        finding=(
            "Rows that are constant but for their last digits are normalised about a rounded mean; on"
            " its device in Python."
        ),
    ),
    Expected(
        binding="tinygrad/nn.RMSNorm",
        fails={"residual.rms_norm-definition": "extreme", "residual.rms-of-centred": "extreme"},
        lost={"ordinary": (7, 7), "cancellation": (7, 7), "extreme": (0, 0)},
        short="overflow",
        finding="Zeros for rows whose squares overflow (entries above 1.8e19 in float32).",
    ),
    Expected(
        binding="tinygrad/Tensor.softmax",
    ),
    Expected(
        binding="tinygrad/Tensor.logsumexp",
    ),
)
