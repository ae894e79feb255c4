"""Team types of models by the sectors that other vintages give their organisations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pandas as pd

from compute_divide.analysis.models.revisions import plain_text
from compute_divide.analysis.statistics.teams import UNKNOWN
from compute_divide.evidence.store.raw_csv import team_type

_FORMS = re.compile(r",?\s+(inc|ltd|llc|corp|corporation|group)\.?$", re.IGNORECASE)


def organisation_sectors(tables: Iterable[pd.DataFrame]) -> dict[str, str]:
    """Return the sector of each organisation that vintages with sectors know.

    Parameters
    ----------
    tables : iterable of pandas.DataFrame
        Models with the columns ``organisations`` and ``sectors``, both lists with bars between
        their items. Rows where the two differ in length say nothing.

    Returns
    -------
    dict of str to str
        Sectors by the plain name of the organisation and its plain aliases; left out where sectors
        differ.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> models = pd.DataFrame({"organisations": ["DeepMind|Oxford"]})
    >>> models["sectors"] = ["industry|academia"]
    >>> sorted(organisation_sectors([models]).items())
    [('deepmind', 'industry'), ('oxford', 'academia')]
    """
    pairs: set[tuple[str, str]] = set()
    for table in tables:
        pairs |= _stated_sectors(table)
    by_alias: dict[str, set[str]] = {}
    for name, sector in pairs:
        for alias in _aliases(name):
            by_alias.setdefault(alias, set()).add(sector)
    agreed = {}
    for alias, sectors in by_alias.items():
        if len(sectors) == 1:
            agreed[alias] = sectors.pop()
    return agreed


def _stated_sectors(models: pd.DataFrame) -> set[tuple[str, str]]:
    """Return organisations with the sector that stands in the same place of the other list."""
    known = models.dropna(subset=["organisations", "sectors"])
    organisations = known["organisations"].str.split("|")
    sectors = known["sectors"].str.split("|")
    pairs: set[tuple[str, str]] = set()
    for names, kinds in zip(organisations, sectors, strict=True):
        if len(names) == len(kinds):
            pairs.update(zip(names, kinds, strict=True))
    return pairs


def _aliases(name: str) -> Iterator[str]:
    """Yield the plain forms under which an organisation may be written."""
    plain = plain_text(name)
    yield plain
    bare, *inside = re.split(r"\s*\(([^)]*)\)", name)
    for form in [*bare.split(" / "), *inside[:1]]:
        without_form = _FORMS.sub("", form.strip())
        short = plain_text(without_form)
        if short and short != plain:
            yield short


def relabel(models: pd.DataFrame, tables: Iterable[pd.DataFrame]) -> pd.Series[str]:
    """Return the team types that models have by the sectors of their organisations.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with a column ``organisations``.
    tables : iterable of pandas.DataFrame
        Models whose ``sectors`` are known, from which those of organisations are learnt.

    Returns
    -------
    pandas.Series
        The team type of each, unknown where an organisation is not known.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> models = pd.DataFrame({"organisations": ["Oxford", "Oxford|DeepMind"]})
    >>> known = pd.DataFrame({"organisations": ["Oxford"], "sectors": ["academia"]})
    >>> relabel(models, [known]).tolist()
    ['academia-only', 'unknown']
    """
    sectors = organisation_sectors(tables)

    def team(names: str) -> str:
        known = [_sector(name, sectors) for name in names.split("|")]
        if all(known):
            return team_type(known)
        return UNKNOWN

    teams = models["organisations"].map(team, na_action="ignore")
    return teams.fillna(UNKNOWN).astype("str")


def _sector(organisation: str, sectors: dict[str, str]) -> str:
    """Return the sector of an organisation by the first of its aliases that has one; else ""."""
    for alias in _aliases(organisation):
        if alias in sectors:
            return sectors[alias]
    return ""
