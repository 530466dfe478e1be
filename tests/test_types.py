"""What type checkers see of laws: a check takes the case that its inputs draw, by fields that this has."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAWS = """
from collections.abc import Iterator
from typing import Any

from hypothesis.strategies import SearchStrategy, just
from refimpl.backends import Precision, Setting
from refimpl.proofs.documents.rope import inputs
from refimpl.proofs.language.law import Exact, Impl, Kind, Record, Same, law


def drawn(p: Precision, kind: Kind) -> SearchStrategy[dict[str, Any]]:
    return just({"x": 1.0})


about: Any = {"source": "rope D4", "about": ("rope.rotate",), "tolerance": Exact("texts"), "refutes": ()}
right = law("rope.right", "", inputs=inputs.rotations, **about)
other = law("rope.other", "", inputs=inputs.attention, **about)
mapping = law("rope.mapping", "", inputs=drawn, **about)  # type-var


@right
def spelled(impl: Impl, on: Setting, case: inputs.Rotations) -> Iterator[Record]:
    yield Same("layout", case.layout, "half")


@right
def misspelled(impl: Impl, on: Setting, case: inputs.Rotations) -> Iterator[Record]:
    yield Same("layout", case.layuot, "half")  # attr-defined


@other  # arg-type
def of_other_inputs(impl: Impl, on: Setting, case: inputs.Rotations) -> Iterator[Record]:
    yield Same("layout", case.layout, "half")


@right
def changed(impl: Impl, on: Setting, case: inputs.Rotations) -> Iterator[Record]:
    case.layout = "half"  # misc
    yield Same("layout", case.layout, "half")
"""


@pytest.mark.long
def test_a_mistyped_field_of_a_case_is_an_error_of_types(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    (tmp_path / "laws.py").write_text(LAWS, encoding="utf-8")
    mypy = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", "c"]
    environment = os.environ | {"MYPYPATH": str(ROOT)}
    result = subprocess.run(
        [*mypy, "laws.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    lines = LAWS.splitlines()
    planted = {(n, line.partition("# ")[2]) for n, line in enumerate(lines, 1) if "  # " in line}
    found = re.findall(r"^laws.py:(\d+): error: .* \[([a-z-]+)\]$", result.stdout, re.MULTILINE)
    assert {(int(n), kind) for n, kind in found} == planted, result.stdout + result.stderr
