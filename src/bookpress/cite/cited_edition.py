"""References to a chapter, or to the book, in a given edition.

They are the same as on the pages of that edition.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from bookpress.book.chapters import Chapter, named_chapters
from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.book.source import day_of, load_source
from bookpress.cite.book import load_book
from bookpress.cite.deposit import to_datacite
from bookpress.cite.files import FOLDER, FORMATS, FORMS, write
from bookpress.cite.record import (
    ChapterRecord,
    Citation,
    EditionRecord,
    load_citation,
    read_chapter,
)
from bookpress.edition.editions import differences
from bookpress.edition.editions import load_edition as plan_edition
from bookpress.errors import UsageError, quoted
from bookpress.myst import plain_line

DATACITE = "datacite"
"""The form for the registry of DOIs, besides those for readers."""
CSL = FORMATS["csl-json"].ending


def reference(project: Project, slug: str | None, form: str, edition: str) -> str:
    """Return a reference, the same as on the edition's pages.

    An edition that is not built has an id, but no hash of results, and no numbers of chapters:
    these stand on its pages.
    """
    if form not in (*FORMS, DATACITE):
        raise UsageError(f"no format {form!r}; there are: {', '.join([*FORMS, DATACITE])}")
    folder = project.built_folder(edition)
    read = _built(folder) if folder else _planned(project, edition)
    cited, chapters = read
    if slug is not None:
        _check_chapter(project, chapters, slug, edition)
    numbers = _numbers(folder) if folder else {}
    records = [_record(chapter, numbers.get(chapter.slug)) for chapter in chapters]
    for record in records:
        if record.slug == slug:
            cited = cited.of_chapter(record)
    if form == DATACITE:
        return to_datacite(cited)
    return write(cited, form)


def _check_chapter(project: Project, chapters: Sequence[Chapter], slug: str, edition: str) -> None:
    """Refuse a chapter that the edition was built without, or that does not exist."""
    if slug in _slugs(discover(project)) - _slugs(chapters):
        problem = f"the edition {quoted(edition)} was built without the chapter {quoted(slug)}"
        folders = (project.editions / name for name in project.built)
        others = [folder.name for folder in folders if slug in _slugs(_chapters_of(folder))]
        other = f", or cite it with --edition {others[0]}" if others else ""
        raise UsageError(f"{problem}: build it again{other}")
    named_chapters(chapters, [slug])


def _slugs(chapters: Sequence[Chapter]) -> set[str]:
    return {chapter.slug for chapter in chapters}


def _numbers(folder: Path) -> dict[str, int]:
    """Return the numbers of chapters on the pages of a built edition, which may number its parts.

    A chapter outside numbered parts has none.
    """
    numbers = {}
    for path in (folder / "html" / FOLDER).glob(f"*{CSL}"):
        [entry] = json.loads(path.read_bytes())
        if "chapter-number" in entry:
            numbers[path.name.removesuffix(CSL)] = int(entry["chapter-number"])
    return numbers


def _record(chapter: Chapter, number: int | None) -> ChapterRecord:
    """Return the bibliographic record of a chapter."""
    title = plain_line(chapter.title)
    page = f"{chapter.docname}.html"
    return read_chapter(chapter.slug, title, page, number, chapter.front_matter)


def _built(folder: Path) -> tuple[Citation, Sequence[Chapter]]:
    """Return a built edition and its chapters."""
    return load_citation(folder / "source"), _chapters_of(folder)


def _chapters_of(folder: Path) -> Sequence[Chapter]:
    """Return the chapters that an edition was built with."""
    return discover(Project.at(folder / "source"))


def _planned(project: Project, name: str) -> tuple[Citation, Sequence[Chapter]]:
    """Return an edition that is not built, and its chapters."""
    plan = plan_edition(project, name)
    facts = {
        "id": plan.id,
        "name": plan.folder,
        "title": plan.title,
        "is_default": plan.is_default,
        "command": plan.command,
        "differs": differences(plan, plan_edition(project)),
        "source": load_source(project),
    }
    edition = EditionRecord.model_validate(facts)
    built = day_of(project.root)
    return Citation.of(load_book(project.root), None, edition, built=built), plan.chapters
