"""Every sensible combination of choices at once: the three headline shares under thousands of specifications.

A specification fixes a vintage, which of its models count, a notability filter, a size rule, a denominator and the
years. All of them are computed together: each vintage becomes one table of counts by rule, year and team type, and a
share over some years is a difference of cumulated counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from compute_divide.analysis.models.definitions import compute_known, largest_of_year, names_paper_criterion, size_known
from compute_divide.analysis.statistics.estimate import Estimate
from compute_divide.analysis.statistics.records import near_record
from compute_divide.analysis.statistics.shares import TEAM_TYPES, UNKNOWN, span
from compute_divide.evidence.parameters import last_whole_year

Counts = npt.NDArray[np.int64]

FIRST_YEAR, LAST_YEAR = 2000, 2030
MIN_MODELS = 10
"""A share of fewer models than this is computed but not held against anything: its interval agrees with everything."""

SIZES = (
    "any size",
    "compute known",
    "compute or parameters known",
    "top 5 of the year",
    "top 10 of the year",
    "top 20 of the year",
    "within 1 order of the record",
    "within 2 orders of the record",
    "within 3 orders of the record",
)
SCOPES = ("every model listed", "notable models")
FILTERS = ("no filter", "paper's filter")
DENOMINATORS = {
    "teams known": TEAM_TYPES,
    "academia-only and industry-only": ("academia-only", "industry-only"),
    "teams known or not": (*TEAM_TYPES, UNKNOWN),
}
"""Team types that make the total."""


@dataclass(frozen=True, slots=True)
class Headline:
    """A share that the paper reports, and the years over which it may be read.

    Parameters
    ----------
    claim : str
        Id of the claim in ``data/claims.yml``.
    team_type : str
        Whose share it is.
    periods : tuple of tuple of int
        First and last years; the first one is the choice of the published edition.
    """

    claim: str
    team_type: str
    periods: tuple[tuple[int, int], ...]


HEADLINES = (
    Headline(
        "academia-share-early",
        "academia-only",
        ((2010, 2014), (2010, 2012), (2010, 2013), (2010, 2015), (2011, 2014), (2012, 2014)),
    ),
    Headline(
        "academia-share-late",
        "academia-only",
        ((2020, 2022), (2020, 2021), (2020, 2023), (2021, 2022), (2021, 2023), (2019, 2022)),
    ),
    Headline("industry-share-2022", "industry-only", ((2022, 2022), (2021, 2022), (2022, 2023))),
)
"""The three headline claims."""

CHOICES = ("vintage", "scope", "filter", "size", "denominator", "period")
"""The choices that make a specification, besides the claim."""

_TEAMS = (*TEAM_TYPES, UNKNOWN)


def size_masks(models: pd.DataFrame) -> dict[str, pd.Series[bool]]:
    """Return which models satisfy each rule of `SIZES`; a model is compared with all others of the vintage."""
    everything = pd.Series(True, index=models.index)
    masks = [everything, compute_known(models), size_known(models)]
    masks += [largest_of_year(models, k) for k in (5, 10, 20)]
    masks += [near_record(models, window) for window in (1, 2, 3)]
    return dict(zip(SIZES, masks, strict=True))


def specifications(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the headline shares under every specification.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        All models of each vintage.

    Returns
    -------
    pandas.DataFrame
        One row a claim and specification: ``claim``, the columns of `CHOICES`, ``k``, ``n``, ``share``, ``low``,
        ``high``. Where a vintage lists notable models only, the scope is no choice and has one row. A period that was
        not over when the vintage was taken is left out; a share of nothing is missing.

    Examples
    --------
    >>> models = pd.DataFrame({"year": [2012, 2021], "published": pd.to_datetime(["2012-01-01", "2021-01-01"]),
    ...     "team_type": ["academia-only", "industry-only"], "scope": "notable", "notability": "highly cited",
    ...     "training_compute_flop": [1e15, 1e20], "parameters": 1e6})
    >>> table = specifications({"2024-01": models})
    >>> len(table), float(table["share"].iloc[0])
    (810, 1.0)
    """
    parts = [_of_vintage(vintage, models) for vintage, models in tables.items()]
    table = pd.concat(parts, ignore_index=True)
    k, n = table["k"].to_numpy(), table["n"].to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        share = k / n
        low, high = proportion_confint(k, n, method="wilson")
    return table.assign(share=share, low=np.clip(low, 0, share), high=np.clip(high, share, 1))


