"""Formulas as authors write them for MathJax: lines, and macros of the settings."""

import re
from html import unescape

import pytest
from docutils import nodes
from latex2mathml.converter import convert
from lxml import etree
from sphinx.config import Config

from bookpress.elements.typesetting.latex import readable
from bookpress.elements.typesetting.macros import macros_of
from bookpress.elements.typesetting.typesetting import mathml
from bookpress.elements.typesetting.words import in_words

MACROS = {
    "R": "\\mathbb{R}",
    "E": ["\\operatorname{E}\\left[#1\\right]", 1],
    "norm": ["\\left\\|#2\\right\\|_{#1}", 2, "2"],
    "open": ["\\left("],
    "sum": "\\sum",
}


@pytest.mark.parametrize(
    "formula",
    [
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
        r"\begin{split}\begin{aligned} a &= b \\ \\ c &= d \end{aligned}\end{split}",
        r"\begin{equation}\begin{aligned}[t] a &= b \\[2pt] c &= d \\ \end{aligned}\end{equation}",
        r"\begin{align*} a &= b \\ c &= d \end{align*}",
        r"\begin{alignat}{2} a &= b & \\ c &= d & \end{alignat}",
        r"\begin{gather} a = b \\ c = d \end{gather}",
        r"\begin{eqnarray} a &=& b \\ c &=& d \end{eqnarray}",
        r"a = b \\ c = d",
        r"f = \begin{cases} a & b \newline c & d \end{cases}",
        r"f = \left\{ \begin{aligned} a &= b \\ c &= d \end{aligned} \right.",
        r"\begin{aligned} [a] &= b \\ [c] &= d \end{aligned}",
        r"f = \begin{cases} [a] & b \\ [2pt] [c] & d \end{cases}",
    ],
)
def test_each_line_is_a_line(formula: str) -> None:
    drawn = convert(readable(formula, {}))
    assert drawn.count("<mtr>") == 2
    rows = re.findall(r"<mtr>.*?</mtr>", drawn)
    assert [bool(re.search("<mi>[ac]</mi>", row)) for row in rows] == [True, True]


def test_lines_within_lines_stay_there() -> None:
    matrix = r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"
    drawn = convert(readable(rf"\begin{{aligned}} x &= {matrix} \\ y &= 2 \end{{aligned}}", {}))
    assert drawn.count("<mtr>") == 4
    assert drawn.count("<mtable") == 2


@pytest.mark.parametrize(
    ("formula", "meaning"),
    [
        (r"x \in \R^n", r"x \in \mathbb{R}^n"),
        (r"\E{x^{2}}", r"\operatorname{E}\left[x^{2}\right]"),
        (r"\E x", r"\operatorname{E}\left[x\right]"),
        (r"\norm{x}", r"\left\|x\right\|_{2}"),
        (r"\norm[1]{\E{y}}", r"\left\|\operatorname{E}\left[y\right]\right\|_{1}"),
        (r"\open a \right)", r"\left(a \right)"),
        (r"\Re \{ a \}", r"\Re \{ a \}"),
    ],
)
def test_macros_stand_for_what_the_settings_say(formula: str, meaning: str) -> None:
    config = Config(overrides={})
    config.add("mathjax3_config", {"tex": {"macros": MACROS}}, "html", ())
    macros = macros_of(config)
    assert readable(formula, macros) == meaning
    assert "\\" not in convert(readable(formula, macros))


@pytest.mark.parametrize("name", ["cases*", "dcases", "rcases", "drcases"])
def test_cases_of_any_kind_are_rows_with_a_brace(name: str) -> None:
    drawn = convert(readable(rf"\begin{{{name}}} a & b \\ c & d \end{{{name}}}", {}))
    assert drawn.count("<mtr>") == 2
    assert drawn.count("<mtd") == 4
    brace = "}" if "r" in name else "{"
    assert re.sub(r"<[^>]*>", "", unescape(drawn)) in (f"{brace}abcd", f"abcd{brace}")


def test_a_macro_that_uses_itself_ends() -> None:
    assert "sum" in readable(r"\sum", {"sum": (r"\sum", 0, None)})


@pytest.mark.parametrize(
    ("formula", "drawn"),
    [
        (r"\arg\max_x f", "argmaxxf"),
        (r"\label{eq:one} a = b \nonumber", "a=b"),
        (
            r"\frac{\bigg\{ x \bigg\}}{\bigl\lfloor y \bigr\rfloor}",
            "{x}\N{LEFT FLOOR}y\N{RIGHT FLOOR}",
        ),
        (r"\Bigl\| x \Bigr\|", "\N{DOUBLE VERTICAL LINE}x\N{DOUBLE VERTICAL LINE}"),
        (r"\text{a \% of b\_c}", "a\N{NO-BREAK SPACE}%\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}b_c"),
        (r"\require{cancel} 2 \dag", "2\N{DAGGER}"),
        (
            r"1 \text{if $x_{1} \geq y$, at 5\$} z",
            "1if\N{NO-BREAK SPACE}x1≥y,\N{NO-BREAK SPACE}at\N{NO-BREAK SPACE}5$z",
        ),
        (
            r"\text{a,\, $b$\quad c~d}",
            "a,\N{NO-BREAK SPACE}b\N{NO-BREAK SPACE}c\N{NO-BREAK SPACE}d",
        ),
        (r"\newcommand{\mean}[2][n]{\bar{#2}_#1} \mean{x}", "x\N{MACRON}n"),
        (r"\def\mean#1{\bar{#1}} \let\same=\mean \same y", "y\N{MACRON}"),
        (
            r"\DeclareMathOperator*{\ess}{ess\,sup} \renewcommand\arraystretch{2} \ess x",
            "ess\N{NO-BREAK SPACE}supx",
        ),
    ],
)
def test_what_mathjax_knows_is_drawn(formula: str, drawn: str) -> None:
    assert re.sub(r"<[^>]*>", "", unescape(convert(readable(formula, {})))) == drawn


def test_an_index_belongs_to_the_whole_matrix() -> None:
    drawn = convert(readable(r"\begin{bmatrix} 1 & 2 \end{bmatrix}_{d}^{T}", {}))
    [matrix] = etree.fromstring(drawn).iter("{*}msubsup")
    assert [etree.QName(part).localname for part in matrix] == ["mrow"] * 3


def test_an_environment_within_its_like_makes_no_lines_around_it() -> None:
    formula = r"\begin{cases} \begin{cases} 1 \\ 2 \end{cases} \\ b \end{cases}"
    assert convert(readable(formula, {})) == convert(formula)


def test_words_in_a_formula_are_no_markup() -> None:
    latex = r"x = 1 \text{ if a<b & c}"
    drawn = etree.fromstring(mathml(nodes.math(latex, latex), "inline", {}))
    words = "".join(drawn.itertext()).replace("\N{NO-BREAK SPACE}", " ")
    assert words.endswith(" if a<b & c")


def test_a_letter_in_roman_is_upright() -> None:
    latex = r"\mathrm{d}x^\mathrm{T}"
    drawn = etree.fromstring(mathml(nodes.math(latex, latex), "inline", {}))
    slanted = [letter.text for letter in drawn.iter("{*}mi") if not letter.get("mathvariant")]
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
