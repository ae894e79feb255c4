"""The command ``compute-divide``: the commands of the press, and those of the evidence.

Thin, and quick to import: each calls one function of the evidence, which is imported when it is
called.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich import progress
from rich.console import Console

from bookpress.commands import main as press
from bookpress.progress import folding_table, standard_output

if TYPE_CHECKING:
    from compute_divide.evidence.store.files import Sidecar

app = typer.Typer(rich_markup_mode=None)
data = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="List, verify, derive, add or refresh the evidence.",
)
add = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Add evidence that the project does not ship."
)
refresh = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Fetch newer data than the project ships."
)
app.add_typer(data, name="data")
data.add_typer(add, name="add")
data.add_typer(refresh, name="refresh")

Replace = Annotated[bool, typer.Option("--replace", help="Replace the vintage if it is there.")]


def main() -> None:
    """Run the command line."""
    press.main(app, distribution="compute-divide")


@contextmanager
def working(doing: str) -> Iterator[Callable[[str], None]]:
    """Show on standard error what is being done, and for how long.

    Gives a function that changes the words.
    """
    columns = (progress.SpinnerColumn(), "{task.description}", progress.TimeElapsedColumn())
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing)
        yield lambda words: bar.update(task, description=words)


def say_written(sidecar: Sidecar) -> None:
    """Say which table was written: rows in, out and set aside, and what is noted of it."""
    for note in sidecar.notes:
        typer.echo(f"note: {note}", err=True)
    for group in sidecar.set_aside:
        examples = "; ".join(group.examples)
        typer.echo(f"set aside: {group.rows:,}, {group.reason} ({examples})", err=True)
    aside = sidecar.rows_in - sidecar.rows_out
    rows = f"{sidecar.rows_in} rows in, {sidecar.rows_out} out, {aside} set aside"
    typer.echo(f"{sidecar.table}  {rows}")


@data.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the evidence: every table with its rows, source and licence."""
    from compute_divide.evidence import catalogue

    entries = catalogue.entries()
    if as_json:
        typer.echo(json.dumps(entries, indent=2, ensure_ascii=False))
        return
    table = folding_table("file", "rows", "set aside", "snapshot", "licence", "what")
    for entry in entries:
        rows = "" if entry["rows"] is None else f"{entry['rows']:,}"
        aside = f"{entry['set_aside']:,}" if entry["set_aside"] else ""
        what = entry["description"]
        table.add_row(entry["file"], rows, aside, entry["snapshot"], entry["licence"], what)
    standard_output().print(table)


@data.command()
def loaders(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_page: Annotated[bool, typer.Option("--page", help="Print book/loaders.md.")] = False,
) -> None:
    """List every loader with what it returns, its columns and an example."""
    from compute_divide.evidence import loaders as evidence_loaders

    described = evidence_loaders.loaders()
    if as_json:
        typer.echo(json.dumps(described, indent=2))
    elif as_page:
        typer.echo(evidence_loaders.as_page(described), nl=False)
    else:
        table = folding_table("loader", "gives", "columns", "example")
        for loader in described:
            gives = f"{loader['what']} {loader['gives']}"
            columns = ", ".join(loader["columns"])
            table.add_row(loader["name"], gives, columns, loader["example"])
        standard_output().print(table)


@data.command()
def verify() -> None:
    """Check every file: hash, sidecar, schema. None may be missing or left over."""
    from compute_divide.evidence import catalogue
    from compute_divide.evidence.store.files import data_dir, evidence_files

    with working("checking the evidence") as say:
        problems = catalogue.verify(lambda table: say(f"checking {table}"))
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{len(evidence_files(data_dir()))} files are sound")


@data.command()
def derive(
    raw: Annotated[
        Path,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Folder that contains models/, papers/ and the others.",
        ),
    ],
    only: Annotated[
        list[str] | None, typer.Option(help="A family of tables; may be repeated. [default: all]")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a table even if raw files of it are missing.")
    ] = False,
) -> None:
    """Derive the tables from raw files. The same files give the same bytes."""
    from compute_divide.evidence import catalogue

    with working("deriving") as say:

        def progressed(family: str) -> None:
            say(f"deriving {family}")

        written = catalogue.derive(raw, only or (), progressed, replace=replace)
    for sidecar in written:
        aside = sidecar.rows_in - sidecar.rows_out
        set_aside = f", {aside} set aside" if aside else ""
        typer.echo(f"{sidecar.table}  {sidecar.rows_out} rows{set_aside}")


