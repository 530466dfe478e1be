"""The Fréchet distance of Gaussians, from their statistics or from features, as image models are scored."""

from os import PathLike
from typing import NamedTuple, Self

import numpy as np

from .. import _libraries, _xp
from .._errors import DomainError, ShapeError, message
from .._host import Floats
from .._typing import Array, Namespace
from ..public import STAYS, Integer, Reals, public
from . import _apart
from ._gaussian import UNFIT, _check_gaussians, _norm, _turned, _wasserstein_gaussian


class Statistics(NamedTuple):
    """Mean and covariance of features."""

    mean: Floats
    covariance: Floats

    @classmethod
    def read(cls, path: str | PathLike[str], /) -> Self:
        """Read the arrays `mu` and `sigma` of an `.npz` file, as pytorch-fid, clean-fid, TTUR and
        guided-diffusion write them. Nothing in it is unpickled."""
        expected = "an .npz file with the arrays mu and sigma"
        advice = "Write it with pytorch-fid --save-stats, or with numpy.savez(path, mu=…, sigma=…)"
        file = np.load(path, allow_pickle=False)
        if not isinstance(file, np.lib.npyio.NpzFile):
            raise DomainError(message("path", "one array without a name", expected, advice))
        with file:
            if not {"mu", "sigma"} <= set(file.files):
                raise DomainError(message("path", f"the arrays {', '.join(file.files)}", expected, advice))
            mean, covariance = (np.asarray(file[name], dtype=np.float64) for name in ("mu", "sigma"))
        mean = np.squeeze(mean, axis=0) if mean.ndim == 2 and mean.shape[0] == 1 else mean
        if mean.ndim != 1 or covariance.shape != 2 * mean.shape:
            got = f"mu {mean.shape}, sigma {covariance.shape}"
            raise ShapeError(message("path", got, "mu (d,) and sigma (d, d)"))
        return cls(mean, covariance)


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
def frechet_distance(m1: Array, S1: Array, m2: Array, S2: Array, /) -> Array:
    """Fréchet distance of two Gaussians, such as the Fréchet inception distance (FID): a square.

    FID = ‖m₁ − m₂‖² + tr(S₁ + S₂ − 2(S₁S₂)^{1/2}) = W₂², the root with eigenvalues ≥ 0.

    Parameters
    ----------
    m1
        Mean of the features.
    S1
        Their covariance: symmetric, positive semidefinite, possibly singular (a precondition).
    m2
        As m1.
    S2
        As S1.

    Returns
    -------
    W₂², never negative, in the common dtype, on the device of the inputs. Its absolute error is a
    small multiple of d·u·(tr S₁ + tr S₂ + W₂(κ‖S‖)^{1/2}), κ at most 1/u the larger condition number: where a
    covariance is singular, half of the digits are lost with the statistics, and
    `frechet_feature_distance` keeps them. Large covariances cost 1 to 2 eigendecompositions with vectors if
    they are regular arrays of NumPy, and otherwise about 7.

    Source: transport P1.

    Examples
    --------
    >>> import numpy as np
    >>> m, S = np.zeros(2), np.eye(2)
    >>> frechet_distance(m, S, m + 1, 4 * S).round(12)
    np.float64(4.0)
    """
    xp = _check_gaussians(m1, S1, m2, S2)
    return _frechet_distance(m1, S1, m2, S2, xp=xp)


def _frechet_distance(m1: Array, S1: Array, m2: Array, S2: Array, *, xp: Namespace) -> Array:
    square = _apart.square(S1, S2, loose=True)
    if square is None:
        return _wasserstein_gaussian(m1, S1, m2, S2, xp=xp) ** 2
    return xp.sum((m1 - m2) ** 2, axis=-1) + square


