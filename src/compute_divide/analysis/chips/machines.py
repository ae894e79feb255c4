"""Who has machines: owners of chips, laboratories, public machines and universities on one scale, and the TOP500.

Tables are those that the modules of `compute_divide.evidence.chips` load.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from statistics import NormalDist

import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.chips.hardware import chip_peaks, running_clusters

REFERENCE = "NVIDIA H100 SXM5 80GB"  # the chip whose equivalents are counted

H100E = "h100e"
# Kinds of the owners' table and the same chips in the list of chips.
SAME_CHIP = {kind: f"NVIDIA {kind}" for kind in ("A100", "A800", "H800", "B200")}
SAME_CHIP |= {"H20": "NVIDIA HGX H20", "H100/H200": REFERENCE}

WEAPONS = ("Lawrence Livermore NL", "Los Alamos NL", "Sandia NL", "CEA EXA1")
"""What the names of public machines of nuclear weapons programmes begin with: no university computes on these."""

UNNAMED = "unnamed"
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

COUNTRIES = {
    "United States of America": "United States",
    "United Kingdom of Great Britain and Northern Ireland": "United Kingdom",
}
"""Countries that the list of clusters calls otherwise than the TOP500."""

PUBLIC = ("academic", "research", "government")  # segments of the TOP500 that the public pays for


def h100s(
    value: float | None,
    label: str,
    low: float | None = None,
    high: float | None = None,
    n: int | None = None,
) -> Estimate:
    """Return a number of H100 equivalents to three significant digits, which is more than any source knows."""
    value, low, high = (
        None if one is None or pd.isna(one) else float(f"{one:.2e}") for one in (value, low, high)
    )
    return Estimate(value, low, high, n=n, unit="count", label=f"{label}, H100 equivalents")


def pick(table: pd.DataFrame, label: str, place: int = 0, **where: str) -> Estimate:
    """Return the H100 equivalents of the first (or the last, -1) row that has some values, and the interval it has."""
    for column, wanted in where.items():
        table = table[table[column] == wanted]
    found = (
        table.reindex(columns=[H100E, "h100e_low", "h100e_high"])
        .iloc[place:][:1]
        .to_numpy(dtype=float)
        .tolist()
    )
    value, low, high = found[0] if found else (None, None, None)
    return h100s(value, label, low, high)


def owners_at(owners: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return what each owner has of each designer at the end of a year, all kinds of chips together, largest first."""
    last = (
        owners["quarter"].eq(pd.Timestamp(year, 12, 31))
        & owners["kind"].isna()
        & owners["complete"]
    )
    return owners[last].sort_values(H100E, ascending=False).reset_index(drop=True)


def scale_gap(owners: pd.DataFrame, chips: pd.DataFrame) -> Estimate:
    """Return how far a chip's worth in H100s differs at most: the owners' in 8 bits, as a share of ours in 16."""
    peaks = chip_peaks(chips)
    kinds = owners[owners["kind"].isin(SAME_CHIP)].groupby("kind")[[H100E, "chips"]].sum()
    theirs = kinds[H100E] / kinds["chips"]
    ours = pd.Series(
        {kind: peaks[SAME_CHIP[kind]] / peaks[REFERENCE] for kind in theirs.index}, dtype=float
    )
    gap = float((theirs / ours - 1).abs().max()) if len(theirs) else None
    return Estimate(
        gap,
        n=len(theirs),
        label="largest difference between a chip's worth in 8 and in 16 bits",
        unit="share",
    )


def machines(clusters: pd.DataFrame, chips: pd.DataFrame) -> pd.DataFrame:
    """Return the clusters that run, with `H100E` (by speed in 16 bits), ``machine`` by its usual name, and ``open``.

    Open is what is public and no machine of a weapons programme. The list's own equivalents take the fastest format of
    a chip, 8 bits for the H100 and 16 for older ones, which halves those; they stand in where no 16-bit speed is known.
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


def largest(found: pd.DataFrame, label: str) -> Estimate:
    """Return what the largest of some machines is worth, of how many; no value where there is none."""
    return h100s(found[H100E].max() if len(found) else None, label, n=len(found))


def records(found: pd.DataFrame) -> pd.DataFrame:
    """Return the machines that were the largest when they began (``operational``), oldest first."""
    dated = found.dropna(subset=["operational"]).sort_values(["operational", H100E])
    return dated[dated[H100E] > dated[H100E].cummax().shift(fill_value=0)].reset_index(drop=True)


def by_country(found: pd.DataFrame) -> pd.DataFrame:
    """Return each country's machines: ``country``, how many (``n``), `H100E` of all, name and size of the largest."""
    grouped = found.sort_values(H100E, ascending=False, kind="stable").groupby(
        "country", sort=False
    )
    sums = {
        "n": ("machine", "size"),
        H100E: (H100E, "sum"),
        "largest": ("machine", "first"),
        "size": (H100E, "first"),
    }
    return grouped.agg(**sums).sort_values(H100E, ascending=False).reset_index()


def ratio(above: Estimate, under: Estimate, label: str) -> Estimate:
    """Return how many times one is the other; the interval is that of the first over the value of the second."""
    if above.value is None or not under.value:
        return Estimate(None, unit="ratio", label=label)
    low, high = (None if end is None else end / under.value for end in (above.low, above.high))
    return Estimate(above.value / under.value, low, high, unit="ratio", label=label)


def list_of(top500: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the rows of the June list of a year; none where there is no such list."""
    return top500[top500["list"] == pd.Timestamp(year, 6, 1)]


def list_share(
    rows: pd.DataFrame, segments: Collection[str], label: str, *, accelerated: bool = False
) -> Estimate:
    """Return the share of the speed of one TOP500 list that some segments have; of accelerated machines if asked.

    `k` and `n` count machines. The 95% interval is the linear approximation of a bootstrap that draws machines, which
    needs only sums of speeds and of their squares.
    """
    rows = rows[rows["accelerated"].fillna(False).astype(bool)] if accelerated else rows
    if rows.empty:
        return Estimate(None, k=0, n=0, label=label, unit="share")
    inside, sums = (
        rows["segment"].isin(list(segments)),
        rows[["rmax_tflop_s", "rmax_squares", "machines"]].to_numpy(float),
    )
    (part, squares, k), (rest, other_squares, others) = (
        sums[side].sum(axis=0).tolist() for side in (inside, ~inside)
    )
    share = part / (part + rest)
    spread = math.sqrt(squares * (1 - share) ** 2 + other_squares * share**2) / (part + rest)
    half = NormalDist().inv_cdf(0.975) * spread
    return Estimate(
        share,
        max(share - half, 0.0),
        min(share + half, 1.0),
        int(k),
        int(k + others),
        "share",
        label,
    )


def list_shares(top500: pd.DataFrame, groups: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """Return the share of groups of segments in each list: ``when`` (in years), ``group`` and the share's cells."""
    dated = top500.assign(when=top500["list"].dt.year + (top500["list"].dt.month - 1) / 12)
    return pd.DataFrame(
        {"when": when, "group": name, **list_share(own, segments, name).row()}
        for when, own in dated.groupby("when")
        for name, segments in groups.items()
    )


def at_quantile(sizes: pd.DataFrame, quantile: float, count: str, label: str) -> Estimate:
    """Return what the university at a quantile has by one of the three counts; ``"checked"`` has an interval."""
    row = sizes[np.isclose(sizes["quantile"], quantile)].iloc[0]
    low, high = (row["low"], row["high"]) if count == "checked" else (None, None)
    return h100s(row[count], label, low, high)
