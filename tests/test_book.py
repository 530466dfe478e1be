"""The book: its pages, the checker of links, and the tutorials, whose commands give what they say."""

import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from refimpl.proofs.book import accuracy, code, guides, links, markdown, site
from refimpl.proofs.book.docstring import Docstring
from refimpl.proofs.book.pages import Book, counts, pages
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import catalogue, registry

ROOT = Path(__file__).parents[1]
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
_BLOCK = re.compile(r"^```(python|sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ENDS = re.compile(r"\s*# ends with (\d+)$")

needs_jinja = pytest.mark.skipif(find_spec("jinja2") is None, reason="needs the extra book")
needs_sphinx = pytest.mark.skipif(
    not all(find_spec(name) for name in site.LIBRARIES), reason="needs the extra book"
)


# Tutorials.


def says(output: str, expected: str) -> None:
    """The lines of a block stand in the output in their order; … stands for anything."""
    place = 0
    for line in filter(None, (it.strip() for it in expected.splitlines())):
        pattern = ".*".join(map(re.escape, line.split("…")))
        found = re.compile(pattern).search(output, place)
        assert found, f"{line!r} is not in\n{output[place:]}"
        place = found.end() if line != "…" else place


def command(words: list[str], folder: Path) -> tuple[int, str]:
    """What a command of a tutorial gives: its exit code and all that it prints."""
    if words[0] == "refimpl":
        run = CliRunner().invoke(main, words[1:])
        return run.exit_code, run.output
    assert words[0] == "python"
    ran = subprocess.run([sys.executable, *words[1:]], cwd=folder, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
@pytest.mark.long
def test_tutorial(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are written, commands run, and what they print is what the page says."""
    monkeypatch.chdir(tmp_path)
    output, ran = "", 0
    for kind, text in _BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "python" and (named := re.match(r"# ([\w.]+)\n", text)):
            (tmp_path / named[1]).write_text(text, encoding="utf-8")
        elif kind == "python":
            monkeypatch.syspath_prepend(str(tmp_path))
            exec(compile(text, page.name, "exec"), {"__name__": page.stem})
            sys.modules.pop("port", None)  # the module that a tutorial has written
        elif kind == "text":
            says(output, text)
        else:
            output = ""
            for line in text.splitlines():
                wanted = int(found[1]) if (found := _ENDS.search(line)) else 0
                given, told = command(shlex.split(_ENDS.sub("", line)), tmp_path)
                assert given == wanted, f"{line}\n{told}"
                output, ran = output + told, ran + 1
    assert ran > 1


def test_what_a_tutorial_says_can_be_wrong() -> None:
    says("a 1\nb 2\nc 3\n", "a …\n…\nc 3")
    for wrong in ("a 2", "b 2\na 1", "…\nd"):
        with pytest.raises(AssertionError, match="is not in"):
            says("a 1\nb 2\nc 3\n", wrong)
