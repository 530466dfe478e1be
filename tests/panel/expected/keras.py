"""What was seen of keras."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("3.15.1", "2026-11-30")
EXPECTED = (
    Expected(
        binding="keras/layers.LayerNormalization",
        fails={
            "residual.layer_norm-definition": "extreme",
            "residual.layer_norm-accuracy": "cancellation",
            "residual.rms-of-centred": "extreme",
        },
        lost={"ordinary": (7, 7), "cancellation": (7, 1), "extreme": (7, 0)},
        short="overflow, lost digits",
        finding=("As `torch.nn.functional.layer_norm`, on the torch backend."),
    ),
    Expected(
        binding="keras/ops.moments",
        fails={
            "residual.layer_norm-definition": "cancellation",
            "residual.layer_norm-accuracy": "cancellation",
            "residual.rms-of-centred": "extreme",
        },
        lost={"ordinary": (7, 7), "cancellation": (7, 0), "extreme": (7, 0)},
        short="mean of squares",
        finding=(
            "On the torch backend variance is the mean of squares less the square of the mean: 0 for "
            "10001, 9999, 10000.5, 9999.5, of which `ops.var` gives 0.625."
        ),
    ),
    Expected(
        binding="keras/layers.RMSNormalization",
        fails={"residual.rms_norm-definition": "extreme", "residual.rms-of-centred": "extreme"},
        lost={"ordinary": (7, 7), "cancellation": (7, 7), "extreme": (0, 0)},
        short="overflow",
        finding="Zeros for rows whose squares overflow (entries above 1.8e19), on the torch backend.",
    ),
)
