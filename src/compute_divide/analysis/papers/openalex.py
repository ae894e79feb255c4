"""What OpenAlex knows of affiliations, what the gaps do to shares, and how its readings compare with others."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.papers.papers import with_bounds
from compute_divide.analysis.statistics.estimates import UNKNOWN, wilson_share

READING_COLUMNS = {"types": "team_type_types", "ids": "team_type_ids", "rules": "team_type"}

ARXIV = "arxiv"


def with_reading(works: pd.DataFrame, reading: str) -> pd.DataFrame:
    """Return works with ``team_type`` as one of the readings of `READING_COLUMNS` gives it."""
    return works.assign(team_type=works[READING_COLUMNS[reading]])


def missing_share(works: pd.DataFrame, label: str) -> Estimate:
    """Return the share of works whose team type is not known, with a Wilson interval."""
    return wilson_share(int((works["team_type"] == UNKNOWN).sum()), len(works), label)


def bounded_share(works: pd.DataFrame, label: str) -> Estimate:
    """Return the academia-only share of the known works; its interval are the worst-case bounds, not chance."""
    n, known = len(works), int((works["team_type"] != UNKNOWN).sum())
    k = int((works["team_type"] == "academia-only").sum())
    if not n:
        return Estimate(None, k=0, n=0, label=label, unit="share")
    return Estimate(
        k / known if known else None,
        k / n,
        (k + n - known) / n,
        k,
        known,
        label=label,
        unit="share",
    )


def has_company(teams: pd.Series[str]) -> pd.Series[bool]:
    """Return whether a team type has a company author; missing where it is not known."""
    company = {"collaboration": True, "industry-only": True, "academia-only": False, "other": False}
    return teams.map(company).astype("boolean")


def agreement(one: pd.Series[str], other: pd.Series[str], label: str) -> Estimate:
    """Return how often two readings of the same works agree on a company author, where both know."""
    same = (has_company(one) == has_company(other)).dropna()
    return wilson_share(int(same.sum()), len(same), label)


def in_both(works: pd.DataFrame, papers: pd.DataFrame) -> pd.DataFrame:
    """Return the works that the conference lists hold too, with ``list_venue``, ``list_year`` and ``team_type_list``.

    Matched by the hash of the title; of several lists the first whose team type is known counts.
    """
    listed = papers[["key", "venue", "year", "team_type"]].assign(
        blank=papers["team_type"] == UNKNOWN
    )
    listed = (
        listed.sort_values(["blank", "year", "venue"], kind="stable")
        .drop_duplicates("key")
        .drop(columns="blank")
    )
    names = {"venue": "list_venue", "year": "list_year", "team_type": "team_type_list"}
    both = works.merge(listed.rename(columns=names), on="key")
    return both.sort_values(["list_venue", "list_year", "work"], kind="stable").reset_index(
        drop=True
    )


def count_shares(counts: pd.DataFrame, topics: Sequence[str]) -> pd.DataFrame:
    """Return academia-only shares by topic (in the order given) and year from counts, as `with_bounds`."""
    chosen = counts[counts["topic"].isin(topics) & (counts["works"] > 0)]
    chosen = chosen.assign(
        topic=pd.Categorical(chosen["topic"], list(topics)), year=chosen["year"].astype(int)
    )
    rows = pd.DataFrame(
        {
            "k": chosen["works"].where(chosen["team_type"] == "academia-only", 0),
            "known": chosen["works"].where(chosen["team_type"] != UNKNOWN, 0),
            "n": chosen["works"],
        }
    )
    grouped = (
        rows.astype(int)
        .groupby([chosen["topic"], chosen["year"]], observed=True)
        .sum()
        .reset_index()
    )
    return with_bounds(grouped.astype({"topic": "str"}))
