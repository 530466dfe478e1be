"""Wasserstein distance and optimal map of Gaussians, and couplings by linear maps."""

from typing import NamedTuple

from .. import _libraries, _xp
from .._errors import ShapeError, message
from .._typing import Array, Namespace
from ..public import STAYS, Raises, Reals, public
from . import _apart

UNFIT: Raises = {ShapeError: "for shapes that do not fit"}


def _check_gaussians(m1: Array, S1: Array, m2: Array, S2: Array) -> Namespace:
    for name, mean, covariance in (("1", m1, S1), ("2", m2, S2)):
        _xp.check_axes(f"m{name}", mean, 1)
        _xp.check_axes(f"S{name}", covariance, 2)
        if tuple(covariance.shape[-2:]) != (mean.shape[-1], mean.shape[-1]) or mean.shape[-1] == 0:
            got = f"m{name} {tuple(mean.shape)}, S{name} {tuple(covariance.shape)}"
            raise ShapeError(message("shapes", got, "(..., d) and (..., d, d) with d ≥ 1"))
    if m1.shape[-1] != m2.shape[-1]:
        got = f"m1 {tuple(m1.shape)}, m2 {tuple(m2.shape)}"
        raise ShapeError(message("shapes", got, "Gaussians of the same dimension"))
    _xp.check_broadcast(m1=m1, m2=m2, **{"S1[..., 0]": S1[..., 0], "S2[..., 0]": S2[..., 0]})
    return _xp.of(m1, S1, m2, S2)


def _factor(covariance: Array, *, xp: Namespace) -> Array:
    """R with S = RRᵀ, also for singular S (negative eigenvalues are rounding and count as 0)."""
    values, vectors = _xp.eigh(0.5 * covariance + 0.5 * xp.matrix_transpose(covariance), xp=xp)
    roots = xp.sqrt(xp.where(values < 0, xp.zeros_like(values), values))
    return vectors * roots[..., None, :]


def _polar(x: Array, *, xp: Namespace) -> tuple[Array, Array]:
    """Q and H of x = QH, Q orthogonal and H = (xᵀx)^{1/2} symmetric."""
    if not _xp.rounds(xp):  # singular vectors are not certain, where singular values may be equal
        Q, H = xp.linalg.polar(x)
        return Q, H
    U, singular, Vh = _xp.svd(x, xp=xp)
    return xp.matmul(U, Vh), xp.matmul(xp.matrix_transpose(Vh) * singular[..., None, :], Vh)


def _norm(x: Array, *, xp: Namespace) -> Array:
    """Euclidean norm over the last axis without overflow or underflow, as far as the namespace has them."""
    if not _xp.rounds(xp):
        return xp.sqrt(xp.sum(x**2, axis=-1))
    peak = xp.max(xp.abs(x), axis=-1, keepdims=True)
    unit = _libraries.constant(xp.where(peak == 0, xp.ones_like(peak), peak))
    return xp.squeeze(unit, axis=-1) * xp.sqrt(xp.sum((x / unit) ** 2, axis=-1))


@public(
    {
        "m1": Reals("..., d", d=1).freely(),
        "S1": Reals("..., d, d").freely(),
        "m2": Reals("..., d", d=1).freely(),
        "S2": Reals("..., d, d").freely(),
    },
    Reals("..."),
    needs="linalg",
    nan=STAYS,
    raises=UNFIT,
)
def wasserstein_gaussian(m1: Array, S1: Array, m2: Array, S2: Array, /) -> Array:
    """Wasserstein-2 distance of two Gaussians.

    W² = ‖m₁ − m₂‖² + tr(S₁ + S₂ − 2(S₁^{1/2} S₂ S₁^{1/2})^{1/2}), computed as
    ‖m₁ − m₂‖² + min_Q ‖R₁ − R₂Q‖² over orthogonal Q, S = RRᵀ: a sum of squares does not cancel
    where the trace of near-equal covariances does.

    Parameters
    ----------
    m1
        Mean.
    S1
        Symmetric positive semidefinite covariance, possibly singular (a precondition).
    m2
        Mean.
    S2
        As S1.

    Returns
    -------
    W₂, a distance and not its square, in the common dtype, on the device of the inputs. Its
    absolute error is a small multiple of d·√u·‖S‖^{1/2} for singular covariances, whose roots are
    that sensitive, and of d·u·κ^{1/2}·‖S‖^{1/2} otherwise, κ the larger condition number.

    Source: transport D2.

    Examples
    --------
    >>> import numpy as np
    >>> m, S = np.zeros(2), np.eye(2)
    >>> wasserstein_gaussian(m, S, m, 4 * S).round(12) == np.round(np.sqrt(2), 12)
    np.True_
    """
    xp = _check_gaussians(m1, S1, m2, S2)
    return _wasserstein_gaussian(m1, S1, m2, S2, xp=xp)


def _wasserstein_gaussian(m1: Array, S1: Array, m2: Array, S2: Array, *, xp: Namespace) -> Array:
    spread = _apart.spread(S1, S2)
    if spread is None:
        spread = _spread(S1, S2, xp=xp)
    shift = _norm(m1 - m2, xp=xp)
    shift, spread = xp.broadcast_arrays(shift, spread)
    return _norm(xp.stack([shift, spread], axis=-1), xp=xp)


def _spread(S1: Array, S2: Array, *, xp: Namespace) -> Array:
    """(min_Q ‖R₁ − R₂Q‖²)^{1/2}, the distance of Gaussians with one mean."""
    return _turned(_factor(S1, xp=xp), _factor(S2, xp=xp), xp=xp)


