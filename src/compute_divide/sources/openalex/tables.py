"""The tables from OpenAlex: works that ship, fetched works and counts, company ids.

The authors of a work are read in three ways, kept side by side as profiles
(`compute_divide.sources.papers.profiles`): ``types``, from OpenAlex's types of institutions;
``ids``, the same except for institutions on a list of company ids; and our own rules on the
affiliation strings, as in the conference lists. Works without any institution stay in, as
``unknown``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pandera.pandas as pa

from compute_divide.sources.papers.table import PAPERS
from compute_divide.sources.store import files, tables
from compute_divide.sources.store.files import EvidenceError
from compute_divide.sources.store.raw_csv import TEAM_TYPES

if TYPE_CHECKING:
    pass

DERIVED_BY = "compute_divide.sources.openalex.tables.derive_openalex"

COMPANIES = tables.EvidenceTable(
    "openalex/companies.csv",
    tables.schema(
        institution=tables.text(pa.Check.str_matches(r"^I\d+$"), nullable=False),
        company=tables.text(nullable=False),
    ),
    "institutions of OpenAlex that are companies whatever their type says",
    DERIVED_BY,
)

_OF_WORKS = {
    "venue": tables.text(nullable=False),
    "year": tables.whole(1000, 2100),
    "authors": tables.whole(),
}
"""Columns of papers that differ for works."""

WORKS = tables.schema(
    **{**PAPERS.schema.columns, **_OF_WORKS},
    work=tables.text(pa.Check.str_matches(r"^W\d+$"), nullable=False),
    sample=tables.text(nullable=False),
    place=tables.text(nullable=False),
    source=tables.text(),
    profile_types=tables.text(),
    profile_ids=tables.text(),
    team_type_types=tables.one_of(TEAM_TYPES, nullable=False),
    team_type_ids=tables.one_of(TEAM_TYPES, nullable=False),
    authors_placed=tables.whole(nullable=False),
    authors_stated=tables.whole(nullable=False),
    countries=tables.text(),
)
"""Schema of ``openalex/works*.parquet``: `profile` and `team_type` are the reading by our rules;
`track` is the type of work, `place` the kind of place it is in; `authors_placed` are those with an
institution, `authors_stated` those with a string."""

COUNTS = tables.schema(
    topic=tables.text(nullable=False),
    year=tables.whole(1000, 2100, nullable=False),
    # academia means every institution that is not a company
    team_type=tables.one_of(
        ["academia-only", "collaboration", "industry-only", "unknown"], nullable=False
    ),
    works=tables.whole(nullable=False),
)

TABLES = (
    tables.EvidenceTable("openalex/works.parquet", WORKS),
    tables.EvidenceTable("openalex/works-*.parquet", WORKS),
    tables.EvidenceTable("openalex/counts-*.csv", COUNTS),
    COMPANIES,
)


def load_openalex_works(name: str = files.SHIPPED) -> pd.DataFrame:
    """Return a table of OpenAlex works.

    Parameters
    ----------
    name : str
        One of `works_names`.

    Returns
    -------
    pandas.DataFrame
        One row per work, with the columns of `WORKS`.

    Raises
    ------
    EvidenceError
        If there is no such table, or it is damaged.

    Examples
    --------
    >>> load_openalex_works()["sample"].unique().tolist()
    ['machine learning', 'other fields']
    """
    if name not in files.works_names():
        raise EvidenceError(
            f"{name!r} is not a table of OpenAlex works; allowed: {', '.join(files.works_names())}"
        )
    return tables.read_table(f"openalex/{name}.parquet", WORKS)


def load_openalex_counts() -> pd.DataFrame:
    """Return the counts of works that were fetched from OpenAlex; none ship.

    Returns
    -------
    pandas.DataFrame
        Numbers of ``works`` by ``table``, ``topic``, ``year`` and ``team_type``; no rows where none
        were fetched.

    Raises
    ------
    EvidenceError
        If a table is damaged.

    Examples
    --------
    >>> load_openalex_counts().columns.tolist()
    ['table', 'topic', 'year', 'team_type', 'works']
    """
    parts = []
    for name in files.list_names("openalex", ".csv"):
        if not name.startswith("counts-"):
            continue
        counts = tables.read_table(f"openalex/{name}.csv", COUNTS)
        counts.insert(0, "table", name)
        parts.append(counts)
    if not parts:
        return pd.DataFrame(columns=["table", *COUNTS.columns])
    return pd.concat(parts, ignore_index=True)


def load_openalex_companies() -> dict[str, str]:
    """Return the institutions in OpenAlex that are companies whatever their type.

    Returns
    -------
    dict of str to str
        The name of the company by the short id of the institution.

    Raises
    ------
    EvidenceError
        If the table is damaged.

    Examples
    --------
    >>> next(iter(load_openalex_companies())).startswith("I")
    True
    """
    table = COMPANIES.read()
    return dict(zip(table["institution"], table["company"], strict=True))
