"""What a build says while it works: to a terminal as a bar, else as lines; always on standard error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

PIPE_WIDTH = 160
"""Columns of a table that goes to no terminal."""


def standard_output() -> Console:
    """Return where results are printed: as wide as the terminal, and wide enough where there is none."""
    console = Console()
    return console if console.is_terminal else Console(width=PIPE_WIDTH)


def folding_table(*columns: str, title: str | None = None) -> Table:
    """Return a table whose cells are folded, never cut."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


class Reporter(Protocol):
    """Whatever is told how a build goes."""

    def begin(self, total: int) -> None:
        """Take note that so many chapters are to be run."""

    def done(self, chapter: str, seconds: float | None) -> None:
        """Take note that a chapter is finished; without seconds it came from the cache."""

    def failed(self, chapter: str) -> None:
        """Take note that a chapter failed."""

    def step(self, what: str) -> None:
        """Take note that something else begins."""


class Silent:
    """Says nothing."""

    def begin(self, total: int) -> None:
        """Ignore it."""

    def done(self, chapter: str, seconds: float | None) -> None:
        """Ignore it."""

    def failed(self, chapter: str) -> None:
        """Ignore it."""

    def step(self, what: str) -> None:
        """Ignore it."""


class Bar:
    """A progress bar with chapters and time.

    Parameters
    ----------
    console : rich.console.Console
        Where to draw; without a terminal, lines are written instead of a bar.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("reading", total=None)

    def begin(self, total: int) -> None:
        """Show how many chapters there are."""
        self._progress.update(self._task, description="running chapters", total=total, completed=0)

    def done(self, chapter: str, seconds: float | None) -> None:
        """Move the bar on."""
        self._progress.advance(self._task)
        if seconds is not None:
            self._console.print(f"  {chapter} [dim]{seconds:.1f} s[/dim]", highlight=False)

    def failed(self, chapter: str) -> None:
        """Say which chapter failed."""
        self._progress.advance(self._task)
        self._console.print(f"  [red]{chapter} failed[/red]", highlight=False)

    def step(self, what: str) -> None:
        """Show what is being done."""
        self._progress.update(self._task, description=what)
        if not self._console.is_terminal:
            self._console.print(what, highlight=False)

    @contextmanager
    def shown(self) -> Iterator[Bar]:
        """Draw while the block runs."""
        with self._progress:
            yield self
