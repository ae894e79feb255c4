"""References to a chapter, or to the book, in the edition it was read in: the same as on its pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bookpress.book.chapters import FOLDER, Chapter, choose, toc_files
from bookpress.book.editions import differences
from bookpress.book.editions import load_edition as plan_edition
from bookpress.book.project import Project
from bookpress.book.source import build_time, load_source
from bookpress.citation.deposit import to_crossref, to_datacite
from bookpress.citation.record import Citation, Edition, load_book, load_citation, read_chapter
from bookpress.citation.styles import FORMS, write
from bookpress.errors import UsageError

REGISTRIES = (
    "crossref",
    "datacite",
)  # what is written for registries of DOIs, besides the forms for readers


def reference(project: Project, slug: str | None, form: str, edition: str) -> str:
    """Return a reference as the pages of that edition give it; not built, it has an id but no hash of results."""
    if form not in (*FORMS, *REGISTRIES):
        raise UsageError(f"no format {form!r}; there are: {', '.join([*FORMS, *REGISTRIES])}")
    book, chapters = (
        _built(project, edition) if edition in project.built else _planned(project, edition)
    )
    choose(chapters, [slug] if slug is not None else [])
    every = [
        read_chapter(
            one.slug,
            plain_heading(one.title),
            f"{FOLDER}/{one.slug}.html",
            number,
            one.front_matter,
        )
        for number, one in enumerate(chapters, 1)
    ]
    if form == "crossref":
        if slug is not None:
            raise UsageError("a deposit with Crossref is of the whole book: leave the chapter out")
        return to_crossref(book, every)
    cited = next((book.of_chapter(one) for one in every if one.slug == slug), book)
    return to_datacite(cited) if form == "datacite" else write(cited, form)


def _built(project: Project, name: str) -> tuple[Citation, Sequence[Chapter]]:
    """Return an edition and its chapters as they were built."""
    staged = Project.at(project.editions / name / "source")
    files = [Path(file) for file in toc_files(staged) if file.startswith(f"{FOLDER}/")]
    chapters = [
        Chapter(file.name, staged.root / f"sources/{file.name}.md", True, staged.settings)
        for file in files
    ]
    return load_citation(staged.root), chapters


def _planned(project: Project, name: str) -> tuple[Citation, Sequence[Chapter]]:
    """Return an edition that has a name but was not built, and its chapters."""
    plan = plan_edition(project, name)
    differs = differences(plan, plan_edition(project))
    facts = {
        "id": plan.id,
        "name": name,
        "is_default": plan.is_default,
        "command": plan.command,
        "differs": differs,
    }
    edition = Edition.model_validate({**facts, "source": load_source(project)})
    built = build_time(project.root).date()
    return Citation.of(load_book(project.root), None, edition, built=built), plan.chapters


def plain_heading(markdown: str) -> str:
    """Return a heading as readers see it: no markup, typographic quotes."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"typographer": True}).enable("smartquotes")
    inline = parser.parseInline(markdown)[0]
    return "".join(token.content for token in inline.children or [])
