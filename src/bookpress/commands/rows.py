"""The command `rows`: the rows behind a share."""

from __future__ import annotations

from typing import Annotated

import typer

from bookpress.commands.base import options as opt


def rows(
    result: Annotated[
        str, typer.Argument(metavar="CHAPTER:KEY", help="A share that the book counts.")
    ],
    parameter: opt.Parameters = None,
    edition: opt.BaseEdition = "default",
) -> None:
    """Print the rows that a share counts, and those that it does not, as CSV.

    The first column says whether a row is counted, and if not, why.
    """
    from bookpress.states.sweeps.rows import rows_behind

    text = rows_behind(opt.current_project(), result, parameter or [], edition)
    typer.echo(text, nl=False)
