"""Derived bounds hold for the reference, and see what written bounds let pass."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from refimpl import backends, rope
from refimpl.backends import Setting
from refimpl.proofs.engine import catalogue, derived
from refimpl.proofs.engine.planning import plan
from refimpl.proofs.engine.runner import Outcome, run_law
from refimpl.proofs.language.judge import judge
from refimpl.proofs.language.law import AtMost, Exact, Gap, Rounding

ON = Setting.of(backends.get("numpy"))
LAW = catalogue.laws()["rope.llama3-definition"]
TWO = Rounding({"for tests": 2})


def run(law: Any = LAW, function: Callable[..., Any] | None = None, **options: Any) -> Outcome:
    replaced = {} if function is None else {"rope.llama3": function}
    return run_law(law, ON, examples=12, seed=0, replaced=replaced, shrink=False, **options)


def off(*args: Any, **kwargs: Any) -> Any:
    """What the written bound, for any algorithm, lets pass."""
    return rope.llama3(*args, **kwargs) * (1 + 12 * 2.0**-52)


def test_a_derived_bound_sees_what_the_written_one_lets_pass() -> None:
    assert run(function=off).verdict == "held"
    assert run(function=off, bounds="derived").verdict == "refuted"
    assert run(bounds="derived").verdict == "held"


def test_an_outcome_says_for_how_many_examples_bounds_were_derived() -> None:
    outcome = run(bounds="derived")
    assert outcome.derived == sum(outcome.examples.values())
    assert 0 < outcome.narrowing < 1
    assert run().derived == 0


@pytest.mark.parametrize(
    ("law", "reason"),
    [
        ("density.linear_evidence-definition", "linear algebra"),
        ("matching.threshold-midpoint", "ball lacks host"),
        ("rope.digits-definition", "nothing is rounded"),
        ("argmaxable.wendel", "random samples"),
    ],
)
def test_without_a_derived_bound_the_written_one_stands_and_the_outcome_says_why(
    law: str, reason: str
) -> None:
    outcome = run_law(catalogue.laws()[law], ON, examples=3, seed=0, bounds="derived")
    assert (outcome.verdict, outcome.derived) == ("held", 0)
    assert reason in outcome.underived


def test_a_check_that_yields_other_records_on_balls_keeps_its_written_bounds() -> None:
    def check(impl: Any, on: Any, case: Any) -> Any:
        if hasattr(on.xp, "refimpl_math"):
            return list(LAW.check(impl, on, case))[:0]
        return LAW.check(impl, on, case)

    outcome = run(replace(LAW, check=check), bounds="derived")
    assert (outcome.verdict, outcome.derived) == ("held", 0)
    assert "another way" in outcome.underived


@pytest.mark.parametrize("error", [KeyError, AttributeError, TypeError, ValueError])
@pytest.mark.parametrize("function", [None, off])
def test_a_bug_in_the_derivation_surfaces(
    error: type[Exception], function: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is neither "no bound known" nor blamed on the function under test."""

    def planted(x: Any, y: Any) -> float:
        raise error("planted")

    monkeypatch.setattr(derived, "_distance", planted)
    outcome = run(function=function, bounds="derived")
    assert (outcome.verdict, outcome.underived) == ("crashed", "")
    assert outcome.reason.startswith(f"the law itself raised {error.__name__}: ")


@pytest.mark.parametrize(
    ("record", "limit", "ratio"),
    [
        (Gap("", np.asarray([1.0 + 2.0**-52]), np.asarray([1.0]), 8.0), 2.0**-53, 2.0),
        (Gap("", np.asarray([1.0 + 2.0**-52]), np.asarray([1.0]), 8.0), 1.0, 0.125),
        (Gap("", np.asarray([1.0]), np.asarray([1.0]), 8.0), 0.0, 0.0),
        (AtMost("", np.asarray([1.0 + 2.0**-52]), np.asarray([1.0]), 8.0), 2.0**-54, 4.0),
        (AtMost("", np.asarray([1.0]), np.asarray([2.0]), 8.0), 0.0, 0.0),
    ],
)
def test_the_tighter_bound_counts(record: Any, limit: float, ratio: float) -> None:
    assert judge(record, TWO, ON, np.asarray([limit])).ratio == pytest.approx(ratio)


def test_exact_laws_stay_exact() -> None:
    record = Gap("", np.asarray([1.0 + 2.0**-52]), np.asarray([1.0]), 8.0)
    assert not judge(record, Exact("for tests"), ON, np.asarray([1.0])).holds


@pytest.mark.long
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_the_reference_stays_within_derived_bounds(name: str, dtype: str) -> None:
    """Otherwise a table of ulps is too small, or the model forgets a rounding."""
    laws = {key for key, law in catalogue.laws().items() if not law.general}
    tasks = [
        task for task in plan(backend=[name], dtype=[dtype], examples=3, bounds="derived") if task.law in laws
    ]
    outcomes = [task.run() for task in tasks]
    assert not [(o.law, o.reason) for o in outcomes if o.verdict not in ("held", "skipped")]
    assert sum(o.derived > 0 for o in outcomes) > 100
