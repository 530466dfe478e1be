"""Gaussian-mixture data carried by a schedule: density, score and their derivatives in closed form.

The data Σ π_k N(m_k, S_k) become Σ π_k N(ᾱ m_k, ᾱ² S_k + β̄² I) at time t. Each S_k is kept as
variances along its principal axes, which no t changes, so no time needs a new factorisation.
"""

import math
from typing import NamedTuple

from .. import _libraries, _xp, density
from .._errors import ShapeError, message
from .._typing import Array, Namespace
from ..public import STAYS, Reals, Record, public
from . import _columns
from ._schedules import SCHEDULE, Schedule


class Mixture(NamedTuple):
    """Gaussian-mixture data, made by `diagonal_mixture` or `full_mixture`."""

    log_weights: Array
    """(K,) log π_k, normalised."""
    means: Array
    """(K, d)."""
    variances: Array
    """(K, d) variances along the axes of each component."""
    axes: Array | None
    """(K, d, d) with orthonormal columns; None for the coordinate axes."""


MIXTURE = Record(
    Mixture,
    {
        "log_weights": Reals("K", K=1),
        "means": Reals("K, d", d=1),
        "variances": Reals("K, d"),
        "axes": Reals("K, d, d") | None,
    },
    "See flow.diagonal_mixture",
)


class _Components(NamedTuple):
    """The K components at time t, seen from x, along their axes."""

    offset: Array
    """(..., K, d) x − ᾱ m_k."""
    variance: Array
    """(..., K, d) ᾱ² Λ_k + β̄²."""
    log_density: Array
    """(..., K) log N(x; …)."""


@public(
    {"log_weights": Reals("K", K=1), "means": Reals("K, d", d=1), "variances": Reals("K, d").freely()},
    MIXTURE,
    nan=STAYS,
)
def diagonal_mixture(log_weights: Array, means: Array, variances: Array, /) -> Mixture:
    """Make mixture data whose components have diagonal (or isotropic) covariances.

    Parameters
    ----------
    log_weights
        log π_k up to a common constant; −inf switches a component off.
    means
    variances
        ≥ 0, of every coordinate, or (K,), one for each component. Zero is a point mass (then β̄_t > 0 is
        needed).

    Returns
    -------
    in the dtype and on the device of the arguments.

    Source: flow D3.

    Examples
    --------
    >>> import numpy as np
    >>> diagonal_mixture(np.zeros(2), np.zeros((2, 3)), np.ones(2)).variances.shape
    (2, 3)
    """
    xp = _xp.of(means, variances)
    if tuple(variances.shape) not in (tuple(means.shape), tuple(means.shape[:1])):
        expected = f"{tuple(means.shape[:1])} or {tuple(means.shape)}"
        raise ShapeError(message("variances", f"shape {tuple(variances.shape)}", expected))
    if variances.ndim == 1:
        variances = xp.broadcast_to(variances[:, None], tuple(means.shape))
    return Mixture(_normalised(log_weights, xp=xp), means, variances, None)


@public(
    {"log_weights": Reals("K", K=1), "means": Reals("K, d", d=1), "covariances": Reals("K, d, d")},
    MIXTURE,
    needs="linalg",
    nan=STAYS,
)
def full_mixture(log_weights: Array, means: Array, covariances: Array, /) -> Mixture:
    """Make mixture data whose components have full covariances.

    Parameters
    ----------
    log_weights
        log π_k up to a common constant; −inf switches a component off.
    means
    covariances
        Symmetric and positive semi-definite; a singular one needs β̄_t > 0.

    Returns
    -------
    in the dtype and on the device of the arguments; variances of an indefinite matrix are NaN.

    Source: flow D3.

    Examples
    --------
    >>> import numpy as np
    >>> covariances = np.asarray([[[2.0, 1.0], [1.0, 2.0]]])
    >>> full_mixture(np.zeros(1), np.zeros((1, 2)), covariances).variances.round(12)
    array([[1., 3.]])
    """
    xp = _xp.of(means, covariances)
    variances, axes = _xp.eigh(covariances, xp=xp)
    # Rounding may leave a zero slightly negative; anything more is no covariance.
    slack = (
        means.shape[-1] * xp.finfo(variances.dtype).eps * xp.max(xp.abs(variances), axis=-1, keepdims=True)
    )
    bounded = xp.where(variances > 0, variances, xp.zeros_like(variances))
    variances = xp.where(variances >= -slack, bounded, xp.full_like(variances, math.nan))
    return Mixture(_normalised(log_weights, xp=xp), means, variances, axes)


