"""The threshold that is best for a binary decision, exactly."""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

from .. import _given, _libraries, _xp
from .._errors import DomainError, message, shown
from .._typing import Array, DType, Namespace
from ..public import RAISES, Labels, Number, Own, Reals, public

Metric = Callable[[Array, Array, Array, Array], Array]


class Threshold(NamedTuple):
    """A threshold, and the value of the metric there."""

    threshold: float
    value: float


@public(
    {
        "scores": Reals("n", n=1),
        "labels": Labels("n"),
        "metric": Own('"accuracy", "f1" or a function', {DomainError: "is another word, or gives NaN"}),
    },
    (Number(), Number()),
    needs="sort cumulative indexing eager host",
    nan=RAISES,
    raises={DomainError: "for NaN scores, or labels other than 0 and 1"},
)
def best_threshold(
    scores: Array, labels: Array, /, *, metric: Literal["accuracy", "f1"] | Metric = "accuracy"
) -> Threshold:
    """The threshold that maximises a metric when a score is positive iff score > threshold.

    One sort and the counts at every cut between distinct scores, the two ends included, so the
    optimum is exact; equal scores are never parted. This is a host function: it inspects values
    and cannot be compiled.

    Parameters
    ----------
    scores
        ±inf is allowed.
    labels
        True or 1 for positive, False or 0 for negative.
    metric
        "f1" is 0 where it is 0/0. A function gets the numbers of true positives, false positives,
        false negatives and true negatives with the k lowest scores negative, k = 0 … n, as four
        arrays of whole numbers (in float64 if the library has it), and returns the array of
        values to maximise; where k would part equal scores, its values are ignored.

    Returns
    -------
    Threshold(threshold, value), Python floats. The threshold is the midpoint of the two
    neighbouring scores in the dtype of the scores, or the lower one if the midpoint rounds to
    the upper or one of them is infinite; inf if no score is positive, −inf if all above −inf
    are; for the lowest of equally good cuts.

    Source: matching D5, C4.

    Examples
    --------
    >>> import numpy as np
    >>> best_threshold(np.asarray([0.5, 0.25, 0.75, 0.5]), np.asarray([0, 0, 1, 1]))
    Threshold(threshold=0.375, value=0.75)
    """
    xp = _xp.of(scores, labels)
    positive = labels if xp.isdtype(labels.dtype, "bool") else labels == 1
    if not (xp.isdtype(labels.dtype, "bool") or bool(xp.all(positive | (labels == 0)))):
        advice = "Say which are positive, for example labels > 0"
        raise DomainError(message("labels", "other values", "0 and 1", advice))
    if bool(xp.any(xp.isnan(scores))):
        raise DomainError(message("scores", "NaN", "numbers, which can be put in order"))
    if not callable(metric) and not (isinstance(metric, str) and metric in _METRICS):
        raise DomainError(message("metric", shown(metric), '"accuracy", "f1" or a function'))
    return _best_threshold(scores, positive, metric if callable(metric) else _METRICS[metric], xp=xp)


def _best_threshold(scores: Array, positive: Array, metric: Metric, *, xp: Namespace) -> Threshold:
    order = xp.argsort(scores, stable=False)  # equal scores are never parted
    ordered, n = xp.take(scores, order, axis=0), scores.shape[0]
    # Cut k says negative to the k lowest scores and positive to the rest.
    hits = xp.astype(xp.take(positive, order, axis=0), _widest(xp))
    fn = xp.cumulative_sum(hits, include_initial=True)
    tn = xp.arange(n + 1, dtype=fn.dtype, device=_libraries.device(fn)) - fn
    always = xp.ones_like(ordered[:1], dtype=xp.bool)
    possible = xp.concat([ordered[:1] > -xp.inf, ordered[1:] > ordered[:-1], always])
    values = _given.checked("metric", metric)(fn[-1] - fn, tn[-1] - tn, fn, tn)
    if bool(xp.any(possible & xp.isnan(values))):
        expected = "numbers at every cut, 0/0 included"
        raise DomainError(message("metric", "NaN", expected))
    best = int(xp.argmax(xp.where(possible, values, xp.full_like(values, -xp.inf))))
    if best in (0, n):
        return Threshold(math.inf if best else -math.inf, float(values[best]))
    return Threshold(_between(ordered[best - 1], ordered[best]), float(values[best]))


def _between(low: Array, high: Array) -> float:
    """The middle of two scores in their dtype; the lower one if that rounds to the upper, or is none."""
    middle = float(low / 2 + high / 2)  # halves first: the sum could overflow
    return middle if math.isfinite(middle) and middle < float(high) else float(low)


def _widest(xp: Namespace) -> DType:
    """float64, or float32 where the library has no more (JAX as it comes)."""
    dtypes = xp.__array_namespace_info__().dtypes(kind="real floating")
    return dtypes.get("float64", xp.float32)


def _accuracy(tp: Array, fp: Array, fn: Array, tn: Array) -> Array:
    return (tp + tn) / (tp[0] + fp[0])  # without negatives, these are all


def _f1(tp: Array, fp: Array, fn: Array, tn: Array) -> Array:
    both = 2 * tp + fp + fn
    xp = _libraries.array_namespace(both)
    return 2 * tp / xp.maximum(both, xp.ones_like(both))  # a count below 1 is 0/0


_METRICS: dict[str, Metric] = {"accuracy": _accuracy, "f1": _f1}
