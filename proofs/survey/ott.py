"""OTT's distances between Gaussians and on the line."""

from functools import cache
from typing import Any

from ..language.law import NotApplicableError
from ._binding import Library, lazy

LIBRARY = Library("ott-jax", backend="jax")
jax, jnp, costs = lazy("jax"), lazy("jax.numpy"), lazy("ott.geometry.costs")
pointcloud, problems = lazy("ott.geometry.pointcloud"), lazy("ott.problems.linear.linear_problem")
univariate = lazy("ott.solvers.linear.univariate")


@cache
def _bures(d: int) -> Any:
    """Compiled, for otherwise every call compiles its loops."""
    return jax.jit(costs.Bures(d))


@LIBRARY.bound(
    "geometry.costs.Bures", "transport.wasserstein_gaussian", adapter="means-first", examples=9,
    laws=("transport.wasserstein_gaussian-definition",), diagnosed=False,
)  # fmt: skip
def wasserstein_gaussian(m1: Any, m2: Any, S1: Any, S2: Any, /) -> Any:
    """The root of the cost, which is the square of the distance."""
    if m1.shape[-1] == 1:
        raise NotApplicableError("one coordinate, for which its roots of matrices raise")
    points = [jnp.concatenate([m, jnp.ravel(S)]) for m, S in ((m1, S1), (m2, S2))]
    return jnp.sqrt(_bures(m1.shape[-1])(*points))


@cache
def _power_of_distance(p: float) -> Any:
    """Compiled: Σ |x − y|^p of columns; PNormP(p) is ‖x − y‖^p / p."""

    def solved(x: Any, y: Any, x_weights: Any, y_weights: Any) -> Any:
        geometry = pointcloud.PointCloud(x, y, cost_fn=costs.PNormP(p))
        return p * univariate.quantile_solver(problems.LinearProblem(geometry, x_weights, y_weights)).ot_costs

    return jax.jit(solved)


@LIBRARY.bound(
    "solvers.linear.univariate.quantile_solver", "transport.wasserstein_1d", adapter="squared", examples=9,
    laws=tuple(f"transport.wasserstein_1d-{it}definition" for it in ("", "weighted-", "unequal-")),
)  # fmt: skip
def wasserstein_1d(x: Any, y: Any, x_weights: Any, y_weights: Any, p: float, /) -> Any:
    """One problem of many columns."""
    shape = jnp.broadcast_shapes(x.shape[:-1], y.shape[:-1])
    columns = (jnp.broadcast_to(a, (*shape, a.shape[-1])).reshape(-1, a.shape[-1]).T for a in (x, y))
    return _power_of_distance(p)(*columns, x_weights, y_weights).reshape(shape)