@public(
    {"mixture": MIXTURE, "schedule": SCHEDULE, "t": Reals("..."), "x": Reals("..., d")},
    Reals("..."),
    nan=STAYS,
    broadcast="batch",
)
def mixture_log_density(mixture: Mixture, schedule: Schedule, t: Array, x: Array, /) -> Array:
    """Compute log p_t(x) for mixture data carried by the schedule.

    log Σ_k π_k N(x; ᾱ_t m_k, ᾱ_t² S_k + β̄_t² I).

    Parameters
    ----------
    mixture
    schedule
    t
        Times.
    x

    Returns
    -------
    in the common dtype, on the device of x; NaN or infinite where a component has variance 0 at t.

    Source: flow D3.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.flow import variance_preserving
    >>> data = diagonal_mixture(np.zeros(1), np.zeros((1, 2)), np.ones(1))
    >>> mixture_log_density(data, variance_preserving(), np.asarray(0.5), np.zeros(2)).round(12)
    np.float64(-1.837877066409)
    """
    xp = _xp.of(t, x)
    at = _components(mixture, schedule, t, x, xp=xp)
    return density.mixture_log_density(mixture.log_weights, at.log_density)


@public(
    {"mixture": MIXTURE, "schedule": SCHEDULE, "t": Reals("..."), "x": Reals("..., d")},
    Reals("..., d"),
    nan=STAYS,
    broadcast="batch",
)
def mixture_score(mixture: Mixture, schedule: Schedule, t: Array, x: Array, /) -> Array:
    """Compute the score ∇ log p_t(x) = Σ_k r_k(x) ∇ log N_k(x) of mixture data.

    r_k is the posterior probability of component k.

    Parameters
    ----------
    mixture
    schedule
    t
        Times.
    x

    Returns
    -------
    in the common dtype, on the device of x; NaN or infinite where a variance is 0 at t.

    Source: flow D3.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.flow import variance_preserving
    >>> data = diagonal_mixture(np.zeros(1), np.zeros((1, 2)), np.ones(1))
    >>> mixture_score(data, variance_preserving(), np.asarray(0.5), np.asarray([1.0, -2.0])).round(12)
    array([-1.,  2.])
    """
    if mixture.axes is None and _columns.serves(*mixture[:3], t, x):
        return _columns.score(*mixture[:3], schedule.alpha(t), schedule.variance(t), x)
    xp = _xp.of(t, x)
    at = _components(mixture, schedule, t, x, xp=xp)
    weights = _responsibilities(mixture, at, xp=xp)
    return xp.sum(weights[..., None] * _component_scores(mixture, at, xp=xp), axis=-2)


@public(
    {"mixture": MIXTURE, "schedule": SCHEDULE, "t": Reals("..."), "x": Reals("..., d")},
    Reals("..., d, d"),
    nan=STAYS,
    broadcast="batch",
)
def mixture_score_jacobian(mixture: Mixture, schedule: Schedule, t: Array, x: Array, /) -> Array:
    """Compute the Jacobian of the score, the Hessian of log p_t, for mixture data.

    Σ_k r_k ((s_k − s)(s_k − s)ᵀ − C_k⁻¹) with component scores s_k, s = Σ r_k s_k, C_k = ᾱ² S_k + β̄² I.

    Parameters
    ----------
    mixture
    schedule
    t
        Times.
    x

    Returns
    -------
    in the common dtype, on the device of x; NaN or infinite where a variance is 0 at t. NaN
    in an array is NaN in every result that depends on it.

    Source: flow D3.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.flow import variance_preserving
    >>> data = diagonal_mixture(np.zeros(1), np.zeros((1, 2)), np.ones(1))
    >>> mixture_score_jacobian(data, variance_preserving(), np.asarray(0.5), np.zeros(2)).round(12)
    array([[-1.,  0.],
           [ 0., -1.]])
    """
    xp = _xp.of(t, x)
    at = _components(mixture, schedule, t, x, xp=xp)
    weights = _responsibilities(mixture, at, xp=xp)[..., None, None]
    scores = _component_scores(mixture, at, xp=xp)
    centred = scores - xp.sum(weights[..., 0] * scores, axis=-2, keepdims=True)
    spread = xp.sum(weights * centred[..., :, None] * centred[..., None, :], axis=-3)
    axes = mixture.axes
    if axes is None:
        axes = xp.eye(x.shape[-1], dtype=x.dtype, device=_libraries.device(x))
    precision = xp.matmul(axes / at.variance[..., None, :], xp.matrix_transpose(axes))
    return spread - xp.sum(weights * precision, axis=-3)


