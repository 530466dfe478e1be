"""Pages for a browser: formulas, plots, and reports of all commands."""

import json
import math
import re
from pathlib import Path
from xml.etree import ElementTree

import html5lib
import pytest
from click.testing import CliRunner

from refimpl import rope
from refimpl.proofs import audit, catalogue, prove, swap
from refimpl.proofs.auditing.messages import Shown
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import report as envelopes
from refimpl.proofs.pages import extra, formula, parts, plot, report, swaps
from refimpl.proofs.survey._finding import Surveyed

HOSTILE = "<script>alert(\"1\")</script> & 'x' <img src=http://example.com/x onerror=y>"


def parsed(svg):
    return ElementTree.fromstring(svg)


class TestFormula:
    @pytest.mark.parametrize("document", catalogue.documents())
    def test_every_formula_of_the_documents_is_mathml(self, document):
        for entry in catalogue.documents()[document].entries.values():
            for latex in entry.formulas:
                made = parsed(formula.mathml(latex))
                assert made.tag.endswith("}math"), latex
                assert "\\" not in "".join(made.itertext()), latex

    def test_a_quotient_has_its_parts(self):
        made = parsed(formula.mathml(r"\frac{x - 1}{-y}"))
        above, below = made.find(".//{*}mfrac")
        assert "".join(above.itertext()) == "x−1"
        signs = [it.get("form") for it in (*above.findall(".//{*}mo"), *below.findall(".//{*}mo"))]
        assert signs == [None, "prefix"]  # only the second is a sign of its own

    def test_names_of_functions_stand_apart_from_what_is_no_operator(self):
        made = parsed(formula.mathml(r"a \log b - \sin(x) \, \max_i c"))
        shown = [it.text or it.tag.rpartition("}")[2] for it in made[0]]
        assert shown[:5] == ["a", "mspace", "log", "mspace", "b"]
        assert shown[5:8] == ["−", "sin", "("]
        assert shown.count("mspace") == 4  # and one of the source

    def test_what_cannot_be_read_is_told_as_text(self):
        assert "math" not in formula.mathml(r"\nosuchcommand x")
        assert formula.mathml(r"\nosuchcommand <") == r'<span class="formula">\nosuchcommand &lt;</span>'

    def test_running_text_is_escaped(self):
        assert formula.inline("a <b> & `<c>`") == "a &lt;b&gt; &amp; <code>&lt;c&gt;</code>"
        assert "<a" not in formula.inline("[x](javascript:alert)")
        assert formula.inline("<https://e.org/a>") == '<a href="https://e.org/a">https://e.org/a</a>'

    def test_blocks(self):
        made = formula.paragraphs("Text\nmore\n\n- one\n- two\n\n$$\na \\qquad b\n$$")
        assert made.count("<p>") == made.count("<ul>") == 1
        assert made.count("<li>") == made.count('<div class="math">') == 2
        assert formula.paragraphs("$$\\frac{a \\qquad b}{c}$$").count("<math") == 1