@public(
    {
        "x": Reals("..., n, d", d=1).freely(),
        "y": Reals("..., m, d").freely(),
        "ddof": Integer(0, 1),
    },
    Reals("..."),
    needs="linalg",
    nan=STAYS,
    raises={ShapeError: "for shapes that do not fit, or for fewer than ddof + 1 rows"},
)
def frechet_feature_distance(x: Array, y: Array, /, *, ddof: int = 1) -> Array:
    """Fréchet distance of the Gaussians with the means and covariances of two sets of features.

    W₂² = ‖x̄ − ȳ‖² + min_Q ‖Aᵀ − BᵀQ‖² over orthogonal Q, with the centred features
    A = (x − x̄)/(n − ddof)^{1/2} and B = (y − ȳ)/(m − ddof)^{1/2}, AᵀA = S₁: no covariance is formed.

    Parameters
    ----------
    x
        Features, one row for each image.
    y
        The features that they are compared with; n and m may differ, and be less than d.
    ddof
        1 divides the covariances by n − 1, as numpy.cov does, 0 by n.

    Returns
    -------
    W₂², in the common dtype, on the device of the inputs. Its absolute error is a small multiple of
    (n + m + d)·u·(‖x‖ + ‖y‖)²/(n − ddof), also where the covariances are singular, such as for
    n ≤ d.

    Source: transport P2.

    Examples
    --------
    Three images with features of length 4: covariances of rank 2, and a shift by 1 in each feature.

    >>> import numpy as np
    >>> x = np.eye(3, 4)
    >>> frechet_feature_distance(x, x[::-1] + 1).round(12)
    np.float64(4.0)
    """
    xp = _xp.of(x, y)
    for name, features in (("x", x), ("y", y)):
        _xp.check_axes(name, features, 2)
        if features.shape[-2] <= ddof:
            expected = f"(..., n, d) with n ≥ {ddof + 1}"
            raise ShapeError(message(name, f"shape {tuple(features.shape)}", expected))
    if x.shape[-1] != y.shape[-1]:
        got = f"x {tuple(x.shape)}, y {tuple(y.shape)}"
        raise ShapeError(message("shapes", got, "features of the same length d"))
    _xp.check_broadcast(**{"x[..., 0, :]": x[..., 0, :], "y[..., 0, :]": y[..., 0, :]})
    return _frechet_feature_distance(x, y, ddof, xp=xp)


def _frechet_feature_distance(x: Array, y: Array, ddof: int, *, xp: Namespace) -> Array:
    m1, A = _centred(x, ddof, xp=xp)
    m2, B = _centred(y, ddof, xp=xp)
    if not _xp.rounds(
        xp
    ):  # polar factors of singular products are not certain, but their singular values are
        cross = xp.sum(xp.linalg.svdvals(xp.matmul(A, xp.matrix_transpose(B))), axis=-1)
        squares = [xp.sum(part**2, axis=(-2, -1)) for part in (A, B)]
        return xp.sum((m1 - m2) ** 2, axis=-1) + (squares[0] + squares[1] - 2 * cross)
    k = max(A.shape[-2], B.shape[-2])
    spread = _turned(*(xp.matrix_transpose(_padded(part, k, xp=xp)) for part in (A, B)), xp=xp)
    shift, spread = xp.broadcast_arrays(_norm(m1 - m2, xp=xp), spread)
    return _norm(xp.stack([shift, spread], axis=-1), xp=xp) ** 2


def _centred(x: Array, ddof: int, *, xp: Namespace) -> tuple[Array, Array]:
    """The mean, and a factor A of the covariance AᵀA with at most d rows."""
    n, d = x.shape[-2:]
    mean = xp.mean(x, axis=-2, keepdims=True)
    rest = x - mean
    # The mean of what is left is what the first one was rounded by.
    late = xp.mean(rest, axis=-2, keepdims=True)
    A = (rest - late) / _xp.numbers(xp).sqrt(n - ddof)
    if n > d and _xp.rounds(xp):
        _, A = _xp.qr(A, xp=xp)
    return xp.squeeze(mean + late, axis=-2), A


def _padded(A: Array, rows: int, *, xp: Namespace) -> Array:
    """With rows of zeros below."""
    missing = rows - A.shape[-2]
    if not missing:
        return A
    shape = (*A.shape[:-2], missing, A.shape[-1])
    return xp.concat([A, xp.zeros(shape, dtype=A.dtype, device=_libraries.device(A))], axis=-2)