def _of_vintage(vintage: str, models: pd.DataFrame) -> pd.DataFrame:
    """Return counts and totals of every specification of one vintage."""
    rules, masks = _rules(models)
    counts = _cumulated(masks, models)
    last = last_whole_year(vintage)
    parts = []
    for headline in HEADLINES:
        wanted = _TEAMS.index(headline.team_type)
        for years in headline.periods:
            if years[1] > last:
                continue
            inside = counts[:, years[1] - FIRST_YEAR + 1] - counts[:, years[0] - FIRST_YEAR]
            for name, teams in DENOMINATORS.items():
                total = inside[:, [_TEAMS.index(team) for team in teams]].sum(axis=1)
                fixed = {"claim": headline.claim, "vintage": vintage, "denominator": name, "period": span(*years)}
                parts.append(rules.assign(**fixed, k=inside[:, wanted], n=total))
    if not parts:
        return pd.DataFrame(columns=["claim", *CHOICES, "k", "n"])
    return pd.concat(parts, ignore_index=True)[["claim", *CHOICES, "k", "n"]]


def _rules(models: pd.DataFrame) -> tuple[pd.DataFrame, npt.NDArray[np.bool_]]:
    """Return the combinations of scope, filter and size of a vintage, and the models that each keeps."""
    everything = pd.Series(True, index=models.index)
    notable = models["scope"] == "notable"
    scopes = dict(zip(SCOPES, (everything, notable), strict=True)) if not notable.all() else {SCOPES[1]: notable}
    filters = dict(zip(FILTERS, (everything, names_paper_criterion(models)), strict=True))
    sizes = size_masks(models)
    rows, masks = [], []
    for scope, in_scope in scopes.items():
        for name, passes in filters.items():
            for size, large in sizes.items():
                rows.append({"scope": scope, "filter": name, "size": size})
                masks.append((in_scope & passes & large).to_numpy(dtype=bool))
    return pd.DataFrame(rows), np.array(masks)


def _cumulated(masks: npt.NDArray[np.bool_], models: pd.DataFrame) -> Counts:
    """Return counts by rule, year and team type, cumulated: [:, y] counts the years before FIRST_YEAR + y."""
    years = models["year"].fillna(0).to_numpy(dtype=int) - FIRST_YEAR
    teams = pd.Categorical(models["team_type"].fillna(UNKNOWN), categories=list(_TEAMS)).codes
    inside = (years >= 0) & (years <= LAST_YEAR - FIRST_YEAR)
    one_hot = np.zeros((len(models), LAST_YEAR - FIRST_YEAR + 1, len(_TEAMS)))
    one_hot[np.flatnonzero(inside), years[inside], teams[inside]] = 1
    counts = np.tensordot(masks.astype(float), one_hot, axes=1).round().astype(np.int64)
    return np.concatenate([np.zeros_like(counts[:, :1]), counts.cumsum(axis=1)], axis=1)


def usable(specs: pd.DataFrame) -> pd.DataFrame:
    """Return the specifications whose share rests on at least `MIN_MODELS` models."""
    return specs[specs["n"] >= MIN_MODELS]


def agreement(specs: pd.DataFrame, claims: Mapping[str, float], margin: float = 0.05) -> pd.DataFrame:
    """Return how many specifications agree with the value that the paper gives.

    Parameters
    ----------
    specs : pandas.DataFrame
        From `specifications`, those to be counted.
    claims : mapping of str to float
        Value of each claim.
    margin : float, default 0.05
        How near is near.

    Returns
    -------
    pandas.DataFrame
        One row a claim: ``claim``, ``n`` (specifications), ``value`` (the paper's), ``median``, ``least``, ``most``,
        ``holds`` (the interval holds the value), ``near`` (the share is within the margin), both as counts.
    """
    rows = []
    for claim, value in claims.items():
        part = specs[specs["claim"] == claim]
        rows.append(
            {
                "claim": claim,
                "n": len(part),
                "value": value,
                "median": part["share"].median(),
                "least": part["share"].min(),
                "most": part["share"].max(),
                "holds": int(((part["low"] <= value) & (value <= part["high"])).sum()),
                "near": int(((part["share"] - value).abs() <= margin).sum()),
            }
        )
    return pd.DataFrame(rows)


