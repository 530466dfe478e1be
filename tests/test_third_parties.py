"""Backends of others: found by entry point, each in fewer than 30 lines, whatever their namespaces lack.

`bare` is a stand-in that always runs; MLX, marray and ndonnx run where they are installed.
"""

import importlib
import re
import tomllib
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from libraries import bare, join
from specimens import SPECIMENS

from refimpl import _libraries, argmaxable, backends, matching, proofs, rope
from refimpl._errors import DTypeError, NamespaceError
from refimpl.backends import BackendUnavailableError, Setting
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.runner import run_law

pytestmark = pytest.mark.filterwarnings("ignore:.*lossy cast to 'float32':UserWarning")  # of ndonnx, for cos
REAL = {"mlx": "mlx.core", "marray": "marray", "ndonnx": "ndonnx"}
LAWS = ("rope.rotate-definition", "matching.rank-definition", "residual.layer_norm-definition")


@pytest.fixture(params=["bare", *REAL])
def on(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Setting:
    """The setting of each of them."""
    name: str = request.param
    if name in REAL:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # ndonnx misses an onnxruntime
            pytest.importorskip(REAL[name])
    join(monkeypatch, f"{name}:make")
    backend = backends.get(name)
    return Setting.of(backend, backend.dtypes[0])


@pytest.mark.parametrize("name", REAL)
def test_a_record_is_short(name: str) -> None:
    text = (Path(__file__).parent / "libraries" / f"{name}.py").read_text()
    assert len(text.splitlines()) - text.count("\n\n") < 30


@pytest.mark.parametrize("law", LAWS)
def test_laws_hold(law: str, on: Setting) -> None:
    outcome = run_law(catalogue.laws()[law], on, examples=3, seed=0)
    assert outcome.verdict == "held", outcome.reason


def test_host_functions_take_its_arrays(on: Setting) -> None:
    W, b = np.asarray([[1.0], [0.0], [-1.0]]), np.zeros(3)
    assert argmaxable.classify(on.array(W), on.array(b)) == argmaxable.classify(W, b)


@pytest.mark.parametrize(
    "on",
    ["bare", "mlx", "marray", pytest.param("ndonnx", marks=pytest.mark.long)],  # milliseconds an operation
    indirect=True,
)
def test_an_audit_refutes(on: Setting) -> None:
    def backwards(x: Any, angles: Any, *, layout: str = "interleaved") -> Any:
        return rope.rotate(x, -angles, layout=layout)

    report = proofs.audit(
        {"rope.rotate": backwards},
        backend=on.backend.name,
        dtype=on.precision.name,
        laws=["rope.rotate-def*"],
        examples=3,
        isolated=False,
    )
    assert "the rotation matrix was transposed" in str(report)


# What the stand-in shows of the namespace that a record brings


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Setting:
    join(monkeypatch, "bare:make")
    return Setting.of(backends.get("bare"), "float64")


def test_without_its_backend_the_library_is_none_of_the_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refimpl._libraries._told", {})
    text = (
        r"rope\.frequencies: xp: got .*whose empty\(shape, dtype=, device=\) raises TypeError.*A backend can"
    )
    with pytest.raises(NamespaceError, match=text):
        rope.frequencies(4, xp=bare.own, dtype=bare.own.float64)


def test_the_namespace_of_the_record_is_used(stand_in: Setting) -> None:
    xp = stand_in.xp
    scores = stand_in.array([0.5, 0.1, 0.5, 0.9])
    assert stand_in.host(matching.rank(scores)).tolist() == [2.5, 1.0, 2.5, 4.0]
    assert _libraries.array_namespace(scores) is xp
    assert stand_in.host(rope.frequencies(4, xp=xp, dtype=xp.float64)).shape == (2,)
    with pytest.raises(DTypeError, match="dtype"):
        rope.frequencies(4, xp=xp, dtype="complex128")


@pytest.mark.parametrize("name", sorted(SPECIMENS))
def test_every_function_runs(name: str, stand_in: Setting) -> None:
    function, given = SPECIMENS[name](stand_in, 4)
    function(*given)


def test_arrays_of_two_libraries_do_not_mix(stand_in: Setting) -> None:
    with pytest.raises(NamespaceError, match="arrays of one library"):
        rope.rotate(stand_in.array([1.0, 0.0]), np.asarray([0.5]))


# Errors that come early


def test_a_backend_of_another_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    join(monkeypatch, "bare:misnamed")
    with pytest.raises(
        BackendUnavailableError, match="the entry point is misnamed, but the backend grudging"
    ):
        backends.get("misnamed")


def test_a_backend_that_alters_numbers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    join(monkeypatch, "bare:altering")
    with pytest.raises(
        BackendUnavailableError, match=r"array of 0\.5 and 1\.5 comes to NumPy as \[1\.5, 2\.5\]"
    ):
        backends.get("altering")


def test_advice_names_extras_that_exist() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    for name in ("numpy", "torch", "jax", "cupy", "dask", "dpnp", "strict", "ball"):
        install = importlib.import_module(f"refimpl.backends.{name}").INSTALL
        for extra in re.findall(r"refimpl\[(\w+)\]", install):
            assert extra in project["optional-dependencies"]
        assert "refimpl[" in install or name in ("numpy", "ball")
