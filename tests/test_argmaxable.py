"""Known values, degenerate and bad input of argmaxable."""

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from typing import Any

import array_api_strict as strict
import numpy as np
import pytest
from flint import fmpq

from refimpl import argmaxable
from refimpl.argmaxable import (
    Combination,
    Result,
    Undecided,
    Witness,
    can_win,
    classify,
    five_vectors,
    margins,
    mask_scores,
    minimax_value,
    minimum_norm_point,
    softcap,
    softmax_with_temperature,
    verify,
    winner,
)
from refimpl.argmaxable._certificates import lead
from refimpl.argmaxable._exact import Problem, _basic, decide

UN, YES = "unargmaxable", "argmaxable"


def arrays(W: Any, b: Any = 0.0) -> tuple[Any, Any]:
    rows = np.asarray(W, dtype=np.float64)
    return rows, np.broadcast_to(np.asarray(b, dtype=np.float64), rows.shape[:1]).copy()


def proved(W: Any, b: Any = 0.0) -> list[str]:
    """Verdicts of classify, whose certificates must pass in float64 and exactly."""
    result = classify(*arrays(W, b))
    assert verify(*arrays(W, b), result).all()
    assert verify(*arrays(W, b), result, exact=True).all()
    return list(result.verdicts)


def enumerated(W: Any, b: Any, k: int) -> str:
    """The verdict by trying every support of at most d + 1 classes in fractions (Cramer's rule)."""
    W, b = [[Fraction(x) for x in row] for row in W.tolist()], [Fraction(x) for x in b.tolist()]
    others = [i for i in range(len(b)) if i != k]
    for m in range(1, len(W[0]) + 2):
        for support in combinations(others, m):
            rows = [[W[i][j] for i in support] + [W[k][j]] for j in range(len(W[0]))]
            weights = solved([*rows, [Fraction(1)] * (m + 1)], m)
            if weights and min(weights) >= 0:
                lead = sum(a * b[i] for a, i in zip(weights, support, strict=True)) - b[k]
                if lead >= 0:
                    return UN
    return YES


