"""The command ``cite``: the same references as on the pages, from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from bookpress.book.chapters import FOLDER, Chapter, nearest, toc_files
from bookpress.book.clock import build_time
from bookpress.book.edition_files import DEFAULT, edition_names
from bookpress.book.editions import differences
from bookpress.book.editions import load_edition as plan_edition
from bookpress.book.project import Project
from bookpress.citation.record import Citation, CitationError, Edition
from bookpress.citation.settings import load_book, load_citation, read_chapter
from bookpress.citation.styles import FORMS, write
from bookpress.commands.options import complete, complete_names
from bookpress.errors import UsageError

app = typer.Typer(add_completion=False)


@app.command()
def cite(
    chapter: Annotated[
        str | None,
        typer.Argument(help="Name of a chapter; without one the book is cited.", autocompletion=complete("chapters")),
    ] = None,
    form: Annotated[
        str,
        typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.", autocompletion=complete_names(FORMS)),
    ] = "apa",
    edition: Annotated[
        str,
        typer.Option(
            "--edition", "-e", help="Name or id of an edition.", autocompletion=complete("editions_and_built")
        ),
    ] = DEFAULT,
) -> None:
    """Print the reference to a chapter, or to the book, in the edition it was read in."""
    try:
        typer.echo(reference(Project.find(), chapter, form=form, edition=edition), nl=False)
    except CitationError as error:
        raise UsageError(str(error)) from error


def reference(project: Project, chapter: str | None = None, *, form: str = "apa", edition: str = DEFAULT) -> str:
    """Return the reference to a chapter, or to the book, as the pages of that edition give it.

    An edition that is not built is cited from what it would be built of: its id is known, the hash of its results is
    not.
    """
    if form not in FORMS:
        raise UsageError(f"no format {form!r}; there are: {', '.join(FORMS)}")
    book, chapters = _built(project, edition) if edition in project.built else _planned(project, edition)
    if chapter is None:
        return write(book, form)
    slugs = [notebook.slug for notebook in chapters]
    if chapter not in slugs:
        raise UsageError(f"no chapter {chapter!r}{nearest(chapter, slugs)}")
    position = slugs.index(chapter)
    title, front = plain_heading(chapters[position].title), chapters[position].front_matter
    page = f"{FOLDER}/{chapter}.html"
    return write(book.of_chapter(read_chapter(chapter, title, page, position + 1, front)), form)


def _built(project: Project, name: str) -> tuple[Citation, Sequence[Chapter]]:
    """Return an edition and its chapters as they were built."""
    staged = Project.at(project.editions / name / "source")
    slugs = [file.removeprefix(f"{FOLDER}/") for file in toc_files(staged) if file.startswith(f"{FOLDER}/")]
    sources = staged.root / "sources"
    return load_citation(staged.root), [
        Chapter(slug, sources / f"{slug}.md", settings=staged.settings) for slug in slugs
    ]


def _planned(project: Project, name: str) -> tuple[Citation, Sequence[Chapter]]:
    """Return an edition that has a name but was not built, and its chapters."""
    if name not in edition_names(project):
        raise UsageError(f"no edition {name!r}{nearest(name, [*edition_names(project), *project.built])}")
    plan = plan_edition(project, name)
    differs = differences(plan, plan_edition(project))
    facts = {"id": plan.id, "name": name, "is_default": plan.is_default, "command": plan.command, "differs": differs}
    built = build_time(project.root).date()
    return Citation.of(load_book(project.root), None, Edition.model_validate(facts), built=built), plan.chapters


def plain_heading(markdown: str) -> str:
    """Return a heading as readers see it: no markup, typographic quotes.

    Examples
    --------
    >>> plain_heading("What *it* says: 'a'")
    'What it says: ‘a’'
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"typographer": True}).enable("smartquotes")
    inline = parser.parseInline(markdown)[0]
    return "".join(token.content for token in inline.children or [])
