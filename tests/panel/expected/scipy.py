"""What was seen of scipy."""

from panel.expected._expected import Expected

EXPECTED = (
    Expected(
        binding="scipy/stats.rankdata",
    ),
    Expected(
        binding="scipy/stats.spearmanr",
    ),
    Expected(
        binding="scipy/stats.multivariate_normal.logpdf",
        lost={"ordinary": (16, 15), "cancellation": (16, 15), "extreme": (16, 13)},
        fails={"density.normal_log_density_full-definition": "extreme"},
        short="lost digits",
        finding="Refuses covariances of condition above about 4e9 as singular.",
    ),
    Expected(
        binding="scipy/stats.wasserstein_distance",
        finding="Of order 1, which is its only one.",
    ),
    Expected(
        binding="scipy/integrate.solve_ivp (DOP853)",
    ),
    Expected(
        binding="scipy/special.softmax",
    ),
    Expected(
        binding="scipy/special.logsumexp",
    ),
    Expected(
        binding="scipy/spatial.distance.cdist (cosine)",
        fails={"matching.cosine_similarity-definition": "extreme"},
        short="underflow",
        finding="No digit is right for vectors whose squares leave the range of the dtype.",
    ),
    Expected(
        binding="scipy/stats.norm.logpdf",
    ),
)
