"""The statements of an edition, and where its sources rest on them; the published one must not say what is not true."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bookpress.book.chapters import FOLDER, Chapter
from bookpress.book.editions import Edition
from bookpress.book.project import Project
from bookpress.book.results import ResultError
from bookpress.book.statements import WORDS, Comparison, Mark, anchor, harvest, marks_of
from bookpress.build.staging import page_files
from bookpress.errors import PressError
from bookpress.progress import folding_table, standard_output
from bookpress.run.cache import Run


@dataclass(frozen=True)
class Standing:
    """A statement of an edition, by chapter and key: how it stands, and the sentences that rest on it."""

    chapter: str
    key: str
    found: Comparison
    marks: tuple[Mark, ...] = ()


def statements_of(run: Run) -> dict[str, Comparison]:
    """Return the statements that a chapter recorded when it was run."""
    cells = json.loads(run.notebook)["cells"]
    try:
        return harvest(output for cell in cells for output in cell.get("outputs", []))
    except ResultError as error:
        raise PressError(f"chapter {run.chapter}: {error}, as a statement") from error


def standings(project: Project, edition: Edition, runs: Mapping[str, Run]) -> list[Standing]:
    """Return every statement of an edition, in the order of the book, with the sentences that rest on it."""
    marks: dict[str, list[Mark]] = {}
    for mark in _marks(project, edition):
        marks.setdefault(mark.name, []).append(mark)
    return [
        Standing(slug, key, found, tuple(marks.get(f"{slug}:{key}", ())))
        for slug, run in runs.items()
        for key, found in statements_of(run).items()
    ]


def _marks(project: Project, edition: Edition) -> Iterator[Mark]:
    for name, content in page_files(project).items():
        if name.endswith(".md"):
            yield from marks_of(name.removesuffix(".md"), content.decode("utf-8"))
    for chapter in edition.chapters:
        yield from marks_of(f"{FOLDER}/{chapter.slug}", chapter.source)


def as_json(found: list[Standing]) -> dict[str, dict[str, Any]]:
    """Return statements as ``statements.json`` holds them: by chapter, by key."""
    made: dict[str, dict[str, Any]] = {}
    for one in found:
        marks = [
            {
                "page": f"{mark.page}.md",
                "line": mark.line,
                "sentence": mark.sentence,
                "anchor": f"{mark.page}.html#{anchor(mark.name, mark.page)}",
            }
            for mark in one.marks
        ]
        stands = {"holds": one.found.holds, "because": one.found.because, "marks": marks}
        made.setdefault(one.chapter, {})[one.key] = stands
    return made


def expect_truth(found: list[Standing], edition: Edition) -> None:
    """Raise an error that lists every sentence that rests on what is not true."""
    chapters = {chapter.slug: chapter for chapter in edition.chapters}
    lines = [line for one in found if one.found.holds is not True for line in _faults(one, chapters[one.chapter])]
    if lines:
        many = f"{len(lines)} sentences of the published edition are" if len(lines) > 1 else "a sentence of it is"
        raise PressError(f"the published edition says what is not true: {many} to be rewritten\n" + "\n".join(lines))


def _faults(one: Standing, chapter: Chapter) -> Iterator[str]:
    reason = f"{one.chapter}:{one.key} {WORDS[one.found.holds]} ({one.found.because})"
    for mark in one.marks:
        yield f"  {mark.place}: {reason}: {mark.sentence}"
    if not one.marks:
        at = chapter.source.find(f'statement("{one.key}"')
        line = chapter.source.count("\n", 0, at) + 1 if at >= 0 else 1
        yield f"  {chapter.where}:{line}: {reason}; no sentence rests on it"


def fallen(found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Return of ``statements.json`` what is false or unknown."""
    left = {slug: {key: one for key, one in of.items() if one["holds"] is not True} for slug, of in found.items()}
    return {slug: of for slug, of in left.items() if of}


def print_statements(found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """Print statements, in the shape of ``statements.json``, as a table on standard output."""
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
