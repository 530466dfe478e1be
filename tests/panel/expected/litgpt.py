"""What was seen of litgpt."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("0.5.13", "2026-11-30")
EXPECTED = (
    Expected(
        binding="litgpt/model.apply_rope",
    ),
    Expected(
        binding="litgpt/model.build_rope_cache",
    ),
    Expected(
        binding="litgpt/model.build_rope_cache (Llama 3)",
    ),
    Expected(
        binding="litgpt/model.build_rope_cache (YaRN)",
        fails={
            "rope.yarn-code-definition": "ordinary",
            "rope.yarn-ends": "ordinary",
            "rope.yarn-untruncated": "ordinary",
        },
        short="upside down",
        finding=(
            "It interpolates the fast pairs and keeps the slow ones, and its ramp ends at d/2 − 1 at "
            "most; the audit names the first (findings/litgpt-yarn-upside-down.sh)."
        ),
    ),
    Expected(
        binding="litgpt/model.RMSNorm",
        fails={"residual.rms_norm-definition": "extreme", "residual.rms-of-centred": "extreme"},
        lost={"ordinary": (7, 7), "cancellation": (7, 7), "extreme": (0, 0)},
        short="overflow",
        finding=("Zeros for rows whose squares overflow (entries above 1.8e19 in float32)."),
    ),
)
