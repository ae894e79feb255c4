"""The headline questions under every sensible combination of choices at once.

Thousands of combinations are computed together: a share over some years is a difference of counts
that are cumulated over the years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.chapter.periods import Years, years_of
from compute_divide.estimates.models.definitions import (
    largest_of_year,
    names_paper_criterion,
    size_known,
)
from compute_divide.estimates.statistics.estimates import COMPUTE
from compute_divide.estimates.statistics.periods import span
from compute_divide.estimates.statistics.shares import wilson_interval
from compute_divide.estimates.statistics.teams import (
    ACADEMIA,
    INDUSTRY,
    TEAM_TYPES,
    UNKNOWN,
    period_share,
)
from compute_divide.estimates.statistics.trends import near_record
from compute_divide.sources.store.files import last_whole_year

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


class Question(NamedTuple):
    """A share to be computed under several definitions.

    Parameters
    ----------
    who : str
        The team in a word.
    team_type : str
        One of `TEAM_TYPES`.
    period : tuple of int, or int
        First and last year, both included, or a year.

    Examples
    --------
    >>> Question("academia", "academia-only", (2010, 2014)).name
    'academia, 2010 to 2014'
    """

    who: str
    team_type: str
    period: Years | int

    @property
    def first(self) -> int:
        """The first year of the period."""
        return years_of(self.period)[0]

    @property
    def last(self) -> int:
        """The last year of the period."""
        return years_of(self.period)[1]

    @property
    def name(self) -> str:
        """The question in a few words."""
        return f"{self.who}, {span(self.period)}"

    def answer(self, rows: pd.DataFrame, what: str = "large-scale models") -> Estimate:
        """Return the share.

        Parameters
        ----------
        rows : pandas.DataFrame
            The rows that count, with the columns ``year`` and ``team_type``.
        what : str
            What they are, for the label.

        Returns
        -------
        Estimate
            The share, with its period.
        """
        label = f"{self.team_type} share of {what}, {span(self.period)}"
        return period_share(rows, self.team_type, self.period, label)


FIRST_YEAR = 2000
LAST_YEAR = 2030
"""The years of publication that are counted."""
SCOPES = ("every model listed", "notable models")
"""The models of a vintage that count."""
DENOMINATORS = {
    "teams known": TEAM_TYPES,
    "universities alone and companies alone": (ACADEMIA, INDUSTRY),
    "teams known or not": (*TEAM_TYPES, UNKNOWN),
}
"""Team types that make the total."""
_EARLY = [(2010, 2014), (2010, 2012), (2010, 2013), (2010, 2015), (2011, 2014), (2012, 2014)]
_LATE = [(2020, 2022), (2020, 2021), (2020, 2023), (2021, 2022), (2021, 2023), (2019, 2022)]
HEADLINES = {
    "academia-share-early": (ACADEMIA, _EARLY),
    "academia-share-late": (ACADEMIA, _LATE),
    "industry-share-2022": (INDUSTRY, [(2022, 2022), (2021, 2022), (2022, 2023)]),
}
"""The headline claims by id: whose share, and the periods over which it may be read.

The published period comes first.
"""
CHOICES = ("vintage", "scope", "filter", "size", "denominator", "period")
"""The choices that make a specification, besides the claim: one column each."""

_TEAMS = (*TEAM_TYPES, UNKNOWN)


def specifications(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the three headline shares under every combination of sensible choices.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The models of each vintage.

    Returns
    -------
    pandas.DataFrame
        One row per specification: ``claim`` (the headline), a column for each of `CHOICES` and, as
        returned by `wilson_interval`, ``k``, ``n``, ``share``, ``low`` and ``high``. If a vintage
        lists only notable models, there is no choice of scope; a period that was not over then is
        left out.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    A multiverse analysis (Steegen and others 2016); the chart orders its specifications as
    Simonsohn and others (2020) do. All of them select from the same models, so their number is no
    test.

    Examples
    --------
    >>> from compute_divide.sources.models.table import load_models
    >>> specs = specifications({"2023-03": load_models("2023-03")})
    >>> specs.groupby("claim").size().tolist()
    [648, 432, 216]
    """
    parts = [_of_vintage(vintage, models) for vintage, models in tables.items()]
    table = pd.concat(parts, ignore_index=True)
    share, low, high = wilson_interval(table["k"], table["n"])
    return table.assign(share=share, low=low, high=high)


