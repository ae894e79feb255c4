"""The command `serve`: the pages while you write."""

from __future__ import annotations

from typing import Annotated

import typer

from bookpress.commands.base import options as opt


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
