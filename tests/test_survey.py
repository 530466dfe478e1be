"""What `refimpl survey` finds out, on libraries that are made here, and that its bindings are sound."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from refimpl.proofs import survey
from refimpl.proofs.commands import survey as survey_command
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import catalogue, planning
from refimpl.proofs.survey import Library, _elsewhere, _run, _shown, lazy
from refimpl.proofs.survey._finding import Surveyed

SCALE = "rope.ntk_scale"
SOURCE = """
import numpy as np

def right(factor, /, *, dim):
    return factor ** (2 / (dim - 2))

def wrong(factor, /, *, dim):
    return factor ** (2 / dim)

def asks(factor, zeta, eta, /, *, dim):
    return right(factor, dim=dim)

def needs_more(factor, /, *, dim):
    return right(factor, dimension=dim)

def gone(factor, /, *, dim):
    from public_library.elsewhere import right
    return right(factor, dim=dim)

def half(x, angles, /):
    n = x.shape[-1] // 2
    a, b, cos, sin = x[..., :n], x[..., n:], np.cos(angles), np.sin(angles)
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], -1)

def of_several(m1, S1, m2, S2, /):
    roots = np.sqrt(np.linalg.eigvals(S1 @ S2).real)
    if len(m1) == 1:
        raise ValueError("one feature")
    return ((m1 - m2) ** 2).sum() + np.trace(S1) + np.trace(S2) - 2 * roots.sum()

def cosine_similarity(u, v, /, *, axis=-1):
    lengths = np.sqrt((u * u).sum(axis)) * np.sqrt((v * v).sum(axis))
    return (u * v).sum(axis) / lengths
"""


@pytest.fixture
def public(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A library that is installed, with nothing bound of it."""
    (tmp_path / "public_library.py").write_text(SOURCE, encoding="utf-8")
    told = tmp_path / "public_library-2.1.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: public-library\nVersion: 2.1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return Library("public-library", backend="numpy")


def _found(library: Library, examples: int = 6) -> Surveyed:
    known = {library.distribution: library}
    [finding] = _run.run(_run.tasks(library.bindings, known), examples, 1)
    return finding


def _invoke(*words: str) -> Result:
    return CliRunner().invoke(main, ["survey", *words])


def test_what_is_right_is_right(public: Library) -> None:
    public.function("right", SCALE, "public_library:right")
    found = _found(public)
    assert (found.answer, found.version, found.laws, found.shown) == ("right", "2.1", {}, None)


def test_what_is_wrong_is_wrong_with_its_cause_and_a_program(public: Library, tmp_path: Path) -> None:
    public.function("wrong", SCALE, "public_library:wrong")
    found = _found(public)
    assert found.answer == "wrong"
    assert "exponent" in found.sentence
    assert "rope.ntk_scale-definition" in found.laws
    assert found.shown is not None
    program = tmp_path / "program.py"
    program.write_text(found.shown.script, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(program)], check=False, capture_output=True, text=True, cwd=tmp_path
    )
    assert ran.returncode == 1, ran.stderr
    assert "got" in ran.stdout


def test_what_is_right_in_another_convention_says_which(public: Library) -> None:
    public.function("half", "rope.rotate", "public_library:half")
    found = _found(public)
    assert found.answer == "right in another convention"
    assert "half-split" in found.sentence


def test_what_loses_digits_says_how_many_are_left(public: Library) -> None:
    public.function("cosine", "matching.cosine_similarity", "public_library:cosine_similarity")
    found = _found(public, 18)
    assert found.answer == "imprecise"
    assert found.digits["extreme"][1] < 8 < found.digits["ordinary"][1]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("public_library:moved", "no 'moved'"),
        ("public_library.part:right", "public_library"),
        ("no_library_at_all:right", "no module"),
        ("public_library:asks", "zeta"),
        ("public_library:needs_more", "dimension"),
        ("public_library:gone", "public_library"),
    ],
)
def test_what_has_moved_or_is_called_otherwise_is_not_bound(public: Library, target: str, said: str) -> None:
    public.function("it", SCALE, target)
    found = _found(public)
    assert found.answer == "not bound"
    assert said in found.sentence, found.sentence
    assert not _shown.complete([found])


def test_what_raises_at_the_simplest_inputs_alone_is_wrong(public: Library) -> None:
    """All laws end there, for they begin with them."""
    public.function(
        "it", "transport.frechet_distance", "public_library:of_several", adapter="one-pair",
        laws=("transport.frechet_distance-definition",),
    )  # fmt: skip
    found = _found(public)
    assert found.answer == "wrong"
    assert "one feature" in found.sentence, found.sentence
    assert found.laws["transport.frechet_distance-definition"]


def test_what_is_not_installed_is_said() -> None:
    library = Library("no-such-distribution", backend="numpy")
    library.function("it", SCALE, "no_such_module:it")
    found = _found(library)
    assert found.answer == "not installed"
    assert not _shown.complete([found])
    assert list(_shown.table([found])) == ["not installed: no-such-distribution"]


