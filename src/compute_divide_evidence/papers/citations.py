"""Rank papers by their citations within venue and year."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from compute_divide.sources.store.files import SetAside
from compute_divide.sources.store.raw_csv import EXAMPLES

KNOWN_AT_LEAST = 0.9
"""The least share of a venue-year's papers with known citations for meaningful ranks."""
VENUE_YEAR = ["venue", "year"]
CRAWLED = (
    "citations: those of Google Scholar as the lists give them, "
    "crawled between 12 May and 12 June 2025"
)


def rank_papers(cited: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Return the papers that can be ranked, with ``rank``, and the others by reason."""
    keys = [cited[key] for key in VENUE_YEAR]
    numbers = cited["citations"].astype(float)
    of_venue_year = numbers.groupby(keys)
    share_known = numbers.notna().groupby(keys).transform("mean")
    sparse = share_known < KNOWN_AT_LEAST
    tied = ~sparse & (of_venue_year.transform("median") == 0)
    unknown = ~sparse & ~tied & numbers.isna()
    too_few = f"citations are known for fewer than {KNOWN_AT_LEAST:.0%} of the venue-year's papers"
    aside = {
        too_few: cited[sparse],
        "half of the venue-year's papers or more have no citation yet": cited[tied],
        "the paper's citations are not known": cited[unknown],
    }
    ranked = ~(sparse | tied | unknown)
    middle = of_venue_year.rank(method="average") - 0.5
    ranks = middle / of_venue_year.transform("count")
    return cited[ranked].assign(rank=ranks[ranked]), aside


def groups(aside: Mapping[str, pd.DataFrame], others: int) -> list[SetAside]:
    """Return the papers without a rank by reason, and other records, for a sidecar."""
    set_aside = []
    for reason, rows in aside.items():
        if len(rows):
            examples = _examples(rows)
            set_aside.append(SetAside(reason=reason, rows=len(rows), examples=examples))
    if others:
        reason = "records that are no paper of the papers table"
        set_aside.append(SetAside(reason=reason, rows=others))
    return set_aside


def _examples(papers: pd.DataFrame) -> list[str]:
    """Return the venue-years with most of these papers."""
    largest = papers.value_counts(VENUE_YEAR).head(EXAMPLES).reset_index()
    rows = largest.to_numpy().tolist()
    return [f"{venue} {year}: {number} papers" for venue, year, number in rows]
