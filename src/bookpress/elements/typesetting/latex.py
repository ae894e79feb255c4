"""LaTeX for the converter to MathML: the macros that a formula knows, and lines as it sets them."""

from __future__ import annotations

import re
from contextlib import suppress

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.config import Config

PREAMBLE = "preamble"
"""The attribute of a formula with the definitions of the macros that it knows."""
COMMON = (
    r"\newcommand{\arg}{\operatorname{arg}}\newcommand{\dag}{\dagger}"
    r"\newcommand{\nonumber}{}\newcommand{\notag}{}\newcommand{\label}[1]{}"
)
"""Commands that MathJax knows and the converter does not."""
NOTHING = "<mrow /></math>"
"""The end of a formula that draws nothing, as it only defines macros."""
_DEFINES = re.compile(r"\\(?:newcommand|def|DeclareMathOperator)(?![A-Za-z])")
_DEFAULT = re.compile(r"\\newcommand\*?\s*\{?\s*\\\w+\s*\}?\s*\[\d\]\s*\[")
"""The beginning of a macro with a default, which the converter would pass over."""
_LINED = re.compile(
    r"(\\(?:begin|end)\{)(?:align(?:ed)?|gather(?:ed)?|eqnarray|multline)\*?\}(?:\[[tbc]\])?"
)
"""Environments in lines that the converter does not know, or numbers itself."""
_SPACE_AFTER_LINE = re.compile(r"\\\\\[[^\]]*\]")
_INDEXED = re.compile(
    r"(\\begin\{([bBpvV]?matrix|array)\}(?:(?!\\begin\{).)*?\\end\{\2\})(?=\s*[_^])", re.DOTALL
)
"""A matrix with an index, which the converter takes for that of its last bracket."""


def define_macros(app: Sphinx, doctree: nodes.document) -> None:
    """Give each formula the macros of the settings, and of those before it that only define."""
    known = COMMON + _definitions(app.config)
    for formula in doctree.findall(nodes.Element):
        if not isinstance(formula, nodes.math | nodes.math_block):
            continue
        formula[PREAMBLE] = known
        if _DEFINES.search(formula.astext()):
            with suppress(Exception):  # the page itself tells of it
                known += formula.astext() if convert(readable(formula)).endswith(NOTHING) else ""


def _definitions(config: Config) -> str:
    r"""Return the macros of a book's settings for MathJax, as ``\newcommand`` defines them.

    One with a default is left out, as the converter knows none.
    """
    settings = config.mathjax3_config if "mathjax3_config" in config else None
    macros = ((settings or {}).get("tex") or {}).get("macros") or {}
    parts = []
    for name, macro in macros.items():
        entry = macro if isinstance(macro, list) else [macro]
        text, *rest = entry
        if not rest[1:]:
            count = f"[{rest[0]}]" if rest else ""
            parts.append(rf"\newcommand{{\{name}}}{count}{{{text}}}")
    return "".join(parts)


def readable(formula: nodes.Element) -> str:
    """Return a formula in a form that the converter can read, after the macros that it knows."""
    text = formula.astext()
    if _DEFAULT.search(text):
        raise ValueError("a macro with a default")
    text = _LINED.sub(r"\1split}", _SPACE_AFTER_LINE.sub(r"\\\\", text))
    is_in_lines = r"\\" in text and r"\begin" not in text
    if is_in_lines:
        text = rf"\begin{{split}}{text}\end{{split}}"
    return formula.get(PREAMBLE, COMMON) + _INDEXED.sub(r"{\1}", text)