def falls(specs: pd.DataFrame) -> tuple[Estimate, Estimate]:
    """Return in how many pairs of specifications the late share lies below the early one.

    A pair agrees in every choice but the years; every early period is paired with every late one.

    Returns
    -------
    tuple of Estimate
        The share of pairs in which the late share is lower, and of those in which the intervals do not even meet. The
        pairs are not independent draws, so no interval is given.
    """
    on = [choice for choice in CHOICES if choice != "period"]
    early, late = (
        specs.loc[specs["claim"] == headline.claim, [*on, "share", "low", "high"]] for headline in HEADLINES[:2]
    )
    pairs = early.merge(late, on=on)
    lower = int((pairs["share_y"] < pairs["share_x"]).sum())
    apart = int((pairs["high_y"] < pairs["low_x"]).sum())
    return (
        _plain_share(lower, len(pairs), "pairs of specifications in which the academic share falls"),
        _plain_share(apart, len(pairs), "pairs of specifications whose intervals do not meet"),
    )


def joint_agreement(specs: pd.DataFrame, claims: Mapping[str, float], margin: float = 0.05) -> pd.DataFrame:
    """Return which settings of the choices bring all claims near their values at once, years free for each.

    Parameters
    ----------
    specs : pandas.DataFrame
        From `specifications`, those to be counted.
    claims : mapping of str to float
        Value of each claim.
    margin : float, default 0.05
        How near is near.

    Returns
    -------
    pandas.DataFrame
        One row a setting that has a share for every claim: the columns of `CHOICES` but the period, and ``near``.

    Examples
    --------
    >>> rows = {choice: ["x", "x"] for choice in CHOICES}
    >>> specs = pd.DataFrame({"claim": ["a", "b"], **rows, "share": [0.6, 0.2]})
    >>> joint_agreement(specs, {"a": 0.62, "b": 0.5})["near"].tolist()
    [False]
    """
    on = [choice for choice in CHOICES if choice != "period"]
    near = specs[on].assign(claim=specs["claim"], near=(specs["share"] - specs["claim"].map(claims)).abs() <= margin)
    met = near.groupby([*on, "claim"])["near"].any().groupby(on).agg(["all", "size"])
    return met.loc[met["size"] == len(claims), "all"].rename("near").reset_index()


def swings(specs: pd.DataFrame) -> pd.DataFrame:
    """Return how far each choice moves each headline when all others stay as they are.

    Returns
    -------
    pandas.DataFrame
        ``claim``, ``choice``, ``swing`` (the mean, over all settings of the other choices, of the largest less the
        smallest share), ``settings`` (how many such settings have at least two options), sorted by claim and falling
        swing.
    """
    rows = []
    for claim, part in specs.groupby("claim", sort=False):
        for choice in CHOICES:
            others = [other for other in CHOICES if other != choice]
            spread = part.groupby(others)["share"].agg(["min", "max", "size"])
            spread = spread[spread["size"] > 1]
            swing = (spread["max"] - spread["min"]).mean()
            rows.append({"claim": claim, "choice": choice, "swing": swing, "settings": len(spread)})
    table = pd.DataFrame(rows)
    order = table.groupby("claim", sort=False).ngroup()
    return table.assign(order=order).sort_values(["order", "swing"], ascending=[True, False]).drop(columns="order")


def curve(specs: pd.DataFrame, bins: int = 60) -> pd.DataFrame:
    """Return the specification curves: specifications ordered by their share, in bins of equal number.

    Parameters
    ----------
    specs : pandas.DataFrame
        From `specifications`.
    bins : int, default 60
        Points of a curve.

    Returns
    -------
    pandas.DataFrame
        ``claim``, ``rank`` (0 to 1, the middle of the bin), the medians of ``share``, ``low`` and ``high`` in the bin,
        and ``n``, how many specifications it holds.
    """
    parts = []
    for claim, part in specs.groupby("claim", sort=False):
        ordered = part.sort_values(["share", "n"], kind="stable", ignore_index=True)
        place = np.arange(len(ordered)) * min(bins, len(ordered)) // len(ordered)
        grouped = ordered.groupby(place)
        points = grouped[["share", "low", "high"]].median().assign(n=grouped.size())
        middle = (points["n"].cumsum() - points["n"] / 2) / len(ordered)
        parts.append(points.assign(claim=claim, rank=middle))
    return pd.concat(parts, ignore_index=True)[["claim", "rank", "share", "low", "high", "n"]]


def _plain_share(k: int, n: int, label: str) -> Estimate:
    """Return a share of specifications, which are no sample: without an interval."""
    return Estimate(k / n if n else None, k=k, n=n, unit="share", label=label)
