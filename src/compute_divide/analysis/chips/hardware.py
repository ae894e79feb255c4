"""The chips behind the models: how fast, how many and at what price; and which clusters of them run."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.statistics.estimates import ACADEMIA, INDUSTRY, UNKNOWN, Floats
from compute_divide.analysis.statistics.resampling import (
    MIN_CLUSTERS,
    clusters,
    draw_weights,
    percentile_interval,
)

PEAK = "chip_flop_s"  # column that `with_peaks` adds: peak FLOP/s of one chip of the model


def chip_peaks(chips: pd.DataFrame, number_format: str = "training") -> pd.Series[float]:
    """Return the peak speed of chips by every name that they go by.

    Parameters
    ----------
    chips : pandas.DataFrame
        The chips, from `load_chips`.
    number_format : str
        The rule for the number format, one of `choices.FORMATS`.

    Returns
    -------
    pandas.Series
        Peak speeds in FLOP/s of one chip, by name; chips without a rate under the rule are left out.

    Raises
    ------
    KeyError
        If there is no such rule.

    Notes
    -----
    Plain 16-bit rates are never taken where plain 32 bits are faster: many graphics cards before 2018 list one of a
    sixty-fourth, and nobody trained with it.

    Examples
    --------
    >>> import compute_divide as cd
    >>> f"{chip_peaks(cd.load_chips())['NVIDIA V100']:.3g}"
    '1.25e+14'
    """
    named = {
        name: rate
        for names, rate in zip(_names(chips), _rates(chips, number_format), strict=True)
        for name in names
    }
    return pd.Series(named, dtype=float).dropna()


def _rates(chips: pd.DataFrame, number_format: str) -> pd.Series[float]:
    """Return the peak speed of each row under one rule for the number format; missing where it has none."""
    tensor, half, single = (
        chips[column].astype(float)
        for column in ("tensor_fp16_flop_s", "fp16_flop_s", "fp32_flop_s")
    )
    training = tensor.fillna(pd.Series(np.fmax(half, single)))
    return {"training": training, "tensor-16": tensor, "fp32": single}[number_format]


def _names(chips: pd.DataFrame) -> list[list[str]]:
    """Return every name of each chip, its own first."""
    others = chips["aliases"].fillna("").str.split("|")
    return [
        [chip, *filter(None, aliases)] for chip, aliases in zip(chips["chip"], others, strict=True)
    ]


def with_peaks(models: pd.DataFrame, peaks: pd.Series[float]) -> pd.DataFrame:
    """Return the models with a column `PEAK`, by ``training_hardware`` (names of chips, joined by ``|``).

    Of several chips it is the geometric mean of those whose peak is known; missing where none is.
    """
    logs = {name: math.log10(peak) for name, peak in peaks.items()}

    def centre(names: object) -> float:
        known = (
            [logs[name] for name in names.split("|") if name in logs]
            if isinstance(names, str)
            else []
        )
        return float(10 ** np.mean(known)) if known else np.nan

    return models.assign(
        **{PEAK: [centre(names) for names in models["training_hardware"].tolist()]}
    )


def unmatched_chips(models: pd.DataFrame, chips: pd.DataFrame) -> pd.DataFrame:
    """Return the chips that models name and the list of chips lacks: ``chip`` and ``models``, most frequent first."""
    names = models["training_hardware"].dropna().str.split("|").explode()
    known = {name for every in _names(chips) for name in every}
    return names[~names.isin(known)].value_counts().rename_axis("chip").reset_index(name="models")


def same_year_ratio(
    rows: pd.DataFrame, label: str, value: str = PEAK, *, interval: bool = True
) -> Estimate:
    """Return the ratio of geometric means of a column, industry over academia, among models of the same year.

    The 95% percentile interval draws papers; `n` is the number of models in years that have both team types, without
    which there is no value. It is the coefficient of the team type in a least-squares fit of the logarithm with a
    constant for each year, in the closed form of Frisch, Waugh and Lovell.
    """
    known = in_shared_years(rows[["team_type", "year", "link", value]], value)
    if known.empty:
        return Estimate(None, n=0, unit="ratio", label=label)
    logs = np.log10(known[value].to_numpy(dtype=float))
    treated = np.asarray(known["team_type"] == INDUSTRY, dtype=np.float64)
    years = pd.get_dummies(known["year"]).to_numpy(dtype=np.float64)
    slope = float(_within_slopes(treated, logs, years, np.ones((1, len(known))))[0])
    groups = clusters(known)
    if not interval or groups.max() + 1 < MIN_CLUSTERS:
        return Estimate(10**slope, n=len(known), unit="ratio", label=label)
    low, high = percentile_interval(_within_slopes(treated, logs, years, draw_weights(groups)))
    return Estimate(10**slope, 10**low, 10**high, n=len(known), unit="ratio", label=label)


def in_shared_years(rows: pd.DataFrame, value: str) -> pd.DataFrame:
    """Return the rows of industry and academia with a positive value, of the years in which both occur."""
    known = rows[
        rows["team_type"].isin([INDUSTRY, ACADEMIA]) & rows[value].gt(0) & rows["year"].notna()
    ]
    return known[(known.groupby("year")["team_type"].transform("nunique") == 2).astype(bool)]


def _within_slopes(x: Floats, y: Floats, strata: Floats, weights: Floats) -> Floats:
    """Return the slope of y on x within strata, for each row of weights; NaN where no stratum has both."""
    columns = np.hstack([strata * column[:, None] for column in (np.ones_like(x), x, y, x * y)])
    total, sum_x, sum_y, sum_xy = np.hsplit(weights @ columns, 4)
    # x is 0 or 1, so its square is itself.
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.where(total > 0, sum_x - sum_x**2 / total, 0).sum(axis=1)
        shared = np.where(total > 0, sum_xy - sum_x * sum_y / total, 0).sum(axis=1)
        return np.asarray(np.where(spread > 1e-9, shared / spread, np.nan))


def loose_team_types(models: pd.DataFrame) -> pd.Series[str]:
    """Return team types by the loose rule: government and nonprofit partners do not count.

    Academia without industry is ``academia-only``, industry without academia ``industry-only``, both a
    ``collaboration``, neither ``other``; a blank list of sectors is ``unknown``.
    """
    academic, company = (
        models["sectors"].fillna("").str.contains(kind) for kind in ("academia", "industry")
    )
    kinds = [models["sectors"].isna(), academic & company, academic, company]
    labels = [UNKNOWN, "collaboration", ACADEMIA, INDUSTRY]
    return pd.Series(np.select(kinds, labels, "other"), index=models.index, dtype="str")


def flop_per_dollar(chips: pd.DataFrame, number_format: str) -> pd.DataFrame:
    """Return ``chip``, ``published``, ``flop_s_per_usd`` and ``link`` of chips at release, for `trends.growth`.

    A trend needs one number format throughout, so ``"fp32"`` or ``"tensor-16"``.
    """
    priced = chips[chips["price_usd"].gt(0) & chips["released"].notna()]
    # Row by row: cards of different years and speeds share a name.
    speed = _rates(priced, number_format)
    return _per_dollar(
        priced["chip"], priced["released"], flop_s_per_usd=speed / priced["price_usd"]
    )


def rented_flop_per_dollar(prices: pd.DataFrame, peaks: pd.Series[float]) -> pd.DataFrame:
    """Return ``chip``, ``published``, ``flop_per_usd`` and ``link`` of each dated on-demand price, at full peak.

    The link is the chip: quotes of one chip are not independent and are drawn together.
    """
    quoted = prices[prices["usd_per_chip_hour"].gt(0) & prices["date"].notna()]
    flop = quoted["chip"].map(peaks) * 3600
    return _per_dollar(
        quoted["chip"], quoted["date"], flop_per_usd=flop / quoted["usd_per_chip_hour"]
    )


def _per_dollar(chips: pd.Series, dates: pd.Series, **bought: pd.Series) -> pd.DataFrame:
    table = pd.DataFrame(
        {"chip": chips, "published": pd.to_datetime(dates), **bought, "link": chips}
    )
    return table.dropna(subset=list(bought)).reset_index(drop=True)


def running_clusters(found: pd.DataFrame) -> pd.DataFrame:
    """Return the clusters that exist, confirmed or likely and of known size, without duplicates and old phases."""
    kept = found[
        (found["status"] == "Existing")
        & found["certainty"].isin(["Confirmed", "Likely"])
        & ~found["possible_duplicate"].fillna(False).astype(bool)
        & found["h100_equivalents"].gt(0)
    ]
    return kept[~kept["superseded_by"].isin(kept["name"])]
