"""Which records of models count: as the database lists them, or as the audit found them.

Audited records follow four rules, for any vintage. A run counts with its own computing, without
that of the model it was built on. A run that two rows describe counts once. A row above the peak of
its own hardware has no known computing, unless the audit found other chips or hours in its source
that make it possible. Public and non-profit institutes count as in lists of papers, also if the
database calls them academic. Rows that nobody audited follow these rules if the database says
enough.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping
from functools import cache
from typing import Any

import pandas as pd

from compute_divide.choices.models import DUAL_AFFILIATIONS, RECORDS
from compute_divide.estimates.chips.budget import SECONDS_PER_HOUR
from compute_divide.estimates.chips.hardware import chip_peaks
from compute_divide.estimates.models.identity import ALIKE, are_alike, audited_places
from compute_divide.estimates.statistics.numbers import COMPUTE
from compute_divide.estimates.statistics.shares import flag_share
from compute_divide.estimates.statistics.teams import UNKNOWN
from compute_divide.sources.audit.institutes import load_institutes, team_with_institutes
from compute_divide.sources.audit.runs import DATABASE_NOTES, load_audited_runs
from compute_divide.sources.chips.chips import load_chips
from compute_divide.sources.models.sectors import reclassed_sectors
from compute_divide.sources.papers.profiles import NON_PROFITS
from compute_divide.sources.store.raw_csv import team_type
from holdtrue.estimates import Estimate

TEAM = "another team, by its authors"
INSTITUTE = "an institute that is not a university"
SAME_RUN = "the same run as another row"
OTHER_ACCESS = "another access to its weights, by its source"
OTHER_BASE = "built on another model than listed, by its source"
OWN_COMPUTING = "built on another model: counted with its own computing"
OF_ITS_BASE = "built on another model: its own computing is not known"
CORRECTED = "another computing, by its own source"
UNSUPPORTED = "its own source does not support the computing"
ABOVE_PEAK = "more computing than its own hardware could do"
ROUNDING = 1.05
"""Two numbers of computing that differ by no more than this factor count as equal."""

READ_OF_A_MODEL = [
    "model",
    "year",
    "own",
    "team_type",
    "team_by_rule",
    "base_model",
    "openness",
    "finetune_compute_flop",
    COMPUTE,
    "possible",
    "of_bases",
]
READ_OF_AN_AUDIT = [
    "verdict",
    "team_type",
    "team_type_apart",
    "team_type_with_institutes",
    "dual_affiliation_only",
    "base_model",
    "openness",
    "same_run_as",
    "own_compute_flop",
    "peak_share",
]
"""The columns that the rules read; reading all of them row by row takes three times as long."""

Record = Mapping[Hashable, Any]


def with_records(
    models: pd.DataFrame,
    records: str,
    dual_affiliation: str = "collaboration",
    non_profits: str = "other",
) -> pd.DataFrame:
    """Return models as the database lists them, or as the audit found them.

    Parameters
    ----------
    models : pandas.DataFrame
        Models of one vintage, from `cd.data.models`.
    records : str
        One of `choices.models.RECORDS`: ``"as-listed"`` or ``"audited"``.
    dual_affiliation : str
        One of `choices.models.DUAL_AFFILIATIONS`: how an author with posts at a university and a
        company counts, in audited rows.
    non_profits : str
        How government and non-profit research counts: ``"other"``, as a sector of its own, or
        ``"academia"``.

    Returns
    -------
    pandas.DataFrame
        The models, with these additional columns: ``audit``, the verdict on a row, missing where
        nobody audited it; ``team_checked``, ``compute_checked`` and ``access_checked``, whether its
        authors, its computing and the access to its weights were confirmed from a source. Audited,
        the makers' sectors and the team type, the computing (in FLOP), the label of access and the
        base of a run that the database builds on another model are those of the audit, institutes
        count by ``data/organisations.csv``, and a run that two rows describe counts once. Rows of a
        reader's own stay as they are.

    Raises
    ------
    ValueError
        If the records or the rule is unknown.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = with_records(cd.data.models("2026-08"), "audited")
    >>> models.set_index("model").loc["GLM-130B", "team_type"]
    'collaboration'
    """
    _check(records, RECORDS, "records")
    _check(non_profits, NON_PROFITS, "non_profits")
    audited = _audited_rows(models)
    with_verdicts = models.assign(
        audit=audited["verdict"],
        team_checked=_team_checked(audited),
        compute_checked=_compute_checked(audited),
        access_checked=audited["access_verdict"].isin(["right", "wrong"]),
    )
    if records == "as-listed":
        return with_verdicts.assign(team_type=_teams(models, models["sectors"], non_profits))
    if non_profits == "academia":
        audited = audited.assign(team_type=audited["team_type_with_institutes"])
    sectors = _counted_sectors(models)
    by_rule = models.assign(team_by_rule=_teams(models, sectors, non_profits))
    changed = _changed(with_verdicts, _changes(by_rule, audited, dual_affiliation))
    is_audited = audited["sectors"].notna() & ~models["own"]
    return changed.assign(sectors=sectors.mask(is_audited, audited["sectors"]))


def _audited_rows(models: pd.DataFrame) -> pd.DataFrame:
    """Return the row of the audit for each model, on its index; blank if it has none."""
    runs = load_audited_runs()
    return runs.reindex(audited_places(models, runs)).set_index(models.index)


def _check(value: str, allowed: Mapping[str, str], what: str) -> None:
    if value not in allowed:
        raise ValueError(f"{what}: {value!r} is not one of {', '.join(allowed)}")


def _team_checked(audited: pd.DataFrame) -> pd.Series[bool]:
    """Return the models whose authors were seen elsewhere than in the notes of the database."""
    has_source = audited["seen"].fillna(DATABASE_NOTES).ne(DATABASE_NOTES)
    return has_source & audited["team_type"].fillna(UNKNOWN).ne(UNKNOWN)


def _compute_checked(audited: pd.DataFrame) -> pd.Series[bool]:
    """Return the models whose computing could be recalculated."""
    is_checkable = audited["verdict"].fillna("not-checkable").ne("not-checkable")
    return is_checkable & audited["own_compute_flop"].notna()


def _changed(models: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Return the models with the audit's changes: teams, computing, rows counted once."""
    counted = {field: rows["counted"] for field, rows in changes.groupby("field")}
    changed = models.copy()
    for field in ("team_type", "base_model", "openness"):
        if field in counted:
            changed.loc[counted[field].index, field] = counted[field]
    if COMPUTE in counted:
        computing = counted[COMPUTE].astype(float)
        changed.loc[computing.index, COMPUTE] = computing
    if "model" in counted:
        changed = changed.drop(index=counted["model"].index)
    return changed


