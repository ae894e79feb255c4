"""What `build` says once editions are built."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from bookpress.book.project import Project
from bookpress.edition.build import Built
from bookpress.outputs.base.registry import Format
from bookpress.progress import say


def print_built(project: Project, built: Sequence[Built], formats: Sequence[Format]) -> None:
    """Say what was done for each edition and its files; print where to begin to read."""
    for done in built:
        what = "nothing to do"
        if done.changed:
            what = f"{len(done.fresh)} of {len(done.edition.chapters)} chapters run"
        say(f"edition [bold]{done.edition.folder}[/bold] ({done.edition.id}): {what}")
        for each in formats:
            for path in sorted((done.folder / "html" / each.name).iterdir()):
                say(f"as {each.name}: {path}")
    if len(built) == 1:
        typer.echo(built[0].folder / "html" / "index.html")
    else:
        from bookpress.states.sweeps.comparison_page import write_index

        typer.echo(write_index(project, [done.edition.folder for done in built]))
