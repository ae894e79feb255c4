"""Who has machines: owners of chips, laboratories, public machines and universities on one scale, and the TOP500."""

from __future__ import annotations

import math
from collections.abc import Collection
from statistics import NormalDist

import numpy as np
import pandas as pd

from compute_divide.analysis.chips.hardware import chip_peaks, running_clusters
from compute_divide.analysis.statistics.estimates import Estimate

REFERENCE = "NVIDIA H100 SXM5 80GB"
"""The chip whose equivalents are counted."""

H100E = "h100e"
"""Column of H100 equivalents."""

SAME_CHIP = {
    "A100": "NVIDIA A100",
    "A800": "NVIDIA A800",
    "H100/H200": REFERENCE,
    "H800": "NVIDIA H800",
    "H20": "NVIDIA HGX H20",
    "B200": "NVIDIA B200",
}
"""Kinds of the owners' table and the same chips in the list of chips."""

WEAPONS = ("Lawrence Livermore NL", "Los Alamos NL", "Sandia NL", "CEA EXA1")
"""What the names of public machines of nuclear weapons programmes begin with: no university computes on these."""

NAMES = {
    "Microsoft GPT-4 cluster": "Microsoft, for GPT-4",
    "xAI Colossus Memphis Phase 3": "Colossus",
    "Jupiter, Jülich": "JUPITER",
    "Oak Ridge NL Frontier": "Frontier",
    "Alps Supercomputer Phase 2": "Alps",
    "AIST ABCI 3.0": "ABCI 3.0",
    "University of Bristol Isambard-AI": "Isambard-AI",
    "Mare Nostrum 5": "MareNostrum 5",
    "EuroHPC Leonardo": "Leonardo",
    "EuroHPC LUMI": "LUMI",
    "Jean Zay Supercomputer Phase 4": "Jean Zay",
}
"""What those who run a machine call it, where the list of clusters says more."""

UNNAMED = "unnamed"

COUNTRIES = {
    "United States of America": "United States",
    "United Kingdom of Great Britain and Northern Ireland": "United Kingdom",
}
"""Countries that the list of clusters calls otherwise than the TOP500."""

PUBLIC = ("academic", "research", "government")
"""Segments of the TOP500 that the public pays for."""


def h100s(value: float | None, label: str, *ends: float | None, n: int | None = None) -> Estimate:
    """Return a number of H100 equivalents to three significant digits, which is more than any source knows.

    Examples
    --------
    >>> h100s(14567.5, "a machine").value
    14600.0
    """
    given = [None if end is None or pd.isna(end) else float(f"{end:.2e}") for end in (value, *(ends or (None, None)))]
    return Estimate(*given, n=n, unit="count", label=f"{label}, H100 equivalents")


def pick(table: pd.DataFrame, label: str, place: int = 0, **where: str) -> Estimate:
    """Return the median of a row with its 5th and 95th percentiles; no value where there is no such row.

    Parameters
    ----------
    table : pandas.DataFrame
        With `H100E`, and ``h100e_low`` and ``h100e_high`` where these are known.
    label : str
        What is estimated.
    place : int
        Which of the rows, -1 for the last.
    **where : str
        Values that columns have in it.

    Examples
    --------
    >>> table = pd.DataFrame({"owner": ["A", "B"], H100E: [1, 3.0], "h100e_low": [1, 2.0], "h100e_high": [1, 5.0]})
    >>> pick(table, "chips of B", owner="B").high, pick(table, "chips of C", owner="C").value
    (5.0, None)
    """
    for column, value in where.items():
        table = table[table[column] == value]
    cells = table.reindex(columns=[H100E, "h100e_low", "h100e_high"]).iloc[place:][:1].to_numpy(dtype=float)
    return h100s(*cells[0, :1], label, *cells[0, 1:]) if len(cells) else h100s(None, label)


