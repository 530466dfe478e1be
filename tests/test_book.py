"""The book: its pages, the checker of links, and the tutorials, whose commands give what they say."""

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from refimpl.proofs.book import accuracy, code, guides, links, markdown, pictures, site
from refimpl.proofs.book.docstring import Docstring
from refimpl.proofs.book.pages import Book, counts, pages
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import catalogue, registry
from refimpl.proofs.pages import extra
from refimpl.proofs.pages.report import ReportError

ROOT = Path(__file__).parents[1]
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
_BLOCK = re.compile(r"^```(python|sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ENDS = re.compile(r"\s*# ends with (\d+)$")

needs_jinja = pytest.mark.skipif(find_spec("jinja2") is None, reason="needs the extra book")
needs_report = pytest.mark.skipif(bool(extra.PAGES.missing()), reason="needs the extra report")
needs_sphinx = pytest.mark.skipif(bool(extra.BOOK.missing()), reason="needs the extra book")


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
    ran = subprocess.run(
        [sys.executable, *words[1:]], cwd=folder, capture_output=True, text=True, check=False
    )
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


# Pages.


@needs_jinja
def test_a_function_has_all_that_is_known_of_it() -> None:
    text = dict(pages(Book(("residual",))))["documents/residual/rms_norm.md"]
    function = "residual.rms_norm"
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    assert headings[0] == function
    for heading in ("Definition", "Use", "Example", "Code", "Laws", "Mistakes", "Conventions", "Errors"):
        assert heading in headings
    mistakes = [it for it in catalogue.written_mistakes().values() if it.function == function]
    adapters = [it for it in catalogue.adapters().values() if it.function == function]
    assert {it.id.partition("/")[2] for it in mistakes} | {it.name for it in adapters} <= set(headings)
    for part in (
        "**[residual P1](#residual-p1).** RMSNorm divides a row by its root mean square",
        r"\frac",  # the formula of the document
        "{py:function} rms_norm(x, gamma=None, /, *, eps=1e-06)\n:module: refimpl.residual",
        "return _rms_norm(",  # the code, and that of the kernel below it
        "def _rms_norm(",
        "[`residual.rms_norm-definition`](#residual.rms_norm-definition)",
        "[residual C10](#residual-c10): RMSNorm of a scaled row",
        "def rms_norm_eps_outside(",  # the code of a mistake
        "Seen in public: OLMo\\#281",
        ">>> rms_norm(",
        "| float64 | ",
    ):
        assert part in text, part
    assert '"""' not in text  # no docstrings in code


@needs_jinja
def test_every_page_is_there_and_every_mistake_law_and_entry_has_its_place() -> None:
    book = Book(("argmaxable", "residual"))
    made = site.sources(book)
    assert {f"documents/{name.replace('.', '/')}.md" for name in book.functions} <= made.keys()
    anchors = {anchor for text in made.values() for anchor in re.findall(r"^\((\S+)\)=$", text, re.MULTILINE)}
    assert {markdown.label(name) for name in book.anchors} <= anchors
    wanted = {to for text in made.values() for to in re.findall(r"\]\(#([^)]+)\)", text)}
    headings = {"usage"} | {it for it in wanted if it not in anchors}
    assert headings <= {"usage"}, "links within the book lead to anchors"
    assert [it["name"] for it in counts(book)] == ["argmaxable", "residual"]


def test_code_is_found_for_everything_that_is_written() -> None:
    """Functions, laws, mistakes and adapters of all documents: none is a gap on its page."""
    for function in catalogue.functions().values():
        assert code.definition(function.implementation).text.startswith("def ")
    members = [*catalogue.written_laws().values(), *catalogue.written_mistakes().values()]
    for it in [*members, *catalogue.adapters().values()]:
        package = registry.loaded()[it.id.partition(".")[0]].proofs.__name__
        found = code.member(it, package)
        assert found.text, it.id
        assert re.fullmatch(r"proofs/documents/\w+/\w+\.py:\d+", found.place)


def test_every_docstring_is_read_whole() -> None:
    """Every word of a docstring stands in one of its parts."""
    for name, function in catalogue.functions().items():
        found = Docstring.read(function.doc)
        parts = [found.text, found.returns, found.reference, function.summary, function.source]
        parts += [text for _, text in found.examples]
        parts += [text for pair in (*found.parameters, *found.raises) for text in pair]
        left = set(function.doc.split()) - set(" ".join(parts).split())
        assert left <= {"Parameters", "Returns", "Raises", "Examples", "Source:", "Reference:", "----------",
                        "-------", "------", "--------", f"{function.source.split()[-1]}."}, name  # fmt: skip
        assert found.parameters or not function.declared.arguments
        assert any(is_code for is_code, _ in found.examples)


def test_figures_are_those_of_the_table() -> None:
    text = (ROOT / "ACCURACY.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("| `rope.rotate` |"))
    figures = accuracy.figures()["rope.rotate"]
    assert [", ".join(it) for it in figures.formats.values()] == [it.strip() for it in row.split("|")[2:4]]
    assert set(accuracy.figures()) <= set(catalogue.functions())
    assert "numpy bfloat16" in accuracy.figures()["rope.sinusoidal"].formats


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x_a *b* [c] $d$ <e>", r"x\_a \*b\* \[c\] \$d\$ \<e\>"),
        ("`x_a` stays\nx_b", r"`x_a` stays x\_b"),
        ("- a", r"\- a"),
        ("1. a", r"\1. a"),
        ("= a | b", r"\= a \| b"),
    ],
)
def test_plain_text_stays_what_it_is(text: str, shown: str) -> None:
    assert markdown.escaped(text) == shown


