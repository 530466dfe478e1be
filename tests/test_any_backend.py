"""Any Array API module as a backend, by its name."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from refimpl import backends, proofs, rope
from refimpl.backends import BackendUnavailableError, Setting
from refimpl.backends._any import _lacks
from refimpl.proofs.commands.main import main

MINE = """
import numpy as np
from array_api_compat.numpy import *

class Wrong:
    def __getattr__(self, name):
        return getattr(np, name)

    def asarray(self, *args, **kwargs):
        return np.asarray(*args, **kwargs) + 1

class Narrow(Wrong):
    def asarray(self, values, *, dtype=None):
        return np.asarray(values, dtype=np.int32 if dtype == np.int64 else dtype)

wrong, narrow = Wrong(), Narrow()
"""


@pytest.fixture
def mylib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A module of that name which can be imported."""
    (tmp_path / "mylib_xp.py").write_text(MINE)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("mylib_xp", None)


def test_a_module_is_a_backend() -> None:
    pytest.importorskip("array_api_strict")
    backend = backends.get("array_api_strict:")
    assert (backend.name, backend.dtypes, dict(backend.lacks)) == (
        "array_api_strict:",
        ("float64", "float32"),
        {},
    )
    assert backend.ulp("exp", "float64") == 8.0
    on = Setting.of(backend, "float32")
    assert np.array_equal(on.host(on.array([0.1])), np.asarray([0.1], dtype=np.float32))
    assert "taken as 8 ulp" in backend.notes[0]


@pytest.mark.parametrize("name", ["array_api_compat.numpy", "numpy:"])
def test_commands_take_it(name: str) -> None:
    run = CliRunner().invoke(main, ["prove", "rope.norm-kept", "--backend", name, "--examples", "3"])
    assert (run.exit_code, f"{name} float64: 1 held" in run.output) == (0, True), run.output
    run = CliRunner().invoke(main, ["selftest", "rope.norm-kept", "--backend", name, "--examples", "9"])
    assert (run.exit_code, "1 of 1 mistakes refuted" in run.output) == (0, True), run.output
    report = proofs.audit(
        {"rotate": rope.rotate}, backend=name, laws=["norm-kept"], examples=3, isolated=False
    )
    assert report.verdict == "held"


def test_what_it_lacks_is_found() -> None:
    names = {name: getattr(np, name) for name in ("cumulative_sum", "sort", "argsort", "linalg")}
    lacks = _lacks("mine:xp", SimpleNamespace(**names), np.asarray([1.0]))
    assert lacks == {
        "indexing": "mine:xp has no take",
        "sort": "mine:xp has no searchsorted",
        "eager": "its numbers cannot be looked at (AttributeError)",
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nowhere.xp", "No module named 'nowhere'"),
        ("math:", "it lacks asarray, zeros, ones"),
        ("numpy:nothing", "has no attribute 'nothing'"),
        ("mylib_xp:narrow", "asked for int64, which laws need"),
        ("mylib_xp:wrong", r"array of 0.5 and 1.5 comes to NumPy as \[1.5, 2.5\]"),
    ],
)
@pytest.mark.usefixtures("mylib")
def test_what_is_none_says_why(name: str, text: str) -> None:
    with pytest.raises(BackendUnavailableError, match=text):
        backends.get(name)
    with pytest.raises(BackendUnavailableError, match=text):
        proofs.prove("rope.norm-kept", backend=name)
