"""The command line as a user meets it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from started import HANG, start

from refimpl.proofs.commands import running
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import catalogue, exits, planning, registry
from refimpl.proofs.language.law import Law

LAW = "rope.rotate-definition"


@pytest.fixture(autouse=True)
def last_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the figures of test runs out of the user's folder."""
    monkeypatch.setattr(running, "LAST", tmp_path / "refimpl" / "last.json")
    return running.LAST


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_prove_prints_a_line_per_law_and_totals() -> None:
    result = invoke("prove", LAW, "--jobs", "1")
    assert result.exit_code == 0
    assert f"held     {LAW}  numpy float64" in result.output
    assert "1 held, 0 refuted in" in result.output


def test_prove_refuted_shows_the_counterexample(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = catalogue.mistakes()["rope.rotate/wrong-sign"].replacement
    monkeypatch.setattr(registry, "reference", lambda: {"rope.rotate": wrong})
    result = invoke("prove", LAW, "--jobs", "1")
    assert result.exit_code == 1
    assert f"refuted  {LAW}" in result.output
    assert "smallest input found (ordinary, seed 0):" in result.output
    assert "× the tolerance" in result.output


def test_json_follows_the_schema(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    assert invoke("prove", LAW, "--jobs", "1", "--seed", "7", "--json", str(file)).exit_code == 0
    content = json.loads(file.read_text())
    assert content["schema"] == "refimpl.prove/2"
    assert {"refimpl", "python", "numpy", "hypothesis"} <= set(content["versions"])
    assert content["settings"]["seed"] == 7
    assert content["interrupted"] is False
    [result] = content["results"]
    assert result["law"] == LAW
    assert result["verdict"] == "held"
    assert result["examples"] == {"ordinary": 20, "cancellation": 20, "extreme": 20}
    assert 0 < result["worst"] <= 1
    assert result["counterexample"] is None


def test_json_of_a_failure_has_the_case_and_only_plain_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "reference", lambda: {"rope.rotate": lambda x, a, **_: x * float("nan")})
    file = tmp_path / "out.json"
    assert invoke("prove", LAW, "--jobs", "1", "--json", str(file)).exit_code == 1
    [result] = json.loads(file.read_text(), parse_constant=pytest.fail)["results"]
    assert result["counterexample"]["finding"]["left"] == "nan"
    assert set(result["counterexample"]["case"]) >= {"x", "angles", "layout"}


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("prove", "nope.*"), "no law is called 'nope.*'"),
        (("prove", "--backend", "abacus"), "no backend is called 'abacus'; there are: numpy, torch"),
        (("prove", "--examples", "0"), "expected an integer ≥ 1"),
        (("prove", "--jobs", "-1"), "expected an integer ≥ 1"),
        (("prove", "--dtype", "float8"), "got float8; expected one of float64, float32, float16, bfloat16"),
        (("show", "rope.nothing"), "no name is called 'rope.nothing'; did you mean"),
        (("selftest", "nope"), "no law is called 'nope'"),
        (
            ("audit", "rope.rotate", "a.py:f"),
            "rope.rotate is refimpl's own; write: refimpl audit a.py:f --",
        ),
        (
            ("audit", "a.py:f", "rope.rotate"),
            "rope.rotate is refimpl's own; write: refimpl audit a.py:f --",
        ),
        (("audit", "rope.rotate"), "write: refimpl audit FILE.py:FUNCTION --as rope.rotate"),
        (("audit", "a.py", "f"), "got 2 targets, a.py and f; expected one, such as file.py:function"),
    ],
)
def test_usage_errors(arguments: tuple[str, ...], text: str) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert text in result.output


def test_an_unwritable_file_is_a_clear_error(tmp_path: Path) -> None:
    result = invoke("prove", LAW, "--jobs", "1", "--json", str(tmp_path / "no" / "file.json"))
    assert result.exit_code == 2
    assert "no such folder" in result.output


def test_nothing_proved_is_not_success() -> None:
    result = invoke("prove", LAW, "--device", "cpu:7")
    assert result.exit_code == 3
    assert "skipped 1" in result.output
    assert "nothing was proved" in result.output


def test_a_backend_asked_for_by_name_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)
    result = invoke("prove", LAW, "--backend", "numpy", "--backend", "cupy", "--jobs", "1")
    assert result.exit_code == 3
    assert "1 held" in result.output
    assert "skipped 1" in result.output


def test_cut_off_figures_are_no_figures(last_figures: Path) -> None:
    last_figures.parent.mkdir(parents=True)
    last_figures.write_text("{")
    assert invoke("show", "rope.rotate").exit_code == 0


def test_pool_gives_the_same_as_one_process(tmp_path: Path) -> None:
    reports: list[list[dict[str, Any]]] = []
    for jobs in ("1", "2"):
        file = tmp_path / f"{jobs}.json"
        code = invoke("prove", "rope", "--examples", "6", "--jobs", jobs, "--json", str(file)).exit_code
        assert code == 0
        results = json.loads(file.read_text())["results"]
        reports.append([{k: v for k, v in result.items() if k != "seconds"} for result in results])
    for alone, pooled in zip(*reports, strict=True):
        assert alone == pooled


