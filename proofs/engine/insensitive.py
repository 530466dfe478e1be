"""Why some laws see no relative change of 64 ulp in the results of any function that they are about.

`refimpl sensitivity` measures what each law sees. Other laws about the same functions see less.
"""

REASONS: dict[str, tuple[str, ...]] = {
    "it compares a function with itself, and both sides change alike": (
        "ddpm.defaults",
        "ddpm.leading-axes",
        "flow.defaults",
        "matching.cosent-invariances",
        "matching.spearman-monotone",
        "rope.defaults",
        "rope.leading-axes",
        "transport.leading-axes",
    ),
    "it is an inequality, which is seldom tight": (
        "ddpm.bound-below-evidence",
        "matching.ranking-dimension",
        "matching.threshold-majority",
        "matching.weights-powell",
        "transport.bound-bends",
        "transport.bound-curved",
        "transport.bound-linear",
        "transport.cloud-metric",
        "transport.common-noise-contracts",
        "transport.score-matching-bounds",
        "transport.total-score",
    ),
    "it is of random samples, and sees what goes beyond their spread": (
        "argmaxable.gaussian-rows",
        "argmaxable.wendel",
        "density.ess-converges",
        "matching.jl-error",
        "residual.deep-relu-increment",
        "residual.growth-concentrates",
        "transport.empirical-distance",
    ),
    "it is of verdicts, beside which a margin may have any size": (
        "argmaxable.bias-keeps",
        "argmaxable.classify-definition",
        "argmaxable.duplicates",
        "argmaxable.equal-norms",
        "argmaxable.invariance",
        "argmaxable.line",
        "argmaxable.plane",
        "argmaxable.row-scale",
        "argmaxable.simplex",
        "argmaxable.winners-are-argmaxable",
    ),
    "its bound is the error of finite steps, which is larger than all roundings": (
        "flow.adaptive-meets-tolerance",
        "flow.change-of-variables",
        "flow.convergence-order",
        "flow.gaussian-map",
        "flow.grid-differences-order",
        "flow.keeps-cumulative-probability",
        "flow.returns",
    ),
    "its bound has the error of a quadrature, or of printed digits": (
        "density.location-mixtures-approximate",
        "transport.equality-scale",
        "transport.equality-shift",
        "transport.reference-values",
        "transport.wasserstein-quantile-definition",
    ),
    "its terms cancel, and their sizes, not the sum, carry the roundings": (
        "ddpm.joint-divergence",
        "flow.family-shares-marginals",
        "flow.fokker-planck",
        "flow.grid-agrees-with-mixture",
        "flow.grid-spectral-definition",
        "flow.grid-varying-diffusion",
        "flow.reversal-shares-marginals",
        "matching.cosent-gradient-derivative",
    ),
    "it counts every rounding through all layers or steps, as if they went one way": (
        "ddpm.exact-chain",
        "ddpm.optimal-variance-minimises",
        "residual.increment-first-order",
        "residual.no-variance-shrinks-gradients",
        "residual.orthogonal-stack-increment",
        "residual.relu-block-increment",
    ),
}

FUNCTIONS: dict[str, tuple[str, ...]] = {
    "it is a sum of terms that cancel, and their sizes carry the roundings": (
        "ddpm.joint_kl",
        "flow.mixture_score_jacobian",
        "flow.mixture_time_derivative",
    ),
    "the roundings of all its steps are counted": ("flow.flow_log_likelihood",),
    "it returns the error of its quadrature, within which it is tried": ("transport.wasserstein_quantile",),
}
"""Why no law sees a relative change of 64 ulp in some functions."""


def reason(name: str) -> str:
    """Why a law sees little, or little is seen of a function; empty if it need not be so."""
    return next((why for why, names in (REASONS | FUNCTIONS).items() if name in names), "")
