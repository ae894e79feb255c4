"""The parameters of chapters, as `params` prints them."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from bookpress.book.chapters import Chapter
from bookpress.chapter.parameters import describe
from bookpress.chapter.types.allowed import as_text
from bookpress.terminal.tables import folding_table, standard_output


def print_parameters(chapters: Iterable[Chapter]) -> None:
    """Print the parameters of each chapter as tables on standard output."""
    console = standard_output()
    for chapter in chapters:
        if chapter.parameters:
            console.print(_parameter_table(chapter), highlight=False)
        else:
            console.print(f"{chapter.slug} has no parameters.", highlight=False)
        console.print()


def _parameter_table(chapter: Chapter) -> Table:
    table = folding_table("name", "default", "allowed", "unit", "meaning", title=chapter.slug)
    for row in describe(chapter.parameters):
        default = as_text(row["default"])
        table.add_row(row["name"], default, row["allowed"], row["unit"], row["help"])
    return table
