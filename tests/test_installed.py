"""Documents of other packages: those that `refimpl new` writes are found, broken ones are left out."""

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from click.testing import CliRunner

from refimpl.proofs.commands import new
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import catalogue, installed, loading, registry, report

OURS = ("argmaxable", "ddpm", "density", "flow", "matching", "residual", "rope", "transport")
Change = Callable[[str], str]
Write = Callable[..., Path]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages, forgotten in the end."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # files are changed within a second
    before = set(sys.modules)
    importlib.invalidate_caches()
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.partition(".")[0].startswith("made"):
            del sys.modules[name]


def install(site: Path, name: str, changes: Mapping[str, Change] | None = None, document: str = "") -> None:
    """Install what `refimpl new` writes, with some of its files changed; what becomes empty is not there."""
    texts = {place: text for place, text in new.texts(name) if place.startswith(f"{name}/")}
    for file, change in (changes or {}).items():
        texts[f"{name}/{file}"] = change(texts.get(f"{name}/{file}", ""))
    for place, text in texts.items():
        (site / place).parent.mkdir(parents=True, exist_ok=True)
        if text:
            (site / place).write_text(text, encoding="utf-8")
    info = site / f"dist_{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: dist-{name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{installed.GROUP}]\n{document or name} = {name}.proofs\n")


def found() -> tuple[Mapping[str, loading.Installed], Mapping[str, str]]:
    """What there is now; what this process works with stays as it is."""
    return loading.found()


def changed(old: str, new_: str) -> Change:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new_)

    return change


def test_refimpls_own_are_found_first(site: Path) -> None:
    assert tuple(found()[0]) == OURS
    install(site, "made")
    sound, broken = found()
    assert tuple(sound) == (*OURS, "made")
    assert not broken
    made = sound["made"]
    assert made.distribution == "dist-made 1.0"
    assert [name for name, _ in made.public()] == ["made.rms_norm"]
    assert [member.id for member in made.members] == [
        "made.rms_norm/normalized-shape", "made.rms_norm-definition", "made.rms_norm/eps-outside-root",
    ]  # fmt: skip
    assert list(made.states.entries) == ["D1"]


def test_what_a_document_defines_and_proves(site: Path) -> None:
    install(site, "made")
    sound, _ = found()
    made, rope = sound["made"], sound["rope"]
    assert made.defines("made")
    assert made.defines("made.kernels")
    assert not made.defines("made.proofs.laws")
    assert made.proves("made.proofs.laws")
    assert not made.defines("madeup")
    assert rope.defines("refimpl.rope._rotation")
    assert not rope.defines("refimpl.proofs.documents.rope.rotation")
    assert not rope.defines("refimpl._xp")


