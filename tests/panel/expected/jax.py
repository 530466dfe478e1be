"""What was seen of jax."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("0.10.2", "2026-11-30")
EXPECTED = (
    Expected(
        binding="jax/nn.standardize",
        fails={"residual.layer_norm-accuracy": "cancellation"},
        lost={"ordinary": (7, 7), "cancellation": (7, 0), "extreme": (7, 0)},
        short="mean of squares",
        finding=(
            "Variance is the mean of squares less the square of the mean: of numbers near 1e4 no "
            "digit is left (findings/layer-norms-by-mean-of-squares.sh)."
        ),
    ),
    Expected(
        binding="jax/nn.softmax",
    ),
    Expected(
        binding="jax/scipy.special.logsumexp",
    ),
    Expected(
        binding="jax/scipy.stats.norm.logpdf",
    ),
    Expected(
        binding="jax/scipy.stats.multivariate_normal.logpdf",
    ),
    Expected(
        binding="jax/scipy.stats.rankdata",
    ),
    Expected(
        binding="jax/experimental.ode.odeint",
        fails={"flow.adaptive-meets-tolerance": "ordinary"},
        short="NaN backward",
        finding=(
            "NaN for decreasing times (findings/jax-odeint-decreasing-times.sh); forward it meets its"
            " tolerance."
        ),
    ),
)