def solved(rows: list[list[Fraction]], m: int) -> list[Fraction] | None:
    """The only solution of linear equations with m unknowns; None if there is none or many."""
    for column in range(m):
        pivot = next((i for i in range(column, len(rows)) if rows[i][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [x / rows[column][column] for x in rows[column]]
        for i in range(len(rows)):
            if i != column:
                rows[i] = [x - rows[i][column] * y for x, y in zip(rows[i], rows[column], strict=True)]
    return [row[m] for row in rows[:m]] if not any(row[m] for row in rows[m:]) else None


# Known values.


def test_margins_by_hand() -> None:
    W, b = arrays([[1, 2], [3, -1], [0, 0]], [0.5, 0, 1])
    # Scores at z = (2, 1): 4.5, 5, 1; at z = (0, −1): −1.5, 1, 1.
    z = np.asarray([[2.0, 1.0], [0.0, -1.0]])
    np.testing.assert_array_equal(margins(W, b, z, 1), [[0.5, 4.0], [2.5, 0.0]])
    np.testing.assert_array_equal(margins(W, b, z[0], k=0), [-0.5, 3.5])
    assert margins(W[:1], b[:1], z, 0).shape == (2, 0)


def test_margins_take_differences_first() -> None:
    # 1e16 is common to both rows; scores would round their difference of 2 to 0 or 4.
    W, b = arrays([[1e16 + 2, 1], [1e16, 1]])
    assert margins(W, b, np.asarray([1.0, 1e16]), 0).tolist() == [2.0]


def test_winner_by_hand() -> None:
    W, b = arrays([[1, 0], [0, 1], [-1, -1]], [0, 0, -1])
    z = np.asarray([[[2.0, 1.0], [1.0, 2.0]], [[1.0, 1.0], [-3.0, -2.0]]])
    np.testing.assert_array_equal(winner(W, b, z), [[0, 1], [-1, 2]])
    assert winner(W, b, z[0, 0]) == 0
    assert winner(W[:1], b[:1], z).tolist() == [[0, 0], [0, 0]]


def test_winner_is_open_within_rounding_and_beyond_the_range() -> None:
    W, b = arrays([[1.0], [1.0 + 2.0**-52]])
    assert winner(W, b, np.asarray([1.0])) == -1
    with np.errstate(all="ignore"):
        assert winner(*arrays([[1e200], [1.0]]), np.asarray([1e200])) == -1
        assert winner(W, b, np.asarray([np.nan])) == -1


def test_five_vectors() -> None:
    W = five_vectors()
    np.testing.assert_array_equal(W, [[1, 2], [2, 1], [1, 0], [0, 1], [1, 1]])
    assert proved(W) == [YES] * 4 + [UN]
    W[4] *= 2
    assert proved(W) == [YES] * 5


def test_witness_and_combination_by_hand() -> None:
    result = classify(*arrays([[0.0], [3.0], [9.0]], [1, 0, 2]))
    # 3 = ⅔·0 + ⅓·9, and ⅔·1 + ⅓·2 ≥ 0.
    assert result.certificates[1] == Combination((0, 2), (2 / 3, 1 / 3))
    z, margin = result.certificates[2].z[0], result.certificates[2].margin
    assert margin == pytest.approx(min(9 * z + 2 - 1, 6 * z + 2), rel=1e-14)
    assert result.verdicts == (YES, UN, YES)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_classes_against_all_supports(d: int) -> None:
    rng = np.random.default_rng(d)
    for n in (1, 2, 3, 6):
        for _ in range(12):
            W, b = rng.integers(-2, 3, (n, d)) * 1.0, rng.integers(-1, 2, n) * 1.0
            assert proved(W, b) == [enumerated(W, b, k) for k in range(n)]


# Degenerate input.


@pytest.mark.parametrize(
    ("W", "b", "expected"),
    [
        ([[0]], [0], [YES]),
        ([[5, 1, 2]], [-3], [YES]),
        ([[0], [0]], [0, 0], [UN, UN]),
        ([[0], [0]], [0, 1], [UN, YES]),
        ([[1], [2]], [0, 0], [YES, YES]),
        ([[1], [1], [-1]], [0, 0, 0], [UN, UN, YES]),
        ([[1, 1]] * 3, [0, 0, 0], [UN, UN, UN]),
        ([[1, 1]] * 3, [0, 1, 1], [UN, UN, UN]),
        ([[1, 1]] * 3, [0, 0, 1], [UN, UN, YES]),
        ([[1, 2], [1, 2], [0, 0]], [0, 0, 0], [UN, UN, YES]),
        ([[1, 2], [1, 2], [0, 0]], [1, 0, 0], [YES, UN, YES]),
        ([[0, 0], [1, 0], [-1, 0]], [0, 0, 0], [UN, YES, YES]),
        ([[0, 0], [1, 0], [-1, 0]], [1e-9, 0, 0], [YES, YES, YES]),
        ([[0, 0], [1, 0], [-1, 0]], [-1e6, 0, 0], [UN, YES, YES]),
        ([[0, 0], [1, 0], [-1, 0]], [0, 1e6, -1e6], [UN, YES, YES]),
        ([[0, 0], [1, 0], [-1, 0]], [1, 1e6, -1e6], [YES, YES, YES]),
        ([[0, 0, 0], [1, 1, 1], [2, 2, 2], [3, 3, 3]], [0, 0, 0, 0], [YES, UN, UN, YES]),
        ([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], [0, -1e6, 1e6], [YES, YES, YES]),
    ],
)
@pytest.mark.parametrize("scale", [1.0, 2.0**-17, 2.0**17, 2.0**200, 2.0**-200])
def test_degenerate_classes(W: Any, b: Any, expected: list[str], scale: float) -> None:
    assert proved(scale * np.asarray(W), b) == expected


@pytest.mark.parametrize("scale", [1e-5, 1e5, 1e150, 1e-150])
def test_scale_does_not_matter(scale: float) -> None:
    rng = np.random.default_rng(0)
    W, b = rng.standard_normal((30, 4)), rng.standard_normal(30)
    assert proved(scale * W, b) == proved(W, b) == proved(W, 1e6 * b / 1e6)
    assert proved(W, 1e6 * b) == proved(1e-6 * W, b)


def test_magnitudes_at_the_ends_of_float64() -> None:
    W, b = arrays([[1.7e308], [-1.7e308], [0.0]], [0.0, 0.0, 1.0])
    assert classify(W, b).verdicts == (YES, YES, YES)  # differences overflow; rationals do not
    assert verify(W, b, classify(W, b), exact=True).all()
    # A witness would have to lie beyond 1e308.
    assert classify(*arrays([[5e-324], [0.0]], [0.0, 1.0])).verdicts == ("undecided", YES)


def test_large_bias_needs_a_long_witness() -> None:
    W, b = arrays([[1, 0], [0.5, 0], [0, 1]], [-1e6, 1e6, 0])
    assert proved(W, b) == [YES, YES, YES]
    assert np.linalg.norm(classify(W, b).certificates[0].z) > 4e6 - 1


def test_rank_deficient_rows_are_decided_in_their_span() -> None:
    rng = np.random.default_rng(1)
    W, b = rng.integers(-5, 6, (20, 2)) * 1.0, rng.integers(-2, 3, 20) * 1.0
    assert proved(W @ np.asarray([[1, 2, 0, -1], [0, 1, 3, 1.0]]), b) == proved(W, b)


def test_decimal_fractions_are_taken_as_the_floats_that_they_are() -> None:
    # 0.1 + 0.2 > 0.3 in float64, yet 0.2 lies exactly between 0.1 and 0.3 (as floats).
    assert proved([[0.1], [0.2], [0.3]]) == [YES, UN, YES]
    # The second coordinate of row 0 is one place below the middle of the others: a vertex.
    W = [[0.5, np.nextafter(0.5, 0)], [0.0, 0.0], [1.0, 1.0], [0.25, 0.75]]
    result = classify(*arrays(W))
    assert result.verdicts == (YES,) * 4
    assert verify(*arrays(W), result, exact=True).all()


def test_next_to_the_boundary_nothing_is_claimed_without_proof() -> None:
    rng = np.random.default_rng(2)
    seen = set()
    for _ in range(40):
        W = rng.standard_normal((7, 3))
        W[0] = rng.dirichlet(np.ones(3)) @ W[1:4]  # on a facet, up to rounding
        result = classify(*arrays(W))
        seen.add(result.verdicts[0])
        assert result.verdicts[0] in ("undecided", enumerated(*arrays(W), 0))
        exact = verify(*arrays(W), result, exact=True)
        assert all(exact[k] != (verdict == "undecided") for k, verdict in enumerate(result.verdicts))
        if isinstance(result.certificates[0], Undecided):
            assert 0 < result.certificates[0].margin <= 4 * 2.0**-53
    assert {YES, UN} <= seen


def test_heavy_tails() -> None:
    # Normal rows times lognormal factors, n = 50: about 18 cannot win at d = 8, almost none at d = 32.
    rng = np.random.default_rng(3)
    lost = {8: 0, 32: 0}
    for d in lost:
        for _ in range(4):
            W = rng.standard_normal((50, d)) * np.exp(rng.standard_normal((50, 1)))
            lost[d] += proved(W).count(UN)
    assert 4 * 12 < lost[8] < 4 * 25
    assert lost[32] <= 2


# Certificates.


def test_support_is_at_most_d_plus_one() -> None:
    rng = np.random.default_rng(4)
    W, b = rng.standard_normal((60, 3)), rng.standard_normal(60)
    sizes = [len(c.indices) for c in classify(W, b).certificates if isinstance(c, Combination)]
    assert sizes
    assert max(sizes) <= 4


def alone(k: int, certificate: Any, n: int = 3) -> Result:
    return Result(tuple(certificate if i == k else Undecided(0.0) for i in range(n)))


@pytest.mark.parametrize(
    ("certificate", "valid"),
    [
        (Combination((0, 2), (0.5, 0.5)), True),
        (Combination((2, 0), (0.5, 0.5)), True),
        (Combination((0, 2), (0.25, 0.75)), False),
        (Combination((0, 2), (1.0, 1.0)), False),
        (Combination((0, 2), (1.5, -0.5)), False),
        (Combination((1,), (1.0,)), False),
        (Combination((0, 0), (0.5, 0.5)), False),
        (Combination((0, 3), (0.5, 0.5)), False),
        (Combination((0, -1), (0.5, 0.5)), False),
        (Combination((0, 2), (0.5,)), False),
        (Combination((), ()), False),
        (Combination((0, 2), (float("nan"), 0.5)), False),
        (Witness((0.0,), 0.0), False),
        (Witness((1.0,), 1.0), False),
        (Witness((float("inf"),), 1.0), False),
        (Witness((1.0, 0.0), 1.0), False),
        (Undecided(0.0), False),
    ],
)
@pytest.mark.parametrize("exact", [False, True])
def test_verify_by_hand(certificate: Any, valid: bool, exact: bool) -> None:
    W, b = arrays([[-1], [0], [1]])
    assert verify(W, b, alone(1, certificate), exact=exact).tolist() == [False, valid, False]


@pytest.mark.parametrize("exact", [False, True])
def test_verify_weighs_the_bias(exact: bool) -> None:
    W, half = arrays([[-1], [0], [1]])[0], Combination((0, 2), (0.5, 0.5))
    for ahead, valid in ((0.0, True), (-1.0, True), (1e-9, False)):
        assert verify(W, np.asarray([0.0, ahead, 0.0]), alone(1, half), exact=exact)[1] == valid


@pytest.mark.parametrize("exact", [False, True])
def test_verify_where_a_difference_overflows(exact: bool) -> None:
    large = 1.5e308
    W, b = arrays([[large], [large / 2], [-large]])
    assert verify(W, b, alone(1, Combination((0, 2), (0.75, 0.25))), exact=exact)[1]


U, TINY = 2.0**-53, 2.0**-1074


def holds(certificate: Any, W: Any, b: Any = 0.0, *, exact: bool = False) -> bool:
    """Whether the certificate proves its verdict of class 0."""
    problem = arrays(W, b)
    return bool(verify(*problem, alone(0, certificate, len(problem[0])), exact=exact)[0])


@pytest.mark.parametrize(("lead_in_u", "expected"), [(9, -1), (12, 0)])
def test_a_winner_must_lead_by_both_rounding_bounds(lead_in_u: int, expected: int) -> None:
    """(d + 4)u⟨|w_i|, |z|⟩ = 5u of each class."""
    assert winner(np.asarray([[1.0], [1 - lead_in_u * U]]), np.zeros(2), np.ones(1)) == expected


@pytest.mark.parametrize("d", [2044, 3000])
def test_sums_too_long_for_the_dtype_have_no_winner(d: int) -> None:
    """From (d + 4)u = 1 on, nothing is known of a sum of d products."""
    W = np.full((2, d), 1e-3, dtype=np.float16)
    bias = np.asarray([60.0, -60.0], dtype=np.float16)
    assert winner(W, bias, np.ones(d, dtype=np.float16)) == -1


@pytest.mark.parametrize(("lead_in_u", "valid"), [(11, False), (13, True)])
def test_a_witness_must_lead_by_the_rounding_bound(lead_in_u: int, valid: bool) -> None:
    """(d + 5)u(⟨|w_k − w_i|, |z|⟩ + |b_k − b_i|) = 6u·2."""
    margin = lead_in_u * U
    assert holds(Witness((1.0,), margin), [[1.0], [0.0]], [0.0, 1 - margin]) == valid
    assert holds(Witness((1.0,), margin), [[1.0], [0.0]], [0.0, 1 - margin], exact=True)


def test_a_witness_whose_product_underflows_needs_rational_arithmetic() -> None:
    assert not holds(Witness((TINY,), TINY), [[1.0], [0.0]])
    assert holds(Witness((TINY,), TINY), [[1.0], [0.0]], exact=True)


@pytest.mark.parametrize(("off_in_u", "valid"), [(0, True), (12, True), (-12, True), (16, False)])
def test_the_margin_of_a_witness_may_be_off_by_two_bounds(off_in_u: int, valid: bool) -> None:
    """The bound is 6u here."""
    assert holds(Witness((1.0,), 1 + off_in_u * U), [[1.0], [0.0]]) == valid


@pytest.mark.parametrize(("sum_in_u", "valid"), [(0, True), (4, True), (6, False)])
def test_weights_of_a_combination_have_sum_one_within_their_rounding(sum_in_u: int, valid: bool) -> None:
    """Two weights may be off by 5u."""
    assert holds(Combination((1, 2), (0.5, 0.5 + sum_in_u * U)), np.zeros((3, 1))) == valid


def test_a_combination_has_positive_weights_on_at_most_d_plus_one_classes() -> None:
    W = [[0.0], [1.0], [-1.0], [0.0]]
    assert holds(Combination((1, 2), (0.5, 0.5)), W)
    assert not holds(Combination((1, 2, 3), (0.25, 0.25, 0.5)), W)
    assert not holds(Combination((3, 1), (1.0, 0.0)), W)


def test_products_of_a_combination_may_underflow() -> None:
    """α(w_k − w_i)/4 = −3/8, −3/8 and 3/4 of the smallest number: two of them round to 0, one to 1."""
    W = TINY * np.asarray([[0.0, 0.0], [4.0, 0.0], [4.0, 0.0], [-12.0, 0.0]])
    assert holds(Combination((1, 2, 3), (0.375, 0.375, 0.25)), W)


def test_a_combination_is_judged_by_the_rounding_of_its_own_bias() -> None:
    """However large the weights of the classes are: those of the second column are 10³."""
    W = [[0.0, 0.0], [0.0, 1e3], [0.0, -1e3]]
    assert holds(Combination((1, 2), (0.5, 0.5)), W)
    assert not holds(Combination((1, 2), (0.5, 0.5)), W, [1e-15, 0.0, 0.0])


def test_a_combination_may_rest_on_some_of_its_classes_only() -> None:
    """The exact weights of these classes are ½, ½ and 0, which the stated ones round."""
    W = [[0.0, 0.0], [1.0, 1.0], [-1.0, -1.0], [1.0, 5.0]]
    assert holds(Combination((1, 2, 3), (0.5, 0.5, 1e-300)), W, exact=True)


@pytest.mark.parametrize("seed", range(8))
def test_a_combination_of_many_classes_shrinks_to_few(seed: int) -> None:
    """Equal weights of ±1, …, ±4 give 0; two at most remain, and the bias lags no less."""
    W = np.asarray([[0.0], *([sign * float(i)] for i in range(1, 5) for sign in (-1, 1))])
    b = np.append(0.0, np.random.default_rng(seed).integers(0, 9, 8) / 16)
    problem = Problem(W, b)
    found = _basic(problem, 0, {i: fmpq(1, 8) for i in range(1, 9)})
    assert len(found) <= 2
    assert min(found.values()) > 0
    assert sum(found.values()) == 1
    centre, lag = (sum(a * problem.ray(0, i)[j] for i, a in found.items()) for j in (0, 1))
    assert centre == 0
    assert lag <= sum(problem.ray(0, i)[1] for i in range(1, 9)) / 8


def test_an_affinely_dependent_start_is_given_up() -> None:
    """Classes 2 and 3 have the same ray but for its length."""
    problem = Problem(np.asarray([[0.0], [-1.0], [1.0], [2.0]]), np.zeros(4))
    combination, z, distance = decide(problem, 0, np.ones(2), [1, 2, 3], [0.5, 0.25, 0.25])
    assert (z, distance) == (None, 0.0)
    assert holds(
        Combination(tuple(combination), tuple(float(a.p) / float(a.q) for a in combination.values())),
        problem.W,
        exact=True,
    )
    combination, z, distance = decide(problem, 3, np.ones(2), [0, 1, 2], [0.5, 0.25, 0.25])
    assert (combination, distance > 0) == ({}, True)
    assert problem.margin(3, np.asarray([float(x.p) / float(x.q) for x in z or ()]), [0, 1, 2]) > 0


@pytest.mark.parametrize("power", [-40, -3, 5, 40])
def test_minimum_norm_point_of_scaled_points(power: int) -> None:
    """Powers of two scale the point by themselves and the gap by their squares, exactly."""
    points = np.random.default_rng(1).standard_normal((6, 4)) + 1
    plain, scaled = (minimum_norm_point(points * scale) for scale in (1.0, 2.0**power))
    assert plain.gap > 0
    assert np.array_equal(scaled.point, plain.point * 2.0**power)
    assert np.array_equal(scaled.weights, plain.weights)
    assert scaled.gap == plain.gap * 4.0**power


@pytest.mark.parametrize("seed", range(3))
def test_minimum_norm_point_that_many_points_carry(seed: int) -> None:
    """Up to 21 of 60 points: as many steps as that at least, and none is left out."""
    points = np.random.default_rng(seed).standard_normal((60, 20)) + 0.7
    point, weights, gap = minimum_norm_point(points)
    assert np.sum(weights > 0) > 5
    assert gap < 1e-13 < np.sum(point**2)


def test_a_tie_is_no_witness() -> None:
    problem = Problem(np.zeros((2, 1)), np.zeros(2))
    assert lead(problem, 0, np.ones(1), exact=True) is None


def test_only_exact_verification_sees_below_rounding() -> None:
    # Row 1 is off the middle by less than rounding: no combination.
    W, b = arrays([[-1, -1], [2.0**-54, 0], [1, 1]])
    half = alone(1, Combination((0, 2), (0.5, 0.5)))
    assert verify(W, b, half)[1]
    assert not verify(W, b, half, exact=True)[1]
    W, b = arrays([[0, 0, 0], [1, -1, 2.0**-60]])
    thin = alone(1, Witness((1.0, 1.0, 1.0), 2.0**-60), 2)
    assert not verify(W, b, thin)[1]
    assert verify(W, b, thin, exact=True)[1]


def test_a_dependent_support_is_repaired_beside_its_weights() -> None:
    W, b = arrays([[0.0], [0], [1], [3]], [0, 0, -1, 1])
    # Thirds do not sum to the row exactly; the two equal rows make the weights ambiguous.
    shared = alone(2, Combination((0, 3), (2 / 3, 1 / 3)), 4)
    assert verify(W, b, shared, exact=True)[2]
    W, b = arrays([[0.0]] * 3, [-2, -1, 1])
    tie = alone(1, Combination((0, 2), (2 / 3, 1 / 3)))
    assert verify(W, b, tie, exact=True)[1]


def test_a_single_class_wins_by_infinity() -> None:
    assert classify(*arrays([[1.0, 2.0]])).certificates[0].margin == np.inf


# The nearest point and the minimax value.


def test_minimum_norm_point_by_hand() -> None:
    # The segment from (2, 0) to (0, 1) is nearest at (2/5, 4/5), a fifth and four fifths.
    point, weights, gap = minimum_norm_point(np.asarray([[2.0, 0.0], [0.0, 1.0], [5.0, 5.0]]))
    np.testing.assert_allclose(point, [0.4, 0.8], rtol=1e-14)
    np.testing.assert_allclose(weights, [0.2, 0.8, 0.0], rtol=1e-14)
    assert 0 <= gap < 1e-14
    inside = minimum_norm_point(np.asarray([[1.0, 1.0], [-1.0, 1.0], [0.0, -1.0]]))
    np.testing.assert_allclose(inside.point, [0, 0], atol=1e-15)
    np.testing.assert_allclose(inside.weights, [0.25, 0.25, 0.5], rtol=1e-14)
    np.testing.assert_array_equal(minimum_norm_point(np.zeros((3, 2))).point, [0, 0])


@pytest.mark.parametrize("scale", [1.0, 1e-200, 1e200])
def test_minimum_norm_point_many_points(scale: float) -> None:
    P = np.random.default_rng(5).standard_normal((300, 20)) + 1.5
    point, weights, _ = minimum_norm_point(P * scale)
    x = point / scale
    assert np.min(P @ x) >= x @ x * (1 - 1e-13)
    np.testing.assert_allclose(weights @ P, x, atol=1e-13)
    assert 1 < np.sum(weights > 0) <= 21


def test_minimax_by_hand() -> None:
    # d = 1, class 0: margins z + 1 and 3 − 2z, equal at z = 2/3 with value 5/3.
    W, b = arrays([[0.0], [-1.0], [2.0]], [0.0, -1.0, -3.0])
    z, weights, lower, upper = minimax_value(W, b, 0, 10.0)
    np.testing.assert_allclose(z, [2 / 3], rtol=1e-14)
    np.testing.assert_allclose(weights, [2 / 3, 1 / 3], rtol=1e-14)
    np.testing.assert_allclose([lower, upper], [5 / 3, 5 / 3], rtol=1e-14)
    # In the ball of radius ½ the first margin binds at its end.
    np.testing.assert_allclose(minimax_value(W, b, 0, 0.5).lower, 1.5, rtol=1e-14)


def test_minimax_of_two_classes() -> None:
    W, b = arrays([[3.0, 4.0], [0.0, 0.0]], [0.0, 7.0])
    z, weights, lower, upper = minimax_value(W, b, 0, 2.0)  # 2·5 − 7
    np.testing.assert_allclose(z, [1.2, 1.6], rtol=1e-14)
    assert weights.tolist() == [1.0]
    np.testing.assert_allclose([lower, upper], 3.0, rtol=1e-14)


def test_minimax_of_equal_rows() -> None:
    found = minimax_value(*arrays([[1.0, 1.0]] * 3, [2.0, 0.0, 5.0]), 0, 1.0)
    assert float(found.lower) == float(found.upper) == -3.0


# Types, devices and errors.


def test_certificates_do_not_depend_on_the_library() -> None:
    W, b = five_vectors(), np.zeros(5)
    there = strict.asarray(W), strict.asarray(b)
    assert classify(*there) == classify(W, b) == classify(W.astype(np.float32), b.astype(np.float32))


W3, B3, Z3 = np.ones((3, 2)), np.zeros(3), np.zeros((4, 2))


BAD: tuple[tuple[str, Callable[[], Any]], ...] = (
    ("DomainError: k", lambda: margins(W3, B3, Z3, 3)),
    ("DomainError: k", lambda: margins(W3, B3, Z3, -1)),
    ("ShapeError: W", lambda: classify(np.ones((0, 2)), B3[:0])),
    ("DomainError: b", lambda: classify(W3, np.asarray([0, 0, np.inf]))),
    ("NamespaceError: W", lambda: classify([[1.0]], [0.0])),
    ("NamespaceError: arrays", lambda: classify(W3, strict.zeros(3))),
    ("ShapeError: result", lambda: verify(W3, B3, Result(()))),
    ("DTypeError: result", lambda: verify(W3, B3, ())),
    ("DomainError: b", lambda: verify(W3, B3 * np.nan, Result((Undecided(0.0),) * 3))),
    ("DomainError: points", lambda: minimum_norm_point(W3 * np.nan)),
    ("DomainError: radius", lambda: minimax_value(W3, B3, 0, 0.0)),
    ("DomainError: margins", lambda: minimax_value(five_vectors(), np.zeros(5), 0, 1e308)),
    ("DomainError: k", lambda: minimax_value(W3, B3, 5, 1.0)),
    ("ShapeError: W", lambda: minimax_value(W3[:1], B3[:1], 0, 1.0)),
    ("DTypeError: dtype", lambda: five_vectors(dtype=np.int64)),
    ("DomainError: cap", lambda: softcap(B3, cap=0.0)),
    ("DomainError: temperature", lambda: softmax_with_temperature(B3, temperature=-1.0)),
    ("ShapeError: scores", lambda: softmax_with_temperature(B3[:0])),
    ("DTypeError: allowed", lambda: mask_scores(B3, B3)),
    ("DomainError: b", lambda: can_win(W3, B3 * np.nan, np.ones(3, bool))),
    ("ShapeError: allowed", lambda: can_win(W3, B3, np.ones(2, bool))),
)


def test_softcap_of_gemma() -> None:
    """30·tanh(1) = 22.847824678672946, to 50 digits rounded."""
    scores = np.asarray([30.0, -30.0, 0.0, np.inf, -np.inf, 1e-300])
    expected = [22.847824678672946, -22.847824678672946, 0.0, 30.0, -30.0, 1e-300]
    np.testing.assert_allclose(softcap(scores, cap=30.0), expected, rtol=1e-15)


def test_large_scores_tie_under_a_softcap() -> None:
    """They are different numbers, of the same order, until tanh rounds to 1: from x = 13 log 2 = 9.01 on."""
    scores = np.asarray([240.0, 250.0, 300.0, 310.0], dtype=np.float32)
    capped = softcap(scores, cap=30.0)
    assert capped[0] < capped[1] < 30
    assert capped[2] == capped[3] == 30
    wide = softcap(scores.astype(np.float64), cap=30.0)
    assert (np.diff(wide) > 0).all()


def test_a_mask_comes_after_the_softcap() -> None:
    scores, allowed = np.asarray([-50.0, -40.0, 0.0]), np.asarray([True, True, False])
    before = softmax_with_temperature(softcap(mask_scores(scores, allowed), cap=10.0))
    after = softmax_with_temperature(mask_scores(softcap(scores, cap=10.0), allowed))
    assert before[2] > 0.3  # −10 beside −9.999
    assert after[2] == 0


def test_temperatures() -> None:
    scores = np.log(np.asarray([[1.0, 2.0, 4.0], [4.0, 4.0, 2.0]]))
    warm = softmax_with_temperature(scores, temperature=0.5)  # squares
    np.testing.assert_allclose(warm, [[1 / 21, 4 / 21, 16 / 21], [4 / 9, 4 / 9, 1 / 9]], rtol=1e-14)
    np.testing.assert_array_equal(
        softmax_with_temperature(scores, temperature=0.0), [[0, 0, 1], [0.5, 0.5, 0]]
    )
    np.testing.assert_array_equal(softmax_with_temperature(scores, temperature=5e-324)[0], [0, 0, 1])
    banned = np.asarray([[-np.inf, 0.0], [-np.inf, -np.inf]])
    for temperature in (0.0, 1.0):
        found = softmax_with_temperature(banned, temperature=temperature)
        np.testing.assert_array_equal(found, [[0.0, 1.0], [np.nan, np.nan]])


def test_what_a_mask_frees() -> None:
    """(1,1) is in the middle between (1,2) and (1,0), and between (2,1) and (0,1): of each one must go."""
    W, none = five_vectors(), np.zeros(5)
    assert can_win(W, none, np.asarray([0, 0, 1, 1, 1])).tolist() == [False, False, True, True, True]
    assert can_win(W, none, np.asarray([1, 1, 0, 0, 1])).tolist() == [True, True, False, False, True]
    assert can_win(W, none, np.asarray([0, 1, 1, 1, 1])).tolist() == [False, True, True, True, False]
    assert not can_win(W, none, np.zeros(5, dtype=bool)).any()
    assert can_win(W, none, np.asarray([0, 0, 0, 0, 1])).tolist() == [False] * 4 + [True]


def test_what_wins_on_a_thin_cone_can_win() -> None:
    """Whether its witness can be written in float64 or not (see the test of what is undecided)."""
    W, b = np.asarray([[2.0**-54, 0.0], [1.0, 1.0], [-1.0, -1.0]]), np.zeros(3)
    assert can_win(W, b, np.ones(3, dtype=bool)).tolist() == [True] * 3


def test_padding_can_bury() -> None:
    W, b = np.asarray([[1.0, 0.0], [2.0, 0.0], [0.0, 0.0], [0.0, 0.0]]), np.zeros(4)
    assert can_win(W, b, np.asarray([1, 1, 0, 0])).tolist() == [True, True, False, False]
    assert can_win(W, b, np.asarray([1, 1, 1, 0])).tolist() == [False, True, True, False]


def test_everything_public_is_documented() -> None:
    assert all(getattr(argmaxable, name).__doc__ for name in argmaxable.__all__ if name != "Certificate")


def test_lognormal_norms_hide_many_classes_in_few_dimensions() -> None:
    """The figures of argmaxable C8: about 17 of 50 at d = 8, none at d = 32."""
    rng = np.random.default_rng(0)
    hidden = {8: 0, 32: 0}
    for d in hidden:
        for _ in range(8):
            rows = rng.standard_normal((50, d))
            rows *= np.exp(rng.standard_normal((50, 1))) / np.linalg.norm(rows, axis=1, keepdims=True)
            hidden[d] += classify(rows, np.zeros(50)).verdicts.count("unargmaxable")
    assert 12 < hidden[8] / 8 < 22
    assert hidden[32] == 0