def _turned(R1: Array, R2: Array, *, xp: Namespace) -> Array:
    """min_Q ‖R₁ − R₂Q‖ over orthogonal Q, of factors of one shape."""
    # Procrustes: the best Q is the orthogonal polar factor of R₂ᵀR₁. In unit scale its small entries are not
    # flushed to zero where the covariances are next to the smallest normal number.
    unit = xp.max(xp.abs(R1), axis=(-2, -1), keepdims=True) + xp.max(xp.abs(R2), axis=(-2, -1), keepdims=True)
    unit = _libraries.constant(xp.where(unit == 0, xp.ones_like(unit), unit))
    Q, _ = _polar(xp.matmul(xp.matrix_transpose(R2 / unit), R1 / unit), xp=xp)
    rest = R1 - xp.matmul(R2, Q)
    return _norm(xp.reshape(rest, (*rest.shape[:-2], rest.shape[-2] * rest.shape[-1])), xp=xp)


class AffineMap(NamedTuple):
    """x ↦ matrix·x + offset."""

    matrix: Array
    offset: Array


@public(
    {
        "m1": Reals("..., d", d=1).freely(),
        "S1": Reals("..., d, d").freely(),
        "m2": Reals("..., d", d=1).freely(),
        "S2": Reals("..., d, d").freely(),
    },
    (Reals("..., d, d"), Reals("..., d")),
    needs="linalg",
    nan=STAYS,
    raises=UNFIT,
)
def gaussian_map(m1: Array, S1: Array, m2: Array, S2: Array, /) -> AffineMap:
    """The optimal map that carries one Gaussian to another.

    x ↦ m₂ + M(x − m₁), M = S₁^{−1/2}(S₁^{1/2} S₂ S₁^{1/2})^{1/2} S₁^{−1/2}, symmetric and ≥ 0.

    Parameters
    ----------
    m1
    S1
        Symmetric, > 0 (a precondition).
    m2
    S2
        Symmetric, ≥ 0 (a precondition).

    Returns
    -------
    AffineMap(matrix (..., d, d), offset (..., d)), in the common dtype, on the device of the
    inputs; of no meaning (infinite, NaN or huge) where S₁ is singular, since no map need exist there. NaN
    in an array is NaN in every result that depends on it.

    Source: transport D2.

    Examples
    --------
    >>> import numpy as np
    >>> m, S = np.zeros(1), np.eye(1)
    >>> gaussian_map(m, S, m + 3, 4 * S)
    AffineMap(matrix=array([[2.]]), offset=array([3.]))
    """
    xp = _check_gaussians(m1, S1, m2, S2)
    return _gaussian_map(m1, S1, m2, S2, xp=xp)


def _gaussian_map(m1: Array, S1: Array, m2: Array, S2: Array, *, xp: Namespace) -> AffineMap:
    values, vectors = _xp.eigh(0.5 * S1 + 0.5 * xp.matrix_transpose(S1), xp=xp)
    roots = xp.sqrt(xp.where(values < 0, xp.zeros_like(values), values))
    R1 = xp.matmul(vectors * roots[..., None, :], xp.matrix_transpose(vectors))
    inverse = xp.matmul(vectors / roots[..., None, :], xp.matrix_transpose(vectors))
    # (R₁S₂R₁)^{1/2} = VΣVᵀ with R₂ᵀR₁ = UΣVᵀ: squaring is avoided.
    _, middle = _polar(xp.matmul(xp.matrix_transpose(_factor(S2, xp=xp)), R1), xp=xp)
    M = xp.matmul(inverse, xp.matmul(middle, inverse))
    return AffineMap(M, m2 - xp.squeeze(xp.matmul(M, m1[..., None]), axis=-1))


@public(
    {"M": Reals("..., d, d").freely(), "covariance": Reals("..., d, d").freely()},
    Reals("..."),
    needs="linalg",
    nan=STAYS,
    raises=UNFIT,
)
def coupling_monotonicity(M: Array, covariance: Array, /) -> Array:
    """E[(x − y)·(∇log p(x) − ∇log q(y))] for x ~ p = N(0, P) coupled to y = Mx ~ q.

    = tr M + tr M⁻¹ − 2d = tr((M − I)M⁻¹(M − I)) whatever P; ≥ 0 if all eigenvalues of M are
    positive reals (then each gives λ + 1/λ − 2), as for the optimal coupling; negative for turns.

    Parameters
    ----------
    M
        Invertible.
    covariance
        P > 0. It drops out, but it fixes the score, so its shape is checked.

    Returns
    -------
    in the common dtype, on the device of the inputs.

    Source: transport D10.

    Examples
    --------
    A quarter turn has 4(cos 90° − 1) = −4:

    >>> import numpy as np
    >>> float(coupling_monotonicity(np.asarray([[0.0, -1.0], [1.0, 0.0]]), np.eye(2)))
    -4.0
    """
    xp = _xp.of(M, covariance)
    for name, matrix in (("M", M), ("covariance", covariance)):
        _xp.check_axes(name, matrix, 2)
        if matrix.shape[-1] != matrix.shape[-2] or matrix.shape[-1] != M.shape[-1]:
            raise ShapeError(message(name, f"shape {tuple(matrix.shape)}", "(..., d, d), one d for both"))
    shape = _xp.check_broadcast(M=M, covariance=covariance)
    dtype = xp.result_type(M.dtype, covariance.dtype)
    found = _coupling_monotonicity(xp.broadcast_to(xp.astype(M, dtype), shape), xp=xp)
    return _xp.unless_nan(found, covariance, xp=xp)


def _coupling_monotonicity(M: Array, *, xp: Namespace) -> Array:
    rest = M - xp.eye(M.shape[-1], dtype=M.dtype, device=_libraries.device(M))
    # tr(EM⁻¹E) with E = M − I: small E is squared, not cancelled.
    return xp.linalg.trace(xp.matmul(rest, _xp.solve(M, rest, xp=xp)))
