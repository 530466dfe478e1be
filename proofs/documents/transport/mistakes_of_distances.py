"""How people get distances, costs and maps wrong, beyond mistakes.py."""

from typing import Any

from array_api_compat import array_namespace as _xp

from .... import transport
from ....transport import AffineMap, Quadrature, Transport
from ...language.mistake import mistake
from .mistakes import _root, _trace


def _applied(matrix: Any, x: Any) -> Any:
    return _xp(x).matmul(matrix, x[..., None])[..., 0]


# Samples on the line


def _sorted_gaps(x: Any, y: Any) -> Any:
    xp = _xp(x)
    return xp.abs(xp.sort(x, axis=-1) - xp.sort(y, axis=-1))


@mistake("transport.wasserstein_1d", "always-one", "Computes W₁, the mean of |x − y|, whatever the order.")
def line_always_one(x: Any, y: Any, /, *, order: float = 2.0, **weights: Any) -> Any:
    return transport.wasserstein_1d(x, y, order=0 * order + 1, **weights)


@mistake(
    "transport.wasserstein_1d",
    "signed",
    "Averages the gaps with their signs, which leaves the distance of the means.",
)
def line_signed(x: Any, y: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    return xp.abs(xp.mean(x, axis=-1) - xp.mean(y, axis=-1))


@mistake(
    "transport.wasserstein_1d",
    "square-root",
    "Takes a square root whatever the order, where the root of that order belongs.",
)
def line_square_root(x: Any, y: Any, /, *, order: float = 2.0, **weights: Any) -> Any:
    return transport.wasserstein_1d(x, y, order=order, **weights) ** (order / 2)


@mistake(
    "transport.wasserstein_1d",
    "no-root",
    "Returns the p-th power W_p^p, without the root.",
)
def line_no_root(x: Any, y: Any, /, *, order: float = 2.0, **weights: Any) -> Any:
    return transport.wasserstein_1d(x, y, order=order, **weights) ** order


@mistake(
    "transport.wasserstein_1d",
    "divided-by-order",
    "Writes cost ** 1 / p, which divides by p and takes no root: the power binds first.",
    reference="ott#651",
)
def line_divided_by_order(x: Any, y: Any, /, *, order: float = 2.0, **weights: Any) -> Any:
    return transport.wasserstein_1d(x, y, order=order, **weights) ** order / order


@mistake(
    "transport.wasserstein_1d",
    "distribution-functions",
    "Integrates |F − G|^p of the distribution functions, which is W_p^p for p = 1 only.",
    reference="couplingsmontecarlo#3",
)
def line_distribution_functions(x: Any, y: Any, /, *, order: float = 2.0) -> Any:
    xp, n, m = _xp(x), x.shape[-1], y.shape[-1]
    both = xp.sort(xp.concat([x, y], axis=-1), axis=-1)
    lengths, at = both[..., 1:] - both[..., :-1], both[..., :-1, None]
    F, G = (
        xp.sum(xp.astype(sample[..., None, :] <= at, x.dtype), axis=-1) / size
        for sample, size in ((x, n), (y, m))
    )
    return xp.sum(lengths * xp.abs(F - G) ** order, axis=-1) ** (1 / order)


@mistake(
    "transport.wasserstein_1d",
    "opposite-order",
    "Sorts one sample descending: the reversed coupling is the worst one and not the best.",
)
def line_opposite_order(x: Any, y: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    gaps = xp.abs(xp.sort(x, axis=-1) - xp.flip(xp.sort(y, axis=-1), axis=-1))
    return xp.mean(gaps**order, axis=-1) ** (1 / order)


@mistake(
    "transport.wasserstein_1d",
    "first-axis",
    "Sorts along the first axis, that of the batch, and averages over the last one.",
)
def line_first_axis(x: Any, y: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    gaps = xp.abs(xp.sort(x, axis=0) - xp.sort(y, axis=0))
    return xp.mean(gaps**order, axis=-1) ** (1 / order)


@mistake(
    "transport.wasserstein_quantile", "always-one", "Computes W₁, the mean of the gap, whatever the order."
)
def quantile_always_one(p: Any, q: Any, /, *, order: float = 2.0, **where: Any) -> Quadrature:
    return transport.wasserstein_quantile(p, q, order=0 * order + 1, **where)


# Discrete measures


def _recost(found: Transport, **parts: Any) -> Transport:
    return found._replace(**parts)


@mistake(
    "transport.wasserstein_discrete",
    "independent",
    "Takes the product of the masses for the plan: the independent coupling, which moves more than need be.",
)
def discrete_independent(
    x: Any, y: Any, x_weights: Any = None, y_weights: Any = None, /, *, order: float = 2.0
) -> Transport:
    xp = _xp(x)
    found = transport.wasserstein_discrete(x, y, x_weights, y_weights, order=order)
    a, b = xp.sum(found.plan, axis=1), xp.sum(found.plan, axis=0)
    plan = a[:, None] * b[None, :]
    return _recost(found, plan=plan, distance=transport.coupling_cost(x, y, plan, order=order))


@mistake(
    "transport.wasserstein_discrete",
    "costs-squared",
    "Squares the costs, which are powers of the distances already.",
)
def discrete_costs_squared(
    x: Any, y: Any, x_weights: Any = None, y_weights: Any = None, /, *, order: float = 2.0
) -> Transport:
    found = transport.wasserstein_discrete(x, y, x_weights, y_weights, order=2 * order)
    return _recost(found, distance=found.distance**2)


@mistake(
    "transport.wasserstein_discrete",
    "entropic-unrounded",
    "Reports the cost of Sinkhorn's plan at ε = 0.05, which entropy has smoothed: no optimal plan.",
)
def discrete_sinkhorn(
    x: Any, y: Any, x_weights: Any = None, y_weights: Any = None, /, *, order: float = 2.0
) -> Transport:
    xp = _xp(x)
    found = transport.wasserstein_discrete(x, y, x_weights, y_weights, order=order)
    costs = xp.sqrt(xp.sum((x[:, None, :] - y[None, :, :]) ** 2, axis=-1)) ** order
    a, b = xp.sum(found.plan, axis=1), xp.sum(found.plan, axis=0)
    kernel, u = xp.exp(-costs / 0.05), xp.ones_like(a)
    for _ in range(200):
        v = b / xp.clip(xp.matmul(u, kernel), 1e-300, None)
        u = a / xp.clip(xp.matmul(kernel, v), 1e-300, None)
    plan = u[:, None] * kernel * v[None, :]
    return _recost(found, plan=plan, distance=xp.sum(plan * costs) ** (1 / order))


@mistake(
    "transport.coupling_cost",
    "p-norm",
    "Takes p for the index of the norm, Σ_k |x_k − y_k|^p by coordinate, and not for the power of the "
    "Euclidean distance.",
    reference="POT#779",
)
def cost_p_norm(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    gaps = xp.sum(xp.abs(x[..., :, None, :] - y[..., None, :, :]) ** order, axis=-1)
    return xp.sum(plan * gaps, axis=(-2, -1)) ** (1 / order)


@mistake(
    "transport.coupling_cost",
    "norm-for-power",
    "Takes p for the index of the norm, ‖x − y‖_p, and raises no distance to the power p: its costs "
    "are those of order 1 under the root of order p.",
    reference="POT#779",
)
def cost_norm_for_power(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    gaps = xp.sum(xp.abs(x[..., :, None, :] - y[..., None, :, :]) ** order, axis=-1) ** (1 / order)
    return xp.sum(plan * gaps, axis=(-2, -1)) ** (1 / order)


@mistake(
    "transport.coupling_cost",
    "manhattan",
    "Takes Manhattan distances, the sums of absolute differences, for Euclidean ones.",
)
def cost_manhattan(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    gaps = xp.sum(xp.abs(x[..., :, None, :] - y[..., None, :, :]), axis=-1)
    return xp.sum(plan * gaps**order, axis=(-2, -1)) ** (1 / order)


@mistake(
    "transport.coupling_cost",
    "squared-distances",
    "Raises squared distances to the power p: costs that are squared already.",
)
def cost_squared_distances(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    return transport.coupling_cost(x, y, plan, order=2 * order) ** 2


@mistake(
    "transport.coupling_cost",
    "square-root",
    "Takes a square root whatever the order, where the root of that order belongs.",
)
def coupling_square_root(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    return transport.coupling_cost(x, y, plan, order=order) ** (order / 2)


@mistake(
    "transport.coupling_cost",
    "divided-by-order",
    "Writes cost ** 1 / p, which divides by p and takes no root: the power binds first.",
    reference="ott#651",
)
def cost_divided_by_order(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    return transport.coupling_cost(x, y, plan, order=order) ** order / order


@mistake(
    "transport.coupling_cost",
    "plan-ignored",
    "Averages over all pairs of points and does not weigh them with the plan.",
)
def cost_plan_ignored(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    n, m = plan.shape[-2:]
    total = _xp(plan).sum(plan, axis=(-2, -1), keepdims=True)
    return transport.coupling_cost(x, y, 0 * plan + total / (n * m), order=order)


# Gaussians


def _rooted(square: Any) -> Any:
    xp = _xp(square)
    return xp.sqrt(xp.where(square > 0, square, xp.zeros_like(square)))


def _shift(m1: Any, m2: Any) -> Any:
    return _xp(m1).sum((m1 - m2) ** 2, axis=-1)


@mistake(
    "transport.wasserstein_gaussian",
    "covariances-themselves",
    "Takes the Frobenius norm of S₁ − S₂, the difference of the covariances and not of their roots.",
)
def gaussian_frobenius(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return _rooted(_shift(m1, m2) + _xp(S1).sum((S1 - S2) ** 2, axis=(-2, -1)))


@mistake("transport.wasserstein_gaussian", "diagonal-only", "Uses the variances and ignores the covariances.")
def gaussian_diagonal(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    xp = _xp(S1)
    first, second = (xp.sqrt(xp.linalg.diagonal(S)) for S in (S1, S2))
    return _rooted(_shift(m1, m2) + xp.sum((first - second) ** 2, axis=-1))


@mistake(
    "transport.wasserstein_gaussian",
    "mean-over-coordinates",
    "Averages (m₁ − m₂)² over the coordinates, as mse_loss does, in place of the sum.",
)
def gaussian_mean_over_coordinates(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return transport.wasserstein_gaussian(m1 / m1.shape[-1] ** 0.5, S1, m2 / m2.shape[-1] ** 0.5, S2)


def _with_cross(m1: Any, S1: Any, m2: Any, S2: Any, cross: Any) -> Any:
    return _rooted(_shift(m1, m2) + _trace(S1) + _trace(S2) - 2 * cross)


@mistake(
    "transport.wasserstein_gaussian", "cross-added", "Adds the cross term where it is subtracted: its sign."
)
def gaussian_cross_added(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    root = _root(S1)
    return _with_cross(m1, S1, m2, S2, -_trace(_root(root @ S2 @ root)))


@mistake(
    "transport.wasserstein_gaussian",
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


@mistake(
    "transport.wasserstein_gaussian",
    "half-product",
    "Takes the root of S₁^{1/2} S₂ and forgets the second root, S₁^{1/2} S₂ S₁^{1/2}.",
)
def gaussian_half_product(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    # S₁^{1/2} S₂ is similar to the symmetric S₁^{1/4} S₂ S₁^{1/4}.
    fourth = _root(_root(S1))
    return _with_cross(m1, S1, m2, S2, _trace(_root(fourth @ S2 @ fourth)))


@mistake(
    "transport.wasserstein_gaussian",
    "elementwise",
    "Takes np.sqrt of the product, entry by entry, for the root of a matrix.",
)
def gaussian_elementwise(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    xp = _xp(S1)
    return _with_cross(m1, S1, m2, S2, _trace(xp.sqrt(xp.abs(xp.matmul(S1, S2)))))


def _map(matrix: Any, m1: Any, m2: Any) -> AffineMap:
    return AffineMap(matrix, m2 - _applied(matrix, m1))


@mistake(
    "transport.gaussian_map",
    "product-of-roots",
    "Takes S₂^{1/2} S₁^{−1/2}, right only for covariances that commute.",
)
def map_product_of_roots(m1: Any, S1: Any, m2: Any, S2: Any, /) -> AffineMap:
    return _map(_root(S2) @ _xp(S1).linalg.inv(_root(S1)), m1, m2)


@mistake(
    "transport.gaussian_map",
    "without-middle-root",
    "Forgets the root of S₁^{1/2} S₂ S₁^{1/2} in the middle, which leaves S₂.",
)
def map_without_middle_root(m1: Any, S1: Any, m2: Any, S2: Any, /) -> AffineMap:
    matrix = transport.gaussian_map(m1, S1, m2, S2).matrix
    return _map(0 * matrix + S2, m1, m2)


@mistake("transport.gaussian_map", "offset-added", "Adds M m₁ to m₂ in the offset where it is subtracted.")
def map_offset_added(m1: Any, S1: Any, m2: Any, S2: Any, /) -> AffineMap:
    matrix = transport.gaussian_map(m1, S1, m2, S2).matrix
    return AffineMap(matrix, m2 + _applied(matrix, m1))


@mistake("transport.coupling_monotonicity", "transposed", "Takes Mᵀ for M⁻¹, as if M were a rotation.")
def monotonicity_transposed(M: Any, covariance: Any, /) -> Any:
    trace = transport.coupling_monotonicity(M, covariance)
    inverse = _xp(M).linalg.inv(M)
    return trace - _trace(inverse) + _trace(M)
