"""The commands that fetch newer data, or count a snapshot of all of OpenAlex."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from compute_divide_evidence.commands.adding import Replace
from compute_divide_evidence.commands.messages import say_written

if TYPE_CHECKING:
    from rich.progress import Progress

    from compute_divide.sources.store.files import Sidecar
    from compute_divide_evidence.openalex.client import Client
    from compute_divide_evidence.openalex.refresh import Cost, Run
    from compute_divide_evidence.openalex.snapshot import Report
    from compute_divide_evidence.openalex.snapshot_parts import SnapshotPart


def refresh_openalex(
    what: Annotated[
        Literal["counts", "records"],
        typer.Argument(help="Numbers of works by year and team type, or the works themselves."),
    ] = "counts",
    first: Annotated[int, typer.Option(min=1900, max=2100, help="First year.")] = 2010,
    last: Annotated[int, typer.Option(min=1900, max=2100, help="Last year.")] = 2025,
    topic: Annotated[
        list[str] | None,
        typer.Option(
            help="counts: a topic or group of data/topics.yml, searched for in titles and "
            "abstracts; records: an id of OpenAlex such as T10028. May be repeated. "
            "[default for counts: every group]",
        ),
    ] = None,
    venue: Annotated[
        list[str] | None,
        typer.Option(help="records: id of a venue, such as S4210191458. May be repeated."),
    ] = None,
    subfield: Annotated[
        str | None, typer.Option(help="Number of a subfield; 1702 is artificial intelligence.")
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(help="records: words in title or abstract; ten credits a page, not one."),
    ] = None,
    name: Annotated[
        str, typer.Option(help="Name of the table: works-NAME or counts-NAME.")
    ] = "refreshed",
    to: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder of what is fetched. [default: a cache]"),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Throw away what was fetched before.")
    ] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Only say what it would cost.")] = False,
) -> None:
    """Fetch numbers of works, or works, from OpenAlex. It needs a free key in OPENALEX_API_KEY.

    What was fetched is kept when anything stops it; the same command goes on from there.
    """
    from compute_divide_evidence.openalex import client as openalex
    from compute_divide_evidence.openalex import refresh as jobs

    choice = jobs.Choice(
        first=first,
        last=last,
        topics=tuple(topic or ()),
        venues=tuple(venue or ()),
        subfield=subfield,
        search=search,
        name=name,
        folder=to,
        fresh=fresh,
    )
    job = jobs.counts_job if what == "counts" else jobs.records_job
    costs, run = job(choice)
    client = openalex.Client.from_environment()
    cost = costs(client)
    typer.echo(cost.in_words(client.balance), err=True)
    if not plan:
        sidecar = _fetch(run, client, cost)
        typer.echo(f"{sidecar.table}  {sidecar.rows_out} rows")


def _fetch(run: Run, client: Client, cost: Cost) -> Sidecar:
    """Fetch the data of a job and show progress; return the sidecar of its table."""
    from rich import progress
    from rich.console import Console

    columns = (
        f"{{task.completed:,.0f}} of {{task.total:,.0f}} {cost.unit}",
        progress.BarColumn(bar_width=8),
        progress.TimeRemainingColumn(),
        "{task.fields[credits]}",
    )

    def advance(done: int) -> None:
        speed = bar.tasks[task].speed
        rate = f"{speed:,.0f} {cost.unit}/s, " if speed else ""
        remaining = client.balance.remaining
        left = "" if remaining is None else f", {remaining:,} left"
        bar.update(task, completed=done, credits=f"{rate}{client.used:,} credits{left}")

    with progress.Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=cost.total, credits="")
        return run(client, advance)


def refresh_epoch(
    url: Annotated[
        str, typer.Option(envvar="COMPUTE_DIVIDE_EPOCH_URL", help="Address of the CSV file.")
    ] = "https://epoch.ai/data/notable_ai_models.csv",
    vintage: Annotated[
        str | None, typer.Option(help="Year and month. [default: those of the file on the server]")
    ] = None,
    replace: Replace = False,
) -> None:
    """Fetch the models database of Epoch AI.

    When it has changed, it becomes a vintage beside the others.
    """
    from compute_divide_evidence.models import refresh

    file = refresh.RemoteFile(url)
    sidecar = refresh.refresh_epoch(file, vintage=vintage, replace=replace)
    if sidecar is None:
        typer.echo("the models database has not changed since the newest vintage", err=True)
    else:
        say_written(sidecar)


def corpus(
    source: Annotated[
        str,
        typer.Argument(metavar="PATH_OR_S3", help="Folder, file, or s3://openalex/data/parquet."),
    ],
    to: Annotated[
        Path | None,
        typer.Option("--to", file_okay=False, help="Folder for the counts. [default: a cache]"),
    ] = None,
    level: Annotated[
        Literal["domain", "field", "subfield", "topic"],
        typer.Option("--level", help="Level of the primary topic."),
    ] = "subfield",
    kind: Annotated[
        list[str] | None,
        typer.Option("--type", help="Only works of this type, such as article. May be repeated."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, help="Parts at a time. [default: one per core]"),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler", help="Address of a Dask scheduler, such as tcp://10.0.0.1:8786."
        ),
    ] = None,
) -> None:
    """Count the works of an OpenAlex snapshot, part by part.

    They are counted by year, team type, topic and country. Counted parts are kept: the
    same command continues where it stopped. A part that cannot be read is named and skipped; the
    exit code is then 1.
    """
    from bookpress.run.executor import executor
    from compute_divide.sources.openalex.tables import load_openalex_companies
    from compute_divide_evidence.openalex.snapshot import TALLY, Watch, count_corpus, default_folder
    from compute_divide_evidence.openalex.snapshot_parts import CorpusQuestion

    question = CorpusQuestion(level, tuple(kind or ()), tuple(sorted(load_openalex_companies())))
    folder = to or default_folder(source, question)
    pool = partial(executor, jobs, scheduler)
    with _parts_bar() as bar:
        task = bar.add_task("", total=None)

        def planned(parts: int, ready: int) -> None:
            bar.update(task, total=parts, completed=ready)

        def settled(_: SnapshotPart) -> None:
            bar.advance(task)

        report = count_corpus(source, folder, pool, question, Watch(planned, settled))
    _say_counted(report)
    typer.echo(folder / TALLY)
    if not report.whole:
        raise typer.Exit(1)


def _parts_bar() -> Progress:
    """Return the bar that shows how many parts of a snapshot are counted."""
    from rich import progress
    from rich.console import Console

    columns = (
        progress.MofNCompleteColumn(),
        "parts",
        progress.BarColumn(),
        progress.TimeRemainingColumn(),
    )
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    return progress.Progress(*columns, console=console)


def _say_counted(report: Report) -> None:
    """Say which parts could not be counted, and how many were."""
    for name, reason in report.set_aside.items():
        typer.echo(f"set aside: {name}: {reason}", err=True)
    for name in report.lacking:
        typer.echo(f"missing: {name}: the manifest lists it", err=True)
    parts = f"{report.counted:,} of {report.parts:,} parts ({report.resumed:,} counted before)"
    records = f"{report.works:,} works, {report.left_out:,} records left out"
    typer.echo(f"{parts}: {records}", err=True)
