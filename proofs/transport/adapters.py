"""Conventions of optimal transport that differ from this document's."""

import math
from typing import Any

from array_api_compat import array_namespace

from ... import transport
from ..adapter import adapter
from ..law import Implementation

_POWER = "p-th powers of lengths, which are scaled by a power of two first, so that they stay in range"


def _unit(*lengths: Any) -> Any:
    """A power of two about the largest magnitude of each row of all arrays, as a last axis of 1."""
    xp = array_namespace(*lengths)
    peak = xp.max(xp.abs(lengths[0]), axis=-1, keepdims=True)
    for array in lengths[1:]:
        other = xp.max(xp.abs(array), axis=-1, keepdims=True)
        peak = xp.where(peak > other, peak, other)
    usable = (peak > 0) & xp.isfinite(peak)
    exponent = xp.floor(xp.log2(xp.where(usable, peak, xp.ones_like(peak))))
    return 2.0 * xp.full_like(peak, 2.0) ** (exponent - 1)


@adapter(
    "transport.wasserstein_1d",
    "squared",
    f"mine(x, y, x_weights, y_weights, p) → W_p^p, without the root: {_POWER}. Weights may be None.",
    reference="POT",
)
def wasserstein_1d_squared(mine: Implementation) -> Implementation:
    def wasserstein_1d(
        x: Any, y: Any, /, *, order: float = 2.0, x_weights: Any = None, y_weights: Any = None
    ) -> Any:
        unit = _unit(x, y)
        power = mine(x / unit, y / unit, x_weights, y_weights, order)
        return unit[..., 0] * power ** (1 / order)

    return wasserstein_1d


@adapter(
    "transport.wasserstein_1d",
    "samples-first",
    "mine(x, y, x_weights, y_weights, p) → W_p: samples on the first axis, weights may be None.",
)
def wasserstein_1d_samples_first(mine: Implementation) -> Implementation:
    def wasserstein_1d(
        x: Any, y: Any, /, *, order: float = 2.0, x_weights: Any = None, y_weights: Any = None
    ) -> Any:
        xp = array_namespace(x, y)
        return mine(xp.moveaxis(x, -1, 0), xp.moveaxis(y, -1, 0), x_weights, y_weights, order)

    return wasserstein_1d


def _clouds(x: Any, y: Any, masses: tuple[Any, Any], order: float) -> tuple[Any, Any, Any, Any]:
    """Masses with sum 1, the costs ‖x_i − y_j‖^p in units of unit^p, and the unit."""
    xp = array_namespace(x, y)
    both = xp.reshape(xp.concat([x, y]), (-1,))
    unit = _unit(both)[0]
    costs = xp.sqrt(xp.sum((x[:, None, :] / unit - y[None, :, :] / unit) ** 2, axis=-1)) ** order
    shares = [
        xp.ones_like(points[:, 0]) / points.shape[0] if mass is None else mass / xp.sum(mass)
        for points, mass in zip((x, y), masses, strict=True)
    ]
    return *shares, costs, unit


@adapter(
    "transport.wasserstein_discrete",
    "cost",
    "mine(a, b, M) → W_p^p: masses with sum 1 and the matrix of costs. Plan and potentials are the "
    "reference's.",
    reference="emd2 of POT",
)
def wasserstein_discrete_cost(mine: Implementation) -> Implementation:
    def wasserstein_discrete(
        x: Any, y: Any, x_weights: Any = None, y_weights: Any = None, /, *, order: float = 2.0
    ) -> Any:
        known = transport.wasserstein_discrete(x, y, x_weights, y_weights, order=order)
        a, b, costs, unit = _clouds(x, y, (x_weights, y_weights), order)
        return known._replace(distance=unit * mine(a, b, costs) ** (1 / order))

    return wasserstein_discrete


@adapter(
    "transport.wasserstein_discrete",
    "plan",
    "mine(a, b, M) → plan (n, m): masses with sum 1 and the matrix of costs. The distance is made of the "
    "plan; "
    "potentials are the reference's.",
    reference="emd of POT",
)
def wasserstein_discrete_plan(mine: Implementation) -> Implementation:
    def wasserstein_discrete(
        x: Any, y: Any, x_weights: Any = None, y_weights: Any = None, /, *, order: float = 2.0
    ) -> Any:
        known = transport.wasserstein_discrete(x, y, x_weights, y_weights, order=order)
        a, b, costs, unit = _clouds(x, y, (x_weights, y_weights), order)
        plan = mine(a, b, costs)
        total = array_namespace(plan).sum(plan * costs)
        return known._replace(plan=plan, distance=unit * total ** (1 / order))

    return wasserstein_discrete


