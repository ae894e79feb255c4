"""Who has machines: clusters on one scale of chips, and shares of the TOP500."""

from __future__ import annotations

import math
from collections.abc import Collection
from statistics import NormalDist

import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.chips.hardware import chip_peaks, running_clusters

REFERENCE = "NVIDIA H100 SXM5 80GB"
"""The chip whose equivalents are counted."""

H100E = "h100e"
"""Column that `running_machines` adds: so many H100s a machine is worth."""

WEAPONS = ("Lawrence Livermore NL", "Los Alamos NL", "Sandia NL", "CEA EXA1")
"""What the names of public machines of nuclear weapons programmes begin with.

No university computes on these.
"""

UNNAMED = "unnamed"
"""What a machine is called whose name the list hides."""

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


def running_machines(clusters: pd.DataFrame, chips: pd.DataFrame) -> pd.DataFrame:
    """Return the clusters that run, each once, worth so many H100s by their speed in 16 bits.

    Parameters
    ----------
    clusters : pandas.DataFrame
        The clusters, from `load_clusters`.
    chips : pandas.DataFrame
        The chips, from `load_chips`, for the speed of an H100.

    Returns
    -------
    pandas.DataFrame
        Those that exist, confirmed or likely and of known size, without duplicates and old phases,
        with the columns ``h100e`` (H100 equivalents), ``machine`` (its usual name, "unnamed" where
        the list hides it), ``country`` (as the TOP500 calls it) and ``open`` (public, and no
        machine of a weapons programme).

    Raises
    ------
    KeyError
        If the list of chips lacks the H100.

    Notes
    -----
    The list's own equivalents take the fastest format of a chip, 8 bits for the H100 and 16 for
    older ones, which halves those; they stand in where no 16-bit speed is known.

    Examples
    --------
    >>> import compute_divide as cd
    >>> machines = running_machines(cd.load_clusters(), cd.load_chips())
    >>> machines.loc[machines["machine"] == "JUPITER", "h100e"].round().tolist()
    [23538.0]
    """
    machines = running_clusters(clusters).copy()
    names = machines["name"]
    by_speed = machines["flop_s_16bit"] / chip_peaks(chips)[REFERENCE]
    is_hidden = names.str.startswith("Anonymized")
    is_public = machines["sector"].eq("public")
    is_for_weapons = names.str.startswith(WEAPONS)
    machines[H100E] = by_speed.fillna(machines["h100_equivalents"])
    machines["machine"] = names.replace(NAMES).mask(is_hidden, UNNAMED)
    machines["country"] = machines["country"].replace(COUNTRIES)
    machines["open"] = is_public & ~is_for_weapons
    return machines


def top500_share(rows: pd.DataFrame, segments: Collection[str], label: str) -> Estimate:
    """Return the share of the speed of machines of the TOP500 that some segments have.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of one list, from `load_top500`, or of part of it.
    segments : collection of str
        Segments, such as ``["academic"]``.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The share; `k` and `n` count machines. Without a value where there are no rows.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    The 95% interval tells how far a share rests on few machines: it is the linear approximation of
    a bootstrap that draws machines (the delta method for a ratio of sums), which needs only sums of
    speeds and of their squares.

    Examples
    --------
    >>> speeds = {"rmax_tflop_s": [4.0, 4.0], "rmax_squares": [8.0, 8.0], "machines": [2, 2]}
    >>> rows = pd.DataFrame({"segment": ["academic", "industry"], **speeds})
    >>> share = top500_share(rows, ["academic"], "share of academia")
    >>> share.value, share.k, share.n
    (0.5, 2, 4)
    """
    if rows.empty:
        return Estimate(None, k=0, n=0, label=label, unit="share")
    inside = rows["segment"].isin(list(segments))
    sums = rows[["rmax_tflop_s", "rmax_squares", "machines"]].to_numpy(float)
    part, squares, k = sums[inside].sum(axis=0).tolist()
    rest, other_squares, others = sums[~inside].sum(axis=0).tolist()
    total = part + rest
    share = part / total
    variance = squares * (1 - share) ** 2 + other_squares * share**2
    error = math.sqrt(variance) / total
    half = NormalDist().inv_cdf(0.975) * error
    low = max(share - half, 0.0)
    high = min(share + half, 1.0)
    return Estimate(share, low, high, int(k), int(k + others), "share", label)
