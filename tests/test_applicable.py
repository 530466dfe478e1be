"""Laws are judged by the calls that a function covers, and by nothing that rests on the others."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest

from refimpl import backends, rope
from refimpl.backends import Precision, Setting
from refimpl.proofs import NotApplicable
from refimpl.proofs.engine.applicable import changed, pinned
from refimpl.proofs.engine.general.sources import Drawn
from refimpl.proofs.engine.runner import Outcome, run_law
from refimpl.proofs.language.law import Exact, Gap, Impl, Kind, Law, Record, Rounding, law

ON = Setting.of(backends.get("numpy"))


@dataclass(frozen=True, slots=True)
class Points:
    x: Any
    angles: Any
    base: float = 3.0


@st.composite
def points(draw: Any, p: Precision, kind: Kind) -> Points:
    n = draw(st.integers(1, 5))
    return Points(x=np.ones((n, 2)), angles=np.full((n, 1), 0.5))


@law(
    "rope.for-these-tests",
    "both layouts turn, and agree",
    source="rope D4",
    about=("rope.rotate",),
    inputs=points,
    tolerance=Rounding({"a few roundings": 8}),
    refutes=(),
)
def layouts(impl: Impl, on: Setting, case: Points) -> Iterator[Record]:
    """Half first, which functions may not have; then a record on interleaved alone, and one on both."""
    half = impl["rope.rotate"](case.x, case.angles, layout="half")
    both = impl["rope.rotate"](case.x, case.angles)
    expected = np.asarray([[np.cos(0.5) - np.sin(0.5), np.cos(0.5) + np.sin(0.5)]]) + 0 * case.x
    yield Gap("half", half, expected, 1.0)
    yield Gap("interleaved", both, expected, 1.0)
    yield Gap("agree", half, on.host(both), 1.0)


def run(function: Any, candidate: Law = layouts, examples: int = 9) -> Outcome:
    return run_law(candidate, ON, examples=examples, seed=0, replaced={"rope.rotate": function})


def partial(x: Any, angles: Any, *, layout: str = "interleaved", factor: float = 1.0) -> Any:
    if layout != "interleaved":
        raise NotApplicable(f"layout={layout!r}")
    return factor * rope.rotate(x, angles)


def unfinished(x: Any, angles: Any, *, layout: str = "interleaved", factor: float = 1.0) -> Any:
    if layout != "interleaved":
        raise NotImplementedError(layout)
    return factor * rope.rotate(x, angles)


@pytest.mark.parametrize(
    ("function", "told"), [(partial, "layout='half'"), (unfinished, "NotImplementedError")]
)
def test_what_can_be_judged_is_judged_after_a_call_that_does_not_apply(function: Any, told: str) -> None:
    right = run(function)
    assert right.verdict == "held"
    assert told in right.untried[0]
    assert told in right.reason
    wrong = run(lambda *args, **options: function(*args, **options, factor=1.01))
    assert wrong.verdict == "refuted"
    assert wrong.counterexample is not None
    assert wrong.counterexample.finding is not None
    assert wrong.counterexample.finding.label == "interleaved"


def test_a_function_is_not_compared_with_what_stands_in_for_it() -> None:
    """The reference rounds otherwise: an exact claim of two calls says nothing if one is the reference's."""

    def other_rounding(x: Any, angles: Any, *, layout: str = "interleaved") -> Any:
        return partial(x, angles, layout=layout, factor=1 + 1e-15)

    def check(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
        half = impl["rope.rotate"](case.x, case.angles, layout="half")
        mine = impl["rope.rotate"](case.x, case.angles)
        yield Gap("agree", half, on.host(mine), 1.0)
        yield Gap("shape", mine.shape[0], case.x.shape[0], 1.0)

    outcome = run(other_rounding, replace(layouts, check=check, tolerance=Exact("the same computation")))
    assert outcome.verdict == "held"
    assert outcome.compared == sum(outcome.examples.values())  # the shape alone


def test_a_law_of_which_no_call_applies_is_skipped() -> None:
    def never(x: Any, angles: Any, **_: Any) -> Any:
        raise NotApplicable("any rotation")

    outcome = run(never)
    assert outcome.verdict == "skipped"
    assert "any rotation" in outcome.reason
    assert outcome.compared == 0


def test_chance_does_not_hide_behind_calls_that_do_not_apply() -> None:
    """A record that changes because the function does is not taken for one that rests on the stand-in."""
    random = Random(0)
    outcome = run(lambda *args, **options: partial(*args, **options, factor=1 + 0.1 * random.random()))
    assert outcome.verdict == "refuted"


def test_reasons_with_numbers_in_them_are_few() -> None:
    count = iter(range(10**6))

    def never(x: Any, angles: Any, **_: Any) -> Any:
        raise NotApplicable(f"the call {next(count)}")

    assert len(run(never, examples=60).untried) < 20


def test_every_number_of_a_result_is_changed() -> None:
    found = changed((np.asarray([0.0, np.inf, np.nan]), np.asarray([1]), np.asarray([True]), 2.0, 3, "x"), ON)
    assert found[0].tolist() == [1.0, 0.0, 0.0]
    assert (found[1].tolist(), found[2].tolist(), *found[3:]) == ([2], [False], 3.5, 4, "x")


def test_options_stand_where_cases_have_them() -> None:
    case = Drawn("rope.for-these-tests", [Points("rk4", [1, 2])], 0)
    put = pinned(case, {"base": 10.0, "x": "euler", "angles": 1.0})
    assert put == Drawn("rope.for-these-tests", [Points("euler", [1, 2], 10.0)], 0)
    assert pinned(case, {"eps": 1e-5}) is case


def test_a_law_that_does_not_hold_at_an_option_is_not_tried_there() -> None:
    """The reference itself fails where the case is put at a value that the law never draws."""

    def check(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
        turned = impl["rope.rotate"](case.x, case.angles)
        yield Gap("only for 3", turned * 0 + case.base, turned * 0 + 3.0, 1.0)

    class Fixed:
        def __init__(self) -> None:
            self.fixed_options = {"base": 4.0}

        def __call__(self, x: Any, angles: Any, **_: Any) -> Any:
            return rope.rotate(x, angles)

    outcome = run(Fixed(), replace(layouts, check=check))
    assert outcome.verdict == "skipped"
    assert "base is not 4.0" in outcome.reason
