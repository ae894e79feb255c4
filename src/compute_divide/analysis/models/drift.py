"""What the models database holds, vintage by vintage: what is known, what was revised, how one year reads in each."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.chapter.periods import Years, years_of
from compute_divide.analysis.statistics.estimates import (
    COMPUTE,
    TEAM_TYPES,
    UNKNOWN,
    Floats,
    known_share,
    wilson_share,
)
from compute_divide.evidence.store.raw_csv import team_type

_ARXIV = re.compile(r"arxiv\.org/(?:pdf|abs)/(\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?")
_FORMS = re.compile(r",?\s+(inc|ltd|llc|corp|corporation|group)\.?$", re.IGNORECASE)


def known_by_year(models: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return for which share of each year's models a column is known, with its Wilson interval."""
    rows = [
        {"year": year, **known_share(own, column, "").row()} for year, own in models.groupby("year")
    ]
    return pd.DataFrame(rows, columns=["year", "share", "low", "high", "k", "n"])


def revised_share(old: pd.DataFrame, new: pd.DataFrame, factor: float) -> Estimate:
    """Return the share of models whose training compute changed by more than a factor between two vintages.

    Parameters
    ----------
    old, new : pandas.DataFrame
        The models of the two, as `load_models` returns them.
    factor : float
        By more than how many times, up or down, at least 1.

    Returns
    -------
    Estimate
        The share among those that are in both, matched by `match_models`, and whose training
        compute both know, with its 95% Wilson interval.

    Examples
    --------
    >>> from compute_divide.evidence.models.table import load_models
    >>> share = revised_share(load_models("2022-06"), load_models("2026-08"), 10)
    >>> share.k, share.n
    (14, 97)
    """
    matches = match_models(old, new)
    after, before = (
        table.loc[matches[side], COMPUTE].to_numpy(dtype=float)
        for table, side in ((new, "new"), (old, "old"))
    )
    known = (after / before)[np.isfinite(after / before) & (after / before > 0)]
    changed = np.abs(np.log(known)) > np.log(factor)
    label = f"models whose training compute was revised more than {factor:g}-fold"
    return wilson_share(int(changed.sum()), len(known), label)


CHANGES = {
    "new rows": "models that the old vintage does not list",
    "removed rows": "models that the new vintage does not list",
    "criteria": "models listed in both that came to meet the criteria of notable models, or ceased to",
    "labels filled in": "notable models listed in both whose team became known, or ceased to be",
    "dates": "models that moved into the years, or out of them",
    "relabelling": "models counted in both with another team type",
}
"""What can move the share of a team type between two vintages."""


def share_changes(
    old: pd.DataFrame, new: pd.DataFrame, period: Years | int, team_type: str
) -> pd.DataFrame:
    """Take apart how the share of a team type among the notable models of some years changed between two vintages.

    Parameters
    ----------
    old, new : pandas.DataFrame
        The models of the two, as `load_models` returns them.
    period : tuple of int, or int
        First and last year of publication, both included, or a year.
    team_type : str
        One of `TEAM_TYPES`.

    Returns
    -------
    pandas.DataFrame
        A row for each of `CHANGES`: ``change``, ``models`` (how many it touches) and ``points`` (what it did to the
        share, in percentage points). The points add up to the difference of the two shares; they are missing where
        either vintage counts no model.

    Raises
    ------
    ValueError
        If the period is none.

    Notes
    -----
    What a change did is its mean over all orders in which the changes can be made, the value of Shapley (1953). Models
    are matched by `match_models`.

    Examples
    --------
    >>> from compute_divide.evidence.models.table import load_models
    >>> told = share_changes(load_models("2023-03"), load_models("2026-08"), 2022, "industry-only")
    >>> told.loc[told["points"].idxmin(), "change"]
    'new rows'
    """
    first, last = years_of(period)
    was, now = (_counted(models, first, last) for models in (old, new))
    pairs = _side_by_side(old, new, was, now)
    kinds = _kinds(pairs)
    before, after = (_cells(pairs, kinds, side, team_type) for side in ("old", "new"))
    effects = _shapley(before, after)
    counts = kinds.value_counts()
    return pd.DataFrame(
        {"change": change, "models": int(counts.get(change, 0)), "points": 100 * effect}
        for change, effect in zip(CHANGES, effects, strict=True)
    )


