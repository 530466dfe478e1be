"""PyTorch's own functions under the conventions of refimpl's adapters."""

from typing import Any

import torch
from torch.distributions import MultivariateNormal, Normal, kl_divergence


def normal_log_prob(x: Any, mean: Any, std: Any, /) -> Any:
    return Normal(mean, std).log_prob(x)


def normal_kl(m1: Any, s1: Any, m2: Any, s2: Any, /) -> Any:
    return kl_divergence(Normal(m1, s1), Normal(m2, s2))


def multivariate_normal_log_prob(x: Any, mean: Any, lower: Any, /) -> Any:
    return MultivariateNormal(mean, scale_tril=lower).log_prob(x)


def multivariate_normal_kl(m1: Any, L1: Any, m2: Any, L2: Any, /) -> Any:
    return kl_divergence(MultivariateNormal(m1, scale_tril=L1), MultivariateNormal(m2, scale_tril=L2))


def normalized_weights(log_w: Any, /, *, axis: int = -1) -> Any:
    return torch.softmax(log_w, dim=axis)


def mixture_log_density(log_weights: Any, log_components: Any, /) -> Any:
    return torch.logsumexp(log_weights + log_components, dim=-1)
