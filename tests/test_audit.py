"""The audit: verdicts, diagnoses, counterexamples, and every way to ask for one."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from audited import port
from click.testing import CliRunner, Result

from refimpl import proofs
from refimpl._errors import DTypeError, UnknownNameError
from refimpl.proofs.auditing import Report, TargetError
from refimpl.proofs.commands.main import main

PORT = Path(port.__file__)
BAD = PORT.with_name("fails_to_load.py")
ROOT = Path(__file__).parents[1]


def here(function: Callable[..., Any], name: str = "rope.rotate", **options: Any) -> Report:
    """An audit in this process, which is fast."""
    options = {"examples": 6, "isolated": False} | options
    return proofs.audit({name: function}, **options)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", *arguments])


# Verdicts and diagnoses.


def test_right_function_is_held_and_its_distance_told() -> None:
    report = here(port.rotate)
    assert report.holds
    assert report.exit_code == 0
    [diagnosis] = report.diagnoses
    assert "calls compared with the reference" in diagnosis.sentences[0]
    assert str(report).startswith("rope.rotate: right: all laws hold\n")


def test_known_mistake_is_named_with_its_sentence() -> None:
    report = here(port.rotate_backwards)
    assert report.verdict == "refuted"
    assert report.exit_code == 1
    [diagnosis] = report.diagnoses
    assert diagnosis.mistakes == ("rope.rotate/wrong-sign",)
    assert "Rotates by −θ" in diagnosis.sentences[0]


def test_other_convention_is_recognised() -> None:
    [diagnosis] = here(port.rotate_half).diagnoses
    assert diagnosis.right
    assert diagnosis.adapter == "rope.rotate/half-split"
    assert "your function is right in another convention" in diagnosis.sentences[0]
    assert "--adapter half-split" in diagnosis.sentences[0]


def test_adapter_makes_it_held() -> None:
    report = here(port.rotate_half, adapter="half-split")
    assert report.holds
    assert report.load.adapters == {"rope.rotate": "rope.rotate/half-split"}
    assert report.loaded.lacking == {"rope.rotate": ()}


def test_mistake_and_ignored_option_are_both_told() -> None:
    [diagnosis] = here(port.rotate_ignoring_layout, examples=12).diagnoses
    assert diagnosis.mistakes == ("rope.rotate/wrong-sign",)
    assert any("it ignores the option layout" in sentence for sentence in diagnosis.sentences)


def test_unknown_mistakes_are_described() -> None:
    [halved] = here(port.rotate_halved).diagnoses
    assert halved.sentences[0] == "your function gives 1/2 times what is expected"
    [far] = here(port.rotate_far_wrong).diagnoses
    assert far.mistakes == ()
    assert far.sentences[0].startswith("no known mistake, but this: ")
    assert any("it differs at " in sentence for sentence in far.sentences)
    [single] = here(port.rotate_in_single).diagnoses
    assert re.search(r"\bround(s|ed)\b.*\bfloat32\b", single.cause)
    assert "angles" in single.cause
    assert single.sentences[-1] == single.cause


def test_integers_beyond_floats_are_refuted() -> None:
    report = proofs.audit(
        {"rope.range_of": lambda base, digits: -(10**400) if base == 2 else base**digits}, isolated=False
    )
    assert report.verdict == "refuted"


def test_missing_option_is_said_and_not_held() -> None:
    report = here(port.rotate_interleaved_only)
    assert report.holds
    assert report.loaded.lacking == {"rope.rotate": ("layout",)}
    by_law = {outcome.law: outcome for outcome in report.outcomes}
    assert by_law["rope.layouts-agree"].verdict == "skipped"
    assert "not tried where layout='half'" in by_law["rope.layouts-agree"].reason
    assert str(report).startswith("rope.rotate: right: all laws hold; not tried: layout='half'")
    assert "it has no option layout" in str(report)


def test_nothing_that_ran_is_not_held() -> None:
    report = here(port.rotate_interleaved_only, laws=["rope.layouts-agree"])
    assert report.verdict == "inconclusive"
    assert report.exit_code == 3


def test_crash_is_a_verdict_with_the_line() -> None:
    report = here(port.posterior, "ddpm.posterior")
    assert report.verdict == "crashed"
    assert 'raise RuntimeError("not yet written")' in report.outcomes[0].reason
    assert "it raised at all" in report.diagnoses[0].sentences[0]


# Counterexamples and reproducers.


def test_counterexample_names_the_arguments_and_the_place() -> None:
    report = here(port.rotate_backwards, laws=["rope.rotate-definition"])
    shown = report.tried[0].shown
    assert shown is not None
    assert shown.function == "rope.rotate"
    assert [argument.partition(" = ")[0] for argument in shown.arguments][:2] == ["x", "angles"]
    assert shown.place.startswith("result[")
    assert float(shown.got) != float(shown.expected)
    assert shown.ulps > 1e10
    assert "refimpl gives " in str(report)
    assert ", yours gives " in str(report)
    assert "    rope.rotate(np.asarray([" in str(report)


def test_reproducer_needs_no_refimpl_and_tells_right_from_wrong(tmp_path: Path) -> None:
    file = tmp_path / "show.py"
    result = invoke(f"{PORT}:rotate_backwards", "--as", "rope.rotate", "--law", "rope.rotate-definition",
                    "--examples", "6", "--reproducer", str(file))  # fmt: skip
    assert result.exit_code == 1, result.output
    text = file.read_text()
    assert "import refimpl" not in text
    run = subprocess.run([sys.executable, file], capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stderr
    assert "expected" in run.stdout
    file.write_text(text.replace("module.rotate_backwards", "module.rotate"))
    assert subprocess.run([sys.executable, file], capture_output=True, check=False).returncode == 0


# Where functions come from.


def test_closures_and_lambdas_travel() -> None:
    power = 2

    def mine(factor: float, *, dim: int) -> float:
        return float(factor ** (power / (dim - 2)))

    report = proofs.audit({"rope.ntk_scale": mine}, examples=3)
    assert report.holds
    wrong = proofs.audit({"rope.ntk_scale": lambda k, *, dim: k ** (power / dim)}, examples=3)
    assert wrong.diagnoses[0].mistakes == ("rope.ntk_scale/exponent-2-over-d",)


def test_function_of_a_test_module_travels() -> None:
    assert proofs.audit({"rope.ntk_scale": port.ntk_scale}, examples=3).holds


def test_functions_are_audited_one_by_one() -> None:
    report = proofs.audit(
        {"rope.rotate": port.rotate_backwards, "rope.rotation_matrix": port.rotation_matrix},
        examples=3, isolated=False,
    )  # fmt: skip
    verdicts = {
        name: {t.outcome.verdict for t in report.tried if t.function == name} for name in report.load.sources
    }
    assert "refuted" in verdicts["rope.rotate"]
    assert verdicts["rope.rotation_matrix"] == {"held"}


@pytest.mark.parametrize(
    ("targets", "options", "error", "text"),
    [
        ({}, {}, TargetError, "no function to audit"),
        ({"rope.rotat": "a:b"}, {}, UnknownNameError, "no function is called 'rope.rotat'; did"),
        ({"mixture_log_density": "a:b"}, {}, UnknownNameError, "density.mixture_log_density or flow.mixture"),
        ({"rope.rotate": "a.b"}, {}, TargetError, "got 'a.b'; expected 'package.module:function'"),
        ({"rope.rotate": "nowhere_at_all:f"}, {}, TargetError, "no module 'nowhere_at_all'"),
        ({"rope.rotate": "nowhere.py:f"}, {}, TargetError, "no file 'nowhere.py'"),
        ({"rope.rotate": f"{PORT}:rotat"}, {}, TargetError, "has no 'rotat'; it has"),
        ({"rope.rotate": f"{PORT}:np"}, {}, TargetError, "got a module; expected a function"),
        ({"rope.rotate": 3}, {}, TargetError, "got 3; expected a function"),
        ({"rope.rotate": port.rotate}, {"adapter": "ho"}, UnknownNameError, "of rope.rotate is called 'ho'"),
        ({"rope.rotate": port.rotate}, {"dtype": "float8"}, DTypeError, "dtype: got float8"),
        ({"rope.rotate": port.rotate}, {"backend": "nope"}, UnknownNameError, "no backend is called 'nope'"),
        ({"rope.rotate": port.rotate}, {"laws": ["ddpm"]}, UnknownNameError, "no law that matches ddpm"),
        ({"rope.rotate": port.rotate}, {"timeout": 0}, ValueError, "timeout"),
    ],
)  # fmt: skip
def test_bad_requests(targets: Any, options: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text.replace(".", r"\.").replace("?", r"\?")):
        proofs.audit(targets, isolated=False, **options)


def test_module_that_fails_to_load_is_a_verdict() -> None:
    report = proofs.audit({"rope.rotate": f"{BAD}:rotate"}, laws=["rope.defaults"], timeout=20)
    assert report.verdict == "crashed"
    assert "importing it raised ZeroDivisionError: at import" in report.outcomes[0].reason


# The command line.


def test_command_prints_diagnosis_and_exit_code(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    result = invoke(f"{PORT}:rotate_half", "--as", "rope.rotate", "--law", "rope.rotate-definition",
                    "--examples", "6", "--json", str(file), "--memory", "2G")  # fmt: skip
    assert result.exit_code == 1
    assert "your function is right in another convention" in result.output
    assert result.output.splitlines()[-1].startswith("refuted: 1 refuted in")
    data = json.loads(file.read_text(), parse_constant=pytest.fail)
    assert data["schema"] == "refimpl.audit/2"
    assert data["settings"]["targets"] == {"rope.rotate": f"{PORT}:rotate_half"}
    assert data["summary"]["diagnoses"][0]["adapter"] == "rope.rotate/half-split"
    assert data["results"][0]["shown"]["script"]


def test_command_takes_several_functions() -> None:
    result = invoke("--as", f"rope.ntk_scale={PORT}:ntk_scale", "--as",
                    f"rope.rotation_matrix={PORT}:rotation_matrix", "--examples", "3")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1].startswith("held: ")


def test_command_finds_functions_of_the_same_names() -> None:
    result = invoke(str(PORT), "--as", "rope", "--examples", "3", "--law", "rope.*definition")
    assert result.exit_code == 0, result.output
    for name in ("rotate", "rotation_matrix", "ntk_scale"):
        assert f"port.py:{name} as rope.{name}" in result.output


def test_command_switches_jax_to_64_bits() -> None:
    pytest.importorskip("jax")
    command = "audit jax.nn:softmax --as density.normalized_weights --backend jax --examples 3 --law"
    done = subprocess.run(
        [sys.executable, "-m", "refimpl.proofs", *command.split(), "density.normalized_weights-definition"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--as", "rope.rotate"), "--as rope.rotate: of which function?"),
        ((f"{PORT}:rotate",), "which function of refimpl is it?"),
        ((f"{PORT}:rotate", "--as", "rope.rotate", "--memory", "lots"), "such as 512M or 4G"),
        ((f"{PORT}:rotate", "--as", "rope.rotate", "--json", "/nowhere/at/all.json"), "cannot write"),
        ((str(PORT), "--as", "flow"), "has no function named as one of flow"),
        (("--as", "rope.rotate=a:b", "--as", "rope.rotate=a:c"), "rope.rotate is given twice"),
    ],
)
def test_command_refuses(arguments: tuple[str, ...], text: str) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2, result.output
    assert text in " ".join(result.output.split())


def test_notebooks_get_html() -> None:
    page = here(port.rotate_backwards, laws=["rope.rotate-definition"])._repr_html_()
    assert page is not None
    assert page.startswith('<div class="refimpl">')
    assert "rope.rotate/wrong-sign" in page
    assert "<html" not in page


def test_notebooks_get_text_where_no_page_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refimpl.proofs.pages.extra.Extra.missing", lambda _: ["Jinja2"])
    assert here(port.rotate, laws=["rope.rotate-definition"])._repr_html_() is None