@pytest.mark.parametrize(
    ("number", "jobs"),
    [
        (signal.SIGINT, "1"),
        (signal.SIGTERM, "2"),
        pytest.param(signal.SIGHUP, "1", marks=pytest.mark.long),
        pytest.param(signal.SIGINT, "2", marks=pytest.mark.long),
    ],
)
def test_a_signal_keeps_what_there_is(tmp_path: Path, number: int, jobs: str) -> None:
    file = tmp_path / "out.json"
    command = ["prove", "--examples", "300", "--json", str(file), "--jobs", jobs]
    process = start(
        sys.executable, "-m", "refimpl.proofs", *command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
    )  # fmt: skip
    assert process.stdout is not None
    first = process.stdout.readline()  # a law has run
    process.send_signal(number)
    output = first + process.communicate(timeout=HANG)[0]
    assert process.returncode == -number, output  # which a shell shows as 128 + number
    assert "interrupted after" in output
    assert "Traceback" not in output
    assert json.loads(file.read_text())["interrupted"] is True


def _shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command line, in which `refimpl` is ours."""
    ours = f"{sys.executable} -m refimpl.proofs"
    return subprocess.run(
        ["bash", "-c", command.replace("refimpl", ours)], text=True, capture_output=True, check=False,
        env={**os.environ, "XDG_CONFIG_HOME": str(folder)}, cwd=folder,
    )  # fmt: skip


def test_a_closed_pipe_still_writes_the_json(tmp_path: Path) -> None:
    ran = _shell(f"refimpl prove {LAW} --json out.json | true; exit ${{PIPESTATUS[0]}}", tmp_path)
    assert ran.returncode == exits.CLOSED, ran.stderr
    assert ran.stderr == ""
    assert len(json.loads((tmp_path / "out.json").read_text())["results"]) == 1
    assert _shell("refimpl --help | true; exit ${PIPESTATUS[0]}", tmp_path).returncode in (0, exits.CLOSED)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    ("command", "what"),
    [
        (f"refimpl prove {LAW} > /dev/full", "standard output"),
        (f"refimpl prove {LAW} --json /dev/full", "/dev/full"),
        ("refimpl list > /dev/full", "standard output"),
    ],
)
def test_a_full_disk_has_an_exit_code_of_its_own(tmp_path: Path, command: str, what: str) -> None:
    ran = _shell(command, tmp_path)
    assert ran.returncode == exits.UNWRITTEN
    assert ran.stderr == f"could not write {what}: No space left on device\n"


def test_other_ways_for_output_to_go(tmp_path: Path) -> None:
    ran = _shell(f"refimpl prove {LAW} --json /dev/stdout", tmp_path)
    assert ran.returncode == 0
    assert '"schema": "refimpl.prove/2"' in ran.stdout
    closed = _shell(f"refimpl prove {LAW} --json out.json >&-", tmp_path)
    assert (closed.returncode, closed.stderr) == (0, "")
    assert (tmp_path / "out.json").exists()


def test_what_cannot_be_imported_is_no_refuted_law(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise ImportError('broken')\n")
    ran = _shell("PYTHONPATH=.:$PYTHONPATH refimpl list", tmp_path)
    assert ran.returncode == exits.FAULT
    assert "broken" in ran.stderr


def test_a_fault_of_ours_is_not_a_refuted_law(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "run", lambda *_, **__: 1 / 0)
    result = invoke("prove", LAW)
    assert result.exit_code == exits.FAULT
    assert "fault of refimpl" in result.output


def test_every_exit_code_is_documented() -> None:
    assert all(f"{code} {text}" in " ".join(invoke("--help").output.split())
               for code, text in exits.MEANING.items())  # fmt: skip


def test_selftest_says_what_was_refuted() -> None:
    result = invoke("selftest", LAW, "--jobs", "1")
    assert result.exit_code == 0
    assert "(100 %)" in result.output


def test_selftest_fails_for_a_law_that_refutes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    law = catalogue.laws()[LAW]
    blunt = Law(law.id, law.statement, law.source, law.about, law.inputs, law.check, law.tolerance, ())
    monkeypatch.setattr(catalogue, "laws", lambda: {LAW: blunt})
    result = invoke("selftest", LAW, "--jobs", "1")
    assert result.exit_code == 1
    assert f"names no mistake of its functions: {LAW}" in result.output


def test_show_has_what_libraries_call_a_function() -> None:
    assert (
        "Elsewhere called: inv_freq, compute_default_rope_parameters"
        in invoke("show", "rope.frequencies").output
    )


def test_show_has_formula_laws_mistakes_and_last_figures() -> None:
    invoke("prove", LAW, "--jobs", "1")
    output = invoke("show", "rope.rotate").output
    for text in ("a cos θ", "Source: rope D4", LAW, "rope.rotate/wrong-sign", "last: held on numpy float64"):
        assert text in output


@pytest.mark.parametrize("what", ["functions", "laws", "mistakes", "adapters", "errata"])
def test_list(what: str) -> None:
    result = invoke("list", what)
    assert result.exit_code == 0
    assert "rope." in result.output


def test_errata_are_live() -> None:
    result = invoke("errata")
    assert result.exit_code == 0
    assert "as printed" in result.output
    assert "refuted" in result.output


def test_doctor_names_every_backend() -> None:
    output = invoke("doctor").output
    for name in ("numpy", "torch", "jax", "cupy", "dask", "strict"):
        assert name in output
