"""Where the source is wrong or imprecise."""

from collections.abc import Iterator

import numpy as np

from ....argmaxable import classify
from ....backends import Setting
from ...language.erratum import Erratum
from ...language.law import Exact, Record, Same
from . import oracle

EQUAL_ROWS, LARGEST_LAST = np.ones((3, 2)), np.asarray([0.0, 0.0, 1.0])


def _biased_equals_bias_free(on: Setting) -> Iterator[Record]:
    W = on.array(EQUAL_ROWS)
    biased, free = classify(W, on.array(LARGEST_LAST)), classify(W, on.array(0 * LARGEST_LAST))
    yield Same("with and without bias", biased.verdicts, free.verdicts)


def _bias_decides(on: Setting) -> Iterator[Record]:
    """With Δw = 0 a combination exists iff some Δb ≤ 0."""
    found = classify(on.array(EQUAL_ROWS), on.array(LARGEST_LAST)).verdicts
    lags = [bool(np.min(LARGEST_LAST[k] - np.delete(LARGEST_LAST, k)) <= 0) for k in range(3)]
    yield Same("by the biases", [verdict == "unargmaxable" for verdict in found], lags)
    yield Same("by elimination", list(found), oracle.verdicts(EQUAL_ROWS, LARGEST_LAST))


bias_for_large_r = Erratum(
    id="argmaxable.E1",
    source="argmaxable E1",
    printed="for r large enough the problem with bias has the same argmaxable classes as without",
    corrected="that is sure only if 0 is outside the hull of the Δw_i; class k is unargmaxable iff some "
    "α ≥ 0 with Σα = 1 has ΣαΔw = 0 and ΣαΔb ≤ 0",
    counterexample="three rows (1,1) with biases 0, 0, 1: the last wins everywhere, without bias none does",
    check_printed=_biased_equals_bias_free,
    check_corrected=_bias_decides,
    tolerance=Exact("verdicts"),
    laws=("argmaxable.classify-definition", "argmaxable.certificates"),
)


def _hidden(factor: float, on: Setting) -> list[int]:
    """The unargmaxable ones of 100 rows on the unit circle, the first times a factor."""
    angles = 2 * np.pi * np.arange(100) / 100
    W = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    W[0] *= factor
    verdicts = classify(on.array(W), on.array(np.zeros(100))).verdicts
    return [k for k, verdict in enumerate(verdicts) if verdict != "argmaxable"]


def _small_discrepancy_is_harmless(on: Setting) -> Iterator[Record]:
    yield Same("rows hidden with norms within 0.2 %", _hidden(0.998, on), [])


def _chord_decides(on: Setting) -> Iterator[Record]:
    """The chord of the neighbours is at cos(2π/100) = 0.99803."""
    yield Same("rows hidden, the first behind the chord", _hidden(0.998, on), [0])
    yield Same("rows hidden, the first before the chord", _hidden(0.9981, on), [])


norm_discrepancy = Erratum(
    id="argmaxable.E2",
    source="argmaxable E2",
    printed="classes are unargmaxable only where the norms of the rows differ much",
    corrected="any difference can suffice: on a circle with n rows a factor below cos(2π/n) hides a row",
    counterexample="d = 2, 100 rows evenly on the unit circle: shrinking one by 0.2 % makes it unargmaxable",
    check_printed=_small_discrepancy_is_harmless,
    check_corrected=_chord_decides,
    tolerance=Exact("verdicts"),
    laws=("argmaxable.plane", "argmaxable.equal-norms"),
)
