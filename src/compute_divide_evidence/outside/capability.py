"""Derive how capable models are, from Epoch's Capability Index and its benchmarks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from compute_divide.sources.models.labels import OPENNESS, SECTORS
from compute_divide.sources.outside.capability import CAPABILITY
from compute_divide.sources.store import dates, raw_csv
from compute_divide.sources.store.files import EvidenceError, SetAside, Sidecar
from compute_divide.sources.store.raw_csv import Findings, Row, joined, split_list
from compute_divide_evidence.models.table import epoch
from compute_divide_evidence.store.raw_csv import RawTable, read_raw
from compute_divide_evidence.store.writing import DerivedTable

_DAY = "2026-08-19"
BENCHMARKED = epoch(
    f"models/epoch_benchmarked_models_{_DAY}.csv",
    "Epoch AI, Epoch Capabilities Index",
    _DAY,
    "https://epoch.ai/benchmarks",
)
_DATABASE = "Epoch AI models database"
MODELS = (
    epoch("models/epoch_all_ai_models_2026-03-30.csv", _DATABASE, "2026-03-30"),
    epoch("models/epoch_notable_ai_models_2026-08-19.csv", _DATABASE, "2026-08-19"),
)
"""Files with the sectors of organisations; the later one decides."""


def derive_capability(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the capability index; see `compute_divide_evidence.catalogue.Derive`."""
    file = read_raw(raw / BENCHMARKED.path)
    databases = [read_raw(raw / origin.path) for origin in MODELS]
    classed = [row for database in databases for row in database.rows]
    sectors = _sectors(classed)
    countries = _countries(file)
    findings = Findings()
    indexed = [row for row in file.rows if row["eci"]]
    indexed.sort(key=lambda row: row[_dated(row)])
    versions: dict[str, dict[str, Any]] = {}
    for row in indexed:
        setting = _version(row, sectors, findings)
        setting["countries"] = countries.get(setting["organisations"])
        version = versions.setdefault(setting["model"], setting)
        version["openness"] = version["openness"] or setting["openness"]
        openness = setting["openness"] or version["openness"]
        is_other_version = version["index"] != setting["index"] or version["openness"] != openness
        if is_other_version:
            raise EvidenceError(
                f"{row.place(setting['model'])}: its settings differ in index or openness"
            )
    without = len(file.rows) - len(indexed)
    repeated = len(indexed) - len(versions)
    aside = {
        "no index: too few benchmarks": without,
        "another setting or release of a model that has its row": repeated,
        "rows of the models database, which say of which sector an organisation is": len(classed),
    }
    sources = [file.source(BENCHMARKED)]
    for database, origin in zip(databases, MODELS, strict=True):
        sources.append(database.source(origin))
    groups = [SetAside(reason=reason, rows=rows) for reason, rows in aside.items()]
    rows = list(versions.values())
    return [DerivedTable(CAPABILITY, folder).write(rows, sources, groups, findings.notes())]


def _dated(row: Row) -> str:
    return "Version release date" if row["Version release date"] else "Publication date"


def _sectors(models: list[Row]) -> dict[str, str]:
    """Return the sector of each organisation of models.

    It comes from rows that list as many sectors as organisations.
    """
    sectors: dict[str, str] = {}
    for row in models:
        labels = split_list(row["Organization categorization"])
        names = split_list(row["Organization"], len(labels))
        if len(names) == len(labels):
            for name, label in zip(names, labels, strict=True):
                sectors[name] = SECTORS.canonical(label, row.place())
    return sectors


def _countries(models: RawTable) -> dict[str, str]:
    """Return the countries of organisations, from the rows of a file that name them."""
    countries: dict[str, str] = {}
    for row in models.rows:
        listed = split_list(row["Country (of organization)"])
        if listed:
            countries[_organisations(row)] = joined(",".join(listed).split(","))
    return countries


def _organisations(row: Row) -> str:
    return joined(",".join(split_list(row["Organization"])).split(","))


def _version(row: Row, sectors: Mapping[str, str], findings: Findings) -> dict[str, Any]:
    column = _dated(row)
    place = row.place(row["Model"])
    dated = dates.read_date(row, column, "released", findings)
    if dated is None:
        raise EvidenceError(f"{place}: no date")
    organisations = _organisations(row)
    kinds = [sectors.get(name, "") for name in organisations.split("|")]
    if column == "Publication date":
        findings.add(
            "released: the day of publication, for that of the version is not known", row["Model"]
        )
    access = row["Model accessibility"]

    def number(header: str, name: str) -> float | None:
        bounds = raw_csv.Bounds(positive=False)
        return raw_csv.read_number(row, header, name, bounds, findings)

    return {
        "model": row["model_group"],
        "released": dated.day.isoformat(),
        "organisations": organisations,
        "team_type": raw_csv.team_type(kinds) if all(kinds) else "unknown",
        "openness": OPENNESS.canonical(access, place) if access else None,
        "index": number("eci", "index"),
        "low": number("eci_ci_low", "low"),
        "high": number("eci_ci_high", "high"),
    }
