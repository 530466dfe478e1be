"""NumPyro's normal distribution under the conventions of refimpl's adapters."""

from typing import Any

from numpyro.distributions import MultivariateNormal, Normal, kl_divergence


def kl(m1: Any, s1: Any, m2: Any, s2: Any, /) -> Any:
    return kl_divergence(Normal(m1, s1), Normal(m2, s2))


def log_prob_full(x: Any, mean: Any, lower: Any, /) -> Any:
    return MultivariateNormal(mean, scale_tril=lower).log_prob(x)
