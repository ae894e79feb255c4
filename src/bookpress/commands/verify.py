"""The command `verify`: whether a cited state stands."""

from __future__ import annotations

from typing import Annotated

import typer

from bookpress.commands.base import options as opt


def verify(
    cited: Annotated[
        str,
        typer.Argument(
            help="A built edition by name or id, a cited id, or a file with citations (FILE.bib).",
            metavar="EDITION_OR_FILE",
        ),
    ],
    sha: Annotated[
        str | None, typer.Argument(help="SHA-256 of the results, of a chapter or of the book.")
    ] = None,
    jobs: opt.Jobs = None,
) -> None:
    """Check whether this checkout gives the results of a cited state.

    If not, say what differs and by how much. Exit code 0: same results; 1: other results; 2:
    unknown.
    """
    from bookpress.release.verify import read_cited
    from bookpress.release.verify import verify as verify_state

    project = opt.current_project()
    options = opt.run_options(jobs)
    states = read_cited(project, cited, sha)
    codes = [0]
    with opt.reported(options) as how:
        for state in states:
            code, words = verify_state(project, state, how)
            typer.echo(words)
            codes.append(code)
    raise typer.Exit(max(codes))
