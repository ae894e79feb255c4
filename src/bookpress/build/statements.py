"""The statements of an edition, and where its sources rest on them; the published one must not say what is not true."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bookpress.book.chapters import FOLDER, Chapter
from bookpress.book.editions import Edition
from bookpress.book.project import Project
from bookpress.build.staging import page_files
from bookpress.chapter.estimates import ResultError
from bookpress.chapter.quotes import anchor, marks_of
from bookpress.chapter.statements import WORDS, Comparison, harvest
from bookpress.errors import PressError
from bookpress.progress import folding_table, standard_output
from bookpress.run.cache import Run

Statements = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""What ``statements.json`` holds: by chapter and key how a statement stands, and the sentences that rest on it."""


def statements_of(run: Run) -> dict[str, Comparison]:
    """Return the statements that a chapter recorded when it was run."""
    cells = json.loads(run.notebook)["cells"]
    try:
        return harvest(output for cell in cells for output in cell.get("outputs", []))
    except ResultError as error:
        raise PressError(f"chapter {run.chapter}: {error}, as a statement") from error


def standings(project: Project, edition: Edition, runs: Mapping[str, Run]) -> Statements:
    """Return every statement of an edition, in the order of the book."""
    pages = {
        name: content.decode("utf-8")
        for name, content in page_files(project).items()
        if name.endswith(".md")
    }
    pages |= {f"{FOLDER}/{chapter.slug}.md": chapter.source for chapter in edition.chapters}
    marks: dict[str, list[dict[str, Any]]] = {}
    for page, text in pages.items():
        for one in marks_of(page.removesuffix(".md"), text):
            where = f"{one.page}.html#{anchor(one.name, one.page)}"
            mark = {"page": page, "line": one.line, "sentence": one.sentence, "anchor": where}
            marks.setdefault(one.name, []).append(mark)
    found = {slug: statements_of(run) for slug, run in runs.items()}
    return {
        slug: {
            key: {
                "holds": one.holds,
                "because": one.because,
                "marks": marks.get(f"{slug}:{key}", []),
            }
            for key, one in recorded.items()
        }
        for slug, recorded in found.items()
        if recorded
    }


def expect_truth(found: Statements, edition: Edition) -> None:
    """Raise an error that lists every sentence that rests on what is not true."""
    chapters = {chapter.slug: chapter for chapter in edition.chapters}
    untrue = [(slug, key, one) for slug, of in fallen(found).items() for key, one in of.items()]
    lines = [line for slug, key, one in untrue for line in _faults(chapters[slug], key, one)]
    if lines:
        many = (
            f"{len(lines)} sentences of the published edition are"
            if len(lines) > 1
            else "a sentence of it is"
        )
        raise PressError(
            f"the published edition says what is not true: {many} to be rewritten\n"
            + "\n".join(lines)
        )


def _faults(chapter: Chapter, key: str, one: Mapping[str, Any]) -> Iterator[str]:
    reason = f"{chapter.slug}:{key} {WORDS[one['holds']]} ({one['because']})"
    for mark in one["marks"]:
        yield f"  {mark['page']}:{mark['line']}: {reason}: {mark['sentence']}"
    if not one["marks"]:
        before, found, _ = chapter.source.partition(f'statement("{key}"')
        line = before.count("\n") + 1 if found else 1
        yield f"  {chapter.where}:{line}: {reason}; no sentence rests on it"


def fallen(found: Statements) -> Statements:
    """Return what is false or unknown."""
    left = {
        slug: {key: one for key, one in of.items() if one["holds"] is not True}
        for slug, of in found.items()
    }
    return {slug: of for slug, of in left.items() if of}


def print_statements(found: Statements) -> None:
    """Print statements as a table on standard output."""
    every = [one for of in found.values() for one in of.values()]
    stands = Counter(one["holds"] for one in every)
    title = f"Statements: {stands[True]} true, {stands[False]} false, {stands[None]} unknown"
    table = folding_table("statement", "stands", "because", "where", "sentence", title=title)
    for slug, of in found.items():
        for key, one in of.items():
            places = "\n".join(f"{mark['page']}:{mark['line']}" for mark in one["marks"])
            sentences = "\n".join(dict.fromkeys(mark["sentence"] for mark in one["marks"]))
            table.add_row(f"{slug}:{key}", WORDS[one["holds"]], one["because"], places, sentences)
    standard_output().print(table)