def test_what_a_document_refers_to_is_linked() -> None:
    entries, functions = frozenset({"a D1", "b C2"}), frozenset({"a.f", "b.g"})
    text = "D1, b C2, C2, $D1$ and `f`, `b.g`, `h`, D12"
    assert markdown.linked(text, "a", entries, functions) == (
        "[D1](#a-d1), [b C2](#b-c2), C2, $D1$ and [`f`](#a.f), [`b.g`](#b.g), `h`, D12"
    )


def test_links_between_files_become_links_between_pages() -> None:
    known = {"docs/new.md": "guides/new.md", "docs/tutorials/a.md": "tutorials/a.md", "C.md": "c.md"}
    fence = "```\n[g](x)\n```"
    text = f"[a](../new.md#b), [c](../../C.md), [d](../../tests/x.py), [e](https://e.org/), [f](#f)\n{fence}"
    assert guides.rewritten(text, "docs/tutorials/a.md", known) == (
        f"[a](../guides/new.md#b), [c](../c.md), d, [e](https://e.org/), [f](#f)\n{fence}"
    )
    assert guides.rewritten('`f["x"](...)`', "C.md", known) == '`f["x"](...)`'
    assert {Path(file).name for file in guides.places()} >= {"glossary.md", "audit.md", "ACCURACY.md"}


MEASURED = {
    "function": "residual.rms_norm", "backend": "numpy", "dtype": "float64",
    "errors": {"of": "largest number of the input", "kinds": ["ordinary", "extreme"], "sizes": [1.0, 1e200],
               "ulps": [0.5, 2.0], "bounds": []},
}  # fmt: skip


@needs_report
def test_errors_are_drawn_from_a_report(tmp_path: Path) -> None:
    file = tmp_path / "accuracy.json"
    file.write_text(json.dumps({"command": "accuracy", "results": [MEASURED]}))
    drawn = pictures.drawn(file)
    text = dict(pages(Book(("residual",), drawn)))["documents/residual/rms_norm.md"]
    [figure] = re.findall(r"^<figure class=\"errors\">\n(.*?)^</figure>$", text, re.MULTILINE | re.DOTALL)
    assert "numpy float64: errors in ulps against the largest number of the input" in figure
    assert "<svg" in figure
    assert "\n\n" not in figure
    assert "<figure" not in dict(pages(Book(("residual",), drawn)))["documents/residual/layer_norm.md"]


@needs_report
@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{", "got no JSON"),
        ('{"command": "prove"}', "got another report"),
        ('{"command": "accuracy", "results": [{}]}', "got a report without 'function'"),
    ],
)
def test_what_is_no_report_is_refused(text: str, part: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ReportError, match=re.escape(part)):
        pictures.drawn(tmp_path / "x.json")


def test_guides_lead_to_files_that_are_there() -> None:
    for file in guides.places():
        text = "".join(guides.FENCE.split((ROOT / file).read_text(encoding="utf-8"))[::2])
        for _, to, _ in guides.LINK.findall(text):
            assert not to or (ROOT / file).parent.joinpath(to).exists(), f"{file}: {to}"


# The checker of links.


def page(folder: Path, name: str, body: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"<!doctype html><html><body>{body}</body></html>", encoding="utf-8")


