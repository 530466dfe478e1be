"""Many classes at once: the same verdicts as one by one, and certificates that hold exactly."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from refimpl import argmaxable
from refimpl.argmaxable import (
    Combination,
    Result,
    Undecided,
    Witness,
    _classify,
    _search,
    _walk,
    classify,
    verify,
)
from refimpl.argmaxable._exact import Problem
from refimpl.argmaxable._proof import certain, proved, systems
from refimpl.argmaxable._screen import Screen
from refimpl.argmaxable._search import Ground, Search
from refimpl.argmaxable._space import Points, Space

UN, YES = "unargmaxable", "argmaxable"


def heavy(n: int, d: int, seed: int, biased: bool = True) -> tuple[Any, Any]:
    """Rows with lognormal factors, of which about half cannot win."""
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((n, d)) * rng.lognormal(0, 1, (n, 1))
    return W, rng.standard_normal(n) if biased else np.zeros(n)


def one_by_one(W: Any, b: Any) -> list[str]:
    problem, frame = Problem(W, b), _classify.Frame(W, b)
    return [_classify.alone(problem, frame, k).verdict for k in range(len(b))]


def found_at_once(W: Any, b: Any) -> Search:
    search = Search(Ground(W, b))
    search.run()
    return search


MIXED = np.asarray([[1, 2, 0, -1], [0, 1, 3, 1.0]])
SPOILED: dict[str, Callable[[Any, Any], tuple[Any, Any]]] = {
    "plain": lambda W, b: (W, b),
    "large bias": lambda W, b: (W, 1e6 * b),
    "one large bias": lambda W, b: (W, np.where(np.arange(60) == 3, 1e9, b)),
    "tiny": lambda W, b: (1e-5 * W, b),
    "subnormal": lambda W, b: (1e-310 * W, 1e-310 * b),
    "huge": lambda W, b: (1e300 * W, 1e300 * b),
    "columns of unlike size": lambda W, b: (W * [1e-12, 1.0, 1e7, 1e-3], b),
    "offset": lambda W, b: (W + 1e6, b),
    "copies": lambda W, b: (W[np.arange(60) % 40], b[np.arange(60) % 40] - (np.arange(60) % 7 == 0)),
    "rank 2": lambda W, b: (np.round(W[:, :2] * 64) @ MIXED, b),
    "columns that are the same": lambda W, b: (np.stack([W[:, 0], 0 * b, W[:, 0], W[:, 3]], axis=1), b),
    "bias of the rows": lambda W, b: (np.round(W * 64), np.round(W * 64) @ [1.0, -2.0, 0.5, 4.0]),
    "few": lambda W, b: (W[:5], b[:5]),
    "integers": lambda W, b: (np.round(W), np.round(b)),
}
"""Problems on which programs in boxes and tolerances go wrong."""


@pytest.mark.parametrize("kind", SPOILED)
def test_the_verdicts_are_those_of_each_class_alone(kind: str) -> None:
    W, b = SPOILED[kind](*heavy(60, 4, 5))
    result = classify(W, b)
    assert list(result.verdicts) == one_by_one(W, b)
    assert verify(W, b, result, exact=True).all()


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize(("n", "d"), [(300, 6), (150, 12), (60, 20)])
def test_of_random_rows_few_are_left_for_one_by_one(n: int, d: int, biased: bool) -> None:
    W, b = heavy(n, d, 1, biased)
    search = found_at_once(W, b)
    assert np.sum(search.open) <= _search.FEW
    result = classify(W, b)
    assert verify(W, b, result).all()
    assert verify(W, b, result, exact=True).all()
    assert {UN, YES} == set(result.verdicts)
    assert max(len(c.indices) for c in result.certificates if isinstance(c, Combination)) <= d + 1


def test_the_certificates_hold_in_fractions() -> None:
    """Of a problem for which fractions are quick: nothing of refimpl takes part."""
    W, b = heavy(80, 2, 3)
    rows = [[*map(Fraction, row), Fraction(bias)] for row, bias in zip(W.tolist(), b.tolist(), strict=True)]
    for k, certificate in enumerate(classify(W, b).certificates):
        if isinstance(certificate, Witness):
            z = [*map(Fraction, certificate.z), Fraction(1)]
            scores = [sum(x * y for x, y in zip(row, z, strict=True)) for row in rows]
            assert all(scores[k] > score for i, score in enumerate(scores) if i != k)
        else:
            assert isinstance(certificate, Combination)
            weights = barycentric([rows[i] for i in certificate.indices], rows[k])
            assert min(weights) >= 0
            assert np.allclose([float(a) for a in weights], certificate.weights, rtol=1e-13)
            leading = sum(a * rows[i][2] for a, i in zip(weights, certificate.indices, strict=True))
            assert leading >= rows[k][2]


def barycentric(corners: list[list[Fraction]], point: list[Fraction]) -> list[Fraction]:
    """The weights of a point of the plane in a triangle, by Cramer's rule."""
    (ax, ay, _), (bx, by, _), (cx, cy, _) = corners
    x, y, _ = point
    whole = (by - cy) * (ax - cx) + (cx - bx) * (ay - cy)
    first = ((by - cy) * (x - cx) + (cx - bx) * (y - cy)) / whole
    second = ((cy - ay) * (x - cx) + (ax - cx) * (y - cy)) / whole
    return [first, second, 1 - first - second]


