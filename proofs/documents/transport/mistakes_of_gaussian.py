"""How people get distances, maps and couplings of Gaussians wrong."""

from typing import Any

from .... import _libraries, transport
from ...._libraries import array_namespace as _xp
from ....transport import AffineMap
from ...language.mistake import MistakesOf

of_wasserstein_gaussian = MistakesOf("transport.wasserstein_gaussian")
of_gaussian_map = MistakesOf("transport.gaussian_map")
of_coupling_monotonicity = MistakesOf("transport.coupling_monotonicity")


def _eye(like: Any) -> Any:
    return _xp(like).eye(like.shape[-1], dtype=like.dtype, device=_libraries.device(like))


def _root(covariance: Any) -> Any:
    """The symmetric root."""
    xp = _xp(covariance)
    values, vectors = xp.linalg.eigh(covariance)
    roots = xp.sqrt(xp.where(values > 0, values, xp.zeros_like(values)))
    return xp.matmul(vectors * roots[..., None, :], xp.matrix_transpose(vectors))


def _trace(matrix: Any) -> Any:
    return _xp(matrix).linalg.trace(matrix)


@of_wasserstein_gaussian(
    "squared",
    "Returns W₂², as the formula is usually printed.",
    reference="POT (bures_wasserstein_distance returns W₂, emd2 W₂²)",
)
def wasserstein_gaussian_squared(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return transport.wasserstein_gaussian(m1, S1, m2, S2) ** 2


def _bures(m1: Any, S1: Any, m2: Any, S2: Any, cross: Any) -> Any:
    """(‖m₁ − m₂‖² + tr S₁ + tr S₂ − 2·cross)^{1/2}."""
    xp = _xp(S1)
    square = xp.sum((m1 - m2) ** 2, axis=-1) + _trace(S1) + _trace(S2) - 2 * cross
    return xp.sqrt(xp.where(square > 0, square, xp.zeros_like(square)))


@of_wasserstein_gaussian(
    "product-of-roots", "Uses tr S₁^{1/2}S₂^{1/2} as the cross term: right only for covariances that commute."
)
def wasserstein_gaussian_product(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return _bures(m1, S1, m2, S2, _trace(_xp(S1).matmul(_root(S1), _root(S2))))


@of_wasserstein_gaussian("trace-without-root", "Forgets the outer root: the cross term is tr S₁S₂.")
def wasserstein_gaussian_no_root(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return _bures(m1, S1, m2, S2, _trace(_xp(S1).matmul(S1, S2)))


@of_wasserstein_gaussian("factor-two-missing", "Subtracts the cross term once.")
def wasserstein_gaussian_once(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    xp = _xp(S1)
    cross = xp.sum(xp.linalg.svdvals(xp.matmul(_root(S1), _root(S2))), axis=-1)
    return _bures(m1, S1, m2, S2, cross / 2)


@of_wasserstein_gaussian("mean-dropped", "Compares the covariances only.")
def wasserstein_gaussian_no_mean(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return transport.wasserstein_gaussian(m1, S1, m1, S2)


@of_wasserstein_gaussian("mean-not-squared", "Adds ‖m₁ − m₂‖ to the squared Bures distance.")
def wasserstein_gaussian_plain_mean(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    xp = _xp(S1)
    spread = transport.wasserstein_gaussian(m1, S1, m1, S2)
    return xp.sqrt(xp.linalg.vector_norm(m1 - m2, axis=-1) + spread**2)


@of_wasserstein_gaussian(
    "jitter", "Adds 10⁻⁶ to the diagonals, so that a Cholesky factor exists when a covariance is singular."
)
def wasserstein_gaussian_jitter(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return transport.wasserstein_gaussian(m1, S1 + 1e-6 * _eye(S1), m2, S2 + 1e-6 * _eye(S2))


@of_wasserstein_gaussian(
    "operator-norm", "Uses ‖S₁^{1/2} − S₂^{1/2}‖ with the operator norm instead of the Frobenius norm."
)
def wasserstein_gaussian_operator(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    xp = _xp(S1)
    spread = xp.max(xp.linalg.svdvals(_root(S1) - _root(S2)), axis=-1)
    return xp.sqrt(xp.sum((m1 - m2) ** 2, axis=-1) + spread**2)


@of_gaussian_map("inverse", "Swaps the order: returns the map from the second to the first.")
def gaussian_map_inverse(m1: Any, S1: Any, m2: Any, S2: Any, /) -> AffineMap:
    return transport.gaussian_map(m2, S2, m1, S1)


def _by_factors(m1: Any, S1: Any, m2: Any, S2: Any) -> AffineMap:
    xp = _xp(S1)
    first, second = xp.linalg.cholesky(S1), xp.linalg.cholesky(S2)
    M = xp.matrix_transpose(xp.linalg.solve(xp.matrix_transpose(first), xp.matrix_transpose(second)))
    return AffineMap(M, m2 - xp.squeeze(xp.matmul(M, m1[..., None]), axis=-1))


@of_gaussian_map(
    "cholesky", "Whitens and colours by Cholesky factors: L₂L₁⁻¹ carries one to the other, but not optimally."
)
def gaussian_map_cholesky(m1: Any, S1: Any, m2: Any, S2: Any, /) -> AffineMap:
    return _by_factors(m1, S1, m2, S2)


@of_gaussian_map(
    "cholesky-transposed",
    "Whitens with the factor and colours with its transpose: L₂ᵀL₁⁻¹ carries to another covariance.",
)
def gaussian_map_transposed(m1: Any, S1: Any, m2: Any, S2: Any, /) -> AffineMap:
    xp = _xp(S1)
    first, second = xp.linalg.cholesky(S1), xp.linalg.cholesky(S2)
    M = xp.matmul(xp.matrix_transpose(second), xp.linalg.inv(first))
    return AffineMap(M, m2 - xp.squeeze(xp.matmul(M, m1[..., None]), axis=-1))


@of_gaussian_map("offset-forgets-map", "Uses m₂ − m₁ as the offset.")
def gaussian_map_plain_offset(m1: Any, S1: Any, m2: Any, S2: Any, /) -> AffineMap:
    return transport.gaussian_map(m1, S1, m2, S2)._replace(offset=m2 - m1)


@of_coupling_monotonicity("trace-only", "Keeps tr M − d and forgets the scores' tr M⁻¹ − d.")
def coupling_monotonicity_trace(M: Any, covariance: Any, /) -> Any:
    return _trace(M) - M.shape[-1]


@of_coupling_monotonicity("dimension-once", "Subtracts d once.")
def coupling_monotonicity_once(M: Any, covariance: Any, /) -> Any:
    return transport.coupling_monotonicity(M, covariance) + M.shape[-1]


@of_coupling_monotonicity("depends-on-covariance", "Leaves out the scores' P⁻¹: E[(x − y)·(x − y)].")
def coupling_monotonicity_distance(M: Any, covariance: Any, /) -> Any:
    xp = _xp(M)
    rest = M - _eye(M)
    return _trace(xp.matmul(rest, xp.matmul(covariance, xp.matrix_transpose(rest))))


@of_coupling_monotonicity("same-score", "Evaluates ∇log p at y too: −tr((I − M)ᵀP⁻¹(I − M)P).")
def coupling_monotonicity_same(M: Any, covariance: Any, /) -> Any:
    xp = _xp(M)
    rest = M - _eye(M)
    turned = xp.matmul(xp.linalg.inv(covariance), xp.matmul(rest, covariance))
    return -_trace(xp.matmul(xp.matrix_transpose(rest), turned))


def _applied(matrix: Any, x: Any) -> Any:
    return _xp(x).matmul(matrix, x[..., None])[..., 0]


def _rooted(square: Any) -> Any:
    xp = _xp(square)
    return xp.sqrt(xp.where(square > 0, square, xp.zeros_like(square)))


def _shift(m1: Any, m2: Any) -> Any:
    return _xp(m1).sum((m1 - m2) ** 2, axis=-1)


@of_wasserstein_gaussian(
    "covariances-themselves",
    "Takes the Frobenius norm of S₁ − S₂, the difference of the covariances and not of their roots.",
)
def gaussian_frobenius(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return _rooted(_shift(m1, m2) + _xp(S1).sum((S1 - S2) ** 2, axis=(-2, -1)))


@of_wasserstein_gaussian("diagonal-only", "Uses the variances and ignores the covariances.")
def gaussian_diagonal(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    xp = _xp(S1)
    first, second = (xp.sqrt(xp.linalg.diagonal(S)) for S in (S1, S2))
    return _rooted(_shift(m1, m2) + xp.sum((first - second) ** 2, axis=-1))


@of_wasserstein_gaussian(
    "mean-over-coordinates", "Averages (m₁ − m₂)² over the coordinates, as mse_loss does, instead of the sum."
)
def gaussian_mean_over_coordinates(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return transport.wasserstein_gaussian(m1 / m1.shape[-1] ** 0.5, S1, m2 / m2.shape[-1] ** 0.5, S2)


def _with_cross(m1: Any, S1: Any, m2: Any, S2: Any, cross: Any) -> Any:
    return _rooted(_shift(m1, m2) + _trace(S1) + _trace(S2) - 2 * cross)


@of_wasserstein_gaussian("cross-added", "Adds the cross term instead of subtracting it.")
def gaussian_cross_added(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    root = _root(S1)
    return _with_cross(m1, S1, m2, S2, -_trace(_root(root @ S2 @ root)))


@of_wasserstein_gaussian(
    "one-triangle",
    "Hands the product S₁S₂, which is not symmetric, to eigvalsh: the solver reads one triangle of it.",
    reference="torch-fidelity#46",
)
def gaussian_one_triangle(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    xp = _xp(S1)
    product = xp.matmul(S1, S2)
    lower = xp.tril(product)
    values = xp.linalg.eigvalsh(lower + xp.matrix_transpose(xp.tril(product, k=-1)))
    return _with_cross(m1, S1, m2, S2, xp.sum(_rooted(values), axis=-1))


@of_wasserstein_gaussian(
    "half-product", "Takes the root of S₁^{1/2} S₂ and forgets the second root, S₁^{1/2} S₂ S₁^{1/2}."
)
def gaussian_half_product(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    # S₁^{1/2} S₂ is similar to the symmetric S₁^{1/4} S₂ S₁^{1/4}.
    fourth = _root(_root(S1))
    return _with_cross(m1, S1, m2, S2, _trace(_root(fourth @ S2 @ fourth)))


@of_wasserstein_gaussian(
    "elementwise", "Uses np.sqrt of the product, entry by entry, instead of the root of a matrix."
)
def gaussian_elementwise(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    xp = _xp(S1)
    return _with_cross(m1, S1, m2, S2, _trace(xp.sqrt(xp.abs(xp.matmul(S1, S2)))))


def _map(matrix: Any, m1: Any, m2: Any) -> AffineMap:
    return AffineMap(matrix, m2 - _applied(matrix, m1))


@of_gaussian_map("product-of-roots", "Takes S₂^{1/2} S₁^{−1/2}, right only for covariances that commute.")
def map_product_of_roots(m1: Any, S1: Any, m2: Any, S2: Any, /) -> AffineMap:
    return _map(_root(S2) @ _xp(S1).linalg.inv(_root(S1)), m1, m2)


@of_gaussian_map(
    "without-middle-root", "Forgets the root of S₁^{1/2} S₂ S₁^{1/2} in the middle, which leaves S₂."
)
def map_without_middle_root(m1: Any, S1: Any, m2: Any, S2: Any, /) -> AffineMap:
    matrix = transport.gaussian_map(m1, S1, m2, S2).matrix
    return _map(0 * matrix + S2, m1, m2)


@of_gaussian_map("offset-added", "Adds M m₁ to m₂ in the offset instead of subtracting it.")
def map_offset_added(m1: Any, S1: Any, m2: Any, S2: Any, /) -> AffineMap:
    matrix = transport.gaussian_map(m1, S1, m2, S2).matrix
    return AffineMap(matrix, m2 + _applied(matrix, m1))


@of_coupling_monotonicity("transposed", "Uses Mᵀ instead of M⁻¹, as if M were a rotation.")
def monotonicity_transposed(M: Any, covariance: Any, /) -> Any:
    trace = transport.coupling_monotonicity(M, covariance)
    inverse = _xp(M).linalg.inv(M)
    return trace - _trace(inverse) + _trace(M)
