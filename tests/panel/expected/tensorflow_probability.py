"""What was seen of tensorflow-probability."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("0.25.0", "2026-11-30")
EXPECTED = (
    Expected(
        binding="tensorflow-probability/distributions.Normal.log_prob",
        finding="On JAX 0.4.38, as newer ones do not load it.",
    ),
    Expected(
        binding="tensorflow-probability/distributions.kl_divergence (Normal)",
    ),
    Expected(
        binding="tensorflow-probability/distributions.MultivariateNormalTriL.log_prob",
    ),
    Expected(
        binding="tensorflow-probability/distributions.kl_divergence (MultivariateNormalTriL)",
        finding=(
            "Its error is of the order of the dimension times the roundoff: of nearly equal distributions, "
            "whose divergence is far below, it is often negative, as in torch, NumPyro and Distrax "
            "(findings/kl-of-near-normals-below-zero.sh)."
        ),
    ),
)
