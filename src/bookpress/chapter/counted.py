"""The rows behind a share: those that it counts, those that it does not, those left out."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from bookpress.files import harmless

ROWS_MIME = "application/vnd.bookpress.rows+json"
COUNTED = "counted"
"""The first column: `YES`, or why a row is not counted."""
YES = "yes"
LIMIT_VARIABLE = "BOOKPRESS_ROWS"
"""Says in the environment how many rows a result may carry."""
LIMIT = 500
"""Rows that a result carries at the most: a longer list is asked for by a command."""


class Rows(NamedTuple):
    """The rows behind a share, with the names of their columns."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


MakeRows = Callable[[], Rows]
"""Makes the rows when they are published: most estimates are not."""


def rows_output(key: str, make: MakeRows | None, size: int | None) -> list[dict[str, Any]]:
    """Return the output that carries the rows of a share of so many; none where they are many."""
    limit = int(os.environ.get(LIMIT_VARIABLE, LIMIT))
    if make is None or not size or size > limit:
        return []
    columns, rows = make()
    content = {"key": key, "columns": [*columns], "rows": [[*row] for row in rows]}
    return [{ROWS_MIME: content, "text/plain": f"{key} rests on {len(rows)} rows"}]


def to_csv(content: dict[str, Any]) -> str:
    """Return the rows that an output carries as a table that no spreadsheet runs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(content["columns"])
    for row in content["rows"]:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue()
