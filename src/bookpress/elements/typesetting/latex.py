"""LaTeX for the converter to MathML: macros expanded, and lines in the one form it knows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bookpress.elements.typesetting.macros import Macro, argument, expanded, without_definitions

LINES = "split"
"""The environment that the converter sets in lines, each aligned at ``&``."""
_LINED = r"aligned|alignedat|alignat|align|gathered|gather|multlined|multline|eqnarray|split"
_LINED_EDGE = re.compile(rf"\\(begin|end)\{{(?:{_LINED})\*?\}}(?:\[[tbc]\])?(?:\{{\d+\}})?")
_OUTER = re.compile(
    r"\\begin\{split\}\s*(\\begin\{split\}.*\\end\{split\})\s*\\end\{split\}", re.DOTALL
)
_PLAIN_EDGE = re.compile(r"\\(?:begin|end)\{(?:equation|displaymath|math)\*?\}")
_CASES_EDGE = re.compile(r"\\(begin|end)\{d?cases\*?\}")
_RIGHT_CASES_EDGE = re.compile(r"\\(begin|end)\{d?rcases\*?\}")
RIGHT_CASES = {
    "begin": r"\left.\begin{array}{ll}",
    "end": r"\end{array}\right\}",
}
"""Cases with their brace at the right, which the converter does not know."""
_EMPTY_LINE = re.compile(r"\\\\\s*(?=\\\\)")
_SPACE_AFTER_LINE = re.compile(r"\\\\(?:\[[^\]]*\]|\s+\[\s*-?[\d.]+\s*[a-z]{2}\s*\])")
_BRACKET_FIRST = re.compile(r"(\\begin\{(?!array|\w+matrix\*)\w+\*?\}|\\\\)\s*(?=\[)")
"""The beginning of a line with a bracket, which the converter takes for that of an option."""
_EMPTY_END = re.compile(r"(?<!\\)&\s*(?=\\\\|\\end\{)")
"""An empty cell at the end of a line, after which the converter starts no new one."""
_LAST_LINE = re.compile(r"\\\\\s*(?=\\end\{)")
_INNERMOST = re.compile(r"\\begin\{(\w+\*?)\}(?:(?!\\begin\{).)*?\\end\{\1\}", re.DOTALL)
UNKNOWN: Mapping[str, Macro] = {
    "arg": (r"\operatorname{arg}", 0, None),
    "dag": (r"\dagger", 0, None),
    "ddag": (r"\ddagger", 0, None),
    "P": ("\N{PILCROW SIGN}", 0, None),
    "AA": ("\N{LATIN CAPITAL LETTER A WITH RING ABOVE}", 0, None),
    "copyright": ("\N{COPYRIGHT SIGN}", 0, None),
    **dict.fromkeys(("cr", "newline"), (r"\\", 0, None)),
    "label": ("", 1, None),
    "require": ("", 1, None),
    "nonumber": ("", 0, None),
    "notag": ("", 0, None),
    **dict.fromkeys(" \n\t", ("~", 0, None)),  # a space, if nothing follows it, too
}
"""What MathJax knows and the converter does not, as macros."""
DELIMITERS = {
    **dict.fromkeys(("{", "lbrace"), "{"),
    **dict.fromkeys(("}", "rbrace"), "}"),
    **dict.fromkeys(("vert", "lvert", "rvert"), "|"),
    **dict.fromkeys(("|", "Vert", "lVert", "rVert"), "\N{DOUBLE VERTICAL LINE}"),
    "langle": "\N{MATHEMATICAL LEFT ANGLE BRACKET}",
    "rangle": "\N{MATHEMATICAL RIGHT ANGLE BRACKET}",
    "lfloor": "\N{LEFT FLOOR}",
    "rfloor": "\N{RIGHT FLOOR}",
    "lceil": "\N{LEFT CEILING}",
    "rceil": "\N{RIGHT CEILING}",
}
"""The signs of delimiters, of which the converter knows no names behind ``\\big``."""
_LARGE = re.compile(r"(\\[bB]igg?[lmr]?)\s*\\([{}|]|[A-Za-z]+)")
_OUTSIDE = r"\\(?:[%_&#$,;:!]|q?quad(?![A-Za-z]))"
"""Signs and spaces that the converter knows outside of words alone."""
_WORDS = re.compile(rf"(\\(?:text\w*|mbox|mathrm)\{{)([^{{}}]*{_OUTSIDE}[^{{}}]*)\}}")
_OPERATOR = re.compile(r"\\operatorname(\*|withlimits)?\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_SPACE = re.compile(r"\\[,;:!]|~|\s+")
_INDEXED = re.compile(
    r"(\\begin\{([bBpvV]?matrix|array)\}(?:(?!\\begin\{).)*?\\end\{\2\})(?=\s*[_^])", re.DOTALL
)
"""A matrix with an index, which the converter takes for that of its last bracket."""
_WORDS_BEGIN = re.compile(r"\\(?:text\w*|mbox)\s*(?=\{)")
_BRACE = re.compile(r"[{}]")
_DOLLAR = re.compile(r"(?<!\\)\$")
_SIGN = re.compile(f"({_OUTSIDE})")


def readable(latex: str, macros: Mapping[str, Macro]) -> str:
    """Return a formula in a form that the converter can read."""
    text, own = without_definitions(latex)
    text = expanded(text, {**UNKNOWN, **macros, **own})
    text = _OPERATOR.sub(_operator, _LARGE.sub(_delimiter, text))
    text = _CASES_EDGE.sub(r"\\\1{cases}", text)
    text = _RIGHT_CASES_EDGE.sub(lambda edge: RIGHT_CASES[edge[1]], text)
    text = _INDEXED.sub(r"{\1}", _WORDS.sub(_signs_apart, _formulas_apart(text)))
    text = _SPACE_AFTER_LINE.sub(r"\\\\", _PLAIN_EDGE.sub("", text))
    text = _LINED_EDGE.sub(rf"\\\1{{{LINES}}}", text).strip()
    text = _BRACKET_FIRST.sub(r"\1{}", text)
    text = _EMPTY_END.sub("", _LAST_LINE.sub("", _EMPTY_LINE.sub("", text)))
    outer = _OUTER.fullmatch(text)
    if outer and not _without_environments(outer[1]).strip():
        text = outer[1]
    if r"\\" in _without_environments(text):
        text = rf"\begin{{{LINES}}}{text}\end{{{LINES}}}"
    return text


def _delimiter(large: re.Match[str]) -> str:
    return f"{large[1]}{DELIMITERS[large[2]]} " if large[2] in DELIMITERS else large[0]


def _operator(operator: re.Match[str]) -> str:
    """Return an operator whose name is words alone, which is all that the converter knows."""
    name = _SPACE.sub("\N{NO-BREAK SPACE}", operator[2])
    if "\\" in name:
        return rf"\mathrm{{{name}}}"
    return rf"\operatorname{operator[1] or ''}{{{name}}}"


def _formulas_apart(text: str) -> str:
    """Return a formula with the formulas that stand among its words, as ``$x$``, outside of them.

    The converter takes all words as they are, and knows no braces among them.
    """
    parts: list[str] = []
    place = 0
    while begin := _WORDS_BEGIN.search(text, place):
        words, end = argument(text, begin.end())
        pieces = _DOLLAR.split(words)
        is_mixed = len(pieces) > 1 and len(pieces) % 2 == 1
        parts.append(text[place : begin.start()])
        if is_mixed:
            for number, piece in enumerate(pieces):
                written = f"{{{piece}}}" if number % 2 else f"{begin[0]}{{{_plain(piece)}}}"
                parts.append(written if piece else "")
        else:
            parts.append(f"{begin[0]}{{{_plain(words)}}}")
        place = end
    return "".join([*parts, text[place:]])


def _plain(words: str) -> str:
    words = words.replace("~", "\N{NO-BREAK SPACE}")
    return words if "\\" in words else _BRACE.sub("", words)


def _signs_apart(words: re.Match[str]) -> str:
    """Return words in a formula with signs such as an escaped percent outside.

    There the converter knows them.
    """
    pieces = _SIGN.split(words[2])
    for place in range(0, len(pieces), 2):
        pieces[place] = f"{words[1]}{pieces[place]}}}" if pieces[place] else ""
    return "".join(pieces)


def _without_environments(text: str) -> str:
    while _INNERMOST.search(text):
        text = _INNERMOST.sub("", text)
    return text
