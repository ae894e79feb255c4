"""Marks: where the sources of a book rest on statements: ``{holds}`key``` in prose, ``holds="key"`` of a figure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARK = re.compile(r"\{{1,2}holds\}{1,2}`([^`\n]+)`(?!`)|\bholds=\"([\w:-]+)\"")
TITLE = "The title of a figure."
"""What stands for a sentence where a figure rests on a statement: its title is made in code."""
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BEFORE = re.compile(r"\n\s*\n|^[ \t]*(?:[-*+]|\d+\.|[\w-]+:)[ \t]+[\"']?|\|", re.MULTILINE)
"""What a paragraph begins after: an empty line, the sign of a list item, the name of an entry, the edge of a cell."""
SENTENCE_END = re.compile(r"[.!?][”’)\"*]*\s+(?=[A-Z“‘(*…{\[]|$)")
"""What lies between two sentences."""
_PLAIN = (
    (r"^(?:`{3,}|:{3,}).*$", ""),
    (r"\{(?:term|ref|doc)\}`([^`<]+?)\s*(?:<[^`>]*>)?`", r"\1"),
    (r"\{cite:[a-z]+\}`[^`]*`|\{holds\}`[^`]*`", ""),
    (r"\{[\w:-]+\}(`+).*?\1", "…"),  # a value, which differs between editions
    (r"\[([^\]]*)\]\([^)]*\)", r"\1"),
    (r"[*`]", ""),
)


@dataclass(frozen=True)
class Mark:
    """A sentence that rests on a statement: page, line, the statement's full name, the sentence without values."""

    page: str
    line: int
    name: str
    sentence: str

    @property
    def place(self) -> str:
        """File and line, as an author finds them."""
        return f"{self.page}.md:{self.line}"


def full_name(name: str, docname: str) -> str:
    """Return a name with its chapter: that of the page where none is given."""
    return name if ":" in name else f"{docname.rsplit('/', 1)[-1]}:{name}"


def anchor(name: str, docname: str) -> str:
    """Return the id of a place that rests on a statement.

    Examples
    --------
    >>> anchor("models:fell", "notebooks/models"), anchor("models:fell", "index")
    ('holds-fell', 'holds-models-fell')
    """
    chapter, _, key = name.partition(":")
    return f"holds-{key}" if docname.rsplit("/", 1)[-1] == chapter else f"holds-{chapter}-{key}"


def marks_of(docname: str, text: str) -> Iterator[Mark]:
    r"""Yield the marks of a page in their order, but for those in comments.

    Examples
    --------
    >>> [mark] = marks_of("notebooks/models", "# Who\n\n*One*. It {term}`fell`\nto {result}`late`. {holds}`fell`")
    >>> mark.place, mark.name, mark.sentence
    ('notebooks/models.md:4', 'models:fell', 'It fell to ….')
    """
    text = _COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), text)
    last = 0
    for mark in _MARK.finditer(text):
        ends = [found.end() for found in _BEFORE.finditer(text, last, mark.start())]
        sentence = plain(text[max([last, *ends]) : mark.start()])
        last = mark.end()
        name = full_name((mark[1] or mark[2]).strip(), docname)
        yield Mark(docname, text.count("\n", 0, mark.start()) + 1, name, TITLE if mark[2] else sentence)


def plain(text: str) -> str:
    """Return the last sentence of Markdown without its markup; of values nothing is told but that they are there."""
    for markup, words in _PLAIN:
        text = re.sub(markup, words, text, flags=re.MULTILINE)
    return SENTENCE_END.split(" ".join(text.split()))[-1]
