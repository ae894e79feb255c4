"""Parameters cells in R, Octave and Bash: their plain assignments, as Python writes them.

Cells of further languages are read as they are, so that `n = 1` alone is a parameter there.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bookpress.errors import short

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?L?")
BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


@dataclass(frozen=True)
class Notation:
    """How a language writes assignments, comments and values."""

    assignment: str
    """The pattern of an assignment, with the groups ``name`` and ``rest``."""
    comment: str
    """The characters one of which begins a comment."""
    text: str
    """The pattern of a text in quotation marks."""
    read_text: Callable[[str], str]
    """Returns a text without them, or raises `ValueError` or `SyntaxError`."""
    words: Mapping[str, Any] = field(default_factory=dict)
    """Values that are words."""
    bare: str = r"(?!)"
    """The pattern of a text that needs no quotation marks."""


def _with_escapes(written: str) -> str:
    return str(ast.literal_eval(written))


def _of_octave(written: str) -> str:
    return written[1:-1].replace("''", "'") if written[0] == "'" else _with_escapes(written)


def _of_bash(written: str) -> str:
    if written[0] == '"' and re.search(r"[$`\\]", written):
        raise ValueError
    return written[1:-1]


R = Notation(
    assignment=r"(?P<name>[A-Za-z.][\w.]*)\s*(?:<-|=(?!=))\s*(?P<rest>.*)",
    comment="#",
    text=r'"(?:\\.|[^"\\])*"|' + r"'(?:\\.|[^'\\])*'",
    read_text=_with_escapes,
    words={"TRUE": True, "T": True, "FALSE": False, "F": False, "NULL": None},
)
OCTAVE = Notation(
    assignment=r"(?P<name>[A-Za-z_]\w*)\s*=(?!=)\s*(?P<rest>.*)",
    comment="%#",
    text=r'"(?:\\.|[^"\\\n])*"|' + r"'(?:''|[^'\n])*'",
    read_text=_of_octave,
    words={"true": True, "false": False},
)
BASH = Notation(
    assignment=r"(?P<name>[A-Za-z_]\w*)=(?P<rest>.*)",
    comment="#",
    text=r'"(?:\\.|[^"\\])*"|' + r"'[^']*'",
    read_text=_of_bash,
    bare=r"[\w./:+,@-]+",
)
NOTATIONS = {"r": R, "ir": R, "octave": OCTAVE, "bash": BASH}


def in_python(code: str, language: str) -> tuple[str, dict[str, tuple[int, str]]]:
    r"""Return the plain assignments of a cell as Python, and why others declare no parameter.

    Each stands on the line that it had. Of the others, by name, the line and the reason are given.

    Examples
    --------
    >>> code = "year <- 2000  # first year [a]\nall <- TRUE\nyears = c(1, 2)"
    >>> in_python(code, "R")
    ('year = 2000  # first year [a]\nall = True\n', {'years': (3, '`c(1, 2)` is not a literal')})
    >>> in_python("let n = 1", "typescript")
    ('let n = 1', {})
    """
    notation = NOTATIONS.get(language.lower())
    if not notation:
        return code, {}
    lines = [""] * (code.count("\n") + 1)
    others: dict[str, tuple[int, str]] = {}
    for number, statement in _statements(code, notation):
        assigned = re.match(notation.assignment, statement)
        if not assigned:
            continue
        name = assigned["name"]
        written = _cut(notation, assigned["rest"])
        help_text = assigned["rest"][len(written) :].lstrip(f"{notation.comment} ")
        written = written.strip().rstrip(";").rstrip()
        reason = _refused(name)
        try:
            value = _value(notation, written)
        except (ValueError, SyntaxError):
            reason = f"`{short(written)}` is not a literal"
        if reason:
            others[name] = (number + 1, reason)
        else:
            lines[number] = f"{name} = {value!r}" + (f"  # {help_text}" if help_text else "")
    return "\n".join(lines), others


def _refused(name: str) -> str:
    """Return why a name can be none of a parameter; empty if it can."""
    if "." in name:
        return "its name has a dot"
    return "its name is a word of Python" if keyword.iskeyword(name) else ""


def _value(notation: Notation, written: str) -> Any:
    """Return the value of a literal; raise `ValueError` or `SyntaxError` if it is none."""
    if written in notation.words:
        return notation.words[written]
    if NUMBER.fullmatch(written):
        digits = written.rstrip("L")
        is_whole = digits != written or not re.search(r"[.eE]", digits)
        return int(float(digits)) if is_whole else float(digits)
    if re.fullmatch(notation.text, written, re.DOTALL):
        return notation.read_text(written)
    if re.fullmatch(notation.bare, written):
        return written
    raise ValueError(written)


def _cut(notation: Notation, rest: str) -> str:
    """Return what stands before a comment."""
    before = re.match(rf"(?:{notation.text}|[^{notation.comment}])*", rest)
    return before[0] if before else ""


def _statements(code: str, notation: Notation) -> Iterator[tuple[int, str]]:
    """Yield the lines that begin outside of brackets and texts, each with its number from 0."""
    lines = code.split("\n")
    yield 0, lines[0]
    depth = 0
    number = 0
    for part in re.finditer(rf"{notation.text}|[{notation.comment}].*|[][(){{}}\n]", code):
        depth += BRACKETS.get(part[0], 0)
        number += part[0].count("\n")
        if part[0] == "\n" and depth <= 0:
            yield number, lines[number]


def is_settable(kernel: str, language: str) -> bool:
    """Return whether papermill can set values in the language of a kernel."""
    if language.lower() in NOTATIONS:
        return True
    from papermill.exceptions import PapermillException  # slow to import, and rarely needed
    from papermill.translators import papermill_translators

    with suppress(PapermillException):
        papermill_translators.find_translator(kernel, language)
        return True
    return False
