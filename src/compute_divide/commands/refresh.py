"""The commands ``compute-divide data refresh ...``: fetch what is newer than the evidence that ships."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from compute_divide.evidence.store.paths import EvidenceError

if TYPE_CHECKING:
    from compute_divide.evidence.openalex.client import Client

refresh = typer.Typer(no_args_is_help=True, help="Fetch what is newer than the evidence that ships.")

What = Literal["counts", "records"]


@contextmanager
def failing() -> Iterator[None]:
    """End with the message of an error and exit code 1, or 2 where the command made no sense."""
    from compute_divide.evidence.openalex.client import ChoiceError

    try:
        yield
    except EvidenceError as error:
        _say(f"error: {error}")
        raise typer.Exit(2 if isinstance(error, ChoiceError) else 1) from None
    except KeyboardInterrupt:
        _say("stopped; what was fetched is kept: run the same again to go on")
        raise typer.Exit(1) from None


@refresh.command("openalex")
def refresh_openalex(
    what: Annotated[What, typer.Argument(help="Numbers of works by year and team type, or the works themselves.")] = (
        "counts"
    ),
    first: Annotated[int, typer.Option("--first", min=1900, max=2100, help="First year.")] = 2010,
    last: Annotated[int, typer.Option("--last", min=1900, max=2100, help="Last year.")] = 2025,
    topic: Annotated[
        list[str] | None,
        typer.Option(
            "--topic",
            help="counts: a topic or group of data/topics.yml, searched for in titles and abstracts; "
            "records: an id of OpenAlex such as T10028. May be repeated. [default for counts: every group]",
        ),
    ] = None,
    venue: Annotated[
        list[str] | None, typer.Option("--venue", help="records: id of a venue, such as S4210191458. May be repeated.")
    ] = None,
    subfield: Annotated[
        str | None, typer.Option("--subfield", help="Number of a subfield; 1702 is artificial intelligence.")
    ] = None,
    search: Annotated[
        str | None, typer.Option("--search", help="records: words in title or abstract; ten credits a page, not one.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Name of the table: works-NAME or counts-NAME.")] = "refreshed",
    to: Annotated[
        Path | None, typer.Option("--to", file_okay=False, help="Folder of what is fetched. [default: a cache]")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what was fetched before.")] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Only say what it would cost.")] = False,
    over_days: Annotated[
        bool, typer.Option("--over-days", help="Begin also when the credits of today will not do.")
    ] = False,
    allow_difference: Annotated[
        int, typer.Option("--allow-difference", min=0, help="records: works that may be missing, or too many.")
    ] = 0,
) -> None:
    """Fetch numbers of works, or works, from OpenAlex. It needs a free key in OPENALEX_API_KEY.

    What was fetched is kept when anything stops it; the same command goes on from there.
    """
    # Imported here so that `data --help` does not wait for pyalex.
    from compute_divide.evidence.openalex import jobs as run
    from compute_divide.evidence.openalex.client import Client

    with failing():
        choice = run.Choice(
            first=first,
            last=last,
            topics=tuple(topic or ()),
            venues=tuple(venue or ()),
            subfield=subfield,
            search=search,
            name=name,
            folder=to,
            fresh=fresh,
            tolerance=allow_difference,
        )
        job = run.counts_job(choice) if what == "counts" else run.records_job(choice)
        client = Client.from_environment()
        cost = job.plan(client)
        _say(cost.told(client.balance))
        if plan:
            return
        cost.check(client.balance, over_days=over_days)
        with _progress(job.unit, cost.total, client) as advance:
            sidecar = job.run(client, advance)
        typer.echo(f"{sidecar.table}  {sidecar.rows_out} rows")


@refresh.command("epoch")
def refresh_epoch(
    url: Annotated[
        str | None, typer.Option("--url", envvar="COMPUTE_DIVIDE_EPOCH_URL", help="Address of the CSV file.")
    ] = None,
    vintage: Annotated[
        str | None, typer.Option("--vintage", help="Year and month. [default: those of the file on the server]")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the vintage if it is there.")] = False,
) -> None:
    """Fetch the models database of Epoch AI; when it has changed, it becomes a vintage beside the others."""
    from compute_divide.evidence.models import refresh as epoch_refresh

    with failing():
        sidecar = epoch_refresh.refresh_epoch(url or epoch_refresh.epoch_url(), vintage=vintage, replace=replace)
    if sidecar is None:
        _say("the models database has not changed since the newest vintage")
        return
    for note in sidecar.notes:
        _say(f"note: {note}")
    typer.echo(f"{sidecar.table}  {sidecar.rows_out} rows")


@contextmanager
def _progress(unit: str, total: int, client: Client) -> Iterator[Callable[[int], None]]:
    """Show how much is done, how fast, how long it will take and what it costs; give what advances it."""
    columns = (
        TextColumn(f"{{task.completed:,.0f}} of {{task.total:,.0f}} {unit}"),
        BarColumn(bar_width=8),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[credits]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total, rate="", credits="")
        yield lambda done: _advance(bar, task, done, unit, client)


def _advance(bar: Progress, task: TaskID, done: int, unit: str, client: Client) -> None:
    left = client.balance.remaining
    told = f"{client.used:,} credits" + ("" if left is None else f", {left:,} left")
    speed = bar.tasks[0].speed
    bar.update(task, completed=done, credits=told, rate=f"{speed:,.0f} {unit}/s" if speed else "")


def _say(text: str) -> None:
    typer.echo(text, err=True)
