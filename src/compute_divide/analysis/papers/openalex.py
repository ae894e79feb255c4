"""What OpenAlex knows of affiliations, what the gaps do to shares, and how its readings compare with others."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from compute_divide.analysis.papers.papers import academic_bounds, with_bounds
from compute_divide.analysis.statistics.estimates import UNKNOWN, Estimate, wilson_share

READING_COLUMNS = {"types": "team_type_types", "ids": "team_type_ids", "rules": "team_type"}
"""Column of the works table for each reading."""

ARXIV = "arxiv"


def with_reading(works: pd.DataFrame, reading: str) -> pd.DataFrame:
    """Return works with ``team_type`` as one of the three readings gives it.

    Parameters
    ----------
    works : pandas.DataFrame
        The works table.
    reading : {"types", "ids", "rules"}
        See `compute_divide.evidence.openalex.tables`.

    Raises
    ------
    ValueError
        If there is no such reading.

    Examples
    --------
    >>> works = pd.DataFrame({"team_type": ["unknown"], "team_type_ids": ["industry-only"]})
    >>> with_reading(works, "ids")["team_type"].tolist()
    ['industry-only']
    """
    if reading not in READING_COLUMNS:
        raise ValueError(f"{reading!r} is not a reading; allowed: {', '.join(READING_COLUMNS)}")
    return works.assign(team_type=works[READING_COLUMNS[reading]])


def missing_share(works: pd.DataFrame, label: str) -> Estimate:
    """Return the share of works whose team type is not known, with a Wilson interval."""
    return wilson_share(int((works["team_type"] == UNKNOWN).sum()), len(works), label)


def bounded_share(works: pd.DataFrame, label: str) -> Estimate:
    """Return the academia-only share of the known works; its interval are the worst-case bounds, not chance.

    Examples
    --------
    >>> works = pd.DataFrame({"team_type": ["academia-only", "industry-only", "unknown", "unknown"]})
    >>> estimate = bounded_share(works, "academic works")
    >>> estimate.low, estimate.value, estimate.high
    (0.25, 0.5, 0.75)
    """
    if works.empty:
        return Estimate(None, k=0, n=0, label=label)
    row = academic_bounds(works.assign(all="all"), ["all"]).iloc[0]
    value = None if pd.isna(row["share"]) else float(row["share"])
    return Estimate(
        value, float(row["lowest"]), float(row["highest"]), int(row["k"]), int(row["known"]), "share", label
    )


def has_company(teams: pd.Series[str]) -> pd.Series[bool]:
    """Return whether a team type has a company author; missing where it is not known.

    Examples
    --------
    >>> has_company(pd.Series(["collaboration", "academia-only", "unknown"])).tolist()
    [True, False, <NA>]
    """
    company = {"collaboration": True, "industry-only": True, "academia-only": False, "other": False}
    return teams.map(company).astype("boolean")


def agreement(one: pd.Series[str], other: pd.Series[str], label: str) -> Estimate:
    """Return how often two readings of the same works agree on a company author, where both know.

    Examples
    --------
    >>> one = pd.Series(["collaboration", "academia-only", "unknown"])
    >>> other = pd.Series(["industry-only", "industry-only", "industry-only"])
    >>> agreement(one, other, "agree").k, agreement(one, other, "agree").n
    (1, 2)
    """
    same = (has_company(one) == has_company(other)).dropna()
    return wilson_share(int(same.sum()), len(same), label)


def in_both(works: pd.DataFrame, papers: pd.DataFrame) -> pd.DataFrame:
    """Return the works that the conference lists hold too, by the hash of the normalised title.

    Parameters
    ----------
    works : pandas.DataFrame
        The works table.
    papers : pandas.DataFrame
        The papers table, with the ``team_type`` of the lists.

    Returns
    -------
    pandas.DataFrame
        The works, sorted by venue and year of the list, with ``list_venue``, ``list_year``, ``team_type_list``. A title
        that several lists hold counts once, with the first list whose team type is known.
    """
    listed = papers[["key", "venue", "year", "team_type"]].assign(blank=papers["team_type"] == UNKNOWN)
    listed = listed.sort_values(["blank", "year", "venue"], kind="stable").drop_duplicates("key").drop(columns="blank")
    names = {"venue": "list_venue", "year": "list_year", "team_type": "team_type_list"}
    both = works.merge(listed.rename(columns=names), on="key")
    return both.sort_values(["list_venue", "list_year", "work"], kind="stable").reset_index(drop=True)


def count_shares(counts: pd.DataFrame, topics: Sequence[str]) -> pd.DataFrame:
    """Return academia-only shares by topic and year from counts, with the bounds that the unknown works leave.

    Parameters
    ----------
    counts : pandas.DataFrame
        Numbers of works by ``topic``, ``year``, ``team_type``.
    topics : sequence of str
        Topics to return, in this order.

    Returns
    -------
    pandas.DataFrame
        ``topic``, ``year``, ``k``, ``known``, ``n``, ``share``, ``lowest``, ``highest``.

    Examples
    --------
    >>> counts = pd.DataFrame({"topic": "ai", "year": 2020, "team_type": ["academia-only", "unknown"], "works": [3, 1]})
    >>> count_shares(counts, ["ai"])[["share", "lowest", "highest"]].values.tolist()
    [[1.0, 0.75, 1.0]]
    """
    chosen = counts[counts["topic"].isin(topics) & (counts["works"] > 0)]
    chosen = chosen.assign(topic=pd.Categorical(chosen["topic"], list(topics)), year=chosen["year"].astype(int))
    rows = pd.DataFrame(
        {
            "k": chosen["works"].where(chosen["team_type"] == "academia-only", 0),
            "known": chosen["works"].where(chosen["team_type"] != UNKNOWN, 0),
            "n": chosen["works"],
        }
    )
    grouped = rows.astype(int).groupby([chosen["topic"], chosen["year"]], observed=True).sum().reset_index()
    return with_bounds(grouped.astype({"topic": "str"}))
