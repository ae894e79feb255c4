"""Fast reading of ordinary MyST notebooks, with the same result as jupytext.

Importing jupytext takes longer than all the rest. Anything unusual or wrong is left to it: jupytext
reads it, or says what is wrong. Places are named as their author knows them: by lines of a text, by
the cells of a notebook. Single lines, such as headings, are read for where no markup can stand.
"""

from __future__ import annotations

import json
import re
import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import yaml

from bookpress.plain_yaml import load_quickly

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

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
RAW = "{raw-cell}"
BREAK = "myst_block_break"
NAME = re.compile(r"[\w.@/-]+", re.ASCII)
"""A name in the front matter that needs no special treatment."""
TREATED = frozenset({"jupyter", "language_info", "title", "authors"})
"""Names in the front matter that jupytext treats specially, or whose values nbformat restricts."""
SPLITTING = "root_level_"
"""The prefix of jupytext's settings that change how it reads the front matter."""
QUOTES = "“”‘’"
"""English quotes: opening and closing, double and single."""
RESTRICTED = frozenset({"collapsed", "scrolled", "name", "format", "jupyter", "execution"})
"""Names in the metadata of cells, besides tags, whose values nbformat restricts."""


class UnusualError(Exception):
    """A text that is left to jupytext."""


def usual_notebook(text: str) -> dict[str, Any] | None:
    """Return the notebook in a text, as JSON; None if anything about it is unusual."""
    with suppress(UnusualError, yaml.YAMLError, ValueError):
        metadata, tokens, start = _divided(text)
        cells = [
            {**cell, "id": f"c{number:03d}"}
            for number, (_, cell) in enumerate(_cells(text, tokens, start))
        ]
        _name_lexer(metadata, tokens)
        return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return None


def cell_lines(text: str) -> list[int] | None:
    """Return how many lines stand before each cell of a text; None if it is unusual.

    A code cell begins below its fence, as in jupytext's own map.
    """
    with suppress(UnusualError, yaml.YAMLError, ValueError):
        _, tokens, start = _divided(text)
        return [line for line, _ in _cells(text, tokens, start)]
    return None


def _divided(text: str) -> tuple[dict[str, Any], list[Token], int]:
    """Return the metadata of a text, the tokens after it, and the line at which they begin."""
    tokens = _parser().parse(f"{text}\n")
    if not tokens or tokens[0].type != "front_matter":
        return {}, tokens, 0
    front = tokens.pop(0)
    return _metadata(load_quickly(front.content)), tokens, _lines(front)[1]


def _parser() -> MarkdownIt:
    # parsed chapters are cached, so that most builds need no parser
    from markdown_it import MarkdownIt
    from mdit_py_plugins.front_matter import front_matter_plugin
    from mdit_py_plugins.myst_blocks import myst_block_plugin
    from mdit_py_plugins.myst_role import myst_role_plugin

    parser = MarkdownIt("commonmark").enable("table")
    for plugin in (front_matter_plugin, myst_block_plugin, myst_role_plugin):
        parser.use(plugin)
    return parser.disable("inline", True)


def _metadata(front: Any) -> dict[str, Any]:
    """Return the front matter as the metadata of the notebook."""
    _expect(isinstance(front, dict))
    _expect(all(isinstance(name, str) and NAME.fullmatch(name) for name in front))
    _expect(TREATED.isdisjoint(front))
    of_jupytext = front.get("jupytext", {})
    _expect(isinstance(of_jupytext, dict))
    _expect(not any(str(name).startswith(SPLITTING) for name in of_jupytext))
    front = _with_full_kernel(front)
    kernel = front.get("kernelspec", {"name": "", "display_name": ""})
    _expect(isinstance(kernel, dict))
    _expect(all(isinstance(kernel.get(name), str) for name in ("name", "display_name")))
    return dict(front)


def _with_full_kernel(front: dict[str, Any]) -> dict[str, Any]:
    """Return front matter whose kernel is shown by its name if it says nothing, as in MyST-NB."""
    kernel = front.get("kernelspec")
    if isinstance(kernel, dict) and "name" in kernel:
        return {**front, "kernelspec": {"display_name": kernel["name"], **kernel}}
    return front


