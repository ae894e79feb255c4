"""The rows behind a share: those counted, those not counted, and those left out."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from bookpress.files import harmless

ROWS_MIME = "application/vnd.bookpress.rows+json"
COUNTED = "counted"
"""The first column: `YES`, or the reason why a row is not counted."""
YES = "yes"
LIMIT_VARIABLE = "BOOKPRESS_ROWS"
"""The environment variable that limits how many rows a result may carry."""
LIMIT = 500
"""The most rows that a result carries; a command lists more."""


class Rows(NamedTuple):
    """The rows behind a share, and the names of their columns."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


MakeRows = Callable[[], Rows]
"""Makes the rows when an estimate is published, which most are not."""


def rows_output(key: str, make: MakeRows | None, size: int | None) -> list[dict[str, Any]]:
    """Return the output with the rows of a share, `size` of them; none if there are too many."""
    limit = int(os.environ.get(LIMIT_VARIABLE, LIMIT))
    if make is None or not size or size > limit:
        return []
    columns, rows = make()
    content = {"key": key, "columns": [*columns], "rows": [[*row] for row in rows]}
    return [{ROWS_MIME: content, "text/plain": f"{key} rests on {len(rows)} rows"}]


def to_csv(content: dict[str, Any]) -> str:
    """Return the rows in an output as CSV that no spreadsheet executes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in [content["columns"], *content["rows"]]:
        writer.writerow(map(harmless, row))
    return text.getvalue()
