"""Whatever foreign code says or returns is its own fault, and is printed on one line."""

import json
from pathlib import Path
from typing import Any

import pytest
from audited import odd

from refimpl import proofs
from refimpl.proofs.commands import output
from refimpl.proofs.engine import foreign, report

ODD = Path(odd.__file__)
LAW = "rope.rotation_matrix-definition"
SAYS = {
    "says_a_lone_surrogate": ("crashed", r"raised ValueError: \ud800 (line"),
    "forges_a_line": (
        "crashed",
        r"raised ValueError: \x1b[2J\r\x00\nheld     rope.rotation_matrix-definition",
    ),
    "says_a_lot": ("crashed", "xxx… (5000000 characters) (line"),
    "says_nothing": ("crashed", "raised _MuteError: <_MuteError without a text>"),
    "boasts": ("crashed", "raised _BoastingError (line"),
    "has_not_decided": ("crashed", "raised UndecidedError: who knows?"),
    "uses_refimpl_wrongly": ("crashed", "raised DTypeError: mine"),
    "raises_no_exception": ("crashed", "raised _BaseError: of my own"),
    "generator_exit": ("crashed", "raised GeneratorExit"),
    "is_a_class": ("refuted", "returned the class <class 'numpy.ndarray'>, expected an array"),
    "is_an_odd_class": ("refuted", "returned the class <class 'audited.odd._Boast'>, expected an array"),
    "contains_itself": ("refuted", "returned a list that cannot be looked into (RecursionError"),
    "contains_itself_twice": ("refuted", "returned a dict that cannot be looked into (RecursionError"),
    "is_itself": ("refuted", "returned a function, expected an array"),
    "raises_at_every_touch": (
        "refuted",
        "returned a _Raises that cannot be looked into (RuntimeError: hands",
    ),
    "is_an_array_that_raises": ("held", ""),
    "is_an_array_of_objects": ("refuted", "dtype object, expected an array"),
}
APART = {
    "deletes_its_module": ("held", ""),
    "deletes_its_globals": ("crashed", "raised NameError: name 'right' is not defined"),
    "empties_sys_modules": ("crashed", "the process ended itself with status 1"),
    "changes_the_folder": ("held", ""),
}


def _audit(target: Any, **options: Any) -> proofs.Report:
    return proofs.audit({"rope.rotation_matrix": target}, laws=[LAW], examples=6, **options)


def _printable(found: proofs.Report, folder: Path) -> None:
    """What is shown is one line for each line of ours, and whole JSON."""
    text = str(found)
    assert all(line.isprintable() for line in text.split("\n")), text
    assert not any(line.startswith("held ") and "examples" in line for line in text.split("\n"))
    assert len(text) < 10_000
    page = str(found._repr_html_())
    assert foreign.printable(page) == page
    output.write(folder / "out.json", report.text(found.data()))
    assert json.loads((folder / "out.json").read_text())["summary"]["verdict"] == found.verdict


def test_json_of_a_result_in_another_form(tmp_path: Path) -> None:
    found = _audit(odd.is_an_array_of_objects, isolated=False)
    assert found.diagnoses[0].shown is not None
    assert found.diagnoses[0].shown.ulps == float("inf")  # which JSON lacks
    _printable(found, tmp_path)


@pytest.mark.parametrize("name", SAYS)
def test_the_fault_is_the_function_s(name: str, tmp_path: Path) -> None:
    verdict, reason = SAYS[name]
    found = _audit(getattr(odd, name), isolated=False, diagnosis=False)
    assert found.verdict == verdict, str(found)
    assert reason in found.outcomes[0].reason
    assert "itself raised" not in str(found)
    _printable(found, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("name", [*SAYS, *APART])
def test_in_a_process_of_its_own_with_a_diagnosis(name: str, tmp_path: Path) -> None:
    verdict, reason = (SAYS | APART)[name]
    found = _audit(f"{ODD}:{name}")
    assert found.verdict == verdict, str(found)
    assert reason.replace("audited.odd", "odd") in found.outcomes[0].reason
    assert "itself raised" not in str(found)
    _printable(found, tmp_path)


def test_what_a_law_cannot_do_with_a_result_is_the_function_s_fault() -> None:
    def late(betas: Any, **_: Any) -> Any:
        return type("Late", (float,), {"__float__": lambda _: 1 / 0, "__mul__": lambda *_: 1 / 0})(1.0)

    [outcome] = proofs.prove("rope.ntk_scale-definition", impl={"rope.ntk_scale": late}, examples=3)
    assert outcome.verdict in ("crashed", "refuted")
    assert "the law itself" not in outcome.reason


@pytest.mark.parametrize("result", [None, (1.0,), []])
def test_nothing_is_no_object(result: Any) -> None:
    law = "flow.from_functions-pure"  # which compares a result with itself
    [outcome] = proofs.prove(law, impl={"flow.from_functions": lambda *_, **__: result}, examples=3)
    assert outcome.verdict == "refuted"
    assert "expected a " in outcome.reason


def test_an_error_of_refimpl_in_a_module_is_no_wrong_use(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text("import numpy as np\nfrom refimpl import rope\nrope.rotate(np.zeros(3), np.zeros(2))\n")
    found = _audit(f"{file}:anything")
    assert found.verdict == "crashed"
    assert "importing it raised ForeignError: ShapeError" in found.outcomes[0].reason


def test_names_are_escaped_too() -> None:
    def function(angles: Any) -> Any:
        return odd.right(angles)

    function.__qualname__ = "\x1b[2Jheld\n" + "x" * 1000
    text = str(_audit(function, isolated=False, diagnosis=False))
    assert r"\x1b[2Jheld\nxxx" in text
    assert all(line.isprintable() for line in text.split("\n"))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("plain, θ² ≤ 1 – “so”", "plain, θ² ≤ 1 – “so”"),
        ("\r\x1b[0m\x7f\x9b", r"\r\x1b[0m\x7f\x9b"),
        ("\u202eabc\u2028\ufeff\ud83d", r"\u202eabc\u2028\ufeff\ud83d"),
        (ValueError("a\nb"), r"a\nb"),
    ],
)
def test_line(given: Any, told: str) -> None:
    assert foreign.line(given) == told


def test_texts_of_classes_of_their_own() -> None:
    class Text(str):
        __slots__ = ()

        def __getitem__(self, place: Any) -> str:
            return "forged\n"

        def isprintable(self) -> bool:
            return True

    assert foreign.line(Text("a\nb")) == r"a\nb"
