"""The self-test: what it asks in float64 and in half precision, and that nothing is left out unsaid."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import usable

from refimpl.backends import Setting
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import catalogue, registry, selftest
from refimpl.proofs.engine.cases import missing
from refimpl.proofs.engine.planning import HALVES, Task
from refimpl.proofs.engine.runner import Outcome
from refimpl.proofs.language.law import law

LAWS = ("rope.period-definition", "rope.angle-period")
PERIOD = [name for name in catalogue.laws()[LAWS[0]].refutes if name.startswith("rope.period/")]


def concluded(dtype: str, verdicts: Mapping[tuple[str, str], str], reason: str = "") -> selftest.Verdict:
    """The verdict on outcomes of (law, mistake)."""
    return selftest.conclude(
        [
            Outcome(law, verdict, "numpy", "cpu", dtype, 0, mistake=wrong, reason=reason)  # type: ignore[arg-type]
            for (law, wrong), verdict in verdicts.items()
        ]
    )


def shared() -> tuple[str, str, str]:
    """A mistake and two laws that name it, and no third one does."""
    for name in catalogue.written_mistakes():
        about = [it.id for it in catalogue.laws().values() if name in it.refutes]
        if len(about) == 2:
            return name, about[0], about[1]
    raise AssertionError("no mistake has two laws")


def test_in_half_precision_one_law_is_enough() -> None:
    wrong, first, second = shared()
    ran = {(first, ""): "held", (first, wrong): "held", (second, ""): "held", (second, wrong): "refuted"}
    half, full = concluded("bfloat16", ran), concluded("float64", ran)
    assert half.passed
    assert half.passed_over == [(first, wrong, "held")]
    assert not full.passed
    assert full.missed == [(first, wrong, "held")]


@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
def test_what_no_law_refutes_survives(dtype: str) -> None:
    wrong, first, second = shared()
    ran = {(first, ""): "held", (first, wrong): "held", (second, ""): "held", (second, wrong): "crashed"}
    found = concluded(dtype, ran)
    assert found.survivors == [wrong]
    assert found.faulty


def test_a_law_that_did_not_run_may_still_refute() -> None:
    wrong, first, _ = shared()
    found = concluded("float16", {(first, ""): "held", (first, wrong): "held"})
    assert found.open == [wrong]
    assert not found.faulty
    assert not found.passed


def test_a_skipped_law_is_told_and_no_fault() -> None:
    wrong, first, second = shared()
    ran = {(one, it): "skipped" for one in (first, second) for it in ("", wrong)}
    found = concluded("float16", ran, "too narrow")
    assert found.skipped == {first: "too narrow", second: "too narrow"}
    assert found.hidden[wrong] == f"{first} is skipped: too narrow; {second} is skipped: too narrow"
    assert not found.faulty
    assert not found.passed  # nothing was refuted


def test_a_law_says_in_which_formats_it_does_not_run() -> None:
    written = catalogue.laws()[LAWS[0]]
    made = law(
        written.id, written.statement, source=written.source, about=written.about, inputs=written.inputs,
        tolerance=written.tolerance, refutes=written.refutes, not_in={"float16": "for a test"},
    )(written.check)  # fmt: skip
    assert missing(made, Setting.of(usable("numpy"), "float16")) == "not in float16: for a test"
    assert made.most is None


def test_a_law_that_fails_on_the_reference_is_a_fault() -> None:
    assert concluded("float16", {(LAWS[0], ""): "crashed"}).failed == [LAWS[0]]


def test_the_command_says_what_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = replace(registry.facts(), hidden_in_float16={"for a test": (PERIOD[0],)})
    monkeypatch.setattr(registry, "facts", lambda: facts)
    arguments = ["selftest", *LAWS, "--dtype", "float16", "--jobs", "1", "--examples", "12"]
    result = CliRunner().invoke(main, arguments)
    assert f"not seen in numpy float16, for a test: {PERIOD[0]}\n" in result.output
    assert "1 do not show in numpy float16" in result.output
    assert f"on {PERIOD[0]}" not in result.output


def test_nothing_that_runs_is_incomplete() -> None:
    result = CliRunner().invoke(main, ["selftest", LAWS[0], "--backend", "cupy", "--jobs", "1"])
    assert result.exit_code == 3
    assert "skipped 1: " in result.output


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_mistakes_of_one_library_are_not_looked_for_in_another(name: str) -> None:
    usable(name)
    tasks = selftest.plan(["rope.angles-pure", "rope.angles-stored"], backend=name, examples=9)
    verdict = selftest.conclude([task.run() for task in tasks])
    assert not verdict.faulty, verdict
    assert set(verdict.hidden.values()) == {"it cannot be made of arrays of this library"}
    assert "rope.angles/ignores-strides" in verdict.hidden
    assert ("rope.angles/knows-objects" in verdict.hidden) == (name == "jax")


def test_mistakes_round_as_functions_do() -> None:
    """NumPy makes float32 of bfloat16 beside a number, which would be refuted for itself."""
    for named, wrong in (("rope.interpolate-definition", "rope.interpolate/multiplies"),
                       ("rope.interpolate-pure", "rope.interpolate/drifts")):  # fmt: skip
        outcome = Task(named, "numpy", "bfloat16", None, 12, 0, wrong).run()
        assert outcome.verdict == "refuted"
        assert "returned" not in outcome.reason


def test_mistakes_keep_to_the_range_of_the_format() -> None:
    """Torch refuses numbers of Python beyond it, and a mistake that raises is none."""
    usable("torch")
    wrong = "ddpm.min_snr_weight/without-limit"
    outcome = Task("ddpm.min_snr_weight-definition", "torch", "float16", None, 12, 0, wrong).run()
    assert outcome.verdict == "refuted"


UNSEEN = {
    "float16": set[str](),
    "bfloat16": set[str](),
}
"""Functions of which none of the written mistakes is seen, but general ones alone."""


@pytest.mark.parametrize("dtype", HALVES)
def test_every_function_has_a_mistake_that_can_be_seen(dtype: str) -> None:
    """One that is not hidden, and that a law names which runs; the long test below sees it refuted."""
    on = Setting.of(usable("numpy"), dtype)
    running = [law for law in catalogue.laws().values() if not missing(law, on)]
    seen = [
        catalogue.mistakes()[wrong]
        for law in running
        for wrong in law.refutes
        if not catalogue.hidden(wrong, dtype)
    ]
    assert {wrong.function for wrong in seen} == set(catalogue.functions())
    written = {wrong.function for wrong in seen if not wrong.general}
    assert set(catalogue.functions()) - written <= UNSEEN[dtype]


def declared() -> list[tuple[str, str]]:
    facts = registry.facts()
    return [(wrong, dtype) for dtype in HALVES for names in facts.hidden(dtype).values() for wrong in names]


def test_hidden_mistakes_exist_once() -> None:
    assert len(declared()) == len(set(declared()))
    assert {wrong for wrong, _ in declared()} <= set(catalogue.mistakes())


def refuting(wrong: str, dtype: str) -> list[str]:
    """The laws that refute a mistake, of those that name it."""
    tasks = [Task(name, "numpy", dtype, None, 60, 0, wrong)
             for name, law in catalogue.laws().items() if wrong in law.refutes]  # fmt: skip
    return [task.law for task in tasks if task.run().verdict == "refuted"]


@pytest.mark.long
@pytest.mark.parametrize(("wrong", "dtype"), declared())
def test_what_is_said_to_be_hidden_is_hidden(wrong: str, dtype: str) -> None:
    assert not refuting(wrong, dtype)


@pytest.mark.long
@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("document", catalogue.names())
def test_every_other_mistake_is_refuted_in_half_precision(document: str, dtype: str) -> None:
    verdict = selftest.conclude([task.run() for task in selftest.plan([document], dtype=dtype)])
    assert not verdict.faulty, verdict
    functions = {name for name in catalogue.functions() if name.startswith(f"{document}.")}
    refuted: Any = {catalogue.mistakes()[wrong].function for wrong in verdict.refuted}
    assert functions <= refuted
