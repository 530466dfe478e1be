"""Laws of the best threshold."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, Same, law
from . import inputs

METRICS: dict[str, Callable[[int, int, int, int], Fraction]] = {
    "accuracy": lambda tp, fp, fn, tn: Fraction(tp + tn, tp + fp + fn + tn),
    "f1": lambda tp, fp, fn, tn: Fraction(2 * tp, max(1, 2 * tp + fp + fn)),
    "gain": lambda tp, fp, fn, tn: Fraction(2 * tp - fp - 3 * fn + 4 * tn),
}


def _given(metric: str) -> Any:
    """The metric as an implementation takes it: a name, or a function of arrays of counts."""
    return (lambda tp, fp, fn, tn: 2 * tp - fp - 3 * fn + 4 * tn) if metric == "gain" else metric


def _at(threshold: float, metric: str, scores: inputs.Floats, positive: Any) -> Fraction:
    """The metric where positive means score > threshold."""
    said = scores > threshold
    counts = (said & positive, said & ~positive, ~said & positive, ~said & ~positive)
    return METRICS[metric](*(int(np.sum(part)) for part in counts))


def _brute(metric: str, scores: inputs.Floats, positive: Any) -> tuple[Fraction, float, float]:
    """The best value over all thresholds, and the ends of the lowest interval [from, to) of
    thresholds with that value; every threshold acts like −inf or like some score."""
    ends = [-np.inf, *np.unique(scores[scores > -np.inf]), np.inf]
    values = [_at(end, metric, scores, positive) for end in ends[:-1]]
    best = values.index(max(values))
    return values[best], float(ends[best]), float(ends[best + 1])


@law(
    "matching.threshold-brute-force",
    "best_threshold attains the best value over all thresholds, and reports what it attains",
    source="matching C4",
    about=("matching.best_threshold",),
    inputs=inputs.scored_labels,
    tolerance=Rounding({"quotient of counts": 1, "expectation": 1}, "the numerator is exact"),
    refutes=(
        "matching.best_threshold/splits-ties",
        "matching.best_threshold/not-below",
        "matching.best_threshold/no-ends",
        "matching.best_threshold/no-cut-above-all",
        "matching.best_threshold/no-cut-below-all",
        "matching.best_threshold/empty-f1-is-one",
        "matching.best_threshold/ternary-search",
        "matching.best_threshold/plain-midpoint",
        "matching.best_threshold/counts-reversed",
        "matching.best_threshold/grid",
        "matching.best_threshold/low-is-positive",
    ),
)
def threshold_brute_force(impl: Impl, on: Setting, case: inputs.MeasuredLabels) -> Iterator[Record]:
    """Tries every threshold in fractions; then again with neighbouring numbers in the same order."""
    scores, positive = on.host(case.scores), on.host(case.labels) == 1
    places = np.unique(scores, return_inverse=True)[1].astype(np.float64)
    for given in (scores, np.asarray(1 + 2 * on.u * places, dtype=np.float64)):
        best, _, _ = _brute(case.metric, given, positive)
        threshold, value = impl["matching.best_threshold"](
            on.array(given), case.labels, metric=_given(case.metric)
        )
        yield Gap("value", on.number(value), on.number(best), abs(on.number(best)))
        yield Same("value at the threshold", _at(on.number(threshold), case.metric, given, positive), best)


@law(
    "matching.threshold-midpoint",
    "best_threshold is the midpoint between scores, of the lowest of equally good cuts; ±inf at the ends",
    source="matching D5",
    about=("matching.best_threshold",),
    inputs=inputs.scored_labels,
    tolerance=Rounding({"expected midpoint, in float64 before the dtype": 1}),
    refutes=(
        "matching.best_threshold/highest",
        "matching.best_threshold/at-a-score",
        "matching.best_threshold/finite-ends",
    ),
)
def threshold_midpoint(impl: Impl, on: Setting, case: inputs.MeasuredLabels) -> Iterator[Record]:
    """Finds the interval by trying every threshold, and halves it in fractions."""
    scores, positive = on.host(case.scores), on.host(case.labels) == 1
    _, low, high = _brute(case.metric, scores, positive)
    found = on.number(
        impl["matching.best_threshold"](case.scores, case.labels, metric=_given(case.metric))[0]
    )
    if low == np.max(scores) or low == -np.inf:
        yield Same("end", found, np.inf if low == np.max(scores) else -np.inf)
        return
    yield Same("between the neighbours", low <= found < high, True)
    if high == np.inf:
        yield Same("below infinity", found, low)
        return
    exact = np.asarray(on.number((Fraction(low) + Fraction(high)) / 2))
    middle = on.number(on.host(on.array(exact)))
    yield Gap("midpoint", found, middle if middle < high else low, abs(low) / 2 + abs(high) / 2)


@law(
    "matching.threshold-majority",
    "with scores above −inf, the best accuracy is at least the share of the more frequent label",
    source="matching C4",
    stands="a bound for scores too many for brute force",
    about=("matching.best_threshold",),
    inputs=inputs.scored_labels,
    tolerance=Rounding({"two quotients of counts": 2}),
    refutes=("matching.best_threshold/no-ends",),
)
def threshold_majority(impl: Impl, on: Setting, case: inputs.MeasuredLabels) -> Iterator[Record]:
    """Counts the labels. A score of −inf lies above no threshold, so the lowest number stands for it."""
    ones = int(np.sum(on.host(case.labels) == 1))
    n = case.scores.shape[0]
    scores = on.array(np.maximum(on.host(case.scores), -on.precision.largest))
    _, value = impl["matching.best_threshold"](scores, case.labels)
    yield AtMost("majority", max(ones, n - ones) / n, on.number(value), 1.0)
