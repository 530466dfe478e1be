"""The density of a mixture."""

from .. import _xp
from .._errors import ShapeError, message
from .._typing import Array
from ..public import STAYS, Reals, public


@public(
    {"log_weights": Reals("..., K"), "log_components": Reals("..., K")},
    Reals("..."),
    nan=STAYS,
    broadcast="all",
    raises={ShapeError: "for no component"},
)
def mixture_log_density(log_weights: Array, log_components: Array, /) -> Array:
    """Log-density of a mixture, log Σ_k π_k q(x|k).

    Parameters
    ----------
    log_weights
        log π_k; −inf leaves a component out. The caller normalises the weights.
    log_components
        log q(x|k) below +inf.

    Returns
    -------
    in the common dtype of the arguments, on their device; −inf where every component is.

    Source: density D8, C7.

    Examples
    --------
    >>> import numpy as np
    >>> log_half = np.log(np.asarray([0.5, 0.5]))
    >>> float(np.exp(mixture_log_density(log_half, np.log(np.asarray([1.0, 3.0])))).round(12))
    2.0
    """
    if 0 in (log_weights.shape[-1], log_components.shape[-1]):
        got = f"log_weights {tuple(log_weights.shape)}, log_components {tuple(log_components.shape)}"
        raise ShapeError(message("shapes", got, "at least one component"))
    return _xp.logsumexp(log_weights + log_components, axis=-1, xp=_xp.of(log_weights, log_components))