@data.command("seal")
def seal_() -> None:
    """Renew data/MANIFEST.sha256 after edits by hand; derived tables are refused."""
    from compute_divide.evidence.catalogue import seal_by_hand
    from compute_divide.evidence.store.files import MANIFEST

    typer.echo(f"{seal_by_hand()} files listed in data/{MANIFEST}")


@data.command("changed-results")
def changed_results_() -> None:
    """Renew the table of results that audited records change, then the seals."""
    from bookpress.commands.options import current_project
    from bookpress.progress import reporting
    from bookpress.run.runner import RunOptions
    from compute_divide.commands.changed_results import write_changed_results
    from compute_divide.evidence.catalogue import seal_by_hand

    with reporting() as bar:
        count = write_changed_results(current_project(), RunOptions(), bar)
    seal_by_hand()
    typer.echo(f"{count} results differ between records as listed and audited ones")


@add.command("models")
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
    from compute_divide.evidence import catalogue
    from compute_divide.evidence.models.raw import Stated

    stated = Stated(dates, tuple(without or ()))
    with working(f"reading {file.name}"):
        sidecar = catalogue.add_models(file, vintage, replace=replace, stated=stated)
    say_written(sidecar)


Overlay = Annotated[
    Literal["models", "organisations"], typer.Argument(help="The table of the row.")
]


@add.command("row")
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
    from compute_divide.evidence.models.own import add_own

    marked = add_own(table, file)
    newest = max(marked)
    now = "1 model" if marked[newest] == 1 else f"{marked[newest]} models"
    typer.echo(
        f"{now} of {newest} now marked as own; compute-divide compare default shows what moves"
    )


@data.command("remove")
def remove_row(
    table: Overlay, name: Annotated[str, typer.Argument(help="The model or the organisation.")]
) -> None:
    """Remove a row of your own."""
    from compute_divide.evidence.models.own import remove_own

    removed = remove_own(table, name)
    typer.echo(f"{removed} own {'row' if removed == 1 else 'rows'} of {name!r} removed")


@add.command("papers")
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
    from compute_divide.evidence import catalogue

    with working(f"reading {file.name}"):
        written = catalogue.add_papers(file, venue, year)
    for sidecar in written:
        typer.echo(f"{sidecar.table}  {sidecar.rows_out} rows")
    typer.echo(written[0].notes[-1], err=True)


@refresh.command("openalex")
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
    from compute_divide.evidence.openalex import refresh as jobs
    from compute_divide.evidence.openalex.client import Client

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
    client = Client.from_environment()
    cost = costs(client)
    typer.echo(cost.told(client.balance), err=True)
    if plan:
        return
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
        sidecar = run(client, advance)
    typer.echo(f"{sidecar.table}  {sidecar.rows_out} rows")


@refresh.command("epoch")
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
    from compute_divide.evidence.models.refresh import refresh_epoch as fetch

    sidecar = fetch(url, vintage=vintage, replace=replace)
    if sidecar is None:
        typer.echo("the models database has not changed since the newest vintage", err=True)
    else:
        say_written(sidecar)


@app.command()
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
    from compute_divide.evidence.openalex.snapshot import TALLY, count_corpus, default_folder
    from compute_divide.evidence.openalex.snapshot_parts import CorpusQuestion
    from compute_divide.evidence.openalex.tables import load_openalex_companies

    question = CorpusQuestion(level, tuple(kind or ()), tuple(sorted(load_openalex_companies())))
    folder = to or default_folder(source, question)
    columns = (
        progress.MofNCompleteColumn(),
        "parts",
        progress.BarColumn(),
        progress.TimeRemainingColumn(),
    )
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    with progress.Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=None)

        def planned(parts: int, ready: int) -> None:
            bar.update(task, total=parts, completed=ready)

        report = count_corpus(
            source,
            folder,
            partial(executor, jobs, scheduler),
            question,
            watch=lambda _: bar.advance(task),
            plan=planned,
        )
    for name, reason in report.set_aside.items():
        typer.echo(f"set aside: {name}: {reason}", err=True)
    for name in report.lacking:
        typer.echo(f"missing: {name}: the manifest lists it", err=True)
    parts = f"{report.counted:,} of {report.parts:,} parts ({report.resumed:,} counted before)"
    records = f"{report.works:,} works, {report.left_out:,} records left out"
    typer.echo(f"{parts}: {records}", err=True)
    typer.echo(folder / TALLY)
    if not report.whole:
        raise typer.Exit(1)
