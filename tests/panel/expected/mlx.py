"""What was seen of mlx."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("0.32.4", "2026-11-30")
EXPECTED = (
    Expected(
        binding="mlx/core.logsumexp",
        fails={
            "density.mixture_log_density-definition": "ordinary",
            "density.location-mixtures-approximate": "ordinary",
        },
        short="float32 digits",
        finding=("Float64 arrays have the digits of float32 (findings/mlx-float64-with-float32-digits.sh)."),
    ),
    Expected(
        binding="mlx/core.softmax",
        fails={"density.normalized_weights-definition": "ordinary"},
        short="float32 digits",
        finding=("As `core.logsumexp`; the audit names this."),
    ),
    Expected(
        binding="mlx/core.fast.layer_norm",
        fails={
            "residual.layer_norm-definition": "extreme",
            "residual.layer_norm-accuracy": "cancellation",
            "residual.rms-of-centred": "extreme",
        },
        short="overflow, lost digits",
        finding=(
            "Zeros where a square overflows; rows that are constant but for their last digits are "
            "normalised about a rounded mean."
        ),
    ),
    Expected(
        binding="mlx/core.fast.rms_norm",
        fails={"residual.rms_norm-definition": "extreme", "residual.rms-of-centred": "extreme"},
        lost={"ordinary": (7, 7), "cancellation": (7, 7), "extreme": (0, 0)},
        short="overflow",
        finding="Zeros for rows whose squares overflow (entries above 1.8e19 in float32).",
    ),
    Expected(
        binding="mlx/core.fast.rope",
    ),
)
