"""Conference papers: their team types under stated choices, their topics, and the pre-trained models they name.

Every paper has a title, only some lists have keywords or abstracts: a share that rests on abstracts must be taken over
the papers that have one (`having`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.statistics.estimates import UNKNOWN, wilson_share
from compute_divide.evidence.papers.affiliations import AffiliationReader, load_rules
from compute_divide.evidence.papers.profiles import (
    JOINT_LABS,
    Calls,
    PublicResearch,
    flips_of,
    judgement_calls,
    profile_sectors,
    slot_sectors,
    team_of,
)
from compute_divide.evidence.papers.table import MIXED, VERDICTS
from compute_divide.evidence.papers.topics import SEPARATOR, load_topics

VENUE_YEAR = ["venue", "year"]  # the keys of a venue-year: what papers are compared within
INTENSIVE, LOW = "compute-intensive", "low-compute"  # classes of papers by topic


_CAPITALS = {"corl": "CoRL", "neurips": "NeurIPS"}


def venue_name(venue: str) -> str:
    """Return how a conference is written, mostly in capitals.

    Parameters
    ----------
    venue : str
        The conference as the papers table has it.

    Returns
    -------
    str
        Its name for readers.

    Examples
    --------
    >>> venue_name("neurips"), venue_name("icml")
    ('NeurIPS', 'ICML')
    """
    return _CAPITALS.get(venue, venue.upper())


@dataclass(frozen=True, slots=True)
class Choices:
    """What decides a paper's team type.

    The reading by affiliations (``"name"``) or e-mail domains (``"domain"``), how joint laboratories, government and
    non-profits count, and judgement calls that are decided otherwise: ``"openai=nonprofit"``, ``"mila=unknown"``.
    """

    reading: str = "name"
    joint_labs: str = "mixed"
    non_profits: PublicResearch = "other"
    flips: Sequence[str] = ()

    def calls(self) -> Calls:
        """Return what the judgement calls say under these choices."""
        return {
            **judgement_calls(),
            "joint-labs": JOINT_LABS[self.joint_labs],
            **flips_of(self.flips),
        }


def with_teams(papers: pd.DataFrame, choices: Choices | None = None) -> pd.DataFrame:
    """Return papers with ``team_type``, and ``industry``: whether any author works for a company, missing if unknown.

    Examples
    --------
    >>> rows = pd.DataFrame({"profile": ["2:academia 1:@openai", None], "domain_profile": [None, "1:industry"]})
    >>> with_teams(rows)["team_type"].tolist()
    ['collaboration', 'unknown']
    >>> with_teams(rows, Choices(flips=["openai=nonprofit"]))["team_type"].tolist()
    ['other', 'unknown']
    """
    choices = choices or Choices()
    calls = choices.calls()
    places, profiles = pd.factorize(
        papers[{"name": "profile", "domain": "domain_profile"}[choices.reading]]
    )
    present = [profile_sectors(profile, calls) for profile in profiles]
    teams = [team_of(sectors, choices.non_profits) for sectors in present]
    industry = ["industry" in sectors if sectors else None for sectors in present]
    # A paper without a profile has the place -1: the last one.
    return papers.assign(
        team_type=pd.array([*teams, UNKNOWN], dtype="str")[places],
        industry=pd.array([*industry, None], dtype="boolean")[places],
    )


# --- coverage ---


def covered(papers: pd.DataFrame, minimum: float) -> pd.DataFrame:
    """Return the papers of the venue-years in which the team type of at least this share (0 to 1) is known."""
    shares = (
        (papers["team_type"] != UNKNOWN)
        .groupby([papers[key] for key in VENUE_YEAR])
        .transform("mean")
    )
    return papers[shares >= minimum]


def academic_bounds(papers: pd.DataFrame, by: Sequence[str] = VENUE_YEAR) -> pd.DataFrame:
    """Return academia-only shares and their bounds when affiliations are missing, for each group; see `with_bounds`."""
    known, academic = papers["team_type"] != UNKNOWN, papers["team_type"] == "academia-only"
    flags = pd.DataFrame({"k": academic, "known": known, "n": True})
    return with_bounds(flags.groupby([papers[key] for key in by]).sum().reset_index())


def with_bounds(counts: pd.DataFrame) -> pd.DataFrame:
    """Return counts ``k`` academia-only of ``known`` of ``n`` with the share of the known and Manski's bounds (1989).

    ``lowest`` holds when every unknown one has a company author, ``highest`` when none has.
    """
    return counts.assign(
        share=counts["k"] / counts["known"].where(counts["known"] > 0),
        lowest=counts["k"] / counts["n"],
        highest=(counts["k"] + counts["n"] - counts["known"]) / counts["n"],
    )


# --- how good the readings are ---


def readings_agree(table: pd.DataFrame, *, mixed: bool = True) -> Estimate:
    """Return the share of authors whose affiliation and e-mail domain agree on whether they work for a company.

    Authors whose affiliation names a company and another organisation are `mixed`: one address has one employer.
    """
    sums = table[[*VERDICTS, *MIXED]].sum()
    agree, every = sums["both_company"] + sums["neither"], sums[list(VERDICTS)].sum()
    if not mixed:
        agree, every = agree - sums["mixed_both"], every - sums[list(MIXED)].sum()
    label = "authors whose affiliation and e-mail domain agree on company or not"
    return wilson_share(int(agree), int(every), label)


def unconfirmed(table: pd.DataFrame) -> Estimate:
    """Return the share of authors with a company by their affiliation whose e-mail domain is no company's."""
    sums = table[list(VERDICTS)].sum()
    named = sums["both_company"] + sums["only_name"]
    label = "authors with a company by affiliation whose e-mail domain is no company’s"
    return wilson_share(int(sums["only_name"]), int(named), label)