def record_changes(models: pd.DataFrame, dual_affiliation: str = "collaboration") -> pd.DataFrame:
    """Return what audited records change in the models of a vintage, each with its reason.

    Parameters
    ----------
    models : pandas.DataFrame
        Models of one vintage, from `cd.data.models`.
    dual_affiliation : str
        One of `choices.models.DUAL_AFFILIATIONS`.

    Returns
    -------
    pandas.DataFrame
        One row per change, on the index of the models: ``model``, ``year``, ``field`` (the column
        that changes; ``"model"`` where the row no longer counts), ``listed``, ``counted`` (missing
        if nothing is known), ``reason``. Computing is in FLOP.

    Raises
    ------
    ValueError
        If the rule is unknown.

    Examples
    --------
    >>> import compute_divide as cd
    >>> changes = record_changes(cd.data.models("2026-08"))
    >>> changes.set_index("model").loc["Flan-PaLM 540B", "reason"]
    'built on another model: counted with its own computing'
    """
    teams = _teams(models, _counted_sectors(models), "other")
    by_rule = models.assign(team_by_rule=teams)
    return _changes(by_rule, _audited_rows(models), dual_affiliation)


def _changes(models: pd.DataFrame, audited: pd.DataFrame, dual_affiliation: str) -> pd.DataFrame:
    """Return the result of `record_changes`, given the teams by our rule and the audit's rows."""
    _check(dual_affiliation, DUAL_AFFILIATIONS, "dual_affiliation")
    limits = models.assign(possible=most_possible(models), of_bases=_computing_of_bases(models))
    is_above_peak = limits[COMPUTE].gt(limits["possible"])
    has_institute = models["team_by_rule"].ne(models["team_type"])
    may_change = audited["verdict"].notna() | models["base_model"].notna()
    may_change |= is_above_peak | has_institute
    # most rows cannot change, and checking each takes time
    looked_at = may_change & ~models["own"]
    rows = _records(limits[READ_OF_A_MODEL], looked_at)
    audits = _records(audited[READ_OF_AN_AUDIT], looked_at)
    names = set(models["model"].to_numpy())
    changes = []
    for place, row, audit in zip(models.index[looked_at], rows, audits, strict=True):
        of_row = _team_change(row, audit, dual_affiliation) | _run_change(row, audit, names)
        of_row |= _base_change(row, audit) | _access_change(row, audit)
        for field, (counted, reason) in of_row.items():
            changes.append((place, row["model"], row["year"], field, row[field], counted, reason))
    columns = ["place", "model", "year", "field", "listed", "counted", "reason"]
    return pd.DataFrame(changes, columns=columns).set_index("place")


