"""What the source says that fails, and what holds instead."""

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import scipy  # its parts load on first use

from ....backends import Setting
from ....matching import (
    best_threshold,
    factor_similarity,
    jl_dimension,
    nearest_semidefinite,
    ranking_dimension,
    rule_of_thumb_dimension,
)
from ...language.erratum import Erratum
from ...language.law import AtMost, Gap, Record, Rounding, Same
from .inputs import E2_LABELS

CHAIN = np.asarray([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
"""Item 2 is like items 1 and 3, which are unlike each other."""


def _chain_printed(on: Setting) -> Iterator[Record]:
    """The quadratic form at (2, −3, 2) is −7, in integers; the least eigenvalue is negative."""
    x = np.asarray([2.0, -3.0, 2.0])
    yield AtMost("xᵀSx ≥ 0", 0.0, float(x @ CHAIN @ x), 17.0)
    distance = CHAIN - on.host(nearest_semidefinite(on.array(CHAIN)))
    yield Gap("S is its own nearest semidefinite matrix", float(np.linalg.norm(distance)), 0.0, 3.0)


def _chain_corrected(on: Setting) -> Iterator[Record]:
    """The eigenvalue is 1 − √2; adding √2 − 1 to the diagonal makes the ranking realisable."""
    x = np.asarray([1.0, -math.sqrt(2), 1.0])
    yield Gap("Sx = (1 − √2)x", CHAIN @ x, (1 - math.sqrt(2)) * x, 4.0)
    nearest = on.host(nearest_semidefinite(on.array(CHAIN)))
    yield Gap("distance √2 − 1", float(np.linalg.norm(CHAIN - nearest)), math.sqrt(2) - 1, 3.0)
    lifted = (CHAIN + (math.sqrt(2) - 1) * np.eye(3)) / math.sqrt(2)
    factor = on.host(factor_similarity(on.array(lifted)))
    yield Same("two dimensions", factor.shape, (3, 2))
    yield Gap("unit vectors with the same ranking", factor @ factor.T, lifted, 3.0)


e1 = Erratum(
    id="matching.E1",
    source="matching E1",
    printed="A similarity matrix with entries in [0, 1] is positive semidefinite.",
    corrected="It may have negative eigenvalues, and then no vectors have these inner products; the nearest "
    "matrix that some have is as far away, in Frobenius norm, as the norm of these eigenvalues. With unit "
    "diagonal its ranking is realisable: (S + cI)/(1 + c) with c ≥ −λ_min ranks alike.",
    counterexample="[[1,1,0],[1,1,1],[0,1,1]] has the eigenvalue 1 − √2.",
    check_printed=_chain_printed,
    check_corrected=_chain_corrected,
    tolerance=Rounding(
        {"eigenbasis of n = 3, 4n·u‖S‖": 12, "product of n terms": 3, "norm of the differences": 1}
    ),
    laws=(
        "matching.factor_similarity-definition",
        "matching.nearest_semidefinite-distance",
        "matching.ranking-realised",
    ),
)

SCORES = (0.125, 0.5, 0.6875, 0.875, 0.90625, 0.9375, 0.96875)
"""Scores in [0, 1] for E2_LABELS: as usual, most of them are high."""


def _accuracy(threshold: float) -> Fraction:
    right = sum((score > threshold) == (label == 1) for score, label in zip(SCORES, E2_LABELS, strict=True))
    return Fraction(right, len(SCORES))


def _by_thirds() -> float:
    """Ternary search for the peak over thresholds in [0, 1]."""
    low, high = 0.0, 1.0
    for _ in range(60):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        low, high = (left, high) if _accuracy(left) < _accuracy(right) else (low, right)
    return (low + high) / 2


def _by_halves() -> float:
    """Bisection: keeps the half at whose middle accuracy is higher."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        upward = _accuracy((middle + high) / 2) > _accuracy((low + middle) / 2)
        low, high = (middle, high) if upward else (low, middle)
    return (low + high) / 2


def _bisection_printed(on: Setting) -> Iterator[Record]:
    """Both searches end below the best accuracy, 5/7."""
    best = best_threshold(on.array(np.asarray(SCORES)), on.array(np.asarray(E2_LABELS))).value
    yield Gap("bisection finds the best", float(_accuracy(_by_halves())), best, 1.0)
    yield Gap("ternary search finds the best", float(_accuracy(_by_thirds())), best, 1.0)


def _bisection_corrected(on: Setting) -> Iterator[Record]:
    """Accuracy has the peaks 4/7 and 5/7 with the valley 2/7 between; trying every cut finds 5/7."""
    cuts = [-math.inf, *SCORES]
    yield Same("accuracies in sevenths", [int(7 * _accuracy(t)) for t in cuts], [3, 4, 3, 2, 3, 4, 5, 4])
    found = best_threshold(on.array(np.asarray(SCORES)), on.array(np.asarray(E2_LABELS)))
    yield Gap("best value", found.value, 5 / 7, 1.0)
    yield Same("accuracy there", _accuracy(found.threshold), Fraction(5, 7))


e2 = Erratum(
    id="matching.E2",
    source="matching E2",
    printed="Bisection finds the threshold of the best accuracy.",
    corrected="Accuracy is not unimodal in the threshold; one sort and all cuts between distinct scores find "
    "the optimum.",
    counterexample="Labels 0,1,1,0,0,0,1 in the order of the scores: peaks 4/7 and 5/7, the valley 2/7. "
    "With the scores .125, .5, .6875, .875, .90625, .9375, .96875 bisection and ternary search over [0, 1] "
    "end at 4/7.",
    check_printed=_bisection_printed,
    check_corrected=_bisection_corrected,
    tolerance=Rounding({"two quotients of counts": 2}),
    laws=("matching.threshold-brute-force",),
)

MILLION = 10**6
RULE = math.floor(rule_of_thumb_dimension(MILLION))
"""The source's dimension for a million vectors: 110."""


def _failure_bound(n: int, m: int, error: float) -> float:
    """n(n−1)·exp(−m(ε − ln(1+ε))/2)."""
    return n * (n - 1) * math.exp(-m * (error - math.log1p(error)) / 2)


def _guaranteed_error(n: int, m: int, failure: float) -> float:
    """The ε at which the bound is the failure probability."""
    return float(
        scipy.optimize.root_scalar(
            lambda error: _failure_bound(n, m, error) - failure, bracket=(0.5, 4.0)
        ).root
    )


def _orthogonal_failures(n: int, m: int, error: float) -> float:
    """Expected number of pairs, among n(n−1)/2 orthogonal ones, whose projections have an inner product
    beyond ±ε: given that one projection has squared norm x/m, it is distributed as N(0, x/m²)."""

    def density(x: float) -> float:
        return float(2 * scipy.stats.norm.sf(error * m / math.sqrt(x)) * scipy.stats.chi2.pdf(x, m))

    return n * (n - 1) / 2 * float(scipy.integrate.quad(density, 0, 10 * m, epsabs=0.0, points=[m, 2 * m])[0])


def _rule_printed(on: Setting) -> Iterator[Record]:
    """The rule gives 55 dimensions for 1000 vectors and 110 for a million."""
    thousand = rule_of_thumb_dimension(1000)
    yield AtMost("enough for every ranking of 1000", ranking_dimension(1000), thousand, thousand)
    yield AtMost("enough for errors below ½", jl_dimension(MILLION, 0.5, 0.5), RULE, RULE)
    yield AtMost("guarantees an error below 1", _guaranteed_error(MILLION, RULE, 0.5), 1.0, 1.0)
    yield AtMost("no orthogonal pair errs by ½", _orthogonal_failures(MILLION, RULE, 0.5), 1.0, 1.0)


def _rule_corrected(on: Setting) -> Iterator[Record]:
    """What 55 and 110 dimensions are worth, and how many do suffice."""
    rule = math.floor(rule_of_thumb_dimension(1000))
    yield Same("dimensions", (rule, ranking_dimension(1000), RULE), (55, 384, 110))
    yield Same("guaranteed error", round(_guaranteed_error(MILLION, RULE, 0.5), 2), 1.38)
    yield Same("failing pairs", round(_orthogonal_failures(MILLION, RULE, 0.5) / 1e5, 1), 2.7)
    enough = jl_dimension(MILLION, 0.5, 0.5)
    yield AtMost("sufficient", _failure_bound(MILLION, enough, 0.5), 0.5, 100.0)


e3 = Erratum(
    id="matching.E3",
    source="matching E3",
    printed="8·ln n dimensions suffice for n vectors.",
    corrected="A random projection keeps the inner products of n unit vectors up to ε with probability 1 − δ "
    "in 2·ln(n(n−1)/δ)/(ε − ln(1+ε)) dimensions; no representation realises every ranking in fewer "
    "dimensions than Warren's bound allows, about n/2.",
    counterexample="For a million vectors the rule gives 110 dimensions: they guarantee ε = 1.38 (δ = ½), "
    "and among as many orthogonal vectors about 2.7e5 pairs err by more than ½. For a thousand it gives 55, "
    "and at least 384 are needed.",
    check_printed=_rule_printed,
    check_corrected=_rule_corrected,
    tolerance=Rounding(
        {"a unit of the scale": 1}, "the exponent, about 28, is rounded, which the scale contains"
    ),
    laws=(
        "matching.jl-error",
        "matching.jl_dimension-definition",
        "matching.ranking_dimension-below-rule-of-thumb",
    ),
)
