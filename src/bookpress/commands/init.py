"""The command `init`: introduce a book to the press, or take it back."""

from __future__ import annotations

from typing import Annotated

import typer

from bookpress.commands.base import options as opt


def init(
    remove: Annotated[bool, typer.Option("--remove", help="Take back what was written.")] = False,
    citation: Annotated[
        bool, typer.Option("--citation", help="Let chapters end with how to cite them.")
    ] = False,
) -> None:
    """Say what the press finds in a Jupyter Book, and write two or three lines of settings.

    The book builds without them too.
    """
    from bookpress.commands.base.introduction import introduce, remove_settings, write_settings

    project = opt.current_project()
    if remove:
        typer.echo(remove_settings(project))
        return
    for line in introduce(project):
        typer.echo(line)
    typer.echo(write_settings(project, citation=citation))