def _counted_sectors(models: pd.DataFrame) -> pd.Series[str]:
    """Return the sectors of each model's makers, institutes in their own; else as listed."""
    institutes = dict(load_institutes().to_numpy().tolist())
    counted = reclassed_sectors(models, institutes)
    sectors = models["sectors"].copy()
    sectors.loc[pd.Index(list(counted))] = ["|".join(kinds) for kinds in counted.values()]
    return sectors


def _teams(models: pd.DataFrame, sectors: pd.Series[str], non_profits: str) -> pd.Series[str]:
    """Return the team of each model that follows from sectors; as given where none is known."""
    team_of = team_with_institutes if non_profits == "academia" else team_type
    teams = sectors.map(lambda kinds: team_of(kinds.split("|")), na_action="ignore")
    return models["team_type"].mask(sectors.notna() & ~models["own"], teams)


def _records(table: pd.DataFrame, wanted: pd.Series[bool]) -> Iterator[Record]:
    """Yield some rows of a table, by column; pandas' own records take three times as long."""
    names = list(table)
    mask = wanted.to_numpy()
    columns = [table[name].to_numpy(dtype=object)[mask] for name in names]
    for row in zip(*columns, strict=True):
        yield dict(zip(names, row, strict=True))


Change = dict[str, tuple[Any, str]]
"""The values that replace the listed ones, and why, by column; empty if nothing changes."""


def _team_change(row: Record, audit: Record, dual_affiliation: str) -> Change:
    team = audit["team_type"]
    if pd.isna(team):
        team = row["team_by_rule"]
    counts_apart = dual_affiliation == "apart" and audit["dual_affiliation_only"] == "yes"
    if counts_apart:
        team = audit["team_type_apart"]
    if team == row["team_type"]:
        return {}
    # the list may leave out an institute that a source names: then the rule decides, too
    is_rule = team == row["team_by_rule"]
    is_rule |= not counts_apart and audit["team_type_with_institutes"] == row["team_type"]
    return {"team_type": (team, INSTITUTE if is_rule else TEAM)}


def _base_change(row: Record, audit: Record) -> Change:
    """Return the model that a row was built on, if its source names another than the list."""
    base = audit["base_model"]
    is_listed = isinstance(row["base_model"], str) and isinstance(base, str)
    if is_listed and base != row["base_model"]:
        return {"base_model": (base, OTHER_BASE)}
    return {}


def _access_change(row: Record, audit: Record) -> Change:
    """Return the label of access to the weights, if its source contradicts the listed one."""
    label = audit["openness"]
    is_listed = isinstance(row["openness"], str) and isinstance(label, str)
    if is_listed and label != row["openness"]:
        return {"openness": (label, OTHER_ACCESS)}
    return {}


def _run_change(row: Record, audit: Record, names: set[str]) -> Change:
    """Return whether a row counts, and with which computing."""
    if audit["same_run_as"] in names:
        return {"model": (None, SAME_RUN)}
    listed = row[COMPUTE]
    if pd.isna(listed) and pd.isna(audit["own_compute_flop"]):
        return {}
    counted, reason = _own_computing(row, audit)
    is_above_peak = counted > row["possible"] and not _is_within_peak(audit)
    if is_above_peak:
        return {COMPUTE: (math.nan, ABOVE_PEAK)}
    if reason:
        return {COMPUTE: (counted, reason)}
    return {}


def _is_within_peak(audit: Record) -> bool:
    """Return whether a source gives other chips or hours, with which the computing is possible."""
    if audit["verdict"] == "not-checkable":
        return False
    return bool(audit["peak_share"] <= 1)


