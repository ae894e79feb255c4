"""The chips that models were trained on, with speed, number and price; and the clusters of them."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

PEAK = "chip_flop_s"
"""Column that `with_peaks` adds: the peak FLOP/s of one of the model's chips."""


def chip_peaks(chips: pd.DataFrame, number_format: str = "training") -> pd.Series[float]:
    """Return the peak speed of chips, by each name a chip is known under.

    Parameters
    ----------
    chips : pandas.DataFrame
        The chips, from `cd.data.chips`.
    number_format : str
        The rule for the number format, one of `choices.machines.FORMATS`.

    Returns
    -------
    pandas.Series
        Peak speeds in FLOP/s of one chip, by name; chips without a rate under the rule are left
        out.

    Raises
    ------
    KeyError
        If the rule is unknown.

    Notes
    -----
    If somebody looked up the data sheet of a chip, its dense 16-bit peak counts: for some chips the
    list gives the rate of the vector engines, a quarter or a sixteenth of that. Plain 16-bit rates
    are never taken where plain 32 bits are faster: many graphics cards before 2018 list one of a
    sixty-fourth, and nobody trained with it.

    Examples
    --------
    >>> import compute_divide as cd
    >>> f"{chip_peaks(cd.data.chips())['NVIDIA V100']:.3g}"
    '1.25e+14'
    """
    rates = _rates(chips, number_format)
    by_name: dict[str, float] = {}
    for names, rate in zip(_names(chips), rates, strict=True):
        by_name |= dict.fromkeys(names, rate)
    peaks = pd.Series(by_name, dtype=float)
    return peaks.dropna()


def _rates(chips: pd.DataFrame, number_format: str) -> pd.Series[float]:
    """Return the peak speed of each row under a rule for the number format; NaN if it has none."""
    single = chips["fp32_flop_s"].astype(float)
    if number_format == "fp32":
        return single
    audited = chips["audited_flop_s"].astype(float)
    by_matrix = audited.where(chips["audited_matrix"].eq(True).fillna(False))
    tensor = by_matrix.fillna(chips["tensor_fp16_flop_s"].astype(float))
    half = chips["fp16_flop_s"].astype(float)
    faster = pd.Series(np.fmax(half, single))
    training = audited.fillna(tensor).fillna(faster)
    return {"training": training, "tensor-16": tensor}[number_format]


def _names(chips: pd.DataFrame) -> list[list[str]]:
    """Return every name of each chip, its own first."""
    aliases = chips["aliases"].fillna("").str.split("|")
    names = []
    for chip, others in zip(chips["chip"], aliases, strict=True):
        names.append([chip, *filter(None, others)])
    return names


def with_peaks(models: pd.DataFrame, peaks: pd.Series[float]) -> pd.DataFrame:
    """Return models with the peak speed of the chips that they were trained on.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with the column ``training_hardware``: names of chips, joined by ``|``.
    peaks : pandas.Series
        Peak speeds in FLOP/s by name of a chip, from `chip_peaks`.

    Returns
    -------
    pandas.DataFrame
        The models with a column `PEAK`, in FLOP/s of one chip. For several chips it is the
        geometric mean of the known peaks, and missing if none is known.

    Raises
    ------
    KeyError
        If the column is missing.

    Examples
    --------
    >>> models = pd.DataFrame({"training_hardware": ["NVIDIA P100|NVIDIA V100", "another"]})
    >>> peaks = pd.Series({"NVIDIA P100": 1e13, "NVIDIA V100": 1e14})
    >>> with_peaks(models, peaks)[PEAK].map("{:.2g}".format).tolist()
    ['3.2e+13', 'nan']
    """
    logs = {name: math.log10(peak) for name, peak in peaks.items()}
    hardware = models["training_hardware"].tolist()
    means = [_geometric_mean(names, logs) for names in hardware]
    return models.assign(**{PEAK: means})


def _geometric_mean(names: object, logs: Mapping[Hashable, float]) -> float:
    """Return the geometric mean of the known peaks of ``|``-joined chips; NaN if none is known."""
    if not isinstance(names, str):
        return np.nan
    known = [logs[name] for name in names.split("|") if name in logs]
    if not known:
        return np.nan
    return float(10 ** np.mean(known))


def built_clusters(listed: pd.DataFrame) -> pd.DataFrame:
    """Return confirmed or likely clusters of known size that run or ran, old phases included."""
    was_built = listed["status"].isin(["Existing", "Decommissioned"])
    is_certain = listed["certainty"].isin(["Confirmed", "Likely"])
    is_duplicate = listed["possible_duplicate"].fillna(False).astype(bool)
    has_size = listed["h100_equivalents"].gt(0)
    return listed[was_built & is_certain & ~is_duplicate & has_size]


def running_clusters(listed: pd.DataFrame) -> pd.DataFrame:
    """Return the confirmed or likely clusters of known size that still run, each once.

    Parameters
    ----------
    listed : pandas.DataFrame
        The list of clusters, from `cd.data.clusters`.

    Returns
    -------
    pandas.DataFrame
        Its rows without closed clusters, duplicates and phases that a later one replaced.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> import compute_divide as cd
    >>> running = running_clusters(cd.data.clusters())
    >>> "xAI Colossus Memphis Phase 1" in set(running["name"])
    False
    """
    built = built_clusters(listed)
    running = built[built["status"] == "Existing"]
    is_old_phase = running["superseded_by"].isin(running["name"])
    return running[~is_old_phase]
