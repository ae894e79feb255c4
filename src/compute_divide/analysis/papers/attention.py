"""Who is read: of two papers of one venue and year, how often the one of another team is cited more.

A stratified Wilcoxon test (van Elteren 1960) read as a probability: one half is no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.statistics.estimates import ACADEMIA

WITHIN = ("venue", "year", "track")
"""What two papers that are compared have in common: a paper of an industry track meets others of that track."""

SIZES = (0, 2, 3, 4, 5, 7, 10, np.inf)  # number of authors: up to 2, 3, 4, 5, 6 or 7, 8 to 10, more
LEAST = 20  # papers of a team that a group must have for its lead to be shown
Z95 = 1.959964


def ranked(papers: pd.DataFrame, ranks: pd.DataFrame) -> pd.DataFrame:
    """Return the papers whose citations are ranked.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with the columns ``venue``, ``year``, ``key`` and ``authors``.
    ranks : pandas.DataFrame
        Their ranks, from `load_ranks`.

    Returns
    -------
    pandas.DataFrame
        Those papers that have one, with ``rank``, the share of the papers of their conference and year that are cited
        less (0 to 1), and ``size``, the class of their number of authors: up to 2, 3, 4, 5, 6 or 7, 8 to 10, more.

    Raises
    ------
    pandas.errors.MergeError
        If a paper stands twice in one of the two.

    Examples
    --------
    >>> papers = pd.DataFrame({"venue": ["icml"], "year": [2015], "key": ["a"], "authors": [4]})
    >>> ranked(papers, papers[["venue", "year", "key"]].assign(rank=0.9))[["rank", "size"]].values.tolist()
    [[0.9, 2.0]]
    """
    found = papers.merge(ranks, on=["venue", "year", "key"], validate="one_to_one")
    return found.assign(size=pd.cut(found["authors"].astype(float), SIZES, labels=False))


@dataclass(frozen=True, slots=True)
class Lead:
    """How often one side is ahead, and how far each paper moves that (its influence), for standard errors."""

    share: float
    influence: pd.Series

    @property
    def error(self) -> float:
        """Standard error of the share; papers count as independent."""
        return float(np.sqrt((self.influence**2).sum()))

    def estimate(self, label: str) -> Estimate:
        """Return the share with its 95% interval; `n` is the number of papers compared."""
        half = Z95 * self.error
        low, high = max(self.share - half, 0.0), min(self.share + half, 1.0)
        return Estimate(self.share, low, high, n=len(self.influence), unit="share", label=label)


def lead(papers: pd.DataFrame, team: str, within: Sequence[str] = WITHIN) -> Lead | None:
    """Return how often papers of a team are cited more than those of academia alone; None where none can be compared.

    Ties count half. The papers of a pair share the columns `within`; a stratum with one paper of a side has no variance
    and is left out. One with m and n papers weighs mn / (m + n); its variance is DeLong's (1988).
    """
    chosen = papers["team_type"].isin([team, ACADEMIA])
    sides = papers.loc[chosen, ["team_type", "rank", *within]].dropna(subset=list(within))
    ours = (sides["team_type"] == team).to_numpy()
    stratum = sides.groupby(list(within), observed=True).ngroup().to_numpy()
    sizes = np.array([np.bincount(stratum[side], minlength=len(sides)) for side in (ours, ~ours)])
    kept = (sizes.min(axis=0) >= 2)[stratum]
    if not kept.any():
        return None
    ranks, ours, stratum = sides["rank"][kept], ours[kept], stratum[kept]
    (m, n), used = sizes[:, stratum], np.unique(stratum)
    # Of the papers below one in the whole stratum, those of its own side do not count.
    below = (ranks.groupby(stratum).rank() - ranks.groupby([stratum, ours]).rank()).to_numpy()
    ahead = np.where(ours, below / n, 1 - below / m)
    shares = np.bincount(stratum[ours], ahead[ours], minlength=len(sides)) / np.maximum(sizes[0], 1)
    weights = sizes.prod(axis=0) / np.maximum(sizes.sum(axis=0), 1)
    own = np.where(ours, m, n)
    moved = weights[stratum] * (ahead - shares[stratum]) / np.sqrt(own * (own - 1))
    total = weights[used].sum()
    return Lead(
        float((weights * shares)[used].sum() / total), pd.Series(moved / total, index=ranks.index)
    )


def lead_estimate(
    papers: pd.DataFrame, team: str, label: str, within: Sequence[str] = WITHIN
) -> Estimate:
    """Return how often papers of a team are cited more than those of academia alone, when like is compared with like.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with ``team_type``, ``rank`` and the columns `within`; a paper that lacks one of these is left out.
    team : str
        The type of the team that is held against academia alone.
    label : str
        What is estimated, in a few words that stand alone.
    within : sequence of str
        The columns that two papers share when they are compared.

    Returns
    -------
    Estimate
        The share of pairs, ties counted half, with its 95% interval; one half is no difference, and `n` is the number
        of papers compared. Without a value where no stratum has two papers of either side.

    Notes
    -----
    The Wilcoxon test by strata of van Elteren (1960), read as a probability: a stratum with m and n papers weighs
    mn / (m + n). The variance is that of DeLong, DeLong and Clarke-Pearson (1988); papers count as independent.

    Examples
    --------
    >>> papers = pd.DataFrame({
    ...     "venue": "icml", "year": 2015, "track": "main", "rank": [0.2, 0.4, 0.6, 0.8],
    ...     "team_type": ["academia-only", "academia-only", "collaboration", "collaboration"],
    ... })
    >>> lead_estimate(papers, "collaboration", "the paper with industry is cited more").value
    1.0
    """
    found = lead(papers, team, within)
    return found.estimate(label) if found else Estimate(None, n=0, unit="share", label=label)


def due_to_size(papers: pd.DataFrame, team: str, label: str) -> Estimate:
    """Return which part of a team's lead over one half goes when teams of like size are compared.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers as `ranked` returns them, with ``team_type`` and ``track``.
    team : str
        The type of the team that is held against academia alone.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The part, of 0 to 1 where the lead becomes smaller, with its 95% interval; without a value where there is no
        lead beyond chance.

    Notes
    -----
    Both numbers rest on the same papers: the interval (delta method) adds up what each paper does to their ratio.

    Examples
    --------
    >>> papers = pd.DataFrame({
    ...     "venue": "icml", "year": 2015, "track": "main", "size": 1, "rank": [0.2, 0.4, 0.6, 0.8],
    ...     "team_type": ["academia-only", "academia-only", "collaboration", "collaboration"],
    ... })
    >>> due_to_size(papers, "collaboration", "part of the lead that goes").value
    0.0
    """
    plain, alike = lead(papers, team), lead(papers, team, (*WITHIN, "size"))
    if plain is None or alike is None or plain.share - Z95 * plain.error <= 0.5:
        return Estimate(None, n=0, unit="share", label=label)
    left = (alike.share - 0.5) / (plain.share - 0.5)
    influence = alike.influence.sub(left * plain.influence, fill_value=0) / (plain.share - 0.5)
    half = Z95 * float(np.sqrt((influence**2).sum()))
    return Estimate(
        1 - left, 1 - left - half, 1 - left + half, n=len(influence), unit="share", label=label
    )


def leads_by(papers: pd.DataFrame, keys: Sequence[str], teams: Sequence[str]) -> pd.DataFrame:
    """Return the lead of each team over academia alone in each group of papers.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with ``venue``, ``year``, ``track``, ``team_type`` and ``rank``.
    keys : sequence of str
        The columns that make the groups.
    teams : sequence of str
        The types of teams that are held against academia alone.

    Returns
    -------
    pandas.DataFrame
        The keys, ``team_type``, and the cells of `lead_estimate`: ``share``, ``low``, ``high``, ``k``, ``n``. A group
        with fewer than twenty papers of a team, or in which nothing can be compared, does not occur.

    Examples
    --------
    >>> sides = ["academia-only"] * 20 + ["collaboration"] * 20
    >>> papers = pd.DataFrame({"venue": "icml", "year": 2015, "track": "main", "team_type": sides, "rank": range(40)})
    >>> leads_by(papers, ["venue"], ["collaboration"])[["venue", "share"]].values.tolist()
    [['icml', 1.0]]
    """
    rows = []
    needed = papers[list(dict.fromkeys([*keys, *WITHIN, "team_type", "rank"]))]
    for group, part in needed.groupby(list(keys), observed=True):
        for team in teams:
            found = lead_estimate(part, team, "")
            if found.value is not None and (part["team_type"] == team).sum() >= LEAST:
                rows.append(
                    {**dict(zip(keys, group, strict=True)), "team_type": team, **found.row()}
                )
    return pd.DataFrame(rows, columns=[*keys, "team_type", "share", "low", "high", "k", "n"])
