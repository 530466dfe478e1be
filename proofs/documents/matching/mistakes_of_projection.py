"""How people get random projections, and the dimensions that they need, wrong."""

import math
from decimal import Decimal, localcontext
from typing import Any

from ...._libraries import array_namespace as _xp
from ....matching import jl_dimension, jl_project, rule_of_thumb_dimension
from ...language.mistake import MistakesOf

of_jl_project = MistakesOf("matching.jl_project")
of_rule_of_thumb_dimension = MistakesOf("matching.rule_of_thumb_dimension")
of_ranking_dimension = MistakesOf("matching.ranking_dimension")
of_jl_dimension = MistakesOf("matching.jl_dimension")

# Projections


@of_jl_project("scaled-again", "Divides by √m once more: the directions have variance 1/m already.")
def project_scaled_again(vectors: Any, directions: Any, /) -> Any:
    return jl_project(vectors, directions) / directions.shape[0] ** 0.5


@of_jl_project("unscaled", "Expects directions from N(0, 1): multiplies by √m too much.")
def project_unscaled(vectors: Any, directions: Any, /) -> Any:
    return jl_project(vectors, directions) * directions.shape[0] ** 0.5


@of_jl_project("unit-directions", "Normalises the directions, which are not meant to be unit vectors.")
def project_unit_directions(vectors: Any, directions: Any, /) -> Any:
    xp = _xp(vectors, directions)
    norms = xp.sqrt(xp.sum(directions * directions, axis=1, keepdims=True))
    return jl_project(vectors, directions / xp.where(norms > 0, norms, xp.ones_like(norms)))


@of_jl_project("signs", "Keeps the signs only, as locality-sensitive hashing does: no lengths.")
def project_signs(vectors: Any, directions: Any, /) -> Any:
    return _xp(vectors).sign(jl_project(vectors, directions))


@of_jl_project("divided-by-m", "Divides by m, as for a mean over the directions.")
def project_divided_by_m(vectors: Any, directions: Any, /) -> Any:
    return jl_project(vectors, directions) / directions.shape[0]


@of_jl_project("centred", "Subtracts each vector's mean first, as principal components do.")
def project_centred(vectors: Any, directions: Any, /) -> Any:
    return jl_project(vectors - _xp(vectors).mean(vectors, axis=-1, keepdims=True), directions)


# Dimensions


@of_rule_of_thumb_dimension("binary-logarithm", "Reads log as log₂: 44 % more.")
def rule_binary_logarithm(n: int) -> float:
    return 8 * math.log2(n)


@of_ranking_dimension(
    "items",
    "Counts the n! rankings of the items for one query, not those of all pairs: far too few dimensions.",
)
def ranking_items(n: int) -> int:
    comparisons = n * (n - 1) // 2
    enough = (
        d for d in range(1, n + 1) if n * d * (1 + math.log(8 * comparisons / (n * d))) >= math.lgamma(n + 1)
    )
    return next(enough, n)


@of_ranking_dimension(
    "no-base", "Uses 2^V as the number of sign patterns, as if the coordinates' own signs decided the order."
)
def ranking_no_base(n: int) -> int:
    pairs = n * (n - 1) // 2
    return max(1, math.ceil(math.lgamma(pairs + 1) / math.log(2) / n))


def _dimension(pairs: int, error: float, failure: float) -> Decimal:
    """2 ln(pairs/δ)/(ε − ln(1+ε)) before it is rounded to an integer."""
    with localcontext() as context:
        epsilon = Decimal(error)
        context.prec = 60 - 4 * min(epsilon.adjusted(), 0)
        return 2 * (pairs / Decimal(failure)).ln() / (epsilon - (1 + epsilon).ln())


@of_jl_dimension(
    "log-n", "Bounds the error of one vector and forgets the pairs: ln(n/δ) instead of ln(n(n−1)/δ)."
)
def dimension_log_n(n: int, error: float, failure: float) -> int:
    return math.ceil(_dimension(n, error, failure))


