"""Conventions of optimal transport that differ from this document's."""

import math
from typing import Any

from .... import transport
from ...._libraries import array_namespace, device
from ...language.adapter import adapter
from ...language.law import Implementation

_POWER = (
    "p-th powers of lengths, which are scaled by a power of two first where they are very large or small, "
    "so that they stay in range"
)


def _unit(*lengths: Any) -> Any:
    """A power of two about the largest magnitude of each row of all arrays, as a last axis of 1; but 1 for
    ordinary ones, so that a mistake in a power, or a constant, is what its author sees."""
    xp = array_namespace(*lengths)
    peak = xp.max(xp.abs(lengths[0]), axis=-1, keepdims=True)
    for array in lengths[1:]:
        other = xp.max(xp.abs(array), axis=-1, keepdims=True)
        peak = xp.where(peak > other, peak, other)
    usable = (peak > 0) & xp.isfinite(peak)
    exponent = xp.floor(xp.log2(xp.where(usable, peak, xp.ones_like(peak))))
    exponent = xp.where((exponent >= -2) & (exponent <= 4), xp.zeros_like(exponent), exponent)
    return 2.0 * xp.full_like(peak, 2.0) ** (exponent - 1)


def _within(x: Any, mass: Any, peak: Any) -> Any:
    """Points without mass, which count for nothing, no farther out than the others."""
    if mass is None:
        return x
    xp = array_namespace(x, mass)
    return xp.where(mass > 0, x, xp.minimum(xp.maximum(x, -peak), peak))


def _heavy(x: Any, mass: Any) -> Any:
    """The points that have mass, zeros in the place of the others."""
    return x if mass is None else array_namespace(x, mass).where(mass > 0, x, 0.0 * mass)


def _shares(mass: Any) -> Any:
    """Masses with sum 1, or None."""
    return None if mass is None else mass / array_namespace(mass).sum(mass)


@adapter(
    "transport.wasserstein_1d",
    "squared",
    f"mine(x, y, x_weights, y_weights, p) → W_p^p, without the root: {_POWER}. "
    "Weights have sum 1, or are None.",
    reference="POT",
)
def wasserstein_1d_squared(mine: Implementation) -> Implementation:
    def wasserstein_1d(
        x: Any, y: Any, /, *, order: float = 2.0, x_weights: Any = None, y_weights: Any = None
    ) -> Any:
        unit = _unit(_heavy(x, x_weights), _heavy(y, y_weights))
        x, y = _within(x, x_weights, unit), _within(y, y_weights, unit)
        power = mine(x / unit, y / unit, _shares(x_weights), _shares(y_weights), order)
        return unit[..., 0] * power ** (1 / order)

    return wasserstein_1d


@adapter(
    "transport.wasserstein_1d",
    "samples-first",
    "mine(x, y, x_weights, y_weights, p) → W_p: samples on the first axis, weights with sum 1 or None.",
)
def wasserstein_1d_samples_first(mine: Implementation) -> Implementation:
    def wasserstein_1d(
        x: Any, y: Any, /, *, order: float = 2.0, x_weights: Any = None, y_weights: Any = None
    ) -> Any:
        xp = array_namespace(x, y)
        samples = (xp.moveaxis(sample, -1, 0) for sample in (x, y))
        return mine(*samples, _shares(x_weights), _shares(y_weights), order)

    return wasserstein_1d


def _clouds(x: Any, y: Any, masses: tuple[Any, Any], order: float) -> tuple[Any, Any, Any, Any]:
    """Masses with sum 1, the costs ‖x_i − y_j‖^p in units of unit^p, of ordinary size, and the unit."""
    xp = array_namespace(x, y)
    far = _unit(xp.reshape(x[:, None, :] - y[None, :, :], (-1,)))[0]
    gaps = xp.sqrt(xp.sum(((x[:, None, :] - y[None, :, :]) / far) ** 2, axis=-1))
    shares = [
        xp.ones_like(points[:, 0]) / points.shape[0] if mass is None else _shares(mass)
        for points, mass in zip((x, y), masses, strict=True)
    ]
    return *shares, gaps**order, far


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
        unit = _unit(
            *(xp.reshape(points, (*points.shape[:-2], math.prod(points.shape[-2:]))) for points in (x, y))
        )
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


def _pairs(m1: Any, m2: Any, S1: Any, S2: Any) -> tuple[list[Any], tuple[int, ...]]:
    """One pair of Gaussians after the other, and the shape of the batch."""
    xp, d = array_namespace(m1, m2, S1, S2), m1.shape[-1]
    shape = tuple(xp.broadcast_arrays(m1[..., 0], m2[..., 0], S1[..., 0, 0], S2[..., 0, 0])[0].shape)
    means = [xp.reshape(xp.broadcast_to(m, (*shape, d)), (math.prod(shape), d)) for m in (m1, m2)]
    matrices = [xp.reshape(xp.broadcast_to(S, (*shape, d, d)), (math.prod(shape), d, d)) for S in (S1, S2)]
    pairs = [[array[i, ...] for array in (*means, *matrices)] for i in range(means[0].shape[0])]
    return pairs, shape


