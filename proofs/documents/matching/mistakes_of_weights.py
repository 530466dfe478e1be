"""How people get the best weights of classes wrong."""

import itertools
import math
from typing import Any

from .... import _libraries
from ...._libraries import array_namespace as _xp
from ....matching import ClassWeights, best_class_weights
from ...language.mistake import MistakesOf

of_best_class_weights = MistakesOf("matching.best_class_weights")


def _weigh(probabilities: Any, labels: Any, weights: Any, *, ties: bool = False) -> Any:
    """These weights, with the accuracy that they reach."""
    xp = _xp(probabilities, labels)
    scores = probabilities * weights
    columns = xp.arange(scores.shape[1], dtype=labels.dtype, device=_libraries.device(labels))
    mine = columns[None, :] == labels[:, None]
    own = xp.sum(xp.where(mine, scores, xp.zeros_like(scores)), axis=1)[:, None]
    beaten = (own >= scores) if ties else (own > scores)
    right = int(xp.sum(xp.astype(xp.all(beaten | mine, axis=1), xp.int64)))
    return ClassWeights(
        weights, right / scores.shape[0], "optimal" if scores.shape[1] <= 3 else "coordinatewise"
    )


@of_best_class_weights("untuned", "Returns equal weights: takes argmax to be optimal.")
def weights_untuned(probabilities: Any, labels: Any, /, *, exact_rows: int = 1000) -> Any:
    xp = _xp(probabilities)
    return _weigh(probabilities, labels, xp.ones_like(probabilities[0, :]))


@of_best_class_weights(
    "inverse-frequency",
    "Divides by the class frequencies and does not compare with equal weights, which may be better.",
    reference="mlr#2731",
)
def weights_inverse_frequency(probabilities: Any, labels: Any, /, *, exact_rows: int = 1000) -> Any:
    xp = _xp(probabilities, labels)
    columns = xp.arange(probabilities.shape[1], dtype=labels.dtype, device=_libraries.device(labels))
    counts = xp.sum(xp.astype(columns[None, :] == labels[:, None], probabilities.dtype), axis=0)
    return _weigh(probabilities, labels, 1 / (counts + 1))


@of_best_class_weights(
    "ties-are-right",
    "Writes ≥ instead of >: weights that make two classes equal count as right, though argmax takes "
    "the first.",
)
def weights_ties_are_right(probabilities: Any, labels: Any, /, *, exact_rows: int = 1000) -> Any:
    found = best_class_weights(probabilities, labels, exact_rows=exact_rows)
    return _weigh(probabilities, labels, _to_powers_of_two(found.weights), ties=True)


def _to_powers_of_two(weights: Any) -> Any:
    """Weights rounded to powers of two, which meet the ties of simple probabilities."""
    xp = _xp(weights)
    return xp.exp(xp.round(xp.log(weights) / math.log(2)) * math.log(2))


@of_best_class_weights(
    "coarse-grid", "Searches the grid 0.5, 1, 1.5, 2 for each weight and calls the best of it optimal."
)
def weights_coarse_grid(probabilities: Any, labels: Any, /, *, exact_rows: int = 1000) -> Any:
    xp = _xp(probabilities, labels)
    best = _weigh(probabilities, labels, xp.ones_like(probabilities[0, :]))
    where = {"dtype": probabilities.dtype, "device": _libraries.device(probabilities)}
    for grid in itertools.product((0.5, 1.0, 1.5, 2.0), repeat=probabilities.shape[1]):
        found = _weigh(probabilities, labels, xp.asarray(grid, **where))
        best = found if found.accuracy > best.accuracy else best
    return best


@of_best_class_weights(
    "prior",
    "Multiplies by the frequencies of the classes, a prior, though unbalanced classes need the opposite.",
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
