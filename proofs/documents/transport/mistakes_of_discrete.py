"""How people get distances of clouds, their plans, and the costs of these wrong."""

from typing import Any

from .... import transport
from ...._libraries import array_namespace as _xp
from ....transport import Transport
from ...language.mistake import MistakesOf

of_wasserstein_discrete = MistakesOf("transport.wasserstein_discrete")
of_coupling_cost = MistakesOf("transport.coupling_cost")


@of_wasserstein_discrete(
    "squared",
    "Returns the cost W^p instead of the distance, as POT's emd2 does with squared distances.",
    reference="POT emd2",
)
def wasserstein_discrete_squared(*clouds: Any, order: float = 2.0) -> Transport:
    found = transport.wasserstein_discrete(*clouds, order=order)
    return found._replace(distance=found.distance**2)


def _distances(x: Any, y: Any) -> Any:
    xp = _xp(x)
    return xp.sqrt(xp.sum((x[:, None, :] - y[None, :, :]) ** 2, axis=-1))


@of_wasserstein_discrete("nearest", "Sends every point to its nearest, so the plan is no coupling.")
def wasserstein_discrete_nearest(
    x: Any, y: Any, x_weights: Any = None, y_weights: Any = None, /, *, order: float = 2.0
) -> Transport:
    xp = _xp(x)
    found = transport.wasserstein_discrete(x, y, x_weights, y_weights, order=order)
    mass = xp.sum(found.plan, axis=1)
    least = xp.min(_distances(x, y), axis=1)
    return found._replace(distance=xp.sum(mass * least**order) ** (1 / order))


@of_wasserstein_discrete(
    "entropic",
    "Reports the cost of an entropically smoothed plan: here, mixed with the independent one by a hundredth.",
)
def wasserstein_discrete_entropic(
    x: Any, y: Any, x_weights: Any = None, y_weights: Any = None, /, *, order: float = 2.0
) -> Transport:
    found = transport.wasserstein_discrete(x, y, x_weights, y_weights, order=order)
    xp = _xp(x)
    independent = xp.sum(found.plan, axis=1)[:, None] * xp.sum(found.plan, axis=0)
    plan = 0.99 * found.plan + 0.01 * independent
    return found._replace(plan=plan, distance=transport.coupling_cost(x, y, plan, order=order))


@of_wasserstein_discrete(
    "expanded-squares", "Expands ‖x − y‖² = ‖x‖² + ‖y‖² − 2x·y, which loses close points far from the origin."
)
def wasserstein_discrete_expanded(x: Any, y: Any, /, *, order: float = 2.0) -> Transport:
    xp = _xp(x)
    found = transport.wasserstein_discrete(x, y, order=order)
    squares = (
        xp.sum(x * x, axis=1)[:, None] + xp.sum(y * y, axis=1) - 2 * xp.matmul(x, xp.matrix_transpose(y))
    )
    costs = xp.where(squares > 0, squares, xp.zeros_like(squares)) ** (order / 2)
    return found._replace(distance=xp.sum(found.plan * costs) ** (1 / order))


@of_wasserstein_discrete("weights-ignored", "Weights points equally.")
def wasserstein_discrete_unweighted(
    x: Any, y: Any, x_weights: Any = None, y_weights: Any = None, /, *, order: float = 2.0
) -> Transport:
    return transport.wasserstein_discrete(x, y, order=order)


@of_wasserstein_discrete("sum", "Gives every point a mass of 1, so that costs add up.")
def wasserstein_discrete_sum(x: Any, y: Any, /, *, order: float = 2.0) -> Transport:
    found = transport.wasserstein_discrete(x, y, order=order)
    return found._replace(distance=found.distance * x.shape[0] ** (1 / order), plan=found.plan * x.shape[0])


@of_wasserstein_discrete("potentials-swapped", "Returns y's potential as x's and x's as y's.")
def wasserstein_discrete_swapped(*clouds: Any, order: float = 2.0) -> Transport:
    found = transport.wasserstein_discrete(*clouds, order=order)
    return found._replace(x_potential=found.y_potential, y_potential=found.x_potential)


@of_wasserstein_discrete("potentials-negated", "Writes the dual with u_i − v_j ≤ c_ij, and returns that v.")
def wasserstein_discrete_negated(*clouds: Any, order: float = 2.0) -> Transport:
    found = transport.wasserstein_discrete(*clouds, order=order)
    return found._replace(y_potential=-found.y_potential)


