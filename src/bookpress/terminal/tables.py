"""Tables on standard output, which adapt to the width of a terminal."""

from __future__ import annotations

import os

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.rule import Rule
from rich.table import Column, Table
from rich.text import Text

PIPE_WIDTH = 160
"""The width of a table that is not printed to a terminal."""
UNLIMITED = 100_000
"""A width that no table exceeds."""


def standard_output() -> Console:
    """Return the console that results are printed to."""
    return _console(stderr=False)


def standard_error() -> Console:
    """Return the console for tables that sum up what is printed or written elsewhere."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    """Return a console as wide as the terminal or ``COLUMNS``; otherwise, wide enough for tables.

    Brackets and colons in what it prints are no markup.
    """
    columns = os.environ.get("COLUMNS", "")
    has_columns = columns.isdecimal() and int(columns) > 0
    has_width = Console(stderr=stderr).is_terminal or has_columns
    width = None if has_width else PIPE_WIDTH
    return Console(stderr=stderr, width=width, markup=False, emoji=False)


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
            yield Text(str(self.title), "table.title")
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
