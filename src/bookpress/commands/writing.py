"""The commands of those who write: a new chapter, the pages while one writes, a clean folder."""

from __future__ import annotations

from typing import Annotated

import typer

from bookpress.commands import options as opt
from bookpress.progress import say


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
    from bookpress.book.new_chapter import new_chapter as write_chapter

    typer.echo(write_chapter(opt.current_project(), name, after))


def serve(
    edition: opt.EditionName = "default",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 for any free one.")
    ] = 8000,
) -> None:
    """Show an edition in the browser while you write.

    Saved changes are built, and the page reloads. If a build fails, the page and the terminal say
    why, and the last good pages stay. Only this machine can connect. Ctrl-C stops the server.
    """
    from bookpress.serve.serve import serve as serve_edition

    serve_edition(opt.current_project(), edition, port, typer.echo)


def clean(
    editions: opt.BuiltEditions = None,
    keep_runs: Annotated[
        bool, typer.Option("--keep-runs", help="Keep the results of chapters that were run.")
    ] = False,
) -> None:
    """Remove built editions, or everything that was built."""
    from bookpress.edition.published import clean as remove

    freed = remove(opt.current_project(), editions or [], keep_runs=keep_runs)
    say(f"{freed / 1e6:.1f} MB removed")
