"""Team types of conference papers under stated choices: reading, judgement calls, joint laboratories, public research.

The functions take the papers table and return it with the columns that other analyses share: ``team_type``, and
``industry``, which says whether any author works for a company. Shares then come from `analysis.statistics.shares`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from compute_divide.analysis.statistics.estimate import Estimate
from compute_divide.analysis.statistics.shares import UNKNOWN, wilson_share
from compute_divide.evidence.papers.affiliations import AffiliationReader, load_rules
from compute_divide.evidence.papers.choices import JOINT_LABS, flips_of
from compute_divide.evidence.papers.profiles import (
    Calls,
    PublicResearch,
    calls_with,
    parse_profile,
    profile_team,
    slot_sectors,
)
from compute_divide.evidence.papers.table import VERDICTS

VENUE_YEAR = ["venue", "year"]
"""The keys of a venue-year: what papers are compared within."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What decides a paper's team type.

    Parameters
    ----------
    reading : {"name", "domain"}
        By affiliations, or by e-mail domains.
    joint_labs : {"mixed", "academia", "industry"}
        How a joint laboratory of a university and a company counts.
    non_profits : {"academia", "other"}
        How government and non-profit research counts; see `compute_divide.evidence.papers.profiles.profile_team`.
    flips : sequence of str
        Judgement calls to decide otherwise: ``"openai=nonprofit"``, ``"mila=unknown"``.
    """

    reading: str = "name"
    joint_labs: str = "mixed"
    non_profits: PublicResearch = "academia"
    flips: Sequence[str] = ()

    def calls(self) -> Calls:
        """Return what the judgement calls say under these choices."""
        if self.joint_labs not in JOINT_LABS:
            raise ValueError(f"{self.joint_labs!r} is no way to count joint labs; allowed: {', '.join(JOINT_LABS)}")
        return calls_with({"joint-labs": JOINT_LABS[self.joint_labs], **flips_of(self.flips)})


def with_teams(papers: pd.DataFrame, choices: Choices | None = None) -> pd.DataFrame:
    """Return papers with ``team_type`` and ``industry`` under the given choices.

    Parameters
    ----------
    papers : pandas.DataFrame
        The papers table.
    choices : Choices, optional
        The defaults when left out.

    Returns
    -------
    pandas.DataFrame
        The same rows; ``team_type`` worked out anew, ``industry`` true, false, or missing where nothing is known.

    Raises
    ------
    ValueError
        If the reading or a way of counting does not exist.

    Examples
    --------
    >>> rows = pd.DataFrame({"profile": ["2:academia 1:@openai", None], "domain_profile": [None, "1:industry"]})
    >>> with_teams(rows)["team_type"].tolist()
    ['collaboration', 'unknown']
    >>> with_teams(rows, Choices(flips=["openai=nonprofit"]))["team_type"].tolist()
    ['academia-only', 'unknown']
    >>> with_teams(rows, Choices(reading="domain"))["industry"].tolist()
    [<NA>, True]
    """
    choices = choices or Choices()
    columns = {"name": "profile", "domain": "domain_profile"}
    if choices.reading not in columns:
        raise ValueError(f"{choices.reading!r} is not a reading; allowed: {', '.join(columns)}")
    profiles = papers[columns[choices.reading]]
    calls = choices.calls()
    distinct = [profile for profile in profiles.unique() if isinstance(profile, str)]
    teams = {profile: profile_team(profile, calls, choices.non_profits) for profile in distinct}
    industry = {profile: _any_company(profile, calls) for profile in distinct}
    return papers.assign(
        team_type=profiles.map(teams).fillna(UNKNOWN).astype("str"),
        industry=profiles.map(industry).astype("boolean"),
    )


def _any_company(profile: str, calls: Calls) -> bool | None:
    """Return whether a profile names a company; None where it names nothing that is known."""
    slots = [slot_sectors(atoms, calls) for _, atoms in parse_profile(profile)]
    return any("industry" in sectors for sectors in slots) if any(slots) else None


# --- coverage ---


def coverage(papers: pd.DataFrame) -> pd.DataFrame:
    """Return the share of accepted papers whose team type is known, one row a venue-year.

    Parameters
    ----------
    papers : pandas.DataFrame
        From `with_teams`, or the papers table itself.

    Returns
    -------
    pandas.DataFrame
        ``venue``, ``year``, ``k`` papers with a known team type of ``n`` accepted ones, ``share``; sorted.

    Examples
    --------
    >>> rows = pd.DataFrame({"venue": "icml", "year": [2013, 2013], "team_type": ["academia-only", "unknown"]})
    >>> coverage(rows)["share"].tolist()
    [0.5]
    """
    known = papers["team_type"] != UNKNOWN
    found = known.groupby([papers[key] for key in VENUE_YEAR]).agg(k="sum", n="size").reset_index()
    return found.assign(year=found["year"].astype(int), share=found["k"] / found["n"])


def covered(papers: pd.DataFrame, minimum: float) -> pd.DataFrame:
    """Return the papers of the venue-years in which the team type of at least this share of papers is known.

    Parameters
    ----------
    papers : pandas.DataFrame
        From `with_teams`, or the papers table itself.
    minimum : float
        Share from 0 to 1.
    """
    shares = (papers["team_type"] != UNKNOWN).groupby([papers[key] for key in VENUE_YEAR]).transform("mean")
    return papers[shares >= minimum]


def academic_bounds(papers: pd.DataFrame) -> pd.DataFrame:
    """Return bounds on the academia-only share of each venue-year when affiliations are missing.

    Parameters
    ----------
    papers : pandas.DataFrame
        From `with_teams`, or the papers table itself.

    Returns
    -------
    pandas.DataFrame
        ``venue``, ``year``, ``k`` academia-only papers, ``known`` and ``n`` all papers, ``share`` (of the known),
        ``lowest`` (every paper that is not known has a company author) and ``highest`` (none has). No assumption about
        the missing ones is made: the truth lies between.

    Notes
    -----
    These are Manski's worst-case bounds (1989) for a share with missing outcomes.

    Examples
    --------
    >>> rows = pd.DataFrame({"venue": "icml", "year": 2013, "team_type": ["academia-only", "industry-only", "unknown"]})
    >>> academic_bounds(rows)[["share", "lowest", "highest"]].round(2).values.tolist()
    [[0.5, 0.33, 0.67]]
    """
    known = papers["team_type"] != UNKNOWN
    academic = papers["team_type"] == "academia-only"
    counts = pd.DataFrame({"k": academic, "known": known, "n": True}).groupby([papers[key] for key in VENUE_YEAR]).sum()
    found = counts.reset_index().astype({"year": int})
    with np.errstate(invalid="ignore", divide="ignore"):
        return found.assign(
            share=found["k"] / found["known"].where(found["known"] > 0),
            lowest=found["k"] / found["n"],
            highest=(found["k"] + found["n"] - found["known"]) / found["n"],
        )


# --- agreement of the two readings ---


def agreement(table: pd.DataFrame, *, mixed: bool = False) -> Estimate:
    """Return the share of authors whose affiliation and e-mail domain agree on whether they work for a company.

    Parameters
    ----------
    table : pandas.DataFrame
        The agreement table, or some of its rows.
    mixed : bool, default False
        Whether authors count whose affiliation names a company and another organisation. One address belongs to one
        employer, so they agree when the domain is of either kind that is named.

    Examples
    --------
    >>> row = dict.fromkeys(VERDICTS, 0) | {"both_company": 19, "neither": 80, "only_name": 1}
    >>> agreement(pd.DataFrame([row])).value
    0.99
    """
    sums = table[list(VERDICTS)].sum()
    agree = int(sums["both_company"] + sums["neither"])
    differ = int(sums["only_name"] + sums["only_domain"])
    if mixed:
        agree += int(sums["mixed_agree"])
        differ += int(sums["mixed_differ"])
    return wilson_share(agree, agree + differ, "authors whose affiliation and e-mail domain agree on company or not")


# --- the hand-labelled strings ---


def company_flag(labelled: pd.DataFrame, choices: Choices | None = None) -> tuple[Estimate, Estimate]:
    """Return precision and recall of the rule's verdict whether an affiliation string names a company.

    Parameters
    ----------
    labelled : pandas.DataFrame
        Hand-labelled strings: ``affiliation``, and ``company`` with "yes" or "no".
    choices : Choices, optional
        How judgement calls are decided; the labels follow the defaults.

    Returns
    -------
    precision, recall : Estimate
        Of the strings that the rule calls a company's, the share that is one; of those that are, the share that the
        rule finds.

    Examples
    --------
    >>> strings = pd.DataFrame({"affiliation": ["Google", "MIT", "Hm"], "company": ["yes", "no", "yes"]})
    >>> precision, recall = company_flag(strings)
    >>> precision.value, recall.value
    (1.0, 0.5)
    """
    calls = (choices or Choices()).calls()
    reader = AffiliationReader(load_rules())
    said = labelled["affiliation"].map(lambda text: "industry" in slot_sectors(reader.read(text).split("+"), calls))
    true = labelled["company"] == "yes"
    both = int((said & true).sum())
    return (
        wilson_share(both, int(said.sum()), "strings called a company's that are one"),
        wilson_share(both, int(true.sum()), "strings of companies that are found"),
    )
