"""Documents of other packages, installed as people install them: every command works on them as on ours.

`tests/ninth` is a ninth document, made from what `refimpl new` writes, as `docs/new.md` shows; the other is
what `refimpl new` writes, as it is.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "new.md").read_text(encoding="utf-8")
REFIMPL = [sys.executable, "-m", "refimpl.proofs"]
FUNCTIONS = {"attention": "attend", "fresh": "rms_norm"}


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in a folder, with what is installed in `site` beside it."""
    places = [str(folder / "site"), *filter(None, sys.path)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(places), "XDG_CONFIG_HOME": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def works(folder: Path, *command: str, code: int = 0) -> str:
    """What a command says, which ends with this code, and has nothing to say of documents left out."""
    result = run(folder, *command)
    assert result.returncode == code, f"{command}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
    assert "left out" not in result.stderr
    return result.stdout


def install(folder: Path, package: Path) -> None:
    """Install a package without the network; what setuptools leaves in its folder is not installed twice."""
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--upgrade",
    ]
    works(folder, *pip, "--target", str(folder / "site"), str(package))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both packages, installed into `site`; the ninth as the page makes it."""
    made = tmp_path_factory.mktemp("ninth")
    works(made, *REFIMPL, "new", "fresh")
    install(made, made / "fresh")
    assert commands()[0] == ["refimpl", "new", "attention"]
    works(made, *REFIMPL, "new", "attention")
    install(made, made / "attention")
    works(made, *REFIMPL, "prove", "attention", "--jobs", "1")  # as it is
    shutil.rmtree(made / "attention" / "build", ignore_errors=True)
    shutil.copytree(ROOT / "tests" / "ninth", made / "attention", dirs_exist_ok=True)
    install(made, made / "attention")
    return made


def commands() -> list[list[str]]:
    """The commands of the page."""
    blocks = re.findall(r"^```sh\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def test_the_page_shows_what_is_in_the_files() -> None:
    files = [file for file in (ROOT / "tests" / "ninth").rglob("*") if file.suffix in (".py", ".md", ".toml")]
    texts = [file.read_text(encoding="utf-8") for file in files]
    blocks = re.findall(r"^```(?:python|toml|markdown)\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(blocks) > 8
    for block in blocks:
        assert any(block in text for text in texts) or block.startswith("import numpy"), block


def test_every_command_of_the_page(folder: Path) -> None:
    [theirs] = re.findall(r"^```python\n(import numpy.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (folder / "theirs.py").write_text(theirs, encoding="utf-8")
    rest = [words for words in commands()[1:] if words[0] == "refimpl"]
    assert {words[1] for words in rest} == {
        "prove", "selftest", "certify", "accuracy", "sensitivity", "errata", "list", "show", "audit",
    }  # fmt: skip
    for _, *words in rest:
        text = works(folder, *REFIMPL, *words, code=int(words[0] == "audit"))
        assert "attention" in text
    assert "the mistake attention.attend/divides-by-d" in text


def test_every_verdict_of_a_new_package(folder: Path) -> None:
    name, out = "fresh", folder / "fresh.json"
    for command, verdicts in (
        ("prove", {"held"}),
        ("selftest", {"held", "refuted"}),
        ("certify", {"held", "skipped"}),
        ("accuracy", {"measured"}),
        ("sensitivity", {"found"}),
    ):
        works(folder, *REFIMPL, command, name, "--jobs", "2", "--json", str(out))
        results = json.loads(out.read_text(encoding="utf-8"))["results"]
        assert {it.get("verdict", it.get("status")) for it in results} == verdicts, command
        assert all(key.startswith(f"{name} ") for it in results for key in it["claims"])
        assert results
        assert any(it["claims"] for it in results)


SHOWING = """
import json, sys
from click.testing import CliRunner
from refimpl.proofs.commands.main import main
for words in json.loads(sys.argv[1]):
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, (words, result.output)
    print(json.dumps(result.output))
"""
"""Many commands in one process: each of its own would take a second to load all documents."""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_list_show_and_errata(folder: Path, name: str) -> None:
    function = f"{name}.{FUNCTIONS[name]}"
    expected = {
        ("errata", name): f"{name} states no errata\n",
        ("list", "documents"): f"| {name} | [",
        ("list", "claims", name): f"{name} D1",
        ("list", "functions", name): f"{function}  ({name} D",
        ("list", "laws", name): f"{function}-pure",
        ("list", "mistakes", name): f"{function}/remembers",
        ("list", "adapters", name): f"{function}/",
        ("list", "edges", name): f"{function}/nan-argument",
        ("show", name): "Original title: ",
        ("show", f"{name} D1"): f"Functions\n  {name}.",
        ("show", function): f"Laws\n  {name}.",
        ("show", f"{function}-pure"): f"about: {function}",
    }
    texts = works(folder, sys.executable, "-c", SHOWING, json.dumps(list(expected))).splitlines()
    for (words, part), text in zip(expected.items(), texts, strict=True):
        assert part in json.loads(text), words


@pytest.mark.parametrize("name", FUNCTIONS)
def test_audit(folder: Path, name: str) -> None:
    """The reference itself is right, and a program shows what a wrong one gives, without refimpl."""
    function = f"{name}.{FUNCTIONS[name]}"
    target = f"{name}:{FUNCTIONS[name]}"
    assert "right: all laws hold" in works(folder, *REFIMPL, "audit", target, "--as", function)
    (folder / "half.py").write_text(
        f"import {name}\n\ndef half(*args, **kw):\n    return {function}(*args, **kw) / 2\n"
    )
    words = ("audit", "half.py:half", "--as", function, "--reproducer", "show.py")
    assert "half" in works(folder, *REFIMPL, *words, code=1)
    assert "expected" in works(folder, sys.executable, "show.py", code=1)


@pytest.mark.skipif(find_spec("sphinx") is None, reason="needs the extra book")
def test_book(folder: Path) -> None:
    """The pages of both packages, with the code of their mistakes."""
    assert "pages: book" in works(folder, *REFIMPL, "book", "book", *FUNCTIONS)
    text = (folder / "book" / "documents" / "attention" / "attend.html").read_text(encoding="utf-8")
    for part in ("divides-by-d", "<math", "attend_divides_by_d"):
        assert part in text


@pytest.mark.parametrize("name", FUNCTIONS)
def test_pytest(folder: Path, name: str) -> None:
    """The package's own tests, and refimpl's plugin for pytest."""
    plain = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    text = works(folder, *plain, "-c", f"{name}/pyproject.toml", "--rootdir", name, f"{name}/tests")
    assert re.search(r"\d+ passed", text)
    assert "skipped" not in text
    (folder / "none").mkdir(exist_ok=True)
    (folder / "none" / "pytest.ini").write_text("[pytest]\n")
    function = f"{name}.{FUNCTIONS[name]}"
    entry = f"{function} = {name}:{FUNCTIONS[name]}"
    text = works(folder, *plain, "-c", "none/pytest.ini", "none", "--refimpl", entry)
    assert re.search(r"\d+ passed", text)
