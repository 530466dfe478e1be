"""TensorFlow Probability's normal distributions, on its substrate of JAX, under refimpl's adapters."""

from typing import Any

from ._binding import Library, lazy

LIBRARY = Library("tensorflow-probability", backend="jax")
distributions = lazy("tensorflow_probability.substrates.jax.distributions")


@LIBRARY.bound(
    "distributions.Normal.log_prob", "density.normal_log_density", adapter="per-coordinate",
    laws=("density.normal_log_density-definition",),
)  # fmt: skip
def normal_log_density(x: Any, mean: Any, std: Any, /) -> Any:
    return distributions.Normal(mean, std).log_prob(x)


@LIBRARY.bound(
    "distributions.kl_divergence (Normal)", "density.normal_kl", adapter="per-coordinate",
    laws=("density.normal_kl-definition",),
)  # fmt: skip
def kl(m1: Any, s1: Any, m2: Any, s2: Any, /) -> Any:
    normal = distributions.Normal
    return distributions.kl_divergence(normal(m1, s1), normal(m2, s2))


@LIBRARY.bound(
    "distributions.MultivariateNormalTriL.log_prob", "density.normal_log_density_full", adapter="cholesky",
    laws=("density.normal_log_density_full-definition",), examples=9,
)  # fmt: skip
def log_prob_full(x: Any, mean: Any, lower: Any, /) -> Any:
    return distributions.MultivariateNormalTriL(mean, lower).log_prob(x)


@LIBRARY.bound(
    "distributions.kl_divergence (MultivariateNormalTriL)", "density.normal_kl_full", adapter="cholesky",
    laws=("density.normal_kl_full-definition",), examples=9,
)  # fmt: skip
def kl_full(m1: Any, L1: Any, m2: Any, L2: Any, /) -> Any:
    normal = distributions.MultivariateNormalTriL
    return distributions.kl_divergence(normal(m1, L1), normal(m2, L2))
