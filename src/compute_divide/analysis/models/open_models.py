"""Pre-trained models that papers name, and models that are built on others: whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.papers.papers import covered, having, matched, model_names
from compute_divide.analysis.statistics.association import Association, association
from compute_divide.analysis.statistics.estimates import (
    ACADEMIA,
    INDUSTRY,
    UNKNOWN,
    in_years,
    known_teams,
)

FLAGS: dict[str, tuple[list[str], list[str]]] = {
    "names_any": ([], []),
    "names_industry": ([INDUSTRY], []),
    "names_open": ([INDUSTRY], ["open"]),
    "names_hosted": ([INDUSTRY], ["hosted"]),
    "names_academia": ([ACADEMIA], []),
}
"""Columns that `with_naming` adds: the makers' team types and the access of models that count.

All count where a list is empty.
"""


def choose(
    papers: pd.DataFrame,
    venues: Sequence[str],
    texts: Sequence[str],
    years: tuple[int, int],
    minimum_coverage: float,
) -> pd.DataFrame:
    """Return the papers of some conferences and years with a known team type and some texts.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with ``team_type``, from `with_teams`.
    venues : sequence of str
        The conferences.
    texts : sequence of str
        The texts that a paper must have, see `having`.
    years : tuple of int
        First and last year.
    minimum_coverage : float
        The least share (0 to 1) of the papers of a conference in a year whose team type must be
        known, see `covered`.

    Returns
    -------
    pandas.DataFrame
        These papers.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> papers = pd.DataFrame({"venue": ["icml"] * 2, "year": [2023, 2024], "team_type": "other"})
    >>> len(choose(papers, ["icml"], ["title"], (2024, 2024), 0.85))
    1
    """
    in_venues = papers["venue"].isin(list(venues))
    of_venues = covered(papers[in_venues], minimum_coverage)
    of_years = in_years(of_venues, years)
    return known_teams(having(of_years, texts))


def with_naming(papers: pd.DataFrame, texts: Sequence[str]) -> pd.DataFrame:
    """Return papers with what they name of the pre-trained models that are looked for.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with the models that their texts name, in columns such as ``title_models``.
    texts : sequence of str
        Where names are looked for: ``"title"``, ``"keywords"``, ``"abstract"``.

    Returns
    -------
    pandas.DataFrame
        The papers with a column of true and false each: whether they name a model at all
        (``names_any``), one that industry alone made (``names_industry``), one of these to download
        (``names_open``) or behind a service (``names_hosted``), one that academia alone made
        (``names_academia``).

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> papers = with_naming(pd.DataFrame({"title_models": ["gpt-3", None]}), ["title"])
    >>> papers["names_hosted"].tolist(), papers["names_open"].tolist()
    ([True, False], [False, False])
    """
    flags = {}
    for flag, (teams, access) in FLAGS.items():
        names = model_names(teams=teams, access=access)
        flags[flag] = matched(papers, names, texts, "models")
    return papers.assign(**flags)


def two_sides(papers: pd.DataFrame) -> pd.DataFrame:
    """Return the papers of academia alone and those with a company author, without all others.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with ``team_type``, from `with_teams`.

    Returns
    -------
    pandas.DataFrame
        These papers with a column ``academic``: whether they are of academia alone.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> papers = pd.DataFrame({"team_type": ["academia-only", "collaboration", "other"]})
    >>> two_sides(papers)["academic"].tolist()
    [True, False]
    """
    is_side = papers["team_type"].isin([ACADEMIA, "collaboration", INDUSTRY])
    sides = papers[is_side]
    return sides.assign(academic=sides["team_type"] == ACADEMIA)


def late_over_early(
    papers: pd.DataFrame, outcome: str, early: tuple[int, int], late: tuple[int, int], label: str
) -> Association:
    """Return how many times as high the odds of an outcome are in late years as in early ones.

    Papers are compared within a conference.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with ``venue``, ``year`` and the outcome.
    outcome : str
        A column of true and false.
    early, late : tuple of int
        First and last year of the two periods; a year of both counts as late.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Association
        The odds ratio, pooled over conferences, and the counts of those that have papers in both
        periods; see `association`.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    The estimator of Mantel and Haenszel (1959), see `association`.

    Examples
    --------
    >>> papers = pd.DataFrame({"venue": "acl", "year": [2020] * 4 + [2024] * 4})
    >>> papers["named"] = [True, False, False, False, True, True, True, False]
    >>> change = late_over_early(papers, "named", (2019, 2022), (2023, 2025), "odds of naming")
    >>> round(change.odds_ratio.value), len(change.strata)
    (9, 1)
    """
    rows = papers[["venue", "year", outcome]]
    years = rows["year"]
    is_late = years.between(*late).astype(bool)
    is_early = years.between(*early).astype(bool)
    compared = rows.assign(late=is_late)[is_late | is_early]
    return association(compared, "late", outcome, ["venue"], label)


# --- base models ---


def with_bases(models: pd.DataFrame, lookup: pd.DataFrame) -> pd.DataFrame:
    """Return the models that say on which others they are built, with whose these are.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with ``model`` and ``base_model``, several bases joined by ``|``.
    lookup : pandas.DataFrame
        Models in which bases are looked up, with ``model``, ``base_model`` and ``team_type``; of
        one that is listed twice the first row counts.

    Returns
    -------
    pandas.DataFrame
        Those that name a base, with ``base_team``: the team type that all its bases in the lookup
        share, ``collaboration`` where they differ, ``unknown`` where none is listed.
        ``origin_team`` is the same of the bases at the end of the chain, that is of those that name
        no base themselves, are not listed, or lead back.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> models = pd.DataFrame({"model": ["Starling", "OpenChat", "Llama"]})
    >>> models["base_model"] = ["OpenChat", "Llama", None]
    >>> models["team_type"] = ["academia-only", "academia-only", "industry-only"]
    >>> with_bases(models, models)[["base_team", "origin_team"]].values.tolist()
    [['academia-only', 'industry-only'], ['industry-only', 'industry-only']]
    """
    listed = lookup.drop_duplicates("model")
    teams = dict(zip(listed["model"], listed["team_type"], strict=True))
    based = models[models["base_model"].notna()]
    with_ends = with_origins(based, lookup)
    bases = based["base_model"].tolist()
    origins = with_ends["base_model"].tolist()
    base_team = [_common_team(names, teams) for names in bases]
    origin_team = [_common_team(names, teams) for names in origins]
    return based.assign(base_team=base_team, origin_team=origin_team)


def _common_team(bases: str, teams: Mapping[str, str]) -> str:
    """Return the team type that bases share, as far as it is known."""
    known = {teams.get(name, UNKNOWN) for name in bases.split("|")}
    known.discard(UNKNOWN)
    if not known:
        return UNKNOWN
    return known.pop() if len(known) == 1 else "collaboration"


def with_origins(models: pd.DataFrame, lookup: pd.DataFrame) -> pd.DataFrame:
    """Return models with each base replaced by the end of its chain.

    The end names no base, is not listed, or leads back.
    """
    listed = lookup.dropna(subset=["base_model"]).drop_duplicates("model")
    stated = dict(zip(listed["model"], listed["base_model"], strict=True))
    has_base = models["base_model"].notna()
    based = models[has_base]
    if based.empty:
        return models
    origins = []
    for model, bases in zip(based["model"], based["base_model"], strict=True):
        origins.append(_origins(model, bases, stated))
    replacement = pd.Series(origins, based.index)
    base_model = models["base_model"].mask(has_base, replacement)
    return models.assign(base_model=base_model)


def _origins(model: str, bases: str, stated: Mapping[str, str]) -> str:
    """Return the ends of the chains of the bases of a model."""
    ends: list[str] = []
    for base in bases.split("|"):
        ends += _chain_ends(base, (model,), stated)
    return "|".join(dict.fromkeys(ends))


def _chain_ends(name: str, passed: tuple[str, ...], stated: Mapping[str, str]) -> list[str]:
    """Return the ends of the chains that begin with a model, without those that lead back."""
    ends: list[str] = []
    for base in stated.get(name, "").split("|"):
        if base and base not in passed:
            ends += _chain_ends(base, (*passed, name), stated)
    return ends or [name]


def expected_share(based: pd.DataFrame, lookup: pd.DataFrame, base: str, label: str) -> Estimate:
    """Return how often bases would be of a team type if each were picked blindly.

    Each is picked among the models of its year.

    Parameters
    ----------
    based : pandas.DataFrame
        Models with ``base_model``, several bases joined by ``|``.
    lookup : pandas.DataFrame
        The models that can be picked, with ``model``, ``year`` and ``team_type``.
    base : str
        The team type, one of `TEAM_TYPES`.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The mean over all bases of the share of this team type in the year of the base. ``n`` counts
        the bases that are listed with a year. Without an interval: the list is taken as it is.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> rows = {"model": ["A", "B"], "year": 2023, "team_type": ["academia-only", "industry-only"]}
    >>> based = pd.DataFrame({"base_model": ["B"]})
    >>> expected_share(based, pd.DataFrame(rows), "industry-only", "a blind choice").value
    0.5
    """
    known = known_teams(lookup).dropna(subset=["year"])
    is_of_type = known["team_type"] == base
    share_of_year = is_of_type.groupby(known["year"]).mean()
    listed = lookup.drop_duplicates("model")
    year_of_model = listed.set_index("model")["year"]
    bases = based["base_model"].str.split("|").explode()
    years = bases.map(year_of_model)
    shares = years.map(share_of_year).dropna()
    n = len(shares)
    mean = float(shares.mean()) if n else None
    return Estimate(mean, n=n, label=label, unit="share")