def test_sound_links_have_no_faults(tmp_path: Path) -> None:
    page(tmp_path, "index.html", '<a href="b/c.html#x">1</a><a href="https://e.org/">2</a><a href="#">3</a>')
    page(
        tmp_path,
        "b/c.html",
        '<p id="x"></p><a href="../index.html">1</a><img src="data:image/png;base64,AA">',
    )
    assert links.faults(tmp_path) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="none.html">', "leads to none.html, which is not there"),
        ('<a href="#none">', "leads to #none, where index.html has no such place"),
        ('<a href="../index.html">', "which is not there"),
        ('<img src="none.png">', "which is not there"),
        ('<script src="https://e.org/x.js"></script>', "loads https://e.org/x.js"),
        ('<link rel="stylesheet" href="//e.org/x.css">', "loads //e.org/x.css"),
        ('<img src="http://e.org/x.png">', "loads http://e.org/x.png"),
    ],
)
def test_every_dead_or_foreign_link_is_found(body: str, fault: str, tmp_path: Path) -> None:
    page(tmp_path, "index.html", body)
    [found] = links.faults(tmp_path)
    assert fault in found


def test_styles_load_nothing_and_an_empty_site_is_a_fault(tmp_path: Path) -> None:
    assert "no pages" in links.faults(tmp_path)[0]
    page(tmp_path, "index.html", "")
    (tmp_path / "x.css").write_text("a { background: url(https://e.org/x.png) }")
    assert links.faults(tmp_path) == ["x.css: loads https://e.org/x.png"]


# The site.


@needs_sphinx
@pytest.mark.long
def test_a_site_of_one_document_is_built_and_replaces_itself_alone(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    for _ in range(2):
        run = CliRunner().invoke(main, ["book", str(folder), "argmaxable"])
        assert run.exit_code == 0, run.output
        assert f"pages: {folder}/index.html" in run.output
    assert [it.name for it in tmp_path.iterdir()] == ["book"]
    assert links.faults(folder) == []
    text = (folder / "documents" / "argmaxable" / "margins.html").read_text(encoding="utf-8")
    for part in ("<math", "[source]", "_modules/refimpl/argmaxable/"):
        assert part in text
    assert "certificates" in (folder / "searchindex.js").read_text(encoding="utf-8")


@needs_sphinx
@pytest.mark.long
def test_a_faulty_page_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    made = site.sources(Book(("argmaxable",)))
    for wrong, told in (
        ("\n[x](#none)\n", "cross-reference target"),
        ("\n<a href='none.html'>x</a>\n", "none"),
    ):
        with pytest.raises(site.BookError, match=told):
            site.build(made | {"seen.md": made["seen.md"] + wrong}, tmp_path / "book", lambda name: None)
        assert list(tmp_path.iterdir()) == []


@needs_sphinx
@pytest.mark.long
def test_a_signal_leaves_nothing(tmp_path: Path) -> None:
    ours = [sys.executable, "-m", "refimpl.proofs", "book", str(tmp_path / "book"), "residual"]
    process = subprocess.Popen(ours, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    for _ in range(600):
        if any(it.is_dir() and (it / "site").exists() for it in tmp_path.iterdir()):
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGTERM
    assert "interrupted; nothing was written" in output
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_is_said_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    run = CliRunner().invoke(main, ["book", str(tmp_path / "book")])
    assert run.exit_code == 2
    for part in ("got no Sphinx and no myst-parser", 'pip install "refimpl[book]"'):
        assert part in run.output
    assert not (tmp_path / "book").exists()


def test_other_files_are_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra.Extra, "need", lambda *_: None)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    for folder, part in (
        ("mine", "which has other files"),
        ("none/book", "a folder inside one that is there"),
    ):
        run = CliRunner().invoke(main, ["book", str(tmp_path / folder)])
        assert (run.exit_code, part in run.output) == (2, True), run.output
    run = CliRunner().invoke(main, ["book", str(tmp_path / "book"), "rop"])
    assert run.exit_code == 2
    assert "rope" in run.output  # a near name is offered


def test_a_book_with_faults_is_no_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra.Extra, "need", lambda *_: None)
    monkeypatch.setattr(site, "sources", lambda book: {})
    for error, wanted, part in (
        (site.BookError("1 dead link"), 1, "1 dead link"),
        (OSError(28, "No space left on device"), 5, "could not write"),
    ):
        monkeypatch.setattr(site, "build", lambda *_, raised=error: (_ for _ in ()).throw(raised))
        run = CliRunner().invoke(main, ["book", str(tmp_path / "book"), "residual"])
        assert (run.exit_code, part in run.output) == (wanted, True), run.output
