"""The errors that reports keep for pictures."""

import math

import numpy as np
import pytest

from refimpl.proofs import prove
from refimpl.proofs.engine import errors
from refimpl.proofs.engine.accuracy import plan
from refimpl.proofs.engine.accuracy.measure import Effort


def test_of_many_the_worst_of_neighbours_are_kept():
    points = [("ordinary", float(x), 1.0, 4.0) for x in range(1, 101)]
    points[30] = ("ordinary", 31.0, 9.0, 4.0)
    points[60] = ("ordinary", 61.0, math.nan, 4.0)  # worse than any number
    found = errors.kept("x", points, 10)
    assert len(found.sizes) == 10
    assert found.sizes == tuple(sorted(found.sizes))
    told = dict(zip(found.sizes, found.ulps, strict=True))
    assert told[31.0] == 9.0
    assert math.isnan(told[61.0])


def test_every_kind_has_its_share_and_few_are_all_kept():
    points = [("ordinary", 1.0, 0.0, 4.0)] * 50 + [("extreme", 1e300, 2.0, 4.0)] * 2
    found = errors.kept("x", points, 10)
    assert found.kinds.count("extreme") == 2
    assert found.kinds.count("ordinary") == 5
    assert errors.kept("x", []) == errors.Errors()
    assert errors.kept("x", [("ordinary", 1.0, 0.5, math.nan)]).bounds == ()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"x": np.asarray([[1.0, -7.0]]), "eps": 1e-5}, (errors.SIZE, 7.0)),
        ({"x": (np.asarray([np.inf, 2.0]), 3.0)}, (errors.SIZE, 3.0)),
        ({"x": np.asarray([1e9]), "t": np.asarray([3, 5])}, ("largest t", 5.0)),
        ({"t": 0.5, "x": 2.0}, (errors.SIZE, 2.0)),  # a time is no step
        ({"dim": 128, "flag": True, "name": "x"}, (errors.SIZE, 128.0)),
        ({}, (errors.SIZE, 0.0)),
        ({"n": 10**400}, (errors.SIZE, 0.0)),
    ],
)
def test_the_size_of_an_input(given, expected):
    assert errors.size(given) == expected


def test_a_law_keeps_its_errors_with_their_bounds():
    [found] = prove("rope.rotate-definition", examples=30)
    kept = found.errors
    assert set(kept.kinds) == {"ordinary", "cancellation", "extreme"}
    assert all(ulps <= bound for ulps, bound in zip(kept.ulps, kept.bounds, strict=True))
    largest = max(ulps / bound for ulps, bound in zip(kept.ulps, kept.bounds, strict=True))
    assert largest == pytest.approx(found.worst, rel=1e-2)  # both are kept with three digits
    assert max(kept.ulps) > 0


def test_general_laws_keep_none():
    [found] = prove("rope.rotate-pure", examples=3)
    assert found.errors == errors.Errors()


def test_measurements_keep_theirs():
    [task] = plan.plan(
        ["rope.rotate"], backend=["numpy"], dtype=["float32"], device=None, effort=Effort(32, 6)
    )
    found = task.run()
    assert found.errors.sizes
    assert max(found.errors.ulps) <= found.worst.error * 1.01
