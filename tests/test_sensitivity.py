"""Sensitivity floors measure what a law sees."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import catalogue, planning, registry, sensitivity
from refimpl.proofs.engine.sensitivity import Floor, Task, by_function, by_law
from refimpl.proofs.language.facts import Facts
from refimpl.proofs.language.law import Rounding

LAW = "rope.period-definition"


def test_a_tight_law_sees_a_few_ulps() -> None:
    floor = Task(LAW, "rope.period").run()
    assert floor.status == "found"
    assert floor.ulps <= 4


@pytest.mark.parametrize("factor", [2.0**10, 2.0**30])
def test_a_wider_tolerance_shows(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    law = catalogue.laws()["rope.ntk_scale-definition"]
    assert isinstance(law.tolerance, Rounding)
    wide = replace(law, tolerance=Rounding({"as wide as wanted": factor}))
    monkeypatch.setattr(sensitivity.catalogue, "laws", lambda: {law.id: wide})
    floor = Task(law.id, "rope.ntk_scale").run()
    assert factor / 8 <= floor.ulps <= 8 * factor


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_measured(dtype: str) -> None:
    floor = Task("rope.rotation_matrix-definition", "rope.rotation_matrix", dtype, 6).run()
    assert floor.status == "found"
    assert 1 < floor.ulps <= 16


@pytest.mark.parametrize(
    ("law", "dtype", "most"), [(LAW, "float16", 10), ("rope.rotation_matrix-definition", "bfloat16", 7)]
)
def test_the_largest_change_is_the_whole_result(
    law: str, dtype: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []
    monkeypatch.setattr(sensitivity._Search, "refutes", lambda self, k: tried.append(k) or False)
    monkeypatch.setattr(sensitivity._Search, "changed", 1, raising=False)
    Task(law, law.removesuffix("-definition"), dtype).run()
    assert max(tried) == most


def test_a_skipped_law_says_why() -> None:
    law = "residual.deepnorm_constants-definition"
    floor = Task(law, "residual.deepnorm_constants", "bfloat16").run()
    assert floor.status == "skipped"
    result = CliRunner().invoke(main, ["sensitivity", law, "--jobs", "1", "--dtype", "bfloat16"])
    assert f"skipped 1: {floor.reason}" in result.output
    assert result.exit_code == 3


def test_integers_are_no_numbers_to_change() -> None:
    assert Task("rope.digits-definition", "rope.digits", examples=3).run().status == "no numbers"


def test_a_law_that_compares_a_function_with_itself_is_blind() -> None:
    assert Task("rope.defaults", "rope.yarn", examples=3).run().status == "blind"


def test_general_laws_are_left_out() -> None:
    assert {task.law for task in sensitivity.plan(["rope.period"])} <= {
        name for name, law in catalogue.laws().items() if not law.general
    }


def test_floors_are_summed_up_by_law_and_by_function() -> None:
    floors = [
        Floor("a", "f", "found", 8.0), Floor("a", "g", "blind"), Floor("b", "g", "found", 2.0),
        Floor("c", "h", "no numbers"),
    ]  # fmt: skip
    assert by_law(floors) == {"a": 8.0, "b": 2.0}
    assert by_function(floors) == {"f": 8.0, "g": 2.0}


def test_the_command_writes_the_floors(tmp_path: Path) -> None:
    file = tmp_path / "floors.json"
    result = CliRunner().invoke(main, ["sensitivity", LAW, "--jobs", "1", "--json", str(file)])
    assert result.exit_code == 0, result.output
    assert "1 of 1 laws see 64 ulp or less" in result.output
    floors = json.loads(file.read_text(encoding="utf-8"))["results"]
    assert {floor["function"]: floor["status"] for floor in floors} == {
        "rope.period": "found", "rope.range_of": "no numbers",
    }  # fmt: skip


def test_a_law_that_sees_little_must_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["sensitivity", "rope.defaults", "--jobs", "1", "--examples", "1"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "compares a function with itself" in result.output
    monkeypatch.setattr(registry, "facts", Facts)
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert "no reason is written" in result.output


def test_reasons_are_of_laws_and_of_one_each() -> None:
    named = [law for laws in registry.facts().insensitive.values() for law in laws]
    assert len(named) == len(set(named))
    assert set(named) <= set(catalogue.laws())


@pytest.mark.long
def test_every_law_sees_64_ulp_or_says_why() -> None:
    floors = list(planning.run(sensitivity.plan(), os.cpu_count() or 1))
    above = {law for law, ulps in by_law(floors).items() if ulps > 64}
    assert above == {law for law in by_law(floors) if sensitivity.reason(law)}
    unseen = {function for function, ulps in by_function(floors).items() if ulps > 64}
    assert unseen == {name for names in registry.facts().unseen.values() for name in names}
