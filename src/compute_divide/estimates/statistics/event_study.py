"""What changes after an event that universities meet in different years.

Each university that has the event is held against those of its region and level that have not had
it, in years counted from the event. Nothing here knows what the event is.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from compute_divide.estimates.statistics.numbers import Floats
from compute_divide.estimates.statistics.resampling import SEED
from holdtrue.estimates import Estimate, Range

FIRST = -3
"""The first year that is looked at, counted from the event."""
LAST = 3
"""The last one."""
BASE = -2
"""The year that others are compared with: a year later, the event may be known to come."""
BEFORE = (-3, -1)
"""The years that show departures before the event."""
AVERAGE: Mapping[int, float] = dict.fromkeys((1, 2, 3), 1 / 3)
"""The weights of years in the average effect; the year of the event is shown, and not counted."""
LEVEL_YEARS = tuple(range(-6, -3))
"""The years whose size gives the level: none that is compared, so that matching hides nothing."""
LEVEL_EDGES = (0.001, 0.003, 0.01)
"""The shares of all papers at which the next level begins."""
BASE_COLUMN = BASE - FIRST
MIN_CONTROLS = 5
"""The fewest controls of a region that have papers in the base year.

With fewer, those of the level in all regions are taken.
"""
DRAWS = 999
POWER = 0.8
"""The chance with which the smallest detectable effect is detected."""
NO_WINDOW = "years missing around the event"
NO_SIZE = "no papers in the years of the level"
NO_CONTROLS = "too few controls"


class Stratum(NamedTuple):
    """The universities of one entry year, region and level: those with the event come first."""

    places: npt.NDArray[np.intp]
    treated: int
    shares: Floats


@dataclass(frozen=True, slots=True)
class EventStudy:
    """Effects by year from the event, on the logarithm of the share of papers.

    Attributes
    ----------
    years : range
        The years, counted from the event.
    effects : numpy.ndarray
        The effect in each year; in the base it is 0.
    without : pandas.DataFrame
        By how much they change without each university, one row each.
    draws : numpy.ndarray
        The effects, one row a draw, if others of the same stratum had had the event; the first
        row is what was observed.
    spreads : numpy.ndarray
        The covariance of each draw, from leaving out each university that has the event in it.
    treated, controls : int
        How many universities have the event, and how many are controls at least once.
    left_out : pandas.Series
        The reason why others that have the event are not counted, by university.
    """

    years: range
    effects: Floats
    without: pd.DataFrame
    draws: Floats
    spreads: Floats
    treated: int
    controls: int
    left_out: pd.Series[str]

    def ratio(self, label: str, weights: Mapping[int, float] = AVERAGE) -> Estimate:
        """Return papers over what they would have been, on average over years.

        Parameters
        ----------
        label : str
            What is estimated, in a few self-contained words.
        weights : mapping
            The weight of each year; by default the average of the three years after the event.

        Returns
        -------
        Estimate
            The ratio with its 95% interval and the number of universities that have the event;
            without a value if a year has no papers, or fewer than two universities are left.
        """
        combination = self._combination(weights)
        return self._between([combination], label, combination, "sampling")

    def under_departures(
        self, label: str, weights: Mapping[int, float] = AVERAGE, *, multiple: float = 1
    ) -> Estimate:
        """Return the ratio if trends depart after the event as much as they did before.

        Parameters
        ----------
        label : str
            What is estimated, in a few self-contained words.
        weights : mapping
            The weight of each year, as in `ratio`.
        multiple : float
            How many times the largest departure of a year before the event a year may depart.

        Returns
        -------
        Estimate
            The ratio; its range covers every trend that these departures allow, and chance.

        Notes
        -----
        The restriction is that on relative magnitudes of Rambachan and Roth (2023).
        Each end of the identified set is the largest or smallest of a few linear combinations of
        the effects, so the union of their 95% intervals covers all of it. Theirs can be shorter.
        """
        combination = self._combination(weights)
        # The base is sure to lie before the event: a year departs by one step for each since.
        steps = multiple * sum(weight * (year - BASE) for year, weight in weights.items())
        worst = [
            combination + sign * steps * self._combination({year: 1})
            for year in BEFORE
            for sign in (-1, 1)
        ]
        return self._between(worst, label, combination, "assumptions")

    def chance(self, weights: Mapping[int, float] = AVERAGE) -> float:
        """Return how often a draw departs from 1 at least as far, measured in its own errors.

        Parameters
        ----------
        weights : mapping
            The weight of each year, as in `ratio`.

        Returns
        -------
        float
            The p-value of randomisation inference, what was observed among the draws: exact if
            the event is by lot in each stratum.
        """
        combination = self._combination(weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            errors = np.sqrt(self.spreads @ combination @ combination)
            departures = np.abs(self.draws @ combination) / errors
            # A draw without a value counts against what was observed.
            is_nearer = departures < departures[0] * (1 - 1e-9)
        return float(np.mean(~is_nearer))

    def smallest_detectable(self, label: str, weights: Mapping[int, float] = AVERAGE) -> Estimate:
        """Return the smallest ratio above 1 that would be seen in four of five such studies.

        Parameters
        ----------
        label : str
            What is estimated, in a few self-contained words.
        weights : mapping
            The weight of each year, as in `ratio`.

        Returns
        -------
        Estimate
            The ratio; its 95% interval would leave out 1 with a chance of 80% (Bloom 1995).
        """
        from scipy.special import stdtrit

        if self.treated < 2:
            return Estimate(None, n=self.treated, unit="ratio", label=label)
        reach = stdtrit(self.treated - 1, [0.975, POWER]).sum()
        size = float(np.exp(reach * self._error(self._combination(weights))))
        value = size if np.isfinite(size) else None
        return Estimate(value, n=self.treated, unit="ratio", label=label)

    def most_influential(self, weights: Mapping[int, float] = AVERAGE) -> Hashable:
        """Return the university without which the effect changes most.

        Parameters
        ----------
        weights : mapping
            The weight of each year, as in `ratio`.

        Returns
        -------
        hashable
            Its label in the rows of the universities.
        """
        changes = self.without.to_numpy() @ self._combination(weights)
        label: Hashable = self.without.index[int(np.abs(changes).argmax())]
        return label

    @property
    def covariance(self) -> Floats:
        """The covariance of the effects, from leaving out each university."""
        without = self.without.to_numpy()
        return np.asarray(without.T @ without)

    def _between(
        self, ends: Sequence[Floats], label: str, combination: Floats, kind: Range
    ) -> Estimate:
        """Return a ratio, with the union of the 95% intervals of some combinations."""
        from scipy.special import stdtrit

        half = stdtrit(max(self.treated - 1, 1), 0.975)
        lows = [self.effects @ end - half * self._error(end) for end in ends]
        highs = [self.effects @ end + half * self._error(end) for end in ends]
        numbers = np.exp([self.effects @ combination, min(lows), max(highs)])
        if self.treated < 2 or not np.isfinite(numbers).all():
            return Estimate(None, n=self.treated, unit="ratio", label=label)
        value, low, high = map(float, numbers)
        return Estimate(value, low, high, n=self.treated, unit="ratio", label=label, range=kind)

    def _error(self, combination: Floats) -> float:
        return float(np.sqrt(combination @ self.covariance @ combination))

    def _combination(self, weights: Mapping[int, float]) -> Floats:
        """Return the weights of all years, in order."""
        unknown = sorted({*weights} - {*self.years})
        if unknown:
            raise ValueError(
                f"the years run from {self.years[0]} to {self.years[-1]}, not {unknown}"
            )
        return np.array([weights.get(year, 0.0) for year in self.years])


def event_study(
    universities: pd.DataFrame,
    shares: pd.DataFrame,
    sizes: pd.DataFrame,
    *,
    last: int = LAST,
    seed: int = SEED,
) -> EventStudy:
    """Return the effects of an event on the shares of universities, by year from the event.

    Parameters
    ----------
    universities : pandas.DataFrame
        One row a university, with the columns ``region``, ``entry`` (the year of the event; NaN
        if there was none) and ``may_control`` (False if it may have had the event unseen).
    shares : pandas.DataFrame
        The outcome, such as the share of a conference's papers: the same rows, one column a year.
    sizes : pandas.DataFrame
        The share of all papers, by which levels are formed: the same rows, one column a year.
    last : int
        The last year that is looked at, counted from the event: a university counts if all years
        from three before it to this one are columns of `shares`.
    seed : int
        The seed of the draws.

    Returns
    -------
    EventStudy
        The effects, their covariance and the draws.

    Raises
    ------
    ValueError
        If the tables are not of the same universities, or a share is negative or missing.

    Notes
    -----
    A stacked design (Cengiz et al. 2019; Wing, Freedman and Hollingsworth 2024): the universities
    of each entry year are compared with those that have no event, or have it later than the last
    year compared and the year before it, when it may be known. Each is compared within its region
    and level (exact matching on coarse classes: Iacus, King and Porro 2012).

    The effect is that on the total in proportion, which allows zeros (Chen and Roth 2024): what
    those with the event have, over what they would have had if they had grown from the base as
    their controls did. In one stratum that is the Poisson regression with effects of university
    and year (Wooldridge 2023); over strata the totals are added, so that no comparison with those
    that already had the event comes in, nor a negative weight (Goodman-Bacon 2021).

    The covariance is a jackknife that leaves out one university at a time, in all the stacks in
    which it appears (MacKinnon, Nielsen and Webb 2023): with few universities that have the event
    the usual sandwich is too narrow. Student's t has their number less 1 degrees of freedom. A
    draw gives the event to as many others of each stratum (Fisher 1935), and departs by its effect
    over its error, which holds better than the effect alone where universities differ (MacKinnon
    and Webb 2020).

    Examples
    --------
    >>> universities = pd.DataFrame({"region": "Asia", "entry": [2018.0] * 2 + [None] * 6})
    >>> universities["may_control"] = True
    >>> shares = pd.DataFrame(0.01, index=range(8), columns=range(2012, 2022))
    >>> shares.loc[:1, 2019:] = 0.012
    >>> study = event_study(universities, shares, shares)
    >>> round(study.ratio("papers over what they would have been").value, 6), study.treated
    (1.2, 2)
    """
    _check(universities, shares, sizes)
    left_out: dict[object, str] = {}
    years = range(FIRST, last + 1)
    strata = list(_strata(universities, shares, sizes, years, left_out))
    # Without an event there is one stratum, of nobody.
    strata = strata or [Stratum(np.arange(0), 0, np.zeros((0, len(years))))]
    totals = np.array([stratum.shares.sum(axis=0) for stratum in strata])
    rng = np.random.default_rng(seed)
    chosen = [stratum.shares[_chosen(stratum, rng)] for stratum in strata]
    drawn = np.stack([shares.sum(axis=1) for shares in chosen], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = _effects(drawn, totals)
        spreads = _spreads(chosen, drawn, totals)
        without = _jackknifed(strata, len(universities), drawn[0], totals)
    number = sum(stratum.treated for stratum in strata)
    controls = {place for stratum in strata for place in stratum.places[stratum.treated :].tolist()}
    return EventStudy(
        years=years,
        effects=draws[0],
        without=pd.DataFrame(without, universities.index, list(years)),
        draws=draws,
        spreads=spreads,
        treated=number,
        controls=len(controls),
        left_out=pd.Series(left_out, dtype=str),
    )


def _chosen(stratum: Stratum, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Return the rows that have the event: first those that do, then one row a draw."""
    order = rng.random((DRAWS, len(stratum.places))).argsort(axis=1)
    return np.vstack([np.arange(stratum.treated), order[:, : stratum.treated]])


