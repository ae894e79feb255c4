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
"""Columns that `with_naming` adds: the makers' team types and the access of the models that count; all where empty."""


def choose(
    papers: pd.DataFrame,
    venues: Sequence[str],
    texts: Sequence[str],
    years: tuple[int, int],
    minimum_coverage: float,
) -> pd.DataFrame:
    """Return the papers that count: of some conferences and years, with a known team type and some texts.

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
        The least share (0 to 1) of the papers of a conference in a year whose team type must be known, see `covered`.

    Returns
    -------
    pandas.DataFrame
        These papers.

    Examples
    --------
    >>> papers = pd.DataFrame({"venue": ["icml"] * 2, "year": [2023, 2024], "team_type": "other"})
    >>> len(choose(papers, ["icml"], ["title"], (2024, 2024), 0.85))
    1
    """
    of_venues = covered(papers[papers["venue"].isin(list(venues))], minimum_coverage)
    return known_teams(having(in_years(of_venues, years), texts))


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
        The papers with a column of true and false each: whether they name a model at all (``names_any``), one that
        industry alone made (``names_industry``), one of these to download (``names_open``) or behind a service
        (``names_hosted``), one that academia alone made (``names_academia``).

    Examples
    --------
    >>> papers = with_naming(pd.DataFrame({"title_models": ["gpt-3", None]}), ["title"])
    >>> papers["names_hosted"].tolist(), papers["names_open"].tolist()
    ([True, False], [False, False])
    """
    found = {
        flag: matched(papers, model_names(teams=teams, access=access), texts, "models")
        for flag, (teams, access) in FLAGS.items()
    }
    return papers.assign(**found)


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

    Examples
    --------
    >>> papers = pd.DataFrame({"team_type": ["academia-only", "collaboration", "other"]})
    >>> two_sides(papers)["academic"].tolist()
    [True, False]
    """
    sides = papers[papers["team_type"].isin([ACADEMIA, "collaboration", INDUSTRY])]
    return sides.assign(academic=sides["team_type"] == ACADEMIA)


def late_over_early(
    papers: pd.DataFrame, outcome: str, early: tuple[int, int], late: tuple[int, int], label: str
) -> Association:
    """Return how many times as high the odds of an outcome are in late years as in early ones, within a conference.

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
        The odds ratio, pooled over conferences, and the counts of those that have papers in both periods; see
        `association`.

    Examples
    --------
    >>> rows = {"venue": "acl", "year": [2020] * 4 + [2024] * 4, "named": [True] + [False] * 3 + [True] * 3 + [False]}
    >>> change = late_over_early(pd.DataFrame(rows), "named", (2019, 2022), (2023, 2025), "odds of naming")
    >>> round(change.odds_ratio.value), len(change.strata)
    (9, 1)
    """
    rows = papers[["venue", "year", outcome]]
    after, before = (
        rows["year"].between(*late).astype(bool),
        rows["year"].between(*early).astype(bool),
    )
    return association(rows.assign(late=after)[after | before], "late", outcome, ["venue"], label)


# --- base models ---


def with_bases(models: pd.DataFrame, lookup: pd.DataFrame) -> pd.DataFrame:
    """Return the models that say on which others they are built, with whose these are.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with ``model`` and ``base_model``, several bases joined by ``|``.
    lookup : pandas.DataFrame
        Models in which bases are looked up, with ``model``, ``base_model`` and ``team_type``; of one that is listed
        twice the first row counts.

    Returns
    -------
    pandas.DataFrame
        Those that name a base, with ``base_team``: the team type that all its bases in the lookup share,
        ``collaboration`` where they differ, ``unknown`` where none is listed. ``origin_team`` is the same of the bases
        at the end of the chain, that is of those that name no base themselves, are not listed, or lead back.

    Examples
    --------
    >>> rows = {"model": ["Starling", "OpenChat", "Llama"], "base_model": ["OpenChat", "Llama", None]}
    >>> models = pd.DataFrame(rows).assign(team_type=["academia-only", "academia-only", "industry-only"])
    >>> with_bases(models, models)[["base_team", "origin_team"]].values.tolist()
    [['academia-only', 'industry-only'], ['industry-only', 'industry-only']]
    """
    listed = lookup.drop_duplicates("model")
    teams = dict(zip(listed["model"].tolist(), listed["team_type"].tolist(), strict=True))
    based = models[models["base_model"].notna()]
    origins = with_origins(based, lookup)["base_model"].tolist()
    return based.assign(
        base_team=[_common_team(bases, teams) for bases in based["base_model"].tolist()],
        origin_team=[_common_team(bases, teams) for bases in origins],
    )


def _common_team(bases: str, teams: Mapping[str, str]) -> str:
    """Return the team type that bases share, as far as it is known."""
    known = {teams.get(name, UNKNOWN) for name in bases.split("|")} - {UNKNOWN}
    return known.pop() if len(known) == 1 else "collaboration" if known else UNKNOWN


def with_origins(models: pd.DataFrame, lookup: pd.DataFrame) -> pd.DataFrame:
    """Return models with each base replaced by the end of its chain: it names no base, is not listed, or leads back."""
    listed = lookup.dropna(subset=["base_model"]).drop_duplicates("model")
    stated = dict(zip(listed["model"].tolist(), listed["base_model"].tolist(), strict=True))

    def bottom(name: str, passed: tuple[str, ...]) -> list[str]:
        onward = [base for base in stated.get(name, "").split("|") if base and base not in passed]
        return [end for base in onward for end in bottom(base, (*passed, name))] or [name]

    based = models[models["base_model"].notna()]
    if based.empty:
        return models
    origins = [
        "|".join(dict.fromkeys(end for base in bases.split("|") for end in bottom(base, (model,))))
        for model, bases in zip(based["model"].tolist(), based["base_model"].tolist(), strict=True)
    ]
    return models.assign(
        base_model=models["base_model"].mask(
            models["base_model"].notna(), pd.Series(origins, based.index)
        )
    )


def expected_share(based: pd.DataFrame, lookup: pd.DataFrame, base: str, label: str) -> Estimate:
    """Return how often bases would be of a team type if each were picked blindly among the models of its year.

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
        The mean over all bases of the share of this team type in the year of the base. ``n`` counts the bases that are
        listed with a year. Without an interval: the list is taken as it is.

    Examples
    --------
    >>> rows = {"model": ["A", "B"], "year": 2023, "team_type": ["academia-only", "industry-only"]}
    >>> based = pd.DataFrame({"base_model": ["B"]})
    >>> expected_share(based, pd.DataFrame(rows), "industry-only", "a blind choice").value
    0.5
    """
    known = known_teams(lookup).dropna(subset=["year"])
    of_year = (known["team_type"] == base).groupby(known["year"]).mean()
    years = lookup.drop_duplicates("model").set_index("model")["year"]
    shares = based["base_model"].str.split("|").explode().map(years).map(of_year).dropna()
    return Estimate(
        float(shares.mean()) if len(shares) else None, n=len(shares), label=label, unit="share"
    )
