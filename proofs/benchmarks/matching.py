"""CoSENT, ranks, thresholds and class weights beside sentence-transformers, SciPy and Powell's method."""

import numpy as np

from ._row import Calls, Peer, Row, close

SCIPY = {"scipy.stats": "scipy"}


def _spearman() -> Calls:
    from scipy import stats  # noqa: PLC0415

    from ... import matching  # noqa: PLC0415

    rng = np.random.default_rng(0)
    x = rng.normal(size=10**6)
    y = x + rng.normal(size=10**6)
    return Calls(lambda: matching.spearman(x, y), lambda: stats.spearmanr(x, y).statistic, close(1e-12))


ROWS = [
    Row("spearman-1e6", "spearman of 1,000,000 pairs, float64", _spearman,
        Peer("scipy.stats.spearmanr", SCIPY), goal=0.5, about="matching.spearman"),
]  # fmt: skip
