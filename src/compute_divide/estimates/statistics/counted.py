"""The rows that a share counts, named by their identifying columns."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from bookpress.chapter.counted import COUNTED, YES, MakeRows, Rows

NAMES = (
    "model",
    "key",
    "chip",
    "machine",
    "company",
    "organisation",
    "evaluator",
    "venue",
    "published",
    "year",
    "organisations",
    "team_type",
    "link",
)
"""The columns that identify a row in its table, if the table has them."""
NOT_COUNTED = "no"


def of_flag(rows: pd.DataFrame, mask: pd.Series[bool]) -> MakeRows:
    """Return a function that lists the rows for which a flag is true or false."""

    def make() -> Rows:
        flags = mask.to_numpy(dtype=bool, na_value=False)
        return _listed(rows, [YES if flag else NOT_COUNTED for flag in flags])

    return make


def of_teams(
    rows: pd.DataFrame, among: npt.NDArray[np.bool_], team_type: str, known: tuple[str, ...]
) -> MakeRows:
    """Return a function that lists the rows of a team type, of other and of unknown types."""
    answers = {team: f"no: {team}" for team in known} | {team_type: YES}

    def make() -> Rows:
        listed = rows[among]
        teams = listed["team_type"].to_numpy()
        why = [answers.get(team, "left out: team type unknown") for team in teams]
        return _listed(listed, why)

    return make


def _listed(rows: pd.DataFrame, why: Sequence[str]) -> Rows:
    """Return the list of rows, the counted ones first; each with `YES` or the reason why not."""
    columns = [name for name in NAMES if name in rows]
    # column by column: most of what a chapter publishes is such lists
    cells = [map(_plain, rows[name].to_numpy(dtype=object, na_value=math.nan)) for name in columns]
    listed = [list(row) for row in zip(why, *cells, strict=True)]
    listed.sort(key=lambda row: row[0] != YES)
    return Rows([COUNTED, *columns], listed)


def _plain(value: object) -> object:
    """Return a value for JSON: days in ISO 8601, None if missing."""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, int | float):
        return value
    return str(value)
