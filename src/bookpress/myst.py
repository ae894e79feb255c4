"""The cells of chapters where their authors know them: by lines of a text, by cells of a notebook.

Single lines, such as headings, are read for where no markup can stand.
"""

from __future__ import annotations

import re
import sys
import warnings
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from bookpress.files import FRONT
from bookpress.plain_yaml import load

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

TEXT = ".md"
"""The ending of chapters that have lines for their authors."""
CELLS = re.compile(
    r"^(?P<fence>`{3,}|~{3,})\{code-cell\}[^\n]*\n"
    r"(?P<head>---[ \r]*\n.*?^---[ \r]*\n|(?::[^\n]*\n)*)(?P<code>.*?)^(?P=fence)[ \r]*$",
    re.DOTALL | re.MULTILINE,
)
"""The code cells of a MyST notebook: their options (``head``) and their code."""
FENCED = re.compile(
    r"^(?P<open>[ \t]*(?P<fence>`{3,}+(?![^\n]*`)|~{3,}+)"
    r"(?P<directive>\{(?!code(?:-block)?\})[\w:.+-]+\})?[^\n]*\n)"
    r"(?P<content>.*?)(?P<close>^[ \t]*(?P=fence)[`~]*[ \t\r]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)
"""A listing, up to the end of the text where nothing closes it, or a directive with content."""
CODE = "{code-cell}"
_SIGN = re.compile(r"[\\`*_{}\[\]<>$~&|]")
"""A character that can begin or end markup in a line of MyST."""
QUOTES = "“”‘’"
"""English quotes: opening and closing, double and single."""


def plain(text: str) -> str:
    r"""Return a text as a line of Markdown without any markup.

    Examples
    --------
    >>> print(plain("{download}`x <secret>`"))
    \{download\}\`x \<secret\>\`
    """
    return escaped(in_one_line(text))


def in_one_line(text: str) -> str:
    """Return a text without line breaks and other invisible characters."""
    spaced = (" " if sign.isspace() else sign for sign in text)
    return "".join(sign for sign in spaced if sign == " " or sign.isprintable())


def escaped(line: str) -> str:
    """Return a line with a backslash before each character that could be markup."""
    return _SIGN.sub(lambda sign: "\\" + sign[0], line)


def as_code(text: str) -> str:
    """Return a text as code within a line of Markdown, whatever ticks it has.

    Examples
    --------
    >>> print(as_code("run -p a=1"), as_code("run -p 'a=`1`'"))
    `run -p a=1` `` run -p 'a=`1`' ``
    """
    line = in_one_line(text)
    longest = max(map(len, re.findall("`+", line)), default=0)
    ticks = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{ticks}{space}{line}{space}{ticks}"


def cell_lines(text: str) -> list[int]:
    """Return how many lines stand above each cell of a text, those of code without its fence."""
    from jupytext.myst import myst_to_notebook  # slow to import, and most builds read no chapter

    with warnings.catch_warnings():  # about cells in several languages
        warnings.simplefilter("ignore")
        notebook = myst_to_notebook(with_full_kernel(text), add_source_map=True)
    return [*notebook.metadata["source_map"]]


def with_full_kernel(text: str) -> str:
    """Return a text whose kernel has the names that nbformat asks for, with as many lines.

    A kernel is shown by its name if the front matter says nothing else, as in MyST-NB.
    """
    text = text.replace("\r\n", "\n")
    head = FRONT.match(text)
    front: Any = load(head["yaml"]) if head else None
    kernel = front.get("kernelspec") if isinstance(front, dict) else None
    if not head or not isinstance(kernel, dict) or "name" not in kernel or "display_name" in kernel:
        return text
    full = {**front, "kernelspec": {"display_name": kernel["name"], **kernel}}
    written = yaml.safe_dump(full, default_flow_style=True, width=sys.maxsize).rstrip("\n")
    blank = "\n" * (head["yaml"].count("\n") - 1)
    return f"{text[: head.start('yaml')]}\n{written}{blank}{text[head.end('yaml') :]}"


def place_of(where: str, source: str, line: int) -> str:
    r"""Name a line of a chapter.

    Parameters
    ----------
    where
        The chapter's file.
    source
        Its text as a MyST notebook, which the author of another file has never seen.
    line
        A line of that text.

    Examples
    --------
    >>> place_of("moons.md", "# Moons\n\nMany.\n", 3)
    'moons.md:3'
    >>> place_of("moons.ipynb", "# Moons\n\nMany.\n", 3)
    'moons.ipynb: cell 1, line 3'
    """
    if where.endswith(TEXT):
        return f"{where}:{line}"
    cell = cell_at(source, line)
    return f"{where}: {in_cell(*cell)}" if cell else where


def in_cell(number: int, line: int) -> str:
    """Name a line of a cell of a notebook."""
    return f"cell {number}, line {line}"


def lines_in_words(where: str, source: str, lines: Sequence[int]) -> str:
    """Name lines in a sentence about their own chapter: "line 3", "lines 3 and 9"."""
    if where.endswith(TEXT):
        return f"line{'s' if len(lines) > 1 else ''} {' and '.join(map(str, lines))}"
    places = [place_of(where, source, line).removeprefix(f"{where}: ") for line in lines]
    return " and ".join(places)


def cell_at(source: str, line: int) -> tuple[int, int] | None:
    """Return the number of the cell with a line, and the line in it; None above the first."""
    starts = _starts(source)
    number = bisect_left(starts, line)
    if number == 0:
        return None
    begin = starts[number - 1]
    before = source.split("\n")[begin : line - 1]
    above = next((place for place, text in enumerate(before) if text), len(before)) + begin
    for code in _before_code(source):
        above = code if begin <= code < line else above
    return number, line - above


@lru_cache(maxsize=16)  # asked for each thing that a chapter quotes
def _starts(source: str) -> Sequence[int]:
    return tuple(cell_lines(source))


def _before_code(source: str) -> Iterator[int]:
    """Yield how many lines stand before the code of each cell, in the text of a notebook."""
    for cell in CELLS.finditer(source):
        # an empty line separates options that begin with a colon from the code
        yield source.count("\n", 0, cell.start("code")) + cell["head"].startswith(":")


def plain_line(markdown: str, quotes: Sequence[str] = QUOTES) -> str:
    """Return a line of Markdown as readers see it: without markup, with typographic quotes.

    Examples
    --------
    >>> plain_line("Where *E. coli* doesn't grow, by `pH`, is in [a list](https://lists.example)")
    'Where E. coli doesn’t grow, by pH, is in a list'
    >>> plain_line('"Wo" es *nicht* wächst', quotes="„“‚‘")
    '„Wo“ es nicht wächst'
    """
    [inline] = _parser_of_lines(tuple(quotes)).parseInline(markdown)
    return "".join(token.content for token in inline.children or ()).strip()


@lru_cache
def _parser_of_lines(quotes: Sequence[str]) -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"typographer": True, "quotes": quotes})
    return parser.enable("smartquotes")
