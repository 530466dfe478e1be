"""What was seen of pandas."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("3.1.1", "2026-11-30")
EXPECTED = (
    Expected(
        binding="pandas/Series.rank",
    ),
    Expected(
        binding="pandas/DataFrame.corr (spearman)",
        fails={
            "matching.spearman-definition": "extreme",
            "matching.spearman-extremes": "extreme",
            "matching.spearman-monotone": "extreme",
            "matching.spearman-integers": "ordinary",
        },
        short="infinite numbers, large integers",
        finding=(
            "Rows with an infinite number are left out and the ranks of the others counted wrong "
            "(-0.447 of two pairs in opposite order); integers above 2^53 are rounded before they are"
            " ranked (findings/pandas-spearman-of-infinite-numbers.sh)."
        ),
    ),
)
