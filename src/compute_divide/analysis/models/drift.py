"""How one and the same year reads in one vintage after another, and what made the difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from compute_divide.analysis.models.matching import match_models
from compute_divide.analysis.statistics.estimate import Estimate
from compute_divide.analysis.statistics.records import COMPUTE
from compute_divide.analysis.statistics.shares import TEAM_TYPES, known_teams, shares_by, team_share, wilson_share
from compute_divide.evidence.parameters import last_whole_year

STEPS = (
    "as first read",
    "models that stayed, old labels",
    "the same models, new labels",
    "with the models added since",
)
"""The readings that lead from the old share to the new one; the differences are removal, relabelling, addition."""


def readings(
    vintages: Mapping[str, pd.DataFrame], years: Iterable[int], team_types: Iterable[str] = TEAM_TYPES
) -> pd.DataFrame:
    """Return the share of team types in some years, as each vintage tells it.

    Parameters
    ----------
    vintages : mapping of str to pandas.DataFrame
        Models of each vintage, whatever filter is wanted already applied.
    years : iterable of int
        Years of publication. A year is read only by the vintages taken after its end: a part year is not a reading.
    team_types : iterable of str
        The team types to report.

    Returns
    -------
    pandas.DataFrame
        ``year``, ``vintage``, then as `compute_divide.analysis.statistics.shares.shares_by`.

    Examples
    --------
    >>> models = pd.DataFrame({"year": [2022, 2023], "team_type": ["industry-only", "other"]})
    >>> readings({"2023-03": models, "2022-06": models}, [2022], ["industry-only"])["vintage"].tolist()
    ['2023-03']
    """
    wanted = set(years)
    parts = []
    for vintage, models in vintages.items():
        whole = models[models["year"].isin([year for year in wanted if year <= last_whole_year(vintage)])]
        parts.append(shares_by(whole.assign(vintage=vintage), ["year", "vintage"], team_types))
    return pd.concat(parts, ignore_index=True).sort_values(["year", "vintage"], kind="stable", ignore_index=True)


def revised_share(
    old: pd.DataFrame, new: pd.DataFrame, factor: float, value: str = COMPUTE, what: str = "training compute"
) -> Estimate:
    """Return the share of models whose value changed by more than a factor between two vintages.

    Parameters
    ----------
    old, new : pandas.DataFrame
        Models of both vintages; only those with a positive value in both are counted.
    factor : float
        More than 1.
    value, what : str
        Column of the value, and its name in the label.

    Examples
    --------
    >>> old = pd.DataFrame({"model": ["a", "b"], "reference": None, "link": None, COMPUTE: [1e20, 1e20]})
    >>> revised_share(old, old.assign(**{COMPUTE: [1e20, 5e20]}), 2).value
    0.5
    """
    if factor <= 1:
        raise ValueError(f"a revision is by a factor above 1, not {factor}")
    matches = match_models(old, new)
    ratio = new.loc[matches["new"], value].to_numpy(dtype=float) / old.loc[matches["old"], value].to_numpy(dtype=float)
    known = ratio[np.isfinite(ratio) & (ratio > 0)]
    changed = np.abs(np.log(known)) > np.log(factor)
    return wilson_share(int(changed.sum()), len(known), f"models whose {what} was revised more than {factor:g}-fold")


@dataclass(frozen=True, slots=True)
class Drift:
    """What happened to one year between two vintages.

    Parameters
    ----------
    steps : pandas.DataFrame
        One row for each of `STEPS`: ``step``, ``k``, ``n``, ``share``, ``low``, ``high``.
    stayed, relabelled, left, joined : int
        Models of the year in both vintages; of these, with another team type now; in the old vintage alone (removed, or
        now dated to another year, or now without a label); in the new vintage alone (added, or dated to another year
        before).
    moved_out, moved_in : int
        Of those that left and joined, how many the other vintage has under another year.
    """

    steps: pd.DataFrame
    stayed: int
    relabelled: int
    left: int
    joined: int
    moved_out: int
    moved_in: int


def drift(old: pd.DataFrame, new: pd.DataFrame, year: int, team_type: str) -> Drift:
    """Take apart how the share of a team type in a year changed between two vintages.

    Models are matched across the vintages (`matching.match_models`). Then the share is read
    four times: in the old vintage; over the models that stayed, with their old labels; over the same, with their new
    labels; in the new vintage. The first difference is the effect of removal, the second of relabelling, the third of
    addition.

    Parameters
    ----------
    old, new : pandas.DataFrame
        All models of both vintages; rows without a team type take part in no reading.
    year : int
        Year of publication.
    team_type : str
        The team type whose share is read.

    Examples
    --------
    >>> old = pd.DataFrame({"model": ["a", "b"], "reference": None, "link": None, "year": 2022,
    ...                     "team_type": ["industry-only", "industry-only"]})
    >>> new = pd.DataFrame({"model": ["a", "c"], "reference": None, "link": None, "year": 2022,
    ...                     "team_type": ["collaboration", "academia-only"]})
    >>> result = drift(old, new, 2022, "industry-only")
    >>> result.steps["share"].tolist(), result.relabelled, result.left, result.joined
    ([1.0, 1.0, 0.0, 0.0], 1, 1, 1)
    """
    then, now = (known_teams(models[models["year"] == year]) for models in (old, new))
    matches = match_models(old, new)
    both = matches[matches["old"].isin(then.index) & matches["new"].isin(now.index)]
    stayed_then, stayed_now = then.loc[both["old"]], now.loc[both["new"]]
    estimates = [
        team_share(rows, team_type, step)
        for rows, step in zip((then, stayed_then, stayed_now, now), STEPS, strict=True)
    ]
    steps = pd.DataFrame(
        [{"step": e.label, "k": e.k, "n": e.n, "share": e.value, "low": e.low, "high": e.high} for e in estimates]
    ).astype({"share": float, "low": float, "high": float})
    out = matches[matches["old"].isin(then.index.difference(pd.Index(both["old"])))]
    into = matches[matches["new"].isin(now.index.difference(pd.Index(both["new"])))]
    return Drift(
        steps=steps,
        stayed=len(both),
        relabelled=int((stayed_then["team_type"].to_numpy() != stayed_now["team_type"].to_numpy()).sum()),
        left=len(then) - len(both),
        joined=len(now) - len(both),
        moved_out=int((new.loc[out["new"], "year"] != year).fillna(False).sum()),
        moved_in=int((old.loc[into["old"], "year"] != year).fillna(False).sum()),
    )
