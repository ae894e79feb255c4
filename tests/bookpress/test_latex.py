"""Formulas as authors write them for MathJax: lines, and macros of the settings."""

import re
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from docutils import nodes
from docutils.utils import new_document
from lxml import etree
from sphinx.config import Config

from bookpress.elements.typesetting.latex import define_macros
from bookpress.elements.typesetting.typesetting import mathml
from bookpress.elements.typesetting.words import in_words

MACROS = {
    "R": "\\mathbb{R}",
    "E": ["\\operatorname{E}\\left[#1\\right]", 1],
    "norm": ["\\left\\|#2\\right\\|_{#1}", 2, "2"],
    "open": ["\\left("],
}


def drawn(*formulas: str) -> str:
    """Return the last formula of a page as it is drawn."""
    config = Config(overrides={})
    config.add("mathjax3_config", {"tex": {"macros": MACROS}}, "html", ())
    page = new_document("page")
    page += [nodes.math(formula, formula) for formula in formulas]
    app: Any = SimpleNamespace(config=config)
    define_macros(app, page)
    *_, last = page.findall(nodes.math)
    return mathml(last, "inline")


def signs(*formulas: str) -> str:
    """Return the signs of the last formula of a page."""
    return unescape(re.sub(r"<[^>]*>", "", drawn(*formulas)))


@pytest.mark.parametrize(
    "formula",
    [
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
        r"\begin{equation}\begin{aligned}[t] a &= b \\[2pt] c &= d \\ \end{aligned}\end{equation}",
        r"\begin{align*} a &= b \nonumber \\ c &= d \label{c} \end{align*}",
        r"\begin{align} a &= b \\ c &= d \end{align}",
        r"\begin{gather} a = b \\ c = d \end{gather}",
        r"\begin{eqnarray} a &=& b \\ c &=& d \end{eqnarray}",
        r"a = b \\ c = d",
        r"f = \begin{cases} a & b \\ c & d \end{cases}",
        r"f = \left\{ \begin{aligned} a &= b \\ c &= d \end{aligned} \right.",
    ],
)
def test_each_line_is_a_line(formula: str) -> None:
    rows = re.findall(r"<mtr>.*?</mtr>", drawn(formula))
    assert len(rows) == 2
    assert [bool(re.search("<mi>[ac]</mi>", row)) for row in rows] == [True, True]


def test_lines_within_lines_stay_there() -> None:
    matrix = r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"
    formula = drawn(rf"\begin{{aligned}} x &= {matrix} \\ y &= 2 \end{{aligned}}")
    assert formula.count("<mtr>") == 4
    assert formula.count("<mtable") == 2


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (r"x \in \R^n", "x∈ℝn"),
        (r"\E{x^{2}}", "E[x2]"),
        (r"\E x", "E[x]"),
        (r"\open a \right)", "(a)"),
        (r"\Re \{ a \}", "ℜ{a}"),
        (r"\arg\max_x f", "argmaxxf"),
        (r"\label{eq:one} a = b \nonumber", "a=b"),
        (r"2 \dag", "2†"),
        (r"\newcommand{\mean}[2]{\bar{#2}_#1} \mean{n}{x}", "x¯n"),
        (r"\def\mean#1{\bar{#1}} \mean y", "y¯"),
    ],
)
def test_macros_stand_for_what_the_settings_or_a_formula_say(formula: str, shown: str) -> None:
    assert signs(formula) == shown


def test_a_formula_that_only_defines_shows_nothing_and_those_after_it_know() -> None:
    definition = r"\newcommand{\mean}[1]{\bar{#1}}"
    assert drawn(definition) == ""
    assert signs(definition, "a", r"\mean{y} \in \R") == "y¯∈ℝ"


@pytest.mark.parametrize(
    "formula",
    [
        r"\unknown x",
        r"\bigl\{ x \bigr\}",
        r"\begin{rcases} a & b \\ c & d \end{rcases}",
        r"\begin{multlined} a \\ b \end{multlined}",
        r"\text{if $x$}",
        r"\text{a \% of b}",
        r"\text{a~b}",
        r"\text{{a}}",
        r"\norm{x}",
        r"\newcommand{\mean}[2][n]{\bar{#2}_#1} \mean{x}",
        r"\newcommand{\again}{\again} \again",
        r"\left(",
    ],
)
def test_what_cannot_be_drawn_is_reported_and_shown_as_it_is(
    formula: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert drawn(formula).startswith('<code class="latex">')
    [record] = caplog.records
    assert f"the formula {formula!r} " in record.getMessage()


def test_an_index_belongs_to_the_whole_matrix() -> None:
    formula = etree.fromstring(drawn(r"\begin{bmatrix} 1 & 2 \end{bmatrix}_{d}^{T}"))
    [matrix] = formula.iter("{*}msubsup")
    assert [etree.QName(part).localname for part in matrix] == ["mrow"] * 3


def test_words_in_a_formula_are_no_markup() -> None:
    formula = etree.fromstring(drawn(r"x = 1 \text{ if a<b & c}"))
    words = "".join(formula.itertext()).replace("\N{NO-BREAK SPACE}", " ")
    assert words.endswith(" if a<b & c")


def test_a_letter_in_roman_is_upright() -> None:
    formula = etree.fromstring(drawn(r"\mathrm{d}x^\mathrm{T}"))
    slanted = [letter.text for letter in formula.iter("{*}mi") if not letter.get("mathvariant")]
    assert slanted == ["x"]


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (r"\chi^2", "χ²"),
        (r"x_{10}^{-1}", "x₁₀⁻¹"),
        (r"a^{b} + a_{ij}", "a^b+a_(ij)"),
        (r"\frac{\sqrt{n}}{2}", "√n/2"),
        (r"\unknown x", r"\unknown x"),
        (r"\left(", r"\left("),
    ],
)
def test_a_title_with_a_formula_is_plain_text_elsewhere(formula: str, words: str) -> None:
    title = nodes.title(
        "", "", nodes.Text("The "), nodes.math(formula, formula), nodes.Text(" test")
    )
    assert in_words(title) == f"The {words} test"