@public(
    {"mixture": MIXTURE, "schedule": SCHEDULE, "t": Reals("..."), "x": Reals("..., d")},
    Reals("..."),
    nan=STAYS,
    broadcast="batch",
)
def mixture_score_divergence(mixture: Mixture, schedule: Schedule, t: Array, x: Array, /) -> Array:
    """Compute the divergence of the score, Δ log p_t(x), for mixture data.

    Σ_k r_k (‖s_k − s‖² − tr C_k⁻¹), the trace of `mixture_score_jacobian` without its d² entries.

    Parameters
    ----------
    mixture
    schedule
    t
        Times.
    x

    Returns
    -------
    in the common dtype, on the device of x; NaN or infinite where a variance is 0 at t.

    Source: flow D3.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.flow import variance_preserving
    >>> data = diagonal_mixture(np.zeros(1), np.zeros((1, 2)), np.ones(1))
    >>> mixture_score_divergence(data, variance_preserving(), np.asarray(0.5), np.zeros(2)).round(12)
    np.float64(-2.0)
    """
    xp = _xp.of(t, x)
    at = _components(mixture, schedule, t, x, xp=xp)
    weights = _responsibilities(mixture, at, xp=xp)
    scores = _component_scores(mixture, at, xp=xp)
    centred = scores - xp.sum(weights[..., None] * scores, axis=-2, keepdims=True)
    return xp.sum(weights * xp.sum(centred**2 - 1 / at.variance, axis=-1), axis=-1)


@public(
    {"mixture": MIXTURE, "schedule": SCHEDULE, "t": Reals("..."), "x": Reals("..., d")},
    Reals("..."),
    nan=STAYS,
    broadcast="batch",
)
def mixture_time_derivative(mixture: Mixture, schedule: Schedule, t: Array, x: Array, /) -> Array:
    """Compute ∂/∂t log p_t(x) at fixed x for mixture data.

    Σ_k r_k Σ_i (½ v̇ (o²/v − 1)/v + μ̇ o/v) over the axes i of component k, with offset o = x − μ,
    mean μ = ᾱ m and variance v = ᾱ² λ + β̄².

    Parameters
    ----------
    mixture
    schedule
    t
        Times.
    x

    Returns
    -------
    in the common dtype, on the device of x; NaN or infinite where a variance is 0 at t.

    Source: flow D3.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.flow import variance_exploding
    >>> data = diagonal_mixture(np.zeros(1), np.zeros((1, 2)), np.ones(1))
    >>> grow = variance_exploding(sigma_min=1.0, sigma_max=np.e)
    >>> mixture_time_derivative(data, grow, np.asarray(0.0), np.zeros(2)).round(12)
    np.float64(-2.0)
    """
    xp = _xp.of(t, x)
    at = _components(mixture, schedule, t, x, xp=xp)
    t = t[..., None, None]
    velocity = _along_axes(schedule.alpha_derivative(t) * mixture.means, mixture, xp=xp)
    growth = 2 * schedule.alpha(t) * schedule.alpha_derivative(t) * mixture.variances
    growth = growth + schedule.variance_derivative(t)
    pull = at.offset / at.variance
    rates = xp.sum(0.5 * growth * (pull**2 - 1 / at.variance) + velocity * pull, axis=-1)
    return xp.sum(_responsibilities(mixture, at, xp=xp) * rates, axis=-1)


def _components(mixture: Mixture, schedule: Schedule, t: Array, x: Array, *, xp: Namespace) -> _Components:
    t = t[..., None, None]
    alpha = schedule.alpha(t)
    offset = _along_axes(x[..., None, :] - alpha * mixture.means, mixture, xp=xp)
    variance = alpha**2 * mixture.variances + schedule.variance(t)
    exponent = xp.sum(offset**2 / variance + xp.log(2 * _xp.numbers(xp).pi * variance), axis=-1)
    return _Components(offset, variance, -0.5 * exponent)


def _along_axes(vectors: Array, mixture: Mixture, *, xp: Namespace) -> Array:
    """Vectors (..., K, d) in the coordinates of each component's axes."""
    if mixture.axes is None:
        return vectors
    return xp.matmul(vectors[..., None, :], mixture.axes)[..., 0, :]


def _component_scores(mixture: Mixture, at: _Components, *, xp: Namespace) -> Array:
    """(..., K, d) scores of the components, in the coordinates of x."""
    scores = -at.offset / at.variance
    if mixture.axes is None:
        return scores
    return xp.matmul(mixture.axes, scores[..., None])[..., 0]


def _responsibilities(mixture: Mixture, at: _Components, *, xp: Namespace) -> Array:
    """(..., K) posterior probabilities of the components."""
    joint = mixture.log_weights + at.log_density
    weights = xp.exp(joint - xp.max(joint, axis=-1, keepdims=True))
    return weights / xp.sum(weights, axis=-1, keepdims=True)


def _normalised(log_weights: Array, *, xp: Namespace) -> Array:
    peak, log = _xp.log_sum(log_weights, axis=-1, xp=xp)
    return (log_weights - peak) - log[..., None]
