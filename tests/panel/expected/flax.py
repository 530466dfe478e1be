"""What was seen of flax."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("0.12.8", "2026-11-30")
EXPECTED = (
    Expected(
        binding="flax/linen.LayerNorm",
        fails={"residual.layer_norm-accuracy": "extreme"},
        lost={"ordinary": (7, 7), "cancellation": (7, 0), "extreme": (7, 0)},
        short="mean of squares",
        finding=(
            "Variance is the mean of squares less the square of the mean, by default "
            "(use_fast_variance): of numbers near 1e4 no digit is left "
            "(findings/layer-norms-by-mean-of-squares.sh)."
        ),
    ),
)
