"""The command ``compute-divide``: the commands of the press, and those of the evidence."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bookpress.commands import main as press
from compute_divide.commands import data

app = typer.Typer(rich_markup_mode=None)
app.add_typer(data.app, name="data")


def main() -> None:
    """Run the command line."""
    press.main(app)


@app.command()
def corpus(
    source: Annotated[str, typer.Argument(metavar="PATH_OR_S3", help="Folder, file, or s3://openalex/data/parquet.")],
    to: Annotated[
        Path | None, typer.Option("--to", file_okay=False, help="Folder for the counts. [default: a cache]")
    ] = None,
    level: Annotated[
        Literal["domain", "field", "subfield", "topic"], typer.Option("--level", help="Level of the primary topic.")
    ] = "subfield",
    kind: Annotated[
        list[str] | None, typer.Option("--type", help="Only works of this type, such as article. May be repeated.")
    ] = None,
    subfield: Annotated[str | None, typer.Option("--subfield", help="Only this subfield; 1702 is AI.")] = None,
    all_records: Annotated[bool, typer.Option("--all", help="Also thin records outside OpenAlex's core.")] = False,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", help="Parts at a time. [default: one a core]")] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="Address of a Dask scheduler, such as tcp://10.0.0.1:8786.")
    ] = None,
) -> None:
    """Count the works of an OpenAlex snapshot, part by part.

    They are counted by year, team type, topic and country. Parts that are counted are kept: the same command goes on
    where it was stopped. A part that cannot be read is named and set aside; the exit code is then 1.
    """
    from bookpress.run.executor import executor
    from compute_divide.evidence.openalex.snapshot import TALLY, count_corpus, default_folder
    from compute_divide.evidence.openalex.snapshot_parts import Question
    from compute_divide.evidence.openalex.tables import load_companies

    question = Question(level, tuple(kind or ()), subfield, not all_records, tuple(sorted(load_companies())))
    folder = to or default_folder(source, question)
    columns = (MofNCompleteColumn(), TextColumn("parts"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True, highlight=False, soft_wrap=True)) as bar:
        task = bar.add_task("", total=None)
        report = count_corpus(
            source,
            folder,
            partial(executor, jobs, scheduler),
            question,
            lambda _: bar.advance(task),
            lambda parts, ready: bar.update(task, total=parts, completed=ready),
        )
    for name, reason in report.set_aside.items():
        typer.echo(f"set aside: {name}: {reason}", err=True)
    for name in report.lacking:
        typer.echo(f"missing: {name}: the manifest lists it", err=True)
    typer.echo(
        f"{report.counted:,} of {report.parts:,} parts ({report.resumed:,} counted before): {report.works:,} works, "
        f"{report.left_out:,} records left out",
        err=True,
    )
    typer.echo(folder / TALLY)
    if not report.whole:
        raise typer.Exit(1)