def _check(universities: pd.DataFrame, shares: pd.DataFrame, sizes: pd.DataFrame) -> None:
    """Refuse tables that would be joined to the wrong rows, or hold what is no share."""
    for name, table in {"shares": shares, "sizes": sizes}.items():
        if not table.index.equals(universities.index):
            raise ValueError(f"the rows of {name} are not those of the universities")
        if not (table.to_numpy(dtype=float) >= 0).all():
            raise ValueError(f"{name} has a value that is negative or missing")


def _strata(
    universities: pd.DataFrame,
    shares: pd.DataFrame,
    sizes: pd.DataFrame,
    offsets: range,
    left_out: dict[object, str],
) -> Iterator[Stratum]:
    """Yield the strata of all entry years; note who is left out, and why."""
    entry = universities["entry"].to_numpy(dtype=float)
    may_control = universities["may_control"].to_numpy(dtype=bool)
    region = universities["region"].to_numpy(dtype=object)
    for year in np.unique(entry[~np.isnan(entry)]).astype(int):
        here = entry == year
        years = [year + offset for offset in offsets]
        before = [year + offset for offset in LEVEL_YEARS if year + offset in sizes]
        if not before or not {*years} <= {*shares.columns}:
            left_out.update(dict.fromkeys(universities.index[here], NO_WINDOW))
            continue
        values = shares[years].to_numpy(dtype=float)
        size = sizes[before].to_numpy(dtype=float).mean(axis=1)
        level = np.where(size > 0, np.digitize(size, LEVEL_EDGES), -1)
        left_out.update(dict.fromkeys(universities.index[here & (level < 0)], NO_SIZE))
        # One that has the event soon after may be known to have it in the last year compared.
        is_clean = np.isnan(entry) | (entry - 1 > years[-1])
        free = may_control & is_clean & ~here
        is_seen = values[:, BASE_COLUMN] > 0
        for places, controls in _matched(here, free, is_seen, level, region):
            if np.count_nonzero(is_seen[controls]) < MIN_CONTROLS:
                left_out.update(dict.fromkeys(universities.index[places], NO_CONTROLS))
                continue
            both = np.concatenate([places, controls])
            yield Stratum(both, len(places), values[both])


