"""Pages that are kept: the same as those that are made, and made anew where anything changed."""

import itertools
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from refimpl.proofs.commands.kept import stamps

RUN = """
import sys
from refimpl.proofs.commands import entry

sys.argv = ["refimpl", *sys.argv[1:]]
try:
    entry.main()
finally:
    print("numpy" in sys.modules, file=sys.stderr)
"""


def ran(home: Path, words: Sequence[str]) -> tuple[int, str, str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment |= {"HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    command = [sys.executable, "-c", RUN, *words]
    done = subprocess.run(
        command, cwd=home, env=environment, check=False, capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout, done.stderr.strip()


@pytest.mark.parametrize("words", [["list", "laws", "rope.*"], ["show", "rope.rotate"]], ids=" ".join)
def test_a_page_that_was_made_before_comes_without_what_it_is_made_from(
    words: Sequence[str], tmp_path: Path
) -> None:
    code, made, loaded = ran(tmp_path, words)
    assert (code, loaded) == (0, "True")
    assert made.count("\n") > 10
    assert ran(tmp_path, words) == (0, made, "False")


def test_errors_and_backends_are_not_kept(tmp_path: Path) -> None:
    for words in (["show", "rope.rotat"], ["show", "numpy"], ["list", "backends"]):
        first = ran(tmp_path, words)
        assert first[2].endswith("True")
        assert ran(tmp_path, words) == first


def test_whatever_a_page_is_made_from_counts(tmp_path: Path) -> None:
    package, others = tmp_path / "package", tmp_path / "others"
    (package / "inner").mkdir(parents=True)
    others.mkdir()
    file = package / "inner" / "law.py"
    seen = []

    def look() -> None:
        seen.append(list(stamps(package, [str(others), str(tmp_path / "missing")])))

    look()
    file.write_text("1")
    look()
    file.write_text("12")
    look()
    os.utime(file, ns=(1, 1))
    look()
    (others / "norms.dist-info").mkdir()
    look()
    assert all(a != b for a, b in itertools.pairwise(seen))
    (package / "inner" / "__pycache__").mkdir()
    (package / "inner" / "__pycache__" / "law.pyc").write_text("1")
    look()
    assert seen[-1] == seen[-2]
