"""How people get the nearest similarity matrix, and its factors, wrong."""

from collections.abc import Callable
from typing import Any

from ...._libraries import array_namespace as _xp
from ....matching import factor_similarity, nearest_semidefinite
from ...language.mistake import MistakesOf

of_nearest_semidefinite = MistakesOf("matching.nearest_semidefinite")
of_factor_similarity = MistakesOf("matching.factor_similarity")


def _eigen(matrix: Any, change: Callable[[Any, Any], Any]) -> Any:
    """V f(Λ) Vᵀ of the symmetric part, symmetric itself."""
    xp = _xp(matrix)
    values, vectors = xp.linalg.eigh((matrix + xp.matrix_transpose(matrix)) / 2)
    result = xp.matmul(vectors * change(values, xp)[..., None, :], xp.matrix_transpose(vectors))
    return (result + xp.matrix_transpose(result)) / 2


@of_nearest_semidefinite(
    "absolute",
    "Uses |λ| of the negative eigenvalues, as from a singular value decomposition: twice as far away.",
)
def nearest_absolute(matrix: Any, /) -> Any:
    return _eigen(matrix, lambda values, xp: xp.abs(values))


@of_nearest_semidefinite("shifted", "Adds −λ_min to all eigenvalues: semidefinite, but not the nearest.")
def nearest_shifted(matrix: Any, /) -> Any:
    return _eigen(
        matrix,
        lambda values, xp: values - xp.minimum(values[..., :1], xp.zeros_like(values[..., :1])),
    )


@of_nearest_semidefinite("one-triangle", "Hands the matrix to eigh as it is, which reads one triangle only.")
def nearest_one_triangle(matrix: Any, /) -> Any:
    xp = _xp(matrix)
    lower = xp.tril(matrix)
    return nearest_semidefinite(lower + xp.matrix_transpose(xp.tril(matrix, k=-1)))


@of_factor_similarity("no-root", "Multiplies by λ instead of √λ: gives S² instead of S.")
def factor_no_root(similarity: Any, /) -> Any:
    xp = _xp(similarity)
    factor = factor_similarity(similarity)
    return factor * xp.sqrt(xp.sum(factor * factor, axis=0))


@of_factor_similarity("transposed", "Takes the eigenvectors to be rows, though eigh returns columns.")
def factor_transposed(similarity: Any, /) -> Any:
    xp = _xp(similarity)
    rank_ = factor_similarity(similarity).shape[1]
    values, vectors = xp.linalg.eigh(similarity)
    first = similarity.shape[0] - rank_
    return xp.matrix_transpose(vectors)[:, first:] * xp.sqrt(values[first:])


@of_factor_similarity(
    "unit-rows", "Normalises the vectors, as embeddings usually are: the diagonal of S is lost."
)
def factor_unit_rows(similarity: Any, /) -> Any:
    xp = _xp(similarity)
    factor = factor_similarity(similarity)
    norms = xp.sqrt(xp.sum(factor * factor, axis=1, keepdims=True))
    return factor / xp.where(norms > 0, norms, xp.ones_like(norms))


@of_factor_similarity(
    "all-columns", "Keeps the columns of zero eigenvalues: n dimensions where the rank suffices."
)
def factor_all_columns(similarity: Any, /) -> Any:
    xp = _xp(similarity)
    values, vectors = xp.linalg.eigh(similarity)
    return vectors * xp.sqrt(xp.where(values > 0, values, xp.zeros_like(values)))


@of_factor_similarity(
    "loose-rank",
    "Drops eigenvalues below a thousandth of the largest, as one does with principal components.",
)
def factor_loose_rank(similarity: Any, /) -> Any:
    xp = _xp(similarity)
    factor = factor_similarity(similarity)
    sizes = xp.sum(factor * factor, axis=0)  # the eigenvalues, in increasing order
    if not factor.shape[1]:
        return factor
    return factor[:, int(xp.sum(xp.astype(sizes < sizes[-1] / 1000, xp.int32))) :]


@of_nearest_semidefinite(
    "floor", "Raises eigenvalues to 1e-6, so that the result is positive definite: farther away than need be."
)
def nearest_floor(matrix: Any, /) -> Any:
    return _eigen(matrix, lambda values, xp: xp.where(values > 1e-6, values, 0 * values + 1e-6))


@of_nearest_semidefinite("gram", "Takes AᵀA, which is semidefinite, but no projection of A.")
def nearest_gram(matrix: Any, /) -> Any:
    xp = _xp(matrix)
    return xp.matmul(xp.matrix_transpose(matrix), matrix)


@of_nearest_semidefinite(
    "negative-part", "Keeps the negative eigenvalues and drops the positive ones: minimum instead of maximum."
)
def nearest_negative_part(matrix: Any, /) -> Any:
    return (matrix + _xp(matrix).matrix_transpose(matrix)) / 2 - nearest_semidefinite(matrix)
