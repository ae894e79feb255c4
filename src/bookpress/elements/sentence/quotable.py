"""Quotable sentences: those that rest on statements, each in its own element."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from docutils import nodes

from bookpress.chapter.quotes import SENTENCE_END

QUOTABLE = "quotable"
"""The class of the element."""
IsMark = Callable[[nodes.Node], bool]
_ENDED = re.compile(r"[.!?…][”’)\"]*\s*$")


def wrap_quotable(document: nodes.document, is_mark: IsMark) -> None:
    """Wrap each sentence of a document that contains a mark in an element."""
    marks = [node for node in document.findall(nodes.inline) if "holds" in node["classes"]]
    parents = {id(mark.parent): mark.parent for mark in marks}
    for parent in parents.values():
        if isinstance(parent, nodes.paragraph | nodes.caption | nodes.term):
            parent.children = list(_with_quotable(parent, is_mark))
            for child in parent.children:
                parent.setup_child(child)


def _with_quotable(parent: nodes.Element, is_mark: IsMark) -> Iterator[nodes.Node]:
    """Yield the parts of a paragraph, with its quotable sentences wrapped."""
    for sentence in _sentences(parent, is_mark):
        has_mark = any(map(_is_place, sentence))
        if not has_mark:
            yield from sentence
            continue
        first = sentence[0]
        text = first.astext() if isinstance(first, nodes.Text) else ""
        if text[:1].isspace():
            yield nodes.Text(text[: len(text) - len(text.lstrip())])
            sentence[0] = nodes.Text(text.lstrip())
        yield nodes.inline("", "", *sentence, classes=[QUOTABLE])


def _sentences(parent: nodes.Element, is_mark: IsMark) -> Iterator[list[nodes.Node]]:
    """Yield the parts of each sentence, including the marks at its end."""
    sentence: list[nodes.Node] = []
    for child in parent.children:
        words = [part for part in sentence if not _is_blank(part)]
        belongs_to_sentence = is_mark(child) or (words and _is_blank(child))
        if belongs_to_sentence:
            sentence.append(child)
            continue
        is_whole = words and is_mark(words[-1]) and _has_ended(sentence, is_mark)
        if is_whole:
            yield sentence
            sentence = []
        if not isinstance(child, nodes.Text):
            sentence.append(child)
            continue
        *ended, rest = _split(child.astext())
        for text in ended:
            yield [*sentence, nodes.Text(text)]
            sentence = []
        if rest:
            sentence.append(nodes.Text(rest))
    if sentence:
        yield sentence


def _split(text: str) -> list[str]:
    """Return a text split after each end of a sentence."""
    last = len(text)
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    places = pairwise([0, *ends, last])
    return [text[start:end] for start, end in places if start < end or end == last]


def _has_ended(sentence: list[nodes.Node], is_mark: IsMark) -> bool:
    words = [part.astext() for part in sentence if not is_mark(part)]
    return bool(_ENDED.search("".join(words)))


def _is_blank(node: nodes.Node) -> bool:
    if not isinstance(node, nodes.Text):
        return False
    return not node.astext().strip()


def _is_place(node: nodes.Node) -> bool:
    if not isinstance(node, nodes.Element):
        return False
    return "holds" in node["classes"]
