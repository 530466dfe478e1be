"""Known failures: declared with a reason they are no failure, and an entry that no longer holds is one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from audited import port
from click.testing import CliRunner

from refimpl import proofs
from refimpl._errors import DomainError, UnknownNameError
from refimpl.proofs.commands.main import main

PORT, ROOT = Path(port.__file__), Path(__file__).parents[1]
LAWS = ["rope.rotate-definition", "rope.norm-kept"]
KNOWN = {"rope.rotate-definition": "it turns backwards, for files that are old"}


def here(function: Any, **options: Any) -> proofs.Report:
    options = {"examples": 6, "isolated": False, "laws": LAWS} | options
    return proofs.audit({"rope.rotate": function}, **options)


def test_expected_failure_is_reported_as_such_and_passes() -> None:
    report = here(port.rotate_backwards, expected=KNOWN)
    assert {o.law: o.verdict for o in report.outcomes} == dict(zip(LAWS, ("expected", "held"), strict=True))
    assert report.outcomes[0].reason.startswith("it turns backwards, for files that are old (refuted: ")
    assert (report.verdict, report.exit_code, report.holds) == ("held", 0, True)
    assert report.data()["settings"]["expected"] == KNOWN


def test_other_failures_still_fail() -> None:
    report = here(port.rotate_backwards, expected={"rope.norm-kept": "never seen"}, laws=LAWS)
    assert report.verdict == "refuted"
    assert report.exit_code == 1


def test_stale_entry_fails_and_says_what_to_do() -> None:
    report = here(port.rotate, expected=KNOWN)
    assert (report.verdict, report.exit_code) == ("stale", 1)
    assert "and holds: remove the entry 'rope.rotate-definition'" in str(report)


def test_entry_for_one_of_several_functions() -> None:
    expected = {"rope.rotate:rope.block-diagonal": "known"}
    report = proofs.audit(
        {"rope.rotate": port.rotate_backwards, "rope.rotation_matrix": port.rotation_matrix},
        laws=["rope.block-diagonal"], examples=6, isolated=False, expected=expected,
    )  # fmt: skip
    assert [tried.outcome.verdict for tried in report.tried] == ["expected", "held"]
    assert report.exit_code == 0


@pytest.mark.parametrize(
    ("expected", "error", "text"),
    [
        ({"rope.no-such-law": "why"}, UnknownNameError, "no law of this audit is called 'rope.no-such-law'"),
        (
            {"rope.defaults": "not among these"},
            UnknownNameError,
            "no law of this audit is called 'rope.defaults'",
        ),
        ({"rope.norm-kept": " "}, DomainError, "expected the reason"),
    ],
)
def test_bad_entries(expected: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        here(port.rotate, expected=expected)


def test_pytest_case_expects_failures_and_refuses_stale_entries() -> None:
    options: Any = {"examples": 6, "isolated": False, "expected": KNOWN}
    test = proofs.pytest_case(*LAWS, impl={"rope.rotate": port.rotate_backwards}, **options)
    with pytest.raises(pytest.xfail.Exception, match="it turns backwards"):
        test("rope.rotate", LAWS[0])
    test("rope.rotate", LAWS[1])
    stale = proofs.pytest_case(*LAWS, impl={"rope.rotate": port.rotate}, **options)
    with pytest.raises(pytest.fail.Exception, match="remove the entry"):
        stale("rope.rotate", LAWS[0])


def test_command_takes_entries_and_files_of_them(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    file.write_text(json.dumps(KNOWN))
    command = ["audit", f"{PORT}:rotate_backwards", "--as", "rope.rotate", "--law", LAWS[0], "--law", LAWS[1],
               "--examples", "6"]  # fmt: skip
    for entry in (["--expected", str(file)], ["--expect", f"{LAWS[0]}={KNOWN[LAWS[0]]}"]):
        result = CliRunner().invoke(main, command + entry)
        assert result.exit_code == 0, result.output
        assert "it turns backwards, for files that are old" in result.output
    file.write_text("[]")
    assert CliRunner().invoke(main, [*command, "--expected", str(file)]).exit_code == 2
    assert "LAW=REASON" in CliRunner().invoke(main, [*command, "--expect", "nothing"]).output


@pytest.mark.long
def test_plugin_expects_failures(tmp_path: Path) -> None:
    def run(function: str, expected: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "pytest.ini").write_text(
            f"[pytest]\nrefimpl =\n    rope.rotate = {PORT}:{function}\nrefimpl_examples = 3\n"
            f"refimpl_expected =\n    {expected}\n"
        )
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        command = [sys.executable, "-m", "pytest", "-v", "-p", "refimpl.proofs.pytest_plugin", "-k", LAWS[0]]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    found = run("rotate_backwards", f"rope.rotate:{LAWS[0]} = turns backwards")
    assert found.returncode == 0, found.stdout + found.stderr
    assert "XFAIL" in found.stdout
    stale = run("rotate", f"{LAWS[0]} = turns backwards")
    assert stale.returncode == 1
    assert "remove the entry" in stale.stdout
    unknown = run("rotate", "rope.no-law = why")
    assert unknown.returncode == 4
    assert "'rope.no-law' is no law of an audit here" in unknown.stderr
