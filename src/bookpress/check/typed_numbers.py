"""Numbers that stand in prose and should have been computed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
COUNTED = "models|papers|works|chips|authors|clusters|hours|organisations|companies|universities|conferences|runs"
"""What comes in thousands: before these a number is no year, unless a word such as "the" or "of" says so."""

LEVELS = "intervals?|confidence|level|bands?|limits?"

ALLOWED_NUMBERS = (
    r"https?://\S+|\b10\.\d{4,9}/\S+|\barxiv:\s?\S+",  # addresses and identifiers
    rf"\b\d{{1,2}}\s+(?:{MONTHS})\b|\b(?:{MONTHS})\s+\d{{1,2}}\b(?!%)",  # days
    # Years, ranges of years, months, dates
    rf"\b(?:(?<=\bthe )|(?<=\bof )|(?<=\bin )|(?!\d{{4}}\s+(?:{COUNTED})\b))"
    r"(?:1[5-9]|20)\d\d(?:[-–/]\d\d){0,2}s?\b(?!%)",
    # The level of intervals, and of nothing else: 95% of models is a result.
    rf"\b95%(?=\s*$|[\s-]+(?:[\w-]+\s+){{0,2}}(?:{LEVELS})\b|\s+CI\b|[;)])|\b(?:middle|at) 95%",
    r"\b\d+(?:st|nd|rd|th)\b",  # ordinals
    # Names: H100, P100, GPT-4. A hyphen makes a name only of what is capitalised: "almost-37" is none.
    r"\b[^\W\d_][\w.+]*\d[\w.,]*",
    r"\b(?-i:[A-Z])[\w.+]*-\d[\w.,]*",
    r"\b(?:sections?|chapters?|figures?|tables?|parts?|version|python|step|cc by|rfc|iso|issue)\s+\d[\d.]*",
    r"\b\d+-(?:bit|hour|day|week)\b",  # number formats and spans of the clock
    r"(?<![\d.,])[01](?!\d|[.,]\d|%)",  # nothing and one: words as much as numbers
)
"""Numbers that may stand in prose. Any other is a result or a claim, or stands in code or mathematics."""

NUMBER = re.compile(r"\d[\d.,]*\s?%?")


def typed_numbers(text: str, literals: Iterable[str] = ()) -> list[str]:
    """Return the numbers of a line that should have been computed, but for texts that are excused.

    Examples
    --------
    >>> typed_numbers("In 2012 the H100 did not exist; 64% of 86 models came later, see section 3.")
    ['64%', '86']
    """
    for literal in literals:
        text = text.replace(literal, " ")
    for allowed in ALLOWED_NUMBERS:
        text = re.sub(allowed, " ", text, flags=re.IGNORECASE)
    return [number.strip(" .,") for number in NUMBER.findall(text)]


FENCE = re.compile(r"^(`{3,}|:{3,})\{(?P<name>[\w:-]+)\}(?P<argument>.*)$")
CODE = {"code-cell", "code", "code-block", "sourcecode", "literalinclude", "raw", "math", "mermaid", "bibliography"}
"""Directives whose content is no prose."""
PLAIN = {"when", "finding", "include", "image", "figure", "toctree", "tableofcontents"}
"""Directives whose argument is no text that readers see."""

NO_PROSE = (
    r"<!--.*?-->",
    r"\{[\w:+.-]+\}(`+).*?(?<!`)\1(?!`)",  # roles
    r"(`+).*?(?<!`)\1(?!`)",  # code
    r"\$[^$]+\$",  # mathematics
    r"\]\([^)\s]*",  # addresses of links; their titles are read
    r"(?<=<)[a-z][^\s>]*|\b(?:href|src|class|id)=\"[^\"]*\"",  # HTML, but for what it says
    r"^:(?!alt:)[\w-]+:.*$|^\([\w-]+\)=$",  # options of directives, labels
)
"""Parts of a line that are not read as prose."""
WHEN = re.compile(r"\{when\}(`+)[^|`]*\|?(.*?)(?<!`)\1(?!`)")


def prose_lines(text: str) -> Iterator[tuple[int, str]]:
    r"""Yield the lines of a MyST page that readers see, numbered from 1, without roles, code and addresses.

    Examples
    --------
    >>> list(prose_lines("# Title\n\n```{code-cell}\nx = 37\n```\n\nSee {ref}`there`.\n"))
    [(1, '# Title'), (7, 'See  .')]
    """
    lines = text.splitlines()
    front = lines.index("---", 1) if text.startswith("---\n") and "---" in lines[1:] else 0
    for number, line in enumerate(lines[:front], 1):
        entry, _, content = line.strip().partition(": ")
        if entry not in {"literals", "doi", "data_date"} and line.startswith(" "):
            yield from _prose(number, content)
    code = ""
    for number, line in enumerate(lines[front:], front + 1):
        fence = FENCE.match(line)
        if code:
            code = "" if line.strip() == code else code
        elif line == "$$" or (line.startswith("```") and not fence and line.strip("`").strip()):
            code = line if line == "$$" else "```"
        elif fence and fence["name"] in CODE:
            code = fence[1]
        elif fence is None or fence["name"] not in PLAIN:
            yield from _prose(number, fence["argument"] if fence else line)


def _prose(number: int, line: str) -> Iterator[tuple[int, str]]:
    """Yield what is prose of a line, if anything; of a condition, the texts that it chooses from."""
    line = WHEN.sub(lambda found: f" {found[2]} ", line)
    for part in NO_PROSE:
        line = re.sub(part, " ", line)
    if line.strip(" `:-"):
        yield number, line
