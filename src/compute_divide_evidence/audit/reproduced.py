"""The audit for others: rows to check again, how far two readers agree, and corrections to offer.

The commands `data audit` call it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from bookpress.errors import UsageError
from compute_divide.sources.audit.runs import load_audited_runs
from compute_divide.sources.store.raw_csv import TEAM_TYPES
from compute_divide_evidence.models.columns import HEADERS

ANSWER = "your_team_type"
"""The column of a sheet that a reader fills in."""
CLAIMED = ("model", "year", "organisations", "team_type", "own_compute_flop", "seen", "source")
"""What a sheet says of a run: what the audit claims, and where to look."""
CHANGED = ("team-changed", "compute-changed")
"""The verdicts that correct the database."""


def drawn_rows(seed: int, rows: int) -> pd.DataFrame:
    """Return a sheet of runs that the audit looked at, drawn at random, with room for an answer.

    The same seed draws the same rows from the same audit.
    """
    runs = load_audited_runs()
    seen = runs[runs["source"].notna() & runs["team_type"].ne("unknown")]
    if not 1 <= rows <= len(seen):
        raise UsageError(f"--rows {rows} is not allowed; allowed: 1 to {len(seen)}")
    places = np.random.default_rng(seed).choice(len(seen), rows, replace=False)
    return seen.iloc[places][[*CLAIMED]].assign(**{ANSWER: ""})


def read_sheet(file: Path) -> pd.DataFrame:
    """Return the rows of a sheet that were answered; an answer is a type of team."""
    sheet = pd.read_csv(file, dtype=str)
    missing = {"model", "team_type", ANSWER} - {*sheet}
    if missing:
        raise UsageError(f"{file} has no column {', '.join(sorted(missing))}")
    answered = sheet[sheet[ANSWER].notna()]
    wrong = answered[~answered[ANSWER].isin(TEAM_TYPES)]
    if not wrong.empty:
        line = int(wrong.index[0]) + 2
        answer = wrong[ANSWER].iloc[0]
        allowed = ", ".join(TEAM_TYPES)
        raise UsageError(f"{file}:{line}: {answer!r} is not allowed; allowed: {allowed}")
    if answered.empty:
        raise UsageError(f"{file}: no row has an answer in {ANSWER}")
    return answered


def kappa(one: Sequence[str], other: Sequence[str]) -> float | None:
    """Return Cohen's kappa: how far two readers agree beyond chance, 1 at most.

    None if both always give one and the same answer, which chance would give too.

    Examples
    --------
    >>> kappa(["a", "a", "b", "b"], ["a", "b", "b", "b"])
    0.5
    """
    table = pd.crosstab(pd.Series([*one]), pd.Series([*other]), normalize=True)
    both = [*table.index.union(table.columns)]
    shares = table.reindex(index=both, columns=both, fill_value=0.0).to_numpy()
    by_chance = float(shares.sum(axis=0) @ shares.sum(axis=1))
    if np.isclose(by_chance, 1):
        return None
    return round((float(np.trace(shares)) - by_chance) / (1 - by_chance), 12)


def corrections() -> pd.DataFrame:
    """Return what the audit would change in the database, in its columns, with reason and source.

    What rests only on the database's own notes is left out.
    """
    runs = load_audited_runs()
    is_seen = runs["seen"].ne("notes-of-database") & runs["source"].notna()
    changed = runs[runs["verdict"].isin(CHANGED) & is_seen]
    is_compute = changed["verdict"].eq("compute-changed")
    return pd.DataFrame(
        {
            HEADERS["model"][0]: changed["model"],
            "Year": changed["year"],
            HEADERS["organisations"][0]: changed["organisations"].str.replace("|", ","),
            HEADERS["team_label"][0]: changed["sectors"].str.title().str.replace("|", ","),
            HEADERS["training_compute_flop"][0]: changed["own_compute_flop"].where(is_compute),
            "Team as listed": changed["listed_team_type"],
            "Training compute as listed (FLOP)": changed["listed_compute_flop"],
            "Reason": changed["arithmetic"].where(is_compute, changed["verdict"]),
            "Source": changed["source"],
            HEADERS["link"][0]: changed["link"],
        }
    )
