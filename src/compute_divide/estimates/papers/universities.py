"""Which universities: their shares of papers by year, and when a machine of their own came."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from compute_divide.estimates.papers.papers import VENUE_YEAR


def read_enough(coverage: pd.DataFrame, minimum: float) -> pd.DataFrame:
    """Return the conferences and years of which enough papers' affiliations were read.

    Parameters
    ----------
    coverage : pandas.DataFrame
        Papers by ``venue`` and ``year``, from `cd.data.university_coverage`.
    minimum : float
        The least share (0 to 1) of the papers of which an affiliation must be read.

    Returns
    -------
    pandas.DataFrame
        Those rows that have it.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> rows = {"venue": ["icml", "uai"], "year": [2019, 2019]}
    >>> coverage = pd.DataFrame(rows).assign(papers=[10, 10], read=[9, 6])
    >>> read_enough(coverage, 0.85)["venue"].tolist()
    ['icml']
    """
    return coverage[coverage["read"] >= minimum * coverage["papers"]]


def university_shares(
    panel: pd.DataFrame, coverage: pd.DataFrame, venues: Sequence[str] = (), kind: str = "papers"
) -> pd.DataFrame:
    """Return the share of papers in which each university takes part, by year.

    Parameters
    ----------
    panel : pandas.DataFrame
        Counts by ``university``, ``venue`` and ``year``, from `cd.data.university_papers`.
    coverage : pandas.DataFrame
        The conferences and years that count, as `read_enough` returns them.
    venues : sequence of str
        The conferences; by default all.
    kind : str
        The column of the panel with the papers that count.

    Returns
    -------
    pandas.DataFrame
        One row for each university of known region in the whole panel, one column a year: its
        papers of that kind, over all papers of which an affiliation was read.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> panel = pd.DataFrame({"university": [1, 2], "region": "europe", "venue": "icml"})
    >>> panel = panel.assign(year=2019, papers=[3, 1])
    >>> coverage = pd.DataFrame({"venue": ["icml"], "year": [2019], "papers": [10], "read": [10]})
    >>> university_shares(panel, coverage)[2019].to_dict()
    {1: 0.3, 2: 0.1}
    """
    counted = coverage[coverage["venue"].isin(venues)] if venues else coverage
    rows = panel.merge(counted[VENUE_YEAR], on=VENUE_YEAR)
    sums = rows.pivot_table(index="university", columns="year", values=kind, aggfunc="sum")
    everyone = panel.loc[panel["region"].notna(), "university"].drop_duplicates().sort_values()
    papers = counted.groupby("year")["read"].sum()
    return sums.reindex(everyone, columns=papers.index).fillna(0.0) / papers


def with_machines(
    panel: pd.DataFrame,
    machines: pd.DataFrame,
    entered: str = "entry",
    *,
    national: bool = True,
    shift: int = 0,
) -> pd.DataFrame:
    """Return when each university's own machine entered the TOP500, and who may be a control.

    Parameters
    ----------
    panel : pandas.DataFrame
        Counts by ``university`` with its ``region``, from `cd.data.university_papers`.
    machines : pandas.DataFrame
        Years of entry, from `cd.data.university_machines`.
    entered : str
        Which machines: ``"entry"`` for those with GPUs, ``"accelerated"``, ``"first_list"`` or
        ``"plain"``. Of universities that enter with a plain machine those that get GPUs within
        four years are left out, on both sides.
    national : bool
        Whether machines that serve a whole country count; if not, their universities are left out.
    shift : int
        Years by which entries are moved, for a placebo.

    Returns
    -------
    pandas.DataFrame
        One row for each university of known region: ``region``, ``entry`` and ``may_control``, as
        `cd.event_study` reads them.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> panel = pd.DataFrame({"university": [1, 2], "region": ["europe", "china"]})
    >>> row = {"university": [1], "entry": [2018], "plain": [None], "may_control": [True]}
    >>> with_machines(panel, pd.DataFrame(row))["entry"].to_dict()
    {1: 2018.0, 2: nan}
    """
    known = panel.loc[panel["region"].notna(), ["university", "region"]]
    table = known.drop_duplicates("university").set_index("university").sort_index()
    on_list = machines.set_index("university").reindex(table.index)
    years = on_list[entered].astype("Float64")
    is_out = ~on_list["may_control"].astype("boolean").fillna(True)
    gpus = on_list["entry"].astype("Float64")
    left_out = pd.Series(False, table.index)
    if entered == "plain":
        left_out |= gpus.notna() & ~(gpus > years + 4).fillna(False)
    if not national:
        left_out |= on_list["national"].astype("boolean").fillna(False) & gpus.notna()
    entry = (years.mask(left_out) + shift).astype(float)
    return table.assign(entry=entry, may_control=~(is_out | left_out).astype(bool))
