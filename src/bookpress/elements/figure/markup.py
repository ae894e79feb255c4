"""Cells of tables as Markdown: text is escaped, except for the markup that we allow."""

from __future__ import annotations

import re
from functools import cache

from bookpress.myst import escaped, in_one_line, plain

ADDRESS = r"(?:https?://[^\s()<>\\`{}|]+|#[\w-]+)"
ROLES = ("result", "param", "years", "holds", "term", "numref", "cite:p", "cite:t")
"""The roles that a cell of any book may contain."""
MARKUP = (
    r"`[^`\\{}|]+`"
    rf"|\[(?:[^\[\]\\`{{}}<>$|]|\\.)*\]\({ADDRESS}\)"
    r"|\\[!-/:-@\[-`{-~]"
)
"""What else it may contain: code, links, escaped characters."""


def link(text: str, address: str) -> str:
    r"""Return a link as Markdown, for a column with markup; without a valid address, the text.

    Examples
    --------
    >>> print(link("arXiv", "https://arxiv.org"), link("a_b", "x y"))
    [arXiv](https://arxiv.org) a\_b
    """
    shown = plain(text)
    if re.fullmatch(ADDRESS, address):
        return f"[{shown}]({address})"
    return shown


def ours(text: str, roles: tuple[str, ...] = ()) -> str:
    r"""Return a line of Markdown with only the markup that we allow.

    `roles` are those of one book that a cell may contain too.

    Examples
    --------
    >>> print(ours("{cite:p}`knuth1984` and {include}`secret`"))
    {cite:p}`knuth1984` and \{include\}`secret`
    >>> print(ours("{measured}`halley`"), ours("{measured}`halley`", ("measured",)))
    \{measured\}`halley` {measured}`halley`
    """
    line = in_one_line(text)
    parts = []
    end = 0
    for known in _allowed(roles).finditer(line):
        parts += [escaped(line[end : known.start()]), known[0]]
        end = known.end()
    return "".join([*parts, escaped(line[end:])])


@cache
def _allowed(roles: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern of the markup that we allow, with the roles of one book."""
    names = "|".join([*ROLES, *map(re.escape, roles)])
    return re.compile(rf"\{{(?:{names})\}}`[^`\\{{}}|]+`|{MARKUP}")
