"""What the README says is true."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import catalogue, exits

TEXT = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_table_is_the_catalogue() -> None:
    found = re.search(r"<!-- table: refimpl list documents -->\n(.*?)<!-- end of table -->", TEXT, re.DOTALL)
    assert found is not None
    assert found.group(1).splitlines() == catalogue.table("docs/functions.md")


def test_python_examples_run_and_name_the_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    for code in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL):
        exec(code, names)
    assert "equals the reference with the mistake rope.rotate/wrong-sign" in capsys.readouterr().out
    assert "rope.rotate/wrong-sign" in names["report"].diagnoses[0].mistakes  # type: ignore[attr-defined]
    assert callable(names["test_mine"])


def test_exit_codes_are_those_of_the_command() -> None:
    text = " ".join(TEXT.split())
    listed = re.search(r"Exit codes: (.*?)\. The JSON", text)
    assert listed is not None
    assert [int(part.split()[0]) for part in listed[1].split("; ")] == list(exits.MEANING)


def test_commands_exist() -> None:
    blocks = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    named = {shlex.split(line)[1] for line in lines} | set(re.findall(r"`refimpl ([a-z]+)", TEXT))
    assert {"prove", "audit", "selftest", "errata", "list", "show", "doctor"} <= named
    for command in named:
        assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0


def test_links_lead_somewhere() -> None:
    root = Path(__file__).parents[1]
    places = [root / place for place in re.findall(r"\]\(([^)#:]+)\)", TEXT)]
    assert places
    assert [place for place in places if not place.exists()] == []


def test_exactly_two_set_up_commands() -> None:
    assert re.findall(r"```sh\n(.*?)\n```", TEXT, re.DOTALL) == [
        "pip install . && refimpl prove",
        'pip install ".[test]" && pytest -n auto',
    ]
