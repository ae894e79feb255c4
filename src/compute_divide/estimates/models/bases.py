"""Models that are built on others, and who made those."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from compute_divide.estimates.statistics.teams import JOINT, UNKNOWN


def with_bases(models: pd.DataFrame, lookup: pd.DataFrame) -> pd.DataFrame:
    """Return the models that name the models they are built on, with the makers of these.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with ``model`` and ``base_model``, several bases joined by ``|``.
    lookup : pandas.DataFrame
        The models among which bases are looked up, with ``model``, ``base_model``, ``team_type``
        and ``team_checked`` (see `with_records`); if one is listed twice the first row counts.

    Returns
    -------
    pandas.DataFrame
        The models that name a base, with ``base_team``: the team type that all its bases in the
        lookup share, ``collaboration`` if they differ, ``unknown`` if none is listed.
        ``origin_team`` is the same for the bases at the end of the chain, which name no base
        themselves, are not listed, or lead back. ``bases_checked`` is whether a source other than
        the database confirms the makers of the bases in the lookup.

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
    """Return the team type that the known bases share."""
    known = {teams.get(name, UNKNOWN) for name in bases.split("|")}
    known.discard(UNKNOWN)
    if not known:
        return UNKNOWN
    if len(known) == 1:
        return known.pop()
    return JOINT


def with_origins(models: pd.DataFrame, lookup: pd.DataFrame) -> pd.DataFrame:
    """Return models with each base replaced by the end of its chain.

    The last model names no base, is not listed, or leads back.
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
    """Return the ends of the chains of a model's bases."""
    ends: list[str] = []
    for base in bases.split("|"):
        ends += _chain_ends(base, (model,), stated)
    return "|".join(dict.fromkeys(ends))


def _chain_ends(name: str, passed: tuple[str, ...], stated: Mapping[str, str]) -> list[str]:
    """Return the ends of the chains that begin with a model, without circular ones."""
    ends: list[str] = []
    for base in stated.get(name, "").split("|"):
        if base and base not in passed:
            ends += _chain_ends(base, (*passed, name), stated)
    return ends or [name]