class TestPlot:
    def test_each_error_has_a_mark_and_the_bound_a_line(self):
        points = plot.Points("ordinary", [1, 10, 100], [0.5, 0.0, math.inf], [2.0] * 3)
        made = parsed(plot.errors([points], x_label="size", digits=16))
        names = {it.get("id") for it in made.iter() if it.get("id")}
        marks = [it for it in made.findall(".//{*}use") if "--back" in it.get("style", "")]
        assert ["--over" in it.get("style") for it in marks] == [False, False, True]
        assert all(it.get("{http://www.w3.org/1999/xlink}href")[1:] in names for it in marks)
        texts = ["".join(it.itertext()) for it in made.findall(".//{*}text")]
        assert {"size", "error in ulps", "ordinary", "allowed", "0", "∞", "digits left", "16"} <= set(texts)

    def test_larger_errors_stand_higher(self):
        made = parsed(plot.errors([plot.Points("a", [1, 2, 3], [1.0, 1e3, math.nan])], x_label="x"))
        heights = [
            float(it.get("y")) for it in made.findall(".//{*}use") if "--first" in it.get("style", "")
        ][:3]
        assert heights == sorted(heights, reverse=True)

    def test_it_has_the_colours_of_the_page_and_asks_for_nothing(self):
        made = plot.errors([plot.Points(HOSTILE, [1], [1], [1])], x_label=HOSTILE, title=HOSTILE)
        assert not set(re.findall(r"#[0-9a-f]{6}", made)) - {
            fallback for _, fallback in plot.COLOURS.values()
        }
        assert "<script" not in made
        assert "<img" not in made
        assert parsed(made).get("aria-label") == HOSTILE

    def test_the_same_errors_give_the_same_picture(self):
        points = [plot.Points("a", [1, 2], [3, 4])]
        assert plot.errors(points, x_label="x") == plot.errors(points, x_label="x")


def test_what_is_missing_is_said_with_what_to_install(monkeypatch):
    monkeypatch.setattr(extra, "find_spec", lambda module: None if module == "jinja2" else object())
    with pytest.raises(extra.MissingExtraError, match=r'no Jinja2; .*pip install "refimpl\[report\]"'):
        extra.PAGES.need("--html")


# Reports


PORT = Path(__file__).with_name("audited") / "port.py"
COMMANDS = {
    "prove": ["rope.norm-kept", "rope.rotate-pure", "--examples", "6", "--jobs", "1"],
    "certify": ["rope.norm-kept", "--points", "3", "--jobs", "1"],
    "sensitivity": ["rope.norm-kept", "--examples", "3", "--jobs", "1"],
    "accuracy": ["rope.rotate", "--dtype", "float64", "--samples", "32", "--calls", "3", "--jobs", "1"],
    "audit": [
        f"{PORT}:rotate_backwards", "--as", "rope.rotate", "--examples", "6", "--jobs", "1",
        "--law", "rope.rotate-definition", "--law", "rope.norm-kept",
    ],
    "swap": ["rope.rotate", "--backend", "numpy", "--dtype", "float64", "--dtype", "float32", "--calls", "4"],
}  # fmt: skip


