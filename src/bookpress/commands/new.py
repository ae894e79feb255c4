"""The commands `new ...`: files that an author begins with."""

from __future__ import annotations

from typing import Annotated

import typer

from bookpress.commands.base import options as opt


def new_chapter(
    name: Annotated[
        str, typer.Argument(help="Its permanent name: lower-case letters and hyphens.")
    ],
    after: Annotated[
        str | None, typer.Option(help="The chapter that it follows. [default: the last]")
    ] = None,
) -> None:
    """Create a chapter: front matter, parameters, a first result, statement and figure.

    It can be built at once.
    """
    from bookpress.commands.base.new_chapter import new_chapter as write_chapter

    typer.echo(write_chapter(opt.current_project(), name, after))