def test_classes_are_not_told_apart_by_their_order() -> None:
    W, b = heavy(120, 5, 9)
    order = np.random.default_rng(0).permutation(120)
    before, after = classify(W, b).verdicts, classify(W[order], b[order]).verdicts
    assert list(after) == [before[i] for i in order]


@pytest.mark.parametrize("biased", [False, True])
def test_far_points_first_gives_the_same(biased: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where points are many."""
    W, b = heavy(400, 4, 6, biased)
    expected = classify(W, b)
    monkeypatch.setattr(_walk, "MANY", 1)
    ground = Ground(W, b)
    assert ground.walker._some is not None
    search = found_at_once(W, b)
    assert np.sum(search.open) <= _search.FEW
    assert classify(W, b).verdicts == expected.verdicts
    assert verify(W, b, classify(W, b), exact=True).all()


# Screens.


def test_a_screen_lets_no_loser_pass() -> None:
    """Rows 2⁻³⁰ apart: products in float32 cannot tell who leads, and differences in float64 can."""
    W = np.asarray([[1.0, 0.0], [1.0 + 2.0**-30, 0.0], [-1.0, 1.0], [0.0, -1.0]])
    screen = Screen(Space(W, np.zeros(4)))
    functional = np.asarray([[1.0, 0.0]])
    assert screen(np.asarray([0]), functional).won.tolist() == []
    found = screen(np.asarray([1]), functional)
    assert found.won.tolist() == [0]
    assert found.margins.tolist() == [2.0**-30 * found.z[0, 0]]


def test_a_screen_sees_a_tie() -> None:
    W = np.asarray([[1.0, 0.0], [1.0, 1.0], [1.0, -1.0], [0.0, 0.0]])
    assert Screen(Space(W, np.zeros(4)))(np.arange(4), np.asarray([[1.0, 0.0]] * 4)).won.tolist() == []


@pytest.mark.parametrize("seed", range(5))
def test_whom_a_screen_lets_pass_wins_exactly(seed: int) -> None:
    W, b = heavy(50, 3, seed)
    space = Space(W, b)
    classes = np.arange(50)
    found = Screen(space)(classes, space.white(classes) @ space.along.T)
    assert len(found.won) >= 3
    problem = Problem(W, b)
    for k, z, margin in zip(found.won.tolist(), found.z, found.margins.tolist(), strict=True):
        exact = problem.margin(k, z, [i for i in range(50) if i != k])
        assert exact > 0
        # Sums of three products, none near zero.
        assert float(exact.p) / float(exact.q) == pytest.approx(margin, rel=1e-14)


def test_a_functional_without_bias_is_no_witness() -> None:
    W, b = heavy(20, 3, 0)
    space = Space(W, b)
    for bias in (0.0, -1.0, np.nan):
        assert not space.witnesses(np.asarray([[1.0, 0.0, 0.0, bias]]), short=False)[1].any()


# Proofs.


def test_a_proof_by_rounding_bounds_needs_room() -> None:
    """The middle of a segment, and points near its end: within rounding nothing is said."""
    for place, sure in ((0.5, True), (1e-3, True), (2.0**-52, False), (0.0, False), (-1e-3, False)):
        W = np.asarray([[place], [0.0], [1.0]])
        points = Points(W, np.zeros(3))
        assert certain(points, np.asarray([0]), np.asarray([[1, 2]])).tolist() == [sure]


def test_a_proof_weighs_the_bias() -> None:
    W = np.asarray([[0.5], [0.0], [1.0], [9.0]])
    for bias, sure in ((-1.0, True), (1e-3, False), (0.0, False)):
        points = Points(W, np.asarray([bias, 0.0, 0.0, 1.0]))
        assert certain(points, np.asarray([0]), np.asarray([[1, 2]])).tolist() == [sure]


def test_a_proof_knows_bad_inverses() -> None:
    W, _ = heavy(30, 3, 2)
    points = Points(W, np.zeros(30))
    A = systems(points, np.asarray([0]), np.asarray([[1, 2, 3, 4]]))
    assert not proved(A, np.zeros_like(A))[1].any()
    assert not proved(A, np.full_like(A, np.nan))[1].any()
    assert not proved(0 * A, np.linalg.inv(A))[1].any()


def test_a_support_with_the_class_itself_proves_nothing() -> None:
    W = np.asarray([[0.25], [0.0], [1.0]])
    assert not certain(Points(W, np.zeros(3)), np.asarray([0]), np.asarray([[0, 2]]))[0]


def test_a_singular_support_is_left_to_fractions() -> None:
    W = np.asarray([[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [2.0, 0.0], [0.0, 1.0]])
    assert not certain(Points(W, np.zeros(5)), np.asarray([0]), np.asarray([[1, 2, 3]]))[0]
    listed = [Combination((1, 2), (0.5, 0.5)), *[Undecided(0.0)] * 4]
    assert verify(W, np.zeros(5), Result(tuple(listed)), exact=True)[0]


def test_what_the_search_leaves_open_is_decided_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    W, b = heavy(40, 3, 4)
    expected = classify(W, b).verdicts
    monkeypatch.setattr(_search, "STRIDE", 0)  # nobody walks far
    search = found_at_once(W, b)
    assert search.open.any()
    assert classify(W, b).verdicts == expected
    assert argmaxable.verify(W, b, classify(W, b), exact=True).all()
