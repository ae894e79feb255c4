"""Models that are built on others: whose they are."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from compute_divide.analysis.statistics.teams import UNKNOWN


def with_bases(models: pd.DataFrame, lookup: pd.DataFrame) -> pd.DataFrame:
    """Return the models that say on which others they are built, with whose these are.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with ``model`` and ``base_model``, several bases joined by ``|``.
    lookup : pandas.DataFrame
        Models in which bases are looked up, with ``model``, ``base_model``, ``team_type`` and
        ``team_checked`` (see `with_records`); of one that is listed twice the first row counts.

    Returns
    -------
    pandas.DataFrame
        Those that name a base, with ``base_team``: the team type that all its bases in the lookup
        share, ``collaboration`` where they differ, ``unknown`` where none is listed.
        ``origin_team`` is the same of the bases at the end of the chain, that is of those that name
        no base themselves, are not listed, or lead back. ``bases_checked`` is whether anything but
        the database says who made those of its bases that are in the lookup.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> models = pd.DataFrame({"model": ["Starling", "OpenChat", "Llama"]})
    >>> models["base_model"] = ["OpenChat", "Llama", None]
    >>> models["team_type"] = ["academia-only", "academia-only", "industry-only"]
    >>> models["team_checked"] = [False, True, False]
    >>> based = with_bases(models, models)
    >>> based[["base_team", "origin_team", "bases_checked"]].values.tolist()
    [['academia-only', 'industry-only', True], ['industry-only', 'industry-only', False]]
    """
    listed = lookup.drop_duplicates("model")
    teams = dict(zip(listed["model"], listed["team_type"], strict=True))
    based = models[models["base_model"].notna()]
    with_ends = with_origins(based, lookup)
    bases = based["base_model"].tolist()
    origins = with_ends["base_model"].tolist()
    base_team = [_common_team(names, teams) for names in bases]
    origin_team = [_common_team(names, teams) for names in origins]
    seen = dict(zip(listed["model"], listed["team_checked"], strict=True))
    checked = [all(bool(seen.get(name, True)) for name in names.split("|")) for names in bases]
    return based.assign(base_team=base_team, origin_team=origin_team, bases_checked=checked)


def _common_team(bases: str, teams: Mapping[str, str]) -> str:
    """Return the team type that bases share, as far as it is known."""
    known = {teams.get(name, UNKNOWN) for name in bases.split("|")}
    known.discard(UNKNOWN)
    if not known:
        return UNKNOWN
    if len(known) == 1:
        return known.pop()
    return "collaboration"


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
