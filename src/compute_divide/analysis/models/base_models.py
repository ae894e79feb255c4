"""Which models build on which: the team type of the base of each model of the database that names one."""

from __future__ import annotations

import pandas as pd

from compute_divide.analysis.statistics.estimate import Estimate
from compute_divide.analysis.statistics.shares import TEAM_TYPES, UNKNOWN, wilson_share


def with_bases(models: pd.DataFrame, lookup: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the models that name a base model, with the team type of the base.

    Parameters
    ----------
    models : pandas.DataFrame
        A models table; ``base_model`` holds names joined by ``|``.
    lookup : pandas.DataFrame, optional
        The models table in which bases are looked up by name; `models` by default.

    Returns
    -------
    pandas.DataFrame
        The rows of models with a base, and ``base_team``: the team type that all known bases share, ``collaboration``
        where they differ, ``unknown`` where no base is in the table.

    Examples
    --------
    >>> teams = ["industry-only", "academia-only"]
    >>> rows = pd.DataFrame({"model": ["A", "B"], "team_type": teams, "base_model": [None, "A"]})
    >>> with_bases(rows)["base_team"].tolist()
    ['industry-only']
    """
    teams = (models if lookup is None else lookup).drop_duplicates("model").set_index("model")["team_type"].to_dict()
    based = models[models["base_model"].notna()]
    return based.assign(
        base_team=[_common({teams.get(name) for name in cell.split("|")}) for cell in based["base_model"]]
    )


def _common(teams: set[str | None]) -> str:
    known = {team for team in teams if team is not None and team != UNKNOWN}
    if not known:
        return UNKNOWN
    return known.pop() if len(known) == 1 else "collaboration"


def base_share(based: pd.DataFrame, team: str, base: str, label: str) -> Estimate:
    """Return the share of a team type's models that build on a base of a team type, among those whose base is known.

    Parameters
    ----------
    based : pandas.DataFrame
        From `with_bases`.
    team, base : str
        Team types of the model and of its base.
    label : str
        What is estimated.
    """
    rows = based[(based["team_type"] == team) & based["base_team"].isin(TEAM_TYPES)]
    return wilson_share(int((rows["base_team"] == base).sum()), len(rows), label)


def base_counts(based: pd.DataFrame) -> pd.DataFrame:
    """Return how many models of each team type build on each kind of base: ``team_type``, ``base_team``, ``models``."""
    known = based[based["team_type"].isin(TEAM_TYPES)]
    return known.groupby(["team_type", "base_team"]).size().reset_index(name="models")
