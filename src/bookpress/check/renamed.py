"""What is wrong with the table of names that were published under another name, held against the chapters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from bookpress.book.chapters import Chapter
from bookpress.book.project import Project
from bookpress.book.renamed import FILE, Kind, Name, Renamed, load_renamed
from bookpress.chapter.periods import ENDS
from bookpress.errors import PressError, nearest
from bookpress.files import decoded

PUBLISHED: tuple[tuple[Kind, str], ...] = (("results", "result"), ("statements", "statement"))


def table_faults(project: Project, chapters: Sequence[Chapter]) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with the present names of a book's table, each with its line."""
    table = load_renamed(project)
    known = {chapter.slug: chapter for chapter in chapters}
    faults = [*_published_faults(table, known), *_parameter_faults(table, known)]
    lines = decoded(project.data / FILE).splitlines() if faults else []
    for old, what in faults:
        yield _line_of(old, lines), f"{old.chapter}: {old.key}: {what}"


def _line_of(old: Name, lines: Sequence[str]) -> int:
    """Return the line of an old name, below that of its chapter."""
    start = next((at for at, line in enumerate(lines) if line.startswith(f"{old.chapter}:")), 0)
    named = re.compile(rf"(?<![\w.-]){re.escape(old.key)}[\"']?\s*:")
    return next((at for at in range(start, len(lines)) if named.search(lines[at])), start) + 1


def _published_faults(table: Renamed, known: Mapping[str, Chapter]) -> Iterator[tuple[Name, str]]:
    """Yield old results and statements that are something else now than the table says."""
    for slug, names in table.root.items():
        for kind, word in PUBLISHED:
            own = published(known[slug], kind) if slug in known else None
            renamed: Mapping[str, str] = getattr(names, kind)
            for key in {**renamed, **names.dropped}:
                if own and key in own and key not in renamed.values():
                    yield Name(slug, key), f"the chapter still publishes a {word} of this name"
            for key in renamed:
                now = table.now(kind, Name(slug, key))
                keys = published(known[now.chapter], kind) if now.chapter in known else None
                if now.chapter not in known:
                    yield (
                        Name(slug, key),
                        f"no chapter {now.chapter!r}{nearest(now.chapter, [*known])}",
                    )
                elif keys is not None and now.key not in keys:
                    lacking = f"the chapter {now.chapter!r} publishes no {word} {now.key!r}"
                    yield Name(slug, key), lacking + nearest(now.key, sorted(keys))


def published(chapter: Chapter, kind: Kind) -> set[str] | None:
    """Return what a chapter publishes of results or of statements; None where only a run of it tells."""
    with suppress(PressError):  # what is wrong with its sentences is told elsewhere
        if not chapter.quotes_cell:
            return None
        quotes = chapter.quotes
        if kind == "statements":
            return {one.key for one in quotes if one.kind == "statement"}
        years = {f"{one.key}.{end}" for one in quotes if one.kind == "years" for end in ENDS}
        return years | {one.key for one in quotes if one.kind == "result"}
    return None


def _parameter_faults(table: Renamed, known: Mapping[str, Chapter]) -> Iterator[tuple[Name, str]]:
    """Yield old parameters that are something else now than the table says."""
    names = {slug: {one.name: one for one in chapter.parameters} for slug, chapter in known.items()}
    for old in table.parameters:
        there = names.get(old.now.chapter, {})
        if old.was.key in names.get(old.was.chapter, {}):
            yield old.was, "the chapter still has a parameter of this name"
        if old.now.chapter not in known:
            yield old.was, f"no chapter {old.now.chapter!r}{nearest(old.now.chapter, [*known])}"
        elif old.now.key not in there:
            lacking = f"chapter {old.now.chapter} has no parameter {old.now.key!r}"
            yield old.was, lacking + nearest(old.now.key, [*there])
        elif not old.fits(there[old.now.key]):
            yield old.was, f"{old.now.key} is no period: it has no {old.end} year"
