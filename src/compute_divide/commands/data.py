"""The commands ``compute-divide data ...``: thin, each calls one function of the catalogue."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from compute_divide.commands.refresh import refresh
from compute_divide.evidence import catalogue
from compute_divide.evidence.models.table import check_vintage
from compute_divide.evidence.store import checksums as manifest
from compute_divide.evidence.store.paths import EvidenceError, data_dir

app = typer.Typer(no_args_is_help=True, help="The evidence: list, check, derive and add tables.")

app.add_typer(refresh, name="refresh")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@contextmanager
def failing() -> Iterator[None]:
    """End with exit code 1 and the message of an error of the evidence."""
    try:
        yield
    except EvidenceError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


WIDE = 120
"""Columns of a terminal from which the list says what each table is."""


@contextmanager
def working(doing: str) -> Iterator[Callable[[str], None]]:
    """Show on standard error what is being done, and for how long; gives a function that changes the words."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(doing)
        yield lambda words: progress.update(task, description=words)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the evidence: every table with its rows, source and licence."""
    with failing():
        entries = catalogue.entries()
    if as_json:
        typer.echo(json.dumps([entry.as_dict() for entry in entries], indent=2, ensure_ascii=False))
        return
    console = Console()
    roomy = console.width >= WIDE
    titles = ["file", "rows", "set aside", "snapshot", "licence", *(["what"] if roomy else [])]
    table = Table(*(Column(title, no_wrap=True) for title in titles), box=None, pad_edge=False)
    for entry in entries:
        rows = "" if entry.rows is None else f"{entry.rows:,}"
        aside = f"{entry.set_aside:,}" if entry.set_aside else ""
        licence = textwrap.shorten(entry.licence, 15, placeholder=" ...")
        table.add_row(entry.file, rows, aside, entry.snapshot, licence, *([entry.description] if roomy else []))
    console.print(table)


@app.command()
def verify() -> None:
    """Check every file: hashes, sidecars, schemas, nothing missing, nothing left over."""
    with failing(), working("checking the evidence") as say:
        problems = catalogue.verify(lambda table: say(f"checking {table}"))
    for problem in problems:
        typer.echo(str(problem))
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{len(manifest.files(data_dir()))} files are sound")


@app.command()
def derive(
    raw: Annotated[
        Path,
        typer.Option(exists=True, file_okay=False, help="Folder with models/, papers/, openalex/, other/ in it."),
    ],
    only: Annotated[list[str] | None, typer.Option(help="A family of tables; may be repeated. [default: all]")] = None,
) -> None:
    """Derive the tables from raw files; the same files give the same bytes."""
    names = [family.name for family in catalogue.FAMILIES]
    for name in only or []:
        if name not in names:
            raise typer.BadParameter(f"{name!r} is not a family of tables; allowed: {', '.join(names)}")
    with failing(), working("deriving") as say:
        written = catalogue.derive(raw, only or (), lambda family: say(f"deriving {family.description}"))
    for sidecar in written:
        aside = sidecar.rows_in - sidecar.rows_out
        typer.echo(f"{sidecar.table}  {sidecar.rows_out} rows" + (f", {aside} set aside" if aside else ""))


add = typer.Typer(no_args_is_help=True, help="Add evidence that the project does not ship.")
app.add_typer(add, name="add")


@add.command("models")
def add_models(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV snapshot of the models database.")],
    vintage: Annotated[str, typer.Option(help="Year and month of the snapshot: 2024-07.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace the vintage if it is there.")] = False,
) -> None:
    """Make a vintage of a snapshot of the models database; it is then allowed everywhere."""
    try:
        check_vintage(vintage)
    except EvidenceError as error:
        raise typer.BadParameter(str(error)) from error
    with failing(), working(f"reading {file.name}"):
        sidecar = catalogue.add_models(file, vintage, replace=replace)
    for note in sidecar.notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(f"{sidecar.table}  {sidecar.rows_out} rows")


@app.command()
def seal() -> None:
    """Renew data/MANIFEST.sha256 after files were edited by hand."""
    with failing():
        typer.echo(f"{manifest.seal(data_dir())} files listed in data/{manifest.NAME}")
