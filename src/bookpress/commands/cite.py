"""References to a chapter, or to the book, in the edition it was read in: the same as on its pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bookpress.book.chapters import FOLDER, Chapter, nearest, toc_files
from bookpress.book.clock import build_time
from bookpress.book.edition_files import edition_names
from bookpress.book.editions import differences
from bookpress.book.editions import load_edition as plan_edition
from bookpress.book.project import Project
from bookpress.citation.files import FORMATS, write
from bookpress.citation.record import Citation, Edition
from bookpress.citation.settings import load_book, load_edition, read_chapter
from bookpress.errors import UsageError


def reference(project: Project, slug: str | None, form: str, edition: str) -> str:
    """Return the reference to a chapter, or to the book, as the pages of that edition give it.

    An edition that is not built is cited from what it would be built of: its id is known, the hash of its results is
    not.

    Raises
    ------
    UsageError
        If there is no such format, edition or chapter.
    """
    if form not in FORMATS:
        raise UsageError(f"no format {form!r}; there are: {', '.join(FORMATS)}")
    root, chosen, chapters = _built(project, edition) or _planned(project, edition)
    slugs = [chapter.slug for chapter in chapters]
    if slug is not None and slug not in slugs:
        raise UsageError(f"no chapter {slug!r}{nearest(slug, slugs)}")
    part = None
    if slug is not None:
        number = slugs.index(slug)
        title, front = plain_heading(chapters[number].title), chapters[number].front_matter
        part = read_chapter(slug, title, f"{FOLDER}/{slug}.html", number + 1, front)
    return write(Citation.of(load_book(root), part, chosen, built=build_time(root).date()), form)


def _built(project: Project, name: str) -> tuple[Path, Edition, Sequence[Chapter]] | None:
    """Return where the sources of a built edition are, what it is, and its chapters; none where it was not built."""
    root = project.editions / name / "source"
    edition = load_edition(root) if name in project.built else None
    if edition is None:
        return None
    files = [file for file in toc_files(Project.at(root)) if file.startswith(f"{FOLDER}/")]
    slugs = [file.removeprefix(f"{FOLDER}/") for file in files]
    return root, edition, [Chapter(slug, root / f"sources/{slug}.md", settings=project.settings) for slug in slugs]


def _planned(project: Project, name: str) -> tuple[Path, Edition, Sequence[Chapter]]:
    """Return the same of an edition that has a name but was not built."""
    if name not in edition_names(project):
        known = list(dict.fromkeys([*edition_names(project), *project.built]))
        raise UsageError(f"no edition {name!r}{nearest(name, known)}")
    plan = plan_edition(project, name)
    differs = differences(plan, plan_edition(project))
    facts = {"id": plan.id, "name": name, "is_default": plan.is_default, "command": plan.command, "differs": differs}
    return project.root, Edition.model_validate(facts), plan.chapters


def plain_heading(markdown: str) -> str:
    """Return a heading as readers see it: no markup, typographic quotes."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"typographer": True}).enable("smartquotes")
    inline = parser.parseInline(markdown)[0]
    return "".join(token.content for token in inline.children or [])
