"""The documents: each is whole, its numbers are those that code cites, its formulas those of the docstrings.

`python tests/written.py` renews tests/formulas.json, after both forms of a formula were compared.
"""

import hashlib
import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from refimpl import proofs, rope
from refimpl.proofs.commands.display import failure
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import catalogue
from refimpl.proofs.language import latex
from refimpl.proofs.language.document import DocumentError, Entry, cited, paragraphs, parse, plain

DOCUMENTS = catalogue.documents()
ENTRIES = {entry.citation: entry for document in DOCUMENTS.values() for entry in document.entries.values()}
FUNCTIONS = catalogue.functions()
ROOT = Path(__file__).parents[1]
MATHEMATICAL = re.compile(
    r"[=<>^_|+/\d\u0370-\u03ff\u2070-\u209f\u2190-\u22ff\u00b2\u00b3\u00bc-\u00be·‖⟨]"
    r"|\b(?:log|exp|ln|max|min|mean|average|sum|root|square|twice|half|negative|stage)"
)
"""What a sentence with a formula has, of symbols or words."""
FORMULAS = Path(__file__).with_name("formulas.json")


def digest(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def defining(name: str) -> list[Entry]:
    """The entries that name a function as theirs."""
    document, _, function = name.partition(".")
    return [entry for entry in DOCUMENTS[document].entries.values() if function in entry.functions]


def stated(name: str) -> str:
    """What a docstring states: its first sentence, and those of its description that have formulas."""
    text = re.split(r"^(?:Parameters|Returns)\n-+$", FUNCTIONS[name].doc, flags=re.MULTILINE)[0]
    first, *others = re.split(r"(?<=\.)\s+", text)
    return "\n".join([first, *(sentence for sentence in others if MATHEMATICAL.search(sentence))])


def hashes(name: str) -> dict[str, str]:
    formulas = "\n".join(formula for entry in defining(name) for formula in entry.formulas)
    return {"document": digest(formulas), "docstring": digest(stated(name))}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_formulas_are_those_of_the_docstring(name: str) -> None:
    """Both were compared by eye when the table was written: whoever changes one looks at the other."""
    agreed, found = json.loads(FORMULAS.read_text(encoding="utf-8")).get(name), hashes(name)
    changed = [what for what in found if not agreed or agreed[what] != found[what]]
    assert not changed, (
        f"the formula of {name} changed in its {' and its '.join(changed)}. Compare its docstring with "
        f'`refimpl show "{defining(name)[0].citation}"`, then run python tests/written.py'
    )


def test_formulas_are_of_functions_that_exist() -> None:
    assert list(json.loads(FORMULAS.read_text(encoding="utf-8"))) == list(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_named_where_it_cites(name: str) -> None:
    own = {entry.citation for entry in defining(name)}
    definitions = {it.citation for it in catalogue.entries(FUNCTIONS[name].source) if it.defines}
    assert own, f"no entry names {name}"
    assert own <= set(catalogue.claims(FUNCTIONS[name].source))
    assert definitions <= own


@pytest.mark.parametrize("number", ENTRIES)
def test_every_entry_is_whole(number: str) -> None:
    entry = ENTRIES[number]
    assert re.search(r"[.?]$", entry.claim), entry.claim
    assert {f"{entry.document}.{name}" for name in entry.functions} <= set(FUNCTIONS)
    assert set(entry.references) <= set(DOCUMENTS[entry.document].entries)
    if entry.defines:
        assert entry.functions
    elif number.split()[1].startswith("C"):
        assert re.search(r"Exact|Statistical|[Qq]uadrature", entry.body), "how sure it is"
    else:
        assert re.match(r"Printed: .+\n\nCounterexample: .+\n\nWhat holds: ", entry.body, re.DOTALL)


@pytest.mark.parametrize("number", ENTRIES)
def test_every_formula_is_readable_in_a_terminal(number: str) -> None:
    entry = ENTRIES[number]
    shown = "\n".join(entry.lines())
    assert not [name for formula in entry.formulas for name in latex.unknown(formula)]
    assert not set("$\\") & set(shown), shown
    inline = re.sub(r"\$\$.*?\$\$", "", f"{entry.sentence}\n{entry.body}", flags=re.DOTALL)
    assert not re.search(r"\\[^a-zA-Z]", inline), "Markdown takes such escapes out of formulas in a line"
    assert max(map(len, shown.splitlines())) <= 125


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_says_what_it_is(name: str) -> None:
    document = DOCUMENTS[name]
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", document.facts["Date"])
    assert document.address.startswith("https://")
    assert re.search(r"[\u4e00-\u9fff]", document.facts["Original title"])
    assert document.notation
    assert document.of("D")
    assert document.of("C")
    told = " ".join((importlib.import_module(f"refimpl.{name}").__doc__ or "").split())
    assert f"{document.title} ({document.facts['Date']}), {document.address}" in told, "help(refimpl.…)"


def test_every_number_that_is_cited_exists() -> None:
    names = "|".join(DOCUMENTS)
    wrong = []
    folders = [ROOT / folder for folder in ("refimpl", "proofs", "backends", "tests")]
    code = [file for folder in folders for file in folder.rglob("*.py")]
    for file in (*code, *ROOT.glob("*.md")):
        if any(part.is_symlink() for part in file.parents):
            continue
        text = file.read_text(encoding="utf-8")
        for found in re.findall(rf"\b(?:{names}) [DPCE]\d+(?:(?:, | and )[DPCE]\d+)*", text):
            wrong += [(file, it) for it in cited(found, DOCUMENTS) if " ".join(it) not in ENTRIES]
        inside = next((part for part in file.relative_to(ROOT).parts if part in DOCUMENTS), "")
        for found in re.findall(r"(?:erratum|claim|definition) ([DPCE]\d+)", text):
            wrong += [(file, found)] if inside in DOCUMENTS and f"{inside} {found}" not in ENTRIES else []
    assert wrong == [(Path(__file__), ("rope", "C99"))]  # below


@pytest.mark.parametrize("name", DOCUMENTS)
def test_numbers_are_those_that_laws_and_tests_have(name: str) -> None:
    """Figures of four digits and more, such as 1.00209841, come from what is checked and not from memory."""
    files = [*(ROOT / "proofs").rglob(f"{name}/*.py"), ROOT / "tests" / f"test_{name}.py"]
    checked = "".join(file.read_text(encoding="utf-8") for file in files)
    for entry in DOCUMENTS[name].entries.values():
        text = re.sub(r"arXiv \d+\.\d+", "", f"{entry.sentence} {entry.body}")
        figures = re.findall(r"(?<![\w.])(?=[\d.]{5})\d+\.\d+", text)
        assert [figure for figure in figures if figure not in checked] == [], entry.citation


@pytest.mark.parametrize("name", catalogue.errata())
def test_errata_have_the_numbers_of_their_checks(name: str) -> None:
    erratum = catalogue.errata()[name]
    [entry] = catalogue.entries(erratum.source)
    told = " ".join((entry.sentence, entry.body, DOCUMENTS[entry.document].notation))
    checked = f"{erratum.printed} {erratum.counterexample}"
    assert set(re.findall(r"\d+(?:\.\d+)?", checked)) <= set(re.findall(r"\d+(?:\.\d+)?", told))


def test_cited() -> None:
    assert cited("rope D4, C3; ddpm D1", DOCUMENTS) == [("rope", "D4"), ("rope", "C3"), ("ddpm", "D1")]
    assert cited("see D4", DOCUMENTS) == []


def invoke(*words: str) -> str:
    result = CliRunner().invoke(main, ["show", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_show_a_claim_tells_it_to_a_stranger() -> None:
    shown = invoke("transport C4")
    assert "https://spaces.ac.cn/archives/9467" in shown
    assert "C4. The distance at 0 of two flows is at most the bound D8." in shown
    assert "W_2[p_0, q_0] ≤ ∫_0^T I_t gap_t dt + I_T W_2[p_T, q_T]" in shown
    assert f"\nD8: {ENTRIES['transport D8'].claim}\n" in shown
    assert "couplings of x ~ p and y ~ q" in " ".join(shown.split())
    assert "transport.bound-linear" in shown
    assert invoke("transport", "C4") == shown
    assert "`refimpl errata rope.E1`" in invoke("rope E1") == invoke("rope.E1")


def test_show_a_document() -> None:
    shown = invoke("rope")
    assert "Transformer升级之路：10、RoPE是一种β进制编码" in shown
    assert all(f"\n{number}. " in shown for number in DOCUMENTS["rope"].entries)
    assert "R(θ) = [[cos θ, −sin θ], [sin θ, cos θ]]" in shown


def test_show_says_what_numbers_there_are() -> None:
    result = CliRunner().invoke(main, ["show", "rope C99"])
    assert result.exit_code == 2
    assert "document rope has no C99; it has D1, D2" in result.output


def test_list_claims() -> None:
    lines = CliRunner().invoke(main, ["list", "claims", "rope"]).output.splitlines()
    assert [line.split("  ")[0] for line in lines] == [f"rope {it}" for it in DOCUMENTS["rope"].entries]
    assert next(line for line in lines if line.startswith("rope C3  ")).endswith(ENTRIES["rope C3"].claim)


def test_show_a_function_or_a_law_has_the_sentences_of_its_numbers() -> None:
    sentence = (
        "rope C3: Rotated scores depend on the difference of positions alone, and rotation keeps norms."
    )
    assert sentence in invoke("rope.rotate")
    assert sentence in invoke("rope.relative-position")


C3 = "Rotated scores depend on the difference of positions alone, and rotation keeps norms."


@pytest.mark.parametrize(
    ("command", "where"),
    [
        (("prove", "--examples", "3", "--jobs", "1"), "results"),
        (("selftest", "--examples", "3", "--jobs", "1"), "results"),
        (("certify", "--points", "1", "--jobs", "1"), "results"),
        (("sensitivity", "--examples", "3", "--jobs", "1"), "results"),
    ],
)
def test_json_has_the_sentences_beside_the_numbers(
    command: tuple[str, ...], where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "refimpl.proofs.commands.running.LAST", tmp_path / "last.json"
    )  # not in the user's folder
    file = tmp_path / "out.json"
    CliRunner().invoke(main, [*command, "rope.norm-kept", "--json", str(file)])
    found = json.loads(file.read_text(encoding="utf-8"))[where]
    assert found
    assert all(result["claims"] == {"rope C3": C3} for result in found)


def test_a_failed_law_says_what_its_number_says() -> None:
    def longer(x: Any, angles: Any, /, *, layout: str = "interleaved") -> Any:
        return 2 * rope.rotate(x, angles, layout=layout)  # type: ignore[arg-type]

    report = proofs.audit({"rope.rotate": longer}, laws=("rope.norm-kept",), examples=3, isolated=False)
    assert f"            rope C3: {C3}" in str(report).splitlines()
    assert report.data()["results"][0]["claims"] == {"rope C3": C3}
    outcome = report.outcomes[0]
    assert f"  rope C3: {C3}" in failure(outcome)


GOOD = """# Title

- Original title: Titel
- Author: Somebody
- Date: 2020-01-02
- Published: a journal, <https://example.org/1>
- Discusses: two
  lines

## Notation

$x$.

## Definitions

### D1. Twice $x$ is $2x$.

$$
2x
$$

Functions: `twice`.
"""


def test_parse() -> None:
    document = parse("mine", GOOD)
    assert document.facts["Discusses"] == "two lines"
    assert document.address == "https://example.org/1"
    assert document.entries["D1"] == Entry("mine", "D1", "Twice $x$ is $2x$.", "$$\n2x\n$$", ("twice",))
    assert document.entries["D1"].formulas == ("x", "2x", "2x")
    assert list(document.entries["D1"].lines()) == [
        "D1. Twice x is 2x.", "        2x", "", "    Functions: twice",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("- Date: 2020-01-02\n", "", "a list of Original title, Author, Date"),
        ("# Title", "Title", "the line `# title`"),
        ("### D1. Twice", "### Twice", "expected a heading `### D1. A sentence.`, got `### Twice"),
        ("### D1.", "### D2.", "expected D1 in this order, got D2"),
        ("## Definitions", "### D1. It.\n\n## Definitions", "D1 is there twice"),
        (
            "## Definitions",
            "## Practice\n\n### P2. It.\n\n## Definitions",
            "expected P1 in this order, got P2",
        ),
    ],
)
def test_parse_refuses(old: str, new: str, why: str) -> None:
    with pytest.raises(DocumentError, match=re.escape(why)):
        parse("mine", GOOD.replace(old, new))


def test_a_formula_that_cannot_be_read_stays_as_it_is() -> None:
    assert plain(r"See $\frac{a}$ here.") == r"See \frac{a} here."


def test_plain() -> None:
    assert plain("**Bold**, *slanted*: $\\alpha_t$ at <https://example.org>") == (
        "Bold, slanted: α_t at https://example.org"
    )
    assert list(paragraphs("- one\n- two\n\n$$\na = b, \\qquad c\n$$")) == [
        "- one", "- two", "", "    a = b,   c",
    ]  # fmt: skip
