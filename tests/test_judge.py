"""The judge decides every proof, so it is tested case by case, mostly on what it must refuse."""

import numpy as np
import pytest

from refimpl import backends
from refimpl.backends import Setting
from refimpl.proofs.language.judge import judge
from refimpl.proofs.language.law import AtMost, Exact, Gap, Record, Rounding, Same

ON = Setting.of(backends.get("numpy"))
TWO = Rounding({"two roundings": 2})
NAN, INF = float("nan"), float("inf")
ONE = np.float64(1.0)


@pytest.mark.parametrize(
    ("left", "right", "scale", "holds"),
    [
        (1.0, 1.0, 1.0, True),
        (1.0, 1.0 + 2**-52, 1.0, True),  # 2u apart, the bound
        (1.0, 1.0 + 2**-51, 1.0, False),  # 4u apart
        (1.0, 1.0 + 2**-51, 2.0, True),
        (0.0, 2**-1030, 0.0, True),  # below two smallest normals: a backend may flush
        (0.0, 2**-1000, 0.0, False),
        (NAN, NAN, 1.0, False),
        (NAN, 1.0, 1.0, False),
        (INF, INF, 1.0, True),
        (INF, -INF, INF, False),
        (1.0, INF, INF, False),
        (1.0, 2.0, INF, False),  # an infinite scale excuses nothing
        (1.0, 2.0, NAN, False),
        (1.0, 2.0, -1e30, False),
    ],
)
def test_gap(left: float, right: float, scale: float, holds: bool) -> None:
    assert judge(Gap("", np.asarray([left]), np.asarray([right]), scale), TWO, ON).holds is holds


@pytest.mark.parametrize(
    ("smaller", "larger", "holds"),
    [
        (1.0, 2.0, True),
        (1.0 + 2**-52, 1.0, True),
        (1.0 + 2**-51, 1.0, False),
        (-INF, 1.0, True),
        (1.0, INF, True),
        (INF, 1.0, False),
        (NAN, 1.0, False),
        (1.0, NAN, False),
    ],
)
def test_at_most(smaller: float, larger: float, holds: bool) -> None:
    assert judge(AtMost("", np.asarray([smaller]), np.asarray([larger]), 1.0), TWO, ON).holds is holds


@pytest.mark.parametrize("terms", [{"": 1}, {" ": 1}, {"a root": 0}, {"a root": -1}, {"a root": NAN}])
def test_roundings_are_named_and_positive(terms: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected a named step and a positive number"):
        Rounding(terms)


def test_a_tolerance_shows_its_sum() -> None:
    shown = str(Rounding({"a mean of 8": 8, "root": 1}, "on the largest", calls=("exp", "log", "exp")))
    parts = "8 (a mean of 8) + 1 (root) + the error of exp × 2 + the error of log"
    assert shown == f"9 roundings = {parts}; on the largest"


@pytest.mark.parametrize(("dtype", "roundings"), [("float64", 8.0), ("float32", 3.0), ("bfloat16", 3.0)])
def test_what_a_law_expects_is_rounded_in_float64(dtype: str, roundings: float) -> None:
    """By 5 roundings of float64, which are 5·2⁻²⁹ of float32."""
    on = Setting.of(backends.get("numpy"), dtype)
    tolerance = Rounding({"a sum": 3, "expectation, alike": 5})
    assert tolerance.roundings(on) == pytest.approx(roundings, rel=1e-7)
    assert tolerance.roundings(on) >= roundings


def test_exact_allows_no_error() -> None:
    assert not judge(
        Gap("", np.asarray([1.0]), np.asarray([np.nextafter(1.0, 2)]), 1e300), Exact(""), ON
    ).holds


def test_shapes_must_agree_but_a_number_stands_for_all() -> None:
    assert not judge(Gap("", np.ones(3), np.ones((3, 1)), 1.0), TWO, ON).holds
    assert not judge(Gap("", np.ones(3), np.ones(1), 1.0), TWO, ON).holds
    assert judge(Gap("", np.ones(3), 1.0, 1.0), TWO, ON).compared == 3
    assert not judge(Gap("", np.asarray([1.0, 2.0]), 1.0, 1.0), TWO, ON).holds
    assert not judge(Gap("", 1.0, np.ones(3), 1.0), TWO, ON).holds
    assert judge(AtMost("", 1.0, np.ones(3), 1.0), TWO, ON).compared == 3


def test_complex_results_are_refused() -> None:
    assert not judge(Gap("", np.ones(2) + 0j, np.ones(2), 1.0), TWO, ON).holds


def test_the_worst_place_is_reported() -> None:
    left = np.zeros((2, 3))
    left[1, 2] = 1.0
    finding = judge(Gap("", left, np.zeros((2, 3)), 1.0), TWO, ON)
    assert finding.index == (1, 2)
    assert (finding.left, finding.right) == (1.0, 0.0)
    assert finding.error_in_u == 2**53


def test_nothing_compared_is_counted_as_nothing() -> None:
    assert judge(Gap("", np.ones(0), np.ones(0), 1.0), TWO, ON).compared == 0


@pytest.mark.parametrize(
    ("left", "right", "holds"),
    [
        (np.asarray([1, 2]), np.asarray([1, 2]), True),
        (np.asarray([1, 2]), np.asarray([1, 3]), False),
        (np.asarray([1, 2]), np.asarray([1.0, 2.0]), False),  # integers were asked for
        (np.asarray([1, 2]), np.asarray([[1, 2]]), False),
        (np.asarray([NAN]), np.asarray([NAN]), True),
        (np.asarray([NAN]), np.asarray([0.0]), False),
        (np.asarray([True]), np.asarray([False]), False),
        ((2, 3), (2, 3), True),
        ("held", "refuted", False),
    ],
)
def test_same(left: object, right: object, holds: bool) -> None:
    assert judge(Same("", left, right), TWO, ON).holds is holds


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (Gap("y", np.asarray([-0.99998]), np.asarray([-0.99999]), 1.0), "got -0.99998, expected -0.99999"),
        (Gap("y", np.asarray([0.1001]), 0.1, 1.0), "got 0.1001, expected 0.1"),
        (Gap("y", np.asarray([1.0]), np.asarray([2.0]), 1.0), "got 1, expected 2"),
        (Gap("y", np.asarray([NAN]), np.asarray([2.0]), 1.0), "got nan, expected 2"),
        (Gap("y", np.ones(3), np.ones((3, 1)), 1.0), "got shape (3,), expected shape (3, 1)"),
        (Gap("y", np.ones(2) + 0j, np.ones(2), 1.0), "got dtype complex128, expected real numbers"),
        (AtMost("y", np.asarray([5.1]), np.asarray([5.0]), 1.0), "5.1 exceeds 5"),
        (AtMost("y", np.asarray([NAN]), np.asarray([5.0]), 1.0), "nan is not at most 5"),
        (Same("y", (2, 3), (2, 4)), "got (2, 3), expected (2, 4)"),
    ],
)
def test_what_was_got_and_what_was_expected(record: Record, said: str) -> None:
    finding = judge(record, TWO, ON)
    _, _, found = str(finding).partition(": ")
    assert found.partition(": error ")[0] == said
    assert ("× the tolerance" in found) == (finding.ratio < INF)