def _counted(models: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Return whether each model is notable, of a known team, of the years, and the team type."""
    return pd.DataFrame(
        {
            "notable": models["scope"] == "notable",
            "known": models["team_type"].isin(TEAM_TYPES),
            "dated": models["year"].between(first, last).fillna(False).astype(bool),
            "team": models["team_type"],
        }
    )


def _side_by_side(
    old: pd.DataFrame, new: pd.DataFrame, was: pd.DataFrame, now: pd.DataFrame
) -> pd.DataFrame:
    """Return one row a model that either vintage counts, with what each says of it."""
    places = match_models(old, new)[["old", "new"]]
    alone = [
        pd.DataFrame({side: models.index[~models.index.isin(places[side])]})
        for side, models in (("old", old), ("new", new))
    ]
    every = pd.concat([places, *alone], ignore_index=True)
    rows = every.join(was.add_suffix("_old"), on="old").join(now.add_suffix("_new"), on="new")
    for side in ("old", "new"):
        flags = [f"{flag}_{side}" for flag in ("notable", "known", "dated")]
        rows[flags] = rows[flags].fillna(False).astype(bool)
        rows[f"counted_{side}"] = rows[flags].all(axis=1)
    return rows[rows["counted_old"] | rows["counted_new"]]


def _kinds(pairs: pd.DataFrame) -> pd.Series[str]:
    """Return which of `CHANGES` each model is an instance of; empty for one that is counted alike in both vintages."""
    both = pairs["counted_old"] & pairs["counted_new"]
    tests = {
        "new rows": pairs["old"].isna(),
        "removed rows": pairs["new"].isna(),
        "criteria": ~both & (pairs["notable_old"] != pairs["notable_new"]),
        "labels filled in": ~both & (pairs["known_old"] != pairs["known_new"]),
        "dates": ~both,
        "relabelling": both & (pairs["team_old"] != pairs["team_new"]),
    }
    return pd.Series(
        np.select(list(tests.values()), list(tests), ""), index=pairs.index, dtype="str"
    )


def _cells(pairs: pd.DataFrame, kinds: pd.Series[str], side: str, team_type: str) -> Floats:
    """Return count and total of each kind of change as one vintage counts them; of the models without change first."""
    counted = pairs[f"counted_{side}"]
    hits = counted & (pairs[f"team_{side}"] == team_type)
    return np.array(
        [[hits[kinds == kind].sum(), counted[kinds == kind].sum()] for kind in ("", *CHANGES)],
        dtype=float,
    )


def _shapley(before: Floats, after: Floats) -> list[float]:
    """Return the mean effect of each change on the share, over all orders in which they can be made."""
    size = len(before) - 1
    made = np.array(list(itertools.product([False, True], repeat=size)))
    applied = np.column_stack([np.zeros(len(made), dtype=bool), made])
    sums = np.where(applied[:, :, None], after, before).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = sums[:, 0] / sums[:, 1]
    if np.isnan(shares[[0, -1]]).any():
        return [np.nan] * size
    # A selection that counts no model has no share of its own: it keeps that of the old vintage.
    shares = np.where(np.isnan(shares), shares[0], shares)
    places = made @ (1 << np.arange(size)[::-1])
    value = dict(zip(places.tolist(), shares.tolist(), strict=True))
    effects = []
    for one in range(size):
        bit = 1 << (size - 1 - one)
        others = [place for place in value if not place & bit]
        # In 1 / (size * comb) of all orders just the changes of a place come before this one.
        orders = {place: size * math.comb(size - 1, place.bit_count()) for place in others}
        effects.append(sum((value[place | bit] - value[place]) / orders[place] for place in others))
    return effects


def match_models(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Match the models of two vintages one to one: by name, then by title of the paper, then by link.

    A key counts only where it is unique among the unmatched on either side, so that models of one paper stay apart.
    """
    left, right = _keys(old), _keys(new)
    found = []
    for by in left.columns:
        pairs = _unique(left[by], "old").merge(_unique(right[by], "new"), on="key").assign(by=by)
        found.append(pairs)
        left, right = left.drop(pairs["old"]), right.drop(pairs["new"])
    matches = pd.concat(found)[["old", "new", "by"]]
    order = pd.Series(range(len(old)), index=old.index)
    return matches.sort_values("old", key=lambda labels: labels.map(order), ignore_index=True)


def _keys(models: pd.DataFrame) -> pd.DataFrame:
    """Return the keys of each model, the surest first; missing where there is nothing to compare."""
    columns = {
        "name": ("model", _plain),
        "title": ("reference", _plain),
        "link": ("link", _plain_link),
    }
    keys = {
        by: models[column].map(make, na_action="ignore") for by, (column, make) in columns.items()
    }
    return pd.DataFrame(keys, index=models.index).replace("", None)


def _unique(keys: pd.Series[str], side: str) -> pd.DataFrame:
    """Return the keys that occur once, with the row they belong to."""
    once = keys.dropna().drop_duplicates(keep=False)
    return pd.DataFrame({"key": once.to_numpy(), side: once.index})


def _plain(text: str) -> str:
    """Return a text without case, spaces and punctuation; letters of any alphabet and digits remain."""
    return re.sub(r"[\W_]", "", text.casefold())


def _plain_link(link: str) -> str:
    """Return a link without what changes between edits: the scheme, ``www``, the version of a preprint."""
    bare = re.sub(r"^https?://(www\.)?", "", link.strip().casefold()).rstrip("/")
    preprint = _ARXIV.search(bare)
    return f"arxiv {preprint[1]}" if preprint else bare


def organisation_sectors(tables: Iterable[pd.DataFrame]) -> dict[str, str]:
    """Return the sector of each organisation that vintages with sectors know.

    Parameters
    ----------
    tables : iterable of pandas.DataFrame
        Models with the columns ``organisations`` and ``sectors``, both lists with bars between their items. Rows where
        the two differ in length say nothing.

    Returns
    -------
    dict of str to str
        Sectors by the plain name of the organisation and its plain aliases; left out where sectors differ.

    Examples
    --------
    >>> models = pd.DataFrame({"organisations": ["DeepMind|Oxford"], "sectors": ["industry|academia"]})
    >>> sorted(organisation_sectors([models]).items())
    [('deepmind', 'industry'), ('oxford', 'academia')]
    """
    pairs: set[tuple[str, str]] = set()
    for table in tables:
        known = table.dropna(subset=["organisations", "sectors"])
        for names, sectors in zip(
            known["organisations"].str.split("|"), known["sectors"].str.split("|"), strict=True
        ):
            if len(names) == len(sectors):
                pairs.update(zip(names, sectors, strict=True))
    found: dict[str, set[str]] = {}
    for name, sector in pairs:
        for alias in _aliases(name):
            found.setdefault(alias, set()).add(sector)
    return {alias: sectors.pop() for alias, sectors in found.items() if len(sectors) == 1}


def _aliases(name: str) -> Iterator[str]:
    """Yield the plain forms under which an organisation may be written."""
    yield _plain(name)
    bare, *inside = re.split(r"\s*\(([^)]*)\)", name)
    for form in [*bare.split(" / "), *inside[:1]]:
        short = _plain(_FORMS.sub("", form.strip()))
        if short and short != _plain(name):
            yield short


def relabel(models: pd.DataFrame, sectors: dict[str, str]) -> pd.Series[str]:
    """Return the team types that models have by the sectors of their organisations.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with a column ``organisations``.
    sectors : dict of str to str
        The sectors, from `organisation_sectors`.

    Returns
    -------
    pandas.Series
        The team type of each, unknown where an organisation is not known.

    Examples
    --------
    >>> models = pd.DataFrame({"organisations": ["Oxford", "Oxford|DeepMind"]})
    >>> relabel(models, {"oxford": "academia"}).tolist()
    ['academia-only', 'unknown']
    """

    def team(names: str) -> str:
        found = [
            next((sectors[one] for one in _aliases(name) if one in sectors), "")
            for name in names.split("|")
        ]
        return team_type(found) if all(found) else UNKNOWN

    return models["organisations"].map(team, na_action="ignore").fillna(UNKNOWN).astype("str")
