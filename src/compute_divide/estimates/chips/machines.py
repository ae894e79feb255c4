"""Who owns machines: all clusters measured in the same chip."""

from __future__ import annotations

import pandas as pd

from compute_divide.estimates.chips.hardware import built_clusters, running_clusters

REFERENCE = "NVIDIA H100 SXM5 80GB"
"""The chip in whose equivalents machines are measured."""

H100E = "h100e"
"""Column of `known_machines`: the worth of a machine in H100s."""

COLUMNS = [
    "name",
    "machine",
    "sector",
    "country",
    "operational",
    "runs",
    "open",
    "chip",
    "chips",
    H100E,
    "h100e_low",
    "h100e_high",
    "h100e_first",
    "listed_h100e",
    "lower_bound",
    "hpl_mxp_eflop_s",
    "hpl_pflop_s",
]

WEAPONS = ("Lawrence Livermore NL", "Los Alamos NL", "Sandia NL", "CEA EXA1")
"""Prefixes of the names of machines of nuclear weapons programmes.

They are public, but no university computes on them.
"""

UNNAMED = "unnamed"
"""The name of a machine whose name the list withholds."""

NAMES = {
    "Microsoft GPT-4 cluster": "Microsoft, for GPT-4",
    "xAI Colossus Memphis Phase 1": "Colossus, its first phase",
    "xAI Colossus Memphis Phase 2": "Colossus, its second phase",
    "xAI Colossus Memphis Phase 3": "Colossus",
    "Google Oklahoma TPU v4 Pods": "Google, Oklahoma",
    "OpenAI/Microsoft Goodyear Arizona": "Microsoft, Goodyear",
    "Argonne NL Aurora": "Aurora",
    "Lawrence Livermore NL El Capitan Phase 2": "El Capitan",
    "Oak Ridge NL Summit": "Summit",
    "Supercomputer Fugaku": "Fugaku",
    "Novo Nordisk Gefion": "Gefion",
    "Lawrence Berkeley NL NERSC Perlmutter": "Perlmutter",
    "GENCI Adastra": "Adastra",
    "Pawsey Supercomputing Centre Setonix": "Setonix",
    "University of Florida HiPerGator 3.0 Superpod": "HiPerGator 3.0",
    "Argonne NL Polaris": "Polaris",
    "Shaheen III - GPU": "Shaheen III",
    "JUWELS-Booster": "JUWELS Booster",
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
"""What operators call their machines, by the longer name in the list of clusters."""

COUNTRIES = {
    "United States of America": "United States",
    "United Kingdom of Great Britain and Northern Ireland": "United Kingdom",
    "Korea (Republic of)": "South Korea",
}
"""The TOP500's names of countries, by those in the list of clusters."""


def known_machines(
    clusters: pd.DataFrame, audited: pd.DataFrame, rates: pd.DataFrame, chips: pd.DataFrame
) -> pd.DataFrame:
    """Return every machine that ran, with its worth in H100s by its dense 16-bit peak.

    Parameters
    ----------
    clusters : pandas.DataFrame
        The list of clusters, from `cd.data.clusters`.
    audited : pandas.DataFrame
        Machines checked against their sources, from `cd.data.audited_machines`.
    rates : pandas.DataFrame
        Rates of one chip of Aurora, from `cd.data.aurora_rates`.
    chips : pandas.DataFrame
        The chips, from `cd.data.chips`.

    Returns
    -------
    pandas.DataFrame
        The machines of the list, confirmed or likely and of known size, and public ones that it
        lacks: ``name``, ``machine`` (its usual name; "unnamed" if the list withholds it),
        ``sector``, ``country`` (as the TOP500 calls it), ``operational`` (the first day, or that of
        the first TOP500 list), ``runs`` (now, each machine once), ``open`` (public, and no machine
        of a weapons programme), ``chip``, ``chips``, ``h100e`` (H100 equivalents), ``h100e_low``
        and ``h100e_high`` (where sources differ), ``h100e_first`` (at its opening),
        ``listed_h100e`` (before the audit), ``lower_bound`` (the peak is only a measured speed),
        ``hpl_mxp_eflop_s`` and ``hpl_pflop_s`` (measured, in EFLOP/s and PFLOP/s).

    Raises
    ------
    KeyError
        If a column is missing, or the list of chips lacks the H100.

    Notes
    -----
    The audit's finding comes first, then the data sheet of the chip, then the list's own speed.
    Only where no 16-bit speed is known the list's equivalents stand in, which take 8 bits for chips
    that have them.

    Examples
    --------
    >>> import compute_divide as cd
    >>> clusters, chips = cd.data.clusters(), cd.data.chips()
    >>> audited, rates = cd.data.audited_machines(), cd.data.aurora_rates()
    >>> machines = known_machines(clusters, audited, rates, chips).set_index("machine")
    >>> machines.loc[["Aurora", "JUPITER"], "h100e"].round().tolist()
    [47289.0, 23538.0]
    """
    peaks = chips.set_index("chip")["audited_flop_s"].dropna()
    listed = _of_the_list(clusters, audited, peaks)
    missing = _missing(audited)
    machines = pd.concat([listed, missing], ignore_index=True)
    names = machines["name"]
    machines["machine"] = names.replace(NAMES).mask(names.str.startswith("Anonymized"), UNNAMED)
    machines["country"] = machines["country"].replace(COUNTRIES)
    machines["open"] = machines["sector"].eq("public") & ~machines["for_weapons"]
    return _with_range(machines, rates, peaks[REFERENCE])[COLUMNS]


def _of_the_list(
    clusters: pd.DataFrame, audited: pd.DataFrame, peaks: pd.Series[float]
) -> pd.DataFrame:
    """Return the machines in the list of clusters, with the findings of the audit."""
    built = built_clusters(clusters)
    is_named = audited["verdict"].ne("missing") & ~audited["machine"].str.startswith("Anonymized")
    of_audit = audited[is_named].drop(columns=["country", "operational", "chip", "chips"])
    both = built.merge(of_audit, how="left", left_on="name", right_on="machine")
    rows = both.set_index(built.index)
    rows = rows[~rows["state"].isin(["offer", "double"])]
    by_list = _listed_worth(rows, peaks)
    worth = rows[H100E].where(rows[H100E] > 0).fillna(by_list)
    has_grown = rows["verdict"].eq("count-wrong") & (worth > by_list)
    is_running = rows.index.isin(running_clusters(clusters).index)
    return rows.assign(
        runs=is_running & ~rows["state"].isin(["retired", "replaced"]),
        sector=rows["sector"].mask(rows["verdict"].eq("owner-wrong"), "mixed"),
        for_weapons=rows["kind"].eq("weapons") | rows["name"].str.startswith(WEAPONS),
        h100e=worth,
        h100e_first=worth.where(~has_grown, by_list),
        listed_h100e=_before(rows, peaks),
    )


def _before(rows: pd.DataFrame, peaks: pd.Series[float]) -> pd.Series[float]:
    """Return the worth of machines by the 16-bit speed in the list itself."""
    by_speed = rows["flop_s_16bit"] / peaks[REFERENCE]
    return by_speed.fillna(rows["h100_equivalents"])


def _listed_worth(rows: pd.DataFrame, peaks: pd.Series[float]) -> pd.Series[float]:
    """Return the worth of machines by the peak of their chip, if they have only one kind."""
    is_uniform = rows["chips"].eq(rows["chips_primary"]) & rows["chip_secondary"].isna()
    of_chip = rows["chip"].map(peaks).astype(float)
    by_chip = rows["chips"].astype(float) * of_chip / peaks[REFERENCE]
    return by_chip.where(is_uniform.fillna(False)).fillna(_before(rows, peaks))


def _missing(audited: pd.DataFrame) -> pd.DataFrame:
    """Return the public machines that the list of clusters lacks."""
    is_there = audited["verdict"].eq("missing") & audited["state"].eq("runs")
    rows = audited[is_there].rename(columns={"machine": "name"})
    return rows.assign(
        sector=rows["kind"].replace("weapons", "public"),
        for_weapons=rows["kind"].eq("weapons"),
        runs=True,
        h100e_first=rows[H100E],
        listed_h100e=float("nan"),
    )


def _with_range(machines: pd.DataFrame, rates: pd.DataFrame, unit: float) -> pd.DataFrame:
    """Return machines with the range that the sources give for the peak of Aurora."""
    of_chip = rates.loc[rates["kind"] == "peak", "tflop_s"] * 1e12 / unit
    is_aurora = machines["machine"].eq("Aurora")
    number = machines["chips"].astype(float).where(is_aurora)
    low = number * of_chip.min()
    high = number * of_chip.max()
    lower_bound = machines["lower_bound"].astype("boolean").fillna(False)
    return machines.assign(h100e_low=low, h100e_high=high, lower_bound=lower_bound)
