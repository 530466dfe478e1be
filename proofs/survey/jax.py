"""JAX's own functions."""

from typing import Any

from ._binding import Library, lazy
from ._norms import scaled
from ._samples import each_sample

LIBRARY = Library("jax", backend="jax")
jnp, nn, ode = lazy("jax.numpy"), lazy("jax.nn"), lazy("jax.experimental.ode")
stats, special = lazy("jax.scipy.stats"), lazy("jax.scipy.special")


@LIBRARY.bound(
    "nn.standardize", "residual.layer_norm", dtypes=("float32",), laws=("residual.layer_norm-accuracy",),
    examples=6,
)  # fmt: skip
def layer_norm(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    """A layer normalisation that is written with it."""
    return scaled(nn.standardize(x, epsilon=eps), gamma, beta)


@LIBRARY.bound("nn.softmax", "density.normalized_weights")
def normalized_weights(log_w: Any, /, *, axis: int = -1) -> Any:
    return nn.softmax(log_w, axis=axis)


@LIBRARY.bound(
    "scipy.special.logsumexp", "density.mixture_log_density", laws=("density.mixture_log_density-definition",)
)
def mixture_log_density(log_weights: Any, log_components: Any, /) -> Any:
    return special.logsumexp(log_weights + log_components, axis=-1)


@LIBRARY.bound(
    "scipy.stats.norm.logpdf", "density.normal_log_density", adapter="per-coordinate",
    laws=("density.normal_log_density-definition",),
)  # fmt: skip
def normal_log_density(x: Any, mean: Any, std: Any, /) -> Any:
    return stats.norm.logpdf(x, mean, std)


@LIBRARY.bound(
    "scipy.stats.multivariate_normal.logpdf", "density.normal_log_density_full",
    laws=("density.normal_log_density_full-definition",), examples=9,
)  # fmt: skip
def normal_log_density_full(x: Any, mean: Any, covariance: Any, /) -> Any:
    return stats.multivariate_normal.logpdf(x, mean, covariance)


@LIBRARY.bound("scipy.stats.rankdata", "matching.rank", laws=("matching.rank-definition",))
def rank(x: Any, /) -> Any:
    return stats.rankdata(x)


@LIBRARY.bound(
    "experimental.ode.odeint", "flow.integrate_adaptive", laws=("flow.adaptive-meets-tolerance",),
    examples=6, diagnosed=False,
)  # fmt: skip
def integrate_adaptive(
    velocity: Any, x: Any, times: Any, /, *, rtol: float = 1e-6, atol: float = 1e-6
) -> Any:
    def solve(field: Any, y: Any, start: Any, end: Any) -> Any:
        span = jnp.stack([start, end])
        return ode.odeint(lambda y, t: field(t, y), y, span, rtol=rtol, atol=atol)[-1]

    return each_sample(solve, velocity, x, times)
