"""The command `run`: one chapter with other values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bookpress.commands.base import options as opt
from bookpress.errors import UsageError
from bookpress.terminal.messages import say

if TYPE_CHECKING:
    from bookpress.book.project import Project


def run(
    chapter: opt.ChapterName,
    parameter: opt.Parameters = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-f", help="File of values, YAML or JSON; -p takes precedence."),
    ] = None,
    as_json: opt.AsJson = False,
    notebook: Annotated[
        Path | None, typer.Option(help="Write the executed notebook here, as .ipynb.")
    ] = None,
    edition: opt.BaseEdition = "default",
    engine: opt.EngineName = None,
    force: opt.Force = False,
    time_limit: opt.TimeLimit = None,
) -> None:
    """Run one chapter with other values and print its results."""
    from bookpress.book.discovery import discover
    from bookpress.run.engine import engine_for

    is_no_notebook = notebook is not None and notebook.suffix != ".ipynb"
    if is_no_notebook:
        raise UsageError(f"--notebook {notebook} is not a notebook: its name ends in .ipynb")
    project = opt.current_project()
    if notebook is not None:
        _check_place(project, notebook)
    chapters = discover(project)
    opened = engine_for(project, engine, chapter, chapters)
    # imported here, while that process does its imports
    from bookpress.assembly.statements import summary
    from bookpress.commands.base.results import no_results, print_results
    from bookpress.edition.assignments import with_file
    from bookpress.files import replace_file
    from bookpress.run.notebook import as_file, with_prose
    from bookpress.states.sweeps.tasks import run_one, values_of

    options = replace(opt.run_options(1, engine, force, time_limit), opened=opened)
    given = with_file(file, parameter or [])
    written, values = values_of(project, chapters, chapter, given, edition)
    done, is_fresh = run_one(project, written, values, options)
    how = f"run in {done.seconds:.1f} s" if is_fresh else "nothing has changed since it was run"
    say(f"{chapter}: {how}")
    results = {chapter: dict(done.results)}
    if done.executed.statements:
        say(summary(done, written))
    if notebook is not None:
        replace_file(notebook, as_file(with_prose(written, done)))
        say(f"written: {notebook}")
    if as_json:
        opt.print_json(results)
        if not done.results:
            say(no_results(chapter))
    else:
        print_results(results)


def _check_place(project: Project, notebook: Path) -> None:
    """Raise if a notebook to be written would be a document of the book."""
    from bookpress.book.documents import is_document
    from bookpress.book.project import BUILD

    if is_document(project, notebook):
        raise UsageError(
            f"--notebook {notebook} would be a page of the book: write it outside of the book, "
            f"to {BUILD}/{notebook.name}, or where exclude_patterns of _config.yml has no pages"
        )
