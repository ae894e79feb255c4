"""What the models database holds, vintage by vintage: what is known, what was revised, how one year reads in each.

To 2023 a model had one label that rests on the shares of its authors; since 2024 the team type follows from the sectors
of the organisations listed. Where every organisation of an old row is known in the newer tables, the new rule can be
applied to the old row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from compute_divide.analysis.models.multiverse import Question
from compute_divide.analysis.statistics.estimates import (
    COMPUTE,
    TEAM_TYPES,
    UNKNOWN,
    Estimate,
    known_share,
    known_teams,
    shares_by,
    team_share,
    wilson_share,
)
from compute_divide.evidence.store.files import last_whole_year
from compute_divide.evidence.store.raw_csv import team_type

STEPS = (
    "as first read",
    "models that stayed, old labels",
    "the same models, new labels",
    "with the models added since",
)
"""The readings that lead from the old share to the new one; the differences are removal, relabelling, addition."""

_ARXIV = re.compile(r"arxiv\.org/(?:pdf|abs)/(\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?")
_FORMS = re.compile(r",?\s+(inc|ltd|llc|corp|corporation|group)\.?$", re.IGNORECASE)


def vintage_summary(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row a vintage: how many models it holds, and for how many the key fields are known.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Models tables by vintage.

    Returns
    -------
    pandas.DataFrame
        Columns ``vintage``, ``models``, ``notable``, ``newest`` (date of the newest model), and the counts
        ``team_known``, ``compute_known``, ``parameters_known``; vintages in ascending order.
    """
    return pd.DataFrame(
        {
            "vintage": vintage,
            "models": len(models),
            "notable": int((models["scope"] == "notable").sum()),
            "newest": models["published"].max(),
            "team_known": int((models["team_type"] != UNKNOWN).sum()),
            "compute_known": int(models[COMPUTE].notna().sum()),
            "parameters_known": int(models["parameters"].notna().sum()),
        }
        for vintage, models in sorted(tables.items())
    )


def known_by_year(models: pd.DataFrame, column: str, *, first: int, last: int) -> pd.DataFrame:
    """Return the share of each year's models for which a column is known.

    Returns
    -------
    pandas.DataFrame
        Columns ``year``, ``share``, ``low``, ``high``, ``k``, ``n``; years without a model are left out.
    """
    within = models[models["year"].between(first, last)]
    rows = [{"year": year, **known_share(own, column, "").row()} for year, own in within.groupby("year")]
    return pd.DataFrame(rows, columns=["year", "share", "low", "high", "k", "n"])


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
        ``year``, ``vintage``, then as `compute_divide.analysis.statistics.estimates.shares_by`.

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


def revised_share(old: pd.DataFrame, new: pd.DataFrame, factor: float) -> Estimate:
    """Return the share of models whose training compute changed by more than a factor between two vintages.

    Parameters
    ----------
    old, new : pandas.DataFrame
        Models of both vintages; only those with a positive value in both are counted.
    factor : float
        More than 1.

    Raises
    ------
    ValueError
        If the factor is no revision.

    Examples
    --------
    >>> old = pd.DataFrame({"model": ["a", "b"], "reference": None, "link": None, COMPUTE: [1e20, 1e20]})
    >>> revised_share(old, old.assign(**{COMPUTE: [1e20, 5e20]}), 2).value
    0.5
    """
    if factor <= 1:
        raise ValueError(f"a revision is by a factor above 1, not {factor}")
    matches = match_models(old, new)
    after, before = (
        table.loc[matches[side], COMPUTE].to_numpy(dtype=float) for table, side in ((new, "new"), (old, "old"))
    )
    known = (after / before)[np.isfinite(after / before) & (after / before > 0)]
    changed = np.abs(np.log(known)) > np.log(factor)
    label = f"models whose training compute was revised more than {factor:g}-fold"
    return wilson_share(int(changed.sum()), len(known), label)


@dataclass(frozen=True, slots=True)
class Drift:
    """What happened to one year between two vintages."""

    steps: pd.DataFrame
    stayed: int
    relabelled: int
    left: int
    joined: int


