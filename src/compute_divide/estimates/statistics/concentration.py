"""How papers are spread over universities: how many take part, who makes half, who comes and goes.

All rests on counts: in how many papers of a venue and year each university takes part. Papers
themselves are not needed, because those of one university are a hypergeometric number in a random
sample of all papers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from compute_divide.estimates.statistics.numbers import NORMAL_975, Floats
from compute_divide.estimates.statistics.resampling import SEED
from compute_divide.estimates.statistics.shares import wilson_interval, wilson_share, with_shares
from holdtrue.estimates import Estimate, Range

Counts = npt.NDArray[np.integer]
DRAWS = 200
"""Samples that are drawn where there is no formula: the mean over them is off by a tenth of the
interval at most."""
NO_TIER = "none"


@dataclass(frozen=True, slots=True)
class Concentration:
    """How participations are spread over universities, the largest first.

    Attributes
    ----------
    universities : Estimate
        How many universities take part.
    shares, low, high : numpy.ndarray
        The share of all participations that the largest university makes, the two largest, and so
        on; and the ends of the range of each.
    participations : int
        How many there are: a paper of two universities has two.
    range : str
        ``"sampling"``, or ``"bounds"`` if there are papers of which nothing is known.
    """

    universities: Estimate
    shares: Floats
    low: Floats
    high: Floats
    participations: int
    range: Range

    def of_largest(self, number: int, label: str) -> Estimate:
        """Return the share of all participations that the largest universities make.

        Parameters
        ----------
        number : int
            How many universities are the largest.
        label : str
            What is estimated, in a few self-contained words.

        Returns
        -------
        Estimate
            The share, `n` the number of participations; without a value if there are none.
        """
        if not self.participations:
            return Estimate(None, n=0, unit="share", label=label)
        place = min(number, len(self.shares)) - 1
        ends = (float(self.low[place]), float(self.high[place]))
        share = float(self.shares[place])
        n = self.participations
        return Estimate(share, *ends, n=n, unit="share", label=label, range=self.range)

    def making(self, part: float, label: str) -> Estimate:
        """Return how many of the largest universities make a part of all participations.

        Parameters
        ----------
        part : float
            The part, such as a half.
        label : str
            What is estimated, in a few self-contained words.

        Returns
        -------
        Estimate
            The number of universities, `n` the number of participations; without a value if there
            are none.

        Notes
        -----
        The interval holds the numbers whose share is not clearly another (Woodruff 1952).
        """
        if not self.participations:
            return Estimate(None, n=0, unit="count", label=label)
        numbers = [
            min(int(np.count_nonzero(shares < part)) + 1, len(shares))
            for shares in (self.shares, self.high, self.low)
        ]
        value, low, high = map(float, numbers)
        n = self.participations
        return Estimate(value, low, high, n=n, unit="count", label=label, range=self.range)


def concentration(
    counts: pd.Series[int],
    papers: int,
    label: str,
    *,
    sample: int | None = None,
    unknown: int = 0,
) -> Concentration:
    """Return how participations are spread over universities, also in a sample of the papers.

    Where there are fewer papers, fewer universities take part and the largest stand out more, by
    chance alone: two years are like with like in samples of as many papers.

    Parameters
    ----------
    counts : pandas.Series
        In how many papers each university takes part, such as a column of
        `cd.data.university_papers`; a university without any does not count.
    papers : int
        How many papers they are of, those of no university among them.
    label : str
        What the number of universities is, in a few self-contained words.
    sample : int, optional
        The size of the sample; by default there is none, and all papers count.
    unknown : int
        How many more participations there may be, in papers of which nothing is known.

    Returns
    -------
    Concentration
        The number of universities, with ``of_largest`` for the share of the largest and ``making``
        for how many make a half.

    Raises
    ------
    ValueError
        If a university takes part in more papers than there are, the sample is larger than all of
        them, or both a sample and unknown participations are given.

    Notes
    -----
    The expected number of universities in a sample is exact (rarefaction: Hurlbert 1971); its
    interval is that of Colwell, Mao and Chang (2004), with the number of universities never seen
    estimated as by Chao (1987). Shares in a sample are means over seeded draws of each
    university's hypergeometric number. Their intervals are Wilson's (1927) for as many
    participations as all papers have. They take which universities are the largest as given; on
    lists of 215 to 4552 papers, drawing the papers themselves (a bootstrap) gave standard errors
    0.89 to 1.12 times those.

    With unknown participations the ranges are bounds (Manski 1989): if all of them were of the
    largest universities, or each of another one that has no other.

    Examples
    --------
    >>> spread = concentration(pd.Series([6, 2, 1, 1]), 8, "universities")
    >>> spread.universities.value, spread.of_largest(1, "share of the largest").value
    (4.0, 0.6)
    >>> spread.making(0.5, "universities that make half").value
    1.0
    >>> sampled = concentration(pd.Series([6, 2, 1, 1]), 8, "universities", sample=2)
    >>> round(sampled.universities.value, 2)
    1.93
    """
    of_each = np.sort(counts[counts > 0].to_numpy(dtype=np.int64))[::-1]
    drawn = papers if sample is None else sample
    _check(of_each, papers, drawn, unknown)
    number = int(of_each.sum())
    shares = _shares(of_each, papers, drawn)
    if unknown:
        size = Estimate(
            len(of_each),
            len(of_each),
            len(of_each) + unknown,
            None,
            papers,
            "count",
            label,
            range="bounds",
        )
        ends = _bounds(of_each, unknown)
        return Concentration(size, shares, *ends, number, "bounds")
    _, low, high = wilson_interval(shares * number, number)
    size = _universities(of_each, papers, drawn, label)
    return Concentration(size, shares, low, high, number, "sampling")


def _bounds(of_each: Counts, unknown: int) -> tuple[Floats, Floats]:
    """Return the lowest and highest shares of the 1, 2, 3 and more largest."""
    of_others = np.ones(unknown, dtype=int)
    lowest = np.concatenate([of_each, of_others]).cumsum()
    highest = of_each.cumsum() + unknown
    return lowest / lowest[-1], highest / highest[-1]


def _check(of_each: Counts, papers: int, drawn: int, unknown: int) -> None:
    if (of_each > papers).any():
        raise ValueError(f"a university takes part in {of_each[0]} papers, but there are {papers}")
    if not 0 <= drawn <= papers:
        raise ValueError(f"a sample of {drawn} of {papers} papers cannot be drawn")
    if unknown and drawn < papers:
        raise ValueError("bounds for unknown participations are those of all papers, no sample")


def _shares(of_each: Counts, papers: int, drawn: int) -> Floats:
    """Return the shares of the 1, 2, 3 and more largest, in the mean over samples."""
    if drawn == papers:
        return np.asarray(of_each.cumsum() / max(of_each.sum(), 1))
    rng = np.random.default_rng(SEED)
    samples = rng.hypergeometric(of_each, papers - of_each, drawn, (DRAWS, len(of_each)))
    sums = np.sort(samples)[:, ::-1].cumsum(axis=1)
    known = sums[sums[:, -1:].any(axis=1)]
    return np.asarray((known / known[:, -1:]).sum(axis=0) / max(len(known), 1))


def _universities(of_each: Counts, papers: int, drawn: int, label: str) -> Estimate:
    """Return the expected number of universities in a sample of papers."""
    from scipy.special import gammaln

    left = papers - of_each
    with np.errstate(invalid="ignore"):
        chances = gammaln(left + 1) - gammaln(left - drawn + 1)
        chances += gammaln(papers - drawn + 1) - gammaln(papers + 1)
    missing = np.where(left < drawn, 0, np.exp(chances))
    expected = float((1 - missing).sum())
    of_one = np.count_nonzero(of_each == 1)
    of_two = np.count_nonzero(of_each == 2)
    unseen = (1 - 1 / max(papers, 1)) * of_one * (of_one - 1) / (2 * (of_two + 1))
    variance = ((1 - missing) ** 2).sum() - expected**2 / max(len(of_each) + unseen, 1)
    half = NORMAL_975 * float(np.sqrt(max(variance, 0)))
    ends = (expected - half, expected + half)
    return Estimate(expected, *ends, n=drawn, unit="count", label=label, range="sampling")


def newcomers(
    before: pd.Series[int], after: pd.Series[int], label: str, *, by_papers: bool = False
) -> Estimate:
    """Return the share of universities of a time that took no part at an earlier time.

    With the two times changed for each other it is the share of those that are gone.

    Parameters
    ----------
    before, after : pandas.Series
        In how many papers each university takes part, by its number.
    label : str
        What is estimated, in a few self-contained words.
    by_papers : bool
        Whether to return the share of the newcomers in all participations instead.

    Returns
    -------
    Estimate
        The share with its 95% Wilson interval; without a value if nobody takes part.

    Notes
    -----
    A university with a paper every few years comes and goes by chance: the share says more with
    several years on either side.

    Examples
    --------
    >>> early, late = pd.Series({3: 5, 8: 1}), pd.Series({3: 6, 9: 1, 11: 1})
    >>> share = newcomers(early, late, "new universities")
    >>> share.k, share.n
    (2, 3)
    >>> newcomers(late, early, "universities that are gone").value
    0.5
    >>> newcomers(early, late, "participations of new universities", by_papers=True).value
    0.25
    """
    present = after[after > 0]
    is_new = ~present.index.isin(before.index[before > 0])
    if by_papers:
        return wilson_share(int(present[is_new].sum()), int(present.sum()), label)
    return wilson_share(int(is_new.sum()), len(present), label)


def tiers(before: pd.Series[int], ends: Sequence[int] = (50, 100, 200)) -> pd.Series[str]:
    """Return the tier of each university, by its papers in some years before.

    Parameters
    ----------
    before : pandas.Series
        In how many papers of these years each university takes part, by its number.
    ends : sequence of int
        The rank of the last university of each tier; those behind the last rank are one more tier.

    Returns
    -------
    pandas.Series
        The tier by university, such as ``"1 to 50"`` and ``"from 201"``. Universities with as many
        papers have one rank, the first of all of them, so no tie is broken by chance.

    Notes
    -----
    Who was large by luck in these years falls back after them, in every tier (regression to the
    mean): compare later years with each other, not with these.

    Examples
    --------
    >>> tiers(pd.Series({3: 9, 8: 4, 9: 4, 11: 1, 12: 0}), ends=(2,)).to_dict()
    {3: '1 to 2', 8: '1 to 2', 9: '1 to 2', 11: 'from 3'}
    """
    present = before[before > 0]
    ranks = present.rank(ascending=False, method="min")
    firsts = [1, *(end + 1 for end in ends)]
    names = [f"{first} to {end}" for first, end in zip(firsts, ends, strict=False)]
    names.append(f"from {firsts[-1]}")
    places = np.searchsorted(np.array(ends), ranks.to_numpy())
    return pd.Series(np.array(names)[places], index=present.index, name="tier")


def tier_shares(panel: pd.DataFrame, tier: pd.Series[str], kind: str = "papers") -> pd.DataFrame:
    """Return the share of each tier in the participations of every year.

    Parameters
    ----------
    panel : pandas.DataFrame
        Rows with ``university``, ``year`` and counts, as `cd.data.university_papers` has them.
    tier : pandas.Series
        The tier by university, see `tiers`; one that has none here is of the tier ``none``.
    kind : str
        The column of the counts.

    Returns
    -------
    pandas.DataFrame
        Rows by year and ``tier``: ``k`` of ``n`` participations, the ``share`` and the ends
        ``low`` and ``high`` of its 95% interval.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    Ahmed and Wahed (2020) count papers with at least one author of a tier, which adds up to more
    than all papers; here the shares of a year add up to 1. Intervals are Wilson's (1927).

    Examples
    --------
    >>> panel = pd.DataFrame({"university": [1, 2, 1, 3], "year": [2019, 2019, 2020, 2020]})
    >>> panel["papers"] = [3, 1, 2, 2]
    >>> shares = tier_shares(panel, pd.Series({1: "1 to 50", 2: "from 51"}))
    >>> shares.set_index(["year", "tier"])["share"].to_dict()
    {(2019, '1 to 50'): 0.75, (2019, 'from 51'): 0.25, (2020, '1 to 50'): 0.5, (2020, 'none'): 0.5}
    """
    of_tier = panel["university"].map(tier).fillna(NO_TIER).rename("tier")
    sums = panel.groupby(["year", of_tier])[kind].sum().astype(int).rename("k").reset_index()
    totals = sums.groupby("year")["k"].transform("sum")
    return with_shares(sums.assign(n=totals))