def _own_computing(row: Record, audit: Record) -> tuple[float, str]:
    """Return a run's own computing, and why it differs from the listed one, if it does."""
    listed = row[COMPUTE]
    verdict = audit["verdict"]
    if pd.isna(verdict):
        return _unaudited_computing(row)
    own = audit["own_compute_flop"]
    if verdict == "derived":
        return _own_or_unknown(own, listed, OWN_COMPUTING, OF_ITS_BASE)
    if verdict == "compute-changed":
        return _own_or_unknown(own, listed, CORRECTED, UNSUPPORTED)
    is_unchecked = verdict == "not-checkable" or pd.isna(own)
    if is_unchecked:
        return listed, ""
    return _unless_alike(own, listed, CORRECTED, ALIKE)


def _unaudited_computing(row: Record) -> tuple[float, str]:
    """Return what the database itself says about the computing of an unaudited run."""
    listed = row[COMPUTE]
    if not isinstance(row["base_model"], str):
        return listed, ""
    fine_tuning = row["finetune_compute_flop"]
    if not pd.isna(fine_tuning):
        return _unless_alike(fine_tuning, listed, OWN_COMPUTING)
    if listed < row["of_bases"]:
        return listed, ""
    return math.nan, OF_ITS_BASE


def _own_or_unknown(
    own: float, listed: float, reason: str, reason_unknown: str
) -> tuple[float, str]:
    if pd.isna(own):
        return math.nan, reason_unknown
    return _unless_alike(own, listed, reason)


def _unless_alike(
    own: float, listed: float, reason: str, factor: float = ROUNDING
) -> tuple[float, str]:
    """Return the listed value if both are the same, else the other one with the reason."""
    if are_alike(own, listed, factor):
        return (listed, "")
    return (own, reason)


def wrong_share(sample: pd.DataFrame, field: str, label: str) -> Estimate:
    """Return how often the database is wrong about a field.

    Parameters
    ----------
    sample : pandas.DataFrame
        Rows drawn by lot and audited, as `cd.data.audit_sample` returns them.
    field : str
        ``"team"``, ``"compute"``, ``"year"`` or ``"openness"``.
    label : str
        What is estimated, in a few self-contained words.

    Returns
    -------
    Estimate
        The share of rows whose value is wrong, among those that could be checked, with its 95%
        Wilson interval.

    Raises
    ------
    KeyError
        If the sample has no verdict on the field.

    Notes
    -----
    The interval is the score interval of Wilson (1927), see `wilson_share`.

    Examples
    --------
    >>> sample = pd.DataFrame({"team_verdict": ["right", "wrong", "not-checkable"]})
    >>> wrong = wrong_share(sample, "team", "team wrong, of rows that could be checked")
    >>> wrong.k, wrong.n
    (1, 2)
    """
    verdicts = sample[f"{field}_verdict"]
    checked = sample[verdicts.isin(["right", "wrong"])]
    return flag_share(checked, verdicts == "wrong", label)


def most_possible(models: pd.DataFrame) -> pd.Series[float]:
    """Return the most computing that the hardware of each model could do, in FLOP.

    It is the dense peak of its fastest chip, times chips, times hours; missing if any of these is
    unknown.
    """
    peaks = _peaks()
    listed = models["training_hardware"]
    fastest = listed.map(lambda chips: _fastest(chips, peaks), na_action="ignore").astype(float)
    chips = models["hardware_quantity"].astype(float)
    return fastest * chips * models["training_time_hours"] * SECONDS_PER_HOUR


@cache
def _peaks() -> Mapping[Hashable, float]:
    """Return the dense peak of each chip, in FLOP/s."""
    return chip_peaks(load_chips()).to_dict()


def _fastest(chips: str, peaks: Mapping[Hashable, float]) -> float:
    rates = [peaks.get(chip, math.nan) for chip in chips.split("|")]
    if any(map(math.isnan, rates)):
        return math.nan
    return max(rates)


def _computing_of_bases(models: pd.DataFrame) -> pd.Series[float]:
    """Return the known listed computing of the models that each is built on."""
    computing = models[COMPUTE].to_numpy()
    listed = dict(zip(models["model"].to_numpy(), computing, strict=True))

    def of_bases(names: str) -> float:
        return math.fsum(listed.get(base, math.nan) for base in names.split("|"))

    return models["base_model"].map(of_bases, na_action="ignore").astype(float)