@of_coupling_cost("squared", "Returns Σ π‖x − y‖² without the root.")
def coupling_cost_squared(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    return transport.coupling_cost(x, y, plan, order=order) ** 2


@of_coupling_cost("always-two", "Ignores the order.")
def coupling_cost_always_two(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    return transport.coupling_cost(x, y, plan)


@of_coupling_cost(
    "norm-of-mean", "Averages the displacements before taking the norm: the distance of the means."
)
def coupling_cost_norm_of_mean(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    gaps = x[..., :, None, :] - y[..., None, :, :]
    return xp.linalg.vector_norm(xp.sum(plan[..., None] * gaps, axis=(-3, -2)), axis=-1)


def _recost(found: Transport, **parts: Any) -> Transport:
    return found._replace(**parts)


@of_wasserstein_discrete(
    "independent",
    "Uses the product of the masses as the plan: the independent coupling, which moves more than need be.",
)
def discrete_independent(
    x: Any, y: Any, x_weights: Any = None, y_weights: Any = None, /, *, order: float = 2.0
) -> Transport:
    xp = _xp(x)
    found = transport.wasserstein_discrete(x, y, x_weights, y_weights, order=order)
    a, b = xp.sum(found.plan, axis=1), xp.sum(found.plan, axis=0)
    plan = a[:, None] * b[None, :]
    return _recost(found, plan=plan, distance=transport.coupling_cost(x, y, plan, order=order))


@of_wasserstein_discrete("costs-squared", "Squares the costs, which are powers of the distances already.")
def discrete_costs_squared(
    x: Any, y: Any, x_weights: Any = None, y_weights: Any = None, /, *, order: float = 2.0
) -> Transport:
    found = transport.wasserstein_discrete(x, y, x_weights, y_weights, order=2 * order)
    return _recost(found, distance=found.distance**2)


@of_wasserstein_discrete(
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


@of_coupling_cost(
    "p-norm",
    "Uses p as the index of the norm, Σ_k |x_k − y_k|^p by coordinate, instead of as the power of the "
    "Euclidean distance.",
    reference="POT#779",
)
def cost_p_norm(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    gaps = xp.sum(xp.abs(x[..., :, None, :] - y[..., None, :, :]) ** order, axis=-1)
    return xp.sum(plan * gaps, axis=(-2, -1)) ** (1 / order)


@of_coupling_cost(
    "norm-for-power",
    "Uses p as the index of the norm, ‖x − y‖_p, and raises no distance to the power p: its costs are "
    "those of order 1 under the root of order p.",
    reference="POT#779",
)
def cost_norm_for_power(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    gaps = xp.sum(xp.abs(x[..., :, None, :] - y[..., None, :, :]) ** order, axis=-1) ** (1 / order)
    return xp.sum(plan * gaps, axis=(-2, -1)) ** (1 / order)


@of_coupling_cost(
    "manhattan", "Uses Manhattan distances, the sums of absolute differences, instead of Euclidean ones."
)
def cost_manhattan(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    gaps = xp.sum(xp.abs(x[..., :, None, :] - y[..., None, :, :]), axis=-1)
    return xp.sum(plan * gaps**order, axis=(-2, -1)) ** (1 / order)


@of_coupling_cost(
    "squared-distances", "Raises squared distances to the power p: costs that are squared already."
)
def cost_squared_distances(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    return transport.coupling_cost(x, y, plan, order=2 * order) ** 2


@of_coupling_cost("square-root", "Takes a square root whatever the order, instead of the root of that order.")
def coupling_square_root(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    return transport.coupling_cost(x, y, plan, order=order) ** (order / 2)


@of_coupling_cost(
    "divided-by-order",
    "Writes cost ** 1 / p, which divides by p and takes no root: the power binds first.",
    reference="ott#651",
)
def cost_divided_by_order(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    return transport.coupling_cost(x, y, plan, order=order) ** order / order


@of_coupling_cost("plan-ignored", "Averages over all pairs of points and does not weigh them with the plan.")
def cost_plan_ignored(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
    n, m = plan.shape[-2:]
    total = _xp(plan).sum(plan, axis=(-2, -1), keepdims=True)
    return transport.coupling_cost(x, y, 0 * plan + total / (n * m), order=order)
