"""The commands that add evidence which the project does not ship, and remove it again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from compute_divide_evidence.commands.messages import say_written, working

Replace = Annotated[bool, typer.Option("--replace", help="Replace the vintage if it is there.")]


def add_models(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="A CSV snapshot of the models database."),
    ],
    vintage: Annotated[str, typer.Option(help="Year and month of the snapshot: 2024-07.")],
    replace: Replace = False,
    dates: Annotated[
        Literal["day-first", "month-first"] | None,
        typer.Option(help="Order of dates such as 03/04/2019, where the file does not show it."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(help="A field whose column the file lacks; may be repeated."),
    ] = None,
) -> None:
    """Make a vintage from a snapshot of the models database. It is then allowed everywhere."""
    from compute_divide_evidence import catalogue as deriving
    from compute_divide_evidence.models.raw import Stated

    stated = Stated(dates, tuple(without or ()))
    with working(f"reading {file.name}"):
        sidecar = deriving.add_models(file, vintage, replace=replace, stated=stated)
    say_written(sidecar)


Overlay = Annotated[
    Literal["models", "organisations"], typer.Argument(help="The table of the row.")
]


def add_row(
    table: Overlay,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="YAML with one row, or a CSV.")
    ],
) -> None:
    """Add rows of your own to the evidence: a model, a label, an organisation's sector.

    Every page marks them, and the edition's id depends on them; `compare default` shows what they
    change.
    """
    from compute_divide_evidence.models.own import add_own

    marked = add_own(table, file)
    vintage = max((name for name, count in marked.items() if count), default=max(marked))
    now = "1 model" if marked[vintage] == 1 else f"{marked[vintage]} models"
    typer.echo(
        f"{now} of {vintage} now marked as own; compute-divide compare default shows what moves"
    )


def remove_row(
    table: Overlay, name: Annotated[str, typer.Argument(help="The model or the organisation.")]
) -> None:
    """Remove a row of your own."""
    from compute_divide_evidence.models.own import remove_own

    removed = remove_own(table, name)
    typer.echo(f"{removed} own {'row' if removed == 1 else 'rows'} of {name!r} removed")


def add_papers(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="A list: .json.gz, .jsonl.gz or .tsv."),
    ],
    venue: Annotated[str, typer.Option(help="Short name of the venue: iclr, 3dv.")],
    year: Annotated[int, typer.Option(help="Year of the conference.")],
) -> None:
    """Add the papers of a venue and year.

    Only facts derived from it are kept.
    """
    from compute_divide_evidence import catalogue as deriving

    with working(f"reading {file.name}"):
        written = deriving.add_papers(file, venue, year)
    for sidecar in written:
        typer.echo(f"{sidecar.table}  {sidecar.rows_out} rows")
    typer.echo(written[0].notes[-1], err=True)
