"""Checks the table of renamed results, statements and parameters against the chapters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from bookpress.book.chapters import Chapter
from bookpress.book.project import Project
from bookpress.book.renamed import Kind, Name, Renamed, line_of, load_renamed
from bookpress.chapter.parameters import Parameter
from bookpress.chapter.periods import ENDS
from bookpress.errors import PressError, nearest
from bookpress.release.released import load_ledger

PUBLISHED: tuple[tuple[Kind, str], ...] = (("results", "result"), ("statements", "statement"))


def table_faults(project: Project, chapters: Sequence[Chapter]) -> Iterator[tuple[int, str]]:
    """Yield the faults of the present names in a book's table, each with its line."""
    whole = load_renamed(project)
    known = {chapter.slug: chapter for chapter in chapters}
    arrived = {slug: names for slug, names in whole.root.items() if names.moved in {"", *known}}
    table = Renamed(arrived)
    faults = [
        *_moved_faults(whole, known),
        *_lost(project, table),
        *_published_faults(table, known),
        *_parameter_faults(table, known),
    ]
    for old, what in faults:
        yield line_of(project, old), f"{old.chapter}: {old.key}: {what}"


def _moved_faults(table: Renamed, known: Mapping[str, Chapter]) -> Iterator[tuple[Name, str]]:
    """Yield the chapters that did not move, or moved into one that does not exist."""
    for slug, names in table.moved.items():
        if slug in known:
            yield Name(slug, "moved"), "there still is a chapter of this name"
        if names.moved not in known:
            yield Name(slug, "moved"), f"no chapter {names.moved!r}{nearest(names.moved, [*known])}"


def _lost(project: Project, table: Renamed) -> Iterator[tuple[Name, str]]:
    """Yield released results of moved chapters that the table does not mention."""
    lost: dict[Name, str] = {}
    for version, editions in load_ledger(project).items():
        for facts in editions.values():
            for slug, results in facts["results"].items():
                names = table.names(slug)
                for key in results if names.moved else ():
                    if key not in {**names.results, **names.dropped}:
                        lost[Name(slug, key)] = version
    for old, version in lost.items():
        yield old, f"version {version} has this result: say what it is now, or why it is gone"


def _published_faults(table: Renamed, known: Mapping[str, Chapter]) -> Iterator[tuple[Name, str]]:
    """Yield old results and statements that do not match what chapters publish now."""
    for slug, names in table.root.items():
        for kind, word in PUBLISHED:
            renamed: Mapping[str, str] = getattr(names, kind)
            own: set[str] | None = set()
            if slug in known:
                own = published(known[slug], kind)
            for key in {**renamed, **names.dropped}:
                is_published = own and key in own and key not in renamed.values()
                if is_published:
                    yield Name(slug, key), f"the chapter still publishes a {word} of this name"
            for key in renamed:
                old = Name(slug, key)
                fault = _fault(table.now(kind, old), kind, word, known)
                if fault:
                    yield old, fault


def _fault(now: Name, kind: Kind, word: str, known: Mapping[str, Chapter]) -> str:
    """Return the fault of the present name of a result or a statement; empty if there is none."""
    if now.chapter not in known:
        return f"no chapter {now.chapter!r}{nearest(now.chapter, [*known])}"
    keys = published(known[now.chapter], kind)
    if keys is None or now.key in keys:
        return ""
    suggestion = nearest(now.key, sorted(keys))
    return f"the chapter {now.chapter!r} publishes no {word} {now.key!r}{suggestion}"


def published(chapter: Chapter, kind: Kind) -> set[str] | None:
    """Return the results or the statements that a chapter publishes; None if only a run shows."""
    with suppress(PressError):  # faults of its sentences are reported elsewhere
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
    """Yield old parameters that do not match the parameters of chapters now."""
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
            yield old.was, f"{now.key} is not a period: it has no {old.end} year"
