"""The macros of LaTeX: those of a book's settings, and those that formulas define."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

Macro = tuple[str, int, str | None]
"""The text of a macro, its number of arguments, and the default of the first."""
DEPTH = 20
"""How deeply macros may be nested; one that uses itself would never end."""
ATTRIBUTE = "macros"
"""The attribute of a formula with the macros that it knows."""
_COMMAND = re.compile(r"\\([A-Za-z]+)\s*|\\(.)", re.DOTALL)
_DEFINITION = re.compile(
    r"\\(?:(?P<command>(?:new|renew|provide)command)|(?P<operator>DeclareMathOperator)|g?def|let)"
    r"(?P<star>\*?)(?![A-Za-z])\s*(?:\{\s*)?\\(?P<name>[A-Za-z]+|.)(?:\s*\})?"
    r"(?:\s*\[(?P<count>\d)\])?(?:\s*\[(?P<default>[^\]]*)\])?(?P<given>(?:#\d)*)\s*=?"
)
"""The beginning of a definition, up to what the macro means."""


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


def define_macros(app: Sphinx, doctree: nodes.document) -> None:
    """Give each formula the macros of the settings and of those before it on its page."""
    macros: Mapping[str, Macro] = macros_of(app.config)
    for formula in doctree.findall(nodes.Element):
        if not isinstance(formula, nodes.math | nodes.math_block):
            continue
        _, own = without_definitions(formula.astext())
        macros = {**macros, **own} if own else macros
        formula[ATTRIBUTE] = macros


def without_definitions(latex: str) -> tuple[str, dict[str, Macro]]:
    """Return a formula without the macros that it defines, and these."""
    macros: dict[str, Macro] = {}
    parts: list[str] = []
    place = 0
    while definition := _DEFINITION.search(latex, place):
        parts.append(latex[place : definition.start()])
        body, place = argument(latex, definition.end())
        if definition["operator"]:
            body = rf"\operatorname{definition['star']}{{{body}}}"
        count = int(definition["count"] or definition["given"].count("#"))
        macros[definition["name"]] = body, count, definition["default"]
    return "".join([*parts, latex[place:]]), macros


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
        value, place = argument(text, place)
        arguments.append(value)
    return arguments, place


def argument(text: str, place: int) -> tuple[str, int]:
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
