"""Models that are built on others: whose they are."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.statistics.estimates import UNKNOWN, known_teams
from compute_divide.evidence.models.makers import load_makers


def with_makers(models: pd.DataFrame) -> pd.DataFrame:
    """Return models with the team types that the table of makers gives, where it lists them.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with ``model`` and ``team_type``.

    Returns
    -------
    pandas.DataFrame
        The same. A model whose makers are of other sectors keeps its team type, since how these
        count is a choice of its own.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> models = pd.DataFrame({"model": ["GPT-3 13B", "BERT-Large"], "team_type": "industry-only"})
    >>> with_makers(models)["team_type"].tolist()
    ['collaboration', 'industry-only']
    """
    makers = load_makers().dropna(subset=["listed_as"])
    decided = makers[makers["team_type"] != "other"]
    listed = decided.assign(listed_as=decided["listed_as"].str.split("|")).explode("listed_as")
    teams = models["model"].map(listed.set_index("listed_as")["team_type"])
    return models.assign(team_type=teams.fillna(models["team_type"]))


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


def expected_share(
    based: pd.DataFrame,
    lookup: pd.DataFrame,
    pool: pd.DataFrame,
    base: str,
    label: str,
) -> Estimate:
    """Return how often bases would be of a team type if each were picked blindly.

    Each is picked among the models of its year.

    Parameters
    ----------
    based : pandas.DataFrame
        Models with ``base_model``, several bases joined by ``|``.
    lookup : pandas.DataFrame
        The models in which the years of the bases are looked up, with ``model`` and ``year``.
    pool : pandas.DataFrame
        The models that can be picked, with ``year`` and ``team_type``.
    base : str
        The team type, one of `TEAM_TYPES`.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The mean over all bases of the share of this team type in the pool in the year of the base.
        ``n`` counts the bases that are listed with a year in which something can be picked. Without
        an interval: the list is taken as it is.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> rows = {"model": ["A", "B"], "year": 2023, "team_type": ["academia-only", "industry-only"]}
    >>> models = pd.DataFrame(rows)
    >>> based = pd.DataFrame({"base_model": ["B"]})
    >>> expected_share(based, models, models, "industry-only", "a blind choice").value
    0.5
    """
    known = known_teams(pool).dropna(subset=["year"])
    is_of_type = known["team_type"] == base
    share_of_year = is_of_type.groupby(known["year"]).mean()
    year_of_model = lookup.drop_duplicates("model").set_index("model")["year"]
    bases = based["base_model"].str.split("|").explode()
    shares = bases.map(year_of_model).map(share_of_year).dropna()
    n = len(shares)
    mean = float(shares.mean()) if n else None
    return Estimate(mean, n=n, label=label, unit="share")
