"""The runner's verdicts: a law cannot hold by being empty, crashing, or not calling its function."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest

from refimpl import backends, rope
from refimpl.backends import Precision, Setting
from refimpl.proofs.engine.general.sources import Drawn
from refimpl.proofs.engine.report import result
from refimpl.proofs.engine.runner import Counterexample, Outcome, run_law
from refimpl.proofs.language.law import (
    FALSE_ALARM,
    Exact,
    Gap,
    Impl,
    Kind,
    Law,
    Record,
    Rounding,
    Sampling,
    law,
)

ON = Setting.of(backends.get("numpy"))


@dataclass(frozen=True, slots=True)
class Zeros:
    x: Any
    angles: Any
    n: int


@st.composite
def lengths(draw: Any, p: Precision, kind: Kind) -> Zeros:
    n = draw(st.integers(1, 50))
    return Zeros(x=np.ones((n, 2)), angles=np.zeros((n, 1)), n=n)


@law(
    "rope.for-tests",
    "rotation by zero is the identity",
    source="rope D4",
    about=("rope.rotate",),
    inputs=lengths,
    tolerance=Rounding({"two roundings": 2}),
    refutes=(),
)
def identity(impl: Impl, on: Setting, case: Zeros) -> Iterator[Record]:
    yield Gap("x", impl["rope.rotate"](case.x, case.angles), case.x, 1.0)


def run(candidate: Law, replacement: Any = None, examples: int = 30) -> Outcome:
    replaced = {"rope.rotate": replacement} if replacement else None
    return run_law(candidate, ON, examples=examples, seed=0, replaced=replaced)


def test_held_counts_what_it_did() -> None:
    outcome = run(identity)
    assert outcome.verdict == "held"
    assert set(outcome.examples) == {"ordinary", "cancellation", "extreme"}
    assert outcome.compared >= 2 * sum(outcome.examples.values())


def test_same_seed_same_inputs() -> None:
    assert run(identity).compared == run(identity).compared
    other = run_law(identity, ON, examples=30, seed=1)
    assert other.compared != run(identity).compared


def test_refuted_with_the_smallest_input() -> None:
    def wrong_beyond_seven(x: Any, angles: Any, /, **_: Any) -> Any:
        return x + 1.0 if x.shape[0] > 7 else rope.rotate(x, angles)

    outcome = run(identity, wrong_beyond_seven)
    assert outcome.verdict == "refuted"
    assert outcome.counterexample is not None
    assert outcome.counterexample.case.n == 8


def test_a_crash_is_a_verdict() -> None:
    def broken(x: Any, angles: Any, /) -> Any:
        raise ZeroDivisionError("on purpose")

    outcome = run(identity, broken)
    assert outcome.verdict == "crashed"
    assert "rope.rotate raised ZeroDivisionError: on purpose" in outcome.reason


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (lambda x, a: x.astype(np.float32), "returned float32 for"),
        (lambda x, a: np.ones((1, 2)), "shape"),
        (lambda x, a: x * float("nan"), "got nan"),
        (lambda x, a: 1.0, "shape"),
        (lambda x, a: backends.get("strict").xp.asarray(x), "returned a"),
    ],
)
def test_wrong_results_are_refuted(result: Any, reason: str) -> None:
    if reason == "returned a":
        pytest.importorskip("array_api_strict")
    outcome = run(identity, result)
    assert outcome.verdict == "refuted"
    assert reason in outcome.reason


def test_no_result_is_not_held() -> None:
    assert run(identity, lambda x, a: None).verdict in ("refuted", "crashed")


def test_history_dependence_is_refuted() -> None:
    calls = iter([0.0, 1.0] * 10_000)
    outcome = run(identity, lambda x, a: x + next(calls))
    assert outcome.verdict == "refuted"


def test_a_law_that_compares_nothing_is_not_held() -> None:
    def nothing(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
        impl["rope.rotate"](case.x, case.angles)
        yield from ()

    outcome = run(replace(identity, check=nothing))
    assert (outcome.verdict, outcome.reason) == ("crashed", "the law compared nothing")


def test_a_law_that_never_calls_its_function_is_not_held() -> None:
    def idle(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
        yield Gap("x", case.x, case.x, 1.0)

    outcome = run(replace(identity, check=idle))
    assert (outcome.verdict, outcome.reason) == ("crashed", "the law never called rope.rotate")


def test_a_law_that_raises_is_not_held() -> None:
    def bad(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
        raise KeyError("absent")

    assert "the law itself raised KeyError" in run(replace(identity, check=bad)).reason


def test_a_generator_that_finds_nothing_is_not_held() -> None:
    @st.composite
    def impossible(draw: Any, p: Precision, kind: Kind) -> Zeros:
        return draw(st.nothing())  # type: ignore[no-any-return]

    assert run(replace(identity, inputs=impossible)).verdict == "crashed"


def test_a_case_that_is_a_dict_is_refused_with_what_to_write() -> None:
    def drawn(p: Precision, kind: Kind) -> Any:
        return st.just({"n": 1})

    outcome = run(replace(identity, inputs=drawn))
    assert outcome.verdict == "crashed"
    assert "got a dict; expected a frozen dataclass. Write @dataclass(frozen=True" in outcome.reason


def test_cases_of_general_laws_are_mappings_in_json() -> None:
    drawn = Drawn("rope.for-tests", [Zeros([0.0], [1.0], 1)], 0)
    outcome = replace(
        run(identity), law="rope.rotate-pure", counterexample=Counterexample("extreme", drawn, None)
    )
    found = result(outcome)["counterexample"]["case"]
    assert found == {"law": "rope.for-tests", "cases": [{"x": [0.0], "angles": [1.0], "n": 1}], "turn": 0}


def test_missing_capability_is_a_skip_with_its_reason() -> None:
    lacking = replace(ON.backend, lacks={"sort": "no sort there"})
    outcome = run_law(
        replace(identity, needs={"sort": "the check sorts"}), Setting.of(lacking), examples=3, seed=0
    )
    assert outcome.verdict == "skipped"
    assert outcome.reason == "numpy lacks sort (no sort there); the check sorts"


def test_sampled_laws_run_no_more_examples_than_their_error_budget() -> None:
    outcome = run(replace(identity, tolerance=Sampling({"two roundings": 2})), examples=100_000)
    assert sum(outcome.examples.values()) * FALSE_ALARM <= 1e-9


def test_exact_law_refutes_one_unit_in_the_last_place() -> None:
    outcome = run(replace(identity, tolerance=Exact("")), lambda x, a: np.nextafter(x, 2))
    assert outcome.verdict == "refuted"
