"""The rows that a share counts, by what names them in their table."""

from __future__ import annotations

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
"""Columns by which a row is found again in its table, as far as the table has them."""
NOT_COUNTED = "no"


def of_flag(rows: pd.DataFrame, mask: pd.Series[bool]) -> MakeRows:
    """Return what makes the list of rows of which a flag is true or not."""

    def make() -> Rows:
        why = mask.map({True: YES}).fillna(NOT_COUNTED)
        return _made(rows, why)

    return make


def of_teams(rows: pd.DataFrame, team_type: str, known: tuple[str, ...]) -> MakeRows:
    """Return what makes the list of rows of a team type, of others, and of unknown ones."""

    def make() -> Rows:
        teams = rows["team_type"]
        others = "no: " + teams.astype("str")
        why = others.where(teams.isin(known), "left out: team type unknown")
        return _made(rows, why.where(teams != team_type, YES))

    return make


def _made(rows: pd.DataFrame, why: pd.Series[str]) -> Rows:
    """Return the list of rows, each with `YES` or why it is not counted."""
    columns = [name for name in NAMES if name in rows]
    table = rows[columns].astype("object")
    table = table.where(rows[columns].notna(), None)
    listed = []
    for reason, row in zip(why, table.itertuples(index=False, name=None), strict=True):
        listed.append([reason, *map(_plain, row)])
    listed.sort(key=lambda row: str(row[0]) != YES)
    return Rows([COUNTED, *columns], listed)


def _plain(value: object) -> object:
    """Return a value as JSON has it: days in ISO 8601."""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, int | float) or value is None:
        return value
    return str(value)
