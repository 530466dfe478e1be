"""Matching by SciPy, by comparing all pairs, and by trying all cuts."""

import math
from collections.abc import Callable
from typing import Any

import flint
import numpy as np
from scipy import special, stats

from refimpl.matching import ClassWeights, Threshold

Array = Any


def cosine_similarity(u: Array, v: Array, /, *, axis: int = -1) -> Array:
    """Half the difference of |û + v̂|² and |û − v̂|² over their half sum; hypot neither overflows nor not."""
    with np.errstate(all="ignore"):
        norms = [np.expand_dims(np.hypot.reduce(x, axis=axis), axis) for x in (u, v)]
        return np.clip(np.sum(u / norms[0] * (v / norms[1]), axis=axis), -1, 1)


def check_nonzero(vectors: Array, /, *, axis: int = -1) -> Array:
    """By counting entries."""
    return np.isfinite(vectors).all(axis=axis) & (np.count_nonzero(vectors, axis=axis) > 0)


def _pairs(cosines: Array, labels: Array, scale: float) -> tuple[Array, Array, Array]:
    """Where y_i > y_j, and the exponents there."""
    i, j = np.nonzero(labels[:, None] > labels[None, :])
    return i, j, scale * (cosines[j] - cosines[i])


def cosent_loss(cosines: Array, labels: Array, /, *, scale: float = 20.0) -> Array:
    """As in the source's code: all pairs, a zero appended, logsumexp."""
    exponents = np.append(_pairs(cosines, labels, scale)[2], cosines.dtype.type(0))
    return np.asarray(special.logsumexp(exponents), dtype=cosines.dtype)


def cosent_loss_pairwise(cosines: Array, labels: Array, /, *, scale: float = 20.0) -> Array:
    """Two terms at a time."""
    total = cosines.dtype.type(0)
    for exponent in _pairs(cosines, labels, scale)[2]:
        total = np.logaddexp(total, exponent)
    return np.asarray(total)


def cosent_gradient(cosines: Array, labels: Array, /, *, scale: float = 20.0) -> Array:
    """Softmax over all pairs, scattered to their members."""
    i, j, exponents = _pairs(cosines, labels, scale)
    share = special.softmax(np.append(exponents, cosines.dtype.type(0)))[:-1]
    gradient = np.zeros_like(cosines)
    np.add.at(gradient, j, scale * share)
    np.add.at(gradient, i, -scale * share)
    return gradient


def rank(x: Array, /) -> Array:
    """SciPy's."""
    return stats.rankdata(x).astype(x.dtype if x.dtype.kind == "f" else np.float64)


def spearman(x: Array, y: Array, /) -> Array:
    """NumPy's correlation of SciPy's ranks."""
    dtype = np.result_type(*(z.dtype if z.dtype.kind == "f" else np.float16 for z in (x, y)))
    dtype = np.float64 if dtype == np.float16 else dtype
    with np.errstate(all="ignore"):
        if len(x) == 1:
            return np.asarray(np.nan, dtype=dtype)
        return np.asarray(np.corrcoef(stats.rankdata(x), stats.rankdata(y))[0, 1], dtype=dtype)


def best_threshold(scores: Array, labels: Array, /, *, metric: Any = "accuracy") -> Threshold:
    """Every cut between distinct scores, from scratch."""
    labels = labels.astype(bool)
    above = np.unique(scores)
    cuts = [-np.inf, *above[above > -np.inf], np.inf]
    values = []
    for cut in cuts[:-1]:
        said = scores > cut
        counts = [np.asarray([np.sum(a & b)], dtype=float) for a, b in (
            (said, labels), (said, ~labels), (~said, labels), (~said, ~labels)
        )]  # fmt: skip
        tp, fp, fn, tn = counts
        if metric == "accuracy":
            value = (tp + tn) / len(scores)
        elif metric == "f1":
            value = 2 * tp / np.maximum(2 * tp + fp + fn, 1)
        else:
            value = metric(tp, fp, fn, tn)
        values.append(float(value[0]))
    best = int(np.argmax(values))
    low, high = cuts[best], cuts[best + 1]
    if best == len(values) - 1 and best:
        return Threshold(math.inf, values[best])
    if low == -np.inf or high == np.inf:
        return Threshold(float(low), values[best])
    middle = low / 2 + high / 2
    return Threshold(float(middle if low <= middle < high else low), values[best])


def _accuracy(p: Array, labels: Array, logs: Array) -> Array:
    """Share of rows whose own class wins outright, for rows of log-weights."""
    scores = np.where(p > 0, np.log(np.where(p > 0, p, 1)), -np.inf)[None] + logs[:, None]
    own = np.take_along_axis(scores, np.broadcast_to(labels[None, :, None], (len(logs), len(p), 1)), 2)
    others = np.sum(scores > own - 1e-9, axis=2)  # ties are between values that agree to rounding
    return np.mean((others == 1) & (own[..., 0] > -np.inf), axis=1)


