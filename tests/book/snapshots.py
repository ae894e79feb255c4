"""A raw snapshot of the models database, as a user would add it."""

import csv
from collections.abc import Callable
from pathlib import Path

from compute_divide_evidence.models.columns import HEADERS

SHIPPED = Path(__file__).parents[2] / "data/models/2026-08.csv"
FLAGS = {"True": "yes", "False": "no"}


def write_snapshot(
    path: Path, change: Callable[[str, str], str] = lambda _, cell: cell, until: str = "9999"
) -> None:
    """Write a raw file that the newest vintage could have come from, with cells changed by column.

    It has the models published before the day `until`.
    """
    with (
        SHIPPED.open(encoding="utf-8", newline="") as file,
        path.open("w", encoding="utf-8", newline="") as out,
    ):
        rows = [row for row in csv.DictReader(file) if row["published"] < until]
        fields = [name for name in HEADERS if name in rows[0]]
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        writer.writerow([HEADERS[name][0] for name in fields])
        for row in rows:
            cells = [change(name, row[name].replace("|", ",")) for name in fields]
            writer.writerow([FLAGS.get(cell, cell) for cell in cells])
