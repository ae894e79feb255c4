"""Pre-trained models that papers name, and models that are built on others: whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.chips.hardware import loose_team_types
from compute_divide.analysis.papers.papers import covered, having, matched, model_names
from compute_divide.analysis.statistics.association import Association, association
from compute_divide.analysis.statistics.estimates import (
    ACADEMIA,
    INDUSTRY,
    TEAM_TYPES,
    UNKNOWN,
    in_years,
    known_teams,
    wilson_share,
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


def uses(labelled: pd.DataFrame, use: str, label: str) -> Estimate:
    """Return the share of labelled namings with a use."""
    return wilson_share(int((labelled["use"] == use).sum()), len(labelled), label)


# --- base models ---


def with_bases(models: pd.DataFrame, lookup: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the models that name a base, with ``base_team``: the team type that all its known bases share.

    It is ``collaboration`` where they differ, ``unknown`` where no base is in the lookup (by default the models).
    """
    listed = (models if lookup is None else lookup).drop_duplicates("model")
    teams = dict(zip(listed["model"].tolist(), listed["team_type"].tolist(), strict=True))

    def common(bases: str) -> str:
        known = {teams.get(name, UNKNOWN) for name in bases.split("|")} - {UNKNOWN}
        return known.pop() if len(known) == 1 else "collaboration" if known else UNKNOWN

    based = models[models["base_model"].notna()]
    return based.assign(base_team=[common(bases) for bases in based["base_model"].tolist()])


def base_share(based: pd.DataFrame, team: str, base: str, label: str) -> Estimate:
    """Return the share of a team type's models that build on a base of a team type, among those whose base is known."""
    rows = based[(based["team_type"] == team) & based["base_team"].isin(TEAM_TYPES)]
    return wilson_share(int((rows["base_team"] == base).sum()), len(rows), label)


def base_counts(based: pd.DataFrame) -> pd.DataFrame:
    """Return how many models of each team type build on each kind of base: ``team_type``, ``base_team``, ``models``."""
    known = based[based["team_type"].isin(TEAM_TYPES)]
    return known.groupby(["team_type", "base_team"]).size().reset_index(name="models")


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
    """Return how often bases would be of a team type if they were picked blindly among the models of their year.

    ``n`` counts the bases that are listed with a year. Without an interval: the list is taken as it is.
    """
    known = known_teams(lookup).dropna(subset=["year"])
    of_year = (known["team_type"] == base).groupby(known["year"]).mean()
    years = lookup.drop_duplicates("model").set_index("model")["year"]
    shares = based["base_model"].str.split("|").explode().map(years).map(of_year).dropna()
    return Estimate(
        float(shares.mean()) if len(shares) else None, n=len(shares), label=label, unit="share"
    )


def counting_public_research(models: pd.DataFrame, public_research: str) -> pd.DataFrame:
    """Return models with team types in which public research counts as ``"academia"`` or ``"other"``, as stated."""
    if public_research == "academia" and models["sectors"].notna().any():
        return models.assign(team_type=loose_team_types(models))
    return models


def with_lookup(tables: Mapping[str, pd.DataFrame], vintage: str) -> pd.DataFrame:
    """Return the models in which the bases of a vintage are looked up: its own, then those of others, newest first."""
    others = [name for name in sorted(tables, reverse=True) if name != vintage]
    return pd.concat([tables[name] for name in (vintage, *others)]).drop_duplicates("model")


def bases_by_vintage(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return, vintage by vintage, how many academic models build on one of industry alone, beside blind choice.

    ``k`` of ``n`` with ``share``, ``low``, ``high``, ``blind`` (see `expected_share`), ``origin_k`` of ``origin_n``
    (whose chain of bases begins with industry alone), ``unknown`` (models whose base no vintage lists).
    """
    rows = []
    tables = {
        vintage: models[["model", "base_model", "team_type", "year", "scope"]]
        for vintage, models in tables.items()
    }
    for vintage, models in tables.items():
        lookup = with_lookup(tables, vintage)
        mine = with_bases(models[models["team_type"] == ACADEMIA], lookup)
        direct = base_share(mine, ACADEMIA, INDUSTRY, "")
        origin = base_share(with_bases(with_origins(mine, lookup), lookup), ACADEMIA, INDUSTRY, "")
        rows.append(
            {
                "vintage": vintage,
                "holds": "notable models" if (models["scope"] == "notable").all() else "all models",
                **direct.row(),
                "blind": expected_share(mine, lookup, INDUSTRY, "").value,
                "origin_k": origin.k,
                "origin_n": origin.n,
                "unknown": int((mine["base_team"] == UNKNOWN).sum()),
            }
        )
    return pd.DataFrame(rows).astype({"share": float, "low": float, "high": float, "blind": float})


def bases_of(based: pd.DataFrame, lookup: pd.DataFrame) -> pd.DataFrame:
    """Return one row a ``model`` and ``base``, with what the lookup says of the base; missing where not listed."""
    about = ["organisations", "team_type", "openness", "year"]
    pairs = (
        based[["model", "base_model"]]
        .assign(base=based["base_model"].str.split("|"))
        .explode("base")
    )
    listed = lookup.drop_duplicates("model").set_index("model")[about]
    return pairs[["model", "base"]].join(listed, on="base").reset_index(drop=True)
