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
        The models with a column `PEAK`, in FLOP/s of one chip. Of several chips it is the geometric mean of those whose
        peak is known; missing where none is.

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


def same_year_ratio(
    rows: pd.DataFrame, label: str, value: str = PEAK, *, interval: bool = True
) -> Estimate:
    """Return the ratio of geometric means of a column, industry over academia, among models of the same year.

    Parameters
    ----------
    rows : pandas.DataFrame
        Models with the columns ``team_type``, ``year``, ``link`` (of the paper) and the values.
    label : str
        What is estimated, in a few words that stand alone.
    value : str
        The column of the values, of which the positive ones count; by default the peak of one chip in FLOP/s.
    interval : bool
        Whether an interval is wanted, which takes most of the time.

    Returns
    -------
    Estimate
        The ratio, with the number of models in years that have both team types; without any it has no value, with fewer
        than five papers no interval.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    It is the coefficient of the team type in a least-squares fit of the logarithm with a constant for each year, in the
    closed form of Frisch and Waugh (1933) and Lovell (1963). The 95% percentile interval is that of a cluster bootstrap
    (Davison and Hinkley 1997, section 3.8), which draws papers.

    Examples
    --------
    >>> teams = ["industry-only", "academia-only"] * 2
    >>> rows = pd.DataFrame({"team_type": teams, "year": [2012, 2012, 2022, 2022], "link": None})
    >>> round(same_year_ratio(rows.assign(chips=[2, 1, 800, 100]), "number of chips", "chips").value, 6)
    4.0
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
    """Return the team types of models if government and non-profit partners do not count.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with ``sectors``, joined by ``|``.

    Returns
    -------
    pandas.Series
        Academia without industry is ``academia-only``, industry without academia ``industry-only``, both a
        ``collaboration``, neither ``other``; a blank list of sectors is ``unknown``.

    Examples
    --------
    >>> models = pd.DataFrame({"sectors": ["academia|government", "academia|industry", None]})
    >>> loose_team_types(models).tolist()
    ['academia-only', 'collaboration', 'unknown']
    """
    academic, company = (
        models["sectors"].fillna("").str.contains(kind) for kind in ("academia", "industry")
    )
    kinds = [models["sectors"].isna(), academic & company, academic, company]
    labels = [UNKNOWN, "collaboration", ACADEMIA, INDUSTRY]
    return pd.Series(np.select(kinds, labels, "other"), index=models.index, dtype="str")


def flop_per_dollar(chips: pd.DataFrame, number_format: str) -> pd.DataFrame:
    """Return what a dollar bought of each chip at its release, as `growth` takes it.

    Parameters
    ----------
    chips : pandas.DataFrame
        Chips with ``chip``, ``released`` (date), ``price_usd`` and the peaks of `load_chips` in FLOP/s.
    number_format : str
        The rule for the number format, one of `choices.FORMATS`. A trend of what chips cost for the same work needs one
        format throughout: ``"fp32"`` or ``"tensor-16"``.

    Returns
    -------
    pandas.DataFrame
        ``chip``, ``published``, ``per_usd`` (FLOP/s a dollar) and ``link`` (the chip), a row a chip with a price.

    Raises
    ------
    KeyError
        If a column is missing, or there is no such rule.

    Examples
    --------
    >>> import compute_divide as cd
    >>> bought = flop_per_dollar(cd.load_chips(), "fp32").set_index("chip")["per_usd"]
    >>> f"{bought['NVIDIA Tesla K20c']:.2g}"
    '1.1e+09'
    """
    priced = chips[chips["price_usd"].gt(0) & chips["released"].notna()]
    # Row by row: cards of different years and speeds share a name.
    speed = _rates(priced, number_format)
    return _per_dollar(priced["chip"], priced["released"], speed / priced["price_usd"])


def rented_flop_per_dollar(prices: pd.DataFrame, peaks: pd.Series[float]) -> pd.DataFrame:
    """Return what a dollar rents at each dated on-demand price, at full peak, as `growth` takes it.

    Parameters
    ----------
    prices : pandas.DataFrame
        Prices with ``chip``, ``date`` and ``usd_per_chip_hour``, from `load_prices`.
    peaks : pandas.Series
        Peak speeds in FLOP/s by name of a chip, from `chip_peaks`.

    Returns
    -------
    pandas.DataFrame
        ``chip``, ``published``, ``per_usd`` (FLOP a dollar) and ``link``, a row a price. The link is the chip, for
        prices of one chip are not independent and are drawn together.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> dates = pd.to_datetime(["2020-01-01"])
    >>> prices = pd.DataFrame({"chip": ["V100"], "date": dates, "usd_per_chip_hour": [2.0]})
    >>> rented_flop_per_dollar(prices, pd.Series({"V100": 1e14}))["per_usd"].tolist()
    [1.8e+17]
    """
    quoted = prices[prices["usd_per_chip_hour"].gt(0) & prices["date"].notna()]
    flop = quoted["chip"].map(peaks) * 3600
    return _per_dollar(quoted["chip"], quoted["date"], flop / quoted["usd_per_chip_hour"])


def _per_dollar(chips: pd.Series, dates: pd.Series, per_usd: pd.Series) -> pd.DataFrame:
    table = pd.DataFrame(
        {"chip": chips, "published": pd.to_datetime(dates), "per_usd": per_usd, "link": chips}
    )
    return table.dropna(subset=["per_usd"]).reset_index(drop=True)


def running_clusters(found: pd.DataFrame) -> pd.DataFrame:
    """Return the clusters that exist, confirmed or likely and of known size, without duplicates and old phases."""
    kept = found[
        (found["status"] == "Existing")
        & found["certainty"].isin(["Confirmed", "Likely"])
        & ~found["possible_duplicate"].fillna(False).astype(bool)
        & found["h100_equivalents"].gt(0)
    ]
    return kept[~kept["superseded_by"].isin(kept["name"])]
