"""Conference papers: their team types under stated choices, their topics, and what they name.

Every paper has a title, but only some lists have keywords or abstracts: a share that rests on
abstracts must be computed among the papers that have one (`having`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from compute_divide.estimates.statistics.periods import year_spans
from compute_divide.estimates.statistics.teams import ACADEMIA, SIDES, UNKNOWN
from compute_divide.sources.papers.profiles import (
    JOINT_LABS,
    Calls,
    PublicResearch,
    flips_of,
    judgement_calls,
    profile_sectors,
    team_of,
    venue_name,
)
from compute_divide.sources.papers.topics import SEPARATOR, load_topics

VENUE_YEAR = ["venue", "year"]
"""The keys of a venue-year, within which papers are compared."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices that decide a paper's team type.

    Parameters
    ----------
    reading : str
        How employers are inferred: from affiliations (``"name"``) or from e-mail domains
        (``"domain"``).
    joint_labs : str
        How a joint laboratory of a university and a company counts, one of `JOINT_LABS`.
    non_profits : str
        How government and non-profit research counts: ``"other"`` or ``"academia"``.
    flips : sequence of str
        Judgement calls of ``data/organisations.csv`` to decide differently, such as
        ``"openai=nonprofit"``, ``"mila=unknown"``.

    Examples
    --------
    >>> Choices(flips=["openai=nonprofit"]).non_profits
    'other'
    """

    reading: str = "name"
    joint_labs: str = "mixed"
    non_profits: PublicResearch = "other"
    flips: Sequence[str] = ()

    def calls(self) -> Calls:
        """Return the sectors of the judgement calls under these choices."""
        calls = {**judgement_calls()}
        calls["joint-labs"] = JOINT_LABS[self.joint_labs]
        calls.update(flips_of(self.flips))
        return calls


_PROFILES = {"name": "profile", "domain": "domain_profile"}


def with_teams(papers: pd.DataFrame, choices: Choices | None = None) -> pd.DataFrame:
    """Return papers with the type of their team.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with the columns ``profile`` and ``domain_profile``, as `cd.data.papers` has them.
    choices : Choices, optional
        What decides the team type; by default the choices of the published edition.

    Returns
    -------
    pandas.DataFrame
        The papers with ``team_type`` (one of `TEAM_TYPES`, or ``unknown``) and ``industry``:
        whether any author works for a company, missing if unknown.

    Raises
    ------
    EvidenceError
        If a flip names no judgement call.

    Examples
    --------
    >>> rows = pd.DataFrame({"profile": ["2:academia 1:@openai", None]})
    >>> rows["domain_profile"] = [None, "1:industry"]
    >>> with_teams(rows)["team_type"].tolist()
    ['collaboration', 'unknown']
    >>> with_teams(rows, Choices(flips=["openai=nonprofit"]))["team_type"].tolist()
    ['other', 'unknown']
    """
    choices = choices or Choices()
    calls = choices.calls()
    column = _PROFILES[choices.reading]
    places, profiles = pd.factorize(papers[column])
    teams: list[str] = []
    industry: list[bool | None] = []
    for profile in profiles:
        sectors = profile_sectors(profile, calls)
        teams.append(team_of(sectors, choices.non_profits))
        industry.append("industry" in sectors if sectors else None)
    # A paper without a profile has the place -1: the last one.
    team_types = pd.array([*teams, UNKNOWN], dtype="str")
    flags = pd.array([*industry, None], dtype="boolean")
    return papers.assign(team_type=team_types[places], industry=flags[places])


def two_sides(papers: pd.DataFrame) -> pd.DataFrame:
    """Return the papers of universities alone and those with a company author.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with the column ``team_type``.

    Returns
    -------
    pandas.DataFrame
        The papers of these teams, with the column ``academic``: whether universities alone wrote
        them.

    Raises
    ------
    KeyError
        If the column is missing.

    Examples
    --------
    >>> papers = pd.DataFrame({"team_type": ["academia-only", "collaboration", "other"]})
    >>> two_sides(papers)["academic"].tolist()
    [True, False]
    """
    sides = papers[papers["team_type"].isin(SIDES)]
    return sides.assign(academic=sides["team_type"] == ACADEMIA)


# --- coverage ---


def covered(papers: pd.DataFrame, minimum: float) -> pd.DataFrame:
    """Return the papers of the conferences and years in which enough team types are known.

    Parameters
    ----------
    papers : pandas.DataFrame
        All accepted papers of each conference and year, with ``venue``, ``year`` and ``team_type``.
    minimum : float
        The least share (0 to 1) of the papers of a conference in a year whose team type must be
        known.

    Returns
    -------
    pandas.DataFrame
        The papers of the conferences and years that have it, those of unknown teams included.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> rows = {"venue": ["icml"] * 4, "year": [2023, 2023, 2024, 2024]}
    >>> papers = pd.DataFrame(rows).assign(team_type=["other", "unknown", "other", "other"])
    >>> covered(papers, 0.85)["year"].tolist()
    [2024, 2024]
    """
    is_known = papers["team_type"] != UNKNOWN
    keys = [papers[key] for key in VENUE_YEAR]
    shares = is_known.groupby(keys).transform("mean")
    return papers[shares >= minimum]


def conference_years(papers: pd.DataFrame, none: str) -> str:
    """Return the conferences of papers, each with its years, in words.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with the columns ``venue`` and ``year``.
    none : str
        The words if there are no papers.

    Returns
    -------
    str
        Such as "ACL 2019, 2021; NeurIPS 2020 to 2022".

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> papers = pd.DataFrame({"venue": ["acl", "acl"], "year": [2020, 2021]})
    >>> conference_years(papers, "none"), conference_years(papers.head(0), "none")
    ('ACL 2020 to 2021', 'none')
    """
    by_venue = papers.groupby("venue", observed=True)["year"]
    named = [f"{venue_name(str(venue))} {year_spans(years)}" for venue, years in by_venue]
    return "; ".join(named) or none


# --- topics, and models that are named ---


def matched(
    papers: pd.DataFrame,
    names: Iterable[str],
    texts: Sequence[str] = ("title",),
    kind: str = "terms",
) -> pd.Series:
    """Return whether one of some terms or models occurs in the texts of each paper.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with what their texts name, in columns such as ``title_terms`` and
        ``abstract_models``.
    names : iterable of str
        Terms of topics, or names of pre-trained models, as ``data/topics.yml`` has them.
    texts : sequence of str
        Where they are looked for: ``"title"``, ``"keywords"``, ``"abstract"``.
    kind : str
        What the names are: ``"terms"`` or ``"models"``.

    Returns
    -------
    pandas.Series
        True and false, on the index of the papers.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> papers = pd.DataFrame({"title_models": ["bert|clip", None]})
    >>> matched(papers, ["clip"], kind="models").tolist()
    [True, False]
    """
    wanted = frozenset(names)
    matches = np.zeros(len(papers), dtype=bool)
    for text in texts:
        matches |= _names_any(papers[f"{text}_{kind}"], wanted)
    return pd.Series(matches, index=papers.index)


def _names_any(column: pd.Series, wanted: frozenset[str]) -> npt.NDArray[np.bool_]:
    """Return which rows of joined names contain a wanted one."""
    places, distinct = pd.factorize(column)
    flags = []
    for joined in distinct:
        names = joined.split(SEPARATOR)
        flags.append(not wanted.isdisjoint(names))
    # A paper without a match in this text has the place -1: the last one.
    flags.append(False)
    return np.array(flags)[places]


def about(
    papers: pd.DataFrame, groups: Sequence[str], texts: Sequence[str] = ("title",)
) -> pd.Series:
    """Return whether each paper is about one of some topics.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with the terms that their texts name, in columns such as ``title_terms``.
    groups : sequence of str
        Topics, or groups of topics, of ``data/topics.yml``.
    texts : sequence of str
        The texts in which a term counts: ``"title"``, ``"keywords"``, ``"abstract"``.

    Returns
    -------
    pandas.Series
        True and false, on the index of the papers.

    Raises
    ------
    EvidenceError
        If a topic or group is unknown.

    Examples
    --------
    >>> papers = pd.DataFrame({"title_terms": ["scaling law*", "kernel*", None]})
    >>> about(papers, ["compute-intensive"]).tolist()
    [True, False, False]
    """
    terms = load_topics().terms(groups)
    return matched(papers, terms, texts)


_HAS = {"keywords": "has_keywords", "abstract": "has_abstract"}


def having(papers: pd.DataFrame, texts: Sequence[str]) -> pd.DataFrame:
    """Return the papers that have all of these texts.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with the columns ``has_keywords`` and ``has_abstract``.
    texts : sequence of str
        Any of ``"title"``, ``"keywords"`` and ``"abstract"``; every paper has a title.

    Returns
    -------
    pandas.DataFrame
        These papers. A share that rests on abstracts must be computed among papers that have one.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> papers = pd.DataFrame({"has_keywords": [True, True], "has_abstract": [True, False]})
    >>> len(having(papers, ["title", "abstract"]))
    1
    """
    for text, column in _HAS.items():
        if text in texts:
            has_text = papers[column].astype(bool)
            papers = papers[has_text]
    return papers
