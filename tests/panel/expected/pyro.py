"""What was seen of pyro-ppl."""

from panel.expected._expected import Expected

EXPECTED = (
    Expected(
        binding="pyro-ppl/distributions.MixtureOfDiagNormals.log_prob",
    ),
)
