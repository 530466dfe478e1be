"""What was seen of onnxruntime."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("1.32.0", "2026-11-30")
EXPECTED = (
    Expected(
        binding="onnxruntime/LayerNormalization",
        fails={
            "residual.layer_norm-definition": "extreme",
            "residual.layer_norm-accuracy": "cancellation",
            "residual.rms-of-centred": "extreme",
        },
        lost={"ordinary": (7, 7), "cancellation": (7, 1), "extreme": (7, 0)},
        short="overflow, lost digits",
        finding="Zeros where a square overflows; rows that are constant but for their last digits are "
        "normalised about a rounded mean.",
    ),
    Expected(
        binding="onnxruntime/LayerNormalization (float16)",
        finding="It computes in float32 and rounds once.",
    ),
)
