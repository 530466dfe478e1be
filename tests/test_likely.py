"""Which of refimpl's functions somebody's may be, and how that is asked."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from ordinary import ORDINARY

from refimpl.proofs.auditing import likely
from refimpl.proofs.commands.main import FIRST_STEPS, main
from refimpl.proofs.engine import catalogue, registry

PORT = """
import numpy as np

def apply_rope(q, freqs):
    c, s, a, b = np.cos(freqs), np.sin(freqs), q[..., 0::2], q[..., 1::2]
    return np.stack([a * c - b * s, a * s + b * c], axis=-1).reshape(q.shape)

def open_file(path):
    return np.load(path)

def _rope(x):
    return x
"""


@pytest.fixture
def port(tmp_path: Path) -> str:
    (tmp_path / "port.py").write_text(PORT)
    return str(tmp_path / "port.py")


def test_names_that_libraries_give_are_of_functions_that_there_are() -> None:
    called = registry.facts().called
    assert set(called) <= set(catalogue.functions())
    assert set(catalogue.names()) == {name.partition(".")[0] for name in called}


def test_ordinary_code_is_found_again() -> None:
    """Of the forms that people type, with the names that these have elsewhere, few may be missed."""
    named = [it for it in ORDINARY if getattr(it.textbook, "__name__", "<lambda>") != "<lambda>"]
    offered = [(it.target, likely.of_function(it.textbook.__name__, it.textbook)) for it in named]
    assert sum(target in names for target, names in offered) >= 0.9 * len(named)
    assert sum(names[:1] == (target,) for target, names in offered) >= 0.7 * len(named)


def apply_rotary_pos_emb(q: Any, k: Any, cos: Any, sin: Any, unsqueeze_dim: int = 1) -> None: ...


def betas_for_alpha_bar(num_diffusion_timesteps: int, max_beta: float = 0.999) -> None: ...


def calculate_frechet_distance(mu1: Any, sigma1: Any, mu2: Any, sigma2: Any, eps: float = 1e-6) -> None: ...


class MyRMSNorm:
    def __init__(self, dim: int) -> None: ...


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (apply_rotary_pos_emb, "rope.rotate"),
        (betas_for_alpha_bar, "ddpm.cosine_schedule"),
        (calculate_frechet_distance, "transport.frechet_distance"),
        (MyRMSNorm, "residual.rms_norm"),
    ],
)
def test_signatures_of_public_libraries(function: Callable[..., Any], name: str) -> None:
    assert likely.of_function(function.__name__, function)[0] == name


def test_arguments_that_find_no_place_count_against_a_function() -> None:
    def norm(x: Any, gamma: Any, beta: Any, eps: float) -> None: ...

    ours = "residual.layer_norm", "residual.rms_norm"
    assert [name for name in likely.of_function("norm", norm) if name in ours] == list(ours)


def test_nothing_speaks_for_any() -> None:
    assert likely.of_function("qqq", lambda *, zz, yy, xx, ww: None) == ()


def test_it_is_refused_with_candidates_where_nobody_can_be_asked(port: str) -> None:
    result = CliRunner().invoke(main, ["audit", f"{port}:apply_rope"])
    assert result.exit_code == 2
    assert "By its name and parameters perhaps rope.rotate, " in result.output
    assert "give --as rope.rotate, or another" in result.output


def test_functions_of_a_module_are_told_with_what_they_may_be(port: str) -> None:
    result = CliRunner().invoke(main, ["audit", port])
    assert result.exit_code == 2
    assert f"--as rope.rotate={port}:apply_rope" in result.output
    assert "open_file" not in result.output
    assert "_rope" not in result.output.replace("apply_rope", "")


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("nowhere.py", "no file 'nowhere.py'"),
        ("nowhere:f", "no module 'nowhere'"),
        ("port.py:nothing", "has no 'nothing'"),
        (None, "Give TARGET, such as port.py:rotate"),
    ],
)
def test_what_is_not_there(port: str, target: str | None, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(port).parent)
    result = CliRunner().invoke(main, ["audit", *([target] if target else [])])
    assert result.exit_code == 2
    assert why in result.output


def on_a_terminal(*words: str, answer: str) -> tuple[int, str]:
    """The exit code and the output of the command, with an answer given to its question."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "refimpl.proofs", *words], stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True, env={**os.environ, "TERM": "dumb"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # the terminal's other end is closed
            break
        if not part:
            break
        shown += part
        if b"none of these)" in shown and answer:
            os.write(ours, f"{answer}\n".encode())
            answer = ""
    os.close(ours)
    return process.wait(), shown.decode()


def test_on_a_terminal_it_is_asked(port: str) -> None:
    code, shown = on_a_terminal(
        "audit", f"{port}:apply_rope", "--examples", "1", "--edge", "broadcasting=raises", answer="1"
    )
    assert code == 0, shown
    assert "  1  rope.rotate " in shown
    assert "Rotate feature pairs by position-dependent angles." in shown
    assert "rope.rotate: right" in shown


def test_none_of_these(port: str) -> None:
    code, shown = on_a_terminal("audit", f"{port}:apply_rope", answer="0")
    assert code == 2
    assert "Give --as NAME" in shown


def test_the_command_alone_says_what_to_do_next() -> None:
    result = CliRunner().invoke(main, [])
    assert result.exit_code == 0
    assert result.output == FIRST_STEPS


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("refimpl au", ["audit"]),
        ("refimpl audit mine.py:f --as ro", ["rope"]),
        ("refimpl audit mine.py:f --as rope.rotate", ["rope.rotate", "rope.rotate_partial"]),
        ("refimpl audit mine.py:f --backend tor", ["torch"]),
        ("refimpl prove rope.norm", ["rope.norm-kept"]),
        ("refimpl show rope.yarn_s", ["rope.yarn_scale", "rope.yarn_softmax_scale"]),
    ],
)
def test_shells_complete_names(words: str, completed: list[str]) -> None:
    variables = {
        "_REFIMPL_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    shown = CliRunner().invoke(main, [], env=variables, prog_name="refimpl", complete_var="_REFIMPL_COMPLETE")
    assert sorted(line.partition(",")[2] for line in shown.output.splitlines()) == completed
