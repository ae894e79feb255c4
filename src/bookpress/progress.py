"""Progress messages of a build, on standard error: a bar in a terminal, lines elsewhere."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.rule import Rule
from rich.table import Column, Table
from rich.text import Text

from bookpress.errors import PressError

PIPE_WIDTH = 160
"""The width of a table that is not printed to a terminal."""
UNLIMITED = 100_000
"""A width that no table exceeds."""
UNPRINTED = (errno.ENOSPC, errno.EIO, errno.EBADF)
"""Errors of a stream that cannot be written to."""


def standard_output() -> Console:
    """Return the console that results are printed to.

    It is as wide as the terminal or ``COLUMNS``; otherwise, wide enough for tables.
    """
    columns = os.environ.get("COLUMNS", "")
    has_columns = columns.isdecimal() and int(columns) > 0
    has_width = Console().is_terminal or has_columns
    return Console(width=None if has_width else PIPE_WIDTH)


class FoldingTable(Table):
    """A table that wraps its cells and never cuts them.

    If words would have to be broken, each row becomes a list instead.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, with each column as wide as its longest word, or else the lists."""
        unlimited = options.update(max_width=UNLIMITED)
        least = []
        lacking = []
        for column in self.columns:
            cells = (column.header, *column.cells)
            needs = [Measurement.get(console, unlimited, cell) for cell in cells]
            width = max(need.minimum for need in needs)
            least.append(width)
            lacking.append(max(need.maximum for need in needs) - width)
        borders = 3 * len(least) + 1  # a line, and a space on both sides of each
        spare = options.max_width - sum(least) - borders
        if spare < 0:
            yield from self._as_lists()
            return
        total = max(sum(lacking), 1)
        for column, width, lack in zip(self.columns, least, lacking, strict=True):
            column.width = width + min(lack, spare * lack // total)
        yield from super().__rich_console__(console, options)

    def _as_lists(self) -> RenderResult:
        """Yield a list for each row, of column headings and values."""
        if self.title:
            yield Text.from_markup(f"[table.title]{self.title}[/]")
        headings = [str(column.header) for column in self.columns]
        cells = [column.cells for column in self.columns]
        for row in zip(*cells, strict=True):
            yield Rule(style="dim")
            heads = Column(style="bold", no_wrap=True)
            entries = Table.grid(heads, Column(overflow="fold"), padding=(0, 1))
            for heading, cell in zip(headings, row, strict=True):
                if cell:
                    entries.add_row(heading, cell)
            yield entries


def folding_table(*columns: str, title: str | None = None) -> Table:
    """Return a table that adapts to any width."""
    table = FoldingTable(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


class Reporter:
    """Reports the progress of a build: a bar in a terminal, lines elsewhere, by default nothing."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(quiet=True)
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=console is None or not console.is_terminal,
        )
        self._task = self.progress.add_task("reading", total=None)

    def begin(self, total: int) -> None:
        """Record how many chapters will run."""
        self.progress.update(self._task, description="running chapters", total=total, completed=0)

    def done(self, chapter: str, seconds: float | None) -> None:
        """Record that a chapter is finished; without seconds, it came from the cache."""
        self.progress.advance(self._task)
        if seconds is not None:
            self._console.print(f"  {chapter} [dim]{seconds:.1f} s[/dim]", highlight=False)

    def failed(self, chapter: str) -> None:
        """Record that a chapter failed."""
        self.progress.advance(self._task)
        self._console.print(f"  [red]{chapter} failed[/red]", highlight=False)

    def step(self, what: str) -> None:
        """Record that another step begins."""
        self.progress.update(self._task, description=what)
        if not self._console.is_terminal:
            self._console.print(what, highlight=False)


@contextmanager
def reporting() -> Iterator[Reporter]:
    """Yield a reporter that writes to standard error while the block runs."""
    reporter = Reporter(Console(stderr=True))
    with reporter.progress:
        yield reporter


@cache
def note(text: str) -> None:
    """Print a note to standard error, once for each text."""
    Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(f"note: {text}")


@contextmanager
def named_output() -> Iterator[None]:
    """Turn a failure to print results into one `PressError`.

    A reader who closes the pipe early is no failure.
    """
    if sys.stdout is None:
        raise PressError("standard output is closed; send it to /dev/null where it is not wanted")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # an encoding that lacks a character shows its code instead
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        yield
    except OSError as error:
        if error.filename is not None or error.errno not in UNPRINTED:
            raise
        # otherwise Python would flush again at exit, and complain again
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        raise PressError(f"cannot write to standard output: {error.strerror or error}") from error


def say(text: str) -> None:
    """Print a message to standard error."""
    Console(stderr=True, soft_wrap=True, highlight=False).print(text)
