"""The linear Gaussian VAE, z ~ N(0, I_k) and x|z ~ N(Wz + b, s²I_d), whose evidence is known.

Everything comes from A = [W; sI] = QR, for which AᵀA = WᵀW + s²I. The squared condition number of that
matrix never enters, and no difference of large quadratic forms, so s² may be as small as 1e-14.
"""

from .. import _libraries, _xp
from .._typing import Array, Namespace
from ..public import STAYS, Reals, public
from ._normal import common, log_2pi, solve_rows


@public(
    {"x": Reals("..., d", d=1), "W": Reals("d, k", k=1), "b": Reals("d"), "s2": Reals("")},
    Reals("..."),
    needs="linalg",
    nan=STAYS,
)
def linear_evidence(x: Array, W: Array, b: Array, s2: Array, /) -> Array:
    """Log-density of x under the linear Gaussian VAE, log N(x; b, WWᵀ + s²I).

    With r = x − b and the posterior mean μ, (x − b)ᵀ(WWᵀ + s²I)⁻¹(x − b) = ‖r − Wμ‖²/s² + ‖μ‖².
    Costs O(dk² + k³) once and O(dk) for each x.

    Parameters
    ----------
    x
        Data.
    W
        Matrix of the decoder.
    b
        Its bias.
    s2
        Variance s² > 0 of the decoder; a negative one gives NaN.

    Returns
    -------
    in the common dtype of the arguments, on their device.

    Source: density D7, C4, C5.

    Examples
    --------
    >>> import numpy as np
    >>> W, b = np.asarray([[1.0], [0.0]]), np.zeros(2)
    >>> float(linear_evidence(np.asarray([2.0, 1.0]), W, b, np.asarray(1.0)).round(6))
    -3.684451
    """
    xp = _xp.of(x)
    x, W, b, s2 = common(xp, x, W, b, s2)
    return _evidence(x - b, W, s2, xp=xp)


@public(
    {"x": Reals("..., d", d=1), "W": Reals("d, k", k=1), "b": Reals("d"), "s2": Reals("")},
    (Reals("..., k"), Reals("k, k")),
    needs="linalg",
    nan=STAYS,
)
def linear_posterior(x: Array, W: Array, b: Array, s2: Array, /) -> tuple[Array, Array]:
    """Mean and covariance of z given x under the linear Gaussian VAE.

    μ = (WᵀW + s²I)⁻¹Wᵀ(x − b) and s²(WᵀW + s²I)⁻¹, which does not depend on x.

    Parameters
    ----------
    x
        Data.
    W
        Matrix of the decoder.
    b
        Its bias.
    s2
        Variance s² > 0 of the decoder; a negative one gives NaN.

    Returns
    -------
    Mean (..., k) and covariance (k, k), in the common dtype of the arguments, on their device.

    Source: density D7, C4, C5.

    Examples
    --------
    >>> import numpy as np
    >>> W, b = np.asarray([[1.0], [0.0]]), np.zeros(2)
    >>> mean, covariance = linear_posterior(np.asarray([2.0, 1.0]), W, b, np.asarray(1.0))
    >>> mean.round(12), covariance.round(12)
    (array([1.]), array([[0.5]]))
    """
    xp = _xp.of(x)
    x, W, b, s2 = common(xp, x, W, b, s2)
    q, r = _factors(W, s2, xp=xp)
    root = xp.sqrt(s2) * solve_rows(r, _eye(r, xp=xp), xp=xp)
    return solve_rows(r, xp.matmul(x - b, q), xp=xp), xp.matmul(xp.matrix_transpose(root), root)


def _eye(like: Array, *, xp: Namespace) -> Array:
    """The identity of order like.shape[1], of its dtype and device."""
    return xp.eye(like.shape[1], dtype=like.dtype, device=_libraries.device(like))


def _factors(W: Array, s2: Array, *, xp: Namespace) -> tuple[Array, Array]:
    """R, and the rows of Q that belong to W, for [W; sI] = QR."""
    q, r = _xp.qr(xp.concat([W, xp.sqrt(s2) * _eye(W, xp=xp)], axis=0), xp=xp)
    return q[: W.shape[0], :], r


def _evidence(residual: Array, W: Array, s2: Array, *, xp: Namespace) -> Array:
    d, k = W.shape
    q, r = _factors(W, s2, xp=xp)
    mean = solve_rows(r, xp.matmul(residual, q), xp=xp)
    error = (residual - xp.matmul(mean, xp.matrix_transpose(W))) / xp.sqrt(s2)
    quadratic = xp.sum(error * error, axis=-1) + xp.sum(mean * mean, axis=-1)
    log_det = (d - k) * xp.log(s2) + 2 * xp.sum(xp.log(xp.abs(xp.linalg.diagonal(r))))
    return -0.5 * (quadratic + log_det + d * log_2pi(xp))