BROKEN: dict[str, tuple[str, Change, str]] = {
    "import error": (
        "proofs/laws.py",
        lambda text: "import nowhere\n" + text,
        "ModuleNotFoundError: No module named 'nowhere'",
    ),
    "exit": ("__init__.py", lambda _: "raise SystemExit(3)\n", "SystemExit: 3"),
    "no FUNCTIONS": (
        "proofs/__init__.py",
        lambda _: "'''Proofs.'''\n",
        "made.proofs has no FUNCTIONS = ",
    ),
    "no __all__": (
        "__init__.py",
        changed('__all__ = ["rms_norm"]', ""),
        "made has no __all__, which says what is public",
    ),
    "a name in __all__": (
        "__init__.py",
        changed('["rms_norm"]', '["norm"]'),
        "made has no norm, which is in its __all__",
    ),
    "a law about nothing": (
        "proofs/laws.py",
        changed('about=("made.rms_norm",)', 'about=("made.rms_norm", "made.norm")'),
        "law 'made.rms_norm-definition' is about made.norm, which does not exist",
    ),
    "a mistake of nothing": (
        "proofs/more.py",
        lambda _: (
            "from .mistakes import mistake\n\n\n"
            "@mistake('made.norm', 'no-eps', 'Leaves eps out.')\n"
            "def norm(x, /, *, eps=1e-6):\n    return x\n"
        ),
        "mistake 'made.norm/no-eps' is about made.norm, which does not exist",
    ),
    "an adapter of nothing": (
        "proofs/adapters.py",
        changed('"made.rms_norm"', '"made.norm"'),
        "adapter 'made.norm/normalized-shape' is about made.norm, which does not exist",
    ),
    "refutes nothing": (
        "proofs/laws.py",
        changed("rms_norm/eps-outside-root", "rms_norm/no-eps"),
        "law 'made.rms_norm-definition' refutes 'made.rms_norm/no-eps', which does not exist",
    ),
    "a name of others": (
        "proofs/laws.py",
        changed('"made.rms_norm-definition"', '"rope.rms_norm"'),
        "law 'rope.rms_norm' has to begin with 'made'",
    ),
    "two of a name": (
        "proofs/more.py",
        lambda _: (
            "from .mistakes import mistake\n\n\n"
            "@mistake('made.rms_norm', 'eps-outside-root', 'Once more.')\n"
            "def again(x, /, *, eps=1e-6):\n    return x\n"
        ),
        "two of its mistakes are called made.rms_norm/eps-outside-root",
    ),
    "no title": (
        "proofs/document.md",
        changed("# Root mean square layer", "Root mean square layer"),
        "document.md of made: expected the line `# title`",
    ),
    "no document.md": (
        "proofs/document.md",
        lambda _: "",
        "made.proofs has no document.md; if it is there, is it package",
    ),
    "an entry of nothing": (
        "proofs/document.md",
        changed("`rms_norm`", "`norm`"),
        "its D1 names the function norm, which does not exist",
    ),
    "a number of nothing": (
        "proofs/laws.py",
        changed('source="made D1"', 'source="made D1, C7"'),
        "law 'made.rms_norm-definition' cites made C7, which does not exist",
    ),
    "no citation": (
        "__init__.py",
        changed("    Source: made D1.\n", ""),
        "function 'made.rms_norm' cites ''; expected numbers of a document, such as 'made D1'",
    ),
    "no law": (
        "proofs/laws.py",
        lambda _: "'''None yet.'''\n",
        "no law is about function 'made.rms_norm'",
    ),
    "no FACTS": ("proofs/facts.py", lambda _: "'''None.'''\n", "made.proofs.facts has no FACTS, a Facts"),
    "no SWEEPS": ("proofs/sweeps.py", lambda _: "SWEEPS = ()\n", "made.proofs.sweeps has no SWEEPS, a list"),
    "unknown needs": (
        "__init__.py",
        lambda text: text + "\n\nrms_norm.needs = 'linear algebra'\n",
        "made.rms_norm.needs is 'linear algebra'; expected a frozenset of some of cumulative, eager",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_document_is_left_out_with_the_reason(site: Path, what: str) -> None:
    file, change, why = BROKEN[what]
    install(site, "made", {file: change})
    install(site, "made_well")
    sound, broken = found()
    assert tuple(sound) == (*OURS, "made_well")
    assert list(broken) == ["made"]
    assert broken["made"].startswith("document 'made' of dist-made 1.0: ")
    assert why in broken["made"]


def test_a_name_belongs_to_whom_it_came_to_first(site: Path) -> None:
    install(site, "made_rope", document="rope")
    install(site, "made_twice", document="made")
    install(site, "made")
    sound, broken = found()
    assert sound["rope"].distribution.startswith("refimpl ")
    assert sound["made"].distribution == "dist-made 1.0"
    assert "refimpl 0.1.0 brings a document of this name" in broken["rope of dist-made_rope 1.0"]
    assert "dist-made 1.0 brings a document of this name" in broken["made of dist-made_twice 1.0"]


def run(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "refimpl.proofs", *words]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(site), *filter(None, sys.path)])}
    return subprocess.run(command, env=environment, cwd=site, capture_output=True, text=True, check=False)


def test_commands_say_what_was_left_out(site: Path) -> None:
    """Once each; and where everything was asked for, the exit code says that not all was there."""
    install(site, "made", {"proofs/laws.py": lambda text: "import nowhere\n" + text})
    install(site, "made_rope", document="rope")
    everything = run(site, "list", "laws")
    assert everything.returncode == 3
    assert everything.stderr.splitlines() == [
        "note: left out: document 'made' of dist-made 1.0: ModuleNotFoundError: No module named 'nowhere'",
        "note: left out: document 'rope' of dist-made_rope 1.0: refimpl 0.1.0 brings a document of this name",
    ]
    assert "rope.norm-kept" in everything.stdout
    one = run(site, "prove", "rope.norm-kept", "--examples", "3", "--jobs", "1")
    assert one.returncode == 0, one.stderr
    assert one.stderr == "", "a law of our own loads no other document"
    asked = run(site, "prove", "made")
    assert asked.returncode == 2
    assert "no law is called 'made': document 'made' of dist-made 1.0: ModuleNotFoundError" in asked.stderr


