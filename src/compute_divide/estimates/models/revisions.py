"""What changed between two vintages of the models database, model by model."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from compute_divide.estimates.statistics.numbers import COMPUTE, Floats, ratio
from compute_divide.estimates.statistics.shares import wilson_share
from compute_divide.estimates.statistics.teams import TEAM_TYPES
from holdtrue.estimates import Estimate
from holdtrue.periods import Years, years_of

_ARXIV = re.compile(r"arxiv\.org/(?:pdf|abs)/(\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?")

CHANGES = {
    "new rows": "models that the old vintage does not list",
    "removed rows": "models that the new vintage does not list",
    "criteria": (
        "models listed in both that came to meet the criteria of notable models, or ceased to"
    ),
    "labels filled in": "notable models listed in both whose team became known, or ceased to be",
    "dates": "models that moved into the years, or out of them",
    "relabelling": "models counted in both with another team type",
}
"""The causes of a change in the share of a team type between two vintages."""


@dataclass(frozen=True)
class Revision:
    """How the models database was revised from one vintage to another.

    Parameters
    ----------
    old, new : pandas.DataFrame
        The models of the two vintages, as `cd.data.models` returns them.

    Notes
    -----
    Models are matched one to one: by name, then by the title of their paper, then by its link. A
    key counts only if it is unique among the unmatched models of both vintages.

    Examples
    --------
    >>> from compute_divide.sources.models.table import load_models
    >>> revision = Revision(load_models("2022-06"), load_models("2026-08"))
    >>> share = revision.of_compute(10)
    >>> share.k, share.n
    (14, 97)
    """

    old: pd.DataFrame
    new: pd.DataFrame

    @cached_property
    def matches(self) -> pd.DataFrame:
        """The models in both: the labels ``old`` and ``new``, and the key they match ``by``."""
        return match_models(self.old, self.new)

    def of_compute(self, factor: float) -> Estimate:
        """Return the share of models whose training compute differs between the two vintages.

        Parameters
        ----------
        factor : float
            It must differ by more than this factor (at least 1), up or down.

        Returns
        -------
        Estimate
            The share among the models in both whose training compute both know, with its 95% Wilson
            interval.

        Raises
        ------
        KeyError
            If a column is missing.

        Notes
        -----
        The interval is the score interval of Wilson (1927).
        """
        before = self.old.loc[self.matches["old"], COMPUTE].to_numpy(dtype=float)
        after = self.new.loc[self.matches["new"], COMPUTE].to_numpy(dtype=float)
        ratios = after / before
        known = ratios[np.isfinite(ratios) & (ratios > 0)]
        is_revised = np.abs(np.log(known)) > np.log(factor)
        label = f"models whose training compute was revised more than {factor:g}-fold"
        return wilson_share(int(is_revised.sum()), len(known), label)

    def of_model(self, model: str, label: str) -> Estimate:
        """Return by what factor the training compute of one model was lowered.

        Parameters
        ----------
        model : str
            Its name, the same in both vintages.
        label : str
            What is estimated, in a few self-contained words.

        Returns
        -------
        Estimate
            Its training compute in the old vintage over that in the new one, without an interval;
            without a value if either does not know it.

        Examples
        --------
        >>> from compute_divide.sources.models.table import load_models
        >>> revision = Revision(load_models("2022-06"), load_models("2026-08"))
        >>> revision.of_model("AlphaGo Zero", "AlphaGo Zero, old over new").value > 500
        True
        """
        then = self.old.loc[self.old["model"] == model, COMPUTE].max()
        now = self.new.loc[self.new["model"] == model, COMPUTE].max()
        return ratio(then, now, label)

    def of_share(self, team_type: str, period: Years | int) -> pd.DataFrame:
        """Return what moved the share of a team type, with a row for each kind of change.

        The share is among the notable models of some years.

        Parameters
        ----------
        team_type : str
            One of `TEAM_TYPES`.
        period : tuple of int, or int
            First and last year of publication, both included, or a year.

        Returns
        -------
        pandas.DataFrame
            A row for each of `CHANGES`: ``change``, ``models`` (how many it affects) and ``points``
            (its effect on the share, in percentage points). The points add up to the difference of
            the two shares; they are missing if either vintage counts no model.

        Raises
        ------
        ValueError
            If the period is invalid.

        Notes
        -----
        The effect of a change is its mean over all orders in which the changes can be made, the
        value of Shapley (1953).

        Examples
        --------
        >>> from compute_divide.sources.models.table import load_models
        >>> revision = Revision(load_models("2023-03"), load_models("2026-08"))
        >>> changes = revision.of_share("industry-only", 2022)
        >>> changes.loc[changes["points"].idxmin(), "change"]
        'new rows'
        """
        pairs = self._side_by_side(years_of(period))
        kinds = _kinds(pairs)
        before = _cells(pairs, kinds, "old", team_type)
        after = _cells(pairs, kinds, "new", team_type)
        counts = kinds.value_counts()
        models = [int(counts.get(change, 0)) for change in CHANGES]
        points = [100 * effect for effect in _shapley(before, after)]
        return pd.DataFrame({"change": list(CHANGES), "models": models, "points": points})

    def _side_by_side(self, years: Years) -> pd.DataFrame:
        """Return a row for each model that either vintage counts, with what each says about it."""
        places = self.matches[["old", "new"]]
        removed = self.old.index[~self.old.index.isin(places["old"])]
        added = self.new.index[~self.new.index.isin(places["new"])]
        alone = [pd.DataFrame({"old": removed}), pd.DataFrame({"new": added})]
        rows = pd.concat([places, *alone], ignore_index=True)
        for side, models in (("old", self.old), ("new", self.new)):
            counted = _counted(models, years).add_suffix(f"_{side}")
            rows = rows.join(counted, on=side)
            flags = [f"{flag}_{side}" for flag in ("notable", "known", "dated")]
            rows[flags] = rows[flags].fillna(False).astype(bool)
            rows[f"counted_{side}"] = rows[flags].all(axis=1)
        return rows[rows["counted_old"] | rows["counted_new"]]


def _counted(models: pd.DataFrame, years: Years) -> pd.DataFrame:
    """Return whether each model counts (notable, known team, in these years), and its team type."""
    first, last = years
    notable = models["scope"] == "notable"
    known = models["team_type"].isin(TEAM_TYPES)
    dated = models["year"].between(first, last).fillna(False)
    flags = pd.DataFrame({"notable": notable, "known": known, "dated": dated.astype(bool)})
    return flags.assign(team=models["team_type"])


def _kinds(pairs: pd.DataFrame) -> pd.Series[str]:
    """Return the kind of change of each model, one of `CHANGES`; empty if both count it alike."""
    in_both = pairs["counted_old"] & pairs["counted_new"]
    in_one = ~in_both
    other_scope = pairs["notable_old"] != pairs["notable_new"]
    other_knowledge = pairs["known_old"] != pairs["known_new"]
    other_team = pairs["team_old"] != pairs["team_new"]
    tests = {
        "new rows": pairs["old"].isna(),
        "removed rows": pairs["new"].isna(),
        "criteria": in_one & other_scope,
        "labels filled in": in_one & other_knowledge,
        "dates": in_one,
        "relabelling": in_both & other_team,
    }
    kinds = np.select(list(tests.values()), list(tests), "")
    return pd.Series(kinds, index=pairs.index, dtype="str")


def _cells(pairs: pd.DataFrame, kinds: pd.Series[str], side: str, team_type: str) -> Floats:
    """Return count and total for each kind of change, as one vintage counts them.

    The models without change come first.
    """
    counted = pairs[f"counted_{side}"]
    is_of_team = pairs[f"team_{side}"] == team_type
    hits = counted & is_of_team
    rows = []
    for kind in ("", *CHANGES):
        is_kind = kinds == kind
        rows.append([hits[is_kind].sum(), counted[is_kind].sum()])
    return np.array(rows, dtype=float)


def _shapley(before: Floats, after: Floats) -> list[float]:
    """Return the mean effect of each change on the share, over all orders of the changes."""
    size = len(before) - 1
    shares = _shares_of_selections(before, after)
    if np.isnan(shares[[0, -1]]).any():
        return [np.nan] * size
    # A selection without models has no share of its own: it keeps that of the old vintage.
    filled = np.where(np.isnan(shares), shares[0], shares).tolist()
    bits = [1 << place for place in reversed(range(size))]
    return [_mean_effect(filled, bit, size) for bit in bits]


def _shares_of_selections(before: Floats, after: Floats) -> Floats:
    """Return the share under every selection of changes; its binary number is its place."""
    size = len(before) - 1
    selections = list(itertools.product([False, True], repeat=size))
    unchanged = np.zeros(len(selections), dtype=bool)
    is_applied = np.column_stack([unchanged, np.array(selections)])
    cells = np.where(is_applied[:, :, np.newaxis], after, before)
    sums = cells.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums[:, 0] / sums[:, 1])


def _mean_effect(shares: list[float], bit: int, size: int) -> float:
    """Return the mean effect of a change, by its bit, over all orders."""
    effect = 0.0
    for place, share in enumerate(shares):
        if place & bit:
            continue
        # In 1 / (size * comb) of all orders exactly the changes of a place come before this one.
        orders = size * math.comb(size - 1, place.bit_count())
        effect += (shares[place | bit] - share) / orders
    return effect


def match_models(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Match the models of two vintages one to one: by name, then by title, then by link.

    A key counts only if it is unique among the unmatched models on either side, so that models of
    one paper stay apart.
    """
    left = _keys(old)
    right = _keys(new)
    parts = []
    for by in left.columns:
        keys = _unique(left[by], "old")
        pairs = keys.merge(_unique(right[by], "new"), on="key")
        parts.append(pairs.assign(by=by))
        left = left.drop(pairs["old"])
        right = right.drop(pairs["new"])
    matches = pd.concat(parts)[["old", "new", "by"]]
    order = pd.Series(range(len(old)), index=old.index)
    return matches.sort_values("old", key=lambda labels: labels.map(order), ignore_index=True)


def _keys(models: pd.DataFrame) -> pd.DataFrame:
    """Return the keys of each model, the most reliable first; missing if it has none."""
    name = models["model"].map(plain_text, na_action="ignore")
    title = models["reference"].map(plain_text, na_action="ignore")
    link = models["link"].map(_plain_link, na_action="ignore")
    keys = pd.DataFrame({"name": name, "title": title, "link": link}, index=models.index)
    return keys.replace("", None)


def _unique(keys: pd.Series[str], side: str) -> pd.DataFrame:
    """Return the keys that occur once, with the row they belong to."""
    once = keys.dropna().drop_duplicates(keep=False)
    return pd.DataFrame({"key": once.to_numpy(), side: once.index})


def _plain_link(link: str) -> str:
    """Return a link without the parts that vary: scheme, ``www``, version of a preprint."""
    address = link.strip().casefold()
    bare = re.sub(r"^https?://(www\.)?", "", address).rstrip("/")
    preprint = _ARXIV.search(bare)
    if preprint:
        return f"arxiv {preprint[1]}"
    return bare


def plain_text(text: str) -> str:
    """Return the letters and digits of a text, of any alphabet and without case."""
    return re.sub(r"[\W_]", "", text.casefold())