def both_readings(papers: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """Return how many papers of each venue are academia-only by either reading, of the ``n`` whose team both know."""
    name, domain = (
        with_teams(papers, replace(choices, reading=reading))["team_type"]
        for reading in ("name", "domain")
    )
    known = (name != UNKNOWN) & (domain != UNKNOWN)
    flags = {
        "academic_name": name == "academia-only",
        "academic_domain": domain == "academia-only",
        "n": known,
    }
    return pd.DataFrame(flags)[known].groupby(papers.loc[known, "venue"]).sum().reset_index()


def company_flag(labelled: pd.DataFrame) -> tuple[Estimate, Estimate]:
    """Return precision and recall of the rule's verdict whether a hand-labelled affiliation string names a company."""
    reader, calls = AffiliationReader(load_rules()), Choices().calls()
    said = labelled["affiliation"].map(
        lambda text: "industry" in slot_sectors(reader.read(text).split("+"), calls)
    )
    true = labelled["company"] == "yes"
    both = int((said & true).sum())
    return (
        wilson_share(both, int(said.sum()), "strings called a company's that are one"),
        wilson_share(both, int(true.sum()), "strings of companies that are found"),
    )


# --- topics, and models that are named ---


def matched(
    papers: pd.DataFrame,
    names: Iterable[str],
    texts: Sequence[str] = ("title",),
    kind: str = "terms",
) -> pd.Series:
    """Tell for each paper whether one of the names (of ``"terms"`` or ``"models"``) matched in one of the texts."""
    wanted = frozenset(names)
    found = np.zeros(len(papers), dtype=bool)
    for text in texts:
        places, distinct = pd.factorize(papers[f"{text}_{kind}"])
        # A paper without a match in this text has the place -1: the last one.
        found |= np.array(
            [*(not wanted.isdisjoint(joined.split(SEPARATOR)) for joined in distinct), False]
        )[places]
    return pd.Series(found, index=papers.index)


def about(
    papers: pd.DataFrame, groups: Sequence[str], texts: Sequence[str] = ("title",)
) -> pd.Series:
    """Tell for each paper whether it is about one of the topics or groups of them; EvidenceError for another name."""
    return matched(papers, load_topics().terms(groups), texts)


def with_class(
    papers: pd.DataFrame,
    intensive: Sequence[str] = (INTENSIVE,),
    low: Sequence[str] = (LOW,),
    texts: Sequence[str] = ("title",),
) -> pd.DataFrame:
    """Return papers with ``topic_class``: ``compute-intensive`` (also where both fit), ``low-compute`` or ``other``."""
    kinds = [about(papers, intensive, texts), about(papers, low, texts)]
    return papers.assign(topic_class=np.select(kinds, [INTENSIVE, LOW], "other"))


def having(papers: pd.DataFrame, texts: Sequence[str]) -> pd.DataFrame:
    """Return the papers that have all of these texts; a title they all have."""
    for text, column in {"keywords": "has_keywords", "abstract": "has_abstract"}.items():
        papers = papers[papers[column].astype(bool)] if text in texts else papers
    return papers


def naming_shares(papers: pd.DataFrame, flag: pd.Series, keys: Sequence[str]) -> pd.DataFrame:
    """Return the share of papers for which a flag holds, with its Wilson interval, by the key columns."""
    rows = [
        {
            **dict(zip(keys, group, strict=True)),
            **wilson_share(int(part.sum()), len(part), "").row(),
        }
        for group, part in flag.groupby([papers[key] for key in keys], observed=True)
    ]
    return pd.DataFrame(rows, columns=[*keys, "k", "n", "share", "low", "high"])


def largest_share(shares: pd.DataFrame, name: str) -> Estimate:
    """Return the largest of some shares of `naming_shares`, labelled by a column; no value where there is none."""
    if shares.empty:
        return wilson_share(0, 0, "none")
    row = shares.iloc[int(shares["share"].to_numpy().argmax())]
    return wilson_share(int(row["k"]), int(row["n"]), str(row[name]))


def models_named(papers: pd.DataFrame, texts: Sequence[str]) -> pd.DataFrame:
    """Return how many papers name each pre-trained model, with what is known of it; most named first."""
    listed = load_topics().models
    rows = [
        {
            "model": name,
            **listed[name].model_dump(include={"label", "maker", "team", "access", "kind"}),
            "papers": int(matched(papers, [name], texts, "models").sum()),
        }
        for name in model_names()
    ]
    return pd.DataFrame(rows).sort_values(
        ["papers", "model"], ascending=[False, True], ignore_index=True
    )


def model_names(*, teams: Sequence[str] = (), access: Sequence[str] = ()) -> list[str]:
    """Return the pre-trained models of makers of some team types and of some kinds of access; all where none is asked.

    Image networks that are as much architectures as pre-trained models do not count.
    """
    return [
        name
        for name, model in load_topics().models.items()
        if model.kind != "backbone"
        and (not teams or model.team in teams)
        and (not access or model.access in access)
    ]
