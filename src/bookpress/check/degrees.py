"""Sentences with words of degree, and whether their comparisons prove as much."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from bookpress.book.chapters import Chapter, page_slugs
from bookpress.book.project import Settings
from bookpress.chapter.expressions import read_statement
from bookpress.chapter.quotes import full_name, statement_name
from bookpress.chapter.words import Word, words_of
from bookpress.check.sentences import Sentence, sentences_of
from bookpress.check.strength import says
from bookpress.errors import UsageError


class Degree(NamedTuple):
    """A word of degree in a sentence, and the comparisons that the sentence rests on."""

    page: str
    sentence: Sentence
    written: str
    word: Word
    comparisons: tuple[str, ...]
    is_strong: bool

    @property
    def what(self) -> str:
        """The fault, with the sentence."""
        rest = "no comparison"
        if self.comparisons:
            rest = f"{' and '.join(self.comparisons)}, which is weaker"
        meaning = self.word.meaning
        return f"says {self.written!r} ({meaning}) and rests on {rest}: {self.sentence.words}"


def degrees(
    pages: Mapping[str, str], chapters: Sequence[Chapter], settings: Settings
) -> Iterator[Degree]:
    """Yield the words of degree in the sentences of a book, except those about others' work.

    A page that quotes no result and has no statement is about something else, and left out.
    """
    codes = _codes(chapters)
    slugs = page_slugs(pages, chapters)
    words = words_of(settings.words)
    for page, text in pages.items():
        if "{holds}`" not in text and "{result}`" not in text:
            continue
        for sentence in sentences_of(text):
            if not sentence.marks and _is_sourced(sentence, settings.reported):
                continue
            comparisons = tuple(_code_of(mark, slugs[page], codes) for mark in sentence.marks)
            if not all(comparisons):
                continue
            for word, written in _words_in(sentence, words.values()):
                strong = any(says(code, word, settings.comparisons) for code in comparisons)
                yield Degree(page, sentence, written, word, comparisons, strong)


def _words_in(sentence: Sentence, words: Iterable[Word]) -> Iterator[tuple[Word, str]]:
    """Yield the words of degree in a sentence, as written; one without a mark may define chance."""
    for word in words:
        match = re.search(word.pattern, sentence.words, re.IGNORECASE)
        if match and (sentence.marks or word.kind != "chance"):
            yield word, match[0]


def _is_sourced(sentence: Sentence, reported: Container[str]) -> bool:
    """Return whether a sentence cites a work, or quotes what others report."""
    return any(role.startswith("cite:") or role in reported for role in sentence.roles)


def _codes(chapters: Sequence[Chapter]) -> dict[str, str]:
    """Return the code of every statement of a book, by full name."""
    codes = {}
    for chapter in chapters:
        for quote in chapter.quotes:
            if quote.kind == "statement":
                codes[full_name(quote.key, chapter.slug)] = quote.code
    return codes


def _code_of(mark: str, chapter: str, codes: Mapping[str, str]) -> str:
    """Return the comparisons of a mark, by its name or else its own code."""
    try:
        name = statement_name(mark, chapter)
        return codes.get(name) or read_statement(mark).code
    except UsageError:  # reported where the statement is read
        return ""
