"""Pages for a browser: formulas, plots, and reports of all commands."""

import math
import re
from xml.etree import ElementTree

import pytest

from refimpl.proofs import catalogue
from refimpl.proofs.pages import extra, formula, plot

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
        extra.need("--html")