@adapter(
    "transport.wasserstein_gaussian",
    "means-first",
    "mine(m1, m2, S1, S2) → W₂ of one pair of Gaussians.",
    reference="bures_wasserstein_distance of POT",
)
def wasserstein_gaussian_means_first(mine: Implementation) -> Implementation:
    def wasserstein_gaussian(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
        xp = array_namespace(m1, S1, m2, S2)
        pairs, shape = _pairs(m1, m2, S1, S2)
        if not pairs:
            return transport.wasserstein_gaussian(m1, S1, m2, S2)
        found = [xp.asarray(mine(*pair), dtype=m1.dtype, device=device(m1)) for pair in pairs]
        return xp.reshape(xp.stack(found), shape)

    return wasserstein_gaussian


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
    "mine(m1, m2, S1, S2) → (A, b) of one pair of Gaussians, the map x ↦ xA + b of rows.",
    reference="bures_wasserstein_mapping of POT",
)
def gaussian_map_means_first(mine: Implementation) -> Implementation:
    def gaussian_map(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
        xp = array_namespace(m1, S1, m2, S2)
        pairs, shape = _pairs(m1, m2, S1, S2)
        if not pairs:
            return transport.gaussian_map(m1, S1, m2, S2)
        matrices, offsets = (xp.stack(parts) for parts in zip(*(mine(*pair) for pair in pairs), strict=True))
        d = m1.shape[-1]
        matrix = xp.matrix_transpose(xp.reshape(matrices, (*shape, d, d)))
        return transport.AffineMap(matrix, xp.reshape(offsets, (*shape, d)))

    return gaussian_map


def _each_set(function: Any, *arrays: Any) -> Any:
    """A function of (n, d) arrays for every set of points, the leading axes broadcast."""
    xp = array_namespace(*arrays)
    arrays = xp.broadcast_arrays(*arrays)
    shape = arrays[0].shape
    if not math.prod(shape[:-2]):
        return xp.zeros_like(arrays[0][..., 0, 0])
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


@adapter(
    "transport.frechet_distance",
    "one-pair",
    "mine(m1, S1, m2, S2) → FID of one pair of Gaussians.",
    reference="calculate_frechet_distance of pytorch-fid, frechet_distance of clean-fid",
)
def frechet_distance_one_pair(mine: Implementation) -> Implementation:
    def frechet_distance(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
        xp = array_namespace(m1, S1, m2, S2)
        pairs, shape = _pairs(m1, m2, S1, S2)
        if not pairs:
            return transport.frechet_distance(m1, S1, m2, S2)
        found = [
            xp.asarray(mine(m1, S1, m2, S2), dtype=m1.dtype, device=device(m1)) for m1, m2, S1, S2 in pairs
        ]
        return xp.reshape(xp.stack(found), shape)

    return frechet_distance


@adapter(
    "transport.frechet_feature_distance",
    "one-pair",
    "mine(x, y) → FID of one pair of sets of features (n, d) and (m, d), covariances divided by n − 1; "
    "for ddof = 0 the reference answers.",
    reference="fid_from_feats of clean-fid",
)
def frechet_features_one_pair(mine: Implementation) -> Implementation:
    def frechet_feature_distance(x: Any, y: Any, /, *, ddof: int = 1) -> Any:
        if ddof == 0:
            return transport.frechet_feature_distance(x, y, ddof=ddof)
        return _each_pair(mine, x, y)

    return frechet_feature_distance


@adapter(
    "transport.sliced_wasserstein",
    "columns",
    "mine(x, y, directions, p) → SW_p of points (n, d) and (m, d), with unit directions in columns (d, k).",
    reference="sliced_wasserstein_distance of POT",
)
def sliced_wasserstein_columns(mine: Implementation) -> Implementation:
    def sliced_wasserstein(x: Any, y: Any, directions: Any, /, *, order: float = 2.0) -> Any:
        xp = array_namespace(x, y, directions)
        peak = xp.max(xp.abs(directions), axis=-1, keepdims=True)
        units = directions / peak / xp.sqrt(xp.sum((directions / peak) ** 2, axis=-1, keepdims=True))
        columns = xp.matrix_transpose(units)
        return _each_pair(lambda one, other: mine(one, other, columns, order), x, y)

    return sliced_wasserstein


def _each_pair(function: Any, x: Any, y: Any) -> Any:
    """A function of two sets of points, of any sizes, for every pair; leading axes broadcast."""
    xp = array_namespace(x, y)
    shape = tuple(xp.broadcast_arrays(x[..., 0, 0], y[..., 0, 0])[0].shape)
    sets = [
        xp.reshape(xp.broadcast_to(part, (*shape, *part.shape[-2:])), (math.prod(shape), *part.shape[-2:]))
        for part in (x, y)
    ]
    if not math.prod(shape):
        return xp.zeros(shape, dtype=x.dtype, device=device(x))
    found = [function(sets[0][i, ...], sets[1][i, ...]) for i in range(math.prod(shape))]
    return xp.reshape(xp.stack([xp.asarray(one, dtype=x.dtype, device=device(x)) for one in found]), shape)
