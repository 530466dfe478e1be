"""Laws of rankings, and of weights that balance classes."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise, permutations
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import Gap, Impl, Record, Rounding, law
from . import inputs_of_retrieval as inputs

_ONCE = Rounding(
    {"sums of up to 5 quotients": 8, "expectation": 8}, "of whole numbers and logarithms of them"
)
_HOST = {"approximation": "it is computed in float64"}


def _mean(scores: Any, own: Any, of: Callable[[list[int], Any], Any]) -> Any:
    """The mean, over the orders that scores allow, of a function of the documents retrieved, in order."""
    n = len(scores)
    orders = [
        order for order in permutations(range(n)) if all(scores[a] >= scores[b] for a, b in pairwise(order))
    ]
    values = [of([i for i in order if scores[i] != -np.inf], own) for order in orders]
    return sum(values[1:], values[0]) / len(values)


@law(
    "matching.recall_at_k-definition",
    "recall_at_k is the share of the relevant documents among the first k, the mean over orders of ties",
    source="matching P1",
    about=("matching.recall_at_k",),
    inputs=inputs.rankings,
    tolerance=_ONCE,
    refutes=(
        "matching.recall_at_k/capped",
        "matching.recall_at_k/precision",
        "matching.recall_at_k/hit",
        "matching.recall_at_k/retrieved-only",
        "matching.recall_at_k/ties-in-favour",
        "matching.recall_at_k/ascending",
        "matching.recall_at_k/k-ignored",
    ),
    needs=_HOST,
)
def recall_definition(impl: Impl, on: Setting, case: inputs.Rankings) -> Iterator[Record]:
    """In fractions, all orders listed."""
    scores, relevant = on.host(case.scores), np.asarray(on.host(case.relevant), dtype=bool)

    def found(order: list[int], own: Any) -> Fraction:
        return Fraction(sum(bool(own[i]) for i in order[: case.k]), int(own.sum()))

    expected = [_mean(row, own, found) for row, own in zip(scores, relevant, strict=True)]
    given = impl["matching.recall_at_k"](case.scores, on.array(relevant), k=case.k)
    yield Gap("recall", given, np.asarray(expected, dtype=np.float64), np.ones(len(scores)))


@law(
    "matching.reciprocal_rank_at_k-definition",
    "reciprocal_rank_at_k is one over the first relevant place up to k, the mean over orders of ties",
    source="matching P2",
    about=("matching.reciprocal_rank_at_k",),
    inputs=inputs.rankings,
    tolerance=_ONCE,
    refutes=(
        "matching.reciprocal_rank_at_k/k-ignored",
        "matching.reciprocal_rank_at_k/all-relevant",
        "matching.reciprocal_rank_at_k/zero-based",
        "matching.reciprocal_rank_at_k/ties-in-favour",
        "matching.reciprocal_rank_at_k/of-the-mean-place",
        "matching.reciprocal_rank_at_k/hit",
    ),
    needs=_HOST,
)
def reciprocal_definition(impl: Impl, on: Setting, case: inputs.Rankings) -> Iterator[Record]:
    """In fractions, all orders listed."""
    scores, relevant = on.host(case.scores), np.asarray(on.host(case.relevant), dtype=bool)

    def first(order: list[int], own: Any) -> Fraction:
        return next((Fraction(1, p + 1) for p, i in enumerate(order[: case.k]) if own[i]), Fraction(0))

    expected = [_mean(row, own, first) for row, own in zip(scores, relevant, strict=True)]
    given = impl["matching.reciprocal_rank_at_k"](case.scores, on.array(relevant), k=case.k)
    yield Gap("reciprocal rank", given, np.asarray(expected, dtype=np.float64), np.ones(len(scores)))


@law(
    "matching.ndcg_at_k-definition",
    "ndcg_at_k is DCG over that of the ideal order of all documents, both cut at k, the mean over orders of "
    "ties",
    source="matching P3",
    about=("matching.ndcg_at_k",),
    inputs=inputs.rankings,
    tolerance=_ONCE,
    refutes=(
        "matching.ndcg_at_k/ideal-of-retrieved",
        "matching.ndcg_at_k/ideal-not-cut",
        "matching.ndcg_at_k/natural-logarithm",
        "matching.ndcg_at_k/place-from-zero",
        "matching.ndcg_at_k/ties-in-favour",
        "matching.ndcg_at_k/binary",
        "matching.ndcg_at_k/gain-ignored",
        "matching.ndcg_at_k/not-normalised",
        "matching.ndcg_at_k/linear-discount",
    ),
    needs=_HOST,
)
def ndcg_definition(impl: Impl, on: Setting, case: inputs.Rankings) -> Iterator[Record]:
    """All orders listed."""
    scores, grades = on.host(case.scores), on.host(case.grades)
    for gain, value in (("linear", float), ("exponential", lambda g: 2.0 ** float(g) - 1)):

        def dcg(order: Any, own: Any, value: Callable[[Any], float] = value) -> float:
            return sum((value(own[i]) / np.log2(2.0 + p) for p, i in enumerate(order[: case.k])), 0.0)

        expected = [
            _mean(row, own, dcg) / dcg(np.argsort(-own), own) for row, own in zip(scores, grades, strict=True)
        ]
        options = {} if gain == "linear" else {"gain": gain}
        given = impl["matching.ndcg_at_k"](case.scores, case.grades, k=case.k, **options)
        yield Gap(gain, given, np.asarray(expected), np.ones(len(scores)))


@law(
    "matching.balanced_class_weights-definition",
    "balanced_class_weights is n/(C·n_c) for the C classes that occur, and 0 for others: all have the same "
    "share, and the samples the mean weight 1",
    source="matching P4",
    about=("matching.balanced_class_weights",),
    inputs=inputs.classes,
    kinds=("ordinary",),
    tolerance=Rounding({"a quotient of counts": 1, "expectation": 1}),
    refutes=(
        "matching.balanced_class_weights/mean-over-classes",
        "matching.balanced_class_weights/frequency",
        "matching.balanced_class_weights/all-classes",
        "matching.balanced_class_weights/inverse-count",
        "matching.balanced_class_weights/sum-one",
        "matching.balanced_class_weights/root",
    ),
    needs=_HOST,
)
def balanced_definition(impl: Impl, on: Setting, case: inputs.Classes) -> Iterator[Record]:
    """In fractions."""
    labels = [int(label) for label in on.host(case.labels)]
    counts = [labels.count(c) for c in range(case.classes)]
    occurring = sum(count > 0 for count in counts)
    expected = np.asarray([float(Fraction(len(labels), occurring * n)) if n else 0.0 for n in counts])
    given = impl["matching.balanced_class_weights"](case.labels, classes=case.classes)
    short = getattr(given, "dtype", None) == on.xp.float32  # as torch's default dtype is
    own = max(on.u, 2.0**-24) if short else on.u
    yield Gap("weights", given, expected, expected * (own / on.u))
