"""Derive the audit of training runs, with what was checked later.

Rows that were checked later are in ``own_checks.csv``, maintained by hand, and replace those of the
first audit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from compute_divide.sources.audit.institutes import team_with_institutes
from compute_divide.sources.audit.runs import FIELDS, RUNS
from compute_divide.sources.models.schema import SCHEMA
from compute_divide.sources.store import files, tables
from compute_divide.sources.store.files import EvidenceError, Sidecar
from compute_divide.sources.store.raw_csv import (
    Findings,
    Row,
    joined,
    team_type,
)
from compute_divide_evidence.audit.institutes import derive_institutes, sector_reader
from compute_divide_evidence.store.raw_csv import Origin, read_raw
from compute_divide_evidence.store.writing import DerivedTable, read_rows

ACCESS_COLUMNS = ("access_verdict", "openness", "access_seen", "access_source")

OWN_CHECKS = "audit/own_checks.csv"
"""Rows that this project checked after the first audit, with the columns of its raw file."""
DUAL_AFFILIATIONS = "audit/dual_affiliation.csv"
"""Collaborations that rest only on authors with two posts: model, year, answer, why."""
BASES = "audit/bases.csv"
"""The model a run was built on if the database names another: model, year, base, source."""
ACCESS = "audit/access.csv"
"""Verdicts on the label of access: model, year, verdict, the right label, how seen, source."""
SAME_RUNS = "audit/same_runs.csv"
"""Rows that describe the same run as another row: model, year, the other."""

_RAW = Origin(
    "audit/largest_runs.csv",
    "The audit of the largest training runs",
    "2026-11",
    "The Compute Divide, audit of the largest training runs, from the sources named in each row",
    "CC BY 4.0",
)


def derive_runs(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the table of audited runs; see `compute_divide_evidence.catalogue.Derive`."""
    first = read_raw(raw / _RAW.path)
    later = read_raw(files.data_dir() / OWN_CHECKS)
    replaced = Findings()
    checked = {_key(row) for row in later.rows}
    rows = [row for row in first.rows if _key(row) not in checked]
    for row in first.rows:
        if _key(row) in checked:
            replaced.add("checked again later, and replaced", row.place(row["model"]))
    findings = Findings()
    records = read_rows([*rows, *later.rows], FIELDS, findings)
    counted = sector_reader()
    first_names = {row["model"] for row in first.rows}
    dual = _answers(DUAL_AFFILIATIONS, "dual_affiliation_only", records)
    twins = _answers(SAME_RUNS, "same_run_as", records)
    bases = _answers(BASES, "base_model", records)
    access = {column: _answers(ACCESS, column, records) for column in ACCESS_COLUMNS}
    papers = _papers()
    for record in records:
        key = (record["model"], record["year"])
        record.update(_teams(record, counted))
        is_joint = record["team_type"] == "collaboration"
        record["dual_affiliation_only"] = dual.get(key, "unknown") if is_joint else "no"
        record["team_type_apart"] = _team_apart(record)
        record["in_first_audit"] = record["model"] in first_names
        record["same_run_as"] = twins.get(key, "")
        record["base_model"] = bases.get(key, "")
        record.update({column: answers.get(key, "") for column, answers in access.items()})
        record.update(papers.get(record["model"], {}))
    records.sort(key=lambda record: (record["year"], record["model"]))
    own = replace(_RAW, path=OWN_CHECKS, title="Checks of this book after the first audit")
    sources = [first.source(_RAW), later.source(own)]
    written = DerivedTable(RUNS, folder).write(
        records, sources, replaced.groups(), findings.notes()
    )
    return [written, derive_institutes(counted, folder)]


def _key(row: Row) -> tuple[str, str]:
    return row["model"], row["year"]


def _papers() -> dict[str, dict[str, str]]:
    """Return title and link of each model's paper, by the model's name, in the newest vintage."""
    papers: dict[str, dict[str, str]] = {}
    for vintage in files.vintages():
        models = tables.read_table(files.table_name(vintage), SCHEMA)
        for model, reference, link in models[["model", "reference", "link"]].to_numpy().tolist():
            papers[model] = {"reference": reference, "link": link}
    return papers


def _teams(record: Mapping[str, Any], counted: Callable[[str, str], str]) -> dict[str, str]:
    """Return the sectors of a run's makers and its team, also if all institutes were academic.

    A team that the audit could not make out stays unknown.
    """
    organisations = record["organisations"].split("|")
    listed = record["sectors"].split("|")
    sectors = [counted(*pair) for pair in zip(organisations, listed, strict=True)]
    if record["team_type"] == "unknown":
        return {"sectors": joined(sectors), "team_type_with_institutes": "unknown"}
    return {
        "sectors": joined(sectors),
        "team_type": team_type(sectors),
        "team_type_with_institutes": team_with_institutes(sectors),
    }


def _team_apart(record: Mapping[str, Any]) -> str:
    """Return the team if an author with two posts does not make it a collaboration."""
    if record["dual_affiliation_only"] != "yes":
        return str(record["team_type"])
    listed = record["listed_team_type"]
    if listed in {"", "collaboration"}:
        return "unknown"
    return str(listed)


def _answers(
    table: str, column: str, records: Iterable[Mapping[str, Any]]
) -> dict[tuple[str, float], str]:
    """Return a column of a table maintained by hand; each row must belong to an audited run."""
    known = {(record["model"], record["year"]) for record in records}
    answers = {}
    for row in read_raw(files.data_dir() / table).rows:
        key = (row["model"], float(row["year"]))
        if key not in known:
            place = row.place(row["model"])
            raise EvidenceError(f"{place}: no audited run has this name and year")
        answers[key] = row[column]
    return answers