def command(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The reports of a command, made once: its JSON, and its page."""
    made = {}

    def run(name):
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            files = folder / "out.json", folder / "out.html"
            result = command(name, *COMMANDS[name], "--json", files[0], "--html", files[1])
            assert result.exit_code in (0, 1), result.output
            made[name] = files
        return made[name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("refimpl.proofs.commands.running.LAST", tmp_path_factory.mktemp("home") / "last.json")
        yield run


def read(page):
    """The page as a browser reads it; anything that it would have to repair is an error."""
    return html5lib.HTMLParser(namespaceHTMLElements=False, strict=True).parse(page)


def words(element):
    return " ".join(" ".join(element.itertext()).split())


def addresses(page):
    """What a browser would load for the page."""
    for element in read(page).iter():
        for name, value in element.attrib.items():
            if name in ("src", "srcset", "data", "poster", "action", "style") or "href" in str(name):
                yield element.tag, value
    yield from (("style", it) for it in re.findall(r"url\(([^)]*)\)|@import[^;]*", page))


def alone(page):
    """A page that asks for nothing and runs nothing."""
    tree = read(page)
    assert not list(tree.iter("script"))
    assert not [name for it in tree.iter() for name in it.attrib if str(name).startswith("on")]
    for tag, value in addresses(page):
        inside = value.startswith(("#", "data:,")) or "//" not in value
        assert inside or tag == "a", (tag, value)
    return tree


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_writes_a_page_that_stands_alone(ran, name):
    page = ran(name)[1].read_text(encoding="utf-8")
    tree = alone(page)
    assert tree.find(".//meta[@name='viewport']") is not None
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    text = words(tree.find(".//main"))
    assert f"refimpl {name}" in text
    assert "How to reproduce" in text
    assert "--json" in text
    assert "numpy" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_of_a_report_is_that_of_the_command(ran, name, tmp_path):
    file, page = ran(name)
    result = command("report", file, "-o", tmp_path / "again.html")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()


def test_what_an_audit_shows_stands_in_order(ran):
    text = words(alone(ran("audit")[1].read_text(encoding="utf-8")).find(".//main"))
    parts = [
        "wrong", "Your function equals the reference with the mistake rope.rotate/wrong-sign", "The formula",
        "Expected and got", "refimpl gives", "Errors", "Which laws see it", "rope.rotate-definition",
        "What is claimed", "The mistakes", "rope.rotate/wrong-sign", "How to reproduce", "--as rope.rotate",
    ]  # fmt: skip
    places, start = [], 0
    for part in parts:
        start = text.index(part, start)
        places.append(start)
    assert places == sorted(places)


def test_an_audit_sets_both_results_side_by_side(ran):
    [found] = [json.loads(ran("audit")[0].read_text())["summary"]["diagnoses"][0]["shown"]]
    tree = read(ran("audit")[1].read_text(encoding="utf-8"))
    rows = [[words(cell) for cell in row.iter("td")] for row in tree.iter("tr")]
    for index, expected, got, _ in found["beside"]:
        assert [index, expected, got] in [row[:3] for row in rows]
    [worst] = [row for row in tree.iter("tr") if row.get("class") == "worst"]
    assert words(list(worst)[1]) == found["expected"]


def test_every_error_of_the_report_is_drawn(ran):
    data = json.loads(ran("audit")[0].read_text())
    errors = data["summary"]["diagnoses"][0]["errors"]
    tree = read(ran("audit")[1].read_text(encoding="utf-8"))
    marks = [it.get("style", "") for it in tree.iter() if str(it.tag).endswith("use")]
    assert sum("--back" in it for it in marks) == len(errors["sizes"]) > 8


def test_meters_are_in_the_order_of_the_errors():
    places = [parts.meter(worst) for worst in (0.0, 1e-3, 0.5, 1.0, 2.0, 1e9, math.inf)]
    assert places == sorted(places)
    assert places[3] == 50.0
    assert parts.meter(math.nan) == 100.0


def hostile(data):
    """The report with a hostile text in place of every text that somebody else may have written."""
    if isinstance(data, dict):
        return {name: hostile(value) for name, value in data.items()}
    if isinstance(data, list):
        return [hostile(value) for value in data]
    ours = ("refimpl.", "rope.", "ddpm.", "rope ", "ddpm ")
    kept = isinstance(data, str) and (data.startswith(ours) or data in KEPT)
    return data if kept or not isinstance(data, str) else HOSTILE


KEPT = {
    *COMMANDS, *parts.MARKS, *swaps.VERDICTS, *swaps.CONTRACTS, "refuted", "ordinary", "cancellation",
    "extreme", "sweep", "blind", "ran", "", "inf", "-inf", "nan", "float64", "float32",
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_foreign_text_is_text(ran, name):
    spoiled = hostile(json.loads(ran(name)[0].read_text()))
    for fragment in (False, True):
        made = report.html(spoiled, fragment=fragment)
        whole = made if not fragment else f"<!doctype html><title>x</title>{made}"
        if not fragment:
            tree = alone(whole)
            assert 'alert("1")' in words(tree.find(".//main"))
        assert "<script" not in made
        assert "<img" not in made


def test_a_function_of_a_hostile_name_that_raises_a_hostile_text(tmp_path):
    def rotate(x, angles, /, *, layout="interleaved"):
        raise ValueError(HOSTILE)

    rotate.__qualname__ = rotate.__name__ = HOSTILE
    found = audit({"rope.rotate": rotate}, laws=["rope.norm-kept"], examples=3, isolated=False)
    page = report.html(json.loads(envelopes.text(found.data())))
    assert HOSTILE in words(alone(page).find(".//main"))
    assert "<script" not in page
    assert "<img" not in page


def test_a_survey_has_a_page():
    entries = (("[0]", "1.0", "2.0", 4.0),)
    at = ("1.0", "2.0", "result[0]", 4.0)
    shown = Shown("rope.rotate", (), *at, "print()", "rope.rotate(x)", "a law", "", entries)
    findings = [
        Surveyed(library="torch", version="2.13.0", public=HOSTILE, function="rope.rotate", answer="right"),
        Surveyed(library="torch", version="2.13.0", public="g", function="rope.rotate", answer="wrong",
                 sentence="wrong: the sign", laws={"rope.norm-kept": "ordinary"}, shown=shown),
        Surveyed(library="gone", version="", public="h", function="rope.rotate", answer="not installed"),
    ]  # fmt: skip
    data = envelopes.Envelope("survey", {}, findings, 1.0, False, {"numpy": "2"}).data()
    text = words(alone(report.html(json.loads(envelopes.text(data)))).find(".//main"))
    for part in ("1 right, 1 wrong", HOSTILE, "torch 2.13.0: g wrong The sign.", "[0] 1.0 2.0", "gone"):
        assert part in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no JSON", "got no JSON"),
        ("[]", "JSON that is no report"),
        ('{"schema": "other/1"}', "JSON that is no report"),
        ('{"schema": "refimpl.bench/2", "command": "bench"}', "a report of 'bench'"),
        ('{"schema": "refimpl.audit/1", "command": "audit"}', "version 1; expected 2"),
        ('{"schema": "refimpl.audit/2", "command": "audit"}', "does not follow docs/reports.schema.json"),
    ],
)
def test_what_is_no_report_is_refused(content, said, tmp_path):
    (tmp_path / "run.json").write_text(content)
    result = command("report", tmp_path / "run.json", "-o", tmp_path / "out.html")
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
    assert not (tmp_path / "out.html").exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_without_the_extra_nothing_is_run(name, tmp_path, monkeypatch):
    monkeypatch.setattr(extra, "find_spec", lambda module: None)
    result = command(name, *COMMANDS[name], "--html", tmp_path / "out.html", "--json", tmp_path / "out.json")
    assert result.exit_code == 2
    assert 'pip install "refimpl[report]"' in " ".join(result.output.split())
    assert not list(tmp_path.iterdir())


def test_a_campaign_has_no_page_of_its_own(tmp_path):
    result = command(
        "prove", "rope.norm-kept", "--campaign", tmp_path / "kept", "--html", tmp_path / "out.html"
    )
    assert result.exit_code == 2
    assert "refimpl report" in result.output


class TestNotebooks:
    def test_proofs_are_a_list_that_shows_itself(self):
        found = prove(
            "rope.rotate-*",
            impl={"rope.rotate": lambda x, a, /, **how: rope.rotate(x, -a, **how)},
            examples=3,
        )
        assert isinstance(found, list)
        page = found._repr_html_()
        assert page.startswith('<div class="refimpl">')
        assert page.count("refuted") > 1
        assert "rope.rotate-definition" in page
        assert found.data()["settings"]["impl"] == ["rope.rotate"]

    def test_so_are_swaps(self):
        found = swap("rope.rotate", backend="numpy", dtype=["float64", "float32"], calls=3)
        page = found._repr_html_()
        assert page.startswith('<div class="refimpl">')
        assert "<svg" in page
        assert found.data()["versions"]["numpy"]

    def test_without_the_extra_the_text_is_shown(self, monkeypatch):
        found = prove("rope.rotate-definition", examples=3)
        monkeypatch.setattr(extra.Extra, "missing", lambda _: ["Jinja2"])
        assert found._repr_html_() is None
