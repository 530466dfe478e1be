"""BlackJAX's effective sample size of weighted particles, and its Pareto smoothing."""

from typing import Any

from ._binding import Library, lazy

LIBRARY = Library("blackjax", backend="jax")
jax, jnp = lazy("jax"), lazy("jax.numpy")
ess, diagnostics = lazy("blackjax.smc.ess"), lazy("blackjax.diagnostics")


@LIBRARY.bound(
    "smc.ess.ess", "density.effective_sample_size", examples=6,
    laws=("density.effective_sample_size-definition", "density.effective_sample_size-range"),
)  # fmt: skip
def effective_sample_size(log_w: Any, /, *, axis: int = -1) -> Any:
    """Of one set of log-weights at a time."""
    rows = jnp.moveaxis(log_w, axis, -1)
    return jax.vmap(ess.ess)(rows.reshape(-1, rows.shape[-1])).reshape(rows.shape[:-1])


@LIBRARY.bound(
    "diagnostics.psis_weights", "density.pareto_smoothed_weights", adapter="log-likelihoods", examples=9
)
def pareto_smoothed(log_likelihood: Any, r_eff: float, /) -> Any:
    """It takes log-ratios, the negatives of log-likelihoods, of one set at a time."""
    rows = -log_likelihood.reshape(-1, log_likelihood.shape[-1])
    weights, k = zip(*(diagnostics.psis_weights(row, r_eff) for row in rows), strict=True)
    shape = log_likelihood.shape
    return jnp.stack(weights).reshape(shape), jnp.stack(k).reshape(shape[:-1])
