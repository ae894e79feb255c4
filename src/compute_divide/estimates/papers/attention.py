"""Who is read: how often, of two papers of one venue and year, another team's is cited more.

A stratified Wilcoxon test (van Elteren 1960), read as a probability: one half means no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from compute_divide.estimates.statistics.numbers import NORMAL_975, Floats
from compute_divide.estimates.statistics.teams import ACADEMIA
from holdtrue.estimates import Estimate

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.integer]

WITHIN = ("venue", "year", "track")
"""What two compared papers share; an industry track is compared only with itself."""

SIZES = (0, 2, 3, 4, 5, 7, 10, np.inf)
"""Classes of the number of authors: up to 2, 3, 4, 5, 6 or 7, 8 to 10, more."""


def ranked(papers: pd.DataFrame, ranks: pd.DataFrame) -> pd.DataFrame:
    """Return the papers whose citations are ranked.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with the columns ``venue``, ``year``, ``key`` and ``authors``.
    ranks : pandas.DataFrame
        Their ranks, from `cd.data.ranks`.

    Returns
    -------
    pandas.DataFrame
        The papers that have a rank, with ``rank``, the share of the papers of their conference and
        year that are cited less (0 to 1), and ``size``, the class of their number of authors: up to
        2, 3, 4, 5, 6 or 7, 8 to 10, more.

    Raises
    ------
    pandas.errors.MergeError
        If a paper occurs twice in either table.

    Examples
    --------
    >>> papers = pd.DataFrame({"venue": ["icml"], "year": [2015], "key": ["a"], "authors": [4]})
    >>> ranks = papers[["venue", "year", "key"]].assign(rank=0.9)
    >>> ranked(papers, ranks)[["rank", "size"]].values.tolist()
    [[0.9, 2.0]]
    """
    with_ranks = papers.merge(ranks, on=["venue", "year", "key"], validate="one_to_one")
    authors = with_ranks["authors"].astype(float)
    size = pd.cut(authors, SIZES, labels=False)
    return with_ranks.assign(size=size)


@dataclass(frozen=True, slots=True)
class Lead:
    """How often one side is ahead, and how much each paper contributes.

    Parameters
    ----------
    share : Estimate
        The share of pairs in which that side is ahead.
    influence : pandas.Series
        How much each compared paper moves the share, on the index of the papers.
    """

    share: Estimate
    influence: pd.Series

    def due_to(self, alike: Lead, label: str) -> Estimate:
        """Return the part of the lead over one half that vanishes when like is compared with like.

        Parameters
        ----------
        alike : Lead
            The same lead among papers that have one more thing in common, such as the size of the
            team.
        label : str
            What is estimated, in a few self-contained words.

        Returns
        -------
        Estimate
            The part, from 0 to 1 if the lead becomes smaller, with its 95% interval; without a
            value if there is no lead beyond chance.

        Notes
        -----
        Both leads rest on the same papers: the interval (delta method) adds up the contribution of
        each paper to their ratio.
        """
        plain = self.share
        left = alike.share.value
        if plain.value is None or plain.low is None or plain.low <= 0.5 or left is None:
            return Estimate(None, n=0, unit="share", label=label)
        excess = plain.value - 0.5
        remaining = (left - 0.5) / excess
        moved = alike.influence.sub(remaining * self.influence, fill_value=0) / excess
        half = NORMAL_975 * _error(moved)
        due = 1 - remaining
        return Estimate(
            due, due - half, due + half, n=len(moved), unit="share", label=label, range="sampling"
        )


def _error(influence: pd.Series) -> float:
    """Return the standard error that follows from influences; papers count as independent."""
    squares = influence**2
    return float(np.sqrt(squares.sum()))


def lead(papers: pd.DataFrame, team: str, label: str, within: Sequence[str] = WITHIN) -> Lead:
    """Return how often papers of a team are cited more than those of universities alone.

    Like is compared with like: papers that share the columns `within`.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with ``team_type``, ``rank`` and the columns `within`; a paper that lacks one of
        these is left out.
    team : str
        The team type to compare with universities alone.
    label : str
        What is estimated, in a few self-contained words.
    within : sequence of str
        The columns that two papers share when they are compared.

    Returns
    -------
    Lead
        ``share``, the share of pairs, ties counted half, with its 95% interval; one half is no
        difference, and `n` is the number of papers compared. Without a value if no stratum has two
        papers of each side. ``due_to`` says which part of it something else explains.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    The Wilcoxon test by strata of van Elteren (1960), read as a probability: a stratum with m and n
    papers weighs mn / (m + n). The variance is that of DeLong, DeLong and Clarke-Pearson (1988);
    papers count as independent.

    Examples
    --------
    >>> papers = pd.DataFrame({
    ...     "venue": "icml", "year": 2015, "track": "main", "size": 1, "rank": [0.2, 0.4, 0.6, 0.8],
    ...     "team_type": ["academia-only", "academia-only", "collaboration", "collaboration"],
    ... })
    >>> plain = lead(papers, "collaboration", "the paper with industry is cited more")
    >>> alike = lead(papers, "collaboration", "for teams of like size", [*WITHIN, "size"])
    >>> plain.share.value, plain.due_to(alike, "part of the lead that goes").value
    (1.0, 0.0)
    """
    is_side = papers["team_type"].isin([team, ACADEMIA])
    columns = ["team_type", "rank", *within]
    sides = papers.loc[is_side, columns].dropna(subset=list(within))
    is_team = (sides["team_type"] == team).to_numpy()
    stratum = sides.groupby(list(within), observed=True).ngroup().to_numpy()
    count = len(sides)
    m = np.bincount(stratum[is_team], minlength=count)
    n = np.bincount(stratum[~is_team], minlength=count)
    # A stratum with one paper of a side has no variance and is left out.
    has_variance = np.minimum(m, n) >= 2
    used = has_variance[stratum]
    if not used.any():
        return Lead(Estimate(None, n=0, unit="share", label=label), pd.Series(dtype=float))
    share, influence = _lead(sides["rank"][used], is_team[used], stratum[used], m, n)
    half = NORMAL_975 * _error(influence)
    low = max(share - half, 0.0)
    high = min(share + half, 1.0)
    return Lead(
        Estimate(share, low, high, n=len(influence), unit="share", label=label, range="sampling"),
        influence,
    )


def _lead(
    ranks: pd.Series, is_team: Flags, stratum: Places, m: Places, n: Places
) -> tuple[float, pd.Series]:
    """Return the lead of a team, with influences, in strata of m own papers and n others."""
    own = np.where(is_team, m[stratum], n[stratum])
    other = np.where(is_team, n[stratum], m[stratum])
    ahead = _ahead(ranks, is_team, stratum, other)
    sums = np.bincount(stratum[is_team], ahead[is_team], minlength=len(m))
    shares = sums / np.maximum(m, 1)
    weights = m * n / np.maximum(m + n, 1)
    strata = np.unique(stratum)
    total = weights[strata].sum()
    share = float((weights * shares)[strata].sum() / total)
    errors = (ahead - shares[stratum]) / np.sqrt(own * (own - 1))
    influence = weights[stratum] * errors / total
    return share, pd.Series(influence, index=ranks.index)


def _ahead(ranks: pd.Series, is_team: Flags, stratum: Places, other: Places) -> Floats:
    """Return, for each paper, the share of its pairs in which the team is ahead."""
    in_stratum = ranks.groupby(stratum).rank()
    on_side = ranks.groupby([stratum, is_team]).rank()
    # Papers of a paper's own side do not count among those below it in the stratum.
    below = (in_stratum - on_side).to_numpy() / other
    return np.where(is_team, below, 1 - below)