@adapter(
    "transport.coupling_cost",
    "squared",
    f"mine(x, y, plan, p) → Σ π_ij ‖x_i − y_j‖^p, without the root: {_POWER}.",
)
def coupling_cost_squared(mine: Implementation) -> Implementation:
    def coupling_cost(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
        xp = array_namespace(x, y, plan)
        unit = _unit(*(xp.reshape(points, (*points.shape[:-2], -1)) for points in (x, y)))
        power = mine(x / unit[..., None], y / unit[..., None], plan, order)
        return unit[..., 0] * power ** (1 / order)

    return coupling_cost


@adapter(
    "transport.wasserstein_gaussian",
    "squared",
    "mine(m1, S1, m2, S2) → W₂², without the root.",
)
def wasserstein_gaussian_squared(mine: Implementation) -> Implementation:
    def wasserstein_gaussian(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
        square = mine(m1, S1, m2, S2)
        return array_namespace(square).sqrt(square)

    return wasserstein_gaussian


@adapter(
    "transport.wasserstein_gaussian",
    "means-first",
    "mine(m1, m2, S1, S2) → W₂.",
    reference="bures_wasserstein_distance of POT",
)
def wasserstein_gaussian_means_first(mine: Implementation) -> Implementation:
    return lambda m1, S1, m2, S2, /: mine(m1, m2, S1, S2)


@adapter(
    "transport.wasserstein_gaussian",
    "roots",
    "mine(m1, R1, m2, R2) → W₂: the symmetric roots R = S^{1/2} of the covariances.",
)
def wasserstein_gaussian_roots(mine: Implementation) -> Implementation:
    def root(covariance: Any) -> Any:
        xp = array_namespace(covariance)
        values, vectors = xp.linalg.eigh(covariance)
        roots = xp.sqrt(xp.where(values > 0, values, xp.zeros_like(values)))
        return (vectors * roots[..., None, :]) @ xp.matrix_transpose(vectors)

    return lambda m1, S1, m2, S2, /: mine(m1, root(S1), m2, root(S2))


@adapter(
    "transport.gaussian_map",
    "means-first",
    "mine(m1, m2, S1, S2) → (A, b), the map x ↦ xA + b of rows.",
    reference="bures_wasserstein_mapping of POT",
)
def gaussian_map_means_first(mine: Implementation) -> Implementation:
    def gaussian_map(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
        matrix, offset = mine(m1, m2, S1, S2)
        return transport.AffineMap(array_namespace(matrix).matrix_transpose(matrix), offset)

    return gaussian_map


def _each_set(function: Any, *arrays: Any) -> Any:
    """A function of (n, d) arrays for every set of points, the leading axes broadcast."""
    xp = array_namespace(*arrays)
    arrays = xp.broadcast_arrays(*arrays)
    shape = arrays[0].shape
    flat = [xp.reshape(array, (math.prod(shape[:-2]), *shape[-2:])) for array in arrays]
    results = [function(*(array[i, ...] for array in flat)) for i in range(flat[0].shape[0])]
    return xp.reshape(xp.stack(results), shape[:-2])


@adapter(
    "transport.score_matching",
    "mse",
    "mine(model_score, score) → mean of the squares over points and coordinates, (n, d) each; with "
    "weights the "
    "reference answers.",
    reference="torch.nn.functional.mse_loss",
)
def score_matching_mse(mine: Implementation) -> Implementation:
    def score_matching(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
        if weights is not None:
            return transport.score_matching(model_score, score, weights=weights)
        return score.shape[-1] * _each_set(mine, model_score, score)

    return score_matching


@adapter(
    "transport.conditional_score_matching",
    "noise-model",
    "mine(predicted_noise, noise) → mean of the squares over points and coordinates, (n, d) each: the simple "
    "loss, which 1/β̄_t² turns into score matching.",
)
def conditional_score_matching_noise_model(mine: Implementation) -> Implementation:
    def conditional_score_matching(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
        predicted = -beta_bar[..., None, None] * model_score
        return noise.shape[-1] * _each_set(mine, predicted, noise) / beta_bar**2

    return conditional_score_matching