def _of_vintage(vintage: str, models: pd.DataFrame) -> pd.DataFrame:
    """Return counts and totals of every specification of one vintage."""
    masks = _masks(models)
    counts = _cumulated(np.array(list(masks.values())), models)
    last_year = last_whole_year(vintage)
    rules = pd.DataFrame([*masks], columns=["scope", "filter", "size"])
    settings: list[tuple[str, ...]] = []
    numbers = []
    for claim, (team, periods) in HEADLINES.items():
        over = [period for period in periods if period[1] <= last_year]
        for period, denominator in product(over, DENOMINATORS):
            inside = _in_period(counts, period)
            k = inside[:, _TEAMS.index(team)]
            n = inside[:, _places(DENOMINATORS[denominator])].sum(axis=1)
            settings.append((claim, vintage, denominator, span(period)))
            numbers.append(np.column_stack([k, n]))
    named = pd.DataFrame(settings, columns=["claim", "vintage", "denominator", "period"])
    table = named.merge(rules, how="cross")
    table[["k", "n"]] = np.concatenate(numbers) if numbers else np.empty((0, 2), dtype=int)
    return table[["claim", *CHOICES, "k", "n"]]


def _in_period(counts: Counts, period: tuple[int, int]) -> Counts:
    """Return the counts of a period by rule and team type, from cumulated ones."""
    first, last = period
    until = counts[:, last - FIRST_YEAR + 1]
    before = counts[:, first - FIRST_YEAR]
    return until - before


def _places(teams: Sequence[str]) -> list[int]:
    """Return the column numbers of team types."""
    return [_TEAMS.index(team) for team in teams]


def _masks(models: pd.DataFrame) -> dict[tuple[str, str, str], Flags]:
    """Return the models that each combination of scope, filter and size rule of a vintage keeps."""
    everything = pd.Series(True, index=models.index)
    notable = models["scope"] == "notable"
    scopes = dict(zip(SCOPES, (everything, notable), strict=True))
    if notable.all():
        del scopes[SCOPES[0]]
    filters = {"no filter": everything, "paper's filter": names_paper_criterion(models)}
    sizes = _sizes(models)
    masks = {}
    for scope, name, size in product(scopes, filters, sizes):
        mask = scopes[scope] & filters[name] & sizes[size]
        masks[scope, name, size] = mask.to_numpy(dtype=bool)
    return masks


def _sizes(models: pd.DataFrame) -> dict[str, pd.Series[bool]]:
    """Return the models that each rule on size keeps."""
    sizes = {"any size": pd.Series(True, index=models.index)}
    sizes["compute known"] = models[COMPUTE].notna()
    sizes["compute or parameters known"] = size_known(models)
    for top_k in (5, 10, 20):
        sizes[f"top {top_k} of the year"] = largest_of_year(models, top_k)
    sizes["within 1 order of the record"] = near_record(models, 1)
    for window in (2, 3):
        sizes[f"within {window} orders of the record"] = near_record(models, window)
    return sizes


def _cumulated(masks: Flags, models: pd.DataFrame) -> Counts:
    """Return counts by rule, year and team type, cumulated over the years.

    ``[:, y]`` counts the years before ``FIRST_YEAR + y``.
    """
    years = models["year"].fillna(0).to_numpy(dtype=int)
    names = models["team_type"].fillna(UNKNOWN)
    teams = pd.Categorical(names, categories=list(_TEAMS)).codes
    inside = (years >= FIRST_YEAR) & (years <= LAST_YEAR)
    cells = len(_TEAMS) * (years - FIRST_YEAR) + teams
    size = len(_TEAMS) * (LAST_YEAR - FIRST_YEAR + 1)
    counts = [np.bincount(cells[mask & inside], minlength=size) for mask in masks]
    by_year = np.reshape(counts, (len(masks), -1, len(_TEAMS)))
    until = by_year.cumsum(axis=1)
    nothing = np.zeros_like(until[:, :1])
    return np.concatenate([nothing, until], axis=1)
