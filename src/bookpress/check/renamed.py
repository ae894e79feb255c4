"""What is wrong with the table of renamed results, statements and parameters.

It is held against what the chapters publish now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from bookpress.book.chapters import Chapter
from bookpress.book.project import Project
from bookpress.book.renamed import FILE, Kind, Name, Renamed, load_renamed
from bookpress.chapter.parameters import Parameter
from bookpress.chapter.periods import ENDS
from bookpress.errors import PressError, nearest
from bookpress.files import decoded

PUBLISHED: tuple[tuple[Kind, str], ...] = (("results", "result"), ("statements", "statement"))


def table_faults(project: Project, chapters: Sequence[Chapter]) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with the present names of a book's table.

    Each problem comes with its line.
    """
    table = load_renamed(project)
    known = {chapter.slug: chapter for chapter in chapters}
    faults = [*_published_faults(table, known), *_parameter_faults(table, known)]
    if not faults:
        return
    lines = decoded(project.data / FILE).splitlines()
    for old, what in faults:
        yield _line_of(old, lines), f"{old.chapter}: {old.key}: {what}"


def _line_of(old: Name, lines: Sequence[str]) -> int:
    """Return the line of an old name, below that of its chapter."""
    heading = f"{old.chapter}:"
    headings = [at for at, line in enumerate(lines) if line.startswith(heading)]
    start = headings[0] if headings else 0
    entry = re.compile(rf"(?<![\w.-]){re.escape(old.key)}[\"']?\s*:")
    for at in range(start, len(lines)):
        if entry.search(lines[at]):
            return at + 1
    return start + 1


def _published_faults(table: Renamed, known: Mapping[str, Chapter]) -> Iterator[tuple[Name, str]]:
    """Yield old results and statements that are something else now than the table says."""
    for slug, names in table.root.items():
        for kind, word in PUBLISHED:
            renamed: Mapping[str, str] = getattr(names, kind)
            own: set[str] | None = set()
            if slug in known:
                own = published(known[slug], kind)
            for key in {**renamed, **names.dropped}:
                if own and key in own and key not in renamed.values():
                    yield Name(slug, key), f"the chapter still publishes a {word} of this name"
            for key in renamed:
                old = Name(slug, key)
                fault = _fault(table.now(kind, old), kind, word, known)
                if fault:
                    yield old, fault


def _fault(now: Name, kind: Kind, word: str, known: Mapping[str, Chapter]) -> str:
    """Return what is wrong with the present name of a result or a statement.

    It is empty where nothing is.
    """
    if now.chapter not in known:
        return f"no chapter {now.chapter!r}{nearest(now.chapter, [*known])}"
    keys = published(known[now.chapter], kind)
    if keys is None or now.key in keys:
        return ""
    suggestion = nearest(now.key, sorted(keys))
    return f"the chapter {now.chapter!r} publishes no {word} {now.key!r}{suggestion}"


def published(chapter: Chapter, kind: Kind) -> set[str] | None:
    """Return what a chapter publishes of results or of statements.

    None where only a run of it tells.
    """
    with suppress(PressError):  # what is wrong with its sentences is told elsewhere
        if not chapter.quotes_cell:
            return None
        quotes = chapter.quotes
        if kind == "statements":
            return {quote.key for quote in quotes if quote.kind == "statement"}
        keys = {quote.key for quote in quotes if quote.kind == "result"}
        for quote in quotes:
            if quote.kind == "years":
                keys |= {f"{quote.key}.{end}" for end in ENDS}
        return keys
    return None


def _parameter_faults(table: Renamed, known: Mapping[str, Chapter]) -> Iterator[tuple[Name, str]]:
    """Yield old parameters that are something else now than the table says."""
    parameters: dict[str, dict[str, Parameter]] = {}
    for slug, chapter in known.items():
        parameters[slug] = {parameter.name: parameter for parameter in chapter.parameters}
    for old in table.parameters:
        now = old.now
        present = parameters.get(now.chapter, {})
        if old.was.key in parameters.get(old.was.chapter, {}):
            yield old.was, "the chapter still has a parameter of this name"
        if now.chapter not in known:
            yield old.was, f"no chapter {now.chapter!r}{nearest(now.chapter, [*known])}"
        elif now.key not in present:
            suggestion = nearest(now.key, [*present])
            yield old.was, f"chapter {now.chapter} has no parameter {now.key!r}{suggestion}"
        elif not old.fits(present[now.key]):
            yield old.was, f"{now.key} is no period: it has no {old.end} year"
