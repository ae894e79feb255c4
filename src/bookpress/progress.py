"""What a build says while it works: to a terminal as a bar, else as lines.

Always on standard error.
"""

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
"""Columns of a table that goes to no terminal."""
UNLIMITED = 100_000
"""More columns than any table needs."""
UNPRINTED = (errno.ENOSPC, errno.EIO, errno.EBADF)
"""What can go wrong with a stream."""


def standard_output() -> Console:
    """Return where results are printed.

    It is as wide as the terminal or ``COLUMNS`` says, else wide enough for tables.
    """
    columns = os.environ.get("COLUMNS", "")
    has_columns = columns.isdecimal() and int(columns) > 0
    has_width = Console().is_terminal or has_columns
    return Console(width=None if has_width else PIPE_WIDTH)


class FoldingTable(Table):
    """A table whose cells are folded, never cut.

    Where words would have to be broken, each row becomes a list.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, each column at least as wide as its longest word, or else the lists."""
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
        """Yield a list for each row: the heading of each column with what stands under it."""
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
    """Return a table that fits any width."""
    table = FoldingTable(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


class Reporter:
    """Whatever is told how a build goes.

    A bar with chapters and time; without a terminal, lines. By default silent.
    """

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
        """Take note that so many chapters are to be run."""
        self.progress.update(self._task, description="running chapters", total=total, completed=0)

    def done(self, chapter: str, seconds: float | None) -> None:
        """Take note that a chapter is finished; without seconds it came from the cache."""
        self.progress.advance(self._task)
        if seconds is not None:
            self._console.print(f"  {chapter} [dim]{seconds:.1f} s[/dim]", highlight=False)

    def failed(self, chapter: str) -> None:
        """Take note that a chapter failed."""
        self.progress.advance(self._task)
        self._console.print(f"  [red]{chapter} failed[/red]", highlight=False)

    def step(self, what: str) -> None:
        """Take note that something else begins."""
        self.progress.update(self._task, description=what)
        if not self._console.is_terminal:
            self._console.print(what, highlight=False)


@contextmanager
def reporting() -> Iterator[Reporter]:
    """Yield what tells on standard error how things go, as long as the block runs."""
    reporter = Reporter(Console(stderr=True))
    with reporter.progress:
        yield reporter


@cache
def note(text: str) -> None:
    """Say something on standard error that whoever gave a command should know.

    The same is said once.
    """
    Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(f"note: {text}")


@contextmanager
def named_output() -> Iterator[None]:
    """Let results that cannot be printed be one error.

    Of a reader who has seen enough nothing is said.
    """
    if sys.stdout is None:
        raise PressError("standard output is closed; send it to /dev/null where it is not wanted")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # what has no such letter shows its number
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        yield
    except OSError as error:
        if error.filename is not None or error.errno not in UNPRINTED:
            raise
        # Python would try again when it ends, and complain again
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        raise PressError(f"cannot write to standard output: {error.strerror or error}") from error


def say(text: str) -> None:
    """Say something to the person at the terminal, on standard error."""
    Console(stderr=True, soft_wrap=True, highlight=False).print(text)
