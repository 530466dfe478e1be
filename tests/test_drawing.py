"""Laws and other people's Hypothesis tests in one process: neither changes what the other draws."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

USERS = """
from hypothesis import given, settings, strategies as st

NEEDLE = b"only this constant fails"

@settings(max_examples=3000, database=None, derandomize=True)
@given(st.binary(max_size=40))
def users_own(x):
    assert x != NEEDLE
"""

SCRIPT = """
import json, sys
import users

def fails():
    try:
        users.users_own()
    except AssertionError:
        return True
    return False

def drawn():
    from refimpl import backends
    from refimpl.backends import Setting
    from refimpl.proofs.engine import catalogue
    from refimpl.proofs.engine.runner import each_case
    known = catalogue.laws()
    kept = []
    for id in [law for law in known if not known[law].general][::80]:
        for kind in known[id].kinds:
            each_case(known[id], Setting.of(backends.get("numpy")), kind, kept.append, examples=30, seed=0)
    return str(kept)

print(json.dumps({step: {"user": fails, "laws": drawn}[step]() for step in sys.argv[1:]}))
"""


def ran(where: Path, *steps: str) -> Any:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", SCRIPT, *steps]
    done = subprocess.run(
        command, cwd=where, env=environment, check=False, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("users")
    (folder / "users.py").write_text(USERS)
    return folder


def test_in_both_orders(where: Path) -> None:
    """A test that must fail because of a constant in its module does, and the laws' inputs stay."""
    before, after = ran(where, "user", "laws"), ran(where, "laws", "user")
    assert before["user"]
    assert after["user"]
    assert before["laws"] == after["laws"]
