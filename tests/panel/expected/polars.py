"""What was seen of polars."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("2.1.0", "2026-11-30")
EXPECTED = (
    Expected(
        binding="polars/Series.rank",
    ),
    Expected(
        binding="polars/corr (spearman)",
        edges=("number=float",),
        finding="NaN ranks as the largest number (findings/polars-spearman-ranks-nan.sh).",
    ),
)
