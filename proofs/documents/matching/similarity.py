"""Laws of similarity matrices and of what vectors can realise."""

from collections.abc import Iterator

import numpy as np

from ...._xp import rounds
from ....backends import HALVES, Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, Same, law
from . import inputs

_EIGENVECTORS = {"basis, 4n·u‖S‖": 4, "symmetric parts": 2, "Λ and the product of n terms": 2}
_KEPT = Rounding(_EIGENVECTORS, "the scale has n")
_DROPPED = Rounding(_EIGENVECTORS | {"eigenvalues within 8n·u‖S‖ of 0": 8}, "the scale has n")


def _matrix(values: inputs.Floats, vectors: inputs.Floats) -> inputs.Floats:
    """VΛVᵀ, exactly: small integers times dyadic fractions."""
    return np.asarray((vectors * values) @ vectors.T)


def _size(case: inputs.Symmetric, values: inputs.Floats) -> float:
    return len(values) * np.max(np.abs(values))


@law(
    "matching.factor_similarity-definition",
    "a positive semidefinite S is B Bᵀ, with as many columns as S has rank",
    source="matching C7",
    about=("matching.factor_similarity",),
    inputs=inputs.symmetric,
    tolerance=_DROPPED,
    refutes=(
        "matching.factor_similarity/no-root",
        "matching.factor_similarity/transposed",
        "matching.factor_similarity/unit-rows",
        "matching.factor_similarity/all-columns",
        "matching.factor_similarity/loose-rank",
    ),
)
def factor_definition(impl: Impl, on: Setting, case: inputs.Symmetric) -> Iterator[Record]:
    """Builds S from eigenvalues and eigenvectors that are exact; none is near the rounding of S but 0."""
    values, vectors = np.abs(on.host(case.values)), on.host(case.vectors)
    similarity = _matrix(values, vectors)
    factor = on.host(impl["matching.factor_similarity"](on.array(similarity)))
    yield Same("shape", factor.shape, (len(values), int(np.sum(values > 0))))
    yield Gap("B Bᵀ", factor @ factor.T, similarity, _size(case, values))


@law(
    "matching.nearest_semidefinite-definition",
    "nearest_semidefinite replaces the negative eigenvalues of the symmetric part by 0",
    source="matching D8",
    about=("matching.nearest_semidefinite",),
    inputs=inputs.symmetric,
    tolerance=_KEPT,
    refutes=(
        "matching.nearest_semidefinite/absolute",
        "matching.nearest_semidefinite/one-triangle",
        "matching.nearest_semidefinite/shifted",
        "matching.nearest_semidefinite/floor",
        "matching.nearest_semidefinite/gram",
        "matching.nearest_semidefinite/negative-part",
    ),
)
def nearest_definition(impl: Impl, on: Setting, case: inputs.Symmetric) -> Iterator[Record]:
    """Knows the eigenvectors; adds an antisymmetric part, which must not matter; stacks matrices."""
    values, vectors = on.host(case.values), on.host(case.vectors)
    n, unit = len(values), on.number(np.max(np.abs(values)))
    signs = np.sign(np.arange(n)[:, None] - np.arange(n)[None, :])
    given = np.stack([_matrix(values, vectors), _matrix(values, vectors) + unit * signs])
    expected = _matrix(np.maximum(values, 0), vectors)
    nearest = on.host(impl["matching.nearest_semidefinite"](on.array(given)))
    yield Gap("nearest", nearest, np.stack([expected, expected]), _size(case, values))
    exactly = 0.0 if rounds(on.number(1)) else unit
    yield Gap("symmetric", nearest, np.swapaxes(nearest, -1, -2), exactly)


@law(
    "matching.nearest_semidefinite-distance",
    "the nearest semidefinite matrix is as far from S as the norm of its negative eigenvalues, others more",
    source="matching C7",
    stands="that no other semidefinite matrix is nearer: the definition compares one matrix alone",
    about=("matching.nearest_semidefinite",),
    inputs=inputs.symmetric,
    tolerance=_KEPT,
    refutes=("matching.nearest_semidefinite/absolute", "matching.nearest_semidefinite/shifted"),
)
def nearest_distance(impl: Impl, on: Setting, case: inputs.Symmetric) -> Iterator[Record]:
    """Compares with the integer eigenvalues, and with other matrices C Cᵀ about the nearest."""
    values, vectors = on.host(case.values), on.host(case.vectors)
    similarity, size = _matrix(values, vectors), _size(case, values)
    unit = on.number(np.max(np.abs(values))) or 1.0
    nearest = on.host(impl["matching.nearest_semidefinite"](on.array(similarity)))
    distance = unit * np.linalg.norm((similarity - nearest) / unit)
    yield Gap("distance", distance, unit * np.linalg.norm(np.minimum(values, 0) / unit), size)
    yield AtMost("semidefinite", -np.linalg.eigvalsh(nearest / unit)[0] * unit, 0.0, size)
    factor = vectors * np.sqrt(np.maximum(values, 0) / unit)
    rng = np.random.default_rng(case.seed)
    for step in (1.0, 0.1):
        other = factor + step * on.host(on.array(rng.standard_normal(factor.shape)))
        yield AtMost("others", distance, unit * np.linalg.norm(similarity / unit - other @ other.T), size)


@law(
    "matching.ranking-realised",
    "for unit-diagonal S, (S + cI)/(1 + c) with c = −λ_min ranks alike and factors in n − 1 dimensions",
    source="matching C7",
    stands="that the shift keeps the ranking and fits into n − 1 dimensions",
    about=("matching.factor_similarity", "matching.rank"),
    inputs=inputs.similarities,
    tolerance=_DROPPED,
    refutes=("matching.factor_similarity/no-root", "matching.factor_similarity/all-columns"),
    not_in=dict.fromkeys(HALVES, "rounding the lifted S makes an eigenvalue of 0 negative"),
)
def ranking_realised(impl: Impl, on: Setting, case: inputs.Similarities) -> Iterator[Record]:
    """Lifts with the least shift, and with the largest row sum, which is at least as large."""
    similarity = on.host(case.similarity)
    n = len(similarity)
    rows, columns = np.triu_indices(n, 1)
    ranks = on.host(impl["matching.rank"](on.array(similarity[rows, columns])))
    least = -on.number(np.linalg.eigvalsh(similarity)[0])
    enough = on.number(np.max(np.sum(np.abs(similarity - np.eye(n)), axis=1)))
    for shift, dimensions in ((least, n - 1), (enough, n)):
        lifted = (similarity + shift * np.eye(n)) / (1 + shift)
        np.fill_diagonal(lifted, 1.0)
        size = n * on.number(np.linalg.norm(lifted, 2))
        factor = on.host(impl["matching.factor_similarity"](on.array(lifted)))
        realised = factor @ factor.T
        yield Same(f"at most {dimensions} dimensions", factor.shape[1] <= dimensions, True)
        yield Gap("unit vectors", np.diag(realised), np.ones(n), size)
        # Entries differ by (1/64)/(1 + c), far more than they err.
        yield Same("ranking", ranks, np.argsort(np.argsort(realised[rows, columns])) + 1.0)
