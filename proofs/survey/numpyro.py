"""NumPyro's normal distributions under the conventions of refimpl's adapters."""

from typing import Any

from ._binding import Library, lazy

LIBRARY = Library("numpyro", backend="jax")
distributions = lazy("numpyro.distributions")


@LIBRARY.bound(
    "distributions.kl_divergence (Normal)", "density.normal_kl", adapter="per-coordinate",
    laws=("density.normal_kl-definition",), examples=6, diagnosed=False,
)  # fmt: skip
def kl(m1: Any, s1: Any, m2: Any, s2: Any, /) -> Any:
    normal = distributions.Normal
    return distributions.kl_divergence(normal(m1, s1), normal(m2, s2))


@LIBRARY.bound(
    "distributions.MultivariateNormal.log_prob", "density.normal_log_density_full", adapter="cholesky",
    laws=("density.normal_log_density_full-definition",), examples=3, diagnosed=False,
)  # fmt: skip
def log_prob_full(x: Any, mean: Any, lower: Any, /) -> Any:
    return distributions.MultivariateNormal(mean, scale_tril=lower).log_prob(x)
