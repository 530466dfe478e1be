"""Laws of ranks and of Spearman's correlation."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.inputs import rounded
from ...language.law import AtMost, Exact, Gap, Impl, Record, Rounding, Same, law
from . import inputs


def _offsets(x: inputs.Floats) -> np.ndarray[Any, np.dtype[np.int64]]:
    """2·rank − (n + 1), from the numbers of equal and of smaller values."""
    places, counts = np.unique(x, return_inverse=True, return_counts=True)[1:]
    below = np.cumsum(counts) - counts
    return np.asarray((2 * below + counts - len(x))[places], dtype=np.int64)


def _sums(x: inputs.Floats, y: inputs.Floats) -> tuple[int, int, int, int]:
    """Σab, Σ|ab|, Σa², Σb² over the centred ranks; exact, since n³ fits into 64 bits."""
    a, b = _offsets(x), _offsets(y)
    return int(np.sum(a * b)), int(np.sum(np.abs(a * b))), int(np.sum(a * a)), int(np.sum(b * b))


_CORRELATION = Rounding({"sum of products": 1, "norms": 1}, "the scale counts n + 8 roundings of each")


@law(
    "matching.rank-definition",
    "rank_i = #{x_j < x_i} + (#{x_j = x_i} + 1)/2",
    source="matching D4",
    about=("matching.rank",),
    inputs=inputs.value_pairs,
    tolerance=Exact("ranks are multiples of ½, in halves rounded once"),
    refutes=(
        "matching.rank/ordinal",
        "matching.rank/dense",
        "matching.rank/lowest",
        "matching.rank/from-zero",
        "matching.rank/highest",
        "matching.rank/argsort-once",
    ),
)
def rank_definition(impl: Impl, on: Setting, case: inputs.ValuePairs) -> Iterator[Record]:
    """Counts the values below and the equal ones."""
    x = on.host(case.x)
    expected = rounded((_offsets(x) + (len(x) + 1)) / 2, on.precision)
    yield Same("ranks", impl["matching.rank"](case.x), expected)


@law(
    "matching.spearman-definition",
    "spearman is Pearson's correlation of the average ranks, and NaN where one side is constant",
    source="matching C6",
    about=("matching.spearman",),
    inputs=inputs.value_pairs,
    tolerance=_CORRELATION,
    refutes=(
        "matching.spearman/raw-values",
        "matching.spearman/no-ties-formula",
        "matching.spearman/int32-ties",
        "matching.spearman/kendall",
        "matching.spearman/ordinal",
        "matching.spearman/argsort-once",
        "matching.spearman/one-ranked",
        "matching.spearman/mixed-counts",
        "matching.spearman/not-centred",
        "matching.spearman/dense",
        "matching.spearman/epsilon",
        "matching.spearman/one-group",
    ),
)
def spearman_definition(impl: Impl, on: Setting, case: inputs.ValuePairs) -> Iterator[Record]:
    """Sums integers exactly."""
    x, y = on.host(case.x), on.host(case.y)
    cross, size, first, second = _sums(x, y)
    found = on.host(impl["matching.spearman"](case.x, case.y))
    yield Same("constant", bool(np.isnan(found)), first * second == 0)
    if first * second:
        norm = on.math.sqrt(first * second)
        yield Gap("correlation", found, np.asarray(cross / norm), (len(x) + 8) * size / norm)


@law(
    "matching.spearman-extremes",
    "|ρ| ≤ 1, and ρ = ±1 iff the ranks, ties included, are equal or reversed and not constant",
    source="matching C6",
    stands="when the bound is attained, in both directions",
    about=("matching.spearman",),
    inputs=inputs.monotone_pairs,
    tolerance=_CORRELATION,
    refutes=("matching.spearman/no-ties-formula", "matching.spearman/ordinal"),
)
def spearman_extremes(impl: Impl, on: Setting, case: inputs.MonotonePairs) -> Iterator[Record]:
    """Decides from integer ranks. Others than equal or reversed ones, of 16 values, have 1 − |ρ| of at
    least 1 − √(1 − 2/1360) > 7·10⁻⁴ (the last two tied on one side); half of that is far beyond rounding."""
    x, y = on.host(case.x), on.host(case.y)
    for second in (y, x, -x, np.sort(-x)):
        a, b = _offsets(x), _offsets(second)
        found = on.number(on.host(impl["matching.spearman"](case.x, on.array(second))))
        if not a.any() or not b.any():
            yield Same("constant", on.math.isnan(found), True)
            continue
        yield AtMost("at most 1", abs(found), 1.0, len(x) + 8)
        for sign, label in ((1, "1 iff equal"), (-1, "−1 iff reversed")):
            if np.all(a == sign * b):
                yield Gap(label, found, on.number(sign), len(x) + 8)
            else:
                yield AtMost(label, sign * found, 1 - 3e-4, 0.0)


@law(
    "matching.spearman-monotone",
    "strictly increasing maps of x or y leave spearman as it is",
    source="matching C6",
    stands="that only ranks count",
    about=("matching.spearman",),
    inputs=inputs.monotone_pairs,
    tolerance=Exact("the ranks are the same, so is what is computed from them"),
    refutes=("matching.spearman/raw-values",),
)
def spearman_monotone(impl: Impl, on: Setting, case: inputs.MonotonePairs) -> Iterator[Record]:
    """Puts other values in the same order."""
    expected = on.host(impl["matching.spearman"](case.x, case.y))
    yield Same("first", impl["matching.spearman"](case.mapped, case.y), expected)
    swapped = on.host(impl["matching.spearman"](case.y, case.x))
    yield Same("second", impl["matching.spearman"](case.y, case.mapped), swapped)


@law(
    "matching.spearman-binary",
    "binary labels cap |ρ| at √(3pq)·n/√(n²−1) for scores without ties; the right order attains it",
    source="matching C6",
    stands="the cap for binary labels",
    about=("matching.spearman",),
    inputs=inputs.binary_ranks,
    tolerance=_CORRELATION,
    refutes=("matching.spearman/ordinal", "matching.spearman/no-ties-formula"),
)
def spearman_binary(impl: Impl, on: Setting, case: inputs.ScoredLabels) -> Iterator[Record]:
    """Compares with the cap at these scores, and with their labels put in order."""
    labels = on.host(case.labels)
    n, ones = len(labels), int(labels.sum())
    cap = on.math.sqrt(on.number(Fraction(3 * ones * (n - ones), n * n - 1)))
    found = on.number(on.host(impl["matching.spearman"](case.scores, case.labels)))
    yield AtMost("cap", abs(found), cap, n + 8)
    ordered = on.array(np.sort(labels)[np.argsort(np.argsort(on.host(case.scores)))])
    yield Gap("attained", on.number(on.host(impl["matching.spearman"](case.scores, ordered))), cap, n + 8)
