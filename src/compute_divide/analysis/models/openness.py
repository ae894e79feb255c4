"""Who releases weights and code, how much of that is unknown, and how long others wait for a model as large.

A blank label means that nobody looked, or could tell: it is neither open nor closed, and shares are of the known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.chapter.statements import Comparison
from compute_divide.analysis.statistics.estimates import (
    COMPUTE,
    UNKNOWN,
    in_years,
    span,
    wilson_share,
)

OPEN, SERVED, UNRELEASED = "open", "served", "unreleased"
ACCESS_GROUPS = (OPEN, SERVED, UNRELEASED, UNKNOWN)
"""Ways to reach a model, most open first: download it, use it through a service, not at all, not known."""

ACCESS = {
    "Open weights (unrestricted)": OPEN,
    "Open weights (restricted use)": OPEN,
    "Open weights (non-commercial)": OPEN,
    "Open source": OPEN,
    "Open (restricted use)": OPEN,
    "Open (non-commercial)": OPEN,
    "Fully open-source": OPEN,
    "Permissive license": OPEN,
    "Weights available": OPEN,
    "API access": SERVED,
    "Hosted access (no API)": SERVED,
    "Unreleased": UNRELEASED,
}
"""Every access label of the database, of weights and of code, and the group it belongs to."""

RUNGS = (
    "nothing",
    "a service of its own",
    "an interface for programs",
    "weights",
    "weights and training code",
)
"""What others can get at of a model, in rising order; fine-tuning through a service is in no list that we saw."""

LABORATORIES = {
    "OpenAI": ["OpenAI"],
    "Anthropic": ["Anthropic"],
    "Google": [
        f"Google{part}" for part in ("", " AI", " Brain", " Cloud", " DeepMind", " Research")
    ]
    + ["DeepMind"],
    "xAI": ["xAI"],
    "Microsoft": ["Microsoft", "Microsoft Research", "Microsoft Research Asia"],
    "Alibaba": ["Alibaba", "Alibaba DAMO Academy"],
    "Mistral": ["Mistral AI"],
    "Meta": ["Meta AI", "Facebook", "Facebook AI", "Facebook AI Research"],
    "NVIDIA": ["NVIDIA"],
    "DeepSeek": ["DeepSeek"],
    "IBM": ["IBM"],
    "Hugging Face": ["Hugging Face"],
}
"""Laboratories by the names of the transparency index, and how the models database writes each."""

DATA_ACCESS = ("Direct external data access", "External data access")
"""Indicators of the transparency index (2023 and 2024; 2025) that somebody outside can get at training data."""

DAYS_PER_MONTH = 365.25 / 12
TOLERANCE = 2.0  # factor by which a compute value may be off: between two vintages three in ten values changed by more


def access_groups(labels: pd.Series) -> pd.Series:
    """Return the access group of each label; a missing one is unknown, and one that is not in `ACCESS` a ValueError."""
    strange = sorted(set(labels.dropna()) - set(ACCESS))
    if strange:
        raise ValueError(
            f"unknown access labels: {', '.join(map(repr, strange))}; known: {', '.join(ACCESS)}"
        )
    return labels.map(ACCESS).astype(object).where(labels.notna(), UNKNOWN)


def group_share(models: pd.DataFrame, column: str, group: str, label: str) -> Estimate:
    """Return the share of one of `ACCESS_GROUPS` among the models whose access is known (of `UNKNOWN`, among all).

    The column is ``"openness"`` for weights, ``"code_openness"`` for training code.
    """
    groups = access_groups(models[column])
    total = len(groups) if group == UNKNOWN else int((groups != UNKNOWN).sum())
    return wilson_share(int((groups == group).sum()), total, label)


def labels_are(
    models: pd.DataFrame, column: str, expected: Mapping[str, str]
) -> Iterator[Comparison]:
    """Compare, of each model that a sentence names, its access group with the expected one; no label is unknown."""
    groups = access_groups(models.drop_duplicates("model").set_index("model")[column])
    for name, group in expected.items():
        found = groups.get(name, UNKNOWN)
        yield Comparison(None if found == UNKNOWN else found == group, f"{name}: {found}")


def made_by(models: pd.DataFrame, organisations: Iterable[str]) -> pd.Series[bool]:
    """Return whether one of the organisations is among the makers of each model."""
    names = set(organisations)
    return (
        models["organisations"]
        .fillna("")
        .str.split("|")
        .map(lambda makers: not names.isdisjoint(makers))
    )


def rungs(models: pd.DataFrame) -> pd.Series[float]:
    """Return the place in `RUNGS` of what others can get at of each model; none where that is not known."""
    groups = access_groups(models["openness"])
    hosted = models["openness"] == "Hosted access (no API)"
    places = groups.map({UNRELEASED: 0.0, SERVED: 2.0, OPEN: 3.0}).astype(float)
    return places - hosted + ((groups == OPEN) & (access_groups(models["code_openness"]) == OPEN))


def access_ladder(
    models: pd.DataFrame, groups: Mapping[str, pd.Series], transparency: pd.DataFrame
) -> pd.DataFrame:
    """Return, by group and year, the rung that at least half of the models of known access reach.

    Columns: ``group``, ``year``, ``rung`` (a place in `RUNGS`), ``models`` (of known access) and ``data``: whether the
    transparency index of that year knows somebody outside who can get at training data, none where it did not ask.
    """
    known = models.assign(rung=rungs(models)).dropna(subset=["rung", "year"]).astype({"year": int})
    parts = [known[mask[known.index]].assign(group=name) for name, mask in groups.items()]
    reached = pd.concat(parts).groupby(["group", "year"], sort=False)["rung"]
    table = (
        reached.quantile(0.5, interpolation="higher")
        .to_frame()
        .assign(models=reached.size())
        .reset_index()
    )
    asked = transparency[transparency["indicator"].isin(DATA_ACCESS)]
    told = [
        (name, int(edition[:4]), name in disclosed.split("|"))
        for edition, developers, disclosed in asked[["edition", "developers", "disclosed"]]
        .fillna("")
        .to_numpy()
        for name in developers.split("|")
        if name in groups
    ]
    both = table.merge(
        pd.DataFrame(told, columns=["group", "year", "data"]), how="outer", on=["group", "year"]
    )
    ordered = both.assign(place=both["group"].map(list(groups).index)).sort_values(
        ["place", "year"]
    )
    return ordered.drop(columns="place").fillna({"models": 0}).reset_index(drop=True)


def count_access(
    models: pd.DataFrame, column: str, periods: Sequence[tuple[int, int]]
) -> pd.DataFrame:
    """Return how many models of each team type and period can be reached in which way, the unknown included."""
    parts = [in_years(models, years).assign(period=span(years)) for years in periods]
    counted = pd.concat(parts, ignore_index=True)
    counted["access"] = access_groups(counted[column])
    return counted.groupby(["team_type", "period", "access"]).size().reset_index(name="models")


def dated_compute(models: pd.DataFrame) -> pd.DataFrame:
    """Return the models that can be placed in time and size, by date: of day or month precision, with compute."""
    placed = models[models["date_precision"].isin(["day", "month"]) & models[COMPUTE].gt(0)]
    return placed.assign(published=pd.to_datetime(placed["published"])).sort_values(
        "published", kind="stable"
    )


def lags(
    placed: pd.DataFrame, follows: pd.Series, dates: Iterable[pd.Timestamp], tolerance: float = 1.0
) -> pd.DataFrame:
    """Return how long, at some dates, models of others have existed that are larger than the largest of a group.

    By training compute, not quality; an unseen model of the group would shorten the lag, one of the others lengthen it.
    """
    when, flop, name = (placed[column].to_numpy() for column in ("published", COMPUTE, "model"))
    inside = follows.loc[placed.index].to_numpy(dtype=bool)
    rows: list[tuple[object, ...]] = []
    for date in dates:
        known = int(np.searchsorted(when, date.to_datetime64(), side="right"))
        if not inside[:known].any():
            rows.append((date, None, None, None, None))
            continue
        own = int(np.where(inside[:known], flop[:known], -1).argmax())
        larger = ~inside[:known] & (flop[:known] > flop[own] * tolerance)
        first = int(larger.argmax())
        since = (date - when[first]).days / DAYS_PER_MONTH if larger.any() else 0.0
        rows.append(
            (
                date,
                since,
                str(name[own]),
                float(flop[own]),
                str(name[first]) if larger.any() else None,
            )
        )
    return pd.DataFrame(rows, columns=["date", "months", "own", "own_flop", "passed_by"])


def lag_by_month(
    placed: pd.DataFrame, follows: pd.Series, first_year: int, end: pd.Timestamp
) -> pd.DataFrame:
    """Return the `lags` of a group at the end of each month, from January of a year to the last that ends by a date."""
    dates = pd.date_range(f"{first_year}-01-31", end, freq="ME")
    return lags(placed, follows, dates).astype({"date": "datetime64[us]"})


def lag_estimate(
    placed: pd.DataFrame, follows: pd.Series, at: pd.Timestamp, label: str
) -> Estimate:
    """Return the lag in months at a date; ``n`` is the number of models of the group.

    ``low`` and ``high`` allow for sizes that are off by the factor `TOLERANCE`: a range, not a confidence interval.
    """
    value, low, high = (
        lags(placed, follows, [at], by)["months"][0] for by in (1.0, TOLERANCE, 1 / TOLERANCE)
    )
    in_group = int((follows.loc[placed.index] & (placed["published"] <= at)).sum())
    return Estimate(value, low, high, None, in_group, "months", label)


def lag_pair(
    placed: pd.DataFrame, follows: pd.Series, at: pd.Timestamp
) -> tuple[Estimate, Estimate]:
    """Return the two models that the lag at a date hangs on: the largest of the group, and what first passed it.

    Each by its training compute and labelled by its name; without one there is no value.
    """
    row = lags(placed, follows, [at]).iloc[0]
    flop = placed.drop_duplicates("model").set_index("model")[COMPUTE]
    pair = []
    for name in (row["own"], row["passed_by"]):
        value = float(flop[name]) if isinstance(name, str) else None
        pair.append(
            Estimate(value, unit="FLOP", label=name if isinstance(name, str) else "no model")
        )
    return pair[0], pair[1]


def access_changes(older: pd.DataFrame, newer: pd.DataFrame) -> pd.DataFrame:
    """Return how the recorded access of the models that two vintages share has changed, by names that are unique.

    A change may be a later release, a withdrawal, or a correction of the record: the database does not say which.
    """
    before, after = (
        access_groups(
            models.drop_duplicates("model", keep=False).set_index("model")["openness"]
        ).rename(when)
        for models, when in ((older, "before"), (newer, "after"))
    )
    pairs = pd.concat([before, after], axis=1, join="inner")
    return pairs.groupby(["before", "after"]).size().reset_index(name="models")