def _matched(
    here: npt.NDArray[np.bool_],
    free: npt.NDArray[np.bool_],
    is_seen: npt.NDArray[np.bool_],
    level: npt.NDArray[np.intp],
    region: npt.NDArray[np.object_],
) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Yield those that have the event in a year, by region and level, and their controls."""
    for of_level in np.unique(level[here & (level >= 0)]):
        alike = level == of_level
        alone = np.zeros_like(here)
        for of_region in pd.unique(region[here & alike]):
            inside = alike & (region == of_region)
            if (free & is_seen & inside).sum() < MIN_CONTROLS:
                alone |= here & inside
            else:
                yield np.flatnonzero(here & inside), np.flatnonzero(free & inside)
        if alone.any():
            yield np.flatnonzero(alone), np.flatnonzero(free & alike)


def _effects(treated: Floats, totals: Floats) -> Floats:
    """Return the logarithm of what there is over what would have been, from sums by stratum."""
    controls = totals - treated
    growth = controls / controls[..., [BASE_COLUMN]]
    expected = (treated[..., [BASE_COLUMN]] * growth).sum(axis=-2)
    return np.asarray(np.log(treated.sum(axis=-2) / expected))


def _spreads(chosen: list[Floats], drawn: Floats, totals: Floats) -> Floats:
    """Return the covariance of each draw, leaving out one that has the event at a time."""
    base = [BASE_COLUMN]
    controls = totals - drawn
    growth = controls / controls[..., base]
    actual = drawn.sum(axis=1, keepdims=True)
    expected = (drawn[..., base] * growth).sum(axis=1, keepdims=True)
    spreads = np.zeros((len(drawn), drawn.shape[-1], drawn.shape[-1]))
    for place, shares in enumerate(chosen):
        carried = shares[..., base] * growth[:, [place]]
        without = np.log1p(-shares / actual) - np.log1p(-carried / expected)
        spreads += without.swapaxes(1, 2) @ without
    return spreads


def _jackknifed(strata: list[Stratum], number: int, treated: Floats, totals: Floats) -> Floats:
    """Return by how much the effects change without each university, in all its strata at once."""
    base = [BASE_COLUMN]
    controls = totals - treated
    growth = controls / controls[:, base]
    actual = np.zeros((number, totals.shape[1]))
    expected = np.zeros_like(actual)
    for stratum, own, others, rise in zip(strata, treated, controls, growth, strict=True):
        inside = stratum.shares[: stratum.treated]
        left = others - stratum.shares
        change = own[base] * (rise - left / left[:, base])
        change[: stratum.treated] = inside[:, base] * rise
        expected[stratum.places] += change
        actual[stratum.places[: stratum.treated]] += inside
    all_expected = (treated[:, base] * growth).sum(axis=0)
    without = np.log1p(-actual / treated.sum(axis=0)) - np.log1p(-expected / all_expected)
    return np.asarray(without)
