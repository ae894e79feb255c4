"""The prose of a page, line by line, and the numbers typed in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from bookpress.elements.base.registry import named_directives
from bookpress.files import FRONT

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
COUNTED = ("people", "persons", "authors", "works", "pages", "words", "hours", "runs", "times")
"""Nouns that are counted in thousands in any book; its settings add others.

A number before one of them is not a year, unless a word such as "the" or "of" says so.
"""

LEVELS = "intervals?|confidence|level|bands?|limits?"
"""Words beside the level of an interval."""
PARTS = "sections?|chapters?|figures?|tables?|parts?|version|python|step|cc by|rfc|iso|issue"
"""Nouns that are numbered."""

ADDRESSES = r"https?://\S+|\b10\.\d{4,9}/\S+|\barxiv:\s?\S+"
"""Addresses and identifiers."""
DAYS = rf"\b\d{{1,2}}\s+(?:{MONTHS})\b|\b(?:{MONTHS})\s+\d{{1,2}}\b(?!%)"
YEARS = (
    r"\b(?:(?<=\bthe )|(?<=\bof )|(?<=\bin )|(?!\d{{4}}\s+(?:{counted})\b))"
    r"(?:1[5-9]|20)\d\d(?:[-–/]\d\d){{0,2}}s?\b(?!%)"
)
"""Years, ranges of years, months, dates."""
LEVEL = (
    rf"\b95%(?=\s*$|[\s-]+(?:[\w-]+\s+){{0,2}}(?:{LEVELS})\b|\s+CI\b|[;)])"
    r"|\b(?:middle|at) 95%"
)
"""The level of intervals only: "95% of models" is a result."""
ORDINALS = r"\b\d+(?:st|nd|rd|th)\b"
NAMES = r"\b[^\W\d_][\w.+]*\d[\w.,]*"
"""Such as H100, P100."""
HYPHENED_NAMES = r"\b(?-i:[A-Z])[\w.+]*-\d[\w.,]*"
"""Such as GPT-4.

Only capitalised words with a hyphen are names: "almost-37" is not.
"""
NUMBERED = rf"\b(?:{PARTS})\s+\d[\d.]*"
SPANS = r"\b\d+-(?:bit|hour|day|week)\b"
"""Number formats and spans of the clock."""
ONE = r"(?<![\d.,])[01](?!\d|[.,]\d|%)"
"""Zero and one, which are words as much as numbers."""

ALLOWED_NUMBERS = (
    *(LEVEL, ORDINALS),
    *(NAMES, HYPHENED_NAMES, NUMBERED, SPANS, ONE),
)
"""Numbers that are allowed in prose, besides addresses, days and years.

