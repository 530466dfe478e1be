"""How functions of this document keep the digits that their textbook forms lose: a sentence for each."""

REMEDIES = {
    "matching.cosine_similarity": (
        "divide each vector by its largest magnitude before squares are summed, and clip to [−1, 1]"
    ),
    "matching.cosent_loss": (
        "log1p(Σ exp x) where all exponents are below 0, max + log1p(Σ exp(x − max) + expm1(−max)) "
        "otherwise: log(1 + tiny) keeps no digit of it"
    ),
    "matching.cosent_loss_pairwise": (
        "log1p(Σ exp x) where all exponents are below 0, max + log1p(Σ exp(x − max) + expm1(−max)) "
        "otherwise: log(1 + tiny) keeps no digit of it, and exp above 709 overflows"
    ),
    "matching.cosent_gradient": ("exp(log Σ exp x − loss), with a running largest exponent in each sum"),
    "matching.spearman": (
        "centre ranks as the integers 2·rank − (n + 1), so that a constant gives exactly 0"
    ),
    "matching.jl_dimension": (
        "ε − ln(1 + ε) ≈ ε²/2 − ε³/3 + … cancels: use its series, or decimals with as many digits "
        "more as 1/ε² has"
    ),
    "matching.nearest_semidefinite": (
        "halve before adding A and Aᵀ, and sum only the positive eigenvalues' parts"
    ),
}
"""For the report of a function that is right but loses digits."""
