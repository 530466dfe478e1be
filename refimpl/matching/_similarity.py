"""Which similarity matrices are inner products."""

import math

from .. import _xp
from .._errors import DomainError, message
from .._typing import Array, Namespace
from ..public import RAISES, STAYS, Reals, public


@public(
    {"similarity": Reals("n, n", n=1)},
    Reals("n, r"),
    needs="linalg eager host",
    nan=RAISES,
    raises={
        DomainError: "if S is not symmetric or not finite, or has a negative eigenvalue, which the message "
        "names"
    },
)
def factor_similarity(similarity: Array, /) -> Array:
    """Vectors with a given matrix of inner products: B with S = B Bᵀ, from the eigenvectors of S.

    This is a host function: it inspects the eigenvalues, and the shape of its result depends on
    them. An eigenvalue counts as zero if its size is at most 8·n·u times the largest (u the unit
    roundoff): the eigenvalues are not known better than that.

    Parameters
    ----------
    similarity
        Symmetric positive semidefinite.

    Returns
    -------
    r the rank of S, in its dtype and on its device; row i is the vector of item i.

    Source: matching D8, C7.

    Examples
    --------
    >>> import numpy as np
    >>> vectors = factor_similarity(np.asarray([[1.0, 1.0], [1.0, 1.0]]))
    >>> vectors.shape, (vectors @ vectors.T).round(12).tolist()
    ((2, 1), [[1.0, 1.0], [1.0, 1.0]])
    """
    xp = _xp.of(similarity)
    roundoff = 8 * similarity.shape[0] * float(xp.finfo(similarity.dtype).eps) / 2
    asymmetry = float(xp.max(xp.abs(similarity - xp.matrix_transpose(similarity))))
    largest = float(xp.max(xp.abs(similarity)))
    if not (asymmetry <= roundoff * largest and math.isfinite(largest)):
        got = f"S − Sᵀ up to {asymmetry:.3g}" if math.isfinite(largest) else "entries that are not finite"
        raise DomainError(message("similarity", got, "a finite symmetric matrix", "Take (S + Sᵀ)/2"))
    values, vectors = xp.linalg.eigh(similarity)
    least, zero = float(values[0]), roundoff * float(xp.max(xp.abs(values)))
    if least < -zero:
        raise DomainError(
            message(
                "similarity",
                f"the eigenvalue {least:.6g}",
                "none below 0",
                "No vectors have these inner products; nearest_semidefinite gives the nearest that some have",
            )
        )
    first = int(xp.sum(xp.astype(values <= zero, xp.int32)))
    return vectors[:, first:] * xp.sqrt(values[first:])


@public(
    {"matrix": Reals("..., n, n", n=1)},
    Reals("..., n, n"),
    needs="linalg",
    nan=STAYS,
)
def nearest_semidefinite(matrix: Array, /) -> Array:
    """The positive semidefinite matrix that is nearest in Frobenius norm.

    The negative eigenvalues of the symmetric part are replaced by 0. For a symmetric matrix the
    distance is the Euclidean norm of its negative eigenvalues.

    Parameters
    ----------
    matrix
        Any square matrices.

    Returns
    -------
    symmetric, in the dtype and on the device of the matrix.

    Source: matching D8, C7.

    Examples
    --------
    >>> import numpy as np
    >>> nearest_semidefinite(np.asarray([[1.0, 0.0], [0.0, -1.0]])).tolist()
    [[1.0, 0.0], [0.0, 0.0]]
    """
    return _nearest_semidefinite(matrix, xp=_xp.of(matrix))


def _nearest_semidefinite(matrix: Array, *, xp: Namespace) -> Array:
    values, vectors = _xp.eigh(matrix / 2 + xp.matrix_transpose(matrix) / 2, xp=xp)
    kept = xp.where(values < 0, xp.zeros_like(values), values)
    nearest = xp.matmul(vectors * kept[..., None, :], xp.matrix_transpose(vectors))
    return nearest / 2 + xp.matrix_transpose(nearest) / 2
