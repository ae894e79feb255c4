"""The sentences of a page, each with the statements it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from bookpress.chapter.quotes import ROLE_OR_SPAN, blanked, texts_of, without_code, without_markup
from bookpress.files import FRONT
from bookpress.myst import CELLS
from bookpress.plain_yaml import load

HOLDS = "\x00"
"""Surrounds the number of a mark while the text is split into sentences."""
BLOCKS = re.compile(
    r"\n\s*\n|^[ \t]*(?:[-*+]|\d+\.|[\w-]+:)[ \t]+[\"']?|\||^(?:`{3,}|:{3,}).*$|^#+ |^\([\w-]+\)=",
    re.MULTILINE,
)
"""The boundary between two blocks of text.

That is an empty line, a list marker, the name of an entry, the edge of a table cell, the fence of a
directive, the sign of a heading, or a label.
"""
END = re.compile(rf"[.!?][”’)\"*]*(?:\s*{HOLDS}\d+{HOLDS})*\s+(?=[A-Z“‘(*…{{\[])", re.MULTILINE)
"""The boundary between two sentences, including the marks of the first."""
LITERAL = re.compile(
    r"^(?P<fence>`{3,})\{(?:math|raw|mermaid)\}[^\n]*\n.*?^(?P=fence)[ \r]*$",
    re.DOTALL | re.MULTILINE,
)
NO_WORDS = re.compile(
    r"\{(?:ref|numref|doc|eq|download)\}`[^`<]*`|^\([\w-]+\)=|^:(?!alt:)[\w-]+:.*$", re.MULTILINE
)
"""What names a place or sets an option and says nothing: references, labels, options."""
NO_TEXT = frozenset({"name", "class", "align", "width", "height", "scale", "display_name"})
"""Entries of metadata that contain no text."""
ROLE = re.compile(r"\{([\w:-]+)\}`")


class Sentence(NamedTuple):
    """A sentence: its line, its words, its marks, and the roles that it contains."""

    line: int
    words: str
    marks: tuple[str, ...]
    roles: frozenset[str]


def sentences_of(source: str) -> Iterator[Sentence]:
    r"""Yield the sentences of a page in order; those of metadata have the line of their block.

    Examples
    --------
    >>> page = "# Who\n\nMost did. {holds}`majority(x)` None\nfell. {holds}`a` {holds}`b`"
    >>> for sentence in sentences_of(page):
    ...     print(sentence.line, sentence.words, sentence.marks)
    1 Who ()
    3 Most did. ('majority(x)',)
    3 None fell. ('a', 'b')
    """
    text = LITERAL.sub(blanked, without_code(source))
    front = FRONT.match(text)
    if front:
        yield from _of_metadata(front["yaml"], 1)
        text = blanked(front) + text[front.end() :]
    for cell in CELLS.finditer(text):
        line = text.count("\n", 0, cell.start()) + 1
        yield from _of_metadata(cell["head"].strip("-\n"), line)
    yield from _of_text(CELLS.sub(blanked, text))


def _of_metadata(text: str, line: int) -> Iterator[Sentence]:
    """Yield the sentences of texts in YAML."""
    try:
        entries = load(text)
    except yaml.YAMLError:  # reported where the page is read
        return
    for path, value in texts_of(entries):
        entry = path.rpartition(".")[2]
        if entry.isdigit() or entry in NO_TEXT:  # a number: a list of names, such as `also`
            continue
        for sentence in _of_text(value):
            yield sentence._replace(line=line)


def _of_text(text: str) -> Iterator[Sentence]:
    marks: list[str] = []

    def shelved(role: re.Match[str]) -> str:
        if role["kind"] != "holds":
            return role[0]
        marks.append(" ".join(role["text"].split()))
        breaks = "\n" * role[0].count("\n")
        return f"{HOLDS}{len(marks) - 1}{HOLDS}{breaks}"

    text = ROLE_OR_SPAN.sub(shelved, text)
    start = 0
    for end in [*_ends(text), len(text)]:
        sentence = text[start:end]
        worded = NO_WORDS.sub(_unworded, re.sub(rf"{HOLDS}\d+{HOLDS}", "", sentence))
        words = without_markup(worded)
        numbers = re.findall(rf"{HOLDS}(\d+){HOLDS}", sentence)
        if re.search(r"\w", words):
            before = len(sentence) - len(sentence.lstrip())
            line = text.count("\n", 0, start + before) + 1
            quoted = tuple(marks[int(number)] for number in numbers)
            yield Sentence(line, words, quoted, frozenset(ROLE.findall(sentence)))
        start = end


def _unworded(part: re.Match[str]) -> str:
    """Return what stands for a part without words: a reference is one of something."""
    return "…" if part[0].startswith("{") else ""


def _ends(text: str) -> list[int]:
    """Return the ends of sentences and blocks in a text."""
    ends = [end.end() for pattern in (BLOCKS, END) for end in pattern.finditer(text)]
    starts = [block.start() for block in BLOCKS.finditer(text)]
    return sorted({*ends, *starts})
