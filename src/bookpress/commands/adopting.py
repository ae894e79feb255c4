"""The commands by which a book comes to the press, and leaves it."""

from __future__ import annotations

from typing import Annotated

import typer

from bookpress.commands import options as opt


def init(
    remove: Annotated[bool, typer.Option("--remove", help="Take back what was written.")] = False,
) -> None:
    """Say what the press finds in a Jupyter Book, and write two lines of settings.

    The book builds without them too.
    """
    from bookpress.commands.init import introduce, remove_settings, write_settings

    project = opt.current_project()
    if remove:
        typer.echo(remove_settings(project))
        return
    for line in introduce(project):
        typer.echo(line)
    typer.echo(write_settings(project))


def conf() -> None:
    """Print a conf.py with which Sphinx and MyST-NB build the same pages without Jupyter Book.

    For example: conf > conf.py
    """
    from bookpress.commands.conf import conf_of

    typer.echo(conf_of(opt.current_project()), nl=False)