class TestNew:
    def test_it_writes_nothing_over(self, tmp_path: Path) -> None:
        folder = tmp_path / "there"
        result = CliRunner().invoke(main, ["new", "made", str(folder)])
        assert result.exit_code == 0, result.output
        files = sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
        assert files == sorted(place for place, _ in new.texts("made"))
        assert "{{" not in "".join(file.read_text() for file in folder.rglob("*") if file.is_file())
        (folder / "README.md").write_text("mine")
        again = CliRunner().invoke(main, ["new", "made", str(folder)])
        assert again.exit_code == 2
        assert "Nothing was written" in again.output
        assert (folder / "README.md").read_text() == "mine"

    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("rope", "'rope', which is a document of refimpl"),
            ("json", "'json', which is a module here already"),
            ("numpy", "'numpy', which is a module here already"),
            ("3rd", "expected a Python identifier"),
            ("a-b", "expected a Python identifier"),
            ("class", "expected a Python identifier"),
            ("Norms", "expected a Python identifier of small letters"),
        ],
    )
    def test_names_that_cannot_be(self, name: str, why: str, tmp_path: Path) -> None:
        result = CliRunner().invoke(main, ["new", name, str(tmp_path / "there")])
        assert result.exit_code == 2
        assert why in " ".join(result.output.split())
        assert not (tmp_path / "there").exists()


def test_a_checkout_that_is_not_installed_has_its_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "entry_points", lambda group: ())
    sound, broken = found()
    assert tuple(sound) == OURS
    assert not broken
    assert {document.distribution.partition(" ")[0] for document in sound.values()} == {"refimpl"}


NARROWED = """
from refimpl.proofs.engine import catalogue, installed, registry
installed.narrow(["rope"])
print(*registry.everywhere())
print(*registry.functions())
print(*catalogue.laws(), *catalogue.mistakes(), *catalogue.adapters(), *catalogue.edges())
"""


def test_a_process_about_one_document_knows_all_of_it_and_the_names_of_all_functions() -> None:
    done = subprocess.run([sys.executable, "-c", NARROWED], capture_output=True, text=True, check=True)
    everywhere, here, known = (line.split() for line in done.stdout.splitlines())
    assert everywhere == list(registry.everywhere()) == list(registry.functions())
    assert here == [name for name in registry.functions() if name.startswith("rope.")]
    kinds = catalogue.laws(), catalogue.mistakes(), catalogue.adapters(), catalogue.edges()
    assert known == [name for kind in kinds for name in kind if name.startswith("rope.")]


def test_a_command_called_in_a_process_of_others_leaves_it_all_documents() -> None:
    audited = CliRunner().invoke(
        main, ["audit", "refimpl.rope:rotate", "--as", "rope.rotate", "--examples", "1"]
    )
    assert audited.exit_code == 0, audited.output
    assert not installed.narrowed()
    assert tuple(found()[0]) == OURS


def test_what_is_about_a_function_of_ours_stands_in_its_document() -> None:
    for law in registry.written_laws().values():
        assert {name.partition(".")[0] for name in law.about} == {law.document}, law.id
    for kind in (registry.written_mistakes(), registry.adapters(), registry.written_edges()):
        for name, it in kind.items():
            assert it.function.partition(".")[0] == name.partition(".")[0], name
    for name, document in registry.loaded().items():
        facts = document.module("facts")
        told = (
            [it for field in fields(facts.FACTS) for it in getattr(facts.FACTS, field.name)] if facts else []
        )
        named = [it for it in told if it.partition(".")[0] in installed.named()]
        assert {it.partition(".")[0] for it in named} <= {name}, name


def test_a_report_is_written_where_no_version_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where refimpl is imported from a folder."""

    def version(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(installed, "version", version)
    assert report.versions()["refimpl"] == "(not installed)"
