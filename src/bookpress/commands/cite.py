"""The command ``compute-divide cite``: the same references as on the pages, from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bookpress.book.chapters import FOLDER, nearest, toc_files
from bookpress.book.chapters import Chapter as Notebook
from bookpress.book.clock import build_time
from bookpress.book.edition_files import DEFAULT, edition_names
from bookpress.book.editions import differences
from bookpress.book.editions import load_edition as plan_edition
from bookpress.book.project import Project
from bookpress.citation.files import FORMATS, write
from bookpress.citation.record import Chapter, Citation, CitationError, Edition
from bookpress.citation.settings import load_book, load_edition, read_chapter
from bookpress.commands.options import complete, complete_names
from bookpress.errors import UsageError

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class State:
    """A book in one edition, built or planned.

    Parameters
    ----------
    root : pathlib.Path
        Folder of its settings.
    edition : Edition
        The edition; one that is not built has no hash of its results.
    notebooks : sequence of Notebook
        Its chapters, in reading order.
    """

    root: Path
    edition: Edition
    notebooks: Sequence[Notebook]


@app.command()
def cite(
    chapter: Annotated[
        str | None,
        typer.Argument(help="Name of a chapter; without one the book is cited.", autocompletion=complete("chapters")),
    ] = None,
    form: Annotated[
        str,
        typer.Option("--format", "-f", help=f"One of {', '.join(FORMATS)}.", autocompletion=complete_names(FORMATS)),
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

    Parameters
    ----------
    project : Project
        The book.
    chapter : str, optional
        Slug of the chapter.
    form : str
        One of `files.FORMATS`.
    edition : str
        Name or id. An edition that is not built is cited from what it would be built of: its id is known, the hash of
        its results is not.

    Raises
    ------
    UsageError
        If there is no such format, edition or chapter.
    """
    if form not in FORMATS:
        raise UsageError(f"no format {form!r}; there are: {', '.join(FORMATS)}")
    state = built_state(project, edition) or planned_state(project, edition)
    return write(find(state, chapter), form)


def find(state: State, slug: str | None) -> Citation:
    """Return the citation of a chapter of a book, or of the book."""
    slugs = [notebook.slug for notebook in state.notebooks]
    if slug is not None and slug not in slugs:
        raise UsageError(f"no chapter {slug!r}{nearest(slug, slugs)}")
    chapter = chapter_of(state.notebooks[slugs.index(slug)], slugs.index(slug) + 1) if slug else None
    built = build_time(state.root).date()
    return Citation.of(load_book(state.root), chapter, state.edition, built=built)


def chapter_of(notebook: Notebook, position: int) -> Chapter:
    """Return the bibliographic facts of a chapter from its source."""
    page = f"{FOLDER}/{notebook.slug}.html"
    return read_chapter(notebook.slug, plain_heading(notebook.title), page, position, notebook.front_matter)


def built_state(project: Project, name: str) -> State | None:
    """Return an edition as it was built; none where it was not."""
    root = project.editions / name / "source"
    edition = load_edition(root) if name in project.built else None
    if edition is None:
        return None
    slugs = [file.removeprefix(f"{FOLDER}/") for file in toc_files(Project.at(root)) if file.startswith(f"{FOLDER}/")]
    return State(root, edition, [Notebook(slug, root / "sources" / f"{slug}.md") for slug in slugs])


def planned_state(project: Project, name: str) -> State:
    """Return an edition that has a name but was not built."""
    if name not in edition_names(project):
        built = sorted(path.name for path in project.editions.glob("*") if (path / "source").is_dir())
        known = list(dict.fromkeys([*edition_names(project), *built]))
        raise UsageError(f"no edition {name!r}{nearest(name, known)}")
    plan = plan_edition(project, name)
    differs = differences(plan, plan_edition(project))
    facts = {"id": plan.id, "name": name, "is_default": plan.is_default, "command": plan.command, "differs": differs}
    return State(project.root, Edition.model_validate(facts), plan.chapters)


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
