"""References to a chapter, or to the book, in the edition it was read in: the same as on its pages."""

from __future__ import annotations

from collections.abc import Sequence

from bookpress.book.chapters import FOLDER, Chapter, toc_files
from bookpress.book.editions import differences, edition_names
from bookpress.book.editions import load_edition as plan_edition
from bookpress.book.project import Project, build_time
from bookpress.citation.record import Citation, Edition, load_book, load_citation, read_chapter
from bookpress.citation.styles import FORMS, write
from bookpress.errors import UsageError, nearest


def reference(project: Project, slug: str | None, form: str, edition: str) -> str:
    """Return the reference to a chapter, or to the book, as the pages of that edition give it.

    An edition that is not built is cited from what it would be built of: its id is known, the hash of its results is
    not.
    """
    if form not in FORMS:
        raise UsageError(f"no format {form!r}; there are: {', '.join(FORMS)}")
    book, chapters = _built(project, edition) if edition in project.built else _planned(project, edition)
    if slug is None:
        return write(book, form)
    slugs = [chapter.slug for chapter in chapters]
    if slug not in slugs:
        raise UsageError(f"no chapter {slug!r}{nearest(slug, slugs)}")
    number = slugs.index(slug)
    title, front = plain_heading(chapters[number].title), chapters[number].front_matter
    return write(book.of_chapter(read_chapter(slug, title, f"{FOLDER}/{slug}.html", number + 1, front)), form)


def _built(project: Project, name: str) -> tuple[Citation, Sequence[Chapter]]:
    """Return an edition and its chapters as they were built."""
    staged = Project.at(project.editions / name / "source")
    slugs = [file.removeprefix(f"{FOLDER}/") for file in toc_files(staged) if file.startswith(f"{FOLDER}/")]
    folder = staged.root / "sources"
    return load_citation(staged.root), [
        Chapter(slug, folder / f"{slug}.md", settings=staged.settings) for slug in slugs
    ]


def _planned(project: Project, name: str) -> tuple[Citation, Sequence[Chapter]]:
    """Return an edition that has a name but was not built, and its chapters."""
    if name not in edition_names(project):
        known = list(dict.fromkeys([*edition_names(project), *project.built]))
        raise UsageError(f"no edition {name!r}{nearest(name, known)}")
    plan = plan_edition(project, name)
    differs = differences(plan, plan_edition(project))
    facts = {"id": plan.id, "name": name, "is_default": plan.is_default, "command": plan.command, "differs": differs}
    built = build_time(project.root).date()
    return Citation.of(load_book(project.root), None, Edition.model_validate(facts), built=built), plan.chapters


def plain_heading(markdown: str) -> str:
    """Return a heading as readers see it: no markup, typographic quotes."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"typographer": True}).enable("smartquotes")
    inline = parser.parseInline(markdown)[0]
    return "".join(token.content for token in inline.children or [])
