"""ArviZ' Pareto smoothing, which takes log-ratios."""

from typing import Any

from ._binding import Library, lazy

LIBRARY = Library("arviz", backend="numpy")
arviz = lazy("arviz")


@LIBRARY.bound("psislw", "density.pareto_smoothed_weights", adapter="log-likelihoods", examples=9)
def pareto_smoothed(log_likelihood: Any, r_eff: float, /) -> Any:
    """Log-ratios of leave-one-out are the negatives of log-likelihoods, as in its `loo`."""
    return arviz.psislw(-log_likelihood, reff=r_eff)
