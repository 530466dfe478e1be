"""How people get the nearest point and the minimax value wrong."""

from typing import Any

import numpy as np
import scipy

from .... import _xp
from ...._host import like, to_float64
from ....argmaxable import minimax_value
from ...language.mistake import MistakesOf
from .mistakes_of_classify import UNARGMAXABLE, _host

of_minimum_norm_point = MistakesOf("argmaxable.minimum_norm_point")
of_minimax_value = MistakesOf("argmaxable.minimax_value")


@of_minimum_norm_point(
    "least-squares",
    "Minimises ‖Σα_i p_i‖ with Σα = 1 by one linear solve: the nearest point of the affine hull.",
)
def nearest_least_squares(points: Any, /) -> Any:
    xp = _xp.namespace(points=points)
    (host,) = to_float64(xp, points=points)
    system = np.vstack([host.T, np.full(len(host), np.max(np.abs(host)) or 1.0)])
    solved = np.linalg.lstsq(system, np.append(np.zeros(host.shape[1]), system[-1, 0]), rcond=None)[0]
    return _nearest(points, solved / np.sum(solved))


def _nearest(points: Any, weights: Any) -> Any:
    """The point of some weights, with the gap there."""
    xp = _xp.namespace(points=points)
    (host,) = to_float64(xp, points=points)
    point = weights @ host
    gap = max(float(point @ point - np.min(host @ point)), 0.0)
    return like(point, points, xp), like(weights, points, xp), like(gap, points, xp)


@of_minimum_norm_point("nearest-vertex", "Returns the vertex of least norm.")
def nearest_vertex(points: Any, /) -> Any:
    host = to_float64(_xp.namespace(points=points), points=points)[0]
    return _nearest(points, np.eye(len(host))[np.argmin(np.sum(host**2, axis=1))])


@of_minimum_norm_point("centroid", "Runs one step of Frank–Wolfe from the centroid and stops.")
def nearest_centroid(points: Any, /) -> Any:
    return _nearest(points, np.full(points.shape[0], 1 / points.shape[0]))


@of_minimum_norm_point(
    "no-gap",
    "Stops Frank–Wolfe after three steps and states the last change of the point instead of the gap.",
)
def nearest_no_gap(points: Any, /) -> Any:
    xp = _xp.namespace(points=points)
    (host,) = to_float64(xp, points=points)
    weights, vertices = np.full(len(host), 1 / len(host)), np.eye(len(host))
    for t in range(3):
        weights = weights + 2 / (t + 2) * (vertices[np.argmin(host @ (weights @ host))] - weights)
    point, alpha, gap = _nearest(points, weights)
    return point, alpha, 0 * gap


@of_minimax_value("no-radius", "Optimises over the unit ball whatever the radius.")
def minimax_no_radius(W: Any, b: Any, /, k: int, radius: float) -> Any:
    return minimax_value(W, b, k, 1.0)


@of_minimax_value("no-bias", "Forgets that the output layer has a bias.")
def minimax_no_bias(W: Any, b: Any, /, k: int, radius: float) -> Any:
    return minimax_value(W, 0 * b, k, radius)


@of_minimax_value(
    "squared-norm",
    "Minimises r‖Σα_iΔw_i‖² + Σα_iΔb_i, the smooth objective of Frank–Wolfe, and states its value.",
)
def minimax_squared_norm(W: Any, b: Any, /, k: int, radius: float) -> Any:
    z, weights, lower, _ = minimax_value(W, b, k, radius)
    rows, biases = _host(W, b)
    rows, biases = rows[k] - np.delete(rows, k, axis=0), biases[k] - np.delete(biases, k)
    xp = _xp.namespace(W=W)
    alpha = to_float64(xp, weights=weights)[0]
    value = radius * np.sum((alpha @ rows) ** 2) + alpha @ biases
    return z, weights, lower, like(value, W, xp)


@of_minimax_value(
    "box",
    "Bounds every coordinate of z by r, which a linear program can do, instead of the norm.",
    reference=UNARGMAXABLE,
)
def minimax_box(W: Any, b: Any, /, k: int, radius: float) -> Any:
    rows, biases = _host(W, b)
    rows, biases = rows[k] - np.delete(rows, k, axis=0), biases[k] - np.delete(biases, k)
    size = float(max(radius * np.max(np.abs(rows)), np.max(np.abs(biases)))) or 1.0
    d = rows.shape[1]
    system = np.column_stack([-rows * radius / size, np.ones(len(rows))])
    limits = [(-1.0, 1.0)] * d + [(None, None)]
    found = scipy.optimize.linprog(
        np.append(np.zeros(d), -1.0), A_ub=system, b_ub=biases / size, bounds=limits
    )
    xp = _xp.namespace(W=W)
    alpha = np.maximum(-found.ineqlin.marginals, 0.0)
    value = found.x[-1] * size
    parts = (radius * found.x[:-1], alpha / np.sum(alpha), value, value)
    return tuple(like(part, W, xp) for part in parts)


@of_minimax_value("bias-sign", "Subtracts the biases instead of adding them: their sign is exchanged.")
def minimax_bias_sign(W: Any, b: Any, /, k: int, radius: float) -> Any:
    return minimax_value(W, -b, k, radius)