def _moves(p: Array, logs: Array, free: int) -> Array:
    """A log-weight of one class in every interval between its ties."""
    with np.errstate(divide="ignore"):
        ties = (np.log(p) + logs)[:, [k for k in range(p.shape[1]) if k != free]] - np.log(p)[:, free, None]
    ties = np.unique(ties[np.isfinite(ties)])
    if not ties.size:
        return np.zeros(1)
    return np.concatenate([[ties[0] - 1], (ties[1:] + ties[:-1])[np.diff(ties) > 1e-8] / 2, [ties[-1] + 1]])


def best_class_weights(probabilities: Array, labels: Array, /, *, exact_rows: int = 1000) -> ClassWeights:
    """Up to three classes: for the second weight between all places where ties or their order change,
    the third between its ties. More: one weight at a time, until none improves."""
    p = probabilities.astype(float)
    n, classes = p.shape
    starts = [np.zeros((1, classes))]
    if classes in (2, 3):
        with np.errstate(all="ignore"):
            logs = np.log(p)
            changes = [logs[:, 0] - logs[:, 1]]
            if classes == 3:
                crossing = (logs[:, 0] - logs[:, 2])[:, None] - (logs[:, 1] - logs[:, 2])[None, :]
                changes.append(crossing.ravel())
            places = np.concatenate(changes)
        places = np.unique(np.round(places[np.isfinite(places)], 9))
        between = np.zeros(1)
        if places.size:
            between = np.concatenate([[places[0] - 1], (places[1:] + places[:-1]) / 2, [places[-1] + 1]])
        for second in between:
            point = np.asarray([0.0, second, 0.0][:classes])
            third = _moves(p, point, 2) if classes == 3 else [0.0]
            starts.append(np.stack([np.where(np.arange(classes) == 2, x, point) for x in third]))
    candidates = np.concatenate(starts)
    values = _accuracy(p, labels, candidates)
    best, value = candidates[np.argmax(values)], np.max(values)
    while classes > 3:
        before = value
        for free in range(classes):
            moved = np.repeat(best[None], len(moves := _moves(p, best, free)), axis=0)
            moved[:, free] = moves
            values = _accuracy(p, labels, moved)
            if np.max(values) > value:
                best, value = moved[np.argmax(values)], np.max(values)
        if value == before:
            break
    proven = "optimal" if classes <= 3 else "coordinatewise"
    return ClassWeights(np.exp(best - best.mean()).astype(probabilities.dtype), round(value * n) / n, proven)


def sbert_features(u: Array, v: Array, /) -> Array:
    """Larger minus smaller."""
    u, v = np.broadcast_arrays(u, v)
    return np.concatenate([u, v, np.maximum(u, v) - np.minimum(u, v)], axis=-1)


def factor_similarity(similarity: Array, /) -> Array:
    """Left singular vectors; SciPy's customary threshold of the rank."""
    left, values, right = np.linalg.svd(similarity)
    kept = values > len(similarity) * np.finfo(similarity.dtype).eps * values[0]
    if np.any(np.sum(left * right.T, axis=0)[kept] < 0):
        raise ValueError("not positive semidefinite")
    return left[:, kept] * np.sqrt(values[kept])


def nearest_semidefinite(matrix: Array, /) -> Array:
    """Half of the symmetric part and of its absolute value √(AᵀA), by singular values (Higham)."""
    symmetric = matrix / 2 + np.swapaxes(matrix, -1, -2) / 2
    _, values, right = np.linalg.svd(symmetric)
    size = np.swapaxes(right, -1, -2) @ (values[..., None] * right)
    nearest = symmetric / 2 + size / 2
    return nearest / 2 + np.swapaxes(nearest, -1, -2) / 2


def jl_project(vectors: Array, directions: Array, /) -> Array:
    """Contraction of the last axes."""
    return np.tensordot(vectors, directions, axes=(-1, -1))


def jl_dimension(n: int, error: float, failure: float) -> int:
    """Balls with digits to spare."""
    with flint.ctx.workdps(400):
        rate = (flint.arb(error) - flint.arb(error).log1p()) / 2
        bound = (flint.arb(n) * (n - 1) / flint.arb(failure)).log() / rate
        return int(bound.ceil().unique_fmpz())


def rule_of_thumb_dimension(n: int) -> float:
    """Natural from binary logarithm."""
    return 8 * math.log2(n) * math.log(2)


def ranking_dimension(n: int) -> int:
    """Bisection on logarithms as balls of 60 digits."""
    inner = n * (n - 1) // 2
    pairs = inner * (inner - 1) // 2

    def enough(d: int) -> bool:
        if n * d > pairs:
            return True
        with flint.ctx.workdps(60):
            patterns = n * d * ((flint.arb(8 * pairs) / (n * d)).log() + 1)
            return bool(patterns >= flint.arb(inner + 1).lgamma())

    low, high = 0, n
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"matching.{function.__name__}": function
    for function in (
        best_class_weights, best_threshold, check_nonzero, cosent_gradient, cosent_loss, cosent_loss_pairwise,
        cosine_similarity, factor_similarity, jl_dimension, jl_project, nearest_semidefinite, rank,
        ranking_dimension, rule_of_thumb_dimension, sbert_features, spearman,
    )
}  # fmt: skip
