"""PyTorch's own functions under the conventions of refimpl's adapters."""

from typing import Any

import torch
from torch import nn
from torch.distributions import (
    Categorical,
    MixtureSameFamily,
    MultivariateNormal,
    Normal,
    kl_divergence,
)


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


def mixture_log_prob(x: Any, log_weights: Any, means: Any, covariances: Any, /) -> Any:
    parts = MultivariateNormal(means, covariances)
    return MixtureSameFamily(Categorical(logits=log_weights), parts).log_prob(x)


def gaussian_nll(x: Any, mean: Any, variance: Any, /) -> Any:
    """-gaussian_nll_loss with its constant, and without the eps that variances are clamped at."""
    shape = torch.broadcast_shapes(x.shape, mean.shape, variance.shape)
    given = (array.broadcast_to(shape) for array in (mean, x, variance))
    return -nn.functional.gaussian_nll_loss(*given, full=True, eps=0, reduction="none").sum(-1)


def layer_norm_module(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    """nn.LayerNorm with these weights."""
    module = nn.LayerNorm(x.shape[-1], eps=eps, dtype=x.dtype)
    with torch.no_grad():
        for parameter, given in ((module.weight, gamma), (module.bias, beta)):
            if given is not None:
                parameter.copy_(given)
        return module(x)


def init_variance(fan_in: int, fan_out: int, *, mode: str = "forward", activation: str = "linear") -> float:
    """The variance that the initialisers draw with."""
    gain = nn.init.calculate_gain(activation)
    if mode == "xavier":
        return gain**2 * 2 / (fan_in + fan_out)
    return gain**2 / (fan_in if mode == "forward" else fan_out)
