"""Laws and other people's Hypothesis tests in one process: neither changes what the other draws."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from refimpl.backends import Setting, get
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.cases import each_case

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


@pytest.mark.parametrize("name", ["rope.rotate-definition", "matching.spearman-pure", "ddpm.predicates"])
def test_hypothesis_begins_at_the_case_that_failed(name: str) -> None:
    """What was chosen without it is what it chooses, and it makes the case smaller from there."""
    law, on = catalogue.laws()[name], Setting.of(get("numpy"))
    for kind in law.kinds:
        seen: list[str] = []

        def fails_from_the_third(case: Any, seen: list[str] = seen) -> None:
            seen.append(str(case))
            if len(seen) >= 3:
                raise ValueError("as wanted")

        with pytest.raises(ValueError, match="as wanted"):
            each_case(law, on, kind, fails_from_the_third, examples=9, seed=0, shrink=True)
        assert seen[3] == seen[2]
        assert len(set(seen[4:])) > 1  # it tried others, and shows the last


def test_the_same_seed_gives_the_same_different_cases() -> None:
    law, on = catalogue.laws()["rope.rotate-definition"], Setting.of(get("numpy"))

    def drawn(examples: int, seed: int) -> list[str]:
        made: list[str] = []
        each_case(law, on, "ordinary", lambda case: made.append(str(case)), examples=examples, seed=seed)
        return made

    assert drawn(12, 0) == drawn(20, 0)[:12]
    assert len(set(drawn(20, 0))) == 20
    assert drawn(12, 0)[1:] != drawn(12, 1)[1:]