def drift(old: pd.DataFrame, new: pd.DataFrame, year: int, team_type: str) -> Drift:
    """Take apart how the share of a team type in a year changed between two vintages.

    Models are matched across the vintages (`match_models`). Then the share is read four times: in the old vintage; over
    the models that stayed, with their old labels; over the same, with their new labels; in the new vintage. The first
    difference is the effect of removal, the second of relabelling, the third of addition.

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
    steps = [
        {"step": step, **team_share(rows, team_type, "").row()}
        for rows, step in zip((then, stayed_then, stayed_now, now), STEPS, strict=True)
    ]
    return Drift(
        steps=pd.DataFrame(steps).astype({"share": float, "low": float, "high": float}),
        stayed=len(both),
        relabelled=int((stayed_then["team_type"].to_numpy() != stayed_now["team_type"].to_numpy()).sum()),
        left=len(then) - len(both),
        joined=len(now) - len(both),
    )


def match_models(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Match the models of two vintages one to one: by name, then by title of the paper, then by link.

    A key counts only where it is unique among the models still unmatched on either side, so that several models of one
    paper are never confused; they are matched by their names or not at all.

    Examples
    --------
    >>> old = pd.DataFrame({"model": ["GPT-3"], "reference": ["Few-Shot Learners"], "link": [None]})
    >>> new = pd.DataFrame({"model": ["GPT-3 175B"], "reference": ["Few-shot learners"], "link": [None]})
    >>> match_models(old, new)["by"].tolist()
    ['title']
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
    columns = {"name": ("model", _plain), "title": ("reference", _plain), "link": ("link", _plain_link)}
    keys = {by: models[column].map(make, na_action="ignore") for by, (column, make) in columns.items()}
    return pd.DataFrame(keys, index=models.index).replace("", None)


def _unique(keys: pd.Series[str], side: str) -> pd.DataFrame:
    """Return the keys that occur once, with the row they belong to."""
    once = keys.dropna().drop_duplicates(keep=False)
    return pd.DataFrame({"key": once.to_numpy(), side: once.index})


def _plain(text: str) -> str:
    """Return a text without case, spaces and punctuation; letters of any alphabet and digits remain.

    Examples
    --------
    >>> _plain("PanGu-α (2.6B)")
    'panguα26b'
    """
    return re.sub(r"[\W_]", "", text.casefold())


def _plain_link(link: str) -> str:
    """Return a link without what changes between edits: the scheme, ``www``, the version of a preprint.

    Examples
    --------
    >>> _plain_link("https://arxiv.org/pdf/2005.14165v4.pdf") == _plain_link("http://www.arxiv.org/abs/2005.14165")
    True
    """
    bare = re.sub(r"^https?://(www\.)?", "", link.strip().casefold()).rstrip("/")
    preprint = _ARXIV.search(bare)
    return f"arxiv {preprint[1]}" if preprint else bare


def organisation_sectors(tables: Iterable[pd.DataFrame]) -> dict[str, str]:
    """Return the sector of each organisation, by its plain name and its plain aliases.

    Parameters
    ----------
    tables : iterable of pandas.DataFrame
        Models of vintages since 2024, with ``organisations`` and ``sectors``. Rows where the two lists differ in length
        are left out: which sector belongs to which organisation is not known there.

    Returns
    -------
    dict of str to str
        A name that stands for organisations of different sectors is left out.

    Examples
    --------
    >>> table = pd.DataFrame({"organisations": ["Nanyang Technological University (NTU)"], "sectors": ["academia"]})
    >>> organisation_sectors([table])["ntu"]
    'academia'
    """
    pairs: set[tuple[str, str]] = set()
    for table in tables:
        known = table.dropna(subset=["organisations", "sectors"])
        for names, sectors in zip(known["organisations"].str.split("|"), known["sectors"].str.split("|"), strict=True):
            if len(names) == len(sectors):
                pairs.update(zip(names, sectors, strict=True))
    found: dict[str, set[str]] = {}
    for name, sector in pairs:
        for alias in _aliases(name):
            found.setdefault(alias, set()).add(sector)
    return {alias: sectors.pop() for alias, sectors in found.items() if len(sectors) == 1}


def _aliases(name: str) -> Iterator[str]:
    """Yield the plain forms under which an organisation may be written.

    Examples
    --------
    >>> list(_aliases("Massachusetts Institute of Technology (MIT)"))
    ['massachusettsinstituteoftechnologymit', 'massachusettsinstituteoftechnology', 'mit']
    >>> list(_aliases("University of Montreal / Université de Montréal"))[1:]
    ['universityofmontreal', 'universitédemontréal']
    """
    yield _plain(name)
    bare, *inside = re.split(r"\s*\(([^)]*)\)", name)
    for form in [*bare.split(" / "), *inside[:1]]:
        short = _plain(_FORMS.sub("", form.strip()))
        if short and short != _plain(name):
            yield short


def relabel(models: pd.DataFrame, sectors: dict[str, str]) -> pd.Series[str]:
    """Return the team type of each model by the new rule; unknown where one of its organisations is not known.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with ``organisations``, a list joined by ``|``.
    sectors : dict of str to str
        From `organisation_sectors`.

    Examples
    --------
    >>> models = pd.DataFrame({"organisations": ["MIT|Google", "MIT|Nowhere", None]})
    >>> relabel(models, {"mit": "academia", "google": "industry"}).tolist()
    ['collaboration', 'unknown', 'unknown']
    """

    def team(names: str) -> str:
        found = [next((sectors[one] for one in _aliases(name) if one in sectors), "") for name in names.split("|")]
        return team_type(found) if all(found) else UNKNOWN

    return models["organisations"].map(team, na_action="ignore").fillna(UNKNOWN).astype("str")


def relabel_effect(models: pd.DataFrame, sectors: dict[str, str], questions: Sequence[Question]) -> pd.DataFrame:
    """Return how the answers to some questions change when a vintage is labelled by the new rule.

    Parameters
    ----------
    models : pandas.DataFrame
        Models of an old vintage; compared are those that have a label and whose organisations are all known.
    sectors : dict of str to str
        From `organisation_sectors`.
    questions : sequence of Question
        The questions.

    Returns
    -------
    pandas.DataFrame
        One row a question: ``what``, ``n`` (models compared), ``old`` and ``new`` (counts), ``old_share`` and
        ``new_share``.

    Examples
    --------
    >>> models = pd.DataFrame({"organisations": ["MIT|Google"], "team_type": ["academia-only"], "year": [2012]})
    >>> question = Question("academia", "academia-only", 2010, 2014)
    >>> effect = relabel_effect(models, {"mit": "academia", "google": "industry"}, [question])
    >>> effect[["n", "old", "new"]].values.tolist()
    [[1, 1, 0]]
    """
    both = known_teams(models.assign(relabelled=relabel(models, sectors)))
    both = both[both["relabelled"] != UNKNOWN]
    rows = []
    for question in questions:
        old, new = question.answer(both), question.answer(both.assign(team_type=both["relabelled"]))
        shares = {"old_share": old.value, "new_share": new.value}
        rows.append({"what": question.name, "n": old.n, "old": old.k, "new": new.k, **shares})
    return pd.DataFrame(rows)