def with_full_kernel(text: str) -> str:
    """Return a text whose kernel has the names that nbformat asks for, with as many lines."""
    tokens = _parser().parse(f"{text}\n")
    if not tokens or tokens[0].type != "front_matter":
        return text
    front = load_quickly(tokens[0].content)
    if not isinstance(front, dict) or _with_full_kernel(front) == front:
        return text
    written = yaml.safe_dump(_with_full_kernel(front), default_flow_style=True, width=sys.maxsize)
    end = _lines(tokens[0])[1]
    lines = text.replace("\r\n", "\n").split("\n")
    blank = [""] * (end - 3)
    return "\n".join([lines[0], written.rstrip("\n"), *blank, *lines[end - 1 :]])


Cell = tuple[int, dict[str, Any]]
"""The number of lines before a cell, and the cell."""


def _cells(text: str, tokens: Sequence[Token], start: int) -> Iterator[Cell]:
    """Yield the cells of a text from a line on: code cells, and the prose between them."""
    lines = text.splitlines()
    metadata: dict[str, Any] = {}
    for token in _dividing(tokens):
        first, end = _lines(token)
        yield from _prose(lines[:first], start, metadata)
        start = end
        metadata = {}
        if token.type == BREAK:
            metadata = _of_cell(json.loads(token.content.strip()) if token.content else {})
        else:
            yield first + 1, _code(token)
    yield from _prose(lines, start, metadata)


def _dividing(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield what divides the prose: code cells and block breaks that are not nested in anything."""
    depth = 0
    for token in tokens:
        depth += token.nesting
        if depth == 0 and token.type == "fence":
            _expect(not token.info.startswith(RAW))
            if token.info.startswith(CODE):
                yield token
        elif depth == 0 and token.type == BREAK:
            yield token


def _prose(lines: Sequence[str], start: int, metadata: dict[str, Any]) -> Iterator[Cell]:
    source = "\n".join(lines[start:]).rstrip().lstrip("\n")
    if source:
        yield start, {"cell_type": "markdown", "metadata": metadata, "source": source}


def _code(token: Token) -> dict[str, Any]:
    options, lines = _options(token.content)
    if lines and not lines[0].strip():
        lines = lines[1:]
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": _of_cell(options),
        "outputs": [],
        "source": "\n".join(lines),
    }


def _options(content: str) -> tuple[Any, list[str]]:
    """Return the options at the top of a cell, and the lines of its code."""
    if content.startswith("---"):
        below = "\n".join(content.splitlines()[1:])
        end = re.search("^-{3,}", below, re.MULTILINE)
        _expect(end is not None)
        assert end  # noqa: S101 - mypy does not know it
        options = load_quickly(dedent(below[: end.start()])) or {}
        return options, below[end.end() + 1 :].splitlines()
    lines = content.splitlines()
    if not content.lstrip().startswith(":"):
        return {}, lines
    written = []
    while lines and lines[0].lstrip().startswith(":"):
        written.append(lines.pop(0).lstrip()[1:])
    return load_quickly("\n".join(written)) or {}, "\n".join(lines).splitlines()


def _of_cell(metadata: Any) -> dict[str, Any]:
    """Return the metadata of a cell."""
    _expect(isinstance(metadata, dict) and RESTRICTED.isdisjoint(metadata))
    tags = metadata.get("tags", [])
    _expect(isinstance(tags, list))
    _expect(all(isinstance(tag, str) and tag and "," not in tag for tag in tags))
    _expect(len(tags) == len(set(tags)))
    return dict(metadata)


def _name_lexer(metadata: dict[str, Any], tokens: Sequence[Token]) -> None:
    """Record the first language that a code cell names, as jupytext does in its metadata."""
    fences = [token for token in tokens if token.type == "fence" and token.level == 0]
    lexers = [fence.info[len(CODE) :].strip() for fence in fences if fence.info.startswith(CODE)]
    named = [lexer for lexer in lexers if lexer]
    if named:
        _expect(bool(metadata))
        metadata["jupytext"] = {"default_lexer": named[0], **metadata.get("jupytext", {})}


def _lines(token: Token) -> Sequence[int]:
    """Return the first line of a token and the line after its last."""
    assert token.map  # noqa: S101 - block tokens have one
    return token.map


def _expect(is_usual: bool) -> None:
    if not is_usual:
        raise UnusualError


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
    return tuple(cell_lines(source) or ())


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
