"""LaTeX for the converter to MathML: macros expanded, and lines in the one form it knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sphinx.config import Config

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
_COMMAND = re.compile(r"\\([A-Za-z]+)\s*|\\(.)", re.DOTALL)
DEPTH = 20
"""How deeply macros may be nested; one that uses itself would never end."""
Macro = tuple[str, int, str | None]
"""The text of a macro, its number of arguments, and the default of the first."""
UNKNOWN: Mapping[str, Macro] = {
    "arg": (r"\operatorname{arg}", 0, None),
    "dag": (r"\dagger", 0, None),
    "ddag": (r"\ddagger", 0, None),
    "P": ("\N{PILCROW SIGN}", 0, None),
    "AA": ("\N{LATIN CAPITAL LETTER A WITH RING ABOVE}", 0, None),
    "copyright": ("\N{COPYRIGHT SIGN}", 0, None),
    "cr": (r"\\", 0, None),
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
_WORDS = re.compile(r"(\\(?:text\w*|mbox|mathrm)\{)([^{}]*\\[%_&#$][^{}]*)\}")
_INDEXED = re.compile(
    r"(\\begin\{([bBpvV]?matrix|array)\}(?:(?!\\begin\{).)*?\\end\{\2\})(?=\s*[_^])", re.DOTALL
)
"""A matrix with an index, which the converter takes for that of its last bracket."""
_WORDS_BEGIN = re.compile(r"\\(?:text\w*|mbox)\s*(?=\{)")
_BRACE = re.compile(r"[{}]")
_DOLLAR = re.compile(r"(?<!\\)\$")
_SIGN = re.compile(r"(\\[%_&#$])")


def macros_of(config: Config) -> dict[str, Macro]:
    """Return the macros that the settings of a book define for MathJax."""
    settings = config.mathjax3_config if "mathjax3_config" in config else None
    tex = (settings or {}).get("tex") or {}
    return {str(name): _macro(entry) for name, entry in (tex.get("macros") or {}).items()}


def _macro(entry: Any) -> Macro:
    """Return a macro as MathJax reads it: a text, or a text with a number of arguments."""
    if not isinstance(entry, list):
        return str(entry), 0, None
    text, *rest = entry
    count = int(rest[0]) if rest else 0
    return str(text), count, str(rest[1]) if rest[1:] else None


def readable(latex: str, macros: Mapping[str, Macro]) -> str:
    """Return a formula in a form that the converter can read."""
    text = expanded(latex, {**UNKNOWN, **macros})
    text = _CASES_EDGE.sub(r"\\\1{cases}", _LARGE.sub(_delimiter, text))
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


def _formulas_apart(text: str) -> str:
    """Return a formula with the formulas that stand among its words, as ``$x$``, outside of them.

    The converter takes all words as they are, and knows no braces among them.
    """
    parts: list[str] = []
    place = 0
    while begin := _WORDS_BEGIN.search(text, place):
        words, end = _argument(text, begin.end())
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


def expanded(text: str, macros: Mapping[str, Macro]) -> str:
    """Return LaTeX with its macros expanded."""
    for _ in range(DEPTH):
        before = text
        text = _expanded_once(before, macros)
        if text == before:
            break
    return text


def _expanded_once(text: str, macros: Mapping[str, Macro]) -> str:
    parts: list[str] = []
    place = 0
    while command := _COMMAND.search(text, place):
        parts.append(text[place : command.start()])
        place = command.end()
        macro = macros.get(command[1] or command[2])
        if macro is None:
            parts.append(command[0])
            continue
        body, count, default = macro
        arguments, place = _arguments(text, place, count, default)
        parts.append(_meaning(body, arguments))
    return "".join([*parts, text[place:]])


def _meaning(body: str, arguments: list[str]) -> str:
    """Return the text of a macro with its arguments inserted.

    A space separates a command at its end from the letters after it.
    """
    pieces = re.split(r"#(\d)", body)
    for place in range(1, len(pieces), 2):
        number = int(pieces[place])
        pieces[place] = arguments[number - 1] if number <= len(arguments) else ""
    text = "".join(pieces)
    if re.search(r"\\[A-Za-z]+$", text):
        return f"{text} "
    return text


def _arguments(text: str, place: int, count: int, default: str | None) -> tuple[list[str], int]:
    """Return the arguments of a macro, and where they end."""
    arguments = []
    if default is not None and count:
        given = re.compile(r"\s*\[([^\]]*)\]").match(text, place)
        arguments.append(given[1] if given else default)
        place = given.end() if given else place
    while len(arguments) < count:
        argument, place = _argument(text, place)
        arguments.append(argument)
    return arguments, place


def _argument(text: str, place: int) -> tuple[str, int]:
    """Return one argument, in braces or a single character or command, and where it ends."""
    while place < len(text) and text[place].isspace():
        place += 1
    if text[place : place + 1] != "{":
        sign = re.compile(r"\\[A-Za-z]+|\\.|.|", re.DOTALL).match(text, place)
        assert sign is not None  # noqa: S101 - it matches the empty end too
        return sign[0], sign.end()
    depth = 0
    for end in range(place, len(text)):
        is_brace = text[end] in "{}" and text[end - 1] != "\\"
        if is_brace:
            depth += 1 if text[end] == "{" else -1
        if depth == 0:
            return text[place + 1 : end], end + 1
    return text[place + 1 :], len(text)
