"""PyTorch's own functions under the conventions of refimpl's adapters."""

from typing import Any

from ._binding import Library, lazy

LIBRARY = Library("torch", backend="torch")
BOTH = ("float64", "float32")
torch, nn, distributions = lazy("torch"), lazy("torch.nn"), lazy("torch.distributions")

LIBRARY.function(
    "nn.functional.layer_norm", "residual.layer_norm", "torch.nn.functional:layer_norm",
    adapter="normalized-shape", dtypes=BOTH,
)  # fmt: skip


@LIBRARY.bound("nn.LayerNorm", "residual.layer_norm", dtypes=("float32",))
def layer_norm_module(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    """nn.LayerNorm with these weights."""
    module = nn.LayerNorm(x.shape[-1], eps=eps, dtype=x.dtype)
    with torch.no_grad():
        for parameter, given in ((module.weight, gamma), (module.bias, beta)):
            if given is not None:
                parameter.copy_(given)
        return module(x)


LIBRARY.function(
    "nn.functional.rms_norm", "residual.rms_norm", "torch.nn.functional:rms_norm",
    adapter="normalized-shape", dtypes=("float32",),
)  # fmt: skip


@LIBRARY.bound("nn.functional.cosine_similarity", "matching.cosine_similarity", dtypes=("float32",))
def cosine_similarity(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    """Without the eps that stands in for short vectors' lengths."""
    return nn.functional.cosine_similarity(u, v, dim=axis, eps=0)


@LIBRARY.bound(
    "distributions.Normal.log_prob", "density.normal_log_density", adapter="per-coordinate", dtypes=BOTH
)
def normal_log_prob(x: Any, mean: Any, std: Any, /) -> Any:
    return distributions.Normal(mean, std).log_prob(x)


@LIBRARY.bound(
    "distributions.kl_divergence (Normal)", "density.normal_kl", adapter="per-coordinate", dtypes=BOTH
)
def normal_kl(m1: Any, s1: Any, m2: Any, s2: Any, /) -> Any:
    normal = distributions.Normal
    return distributions.kl_divergence(normal(m1, s1), normal(m2, s2))


@LIBRARY.bound(
    "distributions.MultivariateNormal.log_prob", "density.normal_log_density_full",
    adapter="cholesky", dtypes=BOTH,
)  # fmt: skip
def multivariate_normal_log_prob(x: Any, mean: Any, lower: Any, /) -> Any:
    return distributions.MultivariateNormal(mean, scale_tril=lower).log_prob(x)


@LIBRARY.bound(
    "distributions.kl_divergence (MultivariateNormal)", "density.normal_kl_full",
    adapter="cholesky", dtypes=BOTH,
)  # fmt: skip
def multivariate_normal_kl(m1: Any, L1: Any, m2: Any, L2: Any, /) -> Any:
    normal = distributions.MultivariateNormal
    return distributions.kl_divergence(normal(m1, scale_tril=L1), normal(m2, scale_tril=L2))


@LIBRARY.bound("softmax", "density.normalized_weights", dtypes=BOTH)
def normalized_weights(log_w: Any, /, *, axis: int = -1) -> Any:
    return torch.softmax(log_w, dim=axis)


@LIBRARY.bound("logsumexp", "density.mixture_log_density", dtypes=BOTH)
def mixture_log_density(log_weights: Any, log_components: Any, /) -> Any:
    return torch.logsumexp(log_weights + log_components, dim=-1)


@LIBRARY.bound("distributions.MixtureSameFamily.log_prob", "flow.mixture_log_density", adapter="gmm")
def mixture_log_prob(x: Any, log_weights: Any, means: Any, covariances: Any, /) -> Any:
    parts = distributions.MultivariateNormal(means, covariances)
    weights = distributions.Categorical(logits=log_weights)
    return distributions.MixtureSameFamily(weights, parts).log_prob(x)


@LIBRARY.bound("nn.functional.gaussian_nll_loss (full, eps=0)", "density.normal_log_density", dtypes=BOTH)
def gaussian_nll(x: Any, mean: Any, variance: Any, /) -> Any:
    """-gaussian_nll_loss with its constant, and without the eps that variances are clamped at."""
    shape = torch.broadcast_shapes(x.shape, mean.shape, variance.shape)
    given = (array.broadcast_to(shape) for array in (mean, x, variance))
    return -nn.functional.gaussian_nll_loss(*given, full=True, eps=0, reduction="none").sum(-1)


@LIBRARY.bound("nn.init.kaiming_normal_, xavier_normal_", "residual.init_variance")
def init_variance(fan_in: int, fan_out: int, *, mode: str = "forward", activation: str = "linear") -> float:
    """The variance that the initialisers draw with."""
    gain = float(nn.init.calculate_gain(activation))
    if mode == "xavier":
        return gain**2 * 2 / (fan_in + fan_out)
    return gain**2 / (fan_in if mode == "forward" else fan_out)
