"""What was seen of numpyro."""

from panel.expected._expected import Expected

_NEAR = (
    "Inaccurate for nearly equal distributions: the terms are summed beside 1, so that means 1e-9 σ apart "
    "give 0 instead of 5e-19. The law of those is left out, as no function of σ instead of σ² can meet it."
)

EXPECTED = (
    Expected(
        binding="numpyro/distributions.kl_divergence (Normal)",
        finding=_NEAR,
    ),
    Expected(
        binding="numpyro/distributions.MultivariateNormal.log_prob",
    ),
)
