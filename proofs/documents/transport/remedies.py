"""How functions of this document keep the digits that their textbook forms lose: a sentence for each."""

REMEDIES = {
    "transport.wasserstein_1d": (
        "divide the gaps by the largest one before they are raised to the power p, and multiply the "
        "root by it"
    ),
    "transport.wasserstein_discrete": (
        "divide the distances by the largest one before they are raised to the power p"
    ),
    "transport.coupling_cost": (
        "divide the distances by the largest one before they are raised to the power p, and "
        "multiply the root by it"
    ),
    "transport.wasserstein_gaussian": (
        "‖m₁ − m₂‖² + ‖R₁ − R₂Q‖² with S = RRᵀ and the polar factor Q of R₂ᵀR₁: a sum of squares, "
        "where tr(S₁ + S₂ − 2(…)^{1/2}) cancels if S₁ ≈ S₂"
    ),
    "transport.frechet_distance": (
        "the singular values of R₂ᵀR₁ with S = RRᵀ in place of the roots of the eigenvalues of S₁S₂, whose "
        "range is that of the squares"
    ),
    "transport.frechet_feature_distance": (
        "the singular values of BAᵀ, A and B the centred features over (n − 1)^{1/2}, in place of the roots "
        "of covariances, which lose half of the digits where those are singular"
    ),
    "transport.sliced_wasserstein": (
        "divide the gaps by the largest one before they are raised to the power p, and multiply the "
        "root by it"
    ),
    "transport.gaussian_map": (
        "the polar factor of R₂ᵀS₁^{1/2}, S₂ = R₂R₂ᵀ, in place of the root of a product of three "
        "covariances, which squares their range and their condition"
    ),
    "transport.coupling_monotonicity": (
        "tr((M − I)M⁻¹(M − I)): M − I is small first and squared then, where tr M + tr M⁻¹ − 2d cancels"
    ),
    "transport.gaussian_score_matching": (
        "‖(A + P⁻¹)R‖² with P = RRᵀ, a sum of squares without the inverse of P"
    ),
    "transport.linear_flow_pair": (
        "distances as sums of squares (see wasserstein_gaussian); one exponential of the matrix "
        "with its offset beside it"
    ),
}
"""For the report of a function that is right but loses digits."""