Any other is a result, what others report, or part of code or mathematics.
"""

NUMBER = re.compile(r"\d[\d.,]*\s?%?")


def typed_numbers(
    text: str, literals: Iterable[str] = (), counted: Iterable[str] = ()
) -> list[str]:
    """Return the numbers in a line that should have been computed, except those in `literals`.

    `counted` are the book's own nouns that are counted in thousands.
    """
    for literal in literals:
        text = text.replace(literal, " ")
    years = YEARS.format(counted="|".join(map(re.escape, (*COUNTED, *counted))))
    for allowed in (ADDRESSES, DAYS, years, *ALLOWED_NUMBERS):
        text = re.sub(allowed, " ", text, flags=re.IGNORECASE)
    return [number.strip(" .,") for number in NUMBER.findall(text)]


FENCES = {"fence", "colon_fence"}
NO_PROSE_BLOCKS = {"math_block", "math_block_label", "amsmath", "code_block"}
DIRECTIVE = re.compile(r"\{([\w:-]+)\}")
CODE = {
    *("code-cell", "code", "code-block", "sourcecode", "literalinclude"),
    *("raw", "math", "mermaid", "bibliography"),
}
"""Directives whose content is not prose."""
FENCE = re.compile(r"^(`{3,}|~{3,}|:{3,})\{(?P<name>[\w:-]+)\}(?P<argument>.*)$")
PLAIN = {"include", "image", "figure", "toctree", "tableofcontents"}
"""Directives of Sphinx whose argument is not text for readers."""
NO_TEXT = {"also", "literals", "doi", "data_date", "format_version", "jupytext_version"}
"""Entries of the front matter that contain no text."""

COMMENTS = r"<!--.*?-->"
ROLES = r"\{[\w:+.-]+\}(`+).*?(?<!`)\1(?!`)"
ROLES_OVER_LINES = r"\{[\w:+.-]+\}`(?!`)(?:[^`\n]|\n(?![ \t]*\n))+`(?!`)"
"""Roles in one paragraph: what they hold may be wrapped."""
SPANS_OF_CODE = r"(`+).*?(?<!`)\1(?!`)"
MATHEMATICS = r"\$[^$]+\$"
LINKS = r"\]\([^)\s]*"
"""The addresses of links; their titles are read."""
HTML = r"(?<=<)[a-z][^\s>]*|\b(?:href|src|class|id)=\"[^\"]*\""
"""HTML tags and attributes, not their text."""
OPTIONS = r"^:(?!alt:)[\w-]+:.*$|^\([\w-]+\)=$"
"""Options of directives, and labels."""
NO_PROSE = (COMMENTS, ROLES, SPANS_OF_CODE, MATHEMATICS, LINKS, HTML, OPTIONS)
"""Parts of a line that are not read as prose."""


def prose_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a MyST page that readers see, without roles, code and addresses.

    They are numbered from 1.
    """
    lines = re.sub(ROLES_OVER_LINES, _line_breaks, text).splitlines()
    head = FRONT.match(text)
    front = head.group().rstrip("\n").count("\n") if head else 0
    for number, line in enumerate(lines[:front], 1):
        entry, _, content = line.strip().partition(": ")
        is_text = line.startswith(" ") and entry not in NO_TEXT
        if is_text:
            yield from _prose(number, content)
    body = lines[front:]
    code = {*code_lines("\n".join(body), front + 1)}
    for number, line in enumerate(body, front + 1):
        if number not in code:
            yield from _prose(number, _seen(line))


def _line_breaks(role: re.Match[str]) -> str:
    return " " + "\n" * role[0].count("\n")


def _seen(line: str) -> str:
    """Return the part of a line that readers see; for a directive, its argument."""
    fence = FENCE.match(line.strip())
    if fence is None:
        return line
    if fence["name"] in PLAIN | named_directives():
        return ""
    return fence["argument"]


def _prose(number: int, line: str) -> Iterator[tuple[int, str]]:
    """Yield the prose in a line, if there is any."""
    for part in NO_PROSE:
        line = re.sub(part, " ", line)
    if line.strip(" `:-"):
        yield number, line


def code_lines(text: str, first: int = 0) -> Iterator[int]:
    r"""Yield the numbers of those lines of a page that are not prose, with the fences around them.

    `first` is the number of its first line.

    Examples
    --------
    >>> [*code_lines("- Of 6\n\n  ```\n  7\n  ```\n\n$$ 8\n$$ (eight)\n\n:::{note}\nOf 9.\n:::\n")]
    [2, 3, 4, 6, 7]
    """
    for token in _parser().parse(text):
        if token.map is None:
            continue
        directive = DIRECTIVE.match(token.info.strip())
        is_prose = directive is not None and directive[1] not in CODE
        if token.type in FENCES and is_prose:
            yield from code_lines(token.content, first + token.map[0] + 1)
        elif token.type in FENCES | NO_PROSE_BLOCKS or _is_comment(token.type, token.content):
            yield from (first + line for line in range(*token.map))


def _is_comment(kind: str, content: str) -> bool:
    return kind == "html_block" and content.lstrip().startswith("<!--")


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table").disable("inline", True)
    return parser.use(dollarmath_plugin).use(amsmath_plugin).use(colon_fence_plugin)