@of_jl_dimension("rounded-down", "Rounds to the integer below, which does not suffice.")
def dimension_rounded_down(n: int, error: float, failure: float) -> int:
    return jl_dimension(n, error, failure) - 1


@of_jl_dimension(
    "quadratic", "Uses the small-error form ε²/2 instead of ε − ln(1+ε) at any error: too few dimensions."
)
def dimension_quadratic(n: int, error: float, failure: float) -> int:
    return math.ceil(4 * math.log(n * (n - 1) / failure) / error**2)


@of_jl_dimension(
    "floats", "Subtracts ln(1+ε) from ε in floats: for small errors nothing but rounding is left."
)
def dimension_floats(n: int, error: float, failure: float) -> int:
    rate = max(error - math.log(1 + error), 1e-300)
    return math.ceil(2 * math.log(n * (n - 1) / failure) / rate)


@of_jl_dimension(
    "of-distances",
    "Uses 4 ln n/(ε²/2 − ε³/3), which is for distances and has no chance of failure in it.",
    reference="scikit-learn's johnson_lindenstrauss_min_dim",
)
def dimension_of_distances(n: int, error: float, failure: float) -> int:
    rate = error**2 / 2 - error**3 / 3
    return math.ceil(4 * math.log(n) / rate) if rate > 0 else 1


@of_jl_dimension("half", "Leaves out the factor 2: half of what suffices.")
def dimension_half(n: int, error: float, failure: float) -> int:
    return math.ceil(_dimension(n * (n - 1), error, failure) / 2)


@of_jl_dimension("n-squared", "Counts n² pairs instead of n(n−1).")
def dimension_n_squared(n: int, error: float, failure: float) -> int:
    return math.ceil(_dimension(n * n, error, failure))


@of_jl_dimension("rounded", "Rounds to the nearest integer, which may not suffice, instead of up.")
def dimension_rounded(n: int, error: float, failure: float) -> int:
    return round(_dimension(n * (n - 1), error, failure))


@of_jl_dimension(
    "binary-logarithm", "Reads log as log₂, in ε − ln(1 + ε) too, which then is negative for small errors."
)
def dimension_binary_logarithm(n: int, error: float, failure: float) -> int:
    rate = error - math.log2(1 + error)
    return math.ceil(2 * math.log2(n * (n - 1) / failure) / rate) if rate else 1


@of_rule_of_thumb_dimension("decimal-logarithm", "Reads log as log₁₀: 57 % less.")
def rule_decimal_logarithm(n: int) -> float:
    return 8 * math.log10(n)


@of_rule_of_thumb_dimension("rounded-up", "Rounds up to an integer.")
def rule_rounded_up(n: int) -> float:
    return float(math.ceil(rule_of_thumb_dimension(n)))


@of_rule_of_thumb_dimension("one-more", "Uses ln(n + 1), as log1p does, instead of ln n.")
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


@of_ranking_dimension(
    "degree-one",
    "Uses Warren's bound with 4e, for polynomials of degree 1, though inner products have degree 2.",
)
def ranking_degree_one(n: int) -> int:
    _, comparisons, orders = _counts(n)
    return _least(n, orders, comparisons, 4.0)


@of_ranking_dimension(
    "without-e", "Leaves the e out of (8e·P/V)^V: too few sign patterns, too many dimensions."
)
def ranking_without_e(n: int) -> int:
    _, comparisons, orders = _counts(n)
    return _least(n, orders, comparisons, 8.0 / math.e)


@of_ranking_dimension(
    "pairs-for-comparisons",
    "Counts the n(n−1)/2 inner products as the polynomials, and not the comparisons between two of them.",
)
def ranking_pairs(n: int) -> int:
    pairs, _, orders = _counts(n)
    return _least(n, orders, pairs, 8.0)
