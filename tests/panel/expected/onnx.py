"""What was seen of onnx."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("1.23.2", "2026-11-30")
EXPECTED = (
    Expected(
        binding="onnx/LayerNormalization (reference)",
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
        binding="onnx/LayerNormalization (reference, float16)",
        fails={
            "residual.layer_norm-definition": "cancellation",
            "residual.layer_norm-accuracy": "cancellation",
        },
        lost={"ordinary": (3, 3), "cancellation": (3, 0), "extreme": (3, 3)},
        short="float16 inside, overflow",
        finding="Mean and variance are float16, although stash_type says float32 by default: of entries "
        "above 256 the squares overflow, and the result is 0 (findings/onnx-reference-layernorm-float16.sh).",
    ),
    Expected(
        binding="onnx/RMSNormalization (reference)",
        fails={"residual.rms_norm-definition": "extreme", "residual.rms-of-centred": "extreme"},
        lost={"ordinary": (7, 7), "cancellation": (7, 7), "extreme": (0, 0)},
        short="overflow",
        finding="Zeros for rows whose squares overflow (entries above 1.8e19 in float32).",
    ),
    Expected(
        binding="onnx/RotaryEmbedding (reference)",
    ),
)
