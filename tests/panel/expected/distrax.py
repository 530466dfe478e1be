"""What was seen of distrax."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("0.1.5", "2026-11-30")
EXPECTED = (
    Expected(
        binding="distrax/MultivariateNormalTri.kl_divergence",
        finding=("On JAX 0.4.38 and TensorFlow Probability 0.25.0, in an environment of their own."),
    ),
)
