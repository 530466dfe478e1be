"""Audits as tests of pytest: in modules and classes, from the configuration, in several processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from audited import port

from refimpl import proofs

ROOT = Path(__file__).parents[1]
PORT = Path(port.__file__)

test_case_of_a_right_function = proofs.pytest_case(
    "rope.rotation_matrix-*", impl={"rope.rotation_matrix": port.rotation_matrix}, examples=6
)


class TestInAClass:
    test_case = proofs.pytest_case(
        "rope.rotation_matrix-definition", impl={"rope.rotation_matrix": port.rotation_matrix}, examples=3,
        isolated=False,
    )  # fmt: skip


def run(folder: Path, *arguments: str, plugins: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """pytest in a folder, with no plugins but ours and those named."""
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }  # fmt: skip
    named = [part for name in ("refimpl.proofs.pytest_plugin", *plugins) for part in ("-p", name)]
    command = [sys.executable, "-m", "pytest", "-v", *named, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600
    )


def test_a_failure_shows_the_report_and_no_source(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "from refimpl import proofs\n"
        f"target = {{'rope.rotate': '{PORT}:rotate_backwards'}}\n"
        "test_it = proofs.pytest_case('rope.rotate-definition', impl=target, examples=3, isolated=False)\n"
    )
    ran = run(tmp_path)
    assert ran.returncode == 1
    assert "rope.rotate/wrong-sign" in ran.stdout
    assert "cases.py" not in ran.stdout
    assert "AssertionError" not in ran.stdout
    assert "def " not in ran.stdout


def test_what_is_missing_is_loaded_once(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("with open('loads', 'a') as file:\n    file.write('.')\n")
    (tmp_path / "test_it.py").write_text(
        "from refimpl import proofs\n"
        "test_mine = proofs.pytest_case('rope.rotate-*', impl={'rope.rotate': 'module.py:nothing'})\n"
    )
    ran = run(tmp_path)
    assert ran.returncode == 1
    assert "module.py has no 'nothing'" in ran.stdout
    assert "Traceback" not in ran.stdout
    assert "session.py" not in ran.stdout
    assert (tmp_path / "loads").read_text() == "."
    configured = run(tmp_path, "--refimpl", "rope.rotate = module.py:nothing", "-k", "rotate-definition")
    assert "module.py has no 'nothing'" in configured.stdout
    assert "session.py" not in configured.stdout


@pytest.mark.long
def test_processes_of_xdist_share_one_audit(tmp_path: Path) -> None:
    pytest.importorskip("xdist")
    (tmp_path / "module.py").write_text(
        "with open('loads', 'a') as file:\n    file.write('.')\n"
        "from refimpl.rope import rotate, rotation_matrix\n"
    )
    (tmp_path / "test_it.py").write_text(
        "from refimpl import proofs\n"
        "test_mine = proofs.pytest_case(impl={'rope.rotate': 'module.py:rotate'}, examples=3, jobs=1)\n"
    )
    line = "rope.rotation_matrix = module.py:rotation_matrix"
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nrefimpl =\n    {line}\nrefimpl_examples = 3\n")
    ran = run(tmp_path, "-n", "3", plugins=("xdist",))
    assert ran.returncode == 0, ran.stdout
    assert "gw2" in ran.stdout
    one, several = (tmp_path / "loads").read_text(), ran.stdout.count("PASSED")
    assert several > 10
    assert len(one) <= 1 + os.cpu_count()  # one process for the first audit, at most one a core for the other
    (tmp_path / "loads").unlink()
    assert run(tmp_path, "-n", "3", "-k", "test_mine", plugins=("xdist",)).returncode == 0
    assert (tmp_path / "loads").read_text() == "."


@pytest.mark.long
def test_plugin_makes_a_test_of_every_law(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text(
        f"[pytest]\nrefimpl =\n    rope.rotate = {PORT}:rotate_half (half-split)\n"
        f"    rope.ntk_scale = {PORT}:ntk_scale\n"
        "refimpl_examples = 3\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-v", "-p", "refimpl.proofs.pytest_plugin"]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert "refimpl::rope.rotate::rope.rotate-definition PASSED" in run.stdout
    assert "refimpl::rope.ntk_scale::" in run.stdout
    wrong = [*command, "--refimpl", f"rope.rotate = {PORT}:rotate_backwards", "-k", "rotate-definition"]
    run = subprocess.run(wrong, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "rope.rotate/wrong-sign" in run.stdout
    bad = subprocess.run(
        [*command, "--refimpl", "nonsense"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert bad.returncode == 4
    assert "expected 'NAME = module:function'" in bad.stderr
