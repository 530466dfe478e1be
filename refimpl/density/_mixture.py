"""The density of a mixture."""

from .. import _xp
from .._errors import ShapeError, message
from .._public import public
from .._typing import Array


@public()
def mixture_log_density(log_weights: Array, log_components: Array, /) -> Array:
    """Log-density of a mixture, log Σ_k π_k q(x|k).

    Parameters
    ----------
    log_weights : (..., K) real floating
        log π_k; −inf leaves a component out. The caller normalises the weights.
    log_components : (..., K) real floating
        log q(x|k) below +inf; shapes broadcast.

    Returns
    -------
    (...), in the common dtype of the arguments, on their device; −inf where every component is. NaN in an
    array is NaN in every result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError
        for shapes that do not broadcast or have no axis, integer arrays, or arrays of two libraries.

    Source: density D8, C7.

    Examples
    --------
    >>> import numpy as np
    >>> log_half = np.log(np.asarray([0.5, 0.5]))
    >>> float(np.exp(mixture_log_density(log_half, np.log(np.asarray([1.0, 3.0])))).round(12))
    2.0
    """
    given = {"log_weights": log_weights, "log_components": log_components}
    xp = _xp.namespace(**given)
    _xp.floating(xp, **given)
    for name, array in given.items():
        _xp.check_axes(name, array, 1)
    _xp.check_broadcast(**given)
    if 0 in (log_weights.shape[-1], log_components.shape[-1]):
        got = f"log_weights {tuple(log_weights.shape)}, log_components {tuple(log_components.shape)}"
        raise ShapeError(message("shapes", got, "at least one component"))
    return _xp.logsumexp(log_weights + log_components, axis=-1, xp=xp)
