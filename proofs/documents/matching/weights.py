"""Laws of the best class weights."""

import itertools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import scipy  # its parts load on first use

from ....backends import HALVES, Setting
from ...language.law import AtMost, Exact, Impl, Record, Same, law
from . import inputs

Row = tuple[list[int], int]
"""Probabilities in units of 2⁻⁶⁴, and the label."""


def _rows(on: Setting, case: inputs.Classified) -> list[Row]:
    p, labels = on.host(case.probabilities), on.host(case.labels)
    return [([int(x * 2.0**64) for x in row], int(y)) for row, y in zip(p, labels, strict=True)]


def _right(rows: list[Row], weights: Sequence[Fraction]) -> int:
    """Rows whose class wins outright."""
    unit = math.lcm(*(t.denominator for t in weights))
    t = [weight.numerator * (unit // weight.denominator) for weight in weights]
    count = 0
    for p, y in rows:
        own = p[y] * t[y]
        count += all(own > p[k] * t[k] for k in range(len(p)) if k != y)
    return count


def _between(values: set[Fraction], narrow: float = 0.0) -> list[Fraction]:
    """One number in each interval that is wider than 1 + narrow: 1, below the least, above the largest."""
    ordered = sorted(values)
    if not ordered:
        return [Fraction(1)]
    middle = [(a + b) / 2 for a, b in itertools.pairwise(ordered) if b > a * (1 + Fraction(narrow))]
    return [ordered[0] / 2, *middle, ordered[-1] * 2]


def _quotients(rows: list[Row], a: int, b: int) -> set[Fraction]:
    """Where t_b/t_a makes classes a and b tie."""
    return {Fraction(p[a], p[b]) for p, _ in rows if p[a] and p[b]}


def _most_right(rows: list[Row]) -> int:
    """The best count over all weights, by trying a point of every cell: for every t_1 between
    the places where the ties change their order, every t_2 between the ties."""
    classes = len(rows[0][0])
    if classes == 1:
        return len(rows)
    first = _quotients(rows, 0, 1)
    if classes == 2:
        return max(_right(rows, (Fraction(1), t)) for t in _between(first))
    second, third = _quotients(rows, 0, 2), _quotients(rows, 1, 2)
    crossings = {b / a for b in second for a in third}
    return max(
        _right(rows, (Fraction(1), t, s))
        for t in _between(first | crossings)
        for s in _between(second | {t * a for a in third})
    )


@law(
    "matching.weights-brute-force",
    "with up to three classes, best_class_weights reaches the best accuracy of all weights, and says so",
    source="matching C5",
    stands="that the optimum is global for up to three classes",
    about=("matching.best_class_weights",),
    inputs=inputs.few_classes,
    tolerance=Exact("counts of rows; the cells of these inputs are far wider than rounding"),
    refutes=(
        "matching.best_class_weights/inverse-frequency",
        "matching.best_class_weights/ties-are-right",
        "matching.best_class_weights/coarse-grid",
        "matching.best_class_weights/prior",
    ),
)
def weights_brute_force(impl: Impl, on: Setting, case: inputs.Classified) -> Iterator[Record]:
    """Tries a point of every cell in fractions."""
    rows = _rows(on, case)
    _, accuracy, proven = impl["matching.best_class_weights"](case.probabilities, case.labels)
    yield Same("accuracy", on.number(accuracy), _most_right(rows) / len(rows))
    yield Same("proven", proven, "optimal")


@law(
    "matching.weights-coordinatewise",
    "best_class_weights is never worse than equal weights, reports what its weights reach, and cannot be "
    "improved by changing one of them",
    source="matching C5",
    stands="what is promised of more than three classes, where nothing else is",
    about=("matching.best_class_weights",),
    inputs=inputs.many_classes,
    tolerance=Exact("counts of rows; intervals that rounding could have made are left aside"),
    not_in=dict.fromkeys(HALVES, "it leaves aside what rounding of the weights decides"),
    refutes=(
        "matching.best_class_weights/inverse-frequency",
        "matching.best_class_weights/ties-are-right",
        "matching.best_class_weights/untuned",
    ),
)
def weights_coordinatewise(impl: Impl, on: Setting, case: inputs.Classified) -> Iterator[Record]:
    """Moves each weight through all its intervals, in fractions."""
    rows = _rows(on, case)
    classes = len(rows[0][0])
    weights, accuracy, proven = impl["matching.best_class_weights"](case.probabilities, case.labels)
    t = [Fraction(on.number(x)) for x in on.host(weights)]
    yield Same("positive", min(t) > 0, True)
    yield Same("reached", on.number(accuracy), _right(rows, t) / len(rows))
    yield AtMost("equal weights", _right(rows, [Fraction(1)] * classes) / len(rows), on.number(accuracy), 1.0)
    yield Same("proven", proven, "optimal" if classes <= 3 else "coordinatewise")
    narrow = 2.0**14 * on.u  # twice the width that best_class_weights leaves aside
    for free in range(classes):
        ties = {
            Fraction(p[k], p[free]) * t[k]
            for p, _ in rows
            for k in range(classes)
            if k != free and p[k] and p[free]
        }
        best = max(_right(rows, [*t[:free], x, *t[free + 1 :]]) for x in _between(ties, narrow))
        yield AtMost(f"weight {free}", best / len(rows), on.number(accuracy), 1.0)


@law(
    "matching.weights-powell",
    "with up to three classes, best_class_weights does at least as well as Powell's method",
    source="matching C5",
    stands="that a usual optimiser is met or beaten, as the article says of it",
    about=("matching.best_class_weights",),
    inputs=inputs.few_classes,
    tolerance=Exact("counts of rows"),
    refutes=("matching.best_class_weights/inverse-frequency",),
)
def weights_powell(impl: Impl, on: Setting, case: inputs.Classified) -> Iterator[Record]:
    """Runs Powell's method from equal weights on the logarithms, and counts its rows in fractions."""
    rows, p, labels = _rows(on, case), on.host(case.probabilities), on.host(case.labels)

    def wrong(logs: inputs.Floats) -> float:
        scores = p * np.exp(np.clip(logs, -40, 40))
        own = np.take_along_axis(scores, labels[:, None], axis=1)
        return on.number(np.sum(np.sum(scores >= own, axis=1) > 1))

    logs = scipy.optimize.minimize(
        wrong, np.zeros(p.shape[1]), method="Powell", options={"maxiter": 2, "maxfev": 60}
    ).x
    powell = [Fraction(on.number(t)) for t in np.exp(np.clip(logs, -40, 40))]
    accuracy = impl["matching.best_class_weights"](case.probabilities, case.labels)[1]
    yield AtMost("Powell", _right(rows, powell) / len(rows), on.number(accuracy), 1.0)
