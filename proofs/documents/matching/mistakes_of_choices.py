"""How people get thresholds, weights, matrices and projections wrong, beyond mistakes.py."""

import math
from decimal import Decimal, localcontext
from typing import Any

from array_api_compat import array_namespace as _xp

from ....matching import (
    ClassWeights,
    Threshold,
    best_class_weights,
    best_threshold,
    jl_dimension,
    jl_project,
    nearest_semidefinite,
    rule_of_thumb_dimension,
)
from ...language.mistake import mistake

# Thresholds and weights


@mistake(
    "matching.best_threshold",
    "grid",
    "Tries the fixed cuts 0, 0.01, … 0.99, as for probabilities, and returns the best of this grid.",
)
def threshold_grid(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Threshold:
    xp = _xp(scores, labels)
    best = Threshold(0.0, -math.inf)
    for cut in range(100):
        # Scores 1 and −1 on both sides of a cut have one cut between them; all on one side have none.
        sides = xp.where(scores > cut / 100, xp.ones_like(scores), -xp.ones_like(scores))
        value = _value_at_zero(sides, labels, metric)
        best = Threshold(cut / 100, value) if value > best.value else best
    return best


def _value_at_zero(sides: Any, labels: Any, metric: Any) -> float:
    """The metric where what is above 0 is called positive."""
    xp = _xp(sides, labels)
    said, true = sides > 0, labels == 1
    tp, fp, fn, tn = (
        xp.sum(xp.astype(a & b, sides.dtype), keepdims=True)
        for a, b in ((said, true), (said, ~true), (~said, true), (~said, ~true))
    )
    if metric == "accuracy":
        return float((tp + tn)[0]) / sides.shape[0]
    if metric == "f1":
        return float((2 * tp)[0]) / max(float((2 * tp + fp + fn)[0]), 1.0)
    return float(metric(tp, fp, fn, tn)[0])


@mistake(
    "matching.best_threshold",
    "low-is-positive",
    "Takes low scores for positive, as distances are: the scores with the opposite sign.",
)
def threshold_low_is_positive(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Threshold:
    found = best_threshold(-scores, labels, metric=metric)
    return Threshold(-found.threshold, found.value)


@mistake(
    "matching.best_class_weights",
    "prior",
    "Multiplies by the frequencies of the classes, a prior, where unbalanced classes need the opposite.",
)
def weights_prior(probabilities: Any, labels: Any, /, *, exact_rows: int = 1000) -> ClassWeights:
    xp = _xp(probabilities, labels)
    classes = xp.arange(probabilities.shape[1], dtype=labels.dtype)
    counts = xp.sum(xp.astype(labels[:, None] == classes, probabilities.dtype), axis=0)
    weights = xp.maximum(counts, xp.ones_like(counts)) / labels.shape[0]
    found = best_class_weights(probabilities * weights, labels, exact_rows=0)
    own = xp.sum(
        xp.where(labels[:, None] == classes, probabilities * weights, xp.zeros_like(probabilities)),
        axis=-1,
        keepdims=True,
    )
    behind = xp.sum(xp.astype(probabilities * weights < own, xp.int64), axis=-1)
    right = float(xp.mean(xp.astype(behind == probabilities.shape[1] - 1, probabilities.dtype)))
    return found._replace(weights=weights, accuracy=right)


# Matrices


def _eigen(matrix: Any, change: Any) -> Any:
    """V f(Λ) Vᵀ of the symmetric part."""
    xp = _xp(matrix)
    values, vectors = xp.linalg.eigh((matrix + matrix.mT) / 2)
    result = xp.matmul(vectors * change(values, xp)[..., None, :], vectors.mT)
    return (result + result.mT) / 2


@mistake(
    "matching.nearest_semidefinite",
    "floor",
    "Raises eigenvalues to 1e-6, so that the result is positive definite: farther away than need be.",
)
def nearest_floor(matrix: Any, /) -> Any:
    return _eigen(matrix, lambda values, xp: xp.where(values > 1e-6, values, 0 * values + 1e-6))


@mistake("matching.nearest_semidefinite", "gram", "Takes AᵀA, which is semidefinite, but no projection of A.")
def nearest_gram(matrix: Any, /) -> Any:
    return _xp(matrix).matmul(matrix.mT, matrix)


@mistake(
    "matching.nearest_semidefinite",
    "negative-part",
    "Keeps the negative eigenvalues and drops the positive ones: minimum for maximum.",
)
def nearest_negative_part(matrix: Any, /) -> Any:
    return (matrix + matrix.mT) / 2 - nearest_semidefinite(matrix)


# Features and projections


def _parts(*parts: Any) -> Any:
    xp = _xp(*parts)
    return xp.concat(xp.broadcast_arrays(*parts), axis=-1)


@mistake("matching.sbert_features", "product", "Takes the product u·v, entry by entry, for |u − v|.")
def features_product(u: Any, v: Any, /) -> Any:
    return _parts(u, v, u * v)


@mistake(
    "matching.sbert_features",
    "product-too",
    "Appends the product too, [u, v, |u − v|, u·v]: 4d features for 3d.",
)
def features_product_too(u: Any, v: Any, /) -> Any:
    xp = _xp(u, v)
    product = u * v
    return xp.concat([_parts(u, v, xp.abs(u - v)), product], axis=-1)


@mistake("matching.sbert_features", "exchanged", "Puts v first: [v, u, |u − v|].")
def features_exchanged(u: Any, v: Any, /) -> Any:
    return _parts(v, u, _xp(u, v).abs(u - v))


@mistake("matching.sbert_features", "other-order", "Joins in another order: [u, |u − v|, v].")
def features_other_order(u: Any, v: Any, /) -> Any:
    return _parts(u, _xp(u, v).abs(u - v), v)


@mistake(
    "matching.sbert_features", "magnitudes", "Takes |u| − |v|, the difference of magnitudes, for |u − v|."
)
def features_magnitudes(u: Any, v: Any, /) -> Any:
    xp = _xp(u, v)
    return _parts(u, v, xp.abs(u) - xp.abs(v))


@mistake(
    "matching.jl_project", "signs", "Keeps the signs only, as locality-sensitive hashing does: no lengths."
)
def project_signs(vectors: Any, directions: Any, /) -> Any:
    return _xp(vectors).sign(jl_project(vectors, directions))


@mistake("matching.jl_project", "divided-by-m", "Divides by m, as for a mean over the directions.")
def project_divided_by_m(vectors: Any, directions: Any, /) -> Any:
    return jl_project(vectors, directions) / directions.shape[0]


@mistake("matching.jl_project", "centred", "Subtracts each vector's mean first, as principal components do.")
def project_centred(vectors: Any, directions: Any, /) -> Any:
    return jl_project(vectors - _xp(vectors).mean(vectors, axis=-1, keepdims=True), directions)


# Dimensions


def _dimension(pairs: int, error: float, failure: float) -> Decimal:
    """2 ln(pairs/δ)/(ε − ln(1+ε)) before it is rounded to an integer."""
    with localcontext() as context:
        epsilon = Decimal(error)
        context.prec = 60 - 4 * min(epsilon.adjusted(), 0)
        return 2 * (pairs / Decimal(failure)).ln() / (epsilon - (1 + epsilon).ln())


@mistake(
    "matching.jl_dimension",
    "log-n",
    "Bounds the error of one vector and forgets the pairs: ln(n/δ) in place of ln(n(n−1)/δ).",
)
def dimension_log_n(n: int, error: float, failure: float) -> int:
    return math.ceil(_dimension(n, error, failure))


@mistake("matching.jl_dimension", "rounded-down", "Rounds to the integer below, which does not suffice.")
def dimension_rounded_down(n: int, error: float, failure: float) -> int:
    return jl_dimension(n, error, failure) - 1


@mistake(
    "matching.jl_dimension",
    "quadratic",
    "Uses ε²/2 for ε − ln(1+ε), the small-error form, at any error: too few dimensions.",
)
def dimension_quadratic(n: int, error: float, failure: float) -> int:
    return math.ceil(4 * math.log(n * (n - 1) / failure) / error**2)


@mistake(
    "matching.jl_dimension",
    "floats",
    "Subtracts ln(1+ε) from ε in floats: for small errors nothing but rounding is left.",
)
def dimension_floats(n: int, error: float, failure: float) -> int:
    rate = max(error - math.log(1 + error), 1e-300)
    return math.ceil(2 * math.log(n * (n - 1) / failure) / rate)


@mistake(
    "matching.jl_dimension",
    "of-distances",
    "Uses 4 ln n/(ε²/2 − ε³/3), which is for distances and has no chance of failure in it.",
    reference="scikit-learn's johnson_lindenstrauss_min_dim",
)
def dimension_of_distances(n: int, error: float, failure: float) -> int:
    rate = error**2 / 2 - error**3 / 3
    return math.ceil(4 * math.log(n) / rate) if rate > 0 else 1


@mistake("matching.jl_dimension", "half", "Leaves out the factor 2: half of what suffices.")
def dimension_half(n: int, error: float, failure: float) -> int:
    return math.ceil(_dimension(n * (n - 1), error, failure) / 2)


@mistake("matching.jl_dimension", "n-squared", "Counts n² pairs in place of n(n−1).")
def dimension_n_squared(n: int, error: float, failure: float) -> int:
    return math.ceil(_dimension(n * n, error, failure))


@mistake(
    "matching.jl_dimension", "rounded", "Rounds to the nearest integer, which may not suffice, and not up."
)
def dimension_rounded(n: int, error: float, failure: float) -> int:
    return round(_dimension(n * (n - 1), error, failure))


@mistake(
    "matching.jl_dimension",
    "binary-logarithm",
    "Reads log as log₂, in ε − ln(1 + ε) too, which then is negative for small errors.",
)
def dimension_binary_logarithm(n: int, error: float, failure: float) -> int:
    rate = error - math.log2(1 + error)
    return math.ceil(2 * math.log2(n * (n - 1) / failure) / rate) if rate else 1


@mistake("matching.rule_of_thumb_dimension", "decimal-logarithm", "Reads log as log₁₀: 57 % less.")
def rule_decimal_logarithm(n: int) -> float:
    return 8 * math.log10(n)


@mistake("matching.rule_of_thumb_dimension", "rounded-up", "Rounds up to an integer.")
def rule_rounded_up(n: int) -> float:
    return float(math.ceil(rule_of_thumb_dimension(n)))


@mistake("matching.rule_of_thumb_dimension", "one-more", "Takes ln(n + 1), as log1p does, for ln n.")
def rule_one_more(n: int) -> float:
    return 8 * math.log1p(n)


def _least(n: int, orders: float, comparisons: int, inside: float) -> int:
    """The least d for which (inside·e·P/V)^V may reach the number of orders."""
    for d in range(1, n):
        V = n * d
        if comparisons < V or V * (math.log(inside * comparisons / V) + 1) >= orders:
            return d
    return n


def _counts(n: int) -> tuple[int, int, float]:
    pairs = n * (n - 1) // 2
    return pairs, pairs * (pairs - 1) // 2, math.lgamma(pairs + 1)


@mistake(
    "matching.ranking_dimension",
    "degree-one",
    "Uses Warren's bound with 4e, for polynomials of degree 1, where inner products have degree 2.",
)
def ranking_degree_one(n: int) -> int:
    _, comparisons, orders = _counts(n)
    return _least(n, orders, comparisons, 4.0)


@mistake(
    "matching.ranking_dimension",
    "without-e",
    "Leaves the e out of (8e·P/V)^V: too few sign patterns, too many dimensions.",
)
def ranking_without_e(n: int) -> int:
    _, comparisons, orders = _counts(n)
    return _least(n, orders, comparisons, 8.0 / math.e)


@mistake(
    "matching.ranking_dimension",
    "pairs-for-comparisons",
    "Counts the n(n−1)/2 inner products as the polynomials, and not the comparisons between two of them.",
)
def ranking_pairs(n: int) -> int:
    pairs, _, orders = _counts(n)
    return _least(n, orders, pairs, 8.0)