def owners_at(owners: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return what each owner has of each designer at the end of a year, all kinds of chips together, largest first.

    Parameters
    ----------
    owners : pandas.DataFrame
        Columns of `compute_divide.evidence.chips.machines.OWNED`.
    year : int
        The year; it has rows only if its last quarter is whole.
    """
    last = owners["quarter"].eq(pd.Timestamp(year, 12, 31)) & owners["kind"].isna() & owners["complete"]
    return owners[last].sort_values(H100E, ascending=False).reset_index(drop=True)


def scale_gap(owners: pd.DataFrame, chips: pd.DataFrame) -> Estimate:
    """Return how far two readings of a chip's worth in H100s lie apart at most: the owners' in 8 bits, ours in 16.

    Parameters
    ----------
    owners : pandas.DataFrame
        Columns of `compute_divide.evidence.chips.machines.OWNED`.
    chips : pandas.DataFrame
        As in `compute_divide.analysis.chips.hardware.chip_peaks`.

    Returns
    -------
    Estimate
        A share of our reading; `n` is the number of kinds that both know.
    """
    peaks = chip_peaks(chips)
    kinds = owners[owners["kind"].isin(SAME_CHIP)].groupby("kind")[[H100E, "chips"]].sum()
    theirs = kinds[H100E] / kinds["chips"]
    ours = pd.Series({kind: peaks[SAME_CHIP[kind]] / peaks[REFERENCE] for kind in theirs.index}, dtype=float)
    gap = (theirs / ours - 1).abs().max() if len(theirs) else None
    return Estimate(gap, n=len(theirs), label="largest difference between a chip's worth in 8 and in 16 bits")


def machines(clusters: pd.DataFrame, chips: pd.DataFrame) -> pd.DataFrame:
    """Return the clusters that run, with what they are worth in H100s by speed in 16 bits.

    The list's own equivalents take the fastest format that a chip has, 8 bits for the H100 and 16 for older chips,
    which halves the latter; where no speed in 16 bits is known they are kept.

    Parameters
    ----------
    clusters : pandas.DataFrame
        Columns of `compute_divide.evidence.chips.clusters.SCHEMA`.
    chips : pandas.DataFrame
        As in `compute_divide.analysis.chips.hardware.chip_peaks`.

    Returns
    -------
    pandas.DataFrame
        With `H100E`, ``country`` and ``machine`` by their usual names (`UNNAMED` where the list gives none), and
        ``open``: public, and no machine of a weapons programme.
    """
    found = running_clusters(clusters)
    names = found["name"].replace(NAMES)
    worth = (found["flop_s_16bit"] / chip_peaks(chips)[REFERENCE]).fillna(found["h100_equivalents"])
    return found.assign(
        **{H100E: worth},
        machine=names.mask(names.str.startswith("Anonymized"), UNNAMED),
        country=found["country"].replace(COUNTRIES),
        open=found["sector"].eq("public") & ~found["name"].str.startswith(WEAPONS),
    )


def largest(found: pd.DataFrame, label: str) -> tuple[str, Estimate]:
    """Return the name of the largest of some machines and what it is worth; no value where there is none.

    Examples
    --------
    >>> largest(pd.DataFrame({"machine": ["A", "B"], H100E: [1.0, 2.0]}), "largest")[0]
    'B'
    """
    if found.empty:
        return "none", h100s(None, label, n=0)
    first = found.loc[found[H100E].idxmax()]
    return str(first["machine"]), h100s(first[H100E], label, n=len(found))


def records(found: pd.DataFrame) -> pd.DataFrame:
    """Return the machines that were the largest of their kind when they began, oldest first.

    Parameters
    ----------
    found : pandas.DataFrame
        ``operational`` and `H100E`; a machine without a first day is left out.

    Examples
    --------
    >>> days = pd.to_datetime(["2020-01-01", "2021-01-01", "2022-01-01"])
    >>> records(pd.DataFrame({"operational": days, H100E: [2.0, 1.0, 3.0]}))[H100E].tolist()
    [2.0, 3.0]
    """
    dated = found.dropna(subset=["operational"]).sort_values(["operational", H100E])
    return dated[dated[H100E] > dated[H100E].cummax().shift(fill_value=0)].reset_index(drop=True)


def by_country(found: pd.DataFrame) -> pd.DataFrame:
    """Return each country's machines: ``country``, their number ``n``, `H100E` together, name and size of the largest.

    Examples
    --------
    >>> found = pd.DataFrame({"country": ["CH", "CH"], "machine": ["A", "B"], H100E: [1.0, 2.0]})
    >>> by_country(found)[["n", "largest"]].values.tolist()
    [[2, 'B']]
    """
    ordered = found.dropna(subset=["country"]).sort_values(H100E, ascending=False, kind="stable")
    grouped = ordered.groupby("country", sort=False)
    table = grouped.agg(
        n=("machine", "size"), together=(H100E, "sum"), largest=("machine", "first"), size=(H100E, "first")
    )
    return table.rename(columns={"together": H100E}).sort_values(H100E, ascending=False).reset_index()


def ratio(above: Estimate, under: Estimate, label: str) -> Estimate:
    """Return how many times one is the other; the interval is that of the first over the value of the second.

    Examples
    --------
    >>> ratio(Estimate(6.0, 4.0, 8.0), Estimate(2.0), "times").low
    2.0
    """
    if above.value is None or not under.value:
        return Estimate(None, unit="ratio", label=label)
    low, high = (None if end is None else end / under.value for end in (above.low, above.high))
    return Estimate(above.value / under.value, low, high, unit="ratio", label=label)


def list_share(
    top500: pd.DataFrame,
    segments: Collection[str],
    label: str,
    *,
    accelerated: bool = False,
    without_largest: bool = False,
) -> Estimate:
    """Return the share of the speed of one TOP500 list that some segments have.

    Parameters
    ----------
    top500 : pandas.DataFrame
        Rows of one list, with the columns of `compute_divide.evidence.chips.machines.TOP500`.
    segments : collection of str
        Segments that count.
    label : str
        What is estimated.
    accelerated : bool, default False
        Whether only machines with an accelerator count, in share and total.
    without_largest : bool, default False
        Whether the largest machine of the segments is moved out of them.

    Returns
    -------
    Estimate
        A share; `k` and `n` count machines. The 95% interval says how far single machines move it: it is the linear
        approximation of a bootstrap that draws machines, which needs only sums of speeds and of their squares.

    Examples
    --------
    >>> rows = pd.DataFrame({"segment": ["academic", "industry"], "accelerated": False, "machines": [1, 3],
    ...                      "rmax_tflop_s": [1.0, 3.0], "rmax_squares": [1.0, 3.0], "largest_tflop_s": 1.0})
    >>> round(list_share(rows, ["academic"], "share").value, 2)
    0.25
    """
    rows = top500[top500["accelerated"].fillna(False).astype(bool)] if accelerated else top500
    if rows.empty:
        return Estimate(None, k=0, n=0, label=label)
    inside = rows["segment"].isin(list(segments))
    sums, squares = (rows[name].groupby(inside).sum() for name in ("rmax_tflop_s", "rmax_squares"))
    part, whole = float(sums.get(True, 0.0)), float(sums.sum())
    k, n = int(rows.loc[inside, "machines"].sum()), int(rows["machines"].sum())
    if without_largest and k:
        share = (part - float(rows.loc[inside, "largest_tflop_s"].max())) / whole
        return Estimate(share, k=k - 1, n=n, label=label)
    share = part / whole
    spread = math.sqrt(squares.get(True, 0.0) * (1 - share) ** 2 + squares.get(False, 0.0) * share**2) / whole
    half = NormalDist().inv_cdf(0.975) * spread
    return Estimate(share, max(share - half, 0.0), min(share + half, 1.0), k, n, "share", label)


def list_of(top500: pd.DataFrame, year: int, month: int = 6) -> pd.DataFrame:
    """Return the rows of the list of June (or November) of a year; none where there is no such list."""
    return top500[top500["list"] == pd.Timestamp(year, month, 1)]


def list_shares(top500: pd.DataFrame, groups: dict[str, Collection[str]], *, accelerated: bool = False) -> pd.DataFrame:
    """Return the share of groups of segments in each list: ``when`` (in years), ``group`` and the share's cells."""
    rows = []
    for day, own in top500.groupby("list"):
        for name, segments in groups.items():
            found = list_share(own, segments, name, accelerated=accelerated)
            rows.append({"when": day.year + (day.month - 1) / 12, "group": name, **found.row()})
    return pd.DataFrame(rows).dropna(subset=["share"])


def at_quantile(sizes: pd.DataFrame, quantile: float, count: str, label: str) -> Estimate:
    """Return what the university at a quantile has, by one of the three counts; the checked one has an interval.

    Parameters
    ----------
    sizes : pandas.DataFrame
        Columns of `compute_divide.evidence.chips.universities.SIZES`.
    quantile : float
        One of the table's.
    count : str
        ``"checked"``, ``"recorded"`` or ``"theirs"``.
    label : str
        What is estimated.

    Examples
    --------
    >>> sizes = pd.DataFrame({"quantile": [0.5], "checked": [10.0], "low": [6.0], "high": [14.0], "theirs": [9.0]})
    >>> at_quantile(sizes, 0.5, "theirs", "median").low is None
    True
    """
    row = sizes[np.isclose(sizes["quantile"], quantile)].iloc[0]
    return h100s(row[count], label, *((row["low"], row["high"]) if count == "checked" else ()))
