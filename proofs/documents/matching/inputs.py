"""Inputs of the matching laws."""

from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision
from ...language import inputs
from ...language.inputs import Draw
from ...language.law import Kind

Floats = np.ndarray[Any, np.dtype[np.float64]]


def shuffled_labels(draw: Draw, n: int, p: Precision) -> np.ndarray[Any, Any]:
    """Labels of pairs: few, all different, all equal, real, or as large as the format allows."""
    rng = inputs.generator(draw)
    match draw(st.sampled_from(["few", "distinct", "equal", "real", "huge"])):
        case "distinct":
            return rng.permutation(n)
        case "equal":
            return np.ones(n, dtype=np.int64)
        case "real":
            return inputs.rounded(rng.standard_normal(n), p)
        case "huge":
            return p.largest / 2 * rng.integers(-2, 3, n)
        case _:
            return rng.integers(0, 3, n)


@dataclass(frozen=True, slots=True)
class ScoredPairs:
    """Cosines (n,), labels (n,) and a scale.

    ordinary: grid with ties, uniform; cancellation: equal up to a few ulps, or in the order of the
    labels so that the loss is tiny; extreme: large scales, and cosines far beyond [−1, 1].
    """

    cosines: Array
    labels: Array
    scale: float


@inputs.composite
def scored_pairs(draw: Draw, p: Precision, kind: Kind) -> ScoredPairs:
    n = draw(st.sampled_from([3, 2, 8, 17, 1, 0]))
    labels = shuffled_labels(draw, n, p)
    rng = inputs.generator(draw)
    if kind == "ordinary":
        grid = draw(st.booleans())
        cosines = rng.integers(-4, 5, n) / 4 if grid else inputs.rounded(rng.uniform(-1, 1, n), p)
        return ScoredPairs(cosines, labels, scale=draw(st.sampled_from([20.0, 1.0])))
    if kind == "cancellation":
        cosines = inputs.values(draw, (n,), p, kind) / 4
        if draw(st.booleans()):
            cosines = np.argsort(np.argsort(labels, kind="stable"), kind="stable") / 16
        return ScoredPairs(cosines, labels, scale=draw(st.sampled_from([20.0, 1000.0])))
    match draw(st.sampled_from(["one shift underflows", "uniform", "far"])):
        case "uniform":
            cosines, scale = inputs.rounded(rng.uniform(-1, 1, n), p), min(10000.0, p.largest / 32)
        case "far":
            far = min(60, int(np.log2(p.largest)) // 2)  # the gradient is as large as the scale
            power = 2.0 ** draw(st.sampled_from([-far, far]))
            cosines, scale = inputs.rounded(rng.uniform(-power, power, n), p), 20 / power
        case _:
            cosines, labels, scale = np.asarray([-0.5, -0.90625, 1.0]), np.arange(3), 1000.0
    return ScoredPairs(cosines, labels, scale)


@dataclass(frozen=True, slots=True)
class MovedPairs(ScoredPairs):
    """Pairs on a grid of 2⁻⁶, so that adding a multiple of it is exact, with an order to permute
    them into and increasing integer labels to relabel them with."""

    shift: float
    order: Array
    relabelled: Array


@inputs.composite
def moved_pairs(draw: Draw, p: Precision, kind: Kind) -> MovedPairs:
    case = draw(scored_pairs(p, kind))
    n = len(case.cosines)
    rng = inputs.generator(draw)
    places = np.unique(case.labels, return_inverse=True)[1]
    return MovedPairs(
        cosines=rng.integers(-64, 65, n) / 64,
        labels=case.labels,
        scale=1000.0 if kind == "extreme" else 20.0,
        shift=draw(st.sampled_from([1.0, -0.5, min(1000.0, 2.0 ** (p.bits - 6) - 1)])),
        order=rng.permutation(n),
        relabelled=np.cumsum(rng.integers(1, 1000, n + 1))[places] - 500,
    )


@dataclass(frozen=True, slots=True)
class VectorPairs:
    """Two batches of vectors (n, d)."""

    u: Array
    v: Array


@dataclass(frozen=True, slots=True)
class AxisPairs(VectorPairs):
    """Two batches of vectors (n, d) or, along axis 0, (d, n); some of them are zero."""

    axis: int


@inputs.composite
def vector_pairs(draw: Draw, p: Precision, kind: Kind) -> AxisPairs:
    n, d = inputs.batch(draw), draw(st.sampled_from([2, 1, 4]))
    u = inputs.values(draw, (n, d), p, kind, power=1)
    v = inputs.values(draw, (n, d), p, kind, power=1)
    zero = inputs.generator(draw).random((2, n)) < draw(st.sampled_from([0.0, 0.3]))
    u, v = np.where(zero[0, :, None], 0.0, u), np.where(zero[1, :, None], 0.0, v)
    if draw(st.booleans()):
        return AxisPairs(u, v, axis=-1)
    return AxisPairs(u=np.ascontiguousarray(u.T), v=np.ascontiguousarray(v.T), axis=0)


def ranked_values(draw: Draw, n: int, p: Precision, kind: Kind) -> Floats:
    """Values to rank: with many ties, with few, or with infinities and zeros of both signs."""
    rng = inputs.generator(draw)
    if kind == "extreme":
        pool = [0.0, -0.0, p.smallest, -p.smallest, p.largest, -p.largest, np.inf, -np.inf]
        return rng.choice(pool, n)
    if kind == "cancellation":
        return inputs.values(draw, (n,), p, kind)
    match draw(st.sampled_from(["few", "two", "normal"])):
        case "two":
            return rng.integers(0, 2, n).astype(np.float64)
        case "normal":
            return inputs.rounded(rng.standard_normal(n), p)
        case _:
            return rng.integers(-2, 3, n).astype(np.float64)


@dataclass(frozen=True, slots=True)
class ValuePairs:
    """Values x, y (n,), equal, reversed or unrelated, or in few groups of ties, where the ways to rank them
    differ most; sometimes with each pair 1500 times, so that cubes of numbers of ties overflow 32 bits."""

    x: Array
    y: Array


@inputs.composite
def value_pairs(draw: Draw, p: Precision, kind: Kind) -> ValuePairs:
    n = draw(st.sampled_from([3, 2, 5, 16, 1]))
    x = ranked_values(draw, n, p, kind)
    pattern = draw(st.sampled_from(["unrelated", "equal", "reversed", "tied"]))
    if kind == "ordinary" and pattern == "tied":
        rng = inputs.generator(draw)
        if rng.random() < 0.5:
            few, other = rng.integers(0, 3, (2, 5)).astype(np.float64)
            return ValuePairs(x=few, y=other)
        places, others = rng.permutation(16) < 13, rng.permutation(16) + 1.0
        first = np.where(places & (rng.random(16) < 0.9), 0.0, rng.permutation(16) + 1.0)
        return ValuePairs(x=first, y=np.where(places, 0.0, others))
    y = {"equal": x, "reversed": -x}.get(pattern)
    y = ranked_values(draw, n, p, kind) if y is None else y
    copies = draw(st.sampled_from([1, 1500])) if n <= 5 else 1
    return ValuePairs(x=np.repeat(x, copies), y=np.repeat(y, copies))


@dataclass(frozen=True, slots=True)
class MonotonePairs(ValuePairs):
    """Values x, y (n,), and x replaced by other values in the same order, ties kept."""

    mapped: Array


@inputs.composite
def monotone_pairs(draw: Draw, p: Precision, kind: Kind) -> MonotonePairs:
    n = draw(st.sampled_from([3, 2, 5, 16]))
    x, y = ranked_values(draw, n, p, kind), ranked_values(draw, n, p, kind)
    places = np.unique(x, return_inverse=True)[1]
    steps = np.cumsum(inputs.generator(draw).integers(1, 9, n)) - 4
    return MonotonePairs(x, y, mapped=steps[places].astype(np.float64))


@dataclass(frozen=True, slots=True)
class ScoredLabels:
    """Scores without ties, and binary labels that are not all equal."""

    scores: Array
    labels: Array


@inputs.composite
def binary_ranks(draw: Draw, p: Precision, kind: Kind) -> ScoredLabels:
    n = draw(st.sampled_from([4, 2, 7, 64]))
    rng = inputs.generator(draw)
    ones = int(rng.integers(1, n))
    scores = rng.permutation(n).astype(np.float64)
    labels = (scores >= n - ones) if draw(st.booleans()) else rng.permutation(n) < ones
    size = {"ordinary": 1.0, "cancellation": p.u * 2, "extreme": p.largest / n}[kind]
    return ScoredLabels(
        scores=(1.0 if kind == "cancellation" else 0.0) + scores * size, labels=labels.astype(np.int64)
    )


@inputs.composite
def feature_pairs(draw: Draw, p: Precision, kind: Kind) -> VectorPairs:
    """Two batches of vectors (n, d)."""
    shape = (inputs.batch(draw), draw(st.sampled_from([2, 1, 5])))
    return VectorPairs(u=inputs.values(draw, shape, p, kind), v=inputs.values(draw, shape, p, kind))


E2_LABELS = (0, 1, 1, 0, 0, 0, 1)
"""Labels in the order of the scores, for which accuracy has two peaks as a function of the threshold."""


@dataclass(frozen=True, slots=True)
class MeasuredLabels(ScoredLabels):
    """Scores with binary labels, integers or booleans; no labels positive and all positive are
    among them. cancellation: neighbouring numbers; extreme: the whole range and infinities."""

    metric: str


@inputs.composite
def scored_labels(draw: Draw, p: Precision, kind: Kind) -> MeasuredLabels:
    rng = inputs.generator(draw)
    pattern = draw(st.sampled_from(["random", "two peaks", "all", "none"]))
    n = 7 if pattern == "two peaks" else draw(st.sampled_from([3, 1, 2, 6, 16]))
    if kind == "ordinary":
        grid = draw(st.booleans())
        scores = rng.integers(0, 4, n) / 2 if grid else inputs.rounded(rng.standard_normal(n), p)
    elif kind == "cancellation":
        scores = inputs.values(draw, (n,), p, kind)
    else:
        wide = inputs.values(draw, (n,), p, kind, power=1)
        scores = np.where(rng.random(n) < 0.5, wide, rng.choice([p.largest, -p.largest, np.inf, -np.inf], n))
    if pattern == "two peaks":
        scores, labels = np.sort(scores), np.asarray(E2_LABELS)
    else:
        labels = {"all": np.ones(n), "none": np.zeros(n)}.get(pattern, rng.integers(0, 2, n)).astype(np.int64)
    return MeasuredLabels(
        scores=scores,
        labels=labels == 1 if draw(st.booleans()) else labels,
        metric=draw(st.sampled_from(["accuracy", "f1", "gain"])),
    )


def _probabilities(draw: Draw, n: int, classes: int, p: Precision, kind: Kind) -> Floats:
    """Rows of sixteenths, zeros and ties among them; cancellation: a few values only; extreme:
    powers of two of any size, which need not sum to 1."""
    rng = inputs.generator(draw)
    if kind == "extreme":
        most = min(41, 1 - int(np.log2(p.smallest)))
        return np.asarray(2.0 ** -rng.integers(0, most, (n, classes)), dtype=np.float64)
    if kind == "cancellation":
        return np.asarray(rng.integers(1, 3, (n, classes)) / 4, dtype=np.float64)
    return np.asarray(rng.multinomial(16, np.full(classes, 1 / classes), n) / 16, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Classified:
    """Probabilities (n, K) and labels (n,)."""

    probabilities: Array
    labels: Array


@inputs.composite
def few_classes(draw: Draw, p: Precision, kind: Kind) -> Classified:
    """Probabilities (n, K) and labels (n,) for up to three classes."""
    n, classes = draw(st.sampled_from([3, 1, 2, 5])), draw(st.sampled_from([3, 2, 1]))
    labels = inputs.generator(draw).integers(0, classes, n)
    return Classified(probabilities=_probabilities(draw, n, classes, p, kind), labels=labels)


@inputs.composite
def many_classes(draw: Draw, p: Precision, kind: Kind) -> Classified:
    """Probabilities (n, K) and labels (n,) for two to five classes."""
    n, classes = draw(st.sampled_from([8, 1, 3])), draw(st.sampled_from([4, 2, 5]))
    labels = inputs.generator(draw).integers(0, classes, n)
    return Classified(probabilities=_probabilities(draw, n, classes, p, kind), labels=labels)


def _orthogonal(draw: Draw, n: int) -> Floats:
    """An orthogonal matrix of small dyadic fractions: the product of two reflections I − 2vvᵀ/vᵀv,
    where v has 1, 2 or 4 entries ±1 and zeros beside."""
    rng = inputs.generator(draw)
    result = np.eye(n)
    for _ in range(2):
        v = np.zeros(n)
        count = int(rng.choice([k for k in (1, 2, 4) if k <= n]))
        v[rng.permutation(n)[:count]] = rng.choice([-1.0, 1.0], count)
        result = result @ (np.eye(n) - 2 * np.outer(v, v) / count)
    return result


@dataclass(frozen=True, slots=True)
class Symmetric:
    """Integer eigenvalues and their eigenvectors, as columns of dyadic fractions: everything about
    S = VΛVᵀ is exact. cancellation: only 0, ±1 and ±2^−k as small as that allows; extreme: scaled by a
    power of two."""

    values: Array
    vectors: Array
    seed: int


@inputs.composite
def symmetric(draw: Draw, p: Precision, kind: Kind) -> Symmetric:
    n = draw(st.sampled_from([2, 1, 4, 8]))
    rng = inputs.generator(draw)
    reach = 1 if kind == "cancellation" else 4
    values = rng.integers(-reach, reach + 1, n).astype(np.float64)
    if kind == "cancellation":
        values *= 2.0 ** -(max(0, p.bits - 12) * rng.integers(0, 2, n))
    far = int(np.log2(p.largest)) // 3
    unit = 2.0 ** (draw(st.sampled_from([far, -far])) if kind == "extreme" else 0)
    return Symmetric(values=unit * values, vectors=_orthogonal(draw, n), seed=draw(st.integers(0, 2**32 - 1)))


@dataclass(frozen=True, slots=True)
class Similarities:
    """Symmetric matrices with unit diagonal and distinct entries k/64 off it; cancellation: all of
    them close together; extreme: some far below −1 or above 1."""

    similarity: Array


@inputs.composite
def similarities(draw: Draw, p: Precision, kind: Kind) -> Similarities:
    n = draw(st.sampled_from([3, 2, 4, 6]))
    pool = {"ordinary": range(-64, 65), "cancellation": range(40, 60), "extreme": range(-512, 512, 3)}[kind]
    rows, columns = np.triu_indices(n, 1)
    upper = np.eye(n) / 2
    upper[rows, columns] = inputs.generator(draw).choice(np.asarray(pool), len(rows), replace=False) / 64
    return Similarities(similarity=upper + upper.T)


@dataclass(frozen=True, slots=True)
class Projection:
    """Vectors (n, d) and directions (m, d)."""

    vectors: Array
    directions: Array


@inputs.composite
def projections(draw: Draw, p: Precision, kind: Kind) -> Projection:
    d = draw(st.sampled_from([2, 1, 5]))
    return Projection(
        vectors=inputs.values(draw, (inputs.batch(draw), d), p, kind),
        directions=inputs.values(draw, (draw(st.sampled_from([3, 1, 8])), d), p, kind),
    )


@dataclass(frozen=True, slots=True)
class UnitVectors:
    """Five unit vectors (5, 6): a loose cluster, nearly equal, or orthogonal with one repeated; an
    allowed error and failure probability; a seed for the directions."""

    vectors: Array
    error: float
    failure: float
    seed: int


@inputs.composite
def unit_vectors(draw: Draw, p: Precision, kind: Kind) -> UnitVectors:
    rng = inputs.generator(draw)
    spread = {"ordinary": 0.3, "cancellation": 1e-3, "extreme": 0.0}[kind]
    vectors = np.eye(5, 6) if kind == "extreme" else np.eye(1, 6) + spread * rng.standard_normal((5, 6))
    vectors[1] = vectors[0]
    return UnitVectors(
        vectors=inputs.rounded(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), p),
        error=draw(st.sampled_from([0.5, 0.75])),
        failure=draw(st.sampled_from([0.25, 0.0625])),
        seed=draw(st.integers(0, 2**32 - 1)),
    )


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Numbers of vectors, an error and a failure probability; cancellation: tiny errors, for which
    ε − ln(1+ε) loses all digits of a float; extreme: numbers far beyond practice."""

    n: int
    error: float
    failure: float


@inputs.composite
def dimensions(draw: Draw, p: Precision, kind: Kind) -> Dimensions:
    rng = inputs.generator(draw)
    power = {"ordinary": (-2, 0.5), "cancellation": (-9, -7), "extreme": (-30, 6)}[kind]
    return Dimensions(
        n=int(10 ** rng.uniform(0.31, 60 if kind == "extreme" else 9)),
        error=float(10 ** rng.uniform(*power)),
        failure=float(rng.uniform(1e-9, 1)),
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """A number of vectors from 2 to 40, and one from 300 to a million."""

    few: int
    many: int


@inputs.composite
def counts(draw: Draw, p: Precision, kind: Kind) -> Counts:
    return Counts(few=draw(st.integers(2, 40)), many=draw(st.integers(300, 10**6)))
