"""Shares where some are unknown: worst-case bounds, which hold whatever the unknown ones are."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.statistics.estimates import ACADEMIA, UNKNOWN


def academic_bounds(
    rows: pd.DataFrame, by: Sequence[str] = ("venue", "year"), number: str | None = None
) -> pd.DataFrame:
    """Return the share of universities alone in each group, and how far unknown teams let it move.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with a column ``team_type``, in which ``unknown`` is a team that is not known.
    by : sequence of str
        The columns that tell groups apart.
    number : str, optional
        The column that says how many works a row stands for; by default each stands for one.

    Returns
    -------
    pandas.DataFrame
        One row a group, sorted by `by`: ``k`` of universities, of ``known`` teams, of ``n`` in
        all; ``share`` among the known (missing where there are none), ``lowest`` and ``highest``.
        Groups of no works do not occur.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    The bounds are those of Manski (1989). The lowest holds where every unknown team includes a
    company, the highest where none does. They are no intervals: chance is not in them.

    Examples
    --------
    >>> teams = ["academia-only", "industry-only", "unknown", "unknown"]
    >>> bounds = academic_bounds(pd.DataFrame({"year": 2020, "team_type": teams}), ["year"])
    >>> bounds[["k", "known", "n", "share", "lowest", "highest"]].values.tolist()
    [[1.0, 2.0, 4.0, 0.5, 0.25, 0.75]]
    """
    works = pd.Series(1, rows.index)
    if number is not None:
        works = rows[number].astype(int)
    teams = rows["team_type"]
    academic = works.where(teams == ACADEMIA, 0)
    known = works.where(teams != UNKNOWN, 0)
    columns = pd.DataFrame({"k": academic, "known": known, "n": works})
    keys = [rows[key] for key in by]
    sums = columns.groupby(keys, observed=True).sum().reset_index()
    groups = sums[sums["n"] > 0].copy()
    unknown = groups["n"] - groups["known"]
    has_known = groups["known"] > 0
    groups["share"] = groups["k"] / groups["known"].where(has_known)
    groups["lowest"] = groups["k"] / groups["n"]
    groups["highest"] = (groups["k"] + unknown) / groups["n"]
    return groups


def bounded_share(flags: pd.Series, label: str) -> Estimate:
    """Return the share of rows of which something is true, with the bounds that unknown ones leave.

    Parameters
    ----------
    flags : pandas.Series
        Whether it is true of each row; missing where that is not known.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The share among the known, whose number is `n`. Its interval is no matter of chance: the
        share would be as low if it were false of every row that is not known, and as high if it
        were true of each. Without a value where nothing is known, and without bounds where there
        are no rows.

    Notes
    -----
    Manski (1989).

    Examples
    --------
    >>> teams = pd.Series(["academia-only", "industry-only", "unknown", "unknown"])
    >>> is_academic = teams.eq("academia-only").where(teams.ne("unknown"))
    >>> share = bounded_share(is_academic, "works of universities alone")
    >>> share.value, share.low, share.high, share.n
    (0.5, 0.25, 0.75, 2)
    """
    n = len(flags)
    if n == 0:
        return Estimate(None, k=0, n=0, label=label, unit="share")
    known = int(flags.notna().sum())
    k = int(flags.eq(True).sum())
    share = k / known if known else None
    lowest = k / n
    highest = (k + n - known) / n
    return Estimate(share, lowest, highest, k, known, "share", label)