def test_a_lazy_module_is_imported_when_it_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "late_module.py").write_text("number = 3\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    late = lazy("late_module")
    assert "late_module" not in sys.modules
    assert late.number == 3
    with pytest.raises(AttributeError):
        late.missing  # noqa: B018
    with pytest.raises(ModuleNotFoundError):
        lazy("no_such_module").anything  # noqa: B018
    del sys.modules["late_module"]


def test_to_say_what_is_bound_imports_none_of_it() -> None:
    code = "import sys; from refimpl.proofs import survey; survey.bindings(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"torch", "jax", "ot", "transformers", "sklearn", "polars"} & set(loaded.split())


def test_bindings_name_what_there_is() -> None:
    for it in survey.bindings().values():
        assert it.function in catalogue.functions(), it
        assert not it.adapter or f"{it.function}/{it.adapter}" in catalogue.adapters(), it
        assert set(it.dtypes) <= set(planning.DTYPES), it
        assert all(it.function in catalogue.law(law).about for law in it.laws), it
        home, _, name = it.target.partition(":")
        if home.startswith(survey.__name__):
            assert hasattr(__import__(home, fromlist=[name]), name), it
        assert it.diagnosed or it.laws, f"{it.name}: the laws that are tried without a diagnosis are named"


def test_names_of_bindings_are_told_apart() -> None:
    named = [it.name for library in survey.libraries().values() for it in library.bindings]
    assert len(named) == len(set(named)) == len(survey.bindings())


def test_functions_are_chosen_by_library_or_wildcard() -> None:
    known = survey.libraries()
    chosen = [it.name for it in _run.select(["scipy", "torch/soft*"], known)]
    assert chosen == [*(it.name for it in known["scipy"].bindings), "torch/softmax"]
    answer = _invoke("scipi")
    assert answer.exit_code == 2
    assert "did you mean scipy" in answer.output
    assert "see `refimpl survey --list`" in _invoke("unlike-any-of-them").output


def test_the_command_audits_and_ends_with_0_whatever_it_found(tmp_path: Path) -> None:
    file, page, folder = tmp_path / "found.json", tmp_path / "found.html", tmp_path / "programs"
    words = ["scipy/spatial.distance.cdist (cosine)", "scipy/special.softmax", "--jobs", "1"]
    answer = _invoke(*words, "--json", str(file), "--html", str(page), "--reproducers", str(folder))
    assert answer.exit_code == 0, answer.output
    assert answer.output.splitlines()[-1].startswith("1 right, 1 wrong in ")
    report = json.loads(file.read_text(encoding="utf-8"))
    assert [it["answer"] for it in report["results"]] == ["right", "wrong"]
    assert "spatial.distance.cdist" in page.read_text(encoding="utf-8")
    assert len(list(folder.iterdir())) == 1


def test_the_table_counts_a_function_with_its_worst_dtype() -> None:
    one = {"library": "a", "version": "1", "public": "f", "function": SCALE}
    findings = [
        Surveyed(answer="right", dtype="float64", **one),
        Surveyed(answer="wrong", dtype="float32", **one),
    ]
    assert list(_shown.table(findings)) == ["library  right  wrong", "a 1      –      1"]
    assert _shown.complete(findings)


def _pretended(tmp_path: Path, answer: Sequence[Any]) -> str:
    """An interpreter that says this of itself."""
    file = tmp_path / "python"
    file.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([[3, 10], []], "it is Python 3.10; expected at least 3.11"),
        ([[3, 12], ["numpy", "click"]], "it lacks numpy, click, with which laws run"),
    ],
)
def test_an_interpreter_that_will_not_do_is_refused(tmp_path: Path, answer: Sequence[Any], said: str) -> None:
    found = _invoke("scipy", "--python", _pretended(tmp_path, answer))
    assert found.exit_code == 2
    assert said in " ".join(found.output.split())
    assert "-m pip install" in found.output or not answer[1]


@pytest.mark.parametrize(
    "words",
    [
        "--python other scipy --jobs 2 --list",
        "scipy --jobs 2 --python=other --list",
        "scipy --jobs 2 --list --python other",
    ],
)
def test_another_interpreter_gets_the_other_words(words: str) -> None:
    told = survey_command._elsewhere_words(("survey", *words.split()))
    assert list(told) == ["scipy", "--jobs", "2", "--list"]


def test_what_is_no_interpreter_is_refused(tmp_path: Path) -> None:
    found = _invoke("--python", str(tmp_path / "nowhere"))
    assert found.exit_code == 2
    assert "does not run as Python" in found.output


def test_another_interpreter_is_lent_this_refimpl(tmp_path: Path) -> None:
    """One that would find no refimpl on its path, away from the folder of this one."""
    with _elsewhere.lent() as folder:
        where = "import refimpl, importlib.metadata as m; print(refimpl.__file__, m.version('refimpl'))"
        environment = {**os.environ, "PYTHONPATH": folder}
        ran = subprocess.run(
            [sys.executable, "-c", where], env=environment, cwd=tmp_path, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
    assert ran.stdout.startswith(folder), ran.stdout
    file = tmp_path / "found.json"
    assert (
        _elsewhere.run(sys.executable, ["scipy/special.softmax", "--examples", "3", "--json", str(file)]) == 0
    )
    assert [it["answer"] for it in json.loads(file.read_text(encoding="utf-8"))["results"]] == ["right"]
