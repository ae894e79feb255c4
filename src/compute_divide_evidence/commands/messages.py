"""What the commands on evidence print while they work, and about what they wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from compute_divide.sources.store.files import Sidecar


@contextmanager
def working(doing: str) -> Iterator[Callable[[str], None]]:
    """Show on a terminal's standard error what is being done, and for how long.

    The yielded function changes the text.
    """
    from rich import progress
    from rich.console import Console

    columns = (progress.SpinnerColumn(), "{task.description}", progress.TimeElapsedColumn())
    console = Console(stderr=True)
    is_file = not console.is_terminal  # it would get an empty line
    with progress.Progress(*columns, console=console, transient=True, disable=is_file) as bar:
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
