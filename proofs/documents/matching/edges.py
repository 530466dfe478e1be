"""Points at which similarities, ranks and thresholds differ in practice."""

from typing import Any

from .... import matching
from ...._libraries import array_namespace
from ....matching import Threshold
from ...language.edge import Raises, Value, edge


def _zero(x: Any, axis: int) -> Any:
    return ~array_namespace(x).any(x != 0, axis=axis)


@edge(
    "matching.cosine_similarity",
    "zero-vector",
    "a zero vector has no direction",
    ours="NaN",
    laws=("matching.cosine_similarity-definition",),
    values={
        "0": Value(0.0, "scikit-learn 1.9 cosine_similarity and torch 2.13 cosine_similarity"),
    },
)
def cosine_zero_vector(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return _zero(u, axis) | _zero(v, axis)


def _zero_for_none(u: Any, v: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    """The loss with a cosine of 0 for zero vectors."""
    xp, cosines = array_namespace(u, v), matching.cosine_similarity(u, v)
    cosines = xp.where(_zero(u, -1) | _zero(v, -1), xp.zeros_like(cosines), cosines)
    return matching.cosent_loss(cosines, labels, scale=scale)


@edge(
    "matching.cosent_loss_of_embeddings",
    "zero-vector",
    "a zero vector has no direction",
    ours="NaN",
    laws=("matching.cosent_loss_of_embeddings-definition",),
    values={"0": Value(_zero_for_none, "CoSENTLoss of sentence-transformers 6.2, whose cosine it is")},
)
def embeddings_zero_vector(u: Any, v: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = array_namespace(u, v, labels)
    return xp.any(_zero(u, -1) | _zero(v, -1)) & xp.any(labels != labels[:1])


def _constant(x: Any) -> bool:
    xp = array_namespace(x)
    return bool(xp.all(x == x[:1])) and not bool(xp.any(xp.isnan(x)))


@edge(
    "matching.spearman",
    "constant",
    "ranks that are all equal have no correlation",
    ours="NaN",
    laws=(
        "matching.spearman-definition",
        "matching.spearman-extremes",
        "matching.spearman-monotone",
    ),
    values={
        "0": Value(0.0, "torchmetrics 1.9 spearman_corrcoef"),
        "raises": Value(Raises((ValueError, ArithmeticError)), "statistics.correlation of Python"),
    },
)
def spearman_constant(x: Any, y: Any, /) -> bool:
    return _constant(x) or _constant(y)


def _rest(x: Any) -> Any:
    """Which entries are numbers."""
    return ~array_namespace(x).isnan(x)


def _ranks_of_rest(x: Any, /) -> Any:
    """The ranks among the numbers; NaN stays NaN."""
    xp, number = array_namespace(x), _rest(x)
    found = matching.rank(xp.where(number, x, xp.full_like(x, xp.inf)))
    return xp.where(number, found, xp.full_like(found, xp.nan))


def _nan_last(x: Any, /) -> Any:
    """The ranks with NaN above all numbers, in the order of the array."""
    xp, number = array_namespace(x), _rest(x)
    place = xp.cumulative_sum(xp.astype(~number, x.dtype)) + xp.sum(xp.astype(number, x.dtype))
    return xp.where(number, _ranks_of_rest(x), place)


def _any_nan(x: Any) -> bool:
    xp = array_namespace(x)
    return bool(xp.isdtype(x.dtype, "real floating")) and bool(xp.any(xp.isnan(x)))


@edge(
    "matching.rank",
    "nan",
    "NaN has no place in an order",
    ours="NaN for all ranks",
    values={
        "omit": Value(
            _ranks_of_rest, 'pandas 3.1 Series.rank and scipy 1.17 rankdata with nan_policy="omit"'
        ),
        "last": Value(_nan_last, "code that ranks by numpy.argsort, which puts NaN last"),
        "raises": Value(Raises((ValueError,)), 'scipy 1.17 rankdata with nan_policy="raise"'),
    },
)
def rank_nan(x: Any, /) -> bool:
    return _any_nan(x)


def _spearman_of_rest(x: Any, y: Any, /) -> Any:
    both = _rest(x) & _rest(y)
    return matching.spearman(x[both], y[both])


@edge(
    "matching.spearman",
    "nan",
    "NaN has no place in an order",
    ours="NaN",
    values={
        "omit": Value(_spearman_of_rest, 'pandas 3.1 corr and scipy 1.17 spearmanr with nan_policy="omit"'),
        "raises": Value(Raises((ValueError,)), 'scipy 1.17 spearmanr with nan_policy="raise"'),
    },
)
def spearman_nan(x: Any, y: Any, /) -> bool:
    return _any_nan(x) or _any_nan(y)


_METRICS: dict[Any, Any] = {
    "accuracy": lambda tp, fp, fn, tn: (tp + tn) / (tp + fp + fn + tn),
    "f1": lambda tp, fp, fn, tn: 2 * tp / array_namespace(tp).maximum(2 * tp + fp + fn, 0 * tp + 1),
}


def _highest(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> Any:
    """The threshold of the highest of equally good cuts."""
    best = matching.best_threshold(scores, labels, metric=metric)
    values = _METRICS.get(metric, metric) if isinstance(metric, str) else metric

    def place(*counts: Any) -> Any:
        found = values(*counts)
        xp = array_namespace(found)
        order = xp.cumulative_sum(xp.ones_like(found))
        return xp.where(found == best.value, order, xp.zeros_like(order))

    return Threshold(matching.best_threshold(scores, labels, metric=place).threshold, best.value)


def _several(scores: Any, labels: Any, metric: Any) -> bool:
    """Whether more than one cut is best."""
    lowest = matching.best_threshold(scores, labels, metric=metric)
    return bool(_highest(scores, labels, metric=metric).threshold != lowest.threshold)


def _any_positive(labels: Any) -> bool:
    return bool(array_namespace(labels).any(labels == 1))


@edge(
    "matching.best_threshold",
    "equal-cuts",
    "several cuts are equally good",
    ours="the lowest",
    laws=(
        "matching.threshold-brute-force",
        "matching.threshold-majority",
        "matching.threshold-midpoint",
    ),
    values={"highest": Value(_highest, "the evaluators of sentence-transformers 6.2")},
)
def threshold_equal_cuts(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> bool:
    return _any_positive(labels) and _several(scores, labels, metric)


@edge(
    "matching.best_threshold",
    "no-positives",
    "no label is positive, and several cuts are equally good (all have an F1 of 0)",
    ours="the lowest cut",
    laws=(
        "matching.threshold-brute-force",
        "matching.threshold-midpoint",
    ),
    values={
        "highest": Value(_highest, "code that leaves nothing positive where nothing is"),
        "0": Value(
            lambda *_, **__: Threshold(0.0, 0.0), "find_best_f1_and_threshold of sentence-transformers 6.2"
        ),
    },
)
def threshold_no_positives(scores: Any, labels: Any, /, *, metric: Any = "accuracy") -> bool:
    return not _any_positive(labels) and _several(scores, labels, metric)


def _empty(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> bool:
    return 0 in cosines.shape


_RAISES = {"raises": Value(Raises(), "code that takes the largest of no numbers")}

_PAIRS = "there are no pairs at all"

cosent_loss_empty = edge(
    "matching.cosent_loss",
    "no-pairs",
    _PAIRS,
    ours="0",
    laws=(
        "matching.cosent-definition",
        "matching.cosent-invariances",
        "matching.cosent-limit",
        "matching.cosent-pairwise",
    ),
    values=_RAISES,
)(_empty)

cosent_loss_pairwise_empty = edge(
    "matching.cosent_loss_pairwise",
    "no-pairs",
    _PAIRS,
    ours="0",
    laws=(
        "matching.cosent-definition",
        "matching.cosent-pairwise",
    ),
    values=_RAISES,
)(_empty)

cosent_gradient_empty = edge(
    "matching.cosent_gradient",
    "no-pairs",
    _PAIRS,
    ours="an empty gradient",
    laws=(
        "matching.cosent_gradient-definition",
        "matching.cosent_gradient-derivative",
        "matching.cosent-invariances",
    ),
    values=_RAISES,
)(_empty)
