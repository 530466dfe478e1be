"""Formulas as a line of text say the same: brackets, quotients, powers."""

import pytest

from refimpl.proofs.language.latex import text, unknown


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (r"\frac{a + b}{c d}", "(a + b)/(c d)"),
        (r"\frac{a b}{c}", "a b/c"),
        (r"\frac{f(a + b)}{c}", "f(a + b)/c"),
        (r"\frac{1}{2}x", "½x"),
        (r"\frac12 x", "½ x"),
        (r"\frac{a}{b} x", "(a/b) x"),
        (r"x\frac{a}{b}", "x(a/b)"),
        (r"\log\frac{a}{b}", "log (a/b)"),
        (r"\left(\frac{a}{b}\right)^2", "(a/b)²"),
        (r"\frac{\frac{a}{b}}{\frac{c}{d}}", "a/b/(c/d)"),
        (r"\frac{-a}{b}", "(−a)/b"),
        (r"\frac{d}{dt}\frac{x}{y}", "(d/dt)(x/y)"),
        (r"\sqrt{x}y", "√x y"),
        (r"\sqrt{x + y}", "√(x + y)"),
        (r"\sqrt{\mathrm{SM}_t}", "√(SM_t)"),
        (r"\sqrt{\frac{a}{b}}", "√(a/b)"),
        (r"x_t^2", "x_t²"),
        (r"x_{t-1}\beta_t", "x_{t−1} β_t"),
        (r"x^{-1}", "x⁻¹"),
        (r"x^{n+1}", "x^(n+1)"),
        (r"x^n y", "x^n y"),
        (r"e^{x_i}", "e^(x_i)"),
        (r"2^{-d/2}", "2^(−d/2)"),
        (r"A^\top B", "Aᵀ B"),
        (r"a-b", "a − b"),
        (r"-a", "−a"),
        (r"(-a, -b)", "(−a, −b)"),
        (r"a = -b", "a = −b"),
        (r"a \bmod b", "a mod b"),
        (r"\bar\alpha_t", "ᾱ_t"),
        (r"f'(x)", "f′(x)"),
        (r"N!", "N!"),
        (r"p(x|z)", "p(x|z)"),
        (r"\mathrm{KL}(p \| q)", "KL(p ‖ q)"),
        (r"\lVert x\rVert^2", "‖x‖²"),
        (r"\|x\|^2 + \left\| y \right\|", "‖x‖² + ‖y‖"),
        (r"\frac{x}{\|x\|} \odot g", "x/‖x‖ ⊙ g"),
        (r"\lambda_{\min}", "λ_min"),
        (r"\sum_{i<n} x_i", "Σ_{i<n} x_i"),
        (r"\int_0^T f\,dt", "∫_0^T f dt"),
        (r"\binom{n}{k}", "C(n, k)"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "[[a, b], [c, d]]"),
        (r"\begin{cases} a & x > 0 \\ b \end{cases}", "{ a  x > 0; b }"),
        (r"a, \qquad b", "a,   b"),
        (r"a \text{ for } b", "a for b"),
        (r"\mathbb{E}[x \mid y]", "E[x | y]"),
        (r"x \in \mathbb{R}", "x ∈ ℝ"),
        (r"\arg\max_k p_k", "arg max_k p_k"),
        (r"\lbrace x\rbrace", "{x}"),
    ],
)
def test_text(formula: str, shown: str) -> None:
    assert text(formula) == shown
    assert unknown(formula) == []


def test_unknown_commands_stay_and_are_named() -> None:
    assert text(r"\oint x") == r"\oint x"
    assert unknown(r"\oint x") == ["oint"]


@pytest.mark.parametrize("formula", [r"\frac{a}", r"\begin{cases} a", r"x_"])
def test_what_ends_too_early_is_refused(formula: str) -> None:
    with pytest.raises(ValueError, match=r"ends too early|has no end"):
        text(formula)
